"""Seats on the real tables: the exclusion decides, the counters follow, nothing else does either."""

import itertools
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from dispatch.crew.errors import SeatNotFound, ShiftFull
from dispatch.crew.rules import LIVE, SEAT_MOVES, SeatKind, SeatStatus
from dispatch.crew.seats import (
    SeatOffer,
    change_kind,
    live_seats,
    lock_workers,
    move_seat,
    read_seat,
    record_arrival,
    seats_of,
    take_seat,
)
from dispatch.kit.ids import new_id
from dispatch.kit.states import IllegalMove
from dispatch.kit.uow import Database
from dispatch.orders.commands import AskedShift
from dispatch.orders.shifts import lock_shift, read_shift
from dispatch.settings import Settings
from tests.factories.crew import seat, seated
from tests.factories.desk import another_day
from tests.factories.stage import Stage, place, set_stage

PRIMARY, RESERVE, STANDBY = SeatKind


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def home(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=40)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def guest(settings: Settings, app_db: Database) -> Stage:
    """Another franchise; men are shared, seats are not."""
    return await set_stage(settings, app_db, men=0)


async def shift(database: Database, stage: Stage, asked: AskedShift | None = None, headcount: int = 2) -> UUID:
    return (await place(database, stage, headcount, asked or another_day())).shifts[0].id


async def counters(owner: asyncpg.Connection, shift_id: UUID) -> tuple[int, int, int]:
    row = await owner.fetchrow("SELECT primary_count, reserve_count, standby_count FROM shifts WHERE id = $1", shift_id)
    return tuple(row)


async def held(owner: asyncpg.Connection, shift_id: UUID) -> tuple[int, int, int]:
    """What the counters must say."""
    rows = await owner.fetch(
        "SELECT kind FROM seats WHERE shift_id = $1 AND status = ANY ($2)", shift_id, [str(status) for status in LIVE]
    )
    kinds = Counter(row["kind"] for row in rows)
    return kinds[PRIMARY], kinds[RESERVE], kinds[STANDBY]


async def move(database: Database, stage: Stage, seat_id: UUID, new: SeatStatus) -> bool:
    async with database.begin(stage.franchise_id, "staff:test") as uow:
        return await move_seat(uow, await read_seat(uow, seat_id), new)


async def make(database: Database, stage: Stage, seat_id: UUID, kind: SeatKind) -> bool:
    async with database.begin(stage.franchise_id, "staff:test") as uow:
        return await change_kind(uow, await read_seat(uow, seat_id), kind)


async def test_who_is_booked_gets_no_seat_and_no_error(
    app_db: Database, home: Stage, guest: Stage, owner: asyncpg.Connection
) -> None:
    day, man = another_day(), home.workers[0]
    here, there = await shift(app_db, home, day), await shift(app_db, guest, day)
    assert await seat(app_db, home, here, man) is not None
    assert await seat(app_db, home, here, man) is None, "twice on one shift"
    assert await seat(app_db, guest, there, man) is None, "at another franchise"
    assert await seat(app_db, guest, there, man, RESERVE) is None
    assert (await counters(owner, here), await counters(owner, there)) == ((1, 0, 0), (0, 0, 0))


async def test_a_refused_seat_leaves_its_transaction_whole(
    app_db: Database, home: Stage, owner: asyncpg.Connection
) -> None:
    day, (man, other) = another_day(), home.workers[1:3]
    first, second = await shift(app_db, home, day), await shift(app_db, home, day)
    assert await seat(app_db, home, first, man) is not None
    due_at = day.starts_at
    async with app_db.begin(home.franchise_id, "staff:test") as uow:
        await lock_shift(uow, second)
        await lock_workers(uow, [man, other])
        offers = [SeatOffer(second, who, None, 1, 0.9, False, due_at, due_at, due_at) for who in (man, other)]
        assert [await take_seat(uow, offer, PRIMARY) is None for offer in offers] == [True, False]
    assert await counters(owner, second) == (1, 0, 0)


@pytest.mark.parametrize(("gap_min", "free"), [(0, False), (59, False), (60, True)])
async def test_an_hour_lies_between_two_works(app_db: Database, home: Stage, gap_min: int, *, free: bool) -> None:
    day, man = another_day(), home.workers[3]
    later = day.ends_at + timedelta(minutes=gap_min)
    following = AskedShift(starts_at=later, ends_at=later + timedelta(hours=4))
    assert await seat(app_db, home, await shift(app_db, home, day), man) is not None
    assert (await seat(app_db, home, await shift(app_db, home, following), man) is not None) is free


async def test_who_is_on_standby_is_free_until_he_is_called(
    app_db: Database, home: Stage, guest: Stage, owner: asyncpg.Connection
) -> None:
    day, (man, other) = another_day(), home.workers[4:6]
    here, there = await shift(app_db, home, day), await shift(app_db, guest, day)
    waiting = await seat(app_db, home, here, man, STANDBY)
    working = await seat(app_db, guest, there, man)
    assert waiting is not None
    assert working is not None
    assert not await make(app_db, home, waiting, PRIMARY), "who took him meanwhile keeps him"
    assert await counters(owner, here) == (0, 0, 1)
    assert await move(app_db, guest, working, SeatStatus.RELEASED)
    assert await make(app_db, home, waiting, PRIMARY)
    assert not await make(app_db, home, waiting, PRIMARY), "he is that already"
    assert await counters(owner, here) == (1, 0, 0)
    assert await seat(app_db, guest, there, man) is None, "now he is booked"
    assert await owner.fetchval("SELECT was_kind FROM seats WHERE id = $1", waiting) == "standby"
    assert await seat(app_db, guest, there, other) is not None


async def test_a_standby_who_was_asked_is_booked_by_his_promotion(
    app_db: Database, home: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = await shift(app_db, home)
    waiting = await seat(app_db, home, shift_id, home.workers[6], STANDBY)
    assert waiting is not None
    assert await move(app_db, home, waiting, SeatStatus.ASKED)
    assert await make(app_db, home, waiting, RESERVE)
    assert await owner.fetchval("SELECT status FROM seats WHERE id = $1", waiting) == "booked"


async def test_nobody_is_seated_beyond_the_places(app_db: Database, home: Stage, owner: asyncpg.Connection) -> None:
    crew = await seated(app_db, home, 2, reserve=1, standby=1)
    for kind in SeatKind:
        with pytest.raises(ShiftFull):
            await seat(app_db, home, crew.shift_id, home.workers[7], kind)
    assert await counters(owner, crew.shift_id) == (2, 1, 1)
    with pytest.raises(ShiftFull):
        await make(app_db, home, crew.seats[2], PRIMARY)
    assert await counters(owner, crew.shift_id) == await held(owner, crew.shift_id) == (2, 1, 1)


@pytest.mark.parametrize("seed", range(4))
async def test_counters_are_the_live_seats_whatever_becomes_of_them(
    app_db: Database, home: Stage, owner: asyncpg.Connection, seed: int
) -> None:
    """A random life of a crew: taken, moved along the table, given another kind, refused."""
    rng = random.Random(seed)
    shift_id = await shift(app_db, home, headcount=6)
    men = itertools.cycle(home.workers[8:26])
    for _ in range(60):
        async with app_db.begin(home.franchise_id, "staff:test") as uow:
            seats = await seats_of(uow, shift_id)
            size = await read_shift(uow, shift_id)
        room = {
            PRIMARY: size.headcount - size.primary_count,
            RESERVE: size.reserve_capacity - size.reserve_count,
            STANDBY: size.standby_capacity - size.standby_count,
        }
        kind = rng.choice([kind for kind in SeatKind if room[kind] > 0] or [None])
        one = rng.choice(seats) if seats else None
        act = rng.random()
        if one is None or act < 0.4:
            if kind is not None:
                await seat(app_db, home, shift_id, next(men), kind)
        elif act < 0.6 and one.live and kind is not None:
            await make(app_db, home, one.id, kind)
        elif targets := sorted(SEAT_MOVES.targets(one.status)):
            new = rng.choice(targets)
            other = any(s.live and s.worker_id == one.worker_id and s.id != one.id for s in seats)
            if one.live or new not in LIVE or (room[one.kind] > 0 and not other):
                assert await move(app_db, home, one.id, new)
        assert await counters(owner, shift_id) == await held(owner, shift_id)
    ends = await owner.fetchval("SELECT count(DISTINCT status) FROM seats WHERE shift_id = $1", shift_id)
    assert ends > 3, "a life in which nothing happened proves nothing"


async def test_a_seat_moves_along_its_table_alone(app_db: Database, home: Stage, owner: asyncpg.Connection) -> None:
    taken = await seat(app_db, home, await shift(app_db, home), home.workers[26])
    assert taken is not None
    with pytest.raises(IllegalMove):
        await move(app_db, home, taken, SeatStatus.COMPLETED)
    assert await move(app_db, home, taken, SeatStatus.CANCELLED_BY_WORKER)
    assert not await move(app_db, home, taken, SeatStatus.CANCELLED_BY_WORKER), "a second no says nothing new"
    row = await owner.fetchrow("SELECT live, ended_at IS NOT NULL AS ended FROM seats WHERE id = $1", taken)
    assert tuple(row) == (False, True)
    with pytest.raises(SeatNotFound):
        await move(app_db, home, new_id(), SeatStatus.RELEASED)


async def test_an_arrival_is_written_once(app_db: Database, home: Stage, owner: asyncpg.Connection) -> None:
    taken = await seat(app_db, home, await shift(app_db, home), home.workers[27], RESERVE)
    assert taken is not None
    known = []
    for source, late in (("sms", 4), ("foreman", 0)):
        async with app_db.begin(home.franchise_id, "staff:test") as uow:
            one = await read_seat(uow, taken)
            known.append(
                await record_arrival(uow, one, kind=PRIMARY, arrived_at=datetime.now(UTC), source=source, late_min=late)
            )
    assert known == [True, False]
    row = await owner.fetchrow("SELECT kind, was_kind, arrival_source, late_min FROM seats WHERE id = $1", taken)
    assert tuple(row) == ("primary", "reserve", "sms", 4)


async def test_seats_are_read_by_their_own_franchise_with_the_rating_that_counts(
    app_db: Database, home: Stage, guest: Stage, owner: asyncpg.Connection
) -> None:
    shift_id, man = await shift(app_db, home), home.workers[28]
    taken = await seat(app_db, home, shift_id, man)
    assert taken is not None
    await owner.execute("UPDATE workers SET rating = 4.10, capped_until = now() + interval '1 day' WHERE id = $1", man)
    async with app_db.begin(home.franchise_id, "staff:test") as uow:
        (one,) = await live_seats(uow, shift_id)
    assert (one.id, str(one.rating)) == (taken, "2.00")
    await owner.execute("UPDATE workers SET capped_until = now() - interval '1 second' WHERE id = $1", man)
    async with app_db.begin(home.franchise_id, "staff:test") as uow:
        assert str((await read_seat(uow, taken)).rating) == "4.10"
    async with app_db.begin(guest.franchise_id, "staff:test") as uow:
        assert await live_seats(uow, shift_id) == []
