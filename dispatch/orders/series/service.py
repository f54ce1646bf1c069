"""The rows of a series: started, changed, moved, excepted; its days claimed. What follows for orders is not here."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from dispatch.clients.errors import SiteNotFound
from dispatch.clients.queries import site_of
from dispatch.clients.service import require_open
from dispatch.kit.ids import new_id
from dispatch.kit.states import MoveResult
from dispatch.kit.uow import Uow
from dispatch.orders.series.commands import AddException, ChangeSeries, ChangeSeriesFrom, StartSeries
from dispatch.orders.series.errors import (
    SeriesChangedMeanwhile,
    SeriesDayUnfit,
    SeriesExceptionNotFound,
    SeriesGoesOnElsewhere,
    SeriesIsOver,
    SeriesNeverHappens,
)
from dispatch.orders.series.models import Series, SeriesException
from dispatch.orders.series.queries import exception_on, today_at
from dispatch.orders.series.rules import (
    SERIES_MOVES,
    ExceptionKind,
    SeriesStatus,
    falls_on,
    plan_days,
    within,
)

_DAY: Final = timedelta(days=1)
_LONGEST_GAP_DAYS = 366
"""Within so many days every pattern falls on a day."""


async def start_series(uow: Uow, command: StartSeries) -> Series:
    """Store a series, active from now on; none of its days is an order yet.

    Raises:
        ClientNotFound, ClientArchived, SiteNotFound: not of this franchise, or archived.
        SeriesNeverHappens: no day of the pattern lies between its first and last day, or the last is over.
    """
    await require_open(uow, command.client_id)
    site = await site_of(uow, command.site_id)
    if site.client_id != command.client_id or site.archived_at is not None:
        raise SiteNotFound
    series = Series(
        id=new_id(),
        franchise_id=uow.franchise_id,
        client_id=command.client_id,
        site_id=command.site_id,
        service=str(command.service),
        headcount=command.headcount,
        pattern=command.pattern.model_dump(mode="json"),
        local_start=command.start,
        local_end=command.end,
        starts_on=command.starts_on,
        ends_on=command.ends_on,
        holidays=str(command.holidays),
        conditions=list(command.conditions),
        min_tier=str(command.min_tier) if command.min_tier else None,
        over_invite=command.over_invite.model_dump(mode="json", exclude_none=True) if command.over_invite else None,
        note=command.note or "",
        status=SeriesStatus.ACTIVE,
        test=uow.test,
        created_by=uow.actor,
        created_at=uow.now,
        version=1,
    )
    _require_days(series)
    if series.ends_on is not None and series.ends_on < today_at(uow, site):
        raise SeriesNeverHappens("ends_on: it is over on site; send a day from today on, or none.")
    uow.session.add(series)
    await uow.session.flush()
    return series


def _require_days(series: Series) -> None:
    scheme = series.scheme()
    last = date.fromordinal(series.starts_on.toordinal() + _LONGEST_GAP_DAYS)
    if not plan_days(scheme, {}, (), series.starts_on, last if scheme.last is None else min(last, scheme.last)):
        raise SeriesNeverHappens("ends_on: no day of the pattern lies between starts_on and ends_on.")


def require_alive(series: Series) -> None:
    """Refuse what has no meaning for a series that is over.

    Raises:
        SeriesIsOver: it has ended.
    """
    if series.status == SeriesStatus.ENDED:
        raise SeriesIsOver("This series has ended; start a new one.")


def require_version(series: Series, version: int) -> None:
    """Refuse an edit made from what no longer stands.

    Raises:
        SeriesChangedMeanwhile: it is at another version.
    """
    if series.version != version:
        raise SeriesChangedMeanwhile(
            "The series was changed meanwhile: read it again, then repeat.", version=series.version
        )


async def write_change(uow: Uow, series: Series, command: ChangeSeries) -> None:
    """Write what a locked series is from now on.

    Raises:
        SeriesIsOver: it has ended.
        SeriesGoesOnElsewhere: its last day would be one of the series that continues it.
        SeriesNeverHappens: no day of the pattern would be left.
    """
    require_alive(series)
    for name, value in command.given().items():
        setattr(series, name, value)
    if series.ends_on is not None and series.ends_on < series.starts_on:
        raise SeriesNeverHappens("ends_on: must not be before the first day of the series.")
    _require_days(series)
    if series.continued_on is not None and (series.ends_on is None or series.ends_on >= series.continued_on):
        raise SeriesGoesOnElsewhere("ends_on: the days after it belong to the series that goes on; change that one.")
    series.version += 1
    await uow.session.flush()


async def continue_series(uow: Uow, series: Series, command: ChangeSeriesFrom) -> Series:
    """Let a locked series go on as another one from a day on, and return that one; it works or rests as this one does.

    What was said of single days from then on goes along. The days that are orders are left to the caller.

    Raises:
        SeriesIsOver: it has ended.
        SeriesGoesOnElsewhere: it has been continued before.
        SeriesDayUnfit: the day is over, or today.
        SeriesNeverHappens: no day of the pattern would be left.
        SiteNotFound: no such site of this client, or an archived one.
    """
    require_alive(series)
    if series.continued_by is not None:
        raise SeriesGoesOnElsewhere(
            "It goes on as another series already; change that one.", series_id=series.continued_by
        )
    was, site = await site_of(uow, series.site_id), await site_of(uow, command.site_id or series.site_id)
    if command.since <= max(today_at(uow, was), today_at(uow, site)):
        raise SeriesDayUnfit("since: send a day from tomorrow on; change the orders of today themselves.")
    if site.client_id != series.client_id or site.archived_at is not None:
        raise SiteNotFound
    following = _following(uow, series, command)
    if following.ends_on is not None and following.ends_on < command.since:
        raise SeriesNeverHappens("since: the series is over by then.")
    _require_days(following)
    uow.session.add(following)
    await uow.session.flush()
    series.continued_by, series.continued_on = following.id, command.since
    if command.since > series.starts_on:
        series.ends_on = command.since - _DAY
    else:
        series.status = SeriesStatus.ENDED
    series.version += 1
    await uow.session.flush()
    await uow.run(
        "UPDATE series_exceptions SET series_id = $3 WHERE franchise_id = $1 AND series_id = $2 AND day >= $4",
        uow.franchise_id,
        series.id,
        following.id,
        command.since,
    )
    return following


def _following(uow: Uow, series: Series, command: ChangeSeriesFrom) -> Series:
    """Return a series as another one is from a day on; every so many days are counted on unless the count is new."""
    pattern = series.pattern if command.pattern is None else command.pattern.model_dump(mode="json")
    first = max(command.since, series.starts_on)
    if pattern == series.pattern and pattern["every"] == "days":
        first += _DAY * (-(first - series.starts_on).days % pattern["n"])
    kept = ("client_id", "ends_on", "holidays", "conditions", "min_tier", "over_invite", "note", "status", "test")
    return Series(
        **{name: getattr(series, name) for name in kept},
        id=new_id(),
        franchise_id=uow.franchise_id,
        site_id=command.site_id or series.site_id,
        service=str(command.service or series.service),
        headcount=command.headcount or series.headcount,
        pattern=pattern,
        local_start=series.local_start if command.start is None else command.start,
        local_end=series.local_end if command.end is None else command.end,
        starts_on=first,
        created_by=uow.actor,
        created_at=uow.now,
        version=1,
    )


async def hand_over_days(uow: Uow, series: Series, following: Series, days: Collection[date]) -> None:
    """Let days of a series that are orders be days of the one that continues it."""
    await uow.run(
        """UPDATE series_days SET series_id = $3 WHERE franchise_id = $1 AND series_id = $2 AND day = ANY ($4)""",
        uow.franchise_id,
        series.id,
        following.id,
        list(days),
    )


async def move_series(uow: Uow, series: Series, new: SeriesStatus) -> bool:
    """Move a locked series along its table; False when it is there already.

    Raises:
        SeriesIsOver: it has ended.
    """
    if new is not SeriesStatus.ENDED:
        require_alive(series)
    if SERIES_MOVES.check(SeriesStatus(series.status), new) is MoveResult.NOOP:
        return False
    series.status = new
    series.version += 1
    await uow.session.flush()
    return True


async def write_exception(uow: Uow, series: Series, command: AddException, today: date) -> SeriesException:
    """Say of one day of a locked series that it deviates; what was said of it before no longer holds.

    Raises:
        SeriesIsOver: it has ended.
        SeriesDayUnfit: the day is over, outside the series, free already, or not free.
    """
    require_alive(series)
    _require_fit(series, command, today)
    row = await exception_on(uow, series.id, command.day)
    if row is None:
        row = SeriesException(
            id=new_id(),
            franchise_id=uow.franchise_id,
            series_id=series.id,
            day=command.day,
            created_at=uow.now,
            created_by=uow.actor,
        )
        uow.session.add(row)
    row.kind = command.kind
    row.headcount = command.headcount
    row.local_start, row.local_end = command.start, command.end
    row.reason = command.reason
    series.version += 1
    await uow.session.flush()
    return row


def _require_fit(series: Series, command: AddException, today: date) -> None:
    scheme = series.scheme()
    if command.day < today:
        raise SeriesDayUnfit("day: it is over on site; send a day from today on.")
    if not within(scheme, command.day):
        raise SeriesDayUnfit("day: it lies outside the series; change ends_on first.")
    usual = falls_on(scheme, command.day)
    if usual and command.kind is ExceptionKind.EXTRA:
        raise SeriesDayUnfit("kind: the pattern has this day already; send `other`, or `out`.")
    if not usual and command.kind is not ExceptionKind.EXTRA:
        raise SeriesDayUnfit("kind: the pattern does not have this day; send `extra`.")


async def drop_exception(uow: Uow, series: Series, day: date) -> None:
    """Let a day of a locked series be as usual again.

    Raises:
        SeriesIsOver: it has ended.
        SeriesExceptionNotFound: nothing is said of this day.
    """
    require_alive(series)
    row = await exception_on(uow, series.id, day)
    if row is None:
        raise SeriesExceptionNotFound("Nothing is said of this day; read the series again.")
    await uow.session.delete(row)
    series.version += 1
    await uow.session.flush()


async def claim_days(uow: Uow, series: Series, orders: Mapping[date, UUID]) -> set[date]:
    """Claim days for the orders about to be placed and return those that nobody had claimed before.

    The key of the table is what makes a day exactly once, however many work on the same series: who comes second waits
    for the first one's commit, and gets nothing. The order must be placed in the same transaction.
    """
    rows = await uow.fetch(
        """INSERT INTO series_days (franchise_id, series_id, day, order_id, test)
           SELECT $1, $2, u.day, u.order_id, $3 FROM unnest($4::date[], $5::uuid[]) AS u (day, order_id)
           ON CONFLICT ON CONSTRAINT series_day_once DO NOTHING RETURNING day""",
        uow.franchise_id,
        series.id,
        series.test,
        list(orders),
        list(orders.values()),
    )
    return {row["day"] for row in rows}


async def give_new_order(uow: Uow, series: Series, day: date, *, was: UUID, order_id: UUID) -> bool:
    """Let another order, about to be placed, stand for a day whose order was cancelled; False if somebody was first."""
    return bool(
        await uow.run(
            """UPDATE series_days SET order_id = $5
               WHERE franchise_id = $1 AND series_id = $2 AND day = $3 AND order_id = $4""",
            uow.franchise_id,
            series.id,
            day,
            was,
            order_id,
        )
    )
