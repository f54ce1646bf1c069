"""Whom to ring about a shift: one takes a man, rings him, and says by one key what he said; nobody else rings him then.

The list stands on the page of the shift, and by itself for a telephone. What a call came to goes to the use case that
settles calls, which ends the claim as well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response

from dispatch.access.roles import Permission, can
from dispatch.api.deps import Caller, CallerDep, UowDep, allow
from dispatch.clients.queries import client_of
from dispatch.crew.calls import CallResult, Claim, end_claim, live_claims
from dispatch.crew.queries import call_list
from dispatch.kit.uow import Uow
from dispatch.orders.shifts import read_shift
from dispatch.staffing.calls import claim_to_ring
from dispatch.staffing.handover import dispatchers
from dispatch.web.doors import own_page
from dispatch.web.frame import PageDep
from dispatch.web.routing import ASKS_FOR_PARTS, ConsoleRoute
from dispatch.workers.queries import display_names, home_phones

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

RESULTS: Final[Sequence[tuple[CallResult, str]]] = (
    (CallResult.YES, "y"),
    (CallResult.NO, "n"),
    (CallResult.NO_ANSWER, "d"),
    (CallResult.LATER, "l"),
    (CallResult.WRONG_NUMBER, "w"),
)
"""What a call can come to, and the key that says so."""
_RINGS: Final = [allow(Permission.SHIFTS_OPERATE), Depends(own_page)]


@dataclass(frozen=True, slots=True)
class ToRing:
    """A man on the list.

    Attributes:
        why: what is the matter: a status of his seat or of his invitation.
        last_result, last_at: of the last call about this shift.
        mine: the viewer is ringing him.
        with_whom: who else is ringing him just now; "" when nobody is.
        until: when that claim ends by itself.
    """

    worker_id: UUID
    name: str
    rating: float
    why: str
    last_result: str | None
    last_at: datetime | None
    mine: bool
    with_whom: str
    until: datetime | None


@router.get("/shifts/{shift_id}/calls", dependencies=[allow(Permission.ORDERS_READ)])
async def show_calls(shift_id: UUID, request: Request, page: PageDep, caller: CallerDep, uow: UowDep) -> Response:
    """Show the list: as a part of the shift's page, or as a page of its own."""
    facts = await _calls(uow, caller, shift_id)
    if request.headers.get(ASKS_FOR_PARTS):
        return page.part("calls.html", "calls", **facts)
    client = (await client_of(uow, facts["shift"].client_id)).name
    return page.show("calls.html", **facts, client=client)


@router.post("/shifts/{shift_id}/calls/{worker_id}/claim", dependencies=_RINGS)
async def claim(shift_id: UUID, worker_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Take a man to ring him; exactly one of those who press at once gets him."""
    await claim_to_ring(uow, shift_id, worker_id)
    return page.done(page.say("He is yours to ring"), f"/shifts/{shift_id}/calls")


@router.post("/shifts/{shift_id}/calls/{worker_id}/release", dependencies=_RINGS)
async def release(shift_id: UUID, worker_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Put him back for others."""
    await read_shift(uow, shift_id)
    await end_claim(uow, worker_id)
    return page.done(page.say("Others may ring him"), f"/shifts/{shift_id}/calls")


async def _calls(uow: Uow, caller: Caller, shift_id: UUID) -> Mapping[str, Any]:
    shift = await read_shift(uow, shift_id)
    rows = await call_list(uow, shift_id)
    claims = await live_claims(uow)
    names = await display_names(uow, [row["worker_id"] for row in rows])
    callers = {f"staff:{user_id}": name for user_id, name in await dispatchers(uow)} if claims else {}
    people = [_to_ring(row, names, claims.get(row["worker_id"]), caller, callers) for row in rows]
    mine = [man.worker_id for man in people if man.mine]
    phones = await home_phones(uow, mine) if mine and can(caller.role, Permission.CONTACTS_REVEAL) else {}
    return {
        "shift": shift,
        "people": sorted(people, key=lambda man: not man.mine),
        "phones": phones,
        "results": RESULTS,
        "zone": ZoneInfo(shift.zone),
    }


def _to_ring(
    row: Mapping[str, Any], names: Mapping[UUID, str], held: Claim | None, caller: Caller, callers: Mapping[str, str]
) -> ToRing:
    mine = held is not None and held.claimed_by == caller.actor
    return ToRing(
        worker_id=row["worker_id"],
        name=names.get(row["worker_id"], "—"),
        rating=row["rating"],
        why=row["why"],
        last_result=row["last_result"],
        last_at=row["last_at"],
        mine=mine,
        with_whom="" if held is None or mine else callers.get(held.claimed_by, "—"),
        until=None if held is None else held.expires_at,
    )
