"""What people read over HTTP: texts, questions, the inbox."""

from collections.abc import AsyncIterator

import asyncpg
import pytest_asyncio
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from dispatch.access.roles import Role
from dispatch.api import sms
from dispatch.app import create_app
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.sms.inbound import InboundDrain
from tests.factories.access import bearer, make_token, make_user
from tests.factories.sms import TestAccount, ask, make_account, make_phone, queue_text, receive


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    served = create_app(settings)
    if not any(getattr(route, "path", "") == "/api/v1/inbox" for route in served.routes):
        served.include_router(sms.router, prefix="/api/v1")
    async with served.router.lifespan_context(served):
        yield served


@pytest_asyncio.fixture(loop_scope="session")
async def http(app: FastAPI) -> AsyncIterator[AsyncClient]:
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client


async def token_of(app_db: Database, account: TestAccount, role: Role = Role.DISPATCHER) -> dict[str, str]:
    staff = await make_user(app_db, account.franchise_id, Role.OWNER)
    return bearer(await make_token(app_db, staff, role))


async def test_texts_are_read_in_pages_by_their_own_franchise(
    http: AsyncClient, app_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, stranger, phone = (
        await make_account(settings, owner),
        await make_account(settings, owner),
        await make_phone(owner),
    )
    shift_id = new_id()
    ids = [await queue_text(app_db, account, phone, f"текст {n}", shift_id=shift_id) for n in range(5)]
    await queue_text(app_db, account, phone, "другая смена")
    headers = await token_of(app_db, account)
    seen: list[str] = []
    query = {"shift_id": str(shift_id), "limit": "2"}
    while True:
        answer = await http.get("/api/v1/messages", params=query, headers=headers)
        assert answer.status_code == 200
        page = answer.json()
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == [str(message_id) for message_id in reversed(ids)]
    first = page["items"][0]
    assert (first["class"], first["status"], first["body"], first["segments"]) == ("S", "queued", "текст 0", 1)
    assert phone.e164 not in answer.text
    theirs = await http.get("/api/v1/messages", headers=await token_of(app_db, stranger))
    assert theirs.json()["items"] == []
    assert (await http.get("/api/v1/messages?status=sent", headers=headers)).json()["items"] == []
    assert (await http.get("/api/v1/messages?cursor=x", headers=headers)).json()["code"] == "cursor_invalid"


async def test_questions_are_read_with_their_codes(
    http: AsyncClient, app_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone, worker_id = await make_account(settings, owner), await make_phone(owner), new_id()
    question_id = await ask(app_db, account, phone, code=31, worker_id=worker_id)
    headers = await token_of(app_db, account)
    (item,) = (await http.get("/api/v1/questions?kind=offer", headers=headers)).json()["items"]
    assert (item["id"], item["code"], item["label"]) == (str(question_id), 31, "24.11 09:00 Сенная")
    assert item["worker_id"] == str(worker_id)
    assert (await http.get("/api/v1/questions?status=closed", headers=headers)).json()["items"] == []


async def test_the_inbox_shows_a_lead_s_number_and_is_worked_off(
    http: AsyncClient, app_db: Database, jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    await ask(app_db, account, phone, code=31)
    await receive(app_db, account, phone, "какая оплата?")
    await receive(app_db, account, "+79216660000", "есть работа?")
    await InboundDrain(jobs_db, {})()
    headers = await token_of(app_db, account, Role.RECRUITER)
    items = (await http.get("/api/v1/inbox", headers=headers)).json()["items"]
    assert {(item["kind"], item["text"], item["phone"]) for item in items} == {
        ("lead", "есть работа?", "+79216660000"),
        ("reply", "какая оплата?", None),
    }
    (lead,) = (await http.get("/api/v1/inbox?kind=lead", headers=headers)).json()["items"]
    for _ in range(2):
        done = await http.post(f"/api/v1/inbox/{lead['id']}/done", headers=headers)
        assert (done.status_code, done.json()) == (200, {"id": lead["id"]})
    assert len((await http.get("/api/v1/inbox", headers=headers)).json()["items"]) == 1
    (worked,) = (await http.get("/api/v1/inbox?status=done", headers=headers)).json()["items"]
    assert worked["done_by"].startswith("token:")
    stranger = await token_of(app_db, await make_account(settings, owner))
    refused = await http.post(f"/api/v1/inbox/{lead['id']}/done", headers=stranger)
    assert (refused.status_code, refused.json()["code"]) == (404, "inbox_item_not_found")
    foreman = await token_of(app_db, account, Role.FOREMAN)
    assert (await http.get("/api/v1/inbox", headers=foreman)).status_code == 403
