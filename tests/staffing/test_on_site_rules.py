"""When a mark was made: the device's time and its offset, never later than now, never before the shift opens."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.staffing.on_site.rules import LEEWAY, MarkBeforeTheShift, MarkInTheFuture, moment_of

OPENS = datetime(2026, 11, 24, 5, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
offsets = st.timedeltas(min_value=timedelta(days=-30_000), max_value=timedelta(days=20_000))


@given(
    true=st.datetimes(OPENS.replace(tzinfo=None), NOW.replace(tzinfo=None), timezones=st.just(UTC)), wrong_by=offsets
)
def test_however_wrong_a_clock_is_its_offset_makes_it_right(true: datetime, wrong_by: timedelta) -> None:
    assert moment_of(true + wrong_by, -wrong_by, opens_at=OPENS, now=NOW) == true


@given(made_at=st.datetimes(timezones=st.just(UTC)), offset=offsets)
def test_a_mark_lies_in_the_shift_until_now_or_is_refused(made_at: datetime, offset: timedelta) -> None:
    try:
        at = moment_of(made_at, offset, opens_at=OPENS, now=NOW)
    except (MarkInTheFuture, MarkBeforeTheShift):
        return
    assert OPENS <= at <= NOW


@pytest.mark.parametrize(
    ("at", "counts"), [(NOW + LEEWAY, NOW), (NOW, NOW), (OPENS, OPENS), (NOW - LEEWAY, NOW - LEEWAY)]
)
def test_a_slow_network_is_forgiven(at: datetime, counts: datetime) -> None:
    assert moment_of(at, timedelta(0), opens_at=OPENS, now=NOW) == counts


@pytest.mark.parametrize(
    ("at", "offset", "error"),
    [
        (NOW + LEEWAY, timedelta(seconds=1), MarkInTheFuture),
        (OPENS, timedelta(seconds=-1), MarkBeforeTheShift),
        (datetime.min.replace(tzinfo=UTC), timedelta(seconds=-1), MarkBeforeTheShift),
        (datetime.max.replace(tzinfo=UTC), timedelta(seconds=1), MarkBeforeTheShift),
    ],
)
def test_what_cannot_be_is_refused(at: datetime, offset: timedelta, error: type[Exception]) -> None:
    with pytest.raises(error):
        moment_of(at, offset, opens_at=OPENS, now=NOW)
