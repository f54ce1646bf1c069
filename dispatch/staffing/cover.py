"""How many must be seated: reckoned again whenever a seat or its certainty changes, stored with its reason."""

from typing import Final
from uuid import UUID

from dispatch.crew.rules import SeatKind, SeatStatus
from dispatch.crew.seats import live_seats
from dispatch.crew.waves import pending_invitations
from dispatch.kit.uow import Uow
from dispatch.matching.plan import cover, p_full
from dispatch.orders.place import CrewSize
from dispatch.orders.shifts import Shift, read_shift, set_cover
from dispatch.staffing.rules import reserve_capacity, standby_capacity
from dispatch.tenancy.policy import Policy, Staffing

PRIOR_SHOW: Final = 8 / 9
"""The chance that a man of whom nothing is known comes: prior 8:1."""

HALF_CREDIT: Final = 0.5
"""A doubtful man counts at half of his own chance."""


def crew_size_at_priors(staffing: Staffing, headcount: int) -> CrewSize:
    """Return the cover and capacities of a shift nobody has accepted yet."""
    needed = cover(headcount, [], [], prior_show=PRIOR_SHOW, target=staffing.target, cover_factor=staffing.cover_factor)
    return CrewSize(
        cover=needed,
        reserve_capacity=reserve_capacity(needed, headcount, 0, staffing),
        standby_capacity=standby_capacity(headcount, staffing),
    )


async def reckon_cover(uow: Uow, shift_id: UUID, policy: Policy) -> Shift:
    """Reckon the cover of a locked shift over the very people seated, store it if it changed, return the shift.

    Who is on site counts fully, a man's own p_show otherwise, a doubtful or unaccounted man's half of it, and seats
    still missing the prior.
    """
    shift = await read_shift(uow, shift_id)
    if not shift.ahead:
        return shift
    seats = [seat for seat in await live_seats(uow, shift_id) if seat.kind is not SeatKind.STANDBY]
    unsure = [seat.p_show for seat in seats if seat.status in (SeatStatus.DOUBTFUL, SeatStatus.UNACCOUNTED)]
    sure = [
        1.0 if seat.status is SeatStatus.ARRIVED else seat.p_show
        for seat in seats
        if seat.status not in (SeatStatus.DOUBTFUL, SeatStatus.UNACCOUNTED)
    ]
    needed = cover(
        shift.headcount,
        sure,
        unsure,
        prior_show=PRIOR_SHOW,
        target=policy.staffing.target,
        cover_factor=policy.staffing.cover_factor,
    )
    places = max(reserve_capacity(needed, shift.headcount, shift.reserve_count, policy.staffing), shift.reserve_count)
    if (needed, places) == (shift.cover, shift.reserve_capacity):
        return shift
    reason = f"{len(sure)} seated, {len(unsure)} doubtful, target {policy.staffing.target:.2f}"
    await set_cover(uow, shift, needed, places, reason)
    return await read_shift(uow, shift_id)


async def probability_full(uow: Uow, shift: Shift) -> float:
    """Return P(at least the headcount comes) of a shift, from its seats and the invitations still pending."""
    chances: list[float] = []
    for seat in await live_seats(uow, shift.id):
        if seat.kind is SeatKind.STANDBY:
            continue
        if seat.status in (SeatStatus.ARRIVED, SeatStatus.COMPLETED):
            chances.append(1.0)
        elif seat.status in (SeatStatus.DOUBTFUL, SeatStatus.UNACCOUNTED):
            chances.append(seat.p_show * HALF_CREDIT)
        else:
            chances.append(seat.p_show)
    pending = [i.p_accept * i.p_show for i in await pending_invitations(uow, shift.id)] if shift.ahead else []
    return p_full(chances, pending, shift.headcount)
