"""Shifts over HTTP: how full and why, and everything a dispatcher does to one."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest_asyncio
from fastapi import FastAPI
from httpx import AsyncClient

from dispatch.access.roles import Role
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from tests.factories.desk import (
    another_day,
    assert_problem,
    at,
    client_of,
    crew_of,
    filled,
    ok,
    order_body,
    questions,
    timeline,
)
from tests.factories.stage import Stage, let_pass, run_lane, say, set_stage, until_start

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


async def running(jobs_db: Database, owner: asyncpg.Connection, stage: Stage, headcount: int) -> UUID:
    """A shift that everybody asked said yes to and that started a moment ago."""
    shift_id = (await filled(jobs_db, stage, headcount)).shifts[0].id
    await until_start(owner, shift_id)
    await run_lane(jobs_db)
    return shift_id


async def test_fill_tells_where_a_shift_stands_at_every_step(
    desk: AsyncClient, stage: Stage, jobs_db: Database, owner: asyncpg.Connection
) -> None:
    placed = ok(await desk.post("/orders", json=order_body(stage, 4)), 201)
    shift_id = UUID(placed["shifts"][0]["id"])
    zero = dict.fromkeys(FILL - {"headcount", "cover"}, 0)
    assert await fill_of(desk, shift_id) == zero | {"headcount": 4, "cover": 5}
    await run_lane(jobs_db)
    asked = await fill_of(desk, shift_id)
    assert (asked["invited"], asked["pending"], asked["accepted"]) == (6, 6, 0)
    assert 0.5 < asked["p_full"] < 0.9, "six asked at two thirds each"
    offers = await questions(jobs_db, stage, "offer", shift_id)
    for question in offers[:3]:
        await say(jobs_db, question, "да")
    await say(jobs_db, offers[3], "нет")
    some = await fill_of(desk, shift_id)
    assert {name: some[name] for name in ("pending", "accepted", "declined", "primary", "reserve")} == {
        "pending": 2,
        "accepted": 3,
        "declined": 1,
        "primary": 3,
        "reserve": 0,
    }
    await say(jobs_db, offers[4], "да")
    await say(jobs_db, offers[5], "да")
    full = await fill_of(desk, shift_id)
    assert (full["primary"], full["reserve"], full["pending"]) == (4, 1, 0)
    assert abs(full["p_full"] - 0.9018) < 0.001, "five seats at 8/9 for four"
    assert ok(await desk.get(f"/shifts/{shift_id}"))["status"] == "covered"
    words = {q.subject_id: q for q in await questions(jobs_db, stage, "seat", shift_id)}
    crew = await crew_of(owner, shift_id)
    await until_start(owner, shift_id, later=timedelta(minutes=12))
    await run_lane(jobs_db)
    assert await say(jobs_db, words[crew[0]["id"]], "на месте", "booked") == "arrived"
    await let_pass(owner, shift_id, timedelta(minutes=30))
    await run_lane(jobs_db)
    seen = await fill_of(desk, shift_id)
    assert (seen["arrived"], seen["late"], seen["unaccounted"], seen["no_show"]) == (1, 1, 4, 0)
    ok(await desk.post(f"/seats/{crew[1]['id']}/no-show"))
    assert (await fill_of(desk, shift_id))["no_show"] == 1


async def test_everything_about_a_shift_can_be_read(
    desk: AsyncClient, stage: Stage, jobs_db: Database, owner: asyncpg.Connection
) -> None:
    order = await filled(jobs_db, stage, 2, yeses=2)
    shift_id = order.shifts[0].id
    path = f"/shifts/{shift_id}"
    (wave,) = ok(await desk.get(f"{path}/waves"))["items"]
    assert (wave["n"], wave["target"], wave["invited"], wave["reason"]) == (1, 3, 3, "first wave: 1.5 x 2")
    invitations = ok(await desk.get(f"{path}/invitations"))["items"]
    assert [(i["wave"], i["rank"]) for i in invitations] == [(1, 1), (1, 2), (1, 3)]
    assert sorted(i["status"] for i in invitations) == ["accepted", "accepted", "queued"]
    assert {"distance", "rating", "likelihood", "fairness"} <= invitations[0]["explain"].keys()
    assert invitations[0]["first_name"] == "Иван"
    seats = ok(await desk.get(f"{path}/seats"))["items"]
    assert [(s["kind"], s["status"], s["home"], s["rating"]) for s in seats] == [
        ("primary", "booked", True, "3.50")
    ] * 2
    steps = ok(await desk.get(f"{path}/timeline"))["items"]
    assert [s["kind"] for s in steps] == await timeline(owner, shift_id)
    assert steps[0]["kind"] == "order_placed"
    later = ok(await desk.get(f"{path}/timeline", params={"after": steps[1]["id"], "limit": 1}))["items"]
    assert [s["id"] for s in later] == [steps[2]["id"]]
    assert ok(await desk.get(f"{path}/calls"))["items"] == []
    answer = await desk.get(path)
    assert answer.headers["etag"] == f'"{answer.json()["version"]}"'
    assert answer.json()["money"] is None
    for part in ("", "/timeline", "/waves", "/invitations", "/seats", "/calls", "/timesheets"):
        assert_problem(await desk.get(f"/shifts/{uuid4()}{part}"), 404, "shift_not_found")


async def test_shifts_are_listed_by_start(desk: AsyncClient, stage: Stage) -> None:
    days = [another_day(), another_day(), another_day()]
    for day in reversed(days):
        ok(await desk.post("/orders", json=order_body(stage, 1, day)), 201)
    seen: list[str] = []
    params: dict[str, str | int] = {"limit": 2, "from": at(days[0].starts_at)}
    while True:
        page = ok(await desk.get("/shifts", params=params))
        seen += [item["starts_at"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    assert [datetime.fromisoformat(start) for start in seen] == [day.starts_at for day in days]
    only = {"from": at(days[1].starts_at), "to": at(days[1].ends_at)}
    assert len(ok(await desk.get("/shifts", params=only))["items"]) == 1


async def test_a_paused_shift_asks_nobody_until_it_is_resumed(
    desk: AsyncClient, stage: Stage, jobs_db: Database, owner: asyncpg.Connection
) -> None:
    placed = ok(await desk.post("/orders", json=order_body(stage, 2)), 201)
    shift_id = placed["shifts"][0]["id"]
    for _ in range(2):
        assert ok(await desk.post(f"/shifts/{shift_id}/pause"))["outcome"] == "paused"
    await run_lane(jobs_db)
    assert (await fill_of(desk, shift_id))["invited"] == 0
    assert ok(await desk.get(f"/shifts/{shift_id}"))["paused_at"]
    assert ok(await desk.post(f"/shifts/{shift_id}/resume"))["outcome"] == "resumed"
    await run_lane(jobs_db)
    assert (await fill_of(desk, shift_id))["invited"] == 3
    assert [kind for kind in await timeline(owner, UUID(shift_id)) if kind in ("paused", "resumed")] == [
        "paused",
        "resumed",
    ]


async def test_a_named_man_is_asked_or_it_is_said_why_not(
    desk: AsyncClient, stage: Stage, jobs_db: Database, owner: asyncpg.Connection
) -> None:
    placed = ok(await desk.post("/orders", json=order_body(stage, 1)), 201)
    shift_id = placed["shifts"][0]["id"]
    path, worker = f"/shifts/{shift_id}/invitations", str(stage.workers[-1])
    body, key = {"worker_id": worker, "reason": "клиент просит его"}, {"Idempotency-Key": "by-hand"}
    made = ok(await desk.post(path, json=body, headers=key), 201)
    assert ok(await desk.post(path, json=body, headers=key), 201) == made
    text = await owner.fetchrow(
        "SELECT worker_id, class FROM messages WHERE shift_id = $1 AND template LIKE 'offer%'", UUID(shift_id)
    )
    assert (str(text["worker_id"]), text["class"]) == (worker, "O")
    again = assert_problem(await desk.post(path, json=body), 409, "not_eligible")
    assert again["reasons"] == ["already_asked_or_barred"]
    why = ok(await desk.get(f"/shifts/{shift_id}/why/{worker}"))
    assert why["reasons"] == ["already_asked_or_barred"]
    unskilled = str(stage.workers[0])
    await owner.execute("UPDATE workers SET skills = 0 WHERE id = $1", stage.workers[0])
    refused = assert_problem(await desk.post(path, json=body | {"worker_id": unskilled}), 409, "not_eligible")
    assert refused["reasons"] == ["lacks_skill"]
    assert_problem(await desk.post(path, json=body | {"worker_id": str(uuid4())}), 404, "worker_not_in_pool")
    (question,) = await questions(jobs_db, stage, "offer", UUID(shift_id))
    assert await say(jobs_db, question, "да") == "accepted_primary"


async def test_a_released_man_is_told_and_his_place_is_filled(
    desk: AsyncClient, stage: Stage, jobs_db: Database, owner: asyncpg.Connection
) -> None:
    shift_id = (await filled(jobs_db, stage, 2)).shifts[0].id
    first, _, reserve = await crew_of(owner, shift_id)
    path = f"/seats/{first['id']}/release"
    assert ok(await desk.post(path, json={"reason": "пропуск", "call_out_pay": True}))["outcome"] == "released"
    assert_problem(await desk.post(path, json={"reason": "ещё раз"}), 409, "seat_is_over")
    assert_problem(await desk.post(f"/seats/{uuid4()}/release", json={"reason": "x"}), 404, "seat_not_found")
    body = await owner.fetchval("SELECT body FROM messages WHERE shift_id = $1 AND template = 'released'", shift_id)
    assert "Оплатим 2 ч" in body
    assert await owner.fetchval("SELECT kind FROM seats WHERE id = $1", reserve["id"]) == "primary"
    assert await owner.fetchval("SELECT count(*) FROM marks WHERE shift_id = $1", shift_id) == 0
    (sheet,) = ok(await desk.get(f"/shifts/{shift_id}/timesheets"))["items"]
    assert (sheet["kind"], sheet["pay_minor"], sheet["bill_minor"]) == ("call_out", 20_000, 0)


async def test_a_list_from_the_site_decides_past_the_limit_and_an_arrival_undoes_it(
    desk: AsyncClient, stage: Stage, jobs_db: Database, owner: asyncpg.Connection
) -> None:
    shift_id = await running(jobs_db, owner, stage, 2)
    crew = [str(seat["id"]) for seat in await crew_of(owner, shift_id)]
    path, now = f"/shifts/{shift_id}/attendance", datetime.now(UTC)
    for body, code in (
        ({"taken_at": at(now), "present": [], "missing": []}, "invalid"),
        ({"taken_at": at(now)}, "invalid"),
        ({"taken_at": at(now - timedelta(hours=2)), "missing": []}, "list_out_of_time"),
        ({"taken_at": at(now + timedelta(hours=1)), "missing": []}, "list_out_of_time"),
        ({"taken_at": at(now), "missing": [str(uuid4())]}, "seat_not_of_this_shift"),
    ):
        assert_problem(await desk.post(path, json=body), 422, code)
    assert_problem(await desk.post(f"/seats/{crew[2]}/no-show"), 409, "no_show_too_early")
    await let_pass(owner, shift_id, timedelta(minutes=31))
    await run_lane(jobs_db)
    taken = ok(await desk.post(path, json={"taken_at": at(datetime.now(UTC)), "present": crew[:2]}), 201)
    assert (set(taken["present"]), taken["missing"]) == (set(crew[:2]), crew[2:])
    worker = await owner.fetchval("SELECT worker_id FROM seats WHERE id = $1", UUID(crew[2]))
    assert (await fill_of(desk, shift_id))["no_show"] == 1
    assert ok(await desk.post(f"/seats/{crew[2]}/no-show"))["outcome"] == "no_show", "twice decides nothing new"
    (mark,) = ok(await desk.get(f"/workers/{worker}/marks"))["items"]
    assert (mark["kind"], mark["reversed_by"]) == ("no_show", None)
    (fine,) = ok(await desk.get(f"/workers/{worker}/fines"))["items"]
    assert (fine["status"], fine["amount_minor"]) == ("proposed", 20_000)
    assert ok(await desk.post(f"/seats/{crew[2]}/arrive"))["outcome"] == "arrived"
    undone, original = ok(await desk.get(f"/workers/{worker}/marks"))["items"]
    assert (undone["reverses_id"], original["reversed_by"]) == (mark["id"], undone["id"])
    assert ok(await desk.get(f"/workers/{worker}/fines"))["items"][0]["status"] == "voided"
    row = await owner.fetchrow("SELECT rating, capped_until FROM workers WHERE id = $1", worker)
    assert (str(row["rating"]), row["capped_until"]) == ("3.50", None)
    assert ok(await desk.post(f"/seats/{crew[2]}/arrive"))["outcome"] == "arrived_already"
    assert_problem(await desk.post(f"/seats/{uuid4()}/arrive"), 404, "seat_not_found")


async def test_closing_makes_bill_and_pay_and_shows_each_mans_hours(
    desk: AsyncClient, stage: Stage, jobs_db: Database, owner: asyncpg.Connection, app: FastAPI, app_db: Database
) -> None:
    shift_id = await running(jobs_db, owner, stage, 2)
    first, second, reserve = await crew_of(owner, shift_id)
    for seat in (first, second, reserve):
        ok(await desk.post(f"/seats/{seat['id']}/arrive"))
    early = ok(await desk.post(f"/seats/{first['id']}/complete", json={"minutes": 300}))
    assert early["money"] == {
        "bill_minor": 5 * 22_500,
        "pay_minor": 5 * 10_000,
        "call_out_minor": 0,
        "currency": "RUB",
    }
    assert_problem(await desk.post(f"/seats/{first['id']}/complete", json={}), 409, "seat_not_on_site")
    path = f"/shifts/{shift_id}/close"
    stranger = {"hours": [{"seat_id": str(reserve["id"]), "minutes": 60}]}
    assert_problem(await desk.post(path, json=stranger), 422, "hours_of_unknown_seat")
    body = {"hours": [{"seat_id": str(second["id"]), "minutes": 600}]}
    closed = ok(await desk.post(path, json=body, headers={"Idempotency-Key": "close"}))
    assert closed == {
        "shift_id": str(shift_id),
        "money": {
            "bill_minor": 15 * 22_500,
            "pay_minor": 15 * 10_000 + 20_000,
            "call_out_minor": 20_000,
            "currency": "RUB",
        },
        "completed": 2,
        "called_out": 1,
        "not_accounted": 0,
    }
    assert ok(await desk.post(path, json=body, headers={"Idempotency-Key": "close"})) == closed
    assert_problem(await desk.post(path, json=body), 409, "shift_not_running")
    read = ok(await desk.get(f"/shifts/{shift_id}"))
    assert (read["status"], read["money"]) == ("closed", closed["money"])
    async with await client_of(app, app_db, stage.franchise_id, Role.ACCOUNTANT) as accountant:
        sheets = ok(await accountant.get(f"/shifts/{shift_id}/timesheets"))["items"]
    by_seat = {sheet["seat_id"]: sheet for sheet in sheets}
    assert {seat: (sheet["kind"], sheet["actual_minutes"]) for seat, sheet in by_seat.items()} == {
        str(first["id"]): ("work", 300),
        str(second["id"]): ("work", 600),
        str(reserve["id"]): ("call_out", 0),
    }
    async with await client_of(app, app_db, stage.franchise_id, Role.FOREMAN) as foreman:
        assert_problem(await foreman.get(f"/shifts/{shift_id}/timesheets"), 403, "permission_missing")
    for action in ("pause", "resume"):
        assert_problem(await desk.post(f"/shifts/{shift_id}/{action}"), 409, "shift_is_over")


async def test_an_excuse_takes_every_mark_of_the_shift_back_once(
    desk: AsyncClient, stage: Stage, jobs_db: Database, owner: asyncpg.Connection
) -> None:
    shift_id = await running(jobs_db, owner, stage, 2)
    first, second, third = await crew_of(owner, shift_id)
    await let_pass(owner, shift_id, timedelta(minutes=45))
    ok(await desk.post(f"/seats/{first['id']}/arrive"))
    ok(await desk.post(f"/seats/{second['id']}/no-show"))
    rated = "SELECT rating, capped_until, show_no FROM workers WHERE id = $1"
    assert (await owner.fetchrow(rated, second["worker_id"]))["capped_until"] is not None
    excused = ok(await desk.post(f"/shifts/{shift_id}/excuse", json={"reason": "метро стояло"}))
    assert excused == {"shift_id": str(shift_id), "people": 2}
    for seat in (first, second, third):
        row = await owner.fetchrow(rated, seat["worker_id"])
        assert (str(row["rating"]), row["capped_until"], row["show_no"]) == ("3.50", None, 0)
    assert await owner.fetchval("SELECT status FROM fines WHERE seat_id = $1", second["id"]) == "voided"
    strikes = await owner.fetch("SELECT status FROM strikes WHERE worker_id = $1", second["worker_id"])
    assert [row["status"] for row in strikes] == ["reversed"]
    told = await owner.fetch(
        "SELECT worker_id FROM messages WHERE shift_id = $1 AND template = 'marks_excused'", shift_id
    )
    assert {row["worker_id"] for row in told} == {first["worker_id"], second["worker_id"]}
    assert ok(await desk.post(f"/shifts/{shift_id}/excuse", json={"reason": "метро стояло"}))["people"] == 0
    assert (await fill_of(desk, shift_id))["no_show"] == 1, "he was not there, but it is not held against him"
    reasons = await owner.fetch("SELECT evidence->>'reason' AS why FROM marks WHERE reverses_id IS NOT NULL")
    assert {row["why"] for row in reasons} >= {"excused: метро стояло"}
