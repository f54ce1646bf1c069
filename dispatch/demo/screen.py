"""A shift on the terminal: its story scrolls by, its fill stays at the bottom; in a pipe the story alone."""

import sys
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from dispatch.demo.platform import ShiftNow
from dispatch.demo.telling import bar


def fill_line(shift: ShiftNow, now: datetime) -> str:
    """Return how full a shift is and how long it is to its next moment, in one line."""
    fill = shift.fill
    seconds = round((shift.starts_at - now).total_seconds())
    moment = f"starts in {seconds} s" if seconds > 0 else f"started {-seconds} s ago"
    counts = [f"{fill.primary}/{fill.headcount} primary", f"{fill.reserve} reserve", f"{fill.standby} standby"]
    for name, count in (
        ("asked", fill.invited),
        ("waiting", fill.pending),
        ("on site", fill.arrived),
        ("late", fill.late),
        ("unaccounted", fill.unaccounted),
        ("no-show", fill.no_show),
    ):
        if count:
            counts.append(f"{count} {name}")
    shown = bar(fill.headcount, fill.cover, primary=fill.primary, reserve=fill.reserve)
    return f"{shown}  {shift.status}, {moment}: {', '.join(counts)}; P(enough come) {fill.p_full:.2f}"


class Screen(AbstractContextManager["Screen"]):
    """Where a shift is shown: standard error, so that standard output stays for results.

    Args:
        plain: lines only, also on a terminal.
    """

    def __init__(self, *, plain: bool = False) -> None:
        self._console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
        live = self._console.is_terminal and not plain
        self._live = Live(console=self._console, refresh_per_second=4, transient=True) if live else None

    def line(self, text: str) -> None:
        """Add a line to the story."""
        if self._live is None:
            print(text, file=sys.stderr, flush=True)  # noqa: T201 - this is the terminal
        else:
            self._console.print(text)

    def show(self, shift: ShiftNow) -> None:
        """Show how full the shift is now."""
        if self._live is not None:
            self._live.update(Text(fill_line(shift, datetime.now(UTC))))

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        if self._live is not None:
            self._live.stop()
