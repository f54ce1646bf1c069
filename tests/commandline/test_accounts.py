"""Accounts of people and keys of programs, from the command line."""

import asyncio
import itertools
import json
from typing import Any

import pytest
from pydantic import SecretStr

from dispatch.access.commands import LogIn
from dispatch.access.errors import LoginRefused
from dispatch.access.queries import PRINCIPAL
from dispatch.access.sign_in import log_in
from dispatch.commandline.doors import app_database
from dispatch.kit.tokens import hash_token
from dispatch.settings import Settings
from tests.commandline.conftest import Dispatch
from tests.factories.access import Staff, make_factor
from tests.factories.tenancy import make_franchise

_numbers = itertools.count(1)


@pytest.fixture
def slug(settings: Settings) -> str:
    """A franchise of its own for each test."""
    return asyncio.run(make_franchise(settings, slug=f"command-{next(_numbers)}")).slug


def _created(dispatch: Dispatch, slug: str, login: str) -> dict[str, Any]:
    result = dispatch("users", "create", login, "-f", slug, "--role", "dispatcher", "--name", "Анна", "--json")
    assert result.exit_code == 0, result.stderr
    created: dict[str, Any] = json.loads(result.stdout)
    return created


def _signs_in(settings: Settings, login: str, password: str) -> bool:
    async def attempt() -> bool:
        async with app_database(settings) as database:
            try:
                await log_in(database, settings, LogIn(login=login, password=SecretStr(password)))
            except LoginRefused:
                return False
            return True

    return asyncio.run(attempt())


def test_an_account_is_opened_with_a_password_that_works(dispatch: Dispatch, slug: str, settings: Settings) -> None:
    created = _created(dispatch, slug, f"{slug}-anna")
    assert _signs_in(settings, created["login"], created["password"])


def test_a_password_may_be_typed_and_is_then_not_shown(dispatch: Dispatch, slug: str, settings: Settings) -> None:
    login, password = f"{slug}-typed", "correct horse battery"
    result = dispatch(
        "users", "create", login, "-f", slug, "--role", "owner", "--name", "Оля", "--ask-password",
        typed=f"{password}\n{password}\n",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert password not in result.stdout + result.stderr
    assert _signs_in(settings, login, password)


def test_a_taken_login_is_refused(dispatch: Dispatch, slug: str) -> None:
    _created(dispatch, slug, f"{slug}-twice")
    result = dispatch("users", "create", f"{slug}-twice", "-f", slug, "--role", "dispatcher", "--name", "Анна")
    assert result.exit_code == 1
    assert "taken" in result.stderr


def test_accounts_are_listed(dispatch: Dispatch, slug: str) -> None:
    _created(dispatch, slug, f"{slug}-listed")
    assert f"{slug}-listed" in dispatch("users", "list", "-f", slug).stdout
    assert [user["login"] for user in json.loads(dispatch("users", "list", "-f", slug, "--json").stdout)] == [
        f"{slug}-listed"
    ]


def test_an_unknown_franchise_is_answered_with_those_there_are(dispatch: Dispatch, slug: str) -> None:
    result = dispatch("users", "list", "-f", "atlantis")
    assert result.exit_code == 1
    assert slug in result.stderr


def test_a_new_password_replaces_the_old_one(dispatch: Dispatch, slug: str, settings: Settings) -> None:
    created = _created(dispatch, slug, f"{slug}-reset")
    fresh = json.loads(dispatch("users", "reset", f"{slug}-RESET", "--json").stdout)
    assert not _signs_in(settings, created["login"], created["password"])
    assert _signs_in(settings, created["login"], fresh["password"])


def test_a_lost_second_factor_is_taken_away_and_the_password_stays(
    dispatch: Dispatch, slug: str, settings: Settings
) -> None:
    created = _created(dispatch, slug, f"{slug}-phone")

    async def set_up() -> None:
        async with app_database(settings) as database:
            signed_in = await log_in(
                database, settings, LogIn(login=created["login"], password=SecretStr(created["password"]))
            )
            staff = Staff(signed_in.user_id, signed_in.franchise_id, created["login"], signed_in.role)
            await make_factor(database, settings, staff)

    asyncio.run(set_up())
    taken = ("users", "reset", created["login"], "--second-factor")
    assert "password alone" in dispatch(*taken).stderr
    assert _signs_in(settings, created["login"], created["password"])
    assert "had no second factor" in dispatch(*taken).stderr
    assert json.loads(dispatch(*taken, "--json").stdout)["removed"] is False


def test_an_account_may_be_opened_with_a_phone(dispatch: Dispatch, slug: str) -> None:
    fixed = ("-f", slug, "--role", "dispatcher", "--name", "Анна", "--json")
    assert dispatch("users", "create", f"{slug}-ring", *fixed, "--phone", "8 921 123-45-67").exit_code == 0
    refused = dispatch("users", "create", f"{slug}-wall", *fixed, "--phone", "8 812 123-45-67")
    assert refused.exit_code == 2
    assert "mobile" in refused.stderr


def test_a_closed_account_is_out_at_once(dispatch: Dispatch, slug: str, settings: Settings) -> None:
    created = _created(dispatch, slug, f"{slug}-gone")
    assert dispatch("users", "disable", created["login"]).exit_code == 0
    assert not _signs_in(settings, created["login"], created["password"])
    assert "closed" in dispatch("users", "list", "-f", slug).stdout


def test_an_unknown_login_says_where_to_look(dispatch: Dispatch, slug: str) -> None:
    result = dispatch("users", "reset", f"nobody@{slug}")
    assert result.exit_code == 1
    assert "dispatch users list" in result.stderr


def test_a_key_works_until_it_is_revoked(dispatch: Dispatch, slug: str, settings: Settings) -> None:
    created = _created(dispatch, slug, f"{slug}-maker")
    result = dispatch("tokens", "create", "sync", "--by", created["login"], "--days", "3", "--json")
    made = json.loads(result.stdout)
    assert _principal(settings, made["token"])["role"] == "dispatcher"
    listed = json.loads(dispatch("tokens", "list", "-f", slug, "--json").stdout)
    assert [token["id"] for token in listed] == [made["id"]]
    assert made["token"] not in json.dumps(listed)
    assert dispatch("tokens", "revoke", made["id"]).exit_code == 0
    assert _principal(settings, made["token"]) == {}
    assert "revoked" in dispatch("tokens", "list", "-f", slug).stdout


def test_an_unknown_key_says_where_to_look(dispatch: Dispatch) -> None:
    result = dispatch("tokens", "revoke", "01a1ffae-0619-7252-a1db-e43a1263e749")
    assert result.exit_code == 1
    assert "dispatch tokens list" in result.stderr


def test_what_is_no_id_is_wrong_usage(dispatch: Dispatch) -> None:
    assert dispatch("tokens", "revoke", "my-token").exit_code == 2


def _principal(settings: Settings, token: str) -> dict[str, Any]:
    async def ask() -> dict[str, Any]:
        async with app_database(settings) as database, database.begin(None, "system:test") as uow:
            found = await uow.fetchval(PRINCIPAL, bytes.fromhex(hash_token(token)))
        principal: dict[str, Any] = json.loads(found) if found else {}
        return principal

    return asyncio.run(ask())
