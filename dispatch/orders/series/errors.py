"""What can be wrong with a series."""

from collections.abc import Callable

from dispatch.kit.errors import Conflict, DispatchError, Invalid, NotFound


class SeriesNotFound(NotFound):
    """No such series in this franchise."""


class SeriesChangedMeanwhile(Conflict):
    """Somebody changed the series since it was read."""


class SeriesIsOver(Conflict):
    """The series has ended; nothing of it changes any more."""


class SeriesNeverHappens(Invalid):
    """Between its first and its last day no day has work."""


class SeriesDayUnfit(Invalid):
    """An exception does not fit the day it is for."""


class SeriesExceptionNotFound(NotFound):
    """This day of the series has no exception."""


class SeriesDayMadeTwice(Conflict):
    """A day of a series has its order already."""


class SeriesGoesOnElsewhere(Conflict):
    """From some day on the days of this series belong to the one that continues it."""


_ELSEWHERE = "It goes on as another series from a later day: change that one."

CONSTRAINTS: dict[str, Callable[[], DispatchError]] = {
    "series_day_once": lambda: SeriesDayMadeTwice("This day has its order already; read the series again."),
    "series_ends_before_it_goes_on": lambda: SeriesGoesOnElsewhere(_ELSEWHERE),
}
