"""What the field of an address asks while, or after, somebody types: the places it may mean, as a list to choose from.

The service is asked from here, so its keys never reach a browser, and outside of any transaction.
"""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from dispatch.access.roles import Permission
from dispatch.api.deps import CallerDep, ResourcesDep, allow
from dispatch.geocoding.errors import GeocodingOff
from dispatch.geocoding.rules import LONGEST
from dispatch.geocoding.service import find_places
from dispatch.web.frame import StrangerPageDep
from dispatch.web.routing import ConsoleRoute

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_TEMPLATE: Final = "geocode.html"


@router.get("/geocode", dependencies=[allow(Permission.CLIENTS_WRITE)])
async def find(
    page: StrangerPageDep,
    caller: CallerDep,
    resources: ResourcesDep,
    q: Annotated[str, Query(max_length=LONGEST)],
    *,
    typing: bool = False,
) -> Response:
    """Show the places an address may mean.

    Raises:
        GeocodingOff: there is no address service here.
    """
    geocoding = resources.geocoding
    if geocoding is None:
        raise GeocodingOff
    places = await find_places(
        resources.database,
        geocoding,
        q,
        str(page.speech.language),
        franchise_id=caller.franchise_id,
        actor=caller.actor,
        typing=typing,
    )
    return page.part(_TEMPLATE, "places", places=places, credit=geocoding.geocoder.credit)
