"""The orders of a series' days under a change: locked together, and each made what its day needs.

What an order goes through here is what it goes through alone: `change_order` and `cancel_order`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from dispatch.clients.models import Site
from dispatch.crew.rules import LIVE
from dispatch.crew.seats import lock_workers
from dispatch.kit.uow import Uow
from dispatch.orders.rules import AHEAD
from dispatch.orders.series.models import Series
from dispatch.orders.series.queries import MadeDay, made_days
from dispatch.orders.series.rules import DayPlan, span_of
from dispatch.orders.shifts import lock_shifts
from dispatch.staffing.cancel import CancelOrder, cancel_order
from dispatch.staffing.change import ChangeOrder, ShiftTimes, change_order
from dispatch.staffing.series import NewDay


@dataclass(frozen=True, slots=True)
class Touched:
    """What a change came to; amounts in minor units.

    Attributes:
        made: days that became orders.
        changed: days whose orders changed.
        cancelled: days whose orders were cancelled.
        lost: who loses a seat, because fewer are wanted or the day is off; each once, however many days.
        asked: who must answer again, as time or place are others.
        call_out_minor: call-out pay for men let go inside the notice.
        fee_minor: what the client owes for cancelling inside the notice.
    """

    made: tuple[NewDay, ...] = ()
    changed: tuple[date, ...] = ()
    cancelled: tuple[date, ...] = ()
    lost: frozenset[UUID] = frozenset()
    asked: frozenset[UUID] = frozenset()
    call_out_minor: int = 0
    fee_minor: int = 0

    def __add__(self, other: "Touched") -> "Touched":
        """Return both together."""
        return Touched(
            self.made + other.made,
            self.changed + other.changed,
            self.cancelled + other.cancelled,
            self.lost | other.lost,
            self.asked | other.asked,
            self.call_out_minor + other.call_out_minor,
            self.fee_minor + other.fee_minor,
        )

    @property
    def people(self) -> frozenset[UUID]:
        """Everybody it reaches."""
        return self.lost | self.asked


async def locked_days(uow: Uow, series: Series, start: date, through: date | None = None) -> list[MadeDay]:
    """Return the days whose orders stand and whose work has not begun, under all the locks a change of them takes."""
    shift_ids = [made.shift_id for made in await made_days(uow, series.id, start, through)]
    await lock_shifts(uow, shift_ids)
    await lock_workers(uow, await _seated(uow, shift_ids))
    return [made for made in await made_days(uow, series.id, start, through) if made.shift_status in AHEAD]


async def _seated(uow: Uow, shift_ids: Sequence[UUID]) -> list[UUID]:
    rows = await uow.fetch(
        """SELECT DISTINCT worker_id FROM seats
           WHERE franchise_id = $1 AND shift_id = ANY ($2) AND status = ANY ($3)""",
        uow.franchise_id,
        list(shift_ids),
        [str(status) for status in LIVE],
    )
    return [row["worker_id"] for row in rows]


async def _holders(uow: Uow, seat_ids: Sequence[UUID]) -> frozenset[UUID]:
    rows = await uow.fetch(
        "SELECT worker_id FROM seats WHERE franchise_id = $1 AND id = ANY ($2)", uow.franchise_id, list(seat_ids)
    )
    return frozenset(row["worker_id"] for row in rows)


async def fit_day(
    uow: Uow, made: MadeDay, plan: DayPlan | None, site: Site, reason: str, *, moves: bool = False
) -> Touched:
    """Let a standing order be what its day needs: cancelled, changed, or left as it is.

    Args:
        uow: holds the locks of `locked_days`.
        made: the day with its order.
        plan: what it needs; None for nothing at all.
        site: of the series; its clock is what hours are read on.
        reason: why an order is cancelled.
        moves: whether the order goes to that site, or stays where it is.
    """
    if plan is None:
        return await cancel_day(uow, made, reason)
    starts_at, ends_at = span_of(plan.day, plan.hours, site.zone)
    wanted: dict[str, object] = {}
    if plan.headcount != made.headcount:
        wanted["headcount"] = plan.headcount
    if (starts_at, ends_at) != (made.starts_at, made.ends_at):
        wanted["times"] = (ShiftTimes(shift_id=made.shift_id, starts_at=starts_at, ends_at=ends_at),)
    if moves and site.id != made.site_id:
        wanted["site_id"] = site.id
    if not wanted:
        return Touched()
    changed = await change_order(uow, made.order_id, ChangeOrder.model_validate(wanted), made.order_version)
    return Touched(
        changed=(made.day,),
        lost=await _holders(uow, [seat for effect in changed.effects for seat in effect.released]),
        asked=await _holders(uow, [seat for effect in changed.effects for seat in effect.must_answer]),
        call_out_minor=sum(effect.call_out_minor for effect in changed.effects),
    )


async def cancel_day(uow: Uow, made: MadeDay, reason: str) -> Touched:
    """Cancel the order of a day as its client would."""
    told = frozenset(await _seated(uow, [made.shift_id]))
    done = await cancel_order(uow, made.order_id, CancelOrder(reason=reason))
    return Touched(cancelled=(made.day,), lost=told, call_out_minor=done.call_out_minor, fee_minor=done.fee_minor)
