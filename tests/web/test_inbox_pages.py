"""The inbox: who wrote, what is open with him, and what one does about it at once."""

import re

import asyncpg
import pytest
import pytest_asyncio
from httpx import AsyncClient

from dispatch.access.roles import Role
from dispatch.crew.seats import last_seat_of
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.sms.gateways.base import Account
from dispatch.sms.inbound import InboundDrain
from dispatch.sms.inbox import InboxKind, add_inbox_item
from dispatch.sms.replies import Disposition
from dispatch.sms.service import Question
from dispatch.web.languages import Language, speech
from dispatch.wiring import ANSWERS
from tests.factories.browsers import PART, Browser, sign_in
from tests.factories.sms import TestAccount, receive
from tests.factories.stage import Stage, open_questions, place, run_lane, set_stage, tomorrow

HOSTILE = "<b onmouseover=alert(1)>не знаю как выйдет с женой</b>"
UNSURE = "не знаю как выйдет с тёщей"


class Talk:
    """A dispatcher's browser, and a man who was asked for a shift and writes back."""

    def __init__(self, browser: Browser, jobs: Database, account: TestAccount, offer: Question, e164: str) -> None:
        self.browser, self.jobs, self.account, self.offer, self.e164 = browser, jobs, account, offer, e164

    async def hear(self, text: str, e164: str = "") -> None:
        """Let a text come in and be dealt with."""
        await receive(self.jobs, self.account, e164 or self.e164, text)
        await InboundDrain(self.jobs, ANSWERS)()

    async def item(self, text: str) -> str:
        """Return the id of the item with these words."""
        page = await self.browser.part("/inbox/items")
        found = re.search(rf'id="item-([0-9a-f-]{{36}})"(?:(?!id="item-).)*?{re.escape(text)}', page, re.DOTALL)
        assert found is not None, page
        return found[1]


@pytest_asyncio.fixture(loop_scope="session")
async def talk(
    stranger: AsyncClient, settings: Settings, app_db: Database, jobs_db: Database, owner: asyncpg.Connection
) -> Talk:
    stage = await set_stage(settings, app_db, men=12)
    shift_id = (await place(jobs_db, stage, 2, tomorrow(days=2))).shifts[0].id
    await run_lane(jobs_db)
    offer = next(q for q in await open_questions(jobs_db, stage, "offer") if q.shift_id == shift_id)
    e164 = await owner.fetchval("SELECT e164 FROM phones WHERE id = $1", offer.phone_id)
    row = await owner.fetchrow("SELECT * FROM sms_accounts WHERE id = $1", stage.account_id)
    assert row is not None
    account = Account(row["id"], row["gateway"], row["sid"], row["secret"], row["number"])
    browser = await sign_in(stranger, app_db, stage.franchise_id, Role.DISPATCHER)
    return Talk(browser, jobs_db, TestAccount(account, stage.franchise_id), offer, e164)


async def test_an_empty_inbox_says_what_will_be_there(dispatcher: AsyncClient) -> None:
    answer = await dispatcher.get("/inbox")
    assert answer.status_code == 200
    assert "Nothing waits for you" in answer.text
    assert (await dispatcher.get("/inbox/count", headers=PART)).text == ""


async def test_an_item_shows_the_man_his_words_and_what_is_open_with_him(talk: Talk) -> None:
    await talk.hear(HOSTILE)
    page = await talk.browser.page("/inbox")
    assert HOSTILE not in page
    assert "&lt;b onmouseover" in page
    assert f'href="/people/{talk.offer.worker_id}"' in page
    assert f'href="/shifts/{talk.offer.shift_id}"' in page
    assert "his words are about it" in page
    assert 'data-live="inbox_items"' in page
    assert talk.e164 not in page
    assert ">1<" in await talk.browser.part("/inbox/count")
    thread = await talk.browser.part(f"/inbox/{await talk.item('onmouseover')}/thread")
    assert thread.index("He wrote") > thread.index("We wrote")
    assert HOSTILE not in thread
    person = await talk.browser.part(f"/people/{talk.offer.worker_id}/record")
    assert "&lt;b onmouseover" in person


async def test_what_the_words_speak_for_is_pressed_first_and_how_sure_it_is(talk: Talk) -> None:
    await talk.hear("да, буду к 14:30")
    item = await talk.item("буду к 14:30")
    page = await talk.browser.part("/inbox/items")
    assert re.search(r"read as:</[^<]*|read as: [^<]*sure to \d+ %", page)
    assert f'btn-success" id="yes-{item}' in page
    assert f'btn-outline-danger" id="no-{item}' in page
    await talk.browser.act(f"/inbox/{item}/done")


async def test_his_words_are_taken_for_a_yes(talk: Talk) -> None:
    await talk.hear("ну наверное смогу, а что там делать?")
    item_id = await talk.item("наверное смогу")
    shift_id = talk.offer.shift_id
    assert shift_id is not None
    assert talk.offer.worker_id is not None
    answer = await talk.browser.act(f"/inbox/{item_id}/word", {"shift_id": str(shift_id), "result": "yes"})
    assert answer.status_code == 204, answer.headers.get("x-problem")
    async with talk.jobs.begin(talk.account.franchise_id, "system:test") as uow:
        seat = await last_seat_of(uow, shift_id, talk.offer.worker_id)
    assert seat is not None
    assert seat.live
    assert "Nothing waits for you" in await talk.browser.part("/inbox/items")
    assert "наверное смогу" in await talk.browser.part("/inbox/items?status=done")


async def test_who_is_on_site_already_is_not_asked_whether_he_comes(talk: Talk, owner: asyncpg.Connection) -> None:
    await talk.hear(UNSURE)
    item = await talk.item("не знаю как выйдет")
    word = {"shift_id": str(talk.offer.shift_id), "result": "yes"}
    assert (await talk.browser.act(f"/inbox/{item}/word", word)).status_code == 204
    await talk.hear("не знаю как выйдет с обедом")
    assert "He cancels" in await talk.browser.part("/inbox/items")
    await owner.execute(
        "UPDATE seats SET status = 'arrived', arrived_at = due_at, arrival_source = 'dispatcher' WHERE worker_id = $1",
        talk.offer.worker_id,
    )
    page = await talk.browser.part("/inbox/items")
    assert "arrived" in page
    assert "He comes" not in page
    assert "He cancels" not in page


async def test_his_words_are_taken_for_a_no(talk: Talk) -> None:
    await talk.hear("да вот не знаю как выйдет с женой")
    item_id = await talk.item("с женой")
    wish = {"shift_id": str(talk.offer.shift_id), "result": "no"}
    assert (await talk.browser.act(f"/inbox/{item_id}/word", wish)).status_code == 204
    async with talk.jobs.begin(talk.account.franchise_id, "system:test") as uow:
        status = await uow.fetchval(
            "SELECT status FROM invitations WHERE shift_id = $1 AND worker_id = $2",
            talk.offer.shift_id,
            talk.offer.worker_id,
        )
    assert status == "declined"


async def test_an_answer_goes_once_from_the_number_he_wrote_to(talk: Talk, owner: asyncpg.Connection) -> None:
    await talk.hear(UNSURE)
    item_id = await talk.item(UNSURE)
    assert (await talk.browser.act(f"/inbox/{item_id}/answer", {"text": "  "})).status_code == 422
    for _ in range(2):
        sent = await talk.browser.act(f"/inbox/{item_id}/answer", {"text": "100 рублей в час"})
        assert sent.status_code == 204, sent.headers.get("x-problem")
    rows = await owner.fetch("SELECT * FROM messages WHERE phone_id = $1 AND template = 'by_hand'", talk.offer.phone_id)
    assert len(rows) == 1
    assert (rows[0]["class"], rows[0]["account_id"], rows[0]["worker_id"], rows[0]["body"]) == (
        "S",
        talk.account.id,
        talk.offer.worker_id,
        "100 рублей в час",
    )
    assert "Nothing waits for you" in await talk.browser.part("/inbox/items")
    assert "100 рублей в час" in await talk.browser.part(f"/people/{talk.offer.worker_id}/record")


async def test_who_stopped_our_texts_gets_none(talk: Talk, owner: asyncpg.Connection) -> None:
    await talk.hear(UNSURE)
    item_id = await talk.item(UNSURE)
    await owner.execute("UPDATE phones SET opted_out_at = now() WHERE id = $1", talk.offer.phone_id)
    refused = await talk.browser.act(f"/inbox/{item_id}/answer", {"text": "сто"})
    assert refused.status_code == 409
    assert (
        await owner.fetchval(
            "SELECT count(*) FROM messages WHERE phone_id = $1 AND template = 'by_hand'", talk.offer.phone_id
        )
        == 0
    )


async def test_what_nobody_wrote_is_done_and_not_answered(talk: Talk) -> None:
    async with talk.jobs.begin(talk.account.franchise_id, "system:test") as uow:
        item_id = await add_inbox_item(uow, InboxKind.CALL, "Ring him.", worker_id=talk.offer.worker_id)
    assert (await talk.browser.act(f"/inbox/{item_id}/answer", {"text": "сто"})).status_code == 409
    assert 'name="text"' not in await talk.browser.part(f"/inbox/{item_id}/thread")
    assert (await talk.browser.act(f"/inbox/{item_id}/done")).status_code == 204
    assert "Nothing waits for you" in await talk.browser.part("/inbox/items")


async def test_somebody_unknown_shows_with_the_number_he_wrote_from(talk: Talk) -> None:
    await talk.hear("есть работа?", "+79217770001")
    page = await talk.browser.part("/inbox/items?kind=lead")
    assert 'href="tel:+79217770001"' in page
    item_id = await talk.item("есть работа?")
    refused = await talk.browser.act(f"/inbox/{item_id}/word", {"shift_id": str(talk.offer.shift_id), "result": "yes"})
    assert refused.status_code == 422
    assert "есть работа?" in await talk.browser.part(f"/inbox/{item_id}/thread")
    assert "Nothing waits for you" in await talk.browser.part("/inbox/items?kind=appeal")


async def test_old_items_come_in_pages(talk: Talk) -> None:
    async with talk.jobs.begin(talk.account.franchise_id, "system:test") as uow:
        for number in range(35):
            await add_inbox_item(uow, InboxKind.CALL, f"call {number}")
    first = await talk.browser.page("/inbox")
    assert first.count('id="item-') == 30
    older = re.search(r'href="(/inbox\?[^"]*after=[^"]+)"', first)
    assert older is not None
    assert (await talk.browser.page(older[1].replace("&amp;", "&"))).count('id="item-') == 5
    assert (await talk.browser.client.get("/inbox?after=x")).status_code == 422


async def test_the_inbox_is_its_franchises_own(
    talk: Talk, stranger: AsyncClient, app_db: Database, stage: Stage
) -> None:
    await talk.hear(UNSURE)
    item_id = await talk.item(UNSURE)
    bare = await talk.browser.client.post(f"/inbox/{item_id}/done", headers=PART | {"X-CSRF-Token": "0" * 64})
    assert bare.status_code == 403
    recruiter = await sign_in(stranger, app_db, talk.account.franchise_id, Role.RECRUITER)
    assert 'value="yes"' not in await recruiter.part("/inbox/items")
    wish: dict[str, object] = {"shift_id": str(talk.offer.shift_id), "result": "yes"}
    assert (await recruiter.act(f"/inbox/{item_id}/word", wish)).status_code == 403
    foreman = await sign_in(stranger, app_db, talk.account.franchise_id, Role.FOREMAN)
    for where in ("", "/items", "/count", f"/{item_id}/thread"):
        assert (await foreman.client.get(f"/inbox{where}")).status_code == 403
    theirs = await sign_in(stranger, app_db, stage.franchise_id, Role.OWNER)
    assert UNSURE not in (await theirs.client.get("/inbox")).text
    assert (await theirs.client.get(f"/inbox/{item_id}/thread")).status_code == 404
    for act, form in (("done", {}), ("word", wish), ("answer", {"text": "сто"})):
        assert (await theirs.act(f"/inbox/{item_id}/{act}", form)).status_code == 404
    assert (await theirs.act(f"/inbox/{new_id()}/done")).status_code == 404


@pytest.mark.parametrize("word", [*Disposition, "failed", "wrong_number"])
def test_what_a_text_was_read_as_is_said_in_words(word: str) -> None:
    for language in Language:
        said = speech(language).words.gettext(f"said_{word}")
        assert not said.startswith("said_")
