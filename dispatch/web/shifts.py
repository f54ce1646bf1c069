"""The page of one shift: its crew, whom to ring, who was asked and why, what happened; and what one may do to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.clients.queries import client_of, site_of
from dispatch.crew.calls import CallResult
from dispatch.crew.queries import call_list, fill_counts, invitations_with_people, seats_with_people
from dispatch.crew.rules import SeatStatus
from dispatch.crew.seats import read_seat
from dispatch.crew.waves import waves_of
from dispatch.kit.errors import Invalid
from dispatch.kit.uow import Uow
from dispatch.money.shift_money import money_of_shift
from dispatch.orders.queries import timeline_of
from dispatch.orders.shifts import Shift, read_shift
from dispatch.staffing.by_hand import OVERRULED, InviteByHand, invite_by_hand, why_him
from dispatch.staffing.calls import RecordCall, record_call_result
from dispatch.staffing.close import CloseShift, WorkedHours, close_shift
from dispatch.staffing.cover import probability_full
from dispatch.staffing.handover import HandOver, dispatchers, hand_over
from dispatch.staffing.no_show import confirm_absence
from dispatch.staffing.operate import ReleaseSeat, mark_arrived, pause_shift, release_seat, resume_shift
from dispatch.web.doors import own_page
from dispatch.web.frame import PageDep
from dispatch.web.routing import ConsoleRoute
from dispatch.workers.cards import reveal_phone
from dispatch.workers.queries import display_names, home_phones, list_workers

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_STEPS_SHOWN: Final = 400
_FOUND_AT_ONCE: Final = 8
_ON_SITE: Final = frozenset({SeatStatus.ARRIVED, SeatStatus.COMPLETED})
_UNSEEN: Final = frozenset({SeatStatus.BOOKED, SeatStatus.RECONFIRMED, SeatStatus.DOUBTFUL, SeatStatus.UNACCOUNTED})
_LONGEST_HOURS: Final = 24

_SEES: Final = [allow(Permission.ORDERS_READ)]
_OPERATES: Final = [allow(Permission.SHIFTS_OPERATE), Depends(own_page)]
_ATTENDS: Final = [allow(Permission.ATTENDANCE_WRITE), Depends(own_page)]


class HoursUnreadable(Invalid):
    """What was typed as hours is no such number."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A shift with the client and the place it is for."""

    shift: Shift
    client: str
    address: str
    meeting_point: str
    lat: float
    lon: float
    zone: ZoneInfo


@router.get("/shifts/{shift_id}", dependencies=_SEES)
async def show_shift(shift_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the whole page."""
    scene = await _scene(uow, shift_id)
    return page.show("shift.html", **{**await _crew(uow, scene), **await _story(uow, scene)})


@router.get("/shifts/{shift_id}/crew", dependencies=_SEES)
async def show_crew(shift_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show how full it is, the crew and the call list."""
    return page.part("shift.html", "crew", **await _crew(uow, await _scene(uow, shift_id)))


@router.get("/shifts/{shift_id}/story", dependencies=_SEES)
async def show_story(shift_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the waves and the timeline."""
    return page.part("shift.html", "story", **await _story(uow, await _scene(uow, shift_id)))


@router.post("/shifts/{shift_id}/pause", dependencies=_OPERATES)
async def pause(shift_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Stop asking people."""
    await pause_shift(uow, shift_id)
    return page.done(page.say("Nobody is asked until you resume"), f"/shifts/{shift_id}", f"/shifts/{shift_id}/resume")


@router.get("/shifts/{shift_id}/handover", dependencies=[allow(Permission.SHIFTS_OPERATE)])
async def ask_to_whom(shift_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the form to hand it over."""
    return page.part(
        "shift.html", "handover_form", shift=await read_shift(uow, shift_id), dispatchers=await dispatchers(uow)
    )


@router.post("/shifts/{shift_id}/handover", dependencies=_OPERATES)
async def give_to(
    shift_id: UUID, page: PageDep, uow: UowDep, user_id: Annotated[str, Form(max_length=40)] = ""
) -> Response:
    """Give it into somebody's care."""
    await hand_over(uow, shift_id, HandOver.model_validate({"user_id": user_id or None}))
    return page.done(page.say("Handed over"), f"/shifts/{shift_id}")


@router.post("/shifts/{shift_id}/resume", dependencies=_OPERATES)
async def resume(shift_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Ask people again."""
    await resume_shift(uow, shift_id)
    return page.done(page.say("People are asked again"), f"/shifts/{shift_id}", f"/shifts/{shift_id}/pause")


@router.get("/shifts/{shift_id}/close", dependencies=[allow(Permission.SHIFTS_CLOSE)])
async def ask_hours(shift_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the form of the hours."""
    shift = await read_shift(uow, shift_id)
    seats = await seats_with_people(uow, shift_id)
    on_site = [seat for seat in seats if seat["status"] in _ON_SITE]
    return page.part(
        "shift.html",
        "close_form",
        shift=shift,
        on_site=on_site,
        names=await display_names(uow, [seat["worker_id"] for seat in on_site]),
        unseen=sum(seat["status"] in _UNSEEN for seat in seats),
        planned_hours=(shift.ends_at - shift.starts_at).total_seconds() / 3600,
    )


@router.post("/shifts/{shift_id}/close", dependencies=[allow(Permission.SHIFTS_CLOSE), Depends(own_page)])
async def close(shift_id: UUID, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Approve the hours: those of the plan, unless others were typed beside a man.

    Raises:
        HoursUnreadable: something else than hours was typed.
    """
    typed = {name: str(value) for name, value in (await request.form()).items() if name.startswith("hours-")}
    hours = [
        WorkedHours(seat_id=UUID(name.removeprefix("hours-")), minutes=_minutes(text))
        for name, text in typed.items()
        if text.strip()
    ]
    closed = await close_shift(uow, shift_id, CloseShift(hours=tuple(hours)))
    bill = page.speech.money(closed.money.bill_minor, closed.money.currency)
    return page.done(page.say("Closed: the client's bill is %(bill)s", bill=bill), f"/shifts/{shift_id}")


@router.get("/shifts/{shift_id}/invite", dependencies=_SEES)
async def ask_whom(shift_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the form to find somebody."""
    return page.part("shift.html", "invite_form", shift=await read_shift(uow, shift_id))


@router.get("/shifts/{shift_id}/people", dependencies=_SEES)
async def find_people(
    shift_id: UUID, page: PageDep, uow: UowDep, q: Annotated[str, Query(max_length=80)] = ""
) -> Response:
    """Find own people by name or phone, each with what keeps him from being asked."""
    shift = await read_shift(uow, shift_id)
    found = await list_workers(uow, text=q, limit=_FOUND_AT_ONCE) if q.strip() else []
    looked = [(line, await why_him(uow, shift.id, line.id)) for line in found]
    return page.part("shift.html", "people", shift=shift, found=looked, q=q, overruled=OVERRULED)


@router.post("/shifts/{shift_id}/invite", dependencies=_OPERATES)
async def invite(
    shift_id: UUID,
    page: PageDep,
    uow: UowDep,
    worker_id: Annotated[UUID, Form()],
    reason: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Ask a named man."""
    reason = reason.strip() or page.say("asked by the dispatcher")
    await invite_by_hand(uow, shift_id, InviteByHand(worker_id=worker_id, reason=reason))
    return page.done(page.say("He is asked"), f"/shifts/{shift_id}")


@router.get("/shifts/{shift_id}/why/{worker_id}", dependencies=[allow(Permission.MATCHING_READ)])
async def show_why(shift_id: UUID, worker_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Say how a man ranks now, and every rule that keeps him from being asked."""
    explanation = await why_him(uow, shift_id, worker_id)
    names = await display_names(uow, [worker_id])
    return page.part("shift.html", "why", explanation=explanation, name=names.get(worker_id, "—"))


@router.post("/shifts/{shift_id}/calls", dependencies=_OPERATES)
async def keep_call(
    shift_id: UUID,
    page: PageDep,
    uow: UowDep,
    worker_id: Annotated[UUID, Form()],
    result: Annotated[CallResult, Form()],
) -> Response:
    """Keep what came of ringing a man; his yes or no counts like a text."""
    kept = await record_call_result(uow, shift_id, RecordCall(worker_id=worker_id, result=result))
    return page.done(page.say("Call kept: %(outcome)s", outcome=page.say(kept.outcome)), f"/shifts/{shift_id}")


@router.post(
    "/shifts/{shift_id}/phones/{worker_id}",
    dependencies=[allow(Permission.CONTACTS_REVEAL), Depends(own_page)],
)
async def show_phone(shift_id: UUID, worker_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show a man's number, which is written down."""
    await read_shift(uow, shift_id)
    return page.part("shift.html", "phone", phone=(await reveal_phone(uow, worker_id)).phone)


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
    return page.part("shift.html", "release_form", shift=await read_shift(uow, shift_id), seat_id=seat_id, name=name)


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


async def _scene(uow: Uow, shift_id: UUID) -> Scene:
    shift = await read_shift(uow, shift_id)
    client, site = await client_of(uow, shift.client_id), await site_of(uow, shift.site_id)
    return Scene(shift, client.name, site.address, site.meeting_point, shift.lat, shift.lon, ZoneInfo(shift.zone))


async def _crew(uow: Uow, scene: Scene) -> Mapping[str, Any]:
    shift = scene.shift
    seats = await seats_with_people(uow, shift.id)
    calls = await call_list(uow, shift.id)
    people = [row["worker_id"] for row in (*seats, *calls)]
    return {
        "scene": scene,
        "shift": shift,
        "counts": await fill_counts(uow, shift.id),
        "p_full": await probability_full(uow, shift) if shift.ahead else None,
        "money": await money_of_shift(uow, shift.id),
        "seats": seats,
        "on_site": [seat for seat in seats if seat["status"] in _ON_SITE],
        "calls": calls,
        "names": await display_names(uow, people),
        "phones": await home_phones(uow, [row["worker_id"] for row in calls]),
        "owner": dict(await dispatchers(uow)).get(shift.owner_id) if shift.owner_id else None,
        "results": [str(result) for result in CallResult],
    }


async def _story(uow: Uow, scene: Scene) -> Mapping[str, Any]:
    shift = scene.shift
    invitations = await invitations_with_people(uow, shift.id)
    steps = await timeline_of(uow, shift.id, after=0, limit=_STEPS_SHOWN)
    people = [row["worker_id"] for row in (*invitations, *steps) if row["worker_id"] is not None]
    return {
        "scene": scene,
        "shift": shift,
        "waves": await waves_of(uow, shift.id),
        "asked": _by_wave(invitations),
        "steps": list(reversed(steps)),
        "everybody": await display_names(uow, people),
    }


def _by_wave(invitations: Sequence[Mapping[str, Any]]) -> Mapping[int, Sequence[Mapping[str, Any]]]:
    """Invitations by the number of their wave; those by hand are 0."""
    waves: dict[int, list[Mapping[str, Any]]] = {}
    for invitation in invitations:
        waves.setdefault(invitation["wave"] or 0, []).append(invitation)
    return waves


def _minutes(text: str) -> int:
    """Read hours as people type them: 8, 7.5 or 7,5."""
    try:
        hours = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        hours = Decimal(-1)
    if not 0 <= hours <= _LONGEST_HOURS:
        raise HoursUnreadable(f"'{text[:20]}' is no number of hours: write 8 or 7.5, at most {_LONGEST_HOURS}.")
    return int(hours * 60)
