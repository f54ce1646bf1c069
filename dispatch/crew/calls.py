"""Calls made by people: who rings whom just now, who was rung about a shift, and what came of it.

A claim says that somebody is ringing a man, so that nobody else does. It is of the man and not of a shift, since he has
one telephone; it ends by the result, by its owner, or by itself. Results are never changed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from dispatch.kit.errors import Conflict
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Uow

CLAIM_LASTS: Final = timedelta(minutes=5)
"""A call takes so long at most; whoever was called away must not keep others from ringing."""

_CLAIM: Final = """
INSERT INTO call_claims AS c (franchise_id, worker_id, shift_id, claimed_by, claimed_at, expires_at)
VALUES ($1, $2, $3, $4, clock.instant(), clock.instant() + $5::interval)
ON CONFLICT (franchise_id, worker_id) DO UPDATE
SET shift_id = excluded.shift_id, claimed_by = excluded.claimed_by, claimed_at = excluded.claimed_at,
    expires_at = excluded.expires_at
WHERE c.claimed_by = excluded.claimed_by OR c.expires_at <= clock.instant()
RETURNING c.expires_at
"""
_END: Final = """
UPDATE call_claims SET expires_at = clock.instant()
WHERE franchise_id = $1 AND worker_id = $2 AND claimed_by = $3 AND expires_at > clock.instant()
"""
_HELD: Final = """
SELECT worker_id, shift_id, claimed_by, expires_at FROM call_claims
WHERE franchise_id = $1 AND expires_at > clock.instant() AND ($2::uuid IS NULL OR worker_id = $2)
"""


class BeingRung(Conflict):
    """Somebody else is ringing him just now; two calls about one thing cost his patience and our word."""

    def __init__(self) -> None:
        super().__init__("Somebody else is ringing him just now: take the next one, or wait a few minutes.")


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody, as audit writes him, is ringing a man about a shift, until then at the latest."""

    worker_id: UUID
    shift_id: UUID
    claimed_by: str
    expires_at: datetime


async def claim_call(uow: Uow, shift_id: UUID, worker_id: UUID) -> datetime:
    """Say that one is about to ring a man, and return until when he is one's own; claiming again takes more time.

    Of any number who claim him at once exactly one gets him: the row is the lock.

    Raises:
        BeingRung: somebody else has him.
    """
    until: datetime | None = await uow.fetchval(_CLAIM, uow.franchise_id, worker_id, shift_id, uow.actor, CLAIM_LASTS)
    if until is None:
        raise BeingRung
    return until


async def end_claim(uow: Uow, worker_id: UUID) -> bool:
    """End one's own claim, because the call was made or will not be; False when one has none.

    Raises:
        BeingRung: somebody else has him.
    """
    if await uow.run(_END, uow.franchise_id, worker_id, uow.actor):
        return True
    if await uow.fetchrow(_HELD, uow.franchise_id, worker_id) is not None:
        raise BeingRung
    return False


async def live_claims(uow: Uow) -> dict[UUID, Claim]:
    """Return who of the tenant's list is being rung just now, by worker."""
    return {row["worker_id"]: Claim(**dict(row)) for row in await uow.fetch(_HELD, uow.franchise_id, None)}


class CallResult(StrEnum):
    """What a call came to, from the caller's side."""

    YES = "yes"
    NO = "no"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    LATER = "later"


async def record_call(uow: Uow, shift_id: UUID, worker_id: UUID, result: CallResult, remark: str) -> UUID:
    """Keep the result of one call for good and return its id; the author is whoever acts."""
    call_id = new_id()
    await uow.run(
        """INSERT INTO call_results (id, franchise_id, shift_id, worker_id, result, author, at, note)
           VALUES ($1, $2, $3, $4, $5, $6, clock.instant(), $7)""",
        call_id,
        uow.franchise_id,
        shift_id,
        worker_id,
        str(result),
        uow.actor,
        remark,
    )
    return call_id
