import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.local.errors import CommandFailed
from dispatch.local.processes import (
    Account,
    has_ended,
    is_running,
    last_words,
    read_pid,
    run,
    send,
    server_environment,
    wait_until,
)

MARKER = Path("/some place/data")


@pytest.fixture
def server() -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", "import time; print(flush=True); time.sleep(600)", MARKER]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        yield process
        process.kill()


def test_servers_never_run_as_root() -> None:
    account = Account.for_servers()
    assert account.uid != 0
    assert account.lent is (os.geteuid() == 0)
    assert run(["/usr/bin/id", "--user"], account=account).strip() == str(account.uid)
    assert run(["/usr/bin/id", "--groups"], account=account).split() == [str(account.gid)] or not account.lent


def test_a_tool_gets_its_arguments_as_they_are() -> None:
    awkward = "two words; $HOME `id` 'quotes' \"and\" *"
    assert run(["/usr/bin/printf", "%s", awkward]) == awkward
    assert run(["/bin/cat"], stdin="Сенная площадь") == "Сенная площадь"


def test_what_would_mislead_a_server_tool_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "elsewhere")
    monkeypatch.setenv("LC_MESSAGES", "ru_RU.KOI8-R")
    monkeypatch.setenv("PIP_CERT", "/kept")
    environment = server_environment({"PGPASSWORD": "given"})
    assert "PGHOST" not in environment
    assert "LC_MESSAGES" not in environment
    assert environment["LC_ALL"] == "C.UTF-8"
    assert environment["PIP_CERT"] == "/kept"
    assert environment["PGPASSWORD"] == "given"


def test_a_failing_tool_is_quoted_and_no_secret_with_it() -> None:
    with pytest.raises(CommandFailed, match="sh failed: no such luck") as caught:
        run(["/bin/sh", "-c", "echo no such luck >&2; exit 3"], environment={"PASSWORD": "hidden"})
    assert caught.value.fields == {"status": 3}
    assert "hidden" not in str(caught.value)


def test_a_missing_or_endless_tool_says_what_to_do() -> None:
    with pytest.raises(CommandFailed, match="run script/bootstrap"):
        run(["/nowhere/tool"])
    with pytest.raises(CommandFailed, match=r"did not finish within 0\.1 s"):
        run(["/bin/sleep", "600"], timeout_s=0.1)


def test_a_server_is_known_by_its_arguments_not_by_its_number(server: subprocess.Popen[bytes]) -> None:
    assert is_running(server.pid, MARKER)
    assert not is_running(server.pid, Path("/some place"))
    assert not is_running(os.getpid(), MARKER)


def test_a_stranger_is_never_signalled(server: subprocess.Popen[bytes]) -> None:
    send(server.pid, signal.SIGKILL, Path("/another/data"))
    assert server.poll() is None
    send(server.pid, signal.SIGKILL, MARKER)
    assert server.wait(10) == -signal.SIGKILL
    send(server.pid, signal.SIGKILL, MARKER)


def test_a_dead_process_nobody_collected_has_ended(server: subprocess.Popen[bytes]) -> None:
    assert not has_ended(server.pid)
    os.kill(server.pid, signal.SIGKILL)
    assert wait_until(lambda: has_ended(server.pid), 10)
    assert Path(f"/proc/{server.pid}").exists()
    assert not is_running(server.pid, MARKER)
    server.wait(10)
    assert has_ended(server.pid)


@pytest.mark.parametrize("content", ["", "not a number\n", "-1\n", "0\n", "999999999\n"])
def test_a_pid_file_without_a_server_says_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "pid").write_text(content)
    assert read_pid(tmp_path / "pid", MARKER) is None
    assert read_pid(tmp_path / "none", MARKER) is None


def test_a_pid_file_with_more_lines_names_the_server_first(tmp_path: Path, server: subprocess.Popen[bytes]) -> None:
    (tmp_path / "pid").write_text(f"{server.pid}\n/data\n123\n")
    assert read_pid(tmp_path / "pid", MARKER) == server.pid


def test_last_words_are_the_end_of_a_log() -> None:
    assert last_words("\n".join(str(n) for n in range(100))).splitlines() == [str(n) for n in range(85, 100)]
    assert last_words(" \n") == "it said nothing"


def test_waiting_ends_with_the_condition_or_the_time() -> None:
    answers = iter([False, False, True])
    assert wait_until(lambda: next(answers), 10)
    assert not wait_until(lambda: False, 0.05)
