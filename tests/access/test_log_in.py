import asyncio
import time
from statistics import median

import asyncpg
import pytest
from pydantic import SecretStr

from dispatch.access.commands import LogIn
from dispatch.access.errors import LoginLocked, LoginRefused, SessionNotFound
from dispatch.access.queries import live_sessions
from dispatch.access.roles import Role
from dispatch.access.service import disable_user, reset_password
from dispatch.access.sessions import log_out, revoke_session
from dispatch.access.sign_in import SESSION_LASTS, log_in
from dispatch.access.throttle import FIRST_LOCK_S, FREE_ATTEMPTS, LONGEST_LOCK_S
from dispatch.kit.tokens import hash_token
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from tests.factories.access import OPTIONAL, PASSWORD, Staff, make_session, make_user
from tests.factories.tenancy import make_franchise


@pytest.fixture
async def staff(settings: Settings, app_db: Database) -> Staff:
    return await make_user(app_db, (await make_franchise(settings)).id)


def attempt(login: str, password: str = "wrong password") -> LogIn:
    return LogIn(login=login, password=SecretStr(password))


async def failures(owner: asyncpg.Connection, login: str) -> int:
    return int(
        await owner.fetchval(
            "SELECT coalesce(max(failures), 0) FROM login_attempts WHERE login_sha256 = sha256($1)", login.encode()
        )
    )


async def fail_before(app_db: Database, owner: asyncpg.Connection, login: str, times: int) -> None:
    """One wrong password, counted as if it had been several: each costs a tenth of a second of work."""
    with pytest.raises(LoginRefused):
        await log_in(app_db, OPTIONAL, attempt(login))
    await owner.execute(
        "UPDATE login_attempts SET failures = $2 WHERE login_sha256 = sha256($1)", login.encode(), times
    )


async def test_a_session_lasts_twelve_hours_and_only_its_hash_is_kept(
    app_db: Database, owner: asyncpg.Connection, staff: Staff
) -> None:
    signed_in = await log_in(
        app_db, OPTIONAL, attempt(staff.login.upper(), PASSWORD), user_agent="Firefox\x00" + "x" * 500
    )
    assert (signed_in.user_id, signed_in.role) == (staff.id, Role.DISPATCHER)
    row = await owner.fetchrow(
        "SELECT expires_at - created_at AS lasts, length(user_agent) AS agent FROM sessions WHERE token_sha256 = $1",
        bytes.fromhex(hash_token(signed_in.token)),
    )
    assert row is not None
    assert (row["lasts"], row["agent"]) == (SESSION_LASTS, 200)
    assert SecretStr(PASSWORD).get_secret_value() not in repr(attempt(staff.login, PASSWORD))


async def test_wrong_passwords_are_counted_though_the_answer_is_a_refusal(
    app_db: Database, owner: asyncpg.Connection, staff: Staff
) -> None:
    for n in range(1, 4):
        with pytest.raises(LoginRefused):
            await log_in(app_db, OPTIONAL, attempt(staff.login))
        assert await failures(owner, staff.login) == n
    await log_in(app_db, OPTIONAL, attempt(staff.login, PASSWORD))
    assert await failures(owner, staff.login) == 0


@pytest.mark.parametrize("login", ["known-man", "nobody-at-all"])
async def test_the_tenth_wrong_password_locks_the_login_known_or_not(
    app_db: Database, owner: asyncpg.Connection, staff: Staff, login: str
) -> None:
    if login == "known-man":
        await make_user(app_db, staff.franchise_id, login=login)
    results = await asyncio.gather(
        *(log_in(app_db, OPTIONAL, attempt(login)) for _ in range(FREE_ATTEMPTS + 6)), return_exceptions=True
    )
    assert sum(isinstance(result, LoginRefused) for result in results) == FREE_ATTEMPTS
    locked = [result for result in results if isinstance(result, LoginLocked)]
    assert len(locked) == 6
    assert all(0 < int(str(error.fields["retry_after"])) <= FIRST_LOCK_S for error in locked)
    with pytest.raises(LoginLocked):
        await log_in(app_db, OPTIONAL, attempt(login, PASSWORD))
    assert await failures(owner, login) == FREE_ATTEMPTS


async def test_the_lock_opens_by_itself_doubles_and_has_an_end(
    app_db: Database, owner: asyncpg.Connection, staff: Staff
) -> None:
    await fail_before(app_db, owner, staff.login, FREE_ATTEMPTS)
    for expected in (60, 120, 240, 480, LONGEST_LOCK_S, LONGEST_LOCK_S):
        await owner.execute("UPDATE login_attempts SET locked_until = now() - interval '1 s'")
        with pytest.raises(LoginRefused):
            await log_in(app_db, OPTIONAL, attempt(staff.login))
        assert (
            await owner.fetchval(
                "SELECT round(extract(epoch FROM locked_until - last_failed_at)) FROM login_attempts "
                "WHERE login_sha256 = sha256($1)",
                staff.login.encode(),
            )
            == expected
        )
    await owner.execute("UPDATE login_attempts SET locked_until = now() - interval '1 s'")
    await log_in(app_db, OPTIONAL, attempt(staff.login, PASSWORD))
    await log_in(app_db, OPTIONAL, attempt(staff.login, PASSWORD))


async def test_failures_are_forgotten_after_a_quiet_day(
    app_db: Database, owner: asyncpg.Connection, staff: Staff
) -> None:
    await fail_before(app_db, owner, staff.login, FREE_ATTEMPTS - 1)
    await owner.execute("UPDATE login_attempts SET last_failed_at = now() - interval '25 hours'")
    with pytest.raises(LoginRefused):
        await log_in(app_db, OPTIONAL, attempt(staff.login))
    assert await failures(owner, staff.login) == 1


async def test_an_unknown_login_takes_as_long_as_a_wrong_password(app_db: Database, staff: Staff) -> None:
    async def seconds(login: str) -> float:
        began = time.perf_counter()
        with pytest.raises(LoginRefused):
            await log_in(app_db, OPTIONAL, attempt(login))
        return time.perf_counter() - began

    await seconds("nobody-warm-up")
    pairs = [(await seconds(staff.login), await seconds(f"nobody-{n}")) for n in range(5)]
    known, unknown = (median(side) for side in zip(*pairs, strict=True))
    assert 0.5 < unknown / known < 2


@pytest.mark.parametrize("login", ["x" * 120, "анна", "' OR 1=1 --", "\x00\x01"])
async def test_any_text_may_be_tried_as_a_login(app_db: Database, login: str) -> None:
    with pytest.raises(LoginRefused):
        await log_in(app_db, OPTIONAL, attempt(login))


async def test_a_dismissed_man_and_a_suspended_franchise_do_not_get_in(
    app_db: Database, owner: asyncpg.Connection, staff: Staff
) -> None:
    session = await make_session(app_db, staff)
    await owner.execute("UPDATE franchises SET status = 'suspended' WHERE id = $1", staff.franchise_id)
    with pytest.raises(LoginRefused):
        await log_in(app_db, OPTIONAL, attempt(staff.login, PASSWORD))
    assert await owner.fetchrow("SELECT FROM principal_of(sha256($1))", session.encode()) is None
    await owner.execute("UPDATE franchises SET status = 'active' WHERE id = $1", staff.franchise_id)
    async with app_db.begin(staff.franchise_id, "staff:o") as uow:
        await disable_user(uow, staff.id, granter=Role.OWNER)
    with pytest.raises(LoginRefused):
        await log_in(app_db, OPTIONAL, attempt(staff.login, PASSWORD))


async def test_a_password_reset_during_sign_in_wins(app_db: Database, owner: asyncpg.Connection, staff: Staff) -> None:
    async def reset() -> None:
        async with app_db.begin(staff.franchise_id, "staff:o") as uow:
            await reset_password(uow, staff.id, "another password", granter=Role.OWNER)

    for _ in range(3):
        await asyncio.gather(
            *(log_in(app_db, OPTIONAL, attempt(staff.login, PASSWORD)) for _ in range(3)),
            reset(),
            return_exceptions=True,
        )
        assert (
            await owner.fetchval(
                "SELECT count(*) FROM sessions s JOIN staff_users u ON u.id = s.user_id "
                "WHERE u.id = $1 AND s.revoked_at IS NULL AND s.expires_at > now()",
                staff.id,
            )
            == 0
        )
        async with app_db.begin(staff.franchise_id, "staff:o") as uow:
            await reset_password(uow, staff.id, PASSWORD, granter=Role.OWNER)


async def test_sessions_are_listed_and_ended_one_by_one(app_db: Database, staff: Staff) -> None:
    phone, desk = await make_session(app_db, staff), await make_session(app_db, staff)
    here = bytes.fromhex(hash_token(desk))
    async with app_db.begin(staff.franchise_id, staff.actor) as uow:
        sessions = await live_sessions(uow, staff.id, here)
        assert [session.current for session in sessions].count(True) == 1
        other = next(session for session in sessions if not session.current)
        await revoke_session(uow, staff.id, other.id)
        with pytest.raises(SessionNotFound):
            await revoke_session(uow, staff.id, other.id)
        assert [session.current for session in await live_sessions(uow, staff.id, here)] == [True]
        await log_out(uow, here)
        assert await live_sessions(uow, staff.id, here) == []
        with pytest.raises(SessionNotFound):
            await log_out(uow, here)
    assert phone != desk


async def test_nobody_ends_anothers_session(settings: Settings, app_db: Database, staff: Staff) -> None:
    stranger = await make_user(app_db, (await make_franchise(settings)).id)
    session = await make_session(app_db, stranger)
    credential = bytes.fromhex(hash_token(session))
    async with app_db.begin(staff.franchise_id, staff.actor) as uow:
        with pytest.raises(SessionNotFound):
            await log_out(uow, credential)
        with pytest.raises(SessionNotFound):
            await revoke_session(uow, stranger.id, credential.hex()[:16])
