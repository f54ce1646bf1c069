"""A worker with a cheap phone: he asks for his page by a word, follows the link he got, and takes the shift there."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest_asyncio
from playwright.async_api import Browser, expect

from dispatch.orders.commands import AskedShift
from tests.browser.conftest import NARROW, House, Window
from tests.factories.stage import place

PATIENCE_S = 60
ROWS = """
SELECT string_agg(x.row, '|' ORDER BY x.row) FROM (
    SELECT w.xmin::text || w::text AS row FROM workers w WHERE w.id = $1
    UNION ALL SELECT c.xmin::text || c::text FROM worker_contacts c WHERE c.worker_id = $1
    UNION ALL SELECT l.xmin::text || l::text FROM worker_links l WHERE l.worker_id = $1
    UNION ALL SELECT q.xmin::text || q::text FROM questions q WHERE q.worker_id = $1
    UNION ALL SELECT i.xmin::text || i::text FROM invitations i WHERE i.worker_id = $1
    UNION ALL SELECT s.xmin::text || s::text FROM seats s WHERE s.worker_id = $1) x
"""
"""Every row about a man, with the transaction that wrote it."""


class Phones:
    """The simulated carrier, as those see it who hold the phones."""

    def __init__(self, client: httpx.AsyncClient, number: str) -> None:
        self._client, self._number = client, number

    async def take(self, e164: str) -> None:
        """Answer for this phone ourselves."""
        (await self._client.post("/control/hand-over", json={"phone": e164, "manual": True})).raise_for_status()

    async def say(self, e164: str, text: str) -> None:
        """Text the franchise."""
        body = {"phone": e164, "to": self._number, "text": text}
        (await self._client.post("/control/say", json=body)).raise_for_status()

    async def got(self, e164: str, pattern: str) -> str:
        """Wait for a text that holds this, and return that part of it."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                answer: Any = (await self._client.get(f"/control/phones/{e164}")).json()
                for text in answer["messages"]:
                    if text["direction"] != "inbound" and (found := re.search(pattern, text["body"])):
                        return found[0]
                await asyncio.sleep(0.2)


async def seated(owner: asyncpg.Connection, shift_id: UUID, count: int) -> set[UUID]:
    """Wait until so many hold primary seats, and return who."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            rows = await owner.fetch(
                "SELECT worker_id FROM seats WHERE shift_id = $1 AND live AND kind = 'primary'", shift_id
            )
            if len(rows) == count:
                return {row["worker_id"] for row in rows}
            await asyncio.sleep(0.2)


@pytest_asyncio.fixture(loop_scope="session")
async def phones(house: House, owner: asyncpg.Connection) -> AsyncIterator[Phones]:
    async with httpx.AsyncClient(base_url=house.system.simulator_url, timeout=10) as client:
        yield Phones(client, await owner.fetchval("SELECT number FROM sms_accounts"))


async def test_he_asks_by_text_and_takes_the_shift_on_his_page(
    browser: Browser, house: House, phones: Phones, owner: asyncpg.Connection
) -> None:
    men = house.stage.workers[:2]
    rows = await owner.fetch(
        """SELECT c.worker_id, p.e164 FROM worker_contacts c JOIN phones p ON p.id = c.phone_id
           WHERE c.worker_id = ANY ($1)""",
        men,
    )
    first, second = sorted(rows, key=lambda row: men.index(row["worker_id"]))
    await owner.execute("SET app.actor = 'system:test'")
    await owner.execute("UPDATE workers SET status = 'paused' WHERE id <> ALL ($1)", men)
    for man in (first, second):
        await phones.take(man["e164"])
    start = (datetime.now(UTC) + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
    order = await place(house.database, house.stage, 2, AskedShift(starts_at=start, ends_at=start + timedelta(hours=8)))
    for man in (first, second):
        await phones.got(man["e164"], "1=да 2=нет")

    await phones.say(first["e164"], "Ссылка")
    link = await phones.got(first["e164"], r"https?://\S+/w/dlink_[\w-]{43}")
    context = await browser.new_context(viewport=NARROW, is_mobile=True, has_touch=True, java_script_enabled=False)
    page = await context.new_page()
    before = await owner.fetchval(ROWS, first["worker_id"])
    for _ in range(2):
        await page.goto(link)
        await expect(page.get_by_role("heading", name="Зовём вас")).to_be_visible()
    assert await owner.fetchval(ROWS, first["worker_id"]) == before, "looking changes nothing"

    await page.get_by_role("button", name="Беру").tap()
    await expect(page.get_by_role("status")).to_contain_text("Вы в основном составе")
    await expect(page.get_by_role("link", name="Открыть в картах")).to_have_attribute("href", re.compile("^geo:59.9"))
    await phones.say(second["e164"], "да")
    assert await seated(owner, order.shifts[0].id, 2) == set(men)
    await context.close()

    scripted = await browser.new_context(viewport=NARROW, is_mobile=True, has_touch=True)
    window = Window(await scripted.new_page(), house)
    await window.page.goto(link)
    assert await window.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    await window.accessible()
    await scripted.close()
