"""The stack of a checkout: its own PostgreSQL and Redis, up and down with one call, remembered in its state directory.

The state directory, `.local` of the checkout unless named, holds what is ours to read:
`stack.json` (where the servers are), `secrets.json` (passwords), `dispatch.env` (settings for `dispatch.settings`).
The servers' data lies there too, or in `/var/tmp` where their account cannot enter it; see `places.servers_directory`.
"""

import fcntl
import hashlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dispatch.local.databases import (
    DATABASE_SCRIPT,
    ROLES_SCRIPT,
    DatabaseNameRefused,
    RolePasswords,
    create_database,
    create_roles,
    database_exists,
    drop_database,
    prepare_database,
)
from dispatch.local.env_file import decided_in
from dispatch.local.errors import StackBusy, StackFileUnreadable
from dispatch.local.places import (
    PROJECT_ROOT,
    claim,
    fallback_directory,
    read_json,
    require_entry,
    servers_directory,
    write_json,
    write_private,
)
from dispatch.local.postgres import PostgresServer
from dispatch.local.processes import Account, wait_until
from dispatch.local.redis import RedisServer
from dispatch.settings import SecondFactor

DATABASE = "dispatch"

_LOCK_S = 120.0
_SECRETS = ("superuser", "owner", "app", "worker", "backup", "redis", "secret_key")

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Part:
    """One server: its pid while it runs, its port while known, and its log."""

    name: str
    pid: int | None
    ready: bool
    port: int | None
    log: Path


@dataclass(frozen=True, slots=True)
class StackInfo:
    """What a stack is made of, without any secret.

    Attributes:
        state_dir: what is ours: the record, the secrets, the settings file.
        servers_dir: what is the servers': data and logs; the same directory where that is possible.
        env_file: settings for `dispatch.settings.read_settings`, present once the stack was up.
        account: the operating-system account the servers run as.
    """

    state_dir: Path
    servers_dir: Path
    env_file: Path
    account: str
    postgres: Part
    redis: Part

    @property
    def running(self) -> bool:
        """Whether every part runs and answers."""
        return self.postgres.ready and self.redis.ready


def silent(_: str) -> None:
    """Report no progress."""


def stack_up(state_dir: Path | None = None, progress: Progress = silent) -> StackInfo:
    """Start what is not running yet, make what does not exist yet, and return where everything is.

    Repeatable: when all runs it only looks, in a fraction of a second. Data survives `stack_down`, crashes and reboots;
    a port taken by another program meanwhile is replaced, and the settings file says the new one.

    Args:
        state_dir: by default `.local` of the checkout.
        progress: called with a line of text before each step that takes time.

    Raises:
        DispatchError: one of `dispatch.local.errors`; its sentence says what to do.
    """
    stack = _Stack(state_dir)
    stack.claim()
    with stack.locked():
        stack.start(progress)
        return stack.info()


def stack_down(state_dir: Path | None = None, progress: Progress = silent) -> StackInfo:
    """Stop the servers of this stack cleanly, recognised by their own pid files, and no others; data stays.

    Raises:
        ServerDidNotStop: a server still runs after a minute.
    """
    stack = _Stack(state_dir)
    if stack.exists():
        with stack.locked():
            stack.stop(progress)
    return stack.info()


def stack_status(state_dir: Path | None = None) -> StackInfo:
    """Look, without changing anything."""
    return _Stack(state_dir).info()


def add_database(name: str, state_dir: Path | None = None) -> None:
    """Make another database in a running stack, beside its own; the roles and their passwords are the same.

    Raises:
        DatabaseNameRefused: the name is malformed, or the stack's own.
        CommandFailed: it exists already, or the stack does not run.
    """
    create_database(_Stack(state_dir).server_for(name), name)


def remove_database(name: str, state_dir: Path | None = None) -> None:
    """Drop a database that `add_database` made, ending the sessions connected to it; nothing happens if it is gone.

    Raises:
        DatabaseNameRefused: the name is malformed, or the stack's own.
        CommandFailed: the stack does not run.
    """
    drop_database(_Stack(state_dir).server_for(name), name)


def added_databases(prefix: str, state_dir: Path | None = None) -> list[str]:
    """Return the databases of a running stack, but for its own, whose names begin like this."""
    names = _Stack(state_dir).server_for("any").sql("SELECT datname FROM pg_database ORDER BY 1").split()
    return [name for name in names if name.startswith(prefix) and name != DATABASE]


class _Stack:
    """The files of one stack, and the servers they name."""

    def __init__(self, state_dir: Path | None) -> None:
        self.home = (state_dir or PROJECT_ROOT / ".local").resolve()
        self.env_file = self.home / "dispatch.env"
        self._account = Account.for_servers()
        self._record = read_json(self.home / "stack.json")
        self._secrets = read_json(self.home / "secrets.json")
        self._servers_dir = self._recorded_directory() or self.home
        self._name_servers()

    def exists(self) -> bool:
        return bool(self._record)

    def claim(self) -> None:
        """Make the directories and the secrets, once; later only check that they still are ours."""
        claim(self.home, self._account)
        self._servers_dir = self._recorded_directory() or servers_directory(self.home, self._account)
        claim(self._servers_dir, self._account)
        require_entry(self._servers_dir, self._account)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let one `up` or `down` work at a time; what it needs to know is read under the lock."""
        with (self.home / "stack.lock").open("a") as lock:
            if not wait_until(lambda: _try_lock(lock.fileno()), _LOCK_S):
                raise StackBusy(f"Another process is starting or stopping the stack in {self.home}: try again later.")
            self._record = read_json(self.home / "stack.json")
            self._secrets = read_json(self.home / "secrets.json")
            self._name_servers()
            yield

    def start(self, progress: Progress) -> None:
        if not self._secrets:
            self._make_secrets()
            self._name_servers()
        if not self._record:
            self._write_record(prepared="")
        cold = self._postgres.pid() is None
        if not self._postgres.data.exists():
            progress(f"Making a private PostgreSQL cluster in {self._servers_dir}")
            self._postgres.create()
        if cold:
            progress("Starting PostgreSQL")
        self._postgres.start(self._port("postgres_port"))
        if self._redis.pid() is None:
            progress("Starting Redis")
        self._redis.start(self._port("redis_port"))
        prepared = _digest_of_scripts()
        if cold or self._record.get("prepared") != prepared or not database_exists(self._postgres, DATABASE):
            progress("Preparing roles, database and extensions")
            self._prepare()
        self._write_settings()
        self._write_record(prepared)

    def stop(self, progress: Progress) -> None:
        if self._redis.pid() is not None:
            progress("Stopping Redis")
            self._redis.stop()
        if self._postgres.pid() is not None:
            progress("Stopping PostgreSQL")
            self._postgres.stop()

    def server_for(self, name: str) -> PostgresServer:
        """Return the running server, for work on another database than the stack's own."""
        if name == DATABASE:
            raise DatabaseNameRefused(f"'{name}' is the stack's own database: choose another name.", name=name)
        self._postgres.recall_port()
        return self._postgres

    def info(self) -> StackInfo:
        servers = (self._postgres, self._redis)
        for server in servers:
            server.recall_port()
        postgres, redis = (
            Part(
                name=server.name,
                pid=server.pid(),
                ready=server.pid() is not None and server.is_ready(),
                port=server.port or self._port(f"{server.name}_port"),
                log=server.log,
            )
            for server in servers
        )
        return StackInfo(self.home, self._servers_dir, self.env_file, self._account.name, postgres, redis)

    def _recorded_directory(self) -> Path | None:
        """Return where the data lies, unless the record was copied here with another checkout."""
        recorded = self._record.get("servers_dir")
        for possible in (self.home, fallback_directory(self.home)):
            if recorded == str(possible):
                return possible
        return None

    def _name_servers(self) -> None:
        self._postgres = PostgresServer(self._servers_dir, self._account, self._secrets.get("superuser", ""))
        self._redis = RedisServer(self._servers_dir, self._account, self._secrets.get("redis", ""))

    def _make_secrets(self) -> None:
        if (self._servers_dir / "postgres").exists():
            raise StackFileUnreadable(
                f"{self.home / 'secrets.json'} is gone, and with it the passwords of the data in {self._servers_dir}: "
                f"restore the file, or remove {self.home} and {self._servers_dir} to start empty."
            )
        self._secrets = {name: secrets.token_urlsafe(32) for name in _SECRETS}
        write_json(self.home / "secrets.json", self._secrets)

    def _prepare(self) -> None:
        passwords = RolePasswords(*(self._secrets[name] for name in ("owner", "app", "worker", "backup")))
        create_roles(self._postgres, passwords)
        if database_exists(self._postgres, DATABASE):
            prepare_database(self._postgres, DATABASE)
        else:
            create_database(self._postgres, DATABASE)

    def _write_settings(self) -> None:
        lines = {
            "DATABASE__HOST": "127.0.0.1",
            "DATABASE__PORT": str(self._postgres.port),
            "DATABASE__NAME": DATABASE,
            "DATABASE__OWNER__PASSWORD": self._secrets["owner"],
            "DATABASE__APP__PASSWORD": self._secrets["app"],
            "DATABASE__WORKER__PASSWORD": self._secrets["worker"],
            "REDIS_URL": self._redis.url,
            "SECRET_KEY": self._secrets["secret_key"],
            # These servers are for development and demonstrations: their invented people have no phones.
            "TOTP": SecondFactor.OPTIONAL.value,
        }
        text = (
            "# Written by `dispatch stack up`; of changes made here only DISPATCH_SMS__MODE and "
            "DISPATCH_SMS__ALLOW_LIST stay.\n# The environment goes before this file.\n"
        )
        text += "".join(f"DISPATCH_{name}={value}\n" for name, value in lines.items())
        text += "".join(f"{name}={value}\n" for name, value in decided_in(self.env_file).items())
        if not self.env_file.exists() or self.env_file.read_text(encoding="utf-8") != text:
            write_private(self.env_file, text)

    def _write_record(self, prepared: str) -> None:
        record = {
            "servers_dir": str(self._servers_dir),
            "postgres_port": self._postgres.port,
            "redis_port": self._redis.port,
            "prepared": prepared,
        }
        if record != self._record:
            write_json(self.home / "stack.json", record)
            self._record = record

    def _port(self, name: str) -> int | None:
        port = self._record.get(name)
        return port if isinstance(port, int) else None


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _digest_of_scripts() -> str:
    return hashlib.sha256(ROLES_SCRIPT.read_bytes() + DATABASE_SCRIPT.read_bytes()).hexdigest()
