"""The console over HTTP, as a browser asks for it."""

from collections.abc import AsyncIterator

import asyncpg
import pytest_asyncio
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from dispatch.access.roles import Role
from dispatch.api.deps import SESSION_COOKIE
from dispatch.app import create_app
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from tests.factories.access import make_session, make_user
from tests.factories.counter import Counter
from tests.factories.crew import LIMIT, let_pass, start
from tests.factories.shift_desk import Desk
from tests.factories.stage import Stage, place, run_lane, set_stage, tomorrow

OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    served = create_app(settings)
    async with served.router.lifespan_context(served):
        yield served


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=60)


@pytest_asyncio.fixture(loop_scope="session")
async def stranger(app: FastAPI) -> AsyncIterator[AsyncClient]:
    """Somebody's browser, not signed in, whose user speaks English."""
    transport = ASGITransport(app, raise_app_exceptions=False)
    headers = {"Accept-Language": "en"} | OURS
    async with AsyncClient(transport=transport, base_url="http://testserver", headers=headers) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def dispatcher(stranger: AsyncClient, app_db: Database, stage: Stage) -> AsyncClient:
    """The same browser, signed in as a dispatcher of the stage."""
    user = await make_user(app_db, stage.franchise_id, Role.DISPATCHER)
    stranger.cookies.set(SESSION_COOKIE, await make_session(app_db, user))
    return stranger


@pytest_asyncio.fixture(loop_scope="session")
async def counter(dispatcher: AsyncClient, stage: Stage) -> Counter:
    """The same browser, with the forms of orders at hand."""
    return await Counter.of(dispatcher, stage)


@pytest_asyncio.fixture(loop_scope="session")
async def desk(dispatcher: AsyncClient, jobs_db: Database, stage: Stage) -> Desk:
    """A dispatcher's browser on a shift of two, its first wave on the way."""
    shift_id = (await place(jobs_db, stage, 2, tomorrow())).shifts[0].id
    await run_lane(jobs_db)
    return await Desk.at(dispatcher, jobs_db, stage, shift_id)


@pytest_asyncio.fixture(loop_scope="session")
async def running(desk: Desk, owner: asyncpg.Connection) -> Desk:
    """The same shift after its start, one man seated and not seen."""
    await desk.seat()
    await start(desk.database, owner, desk.shift_id)
    await let_pass(owner, desk.shift_id, LIMIT)
    return desk
