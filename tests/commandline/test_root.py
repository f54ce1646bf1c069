import importlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer
from pydantic import SecretStr

from dispatch.access.commands import ResetPassword
from dispatch.commandline.root import COMMANDS, ExitCode, ValueRefused, code_for, command_of
from dispatch.kit.errors import Conflict, DispatchError, Forbidden, Invalid, NotFound, Unavailable
from tests.commandline.conftest import Dispatch


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(dispatch: Dispatch, name: str) -> None:
    module = importlib.import_module(f"dispatch.commandline.{name.replace('-', '_')}")
    assert isinstance(module.app, typer.Typer)
    if name == "simulator":  # it reads its own options, and ends the process after printing them
        return
    result = dispatch(name, "--help")
    assert result.exit_code == 0
    assert "Usage" in result.stdout


def test_the_help_lists_the_commands_and_the_exit_codes(dispatch: Dispatch) -> None:
    shown = dispatch("--help").stdout
    assert all(name in shown for name in COMMANDS)
    assert "Exit codes: 0 done" in shown


def test_an_unknown_command_is_wrong_usage(dispatch: Dispatch) -> None:
    result = dispatch("sing")
    assert result.exit_code == ExitCode.USAGE
    assert "No such command" in result.stderr


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (Unavailable, ExitCode.UNAVAILABLE),
        (Invalid, ExitCode.USAGE),
        (NotFound, ExitCode.FAILED),
        (Conflict, ExitCode.FAILED),
        (Forbidden, ExitCode.FAILED),
    ],
)
def test_the_kind_of_an_error_decides_the_exit_code(kind: type[DispatchError], code: ExitCode) -> None:
    assert code_for(kind("x")) is code


def test_an_error_is_one_sentence_without_a_traceback(dispatch: Dispatch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPATCH_DATABASE__PORT", "1")
    result = dispatch("users", "list", "--franchise", "x")
    assert result.exit_code == ExitCode.UNAVAILABLE
    assert result.stdout == ""
    assert result.stderr.startswith("dispatch: 'dispatch_owner' cannot enter the database")
    assert "dispatch stack up" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(("command", "login"), [("serve", "dispatch_app"), ("work", "dispatch_worker")])
def test_what_runs_for_ever_says_at_once_that_the_database_is_away(
    dispatch: Dispatch, monkeypatch: pytest.MonkeyPatch, command: str, login: str
) -> None:
    monkeypatch.setenv("DISPATCH_DATABASE__PORT", "1")
    result = dispatch(command)
    assert result.exit_code == ExitCode.UNAVAILABLE
    assert result.stderr.startswith(f"dispatch: '{login}' cannot enter the database")
    assert "dispatch stack up" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert "Traceback" not in result.stdout


def test_an_address_that_is_taken_is_named(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "dispatch.cli", "serve", "--port", port],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == ExitCode.UNAVAILABLE
    said = done.stderr.splitlines()[-1]
    assert said.startswith(f"dispatch: Nothing can be served at 127.0.0.1:{port}")
    assert "--port" in said
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("DISPATCH_DATABASE__OWNER__PASSWORD", "wrong", "its password is wrong"),
        ("DISPATCH_DATABASE__NAME", "nowhere", "there is no such database"),
        ("DISPATCH_DATABASE__NAME", "postgres", "run `dispatch migrate`"),
    ],
)
def test_what_keeps_us_out_of_the_database_is_named(
    dispatch: Dispatch, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(variable, value)
    result = dispatch("users", "list", "--franchise", "x")
    assert result.exit_code == ExitCode.UNAVAILABLE
    assert sentence in result.stderr


def test_a_setting_that_makes_no_sense_is_named_and_not_shown(
    dispatch: Dispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPATCH_DATABASE__PORT", "s3cret")
    result = dispatch("migrate")
    assert result.exit_code == ExitCode.USAGE
    assert "DISPATCH_DATABASE__PORT" in result.stderr
    assert "s3cret" not in result.stderr


def test_a_value_that_breaks_a_rule_is_named_and_not_shown() -> None:
    with pytest.raises(ValueRefused) as refused:
        command_of(ResetPassword, password=SecretStr("short"))
    assert "password" in str(refused.value)
    assert "short" not in str(refused.value).replace("shorter", "")


def test_migrate_says_the_revision(dispatch: Dispatch) -> None:
    result = dispatch("migrate", "--json")
    assert result.exit_code == 0
    assert '"revision"' in result.stdout


_ORPHAN = """
import subprocess, sys, os
child = subprocess.Popen(
    [sys.executable, "-c", "from dispatch.commandline.parent import end_with_parent; end_with_parent();"
     "print('up', flush=True); import time; time.sleep(60)"],
    env={**os.environ, "DISPATCH_PARENT": str(os.getpid())}, stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
import time; time.sleep(60)
"""


def test_a_process_ends_with_the_one_that_started_it() -> None:
    with subprocess.Popen([sys.executable, "-c", _ORPHAN], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert _runs(child)
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while _runs(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _runs(child)


def test_a_process_whose_parent_is_gone_already_ends_at_once() -> None:
    code = "from dispatch.commandline.parent import end_with_parent; end_with_parent(); print('went on')"
    environment = {**os.environ, "DISPATCH_PARENT": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == ""


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
