"""Somebody rings the franchise: whoever looks at a page sees who, his page and his open offers a click away."""

from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.staffing.matters import open_matters
from dispatch.staffing.telephony import incoming_call
from dispatch.web.frame import PageDep
from dispatch.web.routing import ConsoleRoute
from dispatch.workers.queries import display_names, worker_record

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)


@router.get("/ringing/{call_id}", dependencies=[allow(Permission.INBOX_WORK)])
async def show_caller(call_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show who is calling, and what is open with him."""
    call = await incoming_call(uow, call_id)
    worker_id = call.worker_id
    if worker_id is None:
        return page.part("ringing.html", "caller", call=call, name=None, matters=(), zone=None)
    names = await display_names(uow, [worker_id])
    return page.part(
        "ringing.html",
        "caller",
        call=call,
        name=names.get(worker_id, "—"),
        matters=(await open_matters(uow, [worker_id])).get(worker_id, ()),
        zone=ZoneInfo((await worker_record(uow, worker_id)).zone),
    )
