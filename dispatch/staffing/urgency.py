"""Urgent or not: whether a shift may reach, in quiet hours, the men who agreed to that; always under a named reason."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict

from dispatch.kit import outbox
from dispatch.kit.text import ShortText
from dispatch.kit.uow import Uow
from dispatch.orders.shifts import lock_shift, set_urgent
from dispatch.orders.timeline import note
from dispatch.staffing.events import WAVE_DUE
from dispatch.staffing.operate import ShiftIsOver


class MarkUrgent(BaseModel):
    """Why men may be asked at night; kept on the shift's timeline with who said so."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: ShortText


async def mark_urgent(uow: Uow, shift_id: UUID, command: MarkUrgent) -> None:
    """Mark a shift as urgent and look at once for whom to ask; twice changes nothing. The price stays as agreed.

    Raises:
        ShiftNotFound: there is none.
        ShiftIsOver: it has started or is over.
    """
    await _set(uow, shift_id, urgent=True, reason=command.reason)


async def unmark_urgent(uow: Uow, shift_id: UUID) -> None:
    """Ask for it at the usual hours again; what was sent stays sent. Shortly before the start every shift is urgent.

    Raises:
        ShiftNotFound: there is none.
        ShiftIsOver: it has started or is over.
    """
    await _set(uow, shift_id, urgent=False, reason=None)


async def _set(uow: Uow, shift_id: UUID, *, urgent: bool, reason: str | None) -> None:
    shift = await lock_shift(uow, shift_id)
    if not shift.ahead:
        raise ShiftIsOver("The shift has started or is over.", status=shift.status)
    if not await set_urgent(uow, shift, urgent=urgent):
        return
    if not urgent:
        await note(uow, shift.id, "urgent_off")
        return
    await note(uow, shift.id, "urgent_on", reason=reason)
    if shift.paused_at is None:
        await outbox.schedule(uow, WAVE_DUE, shift.order_id, uow.now)
