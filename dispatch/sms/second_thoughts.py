"""An offer that was answered or ended, and the man writes again: a yes after all, or a no to the seat he took. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from dispatch.sms.questions import Question
from dispatch.sms.rules import QuestionKind, QuestionStatus

LATE_ANSWERS: Final = timedelta(hours=12)
"""An offer that ended takes a late yes for so long, where nothing else is open."""


def ended_at(question: Question) -> datetime:
    """Return when a question stopped being open; for one still open, when it would."""
    ends: Iterable[datetime] = (at for at in (question.closed_at, question.closes_at) if at is not None)
    return min(ends, default=question.opened_at)


def ended_offers(
    questions: Sequence[Question], account_id: UUID, at: datetime, *, answered_too: bool
) -> list[Question]:
    """Return the offers from one number that a yes may take up: ended a short while ago, the shift not begun.

    One made after the start is for a shift that runs. One that became a seat is settled, whatever became of the seat.

    Args:
        questions: everything known of the phone.
        account_id: of the number he wrote to.
        at: when he wrote.
        answered_too: with those he said no to.
    """
    return [
        q
        for q in questions
        if q.kind is QuestionKind.OFFER
        and q.account_id == account_id
        and not q.is_open(at)
        and (q.status is not QuestionStatus.ANSWERED or (answered_too and not seats_by(q, questions)))
        and at - LATE_ANSWERS < ended_at(q) <= at
        and (q.starts_at is None or at < q.starts_at or q.starts_at <= q.opened_at)
    ]


def seats_by(offer: Question, among: Iterable[Question]) -> list[Question]:
    """Return the seats that came of an answered offer, which may span days; none where that is not certain."""
    if offer.kind is not QuestionKind.OFFER or offer.status is not QuestionStatus.ANSWERED:
        return []
    his = [
        q
        for q in among
        if q.kind is QuestionKind.SEAT and (q.franchise_id, q.worker_id) == (offer.franchise_id, offer.worker_id)
    ]
    same = [q for q in his if q.shift_id is not None and q.shift_id == offer.shift_id]
    since, until = offer.starts_at, offer.ends_at
    if since is None or until is None:
        return same
    during = [q for q in his if q in same or (q.starts_at is not None and since <= q.starts_at <= until)]
    return during if same or len(during) > 1 else []
