"""With a hundred thousand men, the matcher goes by the spatial index, whatever the planner knows or believes."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from bench.parts.crowd import COMMON, RARE, TABLES, Spot, draw_sites, fill_crowd, found_pair
from bench.parts.plans import nested_plans, rows_read, scans
from dispatch.kit.uow import Database
from dispatch.local.throwaway import TestCluster
from dispatch.matching.candidates import Need, Terms, find_candidates, request_of
from dispatch.settings import Settings
from dispatch.tenancy.policy import Calendar, Pace, Scoring, Staffing, Tier

WORKERS = 100_000
SITES = [*draw_sites(3, "plans"), Spot(55.7558, 37.6173, "Europe/Moscow"), Spot(76.0, 100.0, "Asia/Krasnoyarsk")]
TERMS = Terms(Calendar(), Pace(), Scoring(), Staffing())
ALLOWED = {("Index Scan", "workers_near"), ("Index Scan", "workers_pkey"), ("Index Only Scan", "workers_pkey")}
_HOUR = timedelta(hours=1)

Know = Callable[[asyncpg.Connection], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Crowd:
    """A pool of a hundred thousand, and who may look into the server."""

    dsn: str
    superuser: asyncpg.Connection
    home: UUID


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def crowd(cluster: TestCluster, settings: Settings) -> AsyncIterator[Crowd]:
    """What the planner knows is from the time when there were three hundred: nobody has counted since."""
    dsn = cluster.postgres.superuser_dsn(settings.database.name)
    superuser = await asyncpg.connect(dsn, server_settings={"app.actor": "system:test"})
    for table in TABLES:
        await superuser.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
    home, lender = await found_pair(superuser)
    await fill_crowd(superuser, home, lender, 300)
    await superuser.execute(f"ANALYZE {', '.join(TABLES)}")
    early = await superuser.fetch("SELECT oid, reltuples, relpages FROM pg_class WHERE relname = ANY ($1)", TABLES)
    await superuser.execute(
        f"SET session_replication_role = replica; TRUNCATE {', '.join(TABLES)} CASCADE; RESET session_replication_role"
    )
    await fill_crowd(superuser, home, lender, WORKERS)
    await superuser.executemany("UPDATE pg_class SET reltuples = $2, relpages = $3 WHERE oid = $1", early)
    yield Crowd(dsn, superuser, home)
    await superuser.close()


async def stale(_superuser: asyncpg.Connection) -> None:
    """As the crowd was made; runs first, since what is forgotten does not come back."""


async def missing(superuser: asyncpg.Connection) -> None:
    await superuser.execute(
        "DELETE FROM pg_statistic WHERE starelid = ANY (SELECT oid FROM pg_class WHERE relname = ANY ($1))", TABLES
    )
    await superuser.execute(
        "UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE relname = ANY ($1) AND relkind = 'r'", TABLES
    )


async def fresh(superuser: asyncpg.Connection) -> None:
    await superuser.execute(f"ANALYZE {', '.join(TABLES)}")


def need_at(spot: Spot, now: datetime, skill: int = COMMON) -> Need:
    return Need(
        shift_id=None,
        client_id=None,
        site_id=None,
        lat=spot.lat,
        lon=spot.lon,
        zone=spot.zone,
        region="",
        starts_at=now + 30 * _HOUR,
        ends_at=now + 38 * _HOUR,
        due_at=now + 30 * _HOUR,
        deadline=now + 13 * _HOUR,
        send_from=now,
        skill=skill,
        documents=["height_permit"] if skill == RARE else [],
        radius_m=25_000,
    )


async def plans_at(crowd: Crowd, database: Database, spot: Spot, k: int, skill: int) -> Sequence[dict[str, Any]]:
    async with database.begin(crowd.home, "system:test") as uow:
        asked = request_of(uow, need_at(spot, uow.now, skill), TERMS, tier=Tier.A, count=k)
    return await nested_plans(crowd.dsn, crowd.home, "SELECT * FROM match_candidates($1)", asked)


async def assert_goes_by_the_index(crowd: Crowd, database: Database) -> None:
    for spot in SITES:
        within = await crowd.superuser.fetchval(
            "SELECT count(*) FROM workers WHERE ST_DWithin(location, ST_MakePoint($1, $2)::geography, 25500)",
            spot.lon,
            spot.lat,
        )
        for k, skill in ((15, COMMON), (15, RARE), (225, COMMON)):
            plans = await plans_at(crowd, database, spot, k, skill)
            used = set(scans(plans, "workers"))
            assert ("Index Scan", "workers_near") in used
            assert used <= ALLOWED
            # Each pass looks at those within the radius at most, and the best of the first are read again.
            assert rows_read(plans, "workers") <= 2 * within + k
            for table in TABLES:
                assert not [how for how, _ in scans(plans, table) if how == "Seq Scan"], table


@pytest.mark.parametrize("know", [stale, missing, fresh])
async def test_the_spatial_index_is_used_whatever_the_planner_knows(crowd: Crowd, app_db: Database, know: Know) -> None:
    await know(crowd.superuser)
    await assert_goes_by_the_index(crowd, app_db)


async def test_no_table_is_read_through_as_the_request_role_itself(crowd: Crowd, app_db: Database) -> None:
    """Counted by the server in the very transaction, on a connection that lives on with the plans it has made."""
    counters = "SELECT relname, seq_scan, idx_scan FROM pg_stat_xact_user_tables WHERE relname = ANY ($1)"
    async with app_db.begin(crowd.home, "system:test") as uow:
        assert await uow.fetchval("SELECT current_user || ' ' || row_security_active('workers')") == "dispatch_app true"
        found = 0
        for spot in SITES:
            for k, skill in ((15, COMMON), (15, RARE), (225, COMMON)):
                found += len(await find_candidates(uow, need_at(spot, uow.now, skill), TERMS, k))
        assert found > 100
        counted = {row["relname"]: (row["seq_scan"], row["idx_scan"]) for row in await uow.fetch(counters, TABLES)}
    assert {table: full for table, (full, _) in counted.items() if full} == {}
    assert counted["workers"][1] > 0
    assert counted["seats"][1] > 0


async def test_without_the_index_the_proof_fails(crowd: Crowd, app_db: Database) -> None:
    made = await crowd.superuser.fetchval("SELECT pg_get_indexdef('workers_near'::regclass)")
    await crowd.superuser.execute("DROP INDEX workers_near")
    try:
        with pytest.raises(AssertionError):
            await assert_goes_by_the_index(crowd, app_db)
    finally:
        await crowd.superuser.execute(made)
