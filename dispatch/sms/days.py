"""Which date a person means by the day he names. Pure."""

from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from dispatch.sms.replies import StatedDay

_AHEAD: Final = MappingProxyType({StatedDay.TODAY: 0, StatedDay.TOMORROW: 1, StatedDay.DAY_AFTER_TOMORROW: 2})
_WEEKDAYS: Final = tuple(day for day in StatedDay if day not in _AHEAD)


def date_meant(day: StatedDay, said_on: date) -> date:
    """Return the date; a weekday is the next one of its name, the day it is said on included."""
    if day in _AHEAD:
        return said_on + timedelta(days=_AHEAD[day])
    return said_on + timedelta(days=(_WEEKDAYS.index(day) - said_on.weekday()) % 7)


def is_that_day(day: StatedDay, starts_at: datetime, said_at: datetime, zone: ZoneInfo) -> bool:
    """Tell whether a shift starts on the day named at `said_at`, both on the clock of `zone`."""
    return starts_at.astimezone(zone).date() == date_meant(day, said_at.astimezone(zone).date())
