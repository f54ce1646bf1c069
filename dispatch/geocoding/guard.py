"""What keeps a service's trouble, and one person's haste, from everybody else: a breaker and an allowance.

Both live in one process and count by the monotonic clock: they guard the process, the service's own limits are kept in
the database.
"""

import time
from collections import OrderedDict
from typing import Final

FAILURES_TO_OPEN: Final = 4
OPEN_S: Final = 30.0
BURST: Final = 20
PER_S: Final = 1.0
_MOST_SUBJECTS: Final = 2000


class Breaker:
    """Says when not to ask at all: after some failures in a row nobody waits for half a minute, then one may try.

    Args:
        failures: so many in a row open it.
        open_s: seconds for which it stays open.
    """

    def __init__(self, *, failures: int = FAILURES_TO_OPEN, open_s: float = OPEN_S) -> None:
        self._limit = failures
        self._open_s = open_s
        self._failed = 0
        self._shut_again_at = 0.0

    def lets_through(self) -> bool:
        """Whether to ask; the first after the pause tries for all, and the others go on without meanwhile."""
        if self._failed < self._limit:
            return True
        if time.monotonic() < self._shut_again_at:
            return False
        self._shut_again_at = time.monotonic() + self._open_s
        return True

    def answered(self) -> None:
        """Note that the service works."""
        self._failed = 0

    def failed(self) -> None:
        """Note that it does not."""
        self._failed += 1
        self._shut_again_at = time.monotonic() + self._open_s


class Allowance:
    """How often one person may ask: `burst` at once, then `per_s` a second. Remembers the newest 2000."""

    def __init__(self, *, burst: int = BURST, per_s: float = PER_S) -> None:
        self._burst = burst
        self._per_s = per_s
        self._left: OrderedDict[object, tuple[float, float]] = OrderedDict()

    def take(self, subject: object) -> bool:
        """Take one turn of somebody's; False when none is left."""
        now = time.monotonic()
        left, since = self._left.pop(subject, (float(self._burst), now))
        left = min(float(self._burst), left + (now - since) * self._per_s)
        granted = left >= 1
        self._left[subject] = (left - 1 if granted else left, now)
        if len(self._left) > _MOST_SUBJECTS:
            self._left.popitem(last=False)
        return granted
