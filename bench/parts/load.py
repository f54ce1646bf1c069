"""Load over HTTP by wrk, which takes little of the machine it shares with what it measures."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

_SCRIPT: Final = Path(__file__).with_name("posts.lua")
_TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Load:
    """What one burst met: answers, of them refusals, exchanges that broke, and milliseconds."""

    answered: int
    seconds: float
    refused: int
    broken: int
    p50_ms: float
    p99_ms: float
    max_ms: float

    @property
    def per_s(self) -> float:
        """Answers a second."""
        return self.answered / self.seconds


def request_bytes(path: str, host: str, headers: Iterable[tuple[str, str]], body: bytes) -> bytes:
    """Return a POST as it goes over the wire."""
    fields = [f"POST {path} HTTP/1.1", f"Host: {host}", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join((*fields, f"Content-Length: {len(body)}", "", "")).encode() + body


def write_requests(file: Path, requests: Iterable[bytes]) -> None:
    """Write requests for `drive`."""
    with file.open("wb") as out:
        for one in requests:
            out.write(b"%d\n" % len(one) + one)


async def drive(url: str, file: Path, first: int, count: int, *, seconds: int, connections: int) -> Load:
    """Send requests of a file from the `first` on for so many seconds; after `count` of them they begin again.

    Raises:
        RuntimeError: wrk failed.
    """
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(_SCRIPT), url]
    process = await asyncio.create_subprocess_exec(
        *command,
        "--",
        str(file),
        str(first),
        str(count),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, problems = await process.communicate()
    lines = [line for line in out.decode().splitlines() if line.startswith("{")]
    if process.returncode or not lines:
        raise RuntimeError(f"wrk failed: {(problems or out).decode()[-500:]}")
    return Load(**json.loads(lines[-1]))


@asynccontextmanager
async def running(command: Sequence[str], environment: dict[str, str], ready: str) -> AsyncIterator[int]:
    """Run a Python module as a process of its own until the block ends; return its id once `ready` is answered.

    Raises:
        RuntimeError: it ended, or nothing answered within a minute.
    """
    process = subprocess.Popen(  # noqa: ASYNC220, S603 - our own modules, before anything is measured
        [sys.executable, "-m", *command], env=os.environ | environment, stderr=subprocess.DEVNULL
    )
    try:
        async with httpx.AsyncClient() as client:
            for _ in range(600):
                try:
                    await client.get(ready)
                except httpx.HTTPError:
                    if process.poll() is not None:
                        break
                    await asyncio.sleep(0.1)
                else:
                    yield process.pid
                    return
        raise RuntimeError(f"{command[0]} does not answer")
    finally:
        process.terminate()
        process.wait(10)


def cpu_seconds(pid: int, *, with_children: bool = False) -> float:
    """Return the processor time that a process has taken so far; with its children, what those take who still run."""
    return sum(
        (int(fields[11]) + int(fields[12])) / _TICKS
        for stat in (Path("/proc").glob("[0-9]*/stat") if with_children else [Path(f"/proc/{pid}/stat")])
        if (fields := _fields(stat)) and (stat.parent.name == str(pid) or fields[1] == str(pid))
    )


def _fields(stat: Path) -> list[str]:
    """Return what stands behind the program's name, which is in brackets and may hold anything; nothing if it ended."""
    try:
        return stat.read_text(encoding="utf-8").rpartition(") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
