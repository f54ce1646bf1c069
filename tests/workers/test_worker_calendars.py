from base64 import b64encode
from datetime import UTC, date, datetime, time, timedelta

import pytest
from pydantic import ValidationError

from dispatch.kit.uow import Database
from dispatch.tenancy.models import Franchise
from dispatch.workers.calendar import add_absence, add_document, remove_absence, remove_document, set_availability
from dispatch.workers.change import (
    set_skills,
)
from dispatch.workers.commands import (
    AddAbsence,
    AddDocument,
    SetAvailability,
    SetSkills,
    Weekday,
    WorkCycle,
)
from dispatch.workers.errors import (
    AbsenceNotFound,
    DocumentNotFound,
)
from dispatch.workers.queries import calendar_of, documents_of_worker
from dispatch.workers.skills import DocumentKind, Service
from tests.factories.workers import RECRUITER, make_worker

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"


async def test_skills_calendar_absences_and_documents(app_db: Database, home: Franchise) -> None:
    async with app_db.begin(home.id, RECRUITER) as uow:
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
