"""Taking a list of workers into the pool from the command line."""

import asyncio
import itertools
import json
from pathlib import Path

import pytest

from dispatch.settings import Settings
from tests.commandline.conftest import Dispatch
from tests.factories.tenancy import make_franchise, owner_database

_numbers = itertools.count(1)
_LIST = "Имя;Телефон;Город\nИван Петров;8 (921) 555-{n:02d}-01;Санкт-Петербург\nПётр;не помню;Санкт-Петербург\n"


@pytest.fixture
def slug(settings: Settings) -> str:
    return asyncio.run(make_franchise(settings, slug=f"import-{next(_numbers)}")).slug


@pytest.fixture
def men(tmp_path: Path) -> Path:
    """A list with one good line and one without a number."""
    file = tmp_path / "men.csv"
    file.write_text(_LIST.format(n=next(_numbers)), encoding="utf-8")
    return file


def test_good_lines_are_taken_and_the_others_named(dispatch: Dispatch, slug: str, men: Path) -> None:
    result = dispatch("import-workers", men, "-f", slug, "--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert (report["rows"], report["accepted"], report["rejected"]) == (2, 1, 1)
    assert report["rejects"][0]["line"] == 3


def test_the_report_goes_to_a_file(dispatch: Dispatch, slug: str, men: Path, tmp_path: Path) -> None:
    report = tmp_path / "rejected.csv"
    result = dispatch("import-workers", men, "-f", slug, "--report", report)
    assert "2 lines: 1 taken" in result.stderr
    assert '"3"' in report.read_text(encoding="utf-8-sig")


def test_attesting_needs_somebody_who_answers_for_it(dispatch: Dispatch, slug: str, men: Path) -> None:
    result = dispatch("import-workers", men, "-f", slug, "--attest", "vetting")
    assert result.exit_code == 2
    assert "--author" in result.stderr


def test_attested_people_can_be_invited_at_once(dispatch: Dispatch, slug: str, men: Path, settings: Settings) -> None:
    dispatch(
        "import-workers", men, "-f", slug, "--attest", "vetting", "--attest", "consent_offers",
        "--author", "Анна", "--basis", "Signed forms of May",
    )  # fmt: skip
    assert _invitable(settings, slug) == 1


def test_a_file_that_is_not_there_is_wrong_usage(dispatch: Dispatch, slug: str) -> None:
    assert dispatch("import-workers", "/nowhere.csv", "-f", slug).exit_code == 2


def _invitable(settings: Settings, slug: str) -> int:
    async def count() -> int:
        async with owner_database(settings) as database, database.begin(None, "system:test") as uow:
            found: int = await uow.fetchval(
                "SELECT count(*) FROM workers w JOIN franchises f ON f.id = w.franchise_id "
                "WHERE f.slug = $1 AND w.invitable",
                slug,
            )
            return found

    return asyncio.run(count())
