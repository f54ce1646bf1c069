"""Wall time, what a clock on site shows, and the instant it means.

A wall time is a naive `datetime`, and only here; everywhere else datetimes are aware. An hour is skipped in spring (a
gap) and repeated in autumn (a fold), so both directions say what they do there:

* a time that a person typed and that the clocks skip is refused, with what to send instead;
* a time that we computed (08:00 of some day, the start of a day) moves forward by the length of the gap, as RFC 5545
  3.3.5 has it for repeating events, so a series never loses a day;
* a time that occurs twice is the first one, unless `fold=1` asks for the second.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum, auto
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, BeforeValidator

from dispatch.kit.errors import Invalid
from dispatch.kit.geo import check_zone

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
_DATE_AND_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d")  # a bare number would be read as epoch seconds


class WallTimeSkipped(Invalid):
    """The clocks on site jump over this time."""

    def __init__(self, wall: datetime, zone: str, resumes: datetime) -> None:
        super().__init__(
            f"On {wall:%Y-%m-%d} the clocks in {zone} skip {wall:%H:%M}; send a time before the jump "
            f"or from {resumes:%H:%M} on.",
            zone=zone,
            wall=wall.isoformat(),
            resumes=resumes.isoformat(),
        )


class TimeOutOfRange(Invalid):
    """The time is not one this business can mean."""

    def __init__(self) -> None:
        super().__init__(f"Send a time from {EARLIEST:%Y-%m-%d} to {LATEST:%Y-%m-%d}.")


class Gap(Enum):
    """What becomes of a wall time that the clocks skip: refused, or moved forward by the length of the gap."""

    REFUSE = auto()
    FORWARD = auto()


def instant_of(wall: datetime, zone: str, *, fold: int = 0, gap: Gap = Gap.REFUSE) -> datetime:
    """Return the instant, in UTC, at which clocks in `zone` show `wall`.

    Args:
        wall: naive; its own `fold` is ignored in favour of the argument.
        zone: IANA name.
        fold: 0 for the first, 1 for the second occurrence of a repeated time; without meaning elsewhere.
        gap: what to do with a time that is skipped.

    Raises:
        WallTimeSkipped: no clock shows this time, and `gap` refuses.
        ZoneUnknown: the zone is not one.
        TimeOutOfRange: more than a year before 2000 or after 2100.
        ValueError: `wall` carries a zone of its own.
    """
    if wall.tzinfo is not None:
        raise ValueError("a wall time is naive; convert an instant with wall_of")
    place = ZoneInfo(check_zone(zone))
    if not EARLIEST.year - 1 <= wall.year <= LATEST.year:  # a zone's day may begin before or end after UTC's
        raise TimeOutOfRange
    if gap is Gap.FORWARD and _is_skipped(wall, place):
        fold = 0  # the offset before the jump is what carries it past the jump
    instant = wall.replace(tzinfo=place, fold=fold).astimezone(UTC)
    if gap is Gap.REFUSE and _is_skipped(wall, place):
        raise WallTimeSkipped(wall, zone, _resumes(wall, place))
    return instant


def _is_skipped(wall: datetime, place: ZoneInfo) -> bool:
    there = wall.replace(tzinfo=place).astimezone(UTC).astimezone(place)
    return there.replace(tzinfo=None, fold=0) != wall.replace(fold=0)


def _resumes(wall: datetime, place: ZoneInfo) -> datetime:
    """Return the first wall time after the gap: the jump's instant read with the offset that follows it.

    Between the two readings of a skipped time lies the jump; the earlier one is before it, the later one after it.
    """
    before = wall.replace(tzinfo=place, fold=1).astimezone(UTC)
    after = wall.replace(tzinfo=place, fold=0).astimezone(UTC)
    offset = after.astimezone(place).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(place).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after.replace(microsecond=0).astimezone(place).replace(tzinfo=None)


def wall_of(instant: datetime, zone: str) -> datetime:
    """Return what clocks in `zone` show at this instant: naive, with `fold` 1 on the second pass of a repeated hour.

    `instant_of(wall, zone, fold=wall.fold)` is the instant again, always.

    Raises:
        ZoneUnknown: the zone is not one.
        ValueError: `instant` is naive.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant is aware; convert a wall time with instant_of")
    return instant.astimezone(ZoneInfo(check_zone(zone))).replace(tzinfo=None)


def local_date(instant: datetime, zone: str) -> date:
    """Return the date that people in `zone` write at this instant."""
    return wall_of(instant, zone).date()


def day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """Return the local day as [start, end) in UTC: 23, 24 or 25 hours, and days meet without gap or overlap.

    Where the clocks skip midnight, the day starts with the jump.
    """
    start, end = (
        instant_of(datetime.combine(each, time()), zone, gap=Gap.FORWARD) for each in (day, day + timedelta(days=1))
    )
    return start, end


def next_at(instant: datetime, zone: str, at: time) -> datetime:
    """Return the first moment, in UTC, at or after `instant` when clocks in `zone` show `at`: the end of quiet hours.

    On the day a skipped `at` would fall into, the moment moves forward by the length of the gap; a repeated one counts
    at its first pass only.
    """
    day = local_date(instant, zone) - timedelta(days=1)
    while True:
        moment = instant_of(datetime.combine(day, at), zone, gap=Gap.FORWARD)
        if moment >= instant:
            return moment
        day += timedelta(days=1)


def check_instant(instant: datetime) -> datetime:
    """Return an aware instant in UTC if the business can mean it, so that no arithmetic or driver overflows later.

    Raises:
        TimeOutOfRange: before 2000 or from 2100 on.
    """
    if not EARLIEST <= instant < LATEST:
        raise TimeOutOfRange
    return instant.astimezone(UTC)


def _text_or_instant(value: object) -> object:
    if not isinstance(value, datetime) and not (isinstance(value, str) and _DATE_AND_TIME.match(value)):
        raise ValueError("Send RFC 3339 text with an offset, like 2026-03-01T08:00:00+03:00")
    return value


Instant = Annotated[AwareDatetime, BeforeValidator(_text_or_instant), AfterValidator(check_instant)]
"""A field that holds an instant: RFC 3339 with offset, 2000 to 2100, in UTC afterwards. Bare numbers are refused."""
