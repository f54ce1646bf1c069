"""Which days a series has, from when to when, and how far ahead they are made: calendar arithmetic, nothing else.

Days are dates on the site's calendar, times are what its clocks show. A time the clocks skip moves forward by the
length of the gap, a repeated one is the first of the two (RFC 5545 3.3.5), so no day is ever lost to a clock.
"""

from calendar import monthrange
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dispatch.kit.states import Moves
from dispatch.kit.walltime import Gap, instant_of
from dispatch.workers.commands import Weekday

LEAD: Final = timedelta(days=14)
"""So far ahead every day of a series is an order."""

LONGEST: Final = timedelta(hours=24)
_DAY: Final = timedelta(days=1)


class SeriesStatus(StrEnum):
    """Where a series is: makes days, rests, or is over."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


SERIES_MOVES: Final = Moves(
    "series",
    frozenset(
        {
            (SeriesStatus.ACTIVE, SeriesStatus.PAUSED),
            (SeriesStatus.PAUSED, SeriesStatus.ACTIVE),
            (SeriesStatus.ACTIVE, SeriesStatus.ENDED),
            (SeriesStatus.PAUSED, SeriesStatus.ENDED),
        }
    ),
    {(status, status): "asked for twice, or by two people" for status in SeriesStatus},
)


class Holidays(StrEnum):
    """What a public holiday of the site's country and region is to a series."""

    WORK = "work"
    SKIP = "skip"


class ExceptionKind(StrEnum):
    """What an exception says of its day: no work, other work than usual, or work on a day that has none."""

    OUT = "out"
    OTHER = "other"
    EXTRA = "extra"


class _Pattern(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Weekly(_Pattern):
    """Every week on these days."""

    every: Literal["week"]
    on: Annotated[tuple[Weekday, ...], Field(min_length=1, max_length=7)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(self.on)) < len(self.on):
            raise ValueError("on: name each day of the week once")
        return self

    def falls_on(self, day: date, _first: date) -> bool:
        """Whether a day belongs to the pattern."""
        return tuple(Weekday)[day.weekday()] in self.on


class EveryDays(_Pattern):
    """Every n-th day, counted from the first day of the series; a holiday left out does not shift the count."""

    every: Literal["days"]
    n: Annotated[int, Field(strict=True, ge=1, le=366)]

    def falls_on(self, day: date, first: date) -> bool:
        """Whether a day belongs to the pattern."""
        return (day - first).days % self.n == 0


class Monthly(_Pattern):
    """Once a month on this day; a month that lacks it has its last day instead, so that no month is lost."""

    every: Literal["month"]
    day: Annotated[int, Field(strict=True, ge=1, le=31)]

    def falls_on(self, day: date, _first: date) -> bool:
        """Whether a day belongs to the pattern."""
        return day.day == min(self.day, monthrange(day.year, day.month)[1])


Pattern = Annotated[Weekly | EveryDays | Monthly, Field(discriminator="every")]
"""When a series repeats."""


@dataclass(frozen=True, slots=True)
class Hours:
    """From when to when on the site's clock; an end not after the start is on the next day, equal ones are 24 hours."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Deviation:
    """What one day has instead of the usual; None is as usual."""

    kind: ExceptionKind
    headcount: int | None = None
    hours: Hours | None = None


@dataclass(frozen=True, slots=True)
class Scheme:
    """What repeats: a pattern from `first` to `last`, both included, with the usual headcount and hours."""

    pattern: Weekly | EveryDays | Monthly
    first: date
    last: date | None
    headcount: int
    hours: Hours
    holidays: Holidays


@dataclass(frozen=True, slots=True)
class DayPlan:
    """What one day needs."""

    day: date
    headcount: int
    hours: Hours


def falls_on(scheme: Scheme, day: date) -> bool:
    """Whether a day is within the series and of its pattern, exceptions and holidays left aside."""
    return within(scheme, day) and scheme.pattern.falls_on(day, scheme.first)


def within(scheme: Scheme, day: date) -> bool:
    """Whether a day lies between the first and the last day of the series."""
    return scheme.first <= day and (scheme.last is None or day <= scheme.last)


def plan_day(scheme: Scheme, day: date, deviation: Deviation | None, holidays: Container[date]) -> DayPlan | None:
    """Return what a day needs, or None for a day without work.

    The house rule: what a person said of this very day beats the holiday, and the holiday beats the pattern. Outside
    the first and the last day there is nothing at all.
    """
    if not within(scheme, day) or (deviation is not None and deviation.kind is ExceptionKind.OUT):
        return None
    usual = scheme.pattern.falls_on(day, scheme.first)
    if deviation is None and (not usual or (scheme.holidays is Holidays.SKIP and day in holidays)):
        return None
    if deviation is None:
        return DayPlan(day, scheme.headcount, scheme.hours)
    if deviation.kind is ExceptionKind.OTHER and not usual:
        return None
    return DayPlan(day, deviation.headcount or scheme.headcount, deviation.hours or scheme.hours)


def plan_days(
    scheme: Scheme, deviations: Mapping[date, Deviation], holidays: Container[date], start: date, through: date
) -> list[DayPlan]:
    """Return what the days from `start` through `through` need, in order, days without work left out."""
    days = (start + _DAY * n for n in range((through - start).days + 1))
    plans = (plan_day(scheme, day, deviations.get(day), holidays) for day in days)
    return [plan for plan in plans if plan is not None]


def span_of(day: date, hours: Hours, zone: str) -> tuple[datetime, datetime]:
    """Return start and end of a day's work as instants.

    Each is what the clocks say, so a night in which they change is an hour longer or shorter. Where a skipped start
    would come after the end, the work keeps its usual length; it never takes more than 24 hours.

    Raises:
        ZoneUnknown: the zone is not one.
        TimeOutOfRange: the day is not one this business can mean.
    """
    next_day = _DAY if hours.end <= hours.start else timedelta(0)
    wall_start, wall_end = datetime.combine(day, hours.start), datetime.combine(day, hours.end) + next_day
    starts_at, ends_at = (instant_of(wall, zone, gap=Gap.FORWARD) for wall in (wall_start, wall_end))
    if ends_at <= starts_at:
        ends_at = starts_at + (wall_end - wall_start)
    return starts_at, min(ends_at, starts_at + LONGEST)


def made_through(today: date) -> date:
    """Return the last day that is an order by now: the Sunday of the week in which `today` + 14 days lies.

    Days come a week at a time, so that the people of a series are asked once a week, by one text for all its days.
    """
    ahead = today + LEAD
    return ahead + _DAY * (6 - ahead.weekday())


def next_making(today: date) -> date:
    """Return the day on which the next week is made: the coming Monday."""
    return today + _DAY * (7 - today.weekday())
