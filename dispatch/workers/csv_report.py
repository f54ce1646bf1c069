"""The report of an import as a file for spreadsheets, which must never run what a cell says."""

import csv
import io
from collections.abc import Iterable
from typing import Final

from dispatch.workers.models import LineReject

_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def formula_safe(cell: str) -> str:
    """Return the cell with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.startswith(_STARTS_A_FORMULA) or cell.lstrip().startswith(_STARTS_A_FORMULA) else cell


def report_csv(rejects: Iterable[LineReject]) -> bytes:
    """Return the rejected lines as a file that spreadsheets open as it is.

    UTF-8 with its mark, semicolons, every cell quoted and none of them a formula.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL)
    writer.writerow(["line", "code", "reason"])
    for reject in rejects:
        writer.writerow([str(reject.line), formula_safe(reject.code), formula_safe(reject.reason)])
    return out.getvalue().encode("utf-8-sig")
