"""A mass excuse: snow, the metro, a guard, a wrong address. What a whole shift was marked for is taken back."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from dispatch.crew.seats import Seat, lock_workers, seats_of
from dispatch.kit.text import ShortText
from dispatch.kit.uow import Uow
from dispatch.orders.shifts import lock_shift
from dispatch.orders.timeline import note
from dispatch.rating.service import reverse_seat_marks
from dispatch.sms.texts import Template
from dispatch.staffing.facts import contacts_of, place_of
from dispatch.staffing.tell import tell
from dispatch.tenancy.policy import MarkKind

EXCUSABLE: Final = (
    MarkKind.LATE_ANNOUNCED,
    MarkKind.LATE,
    MarkKind.LATE_LONG,
    MarkKind.LEFT_EARLY,
    MarkKind.CANCEL_AHEAD,
    MarkKind.CANCEL_LATE,
    MarkKind.CANCEL_LAST_MINUTE,
    MarkKind.NO_SHOW,
    MarkKind.TURNED_AWAY_NO_PASS,
)
"""What circumstances can cause. Drink, a refusal to work and complaints are a man's own, whatever the weather."""


class ExcuseShift(BaseModel):
    """Why nobody is to blame; kept with every reversing mark."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: ShortText


@dataclass(frozen=True, slots=True)
class ExcusedShift:
    """What an excuse came to: how many men had marks taken back."""

    shift_id: UUID
    people: int


async def excuse_shift(uow: Uow, shift_id: UUID, command: ExcuseShift) -> ExcusedShift:
    """Reverse what the crew of a shift was marked for: ratings, caps, strikes, standings and fines follow, once.

    Seats stay as they were: who was not there was not there, but it is not held against him. Marks that come later are
    taken back by saying it again. Each man concerned is told.

    Raises:
        ShiftNotFound: there is none.
    """
    shift = await lock_shift(uow, shift_id)
    seats = await seats_of(uow, shift_id)
    await lock_workers(uow, [seat.worker_id for seat in seats])
    excused: list[tuple[Seat, UUID]] = []
    for seat in sorted(seats, key=lambda seat: seat.worker_id):
        undone = await reverse_seat_marks(uow, seat.id, EXCUSABLE, reason=f"excused: {command.reason}")
        if undone is not None:
            excused.append((seat, undone.mark_id))
            await note(
                uow,
                shift_id,
                "excused",
                worker_id=seat.worker_id,
                seat_id=seat.id,
                mark_id=undone.mark_id,
                rating_after=undone.rating_after,
            )
    contacts = await contacts_of(uow, [seat.worker_id for seat, _ in excused])
    place = await place_of(uow, shift)
    for seat, mark_id in excused:
        await tell(uow, contacts[seat.worker_id], Template.MARKS_EXCUSED, place, key=(mark_id,))
    await note(uow, shift_id, "shift_excused", reason=command.reason, people=len(excused))
    return ExcusedShift(shift_id, len(excused))
