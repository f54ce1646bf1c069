"""The people of the whole network, for headquarters: by id, ring and rating only."""

from dataclasses import replace
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Response

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.kit.geo import Point
from dispatch.tenancy.queries import place_of
from dispatch.web.forms import rating_typed
from dispatch.web.frame import PageDep
from dispatch.web.routing import ConsoleRoute
from dispatch.web.tables import Listing, listing
from dispatch.workers.network import PoolColumn, PoolWanted, count_pool, find_in_pool
from dispatch.workers.rules import Ring, ring_of

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_LISTING: Final = listing("/people/network", PoolColumn, PoolColumn.RATING, descending=True, filters=("ring", "rating"))
ListingDep = Annotated[Listing, _LISTING]


@router.get("/people/network", dependencies=[allow(Permission.NETWORK_PEOPLE_READ)])
async def show_network(page: PageDep, uow: UowDep, looked: ListingDep) -> Response:
    """Show the list."""
    lat, lon = await place_of(uow)
    centre = Point(lat=lat, lon=lon)
    wanted = _wanted(looked)
    found = 0 if wanted is None else await count_pool(uow, wanted, centre)
    looked = looked.within(found)
    lines = (
        ()
        if wanted is None
        else await find_in_pool(
            uow,
            wanted,
            centre,
            column=PoolColumn(looked.sort),
            descending=looked.descending,
            offset=looked.offset,
            limit=looked.per_page,
            found=found,
        )
    )
    shown = [(line.id, line.rating, ring_of(line.metres)) for line in lines]
    return page.show("network_people.html", listing=looked, found=found, lines=shown, rings=list(Ring))


def _wanted(looked: Listing) -> PoolWanted | None:
    """Return whom a list is narrowed to; None where words are typed that are nobody's id."""
    wanted = PoolWanted(rating_from=rating_typed(looked.filters.get("rating", "")))
    if looked.filters.get("ring") in set(Ring):
        wanted = replace(wanted, ring=Ring(looked.filters["ring"]))
    try:
        return replace(wanted, worker_id=UUID(looked.q)) if looked.q else wanted
    except ValueError:
        return None
