"""Reads of accounts, sessions and tokens."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, tuple_

from dispatch.access.errors import TokenNotFound, UserNotFound
from dispatch.access.models import ApiToken, StaffUser
from dispatch.kit.pages import Cursor
from dispatch.kit.uow import Uow

PRINCIPAL: Final = "SELECT to_jsonb(p)::text FROM principal_of($1) AS p"
"""sha256 of a session or API token -> who that is now, as JSON text; nothing when it is unknown or dead."""

SEEN: Final = "SELECT session_seen($1)"
"""Write down that the session of this sha256 is in use, at most once in five minutes."""

SESSION_ID: Final = "left(encode(token_sha256, 'hex'), 16)"
"""What a session is called in lists: enough of its hash to be unique, useless to sign in with."""

_SESSIONS: Final = f"""
SELECT {SESSION_ID} AS id, created_at, last_seen_at, expires_at, coalesce(user_agent, '') AS user_agent,
       token_sha256 = $2 AS current
FROM sessions WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > now() ORDER BY created_at DESC
"""


_NAMES: Final = """
SELECT a.actor, coalesce(u.name, t.name) AS name
FROM (SELECT actor, split_part(actor, ':', 2)::uuid AS id FROM unnest($1::text[]) AS actor
      WHERE split_part(actor, ':', 2) ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$') a
LEFT JOIN staff_users u ON u.id = a.id AND a.actor LIKE 'staff:%'
LEFT JOIN api_tokens t ON t.id = a.id AND a.actor LIKE 'token:%'
WHERE coalesce(u.name, t.name) IS NOT NULL
"""


_STAFF: Final = """
SELECT u.id, u.login, u.name, u.role, u.phone, u.disabled_at, u.created_at,
       EXISTS (SELECT FROM second_factors f WHERE f.id = u.id AND f.confirmed_at IS NOT NULL) AS second_factor,
       s.sessions, s.last_seen_at
FROM staff_users u CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE s.revoked_at IS NULL AND s.expires_at > now()) AS sessions,
           max(s.last_seen_at) AS last_seen_at
    FROM sessions s WHERE s.franchise_id = u.franchise_id AND s.user_id = u.id) s
WHERE u.franchise_id = $1 ORDER BY u.login
"""


@dataclass(frozen=True, slots=True)
class StaffLine:
    """An account as who administers it sees it; `last_seen_at` is true to five minutes, None before the first time."""

    id: UUID
    login: str
    name: str
    role: str
    phone: str | None
    disabled_at: datetime | None
    created_at: datetime
    second_factor: bool
    sessions: int
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class LiveSession:
    """One sign-in that still works; `current` is the one that asks, `last_seen_at` is true to five minutes."""

    id: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    user_agent: str
    current: bool


async def live_sessions(uow: Uow, user_id: UUID, credential: bytes) -> list[LiveSession]:
    """Return the live sessions of a user, newest first; `credential` is the sha256 the request came with."""
    return [LiveSession(**dict(row)) for row in await uow.fetch(_SESSIONS, user_id, credential)]


async def user_of(uow: Uow, user_id: UUID) -> StaffUser:
    """Return an account of the tenant.

    Raises:
        UserNotFound: there is none.
    """
    user: StaffUser | None = await uow.session.get(StaffUser, user_id)
    if user is None:
        raise UserNotFound
    return user


async def users(uow: Uow) -> Sequence[StaffUser]:
    """Return the accounts of the tenant by login, closed ones included."""
    return (await uow.session.execute(select(StaffUser).order_by(StaffUser.login))).scalars().all()


async def staff_lines(uow: Uow) -> list[StaffLine]:
    """Return the accounts of the tenant by login, closed ones included, with how they are signed in."""
    return [StaffLine(**dict(row)) for row in await uow.fetch(_STAFF, uow.franchise_id)]


async def user_by_login(uow: Uow, login: str) -> StaffUser:
    """Return an account of the tenant by its login.

    Raises:
        UserNotFound: there is none.
    """
    user: StaffUser | None = await uow.session.scalar(select(StaffUser).where(StaffUser.login == login.lower()))
    if user is None:
        raise UserNotFound
    return user


async def names_of_actors(uow: Uow, actors: Collection[str]) -> dict[str, str]:
    """Return the names of those of these actors, `staff:<id>` or `token:<id>`, that are the tenant's own."""
    rows = await uow.fetch(_NAMES, [actor for actor in set(actors) if actor.startswith(("staff:", "token:"))])
    return {row["actor"]: row["name"] for row in rows}


async def tokens(uow: Uow, *, before: Cursor[datetime] | None, limit: int) -> Sequence[ApiToken]:
    """Return API tokens of the tenant, newest first and dead ones included, from after a cursor on."""
    wanted = select(ApiToken).order_by(ApiToken.created_at.desc(), ApiToken.id.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(tuple_(ApiToken.created_at, ApiToken.id) < tuple_(*before))
    return (await uow.session.execute(wanted)).scalars().all()


async def token_of(uow: Uow, token_id: UUID) -> ApiToken:
    """Return an API token of the tenant.

    Raises:
        TokenNotFound: there is none.
    """
    token: ApiToken | None = await uow.session.get(ApiToken, token_id)
    if token is None:
        raise TokenNotFound
    return token


async def actor_names(uow: Uow) -> Mapping[str, str]:
    """Return what lists call the tenant's staff, by the actor that tables write: `staff:<id>` -> name."""
    return {f"staff:{user.id}": user.name for user in await users(uow)}
