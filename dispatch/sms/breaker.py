"""When a gateway counts as down, and when as up again. Pure.

All senders weigh into one row, so that many of them do not turn away from a gateway over one fault that each has seen.
Outcomes count half as much every five minutes, and what is older than the last forty or so does not count at all. It
goes down on five bad ones that are at least half of all; from then on one text at a time is let through, and three
taken in a row bring it back. The two thresholds are far apart, so that a gateway which fails now and then neither goes
down nor flickers.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

TRY_EVERY: Final = timedelta(seconds=5)
"""Real time between two texts let through to a gateway that is down."""

_HALF_LIFE: Final = timedelta(minutes=5)
_REMEMBERED: Final = 40.0
_ENOUGH_BAD: Final = 4.5
"""Five, a little faded."""

_PROOFS: Final = 3


@dataclass(frozen=True, slots=True)
class Health:
    """How well a gateway takes the texts of an account; instants of the real clock.

    Attributes:
        good: texts it took, or refused for a reason that lies in the text, faded.
        bad: texts with an unclear fate, or refused because of the gateway or the account, faded.
        weighed_at: as of when.
        down_since: None while it is up.
        proofs: while it is down, how many texts it took in a row.
        changed_at: when it last went down or came back; texts claimed before say nothing about it since.
    """

    good: float
    bad: float
    weighed_at: datetime
    down_since: datetime | None
    proofs: int
    changed_at: datetime


def weigh(health: Health, good: int, bad: int, now: datetime) -> Health:
    """Return the health after so many more outcomes at `now`."""
    fade = 0.5 ** (max(now - health.weighed_at, timedelta(0)) / _HALF_LIFE)
    weight = (health.good + health.bad) * fade
    fade *= min(1.0, _REMEMBERED / weight) if weight else 1.0
    faded = replace(health, good=health.good * fade + good, bad=health.bad * fade + bad, weighed_at=now)
    if health.down_since is not None:
        proofs = 0 if bad else health.proofs + good
        if proofs < _PROOFS:
            return replace(faded, proofs=proofs)
        return Health(float(good), 0.0, now, None, 0, changed_at=now)
    if faded.bad >= _ENOUGH_BAD and faded.bad >= faded.good:
        return replace(faded, down_since=now, proofs=0, changed_at=now)
    return faded
