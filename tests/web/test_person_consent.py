"""The log of what a person agreed to: on his page, provable, and to take along."""

import asyncpg
import pytest_asyncio
from httpx import AsyncClient

from dispatch.access.roles import Role
from dispatch.kit.uow import Database
from dispatch.sms.proofs import Doubt
from dispatch.workers.phones import doubt_number
from tests.factories.browsers import Browser, sign_in
from tests.factories.stage import Stage, run_lane
from tests.factories.talk import Talk


@pytest_asyncio.fixture(loop_scope="session")
async def recruiter(stranger: AsyncClient, app_db: Database, stage: Stage) -> Browser:
    return await sign_in(stranger, app_db, stage.franchise_id, Role.RECRUITER)


async def test_his_own_words_stand_in_the_log_and_go_along_as_a_file(
    recruiter: Browser, app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    talk, worker_id = Talk(stage, jobs_db, owner), stage.workers[-2]
    phone = await talk.phone_of(worker_id)
    assert await talk.hears(phone, "Стоп, пожалуйста") == "stopped"
    assert await talk.hears(phone, "старт") == "started"
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        await doubt_number(uow, worker_id, phone, Doubt.SILENT)
    facts = await recruiter.part(f"/people/{worker_id}/facts")
    number = await owner.fetchval("SELECT number FROM sms_accounts WHERE id = $1", stage.account_id)
    assert "Стоп, пожалуйста" in facts
    assert number in facts
    assert "silent for long, number not proven" in facts
    answer = await recruiter.client.post(
        f"/people/{worker_id}/consent/export", data={"form": "csv", "csrf": recruiter.csrf}
    )
    lines = answer.content.decode("utf-8-sig").splitlines()
    stopped = next(line for line in lines if "Стоп, пожалуйста" in line)
    assert number.removeprefix("+") in stopped
    assert await talk.number_of(worker_id) not in answer.text, "his number goes without its middle"
    taken = await owner.fetchrow("SELECT what, actor FROM exports WHERE what = 'consent' ORDER BY at DESC LIMIT 1")
    assert taken is not None
    await run_lane(jobs_db)


async def test_the_log_cannot_be_changed_and_is_not_told_elsewhere(
    app_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    for statement in ("UPDATE phone_events SET kind = 'start'", "DELETE FROM phone_events", "TRUNCATE phone_events"):
        try:
            await owner.execute(statement)
        except asyncpg.PostgresError:
            continue
        raise AssertionError(statement)
    elsewhere = await owner.fetchval("SELECT id FROM franchises WHERE id <> $1 LIMIT 1", stage.franchise_id)
    if elsewhere is not None:
        async with app_db.begin(elsewhere, "staff:test") as uow:
            assert await uow.fetch("SELECT * FROM consent_events($1, 10)", stage.workers[-2]) == []
