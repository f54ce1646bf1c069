"""A man came and is not let to work through his own fault: drunk, without pass or documents, or he refuses the work."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from dispatch.crew.alarms import resolve_alarms
from dispatch.crew.attendance import reverse_no_show
from dispatch.crew.rules import EXPECTED, SeatKind, SeatStatus
from dispatch.crew.seats import Seat, move_seat, record_presence
from dispatch.kit.uow import Uow
from dispatch.orders.shifts import Shift
from dispatch.orders.timeline import note
from dispatch.rating.service import Fact, record_breach, reverse_seat_marks
from dispatch.sms.texts import Template
from dispatch.staffing.gaps import close_gaps
from dispatch.staffing.leave import SeatIsOver
from dispatch.staffing.on_site.commands import Refusal
from dispatch.staffing.on_site.judged import tell_judged
from dispatch.staffing.seating import unfollow_seat
from dispatch.tenancy.policy import MarkKind, Policy

_MARKS: Final[Mapping[Refusal, MarkKind]] = {
    Refusal.DRUNK: MarkKind.TURNED_AWAY_DRUNK,
    Refusal.NO_PASS: MarkKind.TURNED_AWAY_NO_PASS,
    Refusal.REFUSED: MarkKind.TURNED_AWAY_REFUSED,
}


async def turn_away(
    uow: Uow, shift: Shift, seat: Seat, at: datetime, *, reason: Refusal, source: str, policy: Policy
) -> str:
    """End the seat of a man who may not work here today: mark, strike, fine, text with the appeal word, replacement.

    He was here: a no-show that was decided meanwhile is reversed first, exactly. He gets no call-out pay.

    Args:
        uow: holds the locks of the shift and the worker.
        shift: as read under the lock, open.
        seat: as read under the lock; primary or reserve.
        at: when it happened, an instant.
        reason: why.
        source: who says so.
        policy: in force.

    Raises:
        SeatIsOver: his seat ended otherwise, or he is on standby.
    """
    if seat.status is SeatStatus.TURNED_AWAY_ON_SITE:
        return "turned_away"
    if seat.kind is SeatKind.STANDBY or seat.status not in (*EXPECTED, SeatStatus.ARRIVED, SeatStatus.NO_SHOW):
        raise SeatIsOver("He is not expected here any more.", seat_id=seat.id)
    if await reverse_no_show(uow, seat.id, f"{uow.actor} by {source}"):
        await reverse_seat_marks(uow, seat.id, [MarkKind.NO_SHOW], reason=f"turned away: {source}")
    await record_presence(uow, seat, at=at, source=source)
    await move_seat(uow, seat, SeatStatus.TURNED_AWAY_ON_SITE, reason=reason)
    await unfollow_seat(uow, seat)
    await resolve_alarms(uow, "unaccounted", shift.id, key=str(seat.id))
    await note(
        uow, shift.id, "turned_away_on_site", worker_id=seat.worker_id, seat_id=seat.id, reason=reason, source=source
    )
    fact = Fact(
        worker_id=seat.worker_id,
        kind=_MARKS[reason],
        occurred_at=at,
        shift_id=shift.id,
        seat_id=seat.id,
        evidence={"reason": reason, "source": source},
    )
    recorded = await record_breach(uow, fact, pay_rate_minor=shift.pay_rate_minor)
    await tell_judged(uow, shift, seat, recorded, Template.SENT_AWAY)
    await close_gaps(uow, shift.id, policy)
    return "turned_away"
