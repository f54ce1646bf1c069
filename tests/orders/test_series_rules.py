"""The days of a series: patterns, exceptions, holidays, clocks that change, and how far ahead they are made."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from dispatch.kit.walltime import wall_of
from dispatch.orders.series.commands import AddException, ChangeSeries, StartSeries
from dispatch.orders.series.rules import (
    LEAD,
    LONGEST,
    DayPlan,
    Deviation,
    EveryDays,
    ExceptionKind,
    Holidays,
    Hours,
    Monthly,
    Pattern,
    Scheme,
    Weekly,
    falls_on,
    made_through,
    next_making,
    plan_day,
    plan_days,
    span_of,
)
from dispatch.workers.commands import Weekday

WEEKDAYS = Weekly(every="week", on=tuple(Weekday)[:5])
DAY_SHIFT = Hours(time(8), time(17))
ONE = timedelta(days=1)

days = st.dates(date(2001, 1, 1), date(2098, 12, 31))
minutes = st.builds(time, st.integers(0, 23), st.integers(0, 59))
hours = st.builds(Hours, minutes, minutes)
patterns = st.one_of(
    st.builds(Weekly, every=st.just("week"), on=st.lists(st.sampled_from(Weekday), min_size=1, unique=True).map(tuple)),
    st.builds(EveryDays, every=st.just("days"), n=st.integers(1, 366)),
    st.builds(Monthly, every=st.just("month"), day=st.integers(1, 31)),
)
zones = st.sampled_from(
    ["Europe/Moscow", "Europe/Budapest", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Beirut"]
)


def scheme(first: date, *, pattern: object = WEEKDAYS, last: date | None = None, skip: bool = False) -> Scheme:
    holidays = Holidays.SKIP if skip else Holidays.WORK
    return Scheme(TypeAdapter(Pattern).validate_python(pattern), first, last, 10, DAY_SHIFT, holidays)


def days_of(repeating: Scheme, start: date, through: date) -> list[date]:
    return [plan.day for plan in plan_days(repeating, {}, (), start, through)]


def test_ten_every_weekday() -> None:
    monday = date(2026, 11, 23)
    found = plan_days(scheme(monday), {}, (), monday, monday + ONE * 13)
    assert [plan.day.isoweekday() for plan in found] == [1, 2, 3, 4, 5] * 2
    assert {(plan.headcount, plan.hours) for plan in found} == {(10, DAY_SHIFT)}


@pytest.mark.parametrize(
    ("year", "month", "last"), [(2027, 2, 28), (2028, 2, 29), (2100, 2, 28), (2027, 4, 30), (2027, 5, 31)]
)
def test_a_month_without_the_day_has_its_last_one(year: int, month: int, last: int) -> None:
    repeating = scheme(date(2026, 1, 1), pattern=Monthly(every="month", day=31))
    found = days_of(repeating, date(year, month, 1), date(year, month, monthrange(year, month)[1]))
    assert found == [date(year, month, last)]


def test_every_other_day_counts_across_a_leap_day() -> None:
    repeating = scheme(date(2028, 2, 28), pattern=EveryDays(every="days", n=2))
    assert days_of(repeating, date(2028, 2, 28), date(2028, 3, 4)) == [
        date(2028, 2, 28),
        date(2028, 3, 1),
        date(2028, 3, 3),
    ]


@given(patterns, days, st.integers(0, 800), st.integers(0, 60))
def test_the_days_of_a_span_are_those_of_its_parts(pattern: Pattern, first: date, after: int, cut: int) -> None:
    """However a span is cut into runs, the same days come out, in order, each once, none before the first."""
    repeating = scheme(first, pattern=pattern)
    start, through = first - ONE * 5 + ONE * after, first + ONE * (after + 70)
    whole = days_of(repeating, start, through)
    middle = start + ONE * cut
    assert whole == days_of(repeating, start, middle) + days_of(repeating, middle + ONE, through)
    assert all(one < other for one, other in pairwise(whole))
    assert all(day >= first for day in whole)


@given(days, st.integers(1, 31))
def test_every_month_has_exactly_one(first: date, day: int) -> None:
    found = days_of(scheme(first, pattern=Monthly(every="month", day=day)), first, first + ONE * 730)
    months = [(each.year, each.month) for each in found]
    assert len(months) == len(set(months))
    whole = {(d.year, d.month) for d in (first + ONE * n for n in range(32, 700))}
    assert whole <= set(months)


@given(days, st.integers(1, 366))
def test_every_nth_day_is_n_days_apart(first: date, n: int) -> None:
    found = days_of(scheme(first, pattern=EveryDays(every="days", n=n)), first, first + ONE * (3 * n))
    assert found == [first + ONE * (n * k) for k in range(4)]


@given(patterns, days, st.integers(0, 40), st.sets(st.just(0)))
def test_what_is_said_of_a_day_beats_holiday_and_pattern(
    pattern: Pattern, first: date, after: int, holiday: set[int]
) -> None:
    repeating, day = scheme(first, pattern=pattern, skip=True), first + ONE * after
    holidays = {day + ONE * n for n in holiday}
    usual = pattern.falls_on(day, first)
    night = Hours(time(22), time(6))
    assert plan_day(repeating, day, Deviation(ExceptionKind.OUT), holidays) is None
    extra = plan_day(repeating, day, Deviation(ExceptionKind.EXTRA, 3), holidays)
    assert extra == DayPlan(day, 3, DAY_SHIFT)
    other = plan_day(repeating, day, Deviation(ExceptionKind.OTHER, hours=night), holidays)
    assert other == (DayPlan(day, 10, night) if usual else None)
    plain = plan_day(repeating, day, None, holidays)
    assert plain == (DayPlan(day, 10, DAY_SHIFT) if usual and not holiday else None)


def test_nothing_happens_outside_the_first_and_the_last_day() -> None:
    first, last = date(2026, 11, 23), date(2026, 11, 27)
    repeating = scheme(first, last=last)
    extra = Deviation(ExceptionKind.EXTRA)
    assert [plan_day(repeating, day, extra, ()) for day in (first - ONE, last + ONE)] == [None, None]
    assert len(plan_days(repeating, {}, (), first - ONE * 7, last + ONE * 7)) == 5


def test_a_kept_holiday_is_a_day_like_any_other() -> None:
    day = date(2026, 11, 24)
    assert plan_day(scheme(day), day, None, {day}) is not None
    assert plan_day(scheme(day, skip=True), day, None, {day}) is None


@pytest.mark.parametrize(
    ("day", "start", "end", "zone", "utc", "length"),
    [
        # 02:30 does not exist in the night in which summer begins: an hour later on the clock.
        (date(2027, 3, 28), time(2, 30), time(10), "Europe/Budapest", "2027-03-28 01:30", 6.5),
        # It exists twice in the night in which summer ends: the first.
        (date(2027, 10, 31), time(2, 30), time(10), "Europe/Budapest", "2027-10-31 00:30", 8.5),
        # A night over either change is an hour shorter, or longer, than its clock times say.
        (date(2027, 3, 27), time(22), time(6), "Europe/Budapest", "2027-03-27 21:00", 7),
        (date(2027, 10, 30), time(22), time(6), "Europe/Budapest", "2027-10-30 20:00", 9),
        # A start that moves past its end keeps the usual length.
        (date(2027, 3, 28), time(2, 15), time(3), "Europe/Budapest", "2027-03-28 01:15", 0.75),
        # A whole day is never more than 24 hours, and is 23 when the clocks take one.
        (date(2027, 10, 30), time(12), time(12), "Europe/Budapest", "2027-10-30 10:00", 24),
        (date(2027, 3, 27), time(12), time(12), "Europe/Budapest", "2027-03-27 11:00", 23),
        # Midnight itself is skipped in Beirut, and half an hour on Lord Howe.
        (date(2027, 3, 28), time(0), time(8), "Asia/Beirut", "2027-03-27 22:00", 7),
        (date(2027, 10, 3), time(2, 10), time(8), "Australia/Lord_Howe", "2027-10-02 15:40", 5 + 1 / 3),
        (date(2028, 2, 29), time(8), time(17), "Europe/Moscow", "2028-02-29 05:00", 9),
    ],
)
def test_hours_when_the_clocks_change(day: date, start: time, end: time, zone: str, utc: str, length: float) -> None:
    starts_at, ends_at = span_of(day, Hours(start, end), zone)
    assert f"{starts_at:%Y-%m-%d %H:%M}" == utc
    assert ends_at - starts_at == timedelta(hours=length)


@given(days, hours, zones)
def test_a_span_is_what_the_clocks_say_wherever_they_can(day: date, worked: Hours, zone: str) -> None:
    starts_at, ends_at = span_of(day, worked, zone)
    assert starts_at.tzinfo is UTC
    assert timedelta(minutes=1) <= ends_at - starts_at <= LONGEST
    shown = wall_of(starts_at, zone)
    wall = datetime.combine(day, worked.start)
    assert shown.fold == 0, "of two times that look the same, the first"
    back = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert shown == wall if back == wall else wall < shown <= wall + timedelta(hours=1)


@given(days)
def test_two_weeks_ahead_are_made_a_week_at_a_time(today: date) -> None:
    through = made_through(today)
    assert today + LEAD <= through < today + LEAD + ONE * 7
    assert through.isoweekday() == 7
    assert today < next_making(today) <= today + ONE * 7
    between = (today + ONE * n for n in range((next_making(today) - today).days))
    assert {made_through(day) for day in between} == {through}, "nothing is due before the next making"
    assert made_through(next_making(today)) == through + ONE * 7


BODY = {
    "client_id": "0192f0c8-0000-7000-8000-000000000000",
    "site_id": "0192f0c8-0000-7000-8000-000000000001",
    "service": "loading",
    "headcount": 10,
    "pattern": {"every": "week", "on": ["mon", "fri"]},
    "start": "08:00",
    "end": "17:00",
    "starts_on": "2026-11-23",
}


def test_a_series_as_it_is_sent() -> None:
    command = StartSeries.model_validate(BODY)
    assert command.hours == DAY_SHIFT
    assert command.holidays is Holidays.WORK


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": "08:00:30"},
        {"start": "08:00+03:00"},
        {"starts_on": "1999-12-31"},
        {"ends_on": "2100-01-01"},
        {"ends_on": "2026-11-22"},
        {"pattern": {"every": "week", "on": []}},
        {"pattern": {"every": "week", "on": ["mon", "mon"]}},
        {"pattern": {"every": "days", "n": 0}},
        {"pattern": {"every": "month", "day": 32}},
        {"pattern": {"every": "year"}},
        {"headcount": 0},
    ],
)
def test_what_is_no_series(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        StartSeries.model_validate(BODY | wrong)


@pytest.mark.parametrize(
    "wrong",
    [{}, {"apply_to": "materialised"}, {"headcount": None}, {"start": None}, {"pattern": {"every": "days", "n": 1}}],
)
def test_what_is_no_change(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ChangeSeries.model_validate(wrong)


def test_an_end_can_be_taken_away() -> None:
    assert ChangeSeries.model_validate({"ends_on": None}).given() == {"ends_on": None}
    assert ChangeSeries.model_validate({"start": "09:00"}).given() == {"local_start": time(9)}


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "out", "headcount": 3},
        {"kind": "out", "start": "08:00", "end": "09:00"},
        {"kind": "other"},
        {"kind": "other", "start": "08:00"},
        {"kind": "extra", "end": "08:00"},
    ],
)
def test_what_is_no_exception(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        AddException.model_validate({"day": "2026-11-24", "reason": "праздник"} | wrong)


def test_a_day_falls_on_the_pattern_between_the_first_and_the_last() -> None:
    weekdays = scheme(date(2026, 12, 1), last=date(2026, 12, 9))
    falling = [day for day in range(1, 12) if falls_on(weekdays, date(2026, 12, day))]
    assert falling == [1, 2, 3, 4, 7, 8, 9], "neither the weekend nor what comes after the end"
