"""A series changes: for days not made yet, for one day, or for the orders already placed; paused, resumed, ended.

Locks are taken in one
order: the series, then the shifts of all its days ahead by id, then the men seated on them by id.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from dispatch.clients.models import Site
from dispatch.clients.queries import site_of
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Uow
from dispatch.orders.rules import OrderStatus
from dispatch.orders.series.commands import AddException, ApplyTo, ChangeSeries, ChangeSeriesFrom, EndSeries
from dispatch.orders.series.errors import SeriesDayUnfit
from dispatch.orders.series.models import Series
from dispatch.orders.series.queries import MadeDay, made_days, planned_days, series_of, still_ahead, today_at
from dispatch.orders.series.rules import DayPlan, SeriesStatus
from dispatch.orders.series.service import (
    continue_series,
    drop_exception,
    give_new_order,
    hand_over_days,
    move_series,
    require_version,
    write_change,
    write_exception,
)
from dispatch.staffing.series import NewDay, fill_series, place_day
from dispatch.staffing.series_days import Touched, cancel_day, fit_day, locked_days

_DAY: Final = timedelta(days=1)
_ELSE: Final = "the series changed"


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


async def change_series_from(uow: Uow, series_id: UUID, command: ChangeSeriesFrom, version: int) -> ChangedSeries:
    """Change where, what, how many, when and on which days from a day on. A preview is this, rolled back by its caller.

    The days before stay as they are. From that day on the series is another one, which is returned: orders placed for
    days that stay are changed as each alone would be, those of days without work are cancelled, and only what lacks is
    placed. Another service has another price and another crew: its orders take the place of those placed before. A
    day whose order its client cancelled stays cancelled.

    Raises:
        SeriesNotFound: there is none.
        SeriesChangedMeanwhile: somebody changed it since `version`.
        SeriesIsOver: it has ended.
        SeriesGoesOnElsewhere: it was continued before.
        SeriesDayUnfit: the day is not one from tomorrow on.
        SeriesNeverHappens: no day would be left.
        SiteNotFound: no such site of this client, or an archived one.
        WorkerAlreadyBooked: new hours clash with other seats of men seated here.
        RateCardMissing, ConditionNotOnRateCard, ClientArchived: it cannot be ordered.
    """
    series = await series_of(uow, series_id, lock=True)
    require_version(series, version)
    standing = {made.day: made for made in await locked_days(uow, series, command.since)}
    following = await continue_series(uow, series, command)
    site = await site_of(uow, following.site_id)
    known = [made.day for made in await made_days(uow, series.id, command.since)]
    plans = {
        plan.day: plan for plan in (await planned_days(uow, following, site, command.since, known[-1]) if known else ())
    }
    await hand_over_days(uow, series, following, [day for day in known if day in plans])
    touched = Touched()
    for day, made in standing.items():
        plan = plans.get(day)
        if plan is None or made.service == following.service:
            touched += await fit_day(uow, made, plan, site, _ELSE, moves=command.site_id is not None)
        else:
            touched += await _replace(uow, following, site, made, plan)
    await fill_series(uow, series)
    return ChangedSeries(following, touched + Touched(made=tuple(await fill_series(uow, following))))


async def _replace(uow: Uow, series: Series, site: Site, made: MadeDay, plan: DayPlan) -> Touched:
    """Cancel the order of a day, and place another one for it."""
    touched = await cancel_day(uow, made, _ELSE)
    order_id = new_id()
    await give_new_order(uow, series, made.day, was=made.order_id, order_id=order_id)
    await place_day(uow, series, site, plan, order_id)
    return touched + Touched(made=(NewDay(made.day, order_id),))


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
        for made in await locked_days(uow, series, today_at(uow, site) + _DAY):
            touched += await cancel_day(uow, made, command.reason)
    return ChangedSeries(series, touched)


async def _follow(uow: Uow, series: Series) -> Touched:
    """Let the orders of the days from tomorrow on be what the series says now."""
    site = await site_of(uow, series.site_id)
    start = today_at(uow, site) + _DAY
    days = await locked_days(uow, series, start)
    if not days:
        return Touched()
    plans = {plan.day: plan for plan in await planned_days(uow, series, site, start, days[-1].day)}
    touched = Touched()
    for made in days:
        touched += await fit_day(uow, made, plans.get(made.day), site, _ELSE)
    return touched


async def _settle_day(uow: Uow, series: Series, site: Site, day: date, reason: str) -> Touched:
    """Let one day be what is said of it now, whether it has an order that stands, one that was cancelled, or none.

    Raises:
        SeriesDayUnfit: its work has begun.
    """
    plans = await planned_days(uow, series, site, day, day)
    plan = plans[0] if plans else None
    standing = await locked_days(uow, series, day, day)
    if standing:
        return await fit_day(uow, standing[0], plan, site, reason)
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
