"""A man's work is done: his hours, his pay, the client's bill for him, and the mark of a completed shift."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from dispatch.crew.alarms import resolve_alarms
from dispatch.crew.rules import SeatKind, SeatStatus
from dispatch.crew.seats import Seat, move_seat
from dispatch.kit.errors import Conflict
from dispatch.kit.uow import Uow
from dispatch.money.shift_money import Hours, ShiftMoney, settle_worked
from dispatch.orders.rules import ShiftStatus
from dispatch.orders.shifts import Shift
from dispatch.orders.timeline import note
from dispatch.rating.queries import seats_with_mark
from dispatch.rating.service import Fact, record_mark
from dispatch.staffing.attendance import locked_seat
from dispatch.staffing.seating import unfollow_seat
from dispatch.tenancy.policy import MarkKind

Minutes = Annotated[int, Field(strict=True, ge=0, le=24 * 60)]


class SeatNotOnSite(Conflict):
    """Only a man who arrived and is not settled yet can be done with his work."""


class CompleteSeat(BaseModel):
    """What one man really worked, in minutes; left out: as planned, or until he left."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    minutes: Minutes | None = None


@dataclass(frozen=True, slots=True)
class CompletedSeat:
    """What one man's work came to."""

    seat_id: UUID
    money: ShiftMoney


async def complete_seat(uow: Uow, seat_id: UUID, command: CompleteSeat) -> CompletedSeat:
    """Settle one man before his shift is closed, or after it when his arrival became known late.

    A primary worked; a reserve was called out, whatever minutes are stated.

    Raises:
        SeatNotFound: there is none.
        SeatNotOnSite: he is not there, or is settled already.
    """
    seat, shift = await locked_seat(uow, seat_id)
    if seat.status is not SeatStatus.ARRIVED or shift.status not in (ShiftStatus.RUNNING, ShiftStatus.CLOSED):
        raise SeatNotOnSite(
            f"The seat is {seat.status} and the shift {shift.status}; only who arrived on a started shift can be done.",
            seat_id=seat_id,
        )
    stated = minutes_until_left(shift, seat) if command.minutes is None else command.minutes
    hours = Hours(seat.id, seat.worker_id, stated)
    worked, came = ([hours], []) if seat.kind is SeatKind.PRIMARY else ([], [hours])
    money = await settle_worked(uow, shift, worked, came)
    await complete(uow, shift, [seat] if worked else [], [seat] if came else [])
    await resolve_alarms(uow, "arrived_after_close", shift.id, key=str(seat.id))
    await note(
        uow,
        shift.id,
        "completed",
        worker_id=seat.worker_id,
        seat_id=seat.id,
        bill_minor=money.bill_minor,
        pay_minor=money.pay_minor,
    )
    return CompletedSeat(seat.id, money)


async def complete(uow: Uow, shift: Shift, worked: Collection[Seat], came: Collection[Seat]) -> None:
    """End the seats of men who worked, with the mark it earns, and of those who came in vain, without one.

    Who left early without leave worked, and was paid for it, but completed nothing.
    """
    gone = await seats_with_mark(uow, [seat.id for seat in worked], MarkKind.LEFT_EARLY)
    for seat in (*worked, *came):
        await move_seat(uow, seat, SeatStatus.COMPLETED)
        await unfollow_seat(uow, seat)
    for seat in sorted((seat for seat in worked if seat.id not in gone), key=lambda seat: seat.worker_id):
        await record_mark(
            uow,
            Fact(
                worker_id=seat.worker_id,
                kind=MarkKind.COMPLETED,
                occurred_at=min(shift.ends_at, uow.now),
                shift_id=shift.id,
                seat_id=seat.id,
                evidence={"arrival_source": seat.arrival_source},
            ),
        )


def minutes_until_left(shift: Shift, seat: Seat) -> int | None:
    """Return the minutes from the start until a man left before the end, every minute begun counted; None: as planned.

    Whoever left at the end or after it worked as planned, until somebody states more.
    """
    if seat.left_at is None or seat.left_at >= shift.ends_at:
        return None
    return max(0, -((shift.starts_at - seat.left_at) // timedelta(minutes=1)))
