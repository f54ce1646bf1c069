"""What can be wrong with an order."""

from collections.abc import Callable

from dispatch.kit.errors import Conflict, DispatchError, Invalid, NotFound


class OrderNotFound(NotFound):
    """No such order in this franchise."""


class OrderChangedMeanwhile(Conflict):
    """Somebody changed the order since it was read."""


class ShiftsOverlap(Invalid):
    """Two shifts of one order are at the same time."""


class ShiftInThePast(Invalid):
    """A shift starts before now."""


class ExternalIdTaken(Conflict):
    """Another order carries this external id."""


CONSTRAINTS: dict[str, Callable[[], DispatchError]] = {
    "order_external_id_taken": lambda: ExternalIdTaken(
        "external_id: another order carries it; read that one with GET /api/v1/orders?external_id=."
    ),
}
