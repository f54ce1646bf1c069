"""An order comes in: its crew is sized by the staffing policy, then it is placed."""

from uuid import UUID

from dispatch.kit.uow import Uow
from dispatch.orders.commands import PlaceOrder
from dispatch.orders.place import PlacedOrder, place_order
from dispatch.staffing.cover import crew_size_at_priors
from dispatch.tenancy.queries import policy_in_force


async def open_order(uow: Uow, command: PlaceOrder, site_id: UUID, *, order_id: UUID | None = None) -> PlacedOrder:
    """Place an order whose shifts know how many to seat; see `place_order` for what it stores and raises."""
    policy = (await policy_in_force(uow)).policy
    size = crew_size_at_priors(policy.staffing, command.headcount)
    return await place_order(uow, command, site_id, size, order_id=order_id)
