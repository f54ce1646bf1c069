"""An order changes under people who said yes: whoever is asked anew answers for the terms he was shown."""

from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest_asyncio

from dispatch.kit.uow import Database
from dispatch.orders.commands import AskedShift
from dispatch.orders.place import PlacedOrder
from dispatch.settings import Settings
from dispatch.staffing.change import ChangedOrder, ChangeOrder, ShiftTimes, change_order
from tests.factories.desk import another_day, crew_of, filled, question_about, questions, seats_on, timeline
from tests.factories.stage import Stage, place, run_lane, say, set_stage


@pytest_asyncio.fixture(loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=25)


async def change(database: Database, stage: Stage, order: PlacedOrder, **what: object) -> ChangedOrder:
    async with database.begin(stage.franchise_id, "staff:test") as uow:
        version = await uow.fetchval("SELECT version FROM orders WHERE id = $1", order.id)
        return await change_order(uow, order.id, ChangeOrder.model_validate(what), version)


async def later(database: Database, stage: Stage, order: PlacedOrder, hours: int) -> None:
    shift = order.shifts[0]
    by = timedelta(hours=hours)
    moved = ShiftTimes(shift_id=shift.id, starts_at=shift.asked.starts_at + by, ends_at=shift.asked.ends_at + by)
    await change(database, stage, order, times=(moved,))


async def standing(owner: asyncpg.Connection, seat_id: UUID) -> tuple[str, int]:
    held = await seat(owner, seat_id)
    return held["status"], held["terms_version"]


async def seat(owner: asyncpg.Connection, seat_id: UUID) -> asyncpg.Record:
    return await owner.fetchrow("SELECT * FROM seats WHERE id = $1", seat_id)


async def test_a_yes_holds_for_the_terms_it_was_asked_with(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    order = await filled(jobs_db, stage, 1)
    first = (await crew_of(owner, order.shifts[0].id))[0]
    await later(jobs_db, stage, order, 1)
    old = await question_about(jobs_db, stage, "change", first["id"])
    await later(jobs_db, stage, order, 2)
    assert await say(jobs_db, old, "да", "change") == "old_terms"
    assert await standing(owner, first["id"]) == ("booked", 1)
    new = await question_about(jobs_db, stage, "change", first["id"])
    assert new.id != old.id
    assert await say(jobs_db, new, "да", "change") == "change_accepted"
    assert await standing(owner, first["id"]) == ("reconfirmed", 3)


async def test_a_no_to_new_terms_costs_nothing_and_closes_the_gap(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    order = await filled(jobs_db, stage, 2)
    shift_id = order.shifts[0].id
    first, second, reserve = await crew_of(owner, shift_id)
    await later(jobs_db, stage, order, 3)
    question = await question_about(jobs_db, stage, "change", first["id"])
    assert await say(jobs_db, question, "нет", "change") == "change_declined"
    assert (await seat(owner, first["id"]))["status"] == "cancelled_by_worker"
    assert {row["id"] for row in await crew_of(owner, shift_id) if row["kind"] == "primary"} == {
        second["id"],
        reserve["id"],
    }
    assert await owner.fetchval("SELECT count(*) FROM marks WHERE shift_id = $1", shift_id) == 0


async def test_silence_to_new_terms_takes_no_seat(jobs_db: Database, stage: Stage, owner: asyncpg.Connection) -> None:
    order = await filled(jobs_db, stage, 2)
    shift_id = order.shifts[0].id
    before = {row["id"] for row in await crew_of(owner, shift_id)}
    await later(jobs_db, stage, order, 3)
    await run_lane(jobs_db)
    assert {row["id"] for row in await crew_of(owner, shift_id)} == before


async def test_a_yes_to_an_offer_of_old_terms_is_asked_again(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    order = await place(jobs_db, stage, 1, another_day())
    await run_lane(jobs_db)
    offer = (await questions(jobs_db, stage, "offer", order.shifts[0].id))[0]
    await later(jobs_db, stage, order, 2)
    assert await say(jobs_db, offer, "да") == "change"
    assert await seats_on(owner, order.shifts[0].id) == []
    assert await say(jobs_db, offer, "да") == "accepted_primary"
    (held,) = await seats_on(owner, order.shifts[0].id)
    assert held["terms_version"] == 2


async def test_reminders_and_limits_follow_the_new_time(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    order = await filled(jobs_db, stage, 1)
    shift = order.shifts[0]
    first = (await crew_of(owner, shift.id))[0]
    due = "SELECT kind, due_at FROM outbox WHERE subject_id = $1 AND state = 'pending'"
    before = {row["kind"]: row["due_at"] for row in await owner.fetch(due, first["id"])}
    await later(jobs_db, stage, order, 5)
    after = {row["kind"]: row["due_at"] for row in await owner.fetch(due, first["id"])}
    moved = {"staffing.reconfirm_due", "staffing.doubtful_due", "staffing.limit_due"}
    assert {kind: after[kind] - before[kind] for kind in moved} == dict.fromkeys(moved, timedelta(hours=5))
    assert (await seat(owner, first["id"]))["due_at"] == shift.asked.starts_at + timedelta(hours=5)


async def test_fewer_lets_the_doubtful_go_first(jobs_db: Database, stage: Stage, owner: asyncpg.Connection) -> None:
    order = await filled(jobs_db, stage, 3)
    shift_id = order.shifts[0].id
    crew = await crew_of(owner, shift_id)
    await owner.execute("UPDATE seats SET status = 'doubtful' WHERE id = $1", crew[0]["id"])
    changed = await change(jobs_db, stage, order, headcount=1)
    assert crew[0]["id"] in changed.effects[0].released
    kept = [row["id"] for row in await crew_of(owner, shift_id)]
    assert kept == [row["id"] for row in crew[1:3]]
    assert "headcount_changed" in await timeline(owner, shift_id)


async def test_a_time_that_meets_another_offer_of_his_ends_that_offer(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    day = another_day()
    order = await filled(jobs_db, stage, 1, day)
    first = (await crew_of(owner, order.shifts[0].id))[0]
    evening = AskedShift(starts_at=day.starts_at + timedelta(hours=40), ends_at=day.ends_at + timedelta(hours=40))
    other = await place(jobs_db, stage, 10, evening)
    await run_lane(jobs_db)
    status = "SELECT status FROM invitations WHERE shift_id = $1 AND worker_id = $2"
    asked = await owner.fetchval(status, other.shifts[0].id, first["worker_id"])
    assert asked == "queued", "free at that time, he is asked"
    await later(jobs_db, stage, order, 40)
    await run_lane(jobs_db)
    assert await owner.fetchval(status, other.shifts[0].id, first["worker_id"]) == "withdrawn"
