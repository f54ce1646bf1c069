"""Taking an order: what is typed, what it would come to, and that it is placed once."""

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.staffing.preview import PreviewNeed, preview_match
from dispatch.tenancy.policy import Calendar, QuietHours
from dispatch.tenancy.service import write_policy
from dispatch.workers.skills import Service
from tests.factories.counter import ATTACK, MOSCOW, Counter, in_days
from tests.factories.stage import Stage, place, set_stage, tomorrow


async def orders_of(owner: asyncpg.Connection, stage: Stage) -> int:
    count: int = await owner.fetchval("SELECT count(*) FROM orders WHERE franchise_id = $1", stage.franchise_id)
    return count


async def test_an_order_is_placed_and_its_shift_is_shown(counter: Counter, owner: asyncpg.Connection) -> None:
    answer = await counter.send(**counter.form(note="со двора"))
    assert answer.status_code == 303, answer.text
    shift_id = UUID(answer.headers["location"].removeprefix("/shifts/"))
    row = await owner.fetchrow(
        "SELECT s.starts_at, s.ends_at, s.headcount, o.note FROM shifts s JOIN orders o ON o.id = s.order_id "
        "WHERE s.id = $1",
        shift_id,
    )
    start = datetime.fromisoformat(f"{in_days(2)}T09:00").replace(tzinfo=MOSCOW)
    assert tuple(row) == (start.astimezone(UTC), start.astimezone(UTC) + timedelta(hours=8), 2, "со двора")
    assert (await counter.browser.get(f"/shifts/{shift_id}")).status_code == 200


async def test_days_follow_one_another_and_nights_end_on_the_next(counter: Counter, owner: asyncpg.Connection) -> None:
    days = {"day": [in_days(2), in_days(3), ""], "starts": ["20:00", "20:00", ""], "ends": ["04:00", "04:00", ""]}
    answer = await counter.send(**counter.form(**days))
    order_id = UUID(answer.headers["location"].removeprefix("/orders/"))
    rows = await owner.fetch("SELECT ends_at - starts_at AS long FROM shifts WHERE order_id = $1", order_id)
    assert [row["long"] for row in rows] == [timedelta(hours=8)] * 2
    page = await counter.browser.get(f"/orders/{order_id}")
    assert page.text.count('id="shift-') == 2


async def test_sent_twice_it_places_one_order(counter: Counter, owner: asyncpg.Connection) -> None:
    form = counter.form()
    before = await orders_of(owner, counter.stage)
    answers = await asyncio.gather(*(counter.send(**form) for _ in range(3)))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert await orders_of(owner, counter.stage) == before + 1
    other = await counter.send(**form | {"headcount": "3"})
    assert other.status_code == 422
    assert "its order is placed" in other.text
    assert await orders_of(owner, counter.stage) == before + 1
    fresh = re.search(r'name="key" value="([^"]+)"', other.text)
    assert fresh is not None
    assert (await counter.send(**form | {"headcount": "3", "key": fresh[1]})).status_code == 303


async def test_a_new_site_comes_with_the_order_or_not_at_all(counter: Counter, owner: asyncpg.Connection) -> None:
    place_ = {"site_id": "new", "address": "Лиговский, 10", "lat": "59,93", "lon": "30.36", "meeting_point": "у ворот"}
    sites = "SELECT count(*) FROM sites WHERE client_id = $1"
    before = await owner.fetchval(sites, counter.stage.client_id)
    yesterday = await counter.send(**counter.form(**place_, day=in_days(-1)))
    assert yesterday.status_code == 422
    assert "begins in the past" in yesterday.text
    assert await owner.fetchval(sites, counter.stage.client_id) == before
    answer = await counter.send(**counter.form(**place_))
    assert answer.status_code == 303, answer.text
    assert await owner.fetchval(sites, counter.stage.client_id) == before + 1
    zone = await owner.fetchval("SELECT zone FROM sites WHERE address = 'Лиговский, 10'")
    assert zone == "Europe/Moscow"


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"client_id": ""}, "client_id", "Choose the client"),
        ({"client_id": str(uuid4())}, "client_id", "Choose the client"),
        ({"site_id": str(uuid4())}, "site_id", "Choose a site"),
        ({"site_id": "new", "lat": "59.9", "lon": "30.3"}, "address", "Fill this in"),
        ({"site_id": "new", "address": "x", "lat": "north", "lon": "30.3"}, "lat", "Type a number"),
        ({"site_id": "new", "address": "x", "lat": "59.9", "lon": "300"}, "lon", "At most 180"),
        ({"site_id": "new", "address": "x", "lat": "nan", "lon": "30"}, "lat", "Type a number"),
        ({"headcount": ""}, "headcount", "how many people"),
        ({"headcount": "-1"}, "headcount", "how many people"),
        ({"headcount": "501"}, "headcount", "At most 500"),
        ({"headcount": "٣"}, "headcount", "how many people"),
        ({"service": "juggling"}, "service", "Choose what is to be done"),
        ({"day": ""}, "days", "Type the day"),
        ({"day": "tomorrow"}, "days", "two times"),
        ({"starts": "25:00"}, "days", "two times"),
        ({"day": "9999-12-31", "ends": "08:00"}, "days", "two times"),
        ({"day": [in_days(2)] * 2, "starts": ["09:00"] * 2, "ends": ["17:00"] * 2}, "days", "overlap"),
        ({"urgent": "true"}, "urgent_reason", "asked at night"),
        ({"conditions": "on the moon"}, "conditions", "no price"),
        ({"note": "x" * 4001}, "note", "At most 4000"),
        ({"key": "ключ"}, "", "out of date"),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
    counter: Counter, owner: asyncpg.Connection, wrong: dict[str, object], field: str, words: str
) -> None:
    before = await orders_of(owner, counter.stage)
    answer = await counter.send(**counter.form(note="не потерять", urgent_reason="") | wrong)
    assert answer.status_code == 422
    if field:
        beside = re.search(rf'id="{field}-fault">([^<]*)<', answer.text)
        assert beside is not None
        assert words in beside[1]
    else:
        assert words in answer.text
    assert "site_id-fault" not in answer.text or field in {"site_id", "client_id"}
    assert "note" in wrong or "не потерять" in answer.text
    for name, value in wrong.items():
        if isinstance(value, str) and name in {"headcount", "lat", "lon", "day", "starts"}:
            assert f'value="{value}"' in answer.text
    assert await orders_of(owner, counter.stage) == before


async def test_a_client_is_found_by_name_or_phone_with_his_sites(
    counter: Counter, owner: asyncpg.Connection, stage: Stage
) -> None:
    await owner.execute(
        "INSERT INTO client_people (id, franchise_id, client_id, name, phone) VALUES ($1, $2, $3, 'Пётр', $4)",
        uuid4(),
        stage.franchise_id,
        stage.client_id,
        "+79215550199",
    )
    for words in ("сенной", "555 01", "8 (921) 555-01-99", "+7921555"):
        found = await counter.part("/orders/new/clients", **counter.form(client_q=words, client_id="", site_id=""))
        assert "Склад на Сенной" in found, words
        assert re.search(rf'value="{stage.client_id}" checked', found)
        assert "Сенная пл., 1" in found
    nobody = await counter.part("/orders/new/clients", **counter.form(client_q="Никто", client_id="", site_id=""))
    assert "No client is called" in nobody
    sites = await counter.part("/orders/new/sites", **counter.form())
    assert re.search(rf'value="{stage.site_id}" checked', sites)


async def test_the_estimate_says_price_wave_and_chances(counter: Counter) -> None:
    text = await counter.part("/orders/new/estimate", **counter.form(headcount="4"))
    assert "₽" in text or "RUB" in text
    assert "6 people" in text
    assert "1.5 x 4 = 6" in text
    assert "Likely to be full" in text
    assert f"{len(counter.stage.workers)} people, within 25 km" in text
    without_site = await counter.part("/orders/new/estimate", **counter.form(site_id=""))
    assert "Choose the site" in without_site
    assert "Client pays" in without_site
    assert "Client pays" not in await counter.part("/orders/new/estimate", **counter.form(headcount="x"))
    trouble = await counter.part("/orders/new/estimate", **counter.form(conditions="on the moon"))
    assert "no price for one of these conditions" in trouble


async def test_at_night_the_estimate_is_of_the_morning(settings: Settings, app_db: Database) -> None:
    stage = await set_stage(settings, app_db, men=5)
    now = datetime.now(MOSCOW)
    wakes_at = (now + timedelta(hours=9)).replace(second=0, microsecond=0)
    quiet = QuietHours(start=(now - timedelta(hours=1)).time().replace(second=0, microsecond=0), end=wakes_at.time())
    async with app_db.begin(stage.franchise_id, "system:test") as uow:
        await write_policy(uow, "calendar", Calendar(quiet=quiet), "it is night")
        need = PreviewNeed(
            lat=59.93,
            lon=30.32,
            zone="Europe/Moscow",
            region="",
            service=Service.LOADING,
            headcount=2,
            starts_at=uow.now + timedelta(days=3),
            ends_at=uow.now + timedelta(days=3, hours=8),
            radius_km=None,
            min_tier=None,
            urgent=False,
            client_id=None,
            site_id=None,
            limit=50,
        )
        waits, goes = await preview_match(uow, need), await preview_match(uow, replace(need, urgent=True))
        asked_at = uow.now
    assert (waits.asks_at, len(waits.candidates)) == (wakes_at, 5)
    assert (goes.asks_at, len(goes.candidates)) == (asked_at, 5)


async def test_without_a_script_the_buttons_bring_the_form_back(counter: Counter, owner: asyncpg.Connection) -> None:
    before = await orders_of(owner, counter.stage)
    looked = await counter.send(**counter.form(act="look", note="как есть"))
    assert looked.status_code == 200
    assert "Client pays" in looked.text
    assert "как есть" in looked.text
    found = await counter.send(**counter.form(act="find", client_id="", site_id=""))
    assert f'value="{counter.stage.client_id}" checked' in found.text
    more = await counter.send(**counter.form(act="day"))
    assert f'value="{in_days(3)}"' in more.text
    assert f'value="{in_days(3)}"' in await counter.part("/orders/new/day", **counter.form())
    assert await orders_of(owner, counter.stage) == before


async def test_the_form_must_come_from_our_own_page(counter: Counter, owner: asyncpg.Connection) -> None:
    before = await orders_of(owner, counter.stage)
    for token in ("", "0" * 64):
        assert (await counter.send(**counter.form(csrf=token))).status_code == 403
    assert await orders_of(owner, counter.stage) == before


async def test_what_is_typed_is_never_code(counter: Counter) -> None:
    names = ("client_q", "client_id", "site_id", "address", "lat", "lon", "meeting_point", "service", "headcount")
    more = ("day", "starts", "ends", "conditions", "min_tier", "urgent", "urgent_reason", "note", "key")
    attacked = dict.fromkeys((*names, *more), ATTACK)
    for site in (ATTACK, "new"):
        answer = await counter.send(**counter.form(**attacked | {"site_id": site}))
        assert answer.status_code == 422
        assert "<script>alert" not in answer.text
        kept = await counter.send(**counter.form(**attacked | {"client_id": str(counter.stage.client_id)}))
        assert "<script>alert" not in kept.text
        assert kept.text.count("&lt;script&gt;") >= 5
    new_site = {"site_id": "new", "address": ATTACK, "lat": "60", "lon": "30"}
    placed = await counter.send(**counter.form(note=ATTACK, urgent="true", urgent_reason=ATTACK, **new_site))
    assert placed.status_code == 303, placed.text
    for page in (placed.headers["location"], "/orders", f"/orders/new?client={counter.stage.client_id}"):
        shown = (await counter.browser.get(page)).text
        assert "<script>alert" not in shown
        assert "&lt;script&gt;" in shown


async def test_a_copy_is_the_same_order_on_another_day(counter: Counter, jobs_db: Database, stage: Stage) -> None:
    order = await place(jobs_db, stage, 7, tomorrow(days=3), tomorrow(days=5), note="с лестницей")
    page = (await counter.browser.get(f"/orders/new?copy={order.id}&day={in_days(20)}")).text
    assert f'value="{in_days(20)}"' in page
    assert f'value="{in_days(22)}"' in page
    assert 'value="7"' in page
    assert "с лестницей" in page
    assert page.count('value="09:00"') == 2
    assert re.search(rf'value="{stage.site_id}" checked', page)
