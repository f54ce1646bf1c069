"""Crews without a text sent: men seated by the seat protocol itself, a shift started by its own timer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import asyncpg

from dispatch.crew.rules import SeatKind
from dispatch.crew.seats import SeatOffer, lock_workers, take_seat
from dispatch.kit.uow import Database
from dispatch.orders.place import PlacedOrder
from dispatch.orders.shifts import lock_shift
from dispatch.staffing.close import ClosedShift, CloseShift, close_shift
from dispatch.staffing.no_show import confirm_absence
from dispatch.staffing.operate import mark_arrived
from tests.factories.desk import another_day
from tests.factories.stage import Stage, let_pass, place, run_lane, until_start
from tests.factories.workers import make_workers

GRACE = timedelta(minutes=15)
LIMIT = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Crew:
    """An order of one shift and its seats, in the order of the men."""

    order: PlacedOrder
    shift_id: UUID
    men: Sequence[UUID]
    seats: Sequence[UUID]


async def with_men(database: Database, stage: Stage, men: int) -> Stage:
    """The same franchise with men nobody else uses, for tests that share a stage."""
    async with database.begin(stage.franchise_id, "system:test") as uow:
        return replace(stage, workers=await make_workers(uow, men))


async def seat(
    database: Database, stage: Stage, shift_id: UUID, worker_id: UUID, kind: SeatKind = SeatKind.PRIMARY
) -> UUID | None:
    """Seat a man under the locks, as a yes does; None when he is booked at that time."""
    async with database.begin(stage.franchise_id, "staff:test") as uow:
        due_at = (await lock_shift(uow, shift_id)).starts_at
        await lock_workers(uow, [worker_id])
        offer = SeatOffer(shift_id, worker_id, None, 1, 8 / 9, False, due_at, due_at + GRACE, due_at + LIMIT)
        return await take_seat(uow, offer, kind)


async def seated(
    database: Database, stage: Stage, headcount: int, *, reserve: int = 0, standby: int = 0, **order: object
) -> Crew:
    """Place an order for a day of its own and seat as many of the stage's men as its crew needs."""
    kinds = [SeatKind.PRIMARY] * headcount + [SeatKind.RESERVE] * reserve + [SeatKind.STANDBY] * standby
    placed = await place(database, stage, headcount, another_day(), **order)
    shift_id, men = placed.shifts[0].id, stage.workers[: len(kinds)]
    seats = [await seat(database, stage, shift_id, man, kind) for man, kind in zip(men, kinds, strict=True)]
    return Crew(placed, shift_id, men, [taken for taken in seats if taken is not None])


async def start(jobs: Database, owner: asyncpg.Connection, shift_id: UUID) -> None:
    """Let the start of a shift come, and a moment more."""
    await run_lane(jobs)
    await until_start(owner, shift_id)
    await run_lane(jobs)


async def arrive(database: Database, stage: Stage, *seats: UUID) -> list[str]:
    """Say of men, one after the other, that they are on site; return what it came to."""
    outcomes = []
    for seat_id in seats:
        async with database.begin(stage.franchise_id, "staff:test") as uow:
            outcomes.append(await mark_arrived(uow, seat_id))
    return outcomes


async def miss(jobs: Database, owner: asyncpg.Connection, stage: Stage, shift_id: UUID, *seats: UUID) -> None:
    """Let everybody's limit pass, then say of these men that they did not come."""
    await let_pass(owner, shift_id, LIMIT)
    for seat_id in seats:
        async with jobs.begin(stage.franchise_id, "staff:test") as uow:
            await confirm_absence(uow, seat_id)


async def close(database: Database, stage: Stage, shift_id: UUID, **minutes: object) -> ClosedShift:
    """Close a running shift; `hours` as `CloseShift` takes them."""
    async with database.begin(stage.franchise_id, "staff:test") as uow:
        return await close_shift(uow, shift_id, CloseShift.model_validate(minutes))
