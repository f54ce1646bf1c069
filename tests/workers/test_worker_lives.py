import asyncio
from dataclasses import replace
from datetime import date, time

import asyncpg
import pytest

from dispatch.kit.states import IllegalMove
from dispatch.kit.uow import Database
from dispatch.tenancy.models import Franchise
from dispatch.workers.bulk import Attested, NewDocument, bulk_insert_workers
from dispatch.workers.change import (
    activate_worker,
    archive_worker,
    pause_worker,
    restore_worker,
)
from dispatch.workers.errors import (
    FileNotStored,
    PhoneAlreadyInNetwork,
    PhoneBelongsToWorker,
    WorkerBanned,
    WorkerHasNotConsented,
    WorkerNotVetted,
)
from dispatch.workers.models import Worker
from dispatch.workers.queries import availability_of, documents_of_worker, home_phones
from dispatch.workers.rules import ALWAYS, WORKER_MOVES, Attestation, Availability, Cycle, WorkerStatus
from dispatch.workers.skills import DocumentKind
from tests.factories.workers import RECRUITER, change, make_worker, new_worker, next_phone, record, register

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"


async def test_one_live_holder_per_number_and_others_are_reached_there(
    app_db: Database, home: Franchise, guest: Franchise
) -> None:
    phone = next_phone()
    first = await register(app_db, home, phone=phone)
    with pytest.raises(PhoneBelongsToWorker) as refused:
        await register(app_db, home, phone=phone)
    assert refused.value.fields == {"worker_id": str(first.id)}
    with pytest.raises(PhoneAlreadyInNetwork) as told:
        await register(app_db, guest, phone=phone)
    assert told.value.fields == {}
    mate = await register(app_db, home, phone=phone, shares_phone=True)
    async with app_db.begin(home.id, RECRUITER) as uow:
        assert set((await home_phones(uow, [first.id, mate.id])).values()) == {phone}


async def test_of_two_who_register_one_number_at_once_one_wins(
    app_db: Database, home: Franchise, guest: Franchise
) -> None:
    for _ in range(5):
        phone = next_phone()
        results = await asyncio.gather(
            *(register(app_db, franchise, phone=phone) for franchise in (home, guest) * 3), return_exceptions=True
        )
        assert sum(isinstance(result, Worker) for result in results) == 1
        lost = [result for result in results if not isinstance(result, Worker)]
        assert all(isinstance(result, PhoneAlreadyInNetwork | PhoneBelongsToWorker) for result in lost), lost


async def test_a_new_number_frees_the_old_one(app_db: Database, home: Franchise, guest: Franchise) -> None:
    old, new = next_phone(), next_phone()
    worker = await register(app_db, home, phone=old)
    worker = await change(app_db, home, worker, phone=new)
    assert worker.masked_phone.endswith(new[-2:])
    worker = await change(app_db, home, worker, phone=new)
    assert (await register(app_db, guest, phone=old)).status is WorkerStatus.APPLICANT
    with pytest.raises(PhoneAlreadyInNetwork):
        await register(app_db, guest, phone=new)
    with pytest.raises(PhoneAlreadyInNetwork):
        await change(app_db, home, worker, phone=old)
    other = await register(app_db, home)
    with pytest.raises(PhoneBelongsToWorker):
        await change(app_db, home, other, phone=new)


async def test_the_zone_of_a_held_number_is_its_holders(
    app_db: Database, home: Franchise, owner: asyncpg.Connection
) -> None:
    phone = next_phone()
    holder = await register(app_db, home, phone=phone)
    await register(app_db, home, phone=phone, shares_phone=True, residence={"city": "Омск"})
    assert await owner.fetchval("SELECT zone FROM phones WHERE e164 = $1", phone) == "Europe/Moscow"
    async with app_db.begin(home.id, RECRUITER) as uow:
        await archive_worker(uow, holder.id)
    await register(app_db, home, phone=phone, residence={"city": "Омск"})
    assert await owner.fetchval("SELECT zone FROM phones WHERE e164 = $1", phone) == "Asia/Omsk"


async def test_nobody_is_activated_before_interview_and_consent(app_db: Database, home: Franchise) -> None:
    worker = await register(app_db, home)
    with pytest.raises(WorkerNotVetted):
        async with app_db.begin(home.id, RECRUITER) as uow:
            await activate_worker(uow, worker.id)
    async with app_db.begin(home.id, RECRUITER) as uow:
        vetted = await make_worker(uow, attested=Attested(frozenset({Attestation.VETTING}), "Interview", "HR"))
    with pytest.raises(WorkerHasNotConsented):
        async with app_db.begin(home.id, RECRUITER) as uow:
            await activate_worker(uow, vetted)


async def test_the_life_of_a_worker(app_db: Database, home: Franchise, guest: Franchise) -> None:
    phone = next_phone()
    async with app_db.begin(home.id, RECRUITER) as uow:
        worker_id = await make_worker(uow, e164=phone)
    async with app_db.begin(home.id, RECRUITER) as uow:
        assert not await activate_worker(uow, worker_id)
        assert await pause_worker(uow, worker_id)
        assert not await pause_worker(uow, worker_id)
        assert await activate_worker(uow, worker_id)
        assert await archive_worker(uow, worker_id)
        assert not await archive_worker(uow, worker_id)
    with pytest.raises(IllegalMove):
        async with app_db.begin(home.id, RECRUITER) as uow:
            await activate_worker(uow, worker_id)
    async with app_db.begin(home.id, RECRUITER) as uow:
        assert await restore_worker(uow, worker_id)
        assert not await restore_worker(uow, worker_id)
    assert (await record(app_db, home, worker_id)).status is WorkerStatus.APPLICANT
    async with app_db.begin(home.id, RECRUITER) as uow:
        await archive_worker(uow, worker_id)
    theirs = await register(app_db, guest, phone=phone)
    with pytest.raises(PhoneAlreadyInNetwork):
        async with app_db.begin(home.id, RECRUITER) as uow:
            await restore_worker(uow, worker_id)
    assert theirs.status is WorkerStatus.APPLICANT


async def test_a_ban_is_not_lifted_at_home(app_db: Database, home: Franchise, owner: asyncpg.Connection) -> None:
    async with app_db.begin(home.id, RECRUITER) as uow:
        worker_id = await make_worker(uow)
    await owner.execute("UPDATE workers SET status = 'banned' WHERE id = $1", worker_id)
    for move in (activate_worker, archive_worker):
        with pytest.raises(WorkerBanned):
            async with app_db.begin(home.id, RECRUITER) as uow:
                await move(uow, worker_id)


async def test_the_table_of_moves_is_the_databases_own(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch("SELECT entity, old_status, new_status FROM status_moves WHERE entity = 'workers'")
    assert {tuple(row) for row in rows} == WORKER_MOVES.rows()


async def test_bulk_keeps_the_order_of_locks_and_shared_numbers(app_db: Database, home: Franchise) -> None:
    phone = next_phone()
    holder, mate = new_worker(e164=phone), new_worker(e164=phone, holds_phone=False)
    async with app_db.begin(home.id, RECRUITER) as uow:
        await bulk_insert_workers(uow, [mate, holder])
        rows = await uow.fetch(
            "SELECT worker_id, holder FROM phone_holders WHERE worker_id = ANY ($1)", [holder.id, mate.id]
        )
    assert {row["worker_id"]: row["holder"] for row in rows} == {holder.id: True, mate.id: False}


async def test_calendars_documents_and_proofs_come_with_many(app_db: Database, home: Franchise) -> None:
    calendar = Availability(0b11, time(8), time(20), Cycle(date(2026, 3, 2), 2, 2))
    men = [new_worker(), new_worker(availability=calendar), new_worker(availability=Availability())]
    papers = replace(men[0], documents=(NewDocument(DocumentKind.MEDICAL_BOOK, date(2030, 1, 1)),))
    async with app_db.begin(home.id, RECRUITER) as uow:
        await bulk_insert_workers(uow, [papers, *men[1:]])
        assert [await availability_of(uow, man.id) for man in men] == [ALWAYS, calendar, ALWAYS]
        assert [paper.kind for paper in await documents_of_worker(uow, papers.id)] == [DocumentKind.MEDICAL_BOOK]
    proofless = Attested(frozenset({Attestation.VETTING}), "Journal", "HR", sha256=b"x" * 32)
    with pytest.raises(FileNotStored):
        async with app_db.begin(home.id, RECRUITER) as uow:
            await bulk_insert_workers(uow, [new_worker()], proofless)
