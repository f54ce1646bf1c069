"""Answers to changed terms: a yes holds for the version it was asked with, a no costs nothing."""

from dispatch.crew.rules import SeatKind, SeatStatus
from dispatch.crew.seats import accept_terms, move_seat, read_seat
from dispatch.kit.uow import Uow
from dispatch.orders.shifts import lock_shift, settle_status
from dispatch.orders.timeline import note
from dispatch.sms.service import NOT_MEANT, Answer, answer_question
from dispatch.staffing.attendance import locked_seat
from dispatch.staffing.cover import reckon_cover
from dispatch.staffing.facts import place_of
from dispatch.staffing.gaps import close_gaps
from dispatch.staffing.seating import unfollow_seat
from dispatch.staffing.stated import speaks_of
from dispatch.tenancy.queries import policy_in_force


async def accept_change(uow: Uow, answer: Answer) -> str:
    """Settle a yes to changed terms. A yes to an older version changes nothing: the newer question stands beside it."""
    seat, shift = await locked_seat(uow, answer.question.subject_id)
    pace = (await policy_in_force(uow)).policy.pace
    if not speaks_of(answer, [await place_of(uow, shift)], pace):
        return NOT_MEANT
    await answer_question(uow, answer.question.id)
    if not seat.live:
        return "seat_over"
    if int(answer.question.detail.get("terms_version", 0)) < shift.terms_version:
        return "old_terms"
    await accept_terms(uow, seat.id, shift.terms_version)
    if seat.kind is not SeatKind.STANDBY and seat.status in (SeatStatus.BOOKED, SeatStatus.DOUBTFUL):
        await move_seat(uow, seat, SeatStatus.RECONFIRMED)
    await note(uow, shift.id, "change_accepted", worker_id=seat.worker_id, seat_id=seat.id)
    await reckon_cover(uow, shift.id, (await policy_in_force(uow)).policy)
    await settle_status(uow, shift.id)
    return "change_accepted"


async def decline_change(uow: Uow, answer: Answer) -> str:
    """Settle a no to changed terms: the seat ends without a mark, the gap is closed."""
    found = await read_seat(uow, answer.question.subject_id)
    shift = await lock_shift(uow, found.shift_id)
    seat = await read_seat(uow, found.id)
    await answer_question(uow, answer.question.id)
    if not seat.live or seat.status in (SeatStatus.ARRIVED, SeatStatus.COMPLETED):
        return "seat_over"
    await move_seat(uow, seat, SeatStatus.CANCELLED_BY_WORKER, reason="declined changed terms")
    await unfollow_seat(uow, seat)
    await note(uow, shift.id, "change_declined", worker_id=seat.worker_id, seat_id=seat.id)
    await close_gaps(uow, shift.id, (await policy_in_force(uow)).policy)
    return "change_declined"
