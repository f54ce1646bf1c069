import asyncio
from base64 import b64encode
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import asyncpg
import pytest
from pydantic import ValidationError

from dispatch.kit.errors import DispatchError
from dispatch.kit.ids import new_id
from dispatch.kit.phones import PhoneInvalid
from dispatch.kit.states import IllegalMove
from dispatch.kit.uow import Database
from dispatch.tenancy.models import Franchise
from dispatch.tenancy.policy import Engagement
from dispatch.workers.bulk import Attested, bulk_insert_workers
from dispatch.workers.calendar import add_absence, add_document, remove_absence, remove_document, set_availability
from dispatch.workers.change import (
    activate_worker,
    archive_worker,
    change_worker,
    pause_worker,
    restore_worker,
    set_skills,
)
from dispatch.workers.commands import (
    AddAbsence,
    AddDocument,
    ChangeWorker,
    RegisterWorker,
    Residence,
    SetAvailability,
    SetSkills,
    Weekday,
    WorkCycle,
)
from dispatch.workers.errors import (
    AbsenceNotFound,
    CityUnknown,
    DocumentNotFound,
    PhoneAlreadyInNetwork,
    PhoneBelongsToWorker,
    WorkerBanned,
    WorkerChanged,
    WorkerExternalIdTaken,
    WorkerHasNotConsented,
    WorkerNotFound,
    WorkerNotVetted,
)
from dispatch.workers.models import Worker
from dispatch.workers.queries import calendar_of, documents_of_worker, home_phones, worker_record
from dispatch.workers.register import register_worker
from dispatch.workers.rules import WORKER_MOVES, Attestation, LocationQuality, WorkerStatus
from dispatch.workers.skills import DocumentKind, Service
from tests.factories.workers import make_worker, new_worker, next_phone

ACTOR = "staff:recruiter"
PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"


async def register(database: Database, franchise: Franchise, **given: object) -> Worker:
    command = RegisterWorker.model_validate({"phone": next_phone(), "first_name": "Иван"} | given)
    async with database.begin(franchise.id, ACTOR) as uow:
        return await register_worker(uow, command)


async def record(database: Database, franchise: Franchise, worker_id: UUID) -> Worker:
    async with database.begin(franchise.id, ACTOR) as uow:
        return await worker_record(uow, worker_id)


async def change(database: Database, franchise: Franchise, worker: Worker, **given: object) -> Worker:
    async with database.begin(franchise.id, ACTOR) as uow:
        return await change_worker(uow, worker.id, ChangeWorker.model_validate(given), worker.version)


async def test_a_man_is_registered_as_an_applicant_who_is_always_available(
    app_db: Database, home: Franchise, owner: asyncpg.Connection
) -> None:
    worker = await register(
        app_db,
        home,
        phone="8 (921) 700-45-67",
        first_name=" Иван ",
        last_name="Петров",
        skills=["loading", "cashier"],
        residence={"lat": 59.93, "lon": 30.36},
        engagement="self_employed",
        external_id="A-1",
        address="Невский пр. 1",
    )
    assert (worker.first_name, worker.last_name, worker.version) == ("Иван", "Петров", 1)
    assert (worker.status, worker.invitable) == (WorkerStatus.APPLICANT, False)
    assert worker.masked_phone == "+7 921 •••-••-67"
    assert worker.skills == (Service.LOADING, Service.CASHIER)
    assert (worker.location_quality, worker.lat, worker.lon) == (LocationQuality.ADDRESS, 59.93, 30.36)
    assert (worker.zone, worker.engagement) == ("Europe/Moscow", Engagement.SELF_EMPLOYED)
    async with app_db.begin(home.id, ACTOR) as uow:
        assert await home_phones(uow, [worker.id]) == {worker.id: "+79217004567"}
        calendar = await calendar_of(uow, worker.id)
    assert (calendar.weekdays, calendar.cycle, calendar.absences) == (tuple(Weekday), None, ())
    audit = await owner.fetch(
        "SELECT actor, entity, action, after::text FROM audit_log WHERE entity_id = $1 ORDER BY entity", str(worker.id)
    )
    assert [(row["actor"], row["entity"], row["action"]) for row in audit] == [
        (ACTOR, "worker_contacts", "insert"),
        (ACTOR, "workers", "insert"),
    ]
    assert '"external_id": "A-1"' in audit[0]["after"]


@pytest.mark.parametrize(
    ("residence", "quality", "zone", "lat"),
    [
        ({}, LocationQuality.CITY, "Europe/Moscow", 59.9386),
        ({"city": "Saint Petersburg", "district": "Купчино"}, LocationQuality.DISTRICT, "Europe/Moscow", 59.859),
        ({"city": "питер", "district": "такого нет"}, LocationQuality.CITY, "Europe/Moscow", 59.93863),
        ({"city": "Омск"}, LocationQuality.CITY, "Asia/Omsk", 54.99244),
        ({"lat": 43.12, "lon": 131.9}, LocationQuality.ADDRESS, "Asia/Vladivostok", 43.12),
        ({"lat": 43.12, "lon": 131.9, "zone": "Asia/Omsk"}, LocationQuality.ADDRESS, "Asia/Omsk", 43.12),
    ],
)
async def test_where_he_lives_is_kept_with_how_well_it_is_known(
    app_db: Database,
    home: Franchise,
    residence: dict[str, object],
    quality: LocationQuality,
    zone: str,
    lat: float,
) -> None:
    worker = await register(app_db, home, residence=residence)
    assert (worker.location_quality, worker.zone) == (quality, zone)
    assert worker.lat == pytest.approx(lat, abs=0.001)
    async with app_db.begin(home.id, ACTOR) as uow:
        phones = await uow.fetch("SELECT * FROM home_phones($1)", [worker.id])
    assert len(phones) == 1


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"phone": "12345"}, PhoneInvalid),
        ({"phone": "8 812 555-45-71"}, PhoneInvalid),
        ({"residence": {"city": "Нарния"}}, CityUnknown),
    ],
)
async def test_what_cannot_be_registered_says_why(
    app_db: Database, home: Franchise, given: dict[str, object], error: type[DispatchError]
) -> None:
    with pytest.raises(error):
        await register(app_db, home, **given)


@pytest.mark.parametrize(
    "given",
    [
        {"first_name": ""},
        {"first_name": "a\0b"},
        {"residence": {"lat": 1}},
        {"residence": {"lat": float("nan"), "lon": 1.0}},
        {"radius_m": 10},
        {"skills": ["juggling"]},
        {"nickname": "x"},
    ],
)
def test_a_malformed_registration_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RegisterWorker.model_validate({"phone": "1", "first_name": "Иван"} | given)


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
    async with app_db.begin(home.id, ACTOR) as uow:
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


async def test_an_external_id_is_his_alone_within_the_franchise(
    app_db: Database, home: Franchise, guest: Franchise
) -> None:
    await register(app_db, home, external_id="X-1")
    with pytest.raises(WorkerExternalIdTaken):
        await register(app_db, home, external_id="X-1")
    assert (await register(app_db, guest, external_id="X-1")).external_id == "X-1"


async def test_a_change_keeps_the_rest_and_counts_the_version(
    app_db: Database, home: Franchise, owner: asyncpg.Connection
) -> None:
    before = await register(app_db, home, external_id="C-1", note="сильный")
    after = await change(app_db, home, before, first_name="Пётр", radius_m=9000, external_id=None)
    assert after.model_dump(exclude={"version", "first_name", "radius_m", "external_id"}) == before.model_dump(
        exclude={"version", "first_name", "radius_m", "external_id"}
    )
    assert (after.version, after.first_name, after.radius_m, after.external_id) == (2, "Пётр", 9000, None)
    changed = await owner.fetchrow(
        """SELECT actor, after ->> 'first_name' AS became, before ->> 'first_name' AS was FROM audit_log
           WHERE entity = 'worker_contacts' AND action = 'update' AND entity_id = $1""",
        str(before.id),
    )
    assert changed is not None
    assert tuple(changed) == (ACTOR, "Пётр", "Иван")


async def test_of_two_changes_from_one_version_the_second_is_told(app_db: Database, home: Franchise) -> None:
    worker = await register(app_db, home)
    results = await asyncio.gather(
        *(change(app_db, home, worker, note=f"note {n}") for n in range(6)), return_exceptions=True
    )
    assert sum(isinstance(result, Worker) for result in results) == 1
    late = [result for result in results if isinstance(result, WorkerChanged)]
    assert len(late) == 5
    assert late[0].fields == {"version": 2}


@pytest.mark.parametrize("given", [{}, {"first_name": None}, {"skills": None}, {"residence": {}}])
def test_a_change_of_nothing_or_to_nothing_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ChangeWorker.model_validate(given)


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


async def test_moving_to_another_city_moves_his_quiet_hours_too(
    app_db: Database, home: Franchise, owner: asyncpg.Connection
) -> None:
    phone = next_phone()
    worker = await register(app_db, home, phone=phone)
    worker = await change(app_db, home, worker, residence={"city": "Владивосток"}, skills=["moving"])
    assert (worker.zone, worker.skills) == ("Asia/Vladivostok", (Service.MOVING,))
    assert await owner.fetchval("SELECT zone FROM phones WHERE e164 = $1", phone) == "Asia/Vladivostok"


async def test_a_zone_alone_moves_his_clock_and_not_him(
    app_db: Database, home: Franchise, owner: asyncpg.Connection
) -> None:
    phone = next_phone()
    before = await register(app_db, home, phone=phone, residence={"lat": 59.93, "lon": 30.36})
    after = await change(app_db, home, before, residence={"zone": "Asia/Omsk"})
    assert (after.lat, after.lon, after.location_quality) == (before.lat, before.lon, LocationQuality.ADDRESS)
    assert after.zone == await owner.fetchval("SELECT zone FROM phones WHERE e164 = $1", phone) == "Asia/Omsk"


async def test_nobody_is_stored_without_somebody_who_did_it(owner: asyncpg.Connection, home: Franchise) -> None:
    """The audit of inserts is written once per statement, and refuses a statement without an actor."""
    insert = """INSERT INTO workers (id, franchise_id, location, zone)
                SELECT i, $2, ST_MakePoint(30, 60)::geography, 'Europe/Moscow' FROM unnest($1::uuid[]) AS i"""
    ids = [new_id() for _ in range(3)]
    transaction = owner.transaction()
    await transaction.start()
    await owner.execute("SET LOCAL app.actor = ''")
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="actor"):
        await owner.execute(insert, ids, home.id)
    await transaction.rollback()
    await owner.execute(insert, ids, home.id)
    rows = await owner.fetch(
        """SELECT entity_id, franchise_id, action, before, after ->> 'zone' AS zone FROM audit_log
           WHERE entity = 'workers' AND entity_id = ANY ($1)""",
        [str(each) for each in ids],
    )
    assert {row["entity_id"] for row in rows} == {str(each) for each in ids}
    assert {(row["franchise_id"], row["action"], row["before"], row["zone"]) for row in rows} == {
        (home.id, "insert", None, "Europe/Moscow")
    }


async def test_the_zone_of_a_held_number_is_its_holders(
    app_db: Database, home: Franchise, owner: asyncpg.Connection
) -> None:
    phone = next_phone()
    holder = await register(app_db, home, phone=phone)
    await register(app_db, home, phone=phone, shares_phone=True, residence={"city": "Омск"})
    assert await owner.fetchval("SELECT zone FROM phones WHERE e164 = $1", phone) == "Europe/Moscow"
    async with app_db.begin(home.id, ACTOR) as uow:
        await archive_worker(uow, holder.id)
    await register(app_db, home, phone=phone, residence={"city": "Омск"})
    assert await owner.fetchval("SELECT zone FROM phones WHERE e164 = $1", phone) == "Asia/Omsk"


async def test_nobody_is_activated_before_interview_and_consent(app_db: Database, home: Franchise) -> None:
    worker = await register(app_db, home)
    with pytest.raises(WorkerNotVetted):
        async with app_db.begin(home.id, ACTOR) as uow:
            await activate_worker(uow, worker.id)
    async with app_db.begin(home.id, ACTOR) as uow:
        vetted = await make_worker(uow, attested=Attested(frozenset({Attestation.VETTING}), "Interview", "HR"))
    with pytest.raises(WorkerHasNotConsented):
        async with app_db.begin(home.id, ACTOR) as uow:
            await activate_worker(uow, vetted)


async def test_the_life_of_a_worker(app_db: Database, home: Franchise, guest: Franchise) -> None:
    phone = next_phone()
    async with app_db.begin(home.id, ACTOR) as uow:
        worker_id = await make_worker(uow, e164=phone)
    async with app_db.begin(home.id, ACTOR) as uow:
        assert not await activate_worker(uow, worker_id)
        assert await pause_worker(uow, worker_id)
        assert not await pause_worker(uow, worker_id)
        assert await activate_worker(uow, worker_id)
        assert await archive_worker(uow, worker_id)
        assert not await archive_worker(uow, worker_id)
    with pytest.raises(IllegalMove):
        async with app_db.begin(home.id, ACTOR) as uow:
            await activate_worker(uow, worker_id)
    async with app_db.begin(home.id, ACTOR) as uow:
        assert await restore_worker(uow, worker_id)
        assert not await restore_worker(uow, worker_id)
    assert (await record(app_db, home, worker_id)).status is WorkerStatus.APPLICANT
    async with app_db.begin(home.id, ACTOR) as uow:
        await archive_worker(uow, worker_id)
    theirs = await register(app_db, guest, phone=phone)
    with pytest.raises(PhoneAlreadyInNetwork):
        async with app_db.begin(home.id, ACTOR) as uow:
            await restore_worker(uow, worker_id)
    assert theirs.status is WorkerStatus.APPLICANT


async def test_a_ban_is_not_lifted_at_home(app_db: Database, home: Franchise, owner: asyncpg.Connection) -> None:
    async with app_db.begin(home.id, ACTOR) as uow:
        worker_id = await make_worker(uow)
    await owner.execute("UPDATE workers SET status = 'banned' WHERE id = $1", worker_id)
    for move in (activate_worker, archive_worker):
        with pytest.raises(WorkerBanned):
            async with app_db.begin(home.id, ACTOR) as uow:
                await move(uow, worker_id)


async def test_the_table_of_moves_is_the_databases_own(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch("SELECT entity, old_status, new_status FROM status_moves WHERE entity = 'workers'")
    assert {tuple(row) for row in rows} == WORKER_MOVES.rows()


async def test_skills_calendar_absences_and_documents(app_db: Database, home: Franchise) -> None:
    async with app_db.begin(home.id, ACTOR) as uow:
        worker_id = await make_worker(uow)
        services = await set_skills(uow, worker_id, SetSkills(skills=frozenset({Service.ROOF_WORK})))
        assert services == (Service.ROOF_WORK,)
        cycle = WorkCycle(anchor=date(2026, 3, 2), days_on=2, days_off=2)
        await set_availability(uow, worker_id, SetAvailability(cycle=cycle))
        week = SetAvailability(
            weekdays=frozenset({Weekday.SAT, Weekday.MON}), from_time=time(8), to_time=time(20), cycle=cycle
        )
        calendar = await set_availability(uow, worker_id, week)
        assert (calendar.weekdays, calendar.from_time, calendar.to_time) == (
            (Weekday.MON, Weekday.SAT),
            time(8),
            time(20),
        )
        assert calendar.cycle == cycle
        assert (await set_availability(uow, worker_id, SetAvailability())).to_time is None

        soon = uow.now + timedelta(days=1)
        gone = await add_absence(uow, worker_id, AddAbsence(starts_at=soon, ends_at=soon + timedelta(hours=1)))
        long = await add_absence(uow, worker_id, AddAbsence(starts_at=soon + timedelta(days=1), reason="отпуск"))
        past = AddAbsence(starts_at=uow.now - timedelta(days=2), ends_at=uow.now - timedelta(days=1))
        await add_absence(uow, worker_id, past)
        assert (await calendar_of(uow, worker_id)).absences == (gone, long)
        await remove_absence(uow, worker_id, gone.id)
        assert (await calendar_of(uow, worker_id)).absences == (long,)
        with pytest.raises(AbsenceNotFound):
            await remove_absence(uow, worker_id, gone.id)

        permit = AddDocument(kind=DocumentKind.HEIGHT_PERMIT, number="77", valid_until=date(2030, 1, 1))
        stored = await add_document(uow, worker_id, permit)
        scan = await add_document(
            uow,
            worker_id,
            AddDocument.model_validate({"kind": "patent", "region": "СПб", "file": b64encode(PNG).decode()}),
        )
        assert scan.sha256 is not None
        assert {document.id for document in await documents_of_worker(uow, worker_id)} == {stored.id, scan.id}
        await remove_document(uow, worker_id, scan.id)
        assert [document.id for document in await documents_of_worker(uow, worker_id)] == [stored.id]
        with pytest.raises(DocumentNotFound):
            await remove_document(uow, worker_id, scan.id)


@pytest.mark.parametrize(
    "given",
    [
        {"weekdays": []},
        {"from_time": "20:00", "to_time": "08:00"},
        {"from_time": "08:00:30"},
        {"from_time": "08:00+03:00"},
        {"cycle": {"anchor": "2026-01-01", "days_on": 0, "days_off": 2}},
    ],
)
def test_a_calendar_nobody_could_work_by_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SetAvailability.model_validate(given)


def test_midnight_is_written_as_24() -> None:
    assert SetAvailability.model_validate({"from_time": "18:00", "to_time": "24:00"}).to_time is None


def test_an_absence_ends_after_it_starts() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(ValidationError):
        AddAbsence(starts_at=now, ends_at=now)


async def test_a_stranger_changes_nothing(app_db: Database, home: Franchise, guest: Franchise) -> None:
    worker = await register(app_db, home)
    with pytest.raises(WorkerNotFound):
        await change(app_db, guest, worker, note="ours now")
    for act in (activate_worker, pause_worker, archive_worker, restore_worker):
        with pytest.raises(WorkerNotFound):
            async with app_db.begin(guest.id, ACTOR) as uow:
                await act(uow, worker.id)
    strangers = (
        lambda uow: set_skills(uow, worker.id, SetSkills(skills=frozenset())),
        lambda uow: set_availability(uow, worker.id, SetAvailability()),
        lambda uow: add_absence(uow, worker.id, AddAbsence(starts_at=uow.now)),
        lambda uow: add_document(uow, worker.id, AddDocument(kind=DocumentKind.PASSPORT)),
        lambda uow: documents_of_worker(uow, worker.id),
        lambda uow: calendar_of(uow, worker.id),
        lambda uow: worker_record(uow, worker.id),
    )
    for use_case in strangers:
        with pytest.raises(WorkerNotFound):
            async with app_db.begin(guest.id, ACTOR) as uow:
                await use_case(uow)
    with pytest.raises(WorkerNotFound):
        await change(app_db, home, worker.model_copy(update={"id": new_id()}), note="nobody")
    assert await record(app_db, home, worker.id) == worker


def test_a_residence_without_a_point_has_none() -> None:
    assert Residence(city="СПб").point is None


async def test_bulk_keeps_the_order_of_locks_and_shared_numbers(app_db: Database, home: Franchise) -> None:
    phone = next_phone()
    holder, mate = new_worker(e164=phone), new_worker(e164=phone, holds_phone=False)
    async with app_db.begin(home.id, ACTOR) as uow:
        await bulk_insert_workers(uow, [mate, holder])
        rows = await uow.fetch(
            "SELECT worker_id, holder FROM phone_holders WHERE worker_id = ANY ($1)", [holder.id, mate.id]
        )
    assert {row["worker_id"]: row["holder"] for row in rows} == {holder.id: True, mate.id: False}
