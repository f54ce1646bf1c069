"""A database that was away for a moment: pools notice before a request does."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from dispatch.kit.db import TRUSTED_IDLE_S, open_engine
from dispatch.kit.uow import Database
from dispatch.local.throwaway import TestCluster
from dispatch.settings import Settings

SIZE = 8
REQUESTS = 20
ACTOR = "system:test"

Request = Callable[[Database], Awaitable[int]]


async def _unit_of_work(database: Database) -> int:
    async with database.begin(None, ACTOR) as uow:
        await asyncio.sleep(0.02)
        return int(await uow.fetchval("SELECT 1"))


async def _webhook(database: Database) -> int:
    return int(await database.autocommit("SELECT $1::int", [1]))


def _open(settings: Settings) -> Database:
    place = settings.database
    return Database(open_engine(place.url(place.app), size=SIZE, name="test-restarts"))


async def _use_every_connection(database: Database) -> None:
    await asyncio.gather(*(_unit_of_work(database) for _ in range(SIZE)))


@pytest.mark.parametrize("request_once", [_unit_of_work, _webhook])
@pytest.mark.parametrize("noticed", [True, False])
async def test_every_request_after_a_restart_succeeds(
    cluster: TestCluster,
    settings: Settings,
    request_once: Request,
    noticed: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    async with _open(settings) as database:
        await _use_every_connection(database)
        cluster.restart_postgres()
        if noticed:
            await asyncio.sleep(0.05)  # the loop hears of the closed sockets
        one_by_one = [await request_once(database) for _ in range(REQUESTS)]
    assert one_by_one == [1] * REQUESTS


async def test_requests_side_by_side_after_a_restart_succeed(cluster: TestCluster, settings: Settings) -> None:
    async with _open(settings) as database:
        await _use_every_connection(database)
        cluster.restart_postgres()
        calls = [_webhook(database) if n % 2 else _unit_of_work(database) for n in range(REQUESTS)]
        assert await asyncio.gather(*calls) == [1] * REQUESTS


async def test_a_busy_pool_asks_nothing_and_an_idle_one_once(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    execute = asyncpg.Connection.execute

    async def count(self: asyncpg.Connection, query: str, *args: object, **more: float) -> str:
        asked.append(query)
        return str(await execute(self, query, *args, **more))

    monkeypatch.setattr(asyncpg.Connection, "execute", count)
    async with _open(settings) as database:
        for _ in range(3):
            await _webhook(database)
        assert "SELECT" not in asked
        await asyncio.sleep(TRUSTED_IDLE_S * 1.5)
        await _webhook(database)
        assert asked.count("SELECT") == 1
