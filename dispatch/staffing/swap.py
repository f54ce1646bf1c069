"""One man for another, in one act: the first is told not to come, the second is seated or asked.

Everything happens in one transaction under the shift's lock and the locks of both men. Whatever stops the second half
leaves the first man in his seat, untold; done twice, the second time finds the seat over and tells nobody anything.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from dispatch.crew.rules import PENDING, InvitationStatus, SeatKind
from dispatch.crew.seats import Seat, change_kind, last_seat_of, lock_workers, read_seat, set_limits
from dispatch.crew.waves import Invitation, invitation_of, move_invitations, renew_terms
from dispatch.kit import outbox
from dispatch.kit.errors import Conflict
from dispatch.kit.text import ShortText
from dispatch.kit.uow import Uow
from dispatch.orders.shifts import Shift, lock_shift, read_shift
from dispatch.orders.timeline import note
from dispatch.sms.service import QuestionKind, close_questions
from dispatch.sms.texts import Template
from dispatch.staffing.by_hand import (
    InviteByHand,
    NotEligible,
    invite_by_hand,
    reasons_against_seating,
    why_him,
)
from dispatch.staffing.calls import end_offer
from dispatch.staffing.events import LIMIT_DUE, SEAT_TAKEN
from dispatch.staffing.facts import contact_of, contacts_of, place_of
from dispatch.staffing.gaps import close_gaps
from dispatch.staffing.operate import ReleaseSeat, ShiftIsOver, end_seat
from dispatch.staffing.rules import attendance_limits
from dispatch.staffing.seating import Willing, follow_seat, seat_willing, set_reminders
from dispatch.staffing.settle import tell_outcome
from dispatch.staffing.tell import tell
from dispatch.tenancy.policy import Policy
from dispatch.tenancy.queries import policy_in_force

_SEATED_WORDS: Final = {
    SeatKind.PRIMARY: Template.ACCEPTED_PRIMARY,
    SeatKind.RESERVE: Template.ACCEPTED_RESERVE,
}


class NoSwap(Conflict):
    """These two cannot change places."""


class SwapSeat(BaseModel):
    """Who takes the seat, and why.

    `agreed`: he said yes to somebody of ours, so he is seated at once; otherwise he gets an offer like anybody asked by
    hand, and the place is open until he answers.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    worker_id: UUID
    reason: ShortText
    agreed: bool = False
    call_out_pay: bool = False


@dataclass(frozen=True, slots=True)
class Swapped:
    """What became of the second man: the kind of his seat, or None when he was asked."""

    shift_id: UUID
    worker_id: UUID
    kind: SeatKind | None


async def swap_seat(uow: Uow, seat_id: UUID, command: SwapSeat) -> Swapped:
    """End one man's seat and give it, or offer it, to another; both are told.

    A reserve moves up unasked, as always; a standby and everybody else needs to have agreed to be seated.

    Raises:
        SeatNotFound: there is no such seat.
        SeatIsOver: it ended before, or its man is on site.
        ShiftIsOver: the shift is closed or cancelled.
        NoSwap: he holds such a seat himself, has to agree first, or is booked elsewhere at that time.
        NotEligible: a hard rule forbids asking or seating him.
        WorkerNotInPool: there is no such worker.
    """
    found = await read_seat(uow, seat_id)
    shift = await lock_shift(uow, found.shift_id)
    await lock_workers(uow, [found.worker_id, command.worker_id])
    seat, held = await read_seat(uow, seat_id), await last_seat_of(uow, shift.id, command.worker_id)
    if not shift.open:
        raise ShiftIsOver(f"The shift is {shift.status}.", status=shift.status)
    if seat.worker_id == command.worker_id:
        raise NoSwap("Choose another man than the one who holds the seat.")
    if seat.kind is SeatKind.STANDBY:
        raise NoSwap("A standby is not swapped: call him off, and ask somebody else.")
    policy = (await policy_in_force(uow)).policy
    if command.agreed and (held is None or not held.live):
        await _check(uow, shift, command.worker_id)
    released = ReleaseSeat(reason=command.reason, call_out_pay=command.call_out_pay)
    await end_seat(uow, shift, seat, released, policy)
    kind: SeatKind | None = None
    if held is not None and held.live:
        kind = await _move_up(uow, shift, seat, held, command, policy)
    elif command.agreed:
        kind = await _seat(uow, shift, command.worker_id, policy)
    else:
        await invite_by_hand(uow, shift.id, InviteByHand(worker_id=command.worker_id, reason=command.reason))
    await note(
        uow,
        shift.id,
        "swapped",
        worker_id=command.worker_id,
        seat_id=seat.id,
        instead_of=seat.worker_id,
        seat_kind=kind,
    )
    await close_gaps(uow, shift.id, policy)
    return Swapped(shift.id, command.worker_id, kind)


async def _check(uow: Uow, shift: Shift, worker_id: UUID) -> None:
    reasons = await reasons_against_seating(uow, shift, worker_id)
    if reasons:
        raise NotEligible(reasons)
    if worker_id not in await contacts_of(uow, [worker_id]):
        raise NoSwap("He is another franchise's man and was never asked by yours: ask him, then he may answer.")


async def _move_up(uow: Uow, shift: Shift, freed: Seat, held: Seat, command: SwapSeat, policy: Policy) -> SeatKind:
    """Give the freed kind of seat to a man who sits on this shift in a lower one."""
    if held.kind is freed.kind or held.kind is SeatKind.PRIMARY:
        raise NoSwap("He holds such a seat on this shift himself.")
    if held.kind is SeatKind.STANDBY and not command.agreed:
        raise NoSwap("He is standby at home: ring him first, and say here that he agreed.")
    if not await change_kind(uow, held, freed.kind):
        raise NoSwap("He is booked elsewhere at that time by now.")
    contact, place = await contact_of(uow, held.worker_id), await place_of(uow, shift)
    due_at = held.due_at
    if held.kind is SeatKind.STANDBY:
        due_at = max(shift.starts_at, uow.now + policy.pace.promotion_window)
        grace_at, limit_at = attendance_limits(policy.pace, due_at)
        await set_limits(uow, held.id, due_at=due_at, grace_at=grace_at, limit_at=limit_at, announced_min=None)
        await close_questions(uow, subject_ids=[held.id], kinds=[QuestionKind.PROMOTION])
        await set_reminders(uow, await read_seat(uow, held.id), place, policy.pace)
        await outbox.schedule(uow, LIMIT_DUE, held.id, limit_at)
        await outbox.emit(uow, SEAT_TAKEN, held.id)
    await note(uow, shift.id, "promoted", worker_id=held.worker_id, seat_id=held.id, was=held.kind, due_at=due_at)
    await tell(uow, contact, Template.PROMOTED, place, key=(held.id,))
    return freed.kind


async def _seat(uow: Uow, shift: Shift, worker_id: UUID, policy: Policy) -> SeatKind:
    """Seat a man who agreed, on the terms in force; his open offer for the shift is answered by it."""
    asked = await invitation_of(uow, shift.id, worker_id)
    if asked is not None and asked.terms_version < shift.terms_version:
        await renew_terms(uow, asked.id, shift.terms_version)
    man = Willing(
        worker_id=worker_id,
        invitation_id=None if asked is None else asked.id,
        terms_version=shift.terms_version,
        p_show=(await why_him(uow, shift.id, worker_id)).p_show if asked is None else asked.p_show,
        second_chance=asked is not None and asked.second_chance,
        due_at=None if shift.ahead else max(shift.starts_at, uow.now + policy.pace.promotion_window),
    )
    kinds = (SeatKind.PRIMARY, SeatKind.RESERVE)
    kind, seat_id = await seat_willing(uow, await read_shift(uow, shift.id), man, policy.pace, kinds=kinds)
    if kind is None or seat_id is None:
        raise NoSwap("He is booked elsewhere at that time by now.")
    contact, place = await contact_of(uow, worker_id), await place_of(uow, shift)
    await follow_seat(uow, seat_id, place, contact, policy.pace)
    if asked is not None:
        await _accepted(uow, asked)
    await tell_outcome(uow, contact, _SEATED_WORDS[kind], [place], policy, key=("swap", seat_id), code=None)
    return kind


async def _accepted(uow: Uow, asked: Invitation) -> None:
    await move_invitations(uow, [asked.id], InvitationStatus.ACCEPTED)
    if asked.status in PENDING:
        await uow.run("SELECT note_answers($1, true)", [asked.worker_id])
    await end_offer(uow, asked)
