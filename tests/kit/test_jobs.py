"""Hints through Redis: they are heard again after every loss of it."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from arq.worker import Worker
from redis.asyncio import Redis

from dispatch.kit import jobs
from dispatch.kit.jobs import Lanes, WakeUps, listen
from dispatch.local.throwaway import TestCluster
from dispatch.settings import Settings


class Heard:
    """A lane whose drain counts how often it ran."""

    def __init__(self) -> None:
        self.ran = asyncio.Event()
        self.lanes = Lanes({"staffing": self._drain})

    async def _drain(self) -> int:
        self.ran.set()
        return 0


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest_asyncio.fixture(loop_scope="session")
async def wake_up(settings: Settings) -> AsyncIterator[WakeUps]:
    hints = WakeUps(settings.redis_url)
    yield hints
    await hints.close()


async def until_heard(heard: Heard, wake_up: WakeUps) -> None:
    heard.ran.clear()
    async with asyncio.timeout(15):
        while not heard.ran.is_set():
            wake_up(frozenset({"staffing"}))
            await asyncio.sleep(0.05)


async def end(task: "asyncio.Task[None]") -> None:
    assert not task.done(), "it listens until it is cancelled"
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_hints_are_heard_again_after_a_restart_of_redis(
    cluster: TestCluster, settings: Settings, heard: Heard, wake_up: WakeUps
) -> None:
    task = asyncio.create_task(listen(heard.lanes, settings.redis_url))
    await until_heard(heard, wake_up)
    await asyncio.to_thread(cluster.restart_redis)
    await until_heard(heard, wake_up)
    await end(task)


async def test_a_job_under_way_when_redis_goes_does_not_end_the_listener(
    cluster: TestCluster, settings: Settings, heard: Heard, wake_up: WakeUps, monkeypatch: pytest.MonkeyPatch
) -> None:
    workers: list[Worker] = []

    class Busy(Worker):
        async def main(self) -> None:
            self.tasks["slow"] = asyncio.create_task(asyncio.sleep(3600))
            workers.append(self)
            await super().main()

    monkeypatch.setattr(jobs, "Worker", Busy)
    task = asyncio.create_task(listen(heard.lanes, settings.redis_url))
    await until_heard(heard, wake_up)
    async with asyncio.timeout(45):
        while len(workers) < 2:  # a restart between two looks at the queue goes unnoticed
            await asyncio.to_thread(cluster.restart_redis)
            await asyncio.sleep(1.5)
            assert not task.done()
    await until_heard(heard, wake_up)
    await end(task)


async def test_whatever_ends_the_listener_starts_it_anew(
    settings: Settings, heard: Heard, wake_up: WakeUps, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FailsOnce(Worker):
        failed = False

        async def main(self) -> None:
            if not FailsOnce.failed:
                FailsOnce.failed = True
                raise LookupError("whatever")
            await super().main()

    monkeypatch.setattr(jobs, "Worker", FailsOnce)
    task = asyncio.create_task(listen(heard.lanes, settings.redis_url))
    await until_heard(heard, wake_up)
    await end(task)


async def test_a_burst_of_first_hints_leaves_no_connection_behind(settings: Settings) -> None:
    async with Redis.from_url(settings.redis_url) as redis:
        before = len(await redis.client_list())
        hints = WakeUps(settings.redis_url)
        for _ in range(20):
            hints(frozenset({"staffing"}))
        await hints.close()
        async with asyncio.timeout(5):
            while len(await redis.client_list()) > before:  # noqa: ASYNC110 - Redis tells nobody who left
                await asyncio.sleep(0.02)
