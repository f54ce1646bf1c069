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
from dispatch.sms.events import Moved, tell_texts_moved
from dispatch.sms.gate import DueText, Verdict, judge
from dispatch.sms.gateways.base import Account
from dispatch.sms.rules import MessageClass, MessageStatus

ACTOR: Final = "system:sms"

BURST_S: Final = 0.5
"""A claim takes at most what the account's rate allows in so many seconds."""

_DUE_ACCOUNTS = """
SELECT a.id, a.gateway, a.sid, a.secret, a.number
FROM sms_accounts a
WHERE a.enabled AND a.gateway = ANY ($1) AND (SELECT sending_released()) AND EXISTS (
    SELECT FROM generate_series(0, 9) AS level (n) CROSS JOIN LATERAL (
        SELECT FROM messages m
        WHERE m.account_id = a.id AND m.priority = level.n AND m.status = 'queued' AND m.send_at <= $2 LIMIT 1) AS due)
"""

# Locking the progress row makes claims of one account take turns, so that all senders together keep its rate.
_ALLOWANCE = """
SELECT a.rate_per_s,
       greatest(extract(epoch FROM greatest(p.next_send_at, 'epoch') - clock_timestamp()), 0)::float8 AS ahead_s
FROM sms_account_progress p JOIN sms_accounts a ON a.id = p.account_id AND a.enabled
WHERE p.account_id = $1 AND sending_released()
FOR NO KEY UPDATE OF p
"""
_FIRST_USE = "INSERT INTO sms_account_progress (account_id) VALUES ($1) ON CONFLICT DO NOTHING"
_PACE = """
UPDATE sms_account_progress
SET next_send_at = greatest(next_send_at, clock_timestamp()) + make_interval(secs => $2) WHERE account_id = $1
"""

# A phone that somebody is stopping at this moment is skipped, not waited for: STOP holds its row FOR UPDATE.
_DUE = """
WITH candidates AS MATERIALIZED (
    SELECT due.id, level.n AS priority, due.send_at FROM generate_series(0, 9) AS level (n) CROSS JOIN LATERAL (
        SELECT m.id, m.send_at FROM messages m
        WHERE m.account_id = $1 AND m.priority = level.n AND m.status = 'queued' AND m.send_at <= $2
        ORDER BY m.send_at LIMIT $3) AS due
    ORDER BY level.n, due.send_at LIMIT $3)
SELECT m.id, m.franchise_id, m.shift_id, m.invitation_ids <> '{}' AS carries, m.class, m.template, m.body, m.deadline,
       m.quiet_from, m.quiet_to, m.send_at, p.id AS phone_id, p.e164, p.zone, p.opted_out_at IS NOT NULL AS opted_out,
       p.dead_at IS NOT NULL AS dead
FROM candidates c JOIN messages m ON m.id = c.id AND m.status = 'queued' JOIN phones p ON p.id = m.phone_id
ORDER BY c.priority, c.send_at
FOR NO KEY UPDATE OF m SKIP LOCKED FOR KEY SHARE OF p SKIP LOCKED
"""
_SETTLE = """
UPDATE messages m SET status = v.status, error = v.error, send_at = v.send_at,
    attempt = m.attempt + v.claimed::int,
    claimed_at = CASE WHEN v.claimed THEN clock_timestamp() ELSE m.claimed_at END,
    leased_until = CASE WHEN v.claimed THEN clock_timestamp() + make_interval(secs => $1) END
FROM unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::boolean[])
  AS v (id, status, error, send_at, claimed)
WHERE m.id = v.id
RETURNING m.id, m.attempt
"""


@dataclass(frozen=True, slots=True)
class ClaimedText:
    """A text in our hand. Whatever is written about it later carries `attempt`, or it is refused."""

    id: UUID
    attempt: int
    franchise_id: UUID
    shift_id: UUID | None
    carries_invitations: bool
    phone_id: UUID
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
        wait_s: the account's rate is used up; nothing was looked at, and after so long there is room for one more.
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
        allowance = await uow.fetchrow(_ALLOWANCE, account_id)
        if allowance is None:
            await uow.run(_FIRST_USE, account_id)
            allowance = await uow.fetchrow(_ALLOWANCE, account_id)
        if allowance is None:
            return Claim()
        rate: int = allowance["rate_per_s"]
        room = max(1.0, rate * BURST_S) - allowance["ahead_s"] * rate
        if room < 1:
            return Claim(wait_s=(1 - room) / rate)
        looked_at = time.monotonic()
        rows = await uow.fetch(_DUE, account_id, uow.now, min(limit, int(room)))
        if not rows:
            return Claim()
        verdicts = [judge(_due(row), uow.now, mode, allow_list) for row in rows]
        attempts = await _settle(uow, rows, verdicts, lease_s)
        texts = tuple(_claimed(row, attempts[row["id"]]) for row, v in zip(rows, verdicts, strict=True) if _goes(v))
        if texts:
            await uow.run(_PACE, account_id, len(texts) / rate)
        return Claim(texts, len(rows) - len(texts), looked_at=looked_at)


async def _settle(uow: Uow, rows: list[asyncpg.Record], verdicts: list[Verdict], lease_s: float) -> dict[UUID, int]:
    settled = await uow.fetch(
        _SETTLE,
        lease_s,
        [row["id"] for row in rows],
        [str(verdict.status) for verdict in verdicts],
        [verdict.reason for verdict in verdicts],
        [verdict.send_at or row["send_at"] for row, verdict in zip(rows, verdicts, strict=True)],
        [_goes(verdict) for verdict in verdicts],
    )
    ended = [
        Moved(row["id"], row["franchise_id"], row["shift_id"], row["carries"])
        for row, verdict in zip(rows, verdicts, strict=True)
        if verdict.status in {MessageStatus.EXPIRED, MessageStatus.SUPPRESSED}
    ]
    await tell_texts_moved(uow, ended)
    return {row["id"]: row["attempt"] for row in settled}


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
    )


def _claimed(row: asyncpg.Record, attempt: int) -> ClaimedText:
    return ClaimedText(
        id=row["id"],
        attempt=attempt,
        franchise_id=row["franchise_id"],
        shift_id=row["shift_id"],
        carries_invitations=row["carries"],
        phone_id=row["phone_id"],
        to=row["e164"],
        body=row["body"],
    )
