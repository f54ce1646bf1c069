"""A second factor: nothing opens without it, no code works twice, and guessing is slowed down."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import asyncpg
import pytest
from pydantic import SecretStr

from dispatch.access.commands import LogIn
from dispatch.access.errors import (
    LoginRefused,
    RoleNotGrantable,
    SecondFactorAlreadySetUp,
    SecondFactorLocked,
    SecondFactorMissing,
    SecondFactorNotSetUp,
    SecondFactorRefused,
    SecondFactorRequired,
    SignInExpired,
    UserNotFound,
)
from dispatch.access.queries import live_sessions
from dispatch.access.roles import Role
from dispatch.access.rules import is_timed, typed_code
from dispatch.access.second_factor import (
    begin_second_factor,
    confirm_second_factor,
    factor_of,
    key_to_show,
    must_have_second_factor,
    renew_recovery_codes,
    take_second_factor_away,
    turn_off_second_factor,
)
from dispatch.access.service import disable_user, reset_password
from dispatch.access.sign_in import CodeAwaited, SignedIn, begin_sign_in, finish_sign_in, log_in
from dispatch.access.throttle import FREE_ATTEMPTS
from dispatch.kit.ids import new_id
from dispatch.kit.tokens import hash_token
from dispatch.kit.uow import Database
from dispatch.settings import SecondFactor, Settings
from tests.factories.access import PASSWORD, Authenticator, Staff, make_factor, make_session, make_user
from tests.factories.tenancy import make_franchise


@pytest.fixture
async def staff(settings: Settings, app_db: Database) -> Staff:
    return await make_user(app_db, (await make_franchise(settings)).id)


@pytest.fixture
async def app(settings: Settings, app_db: Database, staff: Staff) -> Authenticator:
    return await make_factor(app_db, settings, staff)


@pytest.fixture
def strict(settings: Settings) -> Settings:
    return settings.model_copy(update={"totp": SecondFactor.REQUIRED})


def typed(login: str, code: str | None = None, password: str = PASSWORD) -> LogIn:
    return LogIn(login=login, password=SecretStr(password), code=None if code is None else SecretStr(code))


async def waiting(database: Database, settings: Settings, staff: Staff) -> str:
    begun = await begin_sign_in(database, settings, typed(staff.login))
    assert isinstance(begun, CodeAwaited)
    return begun.token


async def sessions_of(owner: asyncpg.Connection, staff: Staff) -> int:
    count: int = await owner.fetchval(
        "SELECT count(*) FROM sessions WHERE user_id = $1 AND revoked_at IS NULL", staff.id
    )
    return count


async def test_the_password_alone_opens_nothing(
    app_db: Database, settings: Settings, owner: asyncpg.Connection, staff: Staff, app: Authenticator
) -> None:
    with pytest.raises(SecondFactorRequired):
        await log_in(app_db, settings, typed(staff.login))
    for code in ("000000", "", "abcd-abcd-abcd-abcd", "x" * 40):
        with pytest.raises(SecondFactorRefused):
            await log_in(app_db, settings, typed(staff.login, code or " "))
    assert await sessions_of(owner, staff) == 0
    with pytest.raises(LoginRefused):
        await log_in(app_db, settings, typed(staff.login, app.code(), "wrong password"))
    assert (await log_in(app_db, settings, typed(staff.login, app.code()))).user_id == staff.id


async def test_a_right_password_without_its_code_is_no_wrong_password(
    app_db: Database, settings: Settings, staff: Staff, app: Authenticator
) -> None:
    for _ in range(FREE_ATTEMPTS + 2):
        with pytest.raises(SecondFactorRequired):
            await log_in(app_db, settings, typed(staff.login))


async def test_a_code_works_once_and_so_does_none_before_it(
    app_db: Database, settings: Settings, staff: Staff, app: Authenticator
) -> None:
    before, now = app.code(-1), app.code()
    await log_in(app_db, settings, typed(staff.login, now))
    for used in (now, before):
        with pytest.raises(SecondFactorRefused):
            await log_in(app_db, settings, typed(staff.login, used))
    await log_in(app_db, settings, typed(staff.login, app.code(1)))


async def test_of_one_code_sent_side_by_side_one_wins(
    app_db: Database, settings: Settings, owner: asyncpg.Connection, staff: Staff, app: Authenticator
) -> None:
    code = app.code()
    tokens = [await waiting(app_db, settings, staff) for _ in range(5)]
    answers = await asyncio.gather(
        *(finish_sign_in(app_db, settings, token, code) for token in tokens), return_exceptions=True
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["SecondFactorRefused"] * 4 + ["SignedIn"]
    assert await sessions_of(owner, staff) == 1


async def test_a_recovery_code_works_once(
    app_db: Database, settings: Settings, staff: Staff, app: Authenticator
) -> None:
    code = app.recovery_codes[3]
    tries = (log_in(app_db, settings, typed(staff.login, code.upper().replace("-", " "))) for _ in range(3))
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["SecondFactorRefused"] * 2 + ["SignedIn"]
    async with app_db.begin(staff.franchise_id, staff.actor) as uow:
        factor = await factor_of(uow, staff.id)
    assert factor is not None
    assert factor.codes_left == 9


async def test_wrong_codes_are_counted_though_the_request_fails_and_lock_the_account(
    app_db: Database, settings: Settings, staff: Staff, app: Authenticator
) -> None:
    token = await waiting(app_db, settings, staff)
    answers = await asyncio.gather(
        *(finish_sign_in(app_db, settings, token, "000000") for _ in range(FREE_ATTEMPTS)), return_exceptions=True
    )
    assert {type(answer) for answer in answers} == {SecondFactorRefused}
    for attempt in (
        finish_sign_in(app_db, settings, token, app.code()),
        finish_sign_in(app_db, settings, await waiting(app_db, settings, staff), app.code()),
        log_in(app_db, settings, typed(staff.login, app.code())),
        renew_recovery_codes(app_db, settings, staff.franchise_id, staff.id, app.code()),
        turn_off_second_factor(app_db, settings, staff.franchise_id, staff.id, app.code(), keep=b""),
    ):
        with pytest.raises(SecondFactorLocked):
            await attempt


async def test_a_right_code_forgives_the_wrong_ones(
    app_db: Database, settings: Settings, owner: asyncpg.Connection, staff: Staff, app: Authenticator
) -> None:
    token = await waiting(app_db, settings, staff)
    for _ in range(3):
        with pytest.raises(SecondFactorRefused):
            await finish_sign_in(app_db, settings, token, "000000")
    await finish_sign_in(app_db, settings, token, app.code())
    key = b"code\0" + str(staff.id).encode()
    assert await owner.fetchval("SELECT failures FROM login_attempts WHERE login_sha256 = sha256($1)", key) == 0


async def test_a_sign_in_waits_ten_minutes_for_one_code(
    app_db: Database, settings: Settings, owner: asyncpg.Connection, staff: Staff, app: Authenticator
) -> None:
    token = await waiting(app_db, settings, staff)
    session = await finish_sign_in(app_db, settings, token, app.code(), user_agent="Firefox")
    assert isinstance(session, SignedIn)
    late = await waiting(app_db, settings, staff)
    await owner.execute("UPDATE sign_ins SET expires_at = now() WHERE used_at IS NULL")
    for spent in (token, late, "", "dsign_nonsense", session.token):
        with pytest.raises(SignInExpired):
            await finish_sign_in(app_db, settings, spent, app.code(1))
    await waiting(app_db, settings, staff)
    assert (
        await owner.fetchval("SELECT count(*) FROM sign_ins WHERE user_id = $1 AND expires_at <= now()", staff.id) == 0
    )


async def test_a_sign_in_that_waits_dies_with_the_password_the_account_and_the_factor(
    app_db: Database, settings: Settings, staff: Staff, app: Authenticator
) -> None:
    token = await waiting(app_db, settings, staff)
    async with app_db.begin(staff.franchise_id, "staff:o") as uow:
        await reset_password(uow, staff.id, PASSWORD, granter=Role.OWNER)
    with pytest.raises(SignInExpired):
        await finish_sign_in(app_db, settings, token, app.code())
    token = await waiting(app_db, settings, staff)
    async with app_db.begin(staff.franchise_id, "staff:o") as uow:
        with pytest.raises(RoleNotGrantable):
            await take_second_factor_away(uow, staff.id, granter=Role.DISPATCHER)
        assert await take_second_factor_away(uow, staff.id, granter=Role.OWNER)
        assert not await take_second_factor_away(uow, staff.id, granter=Role.OWNER)
    with pytest.raises(SignInExpired):
        await finish_sign_in(app_db, settings, token, app.code())
    app = await make_factor(app_db, settings, staff)
    token = await waiting(app_db, settings, staff)
    async with app_db.begin(staff.franchise_id, "staff:o") as uow:
        await disable_user(uow, staff.id, granter=Role.OWNER)
    with pytest.raises(SignInExpired):
        await finish_sign_in(app_db, settings, token, app.code())


async def test_a_factor_removed_by_hand_ends_the_sign_in_that_waits_for_it(
    app_db: Database, settings: Settings, owner: asyncpg.Connection, staff: Staff, app: Authenticator
) -> None:
    token = await waiting(app_db, settings, staff)
    await owner.execute("DELETE FROM recovery_codes WHERE user_id = $1", staff.id)
    await owner.execute("DELETE FROM second_factors WHERE id = $1", staff.id)
    with pytest.raises(SignInExpired):
        await finish_sign_in(app_db, settings, token, app.code())


async def test_it_counts_only_after_a_first_code(app_db: Database, settings: Settings, staff: Staff) -> None:
    here, there = await make_session(app_db, staff), await make_session(app_db, staff)
    keep = bytes.fromhex(hash_token(here))
    async with app_db.begin(staff.franchise_id, staff.actor) as uow:
        with pytest.raises(SecondFactorMissing):
            await confirm_second_factor(uow, settings, staff.id, "000000", keep=keep)
        await begin_second_factor(uow, staff.id)
        first = await key_to_show(uow, settings, staff.id)
        await begin_second_factor(uow, staff.id)
        second = await key_to_show(uow, settings, staff.id)
    assert first is not None
    assert second is not None
    assert first != second
    await log_in(app_db, settings, typed(staff.login))
    async with app_db.begin(staff.franchise_id, staff.actor) as uow:
        for wrong in (Authenticator(first, ()).code(), "000000", ""):
            with pytest.raises(SecondFactorRefused):
                await confirm_second_factor(uow, settings, staff.id, wrong, keep=keep)
        code = Authenticator(second, ()).code()
        assert len(await confirm_second_factor(uow, settings, staff.id, code, keep=keep)) == 10
        assert [session.current for session in await live_sessions(uow, staff.id, keep)] == [True]
        assert await key_to_show(uow, settings, staff.id) is None
        with pytest.raises(SecondFactorAlreadySetUp):
            await begin_second_factor(uow, staff.id)
        with pytest.raises(SecondFactorAlreadySetUp):
            await confirm_second_factor(uow, settings, staff.id, code, keep=keep)
        with pytest.raises(UserNotFound):
            await begin_second_factor(uow, new_id())
    with pytest.raises(SecondFactorRefused):
        await log_in(app_db, settings, typed(staff.login, code))
    assert there


@pytest.mark.parametrize("enter", [begin_sign_in, log_in])
async def test_a_factor_set_up_during_a_sign_in_wins(
    app_db: Database,
    settings: Settings,
    owner: asyncpg.Connection,
    staff: Staff,
    enter: Callable[[Database, Settings, LogIn], Awaitable[object]],
) -> None:
    """The password was right before the factor counted; the session would open after it."""
    waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"
    async with app_db.begin(staff.franchise_id, staff.actor) as uow:
        await begin_second_factor(uow, staff.id)
        key = await key_to_show(uow, settings, staff.id)
        assert key is not None
        await confirm_second_factor(uow, settings, staff.id, Authenticator(key, ()).code(), keep=b"")
        entering = asyncio.ensure_future(enter(app_db, settings, typed(staff.login)))
        async with asyncio.timeout(20):
            while not await owner.fetchval(waits):  # noqa: ASYNC110 - a lock tells nobody that it is waited for
                await asyncio.sleep(0.02)
    with pytest.raises(SecondFactorRequired):
        await entering
    assert await sessions_of(owner, staff) == 0


def test_recovery_codes_are_ten_and_never_look_like_a_code_from_the_app(app: Authenticator) -> None:
    assert len(set(app.recovery_codes)) == 10
    assert not any(is_timed(typed_code(code)) for code in app.recovery_codes)


async def test_new_recovery_codes_replace_the_old_ones(
    app_db: Database, settings: Settings, staff: Staff, app: Authenticator
) -> None:
    place = (app_db, settings, staff.franchise_id, staff.id)
    with pytest.raises(SecondFactorRefused):
        await renew_recovery_codes(*place, "000000")
    fresh = await renew_recovery_codes(*place, app.code())
    assert not set(fresh) & set(app.recovery_codes)
    with pytest.raises(SecondFactorRefused):
        await log_in(app_db, settings, typed(staff.login, app.recovery_codes[0]))
    await log_in(app_db, settings, typed(staff.login, fresh[0]))


async def test_it_is_turned_off_against_a_code(
    app_db: Database, settings: Settings, staff: Staff, app: Authenticator
) -> None:
    place = (app_db, settings, staff.franchise_id, staff.id)
    with pytest.raises(SecondFactorRefused):
        await turn_off_second_factor(*place, "000000", keep=b"")
    await turn_off_second_factor(*place, app.code(), keep=b"")
    await log_in(app_db, settings, typed(staff.login))
    with pytest.raises(SecondFactorMissing):
        await turn_off_second_factor(*place, app.code(1), keep=b"")


@pytest.mark.parametrize("role", list(Role))
async def test_who_decides_over_others_needs_one_where_it_is_required(
    app_db: Database, settings: Settings, strict: Settings, staff: Staff, role: Role
) -> None:
    must = role in {Role.OWNER, Role.HQ, Role.OPERATOR}
    assert must_have_second_factor(strict, role) is must
    assert not must_have_second_factor(settings, role)
    user = await make_user(app_db, staff.franchise_id, role)
    begun = await begin_sign_in(app_db, strict, typed(user.login))
    assert isinstance(begun, SignedIn)
    assert begun.half_open is must
    if must:
        with pytest.raises(SecondFactorNotSetUp):
            await log_in(app_db, strict, typed(user.login))
    else:
        await log_in(app_db, strict, typed(user.login))
    await log_in(app_db, settings, typed(user.login))


async def test_nothing_stored_makes_codes_without_the_installations_key(
    app_db: Database, settings: Settings, staff: Staff, app: Authenticator
) -> None:
    moved = settings.model_copy(update={"secret_key": SecretStr("another key of the same length..")})
    with pytest.raises(SecondFactorRefused):
        await log_in(app_db, moved, typed(staff.login, app.code()))


async def test_audit_says_that_it_changed_and_not_what_it_is(
    app_db: Database, settings: Settings, owner: asyncpg.Connection, staff: Staff, app: Authenticator
) -> None:
    await log_in(app_db, settings, typed(staff.login, app.code()))
    await turn_off_second_factor(app_db, settings, staff.franchise_id, staff.id, app.code(1), keep=b"")
    rows = await owner.fetch(
        "SELECT action, before, after FROM audit_log WHERE entity = 'second_factors' AND entity_id = $1 ORDER BY id",
        str(staff.id),
    )
    assert [row["action"] for row in rows] == ["insert", "update", "delete"]
    assert "secret" not in json.dumps([[row["before"], row["after"]] for row in rows])


async def test_another_franchise_sees_nothing_of_it(
    app_db: Database, settings: Settings, staff: Staff, app: Authenticator
) -> None:
    async with app_db.begin((await make_franchise(settings)).id, "staff:x") as uow:
        assert await factor_of(uow, staff.id) is None
        with pytest.raises(UserNotFound):
            await take_second_factor_away(uow, staff.id, granter=Role.OWNER)


async def test_jobs_have_no_business_with_it(jobs_db: Database, staff: Staff) -> None:
    for table in ("second_factors", "recovery_codes", "sign_ins", "password_resets"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with jobs_db.begin(staff.franchise_id, "system:test") as uow:
                await uow.fetch(f"SELECT * FROM {table}")
