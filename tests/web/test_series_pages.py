"""Series on the screen: started, looked at, let deviate, changed, paused and ended; never unseen."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest_asyncio
from httpx import AsyncClient

from dispatch.access.roles import Role
from dispatch.kit.uow import Database
from dispatch.orders.series.rules import LEAD, made_through
from dispatch.settings import Settings
from tests.factories.counter import PART, Counter, in_days
from tests.factories.desk import world
from tests.factories.series import days_of, started, today
from tests.factories.stage import Stage, set_stage
from tests.web.test_clients_pages import Desk, sign_in

ONE = timedelta(days=1)
RARELY = {"every": "days", "n": 5}
"""Few orders, which take time to place."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=0)


def form_of(counter: Counter, **more: object) -> dict[str, object]:
    return {
        "csrf": counter.csrf,
        "key": str(uuid4()),
        "client_id": str(counter.stage.client_id),
        "site_id": str(counter.stage.site_id),
        "service": "loading",
        "headcount": "2",
        "every": "days",
        "n": "5",
        "start": "09:00",
        "end": "17:00",
        "starts_on": str(today() + ONE),
        "act": "start",
    } | more


async def see(browser: AsyncClient, series_id: UUID) -> str:
    answer = await browser.get(f"/series/{series_id}/now", headers=PART)
    assert answer.status_code == 200, answer.headers.get("x-problem")
    return answer.text


async def look(counter: Counter, where: str, **form: object) -> str:
    """Ask what it would do, and return the print of it."""
    answer = await counter.act(f"{where}/preview", **form)
    assert answer.status_code == 200, answer.headers.get("x-problem")
    return re.findall(r'name="looked" value="([0-9a-f]{64})"', answer.text)[0]


async def test_a_series_is_started_once_as_it_was_foreseen(
    counter: Counter, app_db: Database, owner: asyncpg.Connection
) -> None:
    left_out = str(today() + ONE * 6)
    typed = form_of(counter, left_out=[left_out, ""])
    shown = await counter.part("/series/new/foreseen", **typed)
    foreseen = int(re.findall(r'class="figure">(\d+)<', shown)[0])
    assert foreseen == len(range(1, (made_through(today()) - today()).days + 1, 5)) - 1
    assert "Client pays" in shown
    wrong = {
        "on": {"every": "week", "on": []},
        "n": {"n": "0"},
        "headcount": {"headcount": "many"},
        "ends_on": {"ends_on": str(today() - ONE)},
        "site_id": {"site_id": ""},
        "left_out": {"left_out": ["soon"]},
    }
    for name, more in wrong.items():
        answer = await counter.send("/series/new", **typed | more)
        assert answer.status_code == 422, name
    answers = [await counter.send("/series/new", **typed) for _ in range(2)]
    address = {answer.headers["location"] for answer in answers}
    assert len(address) == 1
    series_id = UUID(address.pop().rsplit("/", 1)[1])
    days = await days_of(app_db, counter.stage, series_id)
    assert len(days) == foreseen
    assert left_out not in {str(day.day) for day in days}
    page = await see(counter.browser, series_id)
    assert len(re.findall(r'id="day-(\d{4}-\d\d-\d\d)"', page)) == LEAD.days + 1
    assert "left out" in page
    assert str(series_id) in (await counter.browser.get("/series?q=сенной&status=active")).text
    assert str(series_id) not in (await counter.browser.get("/series?status=ended")).text
    for sort in ("client", "headcount", "starts", "next", "status"):
        assert (await counter.browser.get(f"/series?sort={sort}&dir=desc&client={uuid4()}")).status_code == 200


async def test_an_order_is_repeated_from_its_page_and_while_it_is_typed(counter: Counter) -> None:
    typed = counter.form(day=[in_days(2), in_days(3)], starts=["08:00", "08:00"], ends=["12:00", "12:00"])
    shown = (await counter.send("/series/from-order", **typed)).text
    assert 'value="08:00"' in shown
    assert f'value="{in_days(2)}"' in shown
    assert len(re.findall(r'name="on" value="\w+" checked', shown)) == 2
    placed = await counter.send(**counter.form())
    order_id = re.findall(r"/orders/new\?copy=([0-9a-f-]{36})", (await counter.browser.get("/orders")).text)
    found = order_id or re.findall(r'href="/orders/([0-9a-f-]{36})"', (await counter.browser.get("/orders")).text)
    assert placed.status_code == 303
    page = (await counter.browser.get(f"/series/new?order={found[0]}")).text
    assert f'value="{counter.stage.site_id}" checked' in page
    assert "Склад на Сенной" in (await counter.browser.get("/series/new?q=сенн")).text
    assert 'name="starts_on"' in (await counter.browser.get(f"/series/new?client={counter.stage.client_id}")).text


async def test_a_day_is_skipped_and_as_usual_again_only_as_it_was_looked_at(
    counter: Counter, app_db: Database, owner: asyncpg.Connection
) -> None:
    series = (await started(app_db, counter.stage, pattern=RARELY)).series
    day = today() + ONE * 6
    where = f"/series/{series.id}/days/{day}"
    assert 'value="out"' in (await counter.browser.get(where, headers=PART)).text
    before = await world(owner)
    typed = {"kind": "out", "reason": "<b>инвентаризация</b>"}
    looked = await look(counter, where, **typed)
    assert (await world(owner)).changed_since(before) == set()
    assert (await counter.act(where, **typed)).status_code == 409
    other = {"kind": "other", "headcount": "5"}
    assert (await counter.act(where, **typed | other, looked=looked)).status_code == 409
    assert await look(counter, where, kind="out", reason="") == looked, "one may look before one says why"
    assert (await counter.act(where, kind="out", reason="", looked=looked)).status_code == 422
    assert (await counter.act(f"{where}/preview", kind="never")).status_code == 422
    assert (await counter.act(where, **typed, looked=looked)).status_code == 204
    page = await see(counter.browser, series.id)
    assert "&lt;b&gt;инвентаризация&lt;/b&gt;" in page
    assert "cancelled" in page
    assert (await counter.act(f"{where}/lift")).status_code == 204
    assert (await counter.act(f"{where}/lift")).status_code == 404
    typed = {"kind": "other", "headcount": "5", "start": "10:00", "end": "12:00", "reason": "завоз"}
    assert (await counter.act(where, **typed, looked=await look(counter, where, **typed))).status_code == 204
    (made,) = [one for one in await days_of(app_db, counter.stage, series.id) if one.day == day]
    assert made.headcount == 5


async def test_it_is_changed_paused_and_ended(counter: Counter, app_db: Database, owner: asyncpg.Connection) -> None:
    series = (await started(app_db, counter.stage, pattern=RARELY)).series
    where = f"/series/{series.id}"
    for form in ("change", "end"):
        assert "dialog-title" in (await counter.browser.get(f"{where}/{form}", headers=PART)).text
    typed = {"headcount": "3", "start": "09:00", "end": "17:00", "ends_on": "", "note": "", "version": "1"}
    typed |= {"placed_too": "yes"}
    assert (await counter.act(f"{where}/change/preview", **typed | {"headcount": "2"})).status_code == 422
    assert (await counter.act(f"{where}/change/preview", **typed | {"start": "9 am"})).status_code == 422
    before = await world(owner)
    looked = await look(counter, f"{where}/change", **typed)
    assert (await world(owner)).changed_since(before) == set()
    assert (await counter.act(f"{where}/change", **typed | {"headcount": "4"}, looked=looked)).status_code == 409
    assert (await counter.act(f"{where}/change", **typed, looked=looked)).status_code == 204
    assert {one.headcount for one in await days_of(app_db, counter.stage, series.id)} == {3}
    paused = await counter.act(f"{where}/pause")
    assert paused.headers["x-undo"] == f"{where}/resume"
    assert "Go on" in await see(counter.browser, series.id)
    assert (await counter.act(f"{where}/resume")).status_code == 204
    end = {"reason": "договор кончился", "placed_too": "yes"}
    looked = await look(counter, f"{where}/end", **end)
    assert (await counter.act(f"{where}/end", **end, looked=looked)).status_code == 204
    assert {str(one.order_status) for one in await days_of(app_db, counter.stage, series.id)} == {"cancelled"}
    assert "has ended" in await see(counter.browser, series.id)
    assert (await counter.act(f"{where}/pause")).status_code == 409


async def test_it_is_changed_from_a_day_on_as_it_was_looked_at(
    counter: Counter, app_db: Database, owner: asyncpg.Connection
) -> None:
    series = (await started(app_db, counter.stage, pattern=RARELY)).series
    where = f"/series/{series.id}/from"
    form = (await counter.browser.get(where, headers=PART)).text
    assert f'value="{today() + ONE}"' in form, "from tomorrow on, unless another day is typed"
    assert f'value="{counter.stage.site_id}" checked' in form
    typed = {"since": str(today() + ONE * 3), "headcount": "2", "every": "days", "n": "5", "start": "09:00"}
    typed |= {"end": "17:00", "service": "loading", "site_id": str(counter.stage.site_id), "version": "1"}
    same = await counter.act(f"{where}/preview", **typed)
    assert (same.status_code, same.headers["x-problem"]) == (422, "Change%20something%20first.")
    assert (await counter.act(f"{where}/preview", **typed | {"since": "soon"})).status_code == 422
    assert (await counter.act(f"{where}/preview", **typed | {"since": str(today()), "n": "2"})).status_code == 422
    typed |= {"headcount": "6", "every": "week", "on": ["tue", "thu"]}
    before = await world(owner)
    looked = await look(counter, where, **typed)
    assert (await world(owner)).changed_since(before) == set()
    assert (await counter.act(where, **typed | {"headcount": "7"}, looked=looked)).status_code == 409
    done = await counter.act(where, **typed, looked=looked)
    following = UUID(done.headers["hx-redirect"].rsplit("/", 1)[1])
    made = await days_of(app_db, counter.stage, following)
    assert {(one.day.isoweekday(), one.headcount) for one in made} == {(2, 6), (4, 6)}
    assert f'href="/series/{following}"' in await see(counter.browser, series.id)
    assert f'href="/series/{series.id}"' in await see(counter.browser, following)
    again = await counter.act(f"{where}/preview", **typed | {"version": "2"})
    assert again.status_code == 409, "it goes on as another one"


async def test_another_franchise_finds_no_such_series(
    counter: Counter, settings: Settings, app_db: Database, stage: Stage
) -> None:
    series = (await started(app_db, stage, pattern=RARELY, starts_on=str(today() + ONE * 40))).series
    other = await set_stage(settings, app_db, men=0)
    stranger = await sign_in(
        Desk(counter.browser, stage.client_id, counter.csrf), app_db, other.franchise_id, Role.OWNER
    )
    where = f"/series/{series.id}"
    day = f"{where}/days/{today() + ONE * 45}"
    for address in (where, f"{where}/now", f"{where}/change", f"{where}/from", f"{where}/end", day):
        assert (await stranger.browser.get(address)).status_code == 404, address
    out = {"kind": "out", "reason": "нет"}
    acts: dict[str, dict[str, str]] = {f"{where}/pause": {}, f"{where}/resume": {}, f"{day}/lift": {}}
    acts |= {
        f"{where}/change/preview": {"version": "1"},
        f"{where}/from/preview": {"version": "1"},
        f"{day}/preview": out,
        f"{where}/end/preview": {"reason": "нет"},
    }
    for address, form in acts.items():
        assert (await stranger.act(address, **form)).status_code == 404, address
    assert str(series.id) not in (await stranger.browser.get("/series")).text
