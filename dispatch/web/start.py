"""Where everybody begins: the first page he may open, or a page that says there is none for him yet."""

from typing import Final

from fastapi import APIRouter, Response

from dispatch.access.roles import Role, can
from dispatch.api.deps import CallerDep, signed_in
from dispatch.web.frame import PLACES, PageDep
from dispatch.web.routing import ConsoleRoute

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

START: Final = "/"
_OF_HIS_OWN: Final = {Role.FOREMAN: "/site"}
"""Where somebody's work is that is not at the first place he may enter."""


@router.get(START, dependencies=[signed_in()])
async def show_start(page: PageDep, caller: CallerDep) -> Response:
    """Send everybody to where his work is."""
    first = _OF_HIS_OWN.get(caller.role) or next(
        (place.address for place in PLACES if can(caller.role, place.permission)), None
    )
    return page.show("start.html") if first is None else page.go(first)


def landing(role: Role, wanted: str) -> str:
    """Return where somebody goes who signed in: where he wanted to, unless that is a place his role may not enter."""
    closed = (place.address for place in PLACES if not can(role, place.permission))
    return START if wanted.split("?", maxsplit=1)[0].startswith(tuple(closed)) else wanted
