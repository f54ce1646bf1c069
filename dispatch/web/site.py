"""The page on site: who is there, marked on a phone that may have no network for a whole shift.

The page is kept by a service worker, the marks by the browser's own database; `static/site-queue.js` sends them when it
can. What it needs for that are two answers to programs: the time of our clock, and what became of each mark.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.access.roles import Permission, Role, can
from dispatch.api.deps import Caller, CallerDep, ResourcesDep, UowDep, allow, public
from dispatch.clients.photo import site_photo
from dispatch.clients.queries import client_of, site_of
from dispatch.crew.rules import SeatStatus
from dispatch.crew.seats import Seat
from dispatch.kit.uow import Uow
from dispatch.orders.shifts import Shift
from dispatch.staffing.on_site.batch import Answered, keep_marks
from dispatch.staffing.on_site.keep import Source
from dispatch.staffing.on_site.phones import is_day_of, ring_from_site
from dispatch.staffing.on_site.queries import crew_on_site, shift_to_attend, shifts_to_attend
from dispatch.web.doors import PAGE_HEADERS, csrf_token, own_page
from dispatch.web.frame import ConsoleDep, PageDep
from dispatch.web.languages import Speech, chosen
from dispatch.web.pictures import Digest, picture_shown
from dispatch.web.refusals import told
from dispatch.web.routing import ConsoleRoute
from dispatch.workers.queries import display_names, home_phones

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_ATTENDS: Final = [allow(Permission.ATTENDANCE_WRITE)]
_STATES: Final[Mapping[SeatStatus, str]] = {
    SeatStatus.ARRIVED: "there",
    SeatStatus.COMPLETED: "done",
    SeatStatus.NO_SHOW: "absent",
    SeatStatus.TURNED_AWAY_ON_SITE: "away",
}
"""How the page knows a seat; every other one is `expected`."""


class Pulse(BaseModel):
    """What a phone asks for before it sends: our clock, to compare its own with, and the token of its session."""

    now: datetime
    csrf: str


class Marks(BaseModel):
    """Marks in the order in which they were made; each is read by itself."""

    model_config = ConfigDict(extra="forbid")

    marks: Annotated[list[dict[str, Any]], Field(max_length=50)]


class MarkAnswer(BaseModel):
    """What became of one mark: `accepted`, `known` or `refused`, and in words why."""

    id: str
    fate: str
    outcome: str
    reason: str


class MarkAnswers(BaseModel):
    """One answer for each mark that was dealt with, in their order; what is left out is to be sent again."""

    now: datetime
    answers: list[MarkAnswer]


class Number(BaseModel):
    """The number of one man of the crew."""

    phone: str


@dataclass(frozen=True, slots=True)
class Man:
    """One man on the list."""

    seat: Seat
    name: str
    phone: str
    state: str


@router.get("/site-worker.js", dependencies=[public()])
async def get_worker(console: ConsoleDep) -> Response:
    """Answer with the service worker, at the root so that it may keep the pages of foremen and of crew leads."""
    content = console.assets.content("site-worker.js")
    headers = {**PAGE_HEADERS, "Cache-Control": "no-cache", "Service-Worker-Allowed": "/"}
    return Response(content, 200, headers, "text/javascript")


@router.get("/site.webmanifest", dependencies=[public()])
async def get_manifest(request: Request, console: ConsoleDep) -> Response:
    """Answer with what a phone needs to put the page among its apps."""
    return manifest(console.assets.url, chosen(request), "/site", "/site")


@router.get("/site", dependencies=_ATTENDS)
async def show_shifts(page: PageDep, uow: UowDep, caller: CallerDep) -> Response:
    """List the shifts of today and tomorrow."""
    shifts = await shifts_to_attend(uow, only_foremens=_only_foremens(caller))
    return page.show("site_list.html", shifts=[(row, ZoneInfo(row["zone"])) for row in shifts])


@router.get("/site/{shift_id}", dependencies=_ATTENDS)
async def show_site(shift_id: UUID, page: PageDep, uow: UowDep, caller: CallerDep) -> Response:
    """Show the list of one shift."""
    shift = await shift_to_attend(uow, shift_id, only_foremens=_only_foremens(caller))
    seats = await crew_on_site(uow, shift.id)
    people = [seat.worker_id for seat in seats]
    names = await display_names(uow, people)
    phones = await home_phones(uow, people) if can(caller.role, Permission.CONTACTS_REVEAL) else {}
    return page.show(
        "site.html",
        **await scene_of(uow, shift),
        crew=crew_of(seats, names, phones),
        rings=is_day_of(shift, uow.now),
        base=f"/site/{shift.id}",
        list_address="/site",
        manifest="/site.webmanifest",
    )


@router.post("/site/{shift_id}/seats/{seat_id}/phone", dependencies=[*_ATTENDS, Depends(own_page)])
async def ring_man(shift_id: UUID, seat_id: UUID, uow: UowDep, caller: CallerDep, response: Response) -> Number:
    """Answer with the number of a man of the crew, which is written down; it is kept nowhere on the phone."""
    shift = await shift_to_attend(uow, shift_id, only_foremens=_only_foremens(caller))
    response.headers["Cache-Control"] = "no-store"
    return Number(phone=await ring_from_site(uow, shift, seat_id))


@router.get("/site/{shift_id}/place/{sha256}", dependencies=_ATTENDS)
async def show_place(shift_id: UUID, sha256: Digest, uow: UowDep, caller: CallerDep) -> Response:
    """Answer with the photo of where the crew of one of his shifts meets."""
    shift = await shift_to_attend(uow, shift_id, only_foremens=_only_foremens(caller))
    return picture_shown(await site_photo(uow, shift.site_id, sha256, small=False))


@router.get("/site/{shift_id}/pulse", dependencies=_ATTENDS)
async def get_pulse(
    shift_id: UUID, uow: UowDep, caller: CallerDep, resources: ResourcesDep, response: Response
) -> Pulse:
    """Answer with our clock, and whether the list is still his."""
    await shift_to_attend(uow, shift_id, only_foremens=_only_foremens(caller))
    response.headers["Cache-Control"] = "no-store"
    return Pulse(now=await clock_of(uow), csrf=csrf_token(resources.settings, caller.credential))


@router.post("/site/{shift_id}/marks", dependencies=[*_ATTENDS, Depends(own_page)])
async def take_marks(
    shift_id: UUID, sent: Marks, request: Request, caller: CallerDep, resources: ResourcesDep
) -> MarkAnswers:
    """Keep marks, each by itself, and say what became of each."""

    def begin() -> AbstractAsyncContextManager[Uow]:
        return resources.database.begin(caller.franchise_id, caller.actor, test=caller.test)

    async with begin() as uow:
        shift = await shift_to_attend(uow, shift_id, only_foremens=_only_foremens(caller))
        now = await clock_of(uow)
    source = Source.FOREMAN if caller.role is Role.FOREMAN else Source.DISPATCHER
    return answers_of(chosen(request), now, await keep_marks(begin, shift.id, sent.marks, source))


def answers_of(speech: Speech, now: datetime, answered: Sequence[Answered]) -> MarkAnswers:
    """Put answers into the words of the page."""
    say = partial(told, speech)
    lines = [
        MarkAnswer(id=one.id, fate=one.fate, outcome=one.outcome, reason=say(one.error) if one.error else "")
        for one in answered
    ]
    return MarkAnswers(now=now, answers=lines)


async def scene_of(uow: Uow, shift: Shift) -> dict[str, Any]:
    """Return the shift with the client and the place it is for."""
    client, site = await client_of(uow, shift.client_id), await site_of(uow, shift.site_id)
    return {
        "shift": shift,
        "client": client.name,
        "address": site.address,
        "meeting_point": site.meeting_point,
        "photo": site.photo_sha256.hex() if site.photo_sha256 else "",
        "zone": ZoneInfo(shift.zone),
    }


def crew_of(seats: Sequence[Seat], names: Mapping[UUID, str], phones: Mapping[UUID, str]) -> list[Man]:
    """Put the crew in the order of the list: by name, the standby last; phones only where they are given."""
    men = [Man(seat, names.get(seat.worker_id, "—"), phones.get(seat.worker_id, ""), state_of(seat)) for seat in seats]
    return sorted(men, key=lambda man: (man.seat.kind == "standby", man.name.casefold(), man.seat.id))


def state_of(seat: Seat) -> str:
    """Return how the page knows a seat: expected, there, left, done, absent or away."""
    if seat.status is SeatStatus.ARRIVED and seat.left_at is not None:
        return "left"
    return _STATES.get(seat.status, "expected")


def manifest(asset: Any, speech: Speech, start: str, scope: str) -> Response:  # noqa: ANN401 - a bound method
    """Return the web app manifest of a page on site."""
    say = speech.words.gettext
    body = Manifest(
        name=say("On site"),
        short_name=say("On site"),
        start_url=start,
        scope=scope,
        icons=[
            {"src": asset(f"site-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any"}
            for size in (192, 512)
        ],
    )
    headers = {**PAGE_HEADERS, "Cache-Control": "no-cache"}
    return Response(body.model_dump_json(), 200, headers, "application/manifest+json")


class Manifest(BaseModel):
    """A web app manifest (W3C), as far as it is needed."""

    name: str
    short_name: str
    start_url: str
    scope: str
    display: str = "standalone"
    background_color: str = "#ffffff"
    theme_color: str = "#066fd1"
    icons: list[dict[str, str]]


async def clock_of(uow: Uow) -> datetime:
    """Return our clock at this very instant; the transaction's own moment lies before whatever it waited for."""
    now: datetime = await uow.fetchval("SELECT clock.instant()")
    return now


def _only_foremens(caller: Caller) -> bool:
    return not can(caller.role, Permission.SHIFTS_OPERATE)
