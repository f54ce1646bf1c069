"""Take due texts of one account into hand: within its rate, past the last look, committed before anything is sent."""

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from dispatch.kit.uow import Database, Uow
from dispatch.settings import SendingMode
from dispatch.sms.allowance import Allowance, is_news_that_money_is_out, note_claimed, read_allowance
from dispatch.sms.breaker import TRY_EVERY
from dispatch.sms.budget import LOOK_AGAIN, SPEND_CAP
from dispatch.sms.detour import MOST as MOST_LED
from dispatch.sms.detour import count_due, lead_around, note_try
from dispatch.sms.events import Moved, Trouble, tell_outdated, tell_texts_moved, tell_trouble
from dispatch.sms.gate import OUTDATED, DueText, Verdict, judge
from dispatch.sms.gateways.base import Account
from dispatch.sms.rules import MessageClass, MessageStatus

ACTOR: Final = "system:sms"

# What this phone said last may be a STOP that is stored and acknowledged, and not read yet: it gets nothing before.
_SAID_SOMETHING = """
EXISTS (SELECT FROM phones f JOIN inbound_messages i ON i.phone_e164 = f.e164
        WHERE f.id = m.phone_id AND i.disposed_at IS NULL)
"""
_DUE_ACCOUNTS = f"""
SELECT a.id, a.gateway, a.sid, a.secret, a.number
FROM sms_accounts a
WHERE a.enabled AND a.gateway = ANY ($1) AND (SELECT sending_released()) AND EXISTS (
    SELECT FROM generate_series(0, 9) AS level (n) CROSS JOIN LATERAL (
        SELECT FROM messages m
        WHERE m.account_id = a.id AND m.priority = level.n AND m.status = 'queued' AND m.send_at <= $2
          AND NOT {_SAID_SOMETHING} LIMIT 1) AS due)
"""

# A phone that somebody is stopping at this moment is skipped, not waited for: STOP holds its row FOR UPDATE.
_DUE = f"""
WITH candidates AS MATERIALIZED (
    SELECT due.id, level.n AS priority, due.send_at FROM generate_series(0, 9) AS level (n) CROSS JOIN LATERAL (
        SELECT m.id, m.send_at FROM messages m
        WHERE m.account_id = $1 AND m.priority = level.n AND m.status = 'queued' AND m.send_at <= $2
          AND NOT {_SAID_SOMETHING}
        ORDER BY m.send_at LIMIT $3) AS due
    ORDER BY level.n, due.send_at LIMIT $3)
SELECT m.id, m.franchise_id, m.shift_id, m.invitation_ids <> '{{}}' AS carries, m.class, m.template, m.body, m.deadline,
       m.quiet_from, m.quiet_to, m.send_at, m.segments, p.id AS phone_id, p.e164, p.zone,
       p.opted_out_at IS NOT NULL AS opted_out, p.dead_at IS NOT NULL OR p.unproven_at IS NOT NULL AS dead,
       p.unproven_why IS NOT DISTINCT FROM 'wrong_number' AS strange,
       m.question_ids <> '{{}}' AND EXISTS (
           SELECT FROM questions q WHERE q.id = ANY (m.question_ids)
           AND (q.status <> 'open' OR q.closes_at <= $2)) AS outdated
FROM candidates c JOIN messages m ON m.id = c.id AND m.status = 'queued' JOIN phones p ON p.id = m.phone_id
ORDER BY c.priority, c.send_at
FOR NO KEY UPDATE OF m SKIP LOCKED FOR KEY SHARE OF p SKIP LOCKED
"""
_SETTLE = """
UPDATE messages m SET status = v.status, error = v.error, send_at = v.send_at,
    attempt = m.attempt + v.claimed::int, cost_minor = v.cost_minor,
    claimed_at = CASE WHEN v.claimed THEN clock_timestamp() ELSE m.claimed_at END,
    leased_until = CASE WHEN v.claimed THEN clock_timestamp() + make_interval(secs => $1) END
FROM unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::boolean[], $7::int[])
  AS v (id, status, error, send_at, claimed, cost_minor)
WHERE m.id = v.id
RETURNING m.id, m.attempt, m.claimed_at
"""


@dataclass(frozen=True, slots=True)
class ClaimedText:
    """A text in our hand. Whatever is written about it later carries `attempt`, or it is refused."""

    id: UUID
    attempt: int
    account_id: UUID
    franchise_id: UUID
    shift_id: UUID | None
    carries_invitations: bool
    phone_id: UUID
    claimed_at: datetime
    to: str = field(repr=False)
    body: str = field(repr=False)

    @property
    def moved(self) -> Moved:
        """The news that its status changed."""
        return Moved(self.id, self.franchise_id, self.shift_id, self.carries_invitations)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a claim brought.

    Attributes:
        texts: to be sent, in order of urgency.
        settled: texts that got another fate.
        wait_s: the account's rate is used up, or its gateway is down: nothing was looked at, and after so long there is
            room for one more.
        looked_at: the process's monotonic clock when the phones were looked at: a STOP after it may not be seen.
    """

    texts: tuple[ClaimedText, ...] = ()
    settled: int = 0
    wait_s: float | None = None
    looked_at: float = 0.0


async def due_accounts(database: Database, gateways: Collection[str]) -> list[Account]:
    """Return the enabled accounts of these gateways that have texts due; none while sending is not released."""
    async with database.begin(None, ACTOR) as uow:
        rows = await uow.fetch(_DUE_ACCOUNTS, list(gateways), uow.now)
    return [Account(**dict(row)) for row in rows]


async def claim_texts(
    database: Database,
    account_id: UUID,
    limit: int,
    *,
    mode: SendingMode,
    allow_list: Collection[str],
    lease_s: float,
) -> Claim:
    """Take up to `limit` due texts of an account, most urgent first, in a transaction of its own.

    When it returns, every text in it is `sending`, under a lease of `lease_s` seconds and with its attempt counted; the
    others that were due have their fate, and whoever waits for their invitations is told.
    """
    async with database.begin(None, ACTOR) as uow:
        allowance = await read_allowance(uow, account_id, TRY_EVERY)
        if allowance is None:
            return Claim()
        if allowance.down:
            led = await lead_around(uow, account_id, keep_one=not allowance.next_try_s)
            if led == MOST_LED or allowance.next_try_s:
                waits = not led and await count_due(uow, account_id, most=1)
                return Claim(settled=led, wait_s=allowance.next_try_s if waits else None)
            claim = await _claim(uow, allowance, 1, mode, allow_list, lease_s)
            if claim.texts:
                await note_try(uow, account_id)
            return claim
        if allowance.room < 1:
            return Claim(wait_s=allowance.wait_s)
        return await _claim(uow, allowance, min(limit, int(allowance.room)), mode, allow_list, lease_s)


async def _claim(
    uow: Uow, allowance: Allowance, limit: int, mode: SendingMode, allow_list: Collection[str], lease_s: float
) -> Claim:
    looked_at = time.monotonic()
    rows = await uow.fetch(_DUE, allowance.account_id, uow.now, limit)
    if not rows:
        return Claim()
    verdicts = [judge(_due(row), uow.now, mode, allow_list, allowance.prefixes) for row in rows]
    costs = [row["segments"] * allowance.price_minor for row in rows]
    verdicts = [
        _for_money(allowance, row, verdict, cost, uow.now)
        for row, verdict, cost in zip(rows, verdicts, costs, strict=True)
    ]
    if any(verdict.reason == SPEND_CAP for verdict in verdicts) and await is_news_that_money_is_out(uow, allowance):
        await tell_trouble(uow, allowance.franchise_id, allowance.account_id, Trouble.MONEY)
    claimed = await _settle(uow, rows, verdicts, costs, lease_s)
    texts = tuple(
        _claimed(row, allowance.account_id, claimed[row["id"]])
        for row, verdict in zip(rows, verdicts, strict=True)
        if _goes(verdict)
    )
    if texts:
        spent = _spent(rows, verdicts, costs)
        await note_claimed(uow, allowance, len(texts), seats_minor=spent[True], offers_minor=spent[False])
    return Claim(texts, len(rows) - len(texts), looked_at=looked_at)


def _for_money(allowance: Allowance, row: asyncpg.Record, verdict: Verdict, cost: int, now: datetime) -> Verdict:
    if not _goes(verdict) or allowance.budget.take(MessageClass(row["class"]), cost):
        return verdict
    return Verdict(MessageStatus.QUEUED, SPEND_CAP, send_at=now + LOOK_AGAIN)


def _spent(rows: list[asyncpg.Record], verdicts: list[Verdict], costs: list[int]) -> dict[bool, int]:
    """Return what leaves now: about seats, and the rest."""
    spent = {True: 0, False: 0}
    for row, verdict, cost in zip(rows, verdicts, costs, strict=True):
        if _goes(verdict):
            spent[row["class"] == MessageClass.SEAT] += cost
    return spent


async def _settle(
    uow: Uow, rows: list[asyncpg.Record], verdicts: list[Verdict], costs: list[int], lease_s: float
) -> dict[UUID, asyncpg.Record]:
    settled = await uow.fetch(
        _SETTLE,
        lease_s,
        [row["id"] for row in rows],
        [str(verdict.status) for verdict in verdicts],
        [verdict.reason for verdict in verdicts],
        [verdict.send_at or row["send_at"] for row, verdict in zip(rows, verdicts, strict=True)],
        [_goes(verdict) for verdict in verdicts],
        [cost if _goes(verdict) else 0 for cost, verdict in zip(costs, verdicts, strict=True)],
    )
    ended = [
        Moved(row["id"], row["franchise_id"], row["shift_id"], row["carries"])
        for row, verdict in zip(rows, verdicts, strict=True)
        if verdict.status in {MessageStatus.EXPIRED, MessageStatus.SUPPRESSED}
    ]
    await tell_texts_moved(uow, ended)
    await tell_outdated(
        uow,
        [
            (row["franchise_id"], row["id"])
            for row, verdict in zip(rows, verdicts, strict=True)
            if verdict.reason == OUTDATED
        ],
    )
    return {row["id"]: row for row in settled}


def _goes(verdict: Verdict) -> bool:
    return verdict.status is MessageStatus.SENDING


def _due(row: asyncpg.Record) -> DueText:
    deadline: datetime | None = row["deadline"]
    return DueText(
        class_=MessageClass(row["class"]),
        template=row["template"],
        deadline=deadline,
        quiet_from=row["quiet_from"],
        quiet_to=row["quiet_to"],
        zone=row["zone"],
        to=row["e164"],
        opted_out=row["opted_out"],
        dead=row["dead"],
        strange=row["strange"],
        outdated=row["outdated"],
    )


def _claimed(row: asyncpg.Record, account_id: UUID, claimed: asyncpg.Record) -> ClaimedText:
    return ClaimedText(
        id=row["id"],
        attempt=claimed["attempt"],
        account_id=account_id,
        franchise_id=row["franchise_id"],
        shift_id=row["shift_id"],
        carries_invitations=row["carries"],
        phone_id=row["phone_id"],
        claimed_at=claimed["claimed_at"],
        to=row["e164"],
        body=row["body"],
    )
