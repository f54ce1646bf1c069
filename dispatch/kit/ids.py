"""Identifiers made by us before the row exists: UUID version 7, so that index pages fill in order of time."""

import secrets
import threading
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Final

_COUNTED: Final = 1 << 12
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_last = 0
_lock = threading.Lock()


def new_id() -> uuid.UUID:
    """Return a UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, a counter of 12 bits, 62 random bits.

    Ids of one process are in the order in which they were made: what a list shows is as it was entered. Those of
    several order by time only to the millisecond; never use them to decide which of two events came first.
    """
    global _last  # noqa: PLW0603 - a clock that never stands still is state
    with _lock:
        # The counter starts anew at random, in its lower half; when it runs over, it runs into the next millisecond.
        now = time.time_ns() // 1_000_000 * _COUNTED + secrets.randbits(11)
        _last = now if now // _COUNTED > _last // _COUNTED else _last + 1
        millis, count = divmod(_last, _COUNTED)
    value = (millis & ((1 << 48) - 1)) << 80 | 0x7 << 76 | count << 64 | 0b10 << 62 | secrets.randbits(62)
    return uuid.UUID(int=value)


def first_id(at: datetime) -> uuid.UUID:
    """Return the least id that could be made at an instant or later: a bound for lists of a period of real time."""
    millis = max(0, (at - _EPOCH) // timedelta(milliseconds=1))
    return uuid.UUID(int=(millis & ((1 << 48) - 1)) << 80)
