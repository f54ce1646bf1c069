"""What the page of a shift does beyond seats and calls: map, words, waves, urgent, swap, conversations."""

import re
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest_asyncio
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from dispatch.access.roles import Role
from dispatch.crew.reasons import SENTENCES
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.sms.inbox import InboxKind, add_inbox_item
from dispatch.web.languages import Language, speech
from dispatch.web.story import FACTS
from tests.factories.access import PASSWORD, make_user
from tests.factories.crew import seat, with_men
from tests.factories.desk import another_day, timeline
from tests.factories.shift_desk import Desk
from tests.factories.stage import Stage, place, run_lane, set_stage

RUSSIAN = {"Accept-Language": "ru"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def window(app: FastAPI, app_db: Database, stage: Stage) -> AsyncIterator[AsyncClient]:
    """One browser for the whole file, signed in once as a dispatcher."""
    headers = {"Accept-Language": "en", "Sec-Fetch-Site": "same-origin"}
    async with AsyncClient(transport=ASGITransport(app), base_url="http://testserver", headers=headers) as browser:
        user = await make_user(app_db, stage.franchise_id, Role.DISPATCHER)
        await browser.post("/login", data={"login": user.login, "password": PASSWORD})
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def desk(window: AsyncClient, jobs_db: Database, stage: Stage) -> Desk:
    shift_id = (await place(jobs_db, stage, 2, another_day())).shifts[0].id
    await run_lane(jobs_db)
    return await Desk.at(window, jobs_db, stage, shift_id)


async def free_man(desk: Desk) -> UUID:
    return (await with_men(desk.database, desk.stage, 1)).workers[0]


async def texts(owner: asyncpg.Connection, worker_id: UUID) -> list[str]:
    rows = await owner.fetch("SELECT body FROM messages WHERE worker_id = $1 ORDER BY created_at, id", worker_id)
    return [row["body"] for row in rows]


def test_every_step_and_reason_has_words_in_russian() -> None:
    words = speech(Language.RU).words
    assert [text for text in (*FACTS.values(), *SENTENCES.values()) if words.gettext(text) == text] == []
    for sentence in (*FACTS.values(), *SENTENCES.values()):
        assert set(re.findall(r"%\((\w+)\)s", words.gettext(sentence))) == set(re.findall(r"%\((\w+)\)s", sentence))


async def test_reasons_and_steps_are_told_in_the_language_of_the_page(desk: Desk, owner: asyncpg.Connection) -> None:
    english = await desk.part("/story")
    assert "first wave: 1.5 x 2" in english
    assert "wave 1: 3 asked, answers until" in english
    russian = (await desk.browser.get(f"{desk.address}/story", headers=RUSSIAN)).text
    assert "первая волна: 1,5 × 2" in russian
    assert "волна 1: позвали 3" in russian
    assert "first wave" not in russian
    await owner.execute("UPDATE waves SET why = NULL WHERE shift_id = $1", desk.shift_id)
    await owner.execute(
        "INSERT INTO timeline (franchise_id, shift_id, at, actor, kind, detail) VALUES ($1, $2, now(), 'system:x', "
        '\'wave_started\', \'{"n": 7, "reason": "wave 7: as it was once told"}\')',
        desk.stage.franchise_id,
        desk.shift_id,
    )
    old = (await desk.browser.get(f"{desk.address}/story", headers=RUSSIAN)).text
    assert "first wave: 1.5 x 2" in old, "a wave from before keeps its sentence"
    assert "wave 7: as it was once told" in old


async def test_the_map_knows_own_men_roughly_and_guests_by_distance(
    desk: Desk, settings: Settings, app_db: Database, owner: asyncpg.Connection
) -> None:
    await desk.seat()
    elsewhere = await with_men(app_db, await set_stage(settings, app_db, men=0), 1)
    guest = elsewhere.workers[0]
    assert await seat(desk.database, desk.stage, desk.shift_id, guest)
    places = await desk.part("/places")
    found = re.findall(r'(<li class="person" id="place-([0-9a-f-]{36})".*?</li>)', places)
    items = {worker: item for item, worker in found}
    assert len(items) == 4
    assert "data-lat" not in items[str(guest)]
    assert re.search(r"within \d+ km · guest", items[str(guest)])
    own = [item for worker, item in items.items() if worker != str(guest)]
    assert all(re.search(r'data-lat="\d+\.\d{1,2}" data-lon="\d+\.\d{1,2}"', item) for item in own)
    assert set(re.findall(r'data-mark="(\w+)"', places)) == {"seated", "invited"}


async def test_the_next_wave_is_shown_before_it_is_started(desk: Desk, owner: asyncpg.Connection) -> None:
    form = await desk.part("/wave?count=4")
    assert "Wave 2, now" in form
    assert form.count('<li class="person">') == 4
    assert await desk.part("/wave?count=2&again=true") != form
    refused = await desk.act("/wave", count="0")
    assert refused.status_code == 422
    done = await desk.act("/wave", count="4")
    assert done.status_code == 204, done.headers["x-problem"]
    assert await owner.fetchval("SELECT count(*) FROM waves WHERE shift_id = $1", desk.shift_id) == 2
    assert "by hand" in await desk.part("/story")


async def test_urgent_is_marked_for_a_reason_and_taken_back(desk: Desk, owner: asyncpg.Connection) -> None:
    assert "at night" in await desk.part("/urgent")
    assert (await desk.act("/urgent", reason=" ")).status_code == 422
    done = await desk.act("/urgent", reason="<i>снег</i>")
    assert done.headers["x-undo"] == f"{desk.address}/urgent/off"
    assert 'id="urgent-off"' in await desk.part("/crew")
    assert "&lt;i&gt;снег" in await desk.part("/story")
    assert (await desk.act("/urgent/off")).status_code == 204
    assert 'id="urgent"' in await desk.part("/crew")
    assert {"urgent_on", "urgent_off"} <= set(await timeline(owner, desk.shift_id))


async def test_a_seat_is_given_to_another_man(desk: Desk, owner: asyncpg.Connection) -> None:
    seat_id, other = await desk.seat(), await free_man(desk)
    first = await owner.fetchval("SELECT worker_id FROM seats WHERE id = $1", seat_id)
    form = await desk.part(f"/seats/{seat_id}/swap?worker={other}")
    assert re.search(rf'value="{other}"[^>]*checked', form)
    await owner.execute("UPDATE worker_contacts SET last_name = 'Подменный' WHERE worker_id = $1", other)
    assert str(other) in await desk.part(f"/seats/{seat_id}/swap/people?q=Подменн")
    assert (await desk.act(f"/seats/{seat_id}/swap", worker_id="")).status_code == 422
    done = await desk.act(f"/seats/{seat_id}/swap", worker_id=str(other), agreed="true")
    assert done.status_code == 204, done.headers["x-problem"]
    crew = await desk.part("/crew")
    assert "is-ended" in crew
    assert await owner.fetchval("SELECT live FROM seats WHERE worker_id = $1", other)
    assert "swapped" in await desk.part("/story")
    again = await desk.act(f"/seats/{seat_id}/swap", worker_id=str(other), agreed="true")
    assert again.status_code == 409
    assert first != other


async def test_a_conversation_is_read_and_answered_beside_the_shift(desk: Desk, owner: asyncpg.Connection) -> None:
    seat_id = await desk.seat()
    man = await owner.fetchval("SELECT worker_id FROM seats WHERE id = $1", seat_id)
    talk = await desk.part(f"/talk/{man}")
    assert 'name="text"' in talk
    for _ in range(2):
        assert (await desk.act(f"/talk/{man}", text="Вход со двора")).status_code == 204
    assert (await texts(owner, man)).count("Вход со двора") == 1, "pressed twice, sent once"
    assert "Вход со двора" in await desk.part(f"/talk/{man}")
    assert (await desk.act(f"/talk/{man}", text="  ")).status_code == 422
    await owner.execute(
        "UPDATE phones SET opted_out_at = now() WHERE id = (SELECT phone_id FROM worker_contacts WHERE worker_id = $1)",
        man,
    )
    assert "stopped our texts" in await desk.part(f"/talk/{man}")
    assert (await desk.act(f"/talk/{man}", text="Ещё")).status_code == 409


async def test_who_was_only_asked_is_written_to_when_he_wrote(desk: Desk, owner: asyncpg.Connection) -> None:
    man = (await desk.offers())[0].worker_id
    assert 'name="text"' not in await desk.part(f"/talk/{man}")
    assert (await desk.act(f"/talk/{man}", text="Придёте?")).status_code == 409
    phone = await owner.fetchval("SELECT phone_id FROM worker_contacts WHERE worker_id = $1", man)
    inbound = new_id()
    await owner.execute(
        """INSERT INTO inbound_messages (id, account_id, gateway_id, phone_e164, text, raw, received_at, disposed_at)
           SELECT $1::uuid, $2, $1::uuid::text, p.e164, 'а где это?', '', now(), now() FROM phones p WHERE p.id = $3""",
        inbound,
        desk.stage.account_id,
        phone,
    )
    async with desk.database.begin(desk.stage.franchise_id, "system:test") as uow:
        item = await add_inbox_item(
            uow, InboxKind.REPLY, "а где это?", inbound_id=inbound, phone_id=phone, worker_id=man
        )
    assert (await desk.act(f"/talk/{man}", text="Сенная, 1")).status_code == 204
    assert "Сенная, 1" in await texts(owner, man)
    assert await owner.fetchval("SELECT status FROM inbox_items WHERE id = $1", item) == "done"


async def test_the_best_people_and_one_of_them_confirmed(desk: Desk) -> None:
    best = await desk.part("/best")
    men = re.findall(r'data-worker="([0-9a-f-]{36})"', best)
    assert men
    confirm = await desk.part(f"/invite/{men[0]}")
    assert f'name="worker_id" value="{men[0]}"' in confirm
    assert (await desk.act("/invite", worker_id=men[0])).status_code == 204
    assert "cannot be asked" in await desk.part(f"/invite/{men[0]}")
    why = await desk.part(f"/why/{men[0]}")
    assert "He was asked for this shift" in why
    assert "Of ten offers he takes about 8; of ten shifts he comes to about 9." in why


async def test_another_franchise_finds_none_of_it(desk: Desk, settings: Settings, app_db: Database) -> None:
    seat_id = await desk.seat()
    other = await set_stage(settings, app_db, men=0)
    user = await make_user(app_db, other.franchise_id, Role.OWNER)
    mine = dict(desk.browser.cookies)
    desk.browser.cookies.clear()
    await desk.browser.post("/login", data={"login": user.login, "password": PASSWORD})
    man = desk.stage.workers[0]
    of_man = (f"talk/{man}", f"invite/{man}", f"why/{man}", f"seats/{seat_id}/swap")
    for where in ("places", "wave", "urgent", "best", *of_man):
        answer = await desk.browser.get(f"{desk.address}/{where}")
        assert answer.status_code == 404, where
        assert "Склад" not in answer.text
    desk.browser.cookies.clear()
    desk.browser.cookies.update(mine)
