"""Questions of a phone as values, and what a text said to them would answer; no database."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.kit.ids import new_id
from dispatch.sms.choices import Choice
from dispatch.sms.choosing import Situation, choose, read_reply
from dispatch.sms.courtesy import is_clear_yes
from dispatch.sms.questions import Question
from dispatch.sms.replies import Context
from dispatch.sms.rules import QuestionKind, QuestionStatus

K = QuestionKind
HERE, THERE = new_id(), new_id()
ZONE = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=ZONE)  # a Tuesday
HOUR = timedelta(hours=1)
IVAN, PETR = new_id(), new_id()


def question(
    kind: QuestionKind,
    code: int | None = None,
    *,
    at: UUID = HERE,
    start: timedelta | None = None,
    status: QuestionStatus = QuestionStatus.OPEN,
    closed: timedelta | None = None,
    closes: timedelta | None = None,
    worker: UUID = IVAN,
    subject: UUID | None = None,
    shift: UUID | None = None,
    asked: timedelta = -HOUR,
    listed: Sequence[int] = (),
) -> Question:
    starts_at = None if start is None else NOW + start
    moments = {} if starts_at is None else {"starts_at": starts_at, "ends_at": starts_at + 8 * HOUR}
    return Question(
        id=new_id(),
        franchise_id=at,
        phone_id=new_id(),
        worker_id=worker,
        account_id=at,
        kind=kind,
        code=code,
        subject_id=subject or new_id(),
        shift_id=shift,
        detail={name: moment.isoformat() for name, moment in moments.items()}
        | ({"codes": list(listed)} if listed else {}),
        status=status,
        opened_at=NOW + asked,
        closes_at=None if closes is None else NOW + closes,
        answered_at=None,
        closed_at=None if closed is None else NOW + closed,
    )


def said(text: str, *questions: Question) -> tuple[Context, Choice]:
    situation = Situation(HERE, NOW, ZONE, questions, clear_yes=is_clear_yes(text))
    return situation.context, choose(situation, read_reply(situation, text))


def offer(code: int, **more: object) -> Question:
    return question(K.OFFER, code, **more)  # type: ignore[arg-type]


def seat(start: timedelta, **more: object) -> Question:
    return question(K.SEAT, start=start, **more)  # type: ignore[arg-type]
