"""The texts a franchise sent: to whom, what became of each, what it cost; found by person, state, number and day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Response

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.kit.exports import Cell, SheetForm
from dispatch.kit.uow import Uow
from dispatch.kit.walltime import wall_of
from dispatch.sms.accounts import SmsAccount, accounts_of
from dispatch.sms.rules import MessageClass, MessageStatus
from dispatch.sms.text_log import LONGEST_PERIOD, LogFilter, LogLine, read_log, spent_by_account
from dispatch.tenancy.queries import franchise_of
from dispatch.web.doors import own_page
from dispatch.web.frame import Page, PageDep
from dispatch.web.routing import ConsoleRoute
from dispatch.web.tables import MOST_EXPORTED, PER_PAGE, Listing, listing, take_along
from dispatch.workers.find import Wanted, find_workers
from dispatch.workers.queries import display_names

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

MESSAGES: Final = "/messages"
_SEES: Final = [allow(Permission.MESSAGES_READ)]
_FILTERS: Final = ("status", "class", "number", "from", "to", "after")
_LISTING: Final = listing(MESSAGES, ("at",), "at", descending=True, filters=_FILTERS)
ListingDep = Annotated[Listing, _LISTING]
_HEADS: Final = (
    "When",
    "To whom",
    "What about",
    "State",
    "Reason",
    "Segments",
    "Cost",
    "Taken at",
    "Delivered at",
    "Number",
)
_YEARS: Final = range(2000, 2200)
_USUAL_DAYS: Final = 7
_MOST_PEOPLE: Final = 100
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an address asks for, and the names of those it speaks of."""

    wanted: LogFilter
    accounts: Mapping[UUID, SmsAccount]
    zone: ZoneInfo
    currency: str


@router.get(MESSAGES, dependencies=_SEES)
async def show_messages(page: PageDep, uow: UowDep, looked: ListingDep) -> Response:
    """Show a page of the texts; it goes on from where the one before ended."""
    asked = await _read(uow, looked)
    found = await read_log(uow, asked.wanted, before=_place(looked.filters.get("after", "")), limit=PER_PAGE)
    spent = await spent_by_account(uow, asked.wanted.begins, asked.wanted.ends)
    return page.show(
        "text_log.html",
        listing=looked,
        lines=found.lines,
        names=await _names(uow, found.lines),
        accounts=asked.accounts,
        spent=[(asked.accounts[account], minor) for account, minor in spent.items() if account in asked.accounts],
        statuses=list(MessageStatus),
        classes=list(MessageClass),
        begins=asked.wanted.begins.astimezone(asked.zone).date(),
        ends=asked.wanted.ends.astimezone(asked.zone).date() - _DAY,
        first=looked.go_on("") if looked.filters.get("after") else None,
        further=looked.go_on(str(found.more)) if found.more is not None else None,
        few=found.more is not None and len(found.lines) < PER_PAGE,
        zone=asked.zone,
        currency=asked.currency,
    )


@router.post(f"{MESSAGES}/export", dependencies=[*_SEES, Depends(own_page)])
async def take_messages(
    page: PageDep, uow: UowDep, looked: ListingDep, form: Annotated[SheetForm, Form()] = SheetForm.CSV
) -> Response:
    """Hand everything that is found out as a file, and write down who took it; what was said stays here.

    Raises:
        ListTooLongToTake: it is more than one file holds.
    """
    asked = await _read(uow, looked)
    lines: list[LogLine] = []
    before: UUID | None = None
    while len(lines) <= MOST_EXPORTED:
        found = await read_log(uow, asked.wanted, before=before, limit=MOST_EXPORTED)
        lines += found.lines
        before = found.more
        if before is None:
            break
    names = await _names(uow, lines)
    heads = [*(page.say(word) for word in _HEADS), "id"]
    cells = [_cells(page, line, names, asked) for line in lines[: MOST_EXPORTED + 1]]
    return await take_along(uow, "messages", form, heads, cells)


def _cells(page: Page, line: LogLine, names: Mapping[UUID, str], asked: _Asked) -> Sequence[Cell]:
    account = asked.accounts.get(line.account_id)
    zone = asked.zone.key
    return (
        wall_of(line.created_at, zone),
        names.get(line.worker_id, "") if line.worker_id else "",
        page.say(line.template),
        page.say(line.status),
        page.say(line.error) if line.error else "",
        line.segments,
        line.cost_minor / 100,
        wall_of(line.sent_at, zone) if line.sent_at else None,
        wall_of(line.delivered_at, zone) if line.delivered_at else None,
        account.number if account else "",
        str(line.id),
    )


async def _names(uow: Uow, lines: Sequence[LogLine]) -> dict[UUID, str]:
    return await display_names(uow, list({line.worker_id for line in lines if line.worker_id is not None}))


async def _read(uow: Uow, looked: Listing) -> _Asked:
    """Read what narrows the list; without days the last week, and never more than a year."""
    franchise = await franchise_of(uow)
    zone = ZoneInfo(franchise.zone)
    accounts = {account.id: account for account in await accounts_of(uow)}
    asked = looked.filters
    ends = _day(asked.get("to", ""), zone) or _midnight(uow.now, zone)
    begins = _day(asked.get("from", ""), zone) or ends - (_USUAL_DAYS - 1) * _DAY
    number = asked.get("number", "")
    return _Asked(
        LogFilter(
            begins=max(begins, ends - LONGEST_PERIOD),
            ends=ends + _DAY,
            status=next((one for one in MessageStatus if one == asked.get("status")), None),
            class_=next((one for one in MessageClass if one == asked.get("class")), None),
            account_id=next((one for one in accounts if str(one) == number), None),
            worker_ids=await _people(uow, looked.q),
        ),
        accounts,
        zone,
        franchise.currency,
    )


async def _people(uow: Uow, q: str) -> list[UUID] | None:
    if not q:
        return None
    return [line.id for line in (await find_workers(uow, Wanted(text=q), limit=_MOST_PEOPLE)).lines]


def _midnight(now: datetime, zone: ZoneInfo) -> datetime:
    return datetime.combine(now.astimezone(zone).date(), time.min, zone)


def _day(text: str, zone: ZoneInfo) -> datetime | None:
    """Return the beginning of a day on the clock of the franchise; what is none narrows nothing."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return datetime.combine(day, time.min, zone) if day.year in _YEARS else None


def _place(text: str) -> UUID | None:
    """Read where to go on; what cannot be read begins at the beginning."""
    try:
        return UUID(text)
    except ValueError:
        return None
