"""Who is marked or fined learns by which word and code he may contest it."""

from dispatch.crew.seats import Seat
from dispatch.kit.uow import Uow
from dispatch.orders.shifts import Shift
from dispatch.rating.service import ProposedFine, Recorded
from dispatch.sms.service import NewQuestion, OpenedQuestion, QuestionKind, fresh_code, open_question
from dispatch.sms.texts import Template
from dispatch.staffing.facts import Contact, Place, contact_of, place_of
from dispatch.staffing.tell import tell


async def open_dispute(
    uow: Uow, seat: Seat, contact: Contact, place: Place, fine: ProposedFine | None
) -> OpenedQuestion:
    """Open the question that the appeal word answers, about the fine or, without one, about the mark on a seat.

    It stays open as long as the fine may be appealed; the word works with and without the code.
    """
    return await open_question(
        uow,
        NewQuestion(
            phone_id=contact.phone_id,
            worker_id=seat.worker_id,
            kind=QuestionKind.FINE,
            subject_id=fine.id if fine else seat.id,
            shift_id=place.shift_id,
            code=await fresh_code(uow, contact.phone_id),
            closes_at=fine.appeal_until if fine else None,
            label=f"{place.local_start:%d.%m %H:%M}",
            language=contact.language,
            detail={"fine_id": str(fine.id)} if fine else {"seat_id": str(seat.id)},
        ),
    )


async def tell_fine_for_lateness(uow: Uow, shift: Shift, seat: Seat, recorded: Recorded, late_min: int) -> None:
    """Tell a man on site that his lateness cost him, and how to contest it; without a fine nothing is said."""
    if recorded.fine is None:
        return
    contact = await contact_of(uow, seat.worker_id)
    place = await place_of(uow, shift)
    question = await open_dispute(uow, seat, contact, place, recorded.fine)
    await tell(
        uow,
        contact,
        Template.LATE_FINED,
        place,
        key=(recorded.fine.id,),
        question_id=question.id,
        code=question.code,
        minutes=late_min,
        rating=recorded.rating_after,
        amount_minor=recorded.fine.amount_minor,
        currency=recorded.fine.currency,
    )
