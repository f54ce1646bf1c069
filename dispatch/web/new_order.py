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
from dispatch.orders.queries import latest_site, read_order, shifts_of_orders
from dispatch.pricing.rules import Quote
from dispatch.pricing.service import cards_in_force
from dispatch.staffing.order import take_orders
from dispatch.staffing.preview import Preview, PreviewNeed, preview_match
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
    orders_of,
    quotes_of,
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
    """What is kept of the orders placed by a form: one, or two where some of the people start later."""

    client_id: UUID
    order_ids: tuple[UUID, ...]
    shift_ids: tuple[UUID, ...]

    @property
    def address(self) -> str:
        """The page that shows all of it."""
        if len(self.shift_ids) == 1:
            return f"/shifts/{self.shift_ids[0]}"
        return f"/orders/{self.order_ids[0]}" if len(self.order_ids) == 1 else f"/orders?client={self.client_id}"


@dataclass(frozen=True, slots=True)
class RestTold:
    """When those can be there who cannot be there at the start.

    Attributes:
        by: on the clock of the site.
        at_start: how many are to be expected by then in all.
        people: how many had better start then; 0 where all of them had.
    """

    by: str
    at_start: float
    people: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """What it would cost, and what the first wave would come to; empty where too little is known.

    Attributes:
        quotes: of each order it makes, one or two.
        headcount: of those who start first; the figures of the preview are theirs.
        eligible: how many may be asked within the radius; at `most` it stopped counting.
        asks_at: when the first wave would go out by the clock of the site, where that is not now.
        why: why the first wave asks so many, in the language of the page.
        trouble: what keeps it from being reckoned.
    """

    quotes: Sequence[Quote] = ()
    preview: Preview | None = None
    headcount: int = 0
    rest: RestTold | None = None
    radius_km: float = 0
    eligible: int = 0
    most: int = _MOST_COUNTED
    asks_at: str = ""
    days: int = 0
    why: str = ""
    trouble: str = ""

    @property
    def bill_minor(self) -> int:
        """What the client pays for all of it."""
        return sum(quote.bill_minor for quote in self.quotes)

    @property
    def pay_minor(self) -> int:
        """What the people get for all of it."""
        return sum(quote.pay_minor for quote in self.quotes)


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
    return page.go(taken.address)


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
    orders = orders_of(typed, await read_typed(uow, typed))
    return await send_once(request, uow, typed.key, _Taken, _place, orders)


async def _place(uow: Uow, orders: Sequence[PlaceOrder]) -> _Taken:
    placed = await take_orders(uow, orders)
    return _Taken(
        client_id=orders[0].client_id,
        order_ids=tuple(order.id for order in placed),
        shift_ids=tuple(shift.id for order in placed for shift in order.shifts),
    )


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
    """Return who may be meant and his sites; the only one found, and his only or latest site, are as good as chosen."""
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
        site_id = await _likely_site(uow, chosen, sites)
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


async def _likely_site(uow: Uow, chosen: Client | None, sites: Sequence[Site]) -> str:
    if chosen is None:
        return ""
    if not sites:
        return NEW_SITE
    latest = sites[0].id if len(sites) == 1 else await latest_site(uow, chosen.id)
    return str(latest) if latest in {site.id for site in sites} else ""


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
    estimate = Estimate(days=len(read.crews[0].shifts) if read.crews else 0)
    try:
        quotes = [await quote_order(uow, asked) for asked in quotes_of(typed, read)]
        if not quotes:
            return estimate
        estimate = replace(estimate, quotes=quotes)
        need = need_of(typed, read, _MOST_COUNTED)
        if need is None or need.ends_at <= uow.now:
            return estimate
        staffing = (await policy_in_force(uow)).policy.staffing
        preview = await preview_match(uow, need)
        return replace(
            estimate,
            preview=preview,
            headcount=need.headcount,
            rest=_rest(page, preview, need) if len(read.crews) == 1 else None,
            radius_km=float(staffing.radius_km),
            eligible=len(preview.candidates),
            why=tell_reason(page.speech, preview.plan.why),
            asks_at=page.speech.moment(preview.asks_at, ZoneInfo(need.zone)) if preview.asks_at > uow.now else "",
        )
    except FormUnfit as unfit:
        return replace(estimate, trouble=next(iter(unfit.faults.values())).told(page))
    except DispatchError as trouble:
        return replace(estimate, trouble=next(iter(fault_of(trouble).values())).told(page))


def _rest(page: Page, preview: Preview, need: PreviewNeed) -> RestTold | None:
    if preview.rest is None:
        return None
    some_at_start = int(preview.at_start)
    by = page.speech.clock(preview.rest.by, ZoneInfo(need.zone))
    return RestTold(by, preview.rest.at_start, need.headcount - some_at_start if some_at_start else 0)


async def _like(uow: Uow, order_id: UUID, day: date | None) -> Typed:
    order = await read_order(uow, order_id)
    site = await site_of(uow, order["site_id"])
    rows = await shifts_of_orders(uow, [order_id])
    times = [(row["starts_at"], row["ends_at"]) for row in rows]
    return copied(order, times, site.zone, day or await _tomorrow(uow))


async def _tomorrow(uow: Uow) -> date:
    return local_date(uow.now, (await franchise_of(uow)).zone) + timedelta(days=1)
