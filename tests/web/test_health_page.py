"""Jobs and health: the whole installation for the operator, nothing for anybody else."""

import re
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio
from httpx import AsyncClient

from dispatch.access.roles import Role
from dispatch.kit.beats import WORKER
from dispatch.kit.operations import JobNotFound, drop_job, lane_states, retry_job, troubled_jobs
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.sms.account_state import gateway_states
from dispatch.web.languages import Language, speech
from dispatch.wiring import LANES
from tests.factories.browsers import spelt
from tests.factories.office import Office, last_audit, open_office
from tests.factories.sms import make_account, make_phone, queue_text
from tests.factories.tenancy import make_franchise


@pytest_asyncio.fixture(loop_scope="session")
async def office(stranger: AsyncClient, settings: Settings, app_db: Database) -> Office:
    """The office of the operator."""
    return await open_office(stranger, app_db, (await make_franchise(settings)).id, Role.OPERATOR)


async def make_job(owner: asyncpg.Connection, franchise_id: UUID, *, state: str = "dead", failures: int = 8) -> UUID:
    """A job of a franchise that failed."""
    job_id = uuid4()
    await owner.execute(
        """INSERT INTO outbox (id, franchise_id, subject_id, state, failures, attempt, lane, kind, last_error, due_at)
           VALUES ($1, $2, $3, $4, $5, $5, 'staffing', 'staffing.wave_due', 'TimeoutError',
                   now() - interval '1 hour')""",
        job_id,
        franchise_id,
        uuid4(),
        state,
        failures,
    )
    return job_id


async def test_the_operator_sees_what_is_due_and_what_failed_everywhere(
    office: Office, owner: asyncpg.Connection, settings: Settings, jobs_db: Database
) -> None:
    other = await make_franchise(settings, name="Другая <b>")
    dead, failing = await make_job(owner, other.id), await make_job(owner, other.id, state="pending", failures=2)
    account = await make_account(settings, owner, franchise_id=other.id)
    await queue_text(jobs_db, account, await make_phone(owner))
    await owner.execute(
        "INSERT INTO beats (source, at) VALUES ($1, now() - interval '10 minutes') ON CONFLICT (source) "
        "DO UPDATE SET at = excluded.at",
        WORKER,
    )
    page = await office.page("health")
    assert "Другая &lt;b&gt;" in page
    assert {f"retry-{dead}", f"drop-{dead}", f"retry-{failing}"} <= set(
        re.findall(r'id="((?:retry|drop)-[^"]+)"', page)
    )
    assert "TimeoutError" in page
    assert spelt(account.account.number) in page
    assert "silent" in page
    part = await office.part("health")
    assert "every 5s" in part
    await owner.execute("UPDATE beats SET at = now() WHERE source = $1", WORKER)
    assert "silent" not in await office.part("health")


async def test_a_dead_job_runs_again_or_is_dropped_and_both_are_written_down(
    office: Office, owner: asyncpg.Connection, settings: Settings
) -> None:
    other = await make_franchise(settings)
    again, never = await make_job(owner, other.id), await make_job(owner, other.id)
    await office.done(f"health/jobs/{again}/retry")
    await office.done(f"health/jobs/{never}/drop")
    row = await owner.fetchrow(
        "SELECT *, due_at > now() - interval '1 minute' AS fresh FROM outbox WHERE id = $1", again
    )
    assert (row["state"], row["failures"], row["attempt"], row["fresh"]) == ("pending", 0, 9, True)
    assert await owner.fetchval("SELECT state FROM outbox WHERE id = $1", never) == "dropped"
    for job_id, state in ((again, "pending"), (never, "dropped")):
        trail = await last_audit(owner, "outbox", job_id)
        assert trail["actor"] == f"staff:{office.me}"
        assert f'"state": "{state}"' in trail["after"]
    of = await owner.fetchval("SELECT franchise_id FROM audit_log WHERE entity_id = $1", str(never))
    assert of == other.id
    assert (await office.act(f"health/jobs/{never}/retry")).status_code == 404
    assert (await office.act(f"health/jobs/{uuid4()}/drop")).status_code == 404


async def test_a_worker_that_holds_a_job_cannot_write_once_it_was_settled(
    office: Office, owner: asyncpg.Connection
) -> None:
    job = await make_job(owner, office.franchise_id, state="pending", failures=3)
    await office.done(f"health/jobs/{job}/drop")
    finished = await owner.execute("UPDATE outbox SET state = 'done' WHERE id = $1 AND attempt = 3", job)
    assert finished == "UPDATE 0"


async def test_head_office_looks_and_touches_nothing(office: Office, owner: asyncpg.Connection) -> None:
    job = await make_job(owner, office.franchise_id)
    hq = await office.turn(Role.HQ)
    page = await hq.page("health")
    assert "TimeoutError" in page
    assert f'id="drop-{job}"' not in page
    assert (await hq.act(f"health/jobs/{job}/drop")).status_code == 403
    assert await owner.fetchval("SELECT state FROM outbox WHERE id = $1", job) == "dead"


@pytest.mark.parametrize(
    "actor", ["owner", "system:test", "staff:nobody", "token:01a2017d-66ad-76d4-baea-379c8d35e2d4"]
)
async def test_the_database_itself_tells_nobody_else(office: Office, owner: asyncpg.Connection, actor: str) -> None:
    """Whatever the code above forgot to ask."""
    job = await make_job(owner, office.franchise_id)
    if actor == "owner":
        actor = f"staff:{(await office.turn(Role.OWNER)).me}"
    async with office.database.begin(office.franchise_id, actor) as uow:
        assert await lane_states(uow) == []
        assert await troubled_jobs(uow) == []
        assert await gateway_states(uow, 10) == []
        for settle in (retry_job, drop_job):
            with pytest.raises(JobNotFound):
                await settle(uow, job)
    assert await owner.fetchval("SELECT state FROM outbox WHERE id = $1", job) == "dead"


async def test_an_operator_whose_account_is_closed_is_told_nothing(office: Office, owner: asyncpg.Connection) -> None:
    await make_job(owner, office.franchise_id)
    async with office.database.begin(office.franchise_id, f"staff:{office.me}") as uow:
        assert await lane_states(uow) != []
    await owner.execute("UPDATE staff_users SET disabled_at = now() WHERE id = $1", office.me)
    async with office.database.begin(office.franchise_id, f"staff:{office.me}") as uow:
        assert await lane_states(uow) == []


def test_every_lane_has_a_name() -> None:
    for language in Language:
        words = speech(language).words
        assert [lane for lane in LANES if words.gettext(f"lane {lane}") == f"lane {lane}"] == []
