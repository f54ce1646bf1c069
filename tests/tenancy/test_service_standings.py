from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import asyncpg
import pytest

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.tenancy.errors import CONSTRAINTS, StandingWorkerUnknown, SuspensionInPast
from dispatch.tenancy.moves import STANDING_MOVES
from dispatch.tenancy.policy import StandingStatus
from dispatch.tenancy.service import Standing, set_standing, standing_of
from tests.factories.tenancy import make_franchise

OK, SUSPENDED, EXCLUDED = StandingStatus.OK, StandingStatus.SUSPENDED, StandingStatus.EXCLUDED


async def pool_worker(owner: asyncpg.Connection, home: UUID) -> UUID:
    """The least the pool accepts; what makes him eligible is no matter here."""
    worker_id = new_id()
    await owner.execute(
        "INSERT INTO workers (id, franchise_id, location, zone) VALUES ($1, $2, 'POINT(30 60)', 'Europe/Moscow')",
        worker_id,
        home,
    )
    return worker_id


async def test_the_table_of_moves_is_the_databases(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch("SELECT entity, old_status, new_status FROM status_moves WHERE entity = 'standings'")
    assert STANDING_MOVES.rows() == {tuple(row) for row in rows}


def test_every_pair_of_statuses_is_decided() -> None:
    assert {*STANDING_MOVES.allowed, *STANDING_MOVES.noops} == set(product(StandingStatus, repeat=2))


async def test_a_worker_nobody_judged_is_in_good_standing(
    settings: Settings, app_db: Database, owner: asyncpg.Connection
) -> None:
    franchise = await make_franchise(settings)
    worker_id = await pool_worker(owner, franchise.id)
    async with app_db.begin(franchise.id, "staff:o") as uow:
        assert await standing_of(uow, worker_id) == Standing()
        assert await set_standing(uow, worker_id, OK, reason="restored") == Standing()
    assert await owner.fetchval("SELECT count(*) FROM standings WHERE worker_id = $1", worker_id) == 0


async def test_suspension_exclusion_and_return(settings: Settings, app_db: Database, owner: asyncpg.Connection) -> None:
    franchise = await make_franchise(settings)
    worker_id = await pool_worker(owner, franchise.id)
    async with app_db.begin(franchise.id, "staff:o") as uow:
        week = uow.now + timedelta(days=7)
        month = uow.now + timedelta(days=30)
        suspended = await set_standing(uow, worker_id, SUSPENDED, until=week, reason="two strikes", strikes=2)
        assert suspended == Standing(SUSPENDED, week, "two strikes", 2)
        assert not suspended.allows(uow.now)
        assert suspended.allows(week)
        assert (await set_standing(uow, worker_id, SUSPENDED, until=month, reason="more")).suspended_until == month
        assert (await set_standing(uow, worker_id, SUSPENDED, until=week, reason="less")).suspended_until == month
        assert (await set_standing(uow, worker_id, SUSPENDED, reason="open end")).suspended_until is None
        assert (await set_standing(uow, worker_id, SUSPENDED, until=month, reason="x")).suspended_until is None
        excluded = await set_standing(uow, worker_id, EXCLUDED, reason="third no-show")
        assert excluded == Standing(EXCLUDED, None, "third no-show", 2)
        assert await set_standing(uow, worker_id, EXCLUDED, reason="again") == excluded
        assert await set_standing(uow, worker_id, SUSPENDED, until=week, reason="late step") == excluded
        assert (await set_standing(uow, worker_id, SUSPENDED, until=week, reason="x", strikes=5)).status is EXCLUDED
        assert await standing_of(uow, worker_id) == Standing(EXCLUDED, None, "third no-show", 5)
        restored = await set_standing(uow, worker_id, OK, reason="appeal upheld", strikes=0)
        assert restored == Standing(OK, None, "appeal upheld", 0)


async def test_each_decision_is_one_audit_row(settings: Settings, app_db: Database, owner: asyncpg.Connection) -> None:
    franchise = await make_franchise(settings)
    worker_id = await pool_worker(owner, franchise.id)
    async with app_db.begin(franchise.id, "staff:boss") as uow:
        await set_standing(uow, worker_id, EXCLUDED, reason="drunk")
        await set_standing(uow, worker_id, EXCLUDED, reason="drunk")
        await set_standing(uow, worker_id, OK, reason="mistaken for another")
    rows = await owner.fetch(
        "SELECT action, actor FROM audit_log WHERE entity = 'standings' AND entity_id = $1 ORDER BY id", str(worker_id)
    )
    assert [tuple(row) for row in rows] == [("insert", "staff:boss"), ("update", "staff:boss")]


async def test_standing_is_between_one_franchise_and_the_worker(
    settings: Settings, app_db: Database, owner: asyncpg.Connection
) -> None:
    home, other = await make_franchise(settings), await make_franchise(settings)
    worker_id = await pool_worker(owner, home.id)
    async with app_db.begin(other.id, "staff:o") as uow:
        await set_standing(uow, worker_id, EXCLUDED, reason="no-show as a guest")
    async with app_db.begin(home.id, "staff:o") as uow:
        assert (await standing_of(uow, worker_id)).status is OK


async def test_a_suspension_ends_later(settings: Settings, app_db: Database, owner: asyncpg.Connection) -> None:
    franchise = await make_franchise(settings)
    with pytest.raises(SuspensionInPast):
        async with app_db.begin(franchise.id, "staff:o") as uow:
            await set_standing(uow, new_id(), SUSPENDED, until=datetime(2020, 1, 1, tzinfo=UTC), reason="x")


async def test_nobody_unknown_gets_a_standing(settings: Settings, app_db: Database) -> None:
    franchise = await make_franchise(settings)
    database = Database(app_db.engine, constraints=CONSTRAINTS)
    with pytest.raises(StandingWorkerUnknown):
        async with database.begin(franchise.id, "staff:o") as uow:
            await set_standing(uow, new_id(), EXCLUDED, reason="x")
