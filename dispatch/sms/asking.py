"""Ask back: "which one?", "please answer with a figure". Three times a day, then a person rings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Uow
from dispatch.sms.choices import Ask
from dispatch.sms.loops import answered_often_enough
from dispatch.sms.outgoing import OutgoingText, dedupe_key, queue_message
from dispatch.sms.own_texts import wording_of
from dispatch.sms.questions import NewQuestion, Question, close_questions, fresh_code, open_question
from dispatch.sms.replies import Reply
from dispatch.sms.rules import MessageClass, QuestionKind
from dispatch.sms.texts import Choice, Template, Variable

_ABOUT_A_TIME: Final = frozenset(
    {QuestionKind.OFFER, QuestionKind.RECONFIRM, QuestionKind.PROMOTION, QuestionKind.CHANGE}
)
_MOST_CHOICES = 8


@dataclass(frozen=True, slots=True)
class AskingBack:
    """Whom to ask what, after which text. The unit of work is in the tenant of `account_id`."""

    ask: Ask
    questions: Sequence[Question]
    reply: Reply
    inbound_id: UUID
    phone_id: UUID
    account_id: UUID
    at: datetime
    zone: ZoneInfo
    language: str
    window: timedelta
    which: Question | None


async def ask_back(uow: Uow, asking: AskingBack) -> bool:
    """Queue one text that asks back and, for "which one?", open that question; False when he was asked often enough."""
    if await answered_often_enough(uow, asking.phone_id):
        return False
    questions = [await _with_code(uow, question) for question in asking.questions[:_MOST_CHOICES]]
    question_id = await _open_which(uow, asking, questions) if asking.ask is Ask.WHICH else questions[0].id
    same_tenant = asking.ask is Ask.WHICH or questions[0].franchise_id == uow.franchise_id
    template, variables = _wording(asking, questions)
    await queue_message(
        uow,
        OutgoingText(
            phone_id=asking.phone_id,
            worker_id=questions[0].worker_id,
            class_=MessageClass.SEAT,
            template=template.value,
            body=(await wording_of(uow)).render(template, asking.language, **variables),
            dedupe_key=dedupe_key(template, asking.inbound_id),
            account_id=asking.account_id,
            question_id=question_id if same_tenant else None,
        ),
    )
    return True


def _wording(asking: AskingBack, questions: Sequence[Question]) -> tuple[Template, dict[str, Variable]]:
    first = questions[0]
    if asking.ask is not Ask.CLARIFY:
        choices = [Choice(q.code or 0, q.label or _start_of(q, asking.zone)) for q in questions]
        return Template(asking.ask.value), {"choices": choices, "code": first.code}
    if first.kind is QuestionKind.PRESENT:
        return Template.CLARIFY_LIST, {}
    stated = asking.reply.stated_day is not None or asking.reply.stated_time is not None
    if first.kind in _ABOUT_A_TIME and first.starts_at is not None and stated:
        return Template.CLARIFY_OFFER, {"code": first.code, "when": first.starts_at.astimezone(asking.zone)}
    return Template.CLARIFY, {"code": first.code}


def _start_of(question: Question, zone: ZoneInfo) -> str:
    return "" if question.starts_at is None else f"{question.starts_at.astimezone(zone):%d.%m %H:%M}"


async def _with_code(uow: Uow, question: Question) -> Question:
    """Give a question a code that it can be named by, where it has none."""
    if question.code is not None:
        return question
    code = await fresh_code(uow, question.phone_id)
    await uow.run("UPDATE questions SET code = $2 WHERE id = $1", question.id, code)
    return replace(question, code=code)


async def _open_which(uow: Uow, asking: AskingBack, questions: Sequence[Question]) -> UUID:
    if asking.which is not None:
        await close_questions(uow, question_ids=[asking.which.id])
    opened = await open_question(
        uow,
        NewQuestion(
            phone_id=asking.phone_id,
            worker_id=questions[0].worker_id,
            kind=QuestionKind.WHICH,
            subject_id=new_id(),
            closes_at=asking.at + asking.window,
            language=asking.language,
            account_id=asking.account_id,
            detail={"codes": [question.code for question in questions]},
        ),
    )
    return opened.id
