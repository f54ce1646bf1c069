"""The own account: devices, password, phone; and the page everybody lands on."""

import re

import asyncpg
import pytest
from httpx import AsyncClient

from dispatch.access.roles import Role, can
from dispatch.kit.uow import Database
from dispatch.web.devices import Device, device_of
from dispatch.web.frame import PLACES
from tests.factories.access import PASSWORD, bearer, make_session, make_token, make_user
from tests.factories.stage import Stage

NEW = "a new and long password"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0"


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


def devices_of(page: str) -> list[str]:
    return re.findall(r'data-session="([0-9a-f]{16})"', page)


async def sign_in(browser: AsyncClient, login: str, password: str = PASSWORD, wanted: str = "/") -> str:
    answer = await browser.post(
        "/login", data={"login": login, "password": password, "next": wanted}, headers={"User-Agent": FIREFOX}
    )
    return answer.headers.get("location", "")


async def test_devices_are_shown_in_words_and_ended_one_by_one(
    stranger: AsyncClient, app_db: Database, owner: asyncpg.Connection, stage: Stage
) -> None:
    user = await make_user(app_db, stage.franchise_id)
    await make_session(app_db, user)
    lost = await make_session(app_db, user)
    await sign_in(stranger, user.login)
    page = (await stranger.get("/account")).text
    assert len(devices_of(page)) == 3
    assert "Firefox · Windows" in page
    assert "Unknown device" in page
    assert page.count("this one") == 1
    here = devices_of(page)[0]
    token = csrf_of(page)
    assert f"/account/sessions/{here}/end" not in page, "this one is signed out of by its own button"
    lost_id = await owner.fetchval("SELECT left(encode(sha256($1), 'hex'), 16)", lost.encode())
    ended = f"/account/sessions/{lost_id}/end"
    assert (await stranger.post(ended)).status_code == 403
    answer = await stranger.post(ended, data={"csrf": token})
    assert (answer.status_code, answer.headers["location"]) == (303, "/account?done=session")
    assert (await stranger.get("/api/v1/auth/me", headers=bearer(lost))).status_code == 401
    assert "Signed out there" in (await stranger.get("/account?done=session")).text
    again = await stranger.post(ended, data={"csrf": token})
    assert again.headers["location"] == "/account"
    await stranger.post("/account/sessions/end-others", data={"csrf": token})
    page = (await stranger.get("/account?done=sessions")).text
    assert devices_of(page) == [here]
    assert "end-others" not in page


async def test_nobody_ends_a_session_that_is_not_his(stranger: AsyncClient, app_db: Database, stage: Stage) -> None:
    other = await make_session(app_db, await make_user(app_db, stage.franchise_id))
    listed = (await stranger.get("/api/v1/auth/sessions", headers=bearer(other))).json()["items"]
    assert listed[0]["last_seen_at"]
    await sign_in(stranger, (await make_user(app_db, stage.franchise_id)).login)
    token = csrf_of((await stranger.get("/account")).text)
    answer = await stranger.post(f"/account/sessions/{listed[0]['id']}/end", data={"csrf": token})
    assert answer.headers["location"] == "/account"
    assert (await stranger.get("/api/v1/auth/me", headers=bearer(other))).status_code == 200


async def test_a_request_writes_down_that_the_session_is_in_use(
    dispatcher: AsyncClient, owner: asyncpg.Connection
) -> None:
    await owner.execute("UPDATE sessions SET last_seen_at = now() - interval '1 hour'")
    await dispatcher.get("/board")
    assert await owner.fetchval("SELECT count(*) FROM sessions WHERE last_seen_at > now() - interval '1 minute'") == 1


async def test_the_password_is_changed_and_this_session_stays(
    stranger: AsyncClient, app_db: Database, stage: Stage
) -> None:
    user = await make_user(app_db, stage.franchise_id)
    other = await make_session(app_db, user)
    await sign_in(stranger, user.login)
    token = csrf_of((await stranger.get("/account/password")).text)
    for form, words in (
        ({"present": "wrong", "password": NEW, "again": NEW}, "present password is wrong"),
        ({"present": PASSWORD, "password": "short", "again": "short"}, "at least 10 characters"),
        ({"present": PASSWORD, "password": NEW, "again": "another long one"}, "two passwords differ"),
    ):
        answer = await stranger.post("/account/password", data={"csrf": token} | form)
        assert answer.status_code in {403, 422}
        assert words in answer.text
    form = {"present": PASSWORD, "password": NEW, "again": NEW}
    assert (await stranger.post("/account/password", data=form)).status_code == 403, "without the page's own token"
    answer = await stranger.post("/account/password", data={"csrf": token} | form)
    assert answer.headers["location"] == "/account?done=password"
    assert "The password is changed" in (await stranger.get("/account?done=password")).text
    assert (await stranger.get("/api/v1/auth/me", headers=bearer(other))).status_code == 401
    assert await sign_in(stranger, user.login, NEW) == "/"


async def test_a_phone_is_confirmed_by_a_code_and_shown_without_its_middle(
    dispatcher: AsyncClient, owner: asyncpg.Connection
) -> None:
    token = csrf_of((await dispatcher.get("/account/phone")).text)
    wrong = await dispatcher.post("/account/phone", data={"csrf": token, "present": PASSWORD, "phone": "ring me"})
    assert wrong.status_code == 422
    form = {"csrf": token, "present": "x", "phone": "8 921 123-45-67"}
    assert "present password is wrong" in (await dispatcher.post("/account/phone", data=form)).text
    asked = await dispatcher.post("/account/phone", data=form | {"present": PASSWORD})
    assert 'name="phone" value="+79211234567"' in asked.text
    body = await owner.fetchval("SELECT body FROM messages WHERE template = 'password_reset' ORDER BY id DESC LIMIT 1")
    code = re.search(r"[0-9]{6}", body)
    assert code is not None
    assert "+7 921" not in (await dispatcher.get("/account")).text
    proof = {"csrf": token, "phone": "+79211234567"}
    refused = await dispatcher.post("/account/phone/code", data=proof | {"code": "nothing"})
    assert (refused.status_code, "too old" in refused.text) == (422, True)
    done = await dispatcher.post("/account/phone/code", data=proof | {"code": code[0]})
    assert done.headers["location"] == "/account?done=phone"
    page = (await dispatcher.get("/account?done=phone")).text
    assert "+7 921 •••-••-67" in page
    assert "1234567" not in page.replace("-", "").replace(" ", "")
    gone = await dispatcher.post("/account/phone", data={"csrf": token, "present": PASSWORD, "phone": ""})
    assert gone.headers["location"] == "/account?done=phone"
    assert "+7 921" not in (await dispatcher.get("/account")).text


async def test_somebody_changes_his_own_name(dispatcher: AsyncClient, owner: asyncpg.Connection) -> None:
    token = csrf_of((await dispatcher.get("/account/name")).text)
    assert (await dispatcher.post("/account/name", data={"csrf": token, "name": " "})).status_code == 422
    assert (await dispatcher.post("/account/name", data={"csrf": token, "name": "Анна Новая"})).status_code == 303
    assert "Анна Новая" in (await dispatcher.get("/board")).text
    trail = await owner.fetchrow(
        "SELECT actor, after FROM audit_log WHERE entity = 'staff_users' ORDER BY id DESC LIMIT 1"
    )
    assert trail["actor"].startswith("staff:")
    assert "Анна Новая" in trail["after"]


async def test_a_program_has_no_account_to_look_at(stranger: AsyncClient, app_db: Database, stage: Stage) -> None:
    token = bearer(await make_token(app_db, await make_user(app_db, stage.franchise_id, Role.OWNER)))
    for page in ("/account", "/account/name", "/account/password", "/account/phone", "/account/second-factor"):
        assert (await stranger.get(page, headers=token)).status_code == 403


@pytest.mark.parametrize("role", list(Role))
async def test_everybody_lands_on_a_page_he_may_open(
    stranger: AsyncClient, app_db: Database, stage: Stage, role: Role
) -> None:
    user = await make_user(app_db, stage.franchise_id, role)
    for wanted in ("/", "/board", "/board?day=tomorrow"):
        address = await sign_in(stranger, user.login, wanted=wanted)
        answer = await stranger.get(address, follow_redirects=True)
        assert answer.status_code == 200
        open_to_him = [place.address for place in PLACES if can(role, place.permission)]
        # Whose work is on site begins there, though he may look at the board.
        first = "/site" if role is Role.FOREMAN else next(iter(open_to_him), "/")
        assert ("There is no page for your role yet" in answer.text) is (not open_to_him)
        assert answer.url.path == ("/board" if wanted != "/" and "/board" in open_to_him else first)
    assert (await stranger.get("/account")).status_code == 200


async def test_an_unknown_word_in_the_address_is_refused(dispatcher: AsyncClient) -> None:
    assert (await dispatcher.get("/account?done=everything")).status_code == 422


_KIT = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0"


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (FIREFOX, Device("Firefox", "Windows")),
        (f"Mozilla/5.0 (Linux; Android 10; K) {_KIT} Mobile Safari/537.36", Device("Chrome", "Android")),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Safari/604.1", Device("Safari", "iPhone")),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_KIT} YaBrowser/24.12", Device("Yandex Browser", "macOS")),
        (f"Mozilla/5.0 (X11; Linux x86_64) {_KIT} Safari/537.36 Edg/131.0.0.0", Device("Edge", "Linux")),
        ("curl/8.5.0", Device("curl", "")),
        ("", Device("", "")),
    ],
)
def test_a_browser_is_named_as_people_know_it(user_agent: str, device: Device) -> None:
    assert device_of(user_agent) == device
