"""Pages say what they mean: fields with something wrong, days, numbers, hidden texts and rules in one way each."""

import json
import re
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from httpx import AsyncClient

from dispatch.access.roles import Role
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.web.languages import Language, speech
from dispatch.workers.links import send_link
from tests.factories.browsers import Browser, sign_in
from tests.factories.stage import Stage
from tests.factories.workers import make_worker

NUMBER = "+78126550555"
_SPELT = "+7 812 655-05-55"


@pytest_asyncio.fixture(loop_scope="session")
async def boss(stranger: AsyncClient, app_db: Database, stage: Stage) -> Browser:
    return await sign_in(stranger, app_db, stage.franchise_id, Role.OWNER)


@pytest_asyncio.fixture(loop_scope="session")
async def worker_id(app_db: Database, stage: Stage) -> UUID:
    async with app_db.begin(stage.franchise_id, "system:test") as uow:
        return await make_worker(uow, first_name="Лазиз", last_name="Ташматов")


async def test_the_fields_with_something_wrong_are_named(boss: Browser) -> None:
    form = await boss.page("/people/new")
    assert re.search(r"data-problem hidden>\s*<div class=\"alert-icon\">.*?<div data-problem-words>", form, re.DOTALL)
    refused = await boss.act("/people/new", {"last_name": "Петров", "radius_km": "50", "daily_offers": "3"})
    assert refused.status_code == 422
    assert set(refused.headers["x-problem-fields"].split("%2C")) == {"phone", "first_name"}
    assert refused.headers["x-problem"].startswith(("Phone", "First%20name"))


async def test_the_password_that_is_wrong_is_marked(boss: Browser) -> None:
    form = {"present": "right, who knows", "password": "short", "again": "short", "csrf": boss.csrf}
    page = (await boss.client.post("/account/password", data=form)).text
    assert re.findall(r'<input[^>]* id="(\w+)"[^>]* aria-invalid="true"', page) == ["password"]
    assert re.findall(r'<input[^>]* id="(\w+)"[^>]* autofocus', page) == ["password"]
    wrong = form | {"password": "long enough for anybody", "again": "long enough for anybody"}
    page = (await boss.client.post("/account/password", data=wrong)).text
    assert re.findall(r'<input[^>]* id="(\w+)"[^>]* aria-invalid="true"', page) == ["present"]
    assert re.findall(r'<input[^>]* id="(\w+)"[^>]* autofocus', page) == ["present"]


async def test_the_audit_tells_days_pictures_and_acts_in_words(
    boss: Browser, worker_id: UUID, owner: asyncpg.Connection, stage: Stage
) -> None:
    await owner.execute(
        """INSERT INTO audit_log (franchise_id, actor, entity, entity_id, action, before, after)
           VALUES ($1, 'system:test', 'worker_documents', $2, 'insert', NULL, $3)""",
        stage.franchise_id,
        str(worker_id),
        json.dumps({"valid_until": "2025-12-04", "photo_sha256": rf"\x{'ab' * 31}c284", "user_id": str(new_id())}),
    )
    page = await boss.page(f"/settings/audit?subject={worker_id}")
    assert "4 Dec 2025" in page
    assert "2025-12-04" not in page
    assert "<ins>…abc284</ins>" in page
    assert "<dt>User</dt>" in page
    assert ">created</span>" in page


async def test_a_ready_made_rule_is_told_in_whole_phrases(boss: Browser) -> None:
    page = await boss.page("/settings/policies/presets/loaders-service")
    assert "strikes from 2, suspended for 7 days" in page
    assert "strikes from 6, excluded" in page
    assert "2 h of pay" in page
    assert not re.search(r"From so many|or hours of pay|amount ", page)
    assert "automatically" in (listed := await boss.page("/settings/policies"))
    assert "Demonstration" in listed


async def test_a_person_is_called_in_one_order_and_days_are_told_as_elsewhere(
    boss: Browser, worker_id: UUID, owner: asyncpg.Connection, stage: Stage
) -> None:
    until = await owner.fetchval(
        """INSERT INTO worker_documents (id, franchise_id, worker_id, kind, number, valid_until)
           VALUES ($1, $2, $3, 'patent', '78', clock.now()::date - 4000) RETURNING valid_until""",
        new_id(),
        stage.franchise_id,
        worker_id,
    )
    page = await boss.page(f"/people/{worker_id}")
    assert f"expired {speech(Language.EN).short_day(until)} {until.year}" in page
    assert re.search(r'<h1 class="page-title">.*</a> Лазиз Ташматов</h1>', page)


async def test_a_hidden_text_is_told_as_one(boss: Browser, app_db: Database, worker_id: UUID, stage: Stage) -> None:
    async with app_db.begin(stage.franchise_id, "system:test") as uow:
        await send_link(uow, worker_id, "http://here")
    record = await boss.part(f"/people/{worker_id}/record")
    assert "held a key, not kept" in record
    assert "***" not in record


async def test_a_number_of_ours_is_spelt_like_every_phone(
    boss: Browser, owner: asyncpg.Connection, stage: Stage
) -> None:
    await owner.execute("UPDATE sms_accounts SET number = $2 WHERE id = $1", stage.account_id, NUMBER)
    delivery = await boss.page(f"/settings/gateways/{stage.account_id}/delivery")
    assert f"<title>Delivery · {_SPELT}" in delivery
    assert "No text was sent within the last 24 hours" in delivery
    assert _SPELT in await boss.page("/settings/gateways")


@pytest.mark.parametrize(("address", "label"), [("/orders", "day"), ("/messages", "from"), ("/messages", "to")])
async def test_a_day_that_narrows_a_list_says_so(boss: Browser, address: str, label: str) -> None:
    assert f'<label class="form-label" for="{label}">' in await boss.page(address)


async def test_the_answer_to_who_may_not_says_more_than_its_title(dispatcher: AsyncClient) -> None:
    page = (await dispatcher.get("/settings/audit")).text
    assert "You may not do this" in page
    assert "gives out the roles" in page


async def test_a_spent_link_is_said_once(stranger: AsyncClient) -> None:
    page = (await stranger.get(f"/lead/dlead_{'x' * 43}")).text
    assert len(re.findall(r"does not work any more", re.sub(r"<title>.*?</title>", "", page, flags=re.DOTALL))) == 1
    assert "Ask the dispatcher for a new one." in page


async def test_dialogs_are_answered_in_their_own_words(boss: Browser, worker_id: UUID) -> None:
    archive = await boss.part(f"/people/{worker_id}/ask/archive")
    assert "Archive Лазиз Ташматов" in archive
    away = await boss.part(f"/people/{worker_id}/do-not-return")
    assert "Keep him away</button>" in away
    name = await boss.page("/account/name")
    assert '<a class="crumb" href="/account">Account</a> Your name' in name
    assert name.index(">Back</a>") < name.index(">Save</button>")


async def test_texts_are_not_said_to_be_shorter_than_they_are(boss: Browser) -> None:
    page = await boss.page("/settings/texts")
    assert "fits one segment" not in page
    assert "as far as its meaning allows" in page
