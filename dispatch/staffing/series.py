"""A series makes its days: each week's orders two weeks ahead, each day exactly once, whoever works and after any gap.

`fill_series` is the only place days are made. It runs when a series is started, changed or resumed, and at the timer
that each run sets for the next. What a day needs is pure arithmetic (`orders/series/rules.py`); its order is placed
like any other, priced by the rate card in force at that moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from dispatch.clients.models import Site
from dispatch.clients.queries import site_of
from dispatch.crew.alarms import Severity, raise_alarm, resolve_alarms
from dispatch.kit import outbox
from dispatch.kit.errors import DispatchError
from dispatch.kit.ids import new_id
from dispatch.kit.outbox import Job
from dispatch.kit.uow import Uow
from dispatch.kit.walltime import day_bounds, local_date
from dispatch.orders.commands import AskedShift, GetQuote, OverInvite, PlaceOrder
from dispatch.orders.place import quote_order
from dispatch.orders.series.commands import AddException, StartSeries
from dispatch.orders.series.models import Series
from dispatch.orders.series.queries import made_days, planned_days, series_of, still_ahead, today_at
from dispatch.orders.series.rules import DayPlan, Hours, SeriesStatus, made_through, next_making, span_of
from dispatch.orders.series.service import claim_days, move_series, start_series, write_exception
from dispatch.staffing.events import SERIES_DUE
from dispatch.staffing.order import open_order
from dispatch.tenancy.policy import Tier
from dispatch.workers.skills import Service

RETRY: Final = timedelta(hours=1)
"""After so long a series whose days could not be made tries again."""

_STUCK: Final = "series_stuck"
_MISSED: Final = "series_days_missed"
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class NewDay:
    """A day that has just become an order."""

    day: date
    order_id: UUID


@dataclass(frozen=True, slots=True)
class StartedSeries:
    """A series as started, and the days of it that are orders already."""

    series: Series
    days: Sequence[NewDay]


async def begin_series(uow: Uow, command: StartSeries, exceptions: Sequence[AddException] = ()) -> StartedSeries:
    """Start a series and make its days of the coming two weeks; days that deviate do so from the first.

    Raises:
        SeriesDayUnfit: an exception does not fit its day.
        ClientNotFound, ClientArchived, SiteNotFound: not of this franchise, or archived.
        SeriesNeverHappens: no day of the pattern lies between its first and last day.
        RateCardMissing: no price for the service.
        ConditionNotOnRateCard: a condition without a price.
    """
    series = await start_series(uow, command)
    site = await site_of(uow, series.site_id)
    await quote_order(uow, sample_of(command, [series.starts_on], site))
    for exception in exceptions:
        await write_exception(uow, series, exception, today_at(uow, site))
    return StartedSeries(series, await fill_series(uow, series))


def sample_of(command: StartSeries, days: Sequence[date], site: Site) -> GetQuote:
    """Return days of a series as a quote is asked for, so that a missing price is known at once, not in weeks."""
    return GetQuote(
        service=command.service,
        headcount=command.headcount,
        shifts=tuple(_asked(day, command.hours, site.zone) for day in days),
        zone=site.zone,
        conditions=command.conditions,
    )


def _asked(day: date, hours: Hours, zone: str) -> AskedShift:
    starts_at, ends_at = span_of(day, hours, zone)
    return AskedShift(starts_at=starts_at, ends_at=ends_at)


async def fill_series(uow: Uow, series: Series) -> list[NewDay]:
    """Make the days of a locked series that are due and not made yet, and set the timer for the next ones.

    A day whose work has begun is not made any more; a paused or ended series makes none, and has no timer.

    Raises:
        ClientArchived, SiteNotFound: nothing can be ordered there any more.
        RateCardMissing, ConditionNotOnRateCard: there is no price.
    """
    if series.status != SeriesStatus.ACTIVE:
        await outbox.cancel(uow, SERIES_DUE, series.id)
        return []
    site = await site_of(uow, series.site_id)
    today = today_at(uow, site)
    first, through = max(today, series.starts_on), made_through(today)
    plans = still_ahead(uow, await planned_days(uow, series, site, first, through), site.zone)
    known = {made.day for made in await made_days(uow, series.id, first, through)}
    made = await make_days(uow, series, site, [plan for plan in plans if plan.day not in known])
    await _set_timer(uow, series, site, today)
    return made


async def make_days(uow: Uow, series: Series, site: Site, plans: Sequence[DayPlan]) -> list[NewDay]:
    """Place the orders of days nobody made before; a day somebody else made meanwhile is left to him."""
    if not plans:
        return []
    orders = {plan.day: new_id() for plan in plans}
    won = await claim_days(uow, series, orders)
    for plan in plans:
        if plan.day in won:
            await place_day(uow, series, site, plan, orders[plan.day])
    return [NewDay(day, order_id) for day, order_id in orders.items() if day in won]


async def place_day(uow: Uow, series: Series, site: Site, plan: DayPlan, order_id: UUID) -> None:
    """Place the order of one claimed day under the id it was claimed for."""
    if series.test:
        await uow.enter_trial()
    command = PlaceOrder(
        client_id=series.client_id,
        site_id=series.site_id,
        service=Service(series.service),
        headcount=plan.headcount,
        shifts=(_asked(plan.day, plan.hours, site.zone),),
        conditions=tuple(series.conditions),
        min_tier=Tier(series.min_tier) if series.min_tier else None,
        over_invite=OverInvite.model_validate(series.over_invite) if series.over_invite else None,
        note=series.note or None,
    )
    await open_order(uow, command, series.site_id, order_id=order_id)


async def _set_timer(uow: Uow, series: Series, site: Site, today: date) -> None:
    """Set the timer for the next week to be made or, where that is past the last day, for the end of the series."""
    due = next_making(today)
    if series.ends_on is not None:
        due = min(due, max(series.ends_on, today) + _DAY)
    await outbox.schedule(uow, SERIES_DUE, series.id, day_bounds(due, site.zone)[0])


async def make_due_days(uow: Uow, job: Job) -> None:
    """Timer: make the next days. What stands in the way is an alarm, and is tried again; the series never falls silent.

    The last day being over, the series has ended.
    """
    series = await series_of(uow, job.subject_id, lock=True)
    site = await site_of(uow, series.site_id)
    if series.ends_on is not None and series.ends_on < today_at(uow, site):
        await move_series(uow, series, SeriesStatus.ENDED)
        return
    try:
        async with uow.session.begin_nested():
            await _tell_missed(uow, series, site, local_date(job.due_at, site.zone))
            await fill_series(uow, series)
    except DispatchError as error:
        await raise_alarm(
            uow,
            _STUCK,
            "The next days of a series could not be ordered: see why, mend it, and they are ordered within the hour.",
            severity=Severity.CRITICAL,
            key=str(job.subject_id),
            series_id=job.subject_id,
            error=error.code,
        )
        await outbox.schedule(uow, SERIES_DUE, job.subject_id, uow.now + RETRY)
    else:
        await resolve_alarms(uow, _STUCK, None, key=str(job.subject_id))


async def _tell_missed(uow: Uow, series: Series, site: Site, since: date) -> None:
    """Tell people of days that nobody made before their work began: we were away for longer than we look ahead."""
    start, today = max(since, series.starts_on), today_at(uow, site)
    plans = await planned_days(uow, series, site, start, today) if start <= today else []
    ahead = {plan.day for plan in still_ahead(uow, plans, site.zone)}
    known = {made.day for made in await made_days(uow, series.id, start, today)}
    missed = [plan.day for plan in plans if plan.day not in ahead | known]
    if missed:
        await raise_alarm(
            uow,
            _MISSED,
            "Days of a series passed without an order, because nothing ran: tell the client.",
            severity=Severity.CRITICAL,
            key=f"{series.id}:{missed[0]}",
            series_id=series.id,
            days=missed,
        )
