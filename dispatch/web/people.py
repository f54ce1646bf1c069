"""The list of the franchise's own people: found while one types, sorted by any column, taken along as a file."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.kit.errors import Invalid
from dispatch.kit.exports import Cell, note_export, write_file
from dispatch.kit.exports import Form as FileForm
from dispatch.kit.uow import Uow
from dispatch.web.doors import PAGE_HEADERS, own_page
from dispatch.web.frame import Page, PageDep
from dispatch.web.routing import ConsoleRoute
from dispatch.workers.find import Column, Found, Wanted, all_workers, find_workers
from dispatch.workers.models import WorkerLine
from dispatch.workers.rules import WorkerStatus
from dispatch.workers.skills import Service

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

SHOWN: Final = 50
MOST_PAGES: Final = 10_000
MOST_EXPORTED: Final = 200_000
_SEES: Final = [allow(Permission.WORKERS_READ)]
_COLUMNS: Final[Sequence[tuple[Column | None, str]]] = (
    (Column.NAME, "Name"),
    (None, "Phone"),
    (Column.STATUS, "Status"),
    (Column.RATING, "Rating"),
    (None, "Skills"),
    (Column.INVITABLE, "Invitable"),
    (Column.EXTERNAL_ID, "External id"),
)
_DESCENDING_FIRST: Final = frozenset({Column.RATING, Column.INVITABLE, Column.CAME})


class ListTooLongToTake(Invalid):
    """More people than one file holds."""

    def __init__(self) -> None:
        super().__init__(f"A file holds {MOST_EXPORTED} people: narrow the list first.")


class RatingUnreadable(Invalid):
    """What was typed as a rating is none."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list was asked for, as its address says it."""

    q: str
    status: WorkerStatus | None
    skill: Service | None
    rating: str
    invitable: str
    sort: Column
    descending: bool
    page: int

    @property
    def wanted(self) -> Wanted:
        """The same as the domain knows it.

        Raises:
            RatingUnreadable: the rating is no number from 1 to 5.
        """
        return Wanted(
            text=self.q,
            status=self.status,
            skill=self.skill,
            rating_from=_rating(self.rating),
            invitable={"yes": True, "no": False}.get(self.invitable),
        )

    def address(self, **changed: object) -> str:
        """Return the address of this list with something changed; what is usual is left out."""
        given: dict[str, object] = {
            "q": self.q,
            "status": self.status or "",
            "skill": self.skill or "",
            "rating": self.rating,
            "invitable": self.invitable,
            "sort": self.sort,
            "desc": "1" if self.descending else "",
            "page": self.page,
        }
        given |= changed
        usual = {"sort": Column.NAME, "page": 1}
        return "/people?" + urlencode({n: str(v) for n, v in given.items() if v != "" and usual.get(n) != v})

    def sorted_by(self, column: Column) -> str:
        """Return the address of the list sorted by a column, the other way round when it is so already."""
        here = column is self.sort
        descending = not self.descending if here else column in _DESCENDING_FIRST
        return self.address(sort=column, desc="1" if descending else "", page=1)


async def _asked(
    q: Annotated[str, Query(max_length=100)] = "",
    status: WorkerStatus | str = "",
    skill: Service | str = "",
    rating: Annotated[str, Query(max_length=5)] = "",
    invitable: Annotated[str, Query(pattern="^(yes|no)?$")] = "",
    sort: Column = Column.NAME,
    desc: Annotated[str, Query(pattern="^1?$")] = "",
    page: Annotated[int, Query(ge=1, le=MOST_PAGES)] = 1,
) -> Asked:
    return Asked(
        q=q.replace("\0", "").strip(),
        status=WorkerStatus(status) if status in set(WorkerStatus) else None,
        skill=Service(skill) if skill in set(Service) else None,
        rating=rating.strip(),
        invitable=invitable,
        sort=sort,
        descending=desc == "1",
        page=page,
    )


AskedDep = Annotated[Asked, Depends(_asked)]


@router.get("/people", dependencies=_SEES)
async def show_people(request: Request, page: PageDep, uow: UowDep, asked: AskedDep) -> Response:
    """Show the list, or, to a script, its rows alone."""
    context = await _context(uow, asked)
    if request.headers.get("hx-request"):
        return page.part("people.html", "found", **context)
    return page.show("people.html", **context)


@router.post("/people/export", dependencies=[*_SEES, Depends(own_page)])
async def take_people(
    page: PageDep, uow: UowDep, asked: AskedDep, form: Annotated[FileForm, Form()] = FileForm.CSV
) -> Response:
    """Hand out the whole list as a file, phones without their middle; who took it is written down.

    Raises:
        ListTooLongToTake: it has more people than a file holds.
    """
    rows: list[Sequence[Cell]] = []
    async for lines in all_workers(
        uow, asked.wanted, column=asked.sort, descending=asked.descending, most=MOST_EXPORTED + 1
    ):
        rows += [_row(page, line) for line in lines]
    if len(rows) > MOST_EXPORTED:
        raise ListTooLongToTake
    await note_export(uow, "workers", form, len(rows))
    content = await asyncio.to_thread(write_file, form, [page.say(title) for _, title in _COLUMNS], rows)
    headers = dict(PAGE_HEADERS) | {"Content-Disposition": f'attachment; filename="people.{form}"'}
    return Response(content, 200, headers, form.media_type)


async def _context(uow: Uow, asked: Asked) -> dict[str, Any]:
    found = await find_workers(
        uow,
        asked.wanted,
        column=asked.sort,
        descending=asked.descending,
        offset=(asked.page - 1) * SHOWN,
        limit=SHOWN,
    )
    return {
        "asked": asked,
        "found": found,
        "first": (asked.page - 1) * SHOWN + 1,
        "last_page": _last_page(found),
        "columns": _COLUMNS,
        "statuses": list(WorkerStatus),
        "services": list(Service),
    }


def _last_page(found: Found) -> int | None:
    """Return the number of the last page where the whole list was counted."""
    return None if found.at_least else min(MOST_PAGES, max(1, -(-found.count // SHOWN)))


def _row(page: Page, line: WorkerLine) -> Sequence[Cell]:
    return (
        f"{line.last_name} {line.first_name}".strip(),
        line.masked_phone,
        page.say(line.status),
        line.rating,
        ", ".join(page.say(skill) for skill in line.skills),
        page.say("yes") if line.invitable else page.say("no"),
        line.external_id,
    )


def _rating(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        rating = Decimal(text.replace(",", "."))
    except InvalidOperation:
        rating = Decimal(0)
    if not 1 <= rating <= 5:  # noqa: PLR2004 - the scale
        raise RatingUnreadable(f"'{text}' is no rating: write a number from 1 to 5, such as 3.5.")
    return rating
