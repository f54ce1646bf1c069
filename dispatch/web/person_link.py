"""A dispatcher sends a person the link to his own page, or makes it worthless. Nobody here sees the link."""

from uuid import UUID

from fastapi import APIRouter, Depends, Response

from dispatch.access.roles import Permission
from dispatch.api.deps import ResourcesDep, UowDep, allow
from dispatch.web.doors import own_page
from dispatch.web.frame import PageDep
from dispatch.web.routing import ConsoleRoute
from dispatch.workers.links import revoke_links, send_link
from dispatch.workers.queries import require_home

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_SENDS = [allow(Permission.MESSAGES_SEND), Depends(own_page)]


@router.post("/people/{worker_id}/link", dependencies=_SENDS)
async def send(worker_id: UUID, page: PageDep, uow: UowDep, resources: ResourcesDep) -> Response:
    """Text him a new link; the one before stops working."""
    await send_link(uow, worker_id, resources.settings.http.public_url)
    undo = f"/people/{worker_id}/link/revoke"
    return page.done(page.say("A link to his page is on its way to his phone"), f"/people/{worker_id}", undo)


@router.post("/people/{worker_id}/link/revoke", dependencies=_SENDS)
async def revoke(worker_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Make his link worthless."""
    await require_home(uow, worker_id)
    revoked = await revoke_links(uow, worker_id)
    words = page.say("His link does not work any more") if revoked else page.say("He has no link that works")
    return page.done(words, f"/people/{worker_id}")
