"""A yes that names a day or a time holds for that day and time alone. Pure."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from dispatch.sms.days import date_meant
from dispatch.sms.replies import StatedDay
from dispatch.sms.service import Answer
from dispatch.staffing.facts import Place
from dispatch.tenancy.policy import Pace

_DAY = timedelta(days=1)


def speaks_of(answer: Answer, places: Sequence[Place], pace: Pace, *, due_at: datetime | None = None) -> bool:
    """Tell whether what an answer states fits one of the shifts asked about: its date, and its start within tolerance.

    Days and times are on the clock of the site. An answer that states neither fits. Where he is due at another moment
    than the start, such as a standby called late, `due_at` fits as well.
    """
    reply = answer.reply
    if reply.stated_time is None and reply.stated_day is None:
        return True
    return any(
        (reply.stated_time is None or _near(reply.stated_time, _moments(place, due_at), pace.stated_time_tolerance))
        and (reply.stated_day is None or _same_day(reply.stated_day, answer.received_at, place))
        for place in places
    )


def _same_day(stated: StatedDay, received_at: datetime, place: Place) -> bool:
    return place.local_start.date() == date_meant(stated, received_at.astimezone(place.zone).date())


def _moments(place: Place, due_at: datetime | None) -> Sequence[datetime]:
    return [place.local_start] if due_at is None else [place.local_start, due_at.astimezone(place.zone)]


def _near(stated: time, moments: Sequence[datetime], tolerance: timedelta) -> bool:
    there = [moment.replace(hour=stated.hour, minute=stated.minute, second=0, microsecond=0) for moment in moments]
    apart = min(abs(at - moment) for at, moment in zip(there, moments, strict=True))
    return min(apart, _DAY - apart) <= tolerance
