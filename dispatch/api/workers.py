"""Workers: the franchise's own people, their calendars, documents and attestations, and everybody's card."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from dispatch.access.roles import Permission, can
from dispatch.api import worker_lists
from dispatch.api.deps import CallerDep, UowDep, allow
from dispatch.api.errors import responses
from dispatch.api.idempotency import IdempotencyKeyMalformed, IdempotencyKeyReused, OnceDep
from dispatch.api.versions import IfMatchDep, VersionMissing, set_version
from dispatch.crew.rules import SeatKind, SeatStatus
from dispatch.kit.files import FileKindUnknown
from dispatch.kit.geo import ZoneUnknown
from dispatch.kit.pages import DEFAULT_LIMIT, CursorInvalid, Limit, Page, read_cursor
from dispatch.kit.phones import PhoneInvalid
from dispatch.kit.states import IllegalMove
from dispatch.kit.text import Clean
from dispatch.kit.uow import Uow
from dispatch.kit.walltime import TimeOutOfRange
from dispatch.staffing.parting import WorkerHoldsSeats, part_with_worker, pause_and_tell
from dispatch.workers import calendar, cards, change, queries, vetting
from dispatch.workers.commands import (
    AddAbsence,
    AddDocument,
    ChangeWorker,
    RecordAttestation,
    RegisterWorker,
    SetAvailability,
    SetSkills,
)
from dispatch.workers.errors import (
    AbsenceNotFound,
    CityUnknown,
    DocumentNotFound,
    PhoneAlreadyInNetwork,
    PhoneBelongsToWorker,
    PhoneNotRevealed,
    WorkerBanned,
    WorkerChanged,
    WorkerExternalIdTaken,
    WorkerHasNotConsented,
    WorkerNotFound,
    WorkerNotVetted,
)
from dispatch.workers.models import (
    Absence,
    AttestationRecord,
    CalendarView,
    Document,
    RevealedPhone,
    View,
    Worker,
    WorkerCard,
    WorkerLine,
)
from dispatch.workers.register import register_worker
from dispatch.workers.rules import WorkerStatus
from dispatch.workers.skills import Service

router = APIRouter(tags=["workers"])
router.include_router(worker_lists.router)  # first: its paths are more specific

_ONCE: Final = (IdempotencyKeyReused, IdempotencyKeyMalformed)
_PERSON: Final = (
    PhoneInvalid,
    PhoneBelongsToWorker,
    PhoneAlreadyInNetwork,
    WorkerExternalIdTaken,
    CityUnknown,
    ZoneUnknown,
)
SearchText = Annotated[str, Clean(max_length=100, min_length=0)]


class Documents(View):
    """The documents of one man, newest first."""

    items: tuple[Document, ...]


class Attestations(View):
    """What was stated of one man, newest first."""

    items: tuple[AttestationRecord, ...]


class HeldSeatOut(View):
    """A seat whose man is still expected; without ids when it is with another franchise."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    seat_id: UUID | None
    shift_id: UUID | None
    kind: SeatKind
    status: SeatStatus
    starts_at: AwareDatetime
    ends_at: AwareDatetime


class PausedWorker(Worker):
    """A man who is invited no more for now, with the seats that he keeps."""

    seats: tuple[HeldSeatOut, ...]


class SkillSet(View):
    """Everything a man can do."""

    skills: tuple[Service, ...]


class SearchWorkers(BaseModel):
    """Whom to find: part of a name or external id, or the last digits of a phone; and further conditions.

    Of a name or id, fewer than three letters are its beginning.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    q: SearchText = ""
    status: WorkerStatus | None = None
    skills: Annotated[tuple[Service, ...], Field(max_length=len(Service))] = ()
    limit: Limit = DEFAULT_LIMIT
    cursor: Annotated[str | None, Field(max_length=4000)] = None


@router.get("/workers", dependencies=[allow(Permission.WORKERS_READ)], responses=responses(CursorInvalid))
async def list_workers(
    uow: UowDep,
    status: WorkerStatus | None = None,
    skill: Annotated[list[Service] | None, Query(max_length=len(Service))] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(max_length=4000)] = None,
) -> Page[WorkerLine]:
    """List the franchise's own people in the order in which they came; phones without their middle.

    Names and phones do not belong into an address: search by them with POST /workers/search.
    """
    wanted = SearchWorkers(status=status, skills=tuple(skill or ()), limit=limit, cursor=cursor)
    return await _page_of(uow, wanted)


@router.post("/workers/search", dependencies=[allow(Permission.WORKERS_READ)], responses=responses(CursorInvalid))
async def search_workers(command: SearchWorkers, uow: UowDep) -> Page[WorkerLine]:
    """Find the franchise's own people; the same pages as the list. Nothing asked for gets into an address or a log."""
    return await _page_of(uow, command)


async def _page_of(uow: Uow, wanted: SearchWorkers) -> Page[WorkerLine]:
    rows = await queries.list_workers(
        uow,
        text=wanted.q,
        status=wanted.status,
        skills=wanted.skills,
        after=None if wanted.cursor is None else read_cursor(wanted.cursor, UUID).row_id,
        limit=wanted.limit + 1,
    )
    return Page[WorkerLine].cut(rows, wanted.limit, item=lambda row: row, key=lambda row: (row.id, row.id))


@router.post(
    "/workers",
    status_code=201,
    dependencies=[allow(Permission.WORKERS_WRITE)],
    responses=responses(*_PERSON, *_ONCE),
)
async def post_worker(command: RegisterWorker, uow: UowDep, once: OnceDep) -> Worker:
    """Take somebody into the pool, as an applicant: he is invited once he is vetted, consenting and active."""
    return await once(register_worker, uow, command)


@router.get("/workers/{worker_id}", dependencies=[allow(Permission.WORKERS_READ)], responses=responses(WorkerNotFound))
async def read_worker(worker_id: UUID, uow: UowDep, response: Response) -> Worker:
    """Read one of the franchise's own people; the version comes as ETag."""
    return _versioned(response, await queries.worker_record(uow, worker_id))


@router.patch(
    "/workers/{worker_id}",
    dependencies=[allow(Permission.WORKERS_WRITE)],
    responses=responses(WorkerNotFound, WorkerChanged, VersionMissing, *_PERSON),
)
async def patch_worker(
    worker_id: UUID, command: ChangeWorker, version: IfMatchDep, uow: UowDep, response: Response
) -> Worker:
    """Change what is given, from the version read."""
    return _versioned(response, await change.change_worker(uow, worker_id, command, version))


def _versioned(response: Response, worker: Worker) -> Worker:
    set_version(response, worker.version)
    return worker


@router.get(
    "/workers/{worker_id}/card", dependencies=[allow(Permission.WORKERS_READ)], responses=responses(WorkerNotFound)
)
async def read_card(worker_id: UUID, caller: CallerDep, uow: UowDep) -> WorkerCard:
    """Read anybody of the network as far as this franchise may see him; `view` says how far that is.

    The phone in full is on the card at home only, and only for roles that may reveal it.
    """
    card = await cards.worker_card(uow, worker_id)
    return card if can(caller.role, Permission.CONTACTS_REVEAL) else card.model_copy(update={"phone": None})


@router.post(
    "/workers/{worker_id}/reveal",
    dependencies=[allow(Permission.CONTACTS_REVEAL)],
    responses=responses(PhoneNotRevealed),
)
async def reveal_phone(worker_id: UUID, uow: UowDep) -> RevealedPhone:
    """Show a phone in full and write down who asked. A guest may ask while the man has a live seat there."""
    return await cards.reveal_phone(uow, worker_id)


@router.put(
    "/workers/{worker_id}/skills", dependencies=[allow(Permission.WORKERS_WRITE)], responses=responses(WorkerNotFound)
)
async def put_skills(worker_id: UUID, command: SetSkills, uow: UowDep) -> SkillSet:
    """Say everything he can do."""
    return SkillSet(skills=await change.set_skills(uow, worker_id, command))


@router.get(
    "/workers/{worker_id}/availability",
    dependencies=[allow(Permission.WORKERS_READ)],
    responses=responses(WorkerNotFound),
)
async def read_availability(worker_id: UUID, uow: UowDep) -> CalendarView:
    """Read when he can work, and the absences that have not passed."""
    return await queries.calendar_of(uow, worker_id)


@router.put(
    "/workers/{worker_id}/availability",
    dependencies=[allow(Permission.WORKERS_WRITE)],
    responses=responses(WorkerNotFound),
)
async def put_availability(worker_id: UUID, command: SetAvailability, uow: UowDep) -> CalendarView:
    """Say when he can work, in place of what was said before."""
    return await calendar.set_availability(uow, worker_id, command)


@router.post(
    "/workers/{worker_id}/absences",
    status_code=201,
    dependencies=[allow(Permission.WORKERS_WRITE)],
    responses=responses(WorkerNotFound, TimeOutOfRange, *_ONCE),
)
async def post_absence(worker_id: UUID, command: AddAbsence, uow: UowDep, once: OnceDep) -> Absence:
    """Keep a stretch in which he is not asked."""
    return await once(calendar.add_absence, uow, worker_id, command)


@router.delete(
    "/workers/{worker_id}/absences/{absence_id}",
    status_code=204,
    dependencies=[allow(Permission.WORKERS_WRITE)],
    responses=responses(AbsenceNotFound),
)
async def delete_absence(worker_id: UUID, absence_id: UUID, uow: UowDep) -> None:
    """Take an absence back."""
    await calendar.remove_absence(uow, worker_id, absence_id)


@router.get(
    "/workers/{worker_id}/documents",
    dependencies=[allow(Permission.WORKERS_READ)],
    responses=responses(WorkerNotFound),
)
async def list_documents(worker_id: UUID, uow: UowDep) -> Documents:
    """List his documents, newest first."""
    return Documents(items=tuple(await queries.documents_of_worker(uow, worker_id)))


@router.post(
    "/workers/{worker_id}/documents",
    status_code=201,
    dependencies=[allow(Permission.WORKERS_WRITE)],
    responses=responses(WorkerNotFound, FileKindUnknown, *_ONCE),
)
async def post_document(worker_id: UUID, command: AddDocument, uow: UowDep, once: OnceDep) -> Document:
    """Keep a document of his."""
    return await once(calendar.add_document, uow, worker_id, command)


@router.delete(
    "/workers/{worker_id}/documents/{document_id}",
    status_code=204,
    dependencies=[allow(Permission.WORKERS_WRITE)],
    responses=responses(DocumentNotFound),
)
async def delete_document(worker_id: UUID, document_id: UUID, uow: UowDep) -> None:
    """Remove a document; the audit trail keeps what it said."""
    await calendar.remove_document(uow, worker_id, document_id)


@router.get(
    "/workers/{worker_id}/attestations",
    dependencies=[allow(Permission.WORKERS_READ)],
    responses=responses(WorkerNotFound),
)
async def list_attestations(worker_id: UUID, uow: UowDep) -> Attestations:
    """List what was stated of him, newest first; the newest of a kind counts."""
    return Attestations(items=tuple(await queries.attestations_of(uow, worker_id)))


@router.post(
    "/workers/{worker_id}/attestations",
    status_code=201,
    dependencies=[allow(Permission.WORKERS_VET)],
    responses=responses(WorkerNotFound, FileKindUnknown, *_ONCE),
)
async def post_attestation(
    worker_id: UUID, command: RecordAttestation, uow: UowDep, once: OnceDep
) -> AttestationRecord:
    """State that he was interviewed or agreed to texts, or take such a statement back."""
    return await once(vetting.record_attestation, uow, worker_id, command)


@router.post(
    "/workers/{worker_id}/activate",
    dependencies=[allow(Permission.WORKERS_WRITE)],
    responses=responses(WorkerNotFound, WorkerNotVetted, WorkerHasNotConsented, WorkerBanned, IllegalMove),
)
async def activate(worker_id: UUID, uow: UowDep, response: Response) -> Worker:
    """Let him be invited. Repeating changes nothing."""
    return await _moved(uow, response, worker_id, change.activate_worker)


@router.post(
    "/workers/{worker_id}/pause",
    dependencies=[allow(Permission.WORKERS_WRITE)],
    responses=responses(WorkerNotFound, IllegalMove),
)
async def pause(worker_id: UUID, uow: UowDep, response: Response) -> PausedWorker:
    """Invite him no more for now. Seats he holds stay, and the answer lists them. Repeating changes nothing."""
    held = await pause_and_tell(uow, worker_id)
    worker = _versioned(response, await queries.worker_record(uow, worker_id))
    seats = tuple(HeldSeatOut.model_validate(seat) for seat in held)
    return PausedWorker(**dict(worker), seats=seats)


@router.post(
    "/workers/{worker_id}/archive",
    dependencies=[allow(Permission.WORKERS_WRITE)],
    responses=responses(WorkerNotFound, WorkerBanned, WorkerHoldsSeats, IllegalMove),
)
async def archive(worker_id: UUID, uow: UowDep, response: Response) -> Worker:
    """Part with him; his number is free for its next holder. Not while he holds a seat. Repeating changes nothing."""
    return await _moved(uow, response, worker_id, part_with_worker)


@router.post(
    "/workers/{worker_id}/restore",
    dependencies=[allow(Permission.WORKERS_WRITE)],
    responses=responses(WorkerNotFound, PhoneBelongsToWorker, PhoneAlreadyInNetwork, IllegalMove),
)
async def restore(worker_id: UUID, uow: UowDep, response: Response) -> Worker:
    """Take him back as an applicant, with his number. Repeating changes nothing."""
    return await _moved(uow, response, worker_id, change.restore_worker)


async def _moved(uow: Uow, response: Response, worker_id: UUID, move: Any) -> Worker:  # noqa: ANN401 - a use case
    await move(uow, worker_id)
    return _versioned(response, await queries.worker_record(uow, worker_id))
