"""Matching over HTTP: who would be asked, why him, why not him, why so many."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import AsyncClient

from dispatch.access.roles import Role
from dispatch.kit.geo import Point
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from tests.factories.desk import another_day, assert_problem, client_of, ok, order_body, times, world
from tests.factories.stage import Stage, run_lane, set_stage
from tests.factories.workers import make_worker

NEAR = [0.0, 1.2, 2.5, 3.9]
"""Kilometres north of the site where four men live."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    made = await set_stage(settings, app_db, men=0)
    async with app_db.begin(made.franchise_id, "system:test") as uow:
        men = [
            await make_worker(uow, first_name=f"Иван{n}", point=Point(lat=59.927 + km / 111.4, lon=30.318))
            for n, km in enumerate(NEAR)
        ]
    return Stage(made.franchise_id, made.account_id, made.client_id, made.site_id, men)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(app: FastAPI, app_db: Database, stage: Stage) -> AsyncIterator[AsyncClient]:
    async with await client_of(app, app_db, stage.franchise_id) as client:
        yield client


def need(**more: object) -> dict[str, Any]:
    return {
        "lat": 59.927,
        "lon": 30.318,
        "zone": "Europe/Moscow",
        "service": "loading",
        "headcount": 2,
        **times(another_day()),
        **more,
    }


async def test_who_lives_too_far_for_the_start_is_expected_later(desk: AsyncClient) -> None:
    """At 2 min 24 s a kilometre: 1.2 km take 3 minutes, 3.9 km more than 9."""
    soon = datetime.now(UTC) + timedelta(minutes=5)
    asked = need(headcount=3, starts_at=soon.isoformat(), ends_at=(soon + timedelta(hours=6)).isoformat())
    shown = ok(await desk.post("/matching/preview", json=asked))
    assert shown["wave"] == 2
    assert shown["expected_at_start"] == pytest.approx(2 * 2 / 3, abs=0.01)
    by = datetime.fromisoformat(shown["rest_by"])
    assert soon < by <= soon + timedelta(minutes=20)
    assert (by.minute % 15, by.second) == (0, 0)
    assert shown["expected_by_then"] == pytest.approx(4 * 2 / 3 - 16 / 81, abs=0.01), "four of whom three are wanted"
    short = asked | {"ends_at": (soon + timedelta(hours=1)).isoformat()}
    assert ok(await desk.post("/matching/preview", json=short))["rest_by"] is None, "nobody comes for less than an hour"
    early = ok(await desk.post("/matching/preview", json=need(headcount=2)))
    assert (early["rest_by"], early["expected_by_then"]) == (None, None)


async def test_a_preview_ranks_and_plans_and_stores_nothing(
    desk: AsyncClient, stage: Stage, owner: asyncpg.Connection
) -> None:
    before = await world(owner)
    answer = await desk.post("/matching/preview", json=need())
    shown = ok(answer)
    assert (await world(owner)).changed_since(before) == set()
    assert shown["wave"] == 3
    assert [c["worker_id"] for c in shown["candidates"]] == [str(worker) for worker in stage.workers[:3]]
    assert [c["distance_km"] for c in shown["candidates"]] == [0, 2, 3], "whole kilometres, rounded up"
    assert shown["reason"].startswith("1.5 x 2 = 3; P(2 come) 0.74")
    assert abs(shown["p_full"] - 20 / 27) < 0.001, "two of three at two thirds each"
    first = shown["candidates"][0]
    assert first["components"] == {
        "distance": 1.0,
        "rating": 0.625,
        "likelihood": 0.6667,
        "favourite": 0,
        "fairness": 1.0,
        "preferred": 0,
        "address_known": 1,
    }
    assert first["score"] == pytest.approx(0.30 + 0.45 * 0.625 + 0.15 * 2 / 3 + 0.05)
    assert "Иван" not in answer.text


async def test_fewer_can_be_found_than_wanted(desk: AsyncClient, stage: Stage) -> None:
    shown = ok(await desk.post("/matching/preview", json=need(headcount=10)))
    assert (shown["wave"], len(shown["candidates"])) == (4, 4)
    assert "only 4 can be asked" in shown["reason"]
    assert shown["p_full"] == 0
    assert ok(await desk.post("/matching/preview", json=need(radius_km=2)))["wave"] == 2
    assert ok(await desk.post("/matching/preview", json=need(limit=1)))["candidates"][1:] == []
    assert ok(await desk.post("/matching/preview", json=need(min_tier="A")))["candidates"] == [], "nobody has 4 stars"
    assert ok(await desk.post("/matching/preview", json=need(service="cashier")))["candidates"] == []


@pytest.mark.parametrize(
    "patch",
    [
        {"lat": 91},
        {"lon": "30.3"},
        {"zone": "Mars/Olympus"},
        {"headcount": 0},
        {"headcount": True},
        {"radius_km": 0},
        {"limit": 501},
        {"service": "x"},
        {"ends_at": "2001-01-01T00:00:00Z"},
        {"starts_at": 1_700_000_000},
        {"region": "a\x00"},
    ],
)
async def test_a_malformed_need_is_refused(desk: AsyncClient, patch: dict[str, object]) -> None:
    answer = await desk.post("/matching/preview", json=need() | patch)
    assert answer.status_code == 422, answer.text


async def test_numbers_that_json_does_not_have_are_refused(desk: AsyncClient) -> None:
    raw = '{"lat": NaN, "lon": 30, "zone": "Europe/Moscow", "service": "loading", "headcount": 1}'
    answer = await desk.post("/matching/preview", content=raw, headers={"Content-Type": "application/json"})
    assert_problem(answer, 422, "validation_failed")


async def test_why_him_and_why_not_him(
    desk: AsyncClient, stage: Stage, jobs_db: Database, owner: asyncpg.Connection, app_db: Database
) -> None:
    placed = ok(await desk.post("/orders", json=order_body(stage, 1)), 201)
    shift_id = placed["shifts"][0]["id"]
    free = ok(await desk.get(f"/shifts/{shift_id}/why/{stage.workers[3]}"))
    assert (free["reasons"], free["distance_km"]) == ([], 4)
    await run_lane(jobs_db)
    asked = ok(await desk.get(f"/shifts/{shift_id}/why/{stage.workers[0]}"))
    assert asked["reasons"] == ["already_asked_or_barred"]
    async with app_db.begin(stage.franchise_id, "system:test") as uow:
        barred = await make_worker(uow, skills=0, point=Point(lat=61.0, lon=30.318), daily_offers=0)
    why = ok(await desk.get(f"/shifts/{shift_id}/why/{barred}"))
    assert set(why["reasons"]) == {"lacks_skill", "too_far", "contact_budget_spent"}
    assert_problem(await desk.get(f"/shifts/{shift_id}/why/{uuid4()}"), 404, "worker_not_in_pool")
    assert_problem(await desk.get(f"/shifts/{uuid4()}/why/{barred}"), 404, "shift_not_found")


async def test_a_preview_far_in_the_past_or_future_is_still_an_answer(desk: AsyncClient) -> None:
    day = timedelta(days=1)
    for shift in (another_day(), another_day(22, hours=12)):
        for by in (-400 * day, 400 * day):
            body = need(starts_at=(shift.starts_at + by).isoformat(), ends_at=(shift.ends_at + by).isoformat())
            assert ok(await desk.post("/matching/preview", json=body))["wave"] >= 0


async def test_who_may_not_look(app: FastAPI, app_db: Database, stage: Stage) -> None:
    async with await client_of(app, app_db, stage.franchise_id, Role.FOREMAN) as foreman:
        assert_problem(await foreman.post("/matching/preview", json=need()), 403, "permission_missing")
        path = f"/shifts/{UUID(int=1)}/why/{UUID(int=2)}"
        assert_problem(await foreman.get(path), 403, "permission_missing")
