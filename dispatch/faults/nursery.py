"""Processes of the product in hundredths of a second: forked from one that has imported everything already.

Starting Python and importing the product takes seconds; a worker that is killed two hundred times would spend an hour
on it. A warden is forked once, before any event loop or thread of ours exists; it forks each process and tells which
ones ended. What is forked is a process like any other: its own connections, its own memory, killed by its own pid.
"""

import asyncio
import gc
import json
import logging
import os
import random
import resource
import signal
import socket
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, NoReturn, Self

from dispatch import app
from dispatch.faults.gateway import serve_lies
from dispatch.faults.lies import Lies
from dispatch.settings import read_settings
from dispatch.simulator.config import Account
from dispatch.worker import run_worker

_LARGEST: Final = 128 * 1024


class Role(StrEnum):
    """What a process of a nursery is."""

    WORKER = "worker"
    API = "api"
    GATEWAY = "gateway"


@dataclass(frozen=True, slots=True)
class GatewayPlan:
    """What a process in the role of the gateway needs to know; `log` is its outside log."""

    port: int
    accounts: tuple[Account, ...]
    lies: Lies
    log: Path

    def as_json(self) -> dict[str, Any]:
        """Return the plan as it travels to the process."""
        return {
            "port": self.port,
            "accounts": [account.model_dump(mode="json") for account in self.accounts],
            "lies": self.lies.model_dump(mode="json"),
            "log": str(self.log),
        }


class Nursery:
    """The processes of one run; open it before anything else, and they all end when it is closed or we are gone."""

    def __init__(self, warden: int, line: socket.socket) -> None:
        self._warden = warden
        self._line = line
        self._ended: dict[int, int] = {}

    @classmethod
    def open(cls) -> Self:
        """Fork the warden; not from within an event loop."""
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        sys.stdout.flush()
        sys.stderr.flush()
        warden = os.fork()
        if warden == 0:
            ours.close()
            _watch(its)
        its.close()
        return cls(warden, ours)

    def start(self, role: Role, environment: Mapping[str, str], log: Path, gateway: GatewayPlan | None = None) -> int:
        """Start a process and return its pid; what it prints is appended to `log`."""
        order = {"role": role, "environment": dict(environment), "log": str(log)}
        return int(self._ask(order | ({"gateway": gateway.as_json()} if gateway else {}))["pid"])

    def ended(self) -> dict[int, int]:
        """Return pid -> exit code of those that ended since the last call; minus the signal's number if it killed."""
        self._look()
        ended, self._ended = self._ended, {}
        return ended

    def kill(self, pids: Collection[int]) -> None:
        """End some of them at once, and return when they are gone; `ended` does not tell of them."""
        self._look()
        for pid in pids:
            if pid not in self._ended:
                os.kill(pid, signal.SIGKILL)
        while any(pid not in self._ended for pid in pids):
            time.sleep(0.01)
            self._look()
        for pid in pids:
            del self._ended[pid]

    def close(self) -> None:
        """End all of them at once."""
        self._line.close()
        os.waitpid(self._warden, 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _look(self) -> None:
        self._ended.update((int(pid), code) for pid, code in self._ask({}).items())

    def _ask(self, order: Mapping[str, Any]) -> dict[str, Any]:
        self._line.send(json.dumps(order).encode())
        answer: dict[str, Any] = json.loads(self._line.recv(_LARGEST))
        return answer


def _watch(line: socket.socket) -> NoReturn:
    """Fork what is asked for until nobody asks any more; then kill what is left."""
    children: set[int] = set()
    code = 1
    try:
        _forget(line)
        while asked := line.recv(_LARGEST):
            order = json.loads(asked)
            if order:
                pid = os.fork()
                if pid == 0:
                    line.close()
                    _become(order)
                children.add(pid)
                answer = {"pid": pid}
            else:
                answer = _reap(children)
            line.send(json.dumps(answer).encode())
        code = 0
    except BaseException:  # noqa: BLE001 - nothing above us in this process may run
        traceback.print_exc()
    for pid in children:
        os.kill(pid, signal.SIGKILL)
    os._exit(code)


def _reap(children: set[int]) -> dict[str, int]:
    ended: dict[str, int] = {}
    for pid in list(children):
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            ended[str(pid)] = os.waitstatus_to_exitcode(status)
            children.discard(pid)
    return ended


def _forget(line: socket.socket) -> None:
    """Leave behind what belongs to the process we were forked from: files, terminal, signals, tracing, warnings."""
    os.setsid()
    gc.freeze()  # its objects are never looked at here, so none of them closes what is no longer its
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    os.closerange(3, line.fileno())
    os.closerange(line.fileno() + 1, min(most, 65_536))
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    sys.settrace(None)
    threading.settrace(None)
    asyncio.set_event_loop(None)
    warnings.resetwarnings()
    logging.getLogger().handlers.clear()


def _become(order: Mapping[str, Any]) -> NoReturn:
    """Be the process that was asked for, and end with it."""
    code = 1
    try:
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for stream in (1, 2):
            os.dup2(log, stream)
        os.close(log)
        sys.stdout, sys.stderr = (os.fdopen(os.dup(stream), "w", buffering=1) for stream in (1, 2))
        for name in [name for name in os.environ if name.startswith("DISPATCH_")]:
            del os.environ[name]
        os.environ.update(order["environment"])
        random.seed()
        _play(Role(order["role"]), order.get("gateway", {}))
        code = 0
    except BaseException:  # noqa: BLE001 - nothing above us in this process may run
        traceback.print_exc()
    sys.stderr.flush()
    os._exit(code)


def _play(role: Role, gateway: Mapping[str, Any]) -> None:
    match role:
        case Role.WORKER:
            run_worker(read_settings())
        case Role.API:
            app.serve(read_settings())
        case Role.GATEWAY:
            accounts = tuple(Account.model_validate(account) for account in gateway["accounts"])
            lies = Lies.model_validate_json(json.dumps(gateway["lies"]))
            asyncio.run(serve_lies(gateway["port"], accounts, lies, Path(gateway["log"])))
