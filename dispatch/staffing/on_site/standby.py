"""Standby people on site: one who simply came, and one who is asked to come now."""

from datetime import datetime

from dispatch.crew.errors import ShiftFull, WorkerAlreadyBooked
from dispatch.crew.rules import SeatKind
from dispatch.crew.seats import Seat, change_kind, read_seat, set_limits
from dispatch.kit import outbox
from dispatch.kit.uow import Uow
from dispatch.orders.shifts import Shift
from dispatch.orders.timeline import note
from dispatch.sms.service import QuestionKind, close_questions
from dispatch.staffing.events import SEAT_TAKEN
from dispatch.staffing.rules import attendance_limits
from dispatch.tenancy.policy import Pace


async def bring_up(uow: Uow, shift: Shift, seat: Seat, at: datetime, pace: Pace) -> Seat:
    """Give a standby man who is on site a place, primary before reserve, due when he came.

    Raises:
        ShiftFull: there is none, as long as nobody is marked missing.
        WorkerAlreadyBooked: he took other work meanwhile.
    """
    kind = free_place(shift)
    if kind is None:
        raise ShiftFull("Every place is taken. Mark first who is missing.")
    if not await change_kind(uow, seat, kind):
        raise WorkerAlreadyBooked("He is booked elsewhere at that time.")
    due_at = max(shift.starts_at, at)
    grace_at, limit_at = attendance_limits(pace, due_at)
    await set_limits(uow, seat.id, due_at=due_at, grace_at=grace_at, limit_at=limit_at, announced_min=None)
    await close_questions(uow, subject_ids=[seat.id], kinds=[QuestionKind.PROMOTION])
    await outbox.emit(uow, SEAT_TAKEN, seat.id)
    await note(uow, shift.id, "promoted", worker_id=seat.worker_id, seat_id=seat.id, was=seat.kind)
    return await read_seat(uow, seat.id)


def free_place(shift: Shift) -> SeatKind | None:
    """Return the best kind of place that is free on a shift, None when there is none."""
    if shift.primary_count < shift.headcount:
        return SeatKind.PRIMARY
    return SeatKind.RESERVE if shift.reserve_count < shift.reserve_capacity else None
