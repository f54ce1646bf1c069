"""Advisory locks with named kinds, always taken in sorted order, released with the transaction."""

from collections.abc import Iterable
from enum import IntEnum
from uuid import UUID

from dispatch.kit.uow import Uow


class LockKind(IntEnum):
    """The key spaces; a number is never reused. Migrations that lock in SQL use the same numbers."""

    WORKER = 7
    PHONE = 8
    SWEEP = 9


async def advisory_lock(uow: Uow, kind: LockKind, ids: Iterable[UUID]) -> None:
    """Wait for the lock of each id, in sorted order, so that two holders can never wait for one another."""
    wanted = sorted(set(ids))
    if wanted:
        await uow.run(
            """SELECT pg_advisory_xact_lock(hashtextextended(i::text, $2)) FROM unnest($1::uuid[]) AS i""",
            wanted,
            int(kind),
        )


async def try_advisory_lock(uow: Uow, kind: LockKind, key: str) -> bool:
    """Take the lock if it is free now; False otherwise."""
    return bool(await uow.fetchval("SELECT pg_try_advisory_xact_lock(hashtextextended($1, $2))", key, int(kind)))
