"""Quiet hours on the clock of a place, across changes of daylight saving time. Pure."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dispatch.tenancy.policy import QuietHours


def require_aware(moment: datetime) -> datetime:
    """Return the moment; a naive one would silently be read on the machine's own clock.

    Raises:
        ValueError: the moment has no offset.
    """
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError(f"{moment.isoformat()} has no offset; give a time-zone-aware moment")
    return moment


def is_quiet(now: datetime, zone: ZoneInfo, quiet: QuietHours) -> bool:
    """Tell whether the local clock shows a time in [start, end), over midnight when start is later than end.

    Raises:
        ValueError: `now` is naive.
    """
    local = require_aware(now).astimezone(zone).time()
    if quiet.start <= quiet.end:
        return quiet.start <= local < quiet.end
    return local >= quiet.start or local < quiet.end


def next_allowed(now: datetime, zone: ZoneInfo, quiet: QuietHours) -> datetime:
    """Return the first moment, not before `now`, at which an offer may be sent; in UTC.

    Outside quiet hours that is `now` itself, otherwise the moment the local clock shows `end`. Where clocks go back
    over `end`, the second passage counts for who is in the repeated hour; where they jump over it, the offer waits
    until `end` plus the jump. The result is never in quiet hours.

    Args:
        now: any aware moment.
        zone: the worker's zone.
        quiet: on the worker's clock.

    Raises:
        ValueError: `now` is naive.
    """
    if not is_quiet(now, zone, quiet):  # the end of the recursion, too: a jump of the clocks may land in quiet hours
        return now.astimezone(UTC)
    local = now.astimezone(zone)
    ends_tomorrow = quiet.start > quiet.end and local.time() >= quiet.start
    day = local.date() + timedelta(days=1) if ends_tomorrow else local.date()
    end = datetime.combine(day, quiet.end, tzinfo=zone)
    allowed = end.astimezone(UTC)
    if allowed <= now:
        allowed = end.replace(fold=1).astimezone(UTC)
    return next_allowed(allowed, zone, quiet)
