"""What is going to happen: one heap of planned actions and one task that runs them when they are due."""

import asyncio
import heapq
import itertools
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime

_log = logging.getLogger(__name__)


def wall_clock() -> datetime:
    """Return the present instant in UTC: the simulated world lives in real time."""
    return datetime.now(UTC)


class Plan:
    """One planned action; `cancel()` makes it never run."""

    __slots__ = ("_action",)

    def __init__(self, action: Callable[[], None]) -> None:
        self._action: Callable[[], None] | None = action

    @property
    def pending(self) -> bool:
        """Whether it is still to come."""
        return self._action is not None

    def cancel(self) -> None:
        """Forget the action; harmless when it already ran."""
        self._action = None

    def run(self) -> None:
        """Run the action unless it was cancelled, at most once."""
        action, self._action = self._action, None
        if action is not None:
            action()


class Agenda:
    """Planned actions in order of time, all run on the event loop by `run()`.

    Actions are short and synchronous: whatever waits for the network is handed to the courier. That keeps a hundred
    thousand plans at the cost of a heap, where a task per plan would crowd the loop that answers requests.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Plan]] = []
        self._order = itertools.count()
        self._earlier = asyncio.Event()

    def __len__(self) -> int:
        return len(self._heap)

    def plan(self, delay_s: float, action: Callable[[], None]) -> Plan:
        """Run `action` in `delay_s` real seconds; a negative delay means at once."""
        plan = Plan(action)
        due = time.monotonic() + max(delay_s, 0.0)
        if not self._heap or due < self._heap[0][0]:
            self._earlier.set()
        heapq.heappush(self._heap, (due, next(self._order), plan))
        return plan

    async def run(self) -> None:
        """Run what falls due until cancelled; an action that fails is logged and the rest goes on."""
        while True:
            self._earlier.clear()
            wait_s = self._run_due()
            try:
                await asyncio.wait_for(self._earlier.wait(), wait_s)
            except TimeoutError:
                continue

    def _run_due(self) -> float | None:
        """Run everything due by now; return the seconds until the next plan, None when there is none."""
        now = time.monotonic()
        while self._heap and self._heap[0][0] <= now:
            _, _, plan = heapq.heappop(self._heap)
            try:
                plan.run()
            except Exception:  # noqa: BLE001 - one person's mishap must not stop the world's time
                _log.exception("a planned action failed")
        return max(self._heap[0][0] - time.monotonic(), 0.0) if self._heap else None
