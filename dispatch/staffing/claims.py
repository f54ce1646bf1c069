"""A man is seated: whatever else he was asked or held for at that time ends, in every franchise, each under its lock.

The franchise that loses him learns that he is booked elsewhere, never by whom.
"""

from uuid import UUID

from dispatch.crew.rules import InvitationStatus, SeatKind, SeatStatus
from dispatch.crew.seats import move_seat, read_seat
from dispatch.crew.waves import give_back, move_invitations, pending_of_question, read_invitations
from dispatch.kit import outbox
from dispatch.kit.outbox import Job
from dispatch.kit.uow import Uow
from dispatch.orders.shifts import lock_shift
from dispatch.orders.timeline import note
from dispatch.sms.service import close_questions
from dispatch.sms.texts import Template
from dispatch.staffing.digests import take_back
from dispatch.staffing.events import CLAIM_LOST, WAVE_DUE
from dispatch.staffing.facts import contact_of, place_of
from dispatch.staffing.gaps import close_gaps
from dispatch.staffing.seating import unfollow_seat
from dispatch.staffing.tell import tell
from dispatch.tenancy.queries import policy_in_force

_ELSEWHERE = "booked elsewhere"


async def end_other_claims(uow: Uow, job: Job) -> None:
    """Event: a seat was taken. Write one event for each overlapping offer and standby seat, in its own tenant."""
    seat = await read_seat(uow, job.subject_id)
    if not seat.live or seat.kind is SeatKind.STANDBY:
        return
    rows = await uow.fetch(
        "SELECT * FROM claims_overlapping($1, (SELECT busy FROM seats WHERE id = $2), $3)",
        seat.worker_id,
        seat.id,
        seat.shift_id,
    )
    for row in rows:
        await outbox.emit_for(
            uow,
            row["franchise_id"],
            CLAIM_LOST,
            row["subject_id"],
            n=await _times_lost(uow, row["subject_id"]),
            claim=row["kind"],
            shift_id=row["shift_id"],
        )


async def _times_lost(uow: Uow, subject_id: UUID) -> int:
    """Return how often this claim was lost before: a withdrawn invitation may be asked again and lost again."""
    count = await uow.fetchval(
        "SELECT count(*) FROM outbox WHERE kind = $1 AND subject_id = $2 AND state <> 'pending'", CLAIM_LOST, subject_id
    )
    return int(count)


async def lose_claim(uow: Uow, job: Job) -> None:
    """Event: a man we asked, or have on standby, is booked at that time. End it and let others be asked."""
    shift = await lock_shift(uow, UUID(job.detail["shift_id"]))
    if job.detail["claim"] == "standby":
        seat = await read_seat(uow, job.subject_id)
        if not seat.live or seat.kind is not SeatKind.STANDBY:
            return
        await move_seat(uow, seat, SeatStatus.RELEASED, reason=_ELSEWHERE)
        await unfollow_seat(uow, seat)
        await note(uow, shift.id, "standby_lost", worker_id=seat.worker_id, seat_id=seat.id, reason=_ELSEWHERE)
        await close_gaps(uow, shift.id, (await policy_in_force(uow)).policy)
        return
    (invitation,) = await read_invitations(uow, [job.subject_id])
    if not await move_invitations(uow, [invitation.id], InvitationStatus.WITHDRAWN, reason=_ELSEWHERE):
        return
    await note(uow, shift.id, "offer_withdrawn", worker_id=invitation.worker_id, reason=_ELSEWHERE)
    if invitation.question_id is not None:
        await _withdraw_text(uow, invitation.question_id, invitation.worker_id, shift.id)
    await give_back(uow, invitation, unsent=False)
    if shift.ahead:
        await outbox.schedule(uow, WAVE_DUE, shift.order_id, uow.now)


async def _withdraw_text(uow: Uow, question_id: UUID, worker_id: UUID, shift_id: UUID) -> None:
    """Take the offer's text back if it is still queued; otherwise tell him that it does not hold any more."""
    if await pending_of_question(uow, question_id):
        return
    code = await uow.fetchval("SELECT code FROM questions WHERE id = $1", question_id)
    await close_questions(uow, question_ids=[question_id])
    if await take_back(uow, "withdrawn", [question_id]):
        return
    shift = await lock_shift(uow, shift_id)
    contact = await contact_of(uow, worker_id)
    await tell(uow, contact, Template.BUSY, await place_of(uow, shift), key=("busy", question_id), code=code)
