"""Asking a man in how many minutes he will be there."""

from uuid import UUID

from dispatch.crew.seats import Seat
from dispatch.kit.uow import Uow
from dispatch.sms.service import NewQuestion, OpenedQuestion, QuestionKind, open_question
from dispatch.staffing.facts import Contact, Place
from dispatch.tenancy.policy import Pace


async def open_eta(
    uow: Uow, seat: Seat, contact: Contact, place: Place, pace: Pace, *, account_id: UUID | None = None
) -> OpenedQuestion:
    """Open the question that a number of minutes answers; `account_id` asks from the number he wrote to."""
    return await open_question(
        uow,
        NewQuestion(
            phone_id=contact.phone_id,
            worker_id=seat.worker_id,
            kind=QuestionKind.ETA,
            subject_id=seat.id,
            shift_id=place.shift_id,
            closes_at=uow.now + pace.eta_window,
            label=f"{place.local_start:%d.%m %H:%M}",
            language=contact.language,
            starts_at=place.starts_at,
            ends_at=place.ends_at,
            account_id=account_id,
        ),
    )
