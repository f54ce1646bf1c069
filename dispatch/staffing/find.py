"""Orders and shifts by a few letters, fast enough to follow what one types."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from dispatch.kit.uow import Uow
from dispatch.orders.rules import OrderStatus, ShiftStatus

LOOKS_BACK: Final = timedelta(days=14)
"""Older shifts are found on the page of their client or order."""

_PLACES: Final = """
SELECT t.id FROM sites t JOIN clients c ON c.franchise_id = $1 AND c.id = t.client_id
WHERE t.franchise_id = $1 AND (strpos(lower(c.name), lower($2)) > 0 OR strpos(lower(t.address), lower($2)) > 0)
"""
_SHIFTS: Final = """
SELECT f.id, c.name AS client, t.address, f.zone, f.starts_at, f.ends_at, f.status
FROM shifts f JOIN clients c ON c.franchise_id = $1 AND c.id = f.client_id
JOIN sites t ON t.franchise_id = $1 AND t.id = f.site_id
WHERE f.franchise_id = $1 AND (f.id = $4 OR f.starts_at > $3 AND f.site_id = ANY ($2))
ORDER BY f.status IN ('closed', 'cancelled'), f.starts_at LIMIT $5
"""
_ORDERS: Final = """
SELECT o.id, c.name AS client, o.external_id, o.headcount, o.status, o.created_at
FROM orders o JOIN clients c ON c.franchise_id = $1 AND c.id = o.client_id
WHERE o.franchise_id = $1 AND (o.external_id = $3 OR o.id = $4 OR o.created_at > $5 AND o.site_id = ANY ($2))
ORDER BY (o.external_id = $3 OR o.id = $4) DESC NULLS LAST, o.created_at DESC LIMIT $6
"""


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
    """What was found: shifts that still matter first, by start; orders of that very number first, then the newest."""

    shifts: Sequence[FoundShift]
    orders: Sequence[FoundOrder]


async def find_work(uow: Uow, text: str, limit: int) -> FoundWork:
    """Return the shifts and orders one may mean.

    Args:
        uow: the tenant's.
        text: part of the client's name or of the address; or an order's whole number at the client; or an id.
        limit: the most of each to return.
    """
    wanted = text.strip()
    places = [row["id"] for row in await uow.fetch(_PLACES, uow.franchise_id, wanted)]
    since, exact = uow.now - LOOKS_BACK, _id_in(wanted)
    shifts = await uow.fetch(_SHIFTS, uow.franchise_id, places, since, exact, limit)
    orders = await uow.fetch(_ORDERS, uow.franchise_id, places, wanted, exact, since, limit)
    return FoundWork(
        [FoundShift(**{**dict(row), "status": ShiftStatus(row["status"])}) for row in shifts],
        [FoundOrder(**{**dict(row), "status": OrderStatus(row["status"])}) for row in orders],
    )


def _id_in(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
