"""The frame around every page: who looks, in which language, where he may go; how a page or a part is answered.

A screen asks for `PageDep` and returns `page.show("board.html", ...)`, or `page.part("board.html", "cards", ...)` for a
piece that the browser fetches by itself. Templates escape everything; what is missing in them is an error.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Depends, Request, Response
from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse

from dispatch.access.queries import user_of
from dispatch.access.roles import Permission, can
from dispatch.api.deps import Caller, CallerDep, CallerKind, Resources, ResourcesDep, UowDep
from dispatch.kit.uow import Database, Uow
from dispatch.tenancy.queries import franchise_of, has_begun
from dispatch.web.assets import Assets
from dispatch.web.doors import csrf_token, headers_with_map
from dispatch.web.hub import Hub, seen_until
from dispatch.web.languages import Language, Speech, chosen, speech

_TEMPLATES: Final = Path(__file__).parent / "templates"
THEME_COOKIE: Final = "dispatch_theme"


class Theme(StrEnum):
    """Light, dark, or as the machine is set."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


class Spot(StrEnum):
    """Where the frame shows a place: a phone's bar has room for the few one goes to all day."""

    BAR = "bar"
    WIDE = "wide"
    TOOL = "tool"


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the navigation, shown to those who may go there.

    Attributes:
        name: as the words of the pages know it.
        key: the key after `g` that leads there.
        hotkey: the key that leads there by itself.
        spot: where the frame shows it.
    """

    address: str
    name: str
    icon: str
    permission: Permission
    key: str
    hotkey: str = ""
    spot: Spot = Spot.BAR


PLACES: Final[Sequence[Place]] = (
    Place("/board", "Board", "layout-dashboard", Permission.ORDERS_READ, "b"),
    Place("/orders/new", "New order", "plus", Permission.ORDERS_WRITE, "n", hotkey="n"),
    Place("/orders", "Orders", "clipboard-list", Permission.ORDERS_READ, "o", spot=Spot.WIDE),
    Place("/clients", "Clients", "building", Permission.CLIENTS_READ, "c", spot=Spot.WIDE),
    Place("/duty", "On duty", "phone-check", Permission.ALARMS_READ, "d", spot=Spot.WIDE),
    Place("/people", "People", "users", Permission.WORKERS_READ, "p"),
    Place("/site", "On site", "map-pin-check", Permission.ATTENDANCE_WRITE, "s"),
    Place("/inbox", "Inbox", "inbox", Permission.INBOX_WORK, "m"),
    Place("/messages", "SMS", "message-2", Permission.MESSAGES_READ, "x", spot=Spot.WIDE),
    Place("/settings", "Settings", "settings", Permission.FRANCHISE_READ, "t", spot=Spot.TOOL),
)


class _Compiled(BytecodeCache):
    """Templates as they were compiled first: every language, and every app of a process, runs the same code."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if (known := self._code.get(bucket.key)) is not None:
            bucket.bytecode_from_string(known)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


_COMPILED: Final = _Compiled()


class Console:
    """What pages share: templates, files, and who looks on; made once for a process."""

    def __init__(self) -> None:
        self.hub = Hub()
        self.assets = Assets.load()
        self._begun = False
        self._icons: dict[str, Markup] = {}
        self._environments = {language: self._environment(speech(language)) for language in Language}

    def render(self, speaking: Speech, template: str, block: str | None, context: Mapping[str, object]) -> str:
        """Return a template, or one block of it, in a language."""
        found = self._environments[speaking.language].get_template(template)
        if block is None:
            return found.render(context)
        return "".join(found.blocks[block](found.new_context(dict(context))))

    async def has_begun(self, database: Database) -> bool:
        """Tell whether there is anybody who could sign in; asked until it is so, and never again."""
        if not self._begun:
            async with database.begin(None, "system:sign_in") as uow:
                self._begun = await has_begun(uow)
        return self._begun

    def _environment(self, speaking: Speech) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            auto_reload=False,
            bytecode_cache=_COMPILED,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        environment.install_gettext_callables(  # type: ignore[attr-defined]
            speaking.words.gettext, speaking.counted, newstyle=True
        )
        # `_` is for words of ours and takes them for safe; `word` is for what comes from elsewhere, and is escaped.
        environment.globals.update(asset=self.assets.url, icon=self._icon, speech=speaking, word=speaking.words.gettext)
        return environment

    def _icon(self, name: str) -> Markup:
        known = self._icons.get(name)
        return known if known is not None else self._icons.setdefault(name, self._drawn(name))

    def _drawn(self, name: str) -> Markup:
        return Markup('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{}</svg>').format(
            Markup(self.assets.icon(name))  # noqa: S704 - from our own pinned package
        )


async def get_console(request: Request) -> Console:
    """Return what `create_app` made."""
    console: Console = request.app.state.console
    return console


ConsoleDep = Annotated[Console, Depends(get_console)]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at a page.

    Attributes:
        zone: the franchise's time zone, e.g. "Europe/Moscow".
        seen_until: the transaction before which the page shows everything.
        year: which it is at the franchise; days of others are told with theirs.
    """

    name: str
    role: str
    franchise: str
    franchise_id: UUID
    zone: str
    seen_until: int
    year: int


@dataclass(frozen=True, slots=True)
class Tiles:
    """Where the ground of maps comes from, and whose it is."""

    url: str
    attribution: str


class Page:
    """One answer to one viewer."""

    def __init__(
        self, request: Request, console: Console, resources: Resources, caller: Caller | None, viewer: Viewer | None
    ) -> None:
        speaking = chosen(request)
        self.speech = speaking if viewer is None else replace(speaking, year=viewer.year)
        self._request = request
        self._console = console
        self._resources = resources
        self._caller = caller
        self._viewer = viewer

    def show(self, template: str, status: int = 200, **context: object) -> Response:
        """Answer with a whole page."""
        return self._answer(self._console.render(self.speech, template, None, self._frame() | context), status)

    def part(self, template: str, block: str, status: int = 200, **context: object) -> Response:
        """Answer with one block of a page."""
        return self._answer(self._console.render(self.speech, template, block, self._frame() | context), status)

    def done(self, words: str, back: str, undo: str | None = None) -> Response:
        """Answer a change: to a script with words to say in passing, to a form with the page to see it on.

        Args:
            words: what was done, in the language of the page.
            back: where the form was.
            undo: the address to post to for taking it back, where that can be done.
        """
        if not self._request.headers.get("hx-request"):
            return RedirectResponse(back, 303)
        headers = {"X-Done": quote(words)} | ({"X-Undo": undo} if undo else {})
        return Response(status_code=204, headers=headers)

    def say(self, words: str, **figures: object) -> str:
        """Return words of ours in the language of the page, its figures filled in."""
        return self.speech.words.gettext(words) % figures if figures else self.speech.words.gettext(words)

    def go(self, address: str) -> Response:
        """Send the browser to another page, whether a form was sent or a part was fetched."""
        if self._request.headers.get("hx-request"):
            return Response(status_code=204, headers={"HX-Redirect": address})
        return RedirectResponse(address, 303)

    def _answer(self, text: str, status: int) -> Response:
        headers = headers_with_map(self._resources.settings.tiles_origin)
        return HTMLResponse(text, status, dict(headers))

    def _frame(self) -> dict[str, Any]:
        caller, settings = self._caller, self._resources.settings
        return {
            "speech": self.speech,
            "viewer": self._viewer,
            "places": [place for place in PLACES if caller is not None and can(caller.role, place.permission)],
            "here": self._request.url.path,
            "place_here": _place_at(self._request.url.path),
            "csrf": csrf_token(settings, caller.credential) if caller is not None else "",
            "sending": str(settings.sms.mode),
            "theme": _theme(self._request),
            "may": _may(caller),
            "tiles": Tiles(settings.tiles_url, settings.tiles_attribution) if settings.tiles_url else None,
            "finds_addresses": _finds_addresses(self._resources),
        }


def _finds_addresses(resources: Resources) -> str:
    """Say how addresses are found: while one types, when one asks, or not at all ("")."""
    if resources.geocoding is None:
        return ""
    return "typing" if resources.geocoding.geocoder.as_you_type else "asked"


def _place_at(path: str) -> str:
    """Return the address of the place that a page belongs to: the longest one that leads to it."""
    leading = (place.address for place in PLACES if path == place.address or path.startswith(f"{place.address}/"))
    return max(leading, key=len, default="")


def _theme(request: Request) -> str:
    kept = request.cookies.get(THEME_COOKIE, "")
    return kept if kept in set(Theme) else Theme.AUTO


def _may(caller: Caller | None) -> Callable[[str], bool]:
    return lambda permission: caller is not None and can(caller.role, Permission(permission))


async def open_page(
    request: Request, console: ConsoleDep, resources: ResourcesDep, caller: CallerDep, uow: UowDep
) -> Page:
    """The page of somebody signed in."""
    return Page(request, console, resources, caller, await _viewer(uow, caller))


async def open_stranger_page(request: Request, console: ConsoleDep, resources: ResourcesDep) -> Page:
    """A page for whoever comes: signing in, links without a password."""
    return Page(request, console, resources, None, None)


async def _viewer(uow: Uow, caller: Caller) -> Viewer:
    seen = await seen_until(uow)
    franchise = await franchise_of(uow)
    name = (await user_of(uow, caller.subject_id)).name if caller.kind is CallerKind.STAFF else "API"
    year = uow.now.astimezone(ZoneInfo(franchise.zone)).year
    return Viewer(name, str(caller.role), franchise.name, caller.franchise_id, franchise.zone, seen, year)


def sign_in_address(request: Request) -> str:
    """Return the address of the page to sign in, which leads back to where he wanted to go."""
    wanted = request.url.path
    return f"/login?next={quote(wanted)}" if request.method == "GET" and wanted != "/" else "/login"


PageDep = Annotated[Page, Depends(open_page)]
StrangerPageDep = Annotated[Page, Depends(open_stranger_page)]
