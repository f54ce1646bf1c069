"""The list of orders, and what one does to an order on its page."""

import csv
import io
import re
from uuid import UUID, uuid4

import asyncpg
import pytest_asyncio
from openpyxl import load_workbook

from dispatch.access.roles import Role
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from tests.factories.access import PASSWORD, make_user
from tests.factories.counter import ATTACK, MOSCOW, PART, Counter, in_days
from tests.factories.stage import Stage, open_questions, place, run_lane, say, set_stage, tomorrow


@pytest_asyncio.fixture(loop_scope="session")
async def elsewhere(counter: Counter, settings: Settings, app_db: Database) -> Counter:
    """The same browser, signed in as the owner of another franchise."""
    other = await set_stage(settings, app_db, men=0)
    user = await make_user(app_db, other.franchise_id, Role.OWNER)
    counter.browser.cookies.clear()
    await counter.browser.post("/login", data={"login": user.login, "password": PASSWORD})
    return await Counter.of(counter.browser, counter.stage)


async def test_the_list_is_searched_sorted_and_narrowed(counter: Counter, jobs_db: Database, stage: Stage) -> None:
    big = (await place(jobs_db, stage, 44, tomorrow(days=9))).id
    small = (await place(jobs_db, stage, 1, tomorrow(days=10))).id

    async def ids(query: str) -> list[str]:
        answer = await counter.browser.get(f"/orders?{query}")
        assert answer.status_code == 200
        return re.findall(r'<tr id="order-([^"]+)"', answer.text)

    down = await ids("sort=headcount&dir=desc")
    up = await ids("sort=headcount&dir=asc")
    assert down[0] == str(big)
    assert up.index(str(small)) < up.index(str(big))
    assert await ids(f"day={in_days(9)}") == [str(big)]
    assert str(big) in await ids(f"client={stage.client_id}&status=open&q=сенн")
    assert await ids(f"client={uuid4()}") == []
    assert await ids("status=closed") == []
    assert str(big) in await ids("status=nonsense&day=soon&client=me&sort=total&page=77")
    for sort in ("starts", "placed", "client", "service", "fill", "status", "total"):
        assert str(big) in await ids(f"sort={sort}")
    page = (await counter.browser.get("/orders?sort=fill&dir=asc")).text
    assert page.count('aria-sort="') == 1
    assert 'aria-sort="ascending"' in page


async def test_the_list_leaves_as_a_file_without_formulas(
    counter: Counter, owner: asyncpg.Connection, stage: Stage
) -> None:
    await owner.execute("UPDATE clients SET name = '=1+1' WHERE id = $1", stage.client_id)
    try:
        text = await counter.act("/orders/export?sort=placed", form="csv")
        rows = list(csv.reader(io.StringIO(text.content.decode("utf-8-sig"), newline=""), delimiter=";"))
        book = await counter.act("/orders/export?q=1%2B1", form="xlsx")
    finally:
        await owner.execute("UPDATE clients SET name = 'Склад на Сенной' WHERE id = $1", stage.client_id)
    assert text.headers["content-disposition"] == 'attachment; filename="orders.csv"'
    assert rows[0][2] == "Client"
    assert {row[2] for row in rows[1:]} == {"'=1+1"}
    sheet = load_workbook(io.BytesIO(book.content)).active
    assert {cell.data_type for cell in sheet["C"]} == {"s"}
    assert sheet["C2"].value == "=1+1"
    assert (await counter.act("/orders/export", form="exe")).status_code == 422
    kept = await owner.fetch("SELECT what, format, rows FROM exports WHERE franchise_id = $1", stage.franchise_id)
    assert [(row["what"], row["format"]) for row in kept] == [("orders", "csv"), ("orders", "xlsx")]
    assert kept[0]["rows"] == len(rows) - 1


@pytest_asyncio.fixture(loop_scope="session")
async def seated(counter: Counter, jobs_db: Database, stage: Stage) -> UUID:
    """An order for two tomorrow evening, both seated."""
    order = await place(jobs_db, stage, 2, tomorrow(hour=20, days=1))
    await run_lane(jobs_db)
    offers = [q for q in await open_questions(jobs_db, stage, "offer") if q.shift_id == order.shifts[0].id]
    for offer in offers[:2]:
        await say(jobs_db, offer, "да")
    return order.id


async def test_a_change_is_looked_at_before_it_is_made(
    counter: Counter, seated: UUID, owner: asyncpg.Connection
) -> None:
    form = (await counter.browser.get(f"/orders/{seated}/change", headers=PART)).text
    version = re.search(r'name="version" value="(\d+)"', form)
    assert version is not None
    typed = {"headcount": "1", "version": version[1], "csrf": counter.csrf}
    seats = "SELECT count(*) FROM seats WHERE live AND shift_id IN (SELECT id FROM shifts WHERE order_id = $1)"
    before = await owner.fetchval(seats, seated)
    events = await owner.fetchval("SELECT count(*) FROM outbox")
    assert before >= 2
    effects = await counter.part(f"/orders/{seated}/change/preview", **typed)
    assert "Lose their seats" in effects
    assert await owner.fetchval("SELECT headcount FROM orders WHERE id = $1", seated) == 2
    assert await owner.fetchval(seats, seated) == before
    assert await owner.fetchval("SELECT count(*) FROM outbox") == events
    looked = re.search(r'name="looked" value="([0-9a-f]{64})"', effects)
    assert looked is not None
    unseen = await counter.act(f"/orders/{seated}/change", **typed | {"headcount": "3", "looked": looked[1]})
    assert unseen.status_code == 409
    assert (await counter.act(f"/orders/{seated}/change", **typed)).status_code == 409
    done = await counter.act(f"/orders/{seated}/change", **typed | {"looked": looked[1]})
    assert done.headers.get("hx-redirect") == f"/orders/{seated}", done.headers
    assert await owner.fetchval("SELECT headcount FROM orders WHERE id = $1", seated) == 1
    stale = await counter.act(f"/orders/{seated}/change", **typed | {"headcount": "2", "looked": looked[1]})
    assert stale.status_code == 409


async def test_times_are_changed_by_the_clock_of_the_site(
    counter: Counter, seated: UUID, owner: asyncpg.Connection
) -> None:
    row = await owner.fetchrow("SELECT id, headcount FROM shifts WHERE order_id = $1", seated)
    version = await owner.fetchval("SELECT version FROM orders WHERE id = $1", seated)
    typed = {
        "headcount": str(row["headcount"]),
        "version": str(version),
        f"starts-{row['id']}": f"{in_days(5)}T10:00",
        f"ends-{row['id']}": f"{in_days(5)}T16:00",
        "csrf": counter.csrf,
    }
    effects = await counter.part(f"/orders/{seated}/change/preview", **typed)
    looked = re.search(r'name="looked" value="([0-9a-f]{64})"', effects)
    assert looked is not None
    assert (await counter.act(f"/orders/{seated}/change", **typed | {"looked": looked[1]})).status_code == 204
    start = await owner.fetchval("SELECT starts_at FROM shifts WHERE id = $1", row["id"])
    assert start.astimezone(MOSCOW).strftime("%Y-%m-%dT%H:%M") == f"{in_days(5)}T10:00"
    for wrong in ({}, {"version": "x"}, {"headcount": "many"}, {f"starts-{row['id']}": "soon"}, {"site_id": "here"}):
        same = {"headcount": str(row["headcount"]), "version": str(version + 1)}
        refused = await counter.act(f"/orders/{seated}/change/preview", **same | wrong)
        assert refused.status_code == 422, wrong
        assert refused.headers["x-problem"]


async def test_cancelling_says_first_what_it_costs(counter: Counter, seated: UUID, owner: asyncpg.Connection) -> None:
    form = (await counter.act(f"/orders/{seated}/cancel/preview")).text
    assert "People told not to come" in form
    status = "SELECT status FROM orders WHERE id = $1"
    assert await owner.fetchval(status, seated) == "open"
    assert (await counter.act(f"/orders/{seated}/cancel", reason="  ")).status_code == 422
    assert await owner.fetchval(status, seated) == "open"
    assert (await counter.act(f"/orders/{seated}/cancel", reason=ATTACK)).status_code == 204
    assert await owner.fetchval(status, seated) == "cancelled"
    page = (await counter.browser.get(f"/orders/{seated}")).text
    assert 'id="cancel"' not in page
    assert 'id="change"' not in page


async def test_another_franchise_finds_nothing(
    counter: Counter, elsewhere: Counter, jobs_db: Database, owner: asyncpg.Connection
) -> None:
    order = (await place(jobs_db, counter.stage, 1, tomorrow(days=4))).id
    get, act = elsewhere.browser.get, elsewhere.act
    assert (await get(f"/orders/{order}")).status_code == 404
    assert (await get(f"/orders/{order}/change", headers=PART)).status_code == 404
    assert (await get(f"/orders/new?copy={order}")).status_code == 404
    assert (await get(f"/orders/new?client={counter.stage.client_id}")).status_code == 404
    for where in ("change", "change/preview", "cancel", "cancel/preview"):
        answer = await act(f"/orders/{order}/{where}", reason="x", version="1", headcount="2")
        assert answer.status_code == 404, where
    assert str(order) not in (await get("/orders")).text
    assert str(order) not in (await act(f"/orders/export?client={counter.stage.client_id}")).text
    stolen = await elsewhere.send(**elsewhere.form())
    assert stolen.status_code == 422
    for part in ("clients", "sites"):
        shown = await elsewhere.part(f"/orders/new/{part}", **elsewhere.form())
        assert str(counter.stage.client_id) not in shown
        assert str(counter.stage.site_id) not in shown
    assert await owner.fetchval("SELECT status FROM orders WHERE id = $1", order) == "open"


async def test_who_only_looks_may_place_and_change_nothing(
    counter: Counter, app_db: Database, jobs_db: Database, stage: Stage
) -> None:
    order = (await place(jobs_db, stage, 1, tomorrow(days=4))).id
    user = await make_user(app_db, stage.franchise_id, Role.ACCOUNTANT)
    counter.browser.cookies.clear()
    await counter.browser.post("/login", data={"login": user.login, "password": PASSWORD})
    page = (await counter.browser.get(f"/orders/{order}")).text
    assert "/orders/new" not in page
    looker = await Counter.of(counter.browser, stage)
    assert (await looker.browser.get("/orders/new")).status_code == 403
    assert (await looker.send(**looker.form())).status_code == 403
    assert (await looker.act(f"/orders/{order}/cancel", reason="x")).status_code == 403
