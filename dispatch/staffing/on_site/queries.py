"""What a foreman or a crew lead is shown: his shifts, and the crew of one."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from dispatch.crew.rules import SeatStatus
from dispatch.crew.seats import Seat, seats_of
from dispatch.kit.uow import Uow
from dispatch.orders.rules import AHEAD, ShiftStatus
from dispatch.orders.shifts import Shift, ShiftNotFound, read_shift

MARKS_COME_FOR: Final = timedelta(days=1)
"""How long after a shift's end its list stays open to the phone that has it."""
BY_FOREMAN: Final = "foreman"
"""The attendance source of the shifts that foremen attend."""

_SHOWN: Final = frozenset(SeatStatus) - {
    SeatStatus.CANCELLED_BY_WORKER,
    SeatStatus.CANCELLED_BY_CLIENT,
    SeatStatus.RELEASED,
}


async def shifts_to_attend(uow: Uow, *, only_foremens: bool) -> Sequence[Mapping[str, Any]]:
    """Read the shifts of today and tomorrow, on their sites' clocks, that run or come; by start.

    Args:
        uow: the tenant's unit of work.
        only_foremens: leave out the shifts whose list somebody else takes.
    """
    return await uow.fetch(
        """SELECT f.id, f.starts_at, f.ends_at, f.zone, f.status, f.headcount, f.service, c.name AS client, s.address,
                  count(p.id) FILTER (WHERE p.status IN ('arrived', 'completed')) AS arrived
           FROM shifts f
           JOIN clients c ON c.franchise_id = f.franchise_id AND c.id = f.client_id
           JOIN sites s ON s.franchise_id = f.franchise_id AND s.id = f.site_id
           LEFT JOIN seats p ON p.franchise_id = f.franchise_id AND p.shift_id = f.id
           WHERE f.franchise_id = $1 AND f.status = ANY ($2) AND f.ends_at > $3::timestamptz - interval '1 day'
             AND (f.starts_at AT TIME ZONE f.zone)::date <= ($3 AT TIME ZONE f.zone)::date + 1
             AND ($4::text IS NULL OR f.attendance_source = $4)
           GROUP BY f.id, c.name, s.address ORDER BY f.starts_at, f.id LIMIT 200""",
        uow.franchise_id,
        [str(status) for status in (*AHEAD, ShiftStatus.RUNNING)],
        uow.now,
        BY_FOREMAN if only_foremens else None,
    )


async def shift_to_attend(uow: Uow, shift_id: UUID, *, only_foremens: bool) -> Shift:
    """Read a shift whose list may be taken now: from the day before it until a day after its end.

    Raises:
        ShiftNotFound: there is none, it is another day's, or somebody else takes its list.
    """
    shift = await read_shift(uow, shift_id)
    if (only_foremens and shift.attendance_source != BY_FOREMAN) or not is_at_hand(shift, uow.now):
        raise ShiftNotFound("This shift is not one you attend today or tomorrow.")
    return shift


def is_at_hand(shift: Shift, now: datetime) -> bool:
    """Tell whether a shift starts by tomorrow and did not end more than a day ago."""
    return shift.starts_at - now < timedelta(days=2) and now < shift.ends_at + MARKS_COME_FOR


async def crew_on_site(uow: Uow, shift_id: UUID) -> list[Seat]:
    """Read who is on the list: whoever is expected, came, did not come or was sent away."""
    return [seat for seat in await seats_of(uow, shift_id) if seat.status in _SHOWN]
