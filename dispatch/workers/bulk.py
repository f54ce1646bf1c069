"""Storing many workers at once: arrays unnested by one statement per table, every constraint and audit trigger on.

About 200 microseconds a man. A single registration goes the same way, so there is one way into the pool.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from dispatch.kit.geo import Point
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Uow
from dispatch.sms.tongues import Language
from dispatch.tenancy.policy import Engagement
from dispatch.workers.phones import doubt_claimed
from dispatch.workers.rules import Attestation, Availability, LocationQuality, WorkerStatus
from dispatch.workers.skills import DocumentKind

CHUNK: Final = 5_000
"""Rows of one statement."""

_POOL: Final = """
INSERT INTO workers (id, franchise_id, status, engagement, location, location_quality, zone, radius_m, skills,
                     vetted_at, consent_at, urgent_ok, short_rest_ok, daily_offers)
SELECT n.id, $1, $2, n.engagement, ST_SetSRID(ST_MakePoint(n.lon, n.lat), 4326)::geography, n.quality, n.zone,
       n.radius_m, n.skills, $3, $4, n.urgent_ok, n.short_rest_ok, n.daily_offers
FROM unnest($5::uuid[], $6::text[], $7::float8[], $8::float8[], $9::text[], $10::text[], $11::int[], $12::int[],
            $13::bool[], $14::bool[], $15::smallint[])
  AS n (id, engagement, lon, lat, quality, zone, radius_m, skills, urgent_ok, short_rest_ok, daily_offers)
"""
_PHONES: Final = "SELECT e164, phone_id FROM phones_for($1, $2, $3)"
_CONTACTS: Final = """
INSERT INTO worker_contacts (worker_id, franchise_id, phone_id, first_name, last_name, language, address, note,
                             external_id, import_id)
SELECT n.id, $1, n.phone_id, n.first_name, n.last_name, n.language, n.address, n.note, n.external_id, $2
FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
  AS n (id, phone_id, first_name, last_name, language, address, note, external_id)
"""
_HOLDERS: Final = """
INSERT INTO phone_holders (id, franchise_id, worker_id, phone_id, holder, valid)
SELECT n.id, $1, n.worker_id, n.phone_id, n.holder, tstzrange($2, NULL)
FROM unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::bool[]) AS n (id, worker_id, phone_id, holder)
"""
_ATTESTATIONS: Final = """
INSERT INTO attestations (id, franchise_id, worker_id, what, basis, author, batch_id, sha256, at)
SELECT n.id, $1, n.worker_id, n.what, $2, $3, $4, $5, $6
FROM unnest($7::uuid[], $8::uuid[], $9::text[]) AS n (id, worker_id, what)
"""
_CALENDARS: Final = """
INSERT INTO worker_availability (worker_id, franchise_id, weekdays, from_time, to_time, cycle_anchor, days_on, days_off)
SELECT n.worker_id, $1, n.weekdays, n.from_time, coalesce(n.to_time, '24:00'), n.anchor, n.days_on, n.days_off
FROM unnest($2::uuid[], $3::smallint[], $4::time[], $5::time[], $6::date[], $7::smallint[], $8::smallint[])
  AS n (worker_id, weekdays, from_time, to_time, anchor, days_on, days_off)
"""
_DOCUMENTS: Final = """
INSERT INTO worker_documents (id, franchise_id, worker_id, kind, number, region, valid_until, created_at)
SELECT n.id, $1, n.worker_id, n.kind, n.number, n.region, n.valid_until, $2
FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::date[])
  AS n (id, worker_id, kind, number, region, valid_until)
"""


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document that comes with a new worker."""

    kind: DocumentKind
    valid_until: date | None = None
    number: str = ""
    region: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWorker:
    """A worker to store; the fields are checked before they come here.

    Attributes:
        id: made by the caller with `new_id()`.
        e164: his mobile number.
        zone: IANA name; also the phone's, unless somebody holds it already.
        skills: bits of `skills.SKILL_BITS`.
        radius_m: how far he travels, in metres.
        urgent_ok: agreed to offers in quiet hours; attested with the rest, nothing without an attestation.
        holds_phone: False where the number is somebody else's and he is only reached there.
    """

    id: UUID
    e164: str
    first_name: str
    point: Point
    zone: str
    last_name: str = ""
    language: Language = Language.RU
    address: str = ""
    note: str = ""
    external_id: str | None = None
    location_quality: LocationQuality = LocationQuality.ADDRESS
    radius_m: int = 50_000
    skills: int = 0
    engagement: Engagement = Engagement.CIVIL_LAW
    urgent_ok: bool = False
    short_rest_ok: bool = False
    daily_offers: int = 3
    holds_phone: bool = True
    availability: Availability | None = None
    documents: tuple[NewDocument, ...] = ()


@dataclass(frozen=True, slots=True)
class Attested:
    """What is attested of all of them; with vetting and consent to offers they are stored as active.

    Attributes:
        what: the statements; `consent_urgent` is made of those only whose `urgent_ok` is set.
        basis: the ground, 3 to 500 characters.
        author: who answers for it.
        batch_id: what ties the statements together.
        sha256: a stored file that proves it.
    """

    what: frozenset[Attestation]
    basis: str
    author: str
    batch_id: UUID | None = None
    sha256: bytes | None = None

    @property
    def activates(self) -> bool:
        """Whether men so attested may be invited."""
        return {Attestation.VETTING, Attestation.CONSENT_OFFERS} <= self.what


async def bulk_insert_workers(
    uow: Uow, workers: Sequence[NewWorker], attested: Attested | None = None, *, import_id: UUID | None = None
) -> None:
    """Store workers of the tenant: pool rows, phones with their holders, contacts, attestations, calendars, documents.

    Statements take `CHUNK` rows each; everything is in the caller's transaction. Phones are locked in sorted order, so
    two lists that overlap wait for one another.

    Args:
        uow: the tenant's.
        workers: no two with the same number unless all but one have `holds_phone=False`.
        attested: what is stated of all of them; without it they are applicants.
        import_id: the import they come from.

    Raises:
        PhoneAlreadyInNetwork: a number has a holder already; nothing of the transaction stands.
        WorkerExternalIdTaken: likewise for an external id of this franchise.
    """
    by_phone = sorted(workers, key=lambda worker: worker.e164)
    for start in range(0, len(by_phone), CHUNK):
        await _insert(uow, by_phone[start : start + CHUNK], attested, import_id)


async def _insert(uow: Uow, workers: list[NewWorker], attested: Attested | None, import_id: UUID | None) -> None:
    ids = [worker.id for worker in workers]
    await _insert_pool_rows(uow, workers, ids, attested)
    phone_ids = await _phones(uow, workers)
    await uow.run(
        _CONTACTS,
        uow.franchise_id,
        import_id,
        ids,
        phone_ids,
        [worker.first_name for worker in workers],
        [worker.last_name for worker in workers],
        [str(worker.language) for worker in workers],
        [worker.address for worker in workers],
        [worker.note for worker in workers],
        [worker.external_id for worker in workers],
    )
    await uow.run(
        _HOLDERS,
        uow.franchise_id,
        uow.now,
        [new_id() for _ in workers],
        ids,
        phone_ids,
        [worker.holds_phone for worker in workers],
    )
    await doubt_claimed(uow, phone_ids)
    if attested is not None:
        urgent = {worker.id for worker in workers if worker.urgent_ok}
        pairs = [
            (worker_id, what)
            for what in sorted(attested.what)
            for worker_id in ids
            if what is not Attestation.CONSENT_URGENT or worker_id in urgent
        ]
        await insert_attestations(uow, pairs, attested)
    await _insert_calendars(uow, [worker for worker in workers if worker.availability is not None])
    await _insert_documents(uow, [(worker.id, document) for worker in workers for document in worker.documents])


async def _insert_pool_rows(uow: Uow, workers: list[NewWorker], ids: list[UUID], attested: Attested | None) -> None:
    what = attested.what if attested is not None else frozenset()
    vetted_at: datetime | None = uow.now if Attestation.VETTING in what else None
    consent_at: datetime | None = uow.now if Attestation.CONSENT_OFFERS in what else None
    urgent = Attestation.CONSENT_URGENT in what
    active = attested is not None and attested.activates
    await uow.run(
        _POOL,
        uow.franchise_id,
        str(WorkerStatus.ACTIVE if active else WorkerStatus.APPLICANT),
        vetted_at,
        consent_at,
        ids,
        [str(worker.engagement) for worker in workers],
        [worker.point.lon for worker in workers],
        [worker.point.lat for worker in workers],
        [str(worker.location_quality) for worker in workers],
        [worker.zone for worker in workers],
        [worker.radius_m for worker in workers],
        [worker.skills for worker in workers],
        [urgent and worker.urgent_ok for worker in workers],
        [worker.short_rest_ok for worker in workers],
        [worker.daily_offers for worker in workers],
    )


async def _phones(uow: Uow, workers: list[NewWorker]) -> list[UUID]:
    zones = {worker.e164: worker.zone for worker in workers}
    rows = await uow.fetch(_PHONES, list(zones), list(zones.values()), [new_id() for _ in zones])
    found: dict[str, UUID] = {row["e164"]: row["phone_id"] for row in rows}
    return [found[worker.e164] for worker in workers]


async def insert_attestations(uow: Uow, pairs: Sequence[tuple[UUID, Attestation]], attested: Attested) -> None:
    """Write one statement for each (worker, what); they can never be changed or deleted.

    Raises:
        FileNotStored: the attested file is not kept by this tenant.
    """
    if pairs:
        await uow.run(
            _ATTESTATIONS,
            uow.franchise_id,
            attested.basis,
            attested.author,
            attested.batch_id,
            attested.sha256,
            uow.now,
            [new_id() for _ in pairs],
            [worker_id for worker_id, _ in pairs],
            [str(what) for _, what in pairs],
        )


async def _insert_calendars(uow: Uow, workers: list[NewWorker]) -> None:
    if workers:
        await uow.run(_CALENDARS, uow.franchise_id, *_columns([_calendar(worker) for worker in workers]))


def _calendar(worker: NewWorker) -> tuple[Any, ...]:
    calendar = worker.availability
    assert calendar is not None
    cycle = (calendar.cycle.anchor, calendar.cycle.days_on, calendar.cycle.days_off) if calendar.cycle else (None,) * 3
    return (worker.id, calendar.weekdays, calendar.from_time, calendar.to_time, *cycle)


async def _insert_documents(uow: Uow, documents: list[tuple[UUID, NewDocument]]) -> None:
    if documents:
        rows = [
            (new_id(), worker_id, str(each.kind), each.number, each.region, each.valid_until)
            for worker_id, each in documents
        ]
        await uow.run(_DOCUMENTS, uow.franchise_id, uow.now, *_columns(rows))


def _columns(rows: list[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
