"""A COMMIT that fails is an error the client sees, on every route that changes something.

The pages have `tests/web/test_every_change.py`.
"""

from collections.abc import AsyncIterator
from typing import Final

import asyncpg
import pytest
import pytest_asyncio
from fastapi import FastAPI
from structlog.testing import capture_logs

from dispatch.api.openapi import classified
from dispatch.api.telephony_hooks import ACTOR
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from tests.factories.commits import failing_commits, let_commits_fail
from tests.factories.desk import world
from tests.factories.requests import REQUESTS
from tests.factories.scene import Scene, set_scene
from tests.factories.stage import set_stage

CHANGES_NOTHING: Final = {
    "POST /api/v1/orders/{order_id}/preview": "what it did is rolled back before it answers",
    "POST /api/v1/series/{series_id}/preview": "what it did is rolled back before it answers",
    "POST /api/v1/quotes": "it reckons",
    "POST /api/v1/matching/preview": "it reads",
    "POST /api/v1/texts/preview": "it reads",
    "POST /api/v1/workers/search": "it reads",
}
"""Routes with a changing method that commit nothing -> why; their answer does not hang on the commit."""
_SAFE: Final = {"GET", "HEAD", "OPTIONS"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def scene(
    app: FastAPI, settings: Settings, app_db: Database, jobs_db: Database, owner: asyncpg.Connection
) -> AsyncIterator[Scene]:
    stage = await set_stage(settings, app_db, men=40)
    await let_commits_fail(owner)
    scene = await set_scene(app, settings, app_db, jobs_db, owner, stage)
    async with scene.client:
        yield scene


def test_every_changing_route_has_a_request(app: FastAPI) -> None:
    changing = {
        f"{method} {path}"
        for path, method, _ in classified(app)
        if method not in _SAFE and path.startswith(("/api/", "/hooks/"))
    }
    assert changing == REQUESTS.keys()


@pytest.mark.parametrize("route", sorted(REQUESTS.keys() - CHANGES_NOTHING.keys()))
async def test_a_failing_commit_is_never_a_success(scene: Scene, route: str) -> None:
    method = route.split(maxsplit=1)[0]
    call = await REQUESTS[route](scene)
    before = await world(scene.sql)
    # The statement of a text's webhook runs under no actor.
    actor = "" if call.path.startswith("/hooks/sms") else ACTOR if call.path.startswith("/hooks") else scene.boss.actor
    with capture_logs() as logged:
        async with failing_commits(scene.sql, actor):
            refused = await call.send(scene.client, method)
    assert refused.status_code >= 500, refused.text
    assert [entry["event"] for entry in logged if entry["log_level"] == "error"] == ["internal_error"]
    # A try at a password counts, whatever becomes of it: its count has a transaction of its own.
    counted = {"login_attempts"} if route.endswith("/auth/login") else set()
    assert (await world(scene.sql)).changed_since(before) <= {"marked"} | counted
    done = await call.send(scene.client, method)
    assert 200 <= done.status_code < 300, done.text
    assert (await world(scene.sql)).changed_since(before) - {"marked"}, "the request does change something"


@pytest.mark.parametrize("route", sorted(CHANGES_NOTHING))
async def test_what_commits_nothing_cannot_fail_at_it(scene: Scene, route: str) -> None:
    call = await REQUESTS[route](scene)
    before = await world(scene.sql)
    async with failing_commits(scene.sql, scene.boss.actor):
        answer = await call.send(scene.client, route.split(maxsplit=1)[0])
    assert answer.status_code == 200, answer.text
    assert (await world(scene.sql)).changed_since(before) <= {"marked"}
