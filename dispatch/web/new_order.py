"""A new order, taken while the client is on the phone: the price and the people to expect stand beside it all along.

Every button works without a script, too: the form is sent and comes back with what was asked for. A script only asks
for the same parts earlier. Sent twice, a form places one order: the key in it was made with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.api.idempotency import IdempotencyKeyReused
from dispatch.clients.errors import ClientNotFound
from dispatch.clients.models import Client, Site
from dispatch.clients.queries import client_of, find_clients, list_sites, site_of
from dispatch.kit.errors import DispatchError
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Uow
from dispatch.kit.walltime import local_date
from dispatch.orders.commands import PlaceOrder
from dispatch.orders.place import quote_order
from dispatch.orders.queries import read_order, shifts_of_orders
from dispatch.pricing.rules import Quote
from dispatch.pricing.service import cards_in_force
from dispatch.staffing.order import take_order
from dispatch.staffing.preview import Preview, preview_match
from dispatch.tenancy.policy import Tier
from dispatch.tenancy.queries import franchise_of, place_of, policy_in_force
from dispatch.web.doors import own_page
from dispatch.web.forms import Fault, FormUnfit
from dispatch.web.frame import Page, PageDep
from dispatch.web.order_form import (
    NEW_SITE,
    DayTyped,
    Reading,
    Typed,
    copied,
    fault_of,
    need_of,
    order_of,
    quote_of,
    read_typed,
    typed_in,
)
from dispatch.web.routing import ConsoleRoute
from dispatch.web.sent_once import send_once
from dispatch.web.story import tell_reason
from dispatch.workers.skills import Service

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_PAGE: Final = "new_order.html"
_FOUND_AT_ONCE: Final = 8
_SITES_SHOWN: Final = 100
_MOST_COUNTED: Final = 500
_TAKES: Final = [allow(Permission.ORDERS_WRITE), Depends(own_page)]


class _Taken(BaseModel):
    """What is kept of an order placed by a form."""

    order_id: UUID
    shift_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Estimate:
    """What an order would cost, and what the first wave would come to; None where too little is known.

    Attributes:
        eligible: how many may be asked within the radius; at `most` it stopped counting.
        asks_at: when the first wave would go out by the clock of the site, where that is not now.
        why: why the first wave asks so many, in the language of the page.
        trouble: what keeps it from being reckoned.
    """

    quote: Quote | None = None
    preview: Preview | None = None
    radius_km: float = 0
    eligible: int = 0
    most: int = _MOST_COUNTED
    asks_at: str = ""
    days: int = 0
    why: str = ""
    trouble: str = ""


@router.get("/orders/new", dependencies=[allow(Permission.ORDERS_WRITE)])
async def show_form(
    page: PageDep, uow: UowDep, client: UUID | None = None, copy: UUID | None = None, day: date | None = None
) -> Response:
    """Show an empty form, or one filled in for a client or like an earlier order."""
    typed = Typed(key=str(new_id()), days=(DayTyped(day=(await _tomorrow(uow)).isoformat()),))
    if copy is not None:
        typed = await _like(uow, copy, day)
    elif client is not None:
        typed = replace(typed, client_id=str((await client_of(uow, client)).id))
    return await _show(page, uow, typed)


@router.post("/orders/new", dependencies=_TAKES)
async def take(request: Request, page: PageDep, uow: UowDep) -> Response:
    """Place the order and show it; or show the form again, with what is wrong or what was asked for."""
    form = await request.form()
    typed = typed_in(form)
    match form.get("act"):
        case "day":
            return await _show(page, uow, replace(typed, days=(*typed.days, typed.days[-1].next_day())))
        case "find" | "look":
            return await _show(page, uow, typed)
    try:
        taken = await _place_once(request, uow, typed)
    except FormUnfit as unfit:
        return await _show(page, uow, typed, unfit.faults)
    except IdempotencyKeyReused as reused:
        return await _show(page, uow, replace(typed, key=str(new_id())), fault_of(reused))
    except DispatchError as trouble:
        return await _show(page, uow, typed, fault_of(trouble))
    single = len(taken.shift_ids) == 1
    return page.go(f"/shifts/{taken.shift_ids[0]}" if single else f"/orders/{taken.order_id}")


@router.post("/orders/new/clients", dependencies=_TAKES)
async def find(request: Request, page: PageDep, uow: UowDep) -> Response:
    """Show who may be meant, with the sites of the one chosen."""
    return page.part(_PAGE, "found", **await _people(uow, typed_in(await request.form())))


@router.post("/orders/new/sites", dependencies=_TAKES)
async def show_sites(request: Request, page: PageDep, uow: UowDep) -> Response:
    """Show the sites of the client chosen."""
    return page.part(_PAGE, "sites", **await _people(uow, typed_in(await request.form())))


@router.post("/orders/new/conditions", dependencies=_TAKES)
async def show_conditions(request: Request, page: PageDep, uow: UowDep) -> Response:
    """Show the conditions that have a price for the service chosen."""
    typed = typed_in(await request.form())
    return page.part(_PAGE, "conditions", typed=typed, faults={}, **await _prices(uow, typed))


@router.post("/orders/new/day", dependencies=_TAKES)
async def one_more_day(request: Request, page: PageDep) -> Response:
    """Show a further line of days: the day after the last one, at the same times."""
    typed = typed_in(await request.form())
    return page.part(_PAGE, "day", line=typed.days[-1].next_day(), n=len(typed.days) + 1)


@router.post("/orders/new/estimate", dependencies=_TAKES)
async def reckon(request: Request, page: PageDep, uow: UowDep) -> Response:
    """Show what the order would cost and who would come, as far as it is typed."""
    typed = typed_in(await request.form())
    return page.part(_PAGE, "estimate", estimate=await _estimate(page, uow, typed, await read_typed(uow, typed)))


async def _place_once(request: Request, uow: Uow, typed: Typed) -> _Taken:
    order = order_of(typed, await read_typed(uow, typed))
    return await send_once(request, uow, typed.key, _Taken, _place, order)


async def _place(uow: Uow, order: PlaceOrder) -> _Taken:
    placed = await take_order(uow, order)
    return _Taken(order_id=placed.id, shift_ids=tuple(shift.id for shift in placed.shifts))


async def _show(page: Page, uow: Uow, typed: Typed, faults: Mapping[str, Fault] | None = None) -> Response:
    prices = await _prices(uow, typed)
    typed = replace(typed, service=typed.service or next(iter(prices["services"]), ""))
    people = await _people(uow, typed)
    typed = people["typed"]
    told = {name: fault.told(page) for name, fault in (faults or {}).items()}
    return page.show(
        _PAGE,
        422 if told else 200,
        **(await _prices(uow, typed) | people | {"faults": told}),
        tiers=[str(tier) for tier in Tier],
        estimate=await _estimate(page, uow, typed, await read_typed(uow, typed)),
    )


async def _people(uow: Uow, typed: Typed) -> dict[str, Any]:
    """Return who may be meant and his sites; the only one found, and the only site, are as good as chosen."""
    found = await find_clients(uow, typed.client_q, _FOUND_AT_ONCE) if typed.client_q.strip() else []
    chosen = next((one for one in found if str(one.id) == typed.client_id), None)
    if chosen is None:
        chosen = await _client(uow, typed.client_id)
        if chosen is not None and typed.client_q.strip() not in ("", chosen.name):
            chosen = None
        elif chosen is not None:
            found = [chosen, *found]
    if chosen is None and len(found) == 1:
        chosen = found[0]
    sites: Sequence[Site] = []
    if chosen is not None:
        sites = await list_sites(uow, client_id=chosen.id, limit=_SITES_SHOWN)
    site_id = typed.site_id
    if site_id != NEW_SITE and site_id not in {str(site.id) for site in sites}:
        site_id = str(sites[0].id) if len(sites) == 1 else NEW_SITE if chosen is not None and not sites else ""
    lat, lon = await place_of(uow)
    return {
        "typed": replace(typed, client_id=str(chosen.id) if chosen else "", site_id=site_id),
        "found": found,
        "chosen": chosen,
        "sites": sites,
        "centre": (sites[0].lat, sites[0].lon) if sites else (lat, lon),
        "others": [(site.lat, site.lon, site.address) for site in await list_sites(uow, limit=_SITES_SHOWN)],
        "faults": {},
    }


async def _client(uow: Uow, client_id: str) -> Client | None:
    try:
        return await client_of(uow, UUID(client_id))
    except (ValueError, ClientNotFound):
        return None


async def _prices(uow: Uow, typed: Typed) -> dict[str, Any]:
    """Return what has a price: the services, and the conditions of the one chosen."""
    cards = {stored.card.service: stored.card for stored in await cards_in_force(uow)}
    card = cards.get(typed.service)
    return {
        "services": [str(service) for service in Service if service in cards],
        "conditions": sorted(card.conditions) if card is not None else [],
    }


async def _estimate(page: Page, uow: Uow, typed: Typed, read: Reading) -> Estimate:
    estimate = Estimate(days=len(read.shifts or ()))
    try:
        asked = quote_of(typed, read)
        if asked is None:
            return estimate
        estimate = replace(estimate, quote=await quote_order(uow, asked))
        need = need_of(typed, read, _MOST_COUNTED)
        if need is None or need.ends_at <= uow.now:
            return estimate
        staffing = (await policy_in_force(uow)).policy.staffing
        preview = await preview_match(uow, need)
        return replace(
            estimate,
            preview=preview,
            radius_km=float(staffing.radius_km),
            eligible=len(preview.candidates),
            why=tell_reason(page.speech, preview.plan.why),
            asks_at=page.speech.moment(preview.asks_at, ZoneInfo(need.zone)) if preview.asks_at > uow.now else "",
        )
    except FormUnfit as unfit:
        return replace(estimate, trouble=next(iter(unfit.faults.values())).told(page))
    except DispatchError as trouble:
        return replace(estimate, trouble=next(iter(fault_of(trouble).values())).told(page))


async def _like(uow: Uow, order_id: UUID, day: date | None) -> Typed:
    order = await read_order(uow, order_id)
    site = await site_of(uow, order["site_id"])
    rows = await shifts_of_orders(uow, [order_id])
    times = [(row["starts_at"], row["ends_at"]) for row in rows]
    return copied(order, times, site.zone, day or await _tomorrow(uow))


async def _tomorrow(uow: Uow) -> date:
    return local_date(uow.now, (await franchise_of(uow)).zone) + timedelta(days=1)
