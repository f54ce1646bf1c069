"""The life of a shift around its crew: it is placed, its moments come, it starts."""

from typing import Final

from dispatch.crew.alarms import Severity, raise_alarm, resolve_alarms
from dispatch.crew.rules import NEVER_LEFT, PENDING, InvitationStatus
from dispatch.crew.waves import give_back, invitations_of, move_invitations
from dispatch.kit import outbox
from dispatch.kit.outbox import Job
from dispatch.kit.uow import Uow
from dispatch.orders.rules import ShiftStatus
from dispatch.orders.shifts import Shift, lock_shift, lock_shifts, move_shift, settle_status, shifts_of_order
from dispatch.orders.timeline import note
from dispatch.sms.service import QuestionKind, close_questions
from dispatch.staffing.cover import reckon_cover
from dispatch.staffing.digests import take_back
from dispatch.staffing.events import (
    CLIENT_CHECK_DUE,
    GATE_LIST_DUE,
    LEAD_DUE,
    SHIFT_STARTS,
    SHORT_ALARM_DUE,
    SITE_QUESTION_DUE,
    WAVE_DUE,
)
from dispatch.staffing.gaps import close_gaps
from dispatch.staffing.leads import schedule_lead
from dispatch.staffing.passes import ALARMS as PASS_ALARMS
from dispatch.staffing.passes import schedule_pass_look
from dispatch.staffing.regulars import block_of
from dispatch.staffing.tell_client import schedule_check, tell_booked, tell_short
from dispatch.staffing.tomorrow import schedule_evening_look
from dispatch.staffing.waves import consider_orders
from dispatch.tenancy.policy import Pace
from dispatch.tenancy.queries import policy_in_force

_STARTED: Final = "the shift has started"
_PASS_WITH_THE_SHIFT: Final = (
    "nobody_to_invite",
    "shortfall_predicted",
    "stopped_with_seat",
    "number_lost",
    "reminders_dropped",
    "unaccounted",
    "site_silent",
    "list_contradicts",
    "site_finished",
    "left_early",
    "walk_in",
    *PASS_ALARMS,
)


async def begin_staffing(uow: Uow, job: Job) -> None:
    """Event: an order was placed. Set its shifts' timers and start the first wave."""
    pace = (await policy_in_force(uow)).policy.pace
    block = await block_of(uow, job.subject_id)
    # All locks of the block at once, in order of id: handlers of its other orders run beside this one.
    for shift in await lock_shifts(uow, [shift for order in block for shift in await shifts_of_order(uow, order)]):
        if shift.order_id == job.subject_id:
            await set_shift_timers(uow, shift, pace)
            await tell_booked(uow, shift)
    await consider_orders(uow, block)


async def set_shift_timers(uow: Uow, shift: Shift, pace: Pace) -> None:
    """Set, or move, the moments of a shift: the shortage alarm, the start, the site, the list for its gate."""
    if shift.starts_at - pace.short_alarm_lead > uow.now:
        await outbox.schedule(uow, SHORT_ALARM_DUE, shift.id, shift.starts_at - pace.short_alarm_lead)
    await outbox.schedule(uow, SHIFT_STARTS, shift.id, shift.starts_at)
    await outbox.schedule(uow, SITE_QUESTION_DUE, shift.id, shift.starts_at + pace.grace)
    await schedule_evening_look(uow, shift)
    await schedule_pass_look(uow, shift)
    await schedule_lead(uow, shift)
    await schedule_check(uow, shift, pace)


async def drop_timers_and_alarms(uow: Uow, shift: Shift) -> None:
    """Drop the moments of a shift that is over, and the alarms that only its crew could answer."""
    for timer in (SHORT_ALARM_DUE, SHIFT_STARTS, SITE_QUESTION_DUE, GATE_LIST_DUE, LEAD_DUE, CLIENT_CHECK_DUE):
        await outbox.cancel(uow, timer, shift.id)
    for alarm in _PASS_WITH_THE_SHIFT:
        await resolve_alarms(uow, alarm, shift.id)


async def look_again(uow: Uow, job: Job) -> None:
    """Timer: look at every shift of an order, and of the days of its series that are due as well."""
    await consider_orders(uow, await block_of(uow, job.subject_id))


async def close_gaps_of(uow: Uow, job: Job) -> None:
    """Timer: a promotion question closed, or a gap was found outside of a reply."""
    shift = await lock_shift(uow, job.subject_id)
    await close_gaps(uow, shift.id, (await policy_in_force(uow)).policy)


async def alarm_if_short(uow: Uow, job: Job) -> None:
    """Timer: the start is near. Whatever is pending, people are told if the shift is not covered."""
    shift = await lock_shift(uow, job.subject_id)
    shift = await reckon_cover(uow, shift.id, (await policy_in_force(uow)).policy)
    if not shift.ahead or (shift.primary_count >= shift.headcount and shift.seated >= shift.cover):
        return
    full = shift.primary_count >= shift.headcount
    await raise_alarm(
        uow,
        "shortfall_predicted",
        "The start is near and the shift is not covered: ring the call list, call the standby, or tell the client.",
        shift_id=shift.id,
        severity=Severity.WARNING if full else Severity.CRITICAL,
        missing=shift.cover - shift.seated,
        missing_primary=shift.headcount - shift.primary_count,
    )
    await settle_status(uow, shift.id, short=not full)
    if not full:
        await tell_short(uow, shift)
    await note(uow, shift.id, "shortfall_predicted", missing=shift.cover - shift.seated, reason="the start is near")


async def start_shift(uow: Uow, job: Job) -> None:
    """Timer: the shift starts. Recruiting ends: open offers expire, who is silent now is judged on site."""
    shift = await lock_shift(uow, job.subject_id)
    if not shift.ahead or shift.starts_at > uow.now:
        return
    await close_gaps(uow, shift.id, (await policy_in_force(uow)).policy)
    shift = await lock_shift(uow, shift.id)
    await _expire_offers(uow, shift)
    await close_questions(uow, shift_id=shift.id, kinds=[QuestionKind.RECONFIRM])
    await move_shift(uow, shift, ShiftStatus.RUNNING)
    if await _last_ahead(uow, shift):
        await outbox.cancel(uow, WAVE_DUE, shift.order_id)
    await resolve_alarms(uow, "nobody_to_invite", shift.id)
    await note(
        uow,
        shift.id,
        "started",
        primary=shift.primary_count,
        reserve=shift.reserve_count,
        standby=shift.standby_count,
        headcount=shift.headcount,
        cover=shift.cover,
    )


async def _last_ahead(uow: Uow, shift: Shift) -> bool:
    others = await uow.fetchval(
        """SELECT count(*) FROM shifts WHERE franchise_id = $1 AND order_id = $2 AND id <> $3
           AND status IN ('recruiting', 'filled', 'covered', 'short')""",
        uow.franchise_id,
        shift.order_id,
        shift.id,
    )
    return not others


async def _expire_offers(uow: Uow, shift: Shift) -> None:
    open_offers = await invitations_of(uow, shift.id, PENDING)
    if not open_offers:
        return
    questions = [i.question_id for i in open_offers if i.question_id is not None]
    taken_back = await take_back(uow, _STARTED, questions)
    unsent = [i for i in open_offers if i.question_id in taken_back]
    left = [i for i in open_offers if i.question_id not in taken_back]
    await move_invitations(uow, [i.id for i in unsent], InvitationStatus.WITHDRAWN, reason=NEVER_LEFT)
    await move_invitations(uow, [i.id for i in left], InvitationStatus.EXPIRED, reason=_STARTED)
    for invitation in unsent:
        await give_back(uow, invitation, unsent=True)
    if left:
        await uow.run("SELECT note_answers($1, false)", sorted({i.worker_id for i in left}))
