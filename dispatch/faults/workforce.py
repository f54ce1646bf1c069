"""Workers that kill or stop themselves where they are told to, until each place had its share.

Who was killed is replaced at once. Who stands still is let go on after so long that others have taken up what he held.
"""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from dispatch.faults.nursery import Nursery, Role
from dispatch.kit.fail_points import LAST_WORDS, PAUSED

_LATEST: Final = MappingProxyType({"sms.claimed": 6, "sms.handed_over": 6, "sms.answered": 6, "sms.reconciled": 1})
"""A point acts at one of its first so many passings, others at one of two: so that not always the same is in hand."""
_AWAKE_S: Final = 2.0
"""Who stood still works on for so long at least, to do the damage he may."""


@dataclass(slots=True)
class _Life:
    """One worker: where it may still die or stand still, how often it stood, since when, and since when no more."""

    log: Path
    kills: frozenset[str]
    pauses: frozenset[str]
    stops: int = 0
    stands_for_s: float = 0.0
    standing_since: float | None = None
    awake_since: float | None = None

    @property
    def told(self) -> list[str]:
        """What it has written so far, line by line."""
        return self.log.read_text(encoding="utf-8", errors="replace").splitlines() if self.log.exists() else []

    @property
    def stands(self) -> bool:
        return self.standing_since is not None and self.awake_since is None

    @property
    def rested(self) -> bool:
        """Whether it is not just about to do what it held when it stood still."""
        return not self.stands and (self.awake_since is None or time.monotonic() - self.awake_since > _AWAKE_S)


class Workforce:
    """So many workers at any time, armed with what is still owed to the fail-points.

    Attributes:
        kills: fail-point -> how many workers died there.
        pauses: fail-point -> how many workers stood still there and went on.
        lives: how many workers were started.
        deaths: workers that ended of themselves, in words; there should be none.
    """

    def __init__(
        self,
        nursery: Nursery,
        environment: Mapping[str, str],
        logs: Path,
        *,
        size: int,
        kills: Mapping[str, int],
        pauses: Mapping[str, int],
        pause_s: tuple[float, float],
        seed: int,
    ) -> None:
        self.kills: Counter[str] = Counter()
        self.pauses: Counter[str] = Counter()
        self.lives = 0
        self.deaths: list[str] = []
        self._nursery = nursery
        self._environment = environment
        self._logs = logs
        self._size = size
        self._wanted_kills, self._wanted_pauses = Counter(kills), Counter(pauses)
        self._pause_s = pause_s
        self._random = random.Random(seed)  # noqa: S311 - a test's dice
        self._alive: dict[int, _Life] = {}

    @property
    def alive(self) -> Collection[int]:
        """The workers that live, as far as is known."""
        return self._alive.keys()

    @property
    def owed(self) -> int:
        """How many kills and pauses are still to come."""
        return (self._wanted_kills - self.kills).total() + (self._wanted_pauses - self.pauses).total()

    def tend(self) -> None:
        """Count who died and where, start others in their place, and let those go on who stood still for long."""
        for pid, code in self._nursery.ended().items():
            life = self._alive.pop(pid, None)
            if life is not None:
                self._count(life, code)
        for pid, life in self._alive.items():
            self._look_after(pid, life)
        if self.owed:
            self._dismiss()
        while len(self._alive) < self._size:
            self._start()

    def _arms(self) -> tuple[frozenset[str], frozenset[str]]:
        """Return where a worker started now would die, and where it would stand still: one at a time does.

        Somebody else must be there to take up what it holds.
        """
        owed = frozenset(self._wanted_pauses - self.pauses)
        taken = any(life.stands or life.pauses for life in self._alive.values())
        pauses = frozenset() if taken else owed
        return frozenset(self._wanted_kills - self.kills) - pauses, pauses

    def _start(self) -> None:
        self.lives += 1
        log = self._logs / f"worker-{self.lives}.log"
        kills, pauses = self._arms()
        nth = {name: self._random.randint(1, _LATEST.get(name, 2)) for name in sorted(kills | pauses)}
        moments = [f"{name}={nth[name]}{':pause' if name in pauses else ''}" for name in nth]
        environment = {**self._environment, "DISPATCH_FAIL_POINTS": ",".join(moments)}
        self._alive[self._nursery.start(Role.WORKER, environment, log)] = _Life(log, kills, pauses)

    def _look_after(self, pid: int, life: _Life) -> None:
        """Note that a worker stands still, or let it go on."""
        stops = [line.removeprefix(PAUSED) for line in life.told if line.startswith(PAUSED)]
        if len(stops) > life.stops:
            life.stops, life.standing_since, life.awake_since = len(stops), time.monotonic(), None
            life.stands_for_s = self._random.uniform(*self._pause_s)
            life.pauses -= {stops[-1]}
            self.pauses[stops[-1]] += 1
        elif life.stands and time.monotonic() - (life.standing_since or 0) > life.stands_for_s:
            life.awake_since = time.monotonic()
            os.kill(pid, signal.SIGCONT)

    def _dismiss(self) -> None:
        """End one that is armed with nothing that is still owed, if another in its place would be."""
        owed_kills, owed_pauses = (self._wanted_kills - self.kills).keys(), (self._wanted_pauses - self.pauses).keys()
        for pid, life in self._alive.items():
            if life.rested and not (life.kills & owed_kills) and not (life.pauses & owed_pauses):
                if any(self._arms()):
                    self._nursery.kill([pid])
                    del self._alive[pid]
                return

    def _count(self, life: _Life, code: int) -> None:
        last = (life.told or [""])[-1]
        if code == -signal.SIGKILL and last.startswith(LAST_WORDS):
            self.kills[last.removeprefix(LAST_WORDS)] += 1
        else:
            self.deaths.append(f"exit code {code}: {last[:200]}")
