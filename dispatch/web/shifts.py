"""The page of one shift and its parts; handing it over, the calls about it, closing it.

Whom to ask is in `shift_asking.py`, seats are in `shift_seats.py`, conversations in `shift_talk.py`.
"""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Request, Response

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.crew.calls import CallResult
from dispatch.crew.queries import seats_with_people
from dispatch.crew.rules import SeatStatus
from dispatch.kit.errors import Invalid
from dispatch.orders.shifts import read_shift
from dispatch.staffing.calls import RecordCall, record_call_result
from dispatch.staffing.close import CloseShift, WorkedHours, close_shift
from dispatch.staffing.handover import HandOver, dispatchers, hand_over
from dispatch.staffing.on_site.reports import hours_from_site, last_report
from dispatch.web.doors import own_page
from dispatch.web.frame import PageDep
from dispatch.web.routing import ConsoleRoute
from dispatch.web.shift_parts import ON_SITE, crew_of, places_of, scene_of, story_of
from dispatch.workers.cards import reveal_phone
from dispatch.workers.queries import display_names

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_UNSEEN: Final = frozenset({SeatStatus.BOOKED, SeatStatus.RECONFIRMED, SeatStatus.DOUBTFUL, SeatStatus.UNACCOUNTED})
_LONGEST_HOURS: Final = 24

_SEES: Final = [allow(Permission.ORDERS_READ)]
_OPERATES: Final = [allow(Permission.SHIFTS_OPERATE), Depends(own_page)]


class HoursUnreadable(Invalid):
    """What was typed as hours is no such number."""


@router.get("/shifts/{shift_id}", dependencies=_SEES)
async def show_shift(shift_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the whole page."""
    scene = await scene_of(uow, shift_id)
    crew, places, story = await crew_of(uow, scene), await places_of(uow, scene), await story_of(page, uow, scene)
    return page.show("shift.html", **{**crew, **places, **story})


@router.get("/shifts/{shift_id}/crew", dependencies=_SEES)
async def show_crew(shift_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show how full it is, and the crew."""
    return page.part("shift.html", "crew", **await crew_of(uow, await scene_of(uow, shift_id)))


@router.get("/shifts/{shift_id}/places", dependencies=_SEES)
async def show_places(shift_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show where its people are, as the list from which the map is drawn."""
    return page.part("shift.html", "places", **await places_of(uow, await scene_of(uow, shift_id)))


@router.get("/shifts/{shift_id}/story", dependencies=_SEES)
async def show_story(shift_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the waves and the timeline."""
    return page.part("shift.html", "story", **await story_of(page, uow, await scene_of(uow, shift_id)))


@router.get("/shifts/{shift_id}/handover", dependencies=[allow(Permission.SHIFTS_OPERATE)])
async def ask_to_whom(shift_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the form to hand it over."""
    return page.part(
        "shift_forms.html", "handover_form", shift=await read_shift(uow, shift_id), dispatchers=await dispatchers(uow)
    )


@router.post("/shifts/{shift_id}/handover", dependencies=_OPERATES)
async def give_to(
    shift_id: UUID, page: PageDep, uow: UowDep, user_id: Annotated[str, Form(max_length=40)] = ""
) -> Response:
    """Give it into somebody's care."""
    await hand_over(uow, shift_id, HandOver.model_validate({"user_id": user_id or None}))
    return page.done(page.say("Handed over"), f"/shifts/{shift_id}")


@router.get("/shifts/{shift_id}/close", dependencies=[allow(Permission.SHIFTS_CLOSE)])
async def ask_hours(shift_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the form of the hours."""
    shift = await read_shift(uow, shift_id)
    seats = await seats_with_people(uow, shift_id)
    on_site = [seat for seat in seats if seat["status"] in ON_SITE]
    return page.part(
        "shift_forms.html",
        "close_form",
        shift=shift,
        on_site=on_site,
        names=await display_names(uow, [seat["worker_id"] for seat in on_site]),
        unseen=sum(seat["status"] in _UNSEEN for seat in seats),
        report=await last_report(uow, shift_id),
        stated=await hours_from_site(uow, shift),
        planned_hours=(shift.ends_at - shift.starts_at).total_seconds() / 3600,
        zone=ZoneInfo(shift.zone),
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


def _minutes(text: str) -> int:
    """Read hours as people type them: 8, 7.5 or 7,5."""
    try:
        hours = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        hours = Decimal(-1)
    if not 0 <= hours <= _LONGEST_HOURS:
        raise HoursUnreadable(f"'{text[:20]}' is no number of hours: write 8 or 7.5, at most {_LONGEST_HOURS}.")
    return int(hours * 60)
