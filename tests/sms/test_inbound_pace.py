"""How long we wait and what is near: by the pace of the franchise that asked, not of the house."""

from datetime import timedelta

import asyncpg
import pytest_asyncio

from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.sms.inbound import InboundDrain
from dispatch.sms.replies import Disposition
from dispatch.sms.service import QuestionKind
from dispatch.tenancy.policy import Pace
from dispatch.tenancy.service import write_policy
from tests.factories.sms import ask, make_account, make_phone, receive
from tests.fakes.handlers import YES_NO, Heard, dispositions


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def nothing_else(owner: asyncpg.Connection) -> None:
    await owner.execute("UPDATE inbound_messages SET disposed_at = now() WHERE disposed_at IS NULL")


async def test_the_pace_is_of_the_franchise_that_asked(
    app_db: Database, jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    """The house takes a cancel without a day for a seat within 18 hours; one franchise says 30 minutes."""
    strict, usual = await make_account(settings, owner), await make_account(settings, owner)
    async with app_db.begin(strict.franchise_id, "staff:test") as uow:
        pace = Pace(bare_cancel_lead=timedelta(minutes=30), which_window=timedelta(hours=2))
        await write_policy(uow, "pace", pace, "they change their minds here")
    heard = Heard("cancelled", answers=False)
    drain = InboundDrain(jobs_db, heard.to(QuestionKind.SEAT, Disposition.CANCEL))
    starts_at = await owner.fetchval("SELECT clock.now() + interval '2 hours'")
    outcomes = []
    for account in (strict, usual):
        phone = await make_phone(owner)
        span = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=8)}
        await ask(jobs_db, account, phone, QuestionKind.SEAT, code=31, **span)
        inbound_id = await receive(jobs_db, account, phone, "не приду")
        await drain()
        outcomes += [row["outcome"] for row in await dispositions(owner, [inbound_id])]
    assert outcomes == ["asked_which_day", "cancelled"]


async def test_which_stays_open_as_long_as_the_most_patient_franchise_says(
    app_db: Database, jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account = await make_account(settings, owner)
    async with app_db.begin(account.franchise_id, "staff:test") as uow:
        await write_policy(uow, "pace", Pace(which_window=timedelta(hours=2)), "no hurry")
    phone = await make_phone(owner)
    for code in (31, 32):
        await ask(jobs_db, account, phone, code=code)
    await receive(jobs_db, account, phone, "да")
    await InboundDrain(jobs_db, Heard().to(QuestionKind.OFFER, *YES_NO))()
    left = await owner.fetchval(
        "SELECT closes_at - clock.now() FROM questions WHERE phone_id = $1 AND kind = 'which'", phone.id
    )
    assert timedelta(minutes=119) < left <= timedelta(hours=2)
