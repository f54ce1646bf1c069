import asyncio

import asyncpg
import pytest
from pydantic import ValidationError

from dispatch.kit.errors import DispatchError
from dispatch.kit.ids import new_id
from dispatch.kit.phones import PhoneInvalid
from dispatch.kit.uow import Database
from dispatch.tenancy.models import Franchise
from dispatch.tenancy.policy import Engagement
from dispatch.workers.calendar import add_absence, add_document, set_availability
from dispatch.workers.change import (
    activate_worker,
    archive_worker,
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
)
from dispatch.workers.errors import (
    CityUnknown,
    WorkerChanged,
    WorkerExternalIdTaken,
    WorkerNotFound,
)
from dispatch.workers.models import Worker
from dispatch.workers.queries import calendar_of, documents_of_worker, home_phones, worker_record
from dispatch.workers.rules import LocationQuality, WorkerStatus
from dispatch.workers.skills import DocumentKind, Service
from tests.factories.workers import RECRUITER, change, next_phone, record, register

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"


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
    async with app_db.begin(home.id, RECRUITER) as uow:
        assert await home_phones(uow, [worker.id]) == {worker.id: "+79217004567"}
        calendar = await calendar_of(uow, worker.id)
    assert (calendar.weekdays, calendar.cycle, calendar.absences) == (tuple(Weekday), None, ())
    audit = await owner.fetch(
        "SELECT actor, entity, action, after::text FROM audit_log WHERE entity_id = $1 ORDER BY entity", str(worker.id)
    )
    assert [(row["actor"], row["entity"], row["action"]) for row in audit] == [
        (RECRUITER, "worker_contacts", "insert"),
        (RECRUITER, "workers", "insert"),
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
    async with app_db.begin(home.id, RECRUITER) as uow:
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
    assert tuple(changed) == (RECRUITER, "Пётр", "Иван")


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


async def test_a_stranger_changes_nothing(app_db: Database, home: Franchise, guest: Franchise) -> None:
    worker = await register(app_db, home)
    with pytest.raises(WorkerNotFound):
        await change(app_db, guest, worker, note="ours now")
    for act in (activate_worker, pause_worker, archive_worker, restore_worker):
        with pytest.raises(WorkerNotFound):
            async with app_db.begin(guest.id, RECRUITER) as uow:
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
            async with app_db.begin(guest.id, RECRUITER) as uow:
                await use_case(uow)
    with pytest.raises(WorkerNotFound):
        await change(app_db, home, worker.model_copy(update={"id": new_id()}), note="nobody")
    assert await record(app_db, home, worker.id) == worker


def test_a_residence_without_a_point_has_none() -> None:
    assert Residence(city="СПб").point is None
