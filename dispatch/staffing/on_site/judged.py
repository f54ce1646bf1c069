"""What was marked against a man on site is told to him, with the word by which he may contest it."""

from dispatch.crew.seats import Seat
from dispatch.kit.uow import Uow
from dispatch.orders.shifts import Shift
from dispatch.orders.timeline import note
from dispatch.rating.service import Recorded
from dispatch.sms.texts import Template
from dispatch.staffing.disputes import open_dispute
from dispatch.staffing.facts import contact_of, place_of
from dispatch.staffing.tell import tell


async def tell_judged(uow: Uow, shift: Shift, seat: Seat, recorded: Recorded, template: Template) -> None:
    """Write a mark against a man on the timeline, and text him what it did to his rating and how to contest it.

    Args:
        uow: the tenant's unit of work.
        shift: where it happened.
        seat: his.
        recorded: the mark, with the fine if there is one.
        template: the sentence; its step on the timeline bears the same name.
    """
    fine = recorded.fine
    await note(
        uow,
        shift.id,
        str(template),
        worker_id=seat.worker_id,
        seat_id=seat.id,
        rating_before=recorded.rating_before,
        rating_after=recorded.rating_after,
        fine_id=fine.id if fine else None,
        fine_minor=fine.amount_minor if fine else None,
    )
    contact = await contact_of(uow, seat.worker_id)
    place = await place_of(uow, shift)
    question = await open_dispute(uow, seat, contact, place, fine)
    await tell(
        uow,
        contact,
        template,
        place,
        key=(recorded.mark_id,),
        question_id=question.id,
        code=question.code,
        rating=recorded.rating_after,
        amount_minor=fine.amount_minor if fine else None,
    )
