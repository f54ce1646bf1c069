"""Figures that prove something: that a number is a man's own, or that he who writes is the man we asked elsewhere.

An answer with a code that nobody asked at this phone may come from a man whose own phone is empty or new. He is asked
once for the last figures of the number we wrote to; if they and the code point to one question, his words answer it.
Everything else is for people, who are told at once and in any case.
"""

from dataclasses import replace
from typing import Final
from uuid import UUID

from dispatch.kit.uow import Uow
from dispatch.sms.answers import NOT_MEANT, PASS_ON, Answer, AnswerHandlers
from dispatch.sms.choosing import COUNTED, context_of
from dispatch.sms.confirming import confirm
from dispatch.sms.inbox import InboxKind
from dispatch.sms.letter import Letter, Outcome, Phone
from dispatch.sms.loops import answered_often_enough
from dispatch.sms.outgoing import OutgoingText, dedupe_key, queue_message
from dispatch.sms.own_texts import wording_of
from dispatch.sms.people import leave_to_people, put_into_inbox, strangers_phone
from dispatch.sms.proofs import CODE_LASTS, figures_in, note_wrong_figures, take_proof
from dispatch.sms.questions import (
    QUESTION_COLUMNS,
    NewQuestion,
    Question,
    answer_question,
    close_questions,
    open_question,
    question_of,
)
from dispatch.sms.replies import Context, Disposition, parse_reply
from dispatch.sms.rules import MessageClass, Priority, QuestionKind
from dispatch.sms.texts import Template

OTHER_PHONE: Final = "other_phone"
"""What is kept with the inbox item of an answer from another phone."""

_ENDING: Final = 4
_SETTLES: Final = frozenset({Disposition.ACCEPT, Disposition.DECLINE, Disposition.CANCEL})
_ASKED_ELSEWHERE: Final = f"""
SELECT {QUESTION_COLUMNS} FROM questions q JOIN phones p ON p.id = q.phone_id
WHERE q.status = 'open' AND q.account_id = $1 AND q.code = $2 AND q.kind = ANY ($3) AND p.e164 <> $4
  AND (q.closes_at IS NULL OR q.closes_at > $5) AND ($6::text IS NULL OR right(p.e164, {_ENDING}) = $6)
LIMIT 2
"""


async def take_figures(uow: Uow, letter: Letter, handlers: AnswerHandlers) -> Outcome | None:
    """Settle a text that is nothing but figures we asked for; None for every other text."""
    figures = figures_in(letter.inbound.text)
    if figures is None or letter.phone is None:
        return None
    asked = [q for q in letter.situation.open if q.kind is QuestionKind.PROOF]
    question = next((q for q in asked if ("code" in q.detail) == (len(figures) == _ENDING)), None)
    if question is None:
        return None
    await uow.enter_tenant(question.franchise_id)
    if "code" in question.detail:
        return await _take_ending(uow, letter, question, figures, handlers)
    word = await take_proof(uow, question, figures, letter.inbound.id)
    if word == "number_proven":
        await confirm(uow, letter, Template.NUMBER_PROVEN, Priority.SEAT)
    elif word == "proof_failed":
        await put_into_inbox(uow, letter, question, InboxKind.CALL, suggestion="number_unproven")
    return Outcome(word, question)


async def answers_elsewhere(uow: Uow, letter: Letter) -> bool:
    """Tell whether a plain answer names a code that nobody asked at this phone, and somebody did at another."""
    code = letter.reply.code
    if code is None or letter.situation.by_code(code) is not None:
        return False
    meant = parse_reply(letter.inbound.text, Context.OFFER)
    if meant.disposition not in _SETTLES or meant.code != code:
        return False
    return bool(await _asked_elsewhere(uow, letter, code, None))


async def ask_whose(uow: Uow, letter: Letter) -> Outcome:
    """Ask for the last figures of the number we wrote to, and put the text before people besides."""
    await uow.enter_tenant(letter.inbound.owner_id)
    phone_id = letter.phone.id if letter.phone is not None else await strangers_phone(uow, letter.inbound)
    if phone_id is None:
        return await leave_to_people(uow, letter, None)
    await put_into_inbox(uow, letter, None, InboxKind.REPLY, suggestion=OTHER_PHONE)
    if await answered_often_enough(uow, phone_id):
        return Outcome("asked_often_enough")
    code = letter.reply.code
    await close_questions(uow, subject_ids=[phone_id], kinds=[QuestionKind.PROOF])
    asked = await open_question(
        uow,
        NewQuestion(
            phone_id=phone_id,
            worker_id=None,
            kind=QuestionKind.PROOF,
            subject_id=letter.inbound.id,
            closes_at=letter.inbound.received_at + CODE_LASTS,
            language=letter.language,
            account_id=letter.inbound.account_id,
            detail={"code": code, "text": letter.inbound.text, "tries": 0},
        ),
    )
    await queue_message(
        uow,
        OutgoingText(
            phone_id=phone_id,
            worker_id=None,
            class_=MessageClass.SEAT,
            template=Template.OTHER_PHONE,
            body=(await wording_of(uow)).render(Template.OTHER_PHONE, letter.language, code=code),
            dedupe_key=dedupe_key(Template.OTHER_PHONE, letter.inbound.id),
            account_id=letter.inbound.account_id,
            question_id=asked.id,
        ),
    )
    return Outcome("asked_whose")


async def _take_ending(uow: Uow, letter: Letter, proof: Question, ending: str, handlers: AnswerHandlers) -> Outcome:
    found = await _asked_elsewhere(uow, letter, int(proof.detail["code"]), ending)
    if len(found) != 1:
        return Outcome(await note_wrong_figures(uow, proof), proof)
    (meant,) = found
    words = str(proof.detail["text"])
    reply = parse_reply(words, context_of(meant.kind))
    handler = handlers.get((meant.kind, reply.disposition))
    await answer_question(uow, proof.id)
    await _say_whose(uow, proof.subject_id, meant)
    elsewhere = replace(letter, reply=reply, phone=Phone(meant.phone_id, letter.situation.zone))
    if handler is None:
        return await leave_to_people(uow, elsewhere, meant)
    word = await handler(
        uow,
        Answer(
            question=meant,
            reply=reply,
            inbound_id=letter.inbound.id,
            text=words,
            phone_id=meant.phone_id,
            account_id=letter.inbound.account_id,
            received_at=letter.inbound.received_at,
            language=meant.language,
        ),
    )
    if word in {PASS_ON, NOT_MEANT}:
        return await leave_to_people(uow, elsewhere, meant)
    await confirm(uow, letter, Template.OTHER_PHONE_TAKEN, Priority.SEAT, code=meant.code)
    return Outcome(word, meant)


async def _asked_elsewhere(uow: Uow, letter: Letter, code: int, ending: str | None) -> list[Question]:
    rows = await uow.fetch(
        _ASKED_ELSEWHERE,
        letter.inbound.account_id,
        code,
        [kind.value for kind in COUNTED],
        letter.inbound.phone_e164,
        letter.inbound.received_at,
        ending,
    )
    return [question_of(row) for row in rows]


async def _say_whose(uow: Uow, inbound_id: UUID, meant: Question) -> None:
    """Tell whoever looks after the first text who wrote it; whether that is his new number, a person finds out."""
    await uow.run(
        "UPDATE inbox_items SET worker_id = $2, shift_id = $3, subject_id = $4 WHERE inbound_id = $1",
        inbound_id,
        meant.worker_id,
        meant.shift_id,
        meant.subject_id,
    )
