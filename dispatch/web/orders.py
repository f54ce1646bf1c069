"""Orders: the list of them, and the page of one, from where it is changed, cancelled and copied.

Nothing is changed or cancelled unseen: the form first shows who would lose his seat and what it would cost, and what is
saved must be what was shown.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.datastructures import FormData

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.clients.errors import ClientNotFound
from dispatch.clients.queries import client_of, list_sites, site_of
from dispatch.kit.errors import Invalid
from dispatch.kit.exports import Cell, SheetForm
from dispatch.kit.uow import Uow
from dispatch.kit.walltime import day_bounds, instant_of, wall_of
from dispatch.money.shift_money import money_of_shift
from dispatch.orders.queries import read_order
from dispatch.orders.rules import OrderStatus
from dispatch.orders.shifts import Shift, read_shift, shifts_of_order
from dispatch.staffing.cancel import CancelOrder, cancel_order
from dispatch.staffing.change import ChangeOrder, ShiftTimes, change_order
from dispatch.staffing.foresight import foresee_cancel, foresee_change
from dispatch.staffing.order_list import OrderFilter, OrderLine, OrderSort, count_orders, find_orders
from dispatch.tenancy.queries import franchise_of, policy_in_force
from dispatch.web.doors import own_page
from dispatch.web.forms import Fault, FormUnfit, fit, text_in, version_in, whole
from dispatch.web.frame import Page, PageDep
from dispatch.web.looked import print_of, require_looked
from dispatch.web.routing import ConsoleRoute
from dispatch.web.tables import MOST_EXPORTED, Listing, listing, take_along
from dispatch.workers.queries import display_names

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_SEES: Final = [allow(Permission.ORDERS_READ)]
_CHANGES: Final = [allow(Permission.ORDERS_WRITE), Depends(own_page)]
_SITES_SHOWN: Final = 100
_RULES: Final = {"ends_at": "A shift lasts a minute at least and 24 hours at most."}
_LISTING: Final = listing("/orders", OrderSort, OrderSort.STARTS, descending=True, filters=("status", "client", "day"))
ListingDep = Annotated[Listing, _LISTING]


@router.get("/orders", dependencies=_SEES)
async def show_orders(page: PageDep, uow: UowDep, looked: ListingDep) -> Response:
    """Show the list."""
    zone = (await franchise_of(uow)).zone
    wanted = _wanted(looked, zone)
    found = await count_orders(uow, wanted)
    looked = looked.within(found)
    lines = await _lines(uow, wanted, looked, looked.offset, looked.per_page)
    return page.show(
        "orders.html",
        listing=looked,
        found=found,
        lines=lines,
        statuses=[str(status) for status in OrderStatus],
        narrowed=await _narrowed(uow, wanted),
        zones={line.zone: ZoneInfo(line.zone) for line in lines},
    )


@router.post("/orders/export", dependencies=[*_SEES, Depends(own_page)])
async def take_orders(
    page: PageDep, uow: UowDep, looked: ListingDep, form: Annotated[SheetForm, Form()] = SheetForm.CSV
) -> Response:
    """Hand out everything that is found, as a file; who took it is written down."""
    wanted = _wanted(looked, (await franchise_of(uow)).zone)
    lines = await _lines(uow, wanted, looked, 0, MOST_EXPORTED + 1)
    heads = (
        page.say("First shift"),
        page.say("Last shift until"),
        page.say("Client"),
        page.say("Address"),
        page.say("Service"),
        page.say("People"),
        page.say("Shifts"),
        page.say("Seats taken"),
        page.say("Seats"),
        page.say("Status"),
        page.say("Sum"),
        page.say("Currency"),
        page.say("Placed"),
        "id",
    )
    return await take_along(uow, "orders", form, heads, [_cells(page, line) for line in lines])


def _cells(page: Page, line: OrderLine) -> Sequence[Cell]:
    return (
        wall_of(line.starts_at, line.zone),
        wall_of(line.ends_at, line.zone),
        line.client,
        line.address,
        page.say(line.service),
        line.headcount,
        line.shifts,
        line.seated,
        line.wanted,
        page.say(line.status),
        line.total_minor / 100,
        line.currency,
        wall_of(line.created_at, line.zone),
        str(line.id),
    )


@router.get("/orders/{order_id}", dependencies=_SEES)
async def show_order(order_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show an order with its shifts."""
    return page.show("order.html", **await _order(uow, order_id))


@router.get("/orders/{order_id}/state", dependencies=_SEES)
async def show_state(order_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show how it stands alone, for a page that follows what happens."""
    return page.part("order.html", "state", **await _order(uow, order_id))


@router.get("/orders/{order_id}/change", dependencies=[allow(Permission.ORDERS_WRITE)])
async def ask_change(order_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the form of a change."""
    order = await read_order(uow, order_id)
    ahead = [shift for shift in await _shifts(uow, order_id) if shift.ahead]
    sites = await list_sites(uow, client_id=order["client_id"], limit=_SITES_SHOWN)
    walls = {shift.id: (wall_of(shift.starts_at, shift.zone), wall_of(shift.ends_at, shift.zone)) for shift in ahead}
    return page.part("order.html", "change_form", order=order, ahead=ahead, walls=walls, sites=sites)


@router.post("/orders/{order_id}/change/preview", dependencies=_CHANGES)
async def look_at_change(order_id: UUID, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Show who would lose his seat, who would be asked again and what it would cost."""
    form = await request.form()
    command = await _change(uow, order_id, form)
    foreseen = await foresee_change(uow, order_id, command, version_in(form))
    names = await display_names(uow, list(foreseen.workers.values()))
    return page.part(
        "order.html",
        "change_effects",
        order_id=order_id,
        foreseen=foreseen,
        released=[names.get(worker_id, "—") for worker_id in foreseen.released],
        must_answer=[names.get(worker_id, "—") for worker_id in foreseen.must_answer],
        looked=print_of(command),
    )


@router.post("/orders/{order_id}/change", dependencies=_CHANGES)
async def change(order_id: UUID, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Change the order as it was looked at.

    Raises:
        LookAgain: the form says something else now.
    """
    form = await request.form()
    command = await _change(uow, order_id, form)
    require_looked(form, command)
    await change_order(uow, order_id, command, version_in(form))
    return page.go(f"/orders/{order_id}")


@router.post("/orders/{order_id}/cancel/preview", dependencies=_CHANGES)
async def look_at_cancel(order_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show what cancelling would come to, and the form for it."""
    order = await read_order(uow, order_id)
    foreseen = await foresee_cancel(uow, order_id, "?")
    hours = (await policy_in_force(uow)).policy.calendar.client_cancel_notice.total_seconds() / 3600
    return page.part("order.html", "cancel_form", order=order, foreseen=foreseen, notice_hours=hours)


@router.post("/orders/{order_id}/cancel", dependencies=_CHANGES)
async def cancel(order_id: UUID, page: PageDep, uow: UowDep, reason: Annotated[str, Form()] = "") -> Response:
    """Cancel the order for its client."""
    await cancel_order(uow, order_id, fit(CancelOrder, {"reason": reason}))
    return page.go(f"/orders/{order_id}")


async def _order(uow: Uow, order_id: UUID) -> Mapping[str, Any]:
    order = await read_order(uow, order_id)
    client, site = await client_of(uow, order["client_id"]), await site_of(uow, order["site_id"])
    shifts = await _shifts(uow, order_id)
    return {
        "order": order,
        "client": client,
        "site": site,
        "zone": ZoneInfo(site.zone),
        "shifts": shifts,
        "zones": {shift.zone: ZoneInfo(shift.zone) for shift in shifts},
        "money": {shift.id: await money_of_shift(uow, shift.id) for shift in shifts if not shift.ahead},
        "changeable": order["status"] == OrderStatus.OPEN and any(shift.ahead for shift in shifts),
    }


async def _shifts(uow: Uow, order_id: UUID) -> Sequence[Shift]:
    return [await read_shift(uow, shift_id) for shift_id in await shifts_of_order(uow, order_id)]


async def _lines(uow: Uow, wanted: OrderFilter, looked: Listing, offset: int, limit: int) -> Sequence[OrderLine]:
    sort = OrderSort(looked.sort)
    return await find_orders(uow, wanted, sort=sort, descending=looked.descending, offset=offset, limit=limit)


def _wanted(looked: Listing, zone: str) -> OrderFilter:
    """Return what a list is narrowed to; what cannot be read narrows nothing. Days are the franchise's."""
    wanted = OrderFilter(text=looked.q or None)
    if looked.filters.get("status") in set(OrderStatus):
        wanted = replace(wanted, status=OrderStatus(looked.filters["status"]))
    with suppress(ValueError, OverflowError, Invalid):
        wanted = replace(wanted, day=day_bounds(date.fromisoformat(looked.filters.get("day", "")), zone))
    with suppress(ValueError):
        wanted = replace(wanted, client_id=UUID(looked.filters.get("client", "")))
    return wanted


async def _narrowed(uow: Uow, wanted: OrderFilter) -> str:
    """Return the name of the client the list is narrowed to; empty for none of ours."""
    if wanted.client_id is None:
        return ""
    try:
        return (await client_of(uow, wanted.client_id)).name
    except ClientNotFound:
        return ""


async def _change(uow: Uow, order_id: UUID, form: FormData) -> ChangeOrder:
    """Return what a form changes; what is as before is left out.

    Raises:
        FormUnfit: something cannot be read, or nothing changes.
    """
    order = await read_order(uow, order_id)
    given: dict[str, Any] = {}
    headcount = whole(text_in(form, "headcount"))
    if headcount != order["headcount"]:
        given["headcount"] = headcount or 0
    if (site_id := text_in(form, "site_id")) and site_id != str(order["site_id"]):
        given["site_id"] = site_id
    moved = [_moved(shift, form) for shift in await _shifts(uow, order_id) if shift.ahead]
    if times := tuple(times for times in moved if times is not None):
        given["times"] = times
    if not given:
        raise FormUnfit({"": Fault("Change something first.")})
    return fit(ChangeOrder, given)


def _moved(shift: Shift, form: FormData) -> ShiftTimes | None:
    """Return the new times of a shift, typed by the clock of its site; None when they are as before."""
    was = [f"{wall_of(moment, shift.zone):%Y-%m-%dT%H:%M}" for moment in (shift.starts_at, shift.ends_at)]
    typed = [text_in(form, f"{name}-{shift.id}") for name in ("starts", "ends")]
    if typed in (was, ["", ""]):
        return None
    try:
        starts_at, ends_at = (instant_of(datetime.fromisoformat(text), shift.zone) for text in typed)
    except ValueError:
        raise FormUnfit({"times": Fault("Type a day and two times, like 09:00.")}) from None
    return fit(ShiftTimes, {"shift_id": shift.id, "starts_at": starts_at, "ends_at": ends_at}, _RULES)
