"""No change of the console is believed from elsewhere: every route, every way to forge it, and nothing stored moves."""

import re
from uuid import uuid4

import asyncpg
import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from httpx import AsyncClient

from dispatch.access.roles import Role
from dispatch.app import create_app
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.web.routing import ConsoleRoute
from tests.factories.access import PASSWORD, make_user
from tests.factories.desk import world
from tests.factories.stage import Stage

CHANGES = sorted(
    (method, str(route.path))
    for route in iter_route_contexts(create_app(Settings()).routes)
    if isinstance(route.original_route, APIRoute) and isinstance(route.original_route, ConsoleRoute)
    for method in (route.methods or set()) - {"GET", "HEAD"}
)
FORGERIES = {
    "another site, with the token": {"Sec-Fetch-Site": "cross-site", "token": "right"},
    "another origin of the same site, with the token": {"Sec-Fetch-Site": "same-site", "token": "right"},
    "an old browser, another origin": {"Origin": "https://elsewhere.example", "token": "right"},
    "a browser that says nothing": {"token": "right"},
    "our own page, no token": {"Sec-Fetch-Site": "same-origin", "token": ""},
    "our own page, a made-up token": {"Sec-Fetch-Site": "same-origin", "token": "0" * 64},
}
WITHOUT_SESSION = {"/login", "/login/code", "/forgotten", "/new-password/{token}", "/lead/{token}/marks"}
"""Pages for strangers: there is no session whose token they could carry, only the browser's word."""


def test_there_are_changes_to_forge() -> None:
    assert len(CHANGES) > 15


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_a_forged_change_is_refused_and_stores_nothing(
    stranger: AsyncClient, app_db: Database, stage: Stage, owner: asyncpg.Connection, forgery: str
) -> None:
    user = await make_user(app_db, stage.franchise_id, Role.OWNER)
    await stranger.post("/login", data={"login": user.login, "password": PASSWORD})
    found = re.search(r'X-CSRF-Token": "([0-9a-f]{64})"', (await stranger.get("/board")).text)
    assert found is not None
    headers = dict(FORGERIES[forgery])
    token = {"right": found[1]}.get(said := headers.pop("token"), said)
    del stranger.headers["Sec-Fetch-Site"]
    before = await world(owner)
    believed = []
    for method, path in CHANGES:
        if path in WITHOUT_SESSION and headers.get("Sec-Fetch-Site") == "same-origin":
            continue
        address = re.sub(r"\{token\}", "dpass_" + "a" * 43, path)
        address = re.sub(r"\{\w+\}", str(uuid4()), address)
        for form in ({"csrf": token}, {}):
            sent = headers | ({} if form else {"X-CSRF-Token": token})
            answer = await stranger.request(method, address, headers=sent, data=form)
            if answer.status_code != 403:
                believed.append((method, path, answer.status_code))
    assert believed == []
    assert (await world(owner)).changed_since(before) == set()
