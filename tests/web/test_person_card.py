"""What stands on the card of a person beside his facts: photo, month, documents; and who may see and change it."""

import io
import re
from datetime import date, datetime, time, timedelta
from uuid import UUID

import asyncpg
import pytest_asyncio
from httpx import AsyncClient
from PIL import Image

from dispatch.access.roles import Role
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.web.languages import Language, speech
from dispatch.web.person_calendar import weeks_of
from dispatch.workers.commands import Weekday, WorkCycle
from dispatch.workers.models import CalendarView
from dispatch.workers.saved import MOST_SAVED
from tests.factories.browsers import Browser, sign_in
from tests.factories.counter import MOSCOW
from tests.factories.pictures import photo
from tests.factories.stage import Stage, set_stage
from tests.factories.workers import make_worker


@pytest_asyncio.fixture(loop_scope="session")
async def recruiter(stranger: AsyncClient, app_db: Database, stage: Stage) -> Browser:
    return await sign_in(stranger, app_db, stage.franchise_id, Role.RECRUITER)


@pytest_asyncio.fixture(loop_scope="session")
async def worker_id(app_db: Database, stage: Stage) -> UUID:
    async with app_db.begin(stage.franchise_id, "system:test") as uow:
        return await make_worker(uow, last_name="Карточкин")


async def test_a_photo_is_kept_shown_replaced_and_deleted_without_a_trace_of_its_content(
    recruiter: Browser, worker_id: UUID, owner: asyncpg.Connection
) -> None:
    here = f"/people/{worker_id}"
    kept = "SELECT count(*) FROM files WHERE media_type = 'image/jpeg'"
    assert 'type="file"' in await recruiter.part(f"{here}/photo")
    assert (await recruiter.act(f"{here}/photo", files=photo())).status_code == 204
    addresses = re.findall(rf'src="({here}/photo/[0-9a-f]{{64}}[^"]*)"', await recruiter.part(f"{here}/facts"))
    addresses += re.findall(rf'src="({here}/photo/[0-9a-f]{{64}}[^"]*)"', await recruiter.part("/people?q=карточкин"))
    assert [address.endswith("/small") for address in addresses] == [False, True]
    for address, size in zip(addresses, [(300, 400), (96, 96)], strict=True):
        answer = await recruiter.client.get(address)
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"].startswith("private")
        assert Image.open(io.BytesIO(answer.content)).size == size
    assert await owner.fetchval(kept) == 2
    assert (await recruiter.act(f"{here}/photo", files=photo("green"))).status_code == 204
    assert (await recruiter.client.get(addresses[0])).status_code == 404
    assert await owner.fetchval(kept) == 2
    assert "Delete the photo" in await recruiter.part(f"{here}/photo")
    assert (await recruiter.act(f"{here}/photo/remove")).status_code == 204
    assert await owner.fetchval(kept) == 0
    assert "<img" not in await recruiter.part(f"{here}/facts")
    audited = "SELECT count(*) FROM audit_log WHERE entity = 'worker_contacts' AND action = 'update' AND entity_id = $1"
    assert await owner.fetchval(audited, str(worker_id)) == 3


async def test_two_people_with_the_same_picture_do_not_lose_it_to_one_another(
    recruiter: Browser, worker_id: UUID, app_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    async with app_db.begin(stage.franchise_id, "system:test") as uow:
        twin = await make_worker(uow)
    for one in (worker_id, twin):
        assert (await recruiter.act(f"/people/{one}/photo", files=photo("black"))).status_code == 204
    assert (await recruiter.act(f"/people/{worker_id}/photo/remove")).status_code == 204
    found = re.search(r'src="(/people/[^"]+/photo/[^"]+)"', await recruiter.part(f"/people/{twin}/facts"))
    assert found is not None
    assert (await recruiter.client.get(found[1])).status_code == 200


async def test_no_picture_is_refused_in_words_and_others_neither_see_nor_change_one(
    recruiter: Browser, worker_id: UUID, app_db: Database, settings: Settings, stage: Stage
) -> None:
    here = f"/people/{worker_id}/photo"
    for files in ({"photo": ("x.svg", b"<svg/>", "image/svg+xml")}, None):
        refused = await recruiter.act(here, files=files)
        assert refused.status_code == 422
        assert "picture" in refused.headers["x-problem"]
    assert (await recruiter.act(here, files=photo("blue"))).status_code == 204
    found = re.search(rf'src="({here}/[^"]+)"', await recruiter.part(f"/people/{worker_id}/facts"))
    assert found is not None
    foreman = await sign_in(recruiter.client, app_db, stage.franchise_id, Role.FOREMAN)
    assert (await foreman.client.get(found[1])).status_code == 200
    for act in (here, f"{here}/remove"):
        assert (await foreman.act(act, files=photo())).status_code == 403
    other = await set_stage(settings, app_db, men=0)
    theirs = await sign_in(recruiter.client, app_db, other.franchise_id, Role.OWNER)
    assert (await theirs.client.get(found[1])).status_code == 404
    for act in (here, f"{here}/remove"):
        assert (await theirs.act(act, files=photo())).status_code == 404


def states_in(page: str) -> dict[str, str]:
    return {day: state for state, day in re.findall(r'class="day is-(\w+)" id="day-([\d-]+)"', page)}


async def test_a_day_is_turned_by_a_click_and_a_longer_absence_stays_around_it(
    recruiter: Browser, worker_id: UUID
) -> None:
    here = f"/people/{worker_id}"
    next_month = (datetime.now(MOSCOW).date().replace(day=1) + timedelta(days=40)).replace(day=1)
    asked = f"{here}/calendar?month={next_month:%Y-%m}"
    third, fifth = (str(next_month.replace(day=n)) for n in (3, 5))
    assert set(states_in(await recruiter.part(asked)).values()) == {"on"}
    turned = await recruiter.act(f"{here}/days/{third}")
    assert turned.status_code == 204
    assert states_in(await recruiter.part(asked))[third] == "away"
    assert (await recruiter.act(turned.headers["x-undo"])).status_code == 204
    assert set(states_in(await recruiter.part(asked)).values()) == {"on"}
    for n in (2, 9):
        last = {"last_day": str(next_month.replace(day=6))} if n == 2 else {}
        away = {"first_day": str(next_month.replace(day=n)), "reason": "отпуск"} | last
        assert (await recruiter.act(f"{here}/absences", away)).status_code == 204
    assert (await recruiter.act(f"{here}/days/{fifth}")).status_code == 204
    states = states_in(await recruiter.part(asked))
    assert [day for day, state in states.items() if state == "on"] == [
        str(next_month.replace(day=n)) for n in (1, 5, 7, 8)
    ]
    assert (await recruiter.act(f"{here}/days/{next_month.replace(day=20)}")).status_code == 204
    states = states_in(await recruiter.part(asked))
    assert (states[str(next_month.replace(day=20))], states[str(next_month.replace(day=28))]) == ("on", "away")


async def test_a_month_is_within_reach_and_only_days_to_come_are_turned(recruiter: Browser, worker_id: UUID) -> None:
    here = f"/people/{worker_id}"
    today = datetime.now(MOSCOW).date()
    for month in ("", "x", "2000-01", f"{today:%Y-%m}"):
        assert speech(Language.EN).month(today) in await recruiter.part(f"{here}/calendar?month={month}")
    far = await recruiter.part(f"{here}/calendar?month=2999-01")
    assert 'id="month-later"' not in far
    assert 'id="month-earlier"' in far
    for day in (today - timedelta(days=1), today + timedelta(days=400)):
        assert (await recruiter.act(f"{here}/days/{day}")).status_code == 422


def test_a_month_of_two_on_two_off() -> None:
    view = CalendarView(
        weekdays=tuple(Weekday),
        from_time=time(0),
        to_time=None,
        cycle=WorkCycle(anchor=date(2026, 11, 23), days_on=2, days_off=2),
        absences=(),
    )
    weeks = weeks_of(view, date(2026, 11, 1), date(2026, 11, 21), MOSCOW)
    shown = [day for week in weeks for day in week if day is not None]
    assert (len(weeks), len(shown), weeks[0][:6]) == (6, 30, [None] * 6)
    assert [day.state for day in shown[19:]] == ["past", "off", "off", *(["on", "on", "off", "off"] * 2)]


async def test_a_filter_is_kept_shared_found_and_removed_by_its_owner_alone(
    stranger: AsyncClient, app_db: Database, settings: Settings, stage: Stage
) -> None:
    first = await sign_in(stranger, app_db, stage.franchise_id, Role.RECRUITER)
    query = "q=карт&status=active&rating=3%2C5&sort=rating&dir=desc"
    form = await first.part(f"/people/filters/new?{query}")
    address = re.search(r'hx-post="([^"]+)"', form)
    assert address is not None
    where = address[1].replace("&amp;", "&")
    assert (await first.act(where, {"name": "<b>Лучшие</b>", "shared": "yes"})).status_code == 204
    assert (await first.act(where, {"name": "Мои"})).status_code == 204
    assert (await first.act(where, {"name": "мои"})).status_code == 409
    assert (await first.act(where, {"name": ""})).status_code == 422
    listed = await first.part("/people/filters")
    assert "&lt;b&gt;Лучшие" in listed
    link = re.search(r'href="(/people\?[^"]+)">&lt;b', listed)
    assert link is not None
    assert 'value="карт"' in await first.page(link[1].replace("&amp;", "&"))
    own = re.findall(r"/people/filters/[0-9a-f-]+/remove", listed)
    assert len(own) == 2
    second = await sign_in(stranger, app_db, stage.franchise_id, Role.DISPATCHER)
    theirs = await second.part("/people/filters")
    assert "Лучшие" in theirs
    assert "Мои" not in theirs
    assert "/remove" not in theirs
    assert [(await second.act(address)).status_code for address in own] == [404, 404]
    assert (await second.act(where, {"name": "<B>ЛУЧШИЕ</b>", "shared": "yes"})).status_code == 409
    assert (await second.act(where, {"name": "мои"})).status_code == 204
    other = await set_stage(settings, app_db, men=0)
    elsewhere = await sign_in(stranger, app_db, other.franchise_id, Role.OWNER)
    assert "Лучшие" not in await elsewhere.part("/people/filters")
    for n in range(MOST_SAVED):
        assert (await elsewhere.act(where, {"name": f"Ф {n}"})).status_code == 204
    assert (await elsewhere.act(where, {"name": "Ещё"})).status_code == 409
    drop = re.search(r"/people/filters/[0-9a-f-]+/remove", await elsewhere.part("/people/filters"))
    assert drop is not None
    assert (await elsewhere.act(drop[0])).status_code == 204
    assert (await elsewhere.act(where, {"name": "Ещё"})).status_code == 204
