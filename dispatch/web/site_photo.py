"""The photo of a site: taken in and deleted by the office, shown to whoever follows its shifts."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.clients.photo import set_site_photo, site_photo
from dispatch.clients.queries import site_of
from dispatch.web.doors import own_page
from dispatch.web.frame import PageDep
from dispatch.web.pictures import Digest, picture_sent, picture_shown
from dispatch.web.routing import ConsoleRoute

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_WRITES: Final = [allow(Permission.CLIENTS_WRITE), Depends(own_page)]


@router.get("/sites/{site_id}/photo", dependencies=[allow(Permission.CLIENTS_WRITE)])
async def ask_site_photo(site_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show where to choose a photo."""
    site = await site_of(uow, site_id)
    return page.part("photo.html", "ask", action=f"/sites/{site_id}/photo", kept=site.photo_sha256 is not None)


@router.post("/sites/{site_id}/photo", dependencies=_WRITES)
async def keep_site_photo(site_id: UUID, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Keep a photo, drawn anew, in place of the one before."""
    await set_site_photo(uow, site_id, await picture_sent(request))
    return page.go(f"/clients/{(await site_of(uow, site_id)).client_id}")


@router.post("/sites/{site_id}/photo/remove", dependencies=_WRITES)
async def drop_site_photo(site_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Delete the photo."""
    await set_site_photo(uow, site_id, None)
    return page.go(f"/clients/{(await site_of(uow, site_id)).client_id}")


@router.get("/sites/{site_id}/photo/{sha256}", dependencies=[allow(Permission.ORDERS_READ)])
async def show_site_photo(site_id: UUID, sha256: Digest, uow: UowDep) -> Response:
    """Answer with the photo."""
    return picture_shown(await site_photo(uow, site_id, sha256, small=False))


@router.get("/sites/{site_id}/photo/{sha256}/small", dependencies=[allow(Permission.ORDERS_READ)])
async def show_small_site_photo(site_id: UUID, sha256: Digest, uow: UowDep) -> Response:
    """Answer with the small square."""
    return picture_shown(await site_photo(uow, site_id, sha256, small=True))
