"""Whose phone is it? A number counts as a man's own once figures that went there came back from there.

Until then no offer goes to it, whoever asks for it; what concerns a seat he holds still does. The figures prove that
he reads there and nothing else, so they are no secret: whoever sees them in the office cannot send them from his phone.
"""

import re
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from dispatch.kit.uow import Uow
from dispatch.sms.outgoing import OutgoingText, dedupe_key, queue_message
from dispatch.sms.own_texts import wording_of
from dispatch.sms.questions import NewQuestion, Question, answer_question, close_questions, open_question
from dispatch.sms.rules import MessageClass, QuestionKind
from dispatch.sms.texts import Template

CODE_LASTS: Final = timedelta(hours=24)
MOST_TRIES: Final = 3
"""So many wrong figures, and a person has to ring him."""
MOST_CODES: Final = 3
"""So many codes go to one phone within `CODES_COUNTED_OVER`; each costs a text."""
CODES_COUNTED_OVER: Final = timedelta(days=1)

_FIGURES: Final = re.compile(r"\D{0,20}(\d{4,6})\D{0,10}")
_LOWEST: Final = 10_000
_HIGHEST: Final = 99_999


class Doubt(StrEnum):
    """Why a number has to be proven."""

    NEW_NUMBER = "new_number"
    CLAIMED = "claimed"
    """Somebody else held it before."""
    SILENT = "silent"
    """Nobody answered there for long, or nothing arrived."""
    WRONG_NUMBER = "wrong_number"
    """Whoever reads there says that it is not the man's."""


def figures_in(text: str) -> str | None:
    """Return the four to six figures a text consists of, whatever few words stand around them."""
    found = _FIGURES.fullmatch(text.strip())
    return None if found is None else found[1]


async def ask_proof(
    uow: Uow,
    phone_id: UUID,
    worker_id: UUID,
    doubt: Doubt,
    language: str,
    *,
    before: Collection[UUID] = (),
    not_before: datetime | None = None,
    name: str | None = None,
) -> bool:
    """Doubt one of the tenant's numbers and text it the figures that prove it; False when it was sent several today.

    Asked again, the figures are new and the tries start again. The doubt holds whether or not the text could go.

    Args:
        uow: the tenant's, his home.
        phone_id: where he is reached.
        worker_id: who he is.
        doubt: why.
        language: his.
        before: the phones he was reached at until now; once this one is proven, what is open there is asked here.
        not_before: no earlier than this.
        name: his first name, where somebody else is reached there as well.

    Raises:
        SmsAccountMissing: the franchise has no account to send from.
    """
    await uow.fetch("SELECT * FROM doubt_numbers($1, $2)", [phone_id], doubt.value)
    sent = await uow.fetchval(
        "SELECT count(*) FROM messages WHERE phone_id = $1 AND created_at > $2 AND template = $3",
        phone_id,
        uow.now - CODES_COUNTED_OVER,
        Template.NUMBER_CODE.value,
    )
    if sent >= MOST_CODES:
        return False
    figures = secrets.randbelow(_HIGHEST - _LOWEST + 1) + _LOWEST
    begins = max(uow.now, not_before or uow.now)
    asked = await open_question(
        uow,
        NewQuestion(
            phone_id=phone_id,
            worker_id=worker_id,
            kind=QuestionKind.PROOF,
            subject_id=phone_id,
            closes_at=begins + CODE_LASTS,
            language=language,
            detail={"figures": str(figures), "tries": 0, "before": list(before)},
        ),
    )
    await queue_message(
        uow,
        OutgoingText(
            phone_id=phone_id,
            worker_id=worker_id,
            class_=MessageClass.SEAT,
            template=Template.NUMBER_CODE,
            body=(await wording_of(uow)).render(Template.NUMBER_CODE, language, code=figures, name=name),
            dedupe_key=dedupe_key(Template.NUMBER_CODE, asked.id, figures, sent),
            question_id=asked.id,
            not_before=not_before,
            deadline=begins + CODE_LASTS,
        ),
    )
    return True


async def take_proof(uow: Uow, question: Question, figures: str, inbound_id: UUID) -> str:
    """Hold figures that came from a phone against those that were sent there; inside the question's tenant, as a job.

    Right ones end the doubt, and whatever is open with the man elsewhere is from now on asked at this phone.

    Returns:
        `number_proven`, `proof_wrong` while tries are left, `proof_failed` once none is.
    """
    if figures != question.detail.get("figures"):
        return await note_wrong_figures(uow, question)
    await answer_question(uow, question.id)
    await uow.run("UPDATE phones SET unproven_at = NULL, unproven_why = NULL WHERE id = $1", question.phone_id)
    await uow.run(
        """INSERT INTO phone_events (phone_id, at, kind, source, inbound_id)
           VALUES ($1, clock.instant(), 'proven', 'text', $2)""",
        question.phone_id,
        inbound_id,
    )
    await _bring_questions(uow, question)
    return "number_proven"


async def note_wrong_figures(uow: Uow, question: Question) -> str:
    """Count a wrong try; the last one closes the question."""
    tries = int(question.detail.get("tries", 0)) + 1
    await uow.run(
        "UPDATE questions SET detail = detail || jsonb_build_object('tries', $2::int) WHERE id = $1", question.id, tries
    )
    if tries < MOST_TRIES:
        return "proof_wrong"
    await close_questions(uow, question_ids=[question.id])
    return "proof_failed"


async def _bring_questions(uow: Uow, proof: Question) -> None:
    """Move what is open with the man to this phone, of every franchise; a code that is taken here is given up."""
    await uow.run(
        """UPDATE questions q SET phone_id = $2, code = CASE WHEN NOT EXISTS (
                SELECT FROM questions o WHERE o.phone_id = $2 AND o.status = 'open' AND o.code = q.code) THEN q.code END
           WHERE q.phone_id = ANY ($3) AND q.status = 'open' AND q.worker_id = $1 AND q.phone_id <> $2
             AND q.kind NOT IN ('proof', 'which')""",
        proof.worker_id,
        proof.phone_id,
        [UUID(phone) for phone in proof.detail.get("before", ())],
    )
