import asyncio
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.kit import outbox
from dispatch.kit.ids import new_id
from dispatch.kit.uow import ConcurrentUse, Database, constraint_of, sqlstate


async def seen_franchises(database: Database, franchise_id: UUID | None) -> str:
    async with database.begin(franchise_id, "system:test") as uow:
        return str(await uow.fetchval("SELECT current_setting('app.franchises', true)"))


async def test_tenant_actor_and_moment_are_set_in_the_same_transaction(app_db: Database) -> None:
    franchise_id = new_id()
    async with app_db.begin(franchise_id, "staff:someone") as uow:
        row = await uow.fetchrow(
            "SELECT current_setting('app.franchises') AS f, current_setting('app.actor') AS a, clock.now() AS now"
        )
        assert row is not None
        assert (row["f"], row["a"], row["now"]) == (f"{{{franchise_id}}}", "staff:someone", uow.now)


async def test_the_tenant_does_not_leak_to_the_next_checkout(app_db: Database) -> None:
    assert await seen_franchises(app_db, new_id()) != ""
    assert await seen_franchises(app_db, None) == ""


async def test_an_error_rolls_back_orm_and_raw_work_alike(jobs_db: Database, owner: asyncpg.Connection) -> None:
    franchise_id = new_id()

    async def fail_half_way() -> None:
        async with jobs_db.begin(franchise_id, "system:test") as uow:
            await outbox.emit(uow, "test.happened", franchise_id)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_half_way()
    assert await owner.fetchval("SELECT count(*) FROM outbox WHERE subject_id = $1", franchise_id) == 0


async def test_two_tasks_may_not_share_a_unit_of_work(app_db: Database) -> None:
    async with app_db.begin(None, "system:test") as uow:
        nap = text("SELECT pg_sleep(0.05)")
        results = await asyncio.gather(uow.session.execute(nap), uow.session.execute(nap), return_exceptions=True)
    assert sum(isinstance(result, ConcurrentUse) for result in results) == 1


@pytest.mark.parametrize("moment", [0.0, 0.0005, 0.001, 0.002])
async def test_a_cancelled_transaction_ends_as_cancelled_whatever_it_was_doing(app_db: Database, moment: float) -> None:
    for _ in range(50):
        task = asyncio.create_task(seen_franchises(app_db, new_id()))
        await asyncio.sleep(moment)
        task.cancel()
        (outcome,) = await asyncio.gather(task, return_exceptions=True)
        assert isinstance(outcome, str | asyncio.CancelledError)


async def test_what_is_cancelled_while_it_commits_stands(
    jobs_db: Database, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    franchise_id, asked = new_id(), asyncio.Event()
    commit = AsyncSession.commit

    async def slowly(session: AsyncSession) -> None:
        asked.set()
        await asyncio.sleep(0.1)
        await commit(session)

    monkeypatch.setattr(AsyncSession, "commit", slowly)

    async def change() -> None:
        async with jobs_db.begin(franchise_id, "system:test") as uow:
            await outbox.emit(uow, "test.happened", franchise_id)

    task = asyncio.create_task(change())
    await asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await owner.fetchval("SELECT count(*) FROM outbox WHERE subject_id = $1", franchise_id) == 1


async def test_without_a_tenant_no_row_is_visible(app_db: Database, jobs_db: Database) -> None:
    franchise_id = new_id()
    async with app_db.begin(franchise_id, "system:test") as uow:
        await outbox.schedule(uow, "test.later", franchise_id, uow.now)
    async with app_db.begin(None, "system:test") as uow:
        assert await uow.fetchval("SELECT count(*) FROM outbox") == 0
    async with app_db.begin(new_id(), "system:test") as uow:
        assert await uow.fetchval("SELECT count(*) FROM outbox") == 0
    async with app_db.begin(franchise_id, "system:test") as uow:
        assert await uow.fetchval("SELECT count(*) FROM outbox") == 1


@pytest.mark.timeout(10)
def test_errors_that_cause_one_another_are_read_to_an_end() -> None:
    """A failure after the response has begun is wrapped by the framework and wraps it again."""
    one, other = RuntimeError("response already started"), ValueError("the commit failed")
    one.__cause__, other.__cause__ = other, one
    assert sqlstate(one) is None
    assert constraint_of(other) is None
