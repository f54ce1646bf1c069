"""Who leads a crew is told so before the start, by one text with the link to its list; when he drops out, another is.

Only where the crew itself says who is there. The text waits for the hours in which people may be written to, as long as
that leaves it before the start; the evening before where the start lies in the night.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.clients.models import AttendanceSource
from dispatch.crew.lead_links import leads_with_link
from dispatch.crew.rules import SeatKind
from dispatch.crew.seats import Seat, live_seats
from dispatch.kit import outbox
from dispatch.kit.outbox import Job
from dispatch.kit.uow import Uow
from dispatch.orders.shifts import Shift, lock_shift
from dispatch.staffing.events import LEAD_DUE
from dispatch.staffing.gaps import facts_of
from dispatch.staffing.on_site.links import send_lead_link
from dispatch.staffing.rules import crew_lists, hand_over
from dispatch.tenancy.policy import Pace, QuietHours
from dispatch.tenancy.queries import policy_in_force
from dispatch.tenancy.rules import is_quiet, next_allowed

_BEFORE_IT_IS_QUIET: Final = timedelta(minutes=15)
_DAY: Final = timedelta(days=1)


def lead_told_at(starts_at: datetime, zone: ZoneInfo, pace: Pace, quiet: QuietHours) -> datetime:
    """Return when a crew lead is told: half-way from the moment silent men are doubtful to the start, never at night.

    In quiet hours it is when they end; where that is no earlier than the start, shortly before they began.
    """
    wanted = starts_at - pace.doubtful_lead / 2
    allowed = next_allowed(wanted, zone, quiet)
    if allowed < starts_at:
        return allowed
    local = wanted.astimezone(zone)
    begins = datetime.combine(local.date(), quiet.start, zone)
    return (begins if begins <= local else begins - _DAY) - _BEFORE_IT_IS_QUIET


async def schedule_lead(uow: Uow, shift: Shift) -> None:
    """Set, or move, the moment at which a crew is told who leads it."""
    if shift.attendance_source != AttendanceSource.CREW_LEAD:
        return
    policy = (await policy_in_force(uow)).policy
    at = lead_told_at(shift.starts_at, ZoneInfo(shift.zone), policy.pace, policy.calendar.quiet)
    await outbox.schedule(uow, LEAD_DUE, shift.id, max(uow.now, at))


async def tell_leads(uow: Uow, job: Job, *, base: str) -> None:
    """Timer, and event of a lead who dropped out: every list of the crew that nobody leads gets its lead, told by text.

    A man who was told is not told again. While nobody is seated it looks again.

    Args:
        uow: the tenant's unit of work.
        job: about a shift.
        base: our public address, without a path.
    """
    shift = await lock_shift(uow, job.subject_id)
    if not shift.open or shift.attendance_source != AttendanceSource.CREW_LEAD:
        return
    policy = (await policy_in_force(uow)).policy
    zone, quiet = ZoneInfo(shift.zone), policy.calendar.quiet
    if is_quiet(uow.now, zone, quiet) and (wakes_at := next_allowed(uow.now, zone, quiet)) < shift.starts_at:
        await outbox.schedule(uow, LEAD_DUE, shift.id, wakes_at)
        return
    crew = [seat for seat in await live_seats(uow, shift.id) if seat.kind is not SeatKind.STANDBY]
    by_id = {seat.id: seat for seat in crew}
    told = {worker_id for worker_id, _ in await leads_with_link(uow, shift.id)}
    for listed in led_lists(crew, told):
        lead = by_id[listed[0]].worker_id
        if lead not in told:
            await send_lead_link(uow, shift.id, lead, base=base)
    if not crew and shift.ahead:
        await outbox.schedule(uow, LEAD_DUE, shift.id, uow.now + policy.pace.site_question_repeat)


def led_lists(crew: Sequence[Seat], told: Collection[UUID]) -> list[tuple[UUID, ...]]:
    """Return the lists of a crew, each with its lead first: who was told so already, else who suits best.

    Args:
        crew: live primary and reserve seats.
        told: men who have a link to the list.
    """
    if not crew:
        return []
    of = {seat.id: seat.worker_id for seat in crew}
    lists = crew_lists([facts_of(seat) for seat in crew])
    return [
        hand_over(listed, next((seat_id for seat_id in listed if of[seat_id] in told), listed[0])) for listed in lists
    ]
