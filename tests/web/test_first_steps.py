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
from dispatch.settings import SendingMode, Settings
from dispatch.simulator.app import create_app as create_simulator
from dispatch.simulator.config import Account, SimulatorConfig
from dispatch.sms.claim import claim_texts
from dispatch.staffing.first_steps import FirstStep, first_steps
from dispatch.web.first_steps import COOKIE
from tests.factories.access import make_session, make_user
from tests.factories.counter import PART, Counter
from tests.factories.crew import seat
from tests.factories.served import serving
from tests.factories.stage import Stage, open_questions, place, run_lane, set_stage
from tests.factories.tenancy import make_franchise
from tests.factories.workers import make_worker


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


async def test_a_new_office_is_led_step_by_step_to_its_first_order(
    app: FastAPI,
    settings: Settings,
    app_db: Database,
    jobs_db: Database,
    owner: asyncpg.Connection,
) -> None:
    office = await make_franchise(settings)
    browser = await browser_of(app, app_db, office.id, Role.OWNER)

    async def led() -> tuple[int, str]:
        page = (await browser.get("/first-steps/list", headers=PART)).text
        primary = re.search(r'btn-primary" id="step-(\w+)" href="([^"]+)"', page)
        return page.count("first-step is-done"), primary[2] if primary else ""

    page = (await browser.get("/board")).text
    assert "First steps" in page
    assert await led() == (0, "/settings/gateways#new-account")
    headers = PART | {"X-CSRF-Token": csrf_in(page)}

    async def done(where: str, **form: str) -> str:
        answer = await browser.post(where, data=form, headers=headers)
        assert answer.status_code in (200, 204), answer.headers.get("x-problem")
        return answer.headers.get("hx-redirect", "")

    number = {"gateway": "twilio", "number": "+7 (800) 555-00-01", "sid": "AC1", "secret": "kept for ever"}
    refused = await browser.post("/settings/gateways", data=number | {"secret": ""}, headers=headers)
    assert refused.status_code == 422
    tests = await done("/settings/gateways", **number)
    account = await owner.fetchrow("SELECT id, number, secret FROM sms_accounts WHERE franchise_id = $1", office.id)
    assert (account["number"], account["secret"]) == ("+78005550001", "kept for ever")
    assert tests.endswith(f"#test-{account['id']}")
    assert f'id="test-{account["id"]}"' in (gateways := (await browser.get(tests)).text)
    assert "kept for ever" not in gateways
    assert await led() == (1, "/settings/users#new-user")
    await make_user(app_db, office.id, Role.DISPATCHER)
    assert await led() == (2, "/prices")
    prices = {"csrf": headers["X-CSRF-Token"], "bill_loading": "450,50", "pay_loading": "200"}
    assert (await browser.post("/prices", data=prices)).status_code == 303
    assert await led() == (3, "/people/import")
    async with app_db.begin(office.id, "system:test") as uow:
        await make_worker(uow, attested=None)
    assert await led() == (4, "/people?status=applicant")
    async with app_db.begin(office.id, "system:test") as uow:
        await make_worker(uow)
    assert await led() == (5, f"/settings/gateways#test-{account['id']}")
    await done(f"/settings/gateways/{account['id']}/test", phone="+79215550109")
    await claim_texts(jobs_db, account["id"], 10, mode=SendingMode.OFF, allow_list=(), lease_s=30)
    assert (await led())[0] == 5, "held back though texts may leave: it has not arrived"
    async with app_db.begin(office.id, "system:test") as uow:
        assert (await first_steps(uow, sends=False)).done[FirstStep.TRIAL]
    await done(f"/settings/gateways/{account['id']}/test", phone="+79215550109")
    assert (await led())[0] == 5, "a text that waits has not arrived"
    await owner.execute("UPDATE messages SET status = 'sent' WHERE franchise_id = $1 AND status = 'queued'", office.id)
    assert await led() == (6, "/clients#new-client")
    client = (await done("/clients", name="Склад", kind="company")).rpartition("/")[2]
    assert await led() == (6, f"/clients/{client}#new-site")
    await done(
        f"/clients/{client}/sites", address="Сенная пл., 1", lat="59.927", lon="30.318", attendance_source="self"
    )
    assert await led() == (7, "/orders/new")
    dispatcher = await browser_of(app, app_db, office.id, Role.DISPATCHER)
    assert "step-number" not in (await dispatcher.get("/board")).text, "what only an owner may do"


async def test_the_steps_are_put_away_and_end_with_the_first_seat(
    app_db: Database, stage: Stage, counter: Counter
) -> None:
    steps = 'class="first-step'
    assert steps in (await counter.browser.get("/board")).text
    order = await place(app_db, stage, 1)
    assert steps in (board := (await counter.browser.get("/board")).text)
    assert f"/shifts/{order.shifts[0].id}" in board
    counter.browser.cookies.set(COOKIE, str(stage.franchise_id))
    assert steps not in (await counter.browser.get("/board")).text
    assert steps in (await counter.browser.get("/first-steps")).text
    counter.browser.cookies.delete(COOKIE)
    await seat(app_db, stage, order.shifts[0].id, stage.workers[0])
    assert steps not in (await counter.browser.get("/board")).text


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
    assert "hours, bill and pay" not in (await rehearsing.browser.get("/rehearsal/next", headers=PART)).text
    assert (await rehearsing.act("/rehearsal")).status_code == 204
    shift = await owner.fetchrow(
        "SELECT id, starts_at - now() AS lead, headcount FROM shifts WHERE franchise_id = $1 ORDER BY created_at DESC",
        stage.franchise_id,
    )
    assert timedelta(minutes=20) < shift["lead"] < timedelta(minutes=23)
    assert shift["headcount"] == 10
    await run_lane(jobs_db)
    asked = next(q for q in await open_questions(jobs_db, stage, "offer") if q.shift_id == shift["id"])
    told = (await rehearsing.browser.get("/rehearsal/next", headers=PART)).text
    assert f"/shifts/{shift['id']}" in told
    assert "People are asked" in told
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
    assert "simulated%20phones%20do%20not%20answer" in answer.headers["x-problem"]
    assert await owner.fetchval("SELECT count(*) FROM orders WHERE franchise_id = $1", stage.franchise_id) == before


@pytest.mark.parametrize("words", ["", "x" * 481])
async def test_words_of_no_length_are_refused(counter: Counter, stage: Stage, words: str) -> None:
    assert (await counter.act(f"/rehearsal/{stage.client_id}", words=words)).status_code == 422
