"""A man marks single days of his own calendar: on this day not, on that one after all."""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.kit.errors import Invalid
from dispatch.kit.uow import Uow
from dispatch.workers.calendar import add_absence, remove_absence
from dispatch.workers.commands import AddAbsence
from dispatch.workers.errors import WorkerNotFound
from dispatch.workers.queries import calendar_of

DAYS_AHEAD: Final = 28
"""So many days, today included, he may mark himself."""


class DayOutOfReach(Invalid):
    """The day is past, or further off than a calendar of one's own reaches."""

    def __init__(self) -> None:
        super().__init__(f"Choose one of the next {DAYS_AHEAD} days.")


async def mark_day(uow: Uow, worker_id: UUID, day: date, *, free: bool) -> None:
    """Say that one of the tenant's men can work on a day of his own clock, or that he cannot.

    A longer absence keeps its other days. What his week or cycle says stays as it is, and so do seats he holds. Saying
    the same twice changes nothing.

    Raises:
        WorkerNotFound: he is not the tenant's.
        DayOutOfReach: the day is past, or beyond the next four weeks.
    """
    locked = await uow.fetchrow(
        "SELECT zone FROM workers WHERE franchise_id = $1 AND id = $2 FOR NO KEY UPDATE", uow.franchise_id, worker_id
    )
    if locked is None:
        raise WorkerNotFound
    zone = ZoneInfo(locked["zone"])
    if not 0 <= (day - uow.now.astimezone(zone).date()).days < DAYS_AHEAD:
        raise DayOutOfReach
    begins, ends = _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
    absences = (await calendar_of(uow, worker_id)).absences
    touching = [x for x in absences if x.starts_at < ends and (x.ends_at is None or begins < x.ends_at)]
    if not free:
        whole = any(x.starts_at <= begins and (x.ends_at is None or ends <= x.ends_at) for x in touching)
        if not whole:
            await add_absence(uow, worker_id, AddAbsence(starts_at=begins, ends_at=ends))
        return
    for absence in touching:
        await remove_absence(uow, worker_id, absence.id)
        if absence.starts_at < begins:
            before = AddAbsence(starts_at=absence.starts_at, ends_at=begins, reason=absence.reason)
            await add_absence(uow, worker_id, before)
        if absence.ends_at is None or absence.ends_at > ends:
            after = AddAbsence(starts_at=ends, ends_at=absence.ends_at, reason=absence.reason)
            await add_absence(uow, worker_id, after)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, datetime.min.time(), zone)
