"""Named places at which a process can be made to die or to stand still, to prove that it costs nothing.

Each stands between two steps that a crash must not tear apart. Unarmed, passing one is a look into an empty mapping.
Armed, the process ends itself by SIGKILL: nothing is flushed, closed or rolled back, as if the machine had gone. Or it
stops itself by SIGSTOP, as if the machine had frozen, and goes on with what it holds when somebody sends SIGCONT.
"""

import os
import random
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from dispatch.kit.errors import Forbidden, Invalid

FAIL_POINTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "sms.claimed": "a text is claimed and committed as being sent, nothing of it has left",
        "sms.handed_over": "a whole request is on its way to a gateway, the answer is not here",
        "sms.answered": "the gateway has answered, nothing of it is written",
        "sms.result_written": "what became of texts is written, not committed",
        "sms.reconciled": "unclear texts are cleared up from the gateway's list, not committed",
        "receipts.applied": "receipts have moved their texts, not committed",
        "inbound.disposed": "a reply has had its effect and its disposition, not committed",
        "outbox.handled": "an event has had its effect and its end, not committed",
        "outbox.timer_set": "a timer is set or moved, not committed",
    }
)
"""Name -> what is done there and what is not."""

LAST_WORDS: Final = "killed at fail-point "
"""What a process writes on standard error, with the name after it, when it ends itself."""

PAUSED: Final = "paused at fail-point "
"""The same, when it stops itself."""

_PAUSE: Final = "pause"


class FailPointMalformed(Invalid):
    """Somebody asked for a fail-point that does not exist, or for no sensible moment at it."""


class FailPointsRefused(Forbidden):
    """Fail-points are armed where texts reach real phones."""

    def __init__(self) -> None:
        super().__init__(
            "Refusing to work with fail-points armed: an enabled account of this database reaches real phones. "
            "Unset DISPATCH_FAIL_POINTS."
        )


@dataclass(slots=True)
class _Trigger:
    """When to act: at the n-th passing, or at each by a chance; and whether to stop only."""

    nth: int | None
    chance: float
    random: random.Random
    pause: bool
    passed: int = field(default=0)

    def due(self) -> bool:
        self.passed += 1
        return self.passed == self.nth if self.nth is not None else self.random.random() < self.chance


_armed: dict[str, _Trigger] = {}


def fail_point(name: str) -> None:
    """Pass a place of `FAIL_POINTS`; does nothing unless it is armed and its moment has come."""
    if name in _armed and _armed[name].due():
        _act(name, pause=_armed[name].pause)


def arm_fail_points(wanted: str) -> None:
    """Arm exactly these from now on; an empty text arms none.

    Args:
        wanted: `NAME=N` for the n-th passing or `NAME=CHANCE` with a chance below one, such as `0.05`, several parted
            by commas; `:pause` after it stops the process instead of killing it; `seed=NUMBER` among them makes chances
            the same on every run.

    Raises:
        FailPointMalformed: an unknown name, or neither a count nor a chance.
    """
    pairs = [(name.strip(), moment.strip()) for name, _, moment in (item.partition("=") for item in wanted.split(","))]
    given = dict(pairs) if wanted.strip() else {}
    chances = random.Random(given.pop("seed", None))  # noqa: S311 - a test's dice
    found = {name: _trigger(name, moment, chances) for name, moment in given.items()}
    _armed.clear()
    _armed.update(found)


def _trigger(name: str, moment: str, chances: random.Random) -> _Trigger:
    if name not in FAIL_POINTS:
        raise FailPointMalformed(f"DISPATCH_FAIL_POINTS: there is no fail-point '{name}'; see `dispatch chaos --list`.")
    when, _, action = moment.partition(":")
    if action not in {"", _PAUSE}:
        raise FailPointMalformed(f"DISPATCH_FAIL_POINTS: a process can only die or pause at {name}, not '{action}'.")
    if when.isascii() and when.isdigit() and int(when) > 0:
        return _Trigger(int(when), 0.0, chances, action == _PAUSE)
    try:
        chance = float(when)
    except ValueError:
        chance = 0.0
    if not 0 < chance < 1:
        raise FailPointMalformed(f"DISPATCH_FAIL_POINTS: write {name}=N with a count, or {name}=0.05 with a chance.")
    return _Trigger(None, chance, chances, action == _PAUSE)


def _act(name: str, *, pause: bool) -> None:
    os.write(2, f"{PAUSED if pause else LAST_WORDS}{name}\n".encode())
    os.kill(os.getpid(), signal.SIGSTOP if pause else signal.SIGKILL)
