"""The audit on a page: found by person, thing, time and words, masked for who may not see people, fast when long."""

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from html import unescape

import asyncpg
import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from dispatch.access.roles import Role
from dispatch.kit.audit_trail import AuditFilter, read_audit
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.web.audit_values import HIDDEN
from dispatch.web.audit_words import ENTITIES, FIELDS
from dispatch.web.languages import Language, speech
from tests.factories.clients import make_client
from tests.factories.office import Office, open_office
from tests.factories.tenancy import make_franchise

ROWS = 25_000
SOMEBODY = "staff:01a2017d-66ad-76d4-baea-379c8d35e2d4"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(
    app: FastAPI, app_db: Database, settings: Settings, owner: asyncpg.Connection
) -> AsyncIterator[Office]:
    """The office of an owner with a long audit: mostly imports, some things of people, over a hundred days."""
    franchise = await make_franchise(settings)
    await owner.execute(
        """INSERT INTO audit_log (franchise_id, at, actor, entity, entity_id, action, before, after)
           SELECT $1, now() - interval '100 days' * (1 - n / $2::float8),
                  CASE WHEN n % 1000 = 7 THEN $3 ELSE 'system:import' END,
                  CASE WHEN n % 5000 = 11 THEN 'sites' ELSE 'worker_contacts' END, 'thing-' || n, 'update',
                  jsonb_build_object('first_name', 'Иван'),
                  jsonb_build_object('first_name', 'Пётр-' || n, 'rest', 8, 'phone', '+79215550102',
                                     'note', 'drunk', 'of_tomorrow', 'Рост 180', 'status', 'active')
           FROM generate_series(1, $2) AS n""",
        franchise.id,
        ROWS,
        SOMEBODY,
    )
    await owner.execute("ANALYZE audit_log")
    headers = {"Accept-Language": "en", "Sec-Fetch-Site": "same-origin"}
    async with AsyncClient(transport=ASGITransport(app), base_url="http://testserver", headers=headers) as browser:
        yield await open_office(browser, app_db, franchise.id)


def shown(page: str) -> list[str]:
    """The things a page shows, in order."""
    return re.findall(r'audit\?subject=(thing-\d+)"', page)


async def test_pages_go_on_from_one_another_without_gap_or_repetition(office: Office) -> None:
    seen: list[str] = []
    where = "audit?entity=worker_contacts&actor=system:import"
    for _ in range(3):
        page = await office.page(where)
        seen += shown(page)
        further = re.search(r'rel="next" href="/settings/(audit\?[^"]+)"', page)
        assert further is not None
        where = unescape(further[1])
    numbers = [int(thing.removeprefix("thing-")) for thing in seen]
    expected = [n for n in range(ROWS, 0, -1) if n % 1000 != 7 and n % 5000 != 11]
    assert numbers == expected[: len(numbers)]
    assert len(numbers) == 150
    oldest = shown(await office.page("audit?sort=at&dir=asc&entity=worker_contacts"))
    assert oldest[:3] == ["thing-1", "thing-2", "thing-3"]


async def test_it_is_found_by_person_thing_day_and_words(office: Office) -> None:
    by_person = shown(await office.page(f"audit?actor={SOMEBODY}"))
    assert by_person == [f"thing-{n}" for n in range(ROWS - 993, 0, -1000)]
    assert shown(await office.page("audit?entity=sites")) == [f"thing-{n}" for n in range(ROWS - 4989, 0, -5000)]
    assert shown(await office.page("audit?subject=thing-77")) == ["thing-77"]
    assert shown(await office.page("audit?q=ПЁТР-24990")) == ["thing-24990"]
    day = (datetime.now(UTC) - timedelta(days=50)).date()
    within = shown(await office.page(f"audit?from={day}&to={day}&sort=at&dir=asc"))
    first = int(within[0].removeprefix("thing-"))
    assert ROWS // 2 - 600 < first < ROWS // 2 + 600
    assert "Nothing was changed" in await office.page("audit?entity=sites&actor=staff:nobody")
    assert len(shown(await office.page("audit?from=nonsense&after=nonsense&sort=x&entity=worker_contacts"))) == 50


async def test_words_are_looked_for_step_by_step(office: Office) -> None:
    page = await office.page("audit?q=Пётр-77%22")
    assert shown(page) == []
    assert "Looked back to" in page
    further = re.search(r'rel="next" href="/settings/(audit\?[^"]+)"', page)
    assert further is not None
    assert shown(await office.page(unescape(further[1]))) == ["thing-77"]


async def test_what_people_are_called_is_kept_from_who_may_not_see_them(office: Office, stranger: AsyncClient) -> None:
    assert "Пётр-24990" in await office.page("audit?subject=thing-24990")
    for role in (Role.HQ, Role.OPERATOR):
        other = await open_office(stranger, office.database, office.franchise_id, role)
        page = await other.page("audit?subject=thing-24990")
        assert "thing-24990" in page
        assert "Пётр" not in page
        assert "•••" in page
        assert "drunk" not in page
        assert "Рост" not in page, "nor a text in a field that nobody thought about"
        assert {"<ins>8</ins>", "<ins>active</ins>"} <= set(re.findall(r"<ins>[^<]*</ins>", page)), "the rest stays"
        assert shown(await other.page("audit?q=Пётр-24990")) == [], "nor is it found by searching"
        assert shown(await other.page("audit?q=thing-24990")) == ["thing-24990"]
        assert "Пётр" not in (await other.done("audit/export?subject=thing-24990", form="csv")).text


async def test_a_phone_is_never_whole(office: Office, owner: asyncpg.Connection) -> None:
    page = await office.page("audit?subject=thing-24990")
    file = (await office.done("audit/export?subject=thing-24990", form="csv")).text
    assert "79215550102" not in page + file
    assert "•••02" in page
    assert "thing-24990" in file
    assert (await office.done("audit/export?entity=sites", form="xlsx")).content.startswith(b"PK")
    assert (await office.act("audit/export", form="csv")).status_code == 422, "more than one file holds"
    assert await owner.fetchval("SELECT count(*) FROM exports WHERE franchise_id = $1", office.franchise_id) >= 2


async def test_a_real_change_is_told_with_who_and_what(office: Office) -> None:
    async with office.database.begin(office.franchise_id, f"staff:{office.me}") as uow:
        client = await make_client(uow, name="Ромашка <b>")
    page = await office.page(f"audit?subject={client.id}")
    assert "Анна Иванова" in page
    assert "a client" in page
    assert "Ромашка &lt;b&gt;" in page
    fields = re.findall("<dt>(.)", page)
    assert fields
    assert [first for first in fields if first != first.upper()] == [], "they begin alike"
    async with office.database.begin(office.franchise_id, "system:test") as uow:
        mine = await read_audit(uow, AuditFilter(subject=str(client.id)), limit=5)
    assert [(row.action, row.actor) for row in mine.rows] == [("insert", f"staff:{office.me}")]


async def test_another_franchise_sees_nothing_of_it(office: Office, stranger: AsyncClient, settings: Settings) -> None:
    other = await open_office(stranger, office.database, (await make_franchise(settings)).id)
    assert shown(await other.page("audit?entity=worker_contacts")) == []
    assert shown(await other.page("audit?subject=thing-77")) == []


PLANS = {
    "all": (AuditFilter(), "audit_log_by_time"),
    "a person": (AuditFilter(actor=SOMEBODY), "audit_log_by_actor"),
    "a kind of thing": (AuditFilter(entity="sites"), "audit_log_by_entity"),
    "one thing": (AuditFilter(subject="thing-77"), "audit_log_by_subject"),
    "a week": (AuditFilter(begins=datetime(2026, 1, 1, tzinfo=UTC), ends=datetime(2026, 1, 8, tzinfo=UTC)), "by_time"),
    "words": (AuditFilter(words="nowhere"), "audit_log_by_time"),
}


@pytest.mark.parametrize("name", PLANS)
async def test_a_page_reads_an_index_and_no_more_rows_than_it_must(office: Office, name: str) -> None:
    """As the request role, under row security: no sort, no scan of the table, from the middle of the audit too."""
    wanted, index = PLANS[name]
    for after in (None, (datetime.now(UTC) - timedelta(days=50), 10**9)):
        plan = await plan_of(office, wanted, after)
        told = json.dumps(plan)
        assert index in told
        assert '"Seq Scan"' not in told
        assert not re.search(r'"Node Type": "(Incremental )?Sort"', told) or name == "words"
        read = max(int(rows) for rows in re.findall(r'"Actual Rows": (\d+)', told))
        assert read <= (20_000 if name == "words" else 51)


async def plan_of(office: Office, wanted: AuditFilter, after: tuple[datetime, int] | None) -> object:
    """Explain what `read_audit` asks, as it asks it."""
    async with office.database.begin(office.franchise_id, "system:test") as uow:
        asked: list[tuple[str, tuple[object, ...]]] = []
        fetch = uow.fetch

        async def listen(sql: str, *args: object) -> list[asyncpg.Record]:
            asked.append((sql, args))
            return await fetch(sql, *args)

        uow.fetch = listen  # type: ignore[method-assign]
        await read_audit(uow, wanted, after=after, limit=50)
        ((sql, args),) = asked
        (row,) = await fetch(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", *args)
    return row[0]


def test_the_words_are_known_in_russian() -> None:
    words = speech(Language.RU).words
    assert [word for word in ENTITIES.values() if words.gettext(word) == word] == []


async def test_every_audited_table_has_a_word(owner: asyncpg.Connection) -> None:
    audited = await owner.fetch(
        """SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
           WHERE t.tgfoid IN ('audit_row'::regproc, 'audit_inserted'::regproc)"""
    )
    assert {row["relname"] for row in audited} <= ENTITIES.keys()


async def test_every_audited_field_has_words_in_russian(owner: asyncpg.Connection) -> None:
    known = speech(Language.RU).words
    columns = await owner.fetch(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = ANY ($1)",
        list(ENTITIES),
    )
    names = {row["column_name"] for row in columns} - HIDDEN
    words = {name: FIELDS.get(name, name) for name in names}
    assert {name: word for name, word in words.items() if known.gettext(word) == word} == {}
    assert FIELDS.keys() <= names
