"""The pass list of a crew: what the site wants, who is on it, that it went, and that it changed since."""

import csv
import io
import re
from dataclasses import dataclass
from uuid import UUID, uuid4

import asyncpg
import pytest_asyncio
from httpx import Response

from dispatch.access.roles import Role
from dispatch.kit.uow import Database
from dispatch.orders.place import PlacedOrder
from dispatch.settings import Settings
from dispatch.staffing.operate import ReleaseSeat, release_seat
from dispatch.staffing.pass_list import PassState, pass_list_of
from tests.factories.counter import Counter
from tests.factories.desk import crew_of, filled
from tests.factories.stage import Stage, set_stage, tomorrow
from tests.web.test_clients_pages import Desk, sign_in

PART = {"HX-Request": "true"}
RULE = {
    "fields": ["full_name", "birth_year", "passport", "car_plate"],
    "days_before": "1",
    "by_time": "18:00",
    "recipient": "Охрана, пост 2",
    "email": "post2@example.test",
    "phone": "8 921 555-01-99",
    "version": "0",
}


@dataclass
class Gate:
    """A dispatcher's browser, and an order whose crew must pass a gate."""

    desk: Counter
    app_db: Database
    stage: Stage
    order: PlacedOrder

    @property
    def shift_id(self) -> UUID:
        return self.order.shifts[0].id

    @property
    def address(self) -> str:
        return f"/shifts/{self.shift_id}/pass-list"

    async def state(self) -> PassState:
        async with self.app_db.begin(self.stage.franchise_id, "staff:test") as uow:
            return (await pass_list_of(uow, self.shift_id)).state

    async def see(self, where: str = "/now") -> str:
        answer = await self.desk.browser.get(self.address + where, headers=PART)
        assert answer.status_code == 200, answer.headers.get("x-problem")
        return answer.text

    async def send(self, digest: str | None = None) -> Response:
        shown = digest or re.findall(r'name="digest" value="([0-9a-f]{64})"', await self.see())[0]
        return await self.desk.act(f"{self.address}/sent", digest=shown, recipient="пост 2")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=8)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def order(jobs_db: Database, stage: Stage) -> PlacedOrder:
    return await filled(jobs_db, stage, 2, tomorrow(days=9))


@pytest_asyncio.fixture(loop_scope="session")
async def gate(counter: Counter, app_db: Database, stage: Stage, order: PlacedOrder) -> Gate:
    await counter.act(f"/sites/{stage.site_id}/pass/drop")
    answer = await counter.act(f"/sites/{stage.site_id}/pass", **RULE)
    assert answer.status_code == 204, answer.headers.get("x-problem")
    return Gate(counter, app_db, stage, order)


async def test_a_list_that_is_late_says_that_it_was_wanted(gate: Gate, app_db: Database) -> None:
    assert "Wanted by" in await gate.see()
    answer = await gate.desk.act(f"/sites/{gate.stage.site_id}/pass", **RULE | {"days_before": "14", "version": "1"})
    assert answer.status_code == 204, answer.headers.get("x-problem")
    assert "Was wanted by" in await gate.see()
    assert "was wanted by" in await gate.see("/line")


async def test_a_list_is_wanted_sent_changed_and_sent_again(
    gate: Gate, owner: asyncpg.Connection, jobs_db: Database
) -> None:
    crew = await crew_of(owner, gate.shift_id)
    page = (await gate.desk.browser.get(gate.address)).text
    assert all(f'id="pass-{seat["worker_id"]}"' in page for seat in crew)
    assert "Not sent yet" in page
    assert "Охрана, пост 2" in page
    assert "wanted by" in await gate.see("/line")
    assert (await gate.send("0" * 64)).status_code == 409
    assert (await gate.send("zz")).status_code == 422
    assert (await gate.send()).status_code == 204
    assert await gate.state() is PassState.SENT
    assert "nothing has changed since" in await gate.see()
    async with jobs_db.begin(gate.stage.franchise_id, "staff:test") as uow:
        await release_seat(uow, crew[0]["id"], ReleaseSeat(reason="test", call_out_pay=False))
    assert await gate.state() is PassState.CHANGED
    assert "1 gone" in await gate.see()
    assert "text-red" in await gate.see("/line")
    assert (await gate.send()).status_code == 204
    assert await gate.state() is PassState.SENT
    kept = await owner.fetch("SELECT worker_ids, created_by FROM pass_lists WHERE shift_id = $1", gate.shift_id)
    assert [len(row["worker_ids"]) for row in kept] == [len(crew), len(crew) - 1]
    assert all(row["created_by"].startswith("staff:") for row in kept)


async def test_what_is_missing_is_said_and_typed_and_counts_as_a_change(gate: Gate, owner: asyncpg.Connection) -> None:
    worker_id = (await crew_of(owner, gate.shift_id))[0]["worker_id"]
    assert "lack something" in await gate.see()
    if await gate.state() is not PassState.SENT:
        await gate.send()
    where = f"{gate.address}/people/{worker_id}"
    assert 'name="birth_year"' in await gate.see(f"/people/{worker_id}")
    for wrong in ({"birth_year": "1066"}, {"birth_year": "x"}, {"car_plate": "x" * 21}):
        assert (await gate.desk.act(where, **{"birth_year": "1990", "car_plate": ""} | wrong)).status_code == 422
    await owner.execute(
        "INSERT INTO worker_documents (id, franchise_id, worker_id, kind, number) VALUES ($1, $2, $3, 'passport', $4)",
        uuid4(),
        gate.stage.franchise_id,
        worker_id,
        "=4010 123456",
    )
    assert (await gate.desk.act(where, birth_year="1990", car_plate="<b>А123ВС</b>")).status_code == 204
    assert await gate.state() is PassState.CHANGED
    shown = await gate.see()
    assert "&lt;b&gt;А123ВС&lt;/b&gt;" in shown
    assert "1990" in shown
    answer = await gate.desk.browser.post(f"{gate.address}/file", data={"csrf": gate.desk.csrf, "form": "csv"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == ["No.", "Full name", "Birth year", "Passport", "Car plate"]
    (row,) = [row for row in rows if "1990" in row]
    assert row[3:] == ["'=4010 123456", "<b>А123ВС</b>"]
    assert (await gate.desk.act(f"{gate.address}/file", form="xlsx")).content[:2] == b"PK"
    assert await owner.fetchval("SELECT count(*) FROM exports WHERE what = 'pass_list'") == 2
    assert (await gate.desk.act(f"{gate.address}/people/{uuid4()}", birth_year="1990")).status_code == 404


async def test_rules_are_of_a_site_or_of_one_order(gate: Gate, owner: asyncpg.Connection) -> None:
    site = f"/sites/{gate.stage.site_id}/pass"
    for wrong in ({"fields": []}, {"fields": ["shoe_size"]}, {"days_before": "15"}, {"by_time": "late"}):
        assert (await gate.desk.act(site, **RULE | wrong | {"version": "1"})).status_code == 422, wrong
    assert (await gate.desk.act(site, **RULE | {"email": "nobody", "version": "1"})).status_code == 422
    assert (await gate.desk.act(site, **RULE)).status_code == 409, "the version says there was none"
    assert (await gate.desk.act(site, **RULE | {"days_before": "0", "version": "1"})).status_code == 204
    assert (await gate.desk.act(site, **RULE | {"version": "1"})).status_code == 409
    phone = await owner.fetchval("SELECT phone FROM pass_rules WHERE site_id = $1", gate.stage.site_id)
    assert phone == "+79215550199"
    order = f"/orders/{gate.order.id}/pass"
    form = (await gate.desk.browser.get(order, headers=PART)).text
    assert 'name="version" value="0"' in form
    assert (await gate.desk.act(order, **RULE | {"fields": ["phone"], "recipient": "КПП"})).status_code == 204
    assert "КПП" in await gate.see()
    assert '<th scope="col">Birth year</th>' not in await gate.see()
    assert (await gate.desk.act(f"{order}/drop")).status_code == 204
    assert "Охрана, пост 2" in await gate.see()
    assert (await gate.desk.act(f"{site}/drop")).status_code == 204
    assert await gate.state() is PassState.NOT_WANTED
    assert "the site wants none" in await gate.see("/line")
    assert "wants no list" in await gate.see()
    assert (await gate.send("0" * 64)).status_code == 409
    assert (await gate.desk.act(f"{gate.address}/file", form="csv")).status_code == 409


async def test_cards_keep_people_notes_and_who_looks_after_them(
    owner: asyncpg.Connection, stage: Stage, counter: Counter
) -> None:
    address, dispatcher = f"/clients/{stage.client_id}", counter.browser
    person = {"name": "Анна", "phone": "8 921 555-01-55", "role": "логист", "email": "anna@example.test"}
    assert (await counter.act(f"{address}/people", **person | {"email": "anna"})).status_code == 422
    assert (await counter.act(f"{address}/people", **person, may_order="yes")).status_code == 204
    row = await owner.fetchrow("SELECT id, may_order FROM client_people WHERE client_id = $1", stage.client_id)
    assert row["may_order"] is True
    change = f"{address}/people/{row['id']}/change"
    assert 'value="anna@example.test"' in (await dispatcher.get(change, headers=PART)).text
    assert (await counter.act(change, **person | {"name": "Анна П."}, version="1")).status_code == 204
    assert (await counter.act(change, **person, version="1")).status_code == 409
    card = (await dispatcher.get(f"{address}/card", headers=PART)).text
    assert "Анна П." in card
    assert "may not order" in card
    for body in ("первая", "вторая <b>"):
        assert (await counter.act(f"{address}/notes", body=body)).status_code == 204
    assert (await counter.act(f"{address}/notes", body=" ")).status_code == 422
    card = (await dispatcher.get(f"{address}/notes", headers=PART)).text
    notes = re.findall(r'<li class="person" id="note-.*?<span class="lines">(.*?)</span>', card)
    assert notes == ["вторая &lt;b&gt;", "первая"]
    user_id = await owner.fetchval("SELECT id FROM staff_users WHERE role = 'dispatcher' LIMIT 1")
    kept = {"name": "Склад на Сенной", "kind": "company", "version": "1", "curator_id": str(user_id)}
    assert (await counter.act(f"{address}/change", **kept | {"curator_id": str(uuid4())})).status_code == 404
    assert (await counter.act(f"{address}/change", **kept)).status_code == 204
    assert str(stage.client_id) in (await dispatcher.get(f"/clients?curator={user_id}")).text
    assert str(stage.client_id) not in (await dispatcher.get(f"/clients?curator={uuid4()}")).text
    assert (await dispatcher.get("/clients?curator=nobody&sort=curator")).status_code == 200
    moved = {"address": "Сенная пл., 1", "lat": "59.927", "lon": "30.318", "attendance_source": "self", "version": "1"}
    place = f"/sites/{stage.site_id}/change"
    assert (await counter.act(place, **moved, meeting_lat="59.93")).status_code == 422
    assert (await counter.act(place, **moved, meeting_lat="59,93", meeting_lon="30.32")).status_code == 204
    page = (await dispatcher.get(address)).text
    assert 'data-meetings="[[59.93, 30.32, ' in page
    assert (await counter.act(place, **moved | {"version": "2"})).status_code == 204
    assert await owner.fetchval("SELECT meeting_location FROM sites WHERE id = $1", stage.site_id) is None


async def test_another_franchise_sees_and_moves_nothing(gate: Gate, settings: Settings, app_db: Database) -> None:
    other = await set_stage(settings, app_db, men=0)
    own = Desk(gate.desk.browser, gate.stage.client_id, gate.desk.csrf)
    stranger = await sign_in(own, app_db, other.franchise_id, Role.OWNER)
    worker = f"{gate.address}/people/{uuid4()}"
    site, order = f"/sites/{gate.stage.site_id}/pass", f"/orders/{gate.order.id}/pass"
    for where in (gate.address, f"{gate.address}/now", f"{gate.address}/line", site, order):
        assert (await stranger.browser.get(where)).status_code == 404, where
    acts = {f"{gate.address}/sent": {"digest": "0" * 64}, f"{gate.address}/file": {"form": "csv"}, worker: {}}
    acts |= {site: RULE, f"{site}/drop": {}, order: RULE, f"{order}/drop": {}}
    for where, form in acts.items():
        assert (await stranger.act(where, **form)).status_code == 404, where
    looker = await sign_in(own, app_db, gate.stage.franchise_id, Role.ACCOUNTANT)
    assert (await looker.browser.get(gate.address)).status_code == 403
    assert (await looker.browser.get(f"{gate.address}/line", headers=PART)).status_code == 200
