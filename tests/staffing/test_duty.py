"""Who is on duty, and what reaches his phone when nobody takes an alarm."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from dispatch.access.errors import UserNotFound
from dispatch.access.roles import Role
from dispatch.crew.alarms import Severity, acknowledge_alarm, raise_alarm
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.staffing.duty import TakeTurn, TurnNotFound, TurnTaken, remove_turn, take_turn, turns
from dispatch.staffing.handover import NotADispatcher
from tests.factories.access import make_user
from tests.factories.stage import Stage, place, run_lane, set_stage, tomorrow
from tests.factories.workers import next_phone

HOUR = timedelta(hours=1)


@pytest_asyncio.fixture(loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=3)


async def staff(database: Database, owner: asyncpg.Connection, stage: Stage, role: Role) -> tuple[UUID, str]:
    """Make an account with a phone of its own."""
    user, phone = await make_user(database, stage.franchise_id, role), next_phone()
    await owner.execute("UPDATE staff_users SET phone = $2 WHERE id = $1", user.id, phone)
    return user.id, phone


async def on_duty(database: Database, stage: Stage, user_id: UUID, *, begins: timedelta = -HOUR) -> UUID:
    start = datetime.now(UTC) + begins
    async with database.begin(stage.franchise_id, "staff:test") as uow:
        return await take_turn(uow, TakeTurn(user_id=user_id, from_at=start, to_at=start + 3 * HOUR))


async def alarm(database: Database, stage: Stage, shift_id: UUID | None, severity: Severity) -> UUID:
    async with database.begin(stage.franchise_id, "system:test") as uow:
        assert await raise_alarm(uow, "shortfall_predicted", "Ring.", shift_id=shift_id, severity=severity)
        found: UUID = await uow.fetchval("SELECT id FROM alarms WHERE status = 'open' ORDER BY raised_at DESC LIMIT 1")
    return found


async def wait_in_vain(jobs: Database, owner: asyncpg.Connection, alarm_id: UUID) -> None:
    """Let the patience of an alarm pass."""
    await owner.execute(
        "UPDATE outbox SET due_at = now() WHERE kind = 'staffing.alarm_unanswered' AND subject_id = $1 "
        "AND state = 'pending'",
        alarm_id,
    )
    await run_lane(jobs)


async def texted(owner: asyncpg.Connection, stage: Stage) -> list[tuple[str, str]]:
    rows = await owner.fetch(
        """SELECT p.e164, m.body FROM messages m JOIN phones p ON p.id = m.phone_id
           WHERE m.franchise_id = $1 AND m.template = 'alarm' ORDER BY m.created_at, m.id""",
        stage.franchise_id,
    )
    return [(row["e164"], row["body"]) for row in rows]


async def test_an_alarm_that_nobody_takes_goes_to_who_is_on_duty_and_then_to_the_owners(
    app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    (dispatcher, his), (_, theirs) = (
        await staff(app_db, owner, stage, Role.DISPATCHER),
        await staff(app_db, owner, stage, Role.OWNER),
    )
    await on_duty(app_db, stage, dispatcher)
    shift_id = (await place(jobs_db, stage, 1, tomorrow())).shifts[0].id
    alarm_id = await alarm(jobs_db, stage, shift_id, Severity.CRITICAL)
    assert await owner.fetchval(
        "SELECT due_at - now() BETWEEN '4 minutes' AND '6 minutes' FROM outbox WHERE subject_id = $1", alarm_id
    )
    await wait_in_vain(jobs_db, owner, alarm_id)
    (first,) = await texted(owner, stage)
    assert first[0] == his
    assert "Склад на Сенной" in first[1]
    assert "09:00" in first[1]
    await wait_in_vain(jobs_db, owner, alarm_id)
    assert [phone for phone, _ in await texted(owner, stage)] == [his, theirs]
    await wait_in_vain(jobs_db, owner, alarm_id)
    assert len(await texted(owner, stage)) == 2


async def test_an_alarm_that_somebody_took_texts_nobody(
    app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    await staff(app_db, owner, stage, Role.OWNER)
    alarm_id = await alarm(jobs_db, stage, None, Severity.CRITICAL)
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        await acknowledge_alarm(uow, alarm_id)
    await wait_in_vain(jobs_db, owner, alarm_id)
    assert await texted(owner, stage) == []


async def test_without_anybody_on_duty_the_owners_are_told_at_once(
    app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    dispatcher, _ = await staff(app_db, owner, stage, Role.DISPATCHER)
    _, theirs = await staff(app_db, owner, stage, Role.OWNER)
    await on_duty(app_db, stage, dispatcher, begins=HOUR)  # later
    alarm_id = await alarm(jobs_db, stage, None, Severity.CRITICAL)
    await wait_in_vain(jobs_db, owner, alarm_id)
    assert [phone for phone, _ in await texted(owner, stage)] == [theirs]
    assert "Склад" not in (await texted(owner, stage))[0][1]


async def test_what_is_not_critical_stays_on_the_screen(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    alarm_id = await alarm(jobs_db, stage, None, Severity.WARNING)
    assert await owner.fetchval("SELECT count(*) FROM outbox WHERE subject_id = $1", alarm_id) == 0


async def test_nobody_with_a_phone_is_no_failure(jobs_db: Database, stage: Stage, owner: asyncpg.Connection) -> None:
    alarm_id = await alarm(jobs_db, stage, None, Severity.CRITICAL)
    await wait_in_vain(jobs_db, owner, alarm_id)
    assert await texted(owner, stage) == []


async def test_two_are_never_on_duty_at_once(app_db: Database, stage: Stage, owner: asyncpg.Connection) -> None:
    one, _ = await staff(app_db, owner, stage, Role.DISPATCHER)
    other, _ = await staff(app_db, owner, stage, Role.OWNER)
    turn_id = await on_duty(app_db, stage, one)
    with pytest.raises(TurnTaken):
        await on_duty(app_db, stage, other, begins=HOUR)
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        (found,) = await turns(uow, from_at=uow.now, to_at=uow.now + HOUR)
        assert (found.id, found.user_id, found.has_phone) == (turn_id, one, True)
        await remove_turn(uow, turn_id)
        with pytest.raises(TurnNotFound):
            await remove_turn(uow, turn_id)
    await on_duty(app_db, stage, other, begins=HOUR)


async def test_only_who_operates_shifts_goes_on_duty(
    settings: Settings, app_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    accountant, _ = await staff(app_db, owner, stage, Role.ACCOUNTANT)
    elsewhere, _ = await staff(app_db, owner, await set_stage(settings, app_db, men=0), Role.DISPATCHER)
    with pytest.raises(NotADispatcher):
        await on_duty(app_db, stage, accountant)
    with pytest.raises(UserNotFound):
        await on_duty(app_db, stage, elsewhere)
