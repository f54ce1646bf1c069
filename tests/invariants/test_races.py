"""Races for a place, through the handlers that answers reach, each answer on a connection of its own."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from dispatch.audit import run_audit
from dispatch.kit.db import open_engine
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.wiring import CONSTRAINTS
from tests.factories.stage import Stage, say, set_stage
from tests.invariants.offers import next_day, open_offers, open_shift

pytestmark = pytest.mark.timeout(3600)  # the long form takes minutes, and many on a busy machine

RACERS = 64
PLACES = 5


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def crowd_db(settings: Settings) -> AsyncIterator[Database]:
    """A pool of the job role as wide as the race, so that nobody waits for a connection."""
    place = settings.database
    engine = open_engine(place.url(place.worker), size=RACERS, name="test-crowd", pool_timeout_s=30)
    async with Database(engine, constraints=CONSTRAINTS) as database:
        yield database


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def home(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=RACERS)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def guest(settings: Settings, app_db: Database) -> Stage:
    """Another franchise, without men of its own."""
    return await set_stage(settings, app_db, men=0)


async def deadlocks(owner: asyncpg.Connection) -> int:
    """How many this database has seen; backends report within a second of falling idle."""
    await asyncio.sleep(1.2)
    await owner.execute("SELECT pg_stat_clear_snapshot()")
    return int(await owner.fetchval("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))


async def offended(owner: asyncpg.Connection) -> list[str]:
    """What the audit says of seats, invitations and codes; events are left waiting here, so not of them."""
    findings = [await run_audit(owner, invariant=name) for name in ("I1", "I2", "I3", "I4", "I14", "I34")]
    return [str(finding) for found in findings for finding in found]


async def seats_of(owner: asyncpg.Connection, shift_id: UUID) -> Counter[str]:
    rows = await owner.fetch("SELECT kind FROM seats WHERE shift_id = $1 AND live", shift_id)
    return Counter(row["kind"] for row in rows)


async def test_of_64_who_accept_at_once_exactly_5_get_the_5_places(
    crowd_db: Database, home: Stage, owner: asyncpg.Connection, *, full: bool
) -> None:
    before = await deadlocks(owner)
    for _ in range(200 if full else 8):
        shift_id = await open_shift(crowd_db, home, PLACES, next_day())
        asked = await open_offers(owner, crowd_db, home, shift_id, home.workers)
        outcomes = Counter(await asyncio.gather(*(say(crowd_db, question, "да") for question in asked)))
        held = await seats_of(owner, shift_id)
        assert outcomes["accepted_primary"] == PLACES
        assert held["primary"] == PLACES
        assert outcomes["turned_away"] == RACERS - held.total()
        counts = await owner.fetchrow(
            "SELECT primary_count, reserve_count, standby_count FROM shifts WHERE id = $1", shift_id
        )
        assert tuple(counts) == (held["primary"], held["reserve"], held["standby"])
    assert await deadlocks(owner) == before
    assert await offended(owner) == []


async def test_two_men_who_accept_two_franchises_at_once_get_one_seat_each(
    crowd_db: Database, home: Stage, guest: Stage, owner: asyncpg.Connection, *, full: bool
) -> None:
    """The shifts overlap; one man's answers race from one side, the other's from the other."""
    before = await deadlocks(owner)
    one, other = home.workers[:2]
    for _ in range(200 if full else 8):
        start = next_day()
        here = await open_shift(crowd_db, home, 2, start)
        there = await open_shift(crowd_db, guest, 2, start.replace(hour=11))
        at_home = await open_offers(owner, crowd_db, home, here, [one, other])
        as_guests = await open_offers(owner, crowd_db, guest, there, [one, other])
        outcomes = await asyncio.gather(
            *(say(crowd_db, question, "да") for question in (at_home[0], as_guests[0], as_guests[1], at_home[1]))
        )
        assert Counter(outcomes) == {"accepted_primary": 2, "busy": 2}
        held = await owner.fetch("SELECT worker_id FROM seats WHERE shift_id = ANY ($1) AND live", [here, there])
        assert sorted(row["worker_id"] for row in held) == sorted([one, other])
    assert await deadlocks(owner) == before
    assert await offended(owner) == []
