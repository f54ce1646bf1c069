"""A man's calendar, absences and documents, kept by his home franchise."""

from datetime import date
from typing import Final
from uuid import UUID

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Uow
from dispatch.kit.walltime import day_bounds
from dispatch.workers.commands import AddAbsence, AddDocument, SetAvailability
from dispatch.workers.errors import AbsenceNotFound, DocumentNotFound, WorkerNotFound
from dispatch.workers.models import Absence, CalendarView, Document, hex_of
from dispatch.workers.queries import calendar_of, require_home
from dispatch.workers.vetting import keep

_SET: Final = """
INSERT INTO worker_availability (worker_id, franchise_id, weekdays, from_time, to_time, cycle_anchor, days_on, days_off)
VALUES ($2, $1, $3, $4, coalesce($5::time, '24:00'), $6, $7, $8)
ON CONFLICT (worker_id) DO UPDATE
SET weekdays = excluded.weekdays, from_time = excluded.from_time, to_time = excluded.to_time,
    cycle_anchor = excluded.cycle_anchor, days_on = excluded.days_on, days_off = excluded.days_off
"""


async def set_availability(uow: Uow, worker_id: UUID, command: SetAvailability) -> CalendarView:
    """Say when a man can work, in place of what was said before, and return his calendar.

    Raises:
        WorkerNotFound: he is not the tenant's.
    """
    await require_home(uow, worker_id)
    calendar = command.calendar()
    cycle = calendar.cycle
    await uow.run(
        _SET,
        uow.franchise_id,
        worker_id,
        calendar.weekdays,
        calendar.from_time,
        calendar.to_time,
        cycle and cycle.anchor,
        cycle and cycle.days_on,
        cycle and cycle.days_off,
    )
    return await calendar_of(uow, worker_id)


async def add_absence(uow: Uow, worker_id: UUID, command: AddAbsence) -> Absence:
    """Keep a stretch in which a man is not asked. Seats he holds in it stay until somebody releases them.

    Raises:
        WorkerNotFound: he is not the tenant's.
    """
    await require_home(uow, worker_id)
    absence = Absence(id=new_id(), starts_at=command.starts_at, ends_at=command.ends_at, reason=command.reason)
    await uow.run(
        """INSERT INTO worker_absences (id, franchise_id, worker_id, during, reason)
           VALUES ($1, $2, $3, tstzrange($4, $5), $6)""",
        absence.id,
        uow.franchise_id,
        worker_id,
        absence.starts_at,
        absence.ends_at,
        absence.reason,
    )
    return absence


async def mark_day(uow: Uow, worker_id: UUID, day: date, *, free: bool | None = None) -> bool:
    """Say that a man can work on one day, or that he cannot; his own midnights.

    An absence that goes on before or after the day stays there. What his week or cycle says stays as it is, and so do
    seats he holds. Saying the same twice changes nothing.

    Args:
        uow: the tenant's.
        worker_id: whose day.
        day: on his own clock.
        free: whether he can; by default the day is turned: free where he was away, be it for a part, and else away.

    Returns:
        Whether he is away on that day now.

    Raises:
        WorkerNotFound: he is not the tenant's.
    """
    zone = await uow.fetchval(
        "SELECT zone FROM workers WHERE franchise_id = $1 AND id = $2 FOR NO KEY UPDATE", uow.franchise_id, worker_id
    )
    if zone is None:
        raise WorkerNotFound
    begins, ends = day_bounds(day, zone)
    absences = (await calendar_of(uow, worker_id)).absences
    touching = [x for x in absences if x.starts_at < ends and (x.ends_at is None or begins < x.ends_at)]
    free = bool(touching) if free is None else free
    if not free:
        if not any(x.starts_at <= begins and (x.ends_at is None or ends <= x.ends_at) for x in touching):
            await add_absence(uow, worker_id, AddAbsence(starts_at=begins, ends_at=ends))
        return True
    for absence in touching:
        await remove_absence(uow, worker_id, absence.id)
        if absence.starts_at < begins:
            before = AddAbsence(starts_at=absence.starts_at, ends_at=begins, reason=absence.reason)
            await add_absence(uow, worker_id, before)
        if absence.ends_at is None or absence.ends_at > ends:
            after = AddAbsence(starts_at=ends, ends_at=absence.ends_at, reason=absence.reason)
            await add_absence(uow, worker_id, after)
    return False


async def remove_absence(uow: Uow, worker_id: UUID, absence_id: UUID) -> None:
    """Take an absence back.

    Raises:
        AbsenceNotFound: the tenant keeps no such absence of this man.
    """
    gone = await uow.run(
        "DELETE FROM worker_absences WHERE franchise_id = $1 AND worker_id = $2 AND id = $3",
        uow.franchise_id,
        worker_id,
        absence_id,
    )
    if gone == 0:
        raise AbsenceNotFound


async def add_document(uow: Uow, worker_id: UUID, command: AddDocument) -> Document:
    """Keep a document of a man. An older one of the kind stays beside it; any valid one counts.

    Raises:
        WorkerNotFound: he is not the tenant's.
        FileKindUnknown: the file is neither PNG nor JPEG nor PDF.
    """
    await require_home(uow, worker_id)
    sha256 = await keep(uow, command.file)
    document = Document(
        id=new_id(),
        kind=command.kind,
        number=command.number,
        region=command.region,
        valid_until=command.valid_until,
        sha256=hex_of(sha256),
        created_at=uow.now,
    )
    await uow.run(
        """INSERT INTO worker_documents (id, franchise_id, worker_id, kind, number, region, valid_until, sha256,
                                         created_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        document.id,
        uow.franchise_id,
        worker_id,
        str(document.kind),
        document.number,
        document.region,
        document.valid_until,
        sha256,
        document.created_at,
    )
    return document


async def remove_document(uow: Uow, worker_id: UUID, document_id: UUID) -> None:
    """Remove a document; the audit trail keeps what it said.

    Raises:
        DocumentNotFound: the tenant keeps no such document of this man.
    """
    gone = await uow.run(
        "DELETE FROM worker_documents WHERE franchise_id = $1 AND worker_id = $2 AND id = $3",
        uow.franchise_id,
        worker_id,
        document_id,
    )
    if gone == 0:
        raise DocumentNotFound
