"""Every POST that takes an Idempotency-Key answers its repetition with the first answer, and does nothing twice."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final

import asyncpg
import pytest
import pytest_asyncio
from fastapi import FastAPI

from dispatch.api.idempotency import REPLAYED_HEADER
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from tests.architecture.test_routes import WITHOUT_ONCE
from tests.factories.desk import world
from tests.factories.requests import REQUESTS
from tests.factories.scene import Scene, set_scene
from tests.factories.stage import set_stage

TAKING_THE_KEY: Final = sorted(
    route for route in REQUESTS.keys() - WITHOUT_ONCE.keys() if route.startswith("POST /api/")
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def scene(
    app: FastAPI, settings: Settings, app_db: Database, jobs_db: Database, owner: asyncpg.Connection
) -> AsyncIterator[Scene]:
    stage = await set_stage(settings, app_db, men=40)
    scene = await set_scene(app, settings, app_db, jobs_db, owner, stage)
    async with scene.client:
        yield scene


@pytest.mark.parametrize("route", TAKING_THE_KEY)
async def test_a_repetition_gets_the_first_answer_and_has_no_effect(scene: Scene, route: str) -> None:
    call = await REQUESTS[route](scene)
    call = replace(call, headers={**call.headers, "Idempotency-Key": str(new_id())})
    first = await call.send(scene.client, "POST")
    assert 200 <= first.status_code < 300, first.text
    assert REPLAYED_HEADER not in first.headers
    after = await world(scene.sql)
    again = await call.send(scene.client, "POST")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers[REPLAYED_HEADER] == "true"
    assert (await world(scene.sql)).changed_since(after) == set()
