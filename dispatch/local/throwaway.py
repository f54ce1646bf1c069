"""A PostgreSQL and a Redis for one test run, in a temporary directory, gone when the run is over however it ends."""

import fcntl
import os
import secrets
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Self

from pydantic import SecretStr

from dispatch.local.databases import RolePasswords, create_database, create_roles, drop_database
from dispatch.local.places import SHARED_TEMPORARY, may_enter
from dispatch.local.postgres import PostgresServer
from dispatch.local.processes import Account
from dispatch.local.redis import RedisServer
from dispatch.settings import DatabaseSettings, Login, SecondFactor, Settings

_PREFIX = f"dispatch-test-{os.geteuid()}-"
_LOCK = "owner.lock"
_MEMORY = Path("/dev/shm")  # noqa: S108 - a directory of our own is made in it
_PLENTY = 4 * 1024**3


class TestCluster:
    """Both servers with the roles in place and no database yet; use it as a context manager, once per test run.

    Methods block, a few hundredths of a second for databases, about two seconds to start; none needs an event loop.

    Attributes:
        postgres: the server itself, to start, stop, restart and kill, and `superuser_dsn(database)` for a driver.
        redis: the same for Redis.
    """

    __test__ = False

    def __init__(self, *, durable: bool = False) -> None:
        """Name the servers; `start` makes them.

        Args:
            durable: fsync and synchronous commit as in production, for the reliability suite; slower.
        """
        self._account = Account.for_servers()
        self._durable = durable
        self._passwords = RolePasswords(*(secrets.token_urlsafe(16) for _ in range(4)))
        self._secret_key = secrets.token_urlsafe(32)
        self._lock = -1

    def __enter__(self) -> Self:
        """Start both servers."""
        return self.start()

    def __exit__(self, *_: object) -> None:
        """Stop both servers and remove what they wrote."""
        self.stop()

    def start(self) -> Self:
        """Start both servers, after clearing away what earlier runs left when they were killed.

        Raises:
            DispatchError: one of `dispatch.local.errors`; its sentence says what to do.
        """
        roots = _temporary_roots(self._account)
        for root in roots:
            _clear_abandoned(root, self._account)
        suitable = [root for root in roots if root != _MEMORY or not self._durable]
        self.directory = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=suitable[0]))
        self.directory.chmod(0o711 if self._account.lent else 0o700)
        self._lock = _hold(self.directory)
        self.postgres = PostgresServer(
            self.directory, self._account, secrets.token_urlsafe(16), durable=self._durable, shared_buffers="128MB"
        )
        self.redis = RedisServer(self.directory, self._account, secrets.token_urlsafe(16))
        try:
            self.postgres.create()
            self.postgres.start()
            self.redis.start()
            create_roles(self.postgres, self._passwords)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop both servers and remove what they wrote; nothing happens the second time."""
        if self._lock >= 0:
            _remove(self.postgres, self.redis, self.directory)
            os.close(self._lock)
            self._lock = -1

    def create_database(self, name: str, template: str | None = None) -> None:
        """Make a database; from a template it takes a tenth of a second. See `databases.create_database`."""
        create_database(self.postgres, name, template)

    def drop_database(self, name: str) -> None:
        """Drop a database if it exists, ending the sessions connected to it."""
        drop_database(self.postgres, name)

    def settings(self, database: str, **others: object) -> Settings:
        """Return settings that lead to one database of this cluster; no file is read, the environment fills the rest.

        Args:
            database: its name.
            others: fields of `Settings` to replace.
        """
        fields: dict[str, object] = {
            "database": DatabaseSettings(
                host="127.0.0.1",
                port=self.postgres.port,
                name=database,
                owner=Login(user="dispatch_owner", password=SecretStr(self._passwords.owner)),
                app=Login(user="dispatch_app", password=SecretStr(self._passwords.app)),
                worker=Login(user="dispatch_worker", password=SecretStr(self._passwords.worker)),
            ),
            "redis_url": self.redis.url,
            "secret_key": SecretStr(self._secret_key),
            "totp": SecondFactor.OPTIONAL,
        }
        return Settings.model_validate(fields | others)

    def environment(self, database: str) -> dict[str, str]:
        """Return the same as environment variables, for processes that a test starts."""
        settings = self.settings(database)
        place = settings.database
        logins = {"OWNER": place.owner, "APP": place.app, "WORKER": place.worker}
        variables = {
            "DISPATCH_ENV_FILE": str(self.directory / "none"),
            "DISPATCH_DATABASE__HOST": place.host,
            "DISPATCH_DATABASE__PORT": str(place.port),
            "DISPATCH_DATABASE__NAME": place.name,
            "DISPATCH_REDIS_URL": settings.redis_url,
            "DISPATCH_SECRET_KEY": settings.secret_key.get_secret_value(),
            "DISPATCH_TOTP": settings.totp.value,
        }
        for role, login in logins.items():
            variables[f"DISPATCH_DATABASE__{role}__USER"] = login.user
            variables[f"DISPATCH_DATABASE__{role}__PASSWORD"] = login.password.get_secret_value()
        return variables

    def kill_postgres(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End the postmaster by a signal and wait until it is gone; `postgres.start()` brings it back."""
        self.postgres.kill(number)

    def restart_postgres(self) -> None:
        """Stop and start PostgreSQL on the same port; open connections break."""
        self.postgres.restart()

    def restart_redis(self) -> None:
        """Stop and start Redis on the same port; its data is read back from disk."""
        self.redis.restart()


def _temporary_roots(account: Account) -> list[Path]:
    """Return where servers may be put, best first: memory, if there is plenty, copies a database far faster."""
    roots = [Path(tempfile.gettempdir()), SHARED_TEMPORARY]
    if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _PLENTY:
        roots.insert(0, _MEMORY)
    return [root for root in roots if os.access(root, os.W_OK | os.X_OK) and may_enter(account, root)]


def _hold(directory: Path) -> int:
    """Lock a directory for as long as this process lives; children do not inherit the lock's descriptor."""
    descriptor = os.open(directory / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise
    return descriptor


def _clear_abandoned(root: Path, account: Account) -> None:
    for directory in root.glob(_PREFIX + "*"):
        try:
            if directory.lstat().st_uid != os.geteuid() or not (directory / _LOCK).exists():
                continue
            descriptor = _hold(directory)
        except (BlockingIOError, FileNotFoundError):
            continue  # its owner lives, or another run clears it away just now
        _remove(PostgresServer(directory, account, ""), RedisServer(directory, account, ""), directory)
        os.close(descriptor)


def _remove(postgres: PostgresServer, redis: RedisServer, directory: Path) -> None:
    redis.kill()
    postgres.kill(signal.SIGQUIT)
    shutil.rmtree(directory)
