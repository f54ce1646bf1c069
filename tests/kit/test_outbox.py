import asyncio
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from dispatch.kit import outbox
from dispatch.kit.ids import new_id
from dispatch.kit.jobs import OutboxDrain
from dispatch.kit.outbox import Job
from dispatch.kit.uow import Database, Uow


async def write_event(database: Database, kind: str) -> UUID:
    subject = new_id()
    async with database.begin(new_id(), "system:test") as uow:
        await outbox.emit(uow, kind, subject, note="x")
    return subject


async def state_of(owner: asyncpg.Connection, subject: UUID) -> tuple[str, int]:
    row = await owner.fetchrow("SELECT state, attempt FROM outbox WHERE subject_id = $1", subject)
    return row["state"], row["attempt"]


async def test_a_claimed_row_is_not_claimed_again_before_its_lease_ends(jobs_db: Database) -> None:
    subject = await write_event(jobs_db, "leases.a")
    first = await outbox.claim(jobs_db, "leases", limit=10, lease_s=0.3)
    assert [job.subject_id for job in first] == [subject]
    assert await outbox.claim(jobs_db, "leases", limit=10, lease_s=0.3) == []
    await asyncio.sleep(0.35)
    again = await outbox.claim(jobs_db, "leases", limit=10, lease_s=0.3)
    assert [job.attempt for job in again] == [2]


async def test_a_stale_worker_writes_nothing(jobs_db: Database, owner: asyncpg.Connection) -> None:
    subject = await write_event(jobs_db, "stale.a")
    (old,) = await outbox.claim(jobs_db, "stale", limit=10, lease_s=0.01)
    await asyncio.sleep(0.03)
    (new,) = await outbox.claim(jobs_db, "stale", limit=10, lease_s=30)

    async def effect(uow: Uow, job: Job) -> None:
        await outbox.schedule(uow, "effect.made", job.subject_id, uow.now + timedelta(hours=1), n=job.attempt)

    with pytest.raises(outbox.LeaseLost):
        await outbox.handle(jobs_db, old, {"stale.a": effect})
    await outbox.handle(jobs_db, new, {"stale.a": effect})
    rows = await owner.fetch("SELECT n FROM outbox WHERE kind = 'effect.made' AND subject_id = $1", subject)
    assert [row["n"] for row in rows] == [2]


async def test_moving_a_timer_fences_the_run_under_way(jobs_db: Database) -> None:
    franchise, subject = new_id(), new_id()
    async with jobs_db.begin(franchise, "system:test") as uow:
        await outbox.schedule(uow, "moved.a", subject, uow.now)
    (job,) = await outbox.claim(jobs_db, "moved", limit=1, lease_s=30)
    async with jobs_db.begin(franchise, "system:test") as uow:
        await outbox.schedule(uow, "moved.a", subject, uow.now + timedelta(hours=1))

    async def nothing(_uow: Uow, _job: Job) -> None: ...

    with pytest.raises(outbox.LeaseLost):
        await outbox.handle(jobs_db, job, {"moved.a": nothing})


async def test_eight_drains_handle_each_row_once(jobs_db: Database, owner: asyncpg.Connection) -> None:
    subjects = [await write_event(jobs_db, "many.a") for _ in range(60)]
    seen: list[UUID] = []

    async def note(_uow: Uow, job: Job) -> None:
        seen.append(job.subject_id)

    async def dead(_job: Job, _error: BaseException) -> None:
        pytest.fail("nothing dies here")

    drains = [OutboxDrain(jobs_db, "many", {"many.a": note}, on_dead=dead) for _ in range(8)]
    await asyncio.gather(*(drain() for drain in drains))
    assert sorted(seen) == sorted(subjects)
    assert {await state_of(owner, subject) for subject in subjects} == {("done", 1)}


async def test_a_row_that_always_fails_dies_and_says_so(jobs_db: Database, owner: asyncpg.Connection) -> None:
    subject = await write_event(jobs_db, "dying.a")
    dead: list[str] = []

    async def fails(_uow: Uow, _job: Job) -> None:
        raise ZeroDivisionError

    async def on_dead(job: Job, error: BaseException) -> None:
        dead.append(f"{job.kind} {type(error).__name__}")

    drain = OutboxDrain(jobs_db, "dying", {"dying.a": fails}, max_attempts=2, on_dead=on_dead)
    await drain()
    assert await state_of(owner, subject) == ("pending", 1)
    await asyncio.sleep(0.6)
    await drain()
    assert await state_of(owner, subject) == ("dead", 2)
    assert dead == ["dying.a ZeroDivisionError"]


async def test_one_event_is_one_row(jobs_db: Database) -> None:
    subject = new_id()
    async with jobs_db.begin(new_id(), "system:test") as uow:
        await outbox.emit(uow, "once.a", subject)

    async def again() -> None:
        async with jobs_db.begin(new_id(), "system:test") as uow:
            await outbox.emit(uow, "once.a", subject)

    with pytest.raises(Exception, match="outbox_once"):
        await again()


async def test_a_handler_may_move_its_own_timer(jobs_db: Database, owner: asyncpg.Connection) -> None:
    franchise, subject = new_id(), new_id()
    async with jobs_db.begin(franchise, "system:test") as uow:
        await outbox.schedule(uow, "own.a", subject, uow.now)

    async def later(uow: Uow, job: Job) -> None:
        await outbox.schedule(uow, job.kind, job.subject_id, uow.now + timedelta(hours=1))
        await outbox.schedule(uow, job.kind, job.subject_id, uow.now + timedelta(hours=2))

    (job,) = await outbox.claim(jobs_db, "own", limit=1, lease_s=30)
    await outbox.handle(jobs_db, job, {"own.a": later})
    row = await owner.fetchrow(
        "SELECT state, due_at > now() + interval '90 min' AS later FROM outbox WHERE subject_id = $1", subject
    )
    assert tuple(row) == ("pending", True)


async def test_a_stale_handler_cannot_move_its_timer(jobs_db: Database) -> None:
    franchise, subject = new_id(), new_id()
    async with jobs_db.begin(franchise, "system:test") as uow:
        await outbox.schedule(uow, "stalemove.a", subject, uow.now)

    async def later(uow: Uow, job: Job) -> None:
        await outbox.schedule(uow, job.kind, job.subject_id, uow.now + timedelta(hours=1))

    (old,) = await outbox.claim(jobs_db, "stalemove", limit=1, lease_s=0.01)
    await asyncio.sleep(0.03)
    await outbox.claim(jobs_db, "stalemove", limit=1, lease_s=30)
    with pytest.raises(outbox.LeaseLost):
        await outbox.handle(jobs_db, old, {"stalemove.a": later})


async def test_dropping_the_timer_being_handled_lets_it_end(jobs_db: Database, owner: asyncpg.Connection) -> None:
    franchise, subject = new_id(), new_id()
    async with jobs_db.begin(franchise, "system:test") as uow:
        await outbox.schedule(uow, "dropown.a", subject, uow.now)

    async def drop(uow: Uow, job: Job) -> None:
        await outbox.cancel(uow, job.kind, job.subject_id)

    (job,) = await outbox.claim(jobs_db, "dropown", limit=1, lease_s=30)
    await outbox.handle(jobs_db, job, {"dropown.a": drop})
    assert await state_of(owner, subject) == ("done", 1)
