"""The status of a shift as the database keeps it, from the first seat to the close."""

from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from dispatch.crew.rules import SeatKind, SeatStatus
from dispatch.crew.seats import move_seat, read_seat
from dispatch.kit.ids import new_id
from dispatch.kit.states import IllegalMove
from dispatch.kit.uow import Database
from dispatch.orders.rules import ShiftStatus
from dispatch.orders.shifts import ShiftNotFound, lock_shift, lock_shifts, move_shift, set_cover, settle_status
from dispatch.settings import Settings
from dispatch.staffing.events import SHORT_ALARM_DUE
from tests.factories.crew import arrive, close, seat, start
from tests.factories.desk import another_day
from tests.factories.stage import Stage, place, run_lane, set_stage

PRIMARY, RESERVE, _ = SeatKind


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=8)


@pytest_asyncio.fixture(loop_scope="session")
async def shift_id(app_db: Database, stage: Stage) -> UUID:
    """Two wanted; three must be seated to be covered."""
    return (await place(app_db, stage, 2, another_day())).shifts[0].id


async def status(owner: asyncpg.Connection, shift_id: UUID) -> str:
    return await owner.fetchval("SELECT status FROM shifts WHERE id = $1", shift_id)


async def settle(database: Database, stage: Stage, shift_id: UUID, *, short: bool | None = None) -> ShiftStatus:
    async with database.begin(stage.franchise_id, "staff:test") as uow:
        await lock_shift(uow, shift_id)
        return await settle_status(uow, shift_id, short=short)


async def take(
    database: Database, stage: Stage, shift_id: UUID, man: int, kind: SeatKind = PRIMARY
) -> tuple[UUID, ShiftStatus]:
    """Seat one more man and settle."""
    taken = await seat(database, stage, shift_id, stage.workers[man], kind)
    assert taken is not None
    return taken, await settle(database, stage, shift_id)


async def leave(database: Database, stage: Stage, shift_id: UUID, seat_id: UUID) -> ShiftStatus:
    async with database.begin(stage.franchise_id, "staff:test") as uow:
        await lock_shift(uow, shift_id)
        await move_seat(uow, await read_seat(uow, seat_id), SeatStatus.CANCELLED_BY_WORKER)
        return await settle_status(uow, shift_id)


async def move(database: Database, stage: Stage, shift_id: UUID, new: ShiftStatus) -> bool:
    async with database.begin(stage.franchise_id, "staff:test") as uow:
        return await move_shift(uow, await lock_shift(uow, shift_id), new)


async def test_a_shift_fills_is_covered_and_falls_back(
    app_db: Database, stage: Stage, shift_id: UUID, owner: asyncpg.Connection
) -> None:
    seen = [await status(owner, shift_id)]
    seats = []
    for man, kind in enumerate((PRIMARY, PRIMARY, RESERVE)):
        taken, reckoned = await take(app_db, stage, shift_id, man, kind)
        seats.append(taken)
        seen.append(await status(owner, shift_id))
        assert seen[-1] == reckoned
    assert seen == ["recruiting", "recruiting", "filled", "covered"]
    for gone in reversed(seats):
        await leave(app_db, stage, shift_id, gone)
        seen.append(await status(owner, shift_id))
    assert seen[4:] == ["filled", "recruiting", "recruiting"]


async def test_a_reserve_in_hand_does_not_fill_a_primary_place(
    app_db: Database, stage: Stage, shift_id: UUID, owner: asyncpg.Connection
) -> None:
    await take(app_db, stage, shift_id, 0)
    await take(app_db, stage, shift_id, 1, RESERVE)
    assert await status(owner, shift_id) == "recruiting"


async def test_a_shortage_stands_until_it_is_lifted_or_covered(
    app_db: Database, stage: Stage, shift_id: UUID, owner: asyncpg.Connection
) -> None:
    assert await settle(app_db, stage, shift_id, short=True) is ShiftStatus.SHORT
    for man in (0, 1):
        await take(app_db, stage, shift_id, man)
        assert await status(owner, shift_id) == "short", "told to people, it is not taken back in silence"
    assert await settle(app_db, stage, shift_id, short=False) is ShiftStatus.FILLED
    assert await settle(app_db, stage, shift_id, short=True) is ShiftStatus.SHORT
    await take(app_db, stage, shift_id, 2, RESERVE)
    assert await status(owner, shift_id) == "covered"
    assert await settle(app_db, stage, shift_id) is ShiftStatus.COVERED, "covered ended the shortage"


async def test_a_higher_cover_uncovers(
    app_db: Database, stage: Stage, shift_id: UUID, owner: asyncpg.Connection
) -> None:
    for man, kind in enumerate((PRIMARY, PRIMARY, RESERVE)):
        await take(app_db, stage, shift_id, man, kind)
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        await set_cover(uow, await lock_shift(uow, shift_id), 4, 2, "one of them is doubtful")
        await settle_status(uow, shift_id)
    assert await status(owner, shift_id) == "filled"
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        await set_cover(uow, await lock_shift(uow, shift_id), 2, 0, "all reconfirmed")
        await settle_status(uow, shift_id)
    row = await owner.fetchrow("SELECT status, reserve_capacity FROM shifts WHERE id = $1", shift_id)
    assert tuple(row) == ("covered", 1), "the place promised to the reserve is kept"


async def test_the_same_level_again_writes_nothing(
    app_db: Database, stage: Stage, shift_id: UUID, owner: asyncpg.Connection
) -> None:
    before = await owner.fetchrow("SELECT * FROM shifts WHERE id = $1", shift_id)
    assert await settle(app_db, stage, shift_id) is ShiftStatus.RECRUITING
    assert await owner.fetchrow("SELECT * FROM shifts WHERE id = $1", shift_id) == before


async def test_near_the_start_a_shift_that_is_not_filled_is_short(
    jobs_db: Database, settings: Settings, app_db: Database, owner: asyncpg.Connection
) -> None:
    alone = await set_stage(settings, app_db, men=0)
    order = await place(jobs_db, alone, 2, another_day())
    await run_lane(jobs_db)
    shift_id = order.shifts[0].id
    await owner.execute(
        "UPDATE outbox SET due_at = now() WHERE kind = $1 AND subject_id = $2", SHORT_ALARM_DUE, shift_id
    )
    await run_lane(jobs_db)
    assert await status(owner, shift_id) == "short"
    severity = "SELECT severity FROM alarms WHERE shift_id = $1 AND kind = 'shortfall_predicted'"
    assert await owner.fetchval(severity, shift_id) == "critical"
    await start(jobs_db, owner, shift_id)
    assert await status(owner, shift_id) == "running", "it starts with whoever is there"


async def test_after_the_start_seats_decide_nothing_and_the_close_is_the_end(
    jobs_db: Database, stage: Stage, shift_id: UUID, owner: asyncpg.Connection
) -> None:
    seats = [
        (await take(jobs_db, stage, shift_id, man, kind))[0] for man, kind in enumerate((PRIMARY, PRIMARY, RESERVE))
    ]
    await start(jobs_db, owner, shift_id)
    assert await status(owner, shift_id) == "running"
    assert await leave(jobs_db, stage, shift_id, seats[2]) is ShiftStatus.RUNNING
    assert await settle(jobs_db, stage, shift_id, short=True) is ShiftStatus.RUNNING
    await arrive(jobs_db, stage, *seats[:2])
    await close(jobs_db, stage, shift_id)
    row = await owner.fetchrow(
        """SELECT s.status, s.closed_at IS NOT NULL AS closed, o.status AS of_order
           FROM shifts s JOIN orders o ON o.id = s.order_id WHERE s.id = $1""",
        shift_id,
    )
    assert tuple(row) == ("closed", True, "closed")
    for new in (ShiftStatus.RUNNING, ShiftStatus.CANCELLED, ShiftStatus.RECRUITING):
        with pytest.raises(IllegalMove):
            await move(jobs_db, stage, shift_id, new)
    assert not await move(jobs_db, stage, shift_id, ShiftStatus.CLOSED)


async def test_an_order_is_over_with_its_last_shift(jobs_db: Database, stage: Stage, owner: asyncpg.Connection) -> None:
    order = await place(jobs_db, stage, 1, another_day(), another_day())
    of_order = "SELECT status FROM orders WHERE id = $1"
    for shift, expected in zip(order.shifts, ("open", "closed"), strict=True):
        await start(jobs_db, owner, shift.id)
        await close(jobs_db, stage, shift.id)
        assert await owner.fetchval(of_order, order.id) == expected


async def test_the_database_itself_refuses_a_move_that_is_not_in_the_table(
    app_db: Database, stage: Stage, shift_id: UUID
) -> None:
    with pytest.raises(asyncpg.PostgresError, match="closed"):
        async with app_db.begin(stage.franchise_id, "staff:test") as uow:
            await uow.run("UPDATE shifts SET status = 'closed' WHERE id = $1", shift_id)


async def test_shifts_are_locked_by_their_own_franchise_in_order_of_start(
    app_db: Database, stage: Stage, settings: Settings
) -> None:
    later, sooner = another_day(), another_day()
    first = (await place(app_db, stage, 1, sooner)).shifts[0].id
    second = (await place(app_db, stage, 1, later)).shifts[0].id
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        locked = await lock_shifts(uow, [first, second, first])
    assert [shift.id for shift in locked] == [second, first]
    stranger = await set_stage(settings, app_db, men=0)
    for franchise_id, wanted in ((stranger.franchise_id, first), (stage.franchise_id, new_id())):
        with pytest.raises(ShiftNotFound):
            async with app_db.begin(franchise_id, "staff:test") as uow:
                await lock_shift(uow, wanted)
