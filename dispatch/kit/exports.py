"""Lists that leave as files: written safely for spreadsheets, and written down with who took them."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

import xlsxwriter  # type: ignore[import-untyped]  # it ships no types

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Uow

Cell = str | int | float | Decimal | date | datetime | bool | None
"""What a file can hold; a moment is a wall time without a zone."""

_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_NARROWEST: Final = 12
_WIDEST: Final = 60


class SheetForm(StrEnum):
    """The kinds of files for spreadsheets; also what their names end with."""

    CSV = "csv"
    XLSX = "xlsx"

    @property
    def media_type(self) -> str:
        """What a browser is told the file is."""
        return "text/csv; charset=utf-8" if self is SheetForm.CSV else _XLSX


_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def formula_safe(cell: str) -> str:
    """Return the cell with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.startswith(_STARTS_A_FORMULA) or cell.lstrip().startswith(_STARTS_A_FORMULA) else cell


def write_file(form: SheetForm, titles: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a list as a file that spreadsheets open as it is and never run.

    CSV: UTF-8 with its mark, semicolons, every cell quoted, no text a formula; figures stay figures. XLSX: texts stay
    texts, figures and dates are such. Takes a second for some ten thousand rows: call it in a thread.
    """
    return _csv(titles, rows) if form is SheetForm.CSV else _xlsx(titles, rows)


async def note_export(uow: Uow, what: str, form: SheetForm, rows: int) -> None:
    """Write down, in the audit trail too, that whoever acts takes a list with him.

    Args:
        uow: the tenant's.
        what: which list, a machine word.
        form: as what kind of file.
        rows: how long it is.
    """
    await uow.run(
        "INSERT INTO exports (id, franchise_id, what, format, rows, actor, at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        new_id(),
        uow.franchise_id,
        what,
        str(form),
        rows,
        uow.actor,
        uow.now,
    )


def _csv(titles: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL)
    for row in (titles, *rows):
        writer.writerow([_written(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def _written(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return formula_safe(cell)
        case datetime():
            return cell.isoformat(sep=" ", timespec="minutes")
        case date():
            return cell.isoformat()
        case _:
            return str(cell)


def _xlsx(titles: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True})
        formats = {
            date: book.add_format({"num_format": "dd.mm.yyyy"}),
            datetime: book.add_format({"num_format": "dd.mm.yyyy hh:mm"}),
        }
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        widths = [max(len(title), _NARROWEST) for title in titles]
        for column, title in enumerate(titles):
            sheet.write_string(0, column, title, bold)
        for line, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                widths[column] = max(widths[column], len(str(cell)))
                # Each by its own kind: what is guessed from a text could be a formula or a link.
                match cell:
                    case None:
                        pass
                    case bool():
                        sheet.write_boolean(line, column, cell)
                    case int() | float() | Decimal():
                        sheet.write_number(line, column, cell)
                    case datetime() | date():
                        sheet.write_datetime(line, column, cell, formats[type(cell)])
                    case _:
                        sheet.write_string(line, column, cell)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, min(width + 2, _WIDEST))
    return out.getvalue()
