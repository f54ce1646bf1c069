"""Marks, fines and appeals over HTTP."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest_asyncio
from fastapi import FastAPI
from httpx import AsyncClient

from dispatch.access.roles import Role
from dispatch.kit.uow import Database
from dispatch.rating.service import Fact, record_breach, record_mark
from dispatch.settings import Settings
from dispatch.tenancy.policy import MarkKind
from tests.factories.desk import assert_problem, client_of, crew_of, filled, ok
from tests.factories.stage import Stage, set_stage


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=30)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(app: FastAPI, app_db: Database, stage: Stage) -> AsyncIterator[AsyncClient]:
    async with await client_of(app, app_db, stage.franchise_id) as client:
        yield client


async def fined(app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection) -> tuple[UUID, UUID]:
    """A man with a proposed fine, and the fine."""
    shift_id = (await filled(jobs_db, stage, 1, yeses=1)).shifts[0].id
    (seat,) = await crew_of(owner, shift_id)
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        fact = Fact(seat["worker_id"], MarkKind.NO_SHOW, uow.now, shift_id, seat["id"])
        recorded = await record_breach(uow, fact, pay_rate_minor=10_000)
    assert recorded.fine is not None
    return seat["worker_id"], recorded.fine.id


async def test_marks_are_paged_newest_first(desk: AsyncClient, stage: Stage, app_db: Database) -> None:
    worker = stage.workers[0]
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        for n in range(5):
            await record_mark(uow, Fact(worker, MarkKind.CLIENT_SCORE, uow.now + timedelta(days=n), score=4.0))
    seen: list[int] = []
    params: dict[str, str | int] = {"limit": 2}
    while True:
        page = ok(await desk.get(f"/workers/{worker}/marks", params=params))
        seen += [mark["seq"] for mark in page["items"]]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    assert seen == [5, 4, 3, 2, 1]
    (mark,) = ok(await desk.get(f"/workers/{worker}/marks", params={"limit": 1}))["items"]
    assert (mark["kind"], mark["value"], mark["author"], mark["shift_id"]) == ("client_score", 4.0, "staff:test", None)
    assert_problem(await desk.get(f"/workers/{uuid4()}/marks"), 404, "worker_not_found")
    assert_problem(await desk.get(f"/workers/{worker}/marks", params={"cursor": "x"}), 422, "cursor_invalid")


async def test_fines_are_paged_of_one_man_and_of_all(
    desk: AsyncClient, stage: Stage, app_db: Database, jobs_db: Database, owner: asyncpg.Connection
) -> None:
    made = [await fined(app_db, jobs_db, stage, owner) for _ in range(3)]
    seen: list[str] = []
    params: dict[str, str | int] = {"limit": 2, "status": "proposed"}
    while True:
        page = ok(await desk.get("/fines", params=params))
        seen += [fine["id"] for fine in page["items"]]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    assert seen[:3] == [str(fine) for _, fine in made[::-1]]
    worker, fine_id = made[0]
    (fine,) = ok(await desk.get(f"/workers/{worker}/fines"))["items"]
    assert (fine["id"], fine["kind"], fine["amount_minor"], fine["currency"]) == (
        str(fine_id),
        "no_show",
        20_000,
        "RUB",
    )
    assert "art. 330" in fine["legal_basis"]
    assert ok(await desk.get(f"/workers/{worker}/fines", params={"status": "settled"}))["items"] == []
    assert_problem(await desk.get("/fines", params={"status": "odd"}), 422, "validation_failed")
    assert_problem(await desk.get(f"/workers/{uuid4()}/fines"), 404, "worker_not_found")


async def test_an_appeal_on_the_phone_goes_before_a_person_once(
    desk: AsyncClient, stage: Stage, app_db: Database, jobs_db: Database, owner: asyncpg.Connection
) -> None:
    worker, fine_id = await fined(app_db, jobs_db, stage, owner)
    path, body = f"/fines/{fine_id}/appeal", {"words": "Я был на месте,\nменя не отметили"}
    for _ in range(2):
        assert ok(await desk.post(path, json=body)) == {"id": str(fine_id), "status": "appealed"}
    items = await owner.fetch("SELECT kind, text, worker_id FROM inbox_items WHERE subject_id = $1", fine_id)
    assert [tuple(item) for item in items] == [("appeal", "Я был на месте,\nменя не отметили", worker)]
    waiting = ok(await desk.get("/fines", params={"status": "appealed"}))["items"]
    assert [fine["id"] for fine in waiting] == [str(fine_id)]
    assert_problem(await desk.post(f"/fines/{uuid4()}/appeal", json=body), 404, "fine_not_found")
    assert_problem(await desk.post(path, json={"words": " "}), 422, "validation_failed")


async def test_an_appeal_has_its_time(
    desk: AsyncClient, stage: Stage, app_db: Database, jobs_db: Database, owner: asyncpg.Connection
) -> None:
    _, fine_id = await fined(app_db, jobs_db, stage, owner)
    await owner.execute("UPDATE fines SET appeal_until = now() - interval '1 minute' WHERE id = $1", fine_id)
    late = await desk.post(f"/fines/{fine_id}/appeal", json={"words": "поздно"})
    assert_problem(late, 409, "appeal_too_late")


async def test_who_may_read_and_appeal(app: FastAPI, app_db: Database, stage: Stage) -> None:
    async with await client_of(app, app_db, stage.franchise_id, Role.FOREMAN) as foreman:
        for path in (f"/workers/{stage.workers[0]}/marks", f"/workers/{stage.workers[0]}/fines", "/fines"):
            assert_problem(await foreman.get(path), 403, "permission_missing")
    async with await client_of(app, app_db, stage.franchise_id, Role.ACCOUNTANT) as accountant:
        assert ok(await accountant.get("/fines"))["items"] is not None
        appeal = await accountant.post(f"/fines/{uuid4()}/appeal", json={"words": "x"})
        assert_problem(appeal, 403, "permission_missing")
