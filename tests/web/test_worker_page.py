"""A worker's own page by link: what it shows, what it does, and whom it refuses."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest_asyncio
from fastapi import FastAPI
from httpx import AsyncClient
from structlog.testing import capture_logs

from dispatch.access.roles import Role
from dispatch.clients.photo import set_site_photo
from dispatch.kit.pictures import redraw_picture
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.sms import tongues
from dispatch.sms.inbound import InboundDrain
from dispatch.web.languages import Language, speech
from dispatch.web.pace import Pace
from dispatch.web.worker import SAID
from dispatch.wiring import ANSWERS, words_with
from dispatch.workers.links import COUNTED_OVER, LINK_LASTS, MOST_LINKS
from tests.factories.browsers import sign_in
from tests.factories.desk import another_day, crew_of, seats_on, world
from tests.factories.men import BASE, TEXTS, Man, ask_men
from tests.factories.pictures import photo
from tests.factories.sms import receive
from tests.factories.stage import Stage, open_questions, place, run_lane, set_stage


@pytest_asyncio.fixture(loop_scope="session")
async def crowd(
    app: FastAPI, stranger: AsyncClient, stage: Stage, jobs_db: Database, owner: asyncpg.Connection
) -> Sequence[Man]:
    """Three who were asked for the same shift of two, and one who was asked for nothing, last."""
    await owner.execute("UPDATE worker_links SET created_at = created_at - $1::interval", COUNTED_OVER)
    if hasattr(app.state, "paces_of_links"):
        del app.state.paces_of_links
    return await ask_men(stage, stranger, jobs_db, owner)


async def test_looking_changes_nothing_and_shows_what_he_is_told(
    crowd: Sequence[Man], owner: asyncpg.Connection
) -> None:
    man = crowd[0]
    link = await man.link()
    before = await world(owner)
    pages = [await man.client.get(link) for _ in range(2)]
    assert (await world(owner)).changed_since(before) == set()
    for page in pages:
        assert page.status_code == 200
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "same-origin"
        assert page.headers["x-robots-tag"] == "noindex, nofollow, noarchive"
    text = pages[0].text
    assert "Сенная пл., 1" in text
    assert "RUB" in text or "₽" in text
    assert "Склад на Сенной" not in text, "the client is not named to him"
    assert [address.rsplit("/", 1)[-1] for address in re.findall(r'<script src="([^"]+)"', text)] == ["theme.js"]
    assert re.findall(r"<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=", text) == []


async def test_a_yes_on_the_page_is_settled_like_a_text(
    crowd: Sequence[Man], owner: asyncpg.Connection, jobs_db: Database
) -> None:
    first, second = crowd[0], crowd[1]
    link = await first.link("пришлите ссылку")
    shift_id, question = first.asked.shift_id, first.asked.id
    assert shift_id is not None
    await second.say_yes()
    answers = [await first.answer(link, question, yes=True) for _ in range(2)]
    assert (await first.told(answers[0])).startswith("You are in.")
    crew = await crew_of(owner, shift_id)
    assert [(seat["worker_id"], seat["kind"]) for seat in crew] == [(second.id, "primary"), (first.id, "primary")]
    told = [row for row in await owner.fetch(TEXTS, first.id) if row["shift_id"] == shift_id and row["class"] == "S"]
    assert len(told) == 1, "pressed twice, told once"
    actors = await owner.fetch(
        "SELECT DISTINCT actor FROM timeline WHERE shift_id = $1 AND worker_id = $2", shift_id, first.id
    )
    assert f"worker:{first.id}" in [row["actor"] for row in actors]
    page = (await first.client.get(link)).text
    assert "geo:59.927,30.318" in page
    assert f'id="asked-{question}"' not in page
    await run_lane(jobs_db)


async def test_an_old_page_takes_nothing_back(crowd: Sequence[Man], owner: asyncpg.Connection) -> None:
    man = crowd[0]
    link = await man.link()
    await man.say_yes()
    said = await man.told(await man.answer(link, man.asked.id, yes=False))
    assert said.startswith("This shift is yours already")
    seats = await seats_on(owner, man.asked.shift_id)
    assert [(seat["worker_id"], seat["live"]) for seat in seats] == [(man.id, True)]


async def test_a_yes_that_comes_too_late_is_told_in_words(crowd: Sequence[Man], owner: asyncpg.Connection) -> None:
    for man in crowd[:2]:
        await man.say_yes()
    last = crowd[2]
    await owner.execute(
        "UPDATE shifts SET cover = headcount, reserve_capacity = 0, standby_capacity = 0 WHERE id = $1",
        last.asked.shift_id,
    )
    said = await last.told(await last.answer(await last.link(), last.asked.id, yes=True))
    assert said.startswith("Thank you! All places are taken")
    assert len(await crew_of(owner, last.asked.shift_id)) == 2


async def test_a_no_is_a_no(crowd: Sequence[Man], owner: asyncpg.Connection) -> None:
    man = crowd[0]
    link = await man.link()
    assert f'id="asked-{man.asked.id}"' in (await man.client.get(link)).text
    said = await man.told(await man.answer(link, man.asked.id, yes=False))
    assert said.startswith("Declined.")
    status = await owner.fetchval("SELECT status FROM invitations WHERE question_id = $1", man.asked.id)
    assert status == "declined"
    assert f'id="asked-{man.asked.id}"' not in (await man.client.get(link)).text


async def test_nobody_answers_for_another_man_or_another_franchise(
    crowd: Sequence[Man], settings: Settings, app_db: Database, jobs_db: Database, owner: asyncpg.Connection
) -> None:
    link = await crowd[0].link()
    elsewhere = await set_stage(settings, app_db, men=3)
    await place(jobs_db, elsewhere, 1, another_day())
    await run_lane(jobs_db)
    (foreign, *_) = await open_questions(jobs_db, elsewhere, "offer")
    for question in (crowd[1].asked.id, foreign.id, uuid4()):
        before = await world(owner)
        answer = await crowd[0].answer(link, question, yes=True)
        assert "no such question" in await crowd[0].told(answer)
        assert (await world(owner)).changed_since(before) == set()


async def test_links_that_do_not_work_are_one_polite_page(crowd: Sequence[Man], owner: asyncpg.Connection) -> None:
    man = crowd[-1]
    first = await man.link()
    second = await man.link("LINK please")
    assert (await man.client.get(second)).status_code == 200
    pages = [await man.client.get(where) for where in (first, "/w/dlink_" + "a" * 43, "/w/x", "/w/%00", f"{second}/x")]
    assert {page.status_code for page in pages} == {404}
    assert len({page.text for page in pages}) == 1, "which of them once worked cannot be told"
    assert "send the word LINK" in pages[0].text
    await owner.execute(
        "UPDATE worker_links SET created_at = created_at - $2::interval, expires_at = expires_at - $2::interval "
        "WHERE worker_id = $1",
        man.id,
        LINK_LASTS,
    )
    assert (await man.client.get(second)).status_code == 404
    third = await man.link()
    await owner.execute("UPDATE workers SET status = 'archived' WHERE id = $1", man.id)
    assert (await man.client.get(third)).status_code == 404
    await owner.execute("UPDATE workers SET status = 'applicant' WHERE id = $1", man.id)


async def test_a_forged_press_does_nothing(crowd: Sequence[Man], owner: asyncpg.Connection) -> None:
    man = crowd[0]
    link, others = await man.link(), await crowd[1].link()
    proof = re.search(r'name="csrf" value="(\w{64})"', (await man.client.get(link)).text)
    foreign = re.search(r'name="csrf" value="(\w{64})"', (await man.client.get(others)).text)
    assert proof is not None
    assert foreign is not None
    assert proof[1] != foreign[1], "the token is of one link"
    before = await world(owner)
    for token, site in ((proof[1], "cross-site"), (foreign[1], "same-origin"), ("", "same-origin")):
        for act in ("stop", "day", "answer", "language"):
            form = {
                "csrf": token,
                "question_id": str(uuid4()),
                "yes": "true",
                "mark": "2026-01-01 busy",
                "language": "ru",
            }
            answer = await man.client.post(f"{link}/{act}", data=form, headers={"Sec-Fetch-Site": site})
            assert answer.status_code == 403, (act, site)
    assert (await world(owner)).changed_since(before) == set()


async def test_he_marks_his_days(crowd: Sequence[Man], owner: asyncpg.Connection) -> None:
    man = crowd[-1]
    link = await man.link()
    days = re.findall(r'value="(\d{4}-\d\d-\d\d) busy"', (await man.client.get(link)).text)
    assert 20 < len(days) <= 28, "but for days on which he holds a shift"
    absences = "SELECT during FROM worker_absences WHERE worker_id = $1 ORDER BY during"
    for day in days[2:5]:
        assert await man.told(await man.press(link, "day", mark=f"{day} busy")) == "Your calendar is kept."
    await man.press(link, "day", mark=f"{days[2]} busy")
    assert len(await owner.fetch(absences, man.id)) == 3
    await man.press(link, "day", mark=f"{days[3]} free")
    kept = [row["during"] for row in await owner.fetch(absences, man.id)]
    assert [during.upper - during.lower for during in kept] == [timedelta(days=1)] * 2
    await owner.execute("DELETE FROM worker_absences WHERE worker_id = $1", man.id)
    await owner.execute(
        """INSERT INTO worker_absences (id, franchise_id, worker_id, during)
           SELECT gen_random_uuid(), franchise_id, id, tstzrange(now(), NULL) FROM workers WHERE id = $1""",
        man.id,
    )
    await man.press(link, "day", mark=f"{days[3]} free")
    kept = [row["during"] for row in await owner.fetch(absences, man.id)]
    assert [during.upper is None for during in kept] == [False, True], "the rest of a long absence stays"
    await owner.execute("DELETE FROM worker_absences WHERE worker_id = $1", man.id)
    await owner.execute(
        """INSERT INTO worker_absences (id, franchise_id, worker_id, during)
           SELECT gen_random_uuid(), franchise_id, id, tstzrange($2::timestamptz, $2::timestamptz + '2 h')
           FROM workers WHERE id = $1""",
        man.id,
        datetime.fromisoformat(f"{days[3]}T10:00:00+03:00"),
    )
    for _ in range(2):
        await man.press(link, "day", mark=f"{days[3]} busy")
    spans = [row["during"].upper - row["during"].lower for row in await owner.fetch(absences, man.id)]
    assert spans.count(timedelta(days=1)) == 1, "away for a part is not away for the day"
    assert "Choose one" in await man.told(await man.press(link, "day", mark="2020-01-01 busy"))


async def test_stop_on_the_page_is_stop(crowd: Sequence[Man], owner: asyncpg.Connection, jobs_db: Database) -> None:
    man = crowd[2]
    link = await man.link()
    await man.say_yes()
    said = await man.told(await man.press(link, "stop"))
    assert said.startswith("We do not write to you any more")
    phone = await owner.fetchrow(
        """SELECT p.opted_out_at IS NOT NULL AS out, e.source FROM phones p
           JOIN phone_events e ON e.phone_id = p.id AND e.kind = 'stop' WHERE p.e164 = $1""",
        man.e164,
    )
    assert (phone["out"], phone["source"]) == (True, "page")
    await run_lane(jobs_db)
    texts = await owner.fetch(
        """SELECT m.template, m.status FROM messages m JOIN phones p ON p.id = m.phone_id
           WHERE p.e164 = $1 AND m.status = 'queued'""",
        man.e164,
    )
    assert [text["template"] for text in texts] == ["stop_confirmed"], "all else is held back"
    assert [seat["status"] for seat in await crew_of(owner, man.asked.shift_id)] == ["doubtful"]
    assert (await man.told(await man.press(link, "stop"))).startswith("We do not write")
    sent = await owner.fetchval("SELECT count(*) FROM worker_links WHERE worker_id = $1", man.id)
    await man.write("ССЫЛКА")
    assert await owner.fetchval("SELECT count(*) FROM worker_links WHERE worker_id = $1", man.id) == sent


async def test_he_chooses_his_language(crowd: Sequence[Man], owner: asyncpg.Connection) -> None:
    man = crowd[-1]
    link = await man.link()
    await man.press(link, "language", language="ru")
    assert "Ваши смены" in (await man.client.get(link)).text
    for written_in in reversed(tongues.Language):  # and at last Russian again
        await man.press(link, "language", language=written_in)
        kept = await owner.fetchval("SELECT language FROM worker_contacts WHERE worker_id = $1", man.id)
        assert kept == written_in
        assert re.search(rf'value="{written_in}"[^>]*aria-pressed="true"', (await man.client.get(link)).text)


async def test_a_link_is_asked_for_only_so_often_and_never_by_strangers(
    crowd: Sequence[Man], owner: asyncpg.Connection
) -> None:
    man = crowd[0]
    links = "SELECT count(*) FROM worker_links WHERE worker_id = $1"
    before = await owner.fetchval(links, man.id)
    for _ in range(MOST_LINKS + 1):
        await man.write("ссылка")
    assert await owner.fetchval(links, man.id) == before + MOST_LINKS
    live = await owner.fetchval(f"{links} AND revoked_at IS NULL", man.id)
    assert live == 1
    open_items = "SELECT count(*) FROM inbox_items WHERE worker_id = $1 AND status = 'open'"
    assert await owner.fetchval(open_items, man.id) == 1, "then a person looks at it"
    await owner.execute(
        "UPDATE worker_links SET created_at = created_at - $2::interval WHERE worker_id = $1", man.id, COUNTED_OVER
    )
    await man.write("ссылка")
    assert await owner.fetchval(links, man.id) == before + MOST_LINKS + 1
    everybody = await owner.fetchval("SELECT count(*) FROM worker_links")
    await receive(man.jobs, man.account, "+79219999999", "ССЫЛКА")
    await InboundDrain(man.jobs, ANSWERS, words_with(BASE))()
    assert await owner.fetchval("SELECT count(*) FROM worker_links") == everybody


async def test_the_office_sends_a_link_and_never_reads_it(
    crowd: Sequence[Man], app_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    man = crowd[-1]
    browser = await sign_in(man.client, app_db, stage.franchise_id, Role.DISPATCHER)
    assert f"/people/{man.id}/link" in await browser.page(f"/people/{man.id}")
    answer = await browser.act(f"/people/{man.id}/link")
    assert answer.status_code == 204
    link = await man.link_sent()
    assert "dlink_" not in await browser.page(f"/people/{man.id}")
    assert answer.headers["x-undo"] == f"/people/{man.id}/link/revoke"
    assert (await man.client.get(link)).status_code == 200
    assert (await browser.act(answer.headers["x-undo"])).status_code == 204
    assert (await man.client.get(link)).status_code == 404
    assert (await browser.act(f"/people/{uuid4()}/link")).status_code == 404
    text_id = await owner.fetchval(
        "SELECT id FROM messages WHERE worker_id = $1 AND template = 'worker_link' ORDER BY created_at DESC LIMIT 1",
        man.id,
    )
    for status in ("sending", "sent"):
        await owner.execute("UPDATE messages SET status = $2 WHERE id = $1", text_id, status)
    assert await owner.fetchval("SELECT body FROM messages WHERE id = $1", text_id) == "***"


async def test_a_new_number_ends_the_link(crowd: Sequence[Man], app_db: Database, stage: Stage) -> None:
    man = crowd[-1]
    link = await man.link()
    browser = await sign_in(man.client, app_db, stage.franchise_id, Role.OWNER)
    form = await browser.part(f"/people/{man.id}/change")
    version = re.search(r'name="version" value="(\d+)"', form)
    assert version is not None
    answer = await browser.act(
        f"/people/{man.id}/change", {"version": version[1], "first_name": "Иван", "phone": "+7 921 888 77 66"}
    )
    assert answer.status_code == 204, answer.headers.get("x-problem")
    assert (await man.client.get(link)).status_code == 404


async def test_no_line_of_the_log_names_a_link(crowd: Sequence[Man]) -> None:
    link = await crowd[-1].link()
    token = link.rsplit("/", 1)[-1]
    with capture_logs() as lines:
        for where in (link, f"{link}/x/y", f"{link}/"):
            await crowd[-1].client.get(where)
        await crowd[-1].client.put(link)
        await crowd[-1].client.post(f"{link}/nothing")
    assert len(lines) == 5
    assert [line for line in lines if token in str(line)] == []


async def test_who_comes_too_often_waits(crowd: Sequence[Man]) -> None:
    link = await crowd[-1].link()
    codes = [(await crowd[-1].client.get(link)).status_code for _ in range(61)]
    assert codes == [200] * 60 + [429]
    assert (await crowd[-1].client.get(link)).headers["retry-after"] == "60"
    strangers = [(await crowd[-1].client.get(f"/w/{n}")).status_code for n in range(40)]
    assert strangers[-1] == 429


def test_a_pace_forgets_and_starts_afresh() -> None:
    now = [0.0]
    pace = Pace(2, 60.0, clock=lambda: now[0])
    assert [pace.admits(b"a") for _ in range(3)] == [True, True, False]
    assert pace.admits(b"b")
    now[0] = 60.0
    assert pace.admits(b"a")


def test_everything_he_is_told_is_told_in_russian() -> None:
    words = speech(Language.RU).words
    assert [said for said, _ in SAID.values() if words.gettext(said) == said] == []


async def test_he_sees_where_they_meet_and_nobody_elses_place(
    crowd: Sequence[Man], stage: Stage, jobs_db: Database, owner: asyncpg.Connection
) -> None:
    picture = await redraw_picture(photo()["photo"][1])
    async with jobs_db.begin(stage.franchise_id, "staff:test") as uow:
        await set_site_photo(uow, stage.site_id, picture)
    asked, stranger = crowd[0], crowd[-1]
    link, other = await asked.link(), await stranger.link()
    shown = re.search(r'src="(/w/[^"]+/place/[^"]+)"', (await asked.client.get(link)).text)
    assert shown is not None
    answer = await asked.client.get(shown[1])
    assert (answer.status_code, answer.content) == (200, picture.portrait)
    assert answer.headers["x-robots-tag"] == "noindex, nofollow, noarchive"
    assert (await stranger.client.get(other + shown[1][shown[1].index("/place/") :])).status_code == 404
    async with jobs_db.begin(stage.franchise_id, "staff:test") as uow:
        await set_site_photo(uow, stage.site_id, None)
    assert (await asked.client.get(shown[1])).status_code == 404
