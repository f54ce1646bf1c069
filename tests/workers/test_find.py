"""The list of people: every order and filter, page after page, is what sorting by hand gives; and planned cheaply."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from dispatch.kit.uow import Database
from dispatch.tenancy.models import Franchise
from dispatch.workers import find
from dispatch.workers.bulk import NewDocument, bulk_insert_workers
from dispatch.workers.find import Column, Wanted, find_workers
from dispatch.workers.network import PoolColumn, PoolWanted, count_pool, find_in_pool
from dispatch.workers.rules import WorkerStatus
from dispatch.workers.skills import DocumentKind, Service
from tests.factories.workers import READY, SENNAYA, change, make_worker, new_worker, record

TODAY = date(2026, 11, 22)
PEOPLE = 1_500
ACTOR = "staff:recruiter"
_LISTED_AS_HE_IS = """
SELECT (l.status, l.skills, l.rating, l.capped_until, l.invitable)
       IS NOT DISTINCT FROM (w.status, w.skills, w.rating, w.capped_until, w.invitable)
FROM worker_lines l JOIN workers w ON w.id = l.worker_id WHERE w.id = $1
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def crowd(app_db: Database, owner: asyncpg.Connection, home: Franchise) -> UUID:
    """People of every sort, some under a cap that ended or goes on."""
    random = Random(7)
    people = [
        new_worker(
            last_name=random.choice(["Иванов", "Петров", "Ёлкин", "Звягинцев", ""]),
            first_name=random.choice(["Иван", "Пётр", "Яков"]),
            external_id=f"К-{n}" if n % 3 else None,
            skills=random.choice([1, 3, 32]),
        )
        for n in range(PEOPLE)
    ]
    async with app_db.begin(home.id, ACTOR) as uow:
        await bulk_insert_workers(uow, people, READY)
    await owner.execute("SELECT setseed(0.7)")
    await owner.execute(
        """UPDATE workers
           SET rating = 1 + 4 * random(), status = (ARRAY['active', 'active', 'paused'])[1 + floor(random() * 3)::int],
               capped_until = CASE floor(random() * 9) WHEN 0 THEN clock.now() + interval '3 days'
                                                       WHEN 1 THEN clock.now() - interval '3 days' END
           WHERE franchise_id = $1""",
        home.id,
    )
    await owner.execute("VACUUM ANALYZE worker_lines")
    return home.id


async def everybody(owner: asyncpg.Connection, franchise_id: UUID) -> list[dict[str, Any]]:
    rows = await owner.fetch(
        """SELECT w.id, w.status, w.skills, w.invitable, c.last_name, c.first_name, c.external_id,
                  CASE WHEN w.capped_until > clock.now() THEN least(w.rating, 2.00) ELSE w.rating END AS rating
           FROM workers w JOIN worker_contacts c ON c.worker_id = w.id WHERE w.franchise_id = $1""",
        franchise_id,
    )
    return [dict(row) for row in rows]


def by_hand(people: list[dict[str, Any]], column: Column, *, descending: bool) -> list[UUID]:
    def bytes_of(name: str) -> Callable[[dict[str, Any]], Any]:
        return lambda one: one[name].encode() if isinstance(one[name], str) else one[name]

    keys = ["last_name", "first_name"] if column is Column.NAME else [] if column is Column.CAME else [str(column)]
    missing = [one for one in people if any(one[key] is None for key in keys)]
    there = [one for one in people if one not in missing]
    for part in (there, missing):
        part.sort(key=lambda one: one["id"], reverse=descending)
    for key in reversed(keys):
        there.sort(key=bytes_of(key), reverse=descending)
    return [one["id"] for one in there + missing]


@pytest.mark.parametrize("column", Column)
@pytest.mark.parametrize("descending", [False, True])
async def test_pages_from_either_end_are_the_list_sorted_by_hand(
    app_db: Database, owner: asyncpg.Connection, crowd: UUID, column: Column, *, descending: bool
) -> None:
    people = await everybody(owner, crowd)
    right = by_hand(people, column, descending=descending)
    async with app_db.begin(crowd, ACTOR) as uow:
        for offset in (0, 300, 740, 750, 1_100, 1_490, 1_500, 9_000):
            found = await find_workers(uow, Wanted(), column=column, descending=descending, offset=offset, limit=20)
            assert [line.id for line in found.lines] == right[offset : offset + 20], offset
            assert (found.count, found.at_least) == (PEOPLE, False)


async def test_filters_alone_and_together(app_db: Database, owner: asyncpg.Connection, crowd: UUID) -> None:
    people = await everybody(owner, crowd)
    cases = [
        (Wanted(status=WorkerStatus.PAUSED), lambda one: one["status"] == "paused"),
        (Wanted(skill=Service.CASHIER), lambda one: one["skills"] & 32),
        (Wanted(rating_from=Decimal("3.5")), lambda one: one["rating"] >= Decimal("3.5")),
        (Wanted(invitable=True), lambda one: one["invitable"]),
        (
            Wanted("петров", WorkerStatus.ACTIVE, rating_from=Decimal(2)),
            lambda one: one["last_name"] == "Петров" and one["status"] == "active" and one["rating"] >= 2,
        ),
    ]
    async with app_db.begin(crowd, ACTOR) as uow:
        for wanted, fits in cases:
            right = by_hand([one for one in people if fits(one)], Column.RATING, descending=True)
            assert 0 < len(right) < PEOPLE
            found = await find_workers(uow, wanted, column=Column.RATING, descending=True, limit=PEOPLE)
            assert [line.id for line in found.lines] == right
            assert found.count == len(right)


async def test_a_list_dense_with_matches_reaches_as_far_as_it_is_counted(
    app_db: Database, owner: asyncpg.Connection, crowd: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find, "FEW", 100)
    people = [one for one in await everybody(owner, crowd) if one["last_name"] == "Ёлкин"]
    async with app_db.begin(crowd, ACTOR) as uow:
        for wanted, fits in (
            (Wanted("елкин"), lambda _one: True),
            (Wanted("елкин", WorkerStatus.ACTIVE), lambda one: one["status"] == "active"),
        ):
            right = by_hand([one for one in people if fits(one)], Column.NAME, descending=False)
            first = await find_workers(uow, wanted, limit=60)
            last = await find_workers(uow, wanted, offset=60, limit=60)
            assert [line.id for line in (*first.lines, *last.lines)] == right[:100]
            assert (first.count, first.at_least, last.at_least) == (100, True, True)
        rare = await find_workers(uow, Wanted("елкин", WorkerStatus.ACTIVE, rating_from=Decimal("4.9")), limit=60)
        assert (rare.count, rare.at_least) == (len(rare.lines), False)


@pytest.mark.parametrize("column", Column)
@pytest.mark.parametrize("descending", [False, True])
async def test_every_order_is_read_off_an_index_and_nothing_else(
    app_db: Database, crowd: UUID, column: Column, *, descending: bool
) -> None:
    """As the request role, row security on; what a filter needs stands in the index beside the order."""
    wanted = Wanted(status=WorkerStatus.ACTIVE, skill=Service.MOVING, rating_from=Decimal(2), invitable=True)
    order = find._Order(column, descending)  # noqa: SLF001 - its plan is the matter
    async with app_db.begin(crowd, ACTOR) as uow:
        for asked in (Wanted(), wanted):
            query = await find._query(uow, asked)  # noqa: SLF001
            for from_the_end in (False, True):
                sql = query.sorted(order, 20, 20, from_the_end=from_the_end)
                plan = "\n".join(row[0] for row in await uow.fetch(f"EXPLAIN {sql}", *query.args))
                assert "Index Only Scan" in plan
                assert "Seq Scan" not in plan
                # Those under a cap are few, and sorted; nobody else is.
                assert plan.count("Sort  (") == (1 if column is Column.RATING else 0), plan


async def test_what_is_listed_follows_what_changes(
    app_db: Database, owner: asyncpg.Connection, home: Franchise
) -> None:
    async with app_db.begin(home.id, ACTOR) as uow:
        worker_id = await make_worker(uow, last_name="Переменный", skills=1)
    changed = await change(
        app_db, home, await record(app_db, home, worker_id), last_name="Новый", external_id="Н-1", skills=["cashier"]
    )
    # One after the other: each by itself must reach the list.
    for moved in (
        "skills = skills",
        "rating = 4.75",
        "capped_until = clock.now() - interval '1 day'",
        "status = 'paused'",
    ):
        await owner.execute(f"UPDATE workers SET {moved} WHERE id = $1", worker_id)
        assert await owner.fetchval(_LISTED_AS_HE_IS, worker_id), moved
    async with app_db.begin(home.id, ACTOR) as uow:
        assert (await find_workers(uow, Wanted("переменный"), limit=5)).count == 0
        given = Wanted("новый", WorkerStatus.PAUSED, Service.CASHIER, Decimal("4.75"), invitable=False)
        found = await find_workers(uow, given, limit=5)
        assert [line.id for line in found.lines] == [changed.id]
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await uow.run("UPDATE worker_lines SET rating = 5 WHERE worker_id = $1", worker_id)


async def test_who_has_a_document_that_runs_out_and_none_that_lasts_longer(app_db: Database, home: Franchise) -> None:
    def paper(days: int | None, kind: DocumentKind = DocumentKind.PATENT) -> NewDocument:
        return NewDocument(kind, None if days is None else TODAY + timedelta(days=days))

    people = [
        new_worker(first_name=name, last_name="Бумагин", documents=tuple(papers))
        for name, papers in (
            ("Завтра", [paper(1)]),
            ("Сегодня", [paper(0)]),
            ("Вчера", [paper(-1)]),
            ("Нескоро", [paper(30)]),
            ("Продлён", [paper(5), paper(200)]),
            ("Бессрочно", [paper(5), paper(None)]),
            ("Другой", [paper(5), paper(200, DocumentKind.MEDICAL_BOOK)]),
        )
    ]
    async with app_db.begin(home.id, ACTOR) as uow:
        await bulk_insert_workers(uow, people, READY)
        wanted = Wanted("бумагин", expiring=(TODAY, TODAY + timedelta(days=30)))
        found = await find_workers(uow, wanted, limit=20)
    assert {line.first_name for line in found.lines} == {"Завтра", "Сегодня", "Другой"}


@pytest.mark.parametrize("descending", [False, True])
async def test_the_people_of_the_network_are_walked_by_rating_from_either_end_and_never_sorted(
    app_db: Database, owner: asyncpg.Connection, crowd: UUID, *, descending: bool
) -> None:
    lines = await owner.fetch(
        """SELECT id, CASE WHEN capped_until > clock.now() THEN least(rating, 2.00) ELSE rating END AS rating
           FROM workers WHERE invitable"""
    )
    reads = """SELECT coalesce(sum(seq_scan), 0) AS whole, coalesce(sum(idx_scan), 0) AS by_index
               FROM pg_stat_xact_user_tables WHERE relname = 'worker_lines'"""
    for rated_from in (None, Decimal("3.5"), Decimal("1.5")):
        right = sorted(
            (line["rating"], line["id"]) for line in lines if rated_from is None or line["rating"] >= rated_from
        )
        right = right[::-1] if descending else right
        wanted = PoolWanted(rating_from=rated_from)
        async with app_db.begin(crowd, ACTOR) as uow:
            await uow.run("SET LOCAL enable_seqscan = off")  # a thousand lines are read whole, a hundred thousand never
            found = await count_pool(uow, wanted, SENNAYA)
            assert found == len(right)
            for offset in (0, len(right) // 2 + 3, len(right) - 7, len(right) + 5):
                page = await find_in_pool(
                    uow,
                    wanted,
                    SENNAYA,
                    column=PoolColumn.RATING,
                    descending=descending,
                    offset=offset,
                    limit=20,
                    found=found,
                )
                assert [(line.rating, line.id) for line in page] == right[offset : offset + 20], offset
            scans = await uow.fetchrow(reads)
            assert scans is not None
            assert scans["whole"] == 0
            assert scans["by_index"] > 0


@pytest.mark.parametrize("way", ["DESC", "ASC"])
async def test_the_walk_through_the_network_is_read_off_an_index(
    owner: asyncpg.Connection, crowd: UUID, way: str
) -> None:
    """Held to the text of the function itself: each way's two streams, those under a cap alone sorted."""
    assert crowd
    source = await owner.fetchval("SELECT prosrc FROM pg_proc WHERE proname = 'pool_by_rating'")
    downwards, upwards = (part.partition(";")[0] for part in source.split("RETURN QUERY")[1:])
    query = downwards if way == "DESC" else upwards
    for name, value in (("rated_from", "1::numeric"), ("skipped", "300"), ("most", "20")):
        query = query.replace(name, value)
    plan = "\n".join(row[0] for row in await owner.fetch(f"EXPLAIN (COSTS OFF) {query}"))
    assert "worker_lines_pool_by_rating" in plan
    assert "Seq Scan" not in plan
    assert plan.count("Sort  (") + len(re.findall(r"^\s*->\s+Sort$", plan, re.MULTILINE)) == 1, plan
