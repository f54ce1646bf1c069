"""The outside log: what others know of us, on disk before we are told, so that no crash of ours can rewrite it."""

import asyncio
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


class OutsideLog:
    """JSON lines, each with `at` (RFC 3339) and `what`; a file of one writer.

    Lines of several tasks share a sync, so that many at once cost little more than one.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab")
        self._lines: list[bytes] = []
        self._written: asyncio.Future[None] | None = None

    async def write(self, what: str, **facts: str | float | None) -> None:
        """Append one line and return when it is on the disk."""
        line = {"at": datetime.now(UTC).isoformat(), "what": what, **facts}
        self._lines.append(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        if self._written is None:
            self._written = asyncio.ensure_future(self._sync())
        await asyncio.shield(self._written)

    def close(self) -> None:
        """Close the file; every line that was answered for is in it."""
        self._file.close()

    async def _sync(self) -> None:
        await asyncio.sleep(0)  # what came in the same round of the loop goes along
        lines, self._lines, self._written = self._lines, [], None
        self._file.writelines(lines)
        self._file.flush()
        await asyncio.to_thread(os.fsync, self._file.fileno())


class LogReader:
    """Follows a log while it is written; the file may come into being later."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0

    def news(self, what: str) -> Iterator[dict[str, Any]]:
        """Yield the lines about `what` that came since the last call; half a line waits for its end."""
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(self._read)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                self._read += len(line)
                found: dict[str, Any] = json.loads(line)
                if found["what"] == what:
                    yield found


def read_log(path: Path, what: str) -> list[dict[str, Any]]:
    """Return all lines of a log about `what`; one that was being written when its writer died is left out."""
    return list(LogReader(path).news(what))


def instant_of(line: dict[str, Any], name: str = "at") -> float:
    """Return a moment of a line in seconds of the real clock."""
    return datetime.fromisoformat(line[name]).timestamp()
