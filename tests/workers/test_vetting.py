from base64 import b64encode
from uuid import UUID

import asyncpg
import pytest
from pydantic import ValidationError

from dispatch.kit.files import FileKindUnknown
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.tenancy.models import Franchise
from dispatch.workers.change import activate_worker, archive_worker, pause_worker
from dispatch.workers.commands import AttestInBulk, RecordAttestation
from dispatch.workers.csv_import import import_workers
from dispatch.workers.errors import ImportNotFound, WorkerNotFound
from dispatch.workers.models import AttestedInBulk, Worker
from dispatch.workers.queries import attestations_of, worker_record
from dispatch.workers.rules import Attestation, WorkerStatus
from dispatch.workers.vetting import attest_in_bulk, record_attestation
from tests.factories.workers import make_worker, make_workers, next_phone

ACTOR = "staff:owner"
PDF = b"%PDF-1.7 journal"


async def state(database: Database, home: Franchise, worker_id: UUID) -> Worker:
    async with database.begin(home.id, ACTOR) as uow:
        return await worker_record(uow, worker_id)


async def attest(
    database: Database, home: Franchise, worker_id: UUID, what: Attestation, *, given: bool = True
) -> None:
    command = RecordAttestation(what=what, given=given, basis="Собеседование 1 марта")
    async with database.begin(home.id, ACTOR) as uow:
        await record_attestation(uow, worker_id, command)


async def in_bulk(database: Database, home: Franchise, **given: object) -> AttestedInBulk:
    command = AttestInBulk.model_validate(
        {"what": ["vetting", "consent_offers"], "author": "Анна Владелец", "basis": "Журнал за март"} | given
    )
    async with database.begin(home.id, ACTOR) as uow:
        return await attest_in_bulk(uow, command)


async def test_statements_make_a_man_invitable_one_by_one(app_db: Database, home: Franchise) -> None:
    async with app_db.begin(home.id, ACTOR) as uow:
        worker_id = await make_worker(uow, attested=None, urgent_ok=True)
    before = await state(app_db, home, worker_id)
    assert (before.vetted_at, before.consent_at, before.urgent_ok) == (None, None, False)
    for what in Attestation:
        await attest(app_db, home, worker_id, what)
    async with app_db.begin(home.id, ACTOR) as uow:
        await activate_worker(uow, worker_id)
        history = await attestations_of(uow, worker_id)
    now = await state(app_db, home, worker_id)
    assert now.invitable
    assert now.urgent_ok
    assert (now.vetted_at, now.consent_at) != (None, None)
    assert now.version == 1 + 3 + 1
    assert {(entry.what, entry.given, entry.author) for entry in history} == {
        (what, True, ACTOR) for what in Attestation
    }


async def test_taking_back_a_statement_takes_back_what_it_gave(app_db: Database, home: Franchise) -> None:
    async with app_db.begin(home.id, ACTOR) as uow:
        worker_id = await make_worker(uow)
    first = await state(app_db, home, worker_id)
    await attest(app_db, home, worker_id, Attestation.VETTING)
    assert (await state(app_db, home, worker_id)).vetted_at == first.vetted_at
    await attest(app_db, home, worker_id, Attestation.CONSENT_URGENT, given=False)
    assert not (await state(app_db, home, worker_id)).urgent_ok
    await attest(app_db, home, worker_id, Attestation.CONSENT_OFFERS, given=False)
    now = await state(app_db, home, worker_id)
    assert (now.consent_at, now.invitable, now.status) == (None, False, WorkerStatus.ACTIVE)


async def test_a_whole_list_is_attested_and_activated_at_once(app_db: Database, home: Franchise) -> None:
    text = "Имя;Телефон\n" + "".join(f"Олег;{next_phone()}\n" for _ in range(30))
    report = await import_workers(app_db, home.id, ACTOR, text.encode())
    done = await in_bulk(app_db, home, import_id=report.id, file=b64encode(PDF).decode())
    assert (done.workers, done.activated) == (30, 30)
    async with app_db.begin(home.id, ACTOR) as uow:
        rows = await uow.fetch(
            """SELECT w.invitable, w.urgent_ok, a.author, a.sha256, a.batch_id FROM workers w
               JOIN worker_contacts c ON c.worker_id = w.id JOIN attestations a ON a.worker_id = w.id
               WHERE c.import_id = $1""",
            report.id,
        )
    assert len(rows) == 60
    assert {(row["invitable"], row["urgent_ok"]) for row in rows} == {(True, False)}
    assert {row["author"] for row in rows} == {f"Анна Владелец ({ACTOR})"}
    assert {row["batch_id"] for row in rows} == {done.batch_id}
    again = await in_bulk(app_db, home, import_id=report.id)
    assert (again.workers, again.activated) == (0, 0)


async def test_only_what_is_missing_is_stated_and_nobody_paused_is_activated(app_db: Database, home: Franchise) -> None:
    async with app_db.begin(home.id, ACTOR) as uow:
        ready, fresh, paused, archived = await make_workers(uow, 4)
        await pause_worker(uow, paused)
        await archive_worker(uow, archived)
        fresh = await make_worker(uow, attested=None)
    done = await in_bulk(
        app_db,
        home,
        worker_ids=[str(each) for each in (ready, fresh, paused, archived)],
        what=[str(what) for what in Attestation],
    )
    assert (done.workers, done.activated) == (1, 1)
    assert (await state(app_db, home, paused)).status is WorkerStatus.PAUSED
    assert (await state(app_db, home, archived)).status is WorkerStatus.ARCHIVED
    assert (await state(app_db, home, fresh)).urgent_ok


async def test_without_activation_applicants_stay_applicants(app_db: Database, home: Franchise) -> None:
    async with app_db.begin(home.id, ACTOR) as uow:
        worker_id = await make_worker(uow, attested=None)
    done = await in_bulk(app_db, home, worker_ids=[str(worker_id)], activate=False)
    assert (done.workers, done.activated) == (1, 0)
    assert (await state(app_db, home, worker_id)).status is WorkerStatus.APPLICANT


async def test_others_men_and_lists_cannot_be_attested(app_db: Database, home: Franchise, guest: Franchise) -> None:
    async with app_db.begin(home.id, ACTOR) as uow:
        mine = await make_worker(uow, attested=None)
    text = f"Имя;Телефон\nОлег;{next_phone()}\n"
    report = await import_workers(app_db, home.id, ACTOR, text.encode())
    with pytest.raises(WorkerNotFound):
        await in_bulk(app_db, guest, worker_ids=[str(mine)])
    with pytest.raises(ImportNotFound):
        await in_bulk(app_db, guest, import_id=report.id)
    with pytest.raises(WorkerNotFound):
        await attest(app_db, guest, mine, Attestation.VETTING)
    with pytest.raises(WorkerNotFound):
        await in_bulk(app_db, home, worker_ids=[str(mine), str(new_id())])
    assert (await state(app_db, home, mine)).vetted_at is None


async def test_a_statement_is_never_changed(app_db: Database, home: Franchise, owner: asyncpg.Connection) -> None:
    async with app_db.begin(home.id, ACTOR) as uow:
        worker_id = await make_worker(uow)
    with pytest.raises(asyncpg.RestrictViolationError):
        await owner.execute("UPDATE attestations SET given = false WHERE worker_id = $1", worker_id)
    with pytest.raises(asyncpg.RestrictViolationError):
        await owner.execute("DELETE FROM attestations WHERE worker_id = $1", worker_id)


async def test_the_proof_must_be_a_document(app_db: Database, home: Franchise) -> None:
    async with app_db.begin(home.id, ACTOR) as uow:
        worker_id = await make_worker(uow, attested=None)
    with pytest.raises(FileKindUnknown):
        await in_bulk(app_db, home, worker_ids=[str(worker_id)], file=b64encode(b"MZ").decode())


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"worker_ids": [str(new_id())], "import_id": str(new_id())},
        {"worker_ids": []},
        {"import_id": str(new_id()), "what": []},
        {"import_id": str(new_id()), "basis": "x"},
    ],
)
def test_a_bulk_statement_names_men_or_a_list(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        AttestInBulk.model_validate({"what": ["vetting"], "author": "Анна", "basis": "Журнал"} | given)
