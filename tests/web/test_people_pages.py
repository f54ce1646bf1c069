"""The list of people and the page of one: found, shown as far as a role may see, changed, and nobody else's."""

import io
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import openpyxl  # type: ignore[import-untyped]
import pytest
import pytest_asyncio
from httpx import AsyncClient

from dispatch.access.roles import Role
from dispatch.kit.uow import Database
from dispatch.rating.service import Fact, record_mark
from dispatch.settings import Settings
from dispatch.sms.tongues import Language as TextLanguage
from dispatch.tenancy.policy import MarkKind
from dispatch.web.languages import Language, speech
from dispatch.workers.commands import Weekday
from dispatch.workers.find import Column, Wanted, find_workers
from dispatch.workers.rules import Attestation, WorkerStatus
from dispatch.workers.skills import DocumentKind, Service
from tests.factories.browsers import PART, Browser, sign_in
from tests.factories.stage import Stage, set_stage
from tests.factories.workers import make_worker, make_workers

HOSTILE = '<img src=x onerror="alert(1)">'


@pytest_asyncio.fixture(loop_scope="session")
async def recruiter(stranger: AsyncClient, app_db: Database, stage: Stage) -> Browser:
    return await sign_in(stranger, app_db, stage.franchise_id, Role.RECRUITER)


async def take_on(database: Database, stage: Stage, **given: object) -> UUID:
    async with database.begin(stage.franchise_id, "system:test") as uow:
        return await make_worker(uow, **given)


def names_in(page: str) -> list[str]:
    return re.findall(r'class="person-name" href="/people/[^"]+">([^<]+)</a>', page)


async def test_people_are_found_by_parts_of_names_ids_and_phones(
    recruiter: Browser, app_db: Database, stage: Stage
) -> None:
    await take_on(app_db, stage, first_name="Артём", last_name="Звягинцев", external_id="К-7781", e164="+79998887766")
    for wanted in ("звяг", "артем зв", "ЗВЯГИНЦЕВ АРТ", "зв", "к-77", "7766", "8 999 888-77-66"):
        assert names_in(await recruiter.part(f"/people?q={wanted}")) == ["Звягинцев Артём"], wanted
    for wanted in ("вягинцеf", "яг", "7765", "%", "_"):
        assert names_in(await recruiter.part(f"/people?q={wanted}")) == [], wanted
    assert "+79998887766" not in await recruiter.part("/people?q=звяг")
    assert "Nobody here is like that" in await recruiter.part("/people?q=звягг")


async def test_filters_order_and_pages(recruiter: Browser, app_db: Database, settings: Settings) -> None:
    other = await set_stage(settings, app_db, men=0)
    browser = await sign_in(recruiter.client, app_db, other.franchise_id, Role.RECRUITER)
    async with app_db.begin(other.franchise_id, "system:test") as uow:
        await make_workers(uow, 55, last_name="Яковлев", skills=1)
        await make_workers(uow, 3, last_name="Абрамов", skills=32, attested=None)
    first = await browser.part("/people")
    assert "58 people" in first
    assert names_in(first)[:4] == ["Абрамов Иван"] * 3 + ["Яковлев Иван"]
    assert 'rel="next"' in first
    second = await browser.part("/people?page=2")
    assert len(names_in(second)) == 8
    assert "Page 2 of 2" in second
    assert names_in(await browser.part("/people?page=77")) == names_in(second)
    assert names_in(await browser.part("/people?sort=name&dir=desc"))[0] == "Яковлев Иван"
    assert 'aria-sort="descending"' in await browser.part("/people?sort=name&dir=desc")
    for narrowed in ("status=applicant", "skill=cashier", "invitable=no", "q=абр", "q=абр&status=applicant"):
        assert names_in(await browser.part(f"/people?{narrowed}")) == ["Абрамов Иван"] * 3, narrowed
    assert names_in(await browser.part("/people?rating=4,5")) == []
    for column in Column:
        for way in ("", "&dir=desc"):
            assert len(names_in(await browser.part(f"/people?sort={column}{way}"))) == 50
    assert "58 people" in await browser.part("/people?rating=x&page=0&status=nonsense&sort=password")


async def test_a_common_name_is_walked_and_a_rare_skill_in_it_found(
    app_db: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await set_stage(settings, app_db, men=0)
    monkeypatch.setattr("dispatch.workers.find.FEW", 10)
    async with app_db.begin(other.franchise_id, "system:test") as uow:
        await make_workers(uow, 25, last_name="Сидоров", skills=1)
        await make_worker(uow, last_name="Сидоров", first_name="Юрий", skills=32)
    async with app_db.begin(other.franchise_id, "system:test") as uow:
        common = await find_workers(uow, Wanted(text="сидор"), limit=20)
        assert (len(common.lines), common.count, common.at_least) == (10, 10, True)
        rest = await find_workers(uow, Wanted(text="сидор"), limit=20, offset=20)
        assert len(rest.lines) == 0
        rare = await find_workers(uow, Wanted(text="сидор", skill=Service.CASHIER), limit=20)
        assert ([line.first_name for line in rare.lines], rare.count, rare.at_least) == (["Юрий"], 1, False)


async def test_words_are_looked_up_in_an_index(
    app_db: Database, settings: Settings, stage: Stage, owner: asyncpg.Connection
) -> None:
    """The inside of the definer function, planned as it is there, among enough people for an index to pay."""
    crowd = await set_stage(settings, app_db, men=0)
    async with app_db.begin(crowd.franchise_id, "system:test") as uow:
        await make_workers(uow, 3_000)
    await owner.execute("ANALYZE worker_contacts")
    body = await owner.fetchval("SELECT prosrc FROM pg_proc WHERE proname = 'home_workers_by_words'")
    asked = re.search(r"RETURN QUERY\s+(SELECT.*?)\s*;", body, re.DOTALL)
    assert asked is not None
    sql = asked[1].replace("tenant", f"'{crowd.franchise_id}'").replace("pattern", "'%звяг%'").replace("most", "9")
    plan = "\n".join(row[0] for row in await owner.fetch(f"EXPLAIN {sql}"))
    assert "Bitmap Index Scan on worker_contacts_sought" in plan
    assert "franchise_id = " in plan.split("Index Cond:")[1]
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with app_db.begin(stage.franchise_id, "system:test") as uow:
            await uow.fetch("SELECT * FROM home_workers_by_words($1, '%а%', 5)", UUID(int=1))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_a_list_is_taken_along_safely_and_written_down(
    recruiter: Browser, app_db: Database, stage: Stage, owner: asyncpg.Connection, form: str
) -> None:
    await take_on(
        app_db,
        stage,
        last_name="=HYPERLINK(1)",
        first_name=HOSTILE,
        external_id=f"+{form}",
        e164="+79990001122" if form == "csv" else "+79990001133",
    )
    answer = await recruiter.client.post(f"/people/export?q=%2B{form}", data={"form": form, "csrf": recruiter.csrf})
    assert answer.status_code == 200
    assert f'filename="people.{form}"' in answer.headers["content-disposition"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    if form == "csv":
        text = answer.content.decode("utf-8-sig")
        assert "\"'=HYPERLINK(1)" in text
        assert '"\'+csv"' in text
        assert "79990001122" not in text
    else:
        rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows())
        assert rows[1][0].value.startswith("=HYPERLINK(1)")
        assert rows[1][0].data_type == "s"
    kept = await owner.fetchrow("SELECT * FROM exports WHERE format = $1", form)
    assert kept is not None
    assert (kept["what"], kept["rows"], kept["actor"].split(":")[0]) == ("people", 1, "staff")
    assert await owner.fetchval("SELECT count(*) FROM audit_log WHERE entity_id = $1", str(kept["id"])) == 1
    refused = await recruiter.client.post("/people/export", data={"form": form, "csrf": "0" * 64})
    assert refused.status_code == 403


async def test_the_page_of_a_person_and_his_number_on_request(
    recruiter: Browser, app_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    worker_id = await take_on(app_db, stage, first_name=HOSTILE, last_name="Ларин", note=HOSTILE, e164="+79995554433")
    async with app_db.begin(stage.franchise_id, "system:test") as uow:
        for kind in (MarkKind.COMMENDATION, MarkKind.COMPLAINT):
            await record_mark(uow, Fact(worker_id, kind, datetime.now(UTC)))
    page = await recruiter.page(f"/people/{worker_id}")
    assert HOSTILE not in page
    assert "&lt;img src=x" in page
    assert "commendation" in page
    assert len(re.findall(r"<tr data-at=", page)) == 2
    assert "+79995554433" not in page
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|javascript:", page) == []
    shown = await recruiter.act(f"/people/{worker_id}/phone")
    assert "tel:+79995554433" in shown.text
    assert await owner.fetchval("SELECT count(*) FROM phone_reveals WHERE worker_id = $1", worker_id) == 1
    assert 'id="facts"' in await recruiter.part(f"/people/{worker_id}/facts")
    assert 'id="record"' in await recruiter.part(f"/people/{worker_id}/record")


async def test_somebody_is_taken_on_attested_activated_paused_and_parted_with(
    recruiter: Browser, app_db: Database, stage: Stage
) -> None:
    assert 'name="first_name"' in await recruiter.page("/people/new")
    refused = await recruiter.act("/people/new", {"first_name": "Олег", "phone": "12"})
    assert refused.status_code == 422
    assert refused.headers["x-problem"]
    facts = {"first_name": "Олег", "last_name": "Попов", "phone": "8 999 111-22-33", "skills": ["loading", "moving"]}
    made = await recruiter.act("/people/new", facts)
    assert made.status_code == 204, made.headers.get("x-problem")
    here = made.headers["hx-redirect"]
    assert "applicant" in await recruiter.page(here)
    assert (await recruiter.act(f"{here}/activate")).status_code == 409
    statement = {"what": ["vetting", "consent_offers"], "basis": "анкета в папке"}
    assert (await recruiter.act(f"{here}/attest", {"what": "vetting", "basis": ""})).status_code == 422
    assert (await recruiter.act(f"{here}/attest", statement)).status_code == 204
    active = await recruiter.act(f"{here}/activate")
    assert active.headers["x-undo"] == f"{here}/pause"
    assert "is invited" in await recruiter.part(f"{here}/facts")
    assert (await recruiter.act(f"{here}/pause")).status_code == 204
    assert "number is free" in await recruiter.part(f"{here}/ask/archive")
    assert (await recruiter.act(f"{here}/archive")).status_code == 204
    assert (await recruiter.act(f"{here}/restore")).status_code == 204
    async with app_db.begin(stage.franchise_id, "system:test") as uow:
        status = await uow.fetchval("SELECT status FROM workers WHERE id = $1", UUID(here.rsplit("/", 1)[1]))
    assert status == WorkerStatus.APPLICANT


async def test_facts_calendar_absences_and_documents(recruiter: Browser, app_db: Database, stage: Stage) -> None:
    here = f"/people/{await take_on(app_db, stage, last_name='Мамин')}"
    form = await recruiter.part(f"{here}/change")
    version = re.search(r'name="version" value="(\d+)"', form)
    assert version is not None
    changed = {
        "version": version[1],
        "first_name": "Пётр",
        "last_name": "Мамин",
        "skills": ["roof_work"],
        "note": HOSTILE,
    }
    assert (await recruiter.act(f"{here}/change", changed)).status_code == 204
    assert "Пётр Мамин" in await recruiter.page(here)
    assert (await recruiter.act(f"{here}/change", changed)).status_code == 409
    today = datetime.now(UTC).date()
    cycle = await recruiter.act(f"{here}/availability", {"anchor": today.isoformat()})
    assert cycle.status_code == 204
    assert "2 on, 2 off" in re.sub(r"\s+", " ", await recruiter.part(f"{here}/calendar"))
    night = {"weekdays": ["mon", "tue"], "from_time": "22:00", "to_time": "08:00"}
    assert (await recruiter.act(f"{here}/availability", night)).status_code == 422
    assert (await recruiter.act(f"{here}/availability", night | {"to_time": ""})).status_code == 204
    away = await recruiter.act(f"{here}/absences", {"first_day": today.isoformat(), "reason": HOSTILE})
    assert 'is-away" id' in await recruiter.part(f"{here}/calendar")
    assert (await recruiter.act(away.headers["x-undo"])).status_code == 204
    assert 'is-away" id' not in await recruiter.part(f"{here}/calendar")
    assert (await recruiter.act(f"{here}/absences", {"first_day": "soon"})).status_code == 422
    expired = (today - timedelta(days=3)).isoformat()
    paper = {"kind": "height_permit", "number": "77", "valid_until": expired}
    scan = {"file": ("scan.png", b"\x89PNG\r\n\x1a\n" + b"0" * 20, "image/png")}
    assert (await recruiter.act(f"{here}/documents", paper, files=scan)).status_code == 204
    wrong = {"file": ("scan.png", b"MZ not a picture", "image/png")}
    assert (await recruiter.act(f"{here}/documents", paper, files=wrong)).status_code == 422
    shown = await recruiter.part(f"{here}/facts")
    assert "expired" in shown
    document_id = re.findall(r'id="document-([0-9a-f-]{36})"', shown)[0]
    assert (await recruiter.act(f"{here}/documents/{document_id}/remove")).status_code == 204
    for asked in ("availability", "absence", "document", "attest"):
        where = f"{here}/attest" if asked == "attest" else f"{here}/ask/{asked}"
        assert 'id="dialog-title"' in await recruiter.part(where)


async def test_a_dispatcher_keeps_him_from_a_client(stranger: AsyncClient, app_db: Database, stage: Stage) -> None:
    dispatcher = await sign_in(stranger, app_db, stage.franchise_id, Role.DISPATCHER)
    here = f"/people/{await take_on(app_db, stage)}"
    assert "Склад на Сенной" in await dispatcher.part(f"{here}/do-not-return")
    wish = {"client_id": str(stage.client_id), "decided_by": "client", "reason": "грубил"}
    kept = await dispatcher.act(f"{here}/do-not-return", wish)
    assert kept.status_code == 204, kept.headers.get("x-problem")
    assert "грубил" in await dispatcher.part(f"{here}/record")
    assert (await dispatcher.act(kept.headers["x-undo"])).status_code == 204
    assert "грубил" not in await dispatcher.part(f"{here}/record")
    assert (await dispatcher.act(f"{here}/pause")).status_code == 403


@pytest.mark.parametrize("where", ["", "/facts", "/record", "/change", "/attest", "/ask/absence"])
async def test_another_franchise_finds_no_such_person(
    stranger: AsyncClient, settings: Settings, app_db: Database, stage: Stage, where: str
) -> None:
    worker_id = await take_on(app_db, stage, last_name="Тайный")
    other = await set_stage(settings, app_db, men=0)
    theirs = await sign_in(stranger, app_db, other.franchise_id, Role.OWNER)
    answer = await theirs.client.get(f"/people/{worker_id}{where}")
    assert answer.status_code == 404
    assert "Тайный" not in answer.text
    assert names_in(await theirs.part("/people?q=тайный")) == []
    for act in ("pause", "archive", "phone", "availability"):
        assert (await theirs.act(f"/people/{worker_id}/{act}")).status_code == 404


async def test_each_role_sees_and_does_what_it_may(stranger: AsyncClient, app_db: Database, stage: Stage) -> None:
    worker_id = await take_on(app_db, stage)
    foreman = await sign_in(stranger, app_db, stage.franchise_id, Role.FOREMAN)
    page = await foreman.page(f"/people/{worker_id}")
    assert "What moved his rating" not in page
    assert 'id="texts-title"' not in page
    assert 'id="reveal"' not in page
    assert re.findall(r'hx-post="', page) == []
    assert (await foreman.act(f"/people/{worker_id}/phone")).status_code == 403
    hq = await sign_in(stranger, app_db, stage.franchise_id, Role.HQ)
    page = await hq.page(f"/people/{worker_id}")
    assert "What moved his rating" in page
    assert 'id="reveal"' not in page
    assert (await hq.act(f"/people/{worker_id}/phone")).status_code == 403
    assert (await hq.client.get("/inbox")).status_code == 403
    call_centre = await sign_in(stranger, app_db, stage.franchise_id, Role.CALL_CENTRE)
    assert (await call_centre.client.get("/people")).status_code == 403


async def test_headquarters_see_everybody_by_id_ring_and_rating_and_nobody_by_name(
    stranger: AsyncClient, app_db: Database, settings: Settings, stage: Stage
) -> None:
    worker_id = await take_on(app_db, stage, last_name="Безымянный", e164="+79997776655", external_id="Б-1")
    other = await set_stage(settings, app_db, men=0)
    hq = await sign_in(stranger, app_db, other.franchise_id, Role.HQ)
    assert (await hq.client.get("/people?q=безым")).headers["location"] == "/people/network"
    page = await hq.page(f"/people/network?q={worker_id}")
    line = f'id="person-{worker_id}"'
    assert line in page
    assert "under 5 km" in page
    for secret in ("Безымянный", "776655", "Б-1"):
        assert secret not in page
    assert line not in await hq.page(f"/people/network?q={worker_id}&ring=over_50_km")
    assert line not in await hq.page(f"/people/network?q={worker_id}&rating=4")
    assert "Nobody here is like that" in await hq.page("/people/network?q=безым")
    for sort in ("id", "rating"):
        assert line in await hq.page(f"/people/network?q={worker_id}&sort={sort}&rating=3,5&ring=under_5_km")
        assert line not in await hq.page(f"/people/network?sort={sort}&rating=5&ring=under_5_km")
    assert (await hq.act("/people/export", {"form": "csv"})).status_code == 403
    recruiter = await sign_in(stranger, app_db, stage.franchise_id, Role.RECRUITER)
    assert (await recruiter.client.get("/people/network")).status_code == 403


async def test_nothing_changes_without_the_sessions_token(recruiter: Browser, app_db: Database, stage: Stage) -> None:
    worker_id = await take_on(app_db, stage)
    for act in ("pause", "archive", "phone", "absences", "documents", "attest", "change", "availability"):
        answer = await recruiter.client.post(f"/people/{worker_id}/{act}", headers=PART | {"X-CSRF-Token": "0" * 64})
        assert answer.status_code == 403, act
    assert (await recruiter.client.post("/people/new", headers=PART)).status_code == 403


def test_every_word_the_pages_take_from_the_code_is_known() -> None:
    named = [*WorkerStatus, *DocumentKind, *Attestation, *Weekday, *MarkKind]
    named += [f"language_{language}" for language in TextLanguage]
    russian, english = speech(Language.RU).words, speech(Language.EN).words
    assert [name for name in map(str, named) if russian.gettext(name) == name] == []
    assert [name for name in map(str, named) if "_" in english.gettext(name)] == []
