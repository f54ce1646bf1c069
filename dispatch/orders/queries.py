"""Reads of orders and shifts; no locks, nothing is changed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from dispatch.kit.uow import Uow
from dispatch.orders.errors import OrderNotFound

_ORDER = """o.id, o.client_id, o.site_id, o.service, o.headcount, o.conditions, o.min_tier, o.urgent, o.urgent_reason,
o.over_invite, o.external_id, o.note, o.status, o.total_minor, o.currency, o.created_by, o.created_at, o.version,
o.test"""
_SHIFT = """id, order_id, n, service, starts_at, ends_at, zone, local_start, local_end, headcount, cover, cover_reason,
status, paused_at, terms_version, version"""


async def read_order(uow: Uow, order_id: UUID) -> Mapping[str, Any]:
    """Read one order.

    Raises:
        OrderNotFound: there is none.
    """
    row: Mapping[str, Any] | None = await uow.fetchrow(
        f"SELECT {_ORDER} FROM orders o WHERE o.franchise_id = $1 AND o.id = $2", uow.franchise_id, order_id
    )
    if row is None:
        raise OrderNotFound("There is no such order in this franchise; list them with GET /api/v1/orders.")
    return row


async def latest_site(uow: Uow, client_id: UUID) -> UUID | None:
    """Return the site of a client's latest order: most likely that of his next one; None before the first."""
    site_id: UUID | None = await uow.fetchval(
        "SELECT site_id FROM orders WHERE franchise_id = $1 AND client_id = $2 ORDER BY id DESC LIMIT 1",
        uow.franchise_id,
        client_id,
    )
    return site_id


async def list_orders(
    uow: Uow,
    *,
    limit: int,
    after: tuple[datetime, UUID] | None,
    status: str | None,
    external_id: str | None,
    client_id: UUID | None,
) -> Sequence[Mapping[str, Any]]:
    """Read orders, newest first."""
    at, row_id = after if after is not None else (None, None)
    return await uow.fetch(
        f"""SELECT {_ORDER} FROM orders o WHERE o.franchise_id = $1
            AND ($2::text IS NULL OR o.status = $2) AND ($3::text IS NULL OR o.external_id = $3)
            AND ($4::uuid IS NULL OR o.client_id = $4)
            AND ($5::timestamptz IS NULL OR (o.created_at, o.id) < ($5, $6::uuid))
            ORDER BY o.created_at DESC, o.id DESC LIMIT $7""",
        uow.franchise_id,
        status,
        external_id,
        client_id,
        at,
        row_id,
        limit,
    )


async def shifts_of_orders(uow: Uow, order_ids: Sequence[UUID]) -> Sequence[Mapping[str, Any]]:
    """Read the shifts of several orders, by order and start."""
    return await uow.fetch(
        f"SELECT {_SHIFT} FROM shifts WHERE franchise_id = $1 AND order_id = ANY ($2) ORDER BY order_id, starts_at, id",
        uow.franchise_id,
        list(order_ids),
    )


async def list_shifts(
    uow: Uow, *, limit: int, after: tuple[datetime, UUID] | None, from_at: datetime | None, to_at: datetime | None
) -> Sequence[Mapping[str, Any]]:
    """Read shifts by start, those that overlap the given span."""
    at, row_id = after if after is not None else (None, None)
    return await uow.fetch(
        f"""SELECT {_SHIFT} FROM shifts WHERE franchise_id = $1
            AND ($2::timestamptz IS NULL OR ends_at > $2) AND ($3::timestamptz IS NULL OR starts_at < $3)
            AND ($4::timestamptz IS NULL OR (starts_at, id) > ($4, $5::uuid)) ORDER BY starts_at, id LIMIT $6""",
        uow.franchise_id,
        from_at,
        to_at,
        at,
        row_id,
        limit,
    )


async def timeline_of(uow: Uow, shift_id: UUID, *, after: int, limit: int) -> Sequence[Mapping[str, Any]]:
    """Read the steps of a shift in order, those after the given one."""
    return await uow.fetch(
        """SELECT id, at, actor, kind, worker_id, detail FROM timeline
           WHERE franchise_id = $1 AND shift_id = $2 AND id > $3 ORDER BY id LIMIT $4""",
        uow.franchise_id,
        shift_id,
        after,
        limit,
    )


async def events_after(uow: Uow, *, after: int, limit: int) -> Sequence[Mapping[str, Any]]:
    """Read the steps of all shifts that follow the given one, as far as nothing can still appear before them.

    Their order is that of the transactions that wrote them, by number inside one of these; it only grows at its end,
    because steps are shown once every transaction that could still write before them is over. So a reader who remembers
    the last id he was shown misses nothing and sees nothing twice. An id he was never shown starts at the beginning.
    """
    return await uow.fetch(
        """SELECT id, shift_id, at, actor, kind, worker_id, detail FROM timeline
           WHERE franchise_id = $1 AND written_by < pg_snapshot_xmin(pg_current_snapshot())
             AND (written_by, id) >
                 (coalesce((SELECT written_by FROM timeline WHERE franchise_id = $1 AND id = $2), '0'), $2)
           ORDER BY written_by, id LIMIT $3""",
        uow.franchise_id,
        after,
        limit,
    )
