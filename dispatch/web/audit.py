"""The audit: who changed what, from what to what; found by person, thing, time and words, and taken home as a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Annotated, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Response

from dispatch.access.queries import staff_lines
from dispatch.access.roles import Permission, can
from dispatch.api.deps import Caller, CallerDep, UowDep, allow
from dispatch.clients.queries import client_names
from dispatch.kit.audit_trail import MOST_LOOKED_THROUGH, AuditFilter, AuditPage, AuditRow, Place, read_audit
from dispatch.kit.exports import Cell, SheetForm
from dispatch.kit.text import INT8_MAX
from dispatch.kit.uow import Uow
from dispatch.kit.walltime import wall_of
from dispatch.tenancy.queries import franchise_of
from dispatch.web.actors import actors_of
from dispatch.web.audit_values import Change, Telling
from dispatch.web.audit_words import ENTITIES
from dispatch.web.doors import own_page
from dispatch.web.frame import Page, PageDep
from dispatch.web.routing import ConsoleRoute
from dispatch.web.settings import show_settings
from dispatch.web.tables import MOST_EXPORTED, PER_PAGE, Listing, listing, take_along
from dispatch.workers.queries import display_names

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

AUDIT: Final = "/settings/audit"
_SEES: Final = [allow(Permission.AUDIT_READ)]
_FILTERS: Final = ("actor", "entity", "subject", "from", "to", "after")
_LISTING: Final = listing(AUDIT, ("at",), "at", descending=True, filters=_FILTERS)
ListingDep = Annotated[Listing, _LISTING]
_BATCH: Final = 1000


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
    telling = await _telling(page, uow, caller, found.rows, zone)
    return show_settings(
        page,
        "audit.html",
        listing=looked,
        lines=[_line(row, caller, telling) for row in found.rows],
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
    telling = await _telling(page, uow, caller, rows, ZoneInfo(zone))
    heads = [page.say(word) for word in ("When", "Who", "What", "What was done", "Field", "before", "after")]
    lines = (_line(row, caller, telling) for row in rows)
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


def _line(row: AuditRow, caller: Caller, telling: Telling) -> Line:
    sees = _sees_people(caller) or (row.entity == "staff_users" and can(caller.role, Permission.USERS_ADMIN))
    return Line(row, telling.who(row.actor), list(telling.changes(row, hide=not sees)))


async def _telling(page: Page, uow: Uow, caller: Caller, rows: Sequence[AuditRow], zone: ZoneInfo) -> Telling:
    """Look up what the ids in these rows are called: staff, and workers and clients for who may see them."""
    names = {str(line.id): line.name for line in await staff_lines(uow)}
    if _sees_people(caller):
        values = [{**(row.before or {}), **(row.after or {})} for row in rows]
        workers = {UUID(each["worker_id"]) for each in values if each.get("worker_id")}
        clients = {UUID(each["client_id"]) for each in values if each.get("client_id")}
        names |= {str(one): name for one, name in (await display_names(uow, list(workers))).items()}
        names |= {str(one): name for one, name in (await client_names(uow, clients)).items()}
    return Telling(page, zone, await actors_of(page, uow, [row.actor for row in rows]), names)


def _cells(page: Page, lines: Iterator[Line], zone: str) -> Iterator[Sequence[Cell]]:
    for line in lines:
        about = (
            wall_of(line.row.at, zone),
            line.who,
            page.say(ENTITIES.get(line.row.entity, line.row.entity)),
            page.say(line.row.action),
        )
        for change in line.changes or (Change("", None, None),):
            yield (*about, change.field, change.before, change.after, line.row.entity_id)


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
