"""Use cases of access: sign in and out, open and close accounts, make and revoke tokens.

Sessions, tokens and locks live in real time (SQL `now()`), not in domain time: a simulated clock must not open doors.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import and_, or_, select

from dispatch.access.commands import CreateToken, CreateUser, LogIn
from dispatch.access.errors import (
    LastOwner,
    LoginRefused,
    RoleNotGrantable,
    SessionNotFound,
    TokenExpiryInPast,
    TokenNotFound,
    UserNotFound,
)
from dispatch.access.models import ApiToken, StaffUser
from dispatch.access.queries import SESSION_ID
from dispatch.access.roles import Permission, Role, can, may_grant
from dispatch.access.throttle import count_attempt, forgive, take_back
from dispatch.kit.ids import new_id
from dispatch.kit.text import storable
from dispatch.kit.tokens import PasswordsBusy, hash_password, new_token, verify_password
from dispatch.kit.uow import Database, Uow

SESSION_LASTS: Final = timedelta(hours=12)
LONGEST_USER_AGENT: Final = 200
SESSION_PREFIX: Final = "dses"
LIVE_PREFIX: Final = "dlive"
TEST_PREFIX: Final = "dtest"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session; its token is shown this once.

    Attributes:
        token: what the client sends from now on.
        expires_at: when it stops working, whatever happens.
    """

    token: str
    expires_at: datetime
    user_id: UUID
    franchise_id: UUID
    name: str
    role: Role


async def log_in(database: Database, command: LogIn, *, user_agent: str = "") -> SignedIn:
    """Check login and password, and open a session of twelve hours.

    Runs in several short transactions of its own: the attempt is counted in one that stands even though the answer is
    a refusal, the password is checked outside any, and the session opens in the last. An unknown login costs the same
    work as a wrong password.

    Args:
        database: of the request role.
        command: what was typed.
        user_agent: how the client names itself, shown in the list of sessions.

    Raises:
        LoginRefused: the two do not belong together, or the account is disabled or its franchise suspended.
        LoginLocked: too many wrong passwords before.
        PasswordsBusy: the machine checks too many passwords already; this attempt does not count.
    """
    await count_attempt(database, command.login)
    async with database.begin(None, "system:log_in") as uow:
        known = await uow.fetchrow("SELECT * FROM staff_by_login($1)", storable(command.login))
    stored: str | None = known["password_hash"] if known else None
    try:
        right, renewed = await verify_password(command.password.get_secret_value(), stored)
    except PasswordsBusy:
        await take_back(database, command.login)
        raise
    if not right or known is None:
        raise LoginRefused
    user_id: UUID = known["user_id"]
    async with database.begin(known["franchise_id"], f"staff:{user_id}") as uow:
        # Locked until commit: a password reset or a dismissal that comes between waits, then ends this session, too.
        user = await uow.session.scalar(
            select(StaffUser)
            .where(StaffUser.id == user_id, StaffUser.password_hash == stored, StaffUser.disabled_at.is_(None))
            .with_for_update(key_share=True)
        )
        if user is None:
            raise LoginRefused
        await forgive(uow, command.login)
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
        if renewed is not None:
            user.password_hash = renewed
        return SignedIn(plain, expires_at, user.id, user.franchise_id, user.name, Role(user.role))


async def log_out(uow: Uow, credential: bytes) -> None:
    """End the session whose token has this sha256.

    Raises:
        SessionNotFound: it is no live session of the tenant, an API token for instance.
    """
    ended = await uow.run(
        "UPDATE sessions SET revoked_at = now() WHERE token_sha256 = $1 AND revoked_at IS NULL", credential
    )
    if ended == 0:
        raise SessionNotFound


async def revoke_session(uow: Uow, user_id: UUID, session_id: str) -> None:
    """End one session of a user, as the list of sessions names it.

    Raises:
        SessionNotFound: the user has no such live session.
    """
    ended = await uow.run(
        f"UPDATE sessions SET revoked_at = now() WHERE user_id = $1 AND {SESSION_ID} = $2 AND revoked_at IS NULL",
        user_id,
        session_id,
    )
    if ended == 0:
        raise SessionNotFound


async def create_user(uow: Uow, command: CreateUser, *, granter: Role) -> StaffUser:
    """Open an account in the tenant.

    Args:
        uow: the tenant's.
        command: who, and what for.
        granter: the role of who asks; the operator's command line acts as `operator`.

    Raises:
        RoleNotGrantable: the granter may not give this role.
        LoginTaken: the login is in use in the network.
        PasswordsBusy: the machine checks too many passwords already.
    """
    _require_grantable(granter, command.role)
    user = StaffUser(
        id=new_id(),
        franchise_id=uow.franchise_id,
        login=command.login,
        name=command.name,
        role=command.role,
        password_hash=await hash_password(command.password.get_secret_value()),
        created_at=uow.now,
        version=1,
    )
    uow.session.add(user)
    await uow.session.flush()
    return user


async def change_role(uow: Uow, user_id: UUID, role: Role, *, granter: Role) -> StaffUser:
    """Give an account another role; it counts from the account's next request on.

    Tokens the account made and could not make in its new role are revoked.

    Raises:
        UserNotFound: no such account in the tenant.
        RoleNotGrantable: the granter may not take the old role or give the new one.
        LastOwner: nobody would be left to administer the franchise.
    """
    user, is_last_owner = await _locked(uow, user_id)
    _require_grantable(granter, Role(user.role))
    _require_grantable(granter, role)
    if user.role == role:
        return user
    if is_last_owner:
        raise LastOwner
    user.role = role
    user.version += 1
    real_now: datetime = await uow.fetchval("SELECT now()")
    live = select(ApiToken).where(ApiToken.created_by == user.id, ApiToken.revoked_at.is_(None))
    for kept in (await uow.session.execute(live)).scalars():
        if not (can(role, Permission.TOKENS_ADMIN) and may_grant(role, Role(kept.role))):
            kept.revoked_at = real_now
    return user


async def disable_user(uow: Uow, user_id: UUID, *, granter: Role) -> StaffUser:
    """Close an account: its sessions end, its tokens stop working, its history stays. Repeating changes nothing.

    Raises:
        UserNotFound: no such account in the tenant.
        RoleNotGrantable: the granter may not take the account's role.
        LastOwner: nobody would be left to administer the franchise.
    """
    user, is_last_owner = await _locked(uow, user_id)
    _require_grantable(granter, Role(user.role))
    if user.disabled_at is None:
        if is_last_owner:
            raise LastOwner
        user.disabled_at = uow.now
        user.version += 1
        await uow.session.flush()
        await _end_sessions(uow, user.id)
    return user


async def reset_password(uow: Uow, user_id: UUID, password: str, *, granter: Role) -> StaffUser:
    """Set a new password; every session of the account ends.

    Raises:
        UserNotFound: no such account in the tenant.
        RoleNotGrantable: the granter may not act for the account's role.
        PasswordsBusy: the machine checks too many passwords already.
    """
    digest = await hash_password(password)
    user, _ = await _locked(uow, user_id)
    _require_grantable(granter, Role(user.role))
    user.password_hash = digest
    user.version += 1
    await uow.session.flush()
    await _end_sessions(uow, user.id)
    await forgive(uow, user.login)
    return user


async def create_token(uow: Uow, command: CreateToken, *, created_by: UUID, granter: Role) -> tuple[ApiToken, str]:
    """Make an API token of the tenant; return it with its secret, which is shown this once.

    The token works for as long as it is neither revoked nor expired, and its maker's account is open.

    Args:
        uow: the tenant's.
        command: what the token is for.
        created_by: the account that answers for it.
        granter: the role of who asks.

    Raises:
        RoleNotGrantable: the granter may not give this role.
        TokenExpiryInPast: it would be dead at birth.
    """
    _require_grantable(granter, command.role)
    real_now: datetime = await uow.fetchval("SELECT now()")
    if command.expires_at is not None and command.expires_at <= real_now:
        raise TokenExpiryInPast(command.expires_at)
    plain, digest = new_token(TEST_PREFIX if command.test else LIVE_PREFIX)
    token = ApiToken(
        id=new_id(),
        franchise_id=uow.franchise_id,
        token_sha256=bytes.fromhex(digest),
        name=command.name,
        role=command.role,
        test=command.test,
        created_by=created_by,
        created_at=real_now,
        expires_at=command.expires_at,
    )
    uow.session.add(token)
    await uow.session.flush()
    return token, plain


async def revoke_token(uow: Uow, token_id: UUID) -> ApiToken:
    """End an API token at once. Repeating changes nothing.

    Raises:
        TokenNotFound: no such token in the tenant.
    """
    token = await uow.session.scalar(select(ApiToken).where(ApiToken.id == token_id).with_for_update(key_share=True))
    if token is None:
        raise TokenNotFound
    if token.revoked_at is None:
        token.revoked_at = await uow.fetchval("SELECT now()")
    return token


def _require_grantable(granter: Role, role: Role) -> None:
    if not may_grant(granter, role):
        raise RoleNotGrantable(role)


async def _locked(uow: Uow, user_id: UUID) -> tuple[StaffUser, bool]:
    """Lock an account, and tell whether it is the franchise's last owner.

    All owners are locked with it, in order of id: two owners can neither dismiss one another nor wait for one another.
    """
    is_owner = and_(StaffUser.role == Role.OWNER, StaffUser.disabled_at.is_(None))
    locked = await uow.session.execute(
        select(StaffUser)
        .where(or_(StaffUser.id == user_id, is_owner))
        .order_by(StaffUser.id)
        .with_for_update(key_share=True)
    )
    accounts = {account.id: account for account in locked.scalars()}
    user = accounts.get(user_id)
    if user is None:
        raise UserNotFound
    owners = {one.id for one in accounts.values() if one.role == Role.OWNER and one.disabled_at is None}
    return user, owners == {user_id}


async def _end_sessions(uow: Uow, user_id: UUID) -> None:
    await uow.run("UPDATE sessions SET revoked_at = now() WHERE user_id = $1 AND revoked_at IS NULL", user_id)
