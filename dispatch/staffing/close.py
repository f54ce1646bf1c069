"""The shift is over: hours, completed marks, bill, pay and call-out pay, all in one transaction."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from dispatch.crew.rules import EXPECTED, SeatKind, SeatStatus
from dispatch.crew.seats import Seat, change_kind, lock_workers, move_seat, seats_of
from dispatch.kit.errors import Conflict, Invalid
from dispatch.kit.uow import Uow
from dispatch.money.shift_money import Hours, ShiftMoney, money_of_shift, settle_worked
from dispatch.orders.life import close_when_done
from dispatch.orders.rules import ShiftStatus
from dispatch.orders.shifts import Shift, lock_shift, move_shift
from dispatch.orders.timeline import note
from dispatch.sms.service import QuestionKind, close_questions
from dispatch.staffing.attendance import SURPLUS
from dispatch.staffing.complete import Minutes, complete, minutes_until_left
from dispatch.staffing.gaps import facts_of
from dispatch.staffing.lifecycle import drop_timers_and_alarms
from dispatch.staffing.rules import promotion_order
from dispatch.staffing.seating import unfollow_seat
from dispatch.staffing.tell_client import tell_bill


class ShiftNotRunning(Conflict):
    """Only a shift that has started and is not closed can be closed."""


class HoursOfUnknownSeat(Invalid):
    """Hours are stated for a seat that is not of this shift, or whose man did not work."""


class WorkedHours(BaseModel):
    """What one man really worked, in minutes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seat_id: UUID
    minutes: Minutes


class CloseShift(BaseModel):
    """Hours where they differ from the plan; who is not named worked as planned."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hours: Annotated[tuple[WorkedHours, ...], Field(max_length=2000)] = ()


@dataclass(frozen=True, slots=True)
class ClosedShift:
    """What a shift came to in all, whoever was settled before included.

    `not_accounted` seats were neither seen nor named absent: they ended without a mark.
    """

    shift_id: UUID
    money: ShiftMoney
    completed: int
    called_out: int
    not_accounted: int


async def close_shift(uow: Uow, shift_id: UUID, command: CloseShift) -> ClosedShift:
    """Close a running shift.

    A seat that nobody accounted for ends without a mark: silence from the site is never a no-show. The places it
    leaves open were worked by the reserves who came. Who arrived in a primary seat worked; a reserve beyond the
    headcount and a man sent home as surplus get call-out pay. Who left early is paid until then, and who did so without
    leave earns no mark of a completed shift.

    Raises:
        ShiftNotFound: there is none.
        ShiftNotRunning: it has not started, or is over.
        HoursOfUnknownSeat: hours for a seat that did not work here.
    """
    shift = await lock_shift(uow, shift_id)
    if shift.status is not ShiftStatus.RUNNING:
        raise ShiftNotRunning(f"The shift is {shift.status}; only a running shift can be closed.", status=shift.status)
    await lock_workers(uow, [seat.worker_id for seat in await seats_of(uow, shift_id)])
    not_accounted = await _release_open(uow, await seats_of(uow, shift_id, statuses=[*EXPECTED, SeatStatus.ASKED]))
    await _give_open_places_to_reserves(uow, shift)
    seats = await seats_of(uow, shift_id)
    worked = [seat for seat in seats if seat.status is SeatStatus.ARRIVED and seat.kind is SeatKind.PRIMARY]
    came = [seat for seat in seats if seat.status is SeatStatus.ARRIVED and seat.kind is not SeatKind.PRIMARY]
    sent_home = [s for s in seats if s.status is SeatStatus.TURNED_AWAY_ON_SITE and s.reason == SURPLUS]
    done = [seat for seat in seats if seat.status is SeatStatus.COMPLETED]
    stated = _stated(command, worked)
    settled = await settle_worked(
        uow,
        shift,
        [Hours(seat.id, seat.worker_id, stated.get(seat.id, minutes_until_left(shift, seat))) for seat in worked],
        [Hours(seat.id, seat.worker_id) for seat in (*came, *sent_home)],
    )
    money = await money_of_shift(uow, shift_id) or settled
    await complete(uow, shift, worked, came)
    completed = len(worked) + sum(seat.kind is SeatKind.PRIMARY for seat in done)
    called_out = len(came) + len(sent_home) + sum(seat.kind is not SeatKind.PRIMARY for seat in done)
    await close_questions(
        uow, shift_id=shift_id, kinds=[kind for kind in QuestionKind if kind is not QuestionKind.FINE]
    )
    await drop_timers_and_alarms(uow, shift)
    await move_shift(uow, shift, ShiftStatus.CLOSED)
    await close_when_done(uow, shift.order_id)
    await tell_bill(uow, shift, money.bill_minor)
    await note(
        uow,
        shift_id,
        "closed",
        completed=completed,
        called_out=called_out,
        not_accounted=not_accounted,
        bill_minor=money.bill_minor,
        pay_minor=money.pay_minor,
        currency=money.currency,
    )
    return ClosedShift(shift_id, money, completed, called_out, not_accounted)


def _stated(command: CloseShift, worked: Collection[Seat]) -> dict[UUID, int]:
    known = {seat.id for seat in worked}
    for line in command.hours:
        if line.seat_id not in known:
            raise HoursOfUnknownSeat(
                "hours: this seat did not work on this shift; mark its man arrived first.", seat_id=line.seat_id
            )
    return {line.seat_id: line.minutes for line in command.hours}


async def _release_open(uow: Uow, seats: Collection[Seat]) -> int:
    missing = 0
    for seat in seats:
        expected = seat.kind is not SeatKind.STANDBY
        await move_seat(uow, seat, SeatStatus.RELEASED, reason="not accounted for" if expected else "shift over")
        await unfollow_seat(uow, seat)
        missing += expected
    return missing


async def _give_open_places_to_reserves(uow: Uow, shift: Shift) -> None:
    """Make reserves who are on site primary, in order of arrival, as far as the headcount has places."""
    seats = await seats_of(uow, shift.id, statuses=[SeatStatus.ARRIVED, SeatStatus.COMPLETED])
    open_places = shift.headcount - sum(seat.kind is SeatKind.PRIMARY for seat in seats)
    there = {s.id: s for s in seats if s.kind is SeatKind.RESERVE and s.status is SeatStatus.ARRIVED}
    for facts in promotion_order([facts_of(seat) for seat in there.values()])[: max(0, open_places)]:
        seat = there[facts.seat_id]
        await change_kind(uow, seat, SeatKind.PRIMARY)
        await note(uow, shift.id, "promoted", worker_id=seat.worker_id, seat_id=seat.id, was=seat.kind)
