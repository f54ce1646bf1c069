"""A workbook as spreadsheets save it, turned into the text that lists are read from. Pure but for its memory."""

import csv
import io
import zipfile
from datetime import date, datetime, time
from typing import Final

import openpyxl  # type: ignore[import-untyped]  # it ships no types

from dispatch.workers.csv_import import MOST_LINES
from dispatch.workers.errors import ListTooLong, ListUnreadable

_MOST_UNPACKED: Final = 200 * 1024 * 1024
_MOST_COLUMNS: Final = 200


def sheet_as_csv(content: bytes) -> bytes:
    """Return the first sheet of a workbook as UTF-8 with semicolons.

    Figures come without a needless point, dates as they are written in lists, formulas by their last value.

    Raises:
        ListUnreadable: it is no workbook, or unpacks to more than any list needs.
        ListTooLong: more than `MOST_LINES` rows.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(part.file_size for part in archive.infolist())
        if size <= _MOST_UNPACKED:
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            return _written(book.worksheets[0])
    except ListTooLong:
        raise
    except Exception as error:  # the reader of workbooks raises whatever its parts raise
        raise ListUnreadable from error
    raise ListUnreadable


def _written(sheet: object) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    rows = sheet.iter_rows(values_only=True, max_col=_MOST_COLUMNS)  # type: ignore[attr-defined]
    for number, row in enumerate(rows):
        if number > MOST_LINES:
            raise ListTooLong(number, MOST_LINES)
        writer.writerow([_text(cell) for cell in row])
    return out.getvalue().encode()


def _text(cell: object) -> str:
    match cell:
        case None:
            return ""
        case datetime() | date():
            return f"{cell:%d.%m.%Y}"
        case time():
            return f"{cell:%H:%M}"
        case float() if cell.is_integer():
            return str(int(cell))
    return str(cell)
