"""Series: orders that repeat. Start, read, change, let one day deviate, pause, resume, end."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Concatenate, Final, ParamSpec
from uuid import UUID

from fastapi import APIRouter, Path, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.api.errors import responses
from dispatch.api.idempotency import IdempotencyKeyReused, OnceDep
from dispatch.api.versions import IfMatchDep, VersionMissing, set_version
from dispatch.clients.errors import ClientArchived, ClientNotFound, SiteNotFound
from dispatch.clients.queries import site_of
from dispatch.crew.errors import WorkerAlreadyBooked
from dispatch.kit.pages import DEFAULT_LIMIT, CursorInvalid, Limit, Page, read_cursor
from dispatch.kit.uow import Uow
from dispatch.orders.errors import OrderChangedMeanwhile, ShiftInThePast
from dispatch.orders.rules import OrderStatus, ShiftStatus
from dispatch.orders.series import queries
from dispatch.orders.series.commands import AddException, ChangeSeries, EndSeries, StartSeries
from dispatch.orders.series.errors import (
    SeriesChangedMeanwhile,
    SeriesDayUnfit,
    SeriesExceptionNotFound,
    SeriesIsOver,
    SeriesNeverHappens,
    SeriesNotFound,
)
from dispatch.orders.series.models import Series
from dispatch.orders.series.rules import ExceptionKind, Holidays, Pattern, SeriesStatus
from dispatch.pricing.errors import ConditionNotOnRateCard, RateCardMissing
from dispatch.staffing.series import begin_series
from dispatch.staffing.series_changes import (
    ChangedSeries,
    change_series,
    end_series,
    except_day,
    lift_exception,
    pause_series,
    resume_series,
)
from dispatch.workers.skills import Service

router = APIRouter(tags=["series"])
Given = ParamSpec("Given")

SHOWN: Final = timedelta(days=28)
"""So far ahead the days of a series are listed, those that are orders already and those that will be."""

_ORDERING: Final = (RateCardMissing, ConditionNotOnRateCard, ClientArchived)
_CHANGING: Final = (
    SeriesNotFound,
    SeriesIsOver,
    SiteNotFound,
    ShiftInThePast,
    OrderChangedMeanwhile,
    WorkerAlreadyBooked,
    *_ORDERING,
)
_PATCHING: Final = (*_CHANGING, SeriesChangedMeanwhile, SeriesNeverHappens, VersionMissing)


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class SeriesOut(_Answer):
    """A series; `start` and `end` are what the site's clock shows, a `test` one makes test orders."""

    id: UUID
    client_id: UUID
    site_id: UUID
    service: Service
    headcount: int
    pattern: Pattern
    start: time
    end: time
    starts_on: date
    ends_on: date | None
    holidays: Holidays
    conditions: tuple[str, ...]
    min_tier: str | None
    over_invite: dict[str, Any] | None
    note: str
    status: SeriesStatus
    test: bool
    created_at: AwareDatetime
    version: int


class ExceptionOut(_Answer):
    """What is said of one day."""

    day: date
    kind: ExceptionKind
    headcount: int | None
    start: time | None
    end: time | None
    reason: str


class DayOut(_Answer):
    """A day ahead; without an order it is not made yet, and its times are those it will have."""

    day: date
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    headcount: int
    order_id: UUID | None = None
    order_status: OrderStatus | None = None
    shift_id: UUID | None = None
    shift_status: ShiftStatus | None = None
    primary: int = 0


class SeriesDetail(SeriesOut):
    """A series with its exceptions from today on and its days of the coming four weeks."""

    zone: str
    exceptions: tuple[ExceptionOut, ...]
    days: tuple[DayOut, ...]


class MadeDayOut(_Answer):
    """A day that became an order."""

    day: date
    order_id: UUID


class SeriesStarted(_Answer):
    """A series as started, with the days that are orders already."""

    id: UUID
    version: int
    days: tuple[MadeDayOut, ...]


class SeriesTouched(_Answer):
    """What a change came to, or in a preview would come to.

    `people` counts the men who are released, told that it is off, or must answer again. Amounts are minor units.
    """

    id: UUID
    preview: bool
    status: SeriesStatus
    version: int
    made: tuple[MadeDayOut, ...]
    changed: tuple[date, ...]
    cancelled: tuple[date, ...]
    people: int
    call_out_minor: int
    fee_minor: int


@router.post(
    "/series",
    status_code=201,
    dependencies=[allow(Permission.ORDERS_WRITE)],
    responses=responses(
        ClientNotFound, SiteNotFound, SeriesNeverHappens, SeriesDayUnfit, *_ORDERING, IdempotencyKeyReused
    ),
)
async def post_series(command: StartSeries, uow: UowDep, once: OnceDep) -> SeriesStarted:
    """Start a series. Its days of the coming two weeks are orders before this answers; the others follow weekly."""
    return await once(_start, uow, command)


async def _start(uow: Uow, command: StartSeries) -> SeriesStarted:
    started = await begin_series(uow, command)
    return SeriesStarted(
        id=started.series.id,
        version=started.series.version,
        days=tuple(MadeDayOut.model_validate(day) for day in started.days),
    )


@router.get("/series", dependencies=[allow(Permission.ORDERS_READ)], responses=responses(CursorInvalid))
async def list_series(
    uow: UowDep,
    *,
    limit: Limit = DEFAULT_LIMIT,
    cursor: str | None = None,
    status: SeriesStatus | None = None,
    client_id: UUID | None = None,
) -> Page[SeriesOut]:
    """List series, newest first."""
    rows = await queries.list_series(
        uow,
        limit=limit + 1,
        after=read_cursor(cursor, datetime) if cursor is not None else None,
        status=status,
        client_id=client_id,
    )
    return Page[SeriesOut].cut(rows, limit, item=_shown, key=lambda row: (row.created_at, row.id))


def _shown(series: Series) -> SeriesOut:
    return SeriesOut.model_validate(_facts(series))


def _facts(row: object) -> dict[str, Any]:
    """Return the columns of a row by the names the API uses."""
    facts = {name: value for name, value in vars(row).items() if not name.startswith("_")}
    return facts | {"start": facts["local_start"], "end": facts["local_end"]}


@router.get(
    "/series/{series_id}",
    dependencies=[allow(Permission.ORDERS_READ)],
    responses=responses(SeriesNotFound, SiteNotFound, RateCardMissing),
)
async def get_series(series_id: UUID, uow: UowDep, response: Response) -> SeriesDetail:
    """Read a series with its exceptions and its days ahead; its version comes as ETag."""
    series = await queries.series_of(uow, series_id)
    site = await site_of(uow, series.site_id)
    today = queries.today_at(uow, site)
    days = await queries.days_ahead(uow, series, site, today + SHOWN)
    exceptions = await queries.exceptions_of(uow, series_id, start=today)
    set_version(response, series.version)
    return SeriesDetail.model_validate(
        _facts(series)
        | {
            "zone": site.zone,
            "exceptions": [ExceptionOut.model_validate(_facts(row)) for row in exceptions],
            "days": [_day(day) for day in days],
        }
    )


def _day(ahead: queries.DayAhead) -> DayOut:
    if ahead.made is not None:
        return DayOut.model_validate(ahead.made)
    return DayOut(day=ahead.day, starts_at=ahead.starts_at, ends_at=ahead.ends_at, headcount=ahead.headcount)


@router.patch("/series/{series_id}", dependencies=[allow(Permission.ORDERS_WRITE)], responses=responses(*_PATCHING))
async def patch_series(
    series_id: UUID, command: ChangeSeries, version: IfMatchDep, uow: UowDep, response: Response
) -> SeriesTouched:
    """Change a series: days not made yet follow, with `apply_to: materialised` the orders from tomorrow on as well."""
    changed = await change_series(uow, series_id, command, version)
    set_version(response, changed.series.version)
    return _touched(changed)


@router.post(
    "/series/{series_id}/preview", dependencies=[allow(Permission.ORDERS_WRITE)], responses=responses(*_PATCHING)
)
async def preview_series(series_id: UUID, command: ChangeSeries, version: IfMatchDep, uow: UowDep) -> SeriesTouched:
    """Say what a change would do, on how many days and to how many people, without doing it."""
    savepoint = await uow.session.begin_nested()
    answer = _touched(await change_series(uow, series_id, command, version), preview=True)
    await savepoint.rollback()
    uow.lanes.clear()
    return answer


@router.post(
    "/series/{series_id}/exceptions",
    dependencies=[allow(Permission.ORDERS_WRITE)],
    responses=responses(*_CHANGING, SeriesDayUnfit, IdempotencyKeyReused),
)
async def post_exception(series_id: UUID, command: AddException, uow: UowDep, once: OnceDep) -> SeriesTouched:
    """Let one day be left out, differ, or be extra. Its order is cancelled, changed or placed at once."""
    return await once(_do, except_day, uow, series_id, command)


@router.delete(
    "/series/{series_id}/exceptions/{day}",
    dependencies=[allow(Permission.ORDERS_WRITE)],
    responses=responses(*_CHANGING, SeriesDayUnfit, SeriesExceptionNotFound),
)
async def delete_exception(
    series_id: UUID, day: Annotated[date, Path(description="The day, like 2026-12-31.")], uow: UowDep
) -> SeriesTouched:
    """Let a day be as usual again; an order that its exception had cancelled is placed anew."""
    return _touched(await lift_exception(uow, series_id, day))


@router.post(
    "/series/{series_id}/pause",
    dependencies=[allow(Permission.ORDERS_WRITE)],
    responses=responses(SeriesNotFound, SeriesIsOver, *_ORDERING, SiteNotFound, IdempotencyKeyReused),
)
async def post_pause(series_id: UUID, uow: UowDep, once: OnceDep) -> SeriesTouched:
    """Make no further days until resumed; orders already placed stay."""
    return await once(_do, pause_series, uow, series_id)


@router.post(
    "/series/{series_id}/resume",
    dependencies=[allow(Permission.ORDERS_WRITE)],
    responses=responses(SeriesNotFound, SeriesIsOver, SiteNotFound, *_ORDERING, IdempotencyKeyReused),
)
async def post_resume(series_id: UUID, uow: UowDep, once: OnceDep) -> SeriesTouched:
    """Go on: the days of the coming two weeks are made at once; those that passed meanwhile are not."""
    return await once(_do, resume_series, uow, series_id)


@router.post(
    "/series/{series_id}/end",
    dependencies=[allow(Permission.ORDERS_WRITE)],
    responses=responses(SeriesNotFound, SiteNotFound, IdempotencyKeyReused),
)
async def post_end(series_id: UUID, command: EndSeries, uow: UowDep, once: OnceDep) -> SeriesTouched:
    """End a series for good; with `apply_to: materialised` its orders from tomorrow on are cancelled."""
    return await once(_do, end_series, uow, series_id, command)


async def _do(
    change: Callable[Concatenate[Uow, UUID, Given], Awaitable[ChangedSeries]],
    uow: Uow,
    series_id: UUID,
    *args: Given.args,
    **kwargs: Given.kwargs,
) -> SeriesTouched:
    return _touched(await change(uow, series_id, *args, **kwargs))


def _touched(changed: ChangedSeries, *, preview: bool = False) -> SeriesTouched:
    series, touched = changed.series, changed.touched
    return SeriesTouched(
        id=series.id,
        preview=preview,
        status=SeriesStatus(series.status),
        version=series.version,
        made=tuple(MadeDayOut.model_validate(day) for day in touched.made),
        changed=touched.changed,
        cancelled=touched.cancelled,
        people=len(touched.people),
        call_out_minor=touched.call_out_minor,
        fee_minor=touched.fee_minor,
    )
