"""The list of clients, and everything that is kept of one on his page."""

import csv
import io
import re
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio
from httpx import AsyncClient, Response

from dispatch.access.roles import Role
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from tests.factories.access import PASSWORD, make_user
from tests.factories.clients import make_client, make_site
from tests.factories.stage import Stage, place, set_stage, tomorrow

PART = {"HX-Request": "true"}
ATTACK = """"'><script>alert(1)</script>{{7*7}}"""


async def csrf_of(browser: AsyncClient) -> str:
    found = re.search(r'X-CSRF-Token": "([0-9a-f]{64})"', (await browser.get("/clients")).text)
    assert found is not None
    return found[1]


class Desk:
    """A browser on the page of one client."""

    def __init__(self, browser: AsyncClient, client_id: UUID, csrf: str) -> None:
        self.browser, self.client_id, self.csrf = browser, client_id, csrf
        self.address = f"/clients/{client_id}"

    async def page(self) -> str:
        answer = await self.browser.get(self.address)
        assert answer.status_code == 200
        return answer.text

    async def part(self, where: str) -> str:
        answer = await self.browser.get(where, headers=PART)
        assert answer.status_code == 200, answer.headers.get("x-problem")
        assert "<html" not in answer.text
        return answer.text

    async def act(self, where: str, **form: object) -> Response:
        return await self.browser.post(where, data=form, headers=PART | {"X-CSRF-Token": self.csrf})


@pytest_asyncio.fixture(loop_scope="session")
async def desk(dispatcher: AsyncClient, app_db: Database, stage: Stage) -> Desk:
    async with app_db.begin(stage.franchise_id, "system:test") as uow:
        client = await make_client(uow, name=f"Переезды {uuid4().hex[:6]}")
        await make_site(uow, client.id, address="Невский пр., 1", meeting_point="у шлагбаума")
    return Desk(dispatcher, client.id, await csrf_of(dispatcher))


async def sign_in(desk: Desk, app_db: Database, franchise_id: UUID, role: Role) -> Desk:
    user = await make_user(app_db, franchise_id, role)
    desk.browser.cookies.clear()
    await desk.browser.post("/login", data={"login": user.login, "password": PASSWORD})
    return Desk(desk.browser, desk.client_id, await csrf_of(desk.browser))


async def test_a_client_is_taken_on_changed_archived_and_taken_back(desk: Desk, owner: asyncpg.Connection) -> None:
    assert 'name="tax_number"' in await desk.part("/clients/new")
    refused = await desk.act("/clients", name=" ", kind="company")
    assert refused.status_code == 422
    assert "Fill%20this%20in" in refused.headers["x-problem"]
    taken = await desk.act("/clients", name="Ромашка", kind="company", tax_number="7801", note="первая\nвторая")
    assert taken.status_code == 204, taken.headers
    address = taken.headers["hx-redirect"]
    page = (await desk.browser.get(address)).text
    assert "Ромашка" in page
    assert "7801" in page
    form = await desk.part(f"{address}/change")
    assert 'value="Ромашка"' in form
    changed = {"name": "Ромашка-2", "kind": "person", "version": "1", "forbids_tier_c": "yes"}
    assert (await desk.act(f"{address}/change", **changed)).status_code == 204
    stale = await desk.act(f"{address}/change", **changed)
    assert stale.status_code == 409
    assert (await desk.act(f"{address}/change", **changed | {"version": ""})).status_code == 422
    client_id = UUID(address.removeprefix("/clients/"))
    row = await owner.fetchrow("SELECT name, kind, tax_number, forbids_tier_c FROM clients WHERE id = $1", client_id)
    assert tuple(row) == ("Ромашка-2", "person", None, True)
    archived = await desk.act(f"{address}/archive")
    assert archived.headers["x-undo"] == f"{address}/restore"
    assert "Ромашка-2" not in (await desk.browser.get("/clients")).text
    assert "Ромашка-2" in (await desk.browser.get("/clients?archived=yes")).text
    assert f"/orders/new?client={client_id}" not in (await desk.browser.get(address)).text
    assert (await desk.act(f"{address}/people", name="Пётр", phone="89215550101")).status_code == 409
    assert (await desk.act(f"{address}/restore")).status_code == 204
    assert "Ромашка-2" in (await desk.browser.get("/clients")).text


async def test_people_are_kept_and_forgotten(desk: Desk) -> None:
    assert 'name="phone"' in await desk.part(f"{desk.address}/people/new")
    wrong = await desk.act(f"{desk.address}/people", name="Пётр", phone="twelve")
    assert wrong.status_code == 422
    kept = await desk.act(f"{desk.address}/people", name="Пётр", phone="8 (921) 555-01-77", role="кладовщик")
    assert kept.status_code == 204
    card = await desk.part(f"{desk.address}/card")
    assert 'href="tel:+79215550177"' in card
    assert "кладовщик" in card
    assert str(desk.client_id) in (await desk.browser.get("/clients?q=5550177")).text
    person = re.findall(r'id="person-([0-9a-f-]{36})"', card)
    assert len(person) == 1
    assert (await desk.act(f"{desk.address}/people/{person[0]}/remove")).status_code == 204
    assert 'id="person-' not in await desk.part(f"{desk.address}/card")
    assert (await desk.act(f"{desk.address}/people/{person[0]}/remove")).status_code == 404


async def test_sites_are_kept_moved_and_dropped(desk: Desk, owner: asyncpg.Connection) -> None:
    assert "data-picks" in await desk.part(f"{desk.address}/sites/new")
    site = {
        "address": "Лесной пр., 5",
        "lat": "59,98",
        "lon": "30.34",
        "meeting_point": "ворота 2",
        "contact_name": "Олег",
        "contact_phone": "89215550102",
        "attendance_source": "client",
    }
    for wrong in ({"lat": "up"}, {"lon": ""}, {"address": ""}, {"zone": "Moscow"}, {"attendance_source": "nobody"}):
        refused = await desk.act(f"{desk.address}/sites", **site | wrong)
        assert refused.status_code == 422, wrong
        assert refused.headers["x-problem"]
    assert (await desk.act(f"{desk.address}/sites", **site)).status_code == 204
    row = await owner.fetchrow("SELECT id, zone, version FROM sites WHERE address = 'Лесной пр., 5'")
    assert row["zone"] == "Europe/Moscow"
    page = await desk.page()
    for words in ("Лесной пр., 5", "ворота 2", "Олег", 'href="tel:+79215550102"', "Невский пр., 1", "у шлагбаума"):
        assert words in page
    form = await desk.part(f"/sites/{row['id']}/change")
    assert 'value="59.98"' in form
    moved = site | {"lat": "60", "version": "1", "zone": "Europe/Moscow"}
    assert (await desk.act(f"/sites/{row['id']}/change", **moved)).status_code == 204
    assert (await desk.act(f"/sites/{row['id']}/change", **moved)).status_code == 409
    assert await owner.fetchval("SELECT ST_Y(location::geometry) FROM sites WHERE id = $1", row["id"]) == 60
    assert (await desk.act(f"/sites/{row['id']}/archive")).status_code == 204
    assert "Лесной пр., 5" not in await desk.page()


async def test_somebody_is_kept_away_and_may_come_again(desk: Desk, owner: asyncpg.Connection, stage: Stage) -> None:
    name = await owner.fetchval(
        "SELECT last_name FROM worker_contacts WHERE franchise_id = $1 LIMIT 1", stage.franchise_id
    )
    assert "Type a name" in await desk.part(f"{desk.address}/barred/new")
    found = re.findall(r'name="worker_id" value="([^"]+)"', await desk.part(f"{desk.address}/barred/people?q={name}"))
    assert "Nobody of yours" in await desk.part(f"{desk.address}/barred/people?q=zzzz")
    typed = {"worker_id": found[0], "decided_by": "client", "reason": ATTACK, "site_id": ""}
    assert (await desk.act(f"{desk.address}/barred", **typed | {"reason": ""})).status_code == 422
    assert (await desk.act(f"{desk.address}/barred", **typed | {"worker_id": ""})).status_code == 422
    assert (await desk.act(f"{desk.address}/barred", **typed | {"site_id": str(stage.site_id)})).status_code == 404
    assert (await desk.act(f"{desk.address}/barred", **typed)).status_code == 204
    again = await desk.act(f"{desk.address}/barred", **typed)
    assert again.status_code == 409
    card = await desk.part(f"{desk.address}/card")
    assert name in card
    assert "<script>alert" not in card
    entry = re.findall(r'id="barred-([0-9a-f-]{36})"', card)
    assert (await desk.act(f"{desk.address}/barred/{entry[0]}/lift")).status_code == 204
    assert 'id="barred-' not in (await desk.part(f"{desk.address}/card")).replace('id="barred-title"', "")


async def test_what_is_typed_is_never_code(desk: Desk) -> None:
    kept = {"name": ATTACK, "kind": "company", "tax_number": ATTACK[:30], "source": ATTACK, "note": ATTACK}
    address = (await desk.act("/clients", **kept)).headers["hx-redirect"]
    await desk.act(f"{address}/people", name=ATTACK, phone="89215550103", role=ATTACK)
    site = {"address": ATTACK, "lat": "60", "lon": "30", "region": ATTACK, "meeting_point": ATTACK}
    site |= {"contact_name": ATTACK, "attendance_source": "self"}
    assert (await desk.act(f"{address}/sites", **site)).status_code == 204
    page = (await desk.browser.get(address)).text
    assert page.count("&lt;script&gt;") >= 9
    assert "49" not in re.findall(r"&lt;/script&gt;(.{2})", page)
    shown = [page, (await desk.browser.get(f"/clients?q={ATTACK}")).text, await desk.part(f"{address}/change")]
    site_id = re.findall(r'id="change-site-([0-9a-f-]{36})"', page)[0]
    shown.append(await desk.part(f"/sites/{site_id}/change"))
    shown.append((await desk.browser.get(f"/orders/new?client={address.removeprefix('/clients/')}")).text)
    assert not any("<script>alert" in text for text in shown)
    refused = await desk.act(f"{address}/change", **kept | {"kind": ATTACK, "version": "1"})
    assert "<script>" not in refused.headers["x-problem"]


async def test_the_list_is_searched_sorted_and_taken_home(
    desk: Desk, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    await place(jobs_db, stage, 1, tomorrow(days=8))
    for sort in ("name", "sites", "orders", "last", "billed", "since"):
        for way in ("asc", "desc"):
            page = await desk.browser.get(f"/clients?sort={sort}&dir={way}")
            assert f'aria-sort="{way}ending"' in page.text
    ordered = re.findall(r'<tr id="client-([^"]+)"', (await desk.browser.get("/clients?sort=orders&dir=desc")).text)
    assert ordered[0] == str(stage.client_id)
    text = (await desk.act("/clients/export?q=сенной", form="csv")).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    assert [row[0] for row in rows] == ["Client", "Склад на Сенной"]
    assert (await desk.act("/clients/export", form="xlsx")).content[:2] == b"PK"
    kept = await owner.fetch("SELECT what, rows FROM exports WHERE franchise_id = $1", stage.franchise_id)
    assert ("clients", 1) in [tuple(row) for row in kept]
    page = (await desk.browser.get(f"/clients/{stage.client_id}")).text
    assert 'id="order-' in page


async def test_a_change_without_the_sessions_token_changes_nothing(desk: Desk) -> None:
    for where in ("/clients", f"{desk.address}/change", f"{desk.address}/archive", f"{desk.address}/people"):
        answer = await desk.browser.post(where, data={"name": "x"}, headers=PART)
        assert answer.status_code == 403
    assert 'id="archive"' in await desk.page()


async def test_another_franchise_finds_no_such_client(
    desk: Desk, settings: Settings, app_db: Database, owner: asyncpg.Connection
) -> None:
    site_id = await owner.fetchval("SELECT id FROM sites WHERE client_id = $1", desk.client_id)
    other = await set_stage(settings, app_db, men=0)
    stranger = await sign_in(desk, app_db, other.franchise_id, Role.OWNER)
    looks = ("", "/card", "/change", "/people/new", "/sites/new", "/barred/new", "/barred/people?q=a")
    for where in (*(desk.address + look for look in looks), f"/sites/{site_id}/change"):
        answer = await stranger.browser.get(where)
        assert answer.status_code == 404, where
        assert "Невский" not in answer.text
    name = {"name": "x", "kind": "company", "version": "1", "phone": "89215550104"}
    site = {"address": "x", "lat": "60", "lon": "30", "attendance_source": "self", "version": "1"}
    bar = {"worker_id": str(uuid4()), "decided_by": "client", "reason": "why not"}
    acts = {
        f"{desk.address}/change": name,
        f"{desk.address}/archive": {},
        f"{desk.address}/restore": {},
        f"{desk.address}/people": name,
        f"{desk.address}/people/{uuid4()}/remove": {},
        f"{desk.address}/sites": site,
        f"{desk.address}/barred": bar,
        f"{desk.address}/barred/{uuid4()}/lift": {},
        f"/sites/{site_id}/change": site,
        f"/sites/{site_id}/archive": {},
    }
    for where, form in acts.items():
        answer = await stranger.act(where, **form)
        assert answer.status_code == 404, (where, answer.headers.get("x-problem"))
    assert str(desk.client_id) not in (await stranger.browser.get("/clients")).text
    assert str(desk.client_id) not in (await stranger.act("/clients/export")).text


@pytest.mark.parametrize("role", [Role.ACCOUNTANT, Role.CALL_CENTRE])
async def test_who_only_looks_is_offered_nothing_to_do(desk: Desk, app_db: Database, stage: Stage, role: Role) -> None:
    looker = await sign_in(desk, app_db, stage.franchise_id, role)
    page = await looker.page()
    assert re.findall(r'hx-post="/(?:clients|sites)', page) == []
    assert ("Shall not come back" in page) is (role is Role.ACCOUNTANT)
    assert (await looker.act(f"{desk.address}/archive")).status_code == 403
    assert (await looker.browser.get(f"{desk.address}/change")).status_code == 403
