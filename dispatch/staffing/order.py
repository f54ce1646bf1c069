"""An order comes in: its crew is sized by the staffing policy, then it is placed."""

from collections.abc import Sequence
from uuid import UUID

from dispatch.clients.commands import AddSite
from dispatch.clients.sites import add_site
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


async def take_order(uow: Uow, command: PlaceOrder) -> PlacedOrder:
    """Place an order at the site it names, or at the new one it brings, which is kept for the client.

    Raises:
        ClientNotFound, SiteNotFound: not of this franchise, or archived.
        ClientArchived: nothing new may be ordered for it.
        ShiftInThePast: a shift starts before now.
        RateCardMissing: no price for the service.
        ConditionNotOnRateCard: a condition without a price.
        ExternalIdTaken: the external id is used.
    """
    return await open_order(uow, command, await _site_of(uow, command))


async def take_orders(uow: Uow, commands: Sequence[PlaceOrder]) -> list[PlacedOrder]:
    """Place several orders at the place of the first, as where some people start later; raises like `take_order`."""
    site_id = await _site_of(uow, commands[0])
    return [await open_order(uow, command, site_id) for command in commands]


async def _site_of(uow: Uow, command: PlaceOrder) -> UUID:
    if command.site_id is not None:
        return command.site_id
    assert command.site is not None, "the command holds one of the two"
    return (await add_site(uow, AddSite(client_id=command.client_id, **command.site.model_dump()))).id
