"""Who is on site: arrivals and announced delays, from a man's own words, a list, or a dispatcher."""

from datetime import datetime, timedelta
from uuid import UUID

from dispatch.crew.alarms import resolve_alarms
from dispatch.crew.rules import SeatKind, SeatStatus
from dispatch.crew.seats import (
    Seat,
    lock_workers,
    move_seat,
    read_seat,
    record_arrival,
    record_presence,
    seats_of,
    set_limits,
)
from dispatch.kit import outbox
from dispatch.kit.uow import Uow
from dispatch.orders.shifts import Shift, lock_shift, read_shift
from dispatch.orders.timeline import note
from dispatch.rating.rules import lateness_kind
from dispatch.rating.service import Fact, record_breach
from dispatch.sms.service import PASS_ON, Answer, QuestionKind, answer_question, close_questions
from dispatch.sms.texts import Template
from dispatch.staffing.disputes import tell_fine_for_lateness
from dispatch.staffing.eta import open_eta
from dispatch.staffing.events import LIMIT_DUE
from dispatch.staffing.facts import contact_of, place_of
from dispatch.staffing.gaps import close_gaps
from dispatch.staffing.reversal import reverse_no_show_of
from dispatch.staffing.rules import attendance_limits, late_minutes
from dispatch.staffing.tell import tell
from dispatch.staffing.tell_client import tell_on_way
from dispatch.tenancy.policy import Policy
from dispatch.tenancy.queries import policy_in_force

TOO_EARLY = "too_early"
"""What an arrival hours or days before the due time comes to: nothing; somebody mistook the day."""
SURPLUS = "surplus"
"""Why a man who came is sent home with call-out pay: as many as the client asked for were there before him."""


async def arrive_by_text(uow: Uow, answer: Answer) -> str:
    """Settle "I am on site" from a man with a seat."""
    seat, shift = await locked_seat(uow, answer.question.subject_id)
    policy = (await policy_in_force(uow)).policy
    outcome = await arrive(uow, shift, seat, answer.received_at, source="sms", policy=policy)
    if outcome == "seat_over":
        return PASS_ON
    if outcome == TOO_EARLY or (outcome == "arrived" and answer.still_open):
        contact = await contact_of(uow, seat.worker_id)
        place = await place_of(uow, shift)
        await tell(
            uow,
            contact,
            Template.ADDRESS_INFO if outcome == TOO_EARLY else Template.ARRIVED_NOTED,
            place,
            key=(answer.inbound_id,),
            account_id=answer.account_id,
            still_open=answer.still_open,
            time=answer.received_at.astimezone(place.zone),
        )
    return outcome


async def arrive(
    uow: Uow, shift: Shift, seat: Seat, at: datetime, *, source: str, policy: Policy, punctual: bool = False
) -> str:
    """Write that a man is on site and what follows.

    Returns `arrived`, `surplus`, `arrived_already`, `too_early` (nothing is written) or `seat_over`.

    An arrival undoes a no-show exactly. Who comes after the headcount did is sent home with call-out pay, and what he
    leaves open goes to the reserve who came first. Lateness beyond the grace is a mark, an announced one a lighter one.

    Args:
        uow: holds the shift's lock.
        shift: as read under the lock.
        seat: as read under the lock; ahead of the start or running.
        at: when he was there, an instant.
        source: `sms`, `crew_lead`, `foreman`, `client`, `dispatcher`, `link`.
        policy: in force.
        punctual: a list tells that he is there, not since when: no lateness follows from it.
    """
    if seat.status in (SeatStatus.ARRIVED, SeatStatus.COMPLETED):
        return "arrived_already"
    if seat.status is SeatStatus.NO_SHOW:
        return await reverse_no_show_of(uow, shift, seat, at, source=source, policy=policy)
    if not seat.live or not shift.open:
        return "seat_over"
    if at < seat.due_at - policy.pace.arrival_early:
        return TOO_EARLY
    there = await seats_of(uow, shift.id, statuses=[SeatStatus.ARRIVED, SeatStatus.COMPLETED])
    if len(there) >= shift.headcount:
        return await _send_home(uow, shift, seat, at, source=source, policy=policy)
    late = 0 if punctual else late_minutes(seat.due_at, at)
    await record_arrival(uow, seat, kind=seat.kind, arrived_at=at, source=source, late_min=late)
    await outbox.cancel(uow, LIMIT_DUE, seat.id)
    await close_questions(uow, subject_ids=[seat.id], kinds=[QuestionKind.RECONFIRM, QuestionKind.ETA])
    await resolve_alarms(uow, "unaccounted", shift.id, key=str(seat.id))
    await note(uow, shift.id, "arrived", worker_id=seat.worker_id, seat_id=seat.id, late_min=late, source=source)
    if not punctual:
        await _mark_lateness(uow, shift, seat, at, policy)
    await close_gaps(uow, shift.id, policy)
    return "arrived"


async def _send_home(uow: Uow, shift: Shift, seat: Seat, at: datetime, *, source: str, policy: Policy) -> str:
    await record_presence(uow, seat, at=at, source=source)
    await move_seat(uow, seat, SeatStatus.TURNED_AWAY_ON_SITE, reason=SURPLUS)
    await outbox.cancel(uow, LIMIT_DUE, seat.id)
    await resolve_alarms(uow, "unaccounted", shift.id, key=str(seat.id))
    await note(uow, shift.id, "sent_home", worker_id=seat.worker_id, seat_id=seat.id, reason=SURPLUS)
    contact = await contact_of(uow, seat.worker_id)
    await tell(
        uow,
        contact,
        Template.RELEASED,
        await place_of(uow, shift),
        key=(seat.id, SURPLUS),
        hours=policy.money.call_out_hours,
    )
    await close_gaps(uow, shift.id, policy)
    return SURPLUS


async def _mark_lateness(uow: Uow, shift: Shift, seat: Seat, at: datetime, policy: Policy) -> None:
    announced = timedelta(minutes=seat.announced_min or 0)
    kind = lateness_kind(policy.rating, policy.pace.grace, at - seat.due_at, announced)
    if kind is not None:
        fact = Fact(
            worker_id=seat.worker_id,
            kind=kind,
            occurred_at=at,
            shift_id=shift.id,
            seat_id=seat.id,
            evidence={"late_min": late_minutes(seat.due_at, at), "announced_min": seat.announced_min},
        )
        recorded = await record_breach(uow, fact, pay_rate_minor=shift.pay_rate_minor)
        await note(
            uow,
            shift.id,
            "late",
            worker_id=seat.worker_id,
            seat_id=seat.id,
            mark=kind,
            rating_before=recorded.rating_before,
            rating_after=recorded.rating_after,
            fine_id=recorded.fine.id if recorded.fine else None,
            fine_minor=recorded.fine.amount_minor if recorded.fine else None,
        )
        await tell_fine_for_lateness(uow, shift, seat, recorded, late_minutes(seat.due_at, at))


async def delay_by_text(uow: Uow, answer: Answer) -> str:
    """Settle "I am late": with minutes his limit moves and the site knows; without, he is asked how many."""
    seat, shift = await locked_seat(uow, answer.question.subject_id)
    policy = (await policy_in_force(uow)).policy
    if seat.status in (SeatStatus.ARRIVED, SeatStatus.COMPLETED) or not seat.live or not shift.open:
        return PASS_ON
    contact = await contact_of(uow, seat.worker_id)
    place = await place_of(uow, shift)
    if answer.reply.minutes is None:
        question = await open_eta(uow, seat, contact, place, policy.pace, account_id=answer.account_id)
        await tell(uow, contact, Template.ETA, place, key=(answer.inbound_id,), question_id=question.id)
        return "asked_eta"
    minutes = await announce_delay(uow, shift, seat, answer.received_at, answer.reply.minutes, policy)
    await close_questions(uow, subject_ids=[seat.id], kinds=[QuestionKind.ETA])
    due_at = seat.due_at + timedelta(minutes=minutes)
    await tell(
        uow,
        contact,
        Template.LATE_NOTED,
        place,
        key=(answer.inbound_id,),
        account_id=answer.account_id,
        still_open=answer.still_open,
        minutes=minutes,
        time=due_at.astimezone(place.zone),
    )
    return "delay_noted"


async def announce_delay(uow: Uow, shift: Shift, seat: Seat, said_at: datetime, minutes: int, policy: Policy) -> int:
    """Move a man's no-show limit by what he announced and return the minutes counted from his due time.

    Before his due time the minutes are lateness; after it they are from now. The longest announced delay of the policy
    is the most that counts.
    """
    expected_at = max(seat.due_at, said_at) + timedelta(minutes=minutes)
    delay = min(expected_at - seat.due_at, policy.pace.max_announced_delay)
    announced = max(0, round(delay.total_seconds() / 60))
    grace_at, limit_at = attendance_limits(policy.pace, seat.due_at, delay)
    await set_limits(uow, seat.id, due_at=seat.due_at, grace_at=grace_at, limit_at=limit_at, announced_min=announced)
    if seat.status is SeatStatus.UNACCOUNTED or limit_at > uow.now:
        await outbox.schedule(uow, LIMIT_DUE, seat.id, max(limit_at, uow.now))
    await note(
        uow,
        shift.id,
        "delay_announced",
        worker_id=seat.worker_id,
        seat_id=seat.id,
        minutes=announced,
        limit_at=limit_at,
    )
    return announced


async def on_way_by_text(uow: Uow, answer: Answer) -> str:
    """Settle "on my way": it re-confirms a seat that was asked about; otherwise it is only noted."""
    seat, shift = await locked_seat(uow, answer.question.subject_id)
    if not seat.live or not shift.open:
        return PASS_ON
    if shift.ahead and seat.status in (SeatStatus.BOOKED, SeatStatus.DOUBTFUL) and seat.kind is not SeatKind.STANDBY:
        await move_seat(uow, seat, SeatStatus.RECONFIRMED)
        await close_questions(uow, subject_ids=[seat.id], kinds=[QuestionKind.RECONFIRM])
    await note(uow, shift.id, "on_way", worker_id=seat.worker_id, seat_id=seat.id)
    if seat.kind is SeatKind.PRIMARY:
        await tell_on_way(uow, shift)
    if answer.question.kind is not QuestionKind.SEAT:
        await answer_question(uow, answer.question.id)
    return "on_way"


async def locked_seat(uow: Uow, seat_id: UUID) -> tuple[Seat, Shift]:
    """Lock a seat's shift, then its worker, and read both under the locks."""
    found = await read_seat(uow, seat_id)
    await lock_shift(uow, found.shift_id)
    await lock_workers(uow, [found.worker_id])
    return await read_seat(uow, seat_id), await read_shift(uow, found.shift_id)
