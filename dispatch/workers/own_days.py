"""A man marks single days of his own calendar: on this day not, on that one after all."""

from datetime import date
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.kit.errors import Invalid
from dispatch.kit.uow import Uow
from dispatch.workers.calendar import mark_day
from dispatch.workers.queries import worker_record

DAYS_AHEAD: Final = 28
"""So many days, today included, he may mark himself."""


class DayOutOfReach(Invalid):
    """The day is past, or further off than a calendar of one's own reaches."""

    def __init__(self) -> None:
        super().__init__(f"Choose one of the next {DAYS_AHEAD} days.")


async def mark_own_day(uow: Uow, worker_id: UUID, day: date, *, free: bool) -> None:
    """Let one of the tenant's men say that he can work on a day of his own clock, or that he cannot.

    Raises:
        WorkerNotFound: he is not the tenant's.
        DayOutOfReach: the day is past, or beyond the next four weeks.
    """
    zone = ZoneInfo((await worker_record(uow, worker_id)).zone)
    if not 0 <= (day - uow.now.astimezone(zone).date()).days < DAYS_AHEAD:
        raise DayOutOfReach
    await mark_day(uow, worker_id, day, free=free)
