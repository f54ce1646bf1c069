"""Signing in with a second factor, and setting one up: what a half-open session may do, and nothing else."""

import re
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from dispatch.access.roles import Role
from dispatch.access.service import change_role
from dispatch.api.deps import SESSION_COOKIE
from dispatch.api.openapi import classified
from dispatch.app import create_app
from dispatch.kit.uow import Database
from dispatch.settings import SecondFactor, Settings
from dispatch.web.signin import SIGN_IN_COOKIE
from tests.factories.access import PASSWORD, Authenticator, Staff, bearer, make_factor, make_session, make_user
from tests.factories.stage import Stage

OURS = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
SET_UP = "/account/second-factor"
OPEN = {
    f"GET {SET_UP}",
    f"POST {SET_UP}/begin",
    f"POST {SET_UP}/confirm",
    "POST /logout",
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def strict(settings: Settings) -> AsyncIterator[FastAPI]:
    served = create_app(settings.model_copy(update={"totp": SecondFactor.REQUIRED}))
    async with served.router.lifespan_context(served):
        yield served


@pytest_asyncio.fixture(loop_scope="session")
async def browser(strict: FastAPI) -> AsyncIterator[AsyncClient]:
    """Somebody's browser, where a second factor is required."""
    transport = ASGITransport(strict, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://testserver", headers=OURS) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def boss(app_db: Database, stage: Stage) -> Staff:
    return await make_user(app_db, stage.franchise_id, Role.OWNER)


async def enter(browser: AsyncClient, staff: Staff, wanted: str = "/") -> Response:
    return await browser.post("/login", data={"login": staff.login, "password": PASSWORD, "next": wanted})


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


def key_of(page: str) -> str:
    found = re.search(r'class="account-key">([A-Z2-7 ]+)</code>', page)
    assert found is not None
    return found[1].replace(" ", "")


async def send(browser: AsyncClient, address: str, **form: str) -> Response:
    token = csrf_of((await browser.get(SET_UP)).text)
    return await browser.post(address, data={"csrf": token} | form)


async def test_a_password_is_followed_by_a_code(
    browser: AsyncClient, app_db: Database, settings: Settings, boss: Staff
) -> None:
    app = await make_factor(app_db, settings, boss)
    assert (await browser.get("/login/code")).headers["location"] == "/login"
    answer = await enter(browser, boss, "/board?day=tomorrow")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login/code?next=/board%3Fday%3Dtomorrow")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{SIGN_IN_COOKIE}=dsign_")
    for word in ("HttpOnly", "SameSite=lax", "Path=/login/code"):
        assert word in cookie
    assert SESSION_COOKIE not in browser.cookies
    assert (await browser.get("/board")).headers["location"].startswith("/login")
    page = await browser.get(answer.headers["location"])
    assert 'autocomplete="one-time-code"' in page.text
    wrong = await browser.post("/login/code", data={"code": "000000", "next": "/board?day=tomorrow"})
    assert wrong.status_code == 401
    assert 'role="alert"' in wrong.text
    assert 'value="/board?day=tomorrow"' in wrong.text
    answer = await browser.post("/login/code", data={"code": app.code(), "next": "/board?day=tomorrow"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/board?day=tomorrow")
    assert SIGN_IN_COOKIE not in browser.cookies
    assert (await browser.get("/board")).status_code == 200


async def test_the_secret_of_a_waiting_sign_in_opens_nothing_else(
    browser: AsyncClient, app_db: Database, settings: Settings, boss: Staff
) -> None:
    await make_factor(app_db, settings, boss)
    await enter(browser, boss)
    waiting = browser.cookies[SIGN_IN_COOKIE]
    for headers in ({"Cookie": f"{SESSION_COOKIE}={waiting}"}, bearer(waiting)):
        answer = await browser.get("/api/v1/auth/me", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "credentials_rejected")


async def test_a_code_that_comes_too_late_begins_anew(
    browser: AsyncClient, app_db: Database, settings: Settings, owner: asyncpg.Connection, boss: Staff
) -> None:
    app = await make_factor(app_db, settings, boss)
    await enter(browser, boss)
    await owner.execute("UPDATE sign_ins SET expires_at = now() WHERE user_id = $1", boss.id)
    answer = await browser.post("/login/code", data={"code": app.code()})
    assert answer.status_code == 401
    assert "took too long" in answer.text
    assert 'action="/login"' in answer.text


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
async def test_a_form_of_another_site_finishes_no_sign_in(
    browser: AsyncClient, app_db: Database, settings: Settings, boss: Staff, site: str
) -> None:
    app = await make_factor(app_db, settings, boss)
    await enter(browser, boss)
    answer = await browser.post("/login/code", data={"code": app.code()}, headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_guessing_codes_is_stopped_in_words(
    browser: AsyncClient, app_db: Database, settings: Settings, boss: Staff
) -> None:
    await make_factor(app_db, settings, boss)
    await enter(browser, boss)
    for _ in range(10):
        await browser.post("/login/code", data={"code": "000000"})
    answer = await browser.post("/login/code", data={"code": "000000"})
    assert "Too many attempts. Try again in 1 minute." in answer.text
    russian = await browser.post("/login/code", data={"code": "0"}, headers={"Accept-Language": "ru"})
    assert "Попробуйте через 1 минуту" in russian.text


async def test_who_must_have_one_sets_it_up_before_anything_else(browser: AsyncClient, boss: Staff) -> None:
    answer = await enter(browser, boss, "/board")
    assert (answer.status_code, answer.headers["location"]) == (303, SET_UP)
    answer = await browser.get("/board")
    assert (answer.status_code, answer.headers["location"]) == (303, SET_UP)
    part = await browser.get("/board/cards", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["hx-redirect"]) == (204, SET_UP)
    page = (await browser.get(SET_UP)).text
    assert "Your role needs a second factor" in page
    assert "/board" not in page
    assert (await send(browser, f"{SET_UP}/confirm", code="000000")).headers["location"] == SET_UP
    assert (await send(browser, f"{SET_UP}/begin")).headers["location"] == SET_UP
    page = (await browser.get(SET_UP)).text
    assert 'src="data:image/svg+xml' in page
    key = key_of(page)
    assert key_of((await browser.get(SET_UP)).text) == key, "a page loaded again shows the same key"
    wrong = await send(browser, f"{SET_UP}/confirm", code="000000")
    assert wrong.status_code == 401
    assert key_of(wrong.text) == key
    done = await send(browser, f"{SET_UP}/confirm", code=Authenticator(key, ()).code())
    assert done.status_code == 200
    codes = re.findall(r"<code>([0-9a-z-]{19})</code>", done.text)
    assert len(codes) == 10
    assert (await browser.get("/board")).status_code == 200
    shown = (await browser.get(SET_UP)).text
    assert key not in shown.replace(" ", "")
    assert not any(code in shown for code in codes)
    assert "10 recovery codes are left" in shown
    again = await send(browser, f"{SET_UP}/begin")
    assert again.headers["location"] == SET_UP
    late = await send(browser, f"{SET_UP}/confirm", code="000000")
    assert late.headers["location"] == SET_UP


def filled(path: str) -> str:
    """An address of this path, with things that may not exist: who is half open learns nothing about them."""
    return re.sub(
        r"\{(\w+)(?::path)?\}",
        lambda part: {
            "language": "en",
            "day": "today",
            "token": "dpass_" + "x" * 43,
            "session_id": "0" * 16,
            "service": "loading",
        }.get(part[1], "01a1ffae-0619-7252-a1db-e43a1263e749"),
        path,
    )


@pytest.mark.parametrize("by", ["cookie", "bearer"])
async def test_a_half_open_session_is_refused_everywhere_else(
    browser: AsyncClient, strict: FastAPI, app_db: Database, boss: Staff, by: str
) -> None:
    session = await make_session(app_db, boss)
    headers = {"Cookie": f"{SESSION_COOKIE}={session}"} if by == "cookie" else bearer(session)
    passed, tried = set(), 0
    for path, method, kind in classified(strict):
        if kind in {"public", "webhook"}:
            continue
        tried += 1
        answer = await browser.request(method, filled(path), headers=headers)
        to_set_up = answer.status_code == 303 and answer.headers["location"] == SET_UP
        refused = answer.status_code == 403 and '"code": "second_factor_not_set_up"' in answer.text
        if not (to_set_up or refused):
            passed.add(f"{method} {path}")
    assert tried > 80
    assert passed <= OPEN
    assert f"GET {SET_UP}" in passed


async def test_it_holds_for_whoever_is_given_such_a_role_while_signed_in(
    browser: AsyncClient, app_db: Database, stage: Stage
) -> None:
    user = await make_user(app_db, stage.franchise_id, Role.DISPATCHER)
    await enter(browser, user)
    assert (await browser.get("/board")).status_code == 200
    async with app_db.begin(stage.franchise_id, "staff:x") as uow:
        await change_role(uow, user.id, Role.OWNER, granter=Role.OPERATOR)
    assert (await browser.get("/board")).headers["location"] == SET_UP


async def test_a_half_open_session_may_sign_out(browser: AsyncClient, boss: Staff) -> None:
    await enter(browser, boss)
    answer = await send(browser, "/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert (await browser.get(SET_UP)).headers["location"].startswith("/login")


async def test_new_codes_and_turning_off_take_a_code(
    browser: AsyncClient, app_db: Database, settings: Settings, boss: Staff
) -> None:
    app = await make_factor(app_db, settings, boss)
    await enter(browser, boss)
    await browser.post("/login/code", data={"code": app.code()})
    for address in (f"{SET_UP}/codes", f"{SET_UP}/off"):
        refused = await send(browser, address, code="000000")
        assert refused.status_code == 401
        assert "wrong or was used" in refused.text
    fresh = await send(browser, f"{SET_UP}/codes", code=app.code(1))
    codes = re.findall(r"<code>([0-9a-z-]{19})</code>", fresh.text)
    assert len(codes) == 10
    assert not set(codes) & set(app.recovery_codes)
    off = await send(browser, f"{SET_UP}/off", code=codes[0])
    assert off.headers["location"] == SET_UP
    assert (await browser.get("/board")).headers["location"] == SET_UP, "his role may not be without"


async def test_who_need_not_may_have_one(dispatcher: AsyncClient) -> None:
    page = (await dispatcher.get(SET_UP)).text
    assert "navbar" in page
    assert "Your role needs" not in page
    await send(dispatcher, f"{SET_UP}/begin")
    key = key_of((await dispatcher.get(SET_UP)).text)
    await send(dispatcher, f"{SET_UP}/confirm", code=Authenticator(key, ()).code())
    assert "Turn off" in (await dispatcher.get(SET_UP)).text


async def test_changes_to_it_take_the_pages_own_token(dispatcher: AsyncClient) -> None:
    for step in ("begin", "confirm", "codes", "off"):
        assert (await dispatcher.post(f"{SET_UP}/{step}", data={"code": "000000"})).status_code == 403
