"""The list of the franchise's own people: found while one types, sorted by any column, taken along as a file."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Request, Response

from dispatch.access.errors import PermissionMissing
from dispatch.access.roles import Permission, can
from dispatch.api.deps import CallerDep, UowDep, allow
from dispatch.kit.exports import Cell, SheetForm
from dispatch.kit.uow import Uow
from dispatch.tenancy.queries import franchise_of
from dispatch.web.doors import own_page
from dispatch.web.forms import rating_typed
from dispatch.web.frame import Page, PageDep
from dispatch.web.routing import ConsoleRoute
from dispatch.web.tables import Listing, listing, take_along
from dispatch.workers.find import Column, Found, Wanted, all_workers, find_workers
from dispatch.workers.models import WorkerLine
from dispatch.workers.rules import WorkerStatus
from dispatch.workers.skills import Service

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

MOST_EXPORTED: Final = 200_000
EXPIRING_DAYS: Final = 30
FILTERS: Final = ("status", "skill", "invitable", "rating", "papers")
_SEES: Final = [allow(Permission.WORKERS_READ)]
_LISTING: Final = listing("/people", Column, Column.NAME, filters=FILTERS)
ListingDep = Annotated[Listing, _LISTING]


@router.get("/people", dependencies=_SEES)
async def show_people(request: Request, page: PageDep, caller: CallerDep, uow: UowDep, looked: ListingDep) -> Response:
    """Show the list, or, to a script, its rows alone; to headquarters the network instead, where nobody is named."""
    if can(caller.role, Permission.NETWORK_PEOPLE_READ):
        return page.go("/people/network")
    context = await _context(uow, looked)
    asked = request.headers
    if asked.get("hx-request") and not asked.get("hx-history-restore-request"):
        return page.part("people.html", "found", **context)
    return page.show("people.html", **context)


@router.post("/people/export", dependencies=[*_SEES, Depends(own_page)])
async def take_people(
    page: PageDep,
    caller: CallerDep,
    uow: UowDep,
    looked: ListingDep,
    form: Annotated[SheetForm, Form()] = SheetForm.CSV,
) -> Response:
    """Hand out everything that is found, as a file, phones without their middle; who took it is written down.

    Raises:
        PermissionMissing: for headquarters, where nobody is named.
    """
    if can(caller.role, Permission.NETWORK_PEOPLE_READ):
        raise PermissionMissing(Permission.CONTACTS_REVEAL, caller.role)
    rows: list[Sequence[Cell]] = []
    wanted, column = await _wanted(uow, looked), Column(looked.sort)
    async for lines in all_workers(uow, wanted, column=column, descending=looked.descending, most=MOST_EXPORTED + 1):
        rows += [_cells(page, line) for line in lines]
    heads = [page.say(title) for title in ("Name", "Phone", "Status", "Rating", "Skills", "Invitable", "External id")]
    return await take_along(uow, "people", form, heads, rows, MOST_EXPORTED)


async def _context(uow: Uow, looked: Listing) -> dict[str, Any]:
    wanted = await _wanted(uow, looked)
    found = await _find(uow, wanted, looked)
    if not found.lines and looked.page > 1:
        looked = looked.within(found.count)
        found = await _find(uow, wanted, looked)
    return {
        "listing": looked,
        "found": found,
        "statuses": list(WorkerStatus),
        "services": list(Service),
    }


async def _find(uow: Uow, wanted: Wanted, looked: Listing) -> Found:
    column = Column(looked.sort)
    return await find_workers(
        uow, wanted, column=column, descending=looked.descending, offset=looked.offset, limit=looked.per_page
    )


async def _wanted(uow: Uow, looked: Listing) -> Wanted:
    """Return whom a list is narrowed to; what cannot be read narrows nothing. Days are the franchise's."""
    asked = looked.filters
    wanted = Wanted(
        text=looked.q,
        rating_from=rating_typed(asked.get("rating", "")),
        invitable={"yes": True, "no": False}.get(asked.get("invitable", "")),
    )
    if asked.get("status") in set(WorkerStatus):
        wanted = replace(wanted, status=WorkerStatus(asked["status"]))
    if asked.get("skill") in set(Service):
        wanted = replace(wanted, skill=Service(asked["skill"]))
    if asked.get("papers") == "expiring":
        today = uow.now.astimezone(ZoneInfo((await franchise_of(uow)).zone)).date()
        wanted = replace(wanted, expiring=(today, today + timedelta(days=EXPIRING_DAYS)))
    return wanted


def _cells(page: Page, line: WorkerLine) -> Sequence[Cell]:
    return (
        f"{line.last_name} {line.first_name}".strip(),
        line.masked_phone,
        page.say(line.status),
        line.rating,
        ", ".join(page.say(skill) for skill in line.skills),
        page.say("yes") if line.invitable else page.say("no"),
        line.external_id,
    )
