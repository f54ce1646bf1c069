"""What we last asked a phone: open, answer, close. A reply is matched with these and with nothing else."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Uow
from dispatch.sms.outgoing import default_account
from dispatch.sms.rules import QUESTION_MOVES, QuestionKind, QuestionStatus

QUESTION_COLUMNS: Final = """q.id, q.franchise_id, q.phone_id, q.worker_id, q.account_id, q.kind, q.code, q.subject_id,
q.shift_id, q.detail, q.status, q.opened_at, q.closes_at, q.answered_at, q.closed_at"""
"""What `question_of` reads, from a table called q."""

_OPEN = """
INSERT INTO questions AS q (id, franchise_id, phone_id, worker_id, account_id, kind, code, subject_id, shift_id, detail,
                            opened_at, closes_at)
SELECT n.id, $1, n.phone_id, n.worker_id, n.account_id, n.kind, n.code, n.subject_id, n.shift_id, n.detail::jsonb, $2,
       n.closes_at
FROM unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::smallint[], $9::uuid[], $10::uuid[],
            $11::text[], $12::timestamptz[])
  AS n (id, phone_id, worker_id, account_id, kind, code, subject_id, shift_id, detail, closes_at)
ON CONFLICT (kind, subject_id) WHERE status = 'open' AND kind <> 'which'
DO UPDATE SET closes_at = excluded.closes_at, detail = excluded.detail, account_id = excluded.account_id
RETURNING q.id, q.kind, q.subject_id, q.code
"""


@dataclass(frozen=True, slots=True)
class NewQuestion:
    """A question to open.

    Attributes:
        subject_id: what it is about: an invitation, a seat, a fine, a shift for a crew list.
        code: from 31 to 999, unique among the phone's open questions; reserved with the invitation, or taken by
            `fresh_code`. None: it cannot be named, only answered bare.
        closes_at: answers count as late from then on; None: until it is closed.
        label: what a "which one?" calls it, date first: "24.11 09:00 Сенная". Kept short by the text itself.
        language: in which the person is written to.
        starts_at, ends_at: of the shift it is about; attendance words go to the running or next seat by these.
        detail: whatever else its answer handler needs; ids and small facts, JSON-compatible.
        account_id: the account that asks; None: the franchise's default.
    """

    phone_id: UUID
    worker_id: UUID | None
    kind: QuestionKind
    subject_id: UUID
    shift_id: UUID | None = None
    code: int | None = None
    closes_at: datetime | None = None
    label: str = ""
    language: str = "ru"
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    detail: Mapping[str, object] = field(default_factory=dict)
    account_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class OpenedQuestion:
    """An open question as stored; `code` may be older than the one wished for, where the same was asked before."""

    id: UUID
    kind: QuestionKind
    subject_id: UUID
    code: int | None


@dataclass(frozen=True, slots=True)
class Question:
    """A question as read."""

    id: UUID
    franchise_id: UUID
    phone_id: UUID
    worker_id: UUID | None
    account_id: UUID
    kind: QuestionKind
    code: int | None
    subject_id: UUID
    shift_id: UUID | None
    detail: Mapping[str, Any]
    status: QuestionStatus
    opened_at: datetime
    closes_at: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None

    @property
    def label(self) -> str:
        """What a "which one?" calls it."""
        return str(self.detail.get("label", ""))

    @property
    def language(self) -> str:
        """In which the person is written to."""
        return str(self.detail.get("language", "ru"))

    @property
    def starts_at(self) -> datetime | None:
        """The start of the shift it is about."""
        return self._instant("starts_at")

    @property
    def ends_at(self) -> datetime | None:
        """The end of the shift it is about."""
        return self._instant("ends_at")

    def is_open(self, now: datetime) -> bool:
        """Whether an answer would be in time."""
        return self.status is QuestionStatus.OPEN and (self.closes_at is None or now < self.closes_at)

    def _instant(self, name: str) -> datetime | None:
        text = self.detail.get(name)
        return None if text is None else datetime.fromisoformat(text)


async def fresh_code(uow: Uow, phone_id: UUID) -> int:
    """Take the next free code of a phone. They rotate, so a late answer to an old text does not meet a new question."""
    return int(await uow.fetchval("SELECT free_code($1)", phone_id))


async def open_question(uow: Uow, question: NewQuestion) -> OpenedQuestion:
    """Open one question; see `open_questions_bulk`."""
    return (await open_questions_bulk(uow, [question]))[0]


async def open_questions_bulk(uow: Uow, questions: Sequence[NewQuestion]) -> list[OpenedQuestion]:
    """Open questions of the current franchise in one statement.

    Asking again what is still open (same kind and subject) keeps the row and its code and moves its closing time and
    details; so write texts with the codes returned here.

    Raises:
        CodeTaken: another open question of the phone has the code.
        SmsAccountMissing: a question names no account and the franchise has none.
    """
    if not questions:
        return []
    account_id = await default_account(uow) if any(q.account_id is None for q in questions) else None
    rows = await uow.fetch(
        _OPEN,
        uow.franchise_id,
        uow.now,
        [new_id() for _ in questions],
        [q.phone_id for q in questions],
        [q.worker_id for q in questions],
        [q.account_id or account_id for q in questions],
        [q.kind.value for q in questions],
        [q.code for q in questions],
        [q.subject_id for q in questions],
        [q.shift_id for q in questions],
        [_detail(q) for q in questions],
        [q.closes_at for q in questions],
    )
    opened = {
        (row["kind"], row["subject_id"]): OpenedQuestion(
            row["id"], QuestionKind(row["kind"]), row["subject_id"], row["code"]
        )
        for row in rows
    }
    return [opened[q.kind, q.subject_id] for q in questions]


async def read_question(uow: Uow, question_id: UUID) -> Question:
    """Return a question of the current franchise, open or not."""
    row = await uow.fetchrow(
        f"SELECT {QUESTION_COLUMNS} FROM questions q WHERE q.franchise_id = $1 AND q.id = $2",
        uow.franchise_id,
        question_id,
    )
    assert row is not None, "whatever names a question has it by a foreign key"
    return question_of(row)


async def answer_question(uow: Uow, question_id: UUID) -> bool:
    """Mark a question answered; False when it was not open any more."""
    return bool(
        await uow.run(
            """UPDATE questions SET status = 'answered', answered_at = $2, closed_at = $2
               WHERE id = $1 AND status = ANY ($3)""",
            question_id,
            uow.now,
            _sources(QuestionStatus.ANSWERED),
        )
    )


async def reopen_question(uow: Uow, question_id: UUID, *, closes_at: datetime | None = None) -> bool:
    """Open an answered or closed question again with the same code; False when it is open or gone.

    Raises:
        CodeTaken: its code went to another question of the phone meanwhile.
    """
    return bool(
        await uow.run(
            """UPDATE questions SET status = 'open', answered_at = NULL, closed_at = NULL, closes_at = $2
               WHERE id = $1 AND status = ANY ($3)""",
            question_id,
            closes_at,
            _sources(QuestionStatus.OPEN),
        )
    )


async def close_questions(
    uow: Uow,
    *,
    question_ids: Collection[UUID] | None = None,
    subject_ids: Collection[UUID] | None = None,
    shift_id: UUID | None = None,
    worker_ids: Collection[UUID] | None = None,
    kinds: Collection[QuestionKind] | None = None,
) -> list[UUID]:
    """Close open questions of the current franchise and return their ids.

    Selectors are joined by "and"; one of `question_ids`, `subject_ids` and `shift_id` is required.

    Raises:
        ValueError: none of the three is given.
    """
    if question_ids is None and subject_ids is None and shift_id is None:
        raise ValueError("close_questions needs question_ids, subject_ids or shift_id")
    rows = await uow.fetch(
        """
        WITH mine AS (
            SELECT q.id FROM questions q
            WHERE q.franchise_id = $1 AND q.status = ANY ($2)
              AND ($3::uuid[] IS NULL OR q.id = ANY ($3))
              AND ($4::uuid[] IS NULL OR q.subject_id = ANY ($4))
              AND ($5::uuid IS NULL OR q.shift_id = $5)
              AND ($6::uuid[] IS NULL OR q.worker_id = ANY ($6))
              AND ($7::text[] IS NULL OR q.kind = ANY ($7))
            ORDER BY q.id FOR NO KEY UPDATE)
        UPDATE questions q SET status = 'closed', closed_at = $8 FROM mine WHERE q.id = mine.id RETURNING q.id
        """,
        uow.franchise_id,
        _sources(QuestionStatus.CLOSED),
        _listed(question_ids),
        _listed(subject_ids),
        shift_id,
        _listed(worker_ids),
        None if kinds is None else [kind.value for kind in kinds],
        uow.now,
    )
    return [row["id"] for row in rows]


def question_of(row: asyncpg.Record) -> Question:
    """Return one row of `QUESTION_COLUMNS` as a question."""
    return Question(
        **{
            **dict(row),
            "kind": QuestionKind(row["kind"]),
            "status": QuestionStatus(row["status"]),
            "detail": row["detail"],
        }
    )


def _sources(status: QuestionStatus) -> list[str]:
    return [str(source) for source in QUESTION_MOVES.sources(status)]


def _detail(question: NewQuestion) -> str:
    detail = dict(question.detail)
    detail["language"] = question.language
    if question.label:
        detail["label"] = question.label
    for name in ("starts_at", "ends_at"):
        moment: datetime | None = getattr(question, name)
        if moment is not None:
            detail[name] = moment.isoformat()
    return json.dumps(detail, default=str, ensure_ascii=False)


def _listed(ids: Collection[UUID] | None) -> list[UUID] | None:
    return None if ids is None else list(ids)
