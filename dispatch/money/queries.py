"""Reads of timesheets: what each man of a shift worked, was billed and is paid."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from dispatch.kit.uow import Uow


async def timesheets_of(uow: Uow, shift_id: UUID) -> Sequence[Mapping[str, Any]]:
    """Read the timesheets of a shift, who worked before who was called out; empty until hours are approved."""
    return await uow.fetch(
        """SELECT seat_id, worker_id, kind, planned_minutes, actual_minutes, billed_minutes, paid_minutes, bill_minor,
                  pay_minor, currency, author, at
           FROM timesheets WHERE franchise_id = $1 AND shift_id = $2 ORDER BY kind = 'work' DESC, at, seat_id""",
        uow.franchise_id,
        shift_id,
    )
