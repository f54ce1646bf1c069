from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import asyncpg
import pytest_asyncio

from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.tenancy.policy import Calendar, QuietHours
from dispatch.tenancy.service import write_policy
from tests.factories.stage import Stage, open_questions, place, run_lane, say, set_stage, tomorrow


@pytest_asyncio.fixture(loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db)


async def fill(owner: asyncpg.Connection, order_id: object) -> dict[str, object]:
    row = await owner.fetchrow(
        "SELECT primary_count, reserve_count, standby_count, status, cover FROM shifts WHERE order_id = $1", order_id
    )
    return dict(row)


async def test_ten_asked_for_fifteen_invited_by_one_text_each(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    order = await place(jobs_db, stage, 10)
    assert await run_lane(jobs_db) > 0
    assert await owner.fetchval("SELECT target FROM waves WHERE shift_id = $1", order.shifts[0].id) == 15
    rows = await owner.fetch("SELECT body, class, segments FROM messages WHERE shift_id = $1", order.shifts[0].id)
    assert len(rows) == 15
    assert {row["class"] for row in rows} == {"O"}
    assert {row["segments"] for row in rows} == {1}, rows[0]["body"]
    assert await run_lane(jobs_db) == 0, "a second look starts no second wave"


async def test_yeses_fill_primary_then_reserve_then_standby_then_thanks(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    order = await place(jobs_db, stage, 10, tomorrow(days=2))
    await run_lane(jobs_db)
    asked = await open_questions(jobs_db, stage, "offer")
    asked = [q for q in asked if q.shift_id == order.shifts[0].id]
    outcomes = [await say(jobs_db, question, "да") for question in asked]
    await run_lane(jobs_db)
    assert outcomes == ["accepted_primary"] * 10 + ["accepted_reserve"] * 3 + ["accepted_standby"] * 2
    assert await fill(owner, order.id) == {
        "primary_count": 10,
        "reserve_count": 3,
        "standby_count": 2,
        "status": "covered",
        "cover": 13,
    }
    assert await say(jobs_db, asked[0], "да") == "accepted_primary", "the same yes again changes nothing"
    assert (await fill(owner, order.id))["primary_count"] == 10


async def test_a_cancel_promotes_a_reserve_and_marks_by_notice(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    order = await place(jobs_db, stage, 2, tomorrow(days=3))
    await run_lane(jobs_db)
    asked = [q for q in await open_questions(jobs_db, stage, "offer") if q.shift_id == order.shifts[0].id]
    for question in asked:
        await say(jobs_db, question, "да")
    await run_lane(jobs_db)
    seats = [q for q in await open_questions(jobs_db, stage, "seat") if q.shift_id == order.shifts[0].id]
    before = await fill(owner, order.id)
    assert await say(jobs_db, seats[0], "не приду", "booked") == "cancelled"
    after = await fill(owner, order.id)
    assert after["primary_count"] == 2
    assert after["reserve_count"] == before["reserve_count"] - 1
    kinds = await owner.fetch("SELECT kind FROM marks WHERE shift_id = $1", order.shifts[0].id)
    assert [row["kind"] for row in kinds] == ["cancel_ahead"]
    assert await say(jobs_db, seats[0], "вернуть", "none") == "restored"
    assert (await fill(owner, order.id))["reserve_count"] == before["reserve_count"]


async def test_a_block_is_one_offer_for_all_its_days(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    order = await place(jobs_db, stage, 2, tomorrow(days=5), tomorrow(days=6), tomorrow(days=7))
    await run_lane(jobs_db)
    texts = await owner.fetchval("SELECT count(*) FROM messages WHERE shift_id = $1", order.shifts[0].id)
    invitations = await owner.fetchval(
        "SELECT count(*) FROM invitations WHERE shift_id = ANY ($1)", [shift.id for shift in order.shifts]
    )
    assert (texts, invitations) == (3, 9)
    asked = [q for q in await open_questions(jobs_db, stage, "offer") if q.shift_id == order.shifts[0].id]
    assert await say(jobs_db, asked[0], "да") == "accepted_primary"
    held = await owner.fetchval("SELECT count(*) FROM seats WHERE worker_id = $1 AND live", asked[0].worker_id)
    assert held == 3


async def test_a_wave_that_waits_for_the_morning_says_so_once(
    jobs_db: Database, settings: Settings, app_db: Database, owner: asyncpg.Connection
) -> None:
    asleep = await set_stage(settings, app_db, men=10)
    now = datetime.now(ZoneInfo("Europe/Moscow"))
    quiet = QuietHours(start=(now - timedelta(hours=1)).time(), end=(now + timedelta(hours=9)).time())
    async with app_db.begin(asleep.franchise_id, "system:test") as uow:
        await write_policy(uow, "calendar", Calendar(quiet=quiet), "it is night")
    order = await place(jobs_db, asleep, 2, tomorrow(days=3))
    for _ in range(2):
        await run_lane(jobs_db)
        await owner.execute("UPDATE outbox SET due_at = now() WHERE kind = 'staffing.wave_due' AND state = 'pending'")
    rows = await owner.fetch("SELECT kind, detail FROM timeline WHERE shift_id = $1", order.shifts[0].id)
    waits = [row["detail"] for row in rows if row["kind"] == "wave_waits"]
    assert len(waits) == 1
    assert "quiet hours" in waits[0]
    assert "wave_started" not in {row["kind"] for row in rows}
