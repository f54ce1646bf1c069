"""Clear up what nobody answered for: lapsed leases, unclear sends, webhooks that never came.

Runs apart from the sender, because it waits for listings of gateways, which may take long.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg
import structlog

from dispatch.kit.beats import beat, inbound_of
from dispatch.kit.fail_points import fail_point
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database, Uow
from dispatch.sms.allowance import give_back, note_balance
from dispatch.sms.claim import ACTOR
from dispatch.sms.events import Moved, tell_texts_moved
from dispatch.sms.gate import DEADLINE_PASSED
from dispatch.sms.gateways.base import (
    Account,
    Gateway,
    InboundText,
    Listed,
    ListingIncomplete,
    TellsBalance,
)
from dispatch.sms.rules import MessageStatus
from dispatch.tenancy.policy import HOUSE_OUTAGE_GAP

log = structlog.get_logger(__name__)

UNCLEAR_FOR: Final = timedelta(seconds=60)
"""An unclear text is looked for at the gateway after so long, real time; by then every way there has timed out."""

INBOUND_EVERY: Final = timedelta(seconds=60)
_OVERLAP: Final = timedelta(minutes=5)
_FIRST_LOOK_BACK: Final = timedelta(hours=1)
_EXPIRE_EVERY_S: Final = 10.0
_LISTED_RAW: Final = b"read from the gateway's list"

_LAPSED = """
WITH mine AS (
    SELECT m.id FROM messages m WHERE m.status = 'sending' AND m.leased_until < clock_timestamp()
    ORDER BY m.id LIMIT 1000 FOR NO KEY UPDATE SKIP LOCKED)
UPDATE messages m SET status = 'unknown', error = 'lease_lapsed', leased_until = NULL FROM mine WHERE m.id = mine.id
RETURNING m.id, m.franchise_id, m.shift_id, m.invitation_ids <> '{}' AS carries
"""
# Texts of accounts that nobody serves just now: disabled, or sending not released after a restore.
_EXPIRED = """
WITH mine AS (
    SELECT m.id FROM messages m WHERE m.status = 'queued' AND m.send_at <= $1 AND m.deadline <= $1
    ORDER BY m.id LIMIT 1000 FOR NO KEY UPDATE SKIP LOCKED)
UPDATE messages m SET status = 'expired', error = $2 FROM mine WHERE m.id = mine.id
RETURNING m.id, m.franchise_id, m.shift_id, m.invitation_ids <> '{}' AS carries
"""
_FIRST_USE = """
INSERT INTO sms_account_progress (account_id)
SELECT a.id FROM sms_accounts a WHERE NOT EXISTS (SELECT FROM sms_account_progress p WHERE p.account_id = a.id)
ON CONFLICT DO NOTHING
"""
# Taking the turn moves the mark first, so that of several workers one lists.
_TURNS = """
WITH mine AS (
    SELECT a.id, a.gateway, a.sid, a.secret, a.number, p.listed_until,
           EXISTS (SELECT FROM messages m WHERE m.account_id = a.id AND m.status = 'unknown'
                   AND m.claimed_at < clock_timestamp() - $2::interval) AS unclear
    FROM sms_accounts a JOIN sms_account_progress p ON p.account_id = a.id
    WHERE a.enabled AND a.gateway = ANY ($1)
      AND (p.listed_at IS NULL OR p.listed_at < clock_timestamp() - $3::interval
           OR p.listed_at < clock_timestamp() - $2::interval / 2 AND EXISTS (
               SELECT FROM messages m WHERE m.account_id = a.id AND m.status = 'unknown'
               AND m.claimed_at < clock_timestamp() - $2::interval))
    FOR NO KEY UPDATE OF p SKIP LOCKED)
UPDATE sms_account_progress p SET listed_at = clock_timestamp() FROM mine WHERE p.account_id = mine.id
RETURNING mine.*, clock_timestamp() AS started_at
"""
_UNCLEAR = """
SELECT m.id, m.attempt, m.body, m.claimed_at, m.franchise_id, m.shift_id, m.invitation_ids <> '{}' AS carries, p.e164
FROM messages m JOIN phones p ON p.id = m.phone_id
WHERE m.account_id = $1 AND m.status = 'unknown' AND m.claimed_at < $2
ORDER BY m.claimed_at, m.id LIMIT 1000
"""
_CLEAR = """
WITH mine AS (
    SELECT m.id, v.status, v.gateway_id, v.error
    FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[]) AS v (id, attempt, status, gateway_id, error)
    JOIN messages m ON m.id = v.id AND m.attempt = v.attempt AND m.status = 'unknown'
    ORDER BY m.id FOR NO KEY UPDATE OF m)
UPDATE messages m SET status = f.status, gateway_id = coalesce(m.gateway_id, f.gateway_id), error = f.error,
    sent_at = CASE WHEN f.gateway_id IS NULL THEN m.sent_at ELSE coalesce(m.sent_at, clock.instant()) END,
    send_at = greatest(m.not_before, m.send_at)
FROM mine f WHERE m.id = f.id RETURNING m.id
"""


@dataclass(frozen=True, slots=True)
class _Turn:
    account: Account
    unclear: bool
    listed_until: datetime | None
    started_at: datetime


@dataclass(frozen=True, slots=True)
class UnclearText:
    """A text handed over with an unclear result."""

    id: UUID
    claimed_at: datetime
    to: str = field(repr=False)
    body: str = field(repr=False)


def find_listed(unclear: Sequence[UnclearText], listed: Sequence[Listed]) -> dict[UUID, Listed | None]:
    """Match unclear texts with what the gateway lists: by our own id where the gateway keeps it.

    Otherwise: same number, same words, not older than the claim. Each listed text proves one of ours, the oldest first;
    clocks may differ by two minutes. None: the gateway never took it.
    """
    by_id = {item.reference: item for item in listed if item.reference is not None}
    found: dict[tuple[str, str], list[Listed]] = defaultdict(list)
    for item in sorted(listed, key=lambda item: item.created_at, reverse=True):
        if item.reference is None:
            found[item.to, item.body.strip()].append(item)
    matched: dict[UUID, Listed | None] = {}
    for text in sorted(unclear, key=lambda text: text.claimed_at):
        if text.id in by_id:
            matched[text.id] = by_id[text.id]
            continue
        same = found[text.to, text.body.strip()]
        while same and same[-1].created_at < text.claimed_at - timedelta(minutes=2):
            same.pop()
        matched[text.id] = same.pop() if same else None
    return matched


class Reconciler:
    """The drain of the lane `sms_care`: cheap when there is nothing to clear up; swept each second.

    Args:
        database: a pool of the job role.
        gateways: name -> client; those that cannot list leave an unclear text unclear.
        unclear_for: see `UNCLEAR_FOR`.
        inbound_every: how often the gateway's own list of inbound texts is read, since webhooks give up.
    """

    def __init__(
        self,
        database: Database,
        gateways: Mapping[str, Gateway],
        *,
        unclear_for: timedelta = UNCLEAR_FOR,
        inbound_every: timedelta = INBOUND_EVERY,
    ) -> None:
        self._database = database
        self._gateways = {name: gateway for name, gateway in gateways.items() if gateway.lists}
        self._unclear_for = unclear_for
        self._inbound_every = inbound_every
        self._expire_at = 0.0

    async def __call__(self) -> int:
        """Clear up once; return how many texts changed."""
        async with self._database.begin(None, ACTOR) as uow:
            moved = await uow.fetch(_LAPSED)
            if time.monotonic() >= self._expire_at:
                self._expire_at = time.monotonic() + _EXPIRE_EVERY_S
                moved += await uow.fetch(_EXPIRED, uow.now, DEADLINE_PASSED)
            await tell_texts_moved(uow, [_moved(row) for row in moved])
            await uow.run(_FIRST_USE)
            rows = await uow.fetch(_TURNS, list(self._gateways), self._unclear_for, self._inbound_every)
        turns = [_turn(row) for row in rows]
        return len(moved) + sum(await asyncio.gather(*(self._take_turn(turn) for turn in turns)))

    async def _take_turn(self, turn: _Turn) -> int:
        """Do what one listing allows even if another is refused."""
        done = 0
        await self._read_balance(turn.account)
        for work in (self._clear, self._read_inbound) if turn.unclear else (self._read_inbound,):
            try:
                done += await work(turn)
            except ListingIncomplete as error:
                log.warning("listing_incomplete", account_id=str(turn.account.id), reason=str(error))
        return done

    async def _clear(self, turn: _Turn) -> int:
        async with self._database.begin(None, ACTOR) as uow:
            rows = await uow.fetch(_UNCLEAR, turn.account.id, turn.started_at - self._unclear_for)
        if not rows:
            return 0
        listed = await self._gateways[turn.account.gateway].list_sent(turn.account, rows[0]["claimed_at"])
        async with self._database.begin(None, ACTOR) as uow:
            return await self._settle(uow, turn.account, rows, listed)

    async def _settle(
        self, uow: Uow, account: Account, rows: Sequence[asyncpg.Record], listed: Sequence[Listed]
    ) -> int:
        known = {
            row["gateway_id"]
            for row in await uow.fetch(
                "SELECT gateway_id FROM messages WHERE account_id = $1 AND gateway_id = ANY ($2)",
                account.id,
                [item.gateway_id for item in listed],
            )
        }
        texts = [UnclearText(row["id"], row["claimed_at"], row["e164"], row["body"]) for row in rows]
        fates = find_listed(texts, [item for item in listed if item.gateway_id not in known])
        found = [fates[row["id"]] for row in rows]
        cleared = await uow.fetch(
            _CLEAR,
            [row["id"] for row in rows],
            [row["attempt"] for row in rows],
            [str(MessageStatus.QUEUED if item is None else item.status) for item in found],
            [None if item is None else item.gateway_id for item in found],
            ["absent_at_gateway" if item is None else item.code for item in found],
        )
        changed = {row["id"] for row in cleared}
        await give_back(uow, sorted(row["id"] for row in rows if row["id"] in changed and fates[row["id"]] is None))
        await tell_texts_moved(uow, [_moved(row) for row in rows if row["id"] in changed and fates[row["id"]]])
        uow.lanes.add("sms")
        fail_point("sms.reconciled")
        return len(changed)

    async def _read_balance(self, account: Account) -> None:
        """Keep what is left on a prepaid account, so that offers leave the reserve alone."""
        gateway = self._gateways[account.gateway]
        if not isinstance(gateway, TellsBalance) or (told := await gateway.balance(account)) is None:
            return
        async with self._database.begin(None, ACTOR) as uow:
            if not await note_balance(uow, account.id, told.minor, told.currency):
                log.warning("balance_in_another_currency", account_id=str(account.id), currency=told.currency)

    async def _read_inbound(self, turn: _Turn) -> int:
        """Store inbound texts whose webhook never came; those that came are known by their id."""
        since = (turn.listed_until or turn.started_at - _FIRST_LOOK_BACK) - _OVERLAP
        texts = await self._gateways[turn.account.gateway].poll_inbound(turn.account, since)
        async with self._database.begin(None, ACTOR) as uow:
            stored = await _store_missing(uow, turn.account, texts)
            await beat(uow, inbound_of(turn.account.id), self._inbound_every + HOUSE_OUTAGE_GAP)
            await uow.run(
                "UPDATE sms_account_progress SET listed_until = $2 WHERE account_id = $1",
                turn.account.id,
                turn.started_at,
            )
        return stored


async def _store_missing(uow: Uow, account: Account, texts: Sequence[InboundText]) -> int:
    rows = await uow.fetch(
        "SELECT gateway_id FROM inbound_messages WHERE account_id = $1 AND gateway_id = ANY ($2)",
        account.id,
        [text.gateway_id for text in texts],
    )
    known = {row["gateway_id"] for row in rows}
    missing = [text for text in texts if text.gateway_id not in known]
    for text in missing:
        await uow.run(
            "SELECT store_inbound($1, $2, $3, $4, $5, $6)",
            new_id(),
            account.id,
            text.gateway_id,
            text.sender,
            text.text.replace("\x00", ""),
            _LISTED_RAW,
        )
    if missing:
        log.info("inbound_read_from_list", account_id=str(account.id), stored=len(missing))
        uow.lanes.add("sms_in")
    return len(missing)


def _turn(row: asyncpg.Record) -> _Turn:
    account = Account(row["id"], row["gateway"], row["sid"], row["secret"], row["number"])
    return _Turn(account, row["unclear"], row["listed_until"], row["started_at"])


def _moved(row: asyncpg.Record) -> Moved:
    return Moved(row["id"], row["franchise_id"], row["shift_id"], row["carries"])
