"""Local clocks reckoned by hand: offsets and changes as the law of each place has them, no zone database asked.

Good for the year 2027 alone, in which all proofs about change days are set.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Place:
    """A zone by its name, its minutes ahead of UTC when the year begins, and the moments from which it has others."""

    name: str
    ahead: int
    changes: tuple[tuple[datetime, int], ...] = ()

    def local(self, moment: datetime) -> datetime:
        """What the clock on the wall shows."""
        passed = bisect_right(self.changes, moment, key=lambda change: change[0])
        ahead = self.changes[passed - 1][1] if passed else self.ahead
        return moment.astimezone(UTC).replace(tzinfo=None) + ahead * _MINUTE


def _utc(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2027, month, day, hour, minute, tzinfo=UTC)


RUSSIA: Final = tuple(
    Place(name, hours * 60)
    for name, hours in (
        ("Europe/Kaliningrad", 2),
        ("Europe/Moscow", 3),
        ("Europe/Samara", 4),
        ("Asia/Yekaterinburg", 5),
        ("Asia/Omsk", 6),
        ("Asia/Novosibirsk", 7),
        ("Asia/Irkutsk", 8),
        ("Asia/Yakutsk", 9),
        ("Asia/Vladivostok", 10),
        ("Asia/Magadan", 11),
        ("Asia/Kamchatka", 12),
    )
)
"""The eleven zones; their clocks have not changed since 2014."""
BUDAPEST: Final = Place("Europe/Budapest", 60, ((_utc(3, 28, 1), 120), (_utc(10, 31, 1), 60)))
NEW_YORK: Final = Place("America/New_York", -300, ((_utc(3, 14, 7), -240), (_utc(11, 7, 6), -300)))
SYDNEY: Final = Place("Australia/Sydney", 660, ((_utc(4, 3, 16), 600), (_utc(10, 2, 16), 660)))
LORD_HOWE: Final = Place("Australia/Lord_Howe", 660, ((_utc(4, 3, 15), 630), (_utc(10, 2, 15, 30), 660)))
"""Its clocks change by half an hour."""
CHANGING: Final = (BUDAPEST, NEW_YORK, SYDNEY, LORD_HOWE)
