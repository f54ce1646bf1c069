"""Orders over HTTP: previews, versions, cancels, who may, and rate cards."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest_asyncio
from fastapi import FastAPI
from httpx import AsyncClient

from dispatch.access.roles import Role
from dispatch.kit.uow import Database
from dispatch.orders.commands import AskedShift
from dispatch.settings import Settings
from tests.factories.desk import (
    another_day,
    assert_problem,
    client_of,
    filled,
    ok,
    order_body,
    seats_on,
    timeline,
    times,
    world,
)
from tests.factories.stage import Stage, set_stage

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


async def test_a_preview_says_it_all_and_does_nothing(
    desk: AsyncClient, stage: Stage, jobs_db: Database, owner: asyncpg.Connection
) -> None:
    shift = another_day()
    order = await filled(jobs_db, stage, 3, shift)
    shift_id = order.shifts[0].id
    body = {
        "headcount": 1,
        "times": [{"shift_id": str(shift_id), **times(moved(shift, timedelta(hours=2)))}],
    }
    before = await world(owner)
    previewed = await change(desk, order.id, body, "preview")
    assert (await world(owner)).changed_since(before) == set()
    done = await change(desk, order.id, body)
    assert (previewed["preview"], previewed["version"]) == (True, 1)
    assert (done["preview"], done["version"]) == (False, 2)
    same = {"effects", "total_before_minor", "total_minor", "currency"}
    assert {name: previewed[name] for name in same} == {name: done[name] for name in same}
    assert {"seats", "messages", "orders", "shifts"} <= (await world(owner)).changed_since(before)


async def test_a_change_names_the_version_it_was_made_from(desk: AsyncClient, stage: Stage) -> None:
    order = ok(await desk.post("/orders", json=order_body(stage)), 201)
    path = f"/orders/{order['id']}"
    assert_problem(await desk.patch(path, json={"headcount": 3}), 422, "version_missing")
    first = await desk.patch(path, json={"headcount": 3}, headers={"If-Match": '"1"'})
    assert first.headers["etag"] == '"2"'
    late = await desk.patch(path, json={"headcount": 4}, headers={"If-Match": '"1"'})
    assert assert_problem(late, 409, "order_changed_meanwhile")["version"] == 2
    nothing = await desk.patch(path, json={}, headers={"If-Match": '"2"'})
    assert "something has to change" in assert_problem(nothing, 422, "validation_failed")["errors"][0]["msg"]


async def test_times_are_held_to_the_order_and_the_clock(desk: AsyncClient, stage: Stage) -> None:
    order = ok(await desk.post("/orders", json=order_body(stage)), 201)
    path, headers = f"/orders/{order['id']}", {"If-Match": '"1"'}
    shift_id = order["shifts"][0]["id"]
    past = moved(soon(), timedelta(days=-1))
    for shift, asked, status, code in (
        (str(uuid4()), another_day(), 404, "shift_not_found"),
        (shift_id, past, 422, "shift_in_the_past"),
    ):
        answer = await desk.patch(path, json={"times": [{"shift_id": shift, **times(asked)}]}, headers=headers)
        assert_problem(answer, status, code)
    twice = {"times": [{"shift_id": shift_id, **times(another_day())}] * 2}
    assert_problem(await desk.patch(path, json=twice, headers=headers), 422, "validation_failed")
    answer = await desk.patch(path, json={"site_id": str(uuid4())}, headers=headers)
    assert_problem(answer, 404, "site_not_found")
    answer = await desk.patch(f"/orders/{uuid4()}", json={"headcount": 1}, headers=headers)
    assert_problem(answer, 404, "order_not_found")


async def test_a_cancel_is_free_outside_the_notice_and_paid_inside_it(
    desk: AsyncClient, stage: Stage, jobs_db: Database, owner: asyncpg.Connection
) -> None:
    for shift, inside in ((another_day(), False), (soon(), True)):
        order = await filled(jobs_db, stage, 2, shift)
        shift_id = order.shifts[0].id
        ratings = await owner.fetch("SELECT id, rating FROM workers ORDER BY id")
        done = ok(await desk.post(f"/orders/{order.id}/cancel", json={"reason": "нет машины"}))
        # Three of three said yes: two primary, one reserve. The fee is half of the four hours' minimum for each.
        assert done == {
            "order_id": str(order.id),
            "shifts": 1,
            "told": 3,
            "call_out_minor": 3 * 2 * PAY_MINOR if inside else 0,
            "fee_minor": 3 * 2 * HOUR_MINOR if inside else 0,
        }
        texts = await owner.fetch(
            "SELECT body FROM messages WHERE shift_id = $1 AND template = 'cancelled_by_client'", shift_id
        )
        assert len(texts) == 3
        assert all(("Оплатим" in text["body"]) is inside for text in texts)
        assert {seat["status"] for seat in await seats_on(owner, shift_id)} == {"cancelled_by_client"}
        assert await owner.fetch("SELECT id, rating FROM workers ORDER BY id") == ratings
        assert "cancelled_by_client" in await timeline(owner, shift_id)
        again = ok(await desk.post(f"/orders/{order.id}/cancel", json={"reason": "нет машины"}))
        assert (again["shifts"], again["told"], again["fee_minor"]) == (0, 0, 0)
        assert ok(await desk.get(f"/orders/{order.id}"))["status"] == "cancelled"
    assert_problem(await desk.post(f"/orders/{uuid4()}/cancel", json={"reason": "x"}), 404, "order_not_found")


async def test_who_may_not_order(app: FastAPI, app_db: Database, stage: Stage) -> None:
    async with await client_of(app, app_db, stage.franchise_id, Role.FOREMAN) as foreman:
        assert_problem(await foreman.post("/orders", json=order_body(stage)), 403, "permission_missing")
        assert_problem(await foreman.put("/rate-cards/loading", json={}), 403, "permission_missing")


async def test_a_rate_card_holds_for_orders_from_now_on(
    app: FastAPI, app_db: Database, desk: AsyncClient, stage: Stage
) -> None:
    before = ok(await desk.post("/orders", json=order_body(stage, 1, service="cleaning")), 201)
    card = {
        "service": "cleaning",
        "currency": "RUB",
        "bill_rate_minor": 30_000,
        "pay_percent": "50",
        "conditions": {"stairs": {"bill": "1.2", "pay": "1.1"}},
    }
    async with await client_of(app, app_db, stage.franchise_id, Role.OWNER) as boss:
        written = ok(await boss.put("/rate-cards/cleaning", json=card))
    assert written["version"] == 2
    cards = {item["card"]["service"]: item for item in ok(await desk.get("/rate-cards"))["items"]}
    assert cards["cleaning"]["id"] == written["id"]
    after = ok(await desk.post("/orders", json=order_body(stage, 1, service="cleaning", conditions=["stairs"])), 201)
    assert (before["total_minor"], after["total_minor"]) == (8 * HOUR_MINOR, 8 * 30_000 * 12 // 10)
    more = await change(desk, before["id"], {"headcount": 2})
    assert more["total_minor"] == 2 * 8 * HOUR_MINOR, "an order keeps the card it was placed by"
