"""What the palette finds beyond the places of the console: people, clients, shifts and orders, as one types.

What is typed comes by POST and not in the address: it is often a name or a phone, and addresses are written down.
"""

from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Response

from dispatch.access.roles import Permission, can
from dispatch.api.deps import CallerDep, UowDep, allow
from dispatch.clients.queries import find_clients
from dispatch.staffing.find import FoundWork, find_work
from dispatch.tenancy.queries import franchise_of
from dispatch.web.doors import own_page
from dispatch.web.frame import PageDep
from dispatch.web.routing import ConsoleRoute
from dispatch.web.tables import Sought
from dispatch.workers.find import Wanted, find_workers

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_OF_EACH: Final = 5
_FEWEST_LETTERS: Final = 2


@router.post("/find", dependencies=[allow(Permission.FRANCHISE_READ), Depends(own_page)])
async def find(page: PageDep, uow: UowDep, caller: CallerDep, q: Annotated[Sought, Form()] = "") -> Response:
    """Show what is found, each kind to those who may see it; nothing is changed by it."""
    typed = len(q) >= _FEWEST_LETTERS
    people = typed and can(caller.role, Permission.WORKERS_READ)
    clients = typed and can(caller.role, Permission.CLIENTS_READ)
    work = typed and can(caller.role, Permission.ORDERS_READ)
    found = await find_work(uow, q, _OF_EACH) if work else FoundWork([], [])
    return page.part(
        "find.html",
        "found",
        q=q,
        people=(await find_workers(uow, Wanted(text=q), limit=_OF_EACH)).lines if people else [],
        clients=await find_clients(uow, q, _OF_EACH) if clients else [],
        work=found,
        zone=ZoneInfo((await franchise_of(uow)).zone),
        zones={shift.zone: ZoneInfo(shift.zone) for shift in found.shifts},
    )
