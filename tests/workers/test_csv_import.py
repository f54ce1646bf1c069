import csv
import io
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from dispatch.kit.exports import formula_safe
from dispatch.kit.uow import Database, Uow
from dispatch.settings import Settings
from dispatch.tenancy.models import Franchise
from dispatch.workers import csv_import
from dispatch.workers.bulk import bulk_insert_workers
from dispatch.workers.change import archive_worker
from dispatch.workers.commands import ImportAttestation, ImportWorkers
from dispatch.workers.csv_import import import_workers
from dispatch.workers.csv_report import report_csv
from dispatch.workers.errors import (
    CityUnknown,
    ListColumnTwice,
    ListTooLong,
    ListUnreadable,
    ListWithoutPhones,
    PhoneAlreadyInNetwork,
)
from dispatch.workers.models import ImportReport, LineReject, Worker
from dispatch.workers.queries import import_rejects, import_summary, list_workers, worker_record
from dispatch.workers.rules import Attestation, LocationQuality, WorkerStatus
from dispatch.workers.skills import Service
from tests.factories.tenancy import make_franchise
from tests.factories.workers import make_worker, new_worker, next_phone

ACTOR = "staff:importer"


async def imported(
    database: Database, franchise: Franchise, text: str | bytes, command: ImportWorkers | None = None
) -> ImportReport:
    content = text if isinstance(text, bytes) else text.encode()
    return await import_workers(database, franchise.id, ACTOR, content, command)


async def men_of(database: Database, franchise: Franchise) -> dict[str, Worker]:
    async with database.begin(franchise.id, ACTOR) as uow:
        lines = await list_workers(uow, limit=200)
        return {line.first_name: await worker_record(uow, line.id) for line in lines}


def codes(report: ImportReport) -> dict[int, str]:
    return {reject.line: reject.code for reject in report.rejects}


@pytest.fixture
async def franchise(settings: Settings) -> Franchise:
    return await make_franchise(settings)


async def test_a_real_list_gives_men_and_a_reason_for_every_other_line(app_db: Database, franchise: Franchise) -> None:
    text = (
        "Ф.И.О.;Телефон;Город;Район;Навыки;Медкнижка до;Таб. номер;Дата рождения\r\n"
        "Иванов Пётр Сергеевич;8 (911) 555-45-67;Санкт-Петербург;Калининский район;грузчик, переезд;;Т-1;01.01.1990\r\n"
        ";;;;;;;\r\n"
        'Петрова Анна;"+7 911 555-45-68";г. Пушкин;;касса;31.12.2030;Т-2;\r\n'
        "Сидоров;12345;СПб;;грузчик;;Т-3;\r\n"
        ";8 911 555-45-69;СПб;;грузчик;;Т-4;\r\n"
        "Кузнецов Олег;8 911 555-45-70;Нарния;;грузчик;;Т-5;\r\n"
        "Смирнов Иван;8 (812) 555-45-71;СПб;;грузчик;;Т-6;\r\n"
        "Попов Иван;8 911 555-45-72;СПб;;шахматист;;Т-7;\r\n"
        "Волков Иван;8 911 555-45-73;СПб;;грузчик;31.02.2030;Т-8;\r\n"
        "Зайцев Иван;9115554567;СПб;;;;Т-9;\r\n"
        "Ежов Иван;8,91156E+10;СПб;;;;;\r\n"
        "Осин Иван;;СПб;;;;;\r\n"
        "Орлов Иван;8 911 555-45-74;СПб;;;;;;лишнее\r\n"
    )
    report = await imported(app_db, franchise, text)
    assert codes(report) == {
        5: "phone_invalid",
        6: "name_missing",
        7: "city_unknown",
        8: "phone_not_mobile",
        9: "skill_unknown",
        10: "date_unreadable",
        11: "duplicate_in_file",
        12: "phone_rounded",
        13: "phone_empty",
        14: "too_many_cells",
    }
    assert (report.rows, report.accepted, report.known, report.rejected) == (12, 2, 0, 10)
    assert (report.encoding, report.delimiter, report.ignored_columns) == ("utf-8", ";", ("Дата рождения",))
    assert report.finished_at is not None
    men = await men_of(app_db, franchise)
    assert set(men) == {"Пётр", "Анна"}
    man, woman = men["Пётр"], men["Анна"]
    assert (man.last_name, man.external_id, man.status) == ("Иванов", "Т-1", WorkerStatus.APPLICANT)
    assert man.skills == (Service.LOADING, Service.MOVING)
    assert (man.location_quality, man.zone, man.invitable) == (LocationQuality.DISTRICT, "Europe/Moscow", False)
    assert (woman.skills, woman.location_quality) == ((Service.CASHIER,), LocationQuality.CITY)
    assert abs(woman.lat - 59.714) < 0.01
    async with app_db.begin(franchise.id, ACTOR) as uow:
        assert await uow.fetchval("SELECT kind FROM worker_documents WHERE worker_id = $1", woman.id) == "medical_book"
        stored = await import_rejects(uow, report.id)
        assert tuple(stored) == report.rejects
        assert [reject.line for reject in await import_rejects(uow, report.id, after_line=12)] == [13, 14]
        assert (await import_summary(uow, report.id)).rejected == 10


@pytest.mark.parametrize(
    ("content", "encoding", "delimiter"),
    [
        ("Имя,Телефон\nОлег,8 911 600-00-01\n".encode("cp1251"), "cp1251", ","),
        ("\ufeffname\tphone\nОлег\t8 911 600-00-02\n".encode(), "utf-8-sig", "\t"),
        ("Имя;Тел.\nОлег;8 911 600-00-03\n".encode("utf-16"), "utf-16", ";"),
        ("sep=;\r\n\r\nИмя;Моб. телефон\r\nОлег;8 911 600-00-04".encode("cp1251"), "cp1251", ";"),
        ('Имя;Телефон;Адрес\nОлег;="89116000005";"Невский пр.\n1; кв. 5"\n'.encode(), "utf-8", ";"),
        ("Имя;Телефон\nОлег;8 812 555-45-71, 8 911 600-00-06\n".encode(), "utf-8", ";"),
    ],
)
async def test_lists_are_read_as_they_come(
    app_db: Database, franchise: Franchise, content: bytes, encoding: str, delimiter: str
) -> None:
    report = await imported(app_db, franchise, content)
    assert (report.accepted, report.rejects, report.encoding, report.delimiter) == (1, (), encoding, delimiter)
    assert set(await men_of(app_db, franchise)) == {"Олег"}


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", ListWithoutPhones),
        ("Имя;Город\nОлег;СПб\n".encode(), ListWithoutPhones),
        ("Телефон;Имя;Мобильный\n1;2;3\n".encode(), ListColumnTwice),
        (b"\x89PNG\r\n\x1a\n\0\0\0", ListUnreadable),
        (b"\xff\xfe\xd8", ListUnreadable),
        (b"phone;name\n\x98\xb0\xb1\xb2;\xff\n", ListUnreadable),
    ],
)
async def test_a_file_that_is_no_list_is_refused_whole(
    app_db: Database, franchise: Franchise, content: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await imported(app_db, franchise, content)
    async with app_db.begin(franchise.id, ACTOR) as uow:
        assert await uow.fetchval("SELECT count(*) FROM worker_imports") == 0


async def test_too_long_a_list_and_an_unknown_default_city_are_refused_before_anything_is_stored(
    app_db: Database, franchise: Franchise, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "Имя;Телефон\nОлег;8 911 601-00-01\nИван;8 911 601-00-02\n"
    with pytest.raises(CityUnknown):
        await imported(app_db, franchise, text, ImportWorkers(default_city="Нарния"))
    monkeypatch.setattr(csv_import, "MOST_LINES", 1)
    with pytest.raises(ListTooLong):
        await imported(app_db, franchise, text)
    assert await men_of(app_db, franchise) == {}


async def test_the_same_file_again_changes_nothing(
    app_db: Database, franchise: Franchise, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    file = tmp_path / "список.csv"
    file.write_text(
        "Имя;Телефон;id\n" + "".join(f"Олег;{next_phone()};{n if n % 2 else ''}\n" for n in range(40)), "utf-8"
    )
    first = await import_workers(app_db, franchise.id, ACTOR, file)
    rows = await owner.fetchval("SELECT count(*) FROM audit_log WHERE franchise_id = $1", franchise.id)
    again = await import_workers(app_db, franchise.id, ACTOR, file)
    assert (first.accepted, first.known) == (40, 0)
    assert (again.accepted, again.known, again.rejects) == (0, 40, ())
    assert await owner.fetchval("SELECT count(*) FROM audit_log WHERE franchise_id = $1", franchise.id) == rows


async def test_a_number_of_another_franchise_is_reported_without_saying_whose(
    app_db: Database, franchise: Franchise, guest: Franchise
) -> None:
    phone = next_phone()
    async with app_db.begin(guest.id, ACTOR) as uow:
        theirs = await make_worker(uow, e164=phone)
    report = await imported(app_db, franchise, f"Имя;Телефон\nОлег;{phone}\n")
    assert codes(report) == {2: "phone_in_network"}
    told = report.model_dump_json()
    assert str(guest.id) not in told
    assert str(theirs) not in told
    assert guest.name not in told
    assert phone[2:] not in told


async def test_numbers_of_others_can_be_asked_for_so_often_a_day_and_no_more(
    app_db: Database, franchise: Franchise, guest: Franchise, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_import, "NETWORK_HITS_A_DAY", 3)
    theirs = [new_worker() for _ in range(4)]
    async with app_db.begin(guest.id, ACTOR) as uow:
        await bulk_insert_workers(uow, theirs)
    text = "Имя;Телефон\n" + "".join(f"Олег;{man.e164}\n" for man in theirs) + f"Иван;{next_phone()}\n"
    report = await imported(app_db, franchise, text)
    assert list(codes(report).values()) == ["phone_in_network"] * 3 + ["quota_reached"] * 2
    later = await imported(app_db, franchise, f"Имя;Телефон\nОлег;{next_phone()}\n")
    assert codes(later) == {2: "quota_reached"}


async def test_an_archived_man_and_a_reused_id_are_told_apart(app_db: Database, franchise: Franchise) -> None:
    gone, here = new_worker(), new_worker(external_id="T-1")
    async with app_db.begin(franchise.id, ACTOR) as uow:
        await bulk_insert_workers(uow, [gone, here])
        await archive_worker(uow, gone.id)
    text = f"Имя;Телефон;id\nОлег;{gone.e164};\nИван;{next_phone()};T-1\nИгорь;{here.e164};T-2\n"
    report = await imported(app_db, franchise, text)
    assert codes(report) == {2: "archived_here", 3: "external_id_taken"}
    assert report.known == 1


async def test_with_an_attestation_men_are_ready_and_urgent_texts_need_their_own_yes(
    app_db: Database, franchise: Franchise
) -> None:
    attestation = ImportAttestation(what=frozenset(Attestation), author="Анна Владелец", basis="Журнал собеседований")
    text = f"Имя;Телефон;Срочные\nОлег;{next_phone()};да\nИван;{next_phone()};\nИгорь;{next_phone()};может быть\n"
    report = await imported(app_db, franchise, text, ImportWorkers(attestation=attestation))
    assert codes(report) == {4: "yes_or_no"}
    men = await men_of(app_db, franchise)
    assert {name: (man.invitable, man.urgent_ok) for name, man in men.items()} == {
        "Олег": (True, True),
        "Иван": (True, False),
    }
    async with app_db.begin(franchise.id, ACTOR) as uow:
        rows = await uow.fetch("SELECT what, author, batch_id FROM attestations WHERE worker_id = $1", men["Иван"].id)
    assert {row["what"] for row in rows} == {*map(str, Attestation)} - {"consent_urgent"}
    assert {(row["author"], row["batch_id"]) for row in rows} == {(f"Анна Владелец ({ACTOR})", report.id)}


async def test_a_batch_that_fails_takes_no_other_with_it(
    app_db: Database, franchise: Franchise, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_import, "BATCH", 2)
    seen: list[tuple[int, int]] = []

    def stop_after_two(done: int, rows: int) -> None:
        seen.append((done, rows))
        if done == 4:
            raise KeyboardInterrupt

    text = "Имя;Телефон\n" + "".join(f"Олег;{next_phone()}\n" for _ in range(5))
    with pytest.raises(KeyboardInterrupt):
        await import_workers(app_db, franchise.id, ACTOR, text.encode(), progress=stop_after_two)
    assert seen == [(2, 5), (4, 5)]
    async with app_db.begin(franchise.id, ACTOR) as uow:
        row = await uow.fetchrow("SELECT id, accepted, finished_at FROM worker_imports")
        assert row is not None
        assert (row["accepted"], row["finished_at"]) == (4, None)
    again = await imported(app_db, franchise, text)
    assert (again.known, again.accepted) == (4, 1)


async def test_a_number_taken_between_look_and_insert_is_looked_at_again(
    app_db: Database, franchise: Franchise, guest: Franchise, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = next_phone()
    look = csv_import._sort_out  # noqa: SLF001 - somebody else acts right after our look

    async def look_then_lose(uow: Uow, listed: list[csv_import.ListedWorker]) -> csv_import._Batch:
        found = await look(uow, listed)
        if found.new:
            async with app_db.begin(guest.id, "system:race") as other:
                await make_worker(other, e164=phone)
        return found

    monkeypatch.setattr(csv_import, "_sort_out", look_then_lose)
    report = await imported(app_db, franchise, f"Имя;Телефон\nОлег;{phone}\n")
    assert codes(report) == {2: "phone_in_network"}


async def test_ten_thousand_lines_take_seconds(app_db: Database, franchise: Franchise) -> None:
    text = "ФИО;Телефон;Город;Район;Навыки\n" + "".join(
        f"Иванов Иван;{next_phone()};СПб;Купчино;грузчик\n" for _ in range(10_000)
    )
    done: list[int] = []
    report = await import_workers(
        app_db, franchise.id, ACTOR, text.encode("cp1251"), progress=lambda now, _rows: done.append(now)
    )
    assert (report.accepted, report.rejected) == (10_000, 0)
    assert done == [*range(1_000, 10_001, 1_000)]


@pytest.mark.parametrize("cell", ["=1+1", "+7", "-2", "@SUM(A1)", "\t=1", " =1", "\r=1"])
def test_no_cell_of_a_report_is_a_formula(cell: str) -> None:
    assert formula_safe(cell) == f"'{cell}"
    report = report_csv([LineReject(line=2, code="x", reason=cell)]).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(report, newline=""), delimiter=";"))
    assert rows == [["line", "code", "reason"], ["2", "x", f"'{cell}"]]


async def test_the_import_of_another_franchise_is_not_there(
    app_db: Database, franchise: Franchise, guest: Franchise
) -> None:
    report = await imported(app_db, franchise, f"Имя;Телефон\nОлег;{next_phone()}\nИван;1\n")
    async with app_db.begin(guest.id, ACTOR) as uow:
        assert await import_rejects(uow, report.id) == []
        assert await uow.fetchval("SELECT count(*) FROM worker_imports WHERE id = $1", report.id) == 0
    assert isinstance(report.id, UUID)


async def test_coordinates_contracts_and_lengths(app_db: Database, franchise: Franchise) -> None:
    good = "59,93;30.36;самозанятый"
    rows = [
        f"Олег;{next_phone()};{good};Невский 1",
        f"Иван;{next_phone()};91;30;;",
        f"Иван;{next_phone()};59;;;",
        f"Иван;{next_phone()};nan;30;;",
        f"Иван;{next_phone()};;;по-соседски;",
        f"{'А' * 81};{next_phone()};;;;",
        f"Иван;{next_phone()};;;;{'А' * 401}",
        f"Игорь;{next_phone()};;;;Пушкин, Октябрьский бульвар 1",
        f"Илья;{next_phone()};;;;Советская, 5",
    ]
    report = await imported(app_db, franchise, "Имя;Телефон;lat;lon;Договор;Адрес\n" + "\n".join(rows))
    assert codes(report) == {
        3: "coordinates_invalid",
        4: "coordinates_invalid",
        5: "coordinates_invalid",
        6: "engagement_unknown",
        7: "too_long",
        8: "too_long",
    }
    men = await men_of(app_db, franchise)
    assert (men["Олег"].lat, men["Олег"].lon, men["Олег"].engagement) == (59.93, 30.36, "self_employed")
    assert men["Олег"].location_quality is LocationQuality.ADDRESS
    assert abs(men["Игорь"].lat - 59.714) < 0.01
    assert (men["Илья"].lat, men["Илья"].location_quality) == (59.9386, LocationQuality.CITY)


async def test_a_name_in_two_columns_and_a_quote_that_is_never_closed(app_db: Database, franchise: Franchise) -> None:
    text = f'Фамилия;Имя;Телефон\nвон Берг;Пётр Ильич;{next_phone()}\nЕжов;"Олег;{next_phone()}\n'
    report = await imported(app_db, franchise, text)
    assert codes(report) == {3: "quote_not_closed"}
    men = await men_of(app_db, franchise)
    assert {name: man.last_name for name, man in men.items()} == {"Пётр": "вон Берг"}


async def test_when_a_number_is_lost_again_and_again_the_import_says_so(
    app_db: Database, franchise: Franchise, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def always_lose(_uow: Uow, _listed: list[csv_import.ListedWorker]) -> csv_import._Batch:
        raise PhoneAlreadyInNetwork

    monkeypatch.setattr(csv_import, "_sort_out", always_lose)
    with pytest.raises(PhoneAlreadyInNetwork):
        await imported(app_db, franchise, f"Имя;Телефон\nОлег;{next_phone()}\n")
