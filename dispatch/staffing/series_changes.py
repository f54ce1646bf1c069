"""A series changes: for days not made yet, for one day, or for the orders already placed; paused, resumed, ended.

What an order goes through here is what it goes through alone: `change_order` and `cancel_order`. Locks are taken in one
order: the series, then the shifts of all its days ahead by id, then the men seated on them by id.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from dispatch.clients.models import Site
from dispatch.clients.queries import site_of
from dispatch.crew.rules import LIVE
from dispatch.crew.seats import lock_workers
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Uow
from dispatch.orders.rules import AHEAD, OrderStatus
from dispatch.orders.series.commands import AddException, ApplyTo, ChangeSeries, EndSeries
from dispatch.orders.series.errors import SeriesDayUnfit
from dispatch.orders.series.models import Series
from dispatch.orders.series.queries import MadeDay, made_days, planned_days, series_of, still_ahead, today_at
from dispatch.orders.series.rules import DayPlan, SeriesStatus, span_of
from dispatch.orders.series.service import (
    drop_exception,
    give_new_order,
    move_series,
    require_version,
    write_change,
    write_exception,
)
from dispatch.orders.shifts import lock_shifts
from dispatch.staffing.cancel import CancelOrder, cancel_order
from dispatch.staffing.change import ChangeOrder, ShiftTimes, change_order
from dispatch.staffing.series import NewDay, fill_series, place_day

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Touched:
    """What a change came to; amounts in minor units.

    Attributes:
        made: days that became orders.
        changed: days whose orders changed.
        cancelled: days whose orders were cancelled.
        people: who is released, told that it is off, or must answer again; each once, however many days.
        call_out_minor: call-out pay for men let go inside the notice.
        fee_minor: what the client owes for cancelling inside the notice.
    """

    made: tuple[NewDay, ...] = ()
    changed: tuple[date, ...] = ()
    cancelled: tuple[date, ...] = ()
    people: frozenset[UUID] = frozenset()
    call_out_minor: int = 0
    fee_minor: int = 0

    def __add__(self, other: "Touched") -> "Touched":
        """Return both together."""
        return Touched(
            self.made + other.made,
            self.changed + other.changed,
            self.cancelled + other.cancelled,
            self.people | other.people,
            self.call_out_minor + other.call_out_minor,
            self.fee_minor + other.fee_minor,
        )


@dataclass(frozen=True, slots=True)
class ChangedSeries:
    """A series after a change, and what the change came to."""

    series: Series
    touched: Touched


async def change_series(uow: Uow, series_id: UUID, command: ChangeSeries, version: int) -> ChangedSeries:
    """Change headcount, hours, end or note. A preview is this, rolled back by its caller.

    Days not made yet follow by themselves. With `apply_to` = `materialised` the orders of the days from tomorrow on
    follow too; what was said of a single day still holds for it.

    Raises:
        SeriesNotFound: there is none.
        SeriesChangedMeanwhile: somebody changed it since `version`.
        SeriesIsOver: it has ended.
        SeriesNeverHappens: no day would be left.
        WorkerAlreadyBooked: new hours clash with other seats of men seated here.
        RateCardMissing, ConditionNotOnRateCard, ClientArchived: days became due that cannot be ordered any more.
    """
    series = await series_of(uow, series_id, lock=True)
    require_version(series, version)
    await write_change(uow, series, command)
    touched = await _follow(uow, series) if command.apply_to is ApplyTo.MATERIALISED else Touched()
    return ChangedSeries(series, touched + Touched(made=tuple(await fill_series(uow, series))))


async def except_day(uow: Uow, series_id: UUID, command: AddException) -> ChangedSeries:
    """Let one day deviate, at once: its order is changed, cancelled or placed with it.

    Raises:
        SeriesNotFound: there is none.
        SeriesIsOver: it has ended.
        SeriesDayUnfit: the day is over, has begun, is outside the series, free already, or not free.
        ShiftInThePast: new hours of today begin before now.
        WorkerAlreadyBooked: new hours clash with other seats of men seated here.
        RateCardMissing, ConditionNotOnRateCard, ClientArchived: it cannot be ordered any more.
    """
    series = await series_of(uow, series_id, lock=True)
    site = await site_of(uow, series.site_id)
    await write_exception(uow, series, command, today_at(uow, site))
    return ChangedSeries(series, await _settle_day(uow, series, site, command.day, command.reason))


async def lift_exception(uow: Uow, series_id: UUID, day: date) -> ChangedSeries:
    """Let a day be as usual again; an order that its exception had cancelled is placed anew.

    Raises:
        SeriesNotFound: there is none.
        SeriesIsOver: it has ended.
        SeriesExceptionNotFound: nothing is said of this day.
        SeriesDayUnfit: its work has begun.
        ShiftInThePast: the usual hours of today begin before now.
        WorkerAlreadyBooked: the usual hours clash with other seats of men seated here.
        RateCardMissing, ConditionNotOnRateCard, ClientArchived: it cannot be ordered any more.
    """
    series = await series_of(uow, series_id, lock=True)
    site = await site_of(uow, series.site_id)
    await drop_exception(uow, series, day)
    return ChangedSeries(series, await _settle_day(uow, series, site, day, "as usual again"))


async def pause_series(uow: Uow, series_id: UUID) -> ChangedSeries:
    """Make no further days until resumed; orders already placed stay. Twice changes nothing.

    Raises:
        SeriesNotFound: there is none.
        SeriesIsOver: it has ended.
    """
    series = await series_of(uow, series_id, lock=True)
    await move_series(uow, series, SeriesStatus.PAUSED)
    await fill_series(uow, series)
    return ChangedSeries(series, Touched())


async def resume_series(uow: Uow, series_id: UUID) -> ChangedSeries:
    """Go on with a paused series: its days of the coming two weeks are made at once. Twice changes nothing.

    Raises:
        SeriesNotFound: there is none.
        SeriesIsOver: it has ended.
        RateCardMissing, ConditionNotOnRateCard, ClientArchived: it cannot be ordered any more.
    """
    series = await series_of(uow, series_id, lock=True)
    await move_series(uow, series, SeriesStatus.ACTIVE)
    return ChangedSeries(series, Touched(made=tuple(await fill_series(uow, series))))


async def end_series(uow: Uow, series_id: UUID, command: EndSeries) -> ChangedSeries:
    """End a series for good; with `apply_to` = `materialised` its orders from tomorrow on are cancelled.

    Twice changes nothing but that orders left standing the first time may go the second.

    Raises:
        SeriesNotFound: there is none.
    """
    series = await series_of(uow, series_id, lock=True)
    await move_series(uow, series, SeriesStatus.ENDED)
    await fill_series(uow, series)
    touched = Touched()
    if command.apply_to is ApplyTo.MATERIALISED:
        site = await site_of(uow, series.site_id)
        for made in await _locked_days(uow, series, today_at(uow, site) + _DAY):
            touched += await _cancel(uow, made, command.reason)
    return ChangedSeries(series, touched)


async def _follow(uow: Uow, series: Series) -> Touched:
    """Let the orders of the days from tomorrow on be what the series says now."""
    site = await site_of(uow, series.site_id)
    start = today_at(uow, site) + _DAY
    days = await _locked_days(uow, series, start)
    if not days:
        return Touched()
    plans = {plan.day: plan for plan in await planned_days(uow, series, site, start, days[-1].day)}
    touched = Touched()
    for made in days:
        touched += await _fit(uow, made, plans.get(made.day), site, "the series changed")
    return touched


async def _settle_day(uow: Uow, series: Series, site: Site, day: date, reason: str) -> Touched:
    """Let one day be what is said of it now, whether it has an order that stands, one that was cancelled, or none.

    Raises:
        SeriesDayUnfit: its work has begun.
    """
    plans = await planned_days(uow, series, site, day, day)
    plan = plans[0] if plans else None
    standing = await _locked_days(uow, series, day, day)
    if standing:
        return await _fit(uow, standing[0], plan, site, reason)
    before = await made_days(uow, series.id, day, day)
    if before and before[0].order_status is OrderStatus.OPEN:
        raise SeriesDayUnfit("day: its work has begun; change the order itself.", order_id=before[0].order_id)
    if plan is None or not still_ahead(uow, [plan], site.zone):
        return Touched()
    if not before:
        return Touched(made=tuple(await fill_series(uow, series)))
    if before[0].order_status is OrderStatus.CANCELLED and series.status == SeriesStatus.ACTIVE:
        order_id = new_id()
        if await give_new_order(uow, series, day, was=before[0].order_id, order_id=order_id):
            await place_day(uow, series, site, plan, order_id)
            return Touched(made=(NewDay(day, order_id),))
    return Touched()


async def _locked_days(uow: Uow, series: Series, start: date, through: date | None = None) -> list[MadeDay]:
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


async def _fit(uow: Uow, made: MadeDay, plan: DayPlan | None, site: Site, reason: str) -> Touched:
    """Let a standing order be what its day needs: cancelled, changed, or left as it is."""
    if plan is None:
        return await _cancel(uow, made, reason)
    starts_at, ends_at = span_of(plan.day, plan.hours, site.zone)
    wanted: dict[str, object] = {}
    if plan.headcount != made.headcount:
        wanted["headcount"] = plan.headcount
    if (starts_at, ends_at) != (made.starts_at, made.ends_at):
        wanted["times"] = (ShiftTimes(shift_id=made.shift_id, starts_at=starts_at, ends_at=ends_at),)
    if not wanted:
        return Touched()
    changed = await change_order(uow, made.order_id, ChangeOrder.model_validate(wanted), made.order_version)
    seats = [seat for effect in changed.effects for seat in (*effect.released, *effect.must_answer)]
    return Touched(
        changed=(made.day,),
        people=await _holders(uow, seats),
        call_out_minor=sum(effect.call_out_minor for effect in changed.effects),
    )


async def _cancel(uow: Uow, made: MadeDay, reason: str) -> Touched:
    told = frozenset(await _seated(uow, [made.shift_id]))
    done = await cancel_order(uow, made.order_id, CancelOrder(reason=reason))
    return Touched(cancelled=(made.day,), people=told, call_out_minor=done.call_out_minor, fee_minor=done.fee_minor)
