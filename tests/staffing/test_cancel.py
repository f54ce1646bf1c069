"""The client cancels: everybody hears it, nobody is blamed, whoever was booked late is paid."""

from datetime import timedelta

import asyncpg
import pytest_asyncio

from dispatch.kit.uow import Database
from dispatch.orders.place import PlacedOrder
from dispatch.settings import Settings
from dispatch.staffing.cancel import CancelledOrder, CancelOrder, cancel_order
from tests.factories.desk import another_day, filled, question_about, questions, seats_on
from tests.factories.stage import Stage, place, run_lane, say, set_stage, until_start


@pytest_asyncio.fixture(loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=25)


async def cancel(database: Database, stage: Stage, order: PlacedOrder) -> CancelledOrder:
    async with database.begin(stage.franchise_id, "staff:test") as uow:
        return await cancel_order(uow, order.id, CancelOrder(reason="нет машины"))


async def receipts_due(owner: asyncpg.Connection, jobs_db: Database) -> None:
    await owner.execute("UPDATE outbox SET due_at = now() WHERE kind = 'staffing.cancel_receipt_due'")
    await run_lane(jobs_db)


async def unread(owner: asyncpg.Connection, shift_id: object) -> set[str]:
    rows = await owner.fetch("SELECT dedupe_key FROM alarms WHERE shift_id = $1 AND kind = 'cancel_unread'", shift_id)
    return {row["dedupe_key"].rsplit(":", 1)[-1] for row in rows}


async def test_open_offers_end_and_give_their_budget_back(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    order = await place(jobs_db, stage, 3, another_day())
    await run_lane(jobs_db)
    assert await owner.fetchval("SELECT sum(unanswered) FROM contact_days") >= 5
    await cancel(jobs_db, stage, order)
    statuses = await owner.fetch("SELECT DISTINCT status FROM invitations WHERE shift_id = $1", order.shifts[0].id)
    assert [row["status"] for row in statuses] == ["withdrawn"]
    spent = await owner.fetchval(
        "SELECT sum(unanswered + texts) FROM contact_days WHERE worker_id = ANY ($1)", list(stage.workers)
    )
    assert spent == 0, "texts that never left cost nobody anything"
    sent = await owner.fetch("SELECT DISTINCT status FROM messages WHERE shift_id = $1", order.shifts[0].id)
    assert [row["status"] for row in sent] == ["suppressed"]
    assert await run_lane(jobs_db) >= 0
    assert await owner.fetchval("SELECT count(*) FROM waves WHERE shift_id = $1", order.shifts[0].id) == 1


async def test_who_neither_read_nor_answered_is_rung(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    order = await filled(jobs_db, stage, 2)
    shift_id = order.shifts[0].id
    await cancel(jobs_db, stage, order)
    answered, delivered, silent = await seats_on(owner, shift_id)
    notice = await question_about(jobs_db, stage, "notice", answered["id"])
    assert await say(jobs_db, notice, "1", "notice") == "understood"
    await owner.execute(
        """UPDATE messages SET status = 'delivered' WHERE question_id IN
           (SELECT id FROM questions WHERE subject_id = $1 AND kind = 'notice')""",
        delivered["id"],
    )
    await receipts_due(owner, jobs_db)
    assert await unread(owner, shift_id) == {str(silent["id"])}


async def test_a_running_shift_can_be_cancelled_and_its_alarms_pass(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    order = await filled(jobs_db, stage, 2)
    shift_id = order.shifts[0].id
    await until_start(owner, shift_id, later=timedelta(minutes=31))
    await run_lane(jobs_db)
    words = await questions(jobs_db, stage, "seat", shift_id)
    assert await say(jobs_db, words[0], "на месте", "booked") == "arrived"
    standing = "SELECT count(*) FROM alarms WHERE shift_id = $1 AND kind = 'unaccounted' AND status <> 'resolved'"
    assert await owner.fetchval(standing, shift_id) == 2
    done = await cancel(jobs_db, stage, order)
    assert (done.told, done.call_out_minor) == (3, 3 * 20_000)
    assert await owner.fetchval(standing, shift_id) == 0
    ends = {row["status"] for row in await seats_on(owner, shift_id)}
    assert ends == {"turned_away_on_site", "cancelled_by_client"}
    assert (
        await owner.fetchval("SELECT count(*) FROM outbox WHERE subject_id = $1 AND state = 'pending'", shift_id) == 0
    )


async def test_a_second_cancel_pays_nobody_twice(jobs_db: Database, stage: Stage, owner: asyncpg.Connection) -> None:
    order = await filled(jobs_db, stage, 1)
    await until_start(owner, order.shifts[0].id, later=timedelta(hours=-3))
    first, second = await cancel(jobs_db, stage, order), await cancel(jobs_db, stage, order)
    assert (first.fee_minor > 0, second.fee_minor, second.call_out_minor) == (True, 0, 0)
    moved = await owner.fetchval("SELECT count(*) FROM transfers WHERE shift_id = $1", order.shifts[0].id)
    assert moved == 1 + first.told, "one fee, and call-out pay for each man"
