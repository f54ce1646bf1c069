"""Our own outages: who beats, what ends one, and what rests on no silence that was ours."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import pytest_asyncio

from dispatch.app import create_app
from dispatch.kit.beats import INBOUND, WORKER, beat, inbound_of
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.sms.gateways.base import Account
from dispatch.staffing.outage import tell_outages
from dispatch.tenancy.policy import HOUSE_OUTAGE_GAP, Pace
from dispatch.tenancy.service import write_policy
from tests.factories.desk import another_day, crew_of, filled, question_about, timeline
from tests.factories.sms import TestAccount, receive
from tests.factories.stage import Stage, run_lane, say, set_stage, until_start
from tests.factories.workers import next_phone

MINUTE = timedelta(minutes=1)


@pytest_asyncio.fixture(loop_scope="session")
async def stage(settings: Settings, app_db: Database, owner: asyncpg.Connection) -> Stage:
    await owner.execute("DELETE FROM beats")
    return await set_stage(settings, app_db, men=6)


async def silent(owner: asyncpg.Connection, source: str, span: timedelta) -> None:
    """Set the stage as if a source had beaten so long ago, and never since."""
    await owner.execute(
        """INSERT INTO beats (source, at) VALUES ($1, clock_timestamp() - $2::interval)
           ON CONFLICT (source) DO UPDATE SET at = excluded.at""",
        source,
        span,
    )


async def beats_again(database: Database, source: str, gap: timedelta = HOUSE_OUTAGE_GAP) -> None:
    async with database.begin(None, "system:beat") as uow:
        await beat(uow, source, gap)


async def tell(jobs: Database) -> int:
    async with jobs.begin(None, "system:beat") as uow:
        return await tell_outages(uow)


async def running(jobs: Database, owner: asyncpg.Connection, stage: Stage) -> tuple[UUID, asyncpg.Record]:
    """A shift that began five minutes ago, and the seat of its man."""
    order = await filled(jobs, stage, 1, another_day())
    shift_id = order.shifts[0].id
    await until_start(owner, shift_id, later=5 * MINUTE)
    await run_lane(jobs)
    return shift_id, (await crew_of(owner, shift_id))[0]


async def limit_of(owner: asyncpg.Connection, seat: asyncpg.Record) -> datetime:
    limit: datetime = await owner.fetchval("SELECT limit_at FROM seats WHERE id = $1", seat["id"])
    return limit


async def test_an_api_that_was_down_is_an_outage_although_the_worker_lived(
    app_db: Database, jobs_db: Database, owner: asyncpg.Connection, stage: Stage
) -> None:
    shift_id, seat = await running(jobs_db, owner, stage)
    await silent(owner, INBOUND, 2 * MINUTE)
    await beats_again(jobs_db, WORKER)
    assert await tell(jobs_db) == 0, "it lasts: nothing ended yet"
    await beats_again(app_db, INBOUND)
    assert await tell(jobs_db) == 1
    assert await tell(jobs_db) == 0, "once"
    await run_lane(jobs_db)
    assert await limit_of(owner, seat) > seat["limit_at"]
    assert "limits_restarted" in await timeline(owner, shift_id)


async def test_a_short_silence_is_none(
    app_db: Database, jobs_db: Database, owner: asyncpg.Connection, stage: Stage
) -> None:
    await running(jobs_db, owner, stage)
    await silent(owner, INBOUND, timedelta(seconds=50))
    await beats_again(app_db, INBOUND)
    assert await tell(jobs_db) == 0


async def test_two_outages_in_a_row_that_nobody_told_are_one(
    jobs_db: Database, owner: asyncpg.Connection, stage: Stage
) -> None:
    assert stage
    await silent(owner, WORKER, 5 * MINUTE)
    await beats_again(jobs_db, WORKER)
    first = await owner.fetchval("SELECT outage_from FROM beats WHERE source = $1", WORKER)
    await silent(owner, WORKER, 2 * MINUTE)
    await beats_again(jobs_db, WORKER)
    row = await owner.fetchrow("SELECT outage_from, outage_to = at AS now, told FROM beats WHERE source = $1", WORKER)
    assert tuple(row) == (first, True, False)


async def test_the_gap_is_the_tenants(
    app_db: Database, jobs_db: Database, owner: asyncpg.Connection, stage: Stage
) -> None:
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        await write_policy(uow, "pace", Pace(outage_gap=10 * MINUTE), "a patient house")
    shift_id, seat = await running(jobs_db, owner, stage)
    await silent(owner, INBOUND, 2 * MINUTE)
    await beats_again(app_db, INBOUND)
    await tell(jobs_db)
    await run_lane(jobs_db)
    assert await limit_of(owner, seat) == seat["limit_at"]
    assert "limits_restarted" not in await timeline(owner, shift_id)


async def test_an_account_whose_list_could_not_be_read_concerns_its_franchise_alone(
    settings: Settings, app_db: Database, jobs_db: Database, owner: asyncpg.Connection, stage: Stage
) -> None:
    other = await set_stage(settings, app_db, men=6)
    mine, _ = await running(jobs_db, owner, stage)
    theirs, _ = await running(jobs_db, owner, other)
    await silent(owner, inbound_of(stage.account_id), 4 * MINUTE)
    await beats_again(jobs_db, inbound_of(stage.account_id), 2 * MINUTE)
    await tell(jobs_db)
    await run_lane(jobs_db)
    assert "limits_restarted" in await timeline(owner, mine)
    assert "limits_restarted" not in await timeline(owner, theirs)


async def test_while_nobody_can_be_heard_nobody_is_doubtful_or_unaccounted(
    app_db: Database, jobs_db: Database, owner: asyncpg.Connection, stage: Stage
) -> None:
    _, seat = await running(jobs_db, owner, stage)
    await owner.execute(
        "UPDATE seats SET grace_at = due_at, limit_at = due_at + interval '1 min' WHERE id = $1", seat["id"]
    )
    due = "UPDATE outbox SET due_at = now() WHERE kind = 'staffing.limit_due' AND subject_id = $1 AND state = 'pending'"
    status = "SELECT status FROM seats WHERE id = $1"
    for source, span in ((INBOUND, 2 * MINUTE), (inbound_of(stage.account_id), 3 * MINUTE)):
        await silent(owner, source, span)
        await owner.execute(due, seat["id"])
        await run_lane(jobs_db)
        assert await owner.fetchval(status, seat["id"]) == "booked", source
        await owner.execute("DELETE FROM beats")
    # A list that cannot be read matters little while texts come by themselves.
    await silent(owner, inbound_of(stage.account_id), 3 * MINUTE)
    row = await owner.fetchrow(
        "SELECT id, gateway, sid, secret, number FROM sms_accounts WHERE id = $1", stage.account_id
    )
    await receive(jobs_db, TestAccount(Account(**dict(row)), stage.franchise_id), next_phone(), "да")
    await owner.execute(due, seat["id"])
    await run_lane(jobs_db)
    assert await owner.fetchval(status, seat["id"]) == "unaccounted"


async def test_what_he_answered_meanwhile_is_heard_before_he_is_doubtful(
    jobs_db: Database, owner: asyncpg.Connection, stage: Stage
) -> None:
    order = await filled(jobs_db, stage, 1, another_day())
    (seat, *_) = await crew_of(owner, order.shifts[0].id)
    now_due = "UPDATE outbox SET due_at = now() WHERE kind = $1 AND subject_id = $2 AND state = 'pending'"
    await owner.execute(now_due, "staffing.reconfirm_due", seat["id"])
    await run_lane(jobs_db)
    await owner.execute("UPDATE messages SET status = 'sending' WHERE worker_id = $1", seat["worker_id"])
    await owner.execute("UPDATE messages SET status = 'sent' WHERE worker_id = $1", seat["worker_id"])
    await silent(owner, INBOUND, 2 * MINUTE)
    await owner.execute(now_due, "staffing.doubtful_due", seat["id"])
    await run_lane(jobs_db)
    assert await owner.fetchval("SELECT status FROM seats WHERE id = $1", seat["id"]) == "booked"
    await owner.execute("DELETE FROM beats")
    await say(jobs_db, await question_about(jobs_db, stage, "reconfirm", seat["id"]), "да", "reconfirm")
    await owner.execute(now_due, "staffing.doubtful_due", seat["id"])
    await run_lane(jobs_db)
    assert await owner.fetchval("SELECT status FROM seats WHERE id = $1", seat["id"]) == "reconfirmed"


async def test_the_api_beats_while_it_serves(settings: Settings, owner: asyncpg.Connection, stage: Stage) -> None:
    assert stage
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        for _ in range(50):
            if await owner.fetchval("SELECT EXISTS (SELECT FROM beats WHERE source = $1)", INBOUND):
                break
            await asyncio.sleep(0.1)
        else:
            raise AssertionError("no beat")
