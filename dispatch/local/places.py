"""Where local servers live: directories their account can enter, files only we can read, ports nobody uses."""

import errno
import hashlib
import json
import os
import random
import socket
import stat
from pathlib import Path
from typing import Any

from dispatch.local.errors import (
    CommandFailed,
    DirectoryNotOurs,
    DirectoryNotReachable,
    PortsExhausted,
    StackFileUnreadable,
)
from dispatch.local.processes import Account, run, wait_until

PROJECT_ROOT = Path(__file__).resolve().parents[2]
SHARED_TEMPORARY = Path("/var/tmp")  # noqa: S108 - survives a reboot; `claim` refuses what others put there

_LONGEST_SOCKET_PATH = 107
_SOCKET_NAME = "run/.s.PGSQL.65535"
_MISREAD = frozenset('"$`\\\n')
_PORTS = range(20_000, 32_000)
_PORT_ATTEMPTS = 200
_CLOSING_S = 1.0


def servers_directory(state_dir: Path, account: Account) -> Path:
    """Return where a stack's servers keep their data: its state directory, or `/var/tmp` where it cannot be.

    It cannot be where the servers' account may not enter (a checkout under /root), where the path of a unix socket
    would be longer than the 107 bytes the kernel allows, or where the shell that pg_ctl starts would misread the path.
    """
    socket_path = os.fsencode(state_dir / _SOCKET_NAME)
    fits = len(socket_path) <= _LONGEST_SOCKET_PATH and not _MISREAD & set(str(state_dir))
    if fits and may_enter(account, state_dir):
        return state_dir
    return fallback_directory(state_dir)


def fallback_directory(state_dir: Path) -> Path:
    """Return the place in `/var/tmp` that belongs to a state directory and to us; the same on every call."""
    digest = hashlib.sha256(os.fsencode(state_dir)).hexdigest()[:12]
    return SHARED_TEMPORARY / f"dispatch-{os.geteuid()}-{digest}"


def may_enter(account: Account, directory: Path) -> bool:
    """Tell whether the account can pass through an existing directory; asks the kernel, so ACLs count."""
    if not account.lent:
        return True
    try:
        run(["/usr/bin/test", "-x", directory], account=account)
    except CommandFailed:
        return False
    return True


def claim(directory: Path, account: Account) -> None:
    """Make a directory of ours that the servers' account may pass through, or check that the one there is ours.

    Raises:
        DirectoryNotOurs: something else stands there, or another account's directory does.
    """
    directory.parent.mkdir(parents=True, exist_ok=True)
    mode = 0o711 if account.lent else 0o700
    try:
        directory.mkdir(mode=mode)
        directory.chmod(mode)
    except FileExistsError:
        found = directory.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise DirectoryNotOurs(
                f"{directory} was not made by this account: remove it, or name another state directory."
            ) from None


def require_entry(directory: Path, account: Account) -> None:
    """Check that the servers' account may enter a directory.

    Raises:
        DirectoryNotReachable: a parent directory keeps it out.
    """
    if not may_enter(account, directory):
        raise DirectoryNotReachable(
            f"The account '{account.name}', which runs the servers, may not enter {directory}: "
            "give every parent directory the permission x for others, or name another state directory."
        )


def write_private(path: Path, text: str) -> None:
    """Replace a file at once with one that only we can read, so that neither a crash nor a reader meets half of it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a private file of ours for `read_json`."""
    write_private(path, json.dumps(content, indent=2) + "\n")


def read_json(path: Path) -> dict[str, Any]:
    """Read a file we wrote earlier; empty when there is none.

    Raises:
        StackFileUnreadable: it is damaged, or belongs to another account.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except PermissionError:
        raise StackFileUnreadable(
            f"{path} belongs to another account: use the account that ran `dispatch stack up` here first."
        ) from None
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise StackFileUnreadable(f"{path} is damaged: restore it, or remove {path.parent} with the data in it.")
    return content


def is_free(port: int) -> bool:
    """Tell whether a server could listen on 127.0.0.1:port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def free_port(preferred: int | None = None) -> int:
    """Return a port of 127.0.0.1 that nobody uses: the preferred one if it is free within a second.

    The second is for a server that was killed just now: the kernel may not have closed its sockets yet.

    Others come from below the range that kernels hand to outgoing connections, so that a server finds its port free
    again after a restart. Another program may still take it first: who starts a server tries again.
    """
    if preferred is not None and wait_until(lambda: is_free(preferred), _CLOSING_S):
        return preferred
    for port in random.sample(_PORTS, _PORT_ATTEMPTS):
        if is_free(port):
            return port
    raise PortsExhausted("No free port found on 127.0.0.1 between 20000 and 32000: end some servers.")
