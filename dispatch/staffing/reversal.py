"""An arrival that syncs later than a no-show was decided: everything that followed is undone in one transaction."""

from datetime import datetime

from dispatch.crew.alarms import Severity, raise_alarm
from dispatch.crew.attendance import reverse_no_show
from dispatch.crew.rules import SeatKind, SeatStatus
from dispatch.crew.seats import Seat, move_seat, record_arrival, record_presence
from dispatch.kit.uow import Uow
from dispatch.money.shift_money import Hours, settle_call_outs
from dispatch.orders.rules import ShiftStatus
from dispatch.orders.shifts import Shift
from dispatch.orders.timeline import note
from dispatch.rating.service import reverse_seat_marks
from dispatch.sms.texts import Template
from dispatch.staffing.facts import contact_of, place_of
from dispatch.staffing.rules import late_minutes
from dispatch.staffing.tell import tell
from dispatch.tenancy.policy import MarkKind, Policy


async def reverse_no_show_of(uow: Uow, shift: Shift, seat: Seat, at: datetime, *, source: str, policy: Policy) -> str:
    """Undo a no-show: mark, cap, strike and fine are reversed, the man gets his place or call-out pay, and one apology.

    His own place may have been given away meanwhile: then he is reserve where one is free, else sent home as surplus.

    Returns:
        `arrived` or `surplus`; `arrived_already` when it was reversed before.
    """
    if not await reverse_no_show(uow, seat.id, f"{uow.actor} by {source}"):
        return "arrived_already"
    kind = _free_kind(shift)
    if kind is None:
        await record_presence(uow, seat, at=at, source=source)
        await move_seat(uow, seat, SeatStatus.TURNED_AWAY_ON_SITE, reason="surplus")
    else:
        late = late_minutes(seat.due_at, at)
        await record_arrival(uow, seat, kind=kind, arrived_at=at, source=source, late_min=late)
    await _settle_after_close(uow, shift, seat, surplus=kind is None)
    reversed_marks = await reverse_seat_marks(uow, seat.id, [MarkKind.NO_SHOW], reason=f"arrived: {source}")
    await note(
        uow,
        shift.id,
        "no_show_reversed",
        worker_id=seat.worker_id,
        seat_id=seat.id,
        source=source,
        rating_after=reversed_marks.rating_after if reversed_marks else None,
        call_out_hours=None if kind else policy.money.call_out_hours,
    )
    contact = await contact_of(uow, seat.worker_id)
    await tell(uow, contact, Template.NO_SHOW_REVERSED, await place_of(uow, shift), key=(seat.id,))
    return "surplus" if kind is None else "arrived"


async def _settle_after_close(uow: Uow, shift: Shift, seat: Seat, *, surplus: bool) -> None:
    """On a shift that is closed already, pay who came in vain; whoever worked needs his hours approved by a person."""
    if shift.status is not ShiftStatus.CLOSED:
        return
    if surplus:
        await settle_call_outs(uow, shift, [Hours(seat.id, seat.worker_id)])
        return
    await raise_alarm(
        uow,
        "arrived_after_close",
        "A man who was not counted proved to have been there: approve his hours with POST seats/{id}/complete.",
        shift_id=shift.id,
        severity=Severity.WARNING,
        key=str(seat.id),
        seat_id=seat.id,
    )


def _free_kind(shift: Shift) -> SeatKind | None:
    if shift.primary_count < shift.headcount:
        return SeatKind.PRIMARY
    return SeatKind.RESERVE if shift.reserve_count < shift.reserve_capacity else None
