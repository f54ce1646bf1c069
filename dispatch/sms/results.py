"""Write down what became of texts handed over, many at a time, fenced by attempt."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from asyncpg import UniqueViolationError

from dispatch.kit.fail_points import fail_point
from dispatch.kit.uow import Database, Uow, constraint_of
from dispatch.sms.allowance import give_back, hold_account
from dispatch.sms.claim import ACTOR, ClaimedText
from dispatch.sms.events import tell_texts_moved
from dispatch.sms.gateways.base import BUSY, Outcome, Refused, Sent, Unclear
from dispatch.sms.health import Weighed, weigh_outcomes
from dispatch.sms.phones import note_refusals, stop_phone
from dispatch.sms.rules import MessageStatus

log = structlog.get_logger(__name__)

GATHER_S: Final = 0.02
"""Results wait so long for others, so that a burst is a few commits rather than one each."""

_LONGEST_RETRIES: Final = timedelta(hours=24)
_LONGEST_PAUSE_S: Final = 60.0
_LONGEST_ASKED_S: Final = 300.0
_AS_GOOD_AS_DOWN_S: Final = 60.0
_TRIES: Final = 6

# A receipt may have overtaken our own answer, a slow answer the end of the lease: then only what is news is written.
_WRITE = """
WITH news AS (
    SELECT v.* FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::float8[])
      AS v (id, attempt, status, gateway_id, error, pause_s)
), mine AS (
    SELECT m.id, m.status AS was, n.status, n.gateway_id, n.error, n.pause_s
    FROM messages m JOIN news n ON n.id = m.id AND n.attempt = m.attempt
    WHERE m.status IN ('sending', 'unknown') OR m.gateway_id IS NULL AND n.gateway_id IS NOT NULL
    ORDER BY m.id FOR NO KEY UPDATE OF m
), fate AS (
    SELECT mine.*, CASE
        WHEN was NOT IN ('sending', 'unknown') THEN was
        WHEN mine.status = 'queued' AND m.created_at < $7 THEN 'failed'
        ELSE mine.status END AS became
    FROM mine JOIN messages m ON m.id = mine.id
)
UPDATE messages m SET
    status = f.became,
    gateway_id = coalesce(f.gateway_id, m.gateway_id),
    error = CASE WHEN f.became = m.status AND m.status NOT IN ('sending', 'unknown') THEN m.error ELSE f.error END,
    sent_at = CASE WHEN f.status = 'sent' THEN coalesce(m.sent_at, clock.instant()) ELSE m.sent_at END,
    send_at = CASE WHEN f.became <> 'queued' THEN m.send_at
                   ELSE greatest(m.not_before, clock.instant() + make_interval(secs => f.pause_s)) END,
    leased_until = NULL
FROM fate f WHERE m.id = f.id
RETURNING m.id, f.became <> f.was AND f.became <> 'queued' AS moved
"""


@dataclass(frozen=True, slots=True)
class NotStarted:
    """The text waited in our hand for too long, so it was put back unsent."""


Result = Outcome | NotStarted


@dataclass(frozen=True, slots=True)
class _Fate:
    status: MessageStatus
    gateway_id: str | None = None
    error: str | None = None
    pause_s: float = 0.0


class ResultWriter:
    """Gathers results for a moment and writes them in one transaction; each caller waits until his is committed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[ClaimedText, Result, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def write(self, text: ClaimedText, result: Result) -> None:
        """Return once the result is committed, or could not be within several tries: then the lease's end tells."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((text, result, done))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all(), name="sms-results")
        await done

    async def _write_all(self) -> None:
        while self._waiting:
            await asyncio.sleep(GATHER_S)
            batch, self._waiting = self._waiting, []
            await self._write_batch([(text, result) for text, result, _ in batch])
            for _, _, done in batch:
                if not done.done():
                    done.set_result(None)

    async def _write_batch(self, batch: Sequence[tuple[ClaimedText, Result]]) -> None:
        for nth in range(_TRIES):
            try:
                async with self._database.begin(None, ACTOR) as uow:
                    await write_results(uow, batch)
            except UniqueViolationError as error:
                await self._apart(batch, error)
            except Exception:
                log.exception("results_not_written", texts=len(batch), attempt=nth + 1)
                await asyncio.sleep(min(0.1 * 4**nth, 5.0))
                continue
            return

    async def _apart(self, batch: Sequence[tuple[ClaimedText, Result]], error: UniqueViolationError) -> None:
        """Write one by one: a gateway id given twice spoils one text, which is then known by our own id only."""
        for text, result in batch:
            if len(batch) > 1:
                await self._write_batch([(text, result)])
            elif isinstance(result, Sent) and result.gateway_id:
                log.warning("gateway_id_given_twice", message_id=str(text.id))
                await self._write_batch([(text, Sent(""))])
            else:
                log.error("result_refused", message_id=str(text.id), constraint=constraint_of(error))


async def write_results(uow: Uow, batch: Sequence[tuple[ClaimedText, Result]]) -> None:
    """Write results of any accounts and tell whom they concern. A stale attempt writes nothing."""
    fates = [_fate(text, result) for text, result in batch]
    rows = await uow.fetch(
        _WRITE,
        [text.id for text, _ in batch],
        [text.attempt for text, _ in batch],
        [str(fate.status) for fate in fates],
        [fate.gateway_id for fate in fates],
        [fate.error for fate in fates],
        [fate.pause_s for fate in fates],
        uow.now - _LONGEST_RETRIES,
    )
    moved: set[UUID] = {row["id"] for row in rows if row["moved"]}
    await tell_texts_moved(uow, [text.moved for text, _ in batch if text.id in moved])
    await give_back(uow, sorted(text.id for text, result in batch if isinstance(result, Refused | NotStarted)))
    for account_id, pause_s in _pauses(batch).items():
        await hold_account(uow, account_id, pause_s)
    weighed = ((text, _is_good(result)) for text, result in batch)
    await weigh_outcomes(
        uow,
        [
            Weighed(text.franchise_id, text.account_id, text.claimed_at, good)
            for text, good in weighed
            if good is not None
        ],
    )
    refused = [(text.phone_id, result) for text, result in batch if isinstance(result, Refused) and text.id in moved]
    await note_refusals(uow, [phone_id for phone_id, result in refused if result.dead_number], source="gateway")
    for phone_id in sorted({phone_id for phone_id, result in refused if result.opted_out}):
        await stop_phone(uow, phone_id, source="gateway")
    fail_point("sms.result_written")


def _pauses(batch: Sequence[tuple[ClaimedText, Result]]) -> dict[UUID, float]:
    """Return the pauses gateways asked for, by account, in one order for all who write them."""
    pauses: dict[UUID, float] = {}
    for text, result in batch:
        if isinstance(result, Refused) and result.retry_after_s is not None:
            pauses[text.account_id] = max(pauses.get(text.account_id, 0.0), _asked(result.retry_after_s))
    return dict(sorted(pauses.items()))


def _asked(retry_after_s: float | None) -> float:
    """Return the pause a gateway asked for, seconds; no gateway can silence us for longer than a few minutes."""
    return min(max(retry_after_s or 0.0, 0.0), _LONGEST_ASKED_S)


def _is_good(result: Result) -> bool | None:
    """Tell whether the gateway did its part; None where the result says nothing about it."""
    match result:
        case NotStarted():
            return None
        case Unclear():
            return False
        case Refused(code=code) if code == BUSY:
            return None
        case Refused(retry_after_s=asked) if asked is not None and asked < _AS_GOOD_AS_DOWN_S:
            return None  # it works, and has too much to do
        case Refused(permanent=permanent):
            return permanent
        case Sent():
            return True


def _fate(text: ClaimedText, result: Result) -> _Fate:
    match result:
        case Sent(gateway_id):
            return _Fate(MessageStatus.SENT, gateway_id or None, None if gateway_id else "gateway_id_given_twice")
        case Refused(code, permanent=True):
            return _Fate(MessageStatus.FAILED, error=code)
        case Refused(code, retry_after_s=asked):
            pause_s = min(_LONGEST_PAUSE_S, 0.5 * 2 ** min(text.attempt, 10))
            return _Fate(MessageStatus.QUEUED, error=code, pause_s=max(pause_s, _asked(asked)))
        case Unclear(reason):
            return _Fate(MessageStatus.UNKNOWN, error=reason)
        case NotStarted():
            return _Fate(MessageStatus.QUEUED, error="not_started")
