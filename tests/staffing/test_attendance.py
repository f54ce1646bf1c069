from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from dispatch.crew.errors import NoShowTooEarly
from dispatch.kit.uow import Database
from dispatch.orders.place import PlacedOrder
from dispatch.settings import Settings
from dispatch.sms.service import Question
from dispatch.staffing.close import ClosedShift, CloseShift, close_shift
from dispatch.staffing.no_show import confirm_absence
from tests.factories.stage import (
    Stage,
    let_pass,
    open_questions,
    place,
    run_lane,
    say,
    set_stage,
    tomorrow,
    until_start,
)

_days = iter(range(1, 60))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=80)


async def filled(jobs_db: Database, stage: Stage, headcount: int, yeses: int | None = None) -> PlacedOrder:
    order = await place(jobs_db, stage, headcount, tomorrow(days=next(_days)))
    await run_lane(jobs_db)
    asked = [q for q in await open_questions(jobs_db, stage, "offer") if q.shift_id == order.shifts[0].id]
    for question in asked[:yeses]:
        await say(jobs_db, question, "да")
    await run_lane(jobs_db)
    return order


async def questions(jobs_db: Database, stage: Stage, kind: str, shift_id: UUID) -> list[Question]:
    return [q for q in await open_questions(jobs_db, stage, kind) if q.shift_id == shift_id]


async def seats(owner: asyncpg.Connection, shift_id: UUID) -> list[asyncpg.Record]:
    return await owner.fetch("SELECT * FROM seats WHERE shift_id = $1 ORDER BY accepted_at", shift_id)


async def status_of(owner: asyncpg.Connection, seat_id: UUID) -> str:
    return await owner.fetchval("SELECT status FROM seats WHERE id = $1", seat_id)


async def test_a_man_the_list_lacks_is_a_no_show_with_all_that_follows(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await filled(jobs_db, stage, 2)).shifts[0].id
    await until_start(owner, shift_id)
    await run_lane(jobs_db)
    assert await owner.fetchval("SELECT status FROM shifts WHERE id = $1", shift_id) == "running"
    words = {q.subject_id: q for q in await questions(jobs_db, stage, "seat", shift_id)}
    crew = [s for s in await seats(owner, shift_id) if s["kind"] != "standby"]
    for seat in crew[:-1]:
        assert await say(jobs_db, words[seat["id"]], "на месте", "booked") == "arrived"
    missing = crew[-1]["id"]
    await let_pass(owner, shift_id, timedelta(minutes=10))
    await run_lane(jobs_db)
    (present,) = await questions(jobs_db, stage, "present", shift_id)
    assert present.subject_id == crew[0]["id"], "the lead is the best of those who are there"
    number = present.detail["list"].index(str(missing)) + 1
    assert await say(jobs_db, present, str(number), "present") == "list_taken"
    assert await status_of(owner, missing) == "booked", "the list alone, before his limit, decides nothing"
    await let_pass(owner, shift_id, timedelta(minutes=20))
    await run_lane(jobs_db)
    assert await status_of(owner, missing) == "no_show"
    worker = await owner.fetchrow(
        "SELECT rating, capped_until, show_no FROM workers WHERE id = $1", crew[-1]["worker_id"]
    )
    assert worker["capped_until"] is not None
    fine = await owner.fetchrow("SELECT status, amount_minor, legal_basis FROM fines WHERE seat_id = $1", missing)
    assert (fine["status"], fine["amount_minor"]) == ("proposed", 20_000)
    step = await owner.fetchrow("SELECT detail FROM timeline WHERE shift_id = $1 AND kind = 'no_show'", shift_id)
    assert '"source": "list"' in step["detail"]
    assert Decimal(__import__("json").loads(step["detail"])["rating_after"]) <= 2
    (dispute,) = await questions(jobs_db, stage, "fine", shift_id)
    assert await say(jobs_db, dispute, "спор", "booked") == "appealed"
    assert await owner.fetchval("SELECT status FROM fines WHERE seat_id = $1", missing) == "appealed"
    assert (
        await owner.fetchval("SELECT count(*) FROM inbox_items WHERE kind = 'appeal' AND shift_id = $1", shift_id) == 1
    )

    late_words = words[missing]
    assert await say(jobs_db, late_words, "я на месте с утра", "booked") in {"arrived", "surplus"}
    worker = await owner.fetchrow("SELECT rating, capped_until FROM workers WHERE id = $1", crew[-1]["worker_id"])
    assert (worker["rating"], worker["capped_until"]) == (Decimal("3.50"), None)
    assert await owner.fetchval("SELECT status FROM fines WHERE seat_id = $1", missing) == "voided"


async def test_silence_from_the_site_is_never_a_no_show(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await filled(jobs_db, stage, 1)).shifts[0].id
    await until_start(owner, shift_id)
    await run_lane(jobs_db)
    for _ in range(4):
        await let_pass(owner, shift_id, timedelta(minutes=15))
        await run_lane(jobs_db)
    crew = [s for s in await seats(owner, shift_id) if s["kind"] != "standby"]
    assert {s["status"] for s in crew} == {"unaccounted"}
    kinds = {row["kind"] for row in await owner.fetch("SELECT kind FROM alarms WHERE shift_id = $1", shift_id)}
    assert {"site_silent", "unaccounted"} <= kinds
    assert await owner.fetchval("SELECT count(*) FROM marks WHERE shift_id = $1", shift_id) == 0
    async with jobs_db.begin(stage.franchise_id, "staff:dispatcher") as uow:
        await confirm_absence(uow, crew[0]["id"])
    row = await owner.fetchrow("SELECT source, named_by FROM no_shows WHERE seat_id = $1", crew[0]["id"])
    assert tuple(row) == ("person", "staff:dispatcher")


async def test_nobody_can_be_a_no_show_before_his_limit(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await filled(jobs_db, stage, 1)).shifts[0].id
    await until_start(owner, shift_id)
    await run_lane(jobs_db)
    seat = (await seats(owner, shift_id))[0]
    with pytest.raises(NoShowTooEarly):
        async with jobs_db.begin(stage.franchise_id, "staff:dispatcher") as uow:
            await confirm_absence(uow, seat["id"])
    assert await status_of(owner, seat["id"]) == "booked"


async def test_an_announced_delay_moves_the_limit_and_weighs_less(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await filled(jobs_db, stage, 1)).shifts[0].id
    await until_start(owner, shift_id, later=timedelta(minutes=-5))
    word = (await questions(jobs_db, stage, "seat", shift_id))[0]
    assert await say(jobs_db, word, "опоздаю на 40 минут", "booked") == "delay_noted"
    await let_pass(owner, shift_id, timedelta(minutes=40))
    await run_lane(jobs_db)
    assert await status_of(owner, word.subject_id) != "unaccounted"
    assert await say(jobs_db, word, "на месте", "booked") == "arrived"
    marks = await owner.fetch("SELECT kind FROM marks WHERE seat_id = $1", word.subject_id)
    assert [row["kind"] for row in marks] == ["late_announced"]


async def test_closing_pays_the_worked_and_the_called_out_and_bills_what_was_quoted(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    order = await filled(jobs_db, stage, 10)
    shift_id = order.shifts[0].id
    await until_start(owner, shift_id)
    await run_lane(jobs_db)
    words = {q.subject_id: q for q in await questions(jobs_db, stage, "seat", shift_id)}
    crew = [s for s in await seats(owner, shift_id) if s["kind"] != "standby"]
    outcomes = [await say(jobs_db, words[seat["id"]], "на месте", "booked") for seat in crew]
    assert outcomes == ["arrived"] * 10 + ["surplus"] * 3
    async with jobs_db.begin(stage.franchise_id, "staff:dispatcher") as uow:
        closed: ClosedShift = await close_shift(uow, shift_id, CloseShift())
    await run_lane(jobs_db)
    assert closed.money.bill_minor == 10 * 8 * 22_500 == order.quote.bill_minor
    assert closed.money.call_out_minor == 3 * 2 * 10_000
    assert closed.money.pay_minor == 10 * 8 * 10_000 + 60_000
    assert (closed.completed, closed.called_out, closed.not_accounted) == (10, 3, 0)
    assert await owner.fetchval("SELECT status FROM orders WHERE id = $1", order.id) == "closed"
    sides = await owner.fetchrow(
        """SELECT sum(t.amount_minor) FILTER (WHERE d.kind = 'client') AS client,
                  sum(t.amount_minor) FILTER (WHERE c.kind = 'worker') AS workers
           FROM transfers t JOIN accounts d ON d.id = t.debit_id JOIN accounts c ON c.id = t.credit_id
           WHERE t.shift_id = $1""",
        shift_id,
    )
    assert tuple(sides) == (1_800_000, 860_000)
