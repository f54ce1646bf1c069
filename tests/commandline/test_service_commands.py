"""A new installation brought into service, and one released after a restore, without a line of SQL."""

import asyncio
import itertools
import json
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from dispatch.settings import Settings
from tests.commandline.conftest import Dispatch

OwnerSql = Callable[..., object]

_numbers = itertools.count(1)


@pytest.fixture
def slug(dispatch: Dispatch) -> str:
    """A franchise founded for the test."""
    slug = f"tver-{next(_numbers)}"
    assert dispatch("franchises", "found", slug, "--name", "Тверь", "--city", "Тверь").exit_code == 0
    return slug


def _json(dispatch: Dispatch, *arguments: object, code: int = 0, typed: str | None = None) -> Any:  # noqa: ANN401 - JSON
    result = dispatch(*arguments, "--json", typed=typed)
    assert result.exit_code == code, result.stderr
    return json.loads(result.stdout)


def test_a_franchise_is_founded_with_the_policy_of_a_preset(dispatch: Dispatch, owner_sql: OwnerSql) -> None:
    founded = _json(
        dispatch, "franchises", "found", "kazan", "--name", "Грузчики — Казань", "--city", "Казань",
        "--preset", "loaders-service",
    )  # fmt: skip
    assert (founded["slug"], founded["zone"], founded["currency"]) == ("kazan", "Europe/Moscow", "RUB")
    assert owner_sql("SELECT count(*) FROM policy_versions WHERE franchise_id = $1", founded["id"]) == 6
    assert owner_sql("SELECT round(st_y(location::geometry)) FROM franchises WHERE slug = 'kazan'") == 56
    assert "kazan" in [row["slug"] for row in _json(dispatch, "franchises", "list")]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("kz", "--city", "Нигде-на-Ничём"), 2, "--zone, --lat and --lon"),
        (("Bad Slug", "--city", "Тверь"), 2, "slug"),
        (("preset", "--city", "Тверь", "--preset", "none"), 1, "no such preset"),
        (("half", "--city", "Тверь", "--lat", "1"), 2, "both --lat and --lon"),
    ],
)
def test_what_makes_no_sense_is_said(dispatch: Dispatch, arguments: tuple[str, ...], code: int, said: str) -> None:
    result = dispatch("franchises", "found", *arguments, "--name", "X")
    assert (result.exit_code, said in result.stderr) == (code, True), result.stderr


def test_a_slug_is_taken_once(dispatch: Dispatch, slug: str) -> None:
    result = dispatch("franchises", "found", slug, "--name", "X", "--city", "Тверь")
    assert result.exit_code == 1


def test_an_account_at_a_provider_keeps_its_secret(dispatch: Dispatch, slug: str, owner_sql: OwnerSql) -> None:
    result = dispatch(
        "accounts", "add", "-f", slug, "--gateway", "twilio", "--sid", "AC1", "--number", "+78005550101",
        typed="s3cret\n",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert "s3cret" not in result.stdout + result.stderr
    assert "/hooks/sms/twilio/inbound" in result.stdout
    assert owner_sql("SELECT secret FROM sms_accounts WHERE sid = 'AC1'") == "s3cret"
    again = dispatch(
        "accounts", "add", "-f", slug, "--gateway", "twilio", "--sid", "AC1", "--number", "+78005550101",
        "--secret-file", "-", typed="s3cret\n",
    )  # fmt: skip
    assert (again.exit_code, "already" in again.stderr) == (1, True), again.stderr


def test_an_account_of_the_simulator_is_made_up_and_can_be_stopped(dispatch: Dispatch, slug: str) -> None:
    made = _json(dispatch, "accounts", "add", "-f", slug, "--gateway", "simulator", "--number", "+78005550102")
    assert made["simulated"] is True
    assert len(made["secret"]) == 32
    assert _json(dispatch, "accounts", "disable", made["id"])["enabled"] is False
    (listed,) = _json(dispatch, "accounts", "list", "-f", slug)
    assert (listed["id"], listed["enabled"], "secret" in listed) == (made["id"], False, False)
    assert _json(dispatch, "accounts", "enable", made["id"])["enabled"] is True


def test_a_line_is_added_and_its_secret_shown_once(dispatch: Dispatch, slug: str, owner_sql: OwnerSql) -> None:
    line = "lines", "add", "-f", slug, "--provider", "pbx", "--number", "+78005550104"
    made = _json(dispatch, *line)
    assert owner_sql("SELECT secret FROM telephone_lines WHERE number = '+78005550104'") == made["secret"]
    assert made["webhook"].endswith("/hooks/telephony/pbx")
    again = dispatch(*line)
    assert (again.exit_code, "already" in again.stderr) == (1, True), again.stderr


def test_a_gateway_nobody_has_is_refused(dispatch: Dispatch, slug: str) -> None:
    result = dispatch(
        "accounts", "add", "-f", slug, "--gateway", "pigeon", "--sid", "X", "--number", "+78005550103", typed="x\n"
    )
    assert result.exit_code == 1
    assert "No such gateway" in result.stderr


def test_a_restored_database_is_silent_until_somebody_releases_it(dispatch: Dispatch, owner_sql: OwnerSql) -> None:
    owner_sql("UPDATE deployment SET system_identifier = 1")
    held = _json(dispatch, "sending", "status", code=1)
    assert (held["may_send"], held["moved"]) == (False, True)
    refused = dispatch("sending", "release", typed="n\n")
    assert refused.exit_code == 1
    assert owner_sql("SELECT sending_released()") is False
    assert dispatch("sending", "release", typed="y\n").exit_code == 0
    assert owner_sql("SELECT sending_released()") is True
    assert _json(dispatch, "sending", "hold")["may_send"] is False
    assert owner_sql("SELECT sending_released()") is False
    assert _json(dispatch, "sending", "release", "--yes")["may_send"] is True
    assert _json(dispatch, "sending", "status")["waiting"] == []


@pytest.fixture
def owner_sql(settings: Settings) -> OwnerSql:
    """Ask or change one thing as the owner."""
    place = settings.database

    def run(sql: str, *args: object) -> object:
        async def work() -> object:
            connection = await asyncpg.connect(
                host=place.host,
                port=place.port,
                database=place.name,
                user=place.owner.user,
                password=place.owner.password.get_secret_value(),
            )
            try:
                return await connection.fetchval(sql, *args)
            finally:
                await connection.close()

        return asyncio.run(work())

    return run
