"""Texts to who ordered: booked, asked the evening before, on the way, short, the bill; and STOP."""

from uuid import UUID

import asyncpg
import pytest_asyncio

from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.staffing.close import CloseShift, close_shift
from dispatch.staffing.events import CLIENT_CHECK_DUE
from tests.factories.desk import another_day, crew_of, filled, timeline
from tests.factories.stage import Stage, place, run_lane, set_stage, until_start
from tests.factories.talk import Talk

CONTACT = "+79995557701"


@pytest_asyncio.fixture(loop_scope="session")
async def stage(settings: Settings, app_db: Database, owner: asyncpg.Connection) -> Stage:
    stage = await set_stage(settings, app_db, men=6)
    await owner.execute("UPDATE sites SET contact_phone = $1 WHERE id = $2", CONTACT, stage.site_id)
    return stage


@pytest_asyncio.fixture(loop_scope="session")
async def talk(stage: Stage, jobs_db: Database, owner: asyncpg.Connection) -> Talk:
    return Talk(stage, jobs_db, owner)


async def evening_comes(owner: asyncpg.Connection, shift_id: UUID) -> None:
    moved = "UPDATE outbox SET due_at = now() WHERE subject_id = $1 AND kind = $2 RETURNING id"
    assert await owner.fetchval(moved, shift_id, CLIENT_CHECK_DUE) is not None


async def test_who_ordered_is_told_and_asked_and_what_is_wrong_is_a_call(
    talk: Talk, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await filled(jobs_db, stage, 1)).shifts[0].id
    assert [template for template, _ in await talk.told(CONTACT)] == ["client_booked"]
    due = await owner.fetchval(
        """SELECT (o.due_at AT TIME ZONE s.zone)::time = '19:00'
                  AND (o.due_at AT TIME ZONE s.zone)::date = s.local_start::date - 1
           FROM outbox o JOIN shifts s ON s.id = o.subject_id WHERE s.id = $1 AND o.kind = $2""",
        shift_id,
        CLIENT_CHECK_DUE,
    )
    assert due
    await evening_comes(owner, shift_id)
    await run_lane(jobs_db)
    assert (await talk.told(CONTACT))[-1][0] == "client_check"
    assert await talk.hears(CONTACT, "2") == "client_objected"
    assert ("call", "client_wrong") in await talk.waits()
    assert (await talk.told(CONTACT))[-1][0] == "client_ring"
    await evening_comes(owner, shift_id)
    await owner.execute("UPDATE messages SET dedupe_key = id::text WHERE template = 'client_check'")
    await owner.execute(
        "UPDATE outbox SET state = 'pending' WHERE subject_id = $1 AND kind = $2", shift_id, CLIENT_CHECK_DUE
    )
    await run_lane(jobs_db)
    assert await talk.hears(CONTACT, "Все верно") == "client_confirmed"
    assert (await talk.told(CONTACT))[-1][0] == "client_noted"
    assert {"client_confirmed", "client_objected"} <= set(await timeline(owner, shift_id))
    seat = (await crew_of(owner, shift_id))[0]
    phone = await talk.phone_of(seat["worker_id"])
    for _ in range(2):
        await talk.hears(phone, "выехал")
    told = [template for template, _ in await talk.told(CONTACT)]
    assert told.count("client_on_way") == 1
    await until_start(owner, shift_id)
    await run_lane(jobs_db)
    await talk.hears(phone, "на месте")
    async with jobs_db.begin(stage.franchise_id, "staff:test") as uow:
        await close_shift(uow, shift_id, CloseShift())
    template, body = (await talk.told(CONTACT))[-1]
    assert (template, "1800р" in body) == ("client_bill", True)


async def test_a_shortage_is_told_and_after_stop_nothing_is(
    talk: Talk, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await place(jobs_db, stage, 3, another_day())).shifts[0].id
    await run_lane(jobs_db)
    await owner.execute(
        "UPDATE outbox SET due_at = now() WHERE subject_id = $1 AND kind = 'staffing.short_alarm_due'", shift_id
    )
    await run_lane(jobs_db)
    template, body = (await talk.told(CONTACT))[-1]
    assert (template, "0 из 3" in body) == ("client_short", True)
    quiet = await owner.fetchval(
        "SELECT not_before - created_at < interval '1 second' FROM messages WHERE template = 'client_short'"
    )
    assert quiet, "no hour is quiet on this stage"
    assert await talk.hears(CONTACT, "стоп") == "stopped"
    held = await owner.fetch(
        """SELECT m.status, m.template FROM messages m JOIN phones p ON p.id = m.phone_id
           WHERE p.e164 = $1 AND m.template <> 'stop_confirmed'""",
        CONTACT,
    )
    assert {row["status"] for row in held} == {"suppressed"}
