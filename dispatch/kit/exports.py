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

Cell = str | int | float | Decimal | date | bool | None

_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_WIDEST: Final = 40


class Form(StrEnum):
    """The kinds of files; also what their names end with."""

    CSV = "csv"
    XLSX = "xlsx"

    @property
    def media_type(self) -> str:
        """What a browser is told the file is."""
        return "text/csv; charset=utf-8" if self is Form.CSV else _XLSX


_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def formula_safe(cell: str) -> str:
    """Return the cell with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.startswith(_STARTS_A_FORMULA) or cell.lstrip().startswith(_STARTS_A_FORMULA) else cell


def write_file(form: Form, titles: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a list as a file that spreadsheets open as it is and never run.

    CSV: UTF-8 with its mark, semicolons, every cell quoted and none of them a formula. XLSX: texts stay texts, figures
    and dates are such. Takes a second for some ten thousand rows: call it in a thread.
    """
    return _csv(titles, rows) if form is Form.CSV else _xlsx(titles, rows)


async def note_export(uow: Uow, what: str, form: Form, rows: int) -> None:
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
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL)
    for row in (titles, *rows):
        writer.writerow([formula_safe("" if cell is None else str(cell)) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def _xlsx(titles: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    out = io.BytesIO()
    # Nothing is guessed from a text: no formula, no link, no number.
    guesses_off = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "dd.mm.yyyy"} | guesses_off)
    bold = book.add_format({"bold": True})
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for column, title in enumerate(titles):
        sheet.write_string(0, column, title, bold)
        sheet.set_column(column, column, min(max(len(title) + 2, 12), _WIDEST))
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(number, column, cell)
            elif isinstance(cell, datetime):
                sheet.write_string(number, column, f"{cell:%d.%m.%Y %H:%M}")
            elif cell is not None:
                sheet.write(number, column, cell)
    book.close()
    return out.getvalue()
