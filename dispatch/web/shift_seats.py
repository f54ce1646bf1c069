"""The seats of a shift, from its page: arrived or not, called off, given to another man."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Response

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.crew.queries import seats_with_people
from dispatch.crew.seats import read_seat
from dispatch.orders.shifts import read_shift
from dispatch.staffing.by_hand import OVERRULED, best_people, why_him
from dispatch.staffing.no_show import confirm_absence
from dispatch.staffing.operate import ReleaseSeat, mark_arrived, release_seat
from dispatch.staffing.swap import SwapSeat, swap_seat
from dispatch.web.doors import own_page
from dispatch.web.forms import fit
from dispatch.web.frame import PageDep
from dispatch.web.routing import ConsoleRoute
from dispatch.web.tables import Sought
from dispatch.workers.queries import display_names, list_workers

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_FOUND_AT_ONCE: Final = 8
_WAITING: Final = frozenset({"booked", "reconfirmed", "asked"})
_SEES: Final = [allow(Permission.ORDERS_READ)]
_OPERATES: Final = [allow(Permission.SHIFTS_OPERATE), Depends(own_page)]
_ATTENDS: Final = [allow(Permission.ATTENDANCE_WRITE), Depends(own_page)]


@router.post("/shifts/{shift_id}/seats/{seat_id}/arrive", dependencies=_ATTENDS)
async def arrive(shift_id: UUID, seat_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Say that a man is on site."""
    await mark_arrived(uow, seat_id)
    return page.done(page.say("Marked as arrived"), f"/shifts/{shift_id}")


@router.post("/shifts/{shift_id}/seats/{seat_id}/no-show", dependencies=_ATTENDS)
async def no_show(shift_id: UUID, seat_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Say that a man did not come; an arrival takes it back."""
    await confirm_absence(uow, seat_id)
    return page.done(
        page.say("Marked as a no-show"), f"/shifts/{shift_id}", f"/shifts/{shift_id}/seats/{seat_id}/arrive"
    )


@router.get("/shifts/{shift_id}/seats/{seat_id}/release", dependencies=_SEES)
async def ask_why_released(shift_id: UUID, seat_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the form to call a man off."""
    seat = await read_seat(uow, seat_id)
    name = (await display_names(uow, [seat.worker_id])).get(seat.worker_id, "—")
    return page.part(
        "shift_forms.html", "release_form", shift=await read_shift(uow, shift_id), seat_id=seat_id, name=name
    )


@router.post("/shifts/{shift_id}/seats/{seat_id}/release", dependencies=_OPERATES)
async def release(
    shift_id: UUID,
    seat_id: UUID,
    page: PageDep,
    uow: UowDep,
    reason: Annotated[str, Form(max_length=200)] = "",
    *,
    call_out_pay: Annotated[bool, Form()] = False,
) -> Response:
    """Call a man off, without a mark."""
    reason = reason.strip() or page.say("called off by the dispatcher")
    await release_seat(uow, seat_id, ReleaseSeat(reason=reason, call_out_pay=call_out_pay))
    return page.done(page.say("He is told not to come"), f"/shifts/{shift_id}")


@router.get("/shifts/{shift_id}/seats/{seat_id}/swap", dependencies=[allow(Permission.SHIFTS_OPERATE)])
async def ask_with_whom(
    shift_id: UUID, seat_id: UUID, page: PageDep, uow: UowDep, worker: UUID | None = None
) -> Response:
    """Show the form to give a seat to another man: the shift's reserve and standby, then the best of the others."""
    seat = await read_seat(uow, seat_id)
    crew = [
        one for one in await seats_with_people(uow, shift_id) if one["kind"] != "primary" and one["status"] in _WAITING
    ]
    best = await best_people(uow, shift_id, _FOUND_AT_ONCE)
    listed = {one["worker_id"] for one in crew} | {man.worker_id for man in best}
    named = None if worker is None or worker in listed else await why_him(uow, shift_id, worker)
    people = [seat.worker_id, *listed, *([named.worker_id] if named else [])]
    return page.part(
        "shift_forms.html",
        "swap_form",
        shift=await read_shift(uow, shift_id),
        seat=seat,
        crew=[one for one in crew if one["id"] != seat.id],
        best=best,
        named=named,
        chosen=worker,
        names=await display_names(uow, people),
    )


@router.get("/shifts/{shift_id}/seats/{seat_id}/swap/people", dependencies=[allow(Permission.MATCHING_READ)])
async def find_substitutes(shift_id: UUID, seat_id: UUID, page: PageDep, uow: UowDep, q: Sought = "") -> Response:
    """Find own people by name or phone, each with what keeps him from the seat."""
    shift, seat = await read_shift(uow, shift_id), await read_seat(uow, seat_id)
    found = await list_workers(uow, text=q, limit=_FOUND_AT_ONCE) if q else []
    looked = [(line, await why_him(uow, shift.id, line.id)) for line in found if line.id != seat.worker_id]
    return page.part("shift_forms.html", "substitutes", found=looked, q=q, overruled=OVERRULED)


@router.post("/shifts/{shift_id}/seats/{seat_id}/swap", dependencies=_OPERATES)
async def swap(
    shift_id: UUID,
    seat_id: UUID,
    page: PageDep,
    uow: UowDep,
    worker_id: Annotated[str, Form(max_length=40)] = "",
    reason: Annotated[str, Form(max_length=200)] = "",
    *,
    agreed: Annotated[bool, Form()] = False,
    call_out_pay: Annotated[bool, Form()] = False,
) -> Response:
    """Give the seat to another man, or offer it to him; both are told."""
    reason = reason.strip() or page.say("swapped by the dispatcher")
    given = {"worker_id": worker_id, "reason": reason, "agreed": agreed, "call_out_pay": call_out_pay}
    done = await swap_seat(uow, seat_id, fit(SwapSeat, given, {"worker_id": "Choose who takes the seat."}))
    words = "Swapped: both are told" if done.kind is not None else "He is asked; the other is told not to come"
    return page.done(page.say(words), f"/shifts/{shift_id}")
