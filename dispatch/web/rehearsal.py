"""The phones beside the board: a newcomer orders people, sees them answer, and answers as one of them himself."""

from typing import Annotated, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Response

from dispatch.access.roles import Permission
from dispatch.api.deps import CallerDep, ResourcesDep, UowDep, allow
from dispatch.kit.uow import Uow
from dispatch.sms.gateways.simulated_phones import SimulatedPhones
from dispatch.sms.thread import HeldPhone, thread_of
from dispatch.staffing.rehearsal import (
    line_of,
    newest_shift,
    rehearsal_start,
    rehearse,
    require_simulated,
    texted_phones,
)
from dispatch.tenancy.queries import franchise_of
from dispatch.web.board import EVERY_SHIFT, board_context
from dispatch.web.doors import own_page
from dispatch.web.frame import PageDep, StrangerPageDep
from dispatch.web.routing import ConsoleRoute
from dispatch.workers.queries import display_names

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_PHONES: Final = 8
_TEXTS: Final = 8
_HEADCOUNT: Final = 10
_PAGE: Final = "rehearsal.html"


@router.get("/rehearsal", dependencies=[allow(Permission.MESSAGES_READ)])
async def show_rehearsal(page: PageDep, uow: UowDep) -> Response:
    """Show today's shifts and, beside them, the conversations with simulated people."""
    await require_simulated(uow)
    return page.show(
        _PAGE,
        **await board_context(uow, "today", EVERY_SHIFT),
        **(await _phones(uow) | await _next(uow)),
        headcount=_HEADCOUNT,
        steps=None,
    )


@router.get("/rehearsal/next", dependencies=[allow(Permission.MESSAGES_READ)])
async def show_next(page: PageDep, uow: UowDep) -> Response:
    """Show what to do next alone, for a page that follows it."""
    await require_simulated(uow)
    return page.part(_PAGE, "next", **await _next(uow))


@router.get("/rehearsal/phones", dependencies=[allow(Permission.MESSAGES_READ)])
async def show_phones(page: PageDep, uow: UowDep) -> Response:
    """Show the phones alone, for a page that follows them."""
    await require_simulated(uow)
    return page.part(_PAGE, "phones", **await _phones(uow))


@router.post("/rehearsal", dependencies=[allow(Permission.ORDERS_WRITE), Depends(own_page)])
async def begin(page: StrangerPageDep, caller: CallerDep, resources: ResourcesDep) -> Response:
    """Order people for a shift that starts as soon as they can have answered."""
    async with resources.database.begin(caller.franchise_id, caller.actor) as uow:
        starts_at = await rehearsal_start(uow)
    await SimulatedPhones(resources.settings.sms.simulator_url).announce(starts_at)
    async with resources.database.begin(caller.franchise_id, caller.actor) as uow:
        await rehearse(uow, _HEADCOUNT, starts_at, reason=page.say("A rehearsal, at whatever hour it is"))
    return page.done(page.say("Ordered: look at the phones"), "/rehearsal")


@router.post("/rehearsal/{worker_id}", dependencies=[allow(Permission.MESSAGES_SEND), Depends(own_page)])
async def text(
    worker_id: UUID,
    page: StrangerPageDep,
    caller: CallerDep,
    resources: ResourcesDep,
    words: Annotated[str, Form(min_length=1, max_length=480)],
) -> Response:
    """Text as one of the simulated people; it comes back to us as any text does."""
    async with resources.database.begin(caller.franchise_id, caller.actor) as uow:
        await require_simulated(uow)
        line = await line_of(uow, worker_id)
    await SimulatedPhones(resources.settings.sms.simulator_url).text(line.phone, line.number, words)
    return page.done(page.say("Sent"), "/rehearsal")


async def _phones(uow: Uow) -> dict[str, Any]:
    phones = await texted_phones(uow, _PHONES)
    return {
        "phones": phones,
        "names": await display_names(uow, list({phone.worker_id for phone in phones})),
        "texts": {
            phone.phone_id: list(reversed(await thread_of(uow, [HeldPhone(phone.phone_id)], phone.worker_id, _TEXTS)))
            for phone in phones
        },
        "office": ZoneInfo((await franchise_of(uow)).zone),
    }


async def _next(uow: Uow) -> dict[str, Any]:
    newest = await newest_shift(uow)
    over = newest is not None and newest.ends_at <= uow.now
    return {"newest": newest, "over": over, "office": ZoneInfo((await franchise_of(uow)).zone)}
