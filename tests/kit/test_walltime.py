from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from dispatch.kit.errors import Invalid
from dispatch.kit.geo import ZoneUnknown
from dispatch.kit.walltime import (
    Gap,
    Instant,
    TimeOutOfRange,
    WallTimeSkipped,
    check_instant,
    day_bounds,
    instant_of,
    local_date,
    next_at,
    wall_of,
)

RUSSIAN = (
    "Europe/Kaliningrad",
    "Europe/Moscow",
    "Europe/Samara",
    "Asia/Yekaterinburg",
    "Asia/Omsk",
    "Asia/Krasnoyarsk",
    "Asia/Irkutsk",
    "Asia/Yakutsk",
    "Asia/Vladivostok",
    "Asia/Magadan",
    "Asia/Kamchatka",
)
ZONES = (*RUSSIAN, "Europe/Budapest", "America/New_York")
EVERY_ZONE = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))

zones = st.sampled_from(ZONES)
every_zone = st.sampled_from(EVERY_ZONE)
walls = st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 30))  # noqa: DTZ001 - wall times are naive
instants = st.datetimes(
    datetime(2000, 1, 2),  # noqa: DTZ001 - the bounds of an aware strategy are given naive
    datetime(2099, 12, 30),  # noqa: DTZ001 - the same
    timezones=st.just(UTC),
)
days = st.dates(date(2000, 1, 2), date(2099, 12, 30))


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@given(instants, zones)
def test_every_instant_round_trips_through_the_wall(instant: datetime, zone: str) -> None:
    shown = wall_of(instant, zone)
    assert shown.tzinfo is None
    assert instant_of(shown, zone, fold=shown.fold) == instant


@given(walls, zones, st.sampled_from([0, 1]))
def test_every_wall_time_round_trips_or_is_refused_as_skipped(shown: datetime, zone: str, fold: int) -> None:
    try:
        instant = instant_of(shown, zone, fold=fold)
    except WallTimeSkipped as skipped:
        resumes = datetime.fromisoformat(str(skipped.fields["resumes"]))
        assert resumes > shown
        assert wall_of(instant_of(resumes, zone), zone) == resumes
        with pytest.raises(WallTimeSkipped):
            instant_of(resumes - timedelta(microseconds=1), zone)
    else:
        assert instant.tzinfo is UTC
        assert wall_of(instant, zone) == shown


@given(st.sampled_from(RUSSIAN), walls)
def test_russian_clocks_have_neither_gap_nor_fold_since_2017(zone: str, shown: datetime) -> None:
    assume(shown.year >= 2017)
    assert instant_of(shown, zone, fold=0) == instant_of(shown, zone, fold=1)


def test_the_eleven_zones_are_eleven_offsets() -> None:
    noon = wall("2026-06-01T12:00")
    offsets = [instant_of(noon, "UTC") - instant_of(noon, zone) for zone in RUSSIAN]
    assert offsets == [timedelta(hours=hours) for hours in range(2, 13)]


def test_a_skipped_time_is_refused_and_the_sentence_says_what_to_send() -> None:
    with pytest.raises(WallTimeSkipped, match=r"skip 02:30.*from 03:00 on") as caught:
        instant_of(wall("2026-03-29T02:30"), "Europe/Budapest")
    assert isinstance(caught.value, Invalid)
    assert caught.value.fields == {
        "zone": "Europe/Budapest",
        "wall": "2026-03-29T02:30:00",
        "resumes": "2026-03-29T03:00:00",
    }


@pytest.mark.parametrize("fold", [0, 1])
def test_a_computed_skipped_time_moves_forward_by_the_gap(fold: int) -> None:
    moved = instant_of(wall("2026-03-29T02:30"), "Europe/Budapest", gap=Gap.FORWARD, fold=fold)
    assert wall_of(moved, "Europe/Budapest") == wall("2026-03-29T03:30")


def test_a_repeated_time_is_the_first_unless_asked() -> None:
    shown = wall("2026-10-25T02:30")
    assert instant_of(shown, "Europe/Budapest") == utc("2026-10-25T00:30")
    assert instant_of(shown, "Europe/Budapest", fold=1) == utc("2026-10-25T01:30")
    assert instant_of(shown.replace(fold=1), "Europe/Budapest") == utc("2026-10-25T00:30")
    assert wall_of(utc("2026-10-25T01:30"), "Europe/Budapest").fold == 1


def test_the_edges_of_a_gap_and_a_fold() -> None:
    zone = "America/New_York"
    assert instant_of(wall("2026-03-08T01:59:59.999999"), zone) == utc("2026-03-08T06:59:59.999999")
    with pytest.raises(WallTimeSkipped):
        instant_of(wall("2026-03-08T02:00"), zone)
    assert instant_of(wall("2026-03-08T03:00"), zone) == utc("2026-03-08T07:00")
    assert instant_of(wall("2026-11-01T02:00"), zone, fold=1) == utc("2026-11-01T07:00")


def test_moscow_of_2010_still_had_summer_time() -> None:
    with pytest.raises(WallTimeSkipped):
        instant_of(wall("2010-03-28T02:30"), "Europe/Moscow")
    assert wall_of(utc("2014-10-25T22:30"), "Europe/Moscow").fold == 1


@given(days, every_zone)
def test_days_meet_and_hold_exactly_their_own_instants(day: date, zone: str) -> None:
    start, end = day_bounds(day, zone)
    assert day_bounds(day + timedelta(days=1), zone)[0] == end
    assume(start < end)  # a zone that crossed the date line has a day without instants
    assert timedelta(hours=22) <= end - start <= timedelta(hours=26)
    assert local_date(start, zone) == day
    assert local_date(end - timedelta(microseconds=1), zone) == day
    assert local_date(start - timedelta(microseconds=1), zone) < day


def test_a_day_that_starts_with_a_jump() -> None:
    start, end = day_bounds(date(2022, 3, 27), "Asia/Beirut")
    assert wall_of(start, "Asia/Beirut").time() == time(1)
    assert end - start == timedelta(hours=23)


@given(instants, every_zone, st.times())
def test_the_next_such_time_is_after_within_a_day_and_reads_so(instant: datetime, zone: str, at: time) -> None:
    moment = next_at(instant, zone, at)
    assert timedelta(0) <= moment - instant <= timedelta(hours=50)
    shown = wall_of(moment, zone)
    if shown.time() != at:
        with pytest.raises(WallTimeSkipped):
            instant_of(datetime.combine(shown.date(), at), zone)
    assert next_at(moment, zone, at) == moment


def test_quiet_hours_end_today_or_tomorrow() -> None:
    assert next_at(utc("2026-06-01T01:00"), "Europe/Moscow", time(8)) == utc("2026-06-01T05:00")
    assert next_at(utc("2026-06-01T05:00"), "Europe/Moscow", time(8)) == utc("2026-06-01T05:00")
    assert next_at(utc("2026-06-01T05:00:01"), "Europe/Moscow", time(8)) == utc("2026-06-02T05:00")


def test_mistakes_of_kind_are_ours_and_not_the_senders() -> None:
    with pytest.raises(ValueError, match="naive"):
        instant_of(utc("2026-01-01T00:00"), "UTC")
    with pytest.raises(ValueError, match="aware"):
        wall_of(wall("2026-01-01T00:00"), "UTC")


def test_a_wrong_zone_is_refused_both_ways() -> None:
    with pytest.raises(ZoneUnknown):
        instant_of(wall("2026-01-01T00:00"), "Mars/Olympus")
    with pytest.raises(ZoneUnknown):
        wall_of(utc("2026-01-01T00:00"), "EST")


@pytest.mark.parametrize("shown", [wall("0001-01-01"), wall("9999-12-31T23:59:59"), wall("1998-12-31")])
def test_times_the_business_cannot_mean_are_refused(shown: datetime) -> None:
    with pytest.raises(TimeOutOfRange):
        instant_of(shown, "Asia/Kamchatka")


EXTREMES = [
    datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
    datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))),
    datetime(2100, 1, 1, tzinfo=UTC),
    datetime(1999, 12, 31, 23, 59, tzinfo=UTC),
]


@pytest.mark.parametrize("instant", EXTREMES)
def test_an_instant_field_refuses_what_would_overflow(instant: datetime) -> None:
    with pytest.raises(TimeOutOfRange):
        check_instant(instant)
    with pytest.raises(TimeOutOfRange):
        TypeAdapter(Instant).validate_python(instant.isoformat())


@pytest.mark.parametrize(
    "sent", [1_800_000_000, 1.5e9, "2026-01-01T00:00:00", "2026-01-01", "soon", None, "1800000000"]
)
def test_an_instant_field_wants_an_offset(sent: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Instant).validate_python(sent)


def test_an_instant_field_is_in_utc() -> None:
    instant = TypeAdapter(Instant).validate_python("2026-03-01T08:00:00+03:00")
    assert instant == datetime(2026, 3, 1, 8, tzinfo=ZoneInfo("Europe/Moscow"))
    assert instant.tzinfo is UTC
