"""Two franchises: nothing of one can be read or touched by the other, on any route.

Forbidden and missing are never told apart: a stranger's id is answered like one that does not exist.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from fastapi import FastAPI

from dispatch.api.openapi import classified
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from tests.factories.desk import assert_problem, at, filled, ok, order_body, world
from tests.factories.requests import REQUESTS
from tests.factories.scene import Scene, set_scene
from tests.factories.series import ONE, series_body, today
from tests.factories.stage import set_stage, tomorrow

OWN_ONLY: Final = {
    "POST /api/v1/auth/login": "it names a login and its password",
    "POST /api/v1/auth/logout": "it brings the session that it ends",
    "POST /api/v1/auth/tokens": "a token of the caller's franchise",
    "PATCH /api/v1/franchises/own": "the caller's own",
    "PUT /api/v1/policies/{section}": "the caller's own",
    "POST /api/v1/workers": "a new man of the caller's",
    "POST /api/v1/workers/import": "new men of the caller's",
    "POST /api/v1/workers/search": "among the caller's own",
    "POST /api/v1/clients": "a new client of the caller's",
    "PUT /api/v1/rate-cards/{service}": "the caller's own",
    "POST /api/v1/quotes": "by the caller's own rate cards",
    "POST /api/v1/texts/preview": "by the caller's own price",
    "POST /api/v1/matching/preview": "over the pool, which is one for the network",
    "POST /hooks/sms/{gateway}/inbound": "signed by the account it is for",
    "POST /hooks/sms/{gateway}/status": "signed by the account it is for",
    "POST /hooks/telephony/{provider}": "signed by the line it is of",
}
"""Requests that name nothing of a franchise, or prove whose it is by themselves -> why."""
POOL: Final = {"/api/v1/workers/{worker_id}/card"}
"""What may be asked of anybody's worker: the pool is one, and shows neither names nor numbers to strangers."""


@dataclass(frozen=True)
class Network:
    """Two franchises at work; `theirs` has one of everything, `ids` by the names paths use."""

    own: Scene
    theirs: Scene
    ids: dict[str, str]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def network(
    app: FastAPI, settings: Settings, app_db: Database, jobs_db: Database, owner: asyncpg.Connection
) -> AsyncIterator[Network]:
    own, theirs = [
        await set_scene(app, settings, app_db, jobs_db, owner, await set_stage(settings, app_db, men=men))
        for men in (8, 40)
    ]
    fine_id = await theirs.fine()
    seat = await owner.fetchrow("SELECT * FROM seats WHERE id = (SELECT seat_id FROM fines WHERE id = $1)", fine_id)
    imported = await theirs.client.post(
        "/workers/import", content="Телефон\n+7 921 999-00-11\n".encode(), headers={"Content-Type": "text/csv"}
    )
    order = await owner.fetchrow("SELECT * FROM shifts WHERE id = $1", seat["shift_id"])
    series = await theirs.post("/series", series_body(theirs.stage, starts_on=str(today() + ONE * 40)), status=201)
    ids = {
        "order_id": order["order_id"],
        "series_id": series["id"],
        "shift_id": order["id"],
        "worker_id": seat["worker_id"],
        "client_id": theirs.stage.client_id,
        "site_id": theirs.stage.site_id,
        "import_id": ok(imported)["id"],
    }
    yield Network(own, theirs, {name: str(value) for name, value in ids.items()})
    await own.client.aclose()
    await theirs.client.aclose()


@pytest.mark.parametrize("route", sorted(REQUESTS.keys() - OWN_ONLY.keys()))
async def test_a_strangers_things_cannot_be_touched(network: Network, route: str) -> None:
    call = await REQUESTS[route](network.theirs)
    before = await world(network.own.sql)
    answer = await call.send(network.own.client, route.split(maxsplit=1)[0])
    assert answer.status_code in {403, 404}, answer.text
    assert (await world(network.own.sql)).changed_since(before) == set()


async def test_own_things_cannot_be_tied_to_a_strangers(
    network: Network, jobs_db: Database, owner: asyncpg.Connection
) -> None:
    own, ids = network.own, network.ids
    order = await filled(jobs_db, own.stage, 1, tomorrow(days=40))
    shift = order.shifts[0].id
    seat = str(await owner.fetchval("SELECT id FROM seats WHERE shift_id = $1", UUID(ids["shift_id"])))
    mixed, call = order_body(own.stage), {"worker_id": ids["worker_id"], "result": "yes"}
    times = {"starts_at": at(tomorrow(days=41).starts_at), "ends_at": at(tomorrow(days=41).ends_at)}
    own_client = {"client_id": str(own.stage.client_id), "site_id": ids["site_id"], "worker_id": ids["worker_id"]}
    forbidden = own_client | {"decided_by": "client", "reason": "нет"}
    before = await world(owner)
    for method, path, body, status, code in (
        ("POST", "/orders", mixed | {"site_id": ids["site_id"]}, 404, "site_not_found"),
        ("POST", "/orders", mixed | {"client_id": ids["client_id"]}, 404, "client_not_found"),
        ("POST", "/series", series_body(own.stage, site_id=ids["site_id"]), 404, "site_not_found"),
        ("POST", "/series", series_body(own.stage, client_id=ids["client_id"]), 404, "client_not_found"),
        ("PATCH", f"/orders/{order.id}", {"site_id": ids["site_id"]}, 404, "site_not_found"),
        ("PATCH", f"/orders/{order.id}", {"times": [{"shift_id": ids["shift_id"], **times}]}, 404, "shift_not_found"),
        ("POST", f"/shifts/{shift}/calls", call, 422, "worker_not_of_this_shift"),
        ("POST", "/do-not-return", forbidden, 404, "site_not_found"),
    ):
        answer = await own.client.request(method, path, json=body, headers={"If-Match": '"1"'})
        assert_problem(answer, status, code)
    assert (await world(owner)).changed_since(before) == set()
    shift_id, _ = await own.running()
    before = await world(owner)
    body = {"taken_at": at(await owner.fetchval("SELECT now()")), "missing": [seat]}
    assert_problem(await own.client.post(f"/shifts/{shift_id}/attendance", json=body), 422, "seat_not_of_this_shift")
    body = {"hours": [{"seat_id": seat, "minutes": 60}]}
    assert_problem(await own.client.post(f"/shifts/{shift_id}/close", json=body), 422, "hours_of_unknown_seat")
    assert (await world(owner)).changed_since(before) == set()


def reads(app: FastAPI) -> list[str]:
    return sorted(path for path, method, _ in classified(app) if method == "GET" and path.startswith("/api/"))


async def test_nothing_of_a_strangers_can_be_read(network: Network, app: FastAPI, owner: asyncpg.Connection) -> None:
    """Every GET: by id it is not there, in lists it does not appear; to those whose it is, it does both."""
    foreign = {str(row["id"]) for row in await owner.fetch(THEIR_IDS, network.theirs.stage.franchise_id)}
    assert len(foreign) > 50
    shown_to_them: set[str] = set()
    for path in reads(app):
        named = re.findall(r"{(\w+)}", path)
        url = path.removeprefix("/api/v1").format(**network.ids, section="pace")
        theirs = await network.theirs.client.get(url)
        answer = await network.own.client.get(url)
        assert theirs.status_code == 200, (path, theirs.text)
        shown_to_them |= {found for found in foreign if found in theirs.text}
        if path in POOL:
            card = ok(answer)
            assert (card["view"], card["first_name"], card["phone"], card["masked_phone"]) == ("pool", None, None, None)
        elif set(named) & network.ids.keys():
            assert answer.status_code == 404, (path, answer.text)
        else:
            assert answer.status_code == 200, (path, answer.text)
            leaked = {found for found in foreign if found in answer.text}
            assert leaked == set(), path
    assert len(shown_to_them) > 20


@pytest.mark.parametrize(
    "path",
    [
        "/orders?client_id={client_id}",
        "/series?client_id={client_id}",
        "/sites?client_id={client_id}",
        "/do-not-return?client_id={client_id}",
        "/alarms?shift_id={shift_id}",
        "/messages?shift_id={shift_id}",
        "/messages?worker_id={worker_id}",
        "/questions?shift_id={shift_id}",
        "/questions?worker_id={worker_id}",
        "/events?after=0",
    ],
)
async def test_a_filter_by_a_strangers_id_finds_nothing_of_his(
    network: Network, owner: asyncpg.Connection, path: str
) -> None:
    answer = await network.own.client.get(path.format(**network.ids))
    if answer.status_code == 404:
        return
    foreign = {str(row["id"]) for row in await owner.fetch(THEIR_IDS, network.theirs.stage.franchise_id)}
    assert {found for found in foreign if found in str(ok(answer)["items"])} == set()


THEIR_IDS: Final = """
SELECT id FROM orders WHERE franchise_id = $1 UNION ALL SELECT id FROM shifts WHERE franchise_id = $1
UNION ALL SELECT id FROM series WHERE franchise_id = $1
UNION ALL SELECT id FROM seats WHERE franchise_id = $1 UNION ALL SELECT id FROM clients WHERE franchise_id = $1
UNION ALL SELECT id FROM sites WHERE franchise_id = $1 UNION ALL SELECT id FROM workers WHERE franchise_id = $1
UNION ALL SELECT id FROM messages WHERE franchise_id = $1 UNION ALL SELECT id FROM questions WHERE franchise_id = $1
UNION ALL SELECT id FROM marks WHERE franchise_id = $1 UNION ALL SELECT id FROM fines WHERE franchise_id = $1
UNION ALL SELECT id FROM staff_users WHERE franchise_id = $1 UNION ALL SELECT id FROM api_tokens WHERE franchise_id = $1
UNION ALL SELECT id FROM alarms WHERE franchise_id = $1 UNION ALL SELECT id FROM inbox_items WHERE franchise_id = $1
"""
