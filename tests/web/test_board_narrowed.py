"""The board narrowed by its address, what it leads to, the list of 19:30, and the palette that finds everything."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import asyncpg
import pytest_asyncio
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from dispatch.access.roles import Permission, Role, can
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.orders.commands import AskedShift
from dispatch.settings import Settings
from tests.factories.access import PASSWORD, make_user
from tests.factories.shift_desk import PART
from tests.factories.stage import Stage, place, run_lane, set_stage

MOSCOW = ZoneInfo("Europe/Moscow")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def window(app: FastAPI) -> AsyncIterator[AsyncClient]:
    headers = {"Accept-Language": "en", "Sec-Fetch-Site": "same-origin"}
    async with AsyncClient(transport=ASGITransport(app), base_url="http://testserver", headers=headers) as browser:
        yield browser


async def enter(browser: AsyncClient, database: Database, franchise_id: UUID, role: Role = Role.DISPATCHER) -> str:
    """Sign in as somebody of a role and return the token of his pages."""
    user = await make_user(database, franchise_id, role)
    browser.cookies.clear()
    await browser.post("/login", data={"login": user.login, "password": PASSWORD})
    page = (await browser.get("/account")).text
    found = re.search(r'X-CSRF-Token": "([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


def morning(hour: int = 9, days: int = 1) -> AskedShift:
    start = datetime.combine(datetime.now(MOSCOW).date() + timedelta(days=days), time(hour), MOSCOW).astimezone(UTC)
    return AskedShift(starts_at=start, ends_at=start + timedelta(hours=6))


def cards_of(page: str) -> set[str]:
    return set(re.findall(r'data-shift="([0-9a-f-]{36})"', page))


def kinds_of(role: Role) -> set[str]:
    """What a role may find, by the first word of its address."""
    of_work = {"shifts", "orders"} if can(role, Permission.ORDERS_READ) else set()
    of_people = {"people"} if can(role, Permission.WORKERS_READ) else set()
    return of_work | of_people | ({"clients"} if can(role, Permission.CLIENTS_READ) else set())


async def second_client(owner: asyncpg.Connection, stage: Stage) -> Stage:
    """The same franchise with another client, whose site is in Moscow."""
    client_id, site_id = new_id(), new_id()
    await owner.execute(
        "INSERT INTO clients (id, franchise_id, name) VALUES ($1, $2, 'Завод Прогресс')", client_id, stage.franchise_id
    )
    await owner.execute(
        """INSERT INTO sites (id, franchise_id, client_id, address, location, zone, region)
           VALUES ($1, $2, $3, 'Ткацкая ул., 5', ST_MakePoint(37.72, 55.79)::geography, 'Europe/Moscow', 'MOW')""",
        site_id,
        stage.franchise_id,
        client_id,
    )
    return Stage(stage.franchise_id, stage.account_id, client_id, site_id, stage.workers)


async def test_the_address_narrows_the_board_and_its_live_cards(
    window: AsyncClient, app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    await enter(window, app_db, stage.franchise_id)
    factory = await second_client(owner, stage)
    ours = str((await place(jobs_db, stage, 1, morning(13))).shifts[0].id)
    theirs = str((await place(jobs_db, factory, 1, morning(13), service="cleaning")).shifts[0].id)
    mate = await make_user(app_db, stage.franchise_id, Role.DISPATCHER)
    await owner.execute("UPDATE shifts SET owner_id = $2 WHERE id = $1", UUID(theirs), mate.id)
    both = {ours, theirs}
    for narrowed, shown in (
        ("", both),
        (f"client={stage.client_id}", {ours}),
        ("service=cleaning", {theirs}),
        (f"owner={mate.id}", {theirs}),
        ("owner=nobody", {ours}),
        ("risk=open", both),
        ("risk=critical", set()),
        ("city=Moscow", {theirs}),
        ("city=Saint Petersburg", {ours}),
        (f"service=cleaning&client={stage.client_id}", set()),
        ("client=nonsense&risk=nonsense", both),
    ):
        page = await window.get(f"/board?day=tomorrow&{narrowed}")
        assert cards_of(page.text) == shown, narrowed
        part = await window.get(f"/board/cards?day=tomorrow&shift={ours}&shift={theirs}&{narrowed}", headers=PART)
        assert cards_of(part.text) == shown, "what is narrowed away stays away when it changes"
    page = (await window.get("/board?day=tomorrow&city=Moscow")).text
    assert re.search(r'<option value="Moscow" selected>', page)
    assert "1 of 2" in page
    assert "No shift of this day fits" in (await window.get("/board?day=tomorrow&risk=critical")).text
    assert f"/orders/new?copy={await owner.fetchval('SELECT order_id FROM shifts WHERE id = $1', UUID(theirs))}" in page
    assert (await window.get("/board?client=" + "x" * 41)).status_code == 422


async def test_the_list_of_tomorrow_morning(
    window: AsyncClient, app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    await enter(window, app_db, stage.franchise_id)
    empty = (await window.get("/board/tomorrow")).text
    assert "No shifts tomorrow morning" in empty
    assert re.search(r'class="empty-action"><a [^>]*href="/orders/new"', empty)
    early, noon, later, covered = [
        (await place(jobs_db, stage, 1, when)).shifts[0].id
        for when in (morning(8), morning(12), morning(8, days=2), morning(10))
    ]
    await owner.execute("UPDATE shifts SET status = 'covered' WHERE id = $1", covered)
    for where in ("", "/list"):
        answer = await window.get(f"/board/tomorrow{where}", headers=PART if where else {})
        assert re.findall(r'id="morning-([0-9a-f-]{36})"', answer.text) == [str(early)]
    assert "<html" not in answer.text
    assert {noon, later}
    await owner.execute("UPDATE shifts SET status = 'cancelled' WHERE id = $1", early)
    assert "The morning is covered" in (await window.get("/board/tomorrow")).text


async def test_the_palette_finds_people_clients_shifts_and_orders(
    window: AsyncClient, app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    token = await enter(window, app_db, stage.franchise_id)
    order = await place(jobs_db, stage, 1, morning(15, days=3), external_id="Ф-1/77")
    man = stage.workers[0]
    await owner.execute("UPDATE worker_contacts SET last_name = 'Палитрин' WHERE worker_id = $1", man)
    phone = await owner.fetchval(
        "SELECT p.e164 FROM worker_contacts c JOIN phones p ON p.id = c.phone_id WHERE c.worker_id = $1", man
    )

    async def find(text: str) -> str:
        answer = await window.post("/find", data={"q": text}, headers=PART | {"X-CSRF-Token": token})
        assert answer.status_code == 200
        return answer.text

    assert f"/people/{man}" in await find("палитр")
    assert f"/people/{man}" in await find(phone[-6:])
    by_name = await find("сенной")
    assert f"/clients/{stage.client_id}" in by_name
    assert f"/shifts/{order.shifts[0].id}" in by_name
    assert f"/orders/{order.id}" in await find("Ф-1/77")
    assert f"/shifts/{order.shifts[0].id}" in await find(str(order.shifts[0].id))
    assert "Nothing else is found" in await find("zzzzzz")
    assert "href" not in await find("п"), "one letter finds nothing"
    assert "href" not in await find("%_\\' OR 1=1 --")
    refused = await window.post("/find", data={"q": "палитр"}, headers=PART)
    assert refused.status_code == 403
    address = (await window.get("/find")).status_code
    assert address == 405, "what is typed never stands in an address"


async def test_the_palette_shows_each_only_what_he_may_see(
    window: AsyncClient,
    app_db: Database,
    jobs_db: Database,
    stage: Stage,
    settings: Settings,
    owner: asyncpg.Connection,
) -> None:
    """One word that a man, a client and a shift have in common."""
    await place(jobs_db, stage, 1, morning(16, days=3))
    await owner.execute("UPDATE worker_contacts SET last_name = 'Сенной' WHERE worker_id = $1", stage.workers[1])

    async def found_by(franchise_id: UUID, role: Role) -> set[tuple[str, str]]:
        token = await enter(window, app_db, franchise_id, role)
        answer = await window.post("/find", data={"q": "сенной"}, headers=PART | {"X-CSRF-Token": token})
        return set(re.findall(r'href="/(\w+)/([0-9a-f-]{36})"', answer.text))

    assert kinds_of(Role.DISPATCHER) == {"people", "clients", "shifts", "orders"}
    for role in (Role.DISPATCHER, Role.FOREMAN, Role.CALL_CENTRE):
        assert {kind for kind, _ in await found_by(stage.franchise_id, role)} == kinds_of(role), role
    other = await set_stage(settings, app_db, men=0)
    assert await found_by(other.franchise_id, Role.OWNER) == {("clients", str(other.client_id))}, "its own alone"


async def test_an_order_follows_what_happens(
    window: AsyncClient, app_db: Database, jobs_db: Database, stage: Stage, settings: Settings
) -> None:
    await enter(window, app_db, stage.franchise_id)
    order = await place(jobs_db, stage, 1, morning(17, days=4), morning(17, days=5))
    await run_lane(jobs_db)
    page = (await window.get(f"/orders/{order.id}")).text
    live = re.search(r'id="order-state" data-live="([^"]+)"', page)
    assert live is not None
    assert set(live[1].split()) == {f"shift:{shift.id}" for shift in order.shifts}
    part = await window.get(f"/orders/{order.id}/state", headers=PART)
    assert "<html" not in part.text
    assert 'aria-label="Primary">0/1</progress>' in part.text
    assert (await window.get(f"/orders/{uuid4()}/state", headers=PART)).status_code == 404
    other = await set_stage(settings, app_db, men=0)
    await enter(window, app_db, other.franchise_id, Role.OWNER)
    assert (await window.get(f"/orders/{order.id}/state", headers=PART)).status_code == 404


async def test_a_search_too_long_or_unclean_is_cut_and_not_refused(
    window: AsyncClient, app_db: Database, jobs_db: Database, stage: Stage
) -> None:
    shift_id = (await place(jobs_db, stage, 1, morning(days=2))).shifts[0].id
    token = await enter(window, app_db, stage.franchise_id)
    for asked in ("сенн" * 100, "сенн\0 a"):
        for address in (
            "/series/new",
            f"/shifts/{shift_id}/people",
            f"/clients/{stage.client_id}/barred/people",
            "/people",
            "/orders",
        ):
            answer = await window.get(address, params={"q": asked}, headers=PART)
            assert answer.status_code == 200, address
        answer = await window.post("/find", data={"q": asked}, headers=PART | {"X-CSRF-Token": token})
        assert answer.status_code == 200
