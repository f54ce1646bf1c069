"""The drain of inbound texts: each phone in order of arrival, several phones side by side, nothing ever lost.

A text is claimed in one transaction, its attempt counted, and disposed of in another, which commits the handler's
effect, the one disposition row and the end of the claim together. What fails five times is handed to people; that its
reader died or was slow is no failure of the text, so a STOP outlives any number of deaths.
"""

import asyncio
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import structlog

from dispatch.kit.fail_points import fail_point
from dispatch.kit.locks import LockKind, try_advisory_lock
from dispatch.kit.outbox import LeaseLost
from dispatch.kit.uow import Database, sqlstate
from dispatch.sms.answers import AnswerHandlers, WordHandlers
from dispatch.sms.claim import ACTOR
from dispatch.sms.dispose import dispose, give_up
from dispatch.sms.letter import Inbound

log = structlog.get_logger(__name__)

MOST_FAILURES: Final = 5

_FIRST_PAUSE_S: Final = 0.2
_LONGEST_PAUSE_S: Final = 10.0
_MOST_DOUBLED: Final = 10
_TRANSIENT: Final = frozenset({"40P01", "40001", "55P03"})

# The earliest undisposed text of its phone, unless somebody holds it: then the phone's later ones wait, too.
_CLAIM = """
WITH mine AS (
    SELECT c.id FROM inbound_messages c
    WHERE c.disposed_at IS NULL AND (c.leased_until IS NULL OR c.leased_until < clock_timestamp())
      AND NOT EXISTS (SELECT FROM inbound_messages e
                      WHERE e.phone_e164 = c.phone_e164 AND e.disposed_at IS NULL
                        AND (e.received_at, e.id) < (c.received_at, c.id))
    ORDER BY c.received_at, c.id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED)
UPDATE inbound_messages i
SET attempt = i.attempt + 1, leased_until = clock_timestamp() + make_interval(secs => $2)
FROM mine, sms_accounts a WHERE i.id = mine.id AND a.id = i.account_id
RETURNING i.id, i.attempt, i.failures, i.account_id, a.franchise_id AS owner_id, i.phone_e164, i.text, i.received_at
"""
_TRY_LATER = """
UPDATE inbound_messages SET leased_until = clock_timestamp() + make_interval(secs => $3), failures = failures + $4
WHERE id = $1 AND attempt = $2 AND disposed_at IS NULL
"""


class PhoneInHand(Exception):
    """Another worker is at a text of this phone at this moment."""


@dataclass(frozen=True, slots=True)
class _Settings:
    width: int
    lease_s: float


class InboundDrain:
    """The drain of the lane `sms_in`.

    Args:
        database: a pool of the job role.
        handlers: what each kind of answer does, from the folders above.
        words: what each word does that answers nothing.
        width: how many phones at once; each takes a connection.
        lease_s: a worker dead for so long has lost its texts to another.
    """

    def __init__(
        self,
        database: Database,
        handlers: AnswerHandlers,
        words: WordHandlers = MappingProxyType({}),
        *,
        width: int = 8,
        lease_s: float = 30.0,
    ) -> None:
        self._database = database
        self._handlers = handlers
        self._words = words
        self._settings = _Settings(width, lease_s)

    async def __call__(self) -> int:
        """Dispose of everything that may be disposed of now; return how many texts were."""
        total = 0
        while texts := await self._claim():
            gate = asyncio.Semaphore(self._settings.width)
            total += sum(await asyncio.gather(*(self._one(text, gate) for text in texts)))
        return total

    async def _claim(self) -> list[Inbound]:
        async with self._database.begin(None, ACTOR) as uow:
            rows = await uow.fetch(_CLAIM, self._settings.width * 4, self._settings.lease_s)
        texts = [Inbound(**dict(row)) for row in rows]
        return sorted(texts, key=lambda text: (text.received_at, text.id))

    async def _one(self, text: Inbound, gate: asyncio.Semaphore) -> int:
        async with gate:
            try:
                async with asyncio.timeout(self._settings.lease_s * 0.8):
                    await self._dispose(text)
            except PhoneInHand:
                await self._later(text, _FIRST_PAUSE_S, failed=False)
            except LeaseLost:
                log.info("inbound_lease_lost", inbound_id=str(text.id), attempt=text.attempt)
            except Exception as error:
                if sqlstate(error) in _TRANSIENT:
                    await self._later(text, _pause_s(text.attempt), failed=False)
                    return 0
                log.exception("inbound_failed", inbound_id=str(text.id), attempt=text.attempt)
                return await self._failed(text, error)
            else:
                return 1
            return 0

    async def _dispose(self, text: Inbound) -> None:
        async with self._database.begin(None, "system:sms_in") as uow:
            if not await try_advisory_lock(uow, LockKind.PHONE, text.phone_e164):
                raise PhoneInHand
            await dispose(uow, text, self._handlers, self._words)
            fail_point("inbound.disposed")

    async def _failed(self, text: Inbound, error: Exception) -> int:
        if text.failures + 1 < MOST_FAILURES:
            await self._later(text, _pause_s(text.failures + 1), failed=True)
            return 0
        async with self._database.begin(None, "system:sms_in") as uow:
            await give_up(uow, text, error)
        return 1

    async def _later(self, text: Inbound, pause_s: float, *, failed: bool) -> None:
        async with self._database.begin(None, ACTOR) as uow:
            await uow.run(_TRY_LATER, text.id, text.attempt, pause_s, int(failed))


def _pause_s(times: int) -> float:
    return min(_FIRST_PAUSE_S * 2**times, _LONGEST_PAUSE_S) if times < _MOST_DOUBLED else _LONGEST_PAUSE_S
