"""The API is no way round the second factor."""

import asyncpg
import pytest
import pytest_asyncio
from httpx import ASGITransport, AsyncClient

from dispatch.access.roles import Role
from dispatch.app import create_app
from dispatch.kit.uow import Database
from dispatch.settings import SecondFactor, Settings
from tests.factories.access import PASSWORD, Staff, bearer, make_factor, make_token, make_user
from tests.factories.desk import assert_problem
from tests.factories.tenancy import make_franchise

LOGIN = "/api/v1/auth/login"
ME = "/api/v1/auth/me"


@pytest_asyncio.fixture(loop_scope="session")
async def boss(settings: Settings, app_db: Database) -> Staff:
    return await make_user(app_db, (await make_franchise(settings)).id, Role.OWNER)


async def test_a_code_is_asked_for_beside_the_password(
    http: AsyncClient, app_db: Database, settings: Settings, owner: asyncpg.Connection, boss: Staff
) -> None:
    app = await make_factor(app_db, settings, boss)
    body = {"login": boss.login, "password": PASSWORD}
    assert_problem(await http.post(LOGIN, json=body), 401, "second_factor_required")
    assert_problem(await http.post(LOGIN, json=body | {"password": "wrong"}), 401, "login_refused")
    assert_problem(await http.post(LOGIN, json=body | {"code": "000000"}), 401, "second_factor_refused")
    assert await owner.fetchval("SELECT count(*) FROM sessions WHERE user_id = $1", boss.id) == 0
    code = app.code()
    answer = await http.post(LOGIN, json=body | {"code": code})
    assert answer.status_code == 200
    assert (await http.get(ME, headers=bearer(answer.json()["token"]))).json()["id"] == str(boss.id)
    assert_problem(await http.post(LOGIN, json=body | {"code": code}), 401, "second_factor_refused")
    assert (await http.post(LOGIN, json=body | {"code": app.recovery_codes[0]})).status_code == 200


async def test_guessing_codes_is_locked(http: AsyncClient, app_db: Database, settings: Settings, boss: Staff) -> None:
    app = await make_factor(app_db, settings, boss)
    body = {"login": boss.login, "password": PASSWORD}
    for _ in range(10):
        await http.post(LOGIN, json=body | {"code": "000000"})
    locked = await http.post(LOGIN, json=body | {"code": app.code()})
    assert_problem(locked, 429, "second_factor_locked")
    assert 0 < int(locked.headers["retry-after"]) <= 30


async def test_a_code_is_not_repeated_and_is_of_some_length(http: AsyncClient) -> None:
    for code in ("", "s3cret" * 20, 123456):
        answer = await http.post(LOGIN, json={"login": "x", "password": "y", "code": code})
        assert answer.status_code == 422
        assert "s3cret" not in answer.text


@pytest.mark.parametrize("role", [Role.OWNER, Role.HQ, Role.OPERATOR])
async def test_who_must_have_one_gets_no_session_without(
    settings: Settings, app_db: Database, owner: asyncpg.Connection, boss: Staff, role: Role
) -> None:
    user = await make_user(app_db, boss.franchise_id, role)
    program = await make_token(app_db, boss)
    strict = create_app(settings.model_copy(update={"totp": SecondFactor.REQUIRED}))
    async with (
        strict.router.lifespan_context(strict),
        AsyncClient(transport=ASGITransport(strict), base_url="http://testserver") as client,
    ):
        body = {"login": user.login, "password": PASSWORD}
        assert_problem(await client.post(LOGIN, json=body), 403, "second_factor_not_set_up")
        assert await owner.fetchval("SELECT count(*) FROM sessions WHERE user_id = $1", user.id) == 0
        assert (await client.get(ME, headers=bearer(program))).status_code == 200, "programs have no second factor"
        app = await make_factor(app_db, settings, user)
        answer = await client.post(LOGIN, json=body | {"code": app.code()})
        assert (await client.get(ME, headers=bearer(answer.json()["token"]))).status_code == 200
