import asyncio

import asyncpg
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from httpx import AsyncClient, Response

from dispatch.access.roles import PERMISSIONS, Permission, Role
from dispatch.access.service import change_role, disable_user
from dispatch.access.throttle import FREE_ATTEMPTS
from dispatch.api.deps import SESSION_COOKIE
from dispatch.api.openapi import classified
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from tests.factories.access import PASSWORD, Staff, bearer, make_session, make_token, make_user
from tests.factories.tenancy import make_franchise

ME = "/api/v1/auth/me"
OWN = "/api/v1/franchises/own"


@pytest.fixture
async def boss(settings: Settings, app_db: Database) -> Staff:
    franchise = await make_franchise(settings)
    await make_user(app_db, franchise.id, Role.OWNER)
    return await make_user(app_db, franchise.id, Role.OWNER)


def assert_problem(response: Response, status: int, code: str) -> None:
    assert (response.status_code, response.json()["code"]) == (status, code), response.text
    assert response.headers["content-type"] == "application/problem+json"


async def log_in(http: AsyncClient, login: str, password: str = PASSWORD) -> Response:
    return await http.post("/api/v1/auth/login", json={"login": login, "password": password})


async def test_sign_in_say_who_and_sign_out(http: AsyncClient, boss: Staff) -> None:
    answer = await log_in(http, boss.login)
    assert answer.status_code == 200
    session = answer.json()
    assert session["user_id"] == str(boss.id)
    assert session["expires_at"].endswith(("Z", "+00:00"))
    me = (await http.get(ME, headers=bearer(session["token"]))).json()
    assert (me["kind"], me["role"], me["test"]) == ("staff", "owner", False)
    assert set(me["permissions"]) == PERMISSIONS[Role.OWNER]
    assert (await http.post("/api/v1/auth/logout", headers=bearer(session["token"]))).status_code == 204
    assert_problem(await http.get(ME, headers=bearer(session["token"])), 401, "credentials_rejected")


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer " + "x" * 5000},
        {"Authorization": "Bearer пароль".encode()},
        {"Cookie": f"{SESSION_COOKIE}=nonsense"},
    ],
)
async def test_a_credential_that_is_none_is_401(http: AsyncClient, headers: dict[str, str | bytes]) -> None:
    answer = await http.get(ME, headers=headers)
    assert_problem(answer, 401, "credentials_rejected")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_no_credential_is_401(http: AsyncClient) -> None:
    assert_problem(await http.get(ME), 401, "credentials_missing")


async def test_wrong_passwords_stay_counted_after_the_401_and_lock_the_login(
    http: AsyncClient, owner: asyncpg.Connection, boss: Staff
) -> None:
    answers = await asyncio.gather(*(log_in(http, boss.login, "wrong password") for _ in range(FREE_ATTEMPTS)))
    assert {answer.status_code for answer in answers} == {401}
    assert answers[0].json()["code"] == "login_refused"
    counted = "SELECT failures FROM login_attempts WHERE login_sha256 = sha256($1)"
    assert await owner.fetchval(counted, boss.login.encode()) == FREE_ATTEMPTS
    locked = await log_in(http, boss.login)
    assert_problem(locked, 429, "login_locked")
    assert 0 < int(locked.headers["retry-after"]) <= 30
    unknown = await log_in(http, "nobody")
    assert unknown.json() == answers[0].json()


async def test_a_password_is_never_repeated_in_an_answer(http: AsyncClient) -> None:
    answer = await http.post("/api/v1/auth/login", json={"login": 7, "password": "s3cret" * 99})
    assert answer.status_code == 422
    assert "s3cret" not in answer.text


async def test_a_cookie_may_read_but_changes_need_our_own_pages(
    http: AsyncClient, app_db: Database, boss: Staff
) -> None:
    session = await make_session(app_db, boss)
    cookie = {"Cookie": f"{SESSION_COOKIE}={session}"}
    assert (await http.get(ME, headers=cookie)).status_code == 200
    logout = "/api/v1/auth/logout"
    for elsewhere in (
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://testserver"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ):
        assert_problem(await http.post(logout, headers=cookie | elsewhere), 403, "cross_site_request")
    assert (await http.post(logout, headers=cookie | {"Origin": "http://testserver"})).status_code == 204
    again = {"Cookie": f"{SESSION_COOKIE}={await make_session(app_db, boss)}"}
    assert (await http.post(logout, headers=again | {"Sec-Fetch-Site": "same-origin"})).status_code == 204


async def test_a_revoked_session_is_dead_on_the_next_request(http: AsyncClient, app_db: Database, boss: Staff) -> None:
    lost, kept = await make_session(app_db, boss), await make_session(app_db, boss)
    listed = (await http.get("/api/v1/auth/sessions", headers=bearer(kept))).json()["items"]
    other = next(session["id"] for session in listed if not session["current"])
    path = f"/api/v1/auth/sessions/{other}"
    assert (await http.delete(path, headers=bearer(kept))).status_code == 204
    assert_problem(await http.get(ME, headers=bearer(lost)), 401, "credentials_rejected")
    assert_problem(await http.delete(path, headers=bearer(kept)), 404, "session_not_found")
    assert (await http.get(ME, headers=bearer(kept))).status_code == 200


async def test_a_token_is_made_used_listed_and_revoked(http: AsyncClient, app_db: Database, boss: Staff) -> None:
    session = bearer(await make_session(app_db, boss))
    body = {"name": "CRM", "role": "dispatcher", "test": True}
    made = await http.post("/api/v1/auth/tokens", json=body, headers=session)
    assert made.status_code == 201
    secret, token_id = made.json()["token"], made.json()["id"]
    me = (await http.get(ME, headers=bearer(secret))).json()
    assert (me["kind"], me["id"], me["name"], me["role"], me["test"]) == ("token", token_id, "CRM", "dispatcher", True)
    listed = await http.get("/api/v1/auth/tokens", headers=session)
    assert [token["id"] for token in listed.json()["items"]] == [token_id]
    assert secret not in listed.text
    assert (await http.delete(f"/api/v1/auth/tokens/{token_id}", headers=session)).status_code == 204
    assert_problem(await http.get(ME, headers=bearer(secret)), 401, "credentials_rejected")


async def test_tokens_are_paged_newest_first(http: AsyncClient, app_db: Database, boss: Staff) -> None:
    for _ in range(5):
        await make_token(app_db, boss)
    session = bearer(await make_session(app_db, boss))
    seen: list[str] = []
    params: dict[str, str | int] = {"limit": 2}
    while True:
        page = (await http.get("/api/v1/auth/tokens", params=params, headers=session)).json()
        seen += [token["created_at"] for token in page["items"]]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    assert len(seen) == 5
    assert seen == sorted(seen, reverse=True)
    wrong = await http.get("/api/v1/auth/tokens", params={"cursor": "x"}, headers=session)
    assert_problem(wrong, 422, "cursor_invalid")


async def test_a_program_makes_no_tokens_and_nobody_raises_himself(
    http: AsyncClient, app_db: Database, boss: Staff
) -> None:
    program = bearer(await make_token(app_db, boss, Role.OWNER))
    person = bearer(await make_session(app_db, boss))
    plain = {"name": "x", "role": "dispatcher"}
    assert_problem(await http.post("/api/v1/auth/tokens", json=plain, headers=program), 403, "people_only")
    high = {"name": "x", "role": "operator"}
    assert_problem(await http.post("/api/v1/auth/tokens", json=high, headers=person), 403, "role_not_grantable")
    assert_problem(await http.post("/api/v1/auth/logout", headers=program), 404, "session_not_found")


async def test_a_lost_role_and_a_closed_account_count_on_the_next_request(
    http: AsyncClient, app_db: Database, boss: Staff
) -> None:
    session = bearer(await make_session(app_db, boss))
    tokens = "/api/v1/auth/tokens"
    assert (await http.get(tokens, headers=session)).status_code == 200
    async with app_db.begin(boss.franchise_id, "staff:x") as uow:
        await change_role(uow, boss.id, Role.DISPATCHER, granter=Role.OWNER)
    refused = await http.get(tokens, headers=session)
    assert_problem(refused, 403, "permission_missing")
    assert refused.json()["permission"] == Permission.TOKENS_ADMIN
    async with app_db.begin(boss.franchise_id, "staff:x") as uow:
        await disable_user(uow, boss.id, granter=Role.OWNER)
    assert_problem(await http.get(ME, headers=session), 401, "credentials_rejected")


async def test_another_franchises_token_does_not_exist(
    http: AsyncClient, settings: Settings, app_db: Database, boss: Staff
) -> None:
    stranger = await make_user(app_db, (await make_franchise(settings)).id, Role.OWNER)
    await make_token(app_db, stranger)
    theirs = bearer(await make_session(app_db, stranger))
    token_id = (await http.get("/api/v1/auth/tokens", headers=theirs)).json()["items"][0]["id"]
    mine = bearer(await make_session(app_db, boss))
    assert (await http.get("/api/v1/auth/tokens", headers=mine)).json()["items"] == []
    assert_problem(await http.delete(f"/api/v1/auth/tokens/{token_id}", headers=mine), 404, "token_not_found")


async def test_who_may_not_learns_nothing_about_what_he_sent(http: AsyncClient, app_db: Database, boss: Staff) -> None:
    foreman = bearer(await make_session(app_db, await make_user(app_db, boss.franchise_id, Role.FOREMAN)))
    for body in ({"name": "x"}, {"colour": 7}):
        assert_problem(await http.patch(OWN, json=body, headers=foreman), 403, "permission_missing")


def test_every_route_says_who_may_use_it(app: FastAPI) -> None:
    routes = classified(app)
    assert len(routes) > 10
    assert [route for route in routes if route[2] is None] == []
    assert {name for path, _, name in routes if path.startswith("/api/")} <= {*Permission, "public", "signed_in"}
    assert ("/api/v1/auth/login", "POST", "public") in routes
    assert all(
        hasattr(route, "dependencies") or route.path == "/openapi.json" for route in iter_route_contexts(app.routes)
    )
