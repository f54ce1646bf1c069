"""The second factor of an account: set up, proved, renewed, taken away.

Setting up is two steps, so that nobody locks himself out: the key is shown, and the factor counts only when a code made
with it comes back. Codes live in real time (SQL `now()`), as sessions do.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from dispatch.access.errors import (
    RoleNotGrantable,
    SecondFactorAlreadySetUp,
    SecondFactorMissing,
    SecondFactorRefused,
)
from dispatch.access.queries import user_of
from dispatch.access.roles import Role, may_grant
from dispatch.access.rules import (
    MUST_HAVE_SECOND_FACTOR,
    RECOVERY_LETTERS,
    authenticator_key,
    is_timed,
    matching_step,
    recovery_digest,
    step_at,
    typed_code,
)
from dispatch.access.sessions import end_other_sessions, end_sessions
from dispatch.access.throttle import CODES, count_attempt, forgive
from dispatch.kit.audit_trail import note_act
from dispatch.kit.uow import Database, Uow
from dispatch.settings import SecondFactor, Settings

RECOVERY_CODES: Final = 10

_SEED_BYTES: Final = 32
_GROUPS: Final = 4
_GROUP: Final = 4
_LOCK_USER: Final = "SELECT 1 FROM staff_users WHERE id = $1 FOR NO KEY UPDATE"
_BEGIN: Final = """
INSERT INTO second_factors (id, franchise_id, secret) VALUES ($1, $2, $3)
ON CONFLICT (id) DO UPDATE SET secret = excluded.secret WHERE second_factors.confirmed_at IS NULL
"""
_FACTOR: Final = """
SELECT f.secret, f.confirmed_at, extract(epoch FROM now())::float8 AS epoch_s,
       (SELECT count(*) FROM recovery_codes c WHERE c.user_id = f.id AND c.used_at IS NULL) AS codes_left
FROM second_factors f WHERE f.id = $1
"""
_USE_STEP: Final = "UPDATE second_factors SET last_step = $2 WHERE id = $1 AND last_step < $2"
_USE_RECOVERY_CODE: Final = """
UPDATE recovery_codes SET used_at = now() WHERE user_id = $1 AND code_sha256 = $2 AND used_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Factor:
    """An account's second factor; `confirmed_at` is None while it is being set up and does not count yet."""

    confirmed_at: datetime | None
    codes_left: int


def must_have_second_factor(settings: Settings, role: Role) -> bool:
    """Tell whether accounts of this role may do nothing without a second factor in this installation."""
    return settings.totp is SecondFactor.REQUIRED and role in MUST_HAVE_SECOND_FACTOR


async def factor_of(uow: Uow, user_id: UUID) -> Factor | None:
    """Return the second factor of an account of the tenant, or None."""
    row = await uow.fetchrow(_FACTOR, user_id)
    return None if row is None else Factor(row["confirmed_at"], row["codes_left"])


async def has_second_factor(uow: Uow, user_id: UUID) -> bool:
    """Tell whether an account of the tenant has a second factor that counts."""
    factor = await factor_of(uow, user_id)
    return factor is not None and factor.confirmed_at is not None


async def begin_second_factor(uow: Uow, user_id: UUID) -> None:
    """Start to set up a second factor; started again, it is another one.

    Raises:
        UserNotFound: no such account in the tenant.
        SecondFactorAlreadySetUp: the account has one that counts.
    """
    user = await user_of(uow, user_id)
    if await uow.run(_BEGIN, user.id, user.franchise_id, secrets.token_bytes(_SEED_BYTES)) == 0:
        raise SecondFactorAlreadySetUp


async def key_to_show(uow: Uow, settings: Settings, user_id: UUID) -> str | None:
    """Return the authenticator key, in base 32, while the factor is being set up; never afterwards."""
    row = await uow.fetchrow(_FACTOR, user_id)
    if row is None or row["confirmed_at"] is not None:
        return None
    return _key(settings, user_id, row["secret"])


async def confirm_second_factor(
    uow: Uow, settings: Settings, user_id: UUID, code: str, *, keep: bytes
) -> Sequence[str]:
    """Make the factor count, proved by a code of it; return ten recovery codes, which are shown this once.

    Every other session of the account ends: it was opened without the factor.

    Args:
        uow: the tenant's.
        settings: of the installation, whose key makes the codes.
        user_id: whose it is.
        code: from the app; it is used up by this.
        keep: sha256 of the session that stays.

    Raises:
        SecondFactorMissing: nothing was begun.
        SecondFactorAlreadySetUp: it counts already.
        SecondFactorRefused: the code is wrong.
    """
    await uow.run(_LOCK_USER, user_id)
    row = await uow.fetchrow(_FACTOR, user_id)
    if row is None:
        raise SecondFactorMissing
    if row["confirmed_at"] is not None:
        raise SecondFactorAlreadySetUp
    key = _key(settings, user_id, row["secret"])
    step = matching_step(key, typed_code(code), step_at(row["epoch_s"]))
    if step is None:
        raise SecondFactorRefused
    await uow.run("UPDATE second_factors SET confirmed_at = now(), last_step = $2 WHERE id = $1", user_id, step)
    await end_other_sessions(uow, user_id, keep=keep)
    return await _replace_recovery_codes(uow, user_id)


async def prove_second_factor(uow: Uow, settings: Settings, user_id: UUID, typed: str) -> None:
    """Take a code as proof: one from the app, whose step and all before it are used up by this, or a recovery code.

    The caller has counted the attempt (`CODES`) in a transaction of its own; here the count is forgiven.

    Raises:
        SecondFactorMissing: the account has no second factor that counts.
        SecondFactorRefused: the code is wrong, or was used.
    """
    row = await uow.fetchrow(_FACTOR, user_id)
    if row is None or row["confirmed_at"] is None:
        raise SecondFactorMissing
    code = typed_code(typed)
    if is_timed(code):
        step = matching_step(_key(settings, user_id, row["secret"]), code, step_at(row["epoch_s"]))
        used = 0 if step is None else await uow.run(_USE_STEP, user_id, step)
    else:
        used = await uow.run(_USE_RECOVERY_CODE, user_id, recovery_digest(user_id, code))
    if used == 0:
        raise SecondFactorRefused
    await forgive(uow, str(user_id), CODES)


async def renew_recovery_codes(
    database: Database, settings: Settings, franchise_id: UUID, user_id: UUID, code: str
) -> Sequence[str]:
    """Return ten new recovery codes, against a code; the old ones are worthless from now on.

    Raises:
        SecondFactorMissing: the account has no second factor that counts.
        SecondFactorRefused: the code is wrong, or was used.
        SecondFactorLocked: too many wrong codes before.
    """
    await count_attempt(database, str(user_id), CODES)
    async with database.begin(franchise_id, f"staff:{user_id}") as uow:
        await uow.run(_LOCK_USER, user_id)
        await prove_second_factor(uow, settings, user_id, code)
        return await _replace_recovery_codes(uow, user_id)


async def turn_off_second_factor(
    database: Database, settings: Settings, franchise_id: UUID, user_id: UUID, code: str, *, keep: bytes
) -> None:
    """Turn the own factor off, against a code; every other session ends. Where a role must have one, it sets up anew.

    Raises:
        SecondFactorMissing: the account has no second factor that counts.
        SecondFactorRefused: the code is wrong, or was used.
        SecondFactorLocked: too many wrong codes before.
    """
    await count_attempt(database, str(user_id), CODES)
    async with database.begin(franchise_id, f"staff:{user_id}") as uow:
        await uow.run(_LOCK_USER, user_id)
        await prove_second_factor(uow, settings, user_id, code)
        await _remove(uow, user_id)
        await end_other_sessions(uow, user_id, keep=keep)


async def take_second_factor_away(uow: Uow, user_id: UUID, *, granter: Role, reason: str = "") -> bool:
    """Take the factor of somebody away who lost his phone and his recovery codes; all his sessions end.

    Whoever calls this has made sure who is asking: from now on the password alone opens the account. Why it was done is
    written down.

    Returns:
        False when the account had none.

    Raises:
        UserNotFound: no such account in the tenant.
        RoleNotGrantable: the granter may not act for the account's role.
    """
    user = await user_of(uow, user_id)
    if not may_grant(granter, Role(user.role)):
        raise RoleNotGrantable(Role(user.role))
    await uow.run(_LOCK_USER, user.id)
    removed = await _remove(uow, user.id)
    await note_act(uow, "staff_users", user.id, second_factor="taken_away", reason=reason)
    await end_sessions(uow, user.id)
    await forgive(uow, str(user.id), CODES)
    return removed


async def _replace_recovery_codes(uow: Uow, user_id: UUID) -> Sequence[str]:
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    await uow.run("DELETE FROM recovery_codes WHERE user_id = $1", user_id)
    await uow.run(
        """INSERT INTO recovery_codes (user_id, franchise_id, code_sha256)
           SELECT $1, $2, digest FROM unnest($3::bytea[]) AS digest""",
        user_id,
        uow.franchise_id,
        [recovery_digest(user_id, code) for code in codes],
    )
    return codes


def _recovery_code() -> str:
    """Return 80 random bits in four groups, for people to write down."""
    return "-".join("".join(secrets.choice(RECOVERY_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))


async def _remove(uow: Uow, user_id: UUID) -> bool:
    await uow.run("DELETE FROM recovery_codes WHERE user_id = $1", user_id)
    return await uow.run("DELETE FROM second_factors WHERE id = $1", user_id) > 0


def _key(settings: Settings, user_id: UUID, seed: bytes) -> str:
    return authenticator_key(settings.secret_key.get_secret_value().encode(), user_id, seed)
