"""Series: the list of orders that repeat, and the page of one with its coming two weeks.

Nothing is changed unseen: each form first shows which days and how many people it touches and what that costs, and what
is saved must be what was shown.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import FormData

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.clients.queries import client_of, list_sites, site_of
from dispatch.kit.uow import Uow
from dispatch.orders.series.commands import AddException, ApplyTo, ChangeSeries, EndSeries
from dispatch.orders.series.queries import continued_from, series_of, today_at
from dispatch.orders.series.rules import ExceptionKind, SeriesStatus
from dispatch.pricing.service import cards_in_force
from dispatch.staffing.foresight import ForeseenSeries, foresee_series
from dispatch.staffing.series_changes import (
    change_series,
    change_series_from,
    end_series,
    except_day,
    lift_exception,
    pause_series,
    resume_series,
)
from dispatch.staffing.series_view import (
    SeriesFilter,
    SeriesSort,
    calendar_ahead,
    count_series,
    crew_that_stays,
    find_series,
)
from dispatch.web.doors import own_page
from dispatch.web.forms import Fault, FormUnfit, clock_in, day_in, fit, text_in, version_in, whole
from dispatch.web.frame import Page, PageDep
from dispatch.web.looked import print_of, require_looked
from dispatch.web.routing import ConsoleRoute
from dispatch.web.series_form import SITES_SHOWN, change_from, typed_of
from dispatch.web.tables import Listing, listing
from dispatch.workers.commands import Weekday
from dispatch.workers.queries import display_names

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_PAGE: Final = "series.html"
_SEES: Final = [allow(Permission.ORDERS_READ)]
_ASKS: Final = [allow(Permission.ORDERS_WRITE)]
_CHANGES: Final = [allow(Permission.ORDERS_WRITE), Depends(own_page)]
_DAY: Final = timedelta(days=1)
_UNSAID: Final = "?"
"""The reason of what is only looked at; saving wants a true one."""
_LISTING: Final = listing("/series", SeriesSort, SeriesSort.NEXT, filters=("status", "client"))
ListingDep = Annotated[Listing, _LISTING]


@router.get("/series", dependencies=_SEES)
async def show_all(page: PageDep, uow: UowDep, looked: ListingDep) -> Response:
    """Show the list."""
    wanted = _wanted(looked)
    found = await count_series(uow, wanted)
    looked = looked.within(found)
    lines = await find_series(
        uow,
        wanted,
        sort=SeriesSort(looked.sort),
        descending=looked.descending,
        offset=looked.offset,
        limit=looked.per_page,
    )
    return page.show(
        "series_list.html",
        listing=looked,
        found=found,
        lines=lines,
        statuses=[str(status) for status in SeriesStatus],
        zones={line.zone: ZoneInfo(line.zone) for line in lines},
    )


@router.get("/series/{series_id}", dependencies=_SEES)
async def show_one(series_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the whole page."""
    return page.show(_PAGE, **await _context(uow, series_id))


@router.get("/series/{series_id}/now", dependencies=_SEES)
async def show_now(series_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show what of the page changes by its buttons."""
    return page.part(_PAGE, "now", **await _context(uow, series_id))


@router.get("/series/{series_id}/change", dependencies=_ASKS)
async def ask_change(series_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the form of a change."""
    return page.part(_PAGE, "change_form", series=await series_of(uow, series_id))


@router.post("/series/{series_id}/change/preview", dependencies=_CHANGES)
async def look_at_change(series_id: UUID, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Show what a change would do."""
    form = await request.form()
    command = await _change(uow, series_id, form)
    foreseen = await foresee_series(uow, series_id, change_series(uow, series_id, command, version_in(form)))
    return await _effects(page, uow, series_id, foreseen, f"/series/{series_id}/change", print_of(command))


@router.post("/series/{series_id}/change", dependencies=_CHANGES)
async def change(series_id: UUID, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Change the series as it was looked at.

    Raises:
        LookAgain: the form says something else now.
    """
    form = await request.form()
    command = await _change(uow, series_id, form)
    require_looked(form, command)
    await change_series(uow, series_id, command, version_in(form))
    return page.done(page.say("Changed"), f"/series/{series_id}")


@router.get("/series/{series_id}/from", dependencies=_ASKS)
async def ask_change_from(series_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the form of a change from a day on."""
    series = await series_of(uow, series_id)
    return page.part(
        _PAGE,
        "from_form",
        series=series,
        typed=typed_of(series),
        sites=await list_sites(uow, client_id=series.client_id, limit=SITES_SHOWN),
        services=[str(stored.card.service) for stored in await cards_in_force(uow)],
        weekdays=[str(day) for day in Weekday],
        tomorrow=today_at(uow, await site_of(uow, series.site_id)) + _DAY,
    )


@router.post("/series/{series_id}/from/preview", dependencies=_CHANGES)
async def look_at_change_from(series_id: UUID, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Show what a change from a day on would do."""
    form = await request.form()
    command = change_from(form, await series_of(uow, series_id))
    foreseen = await foresee_series(uow, series_id, change_series_from(uow, series_id, command, version_in(form)))
    return await _effects(page, uow, series_id, foreseen, f"/series/{series_id}/from", print_of(command))


@router.post("/series/{series_id}/from", dependencies=_CHANGES)
async def change_from_day(series_id: UUID, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Change the series from a day on, as it was looked at, and show the one that goes on.

    Raises:
        LookAgain: the form says something else now.
    """
    form = await request.form()
    command = change_from(form, await series_of(uow, series_id))
    require_looked(form, command)
    changed = await change_series_from(uow, series_id, command, version_in(form))
    return page.go(f"/series/{changed.series.id}")


@router.get("/series/{series_id}/days/{day}", dependencies=_ASKS)
async def ask_day(series_id: UUID, day: date, page: PageDep, uow: UowDep) -> Response:
    """Show the form of one day."""
    series = await series_of(uow, series_id)
    usual = series.scheme().pattern.falls_on(day, series.starts_on)
    return page.part(_PAGE, "day_form", series=series, day=day, usual=usual)


@router.post("/series/{series_id}/days/{day}/preview", dependencies=_CHANGES)
async def look_at_day(series_id: UUID, day: date, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Show what it would do to let a day deviate."""
    command = _exception(await request.form(), day, reason=_UNSAID)
    foreseen = await foresee_series(uow, series_id, except_day(uow, series_id, command))
    return await _effects(page, uow, series_id, foreseen, f"/series/{series_id}/days/{day}", print_of(command))


@router.post("/series/{series_id}/days/{day}", dependencies=_CHANGES)
async def let_deviate(series_id: UUID, day: date, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Let a day deviate as it was looked at.

    Raises:
        LookAgain: the form says something else now.
    """
    form = await request.form()
    command = _exception(form, day)
    require_looked(form, command)
    await except_day(uow, series_id, command)
    return page.done(page.say("The day is set"), f"/series/{series_id}")


@router.post("/series/{series_id}/days/{day}/lift", dependencies=_CHANGES)
async def lift(series_id: UUID, day: date, page: PageDep, uow: UowDep) -> Response:
    """Let a day be as usual again."""
    await lift_exception(uow, series_id, day)
    return page.done(page.say("As usual again"), f"/series/{series_id}")


@router.post("/series/{series_id}/pause", dependencies=_CHANGES)
async def pause(series_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Make no further days."""
    await pause_series(uow, series_id)
    return page.done(
        page.say("Paused: orders already placed stay"), f"/series/{series_id}", f"/series/{series_id}/resume"
    )


@router.post("/series/{series_id}/resume", dependencies=_CHANGES)
async def resume(series_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Go on."""
    await resume_series(uow, series_id)
    return page.done(page.say("Goes on"), f"/series/{series_id}", f"/series/{series_id}/pause")


@router.get("/series/{series_id}/end", dependencies=_ASKS)
async def ask_end(series_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the form of the end."""
    return page.part(_PAGE, "end_form", series=await series_of(uow, series_id))


@router.post("/series/{series_id}/end/preview", dependencies=_CHANGES)
async def look_at_end(series_id: UUID, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Show what ending it would do."""
    command = _end(await request.form(), reason=_UNSAID)
    foreseen = await foresee_series(uow, series_id, end_series(uow, series_id, command))
    return await _effects(page, uow, series_id, foreseen, f"/series/{series_id}/end", print_of(command))


@router.post("/series/{series_id}/end", dependencies=_CHANGES)
async def end(series_id: UUID, request: Request, page: PageDep, uow: UowDep) -> Response:
    """End it as it was looked at.

    Raises:
        LookAgain: the form says something else now.
    """
    form = await request.form()
    command = _end(form)
    require_looked(form, command)
    await end_series(uow, series_id, command)
    return page.done(page.say("Ended"), f"/series/{series_id}")


async def _context(uow: Uow, series_id: UUID) -> dict[str, Any]:
    series = await series_of(uow, series_id)
    site = await site_of(uow, series.site_id)
    staying = await crew_that_stays(uow, series_id)
    names = await display_names(uow, staying)
    return {
        "series": series,
        "before": await continued_from(uow, series_id),
        "site": site,
        "zone": ZoneInfo(site.zone),
        "client": await client_of(uow, series.client_id),
        "days": await calendar_ahead(uow, series, site) if series.status != SeriesStatus.ENDED else [],
        "today": today_at(uow, site),
        "regulars": [names.get(worker_id, "—") for worker_id in staying],
        "weekdays": list(Weekday),
    }


async def _effects(
    page: Page, uow: Uow, series_id: UUID, foreseen: ForeseenSeries, action: str, looked: str
) -> Response:
    series = await series_of(uow, series_id)
    cards = {stored.card.service: stored.card for stored in await cards_in_force(uow)}
    card = cards.get(series.service)
    currency = "RUB" if card is None else str(card.currency)
    names = await display_names(uow, list(foreseen.touched.people))
    return page.part(
        _PAGE,
        "effects",
        foreseen=foreseen,
        touched=foreseen.touched,
        lost=sorted(names.get(worker_id, "—") for worker_id in foreseen.touched.lost),
        asked=sorted(names.get(worker_id, "—") for worker_id in foreseen.touched.asked),
        currency=currency,
        action=action,
        looked=looked,
    )


async def _change(uow: Uow, series_id: UUID, form: FormData) -> ChangeSeries:
    """Return what a form changes; what is as before is left out.

    Raises:
        FormUnfit: something cannot be read, or nothing changes.
    """
    series = await series_of(uow, series_id)
    given: dict[str, Any] = {}
    headcount = whole(text_in(form, "headcount"))
    if headcount != series.headcount:
        given["headcount"] = headcount or 0
    for name, was in (("start", series.local_start), ("end", series.local_end)):
        if (typed := clock_in(form, name)) != was:
            given[name] = typed
    if (ends_on := day_in(form, "ends_on")) != series.ends_on:
        given["ends_on"] = ends_on
    if (note := text_in(form, "note")) != series.note:
        given["note"] = note
    if not given:
        raise FormUnfit({"": Fault("Change something first.")})
    return fit(ChangeSeries, given | {"apply_to": _reach(form)})


def _exception(form: FormData, day: date, *, reason: str = "") -> AddException:
    kind = text_in(form, "kind")
    given: dict[str, Any] = {"day": day, "kind": kind, "reason": text_in(form, "reason") or reason}
    if kind != ExceptionKind.OUT:
        given["headcount"] = whole(text_in(form, "headcount"))
        if text_in(form, "start") or text_in(form, "end"):
            given |= {name: clock_in(form, name) for name in ("start", "end")}
    return fit(AddException, given, {"kind": "Say what is other: people, or from when until when."})


def _end(form: FormData, *, reason: str = "") -> EndSeries:
    return fit(EndSeries, {"reason": text_in(form, "reason") or reason, "apply_to": _reach(form)})


def _reach(form: FormData) -> ApplyTo:
    return ApplyTo.MATERIALISED if text_in(form, "placed_too") else ApplyTo.FUTURE


def _wanted(looked: Listing) -> SeriesFilter:
    """Return what a list is narrowed to; what cannot be read narrows nothing."""
    wanted = SeriesFilter(text=looked.q or None)
    if looked.filters.get("status") in set(SeriesStatus):
        wanted = replace(wanted, status=SeriesStatus(looked.filters["status"]))
    with suppress(ValueError):
        wanted = replace(wanted, client_id=UUID(looked.filters.get("client", "")))
    return wanted
