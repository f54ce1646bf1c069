"""The photo of a person: shown, taken in, and deleted."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response
from starlette.datastructures import UploadFile

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.kit.pictures import PictureUnreadable, redraw_picture
from dispatch.web.doors import PAGE_HEADERS, own_page
from dispatch.web.frame import PageDep
from dispatch.web.routing import ConsoleRoute
from dispatch.workers.photo import photo_of, remove_photo, set_photo
from dispatch.workers.queries import worker_record

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_WRITES: Final = [allow(Permission.WORKERS_WRITE), Depends(own_page)]
_KEPT: Final = {"Cache-Control": "private, max-age=31536000, immutable"}
"""The digest in the address changes with the photo."""
Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]


@router.get("/people/{worker_id}/photo", dependencies=[allow(Permission.WORKERS_WRITE)])
async def ask_photo(worker_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show where to choose a photo."""
    return page.part("person_forms.html", "photo", worker=await worker_record(uow, worker_id))


@router.post("/people/{worker_id}/photo", dependencies=_WRITES)
async def keep_photo(worker_id: UUID, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Keep a photo, drawn anew, in place of the one before."""
    async with request.form(max_files=1, max_fields=5) as form:
        sent = form.get("photo")
        content = await sent.read() if isinstance(sent, UploadFile) else b""
    if not content:
        raise PictureUnreadable
    await set_photo(uow, worker_id, await redraw_picture(content))
    return page.done(page.say("Photo kept"), f"/people/{worker_id}")


@router.post("/people/{worker_id}/photo/remove", dependencies=_WRITES)
async def drop_photo(worker_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Delete his photo."""
    await remove_photo(uow, worker_id)
    return page.done(page.say("Photo deleted"), f"/people/{worker_id}")


@router.get("/people/{worker_id}/photo/{sha256}", dependencies=[allow(Permission.WORKERS_READ)])
async def show_photo(worker_id: UUID, sha256: Digest, uow: UowDep) -> Response:
    """Answer with the portrait."""
    return await _picture(uow, worker_id, sha256, small=False)


@router.get("/people/{worker_id}/photo/{sha256}/small", dependencies=[allow(Permission.WORKERS_READ)])
async def show_small_photo(worker_id: UUID, sha256: Digest, uow: UowDep) -> Response:
    """Answer with the small square."""
    return await _picture(uow, worker_id, sha256, small=True)


async def _picture(uow: UowDep, worker_id: UUID, sha256: str, *, small: bool) -> Response:
    kept = await photo_of(uow, worker_id, sha256, small=small)
    return Response(kept.content, 200, dict(PAGE_HEADERS) | _KEPT, str(kept.kind))
