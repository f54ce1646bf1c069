"""Every change of the console, on one house: forged in every way, and at a COMMIT that fails; nothing stored moves.

The routes are those of the app: a new one without a request in `tests.factories.changes` fails here. That each request
would have changed something is seen by its commit, which fails only over rows.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import Response
from structlog.testing import capture_logs

from dispatch.api.openapi import classified
from dispatch.app import create_app
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.simulator.app import create_app as create_simulator
from dispatch.simulator.config import Account, SimulatorConfig
from tests.factories.changes import CHANGES
from tests.factories.commits import failing_commits, let_commits_fail
from tests.factories.console import changes_of_console
from tests.factories.desk import World, world
from tests.factories.house import House, close_house, set_house
from tests.factories.scene import set_scene
from tests.factories.served import serving
from tests.factories.stage import Stage

_READS: Final = "it reads"
_FORESEES: Final = "what it did is rolled back before it answers"
COMMITS_NOTHING: Final = {
    "POST /find": _READS,
    "POST /orders/new/clients": _READS,
    "POST /orders/new/sites": _READS,
    "POST /orders/new/conditions": _READS,
    "POST /orders/new/day": "it adds a line to a form",
    "POST /orders/new/estimate": "it reckons",
    "POST /orders/{order_id}/change/preview": _FORESEES,
    "POST /orders/{order_id}/cancel/preview": _FORESEES,
    "POST /people/import/look": _READS,
    "POST /rehearsal/{worker_id}": "it texts from a simulated phone; what comes of it comes by webhook",
    "POST /series/from-order": _READS,
    "POST /series/new/foreseen": _FORESEES,
    "POST /series/{series_id}/change/preview": _FORESEES,
    "POST /series/{series_id}/days/{day}/preview": _FORESEES,
    "POST /series/{series_id}/end/preview": _FORESEES,
    "POST /series/{series_id}/from/preview": _FORESEES,
}
"""Routes with a changing method that commit nothing -> why; their answer does not hang on the commit."""
WITHOUT_SESSION: Final = {
    "POST /login",
    "POST /login/code",
    "POST /forgotten",
    "POST /new-password/{token}",
    "POST /lead/{token}/marks",
}
"""Pages for strangers: there is no session whose token they could carry, only the browser's word."""
ELSEWHERE: Final[dict[str, dict[str, str]]] = {
    "another site": {"Sec-Fetch-Site": "cross-site"},
    "another site that names us": {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
    "another origin of the same site": {"Sec-Fetch-Site": "same-site"},
    "typed by hand": {"Sec-Fetch-Site": "none"},
    "an old browser, another origin": {"Origin": "https://elsewhere.example"},
    "an old browser, no origin to speak of": {"Origin": "null"},
    "a browser that says nothing": {},
}
"""Where a request comes from that is not from our own page, and what the browser then says."""
WRONG_TOKENS: Final = {"none": "", "made up": "0" * 64, "another session's": "another's"}
NOT_BY_COOKIE: Final = {
    "POST /api/v1/auth/login": "it takes a password and answers with a token, which another site cannot read",
}
"""Changes of the API that no cookie allows; webhooks know no session either, they are signed."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(settings: Settings, app_db: Database, stage: Stage) -> AsyncIterator[FastAPI]:
    """The console, and a simulated carrier for rehearsals."""
    async with app_db.begin(stage.franchise_id, "system:test") as uow:
        row = await uow.fetchrow("SELECT sid, secret, number FROM sms_accounts")
    assert row is not None
    account = Account(sid=row["sid"], auth_token=row["secret"], numbers={row["number"]: ""})
    with serving(create_simulator(SimulatorConfig(accounts=[account], time_scale=0.01))) as address:
        sms = settings.sms.model_copy(update={"simulator_url": address})
        served = create_app(settings.model_copy(update={"sms": sms}))
        async with served.router.lifespan_context(served):
            yield served


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(
    app: FastAPI, settings: Settings, app_db: Database, jobs_db: Database, owner: asyncpg.Connection, stage: Stage
) -> AsyncIterator[House]:
    scene = await set_scene(app, settings, app_db, jobs_db, owner, stage)
    async with scene.client:
        house = await set_house(app, scene)
        yield house
        await close_house(house)


def test_every_change_of_the_console_has_a_request(app: FastAPI) -> None:
    assert changes_of_console(app) == sorted(route.split() for route in CHANGES)
    assert COMMITS_NOTHING.keys() <= CHANGES.keys()
    assert CHANGES.keys() >= WITHOUT_SESSION


@pytest.mark.parametrize("where", ELSEWHERE)
async def test_what_another_page_sends_is_refused_and_stores_nothing(house: House, where: str) -> None:
    before = await world(house.scene.sql)
    answers = {route: await change(house).send(house, route, ELSEWHERE[where]) for route, change in CHANGES.items()}
    assert {route: answer.status_code for route, answer in answers.items() if answer.status_code != 403} == {}
    assert (await world(house.scene.sql)).changed_since(before) == set()


@pytest.mark.parametrize("token", WRONG_TOKENS)
async def test_a_change_without_the_token_of_its_own_page_is_refused_and_stores_nothing(
    house: House, token: str
) -> None:
    before = await world(house.scene.sql)
    believed = {}
    for route, change in CHANGES.items():
        if route not in WITHOUT_SESSION:
            made = change(house)
            others = house.people["operator" if made.who == "boss" else "boss"].csrf
            presented = {"another's": others}.get(WRONG_TOKENS[token], WRONG_TOKENS[token])
            believed[route] = (await made.send(house, route, token=presented)).status_code
    assert {route: status for route, status in believed.items() if status != 403} == {}
    assert (await world(house.scene.sql)).changed_since(before) == set()


async def test_nothing_is_changed_by_a_link(house: House) -> None:
    before = await world(house.scene.sql)
    for route, change in CHANGES.items():
        made = change(house)
        seen = house.people[made.who]
        address = made.address(house, route.split()[1])
        headers = {"Sec-Fetch-Site": "cross-site"}
        answer = await seen.client.get(address, params={**made.form, "csrf": seen.csrf}, headers=headers)
        assert answer.status_code < 500, (address, answer.text[-300:])
    assert (await world(house.scene.sql)).changed_since(before) == set()


@pytest.mark.parametrize("where", ELSEWHERE)
async def test_the_api_believes_no_cookie_from_elsewhere(app: FastAPI, house: House, where: str) -> None:
    before = await world(house.scene.sql)
    believed = {}
    for path, method, _ in classified(app):
        route = f"{method} {path}"
        if method in {"GET", "HEAD"} or not path.startswith("/api/") or route in NOT_BY_COOKIE:
            continue
        address = re.sub(r"\{\w+\}", str(uuid4()), path)
        answer = await house.boss.client.request(method, address, json={}, headers=ELSEWHERE[where])
        believed[route] = answer.status_code
    assert len(believed) > 50
    assert {route: status for route, status in believed.items() if status != 403} == {}
    assert (await world(house.scene.sql)).changed_since(before) == set()


@dataclass(frozen=True)
class Told:
    """What came of one change while commits fail.

    Attributes:
        answer: what came back.
        logged: what was logged as an error.
    """

    answer: Response
    logged: list[str]


@dataclass(frozen=True)
class Sent:
    """What came of all of them, and what the database held before and after."""

    told: dict[str, Told]
    before: World
    after: World


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def sent(house: House) -> Sent:
    """Everything sent while no commit succeeds."""
    sql = house.scene.sql
    await let_commits_fail(sql)
    before = await world(sql)
    told: dict[str, Told] = {}
    async with failing_commits(sql):
        for route, change in CHANGES.items():
            with capture_logs() as logged:
                answer = await change(house).send(house, route)
            told[route] = Told(answer, [each["event"] for each in logged if each["log_level"] == "error"])
    return Sent(told, before, await world(sql))


@pytest.mark.parametrize("route", sorted(CHANGES.keys() - COMMITS_NOTHING.keys()))
def test_a_failing_commit_is_never_a_success(sent: Sent, route: str) -> None:
    told = sent.told[route]
    assert told.answer.status_code == 500, told.answer.text[-500:]
    assert told.logged == ["internal_error"], "it is the commit that fails, not the request"
    assert told.answer.cookies == {}
    assert "<h1" in told.answer.text, "people are told on a page"


@pytest.mark.parametrize("route", sorted(COMMITS_NOTHING))
def test_what_commits_nothing_cannot_fail_at_it(sent: Sent, route: str) -> None:
    answer = sent.told[route].answer
    assert answer.status_code in {200, 204, 303}, answer.text[-500:]


def test_nothing_is_stored(sent: Sent) -> None:
    # A try at a password, or at a text, counts whatever becomes of it: its count has a transaction of its own.
    assert sent.after.changed_since(sent.before) == {"login_attempts"}
