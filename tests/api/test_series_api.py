"""Series over HTTP: started, read, previewed, changed; by whom, and never by a test key what is real."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import AsyncClient

from dispatch.access.roles import Role
from dispatch.kit.uow import Database
from dispatch.orders.series.rules import made_through
from dispatch.settings import Settings
from tests.factories.access import make_token, make_user
from tests.factories.crew import seat, with_men
from tests.factories.desk import assert_problem, client_of, ok, world
from tests.factories.scene import client_with
from tests.factories.series import ONE, series_body, today
from tests.factories.stage import Stage, set_stage

TOMORROW = str(today() + ONE)
_NOT_TOMORROW = f"{today():%a}".lower()


@pytest_asyncio.fixture(loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=0)


@pytest_asyncio.fixture(loop_scope="session")
async def desk(app: FastAPI, app_db: Database, stage: Stage) -> AsyncClient:
    return await client_of(app, app_db, stage.franchise_id)


async def begun(desk: AsyncClient, stage: Stage, **given: object) -> dict[str, Any]:
    """A series as its GET shows it."""
    made = ok(await desk.post("/series", json=series_body(stage, **given)), 201)
    shown: dict[str, Any] = ok(await desk.get(f"/series/{made['id']}"))
    return shown


async def test_a_series_is_started_and_read(desk: AsyncClient, stage: Stage) -> None:
    body = series_body(stage, note="Через двор", min_tier="B", over_invite={"factor": "2.00"})
    answer = await desk.post("/series", json=body, headers={"Idempotency-Key": "weekdays"})
    made = ok(answer, 201)
    days = (made_through(today()) - today()).days
    assert len(made["days"]) == days
    again = await desk.post("/series", json=body, headers={"Idempotency-Key": "weekdays"})
    assert again.content == answer.content
    answer = await desk.get(f"/series/{made['id']}")
    shown = ok(answer)
    assert answer.headers["etag"] == '"1"'
    assert (shown["start"], shown["end"], shown["zone"]) == ("09:00:00", "17:00:00", "Europe/Moscow")
    assert (shown["status"], shown["test"], shown["note"]) == ("active", False, "Через двор")
    ordered = [day for day in shown["days"] if day["order_id"]]
    assert [(day["day"], day["order_id"]) for day in ordered] == [(d["day"], d["order_id"]) for d in made["days"]]
    later = shown["days"][days:]
    assert later
    assert {(day["order_id"], day["headcount"]) for day in later} == {(None, 2)}
    order = ok(await desk.get(f"/orders/{ordered[0]['order_id']}"))
    assert (order["headcount"], order["min_tier"], order["note"]) == (2, "B", "Через двор")
    assert order["over_invite"] == {"mode": "factor", "factor": "2.00"}
    listed = ok(await desk.get("/series"))["items"]
    assert [item["id"] for item in listed] == [made["id"]]


async def test_pages_of_series(desk: AsyncClient, stage: Stage) -> None:
    far = str(today() + ONE * 40)
    ids = [(await begun(desk, stage, starts_on=far))["id"] for _ in range(3)]
    first = ok(await desk.get("/series", params={"limit": 2}))
    second = ok(await desk.get("/series", params={"limit": 2, "cursor": first["next_cursor"]}))
    assert [item["id"] for item in (*first["items"], *second["items"])] == ids[::-1]
    ok(await desk.post(f"/series/{ids[0]}/pause"))
    paused = ok(await desk.get("/series", params={"status": "paused", "client_id": str(stage.client_id)}))["items"]
    assert [item["id"] for item in paused] == [ids[0]]


async def test_a_preview_says_what_the_change_then_does(
    desk: AsyncClient, app_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shown = await begun(desk, stage, headcount=4, ends_on=str(today() + ONE * 3))
    crew = await with_men(app_db, stage, 4)
    for day in shown["days"]:
        for man in crew.workers:
            await seat(app_db, crew, UUID(day["shift_id"]), man)
    change = {"headcount": 1, "ends_on": str(today() + ONE * 2), "apply_to": "materialised"}
    before = await world(owner)
    previewed = ok(await desk.post(f"/series/{shown['id']}/preview", json=change, headers={"If-Match": '"1"'}))
    assert (await world(owner)).changed_since(before) == set()
    assert (len(previewed["changed"]), previewed["cancelled"]) == (2, [str(today() + ONE * 3)])
    assert (previewed["preview"], previewed["people"]) == (True, 4), "two let go, and all four told of the third day"
    answer = await desk.patch(f"/series/{shown['id']}", json=change, headers={"If-Match": '"1"'})
    assert ok(answer) == previewed | {"preview": False}
    assert answer.headers["etag"] == '"2"'
    stale = await desk.patch(f"/series/{shown['id']}", json=change, headers={"If-Match": '"1"'})
    assert_problem(stale, 409, "series_changed_meanwhile")
    assert_problem(await desk.patch(f"/series/{shown['id']}", json=change), 422, "version_missing")


async def test_one_day_is_left_out_and_comes_back(desk: AsyncClient, stage: Stage) -> None:
    shown = await begun(desk, stage)
    path = f"/series/{shown['id']}"
    body = {"day": TOMORROW, "kind": "out", "reason": "переучёт"}
    assert ok(await desk.post(f"{path}/exceptions", json=body))["cancelled"] == [TOMORROW]
    after = ok(await desk.get(path))
    assert (after["days"][0]["day"], after["days"][0]["order_status"]) == (TOMORROW, "cancelled")
    assert [(said["day"], said["kind"], said["reason"]) for said in after["exceptions"]] == [
        (TOMORROW, "out", "переучёт")
    ]
    back = ok(await desk.delete(f"{path}/exceptions/{TOMORROW}"))
    assert [made["day"] for made in back["made"]] == [TOMORROW]
    assert ok(await desk.get(path))["days"][0]["order_status"] == "open"
    assert_problem(await desk.delete(f"{path}/exceptions/{TOMORROW}"), 404, "series_exception_not_found")
    wrong = body | {"kind": "extra"}
    assert_problem(await desk.post(f"{path}/exceptions", json=wrong), 422, "series_day_unfit")


async def test_pause_resume_end(desk: AsyncClient, stage: Stage) -> None:
    path = f"/series/{(await begun(desk, stage))['id']}"
    assert ok(await desk.post(f"{path}/pause"))["status"] == "paused"
    assert all(day["order_id"] for day in ok(await desk.get(path))["days"]), "nothing further is promised"
    assert ok(await desk.post(f"{path}/resume"))["status"] == "active"
    ended = ok(await desk.post(f"{path}/end", json={"reason": "договор окончен", "apply_to": "materialised"}))
    assert ended["status"] == "ended"
    assert len(ended["cancelled"]) == (made_through(today()) - today()).days
    assert_problem(await desk.post(f"{path}/resume"), 409, "series_is_over")


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"service": "loading", "conditions": ["на крыше"]}, 422, "condition_not_on_rate_card"),
        ({"pattern": {"every": "week", "on": [_NOT_TOMORROW]}, "ends_on": TOMORROW}, 422, "series_never_happens"),
        ({"starts_on": "2026-01-12", "ends_on": "2026-01-18"}, 422, "series_never_happens"),
        ({"start": "8 утра"}, 422, "validation_failed"),
    ],
)
async def test_what_cannot_be_a_series(
    desk: AsyncClient, stage: Stage, given: dict[str, object], status: int, code: str
) -> None:
    assert_problem(await desk.post("/series", json=series_body(stage, **given)), status, code)


async def test_who_may(app: FastAPI, app_db: Database, stage: Stage) -> None:
    accountant = await client_of(app, app_db, stage.franchise_id, Role.ACCOUNTANT)
    assert_problem(await accountant.post("/series", json=series_body(stage)), 403, "permission_missing")


async def test_a_test_key_starts_test_series_and_touches_no_real_one(
    app: FastAPI, desk: AsyncClient, app_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    boss = await make_user(app_db, stage.franchise_id, Role.OWNER)
    tester = client_with(app, await make_token(app_db, boss, Role.OWNER, test=True))
    real = f"/series/{(await begun(desk, stage))['id']}"
    for path, body in ((f"{real}/pause", None), (f"{real}/end", {"reason": "нет"})):
        assert_problem(await tester.post(path, json=body), 403, "test_key_refused")
    tried = await begun(tester, stage)
    assert tried["test"] is True
    assert ok(await tester.post(f"/series/{tried['id']}/pause"))["status"] == "paused"
    assert ok(await tester.post(f"/series/{tried['id']}/resume"))["status"] == "active"
    # Somebody real lets an extra order be placed in it: a test one, too.
    ok(await desk.post(f"/series/{tried['id']}/exceptions", json={"day": TOMORROW, "kind": "out", "reason": "нет"}))
    ok(await desk.delete(f"/series/{tried['id']}/exceptions/{TOMORROW}"))
    marks = await owner.fetch(
        "SELECT o.test FROM series_days d JOIN orders o ON o.id = d.order_id WHERE d.series_id = $1",
        UUID(tried["id"]),
    )
    assert marks
    assert {row["test"] for row in marks} == {True}
