"""When a person can work: a month of his calendar, in which a day is turned by a click."""

import calendar as months
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.kit.uow import Uow
from dispatch.web.doors import own_page
from dispatch.web.forms import Fault, FormUnfit, chosen_in, clock_in, day_in, fit, text_in, whole
from dispatch.web.frame import PageDep
from dispatch.web.person_forms import days_away
from dispatch.web.routing import ConsoleRoute
from dispatch.workers.calendar import add_absence, mark_day, remove_absence, set_availability
from dispatch.workers.commands import AddAbsence, SetAvailability, Weekday
from dispatch.workers.models import CalendarView, Worker
from dispatch.workers.queries import calendar_of, worker_record
from dispatch.workers.rules import Cycle

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_MONTHS_AHEAD: Final = 12
_DAYS_OFFERED: Final = 4
"""A cycle of two on and two off begins on one of the next four days."""
_WRITES: Final = [allow(Permission.WORKERS_WRITE), Depends(own_page)]
_RULES: Final = {
    "to_time": "Later than the beginning; empty for work through the night.",
    "ends_at": "Later than the beginning.",
}
Month = Annotated[str, Query(max_length=10)]


@dataclass(frozen=True, slots=True)
class DayShown:
    """One day of a month: `on`, `off` by his calendar, `away`, or `past`."""

    day: date
    state: str


@router.get("/people/{worker_id}/calendar", dependencies=[allow(Permission.WORKERS_READ)])
async def show_month(worker_id: UUID, page: PageDep, uow: UowDep, month: Month = "") -> Response:
    """Show a month."""
    worker = await worker_record(uow, worker_id)
    context = {"worker": worker, "zone": ZoneInfo(worker.zone), **await month_of(uow, worker, month)}
    return page.part("person.html", "calendar", **context)


@router.post("/people/{worker_id}/days/{day}", dependencies=_WRITES)
async def turn(worker_id: UUID, day: date, page: PageDep, uow: UowDep) -> Response:
    """Turn a day: away where he could work, or the other way round."""
    worker = await worker_record(uow, worker_id)
    first, last = _reach(uow, worker)
    if not first <= day <= last:
        raise FormUnfit({"": Fault("Only days from today on, for a year.")})
    away = await mark_day(uow, worker_id, day)
    words = page.say("He is not asked on this day") if away else page.say("He may be asked on this day")
    return page.done(words, f"/people/{worker_id}", f"/people/{worker_id}/days/{day}")


@router.post("/people/{worker_id}/availability", dependencies=_WRITES)
async def set_calendar(worker_id: UUID, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Say when he can work: on which days, from when until when, and in which cycle."""
    form = await request.form()
    given: dict[str, object] = {"to_time": clock_in(form, "to_time")}
    if days := chosen_in(form, "weekdays"):
        given["weekdays"] = frozenset(days)
    if (begins := clock_in(form, "from_time")) is not None:
        given["from_time"] = begins
    if (anchor := day_in(form, "anchor")) is not None:
        typed = {name: whole(text_in(form, name)) for name in ("days_on", "days_off")}
        given["cycle"] = {"anchor": anchor} | {name: 2 if days is None else days for name, days in typed.items()}
    await set_availability(uow, worker_id, fit(SetAvailability, given, _RULES))
    return page.done(page.say("Calendar kept"), f"/people/{worker_id}")


@router.post("/people/{worker_id}/absences", dependencies=_WRITES)
async def keep_absence(worker_id: UUID, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Keep days on which he is not asked."""
    form = await request.form()
    zone = ZoneInfo((await worker_record(uow, worker_id)).zone)
    starts_at, ends_at = days_away(form, zone)
    typed = {"starts_at": starts_at, "ends_at": ends_at, "reason": text_in(form, "reason")}
    absence = await add_absence(uow, worker_id, fit(AddAbsence, typed, _RULES))
    undo = f"/people/{worker_id}/absences/{absence.id}/remove"
    return page.done(page.say("He is not asked on these days"), f"/people/{worker_id}", undo)


@router.post("/people/{worker_id}/absences/{absence_id}/remove", dependencies=_WRITES)
async def drop_absence(worker_id: UUID, absence_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Take an absence back."""
    await remove_absence(uow, worker_id, absence_id)
    return page.done(page.say("Taken back"), f"/people/{worker_id}")


async def month_of(uow: Uow, worker: Worker, asked: str) -> dict[str, Any]:
    """Read what a month of a person is drawn from.

    Args:
        uow: the tenant's.
        worker: whose.
        asked: the month, like 2026-12; this one where it is none within reach.
    """
    view = await calendar_of(uow, worker.id)
    first_day, last_day = _reach(uow, worker)
    try:
        month = min(max(date.fromisoformat(f"{asked}-01"), first_day.replace(day=1)), last_day.replace(day=1))
    except ValueError:
        month = first_day.replace(day=1)
    return {
        "calendar": view,
        "month": month,
        "earlier": _shifted(month, -1) if month > first_day else None,
        "later": _shifted(month, 1) if month < last_day.replace(day=1) else None,
        "weeks": weeks_of(view, month, first_day, ZoneInfo(worker.zone)),
        "weekdays": list(Weekday),
        "next_days": [first_day + timedelta(days=n) for n in range(_DAYS_OFFERED)],
    }


def weeks_of(view: CalendarView, month: date, today: date, zone: ZoneInfo) -> Sequence[Sequence[DayShown | None]]:
    """Return a month by weeks from Monday on, None for days of its neighbours; pure.

    A day on which he is away for a part counts as away: who plans by days had better ask.
    """
    shown = months.Calendar().monthdatescalendar(month.year, month.month)
    return [
        [
            None if day.month != month.month else DayShown(day, "past" if day < today else state_on(view, day, zone))
            for day in week
        ]
        for week in shown
    ]


def state_on(view: CalendarView, day: date, zone: ZoneInfo) -> str:
    """Return how a day is: `on`, `off` by the week or the cycle, or `away`, be it for a part; pure."""
    kept = view.cycle
    cycle = None if kept is None else Cycle(kept.anchor, kept.days_on, kept.days_off)
    begins = datetime.combine(day, datetime.min.time(), zone)
    ends = datetime.combine(day + timedelta(days=1), datetime.min.time(), zone)
    if any(x.starts_at < ends and (x.ends_at is None or begins < x.ends_at) for x in view.absences):
        return "away"
    on = list(Weekday)[day.weekday()] in view.weekdays and (cycle is None or cycle.is_on(day))
    return "on" if on else "off"


def _reach(uow: Uow, worker: Worker) -> tuple[date, date]:
    """Return the first and the last day that can be turned, on his own clock."""
    today = uow.now.astimezone(ZoneInfo(worker.zone)).date()
    end = _shifted(today.replace(day=1), _MONTHS_AHEAD)
    return today, end - timedelta(days=1)


def _shifted(month: date, by: int) -> date:
    count = month.year * 12 + month.month - 1 + by
    return date(count // 12, count % 12 + 1, 1)
