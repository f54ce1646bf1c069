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


_SORTED: Final[Mapping[ClientSort, str]] = {
    ClientSort.NAME: "lower(c.name)",
    ClientSort.SITES: "sites",
    ClientSort.ORDERS: "orders",
    ClientSort.LAST: "last_at",
    ClientSort.BILLED: "total_minor",
    ClientSort.SINCE: "c.created_at",
}
_WHERE: Final = r"""
WHERE c.franchise_id = $1 AND (c.archived_at IS NOT NULL) = $2
  AND ($3::text IS NULL OR strpos(lower(c.name), lower($3)) > 0 OR strpos(coalesce(c.tax_number, ''), $3) > 0
       OR $4 <> '' AND EXISTS (SELECT FROM client_people p
                               WHERE p.franchise_id = $1 AND p.client_id = c.id AND strpos(p.phone, $4) > 0))
"""
_PAGE: Final = f"""
SELECT c.id, c.name, c.kind, c.tax_number, c.created_at, coalesce(t.sites, 0) AS sites,
       coalesce(o.orders, 0) AS orders, coalesce(o.total_minor, 0)::bigint AS total_minor, o.currency, o.last_at
FROM clients c
LEFT JOIN (SELECT client_id, count(*) AS sites FROM sites WHERE franchise_id = $1 AND archived_at IS NULL
           GROUP BY client_id) t ON t.client_id = c.id
LEFT JOIN (SELECT client_id, count(*) AS orders, sum(total_minor) FILTER (WHERE status <> 'cancelled') AS total_minor,
                  max(currency) AS currency, max(created_at) AS last_at
           FROM orders WHERE franchise_id = $1 AND NOT test GROUP BY client_id) o ON o.client_id = c.id
{_WHERE}
"""


@dataclass(frozen=True, slots=True)
class ClientLine:
    """One client of a list.

    Attributes:
        sites: how many may be ordered to.
        orders: how many were placed; test orders do not count.
        total_minor: what those not cancelled are priced at, minor units net of VAT.
        currency: of the total; None without orders.
        last_at: when the last one was placed.
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


async def count_clients(uow: Uow, text: str, *, archived: bool) -> int:
    """Count the clients with these words in name or tax number, or these digits in a phone of their people."""
    found: int = await uow.fetchval(f"SELECT count(*) FROM clients c {_WHERE}", *_given(uow, text, archived=archived))
    return found


async def find_client_lines(
    uow: Uow, text: str, *, archived: bool, sort: ClientSort, descending: bool, offset: int, limit: int
) -> Sequence[ClientLine]:
    """Return them sorted; who never ordered comes last by what he ordered."""
    way = "DESC" if descending else "ASC"
    rows = await uow.fetch(
        f"{_PAGE} ORDER BY {_SORTED[sort]} {way} NULLS LAST, c.id {way} OFFSET $5 LIMIT $6",
        *_given(uow, text, archived=archived),
        offset,
        limit,
    )
    return [ClientLine(**dict(row)) for row in rows]


_FEWEST_DIGITS: Final = 3


def _given(uow: Uow, text: str, *, archived: bool) -> tuple[object, ...]:
    digits = "".join(sign for sign in text if sign.isascii() and sign.isdigit())
    return (uow.franchise_id, archived, text or None, digits if len(digits) >= _FEWEST_DIGITS else "")
