"""A new series: from scratch for a client, from an order, or from what is just being typed as one.

Which days would become orders at once, and what they cost, stands beside the form before anything is started. Sent
twice, a form starts one series: the key in it was made with it.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.clients.queries import client_of, find_clients, list_sites, site_of
from dispatch.clients.service import require_open
from dispatch.kit.errors import DispatchError
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Uow
from dispatch.kit.walltime import local_date
from dispatch.orders.queries import read_order, shifts_of_orders
from dispatch.orders.series.commands import AddException, StartSeries
from dispatch.pricing.service import cards_in_force
from dispatch.staffing.series import begin_series
from dispatch.staffing.series_view import foresee_start
from dispatch.tenancy.policy import Tier
from dispatch.tenancy.queries import franchise_of
from dispatch.web.doors import own_page
from dispatch.web.forms import Fault, FormUnfit
from dispatch.web.frame import Page, PageDep
from dispatch.web.order_form import fault_of
from dispatch.web.routing import ConsoleRoute
from dispatch.web.sent_once import send_once
from dispatch.web.series_form import (
    DAYS_LEFT_OUT,
    SITES_SHOWN,
    SeriesTyped,
    from_order,
    from_order_form,
    series_of_form,
    typed_in,
    with_first,
)
from dispatch.web.tables import Sought
from dispatch.workers.commands import Weekday
from dispatch.workers.skills import Service

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_NEW: Final = "series_new.html"
_ASKS: Final = [allow(Permission.ORDERS_WRITE)]
_CHANGES: Final = [allow(Permission.ORDERS_WRITE), Depends(own_page)]
_FOUND_AT_ONCE: Final = 8
_DAY: Final = timedelta(days=1)


class _Begun(BaseModel):
    """What is kept of a series started by a form."""

    series_id: UUID


@router.get("/series/new", dependencies=_ASKS)
async def show_form(
    page: PageDep,
    uow: UowDep,
    client: UUID | None = None,
    order: UUID | None = None,
    q: Sought = "",
) -> Response:
    """Show an empty form for a client, one that repeats an order, or whom to choose first."""
    if order is not None:
        return await _show(page, uow, await _like(uow, order))
    if client is None:
        found = await find_clients(uow, q, _FOUND_AT_ONCE) if q else []
        return page.show("series_client.html", q=q, found=found)
    kept = await require_open(uow, client)
    tomorrow = local_date(uow.now, (await franchise_of(uow)).zone) + _DAY
    return await _show(
        page, uow, SeriesTyped(key=str(new_id()), client_id=str(kept.id), starts_on=tomorrow.isoformat())
    )


@router.post("/series/from-order", dependencies=_CHANGES)
async def repeat(request: Request, page: PageDep, uow: UowDep) -> Response:
    """Show a form that repeats what is typed as a new order."""
    return await _show(page, uow, from_order_form(await request.form()))


@router.post("/series/new", dependencies=_CHANGES)
async def start(request: Request, page: PageDep, uow: UowDep) -> Response:
    """Start the series and show it; or show the form again, with what is wrong or what was asked for."""
    form = await request.form()
    typed = typed_in(form)
    if form.get("act") != "start":
        return await _show(page, uow, typed)
    try:
        begun = await _start_once(request, uow, typed)
    except FormUnfit as unfit:
        return await _show(page, uow, typed, unfit.faults)
    except DispatchError as trouble:
        return await _show(page, uow, typed, fault_of(trouble))
    return page.go(f"/series/{begun.series_id}")


@router.post("/series/new/foreseen", dependencies=_CHANGES)
async def look_at_start(request: Request, page: PageDep, uow: UowDep) -> Response:
    """Show which days would be made and what they would cost, as far as it is typed."""
    return page.part(_NEW, "foreseen", **await _foreseen(page, uow, typed_in(await request.form())))


async def _like(uow: Uow, order_id: UUID) -> SeriesTyped:
    order = await read_order(uow, order_id)
    site = await site_of(uow, order["site_id"])
    rows = await shifts_of_orders(uow, [order_id])
    times = [(row["starts_at"], row["ends_at"]) for row in rows]
    return from_order(order, times, site.zone, local_date(uow.now, site.zone) + _DAY)


async def _start_once(request: Request, uow: Uow, typed: SeriesTyped) -> _Begun:
    command, exceptions = series_of_form(typed)
    return await send_once(request, uow, typed.key, _Begun, _start, command, exceptions)


async def _start(uow: Uow, command: StartSeries, exceptions: Sequence[AddException]) -> _Begun:
    return _Begun(series_id=(await begin_series(uow, command, exceptions)).series.id)


async def _show(page: Page, uow: Uow, typed: SeriesTyped, faults: Mapping[str, Fault] | None = None) -> Response:
    cards = {stored.card.service: stored.card for stored in await cards_in_force(uow)}
    services = [str(service) for service in Service if service in cards]
    client = await client_of(uow, UUID(typed.client_id)) if _is_id(typed.client_id) else None
    sites = await list_sites(uow, client_id=client.id, limit=SITES_SHOWN) if client is not None else []
    known = {str(site.id) for site in sites}
    typed = replace(typed, site_id=typed.site_id if typed.site_id in known else "")
    typed = with_first(typed, next(iter(services), ""), str(sites[0].id) if len(sites) == 1 else "")
    card = cards.get(typed.service)
    told = {name: fault.told(page) for name, fault in (faults or {}).items()}
    return page.show(
        _NEW,
        422 if told else 200,
        typed=typed,
        client=client,
        sites=sites,
        services=services,
        # Every condition of any service: one without a price for the service chosen is said when it is reckoned.
        conditions=sorted(card.conditions if card is not None else set()),
        tiers=[str(tier) for tier in Tier],
        weekdays=[str(day) for day in Weekday],
        out_lines=[*typed.left_out, *[""] * DAYS_LEFT_OUT][:DAYS_LEFT_OUT],
        faults=told,
        **await _foreseen(page, uow, typed),
    )


def _is_id(text: str) -> bool:
    with suppress(ValueError):
        return bool(UUID(text))
    return False


async def _foreseen(page: Page, uow: Uow, typed: SeriesTyped) -> dict[str, Any]:
    trouble = ""
    try:
        command, exceptions = series_of_form(typed)
        return {"foreseen": await foresee_start(uow, command, [one.day for one in exceptions]), "trouble": trouble}
    except FormUnfit:
        pass  # said beside its fields when the form is sent
    except DispatchError as stopped:
        trouble = next(iter(fault_of(stopped).values())).told(page)
    return {"foreseen": None, "trouble": trouble}
