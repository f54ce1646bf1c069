"""Bring receipts home: each moves its text forward, never back, in whatever order and number they come."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from dispatch.kit.fail_points import fail_point
from dispatch.kit.states import IllegalMove, MoveResult
from dispatch.kit.uow import Database, Uow
from dispatch.sms.claim import ACTOR
from dispatch.sms.events import Moved, tell_texts_moved
from dispatch.sms.gateways.base import Gateway
from dispatch.sms.phones import note_arrivals, note_refusals, stop_phone
from dispatch.sms.rules import MESSAGE_MOVES, MessageStatus

BATCH: Final = 500
ORPHANS_KEPT: Final = timedelta(days=1)
"""A receipt that fits no text waits so long for our own answer to arrive, then counts as somebody else's."""

# Orphans stay at the head of the line, so the line is read in pages.
_PAGE = """
SELECT r.id, r.account_id, r.gateway_id, r.message_id, r.status, r.error, r.received_at, a.gateway
FROM receipts r JOIN sms_accounts a ON a.id = r.account_id
WHERE r.applied_at IS NULL AND (r.received_at, r.id) > ($1, $2)
ORDER BY r.received_at, r.id LIMIT $3 FOR NO KEY UPDATE OF r SKIP LOCKED
"""
_MESSAGES = """
SELECT m.id, m.account_id, m.gateway_id, m.status, m.franchise_id, m.shift_id, m.phone_id,
       m.invitation_ids <> '{}' AS carries
FROM messages m WHERE m.id IN (
    SELECT id FROM unnest($1::uuid[]) AS r (id)
    UNION
    SELECT g.id FROM unnest($2::uuid[], $3::text[]) AS k (account_id, gateway_id)
    JOIN messages g ON g.account_id = k.account_id AND g.gateway_id = k.gateway_id)
ORDER BY m.id FOR NO KEY UPDATE
"""
_WRITE = """
UPDATE messages m SET status = v.status, gateway_id = coalesce(m.gateway_id, v.gateway_id),
    error = CASE WHEN v.status = 'failed' THEN v.error WHEN v.status = 'delivered' THEN NULL ELSE m.error END,
    sent_at = coalesce(m.sent_at, v.at),
    delivered_at = CASE WHEN v.status = 'delivered' THEN coalesce(m.delivered_at, v.at) ELSE m.delivered_at END,
    leased_until = NULL
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[]) AS v (id, status, gateway_id, error, at)
WHERE m.id = v.id
"""


@dataclass(slots=True)
class _Text:
    """A text while its receipts are applied."""

    row: asyncpg.Record
    status: MessageStatus
    gateway_id: str | None
    error: str | None = None
    at: datetime | None = None
    dead_number: bool = False
    opted_out: bool = False

    @property
    def moved(self) -> bool:
        return self.at is not None


class ReceiptDrain:
    """The drain of the lane `receipts`.

    Args:
        database: a pool of the job role.
        gateways: gateway name -> its adapter, for the meaning of error codes.
    """

    def __init__(self, database: Database, gateways: Mapping[str, Gateway]) -> None:
        self._database = database
        self._gateways = gateways

    async def __call__(self) -> int:
        """Apply everything that fits a text; return how many receipts were dealt with."""
        applied = 0
        after, after_id = datetime(1970, 1, 1, tzinfo=UTC), UUID(int=0)
        while True:
            async with self._database.begin(None, ACTOR) as uow:
                rows = await uow.fetch(_PAGE, after, after_id, BATCH)
                if rows:
                    applied += await self._apply(uow, rows)
            if len(rows) < BATCH:
                return applied
            after, after_id = rows[-1]["received_at"], rows[-1]["id"]

    async def _apply(self, uow: Uow, rows: Collection[asyncpg.Record]) -> int:
        found = await uow.fetch(
            _MESSAGES,
            [row["message_id"] for row in rows if row["message_id"] is not None],
            [row["account_id"] for row in rows],
            [row["gateway_id"] for row in rows],
        )
        texts = {row["id"]: _Text(row, MessageStatus(row["status"]), row["gateway_id"]) for row in found}
        by_gateway_id: dict[tuple[UUID, str], _Text] = {
            (text.row["account_id"], text.gateway_id): text for text in texts.values() if text.gateway_id is not None
        }
        done: list[UUID] = []
        for row in rows:
            text = _text_of(row, texts, by_gateway_id)
            if text is not None:
                if text.gateway_id is None and (row["account_id"], row["gateway_id"]) not in by_gateway_id:
                    text.gateway_id = row["gateway_id"]
                    by_gateway_id[row["account_id"], row["gateway_id"]] = text
                self._advance(text, row)
            if text is not None or row["received_at"] < uow.now - ORPHANS_KEPT:
                done.append(row["id"])
        await _write(uow, [text for text in texts.values() if text.moved])
        await uow.run("UPDATE receipts SET applied_at = clock.instant() WHERE id = ANY ($1)", done)
        fail_point("receipts.applied")
        return len(done)

    def _advance(self, text: _Text, row: asyncpg.Record) -> None:
        """Move a text by one receipt, or leave it: duplicates, latecomers and words we do not keep."""
        try:
            status = MessageStatus(row["status"])
            moves = MESSAGE_MOVES.check(text.status, status) is MoveResult.MOVE
        except (ValueError, IllegalMove):
            return
        if status is MessageStatus.FAILED and text.gateway_id not in {None, row["gateway_id"]}:
            return  # an earlier handing over failed; the later one is under way
        if moves:
            text.status, text.at = status, row["received_at"]
            text.error = row["error"]
            gateway = self._gateways.get(row["gateway"])
            if gateway is not None and status is MessageStatus.FAILED:
                text.dead_number = row["error"] in gateway.dead_number_codes
                text.opted_out = row["error"] in gateway.opted_out_codes


def _text_of(
    row: asyncpg.Record, texts: Mapping[UUID, _Text], by_gateway_id: Mapping[tuple[UUID, str], _Text]
) -> _Text | None:
    """Return the text a receipt is about: by our own id, of the same account only, else by the gateway's."""
    named = texts.get(row["message_id"]) if row["message_id"] is not None else None
    if named is not None and named.row["account_id"] == row["account_id"]:
        return named
    return by_gateway_id.get((row["account_id"], row["gateway_id"]))


async def _write(uow: Uow, texts: Collection[_Text]) -> None:
    if not texts:
        return
    await uow.run(
        _WRITE,
        [text.row["id"] for text in texts],
        [str(text.status) for text in texts],
        [text.gateway_id for text in texts],
        [text.error for text in texts],
        [text.at for text in texts],
    )
    await tell_texts_moved(
        uow, [Moved(t.row["id"], t.row["franchise_id"], t.row["shift_id"], t.row["carries"]) for t in texts]
    )
    await note_refusals(uow, _phones(text for text in texts if text.dead_number), source="receipt")
    for phone_id in sorted(set(_phones(text for text in texts if text.opted_out))):
        await stop_phone(uow, phone_id, source="receipt")
    delivered = {text.row["phone_id"] for text in texts if text.status is MessageStatus.DELIVERED}
    await note_arrivals(uow, delivered, source="receipt")


def _phones(texts: Iterable[_Text]) -> list[UUID]:
    return [text.row["phone_id"] for text in texts]
