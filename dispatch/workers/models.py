"""What is read of workers, by who may see it: the home's own record, its list, the card, the calendar, an import."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from dispatch.kit.phones import mask_phone
from dispatch.sms.tongues import Language
from dispatch.tenancy.policy import Engagement
from dispatch.workers.commands import Weekday, WorkCycle
from dispatch.workers.rules import Attestation, LocationQuality, Ring, WorkerStatus
from dispatch.workers.skills import DocumentKind, Service, from_mask

Rating = Annotated[Decimal, Field(ge=1, le=5, decimal_places=2)]


class View(BaseModel):
    """Something read; never changed in place."""

    model_config = ConfigDict(frozen=True)


class WorkerLine(View):
    """One of the franchise's own men, as a list shows him: the phone without its middle."""

    id: UUID
    version: int
    status: WorkerStatus
    invitable: bool
    first_name: str
    last_name: str
    masked_phone: str
    external_id: str | None
    skills: tuple[Service, ...]
    test: bool
    """Registered with a test key: asked for test orders alone."""
    rating: Rating
    """With the cap of a no-show applied."""
    capped: bool
    location_quality: LocationQuality
    photo_sha256: str | None
    """Of his photo, which has an address of its own."""


class Worker(WorkerLine):
    """Everything the home franchise keeps of a man, but the phone in full, which the card shows."""

    language: Language
    address: str
    lat: float
    lon: float
    zone: str
    radius_m: int
    engagement: Engagement
    note: str
    short_rest_ok: bool
    urgent_ok: bool
    daily_offers: int
    vetted_at: datetime | None
    consent_at: datetime | None
    opted_out: bool
    capped_until: datetime | None
    import_id: UUID | None
    created_at: datetime


class CardView(StrEnum):
    """In what relation the reader stands to the man; it decides what the card holds."""

    HOME = "home"
    SEATED_GUEST = "seated_guest"
    INVITED_GUEST = "invited_guest"
    POOL = "pool"


class WorkerCard(View):
    """A man as this franchise may see him.

    Home: name, phone in full, documents. A guest with a live seat, until 24 hours after it: first name, photo, masked
    phone. A guest with an invitation: first name. Anybody else: rating and ring alone.
    """

    worker_id: UUID
    view: CardView
    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None
    masked_phone: str | None = None
    photo_sha256: str | None = None
    rating: Rating
    ring: Ring
    """Distance from the reader's own franchise."""
    skills: tuple[Service, ...]
    documents: tuple[DocumentKind, ...] = ()
    """The kinds that are valid today; told at home only."""


class Document(View):
    """A document of one of the franchise's own men."""

    id: UUID
    kind: DocumentKind
    number: str
    region: str | None
    valid_until: date | None
    sha256: str | None
    created_at: datetime


class Absence(View):
    """A stretch a man is away: [starts_at, ends_at), without an end until taken back."""

    id: UUID
    starts_at: datetime
    ends_at: datetime | None
    reason: str


class AttestationRecord(View):
    """What was stated of a man, when, by whom and on what ground."""

    id: UUID
    what: Attestation
    given: bool
    basis: str
    author: str
    batch_id: UUID | None
    sha256: str | None
    at: datetime


class CalendarView(View):
    """When a man can work, on his own clock, and when he is away."""

    weekdays: tuple[Weekday, ...]
    from_time: time
    to_time: time | None
    cycle: WorkCycle | None
    absences: tuple[Absence, ...]


class RevealedPhone(View):
    """A phone in full, handed out once, with a record of it."""

    worker_id: UUID
    phone: str


class AttestedInBulk(View):
    """What a bulk attestation did: men it concerned, men who became active by it."""

    batch_id: UUID
    workers: int
    activated: int


class AttestedOfImport(View):
    """What was stated at once of men an import brought, by whom and of how many."""

    what: Attestation
    author: str
    basis: str
    at: datetime
    workers: int


class LineReject(View):
    """A line of a list that was not taken, and what to do about it. Its contents are not repeated."""

    line: int
    """Of the file, counted from 1; the first line of a record with line ends inside."""
    code: str
    reason: str


class ImportSummary(View):
    """An import, finished or under way; `accepted + known + rejected` are the lines dealt with so far."""

    id: UUID
    file_name: str
    rows: int
    accepted: int
    known: int
    """Lines about men who were here already; nothing was changed by them."""
    rejected: int
    author: str
    created_at: datetime
    finished_at: datetime | None


class ImportReport(ImportSummary):
    """An import with every line that was not taken."""

    encoding: str
    delimiter: str
    ignored_columns: tuple[str, ...]
    rejects: tuple[LineReject, ...]


def line_of(row: Mapping[str, Any]) -> WorkerLine:
    """Read a row of `queries.LINE`."""
    return WorkerLine(**_shared(row))


def worker_of(row: Mapping[str, Any]) -> Worker:
    """Read a row of `queries.RECORD`."""
    kept = {name: row[name] for name in Worker.model_fields.keys() - WorkerLine.model_fields.keys()}
    return Worker(**_shared(row), **kept)


def _shared(row: Mapping[str, Any]) -> dict[str, Any]:
    derived = {"skills": from_mask(row["skills"]), "masked_phone": mask_phone(row["e164"] or "")}
    return {name: row[name] for name in WorkerLine.model_fields.keys() - derived.keys()} | derived


def hex_of(sha256: bytes | None) -> str | None:
    """Write a digest as the API does."""
    return None if sha256 is None else sha256.hex()


def documents_of(rows: Sequence[Mapping[str, Any]]) -> list[Document]:
    """Read rows of `worker_documents`."""
    return [Document(**{**dict(row), "sha256": hex_of(row["sha256"])}) for row in rows]
