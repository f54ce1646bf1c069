"""The report of an import as a file for spreadsheets, which must never run what a cell says."""

from collections.abc import Iterable

from dispatch.kit.exports import SheetForm, write_file
from dispatch.workers.models import LineReject


def report_csv(rejects: Iterable[LineReject]) -> bytes:
    """Return the rejected lines as a file that spreadsheets open as it is.

    UTF-8 with its mark, semicolons, every cell quoted and none of them a formula.
    """
    return write_file(
        SheetForm.CSV, ("line", "code", "reason"), [(reject.line, reject.code, reject.reason) for reject in rejects]
    )
