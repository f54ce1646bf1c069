"""What came of ringing a man: his word on the phone counts like a text, under the name of whoever rang."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from dispatch.crew.alarms import resolve_alarms
from dispatch.crew.calls import CallResult, claim_call, end_claim, record_call
from dispatch.crew.queries import call_list
from dispatch.crew.rules import PENDING, InvitationStatus, SeatKind, SeatStatus
from dispatch.crew.seats import Seat, accept_terms, last_seat_of, lock_workers, move_seat
from dispatch.crew.waves import Invitation, give_back, invitation_of, move_invitations, pending_of_question, renew_terms
from dispatch.kit.errors import Conflict, Invalid
from dispatch.kit.text import Clean
from dispatch.kit.uow import Uow
from dispatch.orders.rules import ShiftStatus
from dispatch.orders.shifts import Shift, lock_shift, settle_status
from dispatch.orders.timeline import note
from dispatch.sms.service import InboxKind, QuestionKind, add_inbox_item, close_questions
from dispatch.staffing.cover import reckon_cover
from dispatch.staffing.facts import contact_of, place_of
from dispatch.staffing.gaps import close_gaps, promote_standby
from dispatch.staffing.leave import cancel_seat, confirm_cancel
from dispatch.staffing.reminders import Unreachable
from dispatch.staffing.settle import look_again_if_all_answered, reckon_seated, settle_day, tell_outcome
from dispatch.tenancy.policy import Policy
from dispatch.tenancy.queries import policy_in_force

NOTED = "noted"
"""The outcome of a call that changes nothing by itself."""


class WorkerNotOfThisShift(Invalid):
    """A call about a man who was neither asked for this shift nor holds a seat on it."""


class NotToBeRung(Conflict):
    """Nobody has to be rung about this any more: he answered meanwhile, or somebody rang him."""

    def __init__(self) -> None:
        super().__init__("He is not on the call list any more: he answered meanwhile, or was rung.")


class RecordCall(BaseModel):
    """Who was rung about a shift, and what he said, if anybody answered."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    worker_id: UUID
    result: CallResult
    note: Annotated[str, Clean(max_length=500, min_length=0, lines=True)] = ""


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """A call as kept; `outcome` is what it changed: e.g. `reconfirmed`, `cancelled`, `accepted_reserve`, `noted`."""

    id: UUID
    shift_id: UUID
    worker_id: UUID
    result: CallResult
    outcome: str


async def record_call_result(uow: Uow, shift_id: UUID, command: RecordCall) -> RecordedCall:
    """Keep the result of a call and do what the man said, as if he had texted it.

    A yes re-confirms a seat on the terms in force, or accepts the offer while a place is open; a no cancels the seat at
    the usual cost, or declines. A wrong number makes a seat doubtful and goes before people. On a shift that is over
    the call is kept, and whoever was rung about its cancel needs no further ringing. A claim of the caller's ends.

    Raises:
        ShiftNotFound: there is none.
        WorkerNotOfThisShift: he was neither asked nor seated here.
        BeingRung: somebody else is ringing him just now.
    """
    shift = await lock_shift(uow, shift_id)
    await lock_workers(uow, [command.worker_id])
    seat = await last_seat_of(uow, shift_id, command.worker_id)
    invitation = await invitation_of(uow, shift_id, command.worker_id)
    if seat is None and invitation is None:
        raise WorkerNotOfThisShift(
            "worker_id: he was not asked for this shift; ask him with POST shifts/{id}/invitations.",
            worker_id=command.worker_id,
        )
    await end_claim(uow, command.worker_id)
    call_id = await record_call(uow, shift_id, command.worker_id, command.result, command.note)
    outcome = await _settle(uow, shift, seat, invitation, command.result, call_id)
    await note(
        uow,
        shift_id,
        "called",
        worker_id=command.worker_id,
        call_id=call_id,
        result=command.result,
        outcome=outcome,
    )
    return RecordedCall(call_id, shift_id, command.worker_id, command.result, outcome)


async def claim_to_ring(uow: Uow, shift_id: UUID, worker_id: UUID) -> datetime:
    """Take a man from a shift's call list, so that nobody else rings him, and return until when.

    Raises:
        NotToBeRung: he is not on the list, or not any more.
        BeingRung: somebody else has him.
    """
    if worker_id not in {row["worker_id"] for row in await call_list(uow, shift_id)}:
        raise NotToBeRung
    return await claim_call(uow, shift_id, worker_id)


async def _settle(
    uow: Uow, shift: Shift, seat: Seat | None, invitation: Invitation | None, result: CallResult, call_id: UUID
) -> str:
    if not shift.open:
        return await _reached_after_cancel(uow, shift, seat, result)
    policy = (await policy_in_force(uow)).policy
    held = seat if seat is not None and seat.live else None
    match result:
        case CallResult.YES:
            return await _yes(uow, shift, held, invitation, call_id, policy)
        case CallResult.NO:
            return await _no(uow, shift, held, invitation, call_id, policy)
        case CallResult.WRONG_NUMBER:
            return await _wrong_number(uow, shift, held, invitation, call_id, policy)
    return NOTED


async def _yes(
    uow: Uow, shift: Shift, held: Seat | None, invitation: Invitation | None, call_id: UUID, policy: Policy
) -> str:
    if held is not None and held.status is SeatStatus.ASKED:
        await close_questions(uow, subject_ids=[held.id], kinds=[QuestionKind.PROMOTION])
        return await promote_standby(uow, shift, held, policy, key=call_id)
    if held is not None:
        return await _confirm(uow, shift, held, policy)
    if invitation is not None and shift.ahead:
        return await _accept(uow, shift, invitation, call_id, policy)
    return NOTED


async def _no(
    uow: Uow, shift: Shift, held: Seat | None, invitation: Invitation | None, call_id: UUID, policy: Policy
) -> str:
    if held is not None and held.status not in (SeatStatus.ARRIVED, SeatStatus.COMPLETED):
        recorded = await cancel_seat(uow, held.id, uow.now, policy, evidence={"call_id": call_id})
        await confirm_cancel(uow, held, recorded, policy, key=call_id)
        return "cancelled"
    if held is None and invitation is not None:
        return await _decline(uow, shift, invitation)
    return NOTED


async def _reached_after_cancel(uow: Uow, shift: Shift, seat: Seat | None, result: CallResult) -> str:
    if shift.status is not ShiftStatus.CANCELLED or seat is None or result not in (CallResult.YES, CallResult.NO):
        return NOTED
    await close_questions(uow, subject_ids=[seat.id], kinds=[QuestionKind.NOTICE])
    await resolve_alarms(uow, "cancel_unread", shift.id, key=str(seat.id))
    return "understood"


async def _confirm(uow: Uow, shift: Shift, seat: Seat, policy: Policy) -> str:
    if not shift.ahead or seat.kind is SeatKind.STANDBY:
        return NOTED
    await accept_terms(uow, seat.id, shift.terms_version)
    await close_questions(uow, subject_ids=[seat.id], kinds=[QuestionKind.RECONFIRM, QuestionKind.CHANGE])
    for alarm in Unreachable:
        await resolve_alarms(uow, alarm, shift.id, key=str(seat.id))
    if seat.status not in (SeatStatus.BOOKED, SeatStatus.DOUBTFUL):
        return NOTED
    await move_seat(uow, seat, SeatStatus.RECONFIRMED)
    await note(uow, shift.id, "reconfirmed", worker_id=seat.worker_id, seat_id=seat.id)
    await reckon_cover(uow, shift.id, policy)
    await settle_status(uow, shift.id)
    return "reconfirmed"


async def _accept(uow: Uow, shift: Shift, invitation: Invitation, call_id: UUID, policy: Policy) -> str:
    """Seat a man who says yes on the phone: he was told the present terms, and a late yes counts like a texted one."""
    if invitation.terms_version < shift.terms_version:
        await renew_terms(uow, invitation.id, shift.terms_version)
        invitation = replace(invitation, terms_version=shift.terms_version)
    contact = await contact_of(uow, invitation.worker_id)
    place = await place_of(uow, shift)
    outcome = await settle_day(uow, shift, invitation, place, contact, policy)
    await end_offer(uow, invitation)
    await reckon_seated(uow, [shift.id], policy)
    await look_again_if_all_answered(uow, shift)
    await tell_outcome(uow, contact, outcome, [place], policy, key=("call", call_id), code=None)
    return str(outcome)


async def _decline(uow: Uow, shift: Shift, invitation: Invitation) -> str:
    if not await move_invitations(uow, [invitation.id], InvitationStatus.DECLINED):
        return NOTED
    if invitation.status in PENDING:
        await uow.run("SELECT note_answers($1, false)", [invitation.worker_id])
    await end_offer(uow, invitation)
    await note(uow, shift.id, "declined", worker_id=invitation.worker_id)
    await look_again_if_all_answered(uow, shift)
    return "declined"


async def end_offer(uow: Uow, invitation: Invitation) -> None:
    """End what the offer still asks of him, unless other days of its block wait for his answer; give budget back."""
    if invitation.status in PENDING:
        await give_back(uow, invitation, unsent=False)
    if invitation.question_id is not None and not await pending_of_question(uow, invitation.question_id):
        await close_questions(uow, question_ids=[invitation.question_id])


async def _wrong_number(
    uow: Uow, shift: Shift, seat: Seat | None, invitation: Invitation | None, call_id: UUID, policy: Policy
) -> str:
    worker_id = seat.worker_id if seat is not None else invitation.worker_id if invitation is not None else None
    await add_inbox_item(
        uow,
        InboxKind.CALL,
        "The number is not his any more: find out his new one, or put him to rest.",
        worker_id=worker_id,
        shift_id=shift.id,
        subject_id=call_id,
        suggestion=str(CallResult.WRONG_NUMBER),
    )
    doubted = (SeatStatus.BOOKED, SeatStatus.RECONFIRMED)
    if seat is None or not shift.ahead or seat.kind is SeatKind.STANDBY or seat.status not in doubted:
        return NOTED
    await move_seat(uow, seat, SeatStatus.DOUBTFUL, reason="wrong number")
    await note(uow, shift.id, "doubtful", worker_id=seat.worker_id, seat_id=seat.id)
    await close_gaps(uow, shift.id, policy)
    return "doubtful"
