"""What comes back from the site besides marks about men: photos of the register, hours, the client's signature."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from dispatch.crew.alarms import Severity, raise_alarm
from dispatch.crew.rules import SeatStatus
from dispatch.crew.seats import Seat, seats_of
from dispatch.crew.site_marks import marks_of
from dispatch.kit.errors import Invalid, NotFound
from dispatch.kit.files import FileKind, sniff_kind
from dispatch.kit.filestore import StoredFile, read_file, store_file
from dispatch.kit.uow import Uow
from dispatch.orders.shifts import Shift
from dispatch.orders.timeline import note
from dispatch.staffing.close import HoursOfUnknownSeat
from dispatch.staffing.complete import minutes_until_left
from dispatch.staffing.on_site.commands import MarkFinished

PAPERS: Final = ("register", "finished")
"""The kinds of marks that bring a picture."""


class NotAPicture(Invalid):
    """Only a photo can be looked at."""


class PaperNotFound(NotFound):
    """No such photo or signature of this shift."""


@dataclass(frozen=True, slots=True)
class Report:
    """What the site reported last: minutes by seat where they differ from the plan, and who signed when."""

    minutes: Mapping[UUID, int]
    signed_by: str | None
    at: datetime


async def store_picture(uow: Uow, content: bytes) -> bytes:
    """Keep a photo or a signature and return its SHA-256.

    Raises:
        NotAPicture: it is neither JPEG nor PNG.
        FileTooLarge: over 5 MB.
    """
    if sniff_kind(content) not in (FileKind.JPEG, FileKind.PNG):
        raise NotAPicture("This is no photo. Take it again.")
    return await store_file(uow, content)


async def note_finish(uow: Uow, shift: Shift, mark: MarkFinished, *, source: str) -> dict[str, object]:
    """Tell the dispatchers that the work is done; return what of it is kept with the mark.

    It closes nothing: whoever approves hours finds these filled in. A later report takes the place of an earlier one.

    Raises:
        HoursOfUnknownSeat: hours for somebody who is not of this shift, or was not here.
    """
    there = await seats_of(uow, shift.id, statuses=[SeatStatus.ARRIVED, SeatStatus.COMPLETED])
    _refuse_strangers(mark, there)
    await note(uow, shift.id, "site_finished", people=len(there), signed=mark.image is not None, source=source)
    await raise_alarm(
        uow,
        "site_finished",
        "The site says that the work is done: approve the hours and close the shift.",
        shift_id=shift.id,
        severity=Severity.INFO,
    )
    return {
        "minutes": {str(line.seat_id): line.minutes for line in mark.hours},
        "signed_by": mark.signed_by,
    }


def _refuse_strangers(mark: MarkFinished, there: Collection[Seat]) -> None:
    known = {seat.id for seat in there}
    if not {line.seat_id for line in mark.hours} <= known:
        raise HoursOfUnknownSeat("Hours are stated for somebody who was not marked as here. Mark that first.")


async def last_report(uow: Uow, shift_id: UUID) -> Report | None:
    """Read what the site reported last; None when it did not."""
    marks = await marks_of(uow, shift_id, ["finished"])
    if not marks:
        return None
    detail: Mapping[str, Any] = marks[0]["detail"]
    minutes = {UUID(seat_id): int(count) for seat_id, count in detail["minutes"].items()}
    return Report(minutes, detail["signed_by"], marks[0]["at"])


async def hours_from_site(uow: Uow, shift: Shift) -> Mapping[UUID, int]:
    """Return minutes worked as far as the site says anything but the plan: by its report, else until a man left."""
    there = await seats_of(uow, shift.id, statuses=[SeatStatus.ARRIVED])
    left = {seat.id: minutes_until_left(shift, seat) for seat in there}
    report = await last_report(uow, shift.id)
    known = {seat_id: minutes for seat_id, minutes in left.items() if minutes is not None}
    return known | {seat: minutes for seat, minutes in (report.minutes if report else {}).items() if seat in left}


async def papers_of(uow: Uow, shift_id: UUID) -> Sequence[Mapping[str, Any]]:
    """Read the marks of a shift that brought a picture, newest first."""
    return [mark for mark in await marks_of(uow, shift_id, PAPERS) if mark["sha256"] is not None]


async def papers_of_client(uow: Uow, client_id: UUID, limit: int) -> Sequence[Mapping[str, Any]]:
    """Read the newest marks that brought a picture from the sites of a client, with shift and address."""
    return await uow.fetch(
        """SELECT m.id, m.shift_id, m.kind, m.at, t.address FROM shifts f
           JOIN site_marks m ON m.franchise_id = f.franchise_id AND m.shift_id = f.id AND m.kind = ANY ($3)
                            AND m.sha256 IS NOT NULL
           JOIN sites t ON t.franchise_id = f.franchise_id AND t.id = f.site_id
           WHERE f.franchise_id = $1 AND f.client_id = $2 ORDER BY m.at DESC, m.id LIMIT $4""",
        uow.franchise_id,
        client_id,
        list(PAPERS),
        limit,
    )


async def read_paper(uow: Uow, shift_id: UUID, mark_id: UUID) -> StoredFile:
    """Return the picture a mark of this shift brought.

    Raises:
        PaperNotFound: there is none.
    """
    found = next((mark for mark in await papers_of(uow, shift_id) if mark["id"] == mark_id), None)
    if found is None:
        raise PaperNotFound("There is no such picture of this shift.")
    return await read_file(uow, found["sha256"])
