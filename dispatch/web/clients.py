"""Clients: the list of them, and the page of one with its people, sites, orders and who shall not come back."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.datastructures import FormData

from dispatch.access.queries import actor_names
from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.clients.commands import AddClient, AddSite, ChangeClient, ChangeSite, ForbidReturn
from dispatch.clients.models import AttendanceSource, Client, ClientKind, DecidedBy, Site
from dispatch.clients.notes import MOST_SHOWN, notes_of
from dispatch.clients.queries import client_of, list_do_not_return, list_sites, people_of, site_of
from dispatch.clients.service import add_client, archive_client, change_client, require_open, restore_client
from dispatch.clients.sites import add_site, archive_site, change_site, forbid_return, lift_do_not_return
from dispatch.kit.exports import Cell, SheetForm
from dispatch.kit.uow import Uow
from dispatch.kit.walltime import wall_of
from dispatch.staffing.client_list import (
    ClientFilter,
    ClientLine,
    ClientSort,
    client_totals,
    count_clients,
    find_client_lines,
)
from dispatch.staffing.handover import dispatchers
from dispatch.staffing.on_site.reports import papers_of_client
from dispatch.staffing.order_list import OrderFilter, OrderSort, count_orders, find_orders
from dispatch.staffing.passes import pass_rules_of
from dispatch.tenancy.queries import franchise_of, place_of
from dispatch.web.doors import own_page
from dispatch.web.forms import figure, fit, text_in, version_in
from dispatch.web.frame import Page, PageDep
from dispatch.web.routing import ConsoleRoute
from dispatch.web.tables import MOST_EXPORTED, Listing, Sought, listing, take_along
from dispatch.workers.queries import display_names, list_workers

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_PAGE: Final = "client.html"
_SEES: Final = [allow(Permission.CLIENTS_READ)]
_ASKS: Final = [allow(Permission.CLIENTS_WRITE)]
_CHANGES: Final = [allow(Permission.CLIENTS_WRITE), Depends(own_page)]
_BARS: Final = [allow(Permission.DO_NOT_RETURN_WRITE), Depends(own_page)]
_SHOWN: Final = 200
_ORDERS_SHOWN: Final = 20
_PAPERS_SHOWN: Final = 6
_FOUND_AT_ONCE: Final = 8
_LISTING: Final = listing("/clients", ClientSort, ClientSort.NAME, filters=("archived", "curator"))
ListingDep = Annotated[Listing, _LISTING]


@router.get("/clients", dependencies=_SEES)
async def show_clients(page: PageDep, uow: UowDep, looked: ListingDep) -> Response:
    """Show the list."""
    wanted = _wanted(looked)
    found = await count_clients(uow, wanted)
    looked = looked.within(found)
    return page.show(
        "clients.html",
        listing=looked,
        found=found,
        lines=await _lines(uow, looked, looked.offset, looked.per_page),
        wanted=wanted,
        curators=await dispatchers(uow),
        zone=ZoneInfo((await franchise_of(uow)).zone),
    )


@router.post("/clients/export", dependencies=[*_SEES, Depends(own_page)])
async def take_clients(
    page: PageDep, uow: UowDep, looked: ListingDep, form: Annotated[SheetForm, Form()] = SheetForm.CSV
) -> Response:
    """Hand out everything that is found, as a file; who took it is written down."""
    lines = await _lines(uow, looked, 0, MOST_EXPORTED + 1)
    zone = (await franchise_of(uow)).zone
    heads = (
        page.say("Client"),
        page.say("Kind"),
        page.say("Tax number"),
        page.say("Sites"),
        page.say("Orders"),
        page.say("Sum"),
        page.say("Currency"),
        page.say("Last order"),
        page.say("Client since"),
        page.say("Looked after by"),
        "id",
    )
    return await take_along(uow, "clients", form, heads, [_cells(page, line, zone) for line in lines])


@router.get("/clients/new", dependencies=_ASKS)
async def ask_client(page: PageDep, uow: UowDep) -> Response:
    """Show the form of a new client."""
    return page.part(_PAGE, "client_form", client=None, **await _client_form(uow))


@router.post("/clients", dependencies=_CHANGES)
async def add(request: Request, page: PageDep, uow: UowDep) -> Response:
    """Take on a client and show his page."""
    client = await add_client(uow, fit(AddClient, _client_typed(await request.form())))
    return page.go(f"/clients/{client.id}")


@router.get("/clients/{client_id}", dependencies=_SEES)
async def show_client(client_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the whole page."""
    client = await client_of(uow, client_id)
    wanted = OrderFilter(client_id=client_id)
    orders = await find_orders(uow, wanted, sort=OrderSort.STARTS, descending=True, offset=0, limit=_ORDERS_SHOWN)
    card = await _card(uow, client)
    sites = card["sites"]
    return page.show(
        _PAGE,
        **card,
        notes=await notes_of(uow, client_id, limit=MOST_SHOWN),
        orders=orders,
        ordered=await count_orders(uow, wanted),
        totals=await client_totals(uow, client_id),
        zones={line.zone: ZoneInfo(line.zone) for line in orders},
        centre=(sites[0].lat, sites[0].lon) if sites else await place_of(uow),
        dots=[(site.lat, site.lon, site.address) for site in sites],
        meetings=_meetings(sites),
    )


@router.get("/clients/{client_id}/card", dependencies=_SEES)
async def show_card(client_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show what of the page changes by its buttons."""
    return page.part(_PAGE, "card", **await _card(uow, await client_of(uow, client_id)))


@router.get("/clients/{client_id}/change", dependencies=_ASKS)
async def ask_change(client_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the form of a client."""
    client = await client_of(uow, client_id)
    return page.part(_PAGE, "client_form", client=client, **await _client_form(uow))


@router.post("/clients/{client_id}/change", dependencies=_CHANGES)
async def change(client_id: UUID, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Change a client from the version that was read."""
    form = await request.form()
    await change_client(uow, client_id, fit(ChangeClient, _client_typed(form)), version_in(form))
    return page.go(f"/clients/{client_id}")


@router.post("/clients/{client_id}/archive", dependencies=_CHANGES)
async def archive(client_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Part with a client."""
    await archive_client(uow, client_id)
    return page.done(page.say("Archived"), f"/clients/{client_id}", f"/clients/{client_id}/restore")


@router.post("/clients/{client_id}/restore", dependencies=_CHANGES)
async def restore(client_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Take a client back."""
    await restore_client(uow, client_id)
    return page.done(page.say("Taken back"), f"/clients/{client_id}", f"/clients/{client_id}/archive")


@router.get("/clients/{client_id}/sites/new", dependencies=_ASKS)
async def ask_site(client_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the form of a new site."""
    client = await require_open(uow, client_id)
    return page.part(_PAGE, "site_form", client=client, site=None, **await _site_form(uow, client_id))


@router.post("/clients/{client_id}/sites", dependencies=_CHANGES)
async def keep_site(client_id: UUID, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Keep a site of a client."""
    typed = _site_typed(await request.form())
    await add_site(uow, fit(AddSite, {"client_id": client_id} | _known(typed)))
    return page.go(f"/clients/{client_id}")


@router.get("/sites/{site_id}/change", dependencies=_ASKS)
async def ask_site_change(site_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the form of a site."""
    site = await site_of(uow, site_id)
    client = await client_of(uow, site.client_id)
    return page.part(_PAGE, "site_form", client=client, site=site, **await _site_form(uow, client.id))


@router.post("/sites/{site_id}/change", dependencies=_CHANGES)
async def move_site(site_id: UUID, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Change a site from the version that was read; agreed shifts keep their place and times."""
    form = await request.form()
    site = await change_site(uow, site_id, fit(ChangeSite, _known(_site_typed(form))), version_in(form))
    return page.go(f"/clients/{site.client_id}")


@router.post("/sites/{site_id}/archive", dependencies=_CHANGES)
async def drop_site(site_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Offer a site no more for new orders."""
    site = await archive_site(uow, site_id)
    return page.go(f"/clients/{site.client_id}")


@router.get("/clients/{client_id}/barred/new", dependencies=[allow(Permission.DO_NOT_RETURN_WRITE)])
async def ask_whom_to_bar(client_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the form to find whom to keep away."""
    return page.part(_PAGE, "bar_form", client=await client_of(uow, client_id))


@router.get("/clients/{client_id}/barred/people", dependencies=[allow(Permission.DO_NOT_RETURN_WRITE)])
async def find_whom_to_bar(client_id: UUID, page: PageDep, uow: UowDep, q: Sought = "") -> Response:
    """Find own people by name or phone."""
    client = await client_of(uow, client_id)
    return page.part(
        _PAGE,
        "bar_people",
        client=client,
        q=q,
        found=await list_workers(uow, text=q, limit=_FOUND_AT_ONCE) if q else [],
        sites=await list_sites(uow, client_id=client_id, limit=_SHOWN),
        deciders=[str(who) for who in DecidedBy],
    )


@router.post("/clients/{client_id}/barred", dependencies=_BARS)
async def bar(client_id: UUID, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Keep a man away from a site of a client, or from all of them."""
    form = await request.form()
    typed = {name: text_in(form, name) for name in ("worker_id", "decided_by", "reason")}
    await forbid_return(
        uow, fit(ForbidReturn, typed | {"client_id": client_id, "site_id": text_in(form, "site_id") or None})
    )
    return page.done(page.say("He will not be sent there again"), f"/clients/{client_id}")


@router.post("/clients/{client_id}/barred/{entry_id}/lift", dependencies=_BARS)
async def lift_bar(client_id: UUID, entry_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Take a decision off the list."""
    await lift_do_not_return(uow, entry_id)
    return page.done(page.say("He may be sent there again"), f"/clients/{client_id}")


async def _card(uow: Uow, client: Client) -> dict[str, Any]:
    barred = await list_do_not_return(uow, client_id=client.id, limit=_SHOWN)
    sites = await list_sites(uow, client_id=client.id, limit=_SHOWN)
    staff = await actor_names(uow)
    return {
        "client": client,
        "curator": staff.get(f"staff:{client.curator_id}"),
        "people": await people_of(uow, client.id),
        "sites": sites,
        "rules": await pass_rules_of(uow, [site.id for site in sites]),
        "papers": await papers_of_client(uow, client.id, _PAPERS_SHOWN),
        "staff": staff,
        "home_zone": ZoneInfo((await franchise_of(uow)).zone),
        "barred": barred,
        "names": await display_names(uow, [entry.worker_id for entry in barred]),
    }


async def _lines(uow: Uow, looked: Listing, offset: int, limit: int) -> Sequence[ClientLine]:
    return await find_client_lines(
        uow,
        _wanted(looked),
        sort=ClientSort(looked.sort),
        descending=looked.descending,
        offset=offset,
        limit=limit,
    )


def _wanted(looked: Listing) -> ClientFilter:
    """Read what narrows the list; a curator who is nobody's id narrows nothing."""
    try:
        curator_id = UUID(looked.filters.get("curator", ""))
    except ValueError:
        curator_id = None
    return ClientFilter(looked.q, archived=bool(looked.filters.get("archived")), curator_id=curator_id)


def _meetings(sites: Sequence[Site]) -> list[tuple[float | None, float | None, str]]:
    met = [site for site in sites if site.meeting_location is not None]
    return [(site.meeting_lat, site.meeting_lon, site.meeting_point or site.address) for site in met]


async def _client_form(uow: Uow) -> dict[str, Any]:
    return {"kinds": [str(kind) for kind in ClientKind], "curators": await dispatchers(uow)}


def _cells(page: Page, line: ClientLine, zone: str) -> Sequence[Cell]:
    return (
        line.name,
        page.say(line.kind),
        line.tax_number,
        line.sites,
        line.orders,
        line.total_minor / 100,
        line.currency,
        None if line.last_at is None else wall_of(line.last_at, zone),
        wall_of(line.created_at, zone),
        line.curator,
        str(line.id),
    )


async def _site_form(uow: Uow, client_id: UUID) -> dict[str, Any]:
    others = await list_sites(uow, limit=_SHOWN)
    first = next((site for site in others if site.client_id == client_id), None)
    return {
        "centre": await place_of(uow) if first is None else (first.lat, first.lon),
        "others": [(site.lat, site.lon, site.address) for site in others],
        "sources": [str(source) for source in AttendanceSource],
    }


def _client_typed(form: FormData) -> dict[str, Any]:
    return {
        "name": text_in(form, "name"),
        "kind": text_in(form, "kind"),
        "tax_number": text_in(form, "tax_number") or None,
        "forbids_tier_c": bool(text_in(form, "forbids_tier_c")),
        "note": text_in(form, "note"),
        "source": text_in(form, "source"),
        "curator_id": text_in(form, "curator_id") or None,
    }


def _site_typed(form: FormData) -> dict[str, Any]:
    names = ("address", "region", "meeting_point", "contact_name", "contact_phone", "attendance_source")
    return {name: text_in(form, name) for name in names} | {
        "lat": figure(text_in(form, "lat")),
        "lon": figure(text_in(form, "lon")),
        "zone": text_in(form, "zone") or None,
        "meeting_lat": figure(text_in(form, "meeting_lat")),
        "meeting_lon": figure(text_in(form, "meeting_lon")),
    }


def _known(typed: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what was left empty; an empty meeting place is none, and may be taken away so."""
    return {name: value for name, value in typed.items() if value is not None or name.startswith("meeting_")}
