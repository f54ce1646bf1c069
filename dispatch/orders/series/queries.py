"""Reads of series, their exceptions and the days that became orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, tuple_

from dispatch.clients.models import Site
from dispatch.kit.uow import Uow
from dispatch.kit.walltime import local_date
from dispatch.orders.rules import OrderStatus, ShiftStatus
from dispatch.orders.series.errors import SeriesNotFound
from dispatch.orders.series.models import Series, SeriesException
from dispatch.orders.series.rules import DayPlan, Deviation, Holidays, SeriesStatus, plan_days, span_of
from dispatch.pricing.service import card_in_force, public_holidays


@dataclass(frozen=True, slots=True)
class MadeDay:
    """A day that became an order, with the shift of that order as it is now."""

    day: date
    order_id: UUID
    order_status: OrderStatus
    order_version: int
    shift_id: UUID
    shift_status: ShiftStatus
    starts_at: datetime
    ends_at: datetime
    headcount: int
    primary: int
    site_id: UUID
    service: str


async def series_of(uow: Uow, series_id: UUID, *, lock: bool = False) -> Series:
    """Return a series; with `lock` nobody else changes it, or makes its days, until the transaction ends.

    Raises:
        SeriesNotFound: the tenant has no such series.
    """
    query = select(Series).where(Series.franchise_id == uow.franchise_id, Series.id == series_id)
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    found = await uow.session.scalar(query)
    if found is None:
        raise SeriesNotFound("There is no such series in this franchise; list them with GET /api/v1/series.")
    return found


async def continued_from(uow: Uow, series_id: UUID) -> Series | None:
    """Return the series that a series continues; None for one that was started by itself."""
    return await uow.session.scalar(
        select(Series).where(Series.franchise_id == uow.franchise_id, Series.continued_by == series_id)
    )


async def list_series(
    uow: Uow, *, limit: int, after: tuple[datetime, UUID] | None, status: str | None, client_id: UUID | None
) -> Sequence[Series]:
    """Read series, newest first."""
    query = select(Series).where(Series.franchise_id == uow.franchise_id)
    if status is not None:
        query = query.where(Series.status == status)
    if client_id is not None:
        query = query.where(Series.client_id == client_id)
    if after is not None:
        query = query.where(tuple_(Series.created_at, Series.id) < tuple_(*after))
    ordered = query.order_by(Series.created_at.desc(), Series.id.desc()).limit(limit)
    return list(await uow.session.scalars(ordered))


async def exceptions_of(
    uow: Uow, series_id: UUID, *, start: date | None = None, through: date | None = None
) -> Sequence[SeriesException]:
    """Read the exceptions of a series by day, those from `start` through `through` where given."""
    query = select(SeriesException).where(
        SeriesException.franchise_id == uow.franchise_id, SeriesException.series_id == series_id
    )
    if start is not None:
        query = query.where(SeriesException.day >= start)
    if through is not None:
        query = query.where(SeriesException.day <= through)
    return list(await uow.session.scalars(query.order_by(SeriesException.day)))


async def exception_on(uow: Uow, series_id: UUID, day: date) -> SeriesException | None:
    """Return what is said of one day."""
    found = await exceptions_of(uow, series_id, start=day, through=day)
    return found[0] if found else None


async def planned_days(uow: Uow, series: Series, site: Site, start: date, through: date) -> list[DayPlan]:
    """Return what the days of a series need, exceptions and holidays counted, whether they are made or not.

    Raises:
        RateCardMissing: no price for the service; the card in force also says whose holidays count.
    """
    deviations: Mapping[date, Deviation] = {
        row.day: row.deviation() for row in await exceptions_of(uow, series.id, start=start, through=through)
    }
    holidays: set[date] = set()
    if series.holidays == Holidays.SKIP:
        currency = (await card_in_force(uow, series.service)).card.currency
        holidays = public_holidays(currency, range(start.year, through.year + 1), site.region)
    return plan_days(series.scheme(), deviations, holidays, start, through)


def still_ahead(uow: Uow, plans: Sequence[DayPlan], zone: str) -> list[DayPlan]:
    """Return the days whose work has not begun."""
    return [plan for plan in plans if span_of(plan.day, plan.hours, zone)[0] > uow.now]


def today_at(uow: Uow, site: Site) -> date:
    """Return the date that people on site write now."""
    return local_date(uow.now, site.zone)


async def made_days(uow: Uow, series_id: UUID, start: date, through: date | None = None) -> Sequence[MadeDay]:
    """Read the days from `start` on that are orders, in order."""
    rows = await uow.fetch(
        """SELECT d.day, o.id AS order_id, o.status AS order_status, o.version AS order_version, f.id AS shift_id,
                  f.status AS shift_status, f.starts_at, f.ends_at, f.headcount, f.primary_count AS primary,
                  f.site_id, f.service
           FROM series_days d
           JOIN orders o ON o.franchise_id = d.franchise_id AND o.id = d.order_id
           JOIN shifts f ON f.franchise_id = o.franchise_id AND f.order_id = o.id
           WHERE d.franchise_id = $1 AND d.series_id = $2 AND d.day >= $3 AND ($4::date IS NULL OR d.day <= $4)
           ORDER BY d.day""",
        uow.franchise_id,
        series_id,
        start,
        through,
    )
    return [
        MadeDay(
            **{
                **dict(row),
                "order_status": OrderStatus(row["order_status"]),
                "shift_status": ShiftStatus(row["shift_status"]),
            }
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class DayAhead:
    """A day to come: an order already, or one it will be when its week is made."""

    day: date
    starts_at: datetime
    ends_at: datetime
    headcount: int
    made: MadeDay | None


async def days_ahead(uow: Uow, series: Series, site: Site, through: date) -> list[DayAhead]:
    """Read the days of a series from today through another, made or not; one that rests or is over makes no more.

    Raises:
        RateCardMissing: no price for the service; the card in force also says whose holidays count.
    """
    today = today_at(uow, site)
    made = await made_days(uow, series.id, today, through)
    days = {each.day: DayAhead(each.day, each.starts_at, each.ends_at, each.headcount, each) for each in made}
    if series.status == SeriesStatus.ACTIVE:
        for plan in still_ahead(uow, await planned_days(uow, series, site, today, through), site.zone):
            starts_at, ends_at = span_of(plan.day, plan.hours, site.zone)
            days.setdefault(plan.day, DayAhead(plan.day, starts_at, ends_at, plan.headcount, None))
    return [days[day] for day in sorted(days)]
