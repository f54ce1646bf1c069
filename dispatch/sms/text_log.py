"""Every text the franchise sent, newest first, with what became of it and what it cost: read by keys, never counted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from dispatch.kit.ids import first_id
from dispatch.kit.uow import Uow
from dispatch.sms.outgoing import SECRET
from dispatch.sms.rules import MessageClass, MessageStatus

MOST_LOOKED_THROUGH: Final = 20_000
"""Texts looked through for one page; a rare kind of text is then looked for further back."""

LONGEST_PERIOD: Final = timedelta(days=366)

# The limit within stops the walk where few fit; the one outside where many do.
_LOG: Final = """
SELECT l.id, l.created_at, l.sent_at, l.delivered_at, l.template, l.class AS class_, l.status, l.error, l.segments,
       l.cost_minor, l.account_id, l.worker_id, l.shift_id,
       CASE WHEN l.template = ANY ($9) THEN '' ELSE l.body END AS body
FROM (SELECT * FROM messages m
      WHERE m.franchise_id = $1 AND m.id >= $2 AND m.id < $3
      ORDER BY m.id DESC LIMIT $10) l
WHERE ($4::text IS NULL OR l.status = $4) AND ($5::text IS NULL OR l.class = $5)
  AND ($6::uuid IS NULL OR l.account_id = $6) AND ($7::uuid[] IS NULL OR l.worker_id = ANY ($7))
ORDER BY l.id DESC LIMIT $8
"""
_LAST_LOOKED_AT: Final = """
SELECT m.id FROM messages m WHERE m.franchise_id = $1 AND m.id >= $2 AND m.id < $3
ORDER BY m.id DESC OFFSET $4 LIMIT 1
"""
_SPENT: Final = """
SELECT account_id, sum(minor)::bigint AS minor FROM sms_spend
WHERE franchise_id = $1 AND slot >= $2 AND slot < $3 GROUP BY account_id
"""


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which texts, of a period of real time; None leaves open."""

    begins: datetime
    ends: datetime
    status: MessageStatus | None = None
    class_: MessageClass | None = None
    account_id: UUID | None = None
    worker_ids: Sequence[UUID] | None = None


@dataclass(frozen=True, slots=True)
class LogLine:
    """One text; `body` is empty where it held a key. `worker_id` is None for texts to clients and staff."""

    id: UUID
    created_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    template: str
    class_: MessageClass
    status: MessageStatus
    error: str | None
    segments: int
    cost_minor: int
    account_id: UUID
    worker_id: UUID | None
    shift_id: UUID | None
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LogPage:
    """Some texts, newest first, and the id to go on before; None at the end."""

    lines: Sequence[LogLine]
    more: UUID | None


async def read_log(
    uow: Uow, wanted: LogFilter, *, before: UUID | None, limit: int, look_through: int = MOST_LOOKED_THROUGH
) -> LogPage:
    """Return a page of the tenant's texts; fewer than `limit` with `more` set means that few fit so far.

    Args:
        uow: the tenant's.
        wanted: which texts.
        before: the id to go on before, of the page that was read last.
        limit: the most a page holds.
        look_through: the most texts looked at for it.
    """
    lowest, highest = first_id(wanted.begins), first_id(wanted.ends)
    highest = highest if before is None else min(highest, before)
    rows = await uow.fetch(
        _LOG,
        uow.franchise_id,
        lowest,
        highest,
        wanted.status,
        wanted.class_,
        wanted.account_id,
        None if wanted.worker_ids is None else list(wanted.worker_ids),
        limit + 1,
        sorted(SECRET),
        look_through,
    )
    lines = [
        LogLine(**{**dict(row), "class_": MessageClass(row["class_"]), "status": MessageStatus(row["status"])})
        for row in rows[:limit]
    ]
    if len(rows) > limit:
        return LogPage(lines, lines[-1].id)
    last = await uow.fetchval(_LAST_LOOKED_AT, uow.franchise_id, lowest, highest, look_through - 1)
    return LogPage(lines, last)


async def spent_by_account(uow: Uow, begins: datetime, ends: datetime) -> dict[UUID, int]:
    """Return what left within a period of real time cost, minor units, by account."""
    rows = await uow.fetch(_SPENT, uow.franchise_id, begins, ends)
    return {row["account_id"]: row["minor"] for row in rows}
