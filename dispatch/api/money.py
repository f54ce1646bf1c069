"""Money of a shift, man by man."""

from enum import StrEnum
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.api.errors import responses
from dispatch.money.queries import timesheets_of
from dispatch.orders.shifts import ShiftNotFound, read_shift

router = APIRouter(tags=["money"])


class TimesheetKind(StrEnum):
    """What a man is paid for: work, or coming in vain."""

    WORK = "work"
    CALL_OUT = "call_out"
    LATE_CANCEL = "late_cancel"


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class TimesheetOut(_Answer):
    """One man's hours on a shift: planned, worked, billed and paid minutes; amounts in minor units, net of VAT."""

    seat_id: UUID
    worker_id: UUID
    kind: TimesheetKind
    planned_minutes: int
    actual_minutes: int
    billed_minutes: int
    paid_minutes: int
    bill_minor: int
    pay_minor: int
    currency: str
    author: str
    at: AwareDatetime


class Timesheets(_Answer):
    """The timesheets of a shift; empty until hours are approved."""

    items: tuple[TimesheetOut, ...]


@router.get(
    "/shifts/{shift_id}/timesheets",
    dependencies=[allow(Permission.SHIFTS_CLOSE)],
    responses=responses(ShiftNotFound),
)
async def get_timesheets(shift_id: UUID, uow: UowDep) -> Timesheets:
    """Read what each man of a shift worked, was billed and is paid; for those who may approve it."""
    await read_shift(uow, shift_id)
    return Timesheets(items=tuple(TimesheetOut.model_validate(dict(row)) for row in await timesheets_of(uow, shift_id)))
