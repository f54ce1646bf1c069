"""A new office: what it lacks, its first prices, and a rehearsal with simulated people."""

import contextlib
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import asyncpg
import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from dispatch.access.roles import Role
from dispatch.api.deps import SESSION_COOKIE
from dispatch.app import create_app
from dispatch.kit.uow import Database
from dispatch.local.places import free_port
from dispatch.pricing.card import Multiplier, RateCard
from dispatch.pricing.service import cards_in_force, write_rate_card
from dispatch.settings import Settings
from dispatch.simulator.app import create_app as create_simulator
from dispatch.simulator.config import Account, SimulatorConfig
from tests.factories.access import make_session, make_user
from tests.factories.counter import PART, Counter
from tests.factories.served import serving
from tests.factories.stage import Stage, open_questions, place, run_lane, set_stage
from tests.factories.tenancy import make_franchise


async def browser_of(app: FastAPI, app_db: Database, franchise_id: object, role: Role) -> AsyncClient:
    user = await make_user(app_db, franchise_id, role)  # type: ignore[arg-type]
    headers = {"Accept-Language": "en", "Sec-Fetch-Site": "same-origin"}
    browser = AsyncClient(transport=ASGITransport(app), base_url="http://testserver", headers=headers)
    browser.cookies.set(SESSION_COOKIE, await make_session(app_db, user))
    return browser


def csrf_in(page: str) -> str:
    found = re.search(r'X-CSRF-Token": "([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


async def test_a_new_office_sees_what_it_lacks_until_it_had_an_order(
    app: FastAPI, settings: Settings, app_db: Database, stage: Stage, counter: Counter
) -> None:
    office = await make_franchise(settings)
    owner = await browser_of(app, app_db, office.id, Role.OWNER)
    page = (await owner.get("/board")).text
    assert "First steps" in page
    assert page.count("first-step is-done") == 0
    done = await owner.post("/prices", data={"csrf": csrf_in(page), "bill_loading": "450,50", "pay_loading": "200"})
    assert done.status_code == 303
    assert (await owner.get("/board")).text.count("first-step is-done") == 1
    # An office that had an order is shown none of it, whatever day it looks at.
    await place(app_db, stage, 1)
    assert "First steps" not in (await counter.browser.get("/board?day=today")).text


async def test_prices_change_the_rates_and_keep_the_rest_of_a_card(
    dispatcher: AsyncClient, app: FastAPI, app_db: Database, stage: Stage
) -> None:
    async with app_db.begin(stage.franchise_id, "system:test") as uow:
        card = RateCard(
            service="cleaning",
            currency="RUB",
            bill_rate_minor=30_000,
            pay_percent=Decimal(50),
            weekend=Multiplier(bill=Decimal("1.5")),
        )
        await write_rate_card(uow, card)
    owner = await browser_of(app, app_db, stage.franchise_id, Role.OWNER)
    page = (await owner.get("/prices")).text
    assert 'name="bill_cleaning" type="text" value="300.00"' in page
    csrf = csrf_in(page)
    unfit = await owner.post("/prices", data={"csrf": csrf, "bill_cleaning": "many", "pay_cleaning": "-1"})
    assert unfit.status_code == 422
    assert "Type a number." in unfit.text
    assert 'value="many"' in unfit.text
    await owner.post("/prices", data={"csrf": csrf, "bill_cleaning": "310.5", "pay_cleaning": "155"})
    async with app_db.begin(stage.franchise_id, "system:test") as uow:
        found = {stored.card.service: stored.card for stored in await cards_in_force(uow)}["cleaning"]
    assert (found.bill_rate_minor, found.pay_rate, found.weekend.bill) == (31_050, 15_500, Decimal("1.5"))
    refused = await dispatcher.post("/prices", data={"csrf": csrf_in((await dispatcher.get("/board")).text)})
    assert refused.status_code == 403


@pytest_asyncio.fixture(loop_scope="session")
async def rehearsing(settings: Settings, app_db: Database, stage: Stage) -> AsyncIterator[Counter]:
    """A dispatcher's browser on an app whose simulated carrier really runs."""
    account = await _account(app_db, stage)
    simulator = create_simulator(SimulatorConfig(accounts=[account], time_scale=0.01))
    with serving(simulator) as address:
        async with _reaching(address, settings) as served:
            browser = await browser_of(served, app_db, stage.franchise_id, Role.DISPATCHER)
            yield await Counter.of(browser, stage)


@contextlib.asynccontextmanager
async def _reaching(simulator: str, settings: Settings) -> AsyncIterator[FastAPI]:
    sms = settings.sms.model_copy(update={"simulator_url": simulator})
    served = create_app(settings.model_copy(update={"sms": sms}))
    async with served.router.lifespan_context(served):
        yield served


async def _account(app_db: Database, stage: Stage) -> Account:
    async with app_db.begin(stage.franchise_id, "system:test") as uow:
        row = await uow.fetchrow("SELECT sid, secret, number FROM sms_accounts")
    assert row is not None
    return Account(sid=row["sid"], auth_token=row["secret"], numbers={row["number"]: ""})


async def test_a_rehearsal_orders_shows_the_phones_and_texts_as_one_of_them(
    rehearsing: Counter, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    assert "No phone has rung yet" in (await rehearsing.browser.get("/rehearsal")).text
    assert (await rehearsing.act("/rehearsal")).status_code == 204
    shift = await owner.fetchrow(
        "SELECT id, starts_at - now() AS lead, headcount FROM shifts WHERE franchise_id = $1 ORDER BY created_at DESC",
        stage.franchise_id,
    )
    assert timedelta(minutes=20) < shift["lead"] < timedelta(minutes=23)
    assert shift["headcount"] == 10
    await run_lane(jobs_db)
    asked = next(q for q in await open_questions(jobs_db, stage, "offer") if q.shift_id == shift["id"])
    phones = (await rehearsing.browser.get("/rehearsal/phones", headers=PART)).text
    assert phones.count("simulated-phone-answer") == 8
    worker = re.search(r'id="phone-([0-9a-f-]{36})"', phones)
    assert worker is not None
    assert asked.phone_id is not None
    assert (await rehearsing.act(f"/rehearsal/{worker[1]}", words="1")).status_code == 204
    stranger = await rehearsing.act(f"/rehearsal/{stage.client_id}", words="1")
    assert stranger.status_code == 404


async def test_who_has_real_phones_rehearses_nothing(
    app: FastAPI, settings: Settings, app_db: Database, owner: asyncpg.Connection
) -> None:
    office = await set_stage(settings, app_db, men=3)
    await owner.execute("UPDATE sms_accounts SET gateway = 'twilio' WHERE franchise_id = $1", office.franchise_id)
    browser = await browser_of(app, app_db, office.franchise_id, Role.DISPATCHER)
    page = (await browser.get("/board")).text
    assert "/rehearsal" not in page
    assert (await browser.get("/rehearsal")).status_code == 409
    refused = await browser.post("/rehearsal", headers=PART | {"X-CSRF-Token": csrf_in(page)})
    assert refused.status_code == 409
    assert await owner.fetchval("SELECT count(*) FROM orders WHERE franchise_id = $1", office.franchise_id) == 0


async def test_a_carrier_that_is_away_is_told_and_nothing_is_ordered(
    settings: Settings, app_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    before = await owner.fetchval("SELECT count(*) FROM orders WHERE franchise_id = $1", stage.franchise_id)
    async with _reaching(f"http://127.0.0.1:{free_port()}", settings) as served:
        counter = await Counter.of(await browser_of(served, app_db, stage.franchise_id, Role.DISPATCHER), stage)
        answer = await counter.act("/rehearsal")
    assert answer.status_code == 503
    assert "dispatch%20simulator" in answer.headers["x-problem"]
    assert await owner.fetchval("SELECT count(*) FROM orders WHERE franchise_id = $1", stage.franchise_id) == before


@pytest.mark.parametrize("words", ["", "x" * 481])
async def test_words_of_no_length_are_refused(counter: Counter, stage: Stage, words: str) -> None:
    assert (await counter.act(f"/rehearsal/{stage.client_id}", words=words)).status_code == 422
