"""A worker's own page, by a link and without a password: what he is asked, his seats, his days, his rating, STOP.

The link is the proof. Looking changes nothing and uses nothing up; a change must come from the page itself, with a
token that only this page of this link carries. It works without any script. Whatever is wrong with a link, the answer
is one page that says how to get a new one.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any, Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from starlette.responses import RedirectResponse

from dispatch.access.errors import CrossSiteRequest
from dispatch.api.deps import Resources, ResourcesDep, from_own_pages, public
from dispatch.sms import tongues
from dispatch.sms.errors import QuestionNotFound
from dispatch.staffing.own_answers import answer_on_page
from dispatch.staffing.own_page import meeting_photo
from dispatch.web.doors import CSRF_FIELD, csrf_token
from dispatch.web.forgotten import house_of
from dispatch.web.frame import Page, StrangerPageDep
from dispatch.web.languages import speech
from dispatch.web.own_view import own_view, spoken_to
from dispatch.web.pace import Pace
from dispatch.web.pictures import Digest, picture_shown
from dispatch.web.routing import ConsoleRoute
from dispatch.workers import commands
from dispatch.workers.change import change_worker
from dispatch.workers.consent import stop_texts
from dispatch.workers.links import LinkHolder, holder_of
from dispatch.workers.own_days import DayOutOfReach, mark_own_day
from dispatch.workers.queries import worker_record

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

SAID: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "accepted_primary": ("You are in. Time and place are below; we sent them by SMS, too.", "success"),
        "accepted_reserve": ("You are in the reserve: come there. If you are not needed, you are paid.", "success"),
        "accepted_standby": ("All places are taken: you are on standby. Stay at home, we text if we need you.", "info"),
        "turned_away": ("Thank you! All places are taken already. Next time we ask you first.", "info"),
        "offer_withdrawn": ("The offer was withdrawn meanwhile.", "info"),
        "busy": ("You have another shift at that time, so the offer is withdrawn.", "info"),
        "change": ("The shift was changed meanwhile: look at the new time and place, and answer again.", "warning"),
        "declined": ("Declined. It does not touch your rating.", "info"),
        "declined_already": ("You declined this before.", "info"),
        "seated_already": ("This shift is yours already. To leave it, text us: I am not coming.", "warning"),
        "answered_already": ("This was answered or is over.", "info"),
        "promoted_primary": ("You are in. Go there now; time and place are below.", "success"),
        "promoted_reserve": ("You are in the reserve: come there. If you are not needed, you are paid.", "success"),
        "promotion_taken": ("Somebody was faster. You stay on standby.", "info"),
        "promotion_over": ("This was answered or is over.", "info"),
        "promotion_declined": ("You are off the standby list of this shift.", "info"),
        "reconfirmed": ("Thank you, we count on you.", "success"),
        "reconfirmed_already": ("Thank you, we count on you.", "success"),
        "change_accepted": ("Thank you, we count on you at the new terms.", "success"),
        "change_declined": ("You are off this shift. It costs you nothing.", "info"),
        "old_terms": ("The shift was changed meanwhile: look at the new time and place, and answer again.", "warning"),
        "cancelled": ("You are off this shift. What it costs, and how to take it back, is in our SMS.", "warning"),
        "seat_over": ("This was answered or is over.", "info"),
        "passed_on": ("A person looks at this and rings you.", "info"),
        "gone": ("There is no such question to you any more.", "info"),
        "day": ("Your calendar is kept.", "success"),
        "no_such_day": ("Choose one of the days below.", "warning"),
        "language": ("We write to you in this language from now on.", "success"),
        "stopped": ("We do not write to you any more. If you hold a seat, somebody rings you about it.", "success"),
        "stopped_before": ("We do not write to you any more.", "info"),
    }
)  # fmt: skip
"""What became of what he pressed -> what he is told, and its tone."""

_UNSEEN: Final = {"X-Robots-Tag": "noindex, nofollow, noarchive"}
_REFUSED: Final = 429
_GONE: Final = 404


@dataclass(slots=True)
class _Paces:
    """How often one may come: with a link, press with it, and try others' links from one address."""

    visits: Pace = field(default_factory=lambda: Pace(60))
    presses: Pace = field(default_factory=lambda: Pace(20))
    misses: Pace = field(default_factory=lambda: Pace(30))


@router.get("/w/{token}", dependencies=[public()])
async def show_own_page(
    token: str,
    request: Request,
    page: StrangerPageDep,
    resources: ResourcesDep,
    done: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Show it; however often, nothing changes."""
    holder = await _visit(request, page, resources, token)
    if isinstance(holder, Response):
        return holder
    async with resources.database.begin(holder.franchise_id, holder.actor) as uow:
        view = await own_view(uow, holder.worker_id)
    page.speech = speech(spoken_to(view["worker"].language))
    words, tone = SAID.get(done, ("", ""))
    context: dict[str, Any] = {
        **view,
        "own_page": _address(token),
        "proof": _proof(resources, token),
        "said": page.say(words) if words else "",
        "tone": tone,
    }
    return _unseen(page.show("worker.html", **context))


@router.get("/w/{token}/place/{shift_id}/{sha256}", dependencies=[public()])
async def show_meeting_place(
    token: str, shift_id: UUID, sha256: Digest, request: Request, page: StrangerPageDep, resources: ResourcesDep
) -> Response:
    """Answer with the photo of where a shift of his meets."""
    holder = await _visit(request, page, resources, token)
    if isinstance(holder, Response):
        return holder
    async with resources.database.begin(holder.franchise_id, holder.actor) as uow:
        return _unseen(picture_shown(await meeting_photo(uow, holder.worker_id, shift_id, sha256)))


async def from_this_page(token: str, request: Request, resources: ResourcesDep) -> None:
    """Refuse a change that this very page did not send: a browser's word, and the token of the link's own page.

    Raises:
        CrossSiteRequest: either is missing.
    """
    given = (await request.form()).get(CSRF_FIELD)
    presented = given if isinstance(given, str) else ""
    right = hmac.compare_digest(presented.encode(), _proof(resources, token).encode())
    if not right or not from_own_pages(request):
        raise CrossSiteRequest


_PRESSED: Final = [public(), Depends(from_this_page)]


@router.post("/w/{token}/answer", dependencies=_PRESSED)
async def answer(
    token: str,
    request: Request,
    page: StrangerPageDep,
    resources: ResourcesDep,
    question_id: Annotated[UUID, Form()],
    *,
    yes: Annotated[bool, Form()],
) -> Response:
    """Take his yes or no, as if he had texted it."""
    holder = await _visit(request, page, resources, token, presses=True)
    if isinstance(holder, Response):
        return holder
    try:
        async with resources.database.begin(holder.franchise_id, holder.actor) as uow:
            outcome = await answer_on_page(uow, holder.worker_id, question_id, yes=yes)
    except QuestionNotFound:
        outcome = "gone"
    return _back(token, outcome)


@router.post("/w/{token}/day", dependencies=_PRESSED)
async def set_day(
    token: str,
    request: Request,
    page: StrangerPageDep,
    resources: ResourcesDep,
    mark: Annotated[str, Form(pattern=r"^\d{4}-\d\d-\d\d (free|busy)$")],
) -> Response:
    """Mark a day of his calendar."""
    holder = await _visit(request, page, resources, token, presses=True)
    if isinstance(holder, Response):
        return holder
    day, _, state = mark.partition(" ")
    try:
        async with resources.database.begin(holder.franchise_id, holder.actor) as uow:
            await mark_own_day(uow, holder.worker_id, date.fromisoformat(day), free=state == "free")
    except (DayOutOfReach, ValueError):
        return _back(token, "no_such_day")
    return _back(token, "day")


@router.post("/w/{token}/language", dependencies=_PRESSED)
async def set_language(
    token: str,
    request: Request,
    page: StrangerPageDep,
    resources: ResourcesDep,
    language: Annotated[tongues.Language, Form()],
) -> Response:
    """Choose the language of our texts, and of this page where it speaks it."""
    holder = await _visit(request, page, resources, token, presses=True)
    if isinstance(holder, Response):
        return holder
    async with resources.database.begin(holder.franchise_id, holder.actor) as uow:
        version = (await worker_record(uow, holder.worker_id)).version
        wanted = commands.ChangeWorker(language=language)
        await change_worker(uow, holder.worker_id, wanted, version)
    return _back(token, "language")


@router.post("/w/{token}/stop", dependencies=_PRESSED)
async def stop(token: str, request: Request, page: StrangerPageDep, resources: ResourcesDep) -> Response:
    """Stop all texts to his phone; the page asked before whether he means it."""
    holder = await _visit(request, page, resources, token, presses=True)
    if isinstance(holder, Response):
        return holder
    async with resources.database.begin(holder.franchise_id, holder.actor) as uow:
        stopped = await stop_texts(uow, holder.worker_id)
    return _back(token, "stopped" if stopped else "stopped_before")


@router.get("/w/{token}/{rest:path}", dependencies=[public()])
async def show_nothing(token: str, rest: str, page: StrangerPageDep) -> Response:  # noqa: ARG001 - addresses are kept out of logs
    """Answer an address that a phone cut or spoiled; without a route the log would name it, and the key in it."""
    return _unseen(page.show("worker_gone.html", _GONE, late=False))


async def _visit(
    request: Request, page: Page, resources: Resources, token: str, *, presses: bool = False
) -> LinkHolder | Response:
    """Return whose link it is, or the page to answer instead. Every link costs the same look."""
    paces = _paces(request)
    digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
    admitted = (paces.presses if presses else paces.visits).admits(digest)
    house = house_of(request.client.host if request.client is not None else "")
    holder = await holder_of(resources.database, token)
    if holder is None:
        admitted = paces.misses.admits(house.encode()) and admitted
    if not admitted:
        answer = page.show("worker_gone.html", _REFUSED, late=True)
        answer.headers["Retry-After"] = str(int(paces.visits.span_s))
        return _unseen(answer)
    return holder if holder is not None else _unseen(page.show("worker_gone.html", _GONE, late=False))


def _paces(request: Request) -> _Paces:
    state = request.app.state
    if not hasattr(state, "paces_of_links"):
        state.paces_of_links = _Paces()
    paces: _Paces = state.paces_of_links
    return paces


def _proof(resources: Resources, token: str) -> str:
    """Return what a change must carry: nobody makes it without our key, and it dies with the link."""
    digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
    return csrf_token(resources.settings, b"worker's page" + digest)


def _address(token: str) -> str:
    return f"/w/{quote(token, safe='')}"


def _back(token: str, done: str) -> Response:
    return _unseen(RedirectResponse(f"{_address(token)}?done={quote(done)}", 303))


def _unseen(answer: Response) -> Response:
    """Keep it out of every index and store."""
    answer.headers.update(_UNSEEN)
    answer.headers["Cache-Control"] = "no-store"
    return answer
