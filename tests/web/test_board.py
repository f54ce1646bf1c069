"""The board: a day's shifts as cards, those at risk first, and nobody else's."""

import re
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from httpx import AsyncClient

from dispatch.access.roles import Role
from dispatch.crew.alarms import Severity, raise_alarm
from dispatch.kit.uow import Database
from dispatch.orders.commands import AskedShift
from dispatch.settings import Settings
from tests.factories.access import PASSWORD, make_user
from tests.factories.shift_desk import Desk
from tests.factories.stage import Stage, open_questions, place, run_lane, say, set_stage


def soon(hours: int = 1) -> AskedShift:
    start = (datetime.now(UTC) + timedelta(hours=hours)).replace(second=0, microsecond=0)
    return AskedShift(starts_at=start, ends_at=start + timedelta(hours=8))


def cards_of(page: str) -> list[str]:
    return re.findall(r'data-shift="([0-9a-f-]{36})"', page)


async def board_of(browser: AsyncClient) -> str:
    """Both days, whatever side of midnight a shift of the next hours falls on."""
    return (await browser.get("/board")).text + (await browser.get("/board?day=tomorrow")).text


async def test_an_empty_board_says_what_will_be_there(dispatcher: AsyncClient) -> None:
    answer = await dispatcher.get("/board?day=tomorrow")
    assert answer.status_code == 200
    assert "No shifts on this day" in answer.text


async def test_cards_count_and_the_part_is_the_page_without_its_frame(
    dispatcher: AsyncClient, jobs_db: Database, stage: Stage
) -> None:
    order = await place(jobs_db, stage, 2, soon())
    await run_lane(jobs_db)
    offers = [q for q in await open_questions(jobs_db, stage, "offer") if q.shift_id == order.shifts[0].id]
    await say(jobs_db, offers[0], "да")
    page = await board_of(dispatcher)
    assert str(order.shifts[0].id) in cards_of(page)
    assert 'aria-label="Primary">1/2</progress>' in page
    assert "3 asked" in page
    assert "2 to answer" in page
    part = await dispatcher.get("/board/cards", headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert cards_of(part.text) == cards_of((await dispatcher.get("/board")).text)


async def test_who_is_at_risk_comes_first(
    dispatcher: AsyncClient, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    calm = (await place(jobs_db, stage, 1, soon(2))).shifts[0].id
    short = (await place(jobs_db, stage, 1, soon(2))).shifts[0].id
    await owner.execute(
        """INSERT INTO alarms (id, franchise_id, shift_id, kind, severity, sentence, dedupe_key, raised_at)
           VALUES (gen_random_uuid(), $1, $2, 'shortfall_predicted', 'critical', 'Ring the call list.', 'x', now())""",
        stage.franchise_id,
        short,
    )
    shown = cards_of(await board_of(dispatcher))
    assert shown.index(str(short)) < shown.index(str(calm))


async def test_words_of_others_are_words(dispatcher: AsyncClient, stage: Stage, owner: asyncpg.Connection) -> None:
    hostile = '<img src=x onerror="alert(1)">'
    await owner.execute("UPDATE clients SET name = $2 WHERE id = $1", stage.client_id, hostile)
    page = await board_of(dispatcher)
    assert hostile not in page
    assert "&lt;img src=x" in page


async def test_another_franchise_sees_none_of_it(
    stranger: AsyncClient, settings: Settings, app_db: Database, jobs_db: Database, stage: Stage
) -> None:
    theirs = str((await place(jobs_db, stage, 1, soon())).shifts[0].id)
    other = await set_stage(settings, app_db, men=0)
    user = await make_user(app_db, other.franchise_id, Role.OWNER)
    await stranger.post("/login", data={"login": user.login, "password": PASSWORD})
    assert theirs not in cards_of(await board_of(stranger))


@pytest.mark.parametrize("role", [Role.CALL_CENTRE, Role.OPERATOR, Role.CLIENT])
async def test_who_may_not_see_orders_is_told_so(
    stranger: AsyncClient, app_db: Database, stage: Stage, role: Role
) -> None:
    user = await make_user(app_db, stage.franchise_id, role)
    await stranger.post("/login", data={"login": user.login, "password": PASSWORD})
    answer = await stranger.get("/board")
    assert answer.status_code == 403
    assert "You may not do this" in answer.text
    part = await stranger.get("/board/cards", headers={"HX-Request": "true"})
    assert (part.status_code, part.text) == (403, "")
    assert part.headers["x-problem"]


async def test_a_strange_day_is_refused_in_words(dispatcher: AsyncClient) -> None:
    answer = await dispatcher.get("/board?day=yesterday")
    assert answer.status_code == 422
    assert "<h1" in answer.text


async def test_crews_are_printed_one_sheet_a_shift(dispatcher: AsyncClient, jobs_db: Database, stage: Stage) -> None:
    order = await place(jobs_db, stage, 2, soon(2))
    await run_lane(jobs_db)
    offers = [q for q in await open_questions(jobs_db, stage, "offer") if q.shift_id == order.shifts[0].id]
    await say(jobs_db, offers[0], "да")
    sheets = (await dispatcher.get("/board/lists?day=today")).text + (await dispatcher.get("/board/lists")).text
    sheet = re.search(rf'id="sheet-{order.shifts[0].id}".*?</article>', sheets, re.DOTALL)
    assert sheet is not None
    assert sheet[0].count("<tr>") == 2
    assert re.search(r"\+7 \d{3} \d{3}-\d\d-\d\d", sheet[0])
    assert "1 of 2 seated" in sheet[0]


async def test_an_alarm_about_a_man_names_him(desk: Desk, owner: asyncpg.Connection) -> None:
    seat_id = await desk.seat()
    async with desk.database.begin(desk.stage.franchise_id, "system:test") as uow:
        await raise_alarm(
            uow,
            "unaccounted",
            "Past his limit and nobody saw him: ring him and the site, then mark him arrived or absent.",
            shift_id=desk.shift_id,
            severity=Severity.CRITICAL,
            key=str(seat_id),
            seat_id=seat_id,
        )
    name = await owner.fetchval(
        """SELECT c.first_name || ' ' || c.last_name FROM seats s JOIN worker_contacts c USING (worker_id)
           WHERE s.id = $1""",
        seat_id,
    )
    said = f"<strong>{name}:</strong>"
    assert said in (await desk.browser.get("/board/alarms", headers={"HX-Request": "true"})).text
    assert said in (await desk.browser.get("/board")).text
