"""The files that pages load."""

from fastapi import APIRouter, Request, Response

from dispatch.api.deps import public
from dispatch.web.assets import ADDRESS
from dispatch.web.frame import ConsoleDep
from dispatch.web.routing import ConsoleRoute

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)


@router.get(ADDRESS + "/{digest}/{name:path}", dependencies=[public()])
async def get_file(digest: str, name: str, request: Request, console: ConsoleDep) -> Response:
    """Answer with a file under the name that its content gives it; browsers keep it for ever."""
    return console.assets.respond(request, digest, name)
