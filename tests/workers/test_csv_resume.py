"""An import that was broken off goes on, once, from the first line not dealt with."""

import pytest

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.tenancy.models import Franchise
from dispatch.workers import csv_import
from dispatch.workers.commands import ImportAttestation, ImportWorkers
from dispatch.workers.csv_import import import_workers, resume_import
from dispatch.workers.errors import ImportGoesOn, ImportNotFound, ImportNotResumable
from dispatch.workers.residence import surroundings_of
from dispatch.workers.rules import Attestation
from tests.factories.tenancy import make_franchise
from tests.factories.workers import next_phone

ACTOR = "staff:importer"


@pytest.fixture
async def franchise(settings: Settings) -> Franchise:
    return await make_franchise(settings)


async def test_an_import_that_was_broken_off_goes_on_where_it_ended(
    app_db: Database, franchise: Franchise, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_import, "BATCH", 2)

    def stop_after_one(_done: int, _rows: int) -> None:
        raise KeyboardInterrupt

    phones = [next_phone() for _ in range(4)]
    lines = [f"Олег;{phone}" for phone in phones] + [f"Двойник;{phones[0]}", "Безтелефонный;"]
    attestation = ImportAttestation(what=frozenset({Attestation.SKILLS}), author="Анна", basis="анкеты")
    with pytest.raises(KeyboardInterrupt):
        await import_workers(
            app_db,
            franchise.id,
            ACTOR,
            "\n".join(["Имя;Телефон", *lines]).encode(),
            ImportWorkers(attestation=attestation),
            progress=stop_after_one,
        )
    kept = "SELECT id, content, command FROM worker_imports WHERE finished_at IS NULL AND accepted = 2"
    async with app_db.begin(franchise.id, ACTOR) as uow:
        row = await uow.fetchrow(kept)
    assert row is not None
    report = await resume_import(app_db, franchise.id, "staff:another", row["id"])
    assert (report.accepted, report.known, report.rejected, report.rows) == (4, 0, 2, 6)
    # A twin of a line that was dealt with before is still one.
    assert {reject.line: reject.code for reject in report.rejects}[6] == "duplicate_in_file"
    async with app_db.begin(franchise.id, ACTOR) as uow:
        left = await uow.fetchrow("SELECT content, command FROM worker_imports WHERE id = $1", row["id"])
        said = await uow.fetchval(
            """SELECT count(*) FROM attestations a JOIN worker_contacts c USING (worker_id)
               WHERE c.import_id = $1 AND a.what = 'skills_checked' AND a.author LIKE 'Анна%'""",
            row["id"],
        )
    assert (tuple(left or ()), said) == ((None, None), 4)
    with pytest.raises(ImportNotResumable):
        await resume_import(app_db, franchise.id, ACTOR, row["id"])
    with pytest.raises(ImportNotFound):
        await resume_import(app_db, franchise.id, ACTOR, new_id())


async def test_two_who_go_on_with_the_same_import_do_not_count_its_lines_twice(
    app_db: Database, franchise: Franchise
) -> None:
    given = csv_import.read_list(f"Имя;Телефон\nОлег;{next_phone()}\n".encode())
    report = await import_workers(app_db, franchise.id, ACTOR, f"Имя;Телефон\nОлег;{next_phone()}\n".encode())
    async with app_db.begin(franchise.id, ACTOR) as uow:
        around = await surroundings_of(uow)
    late = csv_import._Import(app_db, franchise.id, ACTOR, report.id, ImportWorkers(), around)  # noqa: SLF001
    with pytest.raises(ImportGoesOn):
        await late.carry_on(given, 0, None)
