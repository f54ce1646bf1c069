from datetime import date, timedelta

import pytest

from dispatch.sms.days import calendar_date, date_meant
from dispatch.sms.replies import StatedDate, StatedDay

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("stated", "said_on", "meant"),
    [
        (StatedDay.TODAY, MONDAY, MONDAY),
        (StatedDay.TOMORROW, MONDAY, date(2026, 11, 24)),
        (StatedDay.DAY_AFTER_TOMORROW, MONDAY, date(2026, 11, 25)),
        (StatedDay.MONDAY, MONDAY, MONDAY),
        (StatedDay.SUNDAY, MONDAY, date(2026, 11, 29)),
        (StatedDay.MONDAY, date(2026, 11, 24), date(2026, 11, 30)),
    ],
)
def test_the_date_a_named_day_means(stated: StatedDay, said_on: date, meant: date) -> None:
    assert date_meant(stated, said_on) == meant


def test_a_weekday_is_within_the_week_to_come() -> None:
    for stated in list(StatedDay)[3:]:
        for ahead in range(7):
            said_on = MONDAY + timedelta(days=ahead)
            meant = date_meant(stated, said_on)
            assert said_on <= meant < said_on + timedelta(days=7)
            assert meant.strftime("%A").lower() == stated


@pytest.mark.parametrize(
    ("stated", "said_on", "meant"),
    [
        (StatedDate(25), MONDAY, date(2026, 11, 25)),
        (StatedDate(23), MONDAY, MONDAY),
        (StatedDate(22), MONDAY, date(2026, 12, 22)),
        (StatedDate(5), date(2026, 12, 31), date(2027, 1, 5)),
        (StatedDate(31), MONDAY, None),
        (StatedDate(25, 11), MONDAY, date(2026, 11, 25)),
        (StatedDate(22, 11), MONDAY, date(2026, 11, 22)),
        (StatedDate(5, 1), MONDAY, date(2027, 1, 5)),
        (StatedDate(30, 12), date(2027, 1, 2), date(2026, 12, 30)),
        (StatedDate(29, 2), date(2027, 12, 1), date(2028, 2, 29)),
        (StatedDate(30, 2), MONDAY, None),
        (StatedDate(25, 11, 2027), MONDAY, date(2027, 11, 25)),
        (StatedDate(29, 2, 2027), MONDAY, None),
    ],
)
def test_the_date_a_written_one_means(stated: StatedDate, said_on: date, meant: date | None) -> None:
    assert calendar_date(stated, said_on) == meant
