"""Calls that come in: who may tell of them, and what becomes of each."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from dispatch.access.roles import Role
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.staffing.telephony import AddLine, CallNotFound, LineTaken, add_line, incoming_call
from tests.factories.browsers import Browser, sign_in
from tests.factories.scene import Call
from tests.factories.stage import Stage, place, run_lane, set_stage
from tests.factories.streams import told
from tests.factories.telephone import told_of_call
from tests.factories.workers import next_phone


@dataclass(frozen=True)
class Office:
    """A franchise with a telephone line, a dispatcher's browser, and a man who was asked for a shift."""

    stage: Stage
    browser: Browser
    line: str
    secret: str
    man: UUID
    e164: str

    async def hears(self, caller: str | None, **more: object) -> int:
        """Post what the provider tells, and return the answer's status."""
        return await self.posted(told_of_call(self.secret, line=self.line, caller=caller, **more))  # type: ignore[arg-type]

    async def posted(self, call: Call) -> int:
        status: int = (await call.send(self.browser.client, "POST")).status_code
        return status


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(settings: Settings, app_db: Database, jobs_db: Database) -> Stage:
    made = await set_stage(settings, app_db, men=4)
    await place(jobs_db, made, 1)
    await run_lane(jobs_db)
    return made


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser(app: FastAPI, app_db: Database, stage: Stage) -> AsyncIterator[Browser]:
    headers = {"Accept-Language": "en", "Sec-Fetch-Site": "same-origin"}
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://testserver", headers=headers) as client:
        yield await sign_in(client, app_db, stage.franchise_id, Role.DISPATCHER)


@pytest_asyncio.fixture(loop_scope="session")
async def office(browser: Browser, app_db: Database, stage: Stage, owner: asyncpg.Connection) -> Office:
    number = next_phone()
    async with app_db.begin(stage.franchise_id, "system:test") as uow:
        line = await add_line(uow, AddLine(provider="pbx", number=number))
    man = await owner.fetchrow(
        """SELECT i.worker_id, p.e164 FROM invitations i JOIN worker_contacts c ON c.worker_id = i.worker_id
           JOIN phones p ON p.id = c.phone_id ORDER BY i.id LIMIT 1"""
    )
    return Office(stage, browser, number, line.secret, man["worker_id"], man["e164"])


CALLS = "SELECT * FROM incoming_calls WHERE line_id = (SELECT id FROM telephone_lines WHERE number = $1) ORDER BY id"
ITEMS = "SELECT * FROM inbox_items WHERE franchise_id = $1 AND suggestion = $2 AND status = 'open' ORDER BY created_at"


async def test_a_known_man_rings_and_opens_with_his_offers(
    office: Office, app: FastAPI, owner: asyncpg.Connection
) -> None:
    stream = app.state.console.hub.open(office.stage.franchise_id)
    assert await office.hears(office.e164) == 204
    (call,) = await owner.fetch(CALLS, office.line)
    await told(stream, "call", call["id"])
    app.state.console.hub.close(stream)
    assert call["worker_id"] == office.man
    note = await office.browser.part(f"/ringing/{call['id']}")
    assert f'href="/people/{office.man}"' in note
    assert "Склад на Сенной" in note
    assert "is ringing" in note
    assert await owner.fetch(ITEMS, office.stage.franchise_id, "missed_call") == []
    for _ in range(2):
        assert await office.hears(office.e164, event="missed") == 204
    (item,) = await owner.fetch(ITEMS, office.stage.franchise_id, "missed_call")
    assert (item["kind"], item["worker_id"]) == ("call", office.man)


async def test_an_unknown_number_waits_in_the_inbox_once(office: Office, owner: asyncpg.Connection) -> None:
    stranger = next_phone()
    for event in ("ringing", "missed"):
        assert await office.hears(stranger, event=event, call_id="one") == 204
    (item,) = await owner.fetch(ITEMS, office.stage.franchise_id, "unknown_caller")
    assert item["kind"] == "lead"
    assert stranger in (await office.browser.page("/inbox"))
    assert await office.hears(None) == 204, "who hides his number is written down and nothing more"
    assert len(await owner.fetch(ITEMS, office.stage.franchise_id, "unknown_caller")) == 1
    call = (await owner.fetch(CALLS, office.line))[0]
    assert "do not know" in await office.browser.part(f"/ringing/{call['id']}")


async def test_the_same_post_again_is_counted_and_does_nothing(office: Office, owner: asyncpg.Connection) -> None:
    call = told_of_call(office.secret, line=office.line, caller=office.e164, event="missed")
    assert await office.posted(call) == 204
    await owner.execute("UPDATE inbox_items SET status = 'done' WHERE worker_id = $1", office.man)
    assert [await office.posted(call) for _ in range(2)] == [204] * 2
    assert await owner.fetch(ITEMS, office.stage.franchise_id, "missed_call") == []
    (kept,) = await owner.fetch(CALLS, office.line)
    assert kept["seen"] == 3


@pytest.mark.parametrize("late_s", [-301, 301, 86_400])
async def test_an_old_post_is_refused(office: Office, owner: asyncpg.Connection, late_s: float) -> None:
    assert await office.hears(office.e164, late_s=late_s) == 403
    assert await owner.fetch(CALLS, office.line) == []


async def test_whoever_did_not_sign_is_refused(office: Office, owner: asyncpg.Connection) -> None:
    right = told_of_call(office.secret, line=office.line, caller=office.e164)
    assert right.content is not None
    forged = [
        told_of_call("0" * 64, line=office.line, caller=office.e164),
        told_of_call(office.secret, line=next_phone(), caller=office.e164),
        told_of_call(office.secret, line=office.line, caller=office.e164, provider="other"),
        replace(right, content=right.content.replace(b"ringing", b"missed")),
        replace(right, headers={**right.headers, "X-Timestamp": str(int(right.headers["X-Timestamp"]) + 1)}),
        replace(right, headers={**right.headers, "X-Signature": ""}),
        replace(right, headers={"Content-Type": "application/json"}),
    ]
    assert [await office.posted(call) for call in forged] == [403] * len(forged)
    assert [await office.posted(replace(right, content=body)) for body in (b"", b"[]", b"x" * 9000)] == [422, 422, 413]
    await owner.execute("UPDATE telephone_lines SET enabled = false WHERE number = $1", office.line)
    assert await office.posted(right) == 403
    assert await owner.fetch(CALLS, office.line) == []


async def test_a_call_is_the_franchises_own(
    office: Office, settings: Settings, app_db: Database, owner: asyncpg.Connection
) -> None:
    await office.hears(office.e164)
    (call,) = await owner.fetch(CALLS, office.line)
    other = await set_stage(settings, app_db, men=0)
    with pytest.raises(LineTaken):
        async with app_db.begin(other.franchise_id, "system:test") as uow:
            await add_line(uow, AddLine(provider="pbx", number=office.line))
    with pytest.raises(CallNotFound):
        async with app_db.begin(other.franchise_id, "system:test") as uow:
            await incoming_call(uow, call["id"])
