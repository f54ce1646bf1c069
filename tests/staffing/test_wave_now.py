"""The next wave by hand, urgent by hand, and what people read of it."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import asyncpg
import pytest
import pytest_asyncio

from dispatch.crew.reasons import ReasonCode
from dispatch.crew.waves import waves_of
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.staffing.operate import pause_shift
from dispatch.staffing.urgency import MarkUrgent, mark_urgent, unmark_urgent
from dispatch.staffing.wave_now import NobodyToAsk, NoWaveNow, StartWave, foresee_wave, start_wave
from dispatch.tenancy.policy import Calendar, QuietHours
from dispatch.tenancy.service import write_policy
from tests.factories.desk import another_day, timeline
from tests.factories.stage import Stage, place, run_lane, set_stage, until_start


@pytest_asyncio.fixture(loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=12)


async def test_the_wave_that_was_foreseen_is_the_one_that_goes_out(
    app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await place(jobs_db, stage, 2, another_day())).shifts[0].id
    await run_lane(jobs_db)
    first = {row["worker_id"] for row in await owner.fetch("SELECT worker_id FROM invitations")}
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        foreseen = await foresee_wave(uow, shift_id, StartWave(count=4))
    assert (foreseen.n, foreseen.asked, len(foreseen.people)) == (2, len(first), 4)
    assert foreseen.advised >= 1
    assert foreseen.text_minor is None, "the account has no price"
    await owner.execute("UPDATE sms_accounts SET segment_price_minor = 300 WHERE id = $1", stage.account_id)
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        priced = await foresee_wave(uow, shift_id, StartWave(count=4))
        assert priced.text_minor == 4 * priced.segments * 300
        assert await start_wave(uow, shift_id, StartWave(count=4)) == 4
        one, two = await waves_of(uow, shift_id)
    assert one.closed_at is not None
    assert two.closed_at is None
    assert (two.target, two.invited) == (4, 4)
    assert two.why is not None
    assert two.why.code is ReasonCode.BY_HAND
    asked = {row["worker_id"] for row in await owner.fetch("SELECT worker_id FROM invitations")}
    assert asked - first == {man.worker_id for man in foreseen.people}
    pending = await owner.fetchval("SELECT count(*) FROM invitations WHERE status IN ('queued', 'sent', 'delivered')")
    assert pending == len(asked), "who was asked before may still answer"
    await run_lane(jobs_db)
    assert (await timeline(owner, shift_id)).count("wave_started") == 2, "the open wave is waited for"


async def test_nobody_left_leaves_the_open_wave_as_it_is(app_db: Database, jobs_db: Database, stage: Stage) -> None:
    shift_id = (await place(jobs_db, stage, 8, another_day())).shifts[0].id
    await run_lane(jobs_db)
    with pytest.raises(NobodyToAsk):
        async with app_db.begin(stage.franchise_id, "staff:test") as uow:
            await start_wave(uow, shift_id, StartWave(count=5))
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        (wave,) = await waves_of(uow, shift_id)
    assert wave.closed_at is None


async def test_no_wave_while_paused_or_after_the_start(
    app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await place(jobs_db, stage, 1, another_day())).shifts[0].id
    await run_lane(jobs_db)
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        await pause_shift(uow, shift_id)
    with pytest.raises(NoWaveNow):
        async with app_db.begin(stage.franchise_id, "staff:test") as uow:
            await start_wave(uow, shift_id, StartWave(count=1))
    await until_start(owner, shift_id)
    await run_lane(jobs_db)
    for act in (foresee_wave, start_wave):
        with pytest.raises(NoWaveNow):
            async with app_db.begin(stage.franchise_id, "staff:test") as uow:
                await act(uow, shift_id, StartWave(count=1))


async def test_at_night_only_an_urgent_shift_asks(
    app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await place(jobs_db, stage, 1, another_day())).shifts[0].id
    await owner.execute("UPDATE workers SET urgent_ok = true")
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        here = uow.now.astimezone(ZoneInfo("Europe/Moscow"))
        night = QuietHours(start=(here - timedelta(hours=1)).time(), end=(here - timedelta(hours=2)).time())
        await write_policy(uow, "calendar", Calendar(quiet=night), "it is night")
    await run_lane(jobs_db)
    with pytest.raises(NoWaveNow):
        async with app_db.begin(stage.franchise_id, "staff:test") as uow:
            await start_wave(uow, shift_id, StartWave(count=1))
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        await mark_urgent(uow, shift_id, MarkUrgent(reason="снег"))
        await mark_urgent(uow, shift_id, MarkUrgent(reason="снег"))
    await run_lane(jobs_db)
    assert "wave_started" in await timeline(owner, shift_id), "urgent asks at once"
    assert await owner.fetchval("SELECT bool_and(urgent) FROM messages WHERE shift_id = $1", shift_id)
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        await unmark_urgent(uow, shift_id)
    assert [kind for kind in await timeline(owner, shift_id) if kind.startswith("urgent")] == [
        "urgent_on",
        "urgent_off",
    ]
    assert not await owner.fetchval("SELECT urgent FROM shifts WHERE id = $1", shift_id)


async def test_a_wave_from_before_the_codes_is_still_read(
    app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await place(jobs_db, stage, 1, another_day())).shifts[0].id
    await run_lane(jobs_db)
    for why in (None, '{"code": "forgotten", "n": 3}'):
        await owner.execute("UPDATE waves SET why = $2::text::jsonb WHERE shift_id = $1", shift_id, why)
        async with app_db.begin(stage.franchise_id, "staff:test") as uow:
            (wave,) = await waves_of(uow, shift_id)
        assert (wave.why, wave.reason) == (None, "first wave: 1.5 x 1")
