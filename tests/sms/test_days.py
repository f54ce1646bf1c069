from datetime import date, timedelta

import pytest

from dispatch.sms.days import date_meant
from dispatch.sms.replies import StatedDay

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
