"""The evening before: which shifts of the next morning are not covered, told to whoever is on duty at 19:30.

The timer is set with the shift: one for each day on which a shift begins before noon, by the clock of the franchise.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from dispatch.crew.alarms import Severity, raise_alarm, resolve_alarms
from dispatch.kit import outbox
from dispatch.kit.outbox import Job
from dispatch.kit.uow import Uow
from dispatch.kit.walltime import Gap, instant_of, local_date, wall_of
from dispatch.orders.shifts import Shift
from dispatch.staffing.board import Card, board_of
from dispatch.staffing.events import EVENING_LOOK_DUE
from dispatch.tenancy.queries import franchise_of

LOOKED_AT: Final = time(19, 30)
"""The house rule: at half past seven in the evening there is still time to find people for the morning."""

NOON: Final = time(12)
ALARM: Final = "morning_not_covered"
_AGAIN: Final = timedelta(minutes=15)
_DAY: Final = timedelta(days=1)


def evening_before(day: date, zone: str) -> datetime:
    """Return 19:30 of the day before by the clocks of a zone, as an instant; where they skip it, when they go on."""
    return instant_of(datetime.combine(day - _DAY, LOOKED_AT), zone, gap=Gap.FORWARD)


async def schedule_evening_look(uow: Uow, shift: Shift) -> None:
    """Set the timer of a shift that begins before noon; one for its day, whatever number of shifts asks for it.

    A shift that is placed later than that evening gets none: its waves and alarms tell of it at once.
    """
    begins = wall_of(shift.starts_at, shift.zone)
    if begins.time() >= NOON or shift.test:
        return
    due_at = evening_before(begins.date(), (await franchise_of(uow)).zone)
    if due_at > uow.now:
        await outbox.schedule_once(uow, EVENING_LOOK_DUE, uow.franchise_id, due_at, n=_number(begins.date()))


async def uncovered_mornings(uow: Uow, day: date) -> Sequence[Card]:
    """Return the shifts that begin on a day before noon, by the clock of their site, and are not covered, by start.

    Covered means every primary place taken and enough seated for the headcount to come as likely as the policy wants.
    """
    rows = await uow.fetch(
        """SELECT id FROM shifts WHERE franchise_id = $1 AND local_start >= $2 AND local_start < $3 AND NOT test
           AND status IN ('recruiting', 'filled', 'short') AND starts_at > $4 AND starts_at < $5
           ORDER BY starts_at, id""",
        uow.franchise_id,
        *_morning(day),
    )
    cards = await board_of(uow, [row["id"] for row in rows])
    return sorted(cards, key=lambda card: (card.starts_at, card.client, card.id))


async def has_mornings(uow: Uow, day: date) -> bool:
    """Whether any shift begins on a day before noon, covered or not."""
    return bool(
        await uow.fetchval(
            """SELECT EXISTS (SELECT FROM shifts WHERE franchise_id = $1 AND local_start >= $2 AND local_start < $3
               AND NOT test AND status <> 'cancelled' AND starts_at > $4 AND starts_at < $5)""",
            uow.franchise_id,
            *_morning(day),
        )
    )


async def tomorrow_here(uow: Uow) -> date:
    """Return tomorrow's date by the clock of the franchise."""
    return local_date(uow.now, (await franchise_of(uow)).zone) + _DAY


async def look_at_morning(uow: Uow, job: Job) -> None:
    """Timer: raise what is not covered, once for that day; then look until it is covered or noon has passed.

    Nothing is raised where all is covered. Late, after an outage, it still tells while the morning lies ahead.
    """
    day = _day(job.n)
    noon = instant_of(datetime.combine(day, NOON), (await franchise_of(uow)).zone, gap=Gap.FORWARD)
    open_ones = await uncovered_mornings(uow, day) if uow.now < noon else []
    if not open_ones:
        await resolve_alarms(uow, ALARM, None, key=str(day))
        return
    if not job.detail.get("raised"):
        await raise_alarm(
            uow,
            ALARM,
            "Shifts of tomorrow morning are not covered: see the list, ring people, borrow, or tell the clients.",
            severity=Severity.CRITICAL,
            key=str(day),
            day=day,
            shifts=len(open_ones),
            missing=sum(max(card.missing, card.cover - card.primary - card.reserve) for card in open_ones),
        )
    await outbox.schedule(uow, EVENING_LOOK_DUE, uow.franchise_id, min(uow.now + _AGAIN, noon), n=job.n, raised=True)


def _morning(day: date) -> tuple[datetime, datetime, datetime, datetime]:
    """Return a day's morning on the clock of any site, and by instants, so that an index finds the few of that day."""
    begins, noon = datetime.combine(day, time.min), datetime.combine(day, NOON)
    return begins, noon, (begins - _DAY).replace(tzinfo=UTC), (noon + _DAY).replace(tzinfo=UTC)


def _number(day: date) -> int:
    """Return a day as the number of its timer: 20261123."""
    return day.year * 10_000 + day.month * 100 + day.day


def _day(number: int) -> date:
    return date(number // 10_000, number // 100 % 100, number % 100)
