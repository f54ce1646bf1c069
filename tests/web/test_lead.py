"""A crew lead's page by link: what it opens, to whom, until when; looking never changes anything."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import AsyncClient, Response

from dispatch.access.roles import Role
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from tests.factories.browsers import Browser
from tests.factories.crew import Crew, seated, start, with_men
from tests.factories.desk import timeline, world
from tests.factories.on_site import Phone, browser_of, foremans_crew, made, states
from tests.factories.pictures import photo
from tests.factories.stage import Stage, let_pass, set_stage

HOUR = timedelta(hours=1)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=0)


@pytest_asyncio.fixture(loop_scope="session")
async def crew(jobs_db: Database, owner: asyncpg.Connection, stage: Stage) -> Crew:
    crew = await foremans_crew(jobs_db, owner, stage, 2)
    await owner.execute("UPDATE shifts SET attendance_source = 'crew_lead' WHERE id = $1", crew.shift_id)
    await let_pass(owner, crew.shift_id, HOUR)
    return crew


@asynccontextmanager
async def office(app: FastAPI, database: Database, franchise_id: UUID) -> AsyncIterator[Browser]:
    async with browser_of(app, database, franchise_id, Role.DISPATCHER) as client:
        token = re.search(r'X-CSRF-Token": "([0-9a-f]{64})"', (await client.get("/site")).text)
        assert token is not None
        yield Browser(client, token[1])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(app: FastAPI, app_db: Database, stage: Stage) -> AsyncIterator[Browser]:
    async with office(app, app_db, stage.franchise_id) as browser:
        yield browser


async def send(desk: Browser, crew: Crew, man: int = 0) -> Response:
    return await desk.act(f"/shifts/{crew.shift_id}/leads", {"worker_id": str(crew.men[man])})


@pytest_asyncio.fixture(loop_scope="session")
async def phone(desk: Browser, stranger: AsyncClient, crew: Crew, owner: asyncpg.Connection) -> Phone:
    """The phone of the first man, who was texted the link; he is signed in nowhere."""
    sent = await send(desk, crew)
    assert sent.status_code == 204, sent.headers.get("x-problem")
    body = await owner.fetchval(
        "SELECT body FROM messages WHERE shift_id = $1 AND worker_id = $2 AND template = 'lead_link'",
        crew.shift_id,
        crew.men[0],
    )
    found = re.search(r"(/lead/dlead_[\w-]{43})$", body)
    assert found is not None, body
    return Phone(stranger, found[1])


async def test_the_link_opens_the_list_without_a_password_and_without_numbers(
    phone: Phone, owner: asyncpg.Connection, crew: Crew
) -> None:
    before = await world(owner)
    page = await phone.page()
    assert set(states(page)) == {str(seat) for seat in crew.seats}
    assert "tel:" not in page
    names = await owner.fetch("SELECT last_name FROM worker_contacts WHERE worker_id = ANY ($1)", list(crew.men))
    assert not any(row["last_name"] in page for row in names)
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", page) == []
    assert (await phone.pulse()).json()["csrf"] == ""
    start_url = (await phone.client.get(f"{phone.base}/site.webmanifest")).json()["start_url"]
    assert start_url == phone.base
    assert (await world(owner)).changed_since(before) == set()


async def test_his_marks_are_the_crew_leads_and_his_own(phone: Phone, owner: asyncpg.Connection, crew: Crew) -> None:
    one, two = crew.seats
    fast = timedelta(minutes=7)
    marks = made("arrived", one, ago=HOUR, fast=fast), made("missing", two, ago=timedelta(minutes=20), fast=fast)
    assert await phone.send(*marks) == [("accepted", "arrived"), ("accepted", "no_show")]
    assert await phone.send(*marks) == [("known", "arrived"), ("known", "no_show")]
    seen = await owner.fetchrow("SELECT source, author FROM attendance_lists WHERE shift_id = $1", crew.shift_id)
    assert tuple(seen) == ("crew_lead", f"worker:{crew.men[0]}")
    assert await owner.fetchval("SELECT arrival_source FROM seats WHERE id = $1", one) == "crew_lead"
    authors = await owner.fetch("SELECT DISTINCT author FROM site_marks WHERE shift_id = $1", crew.shift_id)
    assert [row["author"] for row in authors] == [f"worker:{crew.men[0]}"]


async def test_only_its_digest_is_kept(phone: Phone, owner: asyncpg.Connection, crew: Crew) -> None:
    token = phone.base.removeprefix("/lead/")
    await owner.execute(
        "UPDATE messages SET status = 'sending', attempt = 1 WHERE shift_id = $1 AND template = 'lead_link'",
        crew.shift_id,
    )
    await owner.execute(
        "UPDATE messages SET status = 'sent' WHERE shift_id = $1 AND template = 'lead_link'", crew.shift_id
    )
    for table in ("lead_links", "messages", "timeline", "outbox", "audit_log"):
        found = await owner.fetchval(f"SELECT count(*) FROM {table} t WHERE position($1 in t::text) > 0", token)
        assert found == 0, table
    assert (await phone.pulse()).status_code == 200


async def spent(phone: Phone, owner: asyncpg.Connection, crew: Crew) -> None:
    """Hold the link to open nothing."""
    page = await phone.client.get(phone.base)
    assert page.status_code == 404
    assert "does not work any more" in page.text
    assert "data-seat" not in page.text
    assert (await phone.pulse()).status_code == 404
    refused = await phone.post(made("arrived", crew.seats[1]))
    assert refused.status_code == 404
    assert refused.headers["x-problem"]
    assert await owner.fetchval("SELECT status FROM seats WHERE id = $1", crew.seats[1]) == "booked"


async def test_it_ends_a_day_after_the_shift(phone: Phone, owner: asyncpg.Connection, crew: Crew) -> None:
    await let_pass(owner, crew.shift_id, timedelta(hours=8 + 22))
    assert (await phone.pulse()).status_code == 200
    await let_pass(owner, crew.shift_id, timedelta(hours=2))
    await spent(phone, owner, crew)


async def test_it_ends_when_its_man_is_off_the_crew(phone: Phone, owner: asyncpg.Connection, crew: Crew) -> None:
    await owner.execute("UPDATE seats SET status = 'released' WHERE id = $1", crew.seats[0])
    await spent(phone, owner, crew)


async def test_it_ends_when_it_is_taken_back_and_when_a_new_one_is_sent(
    phone: Phone, owner: asyncpg.Connection, desk: Browser, crew: Crew
) -> None:
    assert "has the link" in await desk.part(f"/shifts/{crew.shift_id}/leads")
    assert (await send(desk, crew)).status_code == 204
    await spent(phone, owner, crew)
    revoked = await desk.act(f"/shifts/{crew.shift_id}/leads/{crew.men[0]}/revoke")
    assert revoked.status_code == 204
    assert "has the link" not in await desk.part(f"/shifts/{crew.shift_id}/leads")
    live = "SELECT count(*) FROM lead_links WHERE shift_id = $1 AND revoked_at IS NULL"
    assert await owner.fetchval(live, crew.shift_id) == 0
    assert [kind for kind in await timeline(owner, crew.shift_id) if kind.startswith("lead")] == [
        "lead_link_sent",
        "lead_link_sent",
        "lead_link_revoked",
    ]


async def test_a_made_up_link_opens_nothing(phone: Phone, owner: asyncpg.Connection, crew: Crew) -> None:
    await spent(Phone(phone.client, f"/lead/dlead_{'a' * 43}"), owner, crew)
    assert (await phone.client.get("/lead/nonsense")).status_code == 422


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "none"}])
async def test_marks_from_another_site_are_not_taken(
    phone: Phone, owner: asyncpg.Connection, crew: Crew, headers: dict[str, str]
) -> None:
    phone.headers |= headers
    assert (await phone.post(made("arrived", crew.seats[1]))).status_code == 403
    assert await owner.fetchval("SELECT status FROM seats WHERE id = $1", crew.seats[1]) == "booked"


async def test_it_opens_one_shift_and_no_other(
    phone: Phone, owner: asyncpg.Connection, jobs_db: Database, stage: Stage
) -> None:
    other = await foremans_crew(jobs_db, owner, stage, 1)
    ((fate, reason),) = await phone.send(made("arrived", other.seats[0]))
    assert (fate, reason) == ("refused", "This man is on another shift's list.")
    assert await owner.fetchval("SELECT status FROM seats WHERE id = $1", other.seats[0]) == "booked"


async def test_who_leads_is_of_the_crew_of_a_shift_at_hand(
    desk: Browser, jobs_db: Database, owner: asyncpg.Connection, stage: Stage, crew: Crew
) -> None:
    stranger = (await with_men(jobs_db, stage, 1)).workers[0]
    refused = await desk.act(f"/shifts/{crew.shift_id}/leads", {"worker_id": str(stranger)})
    assert refused.status_code == 409
    ahead = await seated(jobs_db, await with_men(jobs_db, stage, 1), 1)
    await let_pass(owner, ahead.shift_id, -timedelta(days=9))
    assert (await send(desk, ahead)).status_code == 409
    await start(jobs_db, owner, ahead.shift_id)
    assert (await send(desk, ahead)).status_code == 204


async def test_another_franchise_sends_no_link(
    app: FastAPI, app_db: Database, settings: Settings, owner: asyncpg.Connection, crew: Crew
) -> None:
    other = await set_stage(settings, app_db, men=0)
    async with office(app, app_db, other.franchise_id) as stranger:
        assert (await send(stranger, crew)).status_code == 404
        assert (await stranger.act(f"/shifts/{crew.shift_id}/leads/{crew.men[0]}/revoke")).status_code == 404
    assert await owner.fetchval("SELECT count(*) FROM lead_links WHERE shift_id = $1", crew.shift_id) == 0


async def test_the_office_reads_the_link_nowhere(
    phone: Phone, desk: Browser, owner: asyncpg.Connection, crew: Crew
) -> None:
    token = phone.base.removeprefix("/lead/")
    assert token in await owner.fetchval(
        "SELECT body FROM messages WHERE shift_id = $1 AND template = 'lead_link'", crew.shift_id
    )
    for address in (f"/people/{crew.men[0]}", f"/shifts/{crew.shift_id}", f"/shifts/{crew.shift_id}/leads"):
        assert token not in (await desk.client.get(address)).text


async def test_the_photo_of_where_they_meet_is_seen_by_office_foreman_and_lead(
    phone: Phone, desk: Browser, crew: Crew, owner: asyncpg.Connection, app: FastAPI, app_db: Database, stage: Stage
) -> None:
    where = f"/sites/{stage.site_id}/photo"
    assert "place/" not in await phone.page()
    assert (await desk.act(where, files={"photo": ("x.svg", b"<svg/>", "image/svg+xml")})).status_code == 422
    assert (await desk.act(where, files=photo())).status_code == 204
    digest = (await owner.fetchval("SELECT photo_sha256 FROM sites WHERE id = $1", stage.site_id)).hex()
    card = await desk.part(f"/clients/{stage.client_id}/card")
    assert f'src="{where}/{digest}/small"' in card
    assert f'href="{where}/{digest}"' in (await desk.client.get(f"/shifts/{crew.shift_id}")).text
    shown = re.search(r'src="([^"]+/place/[0-9a-f]{64})"', await phone.page())
    assert shown is not None
    for browser, address in ((desk.client, f"{where}/{digest}"), (phone.client, shown[1])):
        answer = await browser.get(address)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
        assert answer.content[:2] == b"\xff\xd8"
    assert (await phone.client.get(f"{phone.base}/place/{'0' * 64}")).status_code == 404
    async with browser_of(app, app_db, stage.franchise_id, Role.FOREMAN) as foreman:
        assert (await foreman.get(f"/site/{crew.shift_id}/place/{digest}")).status_code == 404, "not a shift of his"
        await owner.execute("UPDATE shifts SET attendance_source = 'foreman' WHERE id = $1", crew.shift_id)
        assert f"/site/{crew.shift_id}/place/{digest}" in (await foreman.get(f"/site/{crew.shift_id}")).text
        assert (await foreman.get(f"/site/{crew.shift_id}/place/{digest}")).status_code == 200
        token = re.search(r'X-CSRF-Token": "([0-9a-f]{64})"', (await foreman.get("/site")).text)
        refused = Browser(foreman, token[1] if token is not None else "")
        assert (await refused.act(where, files=photo("blue"))).status_code == 403
    assert (await desk.act(f"{where}/remove")).status_code == 204
    assert (await phone.client.get(shown[1])).status_code == 404
    assert await owner.fetchval("SELECT count(*) FROM files WHERE media_type = 'image/jpeg'") == 0
