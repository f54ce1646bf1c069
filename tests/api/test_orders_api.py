"""Orders over HTTP: placed, quoted, read, changed, previewed, cancelled."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import AsyncClient

from dispatch.kit.uow import Database
from dispatch.orders.commands import AskedShift
from dispatch.settings import Settings
from tests.factories.clients import make_client, make_site
from tests.factories.desk import (
    another_day,
    assert_problem,
    client_of,
    crew_of,
    filled,
    ok,
    order_body,
    seats_on,
    times,
    world,
)
from tests.factories.stage import Stage, run_lane, set_stage

HOUR_MINOR = 22_500
PAY_MINOR = 10_000


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=80)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(app: FastAPI, app_db: Database, stage: Stage) -> AsyncIterator[AsyncClient]:
    async with await client_of(app, app_db, stage.franchise_id) as client:
        yield client


def soon(hours: int = 5) -> AskedShift:
    start = (datetime.now(UTC) + timedelta(hours=hours)).replace(second=0, microsecond=0)
    return AskedShift(starts_at=start, ends_at=start + timedelta(hours=8))


def moved(shift: AskedShift, by: timedelta) -> AskedShift:
    return AskedShift(starts_at=shift.starts_at + by, ends_at=shift.ends_at + by)


async def change(
    desk: AsyncClient, order_id: UUID | str, body: dict[str, object], how: str = "patch", version: int | None = None
) -> dict[str, object]:
    """Change or preview from the version in force and return what it did."""
    read = await desk.get(f"/orders/{order_id}")
    headers = {"If-Match": read.headers["etag"] if version is None else f'"{version}"'}
    path = f"/orders/{order_id}" + ("/preview" if how == "preview" else "")
    answer = await desk.request("PATCH" if how == "patch" else "POST", path, json=body, headers=headers)
    return ok(answer)


async def test_an_order_costs_its_quote_and_is_read_as_placed(desk: AsyncClient, stage: Stage) -> None:
    days = [another_day(), another_day(20)]
    body = order_body(stage, 10, *reversed(days), note="через двор", external_id="1C-77")
    placed = ok(await desk.post("/orders", json=body), 201)
    asked = {name: body[name] for name in ("service", "headcount", "shifts")} | {"zone": "Europe/Moscow"}
    quoted = ok(await desk.post("/quotes", json=asked))
    assert placed["total_minor"] == quoted["bill_minor"] == 2 * 10 * 8 * HOUR_MINOR
    assert quoted["pay_minor"] == 2 * 10 * 8 * PAY_MINOR
    assert placed["currency"] == "RUB"
    assert [(s["n"], s["headcount"], s["cover"]) for s in placed["shifts"]] == [(1, 10, 13), (2, 10, 13)]
    answer = await desk.get(f"/orders/{placed['id']}")
    read = ok(answer)
    assert answer.headers["etag"] == '"1"'
    assert {name: read[name] for name in ("id", "total_minor", "status", "note", "external_id", "version")} == {
        "id": placed["id"],
        "total_minor": placed["total_minor"],
        "status": "open",
        "note": "через двор",
        "external_id": "1C-77",
        "version": 1,
    }
    assert [s["id"] for s in read["shifts"]] == [s["id"] for s in placed["shifts"]]
    first = read["shifts"][0]
    assert datetime.fromisoformat(first["starts_at"]) == days[0].starts_at
    assert (first["zone"], first["local_start"][11:16]) == ("Europe/Moscow", "09:00")


async def test_a_site_given_with_the_order_is_kept_with_its_own_zone(
    desk: AsyncClient, stage: Stage, owner: asyncpg.Connection
) -> None:
    body = order_body(stage, 1)
    del body["site_id"]
    body["site"] = {"address": "Владивосток, Светланская, 1", "lat": 43.1155, "lon": 131.8855}
    placed = ok(await desk.post("/orders", json=body), 201)
    row = await owner.fetchrow(
        "SELECT s.address, s.zone, f.zone AS of_shift, f.local_start FROM sites s JOIN shifts f ON f.site_id = s.id "
        "WHERE f.order_id = $1",
        UUID(placed["id"]),
    )
    assert (row["address"], row["zone"], row["of_shift"]) == (
        "Владивосток, Светланская, 1",
        "Asia/Vladivostok",
        "Asia/Vladivostok",
    )
    assert row["local_start"].hour == 16, "06:00 UTC is 16:00 there"


@pytest.mark.parametrize(
    ("patch", "where", "says"),
    [
        ({"headcount": 0}, ["body", "headcount"], "greater than or equal to 1"),
        ({"headcount": "2"}, ["body", "headcount"], "integer"),
        ({"headcount": 10**30}, ["body", "headcount"], "less than or equal to 500"),
        ({"shifts": []}, ["body", "shifts"], "at least 1"),
        ({"site": {"address": "x", "lat": 1, "lon": 1}}, ["body"], "either site_id or site"),
        ({"site_id": None}, ["body"], "either site_id or site"),
        ({"service": "demolition"}, ["body", "service"], "'loading'"),
        ({"urgent": True}, ["body"], "urgent_reason: say why"),
        ({"note": "a\x00b"}, ["body", "note"], "plain text"),
        ({"colour": "red"}, ["body", "colour"], "Extra inputs"),
        (
            {"shifts": [{"starts_at": "2031-01-01T09:00:00", "ends_at": "2031-01-01T17:00:00+03:00"}]},
            ["body", "shifts", 0, "starts_at"],
            "timezone",
        ),
        (
            {"shifts": [{"starts_at": "2031-01-01T09:00:00Z", "ends_at": "2031-01-02T17:00:00Z"}]},
            ["body", "shifts", 0],
            "24 hours at most",
        ),
        (
            {
                "shifts": [
                    {"starts_at": "2031-01-01T09:00:00Z", "ends_at": "2031-01-01T17:00:00Z"},
                    {"starts_at": "2031-01-01T16:00:00Z", "ends_at": "2031-01-01T20:00:00Z"},
                ]
            },
            ["body"],
            "two of them overlap",
        ),
    ],
)
async def test_a_malformed_order_says_where_and_what_to_do(
    desk: AsyncClient, stage: Stage, patch: dict[str, object], where: list[object], says: str
) -> None:
    problem = assert_problem(await desk.post("/orders", json=order_body(stage) | patch), 422, "validation_failed")
    fault = problem["errors"][0]
    assert fault["loc"] == where
    assert says in fault["msg"]


async def test_what_only_the_house_knows_is_refused_by_name(
    desk: AsyncClient, stage: Stage, app_db: Database, owner: asyncpg.Connection
) -> None:
    async with app_db.begin(stage.franchise_id, "system:test") as uow:
        other = await make_client(uow)
        theirs = (await make_site(uow, other.id)).id
    before = await world(owner)
    nowhere = str(uuid4())
    for patch, status, code in (
        ({"client_id": nowhere}, 404, "client_not_found"),
        ({"site_id": nowhere}, 404, "site_not_found"),
        ({"site_id": str(theirs)}, 404, "site_not_found"),
        ({"conditions": ["radiation"]}, 422, "condition_not_on_rate_card"),
        ({"shifts": [times(moved(soon(), timedelta(days=-2)))]}, 422, "shift_in_the_past"),
    ):
        assert_problem(await desk.post("/orders", json=order_body(stage) | patch), status, code)
    assert (await world(owner)).changed_since(before) == set()


async def test_an_external_id_belongs_to_one_order(desk: AsyncClient, stage: Stage) -> None:
    first = ok(await desk.post("/orders", json=order_body(stage, external_id="CRM-1")), 201)
    again = await desk.post("/orders", json=order_body(stage, external_id="CRM-1"))
    assert "external_id" in assert_problem(again, 409, "external_id_taken")["detail"]
    found = ok(await desk.get("/orders", params={"external_id": "CRM-1"}))
    assert [item["id"] for item in found["items"]] == [first["id"]]


async def test_the_same_key_places_one_order_however_often_and_at_once(
    desk: AsyncClient, stage: Stage, owner: asyncpg.Connection
) -> None:
    body, key = order_body(stage, note="once"), {"Idempotency-Key": "order-once"}
    answers = await asyncio.gather(*(desk.post("/orders", json=body, headers=key) for _ in range(6)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert await owner.fetchval("SELECT count(*) FROM orders WHERE note = 'once'") == 1
    other = await desk.post("/orders", json=body | {"headcount": 3}, headers=key)
    assert_problem(other, 422, "idempotency_key_reused")


async def test_orders_are_listed_newest_first_page_by_page(desk: AsyncClient, stage: Stage) -> None:
    made = [ok(await desk.post("/orders", json=order_body(stage, 1)), 201)["id"] for _ in range(3)]
    seen: list[str] = []
    params: dict[str, str | int] = {"limit": 2, "client_id": str(stage.client_id), "status": "open"}
    while True:
        page = ok(await desk.get("/orders", params=params))
        seen += [item["id"] for item in page["items"]]
        assert all(item["shifts"] for item in page["items"])
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    assert len(seen) == len(set(seen))
    assert seen[:3] == made[::-1]
    assert_problem(await desk.get("/orders", params={"cursor": "nonsense"}), 422, "cursor_invalid")


async def test_more_people_are_promoted_from_the_reserve_and_asked_at_once(
    desk: AsyncClient, stage: Stage, jobs_db: Database, owner: asyncpg.Connection
) -> None:
    order = await filled(jobs_db, stage, 2)
    shift_id = order.shifts[0].id
    assert [seat["kind"] for seat in await crew_of(owner, shift_id)] == ["primary", "primary", "reserve"]
    changed = await change(desk, order.id, {"headcount": 4})
    assert changed["effects"] == [{"shift_id": str(shift_id), "released": [], "call_out_minor": 0, "must_answer": []}]
    assert (changed["total_before_minor"], changed["total_minor"]) == (2 * 8 * HOUR_MINOR, 4 * 8 * HOUR_MINOR)
    assert [seat["kind"] for seat in await crew_of(owner, shift_id)] == ["primary"] * 3
    await run_lane(jobs_db)
    assert await owner.fetchval("SELECT count(*) FROM waves WHERE shift_id = $1", shift_id) == 2
    fill = ok(await desk.get(f"/shifts/{shift_id}"))["fill"]
    assert (fill["headcount"], fill["cover"], fill["primary"]) == (4, 5, 3)
    assert ok(await desk.get(f"/orders/{order.id}"))["total_minor"] == 4 * 8 * HOUR_MINOR


async def test_fewer_people_cost_call_out_pay_only_inside_the_notice(
    desk: AsyncClient, stage: Stage, jobs_db: Database, owner: asyncpg.Connection
) -> None:
    for shift, each in ((another_day(), 0), (soon(), 2 * PAY_MINOR)):
        order = await filled(jobs_db, stage, 3, shift)
        shift_id = order.shifts[0].id
        crew = await crew_of(owner, shift_id)
        changed = await change(desk, order.id, {"headcount": 1})
        (effect,) = changed["effects"]
        assert effect["released"] == [str(seat["id"]) for seat in crew[2:]], "the last to accept go first"
        assert effect["call_out_minor"] == each * len(crew[2:])
        assert [seat["kind"] for seat in await crew_of(owner, shift_id)] == ["primary", "reserve"]
        told = await owner.fetchval(
            "SELECT count(*) FROM messages WHERE shift_id = $1 AND template = 'released'", shift_id
        )
        assert told == len(crew[2:])
        assert await owner.fetchval("SELECT count(*) FROM marks WHERE shift_id = $1", shift_id) == 0
        assert changed["total_minor"] == 8 * HOUR_MINOR


async def test_another_time_asks_everybody_anew(
    desk: AsyncClient, stage: Stage, jobs_db: Database, owner: asyncpg.Connection
) -> None:
    shift = another_day()
    order = await filled(jobs_db, stage, 2, shift)
    shift_id = order.shifts[0].id
    later = AskedShift(starts_at=shift.starts_at + timedelta(hours=3), ends_at=shift.ends_at + timedelta(hours=5))
    changed = await change(desk, order.id, {"times": [{"shift_id": str(shift_id), **times(later)}]})
    (effect,) = changed["effects"]
    seats = await seats_on(owner, shift_id)
    assert set(effect["must_answer"]) == {str(seat["id"]) for seat in seats}
    assert {seat["due_at"] for seat in seats} == {later.starts_at}
    assert changed["total_minor"] == 2 * 10 * HOUR_MINOR, "two hours longer"
    read = ok(await desk.get(f"/shifts/{shift_id}"))
    assert (read["terms_version"], datetime.fromisoformat(read["starts_at"])) == (2, later.starts_at)
    bodies = await owner.fetch("SELECT body FROM messages WHERE shift_id = $1 AND template = 'change'", shift_id)
    assert len(bodies) == len(seats)
    assert "12-22" in bodies[0]["body"]
    again = await change(desk, order.id, {"times": [{"shift_id": str(shift_id), **times(later)}]})
    assert again["effects"][0]["must_answer"] == [], "the same times again ask nobody"


async def test_a_clash_names_the_men_and_changes_nothing(
    desk: AsyncClient, stage: Stage, jobs_db: Database, owner: asyncpg.Connection
) -> None:
    shift, other = another_day(), another_day()
    order = await filled(jobs_db, stage, 1, shift)
    busy = (await crew_of(owner, order.shifts[0].id))[0]
    elsewhere = await filled(jobs_db, stage, 1, other, yeses=0)
    await owner.execute(
        """INSERT INTO seats (id, franchise_id, shift_id, worker_id, kind, busy, terms_version, p_show, accepted_at,
                              due_at, grace_at, limit_at)
           SELECT gen_random_uuid(), f.franchise_id, f.id, $2, 'primary', f.busy, 1, 0.9, now(), f.starts_at,
                  f.starts_at, f.starts_at FROM shifts f WHERE f.id = $1""",
        elsewhere.shifts[0].id,
        busy["worker_id"],
    )
    before = await world(owner)
    headers = {"If-Match": (await desk.get(f"/orders/{order.id}")).headers["etag"]}
    body = {"times": [{"shift_id": str(order.shifts[0].id), **times(moved(other, timedelta(hours=4)))}]}
    for method, path in (("PATCH", f"/orders/{order.id}"), ("POST", f"/orders/{order.id}/preview")):
        problem = assert_problem(
            await desk.request(method, path, json=body, headers=headers), 409, "worker_already_booked"
        )
        assert problem["workers"] == [str(busy["worker_id"])]
        assert problem["shift_id"] == str(order.shifts[0].id)
    assert (await world(owner)).changed_since(before) == set()


async def test_a_block_moves_onto_its_own_days(
    desk: AsyncClient, stage: Stage, jobs_db: Database, owner: asyncpg.Connection
) -> None:
    days = [another_day(), another_day(), another_day()]
    order = await filled(jobs_db, stage, 1, *days[:2])
    ids = [shift.id for shift in order.shifts]
    crew = {seat["worker_id"] for seat in await crew_of(owner, ids[0])}
    assert crew == {seat["worker_id"] for seat in await crew_of(owner, ids[1])}, "one man for the whole block"
    body = {"times": [{"shift_id": str(n), **times(day)} for n, day in zip(ids, days[1:], strict=True)]}
    changed = await change(desk, order.id, body)
    assert all(effect["must_answer"] for effect in changed["effects"])
    back = {"times": [{"shift_id": str(n), **times(day)} for n, day in zip(ids, days[:2], strict=True)]}
    await change(desk, order.id, back)
    swapped = {"times": [{"shift_id": str(ids[0]), **times(days[1])}]}
    headers = {"If-Match": (await desk.get(f"/orders/{order.id}")).headers["etag"]}
    answer = await desk.patch(f"/orders/{order.id}", json=swapped, headers=headers)
    assert_problem(answer, 422, "shifts_overlap")


async def test_another_site_moves_the_shift_and_its_clock(
    desk: AsyncClient, stage: Stage, jobs_db: Database, app_db: Database, owner: asyncpg.Connection
) -> None:
    order = await filled(jobs_db, stage, 1)
    async with app_db.begin(stage.franchise_id, "system:test") as uow:
        there = (
            await make_site(uow, stage.client_id, address="Самара, 1", lat=53.2, lon=50.15, zone="Europe/Samara")
        ).id
    changed = await change(desk, order.id, {"site_id": str(there)})
    assert changed["effects"][0]["must_answer"]
    row = await owner.fetchrow("SELECT * FROM shifts WHERE id = $1", order.shifts[0].id)
    assert (row["site_id"], row["zone"], row["local_start"].hour, row["terms_version"]) == (
        there,
        "Europe/Samara",
        10,
        2,
    )
    body = await owner.fetchval("SELECT body FROM messages WHERE shift_id = $1 AND template = 'change'", row["id"])
    assert "Самара" in body
