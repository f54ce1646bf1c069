"""Asking a named man: a dispatcher may overrule distance, tier and cap, never what protects the man."""

from datetime import timedelta
from decimal import Decimal

import asyncpg
import pytest
import pytest_asyncio

from dispatch.kit.geo import Point
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.staffing.by_hand import InviteByHand, InvitedByHand, NotEligible, invite_by_hand, why_him
from dispatch.staffing.operate import ShiftIsOver
from tests.factories.desk import another_day, crew_of, filled, questions
from tests.factories.stage import Stage, place, run_lane, say, set_stage, until_start
from tests.factories.workers import make_worker


@pytest_asyncio.fixture(loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=10)


async def invite(database: Database, stage: Stage, shift_id: object, worker: object) -> InvitedByHand:
    async with database.begin(stage.franchise_id, "staff:test") as uow:
        command = InviteByHand.model_validate({"worker_id": worker, "reason": "просят его"})
        return await invite_by_hand(uow, shift_id, command)


async def test_distance_tier_and_cap_may_be_overruled(
    app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await place(jobs_db, stage, 1, another_day())).shifts[0].id
    async with app_db.begin(stage.franchise_id, "system:test") as uow:
        far = await make_worker(uow, point=Point(lat=60.6, lon=30.318))
    await owner.execute(
        "UPDATE workers SET rating = 1.50, capped_until = now() + interval '30 days' WHERE id = $1", far
    )
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        why = await why_him(uow, shift_id, far)
    assert set(why.reasons) == {"too_far", "rating_below_tier", "under_no_show_cap"}
    assert why.rating == Decimal("1.50")
    made = await invite(app_db, stage, shift_id, far)
    row = await owner.fetchrow("SELECT by_hand, wave_id, explain::text FROM invitations WHERE id = $1", made.id)
    assert (row["by_hand"], row["wave_id"]) == (True, None)
    assert "просят его" in row["explain"].encode().decode("unicode_escape") or "by_hand" in row["explain"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("skills = 0", "lacks_skill"),
        ("status = 'paused'", "not_active_or_vetted"),
        ("vetted_at = NULL", "not_active_or_vetted"),
        ("daily_offers = 0", "contact_budget_spent"),
    ],
)
async def test_what_protects_him_or_the_law_may_not(
    app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection, change: str, reason: str
) -> None:
    shift_id = (await place(jobs_db, stage, 1, another_day())).shifts[0].id
    await owner.execute(f"UPDATE workers SET {change} WHERE id = $1", stage.workers[0])
    with pytest.raises(NotEligible) as refused:
        await invite(app_db, stage, shift_id, stage.workers[0])
    assert refused.value.fields["reasons"] == [reason]


async def test_who_is_at_work_is_not_asked(
    app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    day = another_day()
    busy = (await crew_of(owner, (await filled(jobs_db, stage, 1, day)).shifts[0].id))[0]
    shift_id = (await place(jobs_db, stage, 1, day)).shifts[0].id
    with pytest.raises(NotEligible) as refused:
        await invite(app_db, stage, shift_id, busy["worker_id"])
    assert refused.value.fields["reasons"] == ["booked_elsewhere"]


async def test_after_the_start_an_offer_states_its_own_time(
    app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await filled(jobs_db, stage, 2, yeses=1)).shifts[0].id
    await until_start(owner, shift_id)
    await run_lane(jobs_db)
    asked = {row["worker_id"] for row in await owner.fetch("SELECT worker_id FROM invitations")}
    fresh = next(worker for worker in stage.workers if worker not in asked)
    await invite(app_db, stage, shift_id, fresh)
    (offer,) = [q for q in await questions(jobs_db, stage, "offer", shift_id) if q.worker_id == fresh]
    assert await say(jobs_db, offer, "да") == "accepted_primary"
    seat = await owner.fetchrow(
        "SELECT s.due_at - f.starts_at AS later FROM seats s JOIN shifts f ON f.id = s.shift_id WHERE s.worker_id = $1",
        fresh,
    )
    assert seat["later"] >= timedelta(minutes=5), "nobody is late for a shift he was called to after its start"


async def test_a_shift_that_is_over_asks_nobody(
    app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await place(jobs_db, stage, 1, another_day())).shifts[0].id
    await owner.execute("UPDATE shifts SET status = 'cancelled' WHERE id = $1", shift_id)
    with pytest.raises(ShiftIsOver):
        await invite(app_db, stage, shift_id, stage.workers[0])
