"""The audit: who changed what, from what to what; found by person, thing, time and words, and taken home as a file."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Response

from dispatch.access.queries import staff_lines
from dispatch.access.roles import Permission, can
from dispatch.api.deps import Caller, CallerDep, UowDep, allow
from dispatch.kit.audit_trail import MOST_LOOKED_THROUGH, AuditFilter, AuditPage, AuditRow, Place, read_audit
from dispatch.kit.exports import Cell, SheetForm
from dispatch.kit.masking import is_personal, mask_text
from dispatch.kit.text import INT8_MAX
from dispatch.kit.walltime import wall_of
from dispatch.tenancy.queries import franchise_of
from dispatch.web.actors import Actors, actors_of
from dispatch.web.audit_words import ENTITIES, FREE_TEXT, NOBODYS, SEALED
from dispatch.web.doors import own_page
from dispatch.web.frame import Page, PageDep
from dispatch.web.routing import ConsoleRoute
from dispatch.web.settings import show_settings
from dispatch.web.tables import MOST_EXPORTED, PER_PAGE, Listing, listing, take_along

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

AUDIT: Final = "/settings/audit"
_SEES: Final = [allow(Permission.AUDIT_READ)]
_FILTERS: Final = ("actor", "entity", "subject", "from", "to", "after")
_LISTING: Final = listing(AUDIT, ("at",), "at", descending=True, filters=_FILTERS)
ListingDep = Annotated[Listing, _LISTING]
_HIDDEN: Final = frozenset({"franchise_id", "version", "id", "created_at", "token_sha256", "password_hash", "secret"})
_LONGEST_VALUE: Final = 200
_MOST_FIELDS: Final = 60
_BATCH: Final = 1000
_MASK: Final = "•••"
_CODE: Final = re.compile(r"[a-z][a-z_]{1,40}")
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$")


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a change; None where there was or is nothing."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """One change as the page shows it."""

    row: AuditRow
    who: str
    changes: Sequence[Change]


@router.get(AUDIT, dependencies=_SEES)
async def show_audit(page: PageDep, caller: CallerDep, uow: UowDep, looked: ListingDep) -> Response:
    """Show a page of the audit; it goes on from where the one before ended."""
    zone = ZoneInfo((await franchise_of(uow)).zone)
    found = await read_audit(
        uow,
        _wanted(looked, caller, zone),
        after=_place(looked.filters.get("after", "")),
        oldest_first=not looked.descending,
        limit=PER_PAGE,
    )
    who = await actors_of(page, uow, [row.actor for row in found.rows])
    return show_settings(
        page,
        "audit.html",
        listing=looked,
        lines=[_line(page, row, caller, who, zone) for row in found.rows],
        first=looked.go_on("") if looked.filters.get("after") else None,
        further=looked.go_on(_written(found.more)) if found.more is not None else None,
        looked_until=found.more[0] if found.more is not None and len(found.rows) < PER_PAGE else None,
        looked_through=MOST_LOOKED_THROUGH,
        people=[(f"staff:{line.id}", line.name, line.login) for line in await staff_lines(uow)],
        entities=ENTITIES,
        words_searched=_sees_people(caller),
        zone=zone,
    )


@router.post(f"{AUDIT}/export", dependencies=[*_SEES, Depends(own_page)])
async def take_audit(
    page: PageDep,
    caller: CallerDep,
    uow: UowDep,
    looked: ListingDep,
    form: Annotated[SheetForm, Form()] = SheetForm.CSV,
) -> Response:
    """Hand everything that is found out as a file, and write down who took it.

    Raises:
        ListTooLongToTake: it is more than one file holds.
    """
    zone = (await franchise_of(uow)).zone
    wanted = _wanted(looked, caller, ZoneInfo(zone))
    rows: list[AuditRow] = []
    after: Place | None = None
    while len(rows) <= MOST_EXPORTED:
        found: AuditPage = await read_audit(uow, wanted, after=after, oldest_first=not looked.descending, limit=_BATCH)
        rows += found.rows
        after = found.more
        if after is None:
            break
    who = await actors_of(page, uow, [row.actor for row in rows])
    heads = [page.say(word) for word in ("When", "Who", "What", "What was done", "Field", "before", "after")]
    lines = (_line(page, row, caller, who, ZoneInfo(zone)) for row in rows)
    cells = list(islice(_cells(page, lines, zone), MOST_EXPORTED + 1))
    return await take_along(uow, "audit", form, [*heads, "id"], cells)


def _wanted(looked: Listing, caller: Caller, zone: ZoneInfo) -> AuditFilter:
    """Read what narrows the list; who may not see people cannot find out about them by searching either."""
    asked = looked.filters
    ends = _day(asked.get("to", ""), zone)
    by_words = _sees_people(caller)
    return AuditFilter(
        actor=asked.get("actor", ""),
        entity=asked.get("entity", ""),
        subject=asked.get("subject", "") or ("" if by_words else looked.q),
        begins=_day(asked.get("from", ""), zone),
        ends=None if ends is None else ends + timedelta(days=1),
        words=looked.q if by_words else "",
    )


def _sees_people(caller: Caller) -> bool:
    return can(caller.role, Permission.CONTACTS_REVEAL)


def _line(page: Page, row: AuditRow, caller: Caller, who: Actors, zone: ZoneInfo) -> Line:
    sees = _sees_people(caller) or (row.entity == "staff_users" and can(caller.role, Permission.USERS_ADMIN))
    return Line(row, who(row.actor), list(_changes(page, row, zone, hide=not sees)))


def _changes(page: Page, row: AuditRow, zone: ZoneInfo, *, hide: bool) -> Iterator[Change]:
    """Write the fields out that changed; phones are never whole, and personal facts only for who may see them."""
    before, after = dict(row.before or {}), dict(row.after or {})
    for name in list(before | after)[:_MOST_FIELDS]:
        was, became = before.get(name), after.get(name)
        if name in _HIDDEN or (was is None and became is None):
            continue
        hides = hide and row.entity not in NOBODYS
        private = row.entity in SEALED or (hides and (name in FREE_TEXT or is_personal(name)))
        told = (_told(page, value, zone, hide=private or (hides and not _is_plain(value))) for value in (was, became))
        yield Change(name, *told)


def _is_plain(value: object) -> bool:
    """Tell whether a value can say nothing about a person by itself: a figure, a moment, an id, a word of ours."""
    if isinstance(value, str):
        return any(shape.fullmatch(value) for shape in (_CODE, _MOMENT, _ID))
    return isinstance(value, bool | int | float)


def _told(page: Page, value: object, zone: ZoneInfo, *, hide: bool) -> str | None:
    """Return a stored value as people read it: moments on the franchise's clock, words of ours translated."""
    if value is None:
        return None
    if hide:
        return _MASK
    if isinstance(value, bool):
        return page.say("yes") if value else page.say("no")
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    if _CODE.fullmatch(text):
        return page.say(text)
    if _MOMENT.match(text):
        return page.speech.moment(datetime.fromisoformat(text), zone)
    text = mask_text(text)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def _cells(page: Page, lines: Iterator[Line], zone: str) -> Iterator[Sequence[Cell]]:
    for line in lines:
        about = (
            wall_of(line.row.at, zone),
            line.who,
            page.say(ENTITIES.get(line.row.entity, line.row.entity)),
            page.say(line.row.action),
        )
        for change in line.changes or (Change("", None, None),):
            field = page.say(change.field).replace("_", " ") if change.field else ""
            yield (*about, field, change.before, change.after, line.row.entity_id)


def _day(text: str, zone: ZoneInfo) -> datetime | None:
    """Return the beginning of a day on the clock of the franchise; what is none narrows nothing."""
    try:
        return datetime.fromisoformat(text[:10]).replace(tzinfo=zone) if text else None
    except ValueError:
        return None


def _written(place: Place) -> str:
    at, number = place
    return f"{at.isoformat()}~{number}"


def _place(text: str) -> Place | None:
    """Read where to go on; what cannot be read begins at the beginning."""
    at, _, number = text.replace(" ", "+").partition("~")
    try:
        moment, row = datetime.fromisoformat(at), int(number)
    except ValueError:
        return None
    return (moment, row) if moment.tzinfo is not None and 0 <= row <= INT8_MAX else None
