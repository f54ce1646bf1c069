"""Lists as people look at them: searched, sorted, in pages; and taken along as a file for a spreadsheet.

A screen declares what it can be sorted by and gets a `Listing` from the address; `tables.html` draws the headers that
sort and the pager from it. What an address asks for and does not exist is what the list is by default: an old bookmark
shows a list, not an error.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.params import Depends as DependsParam
from pydantic import AfterValidator

from dispatch.kit.errors import Invalid
from dispatch.kit.exports import Cell, SheetForm, note_export, write_file
from dispatch.kit.text import storable
from dispatch.kit.uow import Uow
from dispatch.web.doors import PAGE_HEADERS

PER_PAGE: Final = 50
MOST_EXPORTED: Final = 20_000
"""More rows than anybody reads; a file of more is a report, which is made elsewhere."""

_LONGEST_WORDS: Final = 100
_LAST_PAGE: Final = 100_000
_DIGITS_OF_A_PAGE: Final = 6


class ListTooLongToTake(Invalid):
    """More lines than one file holds; a part of them would be taken for the whole."""

    def __init__(self, most: int) -> None:
        super().__init__("The list is too long for one file: narrow it first.", most=most)


@dataclass(frozen=True, slots=True)
class Listing:
    """How somebody looks at a list; its links lead to the same list looked at in another way.

    Attributes:
        address: the path of the list.
        q: words searched for, cleaned; empty when none.
        sort: by which column; always one of those the list can be sorted by.
        descending: greatest first.
        page: from 1 on.
        filters: further narrowings of the address that are set, by name.
        per_page: rows of a page.
    """

    address: str
    q: str
    sort: str
    descending: bool
    page: int
    filters: Mapping[str, str] = field(default_factory=dict)
    per_page: int = PER_PAGE

    @property
    def offset(self) -> int:
        """How many rows come before this page."""
        return (self.page - 1) * self.per_page

    def pages(self, found: int) -> int:
        """How many pages so many rows make; an empty list has one."""
        return max(1, -(-found // self.per_page))

    def within(self, found: int) -> "Listing":
        """Return the same list on a page that exists."""
        return replace(self, page=min(self.page, self.pages(found)))

    def aria_sort(self, column: str) -> str | None:
        """Say for the header of a column which way the list is sorted by it; None when it is not."""
        if column != self.sort:
            return None
        return "descending" if self.descending else "ascending"

    def sort_link(self, column: str) -> str:
        """Lead to the list sorted by a column, the other way round if it is already."""
        turned = column == self.sort and not self.descending
        return self._link(sort=column, dir="desc" if turned else "asc", page=None, after=None)

    def page_link(self, page: int) -> str:
        """Lead to another page."""
        return self._link(page=None if page == 1 else str(page))

    @property
    def asked(self) -> dict[str, str]:
        """What is looked for, and how it is sorted, as the address says it; the page left out."""
        direction = "desc" if self.descending else "asc"
        asked = {"q": self.q, **self.filters, "sort": self.sort, "dir": direction}
        return {name: value for name, value in asked.items() if value}

    @property
    def export_address(self) -> str:
        """Where to send for everything that is found, as a file: it is written down who took it."""
        return self._link(suffix="/export", page=None, after=None)

    def go_on(self, after: str) -> str:
        """Lead on in a list too long to count, from where its filter `after` says; "" leads to its beginning."""
        return self._link(page=None, after=after)

    def _link(self, suffix: str = "", **changes: str | None) -> str:
        now = self.asked | {"page": str(self.page)}
        query = {name: value for name, value in {**now, **changes}.items() if value}
        return f"{self.address}{suffix}?{urlencode(query)}"


def listing(
    address: str, sorts: Iterable[str], first: str, *, descending: bool = False, filters: Sequence[str] = ()
) -> DependsParam:
    """Return the dependency that reads a `Listing` from an address.

    Args:
        address: the path of the list.
        sorts: the columns it can be sorted by.
        first: the one it is sorted by unless the address says so.
        descending: whether that one begins with the greatest.
        filters: the further names of the address that narrow it; screens check their values themselves.
    """
    known = frozenset(sorts)

    async def read(request: Request) -> Listing:
        asked = request.query_params
        sort = asked.get("sort", "")
        if sort in known:
            down = asked.get("dir") == "desc"
        else:
            sort, down = first, descending
        kept = {name: _words(asked.get(name, "")) for name in filters}
        return Listing(
            address=address,
            q=_words(asked.get("q", "")),
            sort=sort,
            descending=down,
            page=_page(asked.get("page", "")),
            filters={name: value for name, value in kept.items() if value},
        )

    return DependsParam(read)


async def take_along(
    uow: Uow,
    what: str,
    form: SheetForm,
    titles: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    most: int = MOST_EXPORTED,
) -> Response:
    """Answer with rows as a file, and write down who took them.

    The file is written beside the event loop: a long one takes a second.

    Args:
        uow: the tenant's.
        what: which list, a machine word; the file is named so.
        form: of which kind.
        titles: the words above the columns.
        rows: as many cells each; ask for one more than `most`, so that a longer list is noticed.
        most: how many rows a file may hold.

    Raises:
        ListTooLongToTake: there are more.
    """
    if len(rows) > most:
        raise ListTooLongToTake(most)
    await note_export(uow, what, form, len(rows))
    content = await asyncio.to_thread(write_file, form, titles, rows)
    headers = dict(PAGE_HEADERS) | {"Content-Disposition": f'attachment; filename="{what}.{form}"'}
    return Response(content, 200, headers, form.media_type)


def _words(text: str) -> str:
    return " ".join(storable(text[:_LONGEST_WORDS]).split())


Sought = Annotated[str, AfterValidator(_words)]
"""What somebody searches for, as a parameter of a route: cut to a length that finds something, and cleaned."""


def _page(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS_OF_A_PAGE):
        return 1
    return min(max(int(text), 1), _LAST_PAGE)
