"""Shifts over HTTP: calls, alarms, the stream of events."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest_asyncio
from fastapi import FastAPI
from httpx import AsyncClient

from dispatch.crew.alarms import Severity, raise_alarm
from dispatch.kit.uow import Database
from dispatch.orders.timeline import note
from dispatch.settings import Settings
from tests.factories.desk import (
    assert_problem,
    at,
    client_of,
    crew_of,
    filled,
    ok,
    order_body,
    questions,
    seats_on,
    world,
)
from tests.factories.stage import Stage, run_lane, set_stage

FILL = {
    "headcount",
    "cover",
    "invited",
    "pending",
    "accepted",
    "primary",
    "reserve",
    "standby",
    "declined",
    "silent",
    "undeliverable",
    "doubtful",
    "arrived",
    "late",
    "unaccounted",
    "no_show",
    "p_full",
}


@pytest_asyncio.fixture(loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=25)


@pytest_asyncio.fixture(loop_scope="session")
async def desk(app: FastAPI, app_db: Database, stage: Stage) -> AsyncIterator[AsyncClient]:
    async with await client_of(app, app_db, stage.franchise_id) as client:
        yield client


async def fill_of(desk: AsyncClient, shift_id: UUID | str) -> dict[str, float]:
    fill: dict[str, float] = ok(await desk.get(f"/shifts/{shift_id}"))["fill"]
    assert set(fill) == FILL
    assert 0 <= fill["p_full"] <= 1
    return fill


async def test_what_a_man_says_on_the_phone_counts(
    desk: AsyncClient, stage: Stage, jobs_db: Database, owner: asyncpg.Connection
) -> None:
    shift_id = (await filled(jobs_db, stage, 3, yeses=3)).shifts[0].id
    first, second, third = await crew_of(owner, shift_id)
    silent = [i for i in ok(await desk.get(f"/shifts/{shift_id}/invitations"))["items"] if i["status"] != "accepted"]
    await owner.execute("UPDATE seats SET status = 'doubtful' WHERE id = ANY ($1)", [first["id"], second["id"]])
    await owner.execute("UPDATE invitations SET status = 'expired' WHERE id = $1", UUID(silent[0]["id"]))
    listed = ok(await desk.get(f"/shifts/{shift_id}/calls"))["items"]
    assert [(c["why"], c["seat_id"] is not None) for c in listed] == [
        ("doubtful", True),
        ("doubtful", True),
        ("expired", False),
    ]

    async def call(worker: object, result: str) -> str:
        body = {"worker_id": str(worker), "result": result, "note": "ответил брат"}
        kept = ok(await desk.post(f"/shifts/{shift_id}/calls", json=body), 201)
        assert (kept["worker_id"], kept["result"]) == (str(worker), result)
        return str(kept["outcome"])

    assert await call(first["worker_id"], "no_answer") == "noted"
    assert ok(await desk.get(f"/shifts/{shift_id}/calls"))["items"][0]["last_result"] in ("no_answer", None)
    assert await call(first["worker_id"], "yes") == "reconfirmed"
    assert await call(second["worker_id"], "no") == "cancelled"
    assert await call(third["worker_id"], "wrong_number") == "doubtful"
    assert await call(silent[0]["worker_id"], "yes") == "accepted_primary", "the place the second man left"
    assert await call(silent[1]["worker_id"], "no") == "declined"
    assert await call(silent[1]["worker_id"], "later") == "noted"
    fill = await fill_of(desk, shift_id)
    assert (fill["primary"], fill["doubtful"], fill["declined"], fill["accepted"]) == (3, 1, 1, 4)
    statuses = {seat["id"]: seat["status"] for seat in await seats_on(owner, shift_id)}
    assert statuses[first["id"]] == "reconfirmed"
    assert statuses[second["id"]] == "cancelled_by_worker"
    kinds = await owner.fetch("SELECT kind FROM marks WHERE worker_id = $1", second["worker_id"])
    assert [row["kind"] for row in kinds] == ["cancel_ahead"]
    items = await owner.fetch("SELECT worker_id FROM inbox_items WHERE suggestion = 'wrong_number'")
    assert [row["worker_id"] for row in items] == [third["worker_id"]]
    await run_lane(jobs_db)
    assert len(await questions(jobs_db, stage, "seat", shift_id)) == 3, "who says yes on the phone is followed too"
    stranger = {"worker_id": str(stage.workers[0]), "result": "yes"}
    asked = {row["worker_id"] for row in await owner.fetch("SELECT worker_id FROM invitations")}
    stranger["worker_id"] = str(next(worker for worker in stage.workers if worker not in asked))
    assert_problem(await desk.post(f"/shifts/{shift_id}/calls", json=stranger), 422, "worker_not_of_this_shift")


async def test_a_call_about_a_cancelled_shift_ends_the_ringing(
    desk: AsyncClient, stage: Stage, jobs_db: Database, owner: asyncpg.Connection
) -> None:
    order = await filled(jobs_db, stage, 1)
    shift_id = order.shifts[0].id
    ok(await desk.post(f"/orders/{order.id}/cancel", json={"reason": "передумали"}))
    await owner.execute("UPDATE outbox SET due_at = now() WHERE kind = 'staffing.cancel_receipt_due'")
    await run_lane(jobs_db)
    alarms = ok(await desk.get("/alarms", params={"shift_id": str(shift_id)}))["items"]
    assert {alarm["kind"] for alarm in alarms} == {"cancel_unread"}
    for seat in await seats_on(owner, shift_id):
        body = {"worker_id": str(seat["worker_id"]), "result": "yes"}
        assert ok(await desk.post(f"/shifts/{shift_id}/calls", json=body), 201)["outcome"] == "understood"
    assert ok(await desk.get("/alarms", params={"shift_id": str(shift_id)}))["items"] == []


async def test_alarms_stand_the_worst_first_until_they_pass(desk: AsyncClient, stage: Stage, app_db: Database) -> None:
    async with app_db.begin(stage.franchise_id, "system:test") as uow:
        for kind, severity in (("mild", Severity.INFO), ("bad", Severity.CRITICAL), ("middling", Severity.WARNING)):
            await raise_alarm(uow, kind, "Look at it.", severity=severity, figure=3)
            assert not await raise_alarm(uow, kind, "Look at it.", severity=severity), "it stands already"
    alarms = ok(await desk.get("/alarms"))["items"]
    assert [alarm["kind"] for alarm in alarms] == ["bad", "middling", "mild"]
    assert alarms[0]["detail"] == {"figure": 3}
    for _ in range(2):
        assert ok(await desk.post(f"/alarms/{alarms[0]['id']}/ack")) == {"id": alarms[0]["id"]}
    shown = ok(await desk.get("/alarms"))["items"][0]
    assert (shown["status"], shown["acknowledged_at"] is not None) == ("acknowledged", True)
    assert_problem(await desk.post(f"/alarms/{uuid4()}/ack"), 404, "alarm_not_found")


async def test_a_reader_of_events_misses_nothing_whoever_commits_when(
    desk: AsyncClient, stage: Stage, app_db: Database, owner: asyncpg.Connection
) -> None:
    placed = ok(await desk.post("/orders", json=order_body(stage, 1)), 201)
    shift_id = UUID(placed["shifts"][0]["id"])
    draw = random.Random(7)

    async def write(n: int) -> None:
        async with app_db.begin(stage.franchise_id, "system:test") as uow:
            await note(uow, shift_id, "first", n=n)
            await asyncio.sleep(draw.uniform(0, 0.15))
            await note(uow, shift_id, "second", n=n)
            await asyncio.sleep(draw.uniform(0, 0.15))

    writers = asyncio.gather(*(write(n) for n in range(24)))
    seen: list[int] = []
    last = 0
    while True:
        done = writers.done()
        page = ok(await desk.get("/events", params={"after": last, "limit": 7}))
        seen += [event["id"] for event in page["items"]]
        assert page["last"] == (seen[-1] if page["items"] else last)
        last = page["last"]
        if done and not page["items"]:
            break
    stored = await owner.fetch("SELECT id FROM timeline WHERE franchise_id = $1", stage.franchise_id)
    assert len(seen) == len(stored) == 49
    assert set(seen) == {row["id"] for row in stored}


async def test_a_refused_request_changes_nothing(desk: AsyncClient, stage: Stage, owner: asyncpg.Connection) -> None:
    placed = ok(await desk.post("/orders", json=order_body(stage, 1)), 201)
    shift_id = placed["shifts"][0]["id"]
    before = await world(owner)
    assert_problem(await desk.post(f"/shifts/{shift_id}/close", json={}), 409, "shift_not_running")
    body = {"taken_at": at(datetime.now(UTC)), "missing": []}
    assert_problem(await desk.post(f"/shifts/{shift_id}/attendance", json=body), 422, "list_out_of_time")
    assert (await world(owner)).changed_since(before) == set()
