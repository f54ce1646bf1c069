"""One private Redis: wake-ups only, yet append-only on disk, so that a restart does not empty arq's queue."""

import shutil
import signal
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from dispatch.local.errors import CommandFailed, ProgramMissing, ServerDidNotStart, ServerDidNotStop
from dispatch.local.places import free_port
from dispatch.local.processes import Account, has_ended, last_words, read_pid, run, send, wait_until

_START_S = 20.0
_STOP_S = 30.0
_MORE_ATTEMPTS = 4
_PORT_TAKEN = "Failed listening on port"
# The process keeps its title because that is how it is recognised, see `processes.is_running`.
_SETTINGS = """\
# Written at every start of this private Redis; a change made here is lost.
bind 127.0.0.1
port {port}
requirepass {password}
daemonize yes
set-proc-title no
dir {directory}
pidfile {pid_file}
logfile {log}
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
"""


class RedisServer:
    """A Redis in `directory/redis`, reached on 127.0.0.1 with a password.

    Methods block, for at most half a minute; none needs an event loop. `port` is known while it runs and is kept over
    restarts unless somebody else took it meanwhile.
    """

    name = "redis"

    def __init__(self, directory: Path, account: Account, password: str) -> None:
        """Name a server; nothing is touched yet.

        Args:
            directory: a claimed directory, see `places.claim`.
            account: who runs the server.
            password: letters, digits, `-` and `_` only.
        """
        self.directory = directory / "redis"
        self.log = self.directory / "redis.log"
        self.port = 0
        self._configuration = self.directory / "redis.conf"
        self._pid_file = self.directory / "redis.pid"
        self._account = account
        self._password = password

    @property
    def url(self) -> str:
        """The address with the password in it: for settings, never for a log."""
        return f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    def pid(self) -> int | None:
        """Return its pid while it runs."""
        return read_pid(self._pid_file, self._configuration)

    def start(self, preferred_port: int | None = None) -> int:
        """Start it unless it runs, and return its port once it answers.

        Raises:
            ProgramMissing: Redis is not installed.
            ServerDidNotStart: with the last words of its log.
        """
        program = shutil.which("redis-server")
        if program is None:
            raise ProgramMissing("redis-server is not installed: run script/bootstrap, or install Redis 7.")
        if not self.directory.exists():
            self.directory.mkdir(mode=0o700)
            self._account.own(self.directory)
        self.recall_port()
        if not wait_until(lambda: self.pid() is None or self.is_ready(), _START_S):
            raise ServerDidNotStart(f"Redis runs but does not answer on port {self.port}: see {self.log}.")
        if self.pid() is None:
            self._launch(Path(program), preferred_port or self.port or None)
        return self.port

    def recall_port(self) -> None:
        """Learn the port of a server that an earlier process started."""
        if self.pid() is not None:
            lines = self._configuration.read_text(encoding="utf-8").splitlines()
            self.port = int(next(line for line in lines if line.startswith("port ")).split()[1])

    def is_ready(self) -> bool:
        """Tell whether it answers now; it does not while it reads its data after a start."""
        try:
            with Redis(host="127.0.0.1", port=self.port, password=self._password, socket_timeout=2) as client:
                return bool(client.ping())
        except RedisError:
            return False

    def stop(self) -> None:
        """Stop it cleanly; nothing happens when it is down.

        Raises:
            ServerDidNotStop: it still runs after half a minute.
        """
        self.kill(signal.SIGTERM)

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Signal it and wait until it has ended.

        Raises:
            ServerDidNotStop: it still runs after half a minute.
        """
        pid = self.pid()
        if pid is None:
            return
        self.recall_port()
        send(pid, number, self._configuration)
        if not wait_until(lambda: has_ended(pid), _STOP_S):
            raise ServerDidNotStop(f"Redis (pid {pid}) still runs half a minute after {number.name}: see {self.log}.")

    def restart(self) -> None:
        """Stop and start on the same port."""
        self.stop()
        self.start()

    def _launch(self, program: Path, wanted: int | None) -> None:
        failure = self._try_to_launch(program, free_port(wanted))
        for _ in range(_MORE_ATTEMPTS):
            if failure is None or _PORT_TAKEN not in failure:
                break
            failure = self._try_to_launch(program, free_port())
        if failure is not None:
            raise ServerDidNotStart(f"Redis did not start; {self.log} ends with:\n{last_words(failure)}")

    def _try_to_launch(self, program: Path, port: int) -> str | None:
        """Return what its log says if it ends, or does not answer in time."""
        self.port = port
        self._configuration.unlink(missing_ok=True)
        self._configuration.touch(mode=0o600)
        self._configuration.write_text(self._settings(), encoding="utf-8")
        self._account.own(self._configuration)
        self._pid_file.unlink(missing_ok=True)
        said = len(self._log_text())
        try:
            run([program, self._configuration], account=self._account, timeout_s=_START_S)
        except CommandFailed as error:
            return str(error)
        # It leaves the foreground before it listens and reads its data, so that no status tells of a failure there.
        wait_until(lambda: self.is_ready() or self._gave_up(said), _START_S)
        return None if self.pid() is not None and self.is_ready() else self._log_text()[said:]

    def _gave_up(self, said: int) -> bool:
        written = self._pid_file.read_text().strip() if self._pid_file.exists() else ""
        return (written.isdigit() and has_ended(int(written))) or _PORT_TAKEN in self._log_text()[said:]

    def _settings(self) -> str:
        return _SETTINGS.format(
            port=self.port,
            password=self._password,
            directory=_quoted(self.directory),
            pid_file=_quoted(self._pid_file),
            log=_quoted(self.log),
        )

    def _log_text(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""


def _quoted(path: Path) -> str:
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'
