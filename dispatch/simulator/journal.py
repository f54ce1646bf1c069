"""The outside log: what the carrier accepted and what the platform acknowledged, whatever is killed next."""

import json
from datetime import datetime
from pathlib import Path
from typing import IO

from dispatch.simulator.agenda import wall_clock


class Journal:
    """JSON lines appended to a file and flushed one by one; without a file nothing is written.

    A line is at the operating system before the request it belongs to is answered, so a killed simulator loses none.
    Each has `at` (RFC 3339) and `what`: `accepted` or `acknowledged`.
    """

    def __init__(self, path: Path | None) -> None:
        self._file: IO[str] | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("a", encoding="utf-8")

    def write(self, what: str, **facts: str | int | None) -> None:
        """Append one line."""
        if self._file is not None:
            at: datetime = wall_clock()
            self._file.write(json.dumps({"at": at.isoformat(), "what": what, **facts}, ensure_ascii=False) + "\n")
            self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None
