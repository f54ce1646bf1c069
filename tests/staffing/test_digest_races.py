"""Two waves, a sender and a dispatcher at the same moment: every offer is told once, and nobody waits in a ring."""

import asyncio
import re
from uuid import UUID

import asyncpg
import pytest_asyncio

from dispatch.kit.uow import Database
from dispatch.orders.place import PlacedOrder
from dispatch.settings import Settings
from dispatch.staffing.cancel import CancelOrder, cancel_order
from dispatch.staffing.waves import consider_orders
from tests.factories.desk import another_day
from tests.factories.digests import due, settle_texts
from tests.factories.stage import Stage, place, run_lane, set_stage

ROUNDS = 50


@pytest_asyncio.fixture(loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=6)


async def wave(database: Database, stage: Stage, order: PlacedOrder) -> None:
    async with database.begin(stage.franchise_id, "system:test") as uow:
        await consider_orders(uow, [order.id])


async def cancel(database: Database, stage: Stage, order: PlacedOrder, after_s: float) -> None:
    await asyncio.sleep(after_s)
    async with database.begin(stage.franchise_id, "staff:test") as uow:
        await cancel_order(uow, order.id, CancelOrder(reason="no goods"))


async def send(database: Database, stage: Stage, sent: list[str], times: int) -> None:
    for _ in range(times):
        texts = await due(database, stage.account_id)
        sent += [text.body for text in texts]
        await settle_texts(database, texts)
        await asyncio.sleep(0.003)


async def clear(owner: asyncpg.Connection, stage: Stage) -> None:
    """End a round: nobody is asked for anything any more, and everybody has his whole budget."""
    await owner.execute("DELETE FROM contact_days")
    await owner.execute("UPDATE questions SET status = 'closed' WHERE status = 'open'")
    await owner.execute("UPDATE invitations SET status = 'withdrawn' WHERE status IN ('queued', 'sent')")
    await owner.execute("UPDATE outbox SET state = 'done' WHERE franchise_id = $1", stage.franchise_id)


async def codes_of(owner: asyncpg.Connection, order: PlacedOrder) -> dict[UUID, int]:
    rows = await owner.fetch(
        """SELECT i.id, q.code FROM invitations i JOIN questions q ON q.id = i.question_id WHERE i.shift_id = $1""",
        order.shifts[0].id,
    )
    return {row["id"]: row["code"] for row in rows}


async def deadlocks(owner: asyncpg.Connection) -> int:
    await asyncio.sleep(1.2)
    await owner.execute("SELECT pg_stat_clear_snapshot()")
    return int(await owner.fetchval("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))


async def test_two_waves_and_a_sender_tell_every_offer_once(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    before, together = await deadlocks(owner), 0
    for n in range(ROUNDS):
        one, other, third = [await place(jobs_db, stage, 2, another_day()) for _ in range(3)]
        await wave(jobs_db, stage, third)
        sent: list[str] = []
        racers = [wave(jobs_db, stage, one), wave(jobs_db, stage, other), send(jobs_db, stage, sent, 1 + n % 4)]
        if n % 2:
            racers.append(cancel(jobs_db, stage, third, n / 5000))
        await asyncio.gather(*racers)
        await send(jobs_db, stage, sent, 2)
        # The same codes are given to different men: count how often each was told, and to how many it was given.
        codes = [code for order in (one, other) for code in (await codes_of(owner, order)).values()]
        ended = list((await codes_of(owner, third)).values())
        assert codes
        told = [int(code) for body in sent for code in re.findall(r"(?:(?<=^)|(?<=; )|(?<=Код ))(\d{2,3}): ", body)]
        for code in set(codes) - set(ended):
            assert told.count(code) == codes.count(code), (n, code, sent)
        for code in set(ended) - set(codes):
            assert told.count(code) <= ended.count(code), (n, code, sent)
            assert n % 2 or told.count(code) == ended.count(code), (n, code, sent)
        statuses = await owner.fetch(
            "SELECT DISTINCT status FROM messages WHERE franchise_id = $1 AND template LIKE 'offer%'",
            stage.franchise_id,
        )
        assert {row["status"] for row in statuses} <= {"sent", "suppressed"}, n
        together += sum(body.count("; ") > 0 for body in sent)
        await run_lane(jobs_db)
        await clear(owner, stage)
    assert together, "some of them left together"
    assert await deadlocks(owner) == before
