"""Dates and clock times as people write them in texts."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

_MONTHS = {
    "янв": 1, "фев": 2, "мар": 3, "апр": 4, "мая": 5, "май": 5, "июн": 6, "июл": 7, "авг": 8, "сен": 9, "окт": 10,
    "ноя": 11, "дек": 12, "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9,
    "oct": 10, "nov": 11, "dec": 12, "ene": 1, "abr": 4, "ago": 8, "dic": 12, "febr": 2, "marc": 3, "maj": 5,
    "szept": 9, "okt": 10,
}  # fmt: skip
_NEAR_DAYS = {"сегодня": 0, "today": 0, "завтра": 1, "tomorrow": 1, "послезавтра": 2}
_DAY = re.compile(
    r"(?<![\d.:\w])(?:(?P<iso>\d{4}-\d{2}-\d{2})"
    r"|(?P<day>\d{1,2})\.(?P<month>\d{2})(?:\.(?P<year>\d{4}|\d{2}))?(?!\d)"
    rf"|(?P<worded>\d{{1,2}})\s+(?P<name>{'|'.join(_MONTHS)})\w*"
    rf"|(?P<first>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.\s(?P<nth>\d{{1,2}})\.(?!\d)"
    rf"|(?P<near>{'|'.join(sorted(_NEAR_DAYS, key=len, reverse=True))}))",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?<![\d:])(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?![\d:])"
    r"|(?<=\d\s|[a-z.]\s)(?P<from>[01]?\d|2[0-3])-(?:[01]?\d|2[0-4])(?![\d:.-]\d|\d)"
)
_SAME_PHRASE = 60  # characters within which a clock time still belongs to the day named before it
_STILL_TODAY = timedelta(hours=3)


def read_starts(text: str, *, zone: ZoneInfo, now: datetime) -> tuple[datetime, ...]:
    """Return the instants a text names, in order and without repeats.

    Each day takes the clock time that follows it in the same phrase, so "24.11, 25.11 09:00-18:00" is two starts.
    A text with a clock time and no day means the next time the clock shows it, or today's where that is less than
    three hours ago. A day without a year is the one nearest to now.
    """
    local = now.astimezone(zone)
    clocks = list(_CLOCK.finditer(text))
    if not clocks:
        return ()
    days = [(match.end(), day) for match in _DAY.finditer(text) if (day := _day(match, local.date())) is not None]
    if not days:
        today = _instant(local.date(), clocks[0], zone)
        return (today if today > local - _STILL_TODAY else today + timedelta(days=1),)
    found = [
        _instant(day, clock, zone)
        for end, day in days
        if (clock := next((c for c in clocks if end <= c.start() <= end + _SAME_PHRASE), None)) is not None
    ]
    return tuple(dict.fromkeys(found or [_instant(days[0][1], clocks[0], zone)]))


def _day(match: re.Match[str], today: date) -> date | None:
    part = match.groupdict()
    if part["near"]:
        return today + timedelta(days=_NEAR_DAYS[part["near"].casefold()])
    if part["iso"]:
        year, month, day = (int(figure) for figure in part["iso"].split("-"))
        return _date(year, month, day)
    day = int(part["day"] or part["worded"] or part["nth"])
    month = int(part["month"]) if part["month"] else _MONTHS[(part["name"] or part["first"]).casefold()]
    if part["year"]:
        return _date(2000 + int(part["year"]) % 100, month, day)
    near = (_date(year, month, day) for year in (today.year - 1, today.year, today.year + 1))
    return min(filter(None, near), key=lambda candidate: abs(candidate - today), default=None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _instant(day: date, clock: re.Match[str], zone: ZoneInfo) -> datetime:
    hour, minute, second = int(clock["hour"] or clock["from"]), int(clock["minute"] or 0), int(clock["second"] or 0)
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone)
