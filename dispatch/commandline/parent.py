"""Ending with the process that started us, however it ends.

A program that starts `dispatch` sets DISPATCH_PARENT to its own pid. The kernel then sends SIGTERM here when it is
gone, and keeps that promise even when it is killed.
"""

import ctypes
import os
import signal
from typing import Final

VARIABLE: Final = "DISPATCH_PARENT"

_SET_DEATH_SIGNAL: Final = 1
"""PR_SET_PDEATHSIG of <linux/prctl.h>."""


def end_with_parent() -> None:
    """Ask for SIGTERM at the end of the parent that asked for it; end at once if it ended before we could ask."""
    parent = os.environ.pop(VARIABLE, "")
    if not parent.isdigit():
        return
    ctypes.CDLL(None, use_errno=True).prctl(_SET_DEATH_SIGNAL, signal.SIGTERM)
    if os.getppid() != int(parent):
        raise SystemExit(0)
