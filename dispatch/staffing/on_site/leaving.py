"""A man leaves the site before his shift is over: with leave or without, and sometimes he comes back."""

from datetime import datetime
from uuid import UUID

from dispatch.crew.alarms import Severity, raise_alarm, resolve_alarms
from dispatch.crew.rules import SeatStatus
from dispatch.crew.seats import Seat, record_leaving
from dispatch.kit.errors import Conflict
from dispatch.kit.uow import Uow
from dispatch.orders.shifts import Shift
from dispatch.orders.timeline import note
from dispatch.rating.service import Fact, record_breach, reverse_seat_marks
from dispatch.sms.texts import Template
from dispatch.staffing.complete import SeatNotOnSite
from dispatch.staffing.on_site.judged import tell_judged
from dispatch.tenancy.policy import MarkKind

_ALARM = "left_early"


class LeftBeforeArriving(Conflict):
    """Nobody leaves before he came."""


async def note_leaving(uow: Uow, shift: Shift, seat: Seat, at: datetime, *, let_go: bool, source: str) -> str:
    """Write when a man left. Before the end and without leave it is a mark, and he learns how to contest it.

    His place stays his: what he worked is paid, and whether somebody else is needed for the rest people decide, who are
    alarmed. His hours run to this moment unless others are stated when the shift is closed.

    Args:
        uow: holds the locks of the shift and the worker.
        shift: as read under the lock, open.
        seat: as read under the lock.
        at: when he left, an instant.
        let_go: the foreman sent him home, or he fell ill.
        source: who says so.

    Returns:
        `left_early` with a mark, `left` without, `left_already`.

    Raises:
        SeatNotOnSite: he was never seen here, or is settled already.
        LeftBeforeArriving: at this moment he had not come yet.
    """
    if seat.status is not SeatStatus.ARRIVED:
        raise SeatNotOnSite("He was not marked as arrived. Mark that first.", seat_id=seat.id)
    if seat.left_at is not None:
        return "left_already"
    if seat.arrived_at is not None and at < seat.arrived_at:
        raise LeftBeforeArriving("He came later than that. Mark it again.", arrived_at=seat.arrived_at)
    await record_leaving(uow, seat.id, at)
    early = at < shift.ends_at
    await note(uow, shift.id, "left_site", worker_id=seat.worker_id, seat_id=seat.id, let_go=let_go, source=source)
    if not early:
        return "left"
    await _ask_people(uow, shift.id, seat.id)
    if let_go:
        return "left"
    fact = Fact(
        worker_id=seat.worker_id,
        kind=MarkKind.LEFT_EARLY,
        occurred_at=at,
        shift_id=shift.id,
        seat_id=seat.id,
        evidence={"left_at": at, "ends_at": shift.ends_at, "source": source},
    )
    recorded = await record_breach(uow, fact, pay_rate_minor=shift.pay_rate_minor)
    await tell_judged(uow, shift, seat, recorded, Template.LEFT_EARLY)
    return "left_early"


async def come_back(uow: Uow, shift: Shift, seat: Seat, *, source: str) -> str:
    """Take back that a man left: he is here again, or never went. A mark for it is reversed exactly."""
    await record_leaving(uow, seat.id, None)
    await reverse_seat_marks(uow, seat.id, [MarkKind.LEFT_EARLY], reason=f"came back: {source}")
    await resolve_alarms(uow, _ALARM, shift.id, key=str(seat.id))
    await note(uow, shift.id, "came_back", worker_id=seat.worker_id, seat_id=seat.id, source=source)
    return "came_back"


async def _ask_people(uow: Uow, shift_id: UUID, seat_id: UUID) -> None:
    await raise_alarm(
        uow,
        _ALARM,
        "A man left the site before the end: ask the client whether somebody else is needed.",
        shift_id=shift_id,
        severity=Severity.WARNING,
        key=str(seat_id),
        seat_id=seat_id,
    )
