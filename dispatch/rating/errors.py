"""What can stand in the way of a mark, a fine or an appeal."""

from collections.abc import Callable

from dispatch.kit.errors import Conflict, DispatchError, NotFound


class FineNotFound(NotFound):
    """No such fine in this franchise."""


class FineCapReached(Conflict):
    """The caps of the policy leave no room for this fine."""


class AppealTooLate(Conflict):
    """The fine can no longer be appealed: its window is over, or it is settled or void."""


class MarkStands(Conflict):
    """This seat has a mark of this kind already, or the mark was reversed before."""


CONSTRAINTS: dict[str, Callable[[], DispatchError]] = {
    "fines_within_cap": lambda: FineCapReached("The caps of the policy leave no room for this fine."),
    "one_mark_of_a_kind_per_seat": lambda: MarkStands("This seat has a mark of this kind already."),
    "mark_reversed_once": lambda: MarkStands("This mark was reversed before."),
}
