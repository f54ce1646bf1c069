"""Wrong passwords are counted per login, for logins that do not exist as well, and slow the next guess down.

An attempt is counted as a failure before its password is looked at, and taken back when it was right. So guesses sent
side by side are counted exactly, and nothing that happens to the request later can lose the count.
"""

import hashlib
from typing import Final

from dispatch.access.errors import LoginLocked
from dispatch.kit.uow import Database, Uow

FREE_ATTEMPTS: Final = 10
"""So many wrong passwords in a row before the login is locked for the first time."""
FIRST_LOCK_S: Final = 30
"""The first lock; each further failure doubles it."""
LONGEST_LOCK_S: Final = 900
FORGET_AFTER_S: Final = 24 * 3600
"""A login without failures for this long starts afresh."""

# Real time, not domain time: a compressed or simulated clock must not shorten a lock.
_COUNT: Final = f"""
INSERT INTO login_attempts AS a (login_sha256, failures, last_failed_at) VALUES ($1, 1, now())
ON CONFLICT (login_sha256) DO UPDATE SET
    last_failed_at = now(),
    failures = CASE WHEN a.last_failed_at < now() - interval '{FORGET_AFTER_S} s' THEN 1 ELSE a.failures + 1 END,
    locked_until = CASE
        WHEN a.last_failed_at < now() - interval '{FORGET_AFTER_S} s' OR a.failures + 1 < {FREE_ATTEMPTS} THEN NULL
        ELSE now() + make_interval(
            secs => least({LONGEST_LOCK_S}, {FIRST_LOCK_S} * 2 ^ least(a.failures + 1 - {FREE_ATTEMPTS}, 10))) END
    WHERE a.locked_until IS NULL OR a.locked_until <= now()
RETURNING failures
"""
_LOCKED_FOR: Final = """
SELECT ceil(extract(epoch FROM locked_until - now()))::int FROM login_attempts WHERE login_sha256 = $1
"""
_FORGIVE: Final = "UPDATE login_attempts SET failures = 0, locked_until = NULL WHERE login_sha256 = $1"
_TAKE_BACK: Final = """
UPDATE login_attempts SET failures = greatest(failures - 1, 0), locked_until = NULL WHERE login_sha256 = $1
"""


async def count_attempt(database: Database, login: str) -> None:
    """Count one more attempt of a login, in a transaction of its own that outlives the refusal.

    Raises:
        LoginLocked: too many failed before; this one is not even looked at.
    """
    if await database.autocommit(_COUNT, [_key(login)]) is None:
        raise LoginLocked(max(1, await database.autocommit(_LOCKED_FOR, [_key(login)]) or 1))


async def forgive(uow: Uow, login: str) -> None:
    """Forget the failures of a login whose password was right."""
    await uow.run(_FORGIVE, _key(login))


async def take_back(database: Database, login: str) -> None:
    """Take one attempt back whose password nobody looked at."""
    await database.autocommit(_TAKE_BACK, [_key(login)])


def _key(login: str) -> bytes:
    return hashlib.sha256(login.encode("utf-8", "surrogatepass")).digest()
