"""One inbound text from words to effect, in one transaction: STOP first, then the question it answers, then people."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from dispatch.kit.outbox import LeaseLost
from dispatch.kit.uow import Uow
from dispatch.sms.answers import NOT_MEANT, PASS_ON, RING, Answer, AnswerHandler, AnswerHandlers, Word, WordHandlers
from dispatch.sms.asking import AskingBack, ask_back
from dispatch.sms.choices import Ask, AskBack, LeaveToPeople, One, Several
from dispatch.sms.choosing import COUNTED, Situation, choose, read_reply
from dispatch.sms.confirming import confirm
from dispatch.sms.courtesy import is_clear_yes
from dispatch.sms.figures import answers_elsewhere, ask_whose, take_figures
from dispatch.sms.inbox import InboxKind, add_inbox_item
from dispatch.sms.letter import Inbound, Letter, Outcome, Phone
from dispatch.sms.people import leave_to_people, put_into_inbox, strangers_phone
from dispatch.sms.phones import start_phone, stop_phone
from dispatch.sms.proofs import Doubt
from dispatch.sms.questions import QUESTION_COLUMNS, Question, close_questions, question_of
from dispatch.sms.replies import Context, Disposition, Reply
from dispatch.sms.rules import Priority, QuestionKind
from dispatch.sms.texts import Template
from dispatch.tenancy.queries import paces_in_force

_D = Disposition

REMEMBERED: Final = timedelta(hours=24)
"""Questions closed within this still take late answers."""

_OLDEST_QUESTION = timedelta(days=90)
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_CYRILLIC = re.compile(r"[А-Яа-яЁё]")

_QUESTIONS = f"""
SELECT {QUESTION_COLUMNS} FROM questions q
WHERE q.phone_id = $1 AND q.opened_at > $2 AND (q.status = 'open' OR q.closed_at > $3)
  AND (SELECT a.simulated FROM sms_accounts a WHERE a.id = q.account_id)
      = (SELECT a.simulated FROM sms_accounts a WHERE a.id = $4)
"""
"""What may be answered. Nobody answers for a real person through a simulator, nor the other way round."""
_FINISH = """
WITH done AS (
    UPDATE inbound_messages SET disposed_at = clock.instant(), leased_until = NULL
    WHERE id = $1 AND attempt = $2 AND disposed_at IS NULL RETURNING id)
INSERT INTO dispositions (inbound_id, franchise_id, phone_id, worker_id, question_id, shift_id, context, disposition,
                          outcome, parsed)
SELECT id, $3, $4, $5, $6, $7, $8, $9, $10, $11 FROM done
"""


async def dispose(uow: Uow, inbound: Inbound, handlers: AnswerHandlers, words: WordHandlers) -> str:
    """Dispose of one text, exactly once; the caller holds the phone's lock and commits.

    The durations that decide are those of the franchises that asked, of which there may be several.

    Returns:
        The outcome, as it is kept with the disposition.

    Raises:
        LeaseLost: another worker took the text meanwhile; nothing may be committed.
    """
    letter = await _read(uow, inbound)
    match letter.reply.disposition:
        case _D.STOP:
            outcome = await _stop(uow, letter)
        case _D.START:
            outcome = await _start(uow, letter)
        case word if word in words:
            outcome = await _act_on_word(uow, letter, words)
        case _:
            outcome = await take_figures(uow, letter, handlers) or await _answer(uow, letter, handlers)
    await _finish(uow, letter, outcome)
    return outcome.word


async def give_up(uow: Uow, inbound: Inbound, error: Exception) -> None:
    """Hand a text to people that could not be disposed of after several attempts.

    Raises:
        LeaseLost: another worker took the text meanwhile.
    """
    await uow.enter_tenant(inbound.owner_id)
    phone_id = await uow.fetchval("SELECT id FROM phones WHERE e164 = $1", inbound.phone_e164)
    await add_inbox_item(
        uow, InboxKind.REPLY, inbound.text, inbound_id=inbound.id, phone_id=phone_id, suggestion="failed"
    )
    reply = Reply(_D.UNKNOWN, confidence=0.0, why=f"could not be handled: {type(error).__name__}")
    situation = Situation(inbound.account_id, inbound.received_at, ZoneInfo("UTC"), [])
    phone = None if phone_id is None else Phone(phone_id, ZoneInfo("UTC"))
    await _finish(uow, Letter(inbound, phone, situation, Context.NONE, reply, "ru"), Outcome("handed_to_people"))


async def _read(uow: Uow, inbound: Inbound) -> Letter:
    row = await uow.fetchrow(
        "SELECT id, zone, unproven_why IS NOT DISTINCT FROM $2 AS strange FROM phones WHERE e164 = $1",
        inbound.phone_e164,
        Doubt.WRONG_NUMBER.value,
    )
    phone = None if row is None else Phone(row["id"], ZoneInfo(row["zone"]))
    questions: list[Question] = []
    # Where somebody else reads, nothing answers what a man of ours was asked.
    if row is not None and phone is not None and not row["strange"]:
        oldest, closed = inbound.received_at - _OLDEST_QUESTION, inbound.received_at - REMEMBERED
        found = [question_of(row) for row in await uow.fetch(_QUESTIONS, phone.id, oldest, closed, inbound.account_id)]
        # What was asked after he wrote, he cannot have answered.
        questions = [q for q in found if q.kind not in COUNTED or q.opened_at <= inbound.received_at]
    zone = phone.zone if phone is not None else ZoneInfo("UTC")
    clear_yes = is_clear_yes(inbound.text)
    situation = Situation(inbound.account_id, inbound.received_at, zone, questions, clear_yes=clear_yes)
    reply = read_reply(situation, inbound.text)
    if reply.disposition is _D.CANCEL and reply.stated_day is None:
        paces = await paces_in_force(uow, {seat.franchise_id for seat in situation.seats})
        situation = replace(situation, bare_cancel_leads={of: pace.bare_cancel_lead for of, pace in paces.items()})
    return Letter(inbound, phone, situation, situation.context, reply, _language(questions, inbound.text))


def _language(questions: Sequence[Question], text: str) -> str:
    latest = max(questions, key=lambda question: question.opened_at, default=None)
    if latest is not None:
        return latest.language
    return "ru" if _CYRILLIC.search(text) or not text.isascii() else "en"


async def _stop(uow: Uow, letter: Letter) -> Outcome:
    await uow.enter_tenant(letter.inbound.owner_id)
    known = letter.phone
    phone_id = known.id if known is not None else await strangers_phone(uow, letter.inbound)
    if phone_id is None:
        return Outcome("stopped_unreachable")
    if not await stop_phone(uow, phone_id, source="text", inbound_id=letter.inbound.id):
        return Outcome("stopped_before")
    if known is not None:
        await confirm(uow, letter, Template.STOP_CONFIRMED, Priority.STOP)
    return Outcome("stopped")


async def _start(uow: Uow, letter: Letter) -> Outcome:
    await uow.enter_tenant(letter.inbound.owner_id)
    if letter.phone is None:
        return await leave_to_people(uow, letter, None)
    if not await start_phone(uow, letter.phone.id, source="text", inbound_id=letter.inbound.id):
        return Outcome("not_stopped")
    await confirm(uow, letter, Template.START_CONFIRMED, Priority.SEAT)
    return Outcome("started")


async def _act_on_word(uow: Uow, letter: Letter, words: WordHandlers) -> Outcome:
    if letter.phone is None:
        return await leave_to_people(uow, letter, None)
    inbound = letter.inbound
    word = Word(inbound.id, letter.phone.id, inbound.account_id, inbound.owner_id)
    outcome = await words[letter.reply.disposition](uow, word)
    return await leave_to_people(uow, letter, None) if outcome == PASS_ON else Outcome(outcome)


async def _answer(uow: Uow, letter: Letter, handlers: AnswerHandlers) -> Outcome:
    if await answers_elsewhere(uow, letter):
        return await ask_whose(uow, letter)
    match choose(letter.situation, letter.reply):
        case One(question, seat):
            outcome = await _handle(uow, letter, handlers, question, seat)
            await _name_the_rest(uow, letter, [question])
            return outcome
        case Several(questions):
            outcomes = [await _handle(uow, letter, handlers, question, None) for question in questions]
            await _name_the_rest(uow, letter, questions)
            return Outcome(outcomes[0].word, outcomes[0].question)
        case AskBack() as asked:
            return await _ask_back(uow, letter, asked)
        case LeaveToPeople(about):
            return await leave_to_people(uow, letter, about)


async def _name_the_rest(uow: Uow, letter: Letter, answered: Sequence[Question]) -> None:
    """After "understood", which gets no answer of its own, say what else waits for his word."""
    here = all(q.kind is QuestionKind.NOTICE and q.account_id == letter.inbound.account_id for q in answered)
    rest = [q.code for q in letter.situation.counted if q not in answered and q.code is not None]
    if here and rest and letter.reply.disposition is _D.ACCEPT:
        await confirm(uow, letter, Template.NOTICE_NOTED, Priority.SEAT, rest)


async def _handle(
    uow: Uow, letter: Letter, handlers: AnswerHandlers, question: Question, seat: Question | None
) -> Outcome:
    handler: AnswerHandler | None = handlers.get((question.kind, letter.reply.disposition))
    if handler is None and seat is not None:
        question, handler = seat, handlers.get((QuestionKind.SEAT, letter.reply.disposition))
    if handler is None:
        return await leave_to_people(uow, letter, question)
    assert letter.phone is not None, "a question belongs to a phone"
    await uow.enter_tenant(question.franchise_id)
    ours = question.franchise_id == letter.inbound.owner_id
    word = await handler(
        uow,
        Answer(
            question=question,
            reply=letter.reply,
            inbound_id=letter.inbound.id,
            text=letter.inbound.text,
            phone_id=letter.phone.id,
            account_id=letter.inbound.account_id if ours else question.account_id,
            received_at=letter.inbound.received_at,
            language=question.language,
            still_open=tuple(q.code for q in letter.situation.counted if q.id != question.id and q.code is not None),
        ),
    )
    if word == PASS_ON:
        return await leave_to_people(uow, letter, question)
    if word == RING:
        await put_into_inbox(uow, letter, question, InboxKind.CALL)
        return Outcome("asked_often_enough", question)
    if word == NOT_MEANT:
        return await _ask_back(uow, letter, AskBack(Ask.CLARIFY, (question,)))
    await _settled(uow, letter, question)
    return Outcome(word, question)


async def _settled(uow: Uow, letter: Letter, question: Question) -> None:
    """Close our own "which one?", and what people were asked to look at before he answered clearly."""
    which = letter.situation.which
    if which is not None and which.franchise_id == question.franchise_id:
        await close_questions(uow, question_ids=[which.id])
    if letter.reply.disposition in {_D.ACCEPT, _D.DECLINE, _D.CANCEL}:
        await uow.run(
            """UPDATE inbox_items SET status = 'done', done_at = $3, done_by = $4
               WHERE franchise_id = $1 AND status = 'open' AND kind = 'reply' AND phone_id = $2
                 AND inbound_id IS DISTINCT FROM $5""",
            uow.franchise_id,
            question.phone_id,
            uow.now,
            uow.actor,
            letter.inbound.id,
        )


async def _ask_back(uow: Uow, letter: Letter, asked: AskBack) -> Outcome:
    assert letter.phone is not None, "a question belongs to a phone"
    first = asked.questions[0]
    theirs = {question.franchise_id for question in asked.questions} == {first.franchise_id}
    paces = await paces_in_force(uow, {question.franchise_id for question in asked.questions})
    elsewhere = theirs and first.franchise_id != letter.inbound.owner_id
    await uow.enter_tenant(first.franchise_id if elsewhere else letter.inbound.owner_id)
    sent = await ask_back(
        uow,
        AskingBack(
            ask=asked.ask,
            questions=asked.questions,
            reply=letter.reply,
            inbound_id=letter.inbound.id,
            phone_id=letter.phone.id,
            account_id=first.account_id if elsewhere else letter.inbound.account_id,
            at=letter.inbound.received_at,
            zone=letter.phone.zone,
            language=letter.language,
            # Asked about several franchises at once, he gets the longest of their times.
            window=max(pace.which_window for pace in paces.values()),
            which=letter.situation.which,
        ),
    )
    about = first if asked.ask is Ask.CLARIFY else None
    if not sent:
        await put_into_inbox(uow, letter, about, InboxKind.CALL)
        return Outcome("asked_often_enough", about)
    if asked.ask is Ask.CLARIFY:
        await put_into_inbox(uow, letter, about, InboxKind.REPLY)
    return Outcome(f"asked_{asked.ask}", about)


async def _finish(uow: Uow, letter: Letter, outcome: Outcome) -> None:
    question = outcome.question
    written = await uow.run(
        _FINISH,
        letter.inbound.id,
        letter.inbound.attempt,
        uow.franchise_id,
        None if letter.phone is None else letter.phone.id,
        None if question is None else question.worker_id,
        None if question is None else question.id,
        None if question is None else question.shift_id,
        letter.context.value,
        letter.reply.disposition.value,
        outcome.word,
        json.dumps(asdict(letter.reply), default=str, ensure_ascii=False),
    )
    if written == 0:
        raise LeaseLost(str(letter.inbound.id))
