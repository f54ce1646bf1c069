"""A man's yes or no on his own page: settled by the very use cases that settle his texts, with the same races.

What he pressed is taken for the plain word it stands for. A page may be old, so nothing here undoes what he said
elsewhere meanwhile: a no to an offer he took by text leaves his seat alone, and tells him that he has it.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID, uuid5

from dispatch.crew.seats import last_seat_of
from dispatch.crew.waves import invitations_of_question
from dispatch.kit.uow import Uow
from dispatch.orders.shifts import lock_shifts
from dispatch.sms.dispose import REMEMBERED
from dispatch.sms.errors import QuestionNotFound
from dispatch.sms.queries import question_to
from dispatch.sms.replies import Disposition, Reply
from dispatch.sms.service import Answer, AnswerHandler, Question, QuestionKind
from dispatch.staffing.change_answers import accept_change, decline_change
from dispatch.staffing.gaps import accept_promotion, decline_promotion
from dispatch.staffing.leave import cancel_by_text
from dispatch.staffing.reminders import reconfirm
from dispatch.staffing.settle import accept_offer, decline_offer

SEATED_ALREADY: Final = "seated_already"
"""He has the seat by now: the no was pressed on an old page, and touches nothing."""
ANSWERED_ALREADY: Final = "answered_already"
"""The question was answered or closed meanwhile."""

_SETTLES: Final[Mapping[QuestionKind, tuple[AnswerHandler, AnswerHandler]]] = MappingProxyType(
    {
        QuestionKind.OFFER: (accept_offer, decline_offer),
        QuestionKind.PROMOTION: (accept_promotion, decline_promotion),
        QuestionKind.CHANGE: (accept_change, decline_change),
        QuestionKind.RECONFIRM: (reconfirm, cancel_by_text),
    }
)
"""What was asked -> what settles a yes, and what a no."""
_DISPOSITIONS: Final = {
    (QuestionKind.CHANGE, False): Disposition.CANCEL,
    (QuestionKind.RECONFIRM, False): Disposition.CANCEL,
}


async def answer_on_page(uow: Uow, worker_id: UUID, question_id: UUID, *, yes: bool) -> str:
    """Settle what one of the tenant's men pressed, and return the outcome as a text of his would have it.

    Pressed twice, it is one answer and one text. A late yes to an offer counts, as by text, for a day and while a place
    is open; whatever else is closed already is answered with `ANSWERED_ALREADY`.

    Raises:
        QuestionNotFound: it was not put to him by this franchise.
    """
    question = await question_to(uow, worker_id, question_id)
    if question is None or question.kind not in _SETTLES:
        raise QuestionNotFound("There is no such question to you. Open your page again.")
    if question.kind is QuestionKind.OFFER:
        if question.closed_at is not None and question.closed_at < uow.now - REMEMBERED:
            return ANSWERED_ALREADY
        if not yes and await _is_seated(uow, question):
            return SEATED_ALREADY
    elif not question.is_open(uow.now):
        return ANSWERED_ALREADY
    settle = _SETTLES[question.kind][0 if yes else 1]
    given = Disposition.ACCEPT if yes else _DISPOSITIONS.get((question.kind, yes), Disposition.DECLINE)
    return await settle(
        uow,
        Answer(
            question=question,
            reply=Reply(given, why="pressed on his own page"),
            inbound_id=uuid5(question.id, f"{question.opened_at.isoformat()} {given}"),
            text="",
            phone_id=question.phone_id,
            account_id=question.account_id,
            received_at=uow.now,
            language=question.language,
        ),
    )


async def _is_seated(uow: Uow, question: Question) -> bool:
    """Tell whether he holds a seat on one of the days by now; the shifts are locked, so it stays true."""
    invitations = await invitations_of_question(uow, question.id)
    await lock_shifts(uow, [invitation.shift_id for invitation in invitations])
    seats = [await last_seat_of(uow, one.shift_id, one.worker_id) for one in invitations]
    return any(seat is not None and seat.live for seat in seats)
