"""The order row: claimed for a change, cancelled, closed. What follows for crew and money is not decided here."""

from uuid import UUID

from dispatch.kit.uow import Uow
from dispatch.orders.errors import OrderChangedMeanwhile, OrderNotFound
from dispatch.orders.queries import read_order
from dispatch.orders.rules import ORDER_MOVES, OrderStatus


async def status_of_order(uow: Uow, order_id: UUID) -> OrderStatus:
    """Read where an order is.

    Raises:
        OrderNotFound: there is none.
    """
    status: str | None = await uow.fetchval(
        "SELECT status FROM orders WHERE franchise_id = $1 AND id = $2", uow.franchise_id, order_id
    )
    if status is None:
        raise OrderNotFound("There is no such order in this franchise.")
    return OrderStatus(status)


async def claim_order(
    uow: Uow, order_id: UUID, *, version: int, headcount: int | None = None, site_id: UUID | None = None
) -> None:
    """Write what an open order asks for from now on; None leaves it as it is.

    Raises:
        OrderChangedMeanwhile: it is at another version, or over.
        OrderNotFound: there is none.
    """
    changed = await uow.run(
        """UPDATE orders SET headcount = coalesce($3, headcount), site_id = coalesce($4, site_id), version = version + 1
           WHERE franchise_id = $1 AND id = $2 AND version = $5 AND status = 'open'""",
        uow.franchise_id,
        order_id,
        headcount,
        site_id,
        version,
    )
    if not changed:
        now_at = (await read_order(uow, order_id))["version"]
        raise OrderChangedMeanwhile(
            "The order was changed or ended meanwhile: read it again, then repeat.", version=now_at
        )


async def mark_cancelled(uow: Uow, order_id: UUID) -> None:
    """Write that the client cancelled; twice changes nothing.

    Raises:
        IllegalMove: it was closed.
        OrderNotFound: there is none.
    """
    ORDER_MOVES.check(await status_of_order(uow, order_id), OrderStatus.CANCELLED)
    await uow.run(
        """UPDATE orders SET status = 'cancelled', version = version + 1
           WHERE franchise_id = $1 AND id = $2 AND status = 'open'""",
        uow.franchise_id,
        order_id,
    )


async def close_when_done(uow: Uow, order_id: UUID) -> bool:
    """Close an open order none of whose shifts lies ahead or runs; False when one does, or it is over already."""
    return bool(
        await uow.run(
            """UPDATE orders o SET status = 'closed', version = version + 1
               WHERE o.franchise_id = $1 AND o.id = $2 AND o.status = 'open'
                 AND NOT EXISTS (SELECT FROM shifts s WHERE s.franchise_id = $1 AND s.order_id = $2
                                 AND s.status NOT IN ('closed', 'cancelled'))""",
            uow.franchise_id,
            order_id,
        )
    )
