"""Whoever is fined is told by which word to contest it; what is taken back can no longer be contested."""

from datetime import timedelta

import asyncpg
import pytest_asyncio

from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.staffing.calls import CallResult, RecordCall, record_call_result
from tests.factories.desk import crew_of, filled, question_about, questions
from tests.factories.stage import Stage, run_lane, say, set_stage, until_start


@pytest_asyncio.fixture(loop_scope="session")
async def strict(settings: Settings, app_db: Database) -> Stage:
    """A franchise that fines lateness and cancels at the last minute."""
    return await set_stage(settings, app_db, men=12, preset="loaders-service")


async def fine_of(owner: asyncpg.Connection, seat_id: object) -> asyncpg.Record:
    return await owner.fetchrow("SELECT id, status, amount_minor, kind FROM fines WHERE seat_id = $1", seat_id)


async def texts(owner: asyncpg.Connection, shift_id: object, template: str) -> list[str]:
    rows = await owner.fetch("SELECT body FROM messages WHERE shift_id = $1 AND template = $2", shift_id, template)
    return [row["body"] for row in rows]


async def test_a_fine_for_lateness_is_told_and_can_be_contested(
    jobs_db: Database, strict: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await filled(jobs_db, strict, 1)).shifts[0].id
    seat = (await crew_of(owner, shift_id))[0]
    await until_start(owner, shift_id, later=timedelta(minutes=24, seconds=20))
    await run_lane(jobs_db)
    words = await question_about(jobs_db, strict, "seat", seat["id"])
    assert await say(jobs_db, words, "на месте", "booked") == "arrived"
    fine = await fine_of(owner, seat["id"])
    assert (fine["status"], fine["kind"], fine["amount_minor"]) == ("proposed", "late", 20_000)
    dispute = await question_about(jobs_db, strict, "fine", fine["id"])
    (told,) = await texts(owner, shift_id, "late_fined")
    assert "25 мин" in told
    assert f"СПОР {dispute.code}" in told
    assert await say(jobs_db, dispute, "спор", "booked") == "appealed"
    assert (await fine_of(owner, seat["id"]))["status"] == "appealed"


async def test_a_fine_for_a_late_cancel_is_told_and_goes_with_the_cancel(
    jobs_db: Database, strict: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await filled(jobs_db, strict, 1)).shifts[0].id
    seat = (await crew_of(owner, shift_id))[0]
    await until_start(owner, shift_id, later=timedelta(minutes=-40))
    words = await question_about(jobs_db, strict, "seat", seat["id"])
    for _ in range(2):
        assert await say(jobs_db, words, "не приду", "booked") == "cancelled"
        fine = await owner.fetchrow("SELECT id, kind FROM fines WHERE seat_id = $1 AND status = 'proposed'", seat["id"])
        assert fine["kind"] == "cancel_last_minute"
        dispute = await question_about(jobs_db, strict, "fine", fine["id"])
        assert any(f"СПОР {dispute.code}" in told for told in await texts(owner, shift_id, "cancel_confirmed"))
        assert await say(jobs_db, words, "вернуть", "none") == "restored"
        assert await owner.fetchval("SELECT status FROM fines WHERE id = $1", fine["id"]) == "voided"
        assert await questions(jobs_db, strict, "fine", shift_id) == []


async def test_a_cancel_by_phone_is_confirmed_in_writing(
    jobs_db: Database, strict: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await filled(jobs_db, strict, 1)).shifts[0].id
    seat = (await crew_of(owner, shift_id))[0]
    await until_start(owner, shift_id, later=timedelta(minutes=-40))
    async with jobs_db.begin(strict.franchise_id, "staff:test") as uow:
        call = RecordCall(worker_id=seat["worker_id"], result=CallResult.NO)
        assert (await record_call_result(uow, shift_id, call)).outcome == "cancelled"
    dispute = await question_about(jobs_db, strict, "fine", (await fine_of(owner, seat["id"]))["id"])
    (told,) = await texts(owner, shift_id, "cancel_confirmed")
    assert f"СПОР {dispute.code}" in told
