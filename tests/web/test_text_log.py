"""The log of texts: what was sent, what became of it and what it cost, narrowed and taken home."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest_asyncio
from httpx import AsyncClient

from dispatch.kit.ids import first_id, new_id
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.sms.delivery import delivery_of
from dispatch.sms.outgoing import PASSWORD_RESET
from dispatch.sms.service import MessageClass, MessageStatus
from dispatch.sms.text_log import LogFilter, read_log
from tests.factories.office import PART, Office, open_office
from tests.factories.sms import TestAccount, make_account, make_phone, queue_text
from tests.factories.tenancy import make_franchise


@pytest_asyncio.fixture(loop_scope="session")
async def office(stranger: AsyncClient, settings: Settings, app_db: Database) -> Office:
    """The office of an owner."""
    return await open_office(stranger, app_db, (await make_franchise(settings)).id)


@pytest_asyncio.fixture(loop_scope="session")
async def account(settings: Settings, owner: asyncpg.Connection, office: Office) -> TestAccount:
    return await make_account(settings, owner, franchise_id=office.franchise_id)


async def sent(app_db: Database, owner: asyncpg.Connection, account: TestAccount, body: str, **more: str) -> UUID:
    return await queue_text(
        app_db,
        account,
        await make_phone(owner),
        body,
        class_=MessageClass(more.get("class_", "S")),
        urgent=True,
        template=more.get("template", "reconfirm_day"),
    )


async def test_texts_are_listed_newest_first_with_their_fate_and_cost(
    office: Office, app_db: Database, owner: asyncpg.Connection, account: TestAccount, settings: Settings
) -> None:
    first = await sent(app_db, owner, account, "<b>первое</b>")
    second = await sent(app_db, owner, account, "второе", class_="O")
    foreign = await sent(app_db, owner, await make_account(settings, owner), "чужое")
    await owner.execute("UPDATE messages SET status = 'suppressed', error = 'spend_cap' WHERE id = $1", second)
    await owner.execute("UPDATE messages SET cost_minor = 840 WHERE id = $1", first)
    page = (await office.browser.get("/messages")).text
    assert page.index(f"text-{second}") < page.index(f"text-{first}")
    assert str(foreign) not in page
    assert "&lt;b&gt;первое" in page
    assert "8.40" in page
    assert "spending cap" in page
    for narrowed, shown in (("status=suppressed", second), ("class=S", first), (f"number={account.account.id}", first)):
        assert f"text-{shown}" in (await office.browser.get(f"/messages?{narrowed}")).text
    assert f"text-{first}" not in (await office.browser.get("/messages?status=suppressed")).text
    assert f"text-{first}" not in (await office.browser.get("/messages?to=2020-01-31")).text
    assert f"text-{first}" not in (await office.browser.get("/messages?q=Никого")).text


async def test_what_cannot_be_read_narrows_nothing(
    office: Office, app_db: Database, owner: asyncpg.Connection, account: TestAccount
) -> None:
    message_id = await sent(app_db, owner, account, "а")
    for asked in ("status=no", "class=Z", "number=7", "from=yesterday&to=9999-99-99", "after=1", "to=9999-12-31"):
        answer = await office.browser.get(f"/messages?{asked}")
        assert answer.status_code == 200, asked
        assert f"text-{message_id}" in answer.text, asked


async def test_a_key_is_never_shown(
    office: Office, app_db: Database, owner: asyncpg.Connection, account: TestAccount
) -> None:
    await sent(app_db, owner, account, "https://example.org/reset/SECRETKEY", template=PASSWORD_RESET)
    page = (await office.browser.get("/messages")).text
    assert "SECRETKEY" not in page
    assert "held a key" in page


async def test_a_rare_text_is_found_step_by_step(
    app_db: Database, owner: asyncpg.Connection, account: TestAccount
) -> None:
    ids = [await sent(app_db, owner, account, str(n)) for n in range(7)]
    await owner.execute("UPDATE messages SET status = 'suppressed' WHERE id = $1", ids[0])
    async with app_db.begin(account.franchise_id, "system:test") as uow:
        wanted = LogFilter(uow.now - timedelta(days=1), uow.now + timedelta(days=1), status=MessageStatus.SUPPRESSED)
        pages, before = [], None
        while True:
            page = await read_log(uow, wanted, before=before, limit=2, look_through=3)
            pages.append([line.id for line in page.lines])
            if page.more is None:
                break
            before = page.more
    assert pages == [[], [], [ids[0]]]


async def test_the_list_is_taken_home_without_what_was_said(
    office: Office, app_db: Database, owner: asyncpg.Connection, account: TestAccount
) -> None:
    message_id = await sent(app_db, owner, account, "тайна")
    answer = await office.browser.post(
        "/messages/export", data={"form": "csv"}, headers=PART | {"X-CSRF-Token": office.csrf}
    )
    assert answer.status_code == 200
    assert str(message_id) in answer.text
    assert "тайна" not in answer.text


def test_the_first_id_of_an_instant_divides_those_before_from_those_after() -> None:
    before = datetime.now(UTC)
    made = new_id()
    assert first_id(before - timedelta(milliseconds=1)) < made < first_id(before + timedelta(seconds=5))


async def test_each_hour_of_a_number_shows_how_its_texts_fared(
    office: Office, app_db: Database, owner: asyncpg.Connection, account: TestAccount, settings: Settings
) -> None:
    fates = {"delivered": 3, "failed": 1, "unknown": 2, "sent": 2}
    for fate, count in fates.items():
        for _ in range(count):
            message_id = await sent(app_db, owner, account, fate)
            for step in ("sending", fate):  # as its moves are
                await owner.execute(
                    """UPDATE messages SET status = $2, cost_minor = 300, claimed_at = now(),
                              leased_until = CASE WHEN $2 = 'sending' THEN now() END, sent_at = now(),
                              delivered_at = CASE WHEN $2 = 'delivered' THEN now() + interval '4 seconds' END
                       WHERE id = $1""",
                    message_id,
                    step,
                )
    await sent(app_db, owner, account, "waits")
    await owner.execute("UPDATE messages SET send_at = not_before WHERE body = 'waits'")
    async with app_db.begin(account.franchise_id, "system:test") as uow:
        found = await delivery_of(uow, account.account.id)
    (hour,) = found.hours
    assert (hour.handed_over, hour.arrived, hour.failed, hour.unclear, hour.pending) == (8, 3, 1, 2, 2)
    assert (hour.cost_minor, hour.median_s) == (2400, 4.0)
    assert (found.last_minute, found.due, found.down_since) == (8, 1, None)
    page = await office.page(f"gateways/{account.account.id}/delivery")
    assert "8" in page
    other = await make_account(settings, owner)
    assert (await office.browser.get(f"/settings/gateways/{other.account.id}/delivery")).status_code == 404
