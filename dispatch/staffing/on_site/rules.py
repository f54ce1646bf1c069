"""When a mark was made. Pure: every moment is an instant, none is of a clock of its own."""

from datetime import datetime, timedelta
from typing import Final

from dispatch.kit.errors import Invalid

LEEWAY: Final = timedelta(minutes=1)
"""How far a corrected time may lie ahead of ours: an offset is measured over a network that is slow at times."""


class MarkInTheFuture(Invalid):
    """The device's clock was set after it was compared with ours, or somebody wrote the time himself."""

    def __init__(self) -> None:
        super().__init__("The time of this mark has not come yet. Set the phone's clock and mark it again.")


class MarkBeforeTheShift(Invalid):
    """The mark is older than anything that can be seen on site."""

    def __init__(self) -> None:
        super().__init__("The time of this mark lies before the shift. Set the phone's clock and mark it again.")


def moment_of(made_at: datetime, offset: timedelta, *, opens_at: datetime, now: datetime) -> datetime:
    """Return when a mark was made, on our clock: the device's time and the offset that was measured for it.

    Args:
        made_at: what the device's clock showed.
        offset: what to add to it.
        opens_at: nothing can be seen on site before.
        now: the domain clock; the result is never later.

    Raises:
        MarkInTheFuture: it would lie more than `LEEWAY` ahead.
        MarkBeforeTheShift: it would lie before `opens_at`, or beyond any calendar.
    """
    try:
        at = made_at + offset
    except OverflowError:
        raise MarkBeforeTheShift from None
    if at > now + LEEWAY:
        raise MarkInTheFuture
    if at < opens_at:
        raise MarkBeforeTheShift
    return min(at, now)
