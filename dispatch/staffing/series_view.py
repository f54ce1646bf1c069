"""Series as people look at them: the list, the days of the coming weeks one by one, and a series not started yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from dispatch.clients.models import Site
from dispatch.clients.queries import site_of
from dispatch.crew.rules import EXPECTED, SeatKind, SeatStatus
from dispatch.kit.uow import Uow
from dispatch.orders.place import quote_order
from dispatch.orders.series.commands import StartSeries
from dispatch.orders.series.models import Series, SeriesException
from dispatch.orders.series.queries import DayAhead, days_ahead, exceptions_of, today_at
from dispatch.orders.series.rules import LEAD, Holidays, Scheme, SeriesStatus, falls_on, made_through, plan_days, within
from dispatch.pricing.rules import Quote
from dispatch.pricing.service import card_in_force, public_holidays
from dispatch.staffing.series import sample_of

_DAY: Final = timedelta(days=1)
_STAYED: Final = (*EXPECTED, SeatStatus.ARRIVED, SeatStatus.COMPLETED)


class SeriesSort(StrEnum):
    """What series can be sorted by."""

    CLIENT = "client"
    HEADCOUNT = "headcount"
    STARTS = "starts"
    NEXT = "next"
    STATUS = "status"


_SORTED: Final[Mapping[SeriesSort, str]] = {
    SeriesSort.CLIENT: "lower(c.name)",
    SeriesSort.HEADCOUNT: "s.headcount",
    SeriesSort.STARTS: "s.starts_on",
    SeriesSort.NEXT: "n.starts_at",
    SeriesSort.STATUS: "s.status",
}
_FROM: Final = """
FROM series s
JOIN clients c ON c.franchise_id = s.franchise_id AND c.id = s.client_id
JOIN sites t ON t.franchise_id = s.franchise_id AND t.id = s.site_id
"""
_NEXT: Final = """
LEFT JOIN LATERAL (
    SELECT f.starts_at, f.primary_count, f.headcount FROM series_days d
    JOIN shifts f ON f.franchise_id = d.franchise_id AND f.order_id = d.order_id
    WHERE d.franchise_id = s.franchise_id AND d.series_id = s.id AND f.status <> 'cancelled' AND f.ends_at > $5
    ORDER BY f.starts_at LIMIT 1) n ON true
"""
_WHERE: Final = """
WHERE s.franchise_id = $1 AND ($2::text IS NULL OR s.status = $2) AND ($3::uuid IS NULL OR s.client_id = $3)
  AND ($4::text IS NULL OR strpos(lower(c.name), lower($4)) > 0 OR strpos(lower(t.address), lower($4)) > 0)
"""


@dataclass(frozen=True, slots=True)
class SeriesFilter:
    """Which series: None leaves open; `text` is part of the client's name or the address."""

    text: str | None = None
    status: SeriesStatus | None = None
    client_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class SeriesLine:
    """One series of a list.

    Attributes:
        series: itself.
        zone: of its site.
        next_at: when its next day begins that is an order; `next_seated` of `next_wanted` are seated on it.
    """

    series: Series
    client: str
    address: str
    zone: str
    next_at: datetime | None
    next_seated: int | None
    next_wanted: int | None


async def count_series(uow: Uow, wanted: SeriesFilter) -> int:
    """Count the series that a filter leaves."""
    found: int = await uow.fetchval(f"SELECT count(*) {_FROM} {_WHERE}", *_given(uow, wanted))
    return found


async def find_series(
    uow: Uow, wanted: SeriesFilter, *, sort: SeriesSort, descending: bool, offset: int, limit: int
) -> Sequence[SeriesLine]:
    """Return the series that a filter leaves, sorted."""
    way = "DESC" if descending else "ASC"
    rows = await uow.fetch(
        f"""SELECT s.id, c.name AS client, t.address, t.zone, n.starts_at AS next_at, n.primary_count AS next_seated,
                   n.headcount AS next_wanted
            {_FROM} {_NEXT} {_WHERE} ORDER BY {_SORTED[sort]} {way} NULLS LAST, s.id {way} OFFSET $6 LIMIT $7""",
        *_given(uow, wanted),
        uow.now,
        offset,
        limit,
    )
    lines = []
    for row in rows:
        series = await uow.session.get(Series, row["id"])
        assert series is not None, "it was found a moment ago"
        lines.append(SeriesLine(series=series, **{name: value for name, value in row.items() if name != "id"}))
    return lines


def _given(uow: Uow, wanted: SeriesFilter) -> tuple[object, ...]:
    status = None if wanted.status is None else str(wanted.status)
    return (uow.franchise_id, status, wanted.client_id, wanted.text or None)


class DayKind(StrEnum):
    """What a day of the calendar is to a series."""

    MADE = "made"
    PLANNED = "planned"
    LEFT_OUT = "left_out"
    HOLIDAY = "holiday"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day ahead; `exception` is what was said of it."""

    day: date
    kind: DayKind
    ahead: DayAhead | None
    exception: SeriesException | None


async def calendar_ahead(uow: Uow, series: Series, site: Site) -> Sequence[CalendarDay]:
    """Return every day from today through two weeks on, whether it has work, will have some, or has none.

    Raises:
        RateCardMissing: no price for the service; the card in force also says whose holidays count.
    """
    today = today_at(uow, site)
    through = today + LEAD
    ahead = {each.day: each for each in await days_ahead(uow, series, site, through)}
    said = {each.day: each for each in await exceptions_of(uow, series.id, start=today, through=through)}
    scheme = series.scheme()
    days = (today + _DAY * n for n in range(LEAD.days + 1))
    return [
        CalendarDay(day, _kind(scheme, day, ahead.get(day), said.get(day)), ahead.get(day), said.get(day))
        for day in days
    ]


def _kind(scheme: Scheme, day: date, ahead: DayAhead | None, said: SeriesException | None) -> DayKind:
    if ahead is not None:
        return DayKind.MADE if ahead.made is not None else DayKind.PLANNED
    if said is not None:
        return DayKind.LEFT_OUT
    return DayKind.HOLIDAY if falls_on(scheme, day) and scheme.holidays is Holidays.SKIP else DayKind.FREE


async def crew_that_stays(uow: Uow, series_id: UUID) -> Sequence[UUID]:
    """Return who holds a primary seat on the last made day that has any: he is asked first for the days after it."""
    rows = await uow.fetch(
        """SELECT s.worker_id FROM seats s
           WHERE s.franchise_id = $1 AND s.kind = $3 AND s.status = ANY ($4) AND s.shift_id = (
               SELECT f.id FROM series_days d
               JOIN shifts f ON f.franchise_id = d.franchise_id AND f.order_id = d.order_id
               WHERE d.franchise_id = $1
                 AND d.series_id IN ($2, (SELECT id FROM series WHERE franchise_id = $1 AND continued_by = $2))
                 AND EXISTS (SELECT FROM seats p WHERE p.franchise_id = $1 AND p.shift_id = f.id AND p.kind = $3
                             AND p.status = ANY ($4))
               ORDER BY d.day DESC LIMIT 1)
           ORDER BY s.accepted_at, s.id""",
        uow.franchise_id,
        series_id,
        str(SeatKind.PRIMARY),
        [str(status) for status in _STAYED],
    )
    return [row["worker_id"] for row in rows]


@dataclass(frozen=True, slots=True)
class ForeseenStart:
    """What starting a series would make at once.

    Attributes:
        days: that would be orders.
        holidays: days of the pattern among them that fall out because they are public holidays.
        through: the last day that is made at once; the others follow week by week.
        quote: of those days; None where there is none.
    """

    days: Sequence[date]
    holidays: Sequence[date]
    through: date
    quote: Quote | None


async def foresee_start(uow: Uow, command: StartSeries, left_out: Sequence[date]) -> ForeseenStart:
    """Say what starting a series would make at once and cost, and do nothing.

    Raises:
        SiteNotFound: there is no such site.
        RateCardMissing: no price for the service.
        ConditionNotOnRateCard: a condition without a price.
    """
    site = await site_of(uow, command.site_id)
    today = today_at(uow, site)
    first, through = max(today, command.starts_on), made_through(today)
    usual = Scheme(command.pattern, command.starts_on, command.ends_on, command.headcount, command.hours, Holidays.WORK)
    days = [plan.day for plan in plan_days(usual, {}, (), first, through) if plan.day not in left_out]
    free: set[date] = set()
    if command.holidays is Holidays.SKIP:
        currency = (await card_in_force(uow, command.service)).card.currency
        free = public_holidays(currency, range(first.year, through.year + 1), site.region)
    working = [day for day in days if day not in free]
    quote = await quote_order(uow, sample_of(command, working or [command.starts_on], site))
    return ForeseenStart(
        days=working,
        holidays=[day for day in days if day in free and within(usual, day)],
        through=through,
        quote=quote if working else None,
    )
