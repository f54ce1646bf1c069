"""The processes of a demonstration: API, worker and simulator, on free ports, each with a log of its own."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import httpx

from dispatch.demo.errors import ProcessEnded, ProcessNotReady
from dispatch.local.places import PROJECT_ROOT

_GRACE_S: Final = 8.0
_READY_S: Final = 90.0
_POLL_S: Final = 0.1
_LAST_LINES: Final = 8


@dataclass(frozen=True, slots=True)
class Child:
    """One process of ours."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def check(self) -> None:
        """Raise `ProcessEnded` if it is no more."""
        code = self.process.poll()
        if code is not None:
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
            last = " | ".join(lines[-_LAST_LINES:])
            raise ProcessEnded(f"The {self.name} ended with code {code}; its log {self.log} ends with: {last}")


class Children:
    """Starts processes of ours and ends them, all of them, when the block is left.

    Args:
        logs: directory for their logs.
        environment: what they get beside our own environment.
    """

    def __init__(self, logs: Path, environment: Mapping[str, str]) -> None:
        self._logs = logs
        self._environment = {**os.environ, **environment, "DISPATCH_PARENT": str(os.getpid())}
        self._children: list[Child] = []

    def start(self, name: str, arguments: Sequence[str]) -> Child:
        """Start `dispatch ARGUMENTS` with its output in a log named after it."""
        self._logs.mkdir(parents=True, exist_ok=True)
        log = self._logs / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
                [sys.executable, "-m", "dispatch.cli", *arguments],
                cwd=PROJECT_ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # A group of its own: Ctrl-C in the terminal reaches us alone, and we end them in order.
                start_new_session=True,
            )
        child = Child(name, process, log)
        self._children.append(child)
        return child

    def check(self) -> None:
        """Raise `ProcessEnded` if one of them is no more."""
        for child in self._children:
            child.check()

    async def ready(self, child: Child, ask: Callable[[], Awaitable[bool]]) -> None:
        """Wait until a process answers.

        Raises:
            ProcessEnded: it ended.
            ProcessNotReady: it did not answer in time.
        """
        deadline = time.monotonic() + _READY_S
        while not await ask():
            child.check()
            if time.monotonic() > deadline:
                raise ProcessNotReady(f"The {child.name} was not ready after {_READY_S:.0f} s; see {child.log}.")
            await asyncio.sleep(_POLL_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        """End them: ask all, wait, and kill who does not listen."""
        for child in reversed(self._children):
            with contextlib.suppress(ProcessLookupError):
                child.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + _GRACE_S
        for child in self._children:
            try:
                child.process.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()


async def answers(url: str) -> bool:
    """Tell whether a GET of this address succeeds now."""
    try:
        async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
            return (await client.get(url)).is_success
    except httpx.TransportError:
        return False
