"""Orders as a list: searched, narrowed, sorted, each with how full its shifts are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from dispatch.kit.uow import Uow
from dispatch.orders.rules import OrderStatus


class OrderSort(StrEnum):
    """What orders can be sorted by."""

    STARTS = "starts"
    PLACED = "placed"
    CLIENT = "client"
    SERVICE = "service"
    HEADCOUNT = "headcount"
    FILL = "fill"
    STATUS = "status"
    TOTAL = "total"


_SORTED: Final[Mapping[OrderSort, str]] = {
    OrderSort.STARTS: "f.starts_at",
    OrderSort.PLACED: "o.created_at",
    OrderSort.CLIENT: "lower(c.name)",
    OrderSort.SERVICE: "o.service",
    OrderSort.HEADCOUNT: "o.headcount",
    OrderSort.FILL: "f.seated::float / greatest(f.wanted, 1)",
    OrderSort.STATUS: "o.status",
    OrderSort.TOTAL: "o.total_minor",
}
_JOINED: Final = """
FROM orders o
JOIN clients c ON c.franchise_id = $1 AND c.id = o.client_id
JOIN sites t ON t.franchise_id = $1 AND t.id = o.site_id
"""
_FILLED: Final = """
JOIN (SELECT s.order_id, count(*) AS shifts, min(s.starts_at) AS starts_at, max(s.ends_at) AS ends_at,
             (array_agg(s.id ORDER BY s.starts_at))[1] AS first_shift_id,
             coalesce(sum(s.primary_count) FILTER (WHERE s.status <> 'cancelled'), 0) AS seated,
             coalesce(sum(s.headcount) FILTER (WHERE s.status <> 'cancelled'), 0) AS wanted
      FROM shifts s WHERE s.franchise_id = $1 GROUP BY s.order_id) f ON f.order_id = o.id
"""
_WHERE: Final = r"""
WHERE o.franchise_id = $1
  AND ($2::text IS NULL OR o.status = $2)
  AND ($3::uuid IS NULL OR o.client_id = $3)
  AND ($4::timestamptz IS NULL OR EXISTS (
       SELECT FROM shifts x WHERE x.franchise_id = $1 AND x.order_id = o.id AND x.starts_at < $5 AND x.ends_at > $4))
  AND ($6::text IS NULL OR strpos(lower(c.name), lower($6)) > 0 OR strpos(lower(t.address), lower($6)) > 0
       OR strpos(lower(o.note), lower($6)) > 0 OR o.external_id = $6)
"""
_COLUMNS: Final = """
SELECT o.id, o.client_id, c.name AS client, t.address, t.zone, o.service, o.headcount, o.status, o.urgent, o.test,
       o.total_minor, o.currency, o.created_at, f.shifts, f.first_shift_id, f.starts_at, f.ends_at, f.seated, f.wanted
"""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One order of a list; `zone` is that of its site, amounts are minor units net of VAT.

    Attributes:
        shifts: how many it has.
        starts_at: when the first of them begins.
        ends_at: when the last of them ends.
        seated: primary seats taken on all of them.
        wanted: primary seats there are.
    """

    id: UUID
    client_id: UUID
    client: str
    address: str
    zone: str
    service: str
    headcount: int
    status: OrderStatus
    urgent: bool
    test: bool
    total_minor: int
    currency: str
    created_at: datetime
    shifts: int
    first_shift_id: UUID
    starts_at: datetime
    ends_at: datetime
    seated: int
    wanted: int


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders: None leaves open.

    Attributes:
        text: part of the client's name, the address or the note; or the whole external id.
        day: two instants; a shift lies between them at least in part.
    """

    text: str | None = None
    status: OrderStatus | None = None
    client_id: UUID | None = None
    day: tuple[datetime, datetime] | None = None


async def count_orders(uow: Uow, wanted: OrderFilter) -> int:
    """Count the orders that a filter leaves."""
    found: int = await uow.fetchval(f"SELECT count(*) {_JOINED} {_WHERE}", *_given(uow, wanted))
    return found


async def find_orders(
    uow: Uow, wanted: OrderFilter, *, sort: OrderSort, descending: bool, offset: int, limit: int
) -> Sequence[OrderLine]:
    """Return the orders that a filter leaves, sorted; equal ones by the order in which they came."""
    way = "DESC" if descending else "ASC"
    rows = await uow.fetch(
        f"{_COLUMNS} {_JOINED} {_FILLED} {_WHERE} ORDER BY {_SORTED[sort]} {way}, o.id {way} OFFSET $7 LIMIT $8",
        *_given(uow, wanted),
        offset,
        limit,
    )
    return [OrderLine(**{**dict(row), "status": OrderStatus(row["status"])}) for row in rows]


def _given(uow: Uow, wanted: OrderFilter) -> tuple[object, ...]:
    from_at, to_at = wanted.day or (None, None)
    status = None if wanted.status is None else str(wanted.status)
    return (uow.franchise_id, status, wanted.client_id, from_at, to_at, wanted.text or None)
