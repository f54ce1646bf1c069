"""Alarms: the same one stands once, for its franchise, until it has passed."""

import asyncio
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from dispatch.crew.alarms import AlarmNotFound, Severity, acknowledge_alarm, raise_alarm, resolve_alarms
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from tests.factories.desk import another_day
from tests.factories.stage import Stage, place, set_stage


@pytest_asyncio.fixture(loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=0)


async def sound(
    database: Database, franchise_id: UUID, kind: str = "unaccounted", shift_id: UUID | None = None, key: str = ""
) -> bool:
    async with database.begin(franchise_id, "system:test") as uow:
        return await raise_alarm(
            uow, kind, "Ring him.", shift_id=shift_id, severity=Severity.CRITICAL, key=key, missing=1
        )


async def passed(
    database: Database, stage: Stage, kind: str = "unaccounted", shift_id: UUID | None = None, key: str | None = None
) -> None:
    async with database.begin(stage.franchise_id, "system:test") as uow:
        await resolve_alarms(uow, kind, shift_id, key=key)


async def standing(owner: asyncpg.Connection, stage: Stage) -> list[str]:
    rows = await owner.fetch(
        "SELECT dedupe_key FROM alarms WHERE franchise_id = $1 AND status <> 'resolved' ORDER BY id", stage.franchise_id
    )
    return [row["dedupe_key"] for row in rows]


async def test_an_alarm_is_told_apart_by_kind_shift_key_and_franchise(
    app_db: Database, stage: Stage, settings: Settings, owner: asyncpg.Connection
) -> None:
    other = await set_stage(settings, app_db, men=0)
    shift_id = (await place(app_db, stage, 1, another_day())).shifts[0].id
    for kind, shift, key in (
        ("unaccounted", None, ""),
        ("unaccounted", shift_id, ""),
        ("unaccounted", shift_id, "seat-1"),
        ("unaccounted", shift_id, "seat-2"),
        ("site_silent", shift_id, "seat-2"),
    ):
        assert await sound(app_db, stage.franchise_id, kind, shift, key)
        assert not await sound(app_db, stage.franchise_id, kind, shift, key)
    assert await sound(app_db, other.franchise_id)
    assert len(await standing(owner, stage)) == 5


async def test_raised_by_many_at_once_it_is_new_to_one(
    app_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    news = await asyncio.gather(*(sound(app_db, stage.franchise_id) for _ in range(8)))
    assert sorted(news) == [False] * 7 + [True]
    assert len(await standing(owner, stage)) == 1


async def test_one_that_passed_may_come_again_and_one_being_looked_after_stands(
    app_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    assert await sound(app_db, stage.franchise_id)
    alarm_id = await owner.fetchval("SELECT id FROM alarms WHERE franchise_id = $1", stage.franchise_id)
    for person in ("staff:first", "staff:second"):
        async with app_db.begin(stage.franchise_id, person) as uow:
            await acknowledge_alarm(uow, alarm_id)
    assert not await sound(app_db, stage.franchise_id), "somebody is on it"
    await passed(app_db, stage)
    await passed(app_db, stage)
    async with app_db.begin(stage.franchise_id, "staff:late") as uow:
        await acknowledge_alarm(uow, alarm_id)
    row = await owner.fetchrow(
        "SELECT status, acknowledged_by, resolved_at IS NOT NULL AS done FROM alarms WHERE id = $1", alarm_id
    )
    assert tuple(row) == ("resolved", "staff:first", True)
    assert await sound(app_db, stage.franchise_id), "it is wrong again"
    assert await owner.fetchval("SELECT count(*) FROM alarms WHERE franchise_id = $1", stage.franchise_id) == 2


async def test_what_has_passed_is_named_by_key_or_is_all_of_a_kind(
    app_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await place(app_db, stage, 1, another_day())).shifts[0].id
    for key in ("a", "b", "c"):
        await sound(app_db, stage.franchise_id, "unaccounted", shift_id, key)
    await sound(app_db, stage.franchise_id, "site_silent", shift_id)
    await sound(app_db, stage.franchise_id)
    await passed(app_db, stage, "unaccounted", shift_id, "b")
    assert await standing(owner, stage) == [
        f"unaccounted:{shift_id}:a",
        f"unaccounted:{shift_id}:c",
        f"site_silent:{shift_id}:",
        "unaccounted:None:",
    ]
    await passed(app_db, stage, "unaccounted", shift_id)
    assert await standing(owner, stage) == [f"site_silent:{shift_id}:", "unaccounted:None:"]


async def test_an_alarm_belongs_to_its_franchise(
    app_db: Database, stage: Stage, settings: Settings, owner: asyncpg.Connection
) -> None:
    other = await set_stage(settings, app_db, men=0)
    assert await sound(app_db, stage.franchise_id)
    await passed(app_db, other)
    alarm_id = await owner.fetchval("SELECT id FROM alarms WHERE franchise_id = $1", stage.franchise_id)
    for franchise_id, wanted in ((other.franchise_id, alarm_id), (stage.franchise_id, new_id())):
        with pytest.raises(AlarmNotFound):
            async with app_db.begin(franchise_id, "staff:test") as uow:
                await acknowledge_alarm(uow, wanted)
    assert len(await standing(owner, stage)) == 1
