"""Which date a person means by the day or the date he names. Pure."""

from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from dispatch.sms.replies import StatedDate, StatedDay

_AHEAD: Final = MappingProxyType({StatedDay.TODAY: 0, StatedDay.TOMORROW: 1, StatedDay.DAY_AFTER_TOMORROW: 2})
_WEEKDAYS: Final = tuple(day for day in StatedDay if day not in _AHEAD)
_MONTHS: Final = 12


def date_meant(day: StatedDay, said_on: date) -> date:
    """Return the date; a weekday is the next one of its name, the day it is said on included."""
    if day in _AHEAD:
        return said_on + timedelta(days=_AHEAD[day])
    return said_on + timedelta(days=(_WEEKDAYS.index(day) - said_on.weekday()) % 7)


def calendar_date(stated: StatedDate, said_on: date) -> date | None:
    """Return the date a written one means, None where there is no such day.

    A day without a month is the next one of that number, the day it is said on included. A month without a year is
    of the year that brings it nearest to today.
    """
    if stated.month is None:
        ahead = stated.day < said_on.day
        year, month = divmod(said_on.year * _MONTHS + said_on.month - 1 + ahead, _MONTHS)
        return _day_of(year, month + 1, stated.day)
    years = [stated.year] if stated.year is not None else range(said_on.year - 1, said_on.year + 2)
    candidates = [found for year in years if (found := _day_of(year, stated.month, stated.day)) is not None]
    return min(candidates, key=lambda found: abs(found - said_on), default=None)


def is_that_day(day: StatedDay | StatedDate, starts_at: datetime, said_at: datetime, zone: ZoneInfo) -> bool:
    """Tell whether a shift starts on the day named at `said_at`, both on the clock of `zone`."""
    said_on = said_at.astimezone(zone).date()
    meant = calendar_date(day, said_on) if isinstance(day, StatedDate) else date_meant(day, said_on)
    return starts_at.astimezone(zone).date() == meant


def _day_of(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
