"""Reads of the current franchise's texts, inbox and questions, newest first, in pages."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from dispatch.kit.pages import Cursor
from dispatch.kit.uow import Uow
from dispatch.sms.errors import InboxItemNotFound
from dispatch.sms.inbox import InboxKind
from dispatch.sms.models import InboxItem, Message
from dispatch.sms.outgoing import SECRET
from dispatch.sms.questions import QUESTION_COLUMNS, Question, question_of
from dispatch.sms.rules import InboxStatus, MessageClass, MessageStatus, QuestionKind, QuestionStatus

_SECRET: Final = ", ".join(f"'{name}'" for name in sorted(SECRET))
_MESSAGES: Final = f"""
SELECT m.id, m.worker_id, m.shift_id, m.question_id, m.template, m.class AS class_, m.urgent,
       CASE WHEN m.template IN ({_SECRET}) THEN '***' ELSE m.body END AS body, m.segments,
       m.status, m.error, m.send_at, m.deadline, m.created_at, m.sent_at, m.delivered_at
FROM messages m
WHERE m.franchise_id = $1
  AND ($2::uuid IS NULL OR m.shift_id = $2 OR (m.question_ids <> '{{}}' AND m.question_ids && $8))
  AND ($3::uuid IS NULL OR m.worker_id = $3)
  AND ($4::text IS NULL OR m.status = $4)
  AND ($5::timestamptz IS NULL OR (m.created_at, m.id) < ($5, $6::uuid))
ORDER BY m.created_at DESC, m.id DESC LIMIT $7
"""
_ASKED_OF: Final = "SELECT id FROM questions WHERE franchise_id = $1 AND shift_id = $2 AND kind = 'offer'"
_INBOX: Final = """
SELECT i.id, i.kind, i.worker_id, i.shift_id, i.subject_id, i.phone_id, i.inbound_id IS NOT NULL AS written, i.text,
       i.suggestion, i.status, i.created_at, i.done_at, i.done_by, d.disposition AS read_as,
       (d.parsed ->> 'confidence')::float8 AS confidence
FROM inbox_items i LEFT JOIN dispositions d ON d.inbound_id = i.inbound_id AND d.franchise_id = i.franchise_id
WHERE i.franchise_id = $1 AND i.status = $2 AND ($3::text[] IS NULL OR i.kind = ANY ($3))
  AND ($4::timestamptz IS NULL OR (i.created_at, i.id) < ($4, $5::uuid)) AND ($7::uuid IS NULL OR i.id = $7)
ORDER BY i.created_at DESC, i.id DESC LIMIT $6
"""
_QUESTIONS: Final = f"""
SELECT {QUESTION_COLUMNS} FROM questions q
WHERE q.franchise_id = $1 AND ($2::uuid IS NULL OR q.shift_id = $2) AND ($3::uuid IS NULL OR q.worker_id = $3)
  AND ($4::text IS NULL OR q.kind = $4) AND ($5::text IS NULL OR q.status = $5)
  AND ($6::timestamptz IS NULL OR (q.opened_at, q.id) < ($6, $7::uuid))
ORDER BY q.opened_at DESC, q.id DESC LIMIT $8
"""


async def list_messages(
    uow: Uow,
    *,
    shift_id: UUID | None = None,
    worker_id: UUID | None = None,
    status: MessageStatus | None = None,
    before: Cursor[datetime] | None = None,
    limit: int,
) -> list[Message]:
    """Return outbound texts; of a shift also those that offer it beside others."""
    at, row_id = before or (None, None)
    asked = [] if shift_id is None else await uow.fetch(_ASKED_OF, uow.franchise_id, shift_id)
    rows = await uow.fetch(
        _MESSAGES,
        uow.franchise_id,
        shift_id,
        worker_id,
        None if status is None else status.value,
        at,
        row_id,
        limit,
        [row["id"] for row in asked],
    )
    return [
        Message(**{**dict(row), "class_": MessageClass(row["class_"]), "status": MessageStatus(row["status"])})
        for row in rows
    ]


async def list_inbox(
    uow: Uow,
    *,
    status: InboxStatus = InboxStatus.OPEN,
    kinds: Collection[InboxKind] | None = None,
    before: Cursor[datetime] | None = None,
    only: UUID | None = None,
    limit: int,
) -> list[InboxItem]:
    """Return what people have to look at, or have looked at; with `only` that one item."""
    at, row_id = before or (None, None)
    rows = await uow.fetch(
        _INBOX,
        uow.franchise_id,
        status.value,
        None if kinds is None else [kind.value for kind in kinds],
        at,
        row_id,
        limit,
        only,
    )
    leads = [row["id"] for row in rows if row["kind"] == InboxKind.LEAD]
    numbers = await uow.fetch("SELECT item_id, e164 FROM lead_phones($1)", leads) if leads else []
    phones = {row["item_id"]: row["e164"] for row in numbers}
    return [
        InboxItem(
            **{
                **dict(row),
                "kind": InboxKind(row["kind"]),
                "status": InboxStatus(row["status"]),
                "phone": phones.get(row["id"]),
            }
        )
        for row in rows
    ]


async def inbox_item(uow: Uow, item_id: UUID) -> InboxItem:
    """Return one item, open or done.

    Raises:
        InboxItemNotFound: it does not exist in this franchise.
    """
    for status in InboxStatus:
        found = await list_inbox(uow, status=status, only=item_id, limit=1)
        if found:
            return found[0]
    raise InboxItemNotFound


async def count_open(uow: Uow, most: int) -> int:
    """Count what waits for people, up to a number."""
    counted: int = await uow.fetchval(
        "SELECT count(*) FROM (SELECT FROM inbox_items WHERE franchise_id = $1 AND status = 'open' LIMIT $2) waiting",
        uow.franchise_id,
        most,
    )
    return counted


async def list_questions(
    uow: Uow,
    *,
    shift_id: UUID | None = None,
    worker_id: UUID | None = None,
    kind: QuestionKind | None = None,
    status: QuestionStatus | None = QuestionStatus.OPEN,
    before: Cursor[datetime] | None = None,
    limit: int,
) -> list[Question]:
    """Return what was asked."""
    at, row_id = before or (None, None)
    rows = await uow.fetch(
        _QUESTIONS,
        uow.franchise_id,
        shift_id,
        worker_id,
        None if kind is None else kind.value,
        None if status is None else status.value,
        at,
        row_id,
        limit,
    )
    return [question_of(row) for row in rows]


async def question_to(uow: Uow, worker_id: UUID, question_id: UUID) -> Question | None:
    """Return what the franchise asked a man, open or not; None when it did not ask him that."""
    row = await uow.fetchrow(
        f"SELECT {QUESTION_COLUMNS} FROM questions q WHERE q.franchise_id = $1 AND q.id = $2 AND q.worker_id = $3",
        uow.franchise_id,
        question_id,
        worker_id,
    )
    return None if row is None else question_of(row)
