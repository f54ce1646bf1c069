"""Sessions once they are open: ended one by one, all but one, or all; sign-ins that wait for a code end with them."""

from typing import Final
from uuid import UUID

from dispatch.access.errors import RoleNotGrantable, SessionNotFound
from dispatch.access.queries import SESSION_ID, user_of
from dispatch.access.roles import Role, may_grant
from dispatch.kit.audit_trail import note_act
from dispatch.kit.uow import Uow

_END_ALL: Final = """
UPDATE sessions SET revoked_at = now()
WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > now() AND token_sha256 IS DISTINCT FROM $2
"""
_END_SIGN_INS: Final = "UPDATE sign_ins SET used_at = now() WHERE user_id = $1 AND used_at IS NULL"


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


async def end_other_sessions(uow: Uow, user_id: UUID, *, keep: bytes) -> int:
    """End every session of a user but the one whose token has this sha256; return how many that were."""
    return await _end(uow, user_id, keep)


async def end_sessions(uow: Uow, user_id: UUID) -> int:
    """End every session of a user; return how many that were."""
    return await _end(uow, user_id, None)


async def end_sessions_of_staff(uow: Uow, user_id: UUID, *, granter: Role) -> int:
    """End every session of somebody else of the tenant, who lost his phone for instance; return how many that were.

    Raises:
        UserNotFound: no such account in the tenant.
        RoleNotGrantable: the granter may not act for the account's role.
    """
    user = await user_of(uow, user_id)
    if not may_grant(granter, Role(user.role)):
        raise RoleNotGrantable(Role(user.role))
    ended = await _end(uow, user.id, None)
    await note_act(uow, "staff_users", user.id, sessions_ended=ended)
    return ended


async def _end(uow: Uow, user_id: UUID, keep: bytes | None) -> int:
    await uow.run(_END_SIGN_INS, user_id)
    return await uow.run(_END_ALL, user_id, keep)
