"""The page of phones: every conversation, newest activity first, and a box to answer as the worker.

Everything that came from outside passes through `escape`; scripts and styles are files of this package.
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from html import escape
from importlib import resources
from itertools import islice
from string import Template
from typing import Annotated
from urllib.parse import parse_qs, quote, urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from dispatch.simulator.messages import Direction, Message
from dispatch.simulator.people import Person
from dispatch.simulator.world import World

router = APIRouter(tags=["page"], include_in_schema=False)

_FILES = resources.files("dispatch.simulator") / "static"
_PAGE = Template((_FILES / "page.html").read_text(encoding="utf-8"))
_STATIC = {
    "page.css": ("text/css", (_FILES / "page.css").read_bytes()),
    "page.js": ("text/javascript", (_FILES / "page.js").read_bytes()),
}
_VERSION = hashlib.sha256(b"".join(content for _, content in _STATIC.values())).hexdigest()[:12]
_PER_PAGE = 50
_PER_CONVERSATION = 200
_SNIPPET = 90
_FORM_LIMIT = 16 * 1024

Search = Annotated[str, Query(max_length=100)]
PageNumber = Annotated[int, Query(ge=1, le=100_000, alias="page")]


@router.get("/")
async def show_page(request: Request, q: Search = "", number: PageNumber = 1, phone: Search = "") -> HTMLResponse:
    """Show the list and, when a phone is chosen, its conversation."""
    world: World = request.app.state.world
    known = _known(world, phone)
    html = _PAGE.substitute(
        version=_VERSION,
        view="chat" if known else "list",
        q=escape(q),
        title=escape(f"{_name(world.crowd.person(phone))} - phones" if known else "Phones"),
        phones=_phones(world, q, number, phone),
        conversation=_conversation(world, phone) if known else _nobody(phone),
        form=_form(world, phone) if known else "",
    )
    return HTMLResponse(html, headers={"Cache-Control": "no-store"})


@router.get("/fragment/phones")
async def show_phones(request: Request, q: Search = "", number: PageNumber = 1, phone: Search = "") -> Response:
    """Return the list alone, for the refresh; 304 while nothing changed."""
    world: World = request.app.state.world
    return _fragment(request, world, lambda: _phones(world, q, number, phone))


@router.get("/fragment/conversation")
async def show_conversation(request: Request, phone: Search) -> Response:
    """Return one conversation alone, for the refresh; 304 while nothing changed."""
    world: World = request.app.state.world
    if not _known(world, phone):
        raise HTTPException(404, "Nobody texted from or to that phone.")
    return _fragment(request, world, lambda: _conversation(world, phone))


@router.post("/answer")
async def answer(request: Request) -> RedirectResponse:
    """Text as the worker and keep the phone in human hands, or give it back to the simulation."""
    world: World = request.app.state.world
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _FORM_LIMIT:
            raise HTTPException(413, "That is too long for a text.")
    form = {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
    phone, number, text = form.get("phone", ""), form.get("to", ""), form.get("text", "").strip()
    if not _known(world, phone):
        raise HTTPException(404, "Nobody texted from or to that phone.")
    if form.get("do") == "give-back":
        world.crowd.hand_over(phone, manual=False)
    elif text:
        if world.store.owner_of(number) is None:
            raise HTTPException(404, "No account owns that number: register it first.")
        world.crowd.hand_over(phone, manual=True)
        world.say(phone, number, text[:1600])
    world.store.touch()
    return RedirectResponse(f"/?phone={quote(phone, safe='')}", status_code=303)


@router.get("/static/{name}")
async def static_file(name: str) -> Response:
    """Return a style or a script of this page."""
    if name not in _STATIC:
        raise HTTPException(404, "No such file.")
    kind, content = _STATIC[name]
    return Response(content, media_type=kind, headers={"Cache-Control": "public, max-age=86400"})


@router.get("/favicon.ico")
async def favicon() -> Response:
    """Spare browsers a 404."""
    return Response(status_code=204)


def _fragment(request: Request, world: World, render: Callable[[], str]) -> Response:
    tag = f'"{id(world):x}-{world.store.version}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return HTMLResponse(render(), headers=headers)


def _known(world: World, phone: str) -> bool:
    return phone in world.store.conversations or phone in world.crowd.people


def _listed(world: World, q: str) -> Iterator[str]:
    """Yield phones that match, newest activity first, then people who never had a text."""
    for phone in reversed(world.store.conversations):
        if _matches(world, phone, q):
            yield phone
    for phone in world.crowd.people:
        if phone not in world.store.conversations and _matches(world, phone, q):
            yield phone


def _matches(world: World, phone: str, q: str) -> bool:
    wanted = q.strip().casefold()
    if not wanted:
        return True
    digits = wanted.translate(str.maketrans("", "", " +-()"))
    if digits.isdigit() and digits in phone:
        return True
    texts = world.store.conversations.get(phone)
    return wanted in _name(world.crowd.person(phone)).casefold() or bool(texts and wanted in texts[-1].body.casefold())


def _name(person: Person) -> str:
    profile = person.profile
    return f"{profile.first_name} {profile.initial}".strip() or person.phone


def _phones(world: World, q: str, number: int, chosen: str) -> str:
    start = (number - 1) * _PER_PAGE
    found = list(islice(_listed(world, q), start, start + _PER_PAGE + 1))
    rows = "".join(_row(world, phone, q, number, chosen=phone == chosen) for phone in found[:_PER_PAGE])
    if not rows:
        return '<p class="none">No phone matches.</p>' if q else '<p class="none">No phone has had a text yet.</p>'
    turns = [("Newer", number - 1)] if number > 1 else []
    turns += [("Older", number + 1)] if len(found) > _PER_PAGE else []
    links = "".join(
        f'<a class="turn" href="/?{escape(urlencode({"q": q, "page": to}))}">{word}</a>' for word, to in turns
    )
    return f'<ul class="phones">{rows}</ul><nav aria-label="Pages of phones" class="turns">{links}</nav>'


def _row(world: World, phone: str, q: str, number: int, *, chosen: bool) -> str:
    person, texts = world.crowd.person(phone), world.store.conversations.get(phone, [])
    link = escape(urlencode({"phone": phone, "q": q, "page": number}))
    last = texts[-1] if texts else None
    snippet, when = "No texts yet", ""
    if last is not None:
        arrow = "→ " if last.direction is Direction.INBOUND else ""
        snippet = arrow + (last.body if len(last.body) <= _SNIPPET else last.body[:_SNIPPET] + "…")
        when = _time(last.created_at, _zone(world, person))
    current = ' aria-current="true"' if chosen else ""
    hand = '<span class="chip">you</span>' if person.manual else ""
    return (
        f'<li><a href="/?{link}"{current}><span class="who">{escape(_name(person))}{hand}</span>'
        f'<span class="when">{when}</span><span class="what" dir="auto">{escape(snippet)}</span></a></li>'
    )


def _conversation(world: World, phone: str) -> str:
    person, texts = world.crowd.person(phone), world.store.conversations.get(phone, [])
    zone, now_held = _zone(world, person), []
    for gathering in world.crowd.attendance.gatherings.of(phone):
        seat = gathering.seats[phone]
        if seat.live:
            state = "on site" if seat.arrived_at else "expected"
            start = gathering.starts_at.astimezone(zone)
            now_held.append(f'<span class="chip">{seat.kind.value}, {start:%d.%m %H:%M}, {state}</span>')
    if not person.reachable:
        now_held.append('<span class="chip">phone off</span>')
    earlier = len(texts) - _PER_CONVERSATION
    note = f'<p class="none">{earlier} earlier texts are not shown.</p>' if earlier > 0 else ""
    shown = "".join(_bubble(text, zone, person) for text in texts[-_PER_CONVERSATION:])
    return (
        f'<div class="person"><h2>{escape(_name(person))} <small>{escape(phone)}</small></h2>'
        f'<p class="chips">{"".join(now_held)}</p></div>'
        f'{note}<ol class="texts">{shown or "<li class=none>No texts yet.</li>"}</ol>'
    )


def _bubble(text: Message, zone: ZoneInfo, person: Person) -> str:
    if text.direction is Direction.INBOUND:
        side, speaker = "mine", "Worker"
        state = "taken" if text.acknowledged else "not taken yet"
    else:
        side, speaker = "theirs", text.sender
        state = text.status.value
    return (
        f'<li class="{side}"><p lang="{escape(person.language)}" dir="auto">{escape(text.body)}</p>'
        f"<small>{escape(speaker)} · {_time(text.created_at, zone)} · {escape(state)}</small></li>"
    )


def _form(world: World, phone: str) -> str:
    person, texts = world.crowd.person(phone), world.store.conversations.get(phone, [])
    last = texts[-1].number if texts else ""
    numbers = dict.fromkeys(number for account in world.store.accounts.values() for number in account.numbers)
    options = "".join(
        f'<option value="{escape(number)}"{" selected" if number == last else ""}>{escape(number)}</option>'
        for number in numbers
    )
    give_back = '<button name="do" value="give-back" class="quiet">Give back to the simulation</button>'
    hand = "You answer for this phone." if person.manual else "The simulation answers; your first text takes over."
    return (
        f'<form method="post" action="/answer" class="answer">'
        f'<input type="hidden" name="phone" value="{escape(phone)}">'
        f'<label for="text">Answer as the worker</label>'
        f'<textarea id="text" name="text" rows="2" maxlength="1600" autocomplete="off"></textarea>'
        f'<div class="row"><label for="to">to</label><select id="to" name="to">{options}</select>'
        f'<button name="do" value="say">Send</button></div>'
        f'<p class="hand">{hand} {give_back if person.manual else ""}</p></form>'
    )


def _nobody(phone: str) -> str:
    if phone:
        return '<p class="none">Nobody texted from or to that phone.</p>'
    return '<p class="none">Choose a phone to read its conversation and to answer as the worker.</p>'


def _zone(world: World, person: Person) -> ZoneInfo:
    return ZoneInfo(person.profile.zone or world.config.zone)


def _time(instant: datetime, zone: ZoneInfo) -> str:
    local = instant.astimezone(zone)
    return f'<time datetime="{local.isoformat()}">{local:%H:%M:%S}</time>'
