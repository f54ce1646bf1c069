"""Whom a foreman may ring: his crew, on the day of their shift, each number shown at a press and written down.

The house rule: whoever runs a site must be able to reach the man who is not there yet, and needs nobody else's number
and none of it on other days. So the page comes without numbers, and none stays on the phone when it is kept; each is
asked for by itself, and office and audit see who was rung by whom.
"""

from datetime import datetime
from uuid import UUID

from dispatch.crew.errors import SeatNotFound
from dispatch.kit.audit_trail import note_act
from dispatch.kit.errors import Conflict
from dispatch.kit.uow import Uow
from dispatch.kit.walltime import local_date
from dispatch.orders.shifts import Shift
from dispatch.orders.timeline import note
from dispatch.staffing.on_site.queries import crew_on_site
from dispatch.workers.cards import reveal_phone


class NotTheDayOfTheShift(Conflict):
    """Numbers of a crew are for the day it works."""

    def __init__(self) -> None:
        super().__init__("Numbers of the crew are shown on the day of the shift. Until then ask the dispatcher.")


def is_day_of(shift: Shift, now: datetime) -> bool:
    """Whether it is a day on which the shift works, by the calendar of the site."""
    first, last = local_date(shift.starts_at, shift.zone), local_date(shift.ends_at, shift.zone)
    return first <= local_date(now, shift.zone) <= last


async def ring_from_site(uow: Uow, shift: Shift, seat_id: UUID) -> str:
    """Return the number of a man of the crew, E.164, and write down who asked for it.

    Args:
        uow: the tenant's unit of work.
        shift: one the caller attends; see `shift_to_attend`.
        seat_id: of a man on its list.

    Raises:
        NotTheDayOfTheShift: it is another day on the site's calendar.
        SeatNotFound: he is not on the list of this shift.
        PhoneNotRevealed: a guest's, whose seat is over.
    """
    if not is_day_of(shift, uow.now):
        raise NotTheDayOfTheShift
    seat = next((seat for seat in await crew_on_site(uow, shift.id) if seat.id == seat_id), None)
    if seat is None:
        raise SeatNotFound("This man is on another shift's list.")
    phone = (await reveal_phone(uow, seat.worker_id)).phone
    await note(uow, shift.id, "rung_from_site", worker_id=seat.worker_id, seat_id=seat.id)
    await note_act(uow, "workers", seat.worker_id, phone="shown on site", shift_id=shift.id)
    return phone
