"""arq behind one file: Redis carries wake-ups for `drain(lane)`, PostgreSQL carries the work.

A job has a lane and nothing else. Redis lost, flushed or restarted changes latency only: every lane is also swept each
second from the database, and the arq worker is restarted for as long as this process lives.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, cast

import structlog
from arq.connections import ArqRedis
from arq.typing import WorkerCoroutine
from arq.worker import Worker, func
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from dispatch.kit.outbox import Handlers, Job, LeaseLost, claim, fail, handle
from dispatch.kit.uow import Database, sqlstate

log = structlog.get_logger(__name__)

Drain = Callable[[], Awaitable[int]]
_QUEUE = "dispatch:drains"
_SETTLED_S = 10.0
"""A worker that ran for so long had its Redis: the next loss is a new one, and is met with short pauses again."""
_TRANSIENT = {"40P01", "40001", "55P03"}


class WakeUps:
    """Hints to other processes that a lane has work. Losing one costs at most a sweep interval.

    A lane already hinted and not yet picked up is not hinted again, so a burst of commits is one job.
    """

    def __init__(self, redis_url: str) -> None:
        self._redis = _redis(redis_url, patience_s=1)
        self._tasks: set[asyncio.Task[None]] = set()

    def __call__(self, lanes: frozenset[str]) -> None:
        """Send the hints in the background; never raises, never waits."""
        task = asyncio.create_task(self._send(lanes))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, lanes: Iterable[str]) -> None:
        try:
            for lane in lanes:
                await self._redis.enqueue_job("drain", lane, _job_id=f"drain:{lane}")
        except (TimeoutError, RedisError, OSError) as error:
            log.info("wake_up_lost", error=type(error).__name__)

    async def close(self) -> None:
        """Let hints under way finish, then close."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=1)
        await _disconnect(self._redis)


class OutboxDrain:
    """Empties one outbox lane: claims a batch, runs the handlers side by side, notes failures.

    Args:
        database: a pool of the job role.
        lane: the lane.
        handlers: kind -> handler, for all lanes.
        on_dead: told of a row given up after `max_attempts`, to raise an alarm.
    """

    def __init__(
        self,
        database: Database,
        lane: str,
        handlers: Handlers,
        *,
        width: int = 4,
        lease_s: float = 30.0,
        max_attempts: int = 8,
        on_dead: Callable[[Job, BaseException], Awaitable[None]],
    ) -> None:
        self._database = database
        self._lane = lane
        self._handlers = handlers
        self._width = width
        self._lease_s = lease_s
        self._max_attempts = max_attempts
        self._on_dead = on_dead

    async def __call__(self) -> int:
        """Drain until nothing is due; return how many rows were handled."""
        total = 0
        while jobs := await claim(self._database, self._lane, limit=self._width * 2, lease_s=self._lease_s):
            gate = asyncio.Semaphore(self._width)
            await asyncio.gather(*(self._one(job, gate) for job in jobs))
            total += len(jobs)
        return total

    async def _one(self, job: Job, gate: asyncio.Semaphore) -> None:
        async with gate:
            try:
                async with asyncio.timeout(self._lease_s * 0.8):
                    await handle(self._database, job, self._handlers)
            except LeaseLost:
                log.info("lease_lost", kind=job.kind, job_id=str(job.id), attempt=job.attempt)
            except Exception as error:
                if sqlstate(error) not in _TRANSIENT:
                    log.exception("handler_failed", kind=job.kind, job_id=str(job.id), attempt=job.attempt)
                if await fail(self._database, job, error, max_attempts=self._max_attempts):
                    await self._on_dead(job, error)


class Lanes:
    """Runs each lane's drain at most once at a time in this process; a call during a run asks for one more run."""

    def __init__(self, drains: Mapping[str, Drain]) -> None:
        self._drains = drains
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()

    @property
    def names(self) -> list[str]:
        """The lanes, in the order they are swept."""
        return list(self._drains)

    def start(self, lane: str) -> asyncio.Task[None]:
        """Start a drain, or mark the running one to look once more; return the task that covers this call."""
        running = self._running.get(lane)
        if running is not None and not running.done():
            self._again.add(lane)
            return running
        task = asyncio.create_task(self._run(lane), name=f"drain-{lane}")
        self._running[lane] = task
        return task

    async def _run(self, lane: str) -> None:
        while True:
            self._again.discard(lane)
            try:
                await self._drains[lane]()
            except Exception:
                log.exception("drain_failed", lane=lane)
                return
            if lane not in self._again:
                return

    async def stop(self, patience_s: float) -> None:
        """Give running drains a moment to finish their transactions, then cancel them."""
        tasks = [task for task in self._running.values() if not task.done()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=patience_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


async def sweep(lanes: Lanes, every_s: float) -> None:
    """Start every lane's drain each `every_s` seconds for ever: the truth is in the database, hints may be lost."""
    while True:
        for lane in lanes.names:
            lanes.start(lane)
        await asyncio.sleep(every_s)


async def listen(lanes: Lanes, redis_url: str) -> None:
    """Run the arq worker until cancelled: start it anew, with growing pauses up to 5 s, whatever ended it."""
    pause = 0.2
    while True:
        began = time.monotonic()
        try:
            await _listen_once(lanes, redis_url)
        except (TimeoutError, RedisError, OSError) as error:
            log.warning("redis_gone", error=type(error).__name__, retry_in_s=pause)
        except Exception:
            log.exception("listening_failed", retry_in_s=pause)
        await asyncio.sleep(pause)
        pause = 0.2 if time.monotonic() - began > _SETTLED_S else min(5.0, pause * 2)


async def _listen_once(lanes: Lanes, redis_url: str) -> None:
    async def drain(_context: dict[Any, Any], lane: str) -> None:
        if lane in lanes.names:
            lanes.start(lane)

    redis = _redis(redis_url, patience_s=2)
    worker = Worker(
        functions=[func(cast("WorkerCoroutine", drain), name="drain", keep_result=0, timeout=10, max_tries=1)],
        redis_pool=redis,
        queue_name=_QUEUE,
        poll_delay=0.03,
        max_jobs=50,
        handle_signals=False,
        job_timeout=10,
        keep_result=0,
        health_check_interval=30,
    )
    try:
        await worker.async_run()
    finally:
        # Its own close() answers with the cancellation of a job that was under way, which would look like ours.
        for job in worker.tasks.values():
            job.cancel()
        await asyncio.gather(*worker.tasks.values(), return_exceptions=True)
        await _disconnect(redis)


def _redis(redis_url: str, *, patience_s: float) -> ArqRedis:
    """Connects when first used. arq's own factory tries a connection first, and leaves it open if the try fails."""
    pool = ConnectionPool.from_url(redis_url, socket_connect_timeout=patience_s)
    return ArqRedis(pool, default_queue_name=_QUEUE)


async def _disconnect(redis: ArqRedis) -> None:
    with contextlib.suppress(RedisError, OSError):
        await redis.connection_pool.disconnect(inuse_connections=True)
