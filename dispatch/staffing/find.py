"""Orders and shifts by a few letters, fast enough to follow what one types."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from dispatch.kit.uow import Uow
from dispatch.orders.rules import OrderStatus, ShiftStatus

_PLACES: Final = """
SELECT t.id, t.client_id FROM sites t JOIN clients c ON c.franchise_id = $1 AND c.id = t.client_id
WHERE t.franchise_id = $1 AND (strpos(lower(c.name), lower($2)) > 0 OR strpos(lower(t.address), lower($2)) > 0)
"""
_SHIFTS: Final = """
WITH found AS (
    (SELECT f.id FROM shifts f WHERE f.franchise_id = $1 AND f.site_id = ANY ($2)
     AND f.status NOT IN ('closed', 'cancelled') AND f.starts_at > $3 ORDER BY f.starts_at, f.id LIMIT $5)
    UNION SELECT f.id FROM shifts f WHERE f.franchise_id = $1 AND f.id = $4
)
SELECT f.id, c.name AS client, t.address, f.zone, f.starts_at, f.ends_at, f.status
FROM found JOIN shifts f ON f.franchise_id = $1 AND f.id = found.id
JOIN clients c ON c.franchise_id = $1 AND c.id = f.client_id
JOIN sites t ON t.franchise_id = $1 AND t.id = f.site_id
ORDER BY f.starts_at, f.id LIMIT $5
"""
_ORDERS: Final = """
WITH found AS (
    (SELECT o.id, 1 AS class FROM orders o WHERE o.franchise_id = $1 AND o.client_id = ANY ($2) AND o.site_id = ANY ($3)
     ORDER BY o.id DESC LIMIT $6)
    UNION ALL SELECT o.id, 0 FROM orders o WHERE o.franchise_id = $1 AND o.external_id = $4
    UNION ALL SELECT o.id, 0 FROM orders o WHERE o.franchise_id = $1 AND o.id = $5
)
SELECT o.id, c.name AS client, o.external_id, o.headcount, o.status, o.created_at
FROM (SELECT id, min(class) AS class FROM found GROUP BY id) found
JOIN orders o ON o.franchise_id = $1 AND o.id = found.id
JOIN clients c ON c.franchise_id = $1 AND c.id = o.client_id
ORDER BY found.class, o.id DESC LIMIT $6
"""
_STILL_ON: Final = timedelta(hours=24)
"""No shift lasts longer, so what began earlier is over."""


@dataclass(frozen=True, slots=True)
class FoundShift:
    """A shift as a line of a list; times are instants, `zone` is that of its site."""

    id: UUID
    client: str
    address: str
    zone: str
    starts_at: datetime
    ends_at: datetime
    status: ShiftStatus


@dataclass(frozen=True, slots=True)
class FoundOrder:
    """An order as a line of a list; `external_id` is its number at the client."""

    id: UUID
    client: str
    external_id: str | None
    headcount: int
    status: OrderStatus
    created_at: datetime


@dataclass(frozen=True, slots=True)
class FoundWork:
    """What was found: shifts that are not over, by start; orders of that very number first, then the newest."""

    shifts: Sequence[FoundShift]
    orders: Sequence[FoundOrder]


async def find_work(uow: Uow, text: str, limit: int) -> FoundWork:
    """Return the shifts and orders one may mean; a shift that is over is found by its id, or through its order.

    Args:
        uow: the tenant's.
        text: part of the client's name or of the address; or an order's whole number at the client; or an id.
        limit: the most of each to return.
    """
    wanted = text.strip()
    places = await uow.fetch(_PLACES, uow.franchise_id, wanted)
    sites, clients = [row["id"] for row in places], sorted({row["client_id"] for row in places})
    exact = _id_in(wanted)
    shifts = await uow.fetch(_SHIFTS, uow.franchise_id, sites, uow.now - _STILL_ON, exact, limit)
    orders = await uow.fetch(_ORDERS, uow.franchise_id, clients, sites, wanted, exact, limit)
    return FoundWork(
        [FoundShift(**{**dict(row), "status": ShiftStatus(row["status"])}) for row in shifts],
        [FoundOrder(**{**dict(row), "status": OrderStatus(row["status"])}) for row in orders],
    )


def _id_in(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
