from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.tenancy.policy import QuietHours
from dispatch.tenancy.rules import is_quiet, next_allowed, require_aware

_HOUSE = QuietHours()
_ZONES = [
    *("Europe/Kaliningrad", "Europe/Moscow", "Asia/Kamchatka", "Europe/Budapest", "America/New_York"),
    *("Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "UTC"),
]

_STEADY = {"Asia/Kathmandu", "UTC"}  # never change their clocks in these years


def _at(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("zone", "now", "allowed"),
    [
        ("Europe/Moscow", "2026-11-21 20:59:59", "2026-11-21 20:59:59"),
        ("Europe/Moscow", "2026-11-21 21:00", "2026-11-22 08:00"),
        ("Europe/Moscow", "2026-11-21 02:00", "2026-11-21 08:00"),
        ("Europe/Moscow", "2026-11-21 08:00", "2026-11-21 08:00"),
        ("Asia/Kamchatka", "2026-12-31 23:30", "2027-01-01 08:00"),
        ("Europe/Budapest", "2026-03-28 22:00", "2026-03-29 08:00"),
        ("Europe/Budapest", "2026-10-24 22:00", "2026-10-25 08:00"),
    ],
)
def test_offers_wait_for_the_morning_of_the_worker(zone: str, now: str, allowed: str) -> None:
    assert next_allowed(_at(now, zone), ZoneInfo(zone), _HOUSE) == _at(allowed, zone)


def test_the_night_is_an_hour_shorter_or_longer_when_clocks_change() -> None:
    budapest = ZoneInfo("Europe/Budapest")
    spring, autumn = (_at(text, "Europe/Budapest") for text in ("2026-03-28 22:00", "2026-10-24 22:00"))
    assert next_allowed(spring, budapest, _HOUSE) - spring.astimezone(UTC) == timedelta(hours=9)
    assert next_allowed(autumn, budapest, _HOUSE) - autumn.astimezone(UTC) == timedelta(hours=11)


def test_an_end_inside_the_jump_waits_and_one_in_the_repeated_hour_is_found() -> None:
    budapest, quiet = ZoneInfo("Europe/Budapest"), QuietHours(start=time(22), end=time(2, 30))
    jump = next_allowed(_at("2026-03-28 23:00", "Europe/Budapest"), budapest, quiet)
    assert jump == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    first_pass = next_allowed(datetime(2026, 10, 25, 0, 10, tzinfo=UTC), budapest, quiet)
    assert first_pass == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    second_pass = next_allowed(datetime(2026, 10, 25, 1, 10, tzinfo=UTC), budapest, quiet)
    assert second_pass == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_a_jump_into_quiet_hours_waits_for_their_next_end() -> None:
    quiet = QuietHours(start=time(3), end=time(2, 30))
    allowed = next_allowed(_at("2026-03-28 23:00", "Europe/Budapest"), ZoneInfo("Europe/Budapest"), quiet)
    assert allowed == _at("2026-03-30 02:30", "Europe/Budapest")


def test_a_span_within_one_day_and_no_span_at_all() -> None:
    noon, moscow = _at("2026-11-21 12:30", "Europe/Moscow"), ZoneInfo("Europe/Moscow")
    assert next_allowed(noon, moscow, QuietHours(start=time(12), end=time(13))) == _at(
        "2026-11-21 13:00", "Europe/Moscow"
    )
    assert is_quiet(noon, moscow, QuietHours(start=time(12, 30), end=time(13)))
    assert not is_quiet(noon, moscow, QuietHours(start=time(12), end=time(12, 30)))
    assert not is_quiet(noon, moscow, QuietHours(start=time(12, 30), end=time(12, 30)))


@given(
    now=st.datetimes(datetime(2011, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds
    zone=st.sampled_from(_ZONES).map(ZoneInfo),
    start=st.times(),
    end=st.times(),
)
def test_what_is_allowed_is_never_quiet_and_never_earlier(
    now: datetime, zone: ZoneInfo, start: time, end: time
) -> None:
    quiet = QuietHours(start=start, end=end)
    allowed = next_allowed(now, zone, quiet)
    assert allowed >= now
    assert allowed.tzinfo is UTC
    assert not is_quiet(allowed, zone, quiet)
    assert next_allowed(allowed, zone, quiet) == allowed
    if allowed > now and zone.key in _STEADY:
        assert is_quiet(allowed - timedelta(microseconds=1), zone, quiet)


def test_a_naive_moment_is_an_error() -> None:
    with pytest.raises(ValueError, match="no offset"):
        require_aware(datetime(2026, 11, 21))  # noqa: DTZ001 - the point of the test
