"""A test key makes test orders: test people alone, through the simulator alone, whoever acts later; nothing real."""

from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import AsyncClient

from dispatch.access.roles import Role
from dispatch.crew.errors import RealAndTestKeptApart
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.sms.gateways.base import Account
from dispatch.sms.inbound import InboundDrain
from dispatch.wiring import ANSWERS
from tests.factories.access import make_token, make_user
from tests.factories.desk import assert_problem, ok, order_body, questions
from tests.factories.scene import client_with
from tests.factories.sms import Phone, TestAccount, make_account, receive
from tests.factories.stage import Stage, place, run_lane, say, set_stage
from tests.factories.workers import make_workers, next_phone


@pytest_asyncio.fixture(loop_scope="session")
async def stage(settings: Settings, app_db: Database, owner: asyncpg.Connection) -> Stage:
    """A franchise with a real account, its older one, beside the simulator's, and real men near the site."""
    made = await set_stage(settings, app_db, men=20)
    real = await make_account(settings, owner, gateway="twilio", franchise_id=made.franchise_id)
    await owner.execute("UPDATE sms_accounts SET created_at = created_at - interval '1 day' WHERE id = $1", real.id)
    return made


@pytest_asyncio.fixture(loop_scope="session")
async def tester(app: FastAPI, app_db: Database, stage: Stage) -> AsyncClient:
    boss = await make_user(app_db, stage.franchise_id, Role.OWNER)
    return client_with(app, await make_token(app_db, boss, Role.OWNER, test=True))


async def trial_people(app_db: Database, stage: Stage, count: int) -> list[UUID]:
    async with app_db.begin(stage.franchise_id, "token:test", test=True) as uow:
        return await make_workers(uow, count)


async def placed(tester: AsyncClient, stage: Stage, headcount: int = 2) -> tuple[UUID, UUID]:
    order = ok(await tester.post("/orders", json=order_body(stage, headcount)), 201)
    return UUID(order["id"]), UUID(order["shifts"][0]["id"])


async def accounts_used(owner: asyncpg.Connection, shift_id: UUID) -> set[UUID]:
    rows = await owner.fetch(
        """SELECT account_id FROM messages WHERE shift_id = $1 UNION
           SELECT account_id FROM questions WHERE shift_id = $1""",
        shift_id,
    )
    return {row["account_id"] for row in rows}


async def test_all_its_life_a_test_order_texts_test_people_through_the_simulator(
    tester: AsyncClient, stage: Stage, app_db: Database, jobs_db: Database, owner: asyncpg.Connection
) -> None:
    people = await trial_people(app_db, stage, 3)
    order_id, shift_id = await placed(tester, stage)
    await run_lane(jobs_db)
    asked = await questions(jobs_db, stage, "offer", shift_id)
    assert {question.worker_id for question in asked} == set(people)
    assert [await say(jobs_db, question, "да") for question in asked[:2]] == ["accepted_primary"] * 2
    await run_lane(jobs_db)
    assert ok(await tester.get(f"/shifts/{shift_id}"))["test"] is True
    # Somebody with a live session cancels: the men are told through the simulator all the same.
    live = await owner.fetchval("SELECT count(*) FROM messages WHERE shift_id = $1", shift_id)
    assert ok(await tester.post(f"/orders/{order_id}/cancel", json={"reason": "enough"}))["told"] == 2
    assert await owner.fetchval("SELECT count(*) FROM messages WHERE shift_id = $1", shift_id) > live
    assert await accounts_used(owner, shift_id) == {stage.account_id}


async def test_real_people_lose_nothing_by_a_test_order(
    tester: AsyncClient, stage: Stage, jobs_db: Database, owner: asyncpg.Connection
) -> None:
    _, shift_id = await placed(tester, stage, 5)
    await run_lane(jobs_db)
    spent = "SELECT count(*) FROM contact_days WHERE worker_id = ANY ($1)"
    assert await owner.fetchval(spent, list(stage.workers)) == 0
    assert await owner.fetchval("SELECT count(*) FROM invitations WHERE shift_id = $1", shift_id) == 0
    assert await owner.fetchval("SELECT kind FROM alarms WHERE shift_id = $1", shift_id) == "nobody_to_invite"
    async with jobs_db.begin(stage.franchise_id, "system:test") as uow:
        why = await uow.fetchval(
            "SELECT reasons FROM explain_candidate($1, $2)",
            f'{{"tenant": "{stage.franchise_id}", "test": true}}',
            stage.workers[0],
        )
    assert "test_and_real_kept_apart" in why


async def test_a_real_order_asks_no_test_people_and_uses_the_real_account(
    stage: Stage, app_db: Database, jobs_db: Database, owner: asyncpg.Connection
) -> None:
    people = await trial_people(app_db, stage, 4)
    order = await place(jobs_db, stage, 2)
    await run_lane(jobs_db)
    asked = {question.worker_id for question in await questions(jobs_db, stage, "offer", order.shifts[0].id)}
    assert len(asked) == 3
    assert asked.isdisjoint(people)
    (used,) = await accounts_used(owner, order.shifts[0].id)
    assert used != stage.account_id


async def test_nobody_puts_a_real_man_on_a_test_shift(
    tester: AsyncClient, stage: Stage, jobs_db: Database, owner: asyncpg.Connection
) -> None:
    _, shift_id = await placed(tester, stage)
    body = {"worker_id": str(stage.workers[0]), "reason": "him"}
    assert_problem(await tester.post(f"/shifts/{shift_id}/invitations", json=body), 409, "not_eligible")
    with pytest.raises(RealAndTestKeptApart):
        async with jobs_db.begin(stage.franchise_id, "system:test") as uow:
            await uow.run(
                """INSERT INTO seats (id, franchise_id, shift_id, worker_id, kind, busy, terms_version, p_show,
                                      accepted_at, due_at, grace_at, limit_at)
                   SELECT gen_random_uuid(), franchise_id, id, $2, 'primary', busy, 1, 1, starts_at, starts_at,
                          starts_at, starts_at FROM shifts WHERE id = $1""",
                shift_id,
                stage.workers[0],
            )
    assert await owner.fetchval("SELECT count(*) FROM seats WHERE shift_id = $1", shift_id) == 0


async def test_a_test_key_changes_nothing_real(tester: AsyncClient, stage: Stage, jobs_db: Database) -> None:
    real = await place(jobs_db, stage, 1)
    for path, body in (
        (f"/orders/{real.id}/cancel", {"reason": "oops"}),
        (f"/shifts/{real.shifts[0].id}/pause", None),
        (f"/workers/{stage.workers[0]}/pause", None),
        ("/workers/import", None),
        ("/auth/tokens", {"name": "live", "role": "dispatcher"}),
    ):
        answer = await tester.post(path, json=body)
        assert_problem(answer, 403, "test_key_refused")
    assert ok(await tester.get(f"/orders/{real.id}"))["test"] is False


async def test_whom_a_test_key_registers_is_marked(tester: AsyncClient) -> None:
    made = ok(await tester.post("/workers", json={"phone": next_phone(), "first_name": "Тест"}), 201)
    assert made["test"] is True
    listed = ok(await tester.get("/workers"))["items"]
    assert {worker["id"] for worker in listed if worker["test"]} == {made["id"]}
    assert ok(await tester.patch(f"/workers/{made['id']}", json={"note": "x"}, headers={"If-Match": '"1"'}))["test"]


async def test_without_a_simulator_account_the_request_is_refused(
    tester: AsyncClient, stage: Stage, owner: asyncpg.Connection
) -> None:
    await owner.execute("UPDATE sms_accounts SET enabled = false WHERE id = $1", stage.account_id)
    assert_problem(await tester.post("/orders", json=order_body(stage)), 403, "simulator_account_missing")
    assert await owner.fetchval("SELECT count(*) FROM orders WHERE franchise_id = $1", stage.franchise_id) == 0


async def test_a_simulator_cannot_answer_for_a_real_man(
    stage: Stage, jobs_db: Database, owner: asyncpg.Connection
) -> None:
    order = await place(jobs_db, stage, 1)
    await run_lane(jobs_db)
    question = (await questions(jobs_db, stage, "offer", order.shifts[0].id))[0]
    e164 = await owner.fetchval("SELECT e164 FROM phones WHERE id = $1", question.phone_id)
    row = await owner.fetchrow(
        "SELECT id, gateway, sid, secret, number FROM sms_accounts WHERE id = $1", stage.account_id
    )
    simulator = TestAccount(Account(**dict(row)), stage.franchise_id)
    inbound = await receive(jobs_db, simulator, Phone(question.phone_id, e164), f"да {question.code}")
    await InboundDrain(jobs_db, ANSWERS)()
    outcome = await owner.fetchval("SELECT outcome FROM dispositions WHERE inbound_id = $1", inbound)
    assert outcome == "inbox"
    assert await owner.fetchval("SELECT status FROM questions WHERE id = $1", question.id) == "open"


async def test_a_test_shift_moves_no_money(
    tester: AsyncClient, stage: Stage, app_db: Database, jobs_db: Database, owner: asyncpg.Connection
) -> None:
    await trial_people(app_db, stage, 2)
    soon = order_body(stage, 1)
    order = ok(await tester.post("/orders", json=soon), 201)
    shift_id = UUID(order["shifts"][0]["id"])
    await run_lane(jobs_db)
    await say(jobs_db, (await questions(jobs_db, stage, "offer", shift_id))[0], "да")
    # Inside the notice a real order would owe call-out pay and the fee.
    await owner.execute(
        "UPDATE shifts SET starts_at = now() + interval '30 min', ends_at = now() + interval '5 h' WHERE id = $1",
        shift_id,
    )
    cancelled = ok(await tester.post(f"/orders/{order['id']}/cancel", json={"reason": "enough"}))
    assert (cancelled["told"], cancelled["call_out_minor"], cancelled["fee_minor"]) == (1, 0, 0)
    for table in ("timesheets", "transfers"):
        assert await owner.fetchval(f"SELECT count(*) FROM {table} WHERE shift_id = $1", shift_id) == 0


async def test_a_rehearsal_does_not_stand_for_the_real_order(
    app: FastAPI, app_db: Database, tester: AsyncClient, stage: Stage
) -> None:
    body = order_body(stage, external_id="A-17")
    headers = {"Idempotency-Key": "order-17"}
    rehearsed = ok(await tester.post("/orders", json=body, headers=headers), 201)
    boss = await make_user(app_db, stage.franchise_id, Role.OWNER)
    live = client_with(app, await make_token(app_db, boss, Role.OWNER))
    real = ok(await live.post("/orders", json=body, headers=headers), 201)
    assert real["id"] != rehearsed["id"]
    assert ok(await live.get(f"/orders/{real['id']}"))["test"] is False
    again = ok(await tester.post("/orders", json=body, headers=headers), 201)
    assert again["id"] == rehearsed["id"]
