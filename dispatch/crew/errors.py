"""What can stand in the way of a seat."""

from collections.abc import Callable

from dispatch.kit.errors import Conflict, DispatchError, NotFound


class SeatNotFound(NotFound):
    """No such seat in this franchise."""


class WorkerAlreadyBooked(Conflict):
    """The worker holds an overlapping seat, here or elsewhere in the network; never said where."""


class ShiftFull(Conflict):
    """Every place of the kind asked for is taken."""


class WaveOverrun(Conflict):
    """More invitations than the wave's target."""


class InvitedAlready(Conflict):
    """The worker was asked for this shift before."""


class NoShowTooEarly(Conflict):
    """The limit has not passed, or the list was taken too early or does not lack this man."""


class RealAndTestKeptApart(Conflict):
    """A test order may seat test people only, a real one real people only."""


def _booked() -> DispatchError:
    return WorkerAlreadyBooked("This worker is booked at that time; choose another man or another time.")


def _full() -> DispatchError:
    return ShiftFull("Every place of that kind is taken; raise the headcount or release a seat first.")


CONSTRAINTS: dict[str, Callable[[], DispatchError]] = {
    "worker_already_booked": _booked,
    "primary_seats_within_headcount": _full,
    "reserve_seats_within_capacity": _full,
    "standby_seats_within_capacity": _full,
    "one_live_seat": lambda: WorkerAlreadyBooked("This worker holds a seat on this shift already."),
    "test_people_for_test_orders": lambda: RealAndTestKeptApart(
        "Test orders are for people registered with a test key, and real orders for all others; choose another man."
    ),
    "invited_once": lambda: InvitedAlready("This worker was asked for this shift; see GET shifts/{id}/invitations."),
    "wave_within_target": lambda: WaveOverrun("The wave is full; start the next one."),
    "no_show_too_early": lambda: NoShowTooEarly(
        "The no-show limit of this seat has not passed yet; try again after it."
    ),
    "no_show_list_too_early": lambda: NoShowTooEarly(
        "A list proves a no-show only when it was taken after the grace and lacks this man."
    ),
}
