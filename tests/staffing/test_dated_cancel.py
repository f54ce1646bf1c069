"""A man who holds several seats gives up, or is late for, the one of the date he writes."""

from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest_asyncio

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.sms.inbound import InboundDrain
from dispatch.wiring import ANSWERS
from tests.factories.desk import filled, seats_on
from tests.factories.stage import Stage, set_stage, tomorrow

MOSCOW = ZoneInfo("Europe/Moscow")


@pytest_asyncio.fixture(loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=1)


async def hear(app_db: Database, jobs_db: Database, owner: asyncpg.Connection, stage: Stage, text: str) -> None:
    phone = await owner.fetchval(
        "SELECT p.e164 FROM phones p JOIN questions q ON q.phone_id = p.id WHERE q.worker_id = $1 LIMIT 1",
        stage.workers[0],
    )
    await app_db.autocommit(
        "SELECT store_inbound($1, $2, $3, $4, $5, $6)",
        [new_id(), stage.account_id, f"SM{new_id().hex}", phone, text, b"raw"],
    )
    assert await InboundDrain(jobs_db, ANSWERS)() == 1


async def statuses(owner: asyncpg.Connection, shift_ids: list[UUID]) -> list[list[str]]:
    return [[seat["status"] for seat in await seats_on(owner, shift_id)] for shift_id in shift_ids]


async def test_a_dated_cancel_ends_the_seat_of_that_day_and_none_other(
    app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    asked = [tomorrow(days=days) for days in (1, 4, 5)]
    shift_ids = [(await filled(jobs_db, stage, 1, shift)).shifts[0].id for shift in asked]
    assert await statuses(owner, shift_ids) == [["booked"], ["booked"], ["booked"]]

    days = [shift.starts_at.astimezone(MOSCOW).date() for shift in asked]
    free = days[2] + timedelta(days=1)
    for text in (f"{free:%d.%m} не приду", f"с {days[1]:%d.%m} не приду", "на следующей неделе не смогу"):
        await hear(app_db, jobs_db, owner, stage, text)
        assert await statuses(owner, shift_ids) == [["booked"], ["booked"], ["booked"]], text

    await hear(app_db, jobs_db, owner, stage, f"{days[1]:%d.%m.%Y} не приду")
    assert await statuses(owner, shift_ids) == [["booked"], ["cancelled_by_worker"], ["booked"]]

    await hear(app_db, jobs_db, owner, stage, f"{days[2]:%d.%m} не приду, извините")
    assert await statuses(owner, shift_ids) == [["booked"], ["cancelled_by_worker"], ["cancelled_by_worker"]]
