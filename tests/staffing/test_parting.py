"""Pausing keeps seats and says so; parting waits until nobody expects him, here or elsewhere."""

from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from dispatch.crew.queries import seats_held
from dispatch.crew.rules import SeatKind
from dispatch.crew.seats import SeatOffer, take_seat
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.staffing.operate import ReleaseSeat, release_seat
from dispatch.staffing.parting import WorkerHoldsSeats, part_with_worker, pause_and_tell
from tests.factories.desk import another_day, crew_of, filled
from tests.factories.stage import Stage, place, run_lane, set_stage

STATUS = "SELECT status FROM workers WHERE id = $1"


@pytest_asyncio.fixture(loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=4)


async def test_who_is_paused_keeps_his_seats_and_they_are_named(
    app_db: Database, jobs_db: Database, owner: asyncpg.Connection, stage: Stage
) -> None:
    order = await filled(jobs_db, stage, 1, another_day())
    (seat, *_) = await crew_of(owner, order.shifts[0].id)
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        (held,) = await pause_and_tell(uow, seat["worker_id"])
    assert (held.seat_id, held.shift_id, held.kind) == (seat["id"], order.shifts[0].id, seat["kind"])
    assert await owner.fetchval(STATUS, seat["worker_id"]) == "paused"
    assert await owner.fetchval("SELECT status FROM seats WHERE id = $1", seat["id"]) == "booked"


async def test_who_holds_a_seat_is_archived_only_after_its_release(
    app_db: Database, jobs_db: Database, owner: asyncpg.Connection, stage: Stage
) -> None:
    order = await filled(jobs_db, stage, 1, another_day())
    (seat, *_) = await crew_of(owner, order.shifts[0].id)
    worker = seat["worker_id"]
    with pytest.raises(WorkerHoldsSeats) as refused:
        async with app_db.begin(stage.franchise_id, "staff:test") as uow:
            await part_with_worker(uow, worker)
    seats: Any = refused.value.fields["seats"]
    (listed,) = seats
    assert (listed["shift_id"], listed["starts_at"]) == (order.shifts[0].id, order.shifts[0].asked.starts_at)
    assert await owner.fetchval(STATUS, worker) == "active"
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        await release_seat(uow, seat["id"], ReleaseSeat(reason="he leaves us"))
        await part_with_worker(uow, worker)
    assert await owner.fetchval(STATUS, worker) == "archived"
    await run_lane(jobs_db)


async def test_a_seat_elsewhere_holds_him_too_and_does_not_say_where(
    settings: Settings, app_db: Database, jobs_db: Database, owner: asyncpg.Connection, stage: Stage
) -> None:
    borrower = await set_stage(settings, app_db, men=0)
    order = await place(jobs_db, borrower, 1, another_day())
    starts_at, worker = order.shifts[0].asked.starts_at, stage.workers[-1]
    async with app_db.begin(borrower.franchise_id, "staff:test") as uow:
        offer = SeatOffer(order.shifts[0].id, worker, None, 1, 0.9, False, starts_at, starts_at, starts_at)
        assert await take_seat(uow, offer, SeatKind.PRIMARY)
    with pytest.raises(WorkerHoldsSeats) as refused:
        async with app_db.begin(stage.franchise_id, "staff:test") as uow:
            await part_with_worker(uow, worker)
    seats: Any = refused.value.fields["seats"]
    (listed,) = seats
    assert (listed["seat_id"], listed["shift_id"], listed["starts_at"]) == (None, None, starts_at)
    async with app_db.begin(borrower.franchise_id, "staff:test") as uow:
        assert await seats_held(uow, worker) == [], "not the borrower's to ask"
    assert await owner.fetchval(STATUS, worker) == "active"
