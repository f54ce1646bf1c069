"""Many screens look on while the API is restarted: it stops soon, all come back, and none misses a change.

Sixty screens; with `--full` five hundred.
"""

import asyncio
import random
import re
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from dispatch.access.roles import Role
from dispatch.kit.db import open_engine
from dispatch.kit.uow import Database
from dispatch.local.throwaway import TestCluster
from dispatch.orders.commands import AskedShift
from tests.factories.access import make_session, make_user
from tests.factories.stage import place, set_stage
from tests.reliability.system import System

pytestmark = pytest.mark.timed

STOPS_WITHIN_S, PATIENCE_S = 5.0, 120.0


@dataclass
class Screen:
    """A browser on the board: follows the stream, reads the shift anew whenever it is told to."""

    client: httpx.AsyncClient
    shift_id: UUID
    version: int = 0
    hellos: int = 0
    news: int = 0

    async def follow(self) -> None:
        while True:
            try:
                async with self.client.stream("GET", "/live") as answer:
                    async for line in answer.aiter_lines():
                        await self._hear(line)
            except httpx.HTTPError:
                pass
            await asyncio.sleep(random.uniform(0.2, 1.0))

    async def _hear(self, line: str) -> None:
        if '"what": "hello"' in line:
            self.hellos += 1
            await self._read()
        elif str(self.shift_id) in line:
            self.news += 1
            await self._read()

    async def _read(self) -> None:
        answer = await self.client.get("/board/cards", params={"shift": str(self.shift_id)})
        while answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:  # busy: still wanted, as on the board
            await asyncio.sleep(random.uniform(1, 3))
            answer = await self.client.get("/board/cards", params={"shift": str(self.shift_id)})
        found = re.search(r'data-version="(\d+)"', answer.text)
        assert found is not None, answer.status_code
        self.version = int(found[1])


@dataclass(frozen=True)
class Watched:
    """The product running, one shift on the board, and those who look at it."""

    system: System
    database: Database
    franchise_id: UUID
    shift_id: UUID
    screens: Sequence[Screen]

    async def change(self) -> int:
        """Change the shift behind the API's back and return its new version."""
        async with self.database.begin(self.franchise_id, "system:test") as uow:
            version: int = await uow.fetchval(
                """UPDATE shifts SET paused_at = CASE WHEN paused_at IS NULL THEN now() END, version = version + 1
                   WHERE id = $1 RETURNING version""",
                self.shift_id,
            )
        return version

    async def all_show(self, version: int) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while behind := [screen for screen in self.screens if screen.version < version]:
            assert time.monotonic() < deadline, f"{len(behind)} of {len(self.screens)} screens never showed it"
            await asyncio.sleep(0.05)


@pytest_asyncio.fixture(loop_scope="session")
async def watched(cluster: TestCluster, migrated: str, tmp_path: Path, *, full: bool) -> AsyncIterator[Watched]:
    name = f"streams_{tmp_path.name.replace('-', '_')[:40].lower()}"
    cluster.create_database(name, template=migrated)
    settings = cluster.settings(name)
    at = settings.database
    async with (
        Database(open_engine(at.url(at.app), size=4, name="stage")) as database,
        System(cluster, name, tmp_path) as system,
        httpx.AsyncClient(base_url=system.api_url, timeout=60, limits=httpx.Limits(max_connections=None)) as client,
    ):
        stage = await set_stage(settings, database, men=0)
        start = datetime.now(UTC) + timedelta(minutes=5)
        asked = AskedShift(starts_at=start, ends_at=start + timedelta(hours=4))
        shift_id = (await place(database, stage, 1, asked)).shifts[0].id
        user = await make_user(database, stage.franchise_id, Role.DISPATCHER)
        token = await make_session(database, user)
        client.cookies.set("dispatch_session", token)
        screens = [Screen(client, shift_id) for _ in range(500 if full else 60)]
        following = [asyncio.create_task(screen.follow()) for screen in screens]
        yield Watched(system, database, stage.franchise_id, shift_id, screens)
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
    cluster.drop_database(name)


async def test_all_come_back_after_a_restart_and_none_misses_a_change(
    watched: Watched, figure: Callable[[str], None]
) -> None:
    await watched.all_show(1)
    await watched.all_show(await watched.change())
    # One whose stream broke meanwhile learns it from the greeting of its next.
    assert all(screen.news > 0 or screen.hellos > 1 for screen in watched.screens)
    assert sum(screen.news > 0 for screen in watched.screens) > len(watched.screens) / 2

    began = time.monotonic()
    assert watched.system.api.child is not None
    watched.system.api.child.terminate()
    await asyncio.to_thread(watched.system.api.child.wait, 30)
    stopped_after = time.monotonic() - began
    assert stopped_after < STOPS_WITHIN_S
    while_away = await watched.change()
    greeted = [screen.hellos for screen in watched.screens]
    watched.system.api.start()
    began = time.monotonic()
    await watched.all_show(while_away)
    figure(
        f"streams: {len(watched.screens)} screens; the API stopped after {stopped_after:.1f} s, and "
        f"{time.monotonic() - began:.1f} s after its start every one showed what it had missed"
    )
    assert all(now.hellos > before for now, before in zip(watched.screens, greeted, strict=True))

    await watched.all_show(await watched.change())
