"""Filters of the list of people, kept under a name: for oneself, or for everybody of the franchise."""

from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Response

from dispatch.access.errors import PeopleOnly
from dispatch.access.roles import Permission
from dispatch.api.deps import Caller, CallerDep, CallerKind, UowDep, allow
from dispatch.web.doors import own_page
from dispatch.web.forms import fit
from dispatch.web.frame import PageDep
from dispatch.web.people import ListingDep
from dispatch.web.routing import ConsoleRoute
from dispatch.workers.saved import SaveFilter, remove_filter, save_filter, saved_filters

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_SEES: Final = [allow(Permission.WORKERS_READ)]
_KEEPS: Final = [allow(Permission.WORKERS_READ), Depends(own_page)]


@router.get("/people/filters", dependencies=_SEES)
async def show_filters(page: PageDep, caller: CallerDep, uow: UowDep) -> Response:
    """Show the filters one may choose from."""
    kept = await saved_filters(uow, _person(caller))
    return page.part(
        "people_filters.html", "filters", filters=[(one, f"/people?{urlencode(one.asked)}") for one in kept]
    )


@router.get("/people/filters/new", dependencies=_SEES)
async def ask_filter(page: PageDep, looked: ListingDep) -> Response:
    """Show where to name the filter that the list is narrowed by."""
    return page.part("people_filters.html", "form", query=urlencode(looked.asked))


@router.post("/people/filters", dependencies=_KEEPS)
async def keep_filter(
    page: PageDep,
    caller: CallerDep,
    uow: UowDep,
    looked: ListingDep,
    name: Annotated[str, Form(max_length=200)] = "",
    shared: Annotated[str, Form(max_length=5)] = "",
) -> Response:
    """Keep the filter that the list is narrowed by."""
    typed = {"name": name, "shared": bool(shared), "asked": looked.asked}
    await save_filter(uow, _person(caller), fit(SaveFilter, typed))
    return page.done(page.say("Filter kept"), "/people")


@router.post("/people/filters/{filter_id}/remove", dependencies=_KEEPS)
async def drop_filter(filter_id: UUID, page: PageDep, caller: CallerDep, uow: UowDep) -> Response:
    """Remove a filter of one's own."""
    await remove_filter(uow, _person(caller), filter_id)
    return page.done(page.say("Filter removed"), "/people")


def _person(caller: Caller) -> UUID:
    """Return who it is.

    Raises:
        PeopleOnly: a program keeps no filters.
    """
    if caller.kind is not CallerKind.STAFF:
        raise PeopleOnly
    return caller.subject_id
