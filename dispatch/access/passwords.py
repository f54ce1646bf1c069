"""New passwords, by oneself or by a link to the own phone; with the old one every other session ends.

A link is random, kept as a digest, good for half an hour and once. What is asked for it is answered alike whether the
login exists or not, and takes as long.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

from dispatch.access.errors import (
    PasswordRefused,
    PasswordResetsLocked,
    PhoneMissing,
    ResetLinkSpent,
    RoleNotGrantable,
    UserNotFound,
)
from dispatch.access.models import StaffUser
from dispatch.access.queries import user_of
from dispatch.access.roles import Role, may_grant
from dispatch.access.sessions import end_other_sessions, end_sessions
from dispatch.access.throttle import RESETS, RESETS_FROM, count_attempt, forgive, forgive_now, take_back
from dispatch.kit.audit_trail import note_act
from dispatch.kit.text import storable
from dispatch.kit.tokens import PasswordsBusy, hash_password, hash_token, new_token, verify_password
from dispatch.kit.uow import Database, Uow

RESET_LASTS: Final = timedelta(minutes=30)
HANDED_OUT_LASTS: Final = timedelta(days=1)
RESET_PREFIX: Final = "dpass"

_ACTOR: Final = "system:password_reset"
_FORGET_OLD: Final = "DELETE FROM password_resets WHERE user_id = $1 AND expires_at < now() - interval '1 day'"
_NEW_LINK: Final = """
INSERT INTO password_resets (token_sha256, franchise_id, user_id, expires_at)
VALUES ($1, $2, $3, now() + $4::interval)
"""
_SPEND: Final = """
UPDATE password_resets SET used_at = now() WHERE token_sha256 = $1 AND used_at IS NULL AND expires_at > now()
"""
_SPEND_ALL: Final = "UPDATE password_resets SET used_at = now() WHERE user_id = $1 AND used_at IS NULL"
_SET: Final = """
UPDATE staff_users SET password_hash = $2, version = version + 1
WHERE id = $1 AND disabled_at IS NULL AND ($3::text IS NULL OR password_hash = $3) RETURNING login
"""


@dataclass(frozen=True, slots=True)
class ResetLink:
    """What is to be texted: to whom, and the secret of the link. The tenant is that of the transaction."""

    phone: str = field(repr=False)
    token: str = field(repr=False)


Deliver = Callable[[Uow, ResetLink], Awaitable[None]]
"""Queues the text with the link, in the same transaction that stores its digest."""


async def ask_for_reset(database: Database, login: str, address: str, *, deliver: Deliver) -> None:
    """Send a link for a new password to the phone of an account, if there is such an account and it has one.

    The caller cannot tell whether a link was sent, and shall not: too many for one login are refused silently.

    Args:
        database: of the request role.
        login: as typed.
        address: where the request came from; too many from one are refused aloud.
        deliver: queues the text.

    Raises:
        PasswordResetsLocked: too many were asked for from this address.
    """
    login = login.strip().lower()
    await count_attempt(database, address, RESETS_FROM)
    try:
        await count_attempt(database, login, RESETS)
    except PasswordResetsLocked:
        return
    async with database.begin(None, _ACTOR) as uow:
        known = await uow.fetchrow("SELECT user_id, franchise_id FROM staff_by_login($1)", storable(login))
    if known is None:
        return
    async with database.begin(known["franchise_id"], _ACTOR) as uow:
        user = await user_of(uow, known["user_id"])
        if user.phone is not None:
            await _send_link(uow, user, user.phone, deliver)


async def send_reset_link(uow: Uow, user_id: UUID, *, granter: Role, deliver: Deliver) -> None:
    """Send a link for a new password to the phone of somebody's account, on behalf of who administers it.

    What he may sign in with until then stays as it is.

    Raises:
        UserNotFound: no such account in the tenant, or it is closed.
        RoleNotGrantable: the granter may not act for the account's role.
        PhoneMissing: the account has no phone.
    """
    user = await user_of(uow, user_id)
    if not may_grant(granter, Role(user.role)):
        raise RoleNotGrantable(Role(user.role))
    if user.disabled_at is not None:
        raise UserNotFound
    if user.phone is None:
        raise PhoneMissing
    await _send_link(uow, user, user.phone, deliver)
    await note_act(uow, "staff_users", user.id, reset_link="sent")


async def hand_out_link(uow: Uow, user_id: UUID) -> str:
    """Return the secret of a link for a password, for the operator to hand on; those handed out or sent before end.

    It is good for a day, as it goes from hand to hand, and once.

    Raises:
        UserNotFound: no such account in the tenant, or it is closed.
    """
    user = await user_of(uow, user_id)
    if user.disabled_at is not None:
        raise UserNotFound
    await end_reset_links(uow, user.id)
    plain = await _new_link(uow, user, HANDED_OUT_LASTS)
    await note_act(uow, "staff_users", user.id, reset_link="handed_out")
    return plain


async def _send_link(uow: Uow, user: StaffUser, phone: str, deliver: Deliver) -> None:
    await deliver(uow, ResetLink(phone, await _new_link(uow, user, RESET_LASTS)))


async def _new_link(uow: Uow, user: StaffUser, lasts: timedelta) -> str:
    plain, digest = new_token(RESET_PREFIX)
    await uow.run(_FORGET_OLD, user.id)
    await uow.run(_NEW_LINK, bytes.fromhex(digest), user.franchise_id, user.id, lasts)
    return plain


async def is_reset_open(database: Database, token: str) -> bool:
    """Tell whether a link still works; looking at it does not use it."""
    return await _reset_of(database, token) is not None


async def use_reset(database: Database, token: str, password: str) -> None:
    """Set a new password by a link: once, whoever races. All sessions and all other links of the account end.

    Raises:
        ResetLinkSpent: the link is unknown, too old, or was used.
        PasswordsBusy: the machine checks too many passwords already; the link still works.
    """
    found = await _reset_of(database, token)
    if found is None:
        raise ResetLinkSpent
    user_id, franchise_id = found
    digest = await hash_password(password)
    async with database.begin(franchise_id, f"staff:{user_id}") as uow:
        login = await uow.fetchval(_SET, user_id, digest, None)  # locks the account, so two uses of a link take turns
        if login is None or await uow.run(_SPEND, bytes.fromhex(hash_token(token))) == 0:
            raise ResetLinkSpent
        await end_sessions(uow, user_id)
        await end_reset_links(uow, user_id)
        await forgive(uow, login)


async def change_password(
    database: Database, franchise_id: UUID, user_id: UUID, present: str, wanted: str, *, keep: bytes
) -> None:
    """Set one's own new password, proved by the present one; every session ends but one.

    Args:
        database: of the request role.
        franchise_id: whose account it is.
        user_id: his own.
        present: the password so far; wrong ones count as at the sign-in.
        wanted: the new one.
        keep: sha256 of the session that stays.

    Raises:
        UserNotFound: no such account in the tenant.
        PasswordRefused: the present password is wrong, or was changed meanwhile.
        LoginLocked: too many wrong passwords before.
        PasswordsBusy: the machine checks too many passwords already; this attempt does not count.
    """
    stored = await check_present(database, franchise_id, user_id, present)
    digest = await hash_password(wanted)
    async with database.begin(franchise_id, f"staff:{user_id}") as uow:
        if await uow.fetchval(_SET, user_id, digest, stored) is None:
            raise PasswordRefused
        await end_other_sessions(uow, user_id, keep=keep)
        await end_reset_links(uow, user_id)


async def end_reset_links(uow: Uow, user_id: UUID) -> None:
    """Make every link that was sent to an account worthless."""
    await uow.run(_SPEND_ALL, user_id)


async def check_present(database: Database, franchise_id: UUID, user_id: UUID, present: str) -> str:
    """Return what is stored, if this is the password of the account; a wrong one counts as at the sign-in.

    Raises:
        UserNotFound: no such account in the tenant.
        PasswordRefused: the password is wrong.
        LoginLocked: too many wrong passwords before.
        PasswordsBusy: the machine checks too many passwords already; this attempt does not count.
    """
    async with database.begin(franchise_id, f"staff:{user_id}") as uow:
        user = await user_of(uow, user_id)
    await count_attempt(database, user.login)
    try:
        right, _ = await verify_password(present, user.password_hash)
    except PasswordsBusy:
        await take_back(database, user.login)
        raise
    if not right:
        raise PasswordRefused
    await forgive_now(database, user.login)
    return user.password_hash


async def _reset_of(database: Database, token: str) -> tuple[UUID, UUID] | None:
    async with database.begin(None, _ACTOR) as uow:
        found = await uow.fetchrow(
            "SELECT user_id, franchise_id FROM password_reset_of($1)", bytes.fromhex(hash_token(token))
        )
    return (found["user_id"], found["franchise_id"]) if found is not None else None
