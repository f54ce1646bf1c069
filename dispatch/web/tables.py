"""Lists as people look at them: searched, sorted, in pages; and taken home as a file for a spreadsheet.

A screen declares what it can be sorted by and gets a `Listing` from the address; `tables.html` draws the headers that
sort and the pager from it. What an address asks for and does not exist is what the list is by default: an old bookmark
shows a list, not an error.
"""

import asyncio
import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final
from urllib.parse import urlencode

import xlsxwriter  # type: ignore[import-untyped]  # it has no types
from fastapi import Request, Response
from fastapi.params import Depends as DependsParam

from dispatch.kit.text import storable
from dispatch.web.doors import PAGE_HEADERS

PER_PAGE: Final = 50
MOST_EXPORTED: Final = 20_000
"""More rows than anybody reads; a file of more is a report, which is made elsewhere."""

_LONGEST_WORDS: Final = 100
_LAST_PAGE: Final = 100_000
_DIGITS_OF_A_PAGE: Final = 6
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_WIDEST: Final = 60

Cell = str | int | float | Decimal | date | datetime | None
"""What a file can hold; a moment is a wall time without a zone."""


class FileKind(StrEnum):
    """What a list can be taken home as."""

    CSV = "csv"
    XLSX = "xlsx"


_MEDIA_TYPES: Final = {
    FileKind.CSV: "text/csv; charset=utf-8",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


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
        return self._link(sort=column, dir="desc" if turned else "asc", page=None)

    def page_link(self, page: int) -> str:
        """Lead to another page."""
        return self._link(page=None if page == 1 else str(page))

    def file_link(self, kind: str) -> str:
        """Lead to everything that is found, as a file."""
        return self._link(suffix=f".{kind}", page=None)

    def _link(self, suffix: str = "", **changes: str | None) -> str:
        direction = "desc" if self.descending else "asc"
        now = {"q": self.q, **self.filters, "sort": self.sort, "dir": direction, "page": str(self.page)}
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


async def download(kind: FileKind, name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """Answer with rows as a file, which is written beside the event loop: a long one takes a second.

    Args:
        kind: of which kind.
        name: of the file, ASCII, without its ending.
        columns: the words above the columns.
        rows: as many cells each.
    """
    content = await asyncio.to_thread(csv_of if kind is FileKind.CSV else xlsx_of, columns, rows)
    headers = dict(PAGE_HEADERS) | {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return Response(content, 200, headers, _MEDIA_TYPES[kind])


def csv_of(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return rows as RFC 4180 text in UTF-8, marked as such, because spreadsheets guess otherwise.

    Text that a spreadsheet would take for a formula gets an apostrophe before it; figures stay figures.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([_harmless(column) for column in columns])
    for row in rows:
        writer.writerow([_written(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def xlsx_of(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return rows as a workbook of one sheet: text is text whatever it begins with, figures and days are such."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        formats = {
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        }
        widths = [len(column) for column in columns]
        for n, column in enumerate(columns):
            sheet.write_string(0, n, column, bold)
        for line, row in enumerate(rows, start=1):
            for n, cell in enumerate(row):
                widths[n] = max(widths[n], len(str(cell)))
                if isinstance(cell, int | float | Decimal):
                    sheet.write_number(line, n, cell)
                elif isinstance(cell, date):
                    sheet.write_datetime(line, n, cell, formats[type(cell)])
                elif cell is not None:
                    sheet.write_string(line, n, cell)
        for n, width in enumerate(widths):
            sheet.set_column(n, n, min(width + 2, _WIDEST))
        sheet.freeze_panes(1, 0)
    return file.getvalue()


def _written(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return _harmless(cell)
        case datetime():
            return cell.isoformat(sep=" ", timespec="minutes")
        case date():
            return cell.isoformat()
        case _:
            return str(cell)


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _words(text: str) -> str:
    return " ".join(storable(text[:_LONGEST_WORDS]).split())


def _page(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS_OF_A_PAGE):
        return 1
    return min(max(int(text), 1), _LAST_PAGE)
