"""Run a server's tools under the right account, and recognise, signal and await the servers themselves.

PostgreSQL refuses to run as root, so root lends its servers to the account that Debian's package made for it.
"""

import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from dispatch.local.errors import CommandFailed, ServiceAccountMissing

_SERVICE_ACCOUNT = "postgres"
_LAST_WORDS = 15
_POLL_S = 0.02


@dataclass(frozen=True, slots=True)
class Account:
    """The operating-system account the servers run as; `lent` when it is not the one we run as ourselves."""

    name: str
    uid: int
    gid: int
    lent: bool

    @classmethod
    def for_servers(cls) -> Self:
        """Return our own account, or Debian's `postgres` when we are root.

        Raises:
            ServiceAccountMissing: we are root and there is no such account.
        """
        if os.geteuid() != 0:
            return cls(pwd.getpwuid(os.geteuid()).pw_name, os.geteuid(), os.getegid(), lent=False)
        try:
            entry = pwd.getpwnam(_SERVICE_ACCOUNT)
        except KeyError:
            raise ServiceAccountMissing(
                "PostgreSQL refuses to run as root and there is no account 'postgres' to lend it to: "
                "run script/bootstrap, which installs the Debian package that makes one, or use an ordinary account."
            ) from None
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid, lent=True)

    def own(self, path: Path) -> None:
        """Give a file or directory we have just made to this account."""
        if self.lent:
            os.chown(path, self.uid, self.gid)


def server_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return our environment without what would mislead a server's tools: PG*, and locales that may not exist."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C.UTF-8"} | dict(extra or {})


def run(
    arguments: Sequence[str | Path],
    *,
    account: Account | None = None,
    environment: Mapping[str, str] | None = None,
    stdin: str | None = None,
    cwd: Path = Path("/"),
    timeout_s: float = 120.0,
) -> str:
    """Run a tool to its end and return what it printed.

    Args:
        arguments: the program and its arguments; never a shell line, so spaces in paths are safe.
        account: who runs it; by default we ourselves.
        environment: variables beside `server_environment()`; the place for passwords, which `ps` would show otherwise.
        stdin: text given to the tool.
        cwd: where it runs; the default is a place every account may enter.
        timeout_s: after this many seconds the tool is killed.

    Raises:
        CommandFailed: it cannot be started, ended with an error, or ran out of time.
    """
    program = Path(arguments[0]).name
    lent = account if account is not None and account.lent else None
    try:
        done = subprocess.run(  # noqa: S603 - programs are found by us, arguments are never a shell line
            [str(argument) for argument in arguments],
            capture_output=True,
            check=False,
            cwd=cwd,
            encoding="utf-8",
            env=server_environment(environment),
            errors="replace",
            input=stdin if stdin is not None else "",
            timeout=timeout_s,
            user=lent.uid if lent else None,
            group=lent.gid if lent else None,
            extra_groups=[] if lent else None,
        )
    except subprocess.TimeoutExpired:
        raise CommandFailed(
            f"{program} did not finish within {timeout_s:g} s: try again on a quieter machine."
        ) from None
    except OSError as error:
        raise CommandFailed(f"{program} cannot be run ({error}): run script/bootstrap.") from error
    if done.returncode != 0:
        raise CommandFailed(f"{program} failed: {last_words(done.stderr or done.stdout)}", status=done.returncode)
    return done.stdout


def last_words(text: str) -> str:
    """Return the last lines of a log, which is where a failure explains itself."""
    return "\n".join(text.strip().splitlines()[-_LAST_WORDS:]) or "it said nothing"


def is_running(pid: int, marker: Path) -> bool:
    """Tell whether this very server runs under `pid`, and not a stranger who was given the number later.

    Args:
        pid: from the server's own pid file, which survives crashes and reboots.
        marker: a path that only this server has among its arguments, such as its data directory.
    """
    try:
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return os.fsencode(marker) in arguments


def has_ended(pid: int) -> bool:
    """Tell whether a process is gone, its sockets and files included; a killed one keeps them for a moment."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state in "ZX"


def read_pid(pid_file: Path, marker: Path) -> int | None:
    """Return the pid in a server's pid file if that server really runs, else None."""
    try:
        pid = int(pid_file.read_text().split(maxsplit=1)[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None
    return pid if pid > 0 and is_running(pid, marker) else None


def send(pid: int, number: signal.Signals, marker: Path) -> None:
    """Signal a server, unless it has ended by itself."""
    if is_running(pid, marker):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return


def wait_until(condition: Callable[[], bool], timeout_s: float) -> bool:
    """Poll every 20 ms until `condition` holds; return whether it did before `timeout_s` ran out."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(_POLL_S)
    return True
