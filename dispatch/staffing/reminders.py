"""Asking again before the start. Silence never takes a seat: it makes a man doubtful, and somebody rings him."""

from enum import StrEnum
from typing import Final
from uuid import UUID

from dispatch.crew.alarms import Severity, raise_alarm
from dispatch.crew.rules import SeatKind, SeatStatus
from dispatch.crew.seats import Seat, move_seat, read_seat
from dispatch.kit import outbox
from dispatch.kit.outbox import Job
from dispatch.kit.uow import Uow
from dispatch.orders.shifts import Shift, lock_shift, settle_status
from dispatch.orders.timeline import note
from dispatch.sms.service import (
    NOT_MEANT,
    Answer,
    NewQuestion,
    QuestionKind,
    answer_question,
    fresh_code,
    open_question,
)
from dispatch.sms.texts import Template
from dispatch.staffing.cover import reckon_cover
from dispatch.staffing.events import DOUBTFUL_DUE
from dispatch.staffing.facts import contact_of, place_of
from dispatch.staffing.gaps import close_gaps
from dispatch.staffing.outage import inbound_is_silent
from dispatch.staffing.stated import speaks_of
from dispatch.staffing.tell import tell
from dispatch.tenancy.policy import Pace, Policy
from dispatch.tenancy.queries import policy_in_force

DROPPED: Final = "reminders_dropped"
"""The alarm of reminders that fell into an outage of ours: dropped and listed, never sent late."""
_HELD_UP_GAPS: Final = 5
"""So many of the gaps that make an outage; a queue that is merely busy holds nothing up for so long."""


class Unreachable(StrEnum):
    """Why no text of ours reaches a man with a seat; also the alarm's kind."""

    STOPPED = "stopped_with_seat"
    LOST = "number_lost"


_DOUBTED_FOR: Final = {Unreachable.STOPPED: "wants no more texts", Unreachable.LOST: "wrong number"}
_ASKS: Final = {
    Unreachable.STOPPED: "A man with a seat stopped our texts: ring him, his seat is doubtful.",
    Unreachable.LOST: "The number of a man with a seat is not his any more: find him, his seat is doubtful.",
}


async def ask_evening(uow: Uow, job: Job) -> None:
    """Timer: the evening before."""
    await _ask_again(uow, job, Template.RECONFIRM_EVENING)


async def ask_on_the_day(uow: Uow, job: Job) -> None:
    """Timer: two hours before."""
    await _ask_again(uow, job, Template.RECONFIRM_DAY)


async def mark_doubtful(uow: Uow, job: Job) -> None:
    """Timer: who has not said again that he comes is doubtful, counts half, and is asked once more.

    A man to whom the question never left us is not doubtful: he was not silent. While we cannot hear anybody, nobody
    is.
    """
    seat, shift = await _locked(uow, job.subject_id)
    if not shift.ahead or seat.status is not SeatStatus.BOOKED or seat.kind is SeatKind.STANDBY:
        return
    policy = (await policy_in_force(uow)).policy
    if _overdue(uow, job, policy.pace):
        # His time to answer fell into an outage of ours: it starts again, if there is any left.
        again = uow.now + (policy.pace.reconfirm_lead - policy.pace.doubtful_lead)
        if again < shift.starts_at:
            await outbox.schedule(uow, DOUBTFUL_DUE, seat.id, again)
            return
        await _drop(uow, seat, shift, Template.DOUBTFUL_AGAIN)
        return
    if not await _question_left_us(uow, seat):
        return
    if await inbound_is_silent(uow, policy.pace):
        # He may have answered: his answer reaches us before this is tried again.
        await outbox.schedule(uow, DOUBTFUL_DUE, seat.id, uow.now + policy.pace.outage_gap)
        return
    await move_seat(uow, seat, SeatStatus.DOUBTFUL, reason="silent to the re-confirmation")
    await note(uow, shift.id, "doubtful", worker_id=seat.worker_id, seat_id=seat.id)
    await _send(uow, seat, shift, Template.DOUBTFUL_AGAIN)
    await close_gaps(uow, shift.id, policy)


async def _ask_again(uow: Uow, job: Job, template: Template) -> None:
    seat, shift = await _locked(uow, job.subject_id)
    asked = seat.status in (SeatStatus.BOOKED, SeatStatus.DOUBTFUL) and seat.kind is not SeatKind.STANDBY
    if not shift.ahead or not asked:
        return
    if _overdue(uow, job, (await policy_in_force(uow)).policy.pace):
        await _drop(uow, seat, shift, template)
        return
    await _send(uow, seat, shift, template)


def _overdue(uow: Uow, job: Job, pace: Pace) -> bool:
    """Whether a reminder was held up for so long that it must have been an outage of ours."""
    return uow.now - job.due_at > _HELD_UP_GAPS * pace.outage_gap


async def _drop(uow: Uow, seat: Seat, shift: Shift, template: Template) -> None:
    """List a reminder that was not sent, for people: on the timeline, and as one alarm for the shift."""
    await raise_alarm(
        uow,
        DROPPED,
        "Reminders of this shift fell into an outage and were not sent: see who has not confirmed, and ring.",
        shift_id=shift.id,
        severity=Severity.WARNING,
    )
    await note(uow, shift.id, "reminder_dropped", worker_id=seat.worker_id, seat_id=seat.id, how=template)


async def _locked(uow: Uow, seat_id: UUID) -> tuple[Seat, Shift]:
    shift = await lock_shift(uow, (await read_seat(uow, seat_id)).shift_id)
    return await read_seat(uow, seat_id), shift


async def _send(uow: Uow, seat: Seat, shift: Shift, template: Template) -> None:
    contact = await contact_of(uow, seat.worker_id)
    place = await place_of(uow, shift)
    question = await open_question(
        uow,
        NewQuestion(
            phone_id=contact.phone_id,
            worker_id=seat.worker_id,
            kind=QuestionKind.RECONFIRM,
            subject_id=seat.id,
            shift_id=shift.id,
            code=await fresh_code(uow, contact.phone_id),
            closes_at=shift.starts_at,
            label=f"{place.local_start:%d.%m %H:%M}",
            language=contact.language,
            starts_at=place.starts_at,
            ends_at=place.ends_at,
        ),
    )
    await tell(
        uow,
        contact,
        template,
        place,
        key=(seat.id, shift.terms_version),
        question_id=question.id,
        code=question.code,
        deadline=shift.starts_at,
    )
    await note(uow, shift.id, "reconfirm_asked", worker_id=seat.worker_id, seat_id=seat.id, how=template)


async def _question_left_us(uow: Uow, seat: Seat) -> bool:
    return bool(
        await uow.fetchval(
            """SELECT EXISTS (SELECT FROM messages m JOIN questions q ON q.id = m.question_id
               WHERE q.franchise_id = $1 AND q.subject_id = $2 AND q.kind = 'reconfirm'
                 AND m.status IN ('sent', 'delivered', 'unknown', 'sending'))""",
            uow.franchise_id,
            seat.id,
        )
    )


async def reconfirm(uow: Uow, answer: Answer) -> str:
    """Settle a yes to "are you still coming?"."""
    return await confirm_seat(uow, answer.question.subject_id, answer)


async def confirm_seat(uow: Uow, seat_id: UUID, answer: Answer) -> str:
    """Write that a man said again that he comes; no text, unless more is open and he should know."""
    policy = (await policy_in_force(uow)).policy
    seat, shift = await _locked(uow, seat_id)
    if not speaks_of(answer, [await place_of(uow, shift)], policy.pace):
        return NOT_MEANT
    await answer_question(uow, answer.question.id)
    if seat.status not in (SeatStatus.BOOKED, SeatStatus.DOUBTFUL):
        return "reconfirmed_already" if seat.status is SeatStatus.RECONFIRMED else "seat_over"
    await move_seat(uow, seat, SeatStatus.RECONFIRMED)
    await note(uow, shift.id, "reconfirmed", worker_id=seat.worker_id, seat_id=seat.id)
    await reckon_cover(uow, shift.id, policy)
    await settle_status(uow, shift.id)
    if answer.still_open:
        contact = await contact_of(uow, seat.worker_id)
        await tell(
            uow,
            contact,
            Template.RECONFIRMED,
            await place_of(uow, shift),
            key=(answer.inbound_id,),
            account_id=answer.account_id,
            still_open=answer.still_open,
        )
    return "reconfirmed"


async def doubt_after_stop(uow: Uow, job: Job) -> None:
    """Event: a man with live seats wants no more texts. His seats stay, doubtful, and the dispatcher rings him."""
    policy: Policy = (await policy_in_force(uow)).policy
    seat, shift = await _locked(uow, UUID(job.detail["seat_id"]))
    if not shift.open or not seat.live or seat.status is SeatStatus.ARRIVED:
        return
    await doubt_unreachable(uow, shift, seat)
    await close_gaps(uow, shift.id, policy)


async def doubt_unreachable(uow: Uow, shift: Shift, seat: Seat, why: Unreachable = Unreachable.STOPPED) -> None:
    """Doubt the seat of a man whom no text of ours reaches, and let people ring him."""
    if seat.status in (SeatStatus.BOOKED, SeatStatus.RECONFIRMED) and seat.kind is not SeatKind.STANDBY:
        await move_seat(uow, seat, SeatStatus.DOUBTFUL, reason=_DOUBTED_FOR[why])
    await raise_alarm(
        uow, why, _ASKS[why], shift_id=shift.id, severity=Severity.WARNING, key=str(seat.id), seat_id=seat.id
    )
    await note(uow, shift.id, why, worker_id=seat.worker_id, seat_id=seat.id)
