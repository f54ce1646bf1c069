"""What a dispatcher does by hand on a shift: pause, resume, release a seat, mark an arrival, take a list."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from dispatch.crew.attendance import AttendanceList, new_list
from dispatch.crew.rules import SeatStatus
from dispatch.crew.seats import Seat, live_seats, lock_workers, move_seat, read_seat
from dispatch.kit import outbox
from dispatch.kit.errors import Conflict, Invalid
from dispatch.kit.text import ShortText
from dispatch.kit.uow import Uow
from dispatch.kit.walltime import Instant
from dispatch.money.shift_money import Hours, settle_call_outs
from dispatch.orders.rules import ShiftStatus
from dispatch.orders.shifts import Shift, lock_shift, read_shift, set_paused
from dispatch.orders.timeline import note
from dispatch.sms.texts import Template
from dispatch.staffing.attendance import TOO_EARLY, arrive, locked_seat
from dispatch.staffing.events import WAVE_DUE
from dispatch.staffing.facts import contact_of, place_of
from dispatch.staffing.gaps import close_gaps
from dispatch.staffing.leave import SeatIsOver
from dispatch.staffing.seating import unfollow_seat
from dispatch.staffing.site import apply_list
from dispatch.staffing.tell import tell
from dispatch.tenancy.policy import Policy
from dispatch.tenancy.queries import policy_in_force


class ArrivalTooEarly(Conflict):
    """Nobody is on site hours or days before he is due; the seat is of another day."""


class ShiftIsOver(Conflict):
    """The shift is closed or cancelled."""


class ListOutOfTime(Invalid):
    """A list taken before the shift starts, or in the future, says nothing."""


class SeatNotOfThisShift(Invalid):
    """A list names a seat that is not a live primary or reserve seat of this shift."""


class TakeList(BaseModel):
    """A list of who is on site: name the present or the missing by seat; everybody else on the list is the other."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    taken_at: Instant
    source: Literal["foreman", "client", "dispatcher"] = "foreman"
    present: Annotated[tuple[UUID, ...], Field(max_length=2000)] | None = None
    missing: Annotated[tuple[UUID, ...], Field(max_length=2000)] | None = None


class ReleaseSeat(BaseModel):
    """Why a seat is ended by us; call-out pay where he was booked inside the notice."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: ShortText
    call_out_pay: bool = False


async def pause_shift(uow: Uow, shift_id: UUID) -> None:
    """Stop asking people; seats, reminders and attendance go on. Twice changes nothing."""
    shift = await _open_shift(uow, shift_id)
    if await set_paused(uow, shift, paused=True):
        await note(uow, shift.id, "paused")


async def resume_shift(uow: Uow, shift_id: UUID) -> None:
    """Ask people again, from now."""
    shift = await _open_shift(uow, shift_id)
    if await set_paused(uow, shift, paused=False):
        await note(uow, shift.id, "resumed")
        await outbox.schedule(uow, WAVE_DUE, shift.order_id, uow.now)


async def release_seat(uow: Uow, seat_id: UUID, command: ReleaseSeat) -> None:
    """End a seat from our side, without a mark; the man is told, the gap is closed.

    Raises:
        SeatIsOver: it ended before.
    """
    seat, shift = await locked_seat(uow, seat_id)
    policy = (await policy_in_force(uow)).policy
    await end_seat(uow, shift, seat, command, policy)
    await close_gaps(uow, shift.id, policy)


async def end_seat(uow: Uow, shift: Shift, seat: Seat, command: ReleaseSeat, policy: Policy) -> None:
    """End a seat under its locks and tell its man; what becomes of his place is the caller's to settle.

    Raises:
        SeatIsOver: it ended before.
    """
    if not seat.live or seat.status in (SeatStatus.ARRIVED, SeatStatus.COMPLETED):
        raise SeatIsOver("This seat has ended or its man is on site already.", seat_id=seat.id)
    await move_seat(uow, seat, SeatStatus.RELEASED, reason=command.reason)
    await unfollow_seat(uow, seat)
    if command.call_out_pay:
        await settle_call_outs(uow, shift, [Hours(seat.id, seat.worker_id)])
    contact = await contact_of(uow, seat.worker_id)
    await tell(
        uow,
        contact,
        Template.RELEASED,
        await place_of(uow, shift),
        key=(seat.id, "by_hand"),
        hours=policy.money.call_out_hours if command.call_out_pay else None,
    )
    await note(uow, shift.id, "released", worker_id=seat.worker_id, seat_id=seat.id, reason=command.reason)


async def mark_arrived(uow: Uow, seat_id: UUID) -> str:
    """A dispatcher or foreman says that a man is on site, now; returns what it came to.

    Raises:
        ArrivalTooEarly: it is hours or days before his due time.
        SeatIsOver: his seat has ended otherwise.
    """
    seat, shift = await locked_seat(uow, seat_id)
    policy = (await policy_in_force(uow)).policy
    outcome = await arrive(uow, shift, seat, uow.now, source="dispatcher", policy=policy)
    if outcome == TOO_EARLY:
        raise ArrivalTooEarly(
            "The shift starts much later: look whether this is the right seat.", seat_id=seat_id, due_at=seat.due_at
        )
    if outcome == "seat_over":
        raise SeatIsOver("This seat has ended; give him a new one with POST shifts/{id}/invitations.", seat_id=seat_id)
    return outcome


async def take_list(uow: Uow, shift_id: UUID, command: TakeList) -> AttendanceList:
    """Take a list of who is on site, from people, and draw what follows.

    Raises:
        ListOutOfTime: taken before the start or in the future.
        SeatNotOfThisShift: it names other seats.
        ShiftIsOver: the shift is closed or cancelled.
    """
    if (command.present is None) == (command.missing is None):
        raise Invalid("present, missing: give exactly one of them; everybody else on the list is the other.")
    shift = await _open_shift(uow, shift_id)
    if command.taken_at < shift.starts_at or command.taken_at > uow.now:
        raise ListOutOfTime("taken_at: a list counts from the shift's start until now.")
    crew = {seat.id for seat in await live_seats(uow, shift_id) if seat.kind != "standby"}
    crew |= {
        row["seat_id"]
        for row in await uow.fetch(
            "SELECT seat_id FROM no_shows WHERE franchise_id = $1 AND shift_id = $2 AND reversed_at IS NULL",
            uow.franchise_id,
            shift_id,
        )
    }
    named = set(command.present if command.present is not None else command.missing or ())
    if not named <= crew:
        raise SeatNotOfThisShift("present, missing: name live primary or reserve seats of this shift.")
    missing = named if command.missing is not None else crew - named
    seen = new_list(
        taken_at=command.taken_at,
        source=command.source,
        author=uow.actor,
        present=sorted(crew - missing),
        missing=sorted(missing),
    )
    await lock_workers(uow, [(await read_seat(uow, seat)).worker_id for seat in sorted(crew)])
    await apply_list(uow, shift, seen)
    return seen


async def _open_shift(uow: Uow, shift_id: UUID) -> Shift:
    await lock_shift(uow, shift_id)
    shift = await read_shift(uow, shift_id)
    if shift.status in (ShiftStatus.CLOSED, ShiftStatus.CANCELLED):
        raise ShiftIsOver(f"The shift is {shift.status}.", status=shift.status)
    return shift
