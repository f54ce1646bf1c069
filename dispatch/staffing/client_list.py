"""Clients as a list: searched, sorted, each with what was ordered so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from dispatch.kit.uow import Uow


class ClientSort(StrEnum):
    """What clients can be sorted by."""

    NAME = "name"
    SITES = "sites"
    ORDERS = "orders"
    LAST = "last"
    BILLED = "billed"
    SINCE = "since"
    CURATOR = "curator"


_SORTED: Final[Mapping[ClientSort, str]] = {
    ClientSort.NAME: "lower(c.name)",
    ClientSort.SITES: "sites",
    ClientSort.ORDERS: "orders",
    ClientSort.LAST: "last_at",
    ClientSort.BILLED: "total_minor",
    ClientSort.SINCE: "c.created_at",
    ClientSort.CURATOR: "lower(u.name)",
}
_WHERE: Final = r"""
WHERE c.franchise_id = $1 AND (c.archived_at IS NOT NULL) = $2 AND ($5::uuid IS NULL OR c.curator_id = $5)
  AND ($3::text IS NULL OR strpos(lower(c.name), lower($3)) > 0 OR strpos(coalesce(c.tax_number, ''), $3) > 0
       OR $4 <> '' AND EXISTS (SELECT FROM client_people p
                               WHERE p.franchise_id = $1 AND p.client_id = c.id AND strpos(p.phone, $4) > 0))
"""
_PAGE: Final = f"""
SELECT c.id, c.name, c.kind, c.tax_number, c.created_at, coalesce(t.sites, 0) AS sites,
       coalesce(o.orders, 0) AS orders, coalesce(o.total_minor, 0)::bigint AS total_minor, o.currency, o.last_at,
       coalesce(u.name, '') AS curator
FROM clients c
LEFT JOIN staff_users u ON u.franchise_id = c.franchise_id AND u.id = c.curator_id
LEFT JOIN (SELECT client_id, count(*) AS sites FROM sites WHERE franchise_id = $1 AND archived_at IS NULL
           GROUP BY client_id) t ON t.client_id = c.id
LEFT JOIN (SELECT client_id, count(*) AS orders, sum(total_minor) FILTER (WHERE status <> 'cancelled') AS total_minor,
                  max(currency) AS currency, max(created_at) AS last_at
           FROM orders WHERE franchise_id = $1 AND NOT test GROUP BY client_id) o ON o.client_id = c.id
{_WHERE}
"""


@dataclass(frozen=True, slots=True)
class ClientFilter:
    """Which clients are wanted.

    Attributes:
        text: part of the name or tax number, or digits of a phone of their people; "" for all.
        archived: the archived ones instead.
        curator_id: those whom he looks after.
    """

    text: str = ""
    archived: bool = False
    curator_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ClientLine:
    """One client of a list.

    Attributes:
        sites: how many may be ordered to.
        orders: how many were placed; test orders do not count.
        total_minor: what those not cancelled are priced at, minor units net of VAT.
        currency: of the total; None without orders.
        last_at: when the last one was placed.
        curator: the name of who looks after him; "" for nobody.
    """

    id: UUID
    name: str
    kind: str
    tax_number: str | None
    created_at: datetime
    sites: int
    orders: int
    total_minor: int
    currency: str | None
    last_at: datetime | None
    curator: str


@dataclass(frozen=True, slots=True)
class ClientTotals:
    """What one client ordered so far; test orders do not count, amounts are minor units net of VAT.

    Attributes:
        orders: placed, `cancelled` of them called off.
        ahead: open ones.
        total_minor: what those not cancelled are priced at; `year_minor` those placed in the last 365 days.
    """

    orders: int
    cancelled: int
    ahead: int
    total_minor: int
    year_minor: int
    currency: str | None
    last_at: datetime | None


async def client_totals(uow: Uow, client_id: UUID) -> ClientTotals:
    """Return what a client ordered so far."""
    row = await uow.fetchrow(
        """SELECT count(*) AS orders, count(*) FILTER (WHERE status = 'cancelled') AS cancelled,
                  count(*) FILTER (WHERE status = 'open') AS ahead,
                  coalesce(sum(total_minor) FILTER (WHERE status <> 'cancelled'), 0)::bigint AS total_minor,
                  coalesce(sum(total_minor) FILTER (
                      WHERE status <> 'cancelled' AND created_at > $3::timestamptz - interval '365 days'
                  ), 0)::bigint AS year_minor,
                  max(currency) AS currency, max(created_at) AS last_at
           FROM orders WHERE franchise_id = $1 AND client_id = $2 AND NOT test""",
        uow.franchise_id,
        client_id,
        uow.now,
    )
    assert row is not None, "aggregates return one row"
    return ClientTotals(**dict(row))


async def count_clients(uow: Uow, wanted: ClientFilter) -> int:
    """Count the clients that are wanted."""
    found: int = await uow.fetchval(f"SELECT count(*) FROM clients c {_WHERE}", *_given(uow, wanted))
    return found


async def find_client_lines(
    uow: Uow, wanted: ClientFilter, *, sort: ClientSort, descending: bool, offset: int, limit: int
) -> Sequence[ClientLine]:
    """Return them sorted; who never ordered comes last by what he ordered."""
    way = "DESC" if descending else "ASC"
    rows = await uow.fetch(
        f"{_PAGE} ORDER BY {_SORTED[sort]} {way} NULLS LAST, c.id {way} OFFSET $6 LIMIT $7",
        *_given(uow, wanted),
        offset,
        limit,
    )
    return [ClientLine(**dict(row)) for row in rows]


_FEWEST_DIGITS: Final = 3


def _given(uow: Uow, wanted: ClientFilter) -> tuple[object, ...]:
    digits = "".join(sign for sign in wanted.text if sign.isascii() and sign.isdigit())
    sought = digits if len(digits) >= _FEWEST_DIGITS else ""
    return (uow.franchise_id, wanted.archived, wanted.text or None, sought, wanted.curator_id)
