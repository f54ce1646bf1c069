"""The page of a shift, and everything a dispatcher does on it."""

import re

import asyncpg
import pytest
from httpx import AsyncClient

from dispatch.access.roles import Role
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from tests.factories.access import PASSWORD, make_user
from tests.factories.shift_desk import PART, Desk
from tests.factories.stage import set_stage


async def test_the_page_shows_whom_it_is_for_the_crew_and_the_waves(desk: Desk) -> None:
    before = await desk.page()
    assert "Склад на Сенной" in before
    assert "Nobody has said yes so far" in before
    assert "Wave 1" in before
    await desk.seat()
    crew = await desk.part("/crew")
    assert crew.count('id="seat-') == 1
    assert 'aria-label="Primary">1/2</progress>' in crew
    story = await desk.part("/story")
    assert "seat taken" in story
    assert story.count('id="invitation-') == 3


async def test_a_wave_the_page_and_the_board_count_the_same_people(desk: Desk) -> None:
    offers = await desk.offers()
    async with desk.database.begin(desk.stage.franchise_id, "system:test") as uow:
        for offer, reason in zip(offers, ("booked elsewhere", "never left us"), strict=False):
            await uow.run(
                "UPDATE invitations SET status = 'withdrawn', reason = $3 WHERE shift_id = $1 AND worker_id = $2",
                desk.shift_id,
                offer.worker_id,
                reason,
            )
    asked = f"{len(offers) - 1} asked"
    assert re.findall(r"Wave 1</strong> (\d+ asked)", await desk.part("/story")) == [asked]
    assert "never left us" in await desk.part("/story"), "who is not counted shows why"
    assert re.findall(r">(\d+ asked)<", await desk.part("/crew")) == [asked]
    cards = (await desk.browser.get(f"/board/cards?day=tomorrow&shift={desk.shift_id}", headers=PART)).text
    cards += (await desk.browser.get(f"/board/cards?shift={desk.shift_id}", headers=PART)).text
    assert set(re.findall(r">(\d+ asked)<", cards)) == {asked}


async def test_pausing_and_taking_it_back(desk: Desk) -> None:
    paused = await desk.act("/pause")
    assert paused.status_code == 204
    assert paused.headers["x-undo"] == f"{desk.address}/resume"
    assert 'id="resume"' in await desk.part("/crew")
    assert (await desk.act("/resume")).status_code == 204
    assert 'id="pause"' in await desk.part("/crew")


async def test_a_shift_is_with_somebody_and_is_handed_over(desk: Desk, app_db: Database, settings: Settings) -> None:
    assert "With nobody" in await desk.part("/crew")
    mate = await make_user(app_db, desk.stage.franchise_id, Role.DISPATCHER)
    accountant = await make_user(app_db, desk.stage.franchise_id, Role.ACCOUNTANT)
    stranger = await make_user(app_db, (await set_stage(settings, app_db, men=0)).franchise_id, Role.DISPATCHER)
    form = await desk.part("/handover")
    assert str(mate.id) in form
    assert str(accountant.id) not in form
    assert (await desk.act("/handover", user_id=str(accountant.id))).status_code == 422
    assert (await desk.act("/handover", user_id=str(stranger.id))).status_code == 404
    assert (await desk.act("/handover", user_id=str(mate.id))).status_code == 204
    assert "With nobody" not in await desk.part("/crew")
    assert "handed over" in await desk.part("/story")
    assert (await desk.act("/handover", user_id="")).status_code == 204
    assert "With nobody" in await desk.part("/crew")
    assert (await desk.part("/story")).count("handed over") == 2


async def test_a_change_without_the_sessions_token_changes_nothing(desk: Desk) -> None:
    for token in ("", "0" * 64):
        answer = await desk.browser.post(f"{desk.address}/pause", headers=PART | {"X-CSRF-Token": token})
        assert answer.status_code == 403
    elsewhere = {"X-CSRF-Token": desk.csrf, "Sec-Fetch-Site": "cross-site"}
    assert (await desk.browser.post(f"{desk.address}/pause", headers=PART | elsewhere)).status_code == 403
    assert 'id="pause"' in await desk.part("/crew")


async def test_without_a_script_a_form_leads_back_to_the_page(desk: Desk) -> None:
    answer = await desk.browser.post(f"{desk.address}/pause", data={"csrf": desk.csrf})
    assert (answer.status_code, answer.headers["location"]) == (303, desk.address)
    assert 'id="resume"' in await desk.part("/crew")


async def test_calling_a_man_off(desk: Desk) -> None:
    seat_id = await desk.seat()
    assert "Call off" in await desk.part(f"/seats/{seat_id}/release")
    done = await desk.act(f"/seats/{seat_id}/release", reason="<b>client's wish</b>")
    assert done.status_code == 204
    crew = await desk.part("/crew")
    assert "is-ended" in crew
    assert "&lt;b&gt;client&#39;s wish&lt;/b&gt;" in crew
    again = await desk.act(f"/seats/{seat_id}/release")
    assert again.status_code == 409
    assert again.headers["x-problem"]


async def test_somebody_is_found_with_what_keeps_him_from_being_asked(desk: Desk) -> None:
    asked = {offer.worker_id for offer in await desk.offers()}
    assert "Type a name" in await desk.part("/invite")
    async with desk.database.begin(desk.stage.franchise_id, "system:test") as uow:
        rows = await uow.fetch(
            "SELECT worker_id, last_name FROM worker_contacts WHERE franchise_id = $1", uow.franchise_id
        )
    others = [row for row in rows if row["worker_id"] not in asked]
    whys = {row["worker_id"]: await desk.part(f"/why/{row['worker_id']}") for row in others}
    free = next(row for row in others if "Nothing keeps him" in whys[row["worker_id"]])
    taken = next(row for row in rows if row["worker_id"] in asked)
    found = await desk.part(f"/people?q={taken['last_name']}")
    assert "asked already, or not to be sent here" in found
    assert free["last_name"] in await desk.part(f"/people?q={free['last_name']}")
    assert (await desk.act("/invite", worker_id=str(free["worker_id"]))).status_code == 204
    assert "Asked by hand" in await desk.part("/story")
    refused = await desk.act("/invite", worker_id=str(taken["worker_id"]))
    assert refused.status_code == 409
    assert "Score" in whys[free["worker_id"]]
    assert "called or rung" in await desk.part("/people?q=zzzz")


async def test_calls_are_kept_and_count(desk: Desk, owner: asyncpg.Connection) -> None:
    await owner.execute(
        "UPDATE invitations SET status = 'expired', reason = 'silence' WHERE shift_id = $1", desk.shift_id
    )
    calls = await desk.part("/calls")
    assert "Ring them" in calls
    worker_id = re.findall(r'id="call-([0-9a-f-]{36})"', calls)[0]
    kept = await desk.act("/calls", worker_id=worker_id, result="no_answer")
    assert kept.status_code == 204
    assert "no answer," in await desk.part("/calls")
    assert (await desk.act("/calls", worker_id=worker_id, result="yes")).status_code == 204
    assert worker_id not in re.findall(r'id="call-([0-9a-f-]{36})"', await desk.part("/calls"))
    assert 'href="tel:' in (await desk.act(f"/phones/{worker_id}")).text


async def test_arrival_absence_and_close(running: Desk, owner: asyncpg.Connection) -> None:
    seat_id = await owner.fetchval("SELECT id FROM seats WHERE shift_id = $1", running.shift_id)
    await owner.execute("UPDATE seats SET status = 'unaccounted' WHERE id = $1", seat_id)
    assert 'id="call-' in await running.part("/calls")
    absent = await running.act(f"/seats/{seat_id}/no-show")
    assert absent.status_code == 204, absent.headers["x-problem"]
    assert absent.headers["x-undo"].endswith(f"/seats/{seat_id}/arrive")
    assert "1 no-show" in await running.part("/crew")
    assert (await running.act(f"/seats/{seat_id}/arrive")).status_code == 204
    form = await running.part("/close")
    assert f'name="hours-{seat_id}"' in form
    wrong = await running.act("/close", **{f"hours-{seat_id}": "eight"})
    assert wrong.status_code == 422
    closed = await running.act("/close", **{f"hours-{seat_id}": "7,5"})
    assert closed.status_code == 204, closed.headers["x-problem"]
    assert "Bill" in await running.part("/crew")
    minutes = await owner.fetchval("SELECT actual_minutes FROM timesheets WHERE seat_id = $1", seat_id)
    assert minutes == 450


@pytest.mark.parametrize("where", ["", "/crew", "/story", "/close", "/invite", "/people?q=a"])
async def test_another_franchise_finds_no_such_shift(
    desk: Desk, stranger: AsyncClient, settings: Settings, app_db: Database, where: str
) -> None:
    other = await set_stage(settings, app_db, men=0)
    user = await make_user(app_db, other.franchise_id, Role.OWNER)
    await stranger.post("/login", data={"login": user.login, "password": PASSWORD})
    answer = await stranger.get(desk.address + where)
    assert answer.status_code == 404
    assert "Склад" not in answer.text


async def test_who_only_looks_is_offered_nothing_to_do(desk: Desk, app_db: Database) -> None:
    await desk.seat()
    user = await make_user(app_db, desk.stage.franchise_id, Role.ACCOUNTANT)
    desk.browser.cookies.clear()
    await desk.browser.post("/login", data={"login": user.login, "password": PASSWORD})
    page = await desk.page()
    assert re.findall(r'hx-post="[^"]*(?:pause|arrive|release|calls)', page) == []
    assert (await desk.act("/pause")).status_code == 403
