"""One private PostgreSQL cluster: made, started, stopped, killed, and spoken to as its superuser."""

import shutil
import signal
import time
from collections.abc import Mapping
from pathlib import Path

from dispatch.local.errors import CommandFailed, ProgramMissing, ServerDidNotStart, ServerDidNotStop
from dispatch.local.places import free_port
from dispatch.local.processes import Account, has_ended, last_words, read_pid, run, send, wait_until

SUPERUSER = "postgres"
MAJOR_VERSION = 15

_START_S = 60
_STOP_S = 60.0
_RETRY_S = 15.0
_RETRY_PAUSE_S = 0.2
_RETRY = ("could not bind", "Address already in use", "shared memory block")
_SETTINGS = """\
# Written at every start of this private cluster; a change made here is lost.
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{socket_dir}'
unix_socket_permissions = 0700
password_encryption = 'scram-sha-256'
max_connections = 200
shared_buffers = {shared_buffers}
max_wal_size = '{max_wal_size}'
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%u@%d '
fsync = {durable}
synchronous_commit = {durable}
full_page_writes = {durable}
"""


def postgres_program(name: str) -> Path:
    """Return a program of PostgreSQL 15, which Debian keeps off the PATH.

    Raises:
        ProgramMissing: it is neither where Debian puts it nor on the PATH.
    """
    debian = Path(f"/usr/lib/postgresql/{MAJOR_VERSION}/bin") / name
    if debian.exists():
        return debian
    found = shutil.which(name)
    if found and f" {MAJOR_VERSION}." in run([found, "--version"]):
        return Path(found)
    raise ProgramMissing(
        f"{name} of PostgreSQL {MAJOR_VERSION} is not installed: run script/bootstrap, "
        f"or install PostgreSQL {MAJOR_VERSION} with PostGIS 3 and put its programs on the PATH."
    )


class PostgresServer:
    """A cluster in `directory/postgres`, reached on 127.0.0.1 and on a socket in `directory/run`, by password.

    Methods block, for at most about a minute; none needs an event loop. `port` is known while the cluster runs and is
    kept over restarts unless somebody else took it meanwhile.
    """

    name = "postgres"

    def __init__(
        self, directory: Path, account: Account, password: str, *, durable: bool = True, shared_buffers: str = "256MB"
    ) -> None:
        """Name a cluster; nothing is touched yet.

        Args:
            directory: a claimed directory, see `places.claim`.
            account: who runs the server.
            password: of the superuser `postgres`.
            durable: False gives up the safety of the data for speed: for throw-away clusters only.
            shared_buffers: as PostgreSQL writes it.
        """
        self.data = directory / "postgres"
        self.socket_dir = directory / "run"
        self.log = directory / "postgres.log"
        self.port = 0
        self._account = account
        self._password = password
        self._durable = durable
        self._shared_buffers = shared_buffers

    def create(self) -> bool:
        """Make the cluster unless it stands already; return whether it was made. An interrupted call leaves none.

        Text sorts by code point (C.UTF-8): indexes then survive an upgrade of the system's C library. Where people
        read a list, the query names its collation.

        Raises:
            ProgramMissing, CommandFailed: PostgreSQL is not installed, or initdb refused.
        """
        if self.data.exists():
            return False
        draft = self.data.with_name("postgres.new")
        if draft.exists():
            shutil.rmtree(draft)
        draft.mkdir(mode=0o700)
        self._account.own(draft)
        # Not a pipe: the account that runs initdb could not open one of ours.
        password_file = self.data.with_name("postgres.password")
        password_file.touch(mode=0o600)
        try:
            password_file.write_text(self._password, encoding="utf-8")
            self._account.own(password_file)
            run(
                [postgres_program("initdb"), "--pgdata", draft, "--username", SUPERUSER, "--pwfile", password_file,
                 "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-instructions",
                 "--data-checksums" if self._durable else "--no-sync"],
                account=self._account,
            )  # fmt: skip
        finally:
            password_file.unlink()
        with (draft / "postgresql.conf").open("a", encoding="utf-8") as configuration:
            configuration.write("\ninclude 'dispatch.conf'\n")
        draft.rename(self.data)
        return True

    def pid(self) -> int | None:
        """Return the postmaster's pid while it runs."""
        return read_pid(self.data / "postmaster.pid", self.data)

    def start(self, preferred_port: int | None = None) -> int:
        """Start the cluster unless it runs, and return its port once it accepts connections.

        Survives what an unclean end leaves behind: a stale pid file, a pid given to another program since, old
        backends that still hold the shared memory, a port taken by somebody else.

        Raises:
            ServerDidNotStart: with the last words of its log.
        """
        if self.pid() is not None:
            self.recall_port()
            if not wait_until(lambda: self.is_ready() or self.pid() is None, _START_S):
                raise ServerDidNotStart(f"PostgreSQL runs but accepts nobody: see {self.log}.")
            if self.pid() is not None:
                return self.port
        if not self.socket_dir.exists():
            self.socket_dir.mkdir(mode=0o700)
            self._account.own(self.socket_dir)
        if not self.log.exists():
            self.log.touch(mode=0o600)
            self._account.own(self.log)
        wanted = preferred_port or self.port or None
        deadline = time.monotonic() + _RETRY_S
        while True:
            self.port = free_port(wanted)
            failure = self._try_to_start()
            if failure is None:
                return self.port
            if time.monotonic() >= deadline or not any(words in failure for words in _RETRY):
                break
            time.sleep(_RETRY_PAUSE_S)
        raise ServerDidNotStart(f"PostgreSQL did not start; {self.log} ends with:\n{failure}")

    def recall_port(self) -> None:
        """Learn the port of a cluster that an earlier process started."""
        if self.pid() is not None:
            self.port = int((self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[3])

    def is_ready(self) -> bool:
        """Tell whether the cluster accepts connections now; it does not while it recovers from a crash."""
        try:
            run([postgres_program("pg_isready"), "--quiet", "--host", "127.0.0.1", "--port", str(self.port)])
        except CommandFailed:
            return False
        return True

    def stop(self) -> None:
        """Stop the cluster cleanly, ending its sessions; nothing happens when it is down.

        Raises:
            ServerDidNotStop: it still runs after a minute.
        """
        self.kill(signal.SIGINT)

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Signal the postmaster and wait until it has ended. SIGKILL is a crash, SIGQUIT a crash of every backend too.

        Raises:
            ServerDidNotStop: it still runs after a minute.
        """
        pid = self.pid()
        if pid is None:
            return
        self.recall_port()
        send(pid, number, self.data)
        if not wait_until(lambda: has_ended(pid), _STOP_S):
            raise ServerDidNotStop(f"PostgreSQL (pid {pid}) still runs a minute after {number.name}: see {self.log}.")

    def restart(self) -> None:
        """Stop and start on the same port."""
        self.stop()
        self.start()

    def sql(self, script: str, *, database: str = SUPERUSER, environment: Mapping[str, str] | None = None) -> str:
        r"""Run a psql script as superuser and return its rows, one a line, columns separated by `|`.

        Args:
            script: statements and psql's own commands; the first error ends it.
            database: where it runs.
            environment: what `\getenv` in the script may read; passwords go this way.

        Raises:
            CommandFailed: with the error and its line.
        """
        return run(
            [postgres_program("psql"), "--no-psqlrc", "--quiet", "--tuples-only", "--no-align",
             "--set", "ON_ERROR_STOP=1", "--host", "127.0.0.1", "--port", str(self.port),
             "--username", SUPERUSER, "--dbname", database, "--file", "-"],
            stdin=script,
            environment={"PGPASSWORD": self._password, "PGCONNECT_TIMEOUT": "10", **(environment or {})},
        )  # fmt: skip

    def superuser_dsn(self, database: str = SUPERUSER) -> str:
        """Return a URL for drivers; it holds the password, so it is for tests and never for a log."""
        return f"postgresql://{SUPERUSER}:{self._password}@127.0.0.1:{self.port}/{database}"

    def _try_to_start(self) -> str | None:
        self._remove_stale_locks()
        quoted = '"' + str(self.socket_dir).replace('"', '""') + '"'
        settings = self.data / "dispatch.conf"
        settings.write_text(
            _SETTINGS.format(
                port=self.port,
                socket_dir=quoted.replace("'", "''"),
                shared_buffers=self._shared_buffers,
                durable="on" if self._durable else "off",
                max_wal_size="2GB" if self._durable else "256MB",
            ),
            encoding="utf-8",
        )
        log_start = self.log.stat().st_size
        try:
            run(
                [postgres_program("pg_ctl"), "start", "--silent", "--wait", "--timeout", str(_START_S),
                 "--pgdata", self.data, "--log", self.log],
                account=self._account,
                timeout_s=_START_S + 10,
            )  # fmt: skip
        except CommandFailed as error:
            with self.log.open("rb") as log:
                log.seek(log_start)
                return last_words(log.read().decode(errors="replace") or str(error))
        return None

    def _remove_stale_locks(self) -> None:
        """Remove the locks of a dead postmaster, where PostgreSQL would take another process for it.

        It believes any process under the old pid: a stranger who was given the number since, or the dead one itself
        where nobody collects zombies. What protects the data stays: it knows backends that outlived their postmaster by
        the shared memory of the data directory, and does not start beside them.
        """
        if self.pid() is None:
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            for lock in self.socket_dir.glob("*.lock"):
                lock.unlink()
