"""A large order while processes die the hard way: it ends covered, nothing is doubled, nothing is lost.

Thirty men, each process killed once; with `--full` a hundred and fifty, and three times.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from dispatch.audit import run_audit
from dispatch.kit.db import open_engine
from dispatch.kit.uow import Database
from dispatch.local.migrate import migrate
from dispatch.local.throwaway import TestCluster
from dispatch.settings import Settings
from dispatch.tenancy.policy import Pace, WaveStep
from dispatch.tenancy.service import write_policy
from tests.factories.stage import Stage, place, set_stage, tomorrow
from tests.reliability.system import System

PATIENCE_S = 150.0
_TEMPLATE = "template_migrated"
_NOT_DISPOSED_OF = """
SELECT count(*) FROM inbound_messages i LEFT JOIN dispositions d ON d.inbound_id = i.id WHERE d.inbound_id IS NULL
"""

QUICK = Pace(
    waves=(WaveStep(lead=timedelta(0), interval=timedelta(seconds=8)),),
    min_window=timedelta(seconds=3),
    window_share=Decimal("0.5"),
)


@dataclass(frozen=True)
class Product:
    """The product running."""

    system: System
    settings: Settings


@dataclass(frozen=True)
class Run:
    """The product running, and what is asked of it."""

    system: System
    settings: Settings
    stage: Stage
    headcount: int
    times: int


@pytest.fixture(scope="module")
def durable() -> Iterator[TestCluster]:
    """Servers that keep what they acknowledged, as in production."""
    with TestCluster(durable=True) as servers:
        servers.create_database(_TEMPLATE)
        migrate(servers.settings(_TEMPLATE))
        yield servers


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def product(
    durable: TestCluster, tmp_path_factory: pytest.TempPathFactory, *, full: bool
) -> AsyncIterator[Product]:
    name = "kills"
    durable.create_database(name, template=_TEMPLATE)
    system = System(
        durable,
        name,
        tmp_path_factory.mktemp(name),
        people={"silent": 0.1, "no": 0.1, "question": 0.0, "hedge": 0.0},
        time_scale=0.003,
        environment={} if full else {"DISPATCH_JOBS__LEASE_S": "8"},
    )
    async with system:
        yield Product(system, durable.settings(name))
    durable.drop_database(name)


@pytest_asyncio.fixture(loop_scope="session")
async def running(product: Product, *, full: bool) -> Run:
    """A franchise of its own for each test; the processes are those that lived through the test before."""
    settings, place_ = product.settings, product.settings.database
    async with Database(open_engine(place_.url(place_.app), size=4, name="stage")) as database:
        stage = await set_stage(settings, database, men=700 if full else 160)
        async with database.begin(stage.franchise_id, "system:test") as uow:
            await write_policy(uow, "pace", QUICK, "a quick test")
    owner = await connect(settings)
    account = await owner.fetchrow("SELECT sid, secret, number FROM sms_accounts WHERE id = $1", stage.account_id)
    await owner.close()
    await product.system.register_account(account["sid"], account["secret"], account["number"])
    return Run(product.system, settings, stage, headcount=150 if full else 30, times=3 if full else 1)


async def connect(settings: Settings) -> asyncpg.Connection:
    at = settings.database
    while True:
        try:
            return await asyncpg.connect(
                host=at.host, port=at.port, database=at.name, user=at.owner.user,
                password=at.owner.password.get_secret_value(),
            )  # fmt: skip
        except (OSError, asyncpg.PostgresError):
            await asyncio.sleep(0.1)


async def value(settings: Settings, sql: str, *args: object) -> object:
    connection = await connect(settings)
    try:
        return await connection.fetchval(sql, *args)
    finally:
        await connection.close()


async def until(settings: Settings, what: str, sql: str, *args: object) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not await value(settings, sql, *args):
        assert time.monotonic() < deadline, f"not within {PATIENCE_S:.0f} s: {what}"
        await asyncio.sleep(0.2)


async def order_and_disturb(run: Run, disturb: Callable[[], Awaitable[None]]) -> UUID:
    """Place the order, disturb when a third of the seats is taken, and wait until the shift is covered."""
    settings = run.settings
    at = settings.database
    async with Database(open_engine(at.url(at.app), size=2, name="place")) as database:
        order = await place(database, run.stage, run.headcount, tomorrow(days=2))
    shift_id = order.shifts[0].id
    await until(settings, "a third seated", "SELECT primary_count * 3 >= headcount FROM shifts WHERE id = $1", shift_id)
    await disturb()
    await until(settings, "covered", "SELECT status = 'covered' FROM shifts WHERE id = $1", shift_id)
    quiet = """SELECT NOT EXISTS (SELECT FROM inbound_messages WHERE disposed_at IS NULL)
               AND NOT EXISTS (SELECT FROM messages WHERE status IN ('queued', 'sending', 'unknown'))
               AND NOT EXISTS (SELECT FROM outbox WHERE state = 'pending' AND due_at <= clock.now())"""
    await until(settings, "everything handled", quiet)
    return shift_id


async def nothing_doubled_or_lost(run: Run, shift_id: UUID) -> None:
    settings = run.settings
    await asyncio.sleep(1)
    lines = run.system.journal_lines()
    sent = Counter(line["ref"] for line in lines if line["what"] == "accepted")
    assert sent, "the carrier took texts"
    assert [ref for ref, times in sent.items() if times > 1] == []
    owner = await connect(settings)
    kept = {row["gateway_id"] for row in await owner.fetch("SELECT gateway_id FROM inbound_messages")}
    acknowledged = {line["sid"] for line in lines if line["what"] == "acknowledged" and line["event"] == "inbound"}
    assert acknowledged
    assert acknowledged <= kept
    # A text that came since everything was handled is handled soon; one that was lost never is.
    deadline = time.monotonic() + PATIENCE_S
    while await owner.fetchval(_NOT_DISPOSED_OF) > 0:
        assert time.monotonic() < deadline, "a text that was taken was never disposed of"
        await asyncio.sleep(0.5)
    shift = await owner.fetchrow("SELECT * FROM shifts WHERE id = $1", shift_id)
    live = Counter(
        row["kind"] for row in await owner.fetch("SELECT kind FROM seats WHERE live AND shift_id = $1", shift_id)
    )
    assert (shift["primary_count"], shift["reserve_count"], shift["standby_count"]) == (
        live["primary"], live["reserve"], live["standby"],
    )  # fmt: skip
    assert live["primary"] == run.headcount
    assert await owner.fetchval("SELECT count(*) FROM outbox WHERE state = 'dead'") == 0
    assert await run_audit(owner) == []
    await owner.close()


async def test_kill_the_api(running: Run) -> None:
    system = running.system

    async def disturb() -> None:
        for _ in range(running.times):
            system.api.kill()
            await asyncio.sleep(0.5)
            system.api.start()
            await system.until_healthy()

    await nothing_doubled_or_lost(running, await order_and_disturb(running, disturb))


async def test_kill_the_worker(running: Run) -> None:
    system = running.system

    async def disturb() -> None:
        for _ in range(running.times):
            system.worker.kill()
            await asyncio.sleep(0.3)
            system.worker.start()
            await asyncio.sleep(2)

    await nothing_doubled_or_lost(running, await order_and_disturb(running, disturb))


async def test_kill_postgres(running: Run) -> None:
    system = running.system

    async def disturb() -> None:
        system.cluster.kill_postgres()
        await asyncio.sleep(1)
        await asyncio.to_thread(system.cluster.postgres.start)
        await system.until_healthy()

    await nothing_doubled_or_lost(running, await order_and_disturb(running, disturb))
    assert system.worker.child is not None
    assert system.worker.child.poll() is None, "the worker lives through a restart of the database"


async def test_flush_and_restart_redis(running: Run) -> None:
    system = running.system

    async def disturb() -> None:
        redis = Redis.from_url(running.settings.redis_url)
        await redis.flushall()
        await redis.aclose()
        await asyncio.sleep(1)
        await asyncio.to_thread(system.cluster.restart_redis)

    await nothing_doubled_or_lost(running, await order_and_disturb(running, disturb))
    assert system.worker.child is not None
    assert system.worker.child.poll() is None, "the worker lives through a restart of Redis"
