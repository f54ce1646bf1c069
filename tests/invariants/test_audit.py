"""The audit finds nothing after a whole job, and each of its queries finds what it is there for."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
import pytest_asyncio

from dispatch.audit import AuditIsBlind, Check, checks, run_audit
from dispatch.kit.uow import Database
from dispatch.local.throwaway import TestCluster
from dispatch.settings import Settings
from tests.factories.tenancy import make_franchise
from tests.invariants.plants import AGAIN, PLANTS
from tests.invariants.scripted import Played, play_job

LIES = [
    pytest.param(check, lie, id=f"{check.invariant}-{check.truth.replace(' ', '-')}-{n}")
    for check in checks()
    for n, lie in enumerate(PLANTS.get(check.truth, ()), start=1)
]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def played(settings: Settings, app_db: Database, jobs_db: Database, owner: asyncpg.Connection) -> Played:
    return await play_job(settings, app_db, jobs_db, owner)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def superuser(cluster: TestCluster, settings: Settings, played: Played) -> AsyncIterator[asyncpg.Connection]:
    """A connection past every guard, on the database of the job; `played` comes first."""
    connection = await asyncpg.connect(cluster.postgres.superuser_dsn(settings.database.name))
    await connection.execute(AGAIN)
    yield connection
    await connection.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def there(settings: Settings) -> str:
    return str((await make_franchise(settings)).id)


async def test_nothing_offends_after_a_whole_job(played: Played, owner: asyncpg.Connection) -> None:
    assert played.closed.completed >= 2
    assert [str(finding) for finding in await run_audit(owner)] == []


def test_every_query_has_a_lie_to_find() -> None:
    truths = [check.truth for check in checks()]
    assert len(truths) == len(set(truths)), "a truth names its query"
    assert set(truths) == PLANTS.keys()


@pytest.mark.parametrize(("check", "lie"), LIES)
async def test_each_query_finds_its_lie(superuser: asyncpg.Connection, there: str, check: Check, lie: str) -> None:
    before = await run_audit(superuser, invariant=check.invariant)
    assert before == []
    change = superuser.transaction()
    await change.start()
    try:
        await superuser.execute("SET LOCAL session_replication_role = replica")
        await superuser.execute(lie.replace("{there}", there))
        found = {finding.truth for finding in await run_audit(superuser, invariant=check.invariant)}
    finally:
        await change.rollback()
    assert check.truth in found


async def test_a_moment_limits_it_to_what_changed_since(superuser: asyncpg.Connection) -> None:
    change = superuser.transaction()
    await change.start()
    try:
        await superuser.execute("SET LOCAL session_replication_role = replica")
        await superuser.execute("UPDATE timesheets SET pay_minor = pay_minor + 1")
        lately = await run_audit(superuser, since=datetime.now(UTC) - timedelta(minutes=5), invariant="I17")
        later = await run_audit(superuser, since=datetime.now(UTC) + timedelta(minutes=5), invariant="I17")
    finally:
        await change.rollback()
    assert (len(lately), len(later)) == (1, 0)


async def test_it_refuses_to_run_blind(settings: Settings) -> None:
    place = settings.database
    for login in (place.app, place.worker):
        connection = await asyncpg.connect(
            host=place.host,
            port=place.port,
            database=place.name,
            user=login.user,
            password=login.password.get_secret_value(),
        )
        with pytest.raises(AuditIsBlind):
            await run_audit(connection)
        await connection.close()
