"""What can be guessed or abused is counted per subject, also for subjects that do not exist, and slowed down.

An attempt is counted as a failure before anybody looks at it, and taken back when it was right. So guesses sent side by
side are counted exactly, and nothing that happens to the request later can lose the count.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from dispatch.access.errors import LoginLocked, PasswordResetsLocked, SecondFactorLocked
from dispatch.kit.errors import TooMany
from dispatch.kit.uow import Database, Uow

FREE_ATTEMPTS: Final = 10
"""So many wrong passwords in a row before the login is locked for the first time."""
FIRST_LOCK_S: Final = 30
"""The first lock; each further failure doubles it."""
LONGEST_LOCK_S: Final = 900
FORGET_AFTER_S: Final = 24 * 3600
"""A subject without failures for this long starts afresh."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How often something may be tried.

    Attributes:
        what: keeps subjects of different limits apart.
        free: so many in a row before the first lock.
        first_lock_s: the first lock; each further attempt doubles it, up to `longest_lock_s`.
        locked: the fact, given the seconds that are left.
    """

    what: str
    free: int
    first_lock_s: int
    longest_lock_s: int
    locked: Callable[[int], TooMany]


PASSWORDS: Final = Limit("", FREE_ATTEMPTS, FIRST_LOCK_S, LONGEST_LOCK_S, LoginLocked)
"""Per login."""
CODES: Final = Limit("code\0", FREE_ATTEMPTS, FIRST_LOCK_S, LONGEST_LOCK_S, SecondFactorLocked)
"""Per account: of a million codes three are right at any moment, so a guesser of a hundred a day needs years."""
RESETS: Final = Limit("reset\0", 3, 900, 4 * 3600, PasswordResetsLocked)
"""Links for a new password, per login; nothing takes one back, because each is a text to somebody's phone."""
RESETS_FROM: Final = Limit("reset from\0", 30, 900, 3600, PasswordResetsLocked)
"""The same per address; an office shares one."""

# Real time, not domain time: a compressed or simulated clock must not shorten a lock.
_COUNT: Final = f"""
INSERT INTO login_attempts AS a (login_sha256, failures, last_failed_at) VALUES ($1, 1, now())
ON CONFLICT (login_sha256) DO UPDATE SET
    last_failed_at = now(),
    failures = CASE WHEN a.last_failed_at < now() - interval '{FORGET_AFTER_S} s' THEN 1 ELSE a.failures + 1 END,
    locked_until = CASE
        WHEN a.last_failed_at < now() - interval '{FORGET_AFTER_S} s' OR a.failures + 1 < $2::int THEN NULL
        ELSE now() + make_interval(
            secs => least($4::int, $3::int * 2 ^ least(a.failures + 1 - $2::int, 10))) END
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


async def count_attempt(database: Database, subject: str, limit: Limit = PASSWORDS) -> None:
    """Count one more attempt, in a transaction of its own that outlives the refusal.

    Raises:
        TooMany: the limit's own fact: too many before; this one is not even looked at.
    """
    key = _key(subject, limit)
    if await database.autocommit(_COUNT, [key, limit.free, limit.first_lock_s, limit.longest_lock_s]) is None:
        raise limit.locked(max(1, await database.autocommit(_LOCKED_FOR, [key]) or 1))


async def forgive(uow: Uow, subject: str, limit: Limit = PASSWORDS) -> None:
    """Forget the failures of a subject that proved right, if this transaction stands."""
    await uow.run(_FORGIVE, _key(subject, limit))


async def forgive_now(database: Database, subject: str, limit: Limit = PASSWORDS) -> None:
    """Forget the failures of a subject that proved right, whatever becomes of the request."""
    await database.autocommit(_FORGIVE, [_key(subject, limit)])


async def take_back(database: Database, subject: str, limit: Limit = PASSWORDS) -> None:
    """Take one attempt back that nobody looked at."""
    await database.autocommit(_TAKE_BACK, [_key(subject, limit)])


def _key(subject: str, limit: Limit) -> bytes:
    return hashlib.sha256((limit.what + subject).encode("utf-8", "surrogatepass")).digest()
