import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest
from pydantic import SecretStr, ValidationError

from dispatch.access.commands import CreateToken, CreateUser
from dispatch.access.errors import (
    CONSTRAINTS,
    LastOwner,
    LoginTaken,
    RoleNotGrantable,
    TokenExpiryInPast,
    TokenNotFound,
    UserNotFound,
)
from dispatch.access.queries import tokens, user_by_login, users
from dispatch.access.roles import Role
from dispatch.access.service import (
    change_role,
    create_token,
    create_user,
    disable_user,
    reset_password,
    revoke_token,
)
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from tests.factories.access import PASSWORD, Staff, make_session, make_token, make_user
from tests.factories.tenancy import make_franchise


async def role_of(database: Database, token: str) -> str | None:
    async with database.begin(None, "system:test") as uow:
        role: str | None = await uow.fetchval("SELECT role FROM principal_of(sha256($1))", token.encode())
    return role


async def test_a_login_is_one_for_the_network(settings: Settings, app_db: Database) -> None:
    mine, other = await make_franchise(settings), await make_franchise(settings)
    await make_user(app_db, mine.id, login="anna")
    database = Database(app_db.engine, constraints=CONSTRAINTS)
    with pytest.raises(LoginTaken):
        await make_user(database, other.id, login="ANNA")


async def test_neither_password_nor_hash_is_audited(
    settings: Settings, app_db: Database, owner: asyncpg.Connection
) -> None:
    franchise = await make_franchise(settings)
    user = await make_user(app_db, franchise.id)
    row = await owner.fetchrow(
        "SELECT actor, after FROM audit_log WHERE entity = 'staff_users' AND entity_id = $1", str(user.id)
    )
    assert row is not None
    assert row["actor"] == "system:test"
    assert "argon2" not in row["after"]
    stored = await owner.fetchval("SELECT password_hash FROM staff_users WHERE id = $1", user.id)
    assert stored.startswith("$argon2id$")
    assert PASSWORD not in stored


async def test_an_owner_opens_accounts_below_hq_only(settings: Settings, app_db: Database) -> None:
    franchise = await make_franchise(settings)
    command = CreateUser(login="boss", name="Б", role=Role.HQ, password=SecretStr(PASSWORD))
    with pytest.raises(RoleNotGrantable):
        async with app_db.begin(franchise.id, "staff:o") as uow:
            await create_user(uow, command, granter=Role.OWNER)


@pytest.mark.parametrize("facts", [{"login": "a b"}, {"login": "x"}, {"password": "short"}, {"login": "аnna"}])
def test_a_malformed_account_is_refused(facts: dict[str, str]) -> None:
    given = {"login": "anna", "name": "Анна", "role": "dispatcher", "password": PASSWORD}
    CreateUser.model_validate(given)
    with pytest.raises(ValidationError):
        CreateUser.model_validate(given | facts)


async def test_a_changed_role_counts_at_once_for_session_and_tokens(settings: Settings, app_db: Database) -> None:
    franchise = await make_franchise(settings)
    await make_user(app_db, franchise.id, Role.OWNER)
    boss = await make_user(app_db, franchise.id, Role.OWNER)
    session, token = await make_session(app_db, boss), await make_token(app_db, boss)
    assert (await role_of(app_db, session), await role_of(app_db, token)) == ("owner", "dispatcher")
    async with app_db.begin(franchise.id, "staff:o") as uow:
        await change_role(uow, boss.id, Role.ACCOUNTANT, granter=Role.OWNER)
    assert (await role_of(app_db, session), await role_of(app_db, token)) == ("accountant", None)


async def test_a_closed_account_is_out_with_its_tokens(settings: Settings, app_db: Database) -> None:
    franchise = await make_franchise(settings)
    user = await make_user(app_db, franchise.id)
    session, token = await make_session(app_db, user), await make_token(app_db, user)
    for _ in range(2):
        async with app_db.begin(franchise.id, "staff:o") as uow:
            assert (await disable_user(uow, user.id, granter=Role.OWNER)).disabled_at is not None
    assert (await role_of(app_db, session), await role_of(app_db, token)) == (None, None)


async def test_a_new_password_ends_every_session(settings: Settings, app_db: Database) -> None:
    franchise = await make_franchise(settings)
    user = await make_user(app_db, franchise.id)
    session = await make_session(app_db, user)
    async with app_db.begin(franchise.id, "staff:o") as uow:
        await reset_password(uow, user.id, PASSWORD, granter=Role.OWNER)
    assert await role_of(app_db, session) is None
    assert await role_of(app_db, await make_session(app_db, user)) == "dispatcher"


async def test_the_last_owner_stays(settings: Settings, app_db: Database) -> None:
    franchise = await make_franchise(settings)
    boss = await make_user(app_db, franchise.id, Role.OWNER)
    for act in (
        lambda uow: change_role(uow, boss.id, Role.DISPATCHER, granter=Role.OWNER),
        lambda uow: disable_user(uow, boss.id, granter=Role.OWNER),
    ):
        with pytest.raises(LastOwner):
            async with app_db.begin(franchise.id, "staff:o") as uow:
                await act(uow)


async def test_two_owners_dismiss_one_another_and_one_stays(settings: Settings, app_db: Database) -> None:
    async def dismiss(user: Staff) -> None:
        async with app_db.begin(user.franchise_id, "staff:o") as uow:
            await disable_user(uow, user.id, granter=Role.OWNER)

    for _ in range(5):
        franchise = await make_franchise(settings)
        pair = [await make_user(app_db, franchise.id, Role.OWNER) for _ in range(2)]
        results = await asyncio.gather(*(dismiss(user) for user in pair), return_exceptions=True)
        assert sorted(type(result).__name__ for result in results) == ["LastOwner", "NoneType"]


async def test_accounts_of_another_franchise_do_not_exist(settings: Settings, app_db: Database) -> None:
    mine, other = await make_franchise(settings), await make_franchise(settings)
    stranger = await make_user(app_db, other.id, login="stranger")
    async with app_db.begin(mine.id, "staff:o") as uow:
        assert await users(uow) == []
        with pytest.raises(UserNotFound):
            await disable_user(uow, stranger.id, granter=Role.OPERATOR)
        with pytest.raises(UserNotFound):
            await user_by_login(uow, "stranger")


async def test_a_token_is_kept_as_a_hash_and_revoked_once(
    settings: Settings, app_db: Database, owner: asyncpg.Connection
) -> None:
    franchise = await make_franchise(settings)
    user = await make_user(app_db, franchise.id)
    live = await make_token(app_db, user)
    simulated = await make_token(app_db, user, test=True)
    assert live.startswith("dlive_")
    assert simulated.startswith("dtest_")
    assert await owner.fetchval("SELECT test FROM principal_of(sha256($1))", simulated.encode())
    async with app_db.begin(franchise.id, user.actor) as uow:
        listed = await tokens(uow, before=None, limit=10)
        assert {token.test for token in listed} == {True, False}
        for _ in range(2):
            assert (await revoke_token(uow, listed[0].id)).revoked_at is not None
        with pytest.raises(TokenNotFound):
            await revoke_token(uow, new_id())
    assert sorted([await role_of(app_db, live) is None, await role_of(app_db, simulated) is None]) == [False, True]


async def test_a_token_expires_in_real_time_and_never_in_the_past(settings: Settings, app_db: Database) -> None:
    franchise = await make_franchise(settings)
    user = await make_user(app_db, franchise.id)
    past = CreateToken(name="x", role=Role.FOREMAN, expires_at=datetime(2020, 1, 1, tzinfo=UTC))
    with pytest.raises(TokenExpiryInPast):
        async with app_db.begin(franchise.id, user.actor) as uow:
            await create_token(uow, past, created_by=user.id, granter=Role.OPERATOR)
    with pytest.raises(RoleNotGrantable):
        async with app_db.begin(franchise.id, user.actor) as uow:
            await create_token(uow, CreateToken(name="x", role=Role.HQ), created_by=user.id, granter=Role.OWNER)
