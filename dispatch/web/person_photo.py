"""The photo of a person: shown, taken in, and deleted."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.web.doors import own_page
from dispatch.web.frame import PageDep
from dispatch.web.pictures import Digest, picture_sent, picture_shown
from dispatch.web.routing import ConsoleRoute
from dispatch.workers.photo import photo_of, set_photo
from dispatch.workers.queries import worker_record

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_WRITES: Final = [allow(Permission.WORKERS_WRITE), Depends(own_page)]


@router.get("/people/{worker_id}/photo", dependencies=[allow(Permission.WORKERS_WRITE)])
async def ask_photo(worker_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show where to choose a photo."""
    worker = await worker_record(uow, worker_id)
    return page.part("photo.html", "ask", action=f"/people/{worker_id}/photo", kept=worker.photo_sha256 is not None)


@router.post("/people/{worker_id}/photo", dependencies=_WRITES)
async def keep_photo(worker_id: UUID, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Keep a photo, drawn anew, in place of the one before."""
    await set_photo(uow, worker_id, await picture_sent(request))
    return page.done(page.say("Photo kept"), f"/people/{worker_id}")


@router.post("/people/{worker_id}/photo/remove", dependencies=_WRITES)
async def drop_photo(worker_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Delete his photo."""
    await set_photo(uow, worker_id, None)
    return page.done(page.say("Photo deleted"), f"/people/{worker_id}")


@router.get("/people/{worker_id}/photo/{sha256}", dependencies=[allow(Permission.WORKERS_READ)])
async def show_photo(worker_id: UUID, sha256: Digest, uow: UowDep) -> Response:
    """Answer with the portrait."""
    return picture_shown(await photo_of(uow, worker_id, sha256, small=False))


@router.get("/people/{worker_id}/photo/{sha256}/small", dependencies=[allow(Permission.WORKERS_READ)])
async def show_small_photo(worker_id: UUID, sha256: Digest, uow: UowDep) -> Response:
    """Answer with the small square."""
    return picture_shown(await photo_of(uow, worker_id, sha256, small=True))
