"""Signing in: a password, and where the account has a second factor, a code.

A program sends both at once (`log_in`). At the console they are two pages: between them a *sign-in* waits for the code,
a row of its own with a secret of its own, which opens nothing but the second page.

Everything here runs in several short transactions: attempts are counted in ones that stand though the answer is a
refusal, passwords are checked outside any, and the session opens in the last.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select

from dispatch.access.commands import LogIn
from dispatch.access.errors import (
    LoginRefused,
    SecondFactorMissing,
    SecondFactorNotSetUp,
    SecondFactorRequired,
    SignInExpired,
)
from dispatch.access.models import StaffUser
from dispatch.access.roles import Role
from dispatch.access.second_factor import has_second_factor, must_have_second_factor, prove_second_factor
from dispatch.access.throttle import CODES, count_attempt, forgive_now, take_back
from dispatch.kit.text import storable
from dispatch.kit.tokens import PasswordsBusy, hash_token, new_token, verify_password
from dispatch.kit.uow import Database, Uow
from dispatch.settings import Settings

SESSION_LASTS: Final = timedelta(hours=12)
SIGN_IN_LASTS: Final = timedelta(minutes=10)
"""How long a right password waits for its code."""
LONGEST_USER_AGENT: Final = 200
SESSION_PREFIX: Final = "dses"
SIGN_IN_PREFIX: Final = "dsign"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session; its token is shown this once.

    Attributes:
        token: what the client sends from now on.
        expires_at: when it stops working, whatever happens.
        half_open: the account must set up a second factor before the session opens anything else.
    """

    token: str = field(repr=False)
    expires_at: datetime
    user_id: UUID
    franchise_id: UUID
    name: str
    role: Role
    half_open: bool = False


@dataclass(frozen=True, slots=True)
class CodeAwaited:
    """The password was right, and a code is asked for; `token` brings it together with the password."""

    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Proven:
    """An account whose password was right just now; `renewed` is what to store instead of `stored`."""

    user_id: UUID
    franchise_id: UUID
    stored: str = field(repr=False)
    renewed: str | None = field(repr=False)

    @property
    def actor(self) -> str:
        return f"staff:{self.user_id}"


async def log_in(database: Database, settings: Settings, command: LogIn, *, user_agent: str = "") -> SignedIn:
    """Check login, password and code at once, and open a session of twelve hours. An unknown login costs the same work.

    Args:
        database: of the request role.
        settings: of the installation.
        command: what was typed.
        user_agent: how the client names itself, shown in the list of sessions.

    Raises:
        LoginRefused: the two do not belong together, or the account is disabled or its franchise suspended.
        LoginLocked: too many wrong passwords before.
        PasswordsBusy: the machine checks too many passwords already; this attempt does not count.
        SecondFactorRequired: the password is right, and the account asks for a code as well.
        SecondFactorRefused: the code is wrong, or was used.
        SecondFactorLocked: too many wrong codes before.
        SecondFactorNotSetUp: the account must set up a second factor at the console first; no session opens.
    """
    proven = await _prove_password(database, command)
    if not await _asks_for_code(database, proven):
        return await _open_without_code(database, settings, proven, user_agent, half_open=False)
    if command.code is None:
        raise SecondFactorRequired
    await count_attempt(database, str(proven.user_id), CODES)
    async with database.begin(proven.franchise_id, proven.actor) as uow:
        user = await _locked(uow, proven)
        await prove_second_factor(uow, settings, user.id, command.code.get_secret_value())
        return await _open_session(uow, user, user_agent)


async def begin_sign_in(
    database: Database, settings: Settings, command: LogIn, *, user_agent: str = ""
) -> SignedIn | CodeAwaited:
    """Check login and password; open a session, or let the sign-in wait for a code for ten minutes.

    Where the account must have a second factor and has none, the session is half open: all it may do is set one up.

    Raises:
        LoginRefused: the two do not belong together, or the account is disabled or its franchise suspended.
        LoginLocked: too many wrong passwords before.
        PasswordsBusy: the machine checks too many passwords already; this attempt does not count.
    """
    proven = await _prove_password(database, command)
    if not await _asks_for_code(database, proven):
        return await _open_without_code(database, settings, proven, user_agent, half_open=True)
    async with database.begin(proven.franchise_id, proven.actor) as uow:
        user = await _locked(uow, proven)
        plain, digest = new_token(SIGN_IN_PREFIX)
        await uow.run("DELETE FROM sign_ins WHERE user_id = $1 AND expires_at < now()", user.id)
        expires_at: datetime = await uow.fetchval(
            """INSERT INTO sign_ins (token_sha256, franchise_id, user_id, expires_at)
               VALUES ($1, $2, $3, now() + $4::interval) RETURNING expires_at""",
            bytes.fromhex(digest),
            user.franchise_id,
            user.id,
            SIGN_IN_LASTS,
        )
        return CodeAwaited(plain, expires_at)


async def finish_sign_in(
    database: Database, settings: Settings, token: str, code: str, *, user_agent: str = ""
) -> SignedIn:
    """Open the session of a sign-in that waits for its code. A wrong code leaves it waiting.

    Raises:
        SignInExpired: nothing waits under this token, any more or at all.
        SecondFactorRefused: the code is wrong, or was used.
        SecondFactorLocked: too many wrong codes before.
    """
    digest = bytes.fromhex(hash_token(token))
    async with database.begin(None, "system:log_in") as uow:
        waiting = await uow.fetchrow("SELECT user_id, franchise_id FROM sign_in_of($1)", digest)
    if waiting is None:
        raise SignInExpired
    user_id: UUID = waiting["user_id"]
    await count_attempt(database, str(user_id), CODES)
    async with database.begin(waiting["franchise_id"], f"staff:{user_id}") as uow:
        user = await uow.session.scalar(
            select(StaffUser)
            .where(StaffUser.id == user_id, StaffUser.disabled_at.is_(None))
            .with_for_update(key_share=True)
        )
        taken = await uow.run(
            "UPDATE sign_ins SET used_at = now() WHERE token_sha256 = $1 AND used_at IS NULL AND expires_at > now()",
            digest,
        )
        if user is None or taken == 0:
            raise SignInExpired
        try:
            await prove_second_factor(uow, settings, user_id, code)
        except SecondFactorMissing:
            raise SignInExpired from None
        return await _open_session(uow, user, user_agent)


async def _prove_password(database: Database, command: LogIn) -> _Proven:
    await count_attempt(database, command.login)
    async with database.begin(None, "system:log_in") as uow:
        known = await uow.fetchrow("SELECT * FROM staff_by_login($1)", storable(command.login))
    stored: str | None = known["password_hash"] if known else None
    try:
        right, renewed = await verify_password(command.password.get_secret_value(), stored)
    except PasswordsBusy:
        await take_back(database, command.login)
        raise
    if not right or known is None or stored is None:
        raise LoginRefused
    await forgive_now(database, command.login)
    return _Proven(known["user_id"], known["franchise_id"], stored, renewed)


async def _asks_for_code(database: Database, proven: _Proven) -> bool:
    async with database.begin(proven.franchise_id, proven.actor) as uow:
        return await has_second_factor(uow, proven.user_id)


async def _locked(uow: Uow, proven: _Proven) -> StaffUser:
    """Lock the account until commit: a reset or a dismissal that comes between waits, then ends this session, too."""
    user: StaffUser | None = await uow.session.scalar(
        select(StaffUser)
        .where(
            StaffUser.id == proven.user_id,
            StaffUser.password_hash == proven.stored,
            StaffUser.disabled_at.is_(None),
        )
        .with_for_update(key_share=True)
    )
    if user is None:
        raise LoginRefused
    if proven.renewed is not None:
        user.password_hash = proven.renewed
    return user


async def _open_without_code(
    database: Database, settings: Settings, proven: _Proven, user_agent: str, *, half_open: bool
) -> SignedIn:
    async with database.begin(proven.franchise_id, proven.actor) as uow:
        user = await _locked(uow, proven)
        if await has_second_factor(uow, user.id):  # set up since we looked; under the lock it cannot be any more
            raise SecondFactorRequired
        must = must_have_second_factor(settings, Role(user.role))
        if must and not half_open:
            raise SecondFactorNotSetUp
        return await _open_session(uow, user, user_agent, half_open=must)


async def _open_session(uow: Uow, user: StaffUser, user_agent: str, *, half_open: bool = False) -> SignedIn:
    plain, digest = new_token(SESSION_PREFIX)
    expires_at: datetime = await uow.fetchval(
        """INSERT INTO sessions (token_sha256, franchise_id, user_id, expires_at, user_agent)
           VALUES ($1, $2, $3, now() + $4::interval, $5) RETURNING expires_at""",
        bytes.fromhex(digest),
        user.franchise_id,
        user.id,
        SESSION_LASTS,
        storable(user_agent[:LONGEST_USER_AGENT]),
    )
    return SignedIn(plain, expires_at, user.id, user.franchise_id, user.name, Role(user.role), half_open)
