"""How often one visitor may come back within a minute, counted in this process and nowhere else.

A page without a password must not write when it is looked at, so visits are not counted in the database. With several
processes the limit holds for each.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

_MOST_KEPT: Final = 20_000
"""Visitors kept in mind; beyond that those of past minutes are forgotten, and then everybody."""


@dataclass(slots=True)
class Pace:
    """At most so many times within a span.

    Attributes:
        most: so many within one span.
        span_s: seconds; a visitor's span begins with his first visit.
        clock: tells monotonic seconds.
    """

    most: int
    span_s: float = 60.0
    clock: Callable[[], float] = time.monotonic
    _seen: dict[bytes, tuple[float, int]] = field(default_factory=dict)

    def admits(self, visitor: bytes) -> bool:
        """Count one more time, and tell whether it is within the limit."""
        now = self.clock()
        began, times = self._seen.get(visitor, (now, 0))
        if now - began >= self.span_s:
            began, times = now, 0
        if visitor not in self._seen and len(self._seen) >= _MOST_KEPT:
            self._forget(now)
        self._seen[visitor] = (began, times + 1)
        return times < self.most

    def _forget(self, now: float) -> None:
        self._seen = {who: seen for who, seen in self._seen.items() if now - seen[0] < self.span_s}
        if len(self._seen) >= _MOST_KEPT:
            self._seen.clear()
