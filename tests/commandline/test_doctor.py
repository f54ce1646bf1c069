"""What the doctor finds, and what he says to do about it."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
from pydantic import SecretStr

from dispatch.commandline.diagnosis import (
    Finding,
    State,
    look_at_address,
    look_at_database,
    look_at_python,
    look_at_redis,
    look_at_settings,
    worst,
)
from dispatch.kit.ids import new_id
from dispatch.local.throwaway import TestCluster
from dispatch.settings import HttpSettings, SendingMode, Settings, SmsSettings
from tests.commandline.conftest import Dispatch
from tests.factories.tenancy import make_franchise


def _by_what(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.what: finding for finding in findings}


def _looked(look: Callable[[Settings], Awaitable[list[Finding]]], settings: Settings) -> dict[str, Finding]:
    async def run() -> list[Finding]:
        return await look(settings)

    return _by_what(asyncio.run(run()))


def _with(settings: Settings, **database: object) -> Settings:
    return settings.model_copy(update={"database": settings.database.model_copy(update=database)})


def test_packages_are_held_against_the_lock(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("typer==0.0.1 \\\n    --hash=sha256:00\nnot-installed-anywhere==1.0 ; sys_platform == 'win32' \\\n")
    found = _by_what(look_at_python(lock))
    assert found["python"].state is State.OK
    assert found["packages"].state is State.WARNING
    assert "typer" in found["packages"].found
    assert "not-installed" not in found["packages"].found
    assert "script/bootstrap" in found["packages"].do


def test_a_missing_lock_is_said(tmp_path: Path) -> None:
    assert _by_what(look_at_python(tmp_path / "none"))["packages"].state is State.WARNING


@pytest.mark.parametrize(
    ("mode", "state"),
    [(SendingMode.LIVE, State.OK), (SendingMode.ALLOW_LIST, State.WARNING), (SendingMode.OFF, State.WARNING)],
)
def test_whether_texts_leave_is_said(settings: Settings, mode: SendingMode, state: State) -> None:
    found = _by_what(look_at_settings(settings.model_copy(update={"sms": SmsSettings(mode=mode)})))
    assert found["sending"].state is state


def test_a_short_key_is_wrong(settings: Settings) -> None:
    found = _by_what(look_at_settings(settings.model_copy(update={"secret_key": SecretStr("short")})))
    assert found["secret key"].state is State.WRONG
    assert "short" not in found["secret key"].found.replace("shorter", "")


def test_redis_is_asked(settings: Settings) -> None:
    assert _looked(look_at_redis, settings)["redis"].state is State.OK
    away = settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})
    assert _looked(look_at_redis, away)["redis"].state is State.WRONG


def test_the_public_address_is_asked(settings: Settings) -> None:
    away = settings.model_copy(update={"http": HttpSettings(public_url="http://127.0.0.1:1")})
    found = _looked(look_at_address, away)["public address"]
    assert found.state is State.WRONG
    assert "dispatch serve" in found.do


def test_a_database_that_is_away_is_one_finding_for_each_login(settings: Settings) -> None:
    found = _looked(look_at_database, _with(settings, port=1))
    assert [finding.state for finding in found.values()] == [State.WRONG, State.WRONG]
    assert "dispatch stack up" in found["database as the API"].do


def test_a_login_that_sees_everything_is_wrong(settings: Settings) -> None:
    found = _looked(look_at_database, _with(settings, app=settings.database.owner))["database as the API"]
    assert found.state is State.WRONG
    assert "row security" in found.do


def test_an_empty_database_wants_migrations(cluster: TestCluster) -> None:
    cluster.create_database("empty_for_doctor")
    found = _looked(look_at_database, cluster.settings("empty_for_doctor"))["database as the API"]
    assert (found.state, found.do) == (State.WRONG, "Run `dispatch migrate`.")


@pytest.fixture
def write(settings: Settings) -> Iterator[Callable[..., None]]:
    """Write rows as the owner; whatever tests write here is taken away again."""

    def run(*statements: str) -> None:
        asyncio.run(_as_owner(settings, statements))

    yield run
    run("DELETE FROM outbox", "DELETE FROM beats", "DELETE FROM sms_accounts")


async def _as_owner(settings: Settings, statements: tuple[str, ...]) -> None:
    place = settings.database
    connection = await asyncpg.connect(
        host=place.host,
        port=place.port,
        database=place.name,
        user=place.owner.user,
        password=place.owner.password.get_secret_value(),
        server_settings={"app.actor": "system:test"},
    )
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


def test_a_fresh_installation_lacks_only_a_worker_and_accounts(settings: Settings) -> None:
    found = _looked(look_at_database, settings)
    assert {what for what, finding in found.items() if finding.state is not State.OK} == {
        "beats",
        "franchises",
        "gateways",
    }


def test_another_revision_is_wrong(settings: Settings, write: Callable[..., None]) -> None:
    write("UPDATE alembic_version SET version_num = 'x' || version_num")
    found = _looked(look_at_database, settings)["migrations"]
    write("UPDATE alembic_version SET version_num = substr(version_num, 2)")
    assert (found.state, found.do) == (State.WRONG, "Run `dispatch migrate`.")


def test_a_worker_that_stopped_is_wrong(settings: Settings, write: Callable[..., None]) -> None:
    write("INSERT INTO beats (source, at) VALUES ('worker', now() - interval '5 minutes')")
    found = _looked(look_at_database, settings)["beat of worker"]
    assert (found.state, found.found) == (State.WRONG, "5 min ago")
    write("UPDATE beats SET at = now()")
    assert _looked(look_at_database, settings)["beat of worker"].state is State.OK


def test_steps_given_up_and_steps_that_wait_are_wrong(settings: Settings, write: Callable[..., None]) -> None:
    write(
        f"""INSERT INTO outbox (id, lane, kind, subject_id, due_at, state, finished_at) VALUES
            ('{new_id()}', 'staffing', 'staffing.wave_due', '{new_id()}', now(), 'dead', now()),
            ('{new_id()}', 'staffing', 'staffing.gap_found', '{new_id()}', now() - interval '3 hours', 'pending', NULL),
            ('{new_id()}', 'staffing', 'staffing.seat_taken', '{new_id()}', now() + interval '3 hours', 'pending', NULL)
        """
    )
    found = _looked(look_at_database, settings)
    assert (found["dead steps"].state, "1 were given up" in found["dead steps"].found) == (State.WRONG, True)
    assert found["queue of outbox"].found == "1 wait, the oldest for 3 h"
    assert found["queue of messages to send"].state is State.OK


def test_gateways_are_known_and_enabled(settings: Settings, write: Callable[..., None]) -> None:
    franchise = asyncio.run(make_franchise(settings))
    account = "INSERT INTO sms_accounts (id, franchise_id, gateway, sid, secret, number, enabled) VALUES "
    write(
        account + f"('{new_id()}', '{franchise.id}', 'simulator', 'a', 's', '+7800', true)",
        account + f"('{new_id()}', '{franchise.id}', 'twilio', 'a', 's', '+7800', false)",
        account + f"('{new_id()}', '{franchise.id}', 'console', 'a', 's', '+7800', true)",
    )
    found = _looked(look_at_database, settings)
    states = [found[f"gateway {name}"].state for name in ("simulator", "twilio", "console")]
    assert states == [State.OK, State.WARNING, State.WRONG]


def test_the_worst_finding_decides() -> None:
    assert worst([]) is State.OK
    assert worst([Finding("a", State.WARNING, ""), Finding("b", State.OK, "")]) is State.WARNING
    assert worst([Finding("a", State.WARNING, ""), Finding("b", State.WRONG, "")]) is State.WRONG


def test_the_command_fails_when_something_is_wrong(dispatch: Dispatch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPATCH_HTTP__PUBLIC_URL", "http://127.0.0.1:1")
    result = dispatch("doctor")
    assert result.exit_code == 1
    assert "Start `dispatch work`" in result.stdout
    report = json.loads(dispatch("doctor", "--json").stdout)
    assert report["state"] == "wrong"
    assert {"what", "state", "found", "do"} == set(report["findings"][0])
