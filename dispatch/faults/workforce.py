"""Workers that kill themselves where they are told to, and are started again, until each place had its share."""

import random
import signal
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from dispatch.faults.nursery import Nursery, Role
from dispatch.kit.fail_points import LAST_WORDS

_LATEST: Final = 6
"""A point kills at one of its first so many passings, so that not always the same number of texts is in hand."""


class Workforce:
    """So many workers at any time; each life ends at one of the fail-points that are still owed a kill.

    Attributes:
        kills: fail-point -> how many workers died there.
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
        owed: Mapping[str, int],
        seed: int,
    ) -> None:
        self.kills: Counter[str] = Counter()
        self.lives = 0
        self.deaths: list[str] = []
        self._nursery = nursery
        self._environment = environment
        self._logs = logs
        self._size = size
        self._owed = Counter(owed)
        self._random = random.Random(seed)  # noqa: S311 - a test's dice
        self._alive: dict[int, Path] = {}

    @property
    def alive(self) -> Collection[int]:
        """The workers that live, as far as is known."""
        return self._alive.keys()

    @property
    def owed(self) -> int:
        """How many kills are still to come."""
        return (self._owed - self.kills).total()

    def tend(self) -> None:
        """Count who died and where, and start others in their place."""
        for pid, code in self._nursery.ended().items():
            log = self._alive.pop(pid, None)
            if log is not None:
                self._count(log, code)
        while len(self._alive) < self._size:
            self._start()

    def _start(self) -> None:
        self.lives += 1
        log = self._logs / f"worker-{self.lives}.log"
        owed = sorted((self._owed - self.kills).elements())
        armed = {name: self._random.randint(1, _LATEST) for name in dict.fromkeys(owed)}
        wanted = ",".join(f"{name}={nth}" for name, nth in armed.items())
        pid = self._nursery.start(Role.WORKER, {**self._environment, "DISPATCH_FAIL_POINTS": wanted}, log)
        self._alive[pid] = log

    def _count(self, log: Path, code: int) -> None:
        last = log.read_text(encoding="utf-8", errors="replace").rstrip().rpartition("\n")[2]
        if code == -signal.SIGKILL and last.startswith(LAST_WORDS):
            self.kills[last.removeprefix(LAST_WORDS)] += 1
        else:
            self.deaths.append(f"exit code {code}: {last[:200]}")
