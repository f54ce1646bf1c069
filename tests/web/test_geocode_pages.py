"""An address becomes a point: the field asks, the console asks the service, and keeps what it said."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import AsyncClient, Response
from pydantic import ValidationError

from dispatch.access.roles import Role
from dispatch.api.deps import SESSION_COOKIE
from dispatch.app import create_app
from dispatch.geocoding.cache import MOST_KEPT, CacheKey, keep_answer, take_turn
from dispatch.geocoding.errors import GeocoderKeyMissing
from dispatch.geocoding.guard import BURST, FAILURES_TO_OPEN, Allowance, Breaker
from dispatch.geocoding.registry import open_geocoding
from dispatch.kit.uow import Database
from dispatch.settings import GeocoderName, Settings
from tests.factories.access import make_session, make_user
from tests.factories.stage import Stage, set_stage
from tests.fakes.address_service import AddressService, address_service

PART = {"HX-Request": "true"}
SUGGEST = "/suggestions/api/4_1/rs/suggest/address"
TILES = {"tiles_url": "https://tiles.example/{z}/{x}/{y}.png?key=a1", "tiles_attribution": "© Somebody & <Co>"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=0)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service() -> AsyncIterator[AddressService]:
    async with address_service() as fake:
        yield fake


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(settings: Settings, service: AddressService) -> AsyncIterator[FastAPI]:
    chosen = settings.model_dump() | {"geocoder": "dadata", "geocoder_key": "key-1", "geocoder_url": service.url}
    served = create_app(Settings.model_validate(chosen | TILES))
    async with served.router.lifespan_context(served):
        yield served


@pytest.fixture(autouse=True)
def untroubled(app: FastAPI, service: AddressService) -> None:
    """Each test begins with a service that works and was not asked."""
    service.status, service.raw, service.wait_s = 200, None, 0.0
    service.seen.clear()
    geocoding = app.state.resources.geocoding
    geocoding.breaker.answered()
    geocoding.allowance.__init__()


async def ask(browser: AsyncClient, text: str, **more: str) -> Response:
    return await browser.get("/geocode", params={"q": text} | more, headers=PART)


async def test_places_are_offered_once_asked_for_and_then_kept(
    dispatcher: AsyncClient, service: AddressService, owner: asyncpg.Connection, stage: Stage
) -> None:
    first = await ask(dispatcher, "Невский  1")
    assert first.status_code == 200
    assert re.findall(r'role="option" id="(address-\d)"', first.text) == ["address-1", "address-2"]
    assert 'data-lat="59.936606" data-lon="30.310957"' in first.text
    assert "about there" in first.text
    assert (await ask(dispatcher, "НЕВСКИЙ, 1")).text == first.text
    assert len(service.seen) == 1
    assert "key-1" not in first.text + (await dispatcher.get("/orders/new")).text
    row = await owner.fetchrow("SELECT * FROM geocodes WHERE franchise_id = $1", stage.franchise_id)
    assert (row["provider"], row["language"], row["query"]) == ("dadata", "en", "невский 1")
    assert row["expires_at"] - row["asked_at"] == timedelta(days=30)
    await owner.execute(
        "UPDATE geocodes SET asked_at = asked_at - interval '60 d', expires_at = now() - interval '1 s'"
    )
    assert (await ask(dispatcher, "Невский 1")).text == first.text
    assert len(service.seen) == 2


async def test_nothing_found_is_kept_for_less_long_and_half_a_word_apart(
    dispatcher: AsyncClient, service: AddressService, owner: asyncpg.Connection
) -> None:
    before = service.answers[SUGGEST]
    service.answers[SUGGEST] = {"suggestions": []}
    try:
        assert "No such address" in (await ask(dispatcher, "Нигде 7", typing="true")).text
        assert "No such address" in (await ask(dispatcher, "Нигде 7", typing="true")).text
        assert len(service.seen) == 1
        await ask(dispatcher, "Нигде 7")
        assert len(service.seen) == 2
    finally:
        service.answers[SUGGEST] = before
    kept = await owner.fetch("SELECT provider, expires_at - asked_at AS span FROM geocodes WHERE query = 'нигде 7'")
    assert {(row["provider"], row["span"]) for row in kept} == {
        ("dadata/typing", timedelta(hours=12)),
        ("dadata", timedelta(hours=12)),
    }
    assert "option" not in (await ask(dispatcher, "Н")).text
    assert (await ask(dispatcher, "Н" * 201)).status_code == 422
    assert len(service.seen) == 2


async def test_trouble_is_said_in_words_and_not_waited_for_again(
    dispatcher: AsyncClient, service: AddressService
) -> None:
    service.status = 500
    for n in range(FAILURES_TO_OPEN):
        answer = await ask(dispatcher, f"Беда {n}")
        assert (answer.status_code, "set%20the%20pin" in answer.headers["x-problem"]) == (503, True)
    service.status = 200
    assert (await ask(dispatcher, "Беда 77")).status_code == 503
    assert len(service.seen) == FAILURES_TO_OPEN


async def test_a_refused_key_is_said_too(dispatcher: AsyncClient, service: AddressService) -> None:
    service.status = 403
    answer = await ask(dispatcher, "Отказ 1")
    assert answer.status_code == 503
    assert "key%20or%20our%20quota" in answer.headers["x-problem"]


async def test_one_person_asks_only_so_often(dispatcher: AsyncClient, service: AddressService) -> None:
    answers = [await ask(dispatcher, f"Быстро {n}") for n in range(BURST + 5)]
    assert {answer.status_code for answer in answers} == {200, 429}
    assert len(service.seen) == [answer.status_code for answer in answers].count(200)


async def test_who_may_not_change_sites_may_not_ask(
    stranger: AsyncClient, app_db: Database, stage: Stage, service: AddressService
) -> None:
    assert (await ask(stranger, "Невский 1")).headers["hx-redirect"].startswith("/login")
    user = await make_user(app_db, stage.franchise_id, Role.ACCOUNTANT)
    stranger.cookies.set(SESSION_COOKIE, await make_session(app_db, user))
    assert (await ask(stranger, "Невский 1")).status_code == 403
    assert service.seen == []


async def test_forms_offer_addresses_and_maps_their_tiles(dispatcher: AsyncClient, stage: Stage) -> None:
    page = await dispatcher.get(f"/orders/new?client={stage.client_id}")
    form = (await dispatcher.get(f"/clients/{stage.client_id}/sites/new", headers=PART)).text
    for text in (page.text, form):
        assert 'role="combobox"' in text
        assert "data-address data-typing" in text
        assert 'data-tiles="https://tiles.example/{z}/{x}/{y}.png?key=a1"' in text
        assert 'data-attribution="© Somebody &amp; &lt;Co&gt;"' in text
    policy = page.headers["content-security-policy"]
    assert "img-src 'self' data: blob: https://tiles.example;" in policy


async def test_what_is_kept_is_bounded_and_nobody_elses(
    app_db: Database, settings: Settings, owner: asyncpg.Connection, stage: Stage
) -> None:
    other = await set_stage(settings, app_db, men=0)
    await owner.execute(
        """INSERT INTO geocodes SELECT $1, 'dadata', 'ru', 'улица ' || n, '[]', now() - n * interval '1 s', now() +
           interval '1 d' FROM generate_series(1, $2) n""",
        other.franchise_id,
        MOST_KEPT,
    )
    before = await owner.fetchval("SELECT count(*) FROM geocodes WHERE franchise_id = $1", stage.franchise_id)
    async with app_db.begin(other.franchise_id, "system:test") as uow:
        await keep_answer(uow, CacheKey("dadata", "ru", "новая улица"), [])
    kept = await owner.fetch("SELECT query FROM geocodes WHERE franchise_id = $1", other.franchise_id)
    assert len(kept) == MOST_KEPT
    assert {"новая улица", "улица 1"} <= {row["query"] for row in kept}
    assert f"улица {MOST_KEPT}" not in {row["query"] for row in kept}
    assert await owner.fetchval("SELECT count(*) FROM geocodes WHERE franchise_id = $1", stage.franchise_id) == before


async def test_turns_are_one_queue_for_all_processes(app_db: Database) -> None:
    waits = await asyncio.gather(*(take_turn(app_db, "test", 1.0, 2.0) for _ in range(6)))
    turns = sorted(wait for wait in waits if wait is not None)
    assert len(turns) == 3
    assert all(abs(wait - n) < 0.4 for n, wait in enumerate(turns)), turns
    assert waits.count(None) == 3


def test_the_breaker_lets_one_try_after_its_pause() -> None:
    breaker = Breaker(failures=2, open_s=0.0)
    breaker.failed()
    assert breaker.lets_through()
    breaker.failed()
    assert breaker.lets_through(), "its pause is over"
    breaker = Breaker(failures=1, open_s=60.0)
    breaker.failed()
    assert not breaker.lets_through()
    breaker.answered()
    assert breaker.lets_through()


def test_an_allowance_is_each_persons_own() -> None:
    allowance = Allowance(burst=2, per_s=0.001)
    assert [allowance.take("a"), allowance.take("a"), allowance.take("a"), allowance.take("b")] == [
        True,
        True,
        False,
        True,
    ]


def test_settings_that_cannot_work_are_refused() -> None:
    assert open_geocoding(Settings()) is None
    with pytest.raises(GeocoderKeyMissing, match="DISPATCH_GEOCODER_KEY"):
        open_geocoding(Settings(geocoder=GeocoderName.YANDEX))
    assert open_geocoding(Settings(geocoder=GeocoderName.NOMINATIM)) is not None
    for url in ("ftp://x/{z}/{x}/{y}", "https://{s}.x/{z}/{x}/{y}", "https://x/{z}/{x}", "https://a;b/{z}/{x}/{y}"):
        with pytest.raises(ValidationError, match="DISPATCH_TILES_URL"):
            Settings(tiles_url=url, tiles_attribution="x")
    with pytest.raises(ValidationError, match="DISPATCH_TILES_ATTRIBUTION"):
        Settings(tiles_url=TILES["tiles_url"])
    assert Settings().tiles_origin == ""
