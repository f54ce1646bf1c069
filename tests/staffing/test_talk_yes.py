"""What counts as a yes: to which code, for which day and time, on the phone as by text."""

from datetime import timedelta

import asyncpg
import pytest_asyncio

from dispatch.crew.calls import CallResult
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.staffing.calls import RecordCall, record_call_result
from dispatch.staffing.operate import ReleaseSeat, release_seat
from tests.factories.desk import another_day, crew_of, filled, question_about, questions, seats_on
from tests.factories.stage import Stage, let_pass, place, run_lane, set_stage
from tests.factories.talk import Talk


@pytest_asyncio.fixture(loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=12)


@pytest_asyncio.fixture(loop_scope="session")
async def talk(stage: Stage, jobs_db: Database, owner: asyncpg.Connection) -> Talk:
    return Talk(stage, jobs_db, owner)


async def test_a_bare_code_is_asked_back_and_after_a_which_only_a_listed_one_is_a_yes(
    talk: Talk, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    first = await place(jobs_db, stage, 1, another_day())
    await run_lane(jobs_db)
    offer = (await questions(jobs_db, stage, "offer", first.shifts[0].id))[0]
    assert await talk.hears(offer.phone_id, str(offer.code)) == "asked_clarify"
    assert await seats_on(owner, first.shifts[0].id) == []
    second = await place(jobs_db, stage, 8, another_day())
    await run_lane(jobs_db)
    other = next(
        q for q in await questions(jobs_db, stage, "offer", second.shifts[0].id) if q.phone_id == offer.phone_id
    )
    assert await talk.hears(offer.phone_id, "да") == "asked_which"
    third = await place(jobs_db, stage, 8, another_day())
    await run_lane(jobs_db)
    later = next(
        q for q in await questions(jobs_db, stage, "offer", third.shifts[0].id) if q.phone_id == offer.phone_id
    )
    assert await talk.hears(offer.phone_id, str(later.code)) == "asked_clarify", "it was not on the list"
    assert await talk.hears(offer.phone_id, str(other.code)) == "accepted_primary"
    assert await seats_on(owner, third.shifts[0].id) == []


async def test_a_yes_to_another_time_is_no_yes_and_he_is_told_the_time(
    talk: Talk, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await place(jobs_db, stage, 1, another_day())).shifts[0].id
    await run_lane(jobs_db)
    offer = (await questions(jobs_db, stage, "offer", shift_id))[0]
    assert await talk.hears(offer.phone_id, "да, буду к 12") == "asked_clarify"
    assert await seats_on(owner, shift_id) == []
    template, body = (await talk.told(offer.phone_id))[-1]
    assert (template, "09:00" in body) == ("clarify_offer", True)
    assert ("reply", "accept") in await talk.waits()
    assert await talk.hears(offer.phone_id, "да, к 9:10") == "accepted_primary", "within a quarter of an hour"
    left = await owner.fetchval("SELECT starts_at - now() FROM shifts WHERE id = $1", shift_id)
    await let_pass(owner, shift_id, left - timedelta(minutes=119))
    await owner.execute("UPDATE seats SET accepted_at = accepted_at - interval '5 hours' WHERE shift_id = $1", shift_id)
    await run_lane(jobs_db)
    start = await owner.fetchval(
        "SELECT to_char((starts_at + interval '2 hours') AT TIME ZONE zone, 'HH24:MI') FROM shifts WHERE id = $1",
        shift_id,
    )
    assert await talk.hears(offer.phone_id, f"да, буду к {start}") == "asked_clarify"
    assert (await crew_of(owner, shift_id))[0]["status"] == "booked", "re-confirmed by nothing"
    assert await talk.hears(offer.phone_id, "да") == "reconfirmed"


async def test_a_standby_who_says_yes_on_the_phone_moves_up(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await filled(jobs_db, stage, 6)).shifts[0].id
    async with jobs_db.begin(stage.franchise_id, "staff:test") as uow:
        await release_seat(uow, (await crew_of(owner, shift_id))[0]["id"], ReleaseSeat(reason="test"))
    asked = (await questions(jobs_db, stage, "promotion", shift_id))[0]
    assert asked.worker_id is not None
    async with jobs_db.begin(stage.franchise_id, "staff:test") as uow:
        kept = await record_call_result(uow, shift_id, RecordCall(worker_id=asked.worker_id, result=CallResult.YES))
    assert kept.outcome == "promoted_reserve"
    assert await questions(jobs_db, stage, "promotion", shift_id) == []
    seat = await question_about(jobs_db, stage, "seat", asked.subject_id)
    assert seat.worker_id == asked.worker_id
