"""Use cases of access for whoever administers it: open and close accounts, make and revoke tokens.

Sessions, tokens and locks live in real time (SQL `now()`), not in domain time: a simulated clock must not open doors.
Signing in is in `sign_in.py`, sessions afterwards in `sessions.py`, new passwords in `passwords.py`.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import and_, or_, select

from dispatch.access.commands import ChangeUser, CreateToken, CreateUser
from dispatch.access.errors import (
    AccountChanged,
    LastOwner,
    RoleNotGrantable,
    TokenExpiryInPast,
    TokenNotFound,
    UserNotFound,
)
from dispatch.access.models import ApiToken, StaffUser
from dispatch.access.passwords import end_reset_links
from dispatch.access.roles import Permission, Role, can, may_grant
from dispatch.access.sessions import end_sessions
from dispatch.access.throttle import forgive
from dispatch.kit.audit_trail import note_act
from dispatch.kit.ids import new_id
from dispatch.kit.phones import parse_phone
from dispatch.kit.tokens import hash_password, new_token
from dispatch.kit.uow import Uow

LIVE_PREFIX: Final = "dlive"
TEST_PREFIX: Final = "dtest"


async def create_user(uow: Uow, command: CreateUser, *, granter: Role) -> StaffUser:
    """Open an account in the tenant.

    Args:
        uow: the tenant's.
        command: who, and what for.
        granter: the role of who asks; the operator's command line acts as `operator`.

    Raises:
        RoleNotGrantable: the granter may not give this role.
        LoginTaken: the login is in use in the network.
        PhoneInvalid: the phone is no mobile number.
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
        phone=parse_phone(command.phone, mobile=True) if command.phone is not None else None,
        created_at=uow.now,
        version=1,
    )
    uow.session.add(user)
    await uow.session.flush()
    return user


async def change_role(uow: Uow, user_id: UUID, role: Role, *, granter: Role, version: int | None = None) -> StaffUser:
    """Give an account another role; it counts from the account's next request on.

    Tokens the account made and could not make in its new role are revoked.

    Raises:
        UserNotFound: no such account in the tenant.
        RoleNotGrantable: the granter may not take the old role or give the new one.
        LastOwner: nobody would be left to administer the franchise.
        AccountChanged: a version was given, and somebody else changed the account meanwhile.
    """
    user, is_last_owner = await _locked(uow, user_id)
    _require_grantable(granter, Role(user.role))
    _require_grantable(granter, role)
    if version not in (None, user.version):
        raise AccountChanged
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


async def change_user(uow: Uow, user_id: UUID, command: ChangeUser, version: int, *, granter: Role) -> StaffUser:
    """Change name, phone and role of somebody's account from the version that was read; the reason is written down.

    With another phone, links on their way to the old one stop working.

    Raises:
        UserNotFound: no such account in the tenant.
        RoleNotGrantable: the granter may not take the old role or give the new one.
        LastOwner: nobody would be left to administer the franchise.
        PhoneInvalid: the phone is no mobile number.
        AccountChanged: somebody else changed it meanwhile.
    """
    user = await change_role(uow, user_id, command.role, granter=granter, version=version)
    phone = parse_phone(command.phone, mobile=True) if command.phone else None
    if phone != user.phone:
        await end_reset_links(uow, user.id)
    if (user.name, user.phone) != (command.name, phone):
        user.name, user.phone = command.name, phone
        user.version += 1
    await uow.session.flush()
    await note_act(uow, "staff_users", user.id, reason=command.reason)
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
        await end_sessions(uow, user.id)
        await end_reset_links(uow, user.id)
    return user


async def enable_user(uow: Uow, user_id: UUID, *, granter: Role) -> StaffUser:
    """Open a closed account again, with the password it had; nobody is signed in by it. Repeating changes nothing.

    Raises:
        UserNotFound: no such account in the tenant.
        RoleNotGrantable: the granter may not give the account's role.
    """
    user, _ = await _locked(uow, user_id)
    _require_grantable(granter, Role(user.role))
    if user.disabled_at is not None:
        user.disabled_at = None
        user.version += 1
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
    await end_sessions(uow, user.id)
    await end_reset_links(uow, user.id)
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
