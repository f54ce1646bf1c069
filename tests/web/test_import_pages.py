"""Importing a list in the console: look, take, and what was not taken."""

import io
import re

import openpyxl  # type: ignore[import-untyped]
import pytest
import pytest_asyncio
from httpx import AsyncClient

from dispatch.access.roles import Role
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.web.languages import Language, speech
from dispatch.workers.csv_columns import Column
from dispatch.workers.csv_lines import ADVICE
from tests.factories.browsers import PART, Browser, sign_in
from tests.factories.stage import Stage, set_stage

HOSTILE = "<script>alert(1)</script>"
LIST = f"""Телефон;ФИО;Навыки;Код
8 931 000-00-01;Быков Олег {HOSTILE};грузчик;А-1
12;Кривой Номер;грузчик;А-2
8 931 000-00-03;Волков Пётр;космонавт;А-3
8 931 000-00-01;Быков Олег;грузчик;А-4
8 931 000-00-05;=cmd|' /C calc'!A0;грузчик;А-5
"""


@pytest_asyncio.fixture(loop_scope="session")
async def recruiter(stranger: AsyncClient, app_db: Database, stage: Stage) -> Browser:
    return await sign_in(stranger, app_db, stage.franchise_id, Role.RECRUITER)


def a_list(content: bytes, name: str = "list.csv") -> dict[str, tuple[str, bytes, str]]:
    return {"file": (name, content, "text/csv")}


async def count_people(database: Database, stage: Stage) -> int:
    async with database.begin(stage.franchise_id, "system:test") as uow:
        counted: int = await uow.fetchval("SELECT count(*) FROM workers WHERE franchise_id = $1", stage.franchise_id)
        return counted


async def test_a_list_is_looked_at_and_then_taken(recruiter: Browser, app_db: Database, stage: Stage) -> None:
    assert 'type="file"' in await recruiter.page("/people/import")
    before = await count_people(app_db, stage)
    looked = await recruiter.act("/people/import/look", {"language": "ru"}, files=a_list(LIST.encode()))
    assert looked.status_code == 200, looked.headers.get("x-problem")
    assert HOSTILE not in looked.text
    assert "&lt;script&gt;" in looked.text
    assert 'aria-label="Would be taken">2/5<' in looked.text
    assert 'aria-label="Not taken">3/5<' in looked.text
    assert ADVICE["skill_unknown"][:20] in looked.text  # type: ignore[index]
    assert await count_people(app_db, stage) == before
    digest = re.search(r'"sha256": "([0-9a-f]{64})"', looked.text)
    assert digest is not None
    another = await recruiter.act(
        "/people/import", {"sha256": digest[1]}, files=a_list(LIST.replace("Волков", "Белов").encode())
    )
    assert another.status_code == 422
    assert await count_people(app_db, stage) == before
    taken = await recruiter.act("/people/import", {"sha256": digest[1]}, files=a_list(LIST.encode()))
    assert taken.status_code == 204, taken.headers.get("x-problem")
    report = await recruiter.page(taken.headers["hx-redirect"])
    assert await count_people(app_db, stage) == before + 2
    assert 'aria-label="Taken">2/5<' in report
    rejects = await recruiter.client.get(f"{taken.headers['hx-redirect']}/rejects.csv")
    assert rejects.status_code == 200
    assert len(rejects.content.decode("utf-8-sig").splitlines()) == 4
    again = await recruiter.act("/people/import/look", files=a_list(LIST.encode()))
    assert 'aria-label="Here already">2/5<' in again.text


async def test_a_workbook_is_read_like_a_list(recruiter: Browser) -> None:
    book = openpyxl.Workbook()
    for row in (
        ("Телефон", "ФИО", "Допуск к высоте до"),
        (89310000101, "Громов Иван", None),
        (None, "Без Номера", None),
    ):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    looked = await recruiter.act("/people/import/look", files=a_list(out.getvalue(), "люди.xlsx"))
    assert looked.status_code == 200, looked.headers.get("x-problem")
    assert "+7 931 000-01-01" in looked.text
    assert 'aria-label="Not taken">1/2<' in looked.text


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 no workbook", b"\x00\x01\x02", "Имя;Город\nИван;Казань".encode()]
)
async def test_what_is_no_list_is_refused_in_words(recruiter: Browser, content: bytes) -> None:
    for where in ("/people/import/look", "/people/import"):
        answer = await recruiter.act(where, files=a_list(content))
        assert answer.status_code == 422
        assert answer.headers["x-problem"]
    assert (await recruiter.act("/people/import/look")).status_code == 422


async def test_others_neither_import_nor_see_what_was_imported(
    recruiter: Browser, app_db: Database, settings: Settings, stage: Stage
) -> None:
    mine = await recruiter.act("/people/import", files=a_list(b"phone;name\n8 931 000-02-01;Anton Brown"))
    report = mine.headers["hx-redirect"]
    refused = await recruiter.client.post(
        "/people/import", files=a_list(LIST.encode()), headers=PART | {"X-CSRF-Token": "0" * 64}
    )
    assert refused.status_code == 403
    dispatcher = await sign_in(recruiter.client, app_db, stage.franchise_id, Role.DISPATCHER)
    assert (await dispatcher.client.get("/people/import")).status_code == 403
    assert (await dispatcher.act("/people/import", files=a_list(LIST.encode()))).status_code == 403
    other = await set_stage(settings, app_db, men=0)
    theirs = await sign_in(recruiter.client, app_db, other.franchise_id, Role.OWNER)
    assert (await theirs.client.get(report)).status_code == 404
    assert (await theirs.client.get(f"{report}/rejects.csv")).status_code == 404
    # Whose number it is, or that it is anybody's, a look does not tell.
    looked = await theirs.act("/people/import/look", files=a_list(b"phone;name\n8 931 000-02-01;Anton"))
    assert 'aria-label="Would be taken">1/1<' in looked.text


async def test_what_is_known_of_everybody_is_attested_at_once_with_the_list_or_after_it(
    recruiter: Browser, app_db: Database, settings: Settings, stage: Stage
) -> None:
    def names(*phones: str) -> bytes:
        return "\n".join(["phone;name", *(f"{phone};Anton Green" for phone in phones)]).encode()

    known = {"what": ["vetting", "consent_offers", "documents_seen"], "author": "Анна Ром", "basis": "анкеты в папке"}
    file = a_list(names("8 931 000-05-01", "8 931 000-05-02"))
    for where in ("/people/import/look", "/people/import"):
        assert (await recruiter.act(where, known | {"basis": ""}, files=file)).status_code == 422
    taken = await recruiter.act("/people/import", known, files=file)
    report = await recruiter.page(taken.headers["hx-redirect"])
    assert "documents seen" in report
    assert "Анна Ром (staff:" in report
    assert report.count("2 people</li>") == 3
    plain = await recruiter.act("/people/import", files=a_list(names("8 931 000-05-03")))
    here = plain.headers["hx-redirect"]
    assert "Those taken are applicants" in await recruiter.page(here)
    assert "skills_checked" in await recruiter.part(f"{here}/attest")
    assert (await recruiter.act(f"{here}/attest", known | {"what": []})).status_code == 422
    assert (await recruiter.act(f"{here}/attest", known)).status_code == 204
    assert "1 person</li>" in await recruiter.page(here)
    async with app_db.begin(stage.franchise_id, "system:test") as uow:
        active = await uow.fetchval(
            """SELECT count(*) FROM workers w JOIN worker_contacts c ON c.worker_id = w.id
               WHERE w.invitable AND c.last_name = 'Green'"""
        )
    assert active == 3
    assert "The last imports" in await recruiter.page("/people/import")
    assert (await recruiter.act(f"{here}/resume")).status_code == 409
    other = await set_stage(settings, app_db, men=0)
    theirs = await sign_in(recruiter.client, app_db, other.franchise_id, Role.OWNER)
    assert [(await theirs.act(f"{here}/{act}", known)).status_code for act in ("attest", "resume")] == [404, 404]
    dispatcher = await sign_in(recruiter.client, app_db, stage.franchise_id, Role.DISPATCHER)
    assert [(await dispatcher.act(f"{here}/{act}", known)).status_code for act in ("attest", "resume")] == [403, 403]


def test_every_column_and_every_refusal_is_said_in_russian() -> None:
    words = speech(Language.RU).words
    said = [f"column_{column}" for column in Column] + [str(advice) for advice in ADVICE.values()]
    assert [word for word in said if words.gettext(word) == word] == []
