"""Texts that still wait to leave, held in hand so that what they say can be changed before a sender takes them.

A text is only ever changed under its row's lock and while it is `queued`: what a sender claimed stays as it is.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from dispatch.kit.uow import Uow
from dispatch.sms.segments import measure
from dispatch.sms.wording import Template
from dispatch.tenancy.policy import QuietHours

MOST_OFFERS: Final = 4
"""Offers in one text at most; the database holds it, too."""
MOST_SEGMENTS: Final = 3
"""Segments of a text with several offers at most."""

_OFFERS: Final = (Template.OFFER.value, Template.OFFERS.value)
_WAITS_AT_MOST: Final = timedelta(days=2)
"""Older texts are not looked through for one to join."""

_COLUMNS: Final = "m.id, m.phone_id, m.worker_id, m.question_id, m.question_ids"
# What somebody holds just now is left alone: a sender is about to take it, or somebody takes an offer out of it. What
# was in a sender's hand before may be known to the gateway, so it stays as it was.
_TO_JOIN: Final = f"""
SELECT {_COLUMNS}
FROM unnest($3::uuid[], $4::uuid[], $5::timestamptz[]) AS w (phone_id, worker_id, not_before)
JOIN messages m ON m.phone_id = w.phone_id AND m.worker_id = w.worker_id
WHERE m.franchise_id = $1 AND m.account_id = $2 AND m.status = 'queued' AND m.template = ANY ($6) AND NOT m.urgent
  AND m.attempt = 0 AND m.send_at <= w.not_before AND m.deadline > w.not_before AND m.created_at > $7
  AND (m.quiet_from, m.quiet_to) = ($8::time, $9::time) AND cardinality(m.question_ids) < $10
  AND m.question_id IS NOT NULL
ORDER BY m.id FOR NO KEY UPDATE OF m SKIP LOCKED
"""
_ASKING: Final = f"""
SELECT {_COLUMNS} FROM messages m
WHERE m.franchise_id = $1 AND m.status = 'queued'
  AND m.phone_id IN (SELECT q.phone_id FROM questions q WHERE q.franchise_id = $1 AND q.id = ANY ($2))
  AND (m.question_id = ANY ($2) OR m.question_ids && $2)
ORDER BY m.id FOR NO KEY UPDATE
"""
_BY_ID: Final = f"""
SELECT {_COLUMNS} FROM messages m WHERE m.franchise_id = $1 AND m.id = $2 AND m.status = 'queued' FOR NO KEY UPDATE
"""
_REWRITE: Final = """
UPDATE messages m SET template = v.template, body = v.body, segments = v.segments, shift_id = v.shift_id,
    question_id = v.questions[1], invitation_ids = v.invitations, deadline = v.deadline,
    question_ids = CASE WHEN cardinality(v.questions) > 1 THEN v.questions ELSE '{}' END
FROM (SELECT u.id, u.template, u.body, u.segments, u.shift_id, u.questions::uuid[] AS questions,
             u.invitations::uuid[] AS invitations, u.deadline
      FROM unnest($2::uuid[], $3::text[], $4::text[], $5::smallint[], $6::uuid[], $7::text[], $8::text[],
                  $9::timestamptz[]) AS u (id, template, body, segments, shift_id, questions, invitations, deadline)) v
WHERE m.franchise_id = $1 AND m.id = v.id
"""


@dataclass(frozen=True, slots=True)
class WaitingText:
    """A queued text under our lock, and the questions it asks, in the order it asks them."""

    id: UUID
    phone_id: UUID
    worker_id: UUID | None
    asks: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Joining:
    """Whom another offer is meant for, and when it could leave by itself."""

    phone_id: UUID
    worker_id: UUID
    not_before: datetime


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What a queued text says from now on; `asks` its questions, the first one's `shift_id` the text is filed under."""

    id: UUID
    template: Template
    body: str
    shift_id: UUID
    asks: Sequence[UUID]
    invitation_ids: Sequence[UUID]
    deadline: datetime


async def hold_to_join(
    uow: Uow, account_id: UUID, men: Sequence[Joining], quiet: QuietHours
) -> dict[UUID, WaitingText]:
    """Return, by worker, an offer that waits for the same man at the same phone and account, locked; wait for nobody.

    One statement for all of them. Left out: urgent texts, texts that would hold the new offer up or are worthless when
    it could leave, texts under other quiet hours, and whatever a sender has or ever had in hand.
    """
    rows = await uow.fetch(
        _TO_JOIN,
        uow.franchise_id,
        account_id,
        [man.phone_id for man in men],
        [man.worker_id for man in men],
        [man.not_before for man in men],
        list(_OFFERS),
        uow.now - _WAITS_AT_MOST,
        quiet.start,
        quiet.end,
        MOST_OFFERS,
    )
    return {row["worker_id"]: _waiting(row) for row in rows}


async def hold_asking(uow: Uow, question_ids: Collection[UUID]) -> list[WaitingText]:
    """Return the queued texts that ask any of these questions, locked; a sender that is claiming one is waited for."""
    if not question_ids:
        return []
    return [_waiting(row) for row in await uow.fetch(_ASKING, uow.franchise_id, list(question_ids))]


async def hold_text(uow: Uow, message_id: UUID) -> WaitingText | None:
    """Return a text by id, locked; None when it does not wait any more."""
    row = await uow.fetchrow(_BY_ID, uow.franchise_id, message_id)
    return None if row is None else _waiting(row)


async def rewrite_texts(uow: Uow, texts: Sequence[Rewritten]) -> None:
    """Change what texts under our lock say, in one statement; when they leave does not change."""
    if not texts:
        return
    await uow.run(
        _REWRITE,
        uow.franchise_id,
        [text.id for text in texts],
        [text.template.value for text in texts],
        [text.body for text in texts],
        [measure(text.body).segments for text in texts],
        [text.shift_id for text in texts],
        [_array(text.asks) for text in texts],
        [_array(text.invitation_ids) for text in texts],
        [text.deadline for text in texts],
    )


def _waiting(row: asyncpg.Record) -> WaitingText:
    asks = tuple(row["question_ids"]) or ((row["question_id"],) if row["question_id"] is not None else ())
    return WaitingText(row["id"], row["phone_id"], row["worker_id"], asks)


def _array(ids: Sequence[UUID]) -> str:
    return "{" + ",".join(map(str, ids)) + "}"
