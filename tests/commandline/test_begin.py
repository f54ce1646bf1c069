"""An empty installation is begun by questions or by options, once, and whole."""

import asyncio
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from babel.messages.extract import extract_from_file
from httpx import ASGITransport, AsyncClient, Response

from dispatch.app import create_app
from dispatch.commandline.begin_questions import MODES, PRESETS, SIMULATOR
from dispatch.commandline.beginning import Begun, Owner, There, begin
from dispatch.commandline.doors import owner_database
from dispatch.commandline.guide import language_of
from dispatch.kit.phones import PhoneFault, PhoneInvalid
from dispatch.local.env_file import decide, decided_in
from dispatch.local.throwaway import TestCluster
from dispatch.settings import Settings
from dispatch.tenancy.commands import OpenFranchise
from dispatch.web.languages import Language, speech
from tests.commandline.conftest import Dispatch

COMMANDS = Path(__file__).parents[2] / "dispatch/commandline"
GIVEN = ("--name", "Грузчики Тверь", "--city", "Тверь", "--owner-name", "Анна Петрова")


@pytest.fixture
def settings(cluster: TestCluster, migrated: str) -> Iterator[Settings]:
    """An installation as it is after `dispatch migrate`."""
    cluster.create_database("begin_test", template=migrated)
    yield cluster.settings("begin_test")
    cluster.drop_database("begin_test")


@pytest.fixture
def env_file(tmp_path: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of settings as `dispatch stack up` writes it; what sends is decided there and not by the environment."""
    file = tmp_path / "dispatch.env"
    file.write_text("# Written by `dispatch stack up`\nDISPATCH_TOTP=optional\n")
    environment["DISPATCH_ENV_FILE"] = str(file)
    monkeypatch.setenv("DISPATCH_ENV_FILE", str(file))
    environment.pop("DISPATCH_SMS__MODE", None)
    monkeypatch.delenv("DISPATCH_SMS__MODE", raising=False)
    return file


def _rows(settings: Settings, sql: str) -> list[dict[str, Any]]:
    place = settings.database

    async def ask() -> list[dict[str, Any]]:
        connection = await asyncpg.connect(
            host=place.host, port=place.port, database=place.name,
            user=place.owner.user, password=place.owner.password.get_secret_value(),
        )  # fmt: skip
        try:
            return [dict(row) for row in await connection.fetch(sql)]
        finally:
            await connection.close()

    return asyncio.run(ask())


def _visit(settings: Settings, *steps: tuple[str, str, dict[str, str]]) -> list[Response]:
    """Go through pages as one browser does."""

    async def go() -> list[Response]:
        app = create_app(settings)
        headers = {"Accept-Language": "en", "Sec-Fetch-Site": "same-origin"}
        transport = ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            AsyncClient(
                transport=transport, base_url="http://testserver", headers=headers, follow_redirects=True
            ) as to,
        ):
            return [await to.request(method, address, data=data) for method, address, data in steps]

    return asyncio.run(go())


def test_answers_typed_wrongly_are_asked_for_again_and_the_link_sets_the_password(
    dispatch: Dispatch, settings: Settings, env_file: Path
) -> None:
    typed = [
        "x" * 121, "Грузчики Тверь", "Тверрь", "Тверь", "3", "2", "Анна Петрова", "анна", "", "8 4822 12-34-56",
        "8 921 123-45-67", "allow_list", "x", "+7 (800) 555-00-00", "4", "y",
    ]  # fmt: skip
    (empty,) = _visit(settings, ("GET", "/", {}))
    assert "dispatch begin" in empty.text
    assert "<input" not in empty.text
    result = dispatch("begin", "--address", "https://office.example/", typed="\n".join([*typed, ""]))
    assert result.exit_code == 0, result.stderr
    for said in ("1 to 120 letters", "Did you mean Tver?", "Europe/Moscow", "Choose one of", "Latin letters", "mobile"):
        assert said in result.stderr
    found = re.search(r"^link +https://office\.example(/new-password/\S+)$", result.stdout, re.MULTILINE)
    assert found is not None
    page = found[1]
    wanted = {"password": "correct horse battery", "again": "correct horse battery"}
    signs_in = {"login": "owner@tver", "password": wanted["password"]}
    first, second, inside = _visit(
        settings, ("POST", page, wanted), ("POST", page, wanted), ("POST", "/login", signs_in)
    )
    assert (first.url.path, second.status_code) == ("/login", 404)
    assert inside.url.path in ("/board", "/account/second-factor")
    assert decided_in(env_file) == {
        "DISPATCH_SMS__MODE": "allow_list",
        "DISPATCH_SMS__ALLOW_LIST": '["+79211234567"]',
    }
    assert "DISPATCH_TOTP=optional" in env_file.read_text()
    (founded,) = _rows(settings, "SELECT slug, name, zone FROM franchises")
    assert founded == {"slug": "tver", "name": "Грузчики Тверь", "zone": "Europe/Moscow"}
    assert _rows(settings, "SELECT gateway, number FROM sms_accounts") == [
        {"gateway": "simulator", "number": "+78005550000"}
    ]


def test_beginning_twice_changes_nothing_and_says_what_is_there(
    dispatch: Dispatch, settings: Settings, env_file: Path
) -> None:
    first = dispatch("begin", "--yes", "--json", *GIVEN)
    assert first.exit_code == 0, first.stderr
    made = json.loads(first.stdout)
    assert (made["begun"], made["franchise"], made["sending"]) == (True, "tver", "off")
    assert decided_in(env_file)["DISPATCH_SMS__MODE"] == "off"
    again = dispatch("begin", "--yes", "--name", "Другая", "--city", "Казань", "--owner-name", "Олег", "--json")
    assert again.exit_code == 0
    assert json.loads(again.stdout) == {"begun": False, "franchise": "tver", "login": "owner@tver", "franchises": 1}
    assert "dispatch users link owner@tver" in dispatch("begin").stderr
    assert [row["slug"] for row in _rows(settings, "SELECT slug FROM franchises")] == ["tver"]
    fresh = json.loads(dispatch("users", "link", "owner@tver", "--json").stdout)["link"]
    pages = [f"/new-password/{link.partition('/new-password/')[2]}" for link in (made["link"], fresh)]
    assert [answer.status_code for answer in _visit(settings, *(("GET", page, {}) for page in pages))] == [404, 200]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--name", "X", "--city", "Тверь"), 2, "--owner-name"),
        ((*GIVEN, "--city", "Нигде-на-Ничём"), 2, "--zone, --lat and --lon"),
        ((*GIVEN, "--rules", "demo"), 2, "Choose one of"),
        ((*GIVEN, "--sending", "allow_list"), 2, "no phone"),
        ((*GIVEN, "--zone", "Moon/Base"), 2, "Moon/Base"),
    ],
)
@pytest.mark.usefixtures("env_file")
def test_what_cannot_be_meant_founds_nothing(
    dispatch: Dispatch, settings: Settings, arguments: tuple[str, ...], code: int, said: str
) -> None:
    result = dispatch("begin", "--yes", *arguments)
    assert (result.exit_code, said in result.stderr) == (code, True), result.stderr
    assert _rows(settings, "SELECT id FROM franchises") == []


def test_nothing_is_half_made(dispatch: Dispatch, settings: Settings, env_file: Path) -> None:
    assert dispatch("begin", *GIVEN, typed="\n" * 5 + "n\n").exit_code == 1
    in_the_way = env_file.with_name(f".{env_file.name}.{os.getpid()}")
    in_the_way.mkdir()
    stopped = dispatch(
        "begin", "--yes", *GIVEN, "--sending", "live", "--number", "+78005550000", "--gateway", SIMULATOR
    )
    in_the_way.rmdir()
    assert (stopped.exit_code, str(env_file) in stopped.stderr) == (3, True), stopped.stderr
    for table in ("franchises", "staff_users", "sms_accounts", "policy_versions", "password_resets"):
        assert _rows(settings, f"SELECT 1 AS row FROM {table}") == []


def test_of_two_who_begin_at_once_one_finds_the_other(settings: Settings) -> None:
    franchise = OpenFranchise(slug="tver", name="Тверь", city="Тверь", zone="Europe/Moscow", lat=56.9, lon=35.9)

    async def one(login: str) -> Begun | There:
        async with owner_database(settings) as database, database.begin(None, "system:test") as uow:
            done = await begin(uow, franchise, Owner("Анна", login, None), None)
            await asyncio.sleep(0.1)
            return done

    async def both() -> list[Begun | There]:
        return await asyncio.gather(one("owner@one"), one("owner@other"))

    assert {type(done) for done in asyncio.run(both())} == {Begun, There}
    assert len(_rows(settings, "SELECT login FROM staff_users")) == 1


@pytest.mark.usefixtures("env_file")
def test_a_mode_of_the_environment_is_not_overruled(
    dispatch: Dispatch, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    environment["DISPATCH_SMS__MODE"] = "off"
    monkeypatch.setenv("DISPATCH_SMS__MODE", "off")
    refused = dispatch("begin", "--yes", *GIVEN, "--sending", "live")
    assert (refused.exit_code, "DISPATCH_SMS__MODE" in refused.stderr) == (2, True)
    assert json.loads(dispatch("begin", "--yes", "--json", *GIVEN).stdout)["sending"] == "off"


def test_what_people_decided_outlives_the_rest_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "dispatch.env"
    assert decided_in(file) == {}
    file.write_text("DISPATCH_REDIS_URL=redis://x\nDISPATCH_SMS__MODE=live\n")
    decide(file, {"DISPATCH_SMS__MODE": "off"})
    assert file.read_text() == "DISPATCH_REDIS_URL=redis://x\nDISPATCH_SMS__MODE=off\n"
    assert decided_in(file) == {"DISPATCH_SMS__MODE": "off"}


def test_every_question_is_known_in_russian() -> None:
    keywords = {"say": None, "words": None, "Question": None, "Refusal": None, "list": None, "confirm": None}
    words = speech(Language.RU).words
    asked = [
        message
        for file in ("begin.py", "begin_questions.py")
        for _, message, *_ in extract_from_file("python", COMMANDS / file, keywords=keywords | {"_fitting": (3,)})
        if isinstance(message, str)
    ]
    asked += [*PRESETS.values(), *MODES.values(), *(str(PhoneInvalid(fault)) for fault in PhoneFault)]
    assert len(asked) > 40
    assert [message for message in asked if words.gettext(message) == message] == []
    assert language_of({"LANG": "C.UTF-8", "LC_ALL": "ru_RU.UTF-8"}) is Language.RU
    assert language_of({"LANG": "en_GB.UTF-8"}) is Language.EN
