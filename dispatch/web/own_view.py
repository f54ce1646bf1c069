"""What a worker's own page shows, read in one go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.crew.queries import HeldSeat, seats_held
from dispatch.kit.uow import Uow
from dispatch.rating.queries import list_marks
from dispatch.sms import tongues
from dispatch.staffing.own_page import asked_of, expected_pay, own_seats
from dispatch.tenancy.policy import MarkKind
from dispatch.tenancy.queries import franchise_of
from dispatch.web.languages import Language
from dispatch.web.person_calendar import state_on
from dispatch.workers.models import CalendarView
from dispatch.workers.own_days import DAYS_AHEAD
from dispatch.workers.queries import calendar_of, worker_record

_MARKS_SHOWN: Final = 8
_MIDDLE: Final = 3.5
"""The prior every rating starts from: a mark above it pulls up, one below it down."""
_LANGUAGES: Final = (
    (tongues.Language.RU, "Русский"),
    (tongues.Language.EN, "English"),
    (tongues.Language.UZ, "O‘zbekcha"),
    (tongues.Language.TG, "Тоҷикӣ"),
    (tongues.Language.HU, "Magyar"),
    (tongues.Language.ES, "Español"),
)
"""What he can be texted in, as its speakers call it."""
_READ_ENGLISH: Final = frozenset({tongues.Language.EN, tongues.Language.HU, tongues.Language.ES})


@dataclass(frozen=True, slots=True)
class OwnDay:
    """One of the coming days: `shift`, `elsewhere`, `on`, `off` by his week or cycle, or `away`."""

    day: date
    state: str


def spoken_to(language: tongues.Language) -> Language:
    """Return in which of the pages' languages somebody reads who is texted in this one."""
    return Language.EN if language in _READ_ENGLISH else Language.RU


async def own_view(uow: Uow, worker_id: UUID) -> Mapping[str, Any]:
    """Read everything for one of the tenant's men.

    Raises:
        WorkerNotFound: he is not the tenant's.
    """
    worker = await worker_record(uow, worker_id)
    calendar = await calendar_of(uow, worker_id)
    zone = ZoneInfo(worker.zone)
    today = uow.now.astimezone(zone).date()
    seats = await own_seats(uow, worker_id)
    days = own_days(calendar, await seats_held(uow, worker_id), today, zone)
    return {
        "worker": worker,
        "zone": zone,
        "franchise": (await franchise_of(uow)).name,
        "asked": await asked_of(uow, worker_id),
        "seats": seats,
        "expected": await expected_pay(uow, [seat for seat in seats if seat.shift.ends_at > uow.now]),
        "days": days,
        "blanks": today.weekday(),
        "marks": [_told(mark) for mark in await list_marks(uow, worker_id, limit=_MARKS_SHOWN, after=None)],
        "languages": _LANGUAGES,
        "reads": worker.language,
    }


def own_days(calendar: CalendarView, held: Sequence[HeldSeat], today: date, zone: ZoneInfo) -> Sequence[OwnDay]:
    """Return the coming four weeks; a shift he holds shows, whatever his calendar says. Pure."""
    days = [today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD)]
    return [OwnDay(day, _work_on(day, held, zone) or state_on(calendar, day, zone)) for day in days]


def _work_on(day: date, held: Sequence[HeldSeat], zone: ZoneInfo) -> str:
    begins = datetime.combine(day, datetime.min.time(), zone)
    ends = datetime.combine(day + timedelta(days=1), datetime.min.time(), zone)
    there = [seat for seat in held if seat.starts_at < ends and begins < seat.ends_at]
    if not there:
        return ""
    return "shift" if any(seat.shift_id is not None for seat in there) else "elsewhere"


def _told(mark: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a mark with what it does: `up`, `down` or nothing, where it was taken back or weighs nothing."""
    counts = mark["weight"] and mark["reversed_by"] is None and mark["reverses_id"] is None
    direction = ("up" if mark["value"] >= _MIDDLE else "down") if counts else ""
    return {"kind": MarkKind(mark["kind"]), "at": mark["occurred_at"], "direction": direction}
