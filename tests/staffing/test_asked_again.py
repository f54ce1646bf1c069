"""Who is asked for a shift a second time: turned away first, the silent last and once, and whose text never left."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest_asyncio

from dispatch.kit.uow import Database
from dispatch.orders.place import PlacedOrder
from dispatch.settings import Settings
from dispatch.sms.service import Question
from dispatch.staffing.by_hand import InviteByHand, invite_by_hand
from tests.factories.digests import ask, due, settle_texts
from tests.factories.stage import Stage, open_questions, place, run_lane, say, set_stage, tomorrow


@pytest_asyncio.fixture(loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    """A town with five men, so that the second wave finds nobody new."""
    return await set_stage(settings, app_db, men=5)


async def ordered(database: Database, stage: Stage, headcount: int) -> tuple[UUID, list[Question]]:
    """Place an order, ask the first wave, and send its texts."""
    order: PlacedOrder = await place(database, stage, headcount, tomorrow(days=2))
    await run_lane(database)
    await settle_texts(database, await due(database, stage.account_id))
    await run_lane(database)
    return order.shifts[0].id, await open_questions(database, stage, "offer")


async def invitations(owner: asyncpg.Connection, shift_id: UUID) -> dict[UUID, tuple[str, int]]:
    rows = await owner.fetch("SELECT worker_id, status, ask FROM invitations WHERE shift_id = $1", shift_id)
    return {row["worker_id"]: (row["status"], row["ask"]) for row in rows}


async def next_look(owner: asyncpg.Connection, database: Database, shift_id: UUID) -> None:
    """Let the time for an answer pass, and the waves look again."""
    await owner.execute(
        """UPDATE invitations SET deadline = now() - interval '1 second'
           WHERE shift_id = $1 AND status IN ('queued', 'sent', 'delivered')""",
        shift_id,
    )
    await owner.execute("UPDATE waves SET deadline = now() - interval '1 second' WHERE shift_id = $1", shift_id)
    await owner.execute("UPDATE outbox SET due_at = now() WHERE kind = 'staffing.wave_due' AND state = 'pending'")
    await run_lane(database)


async def texts(owner: asyncpg.Connection, worker: UUID) -> Sequence[asyncpg.Record]:
    return await owner.fetch("SELECT * FROM messages WHERE worker_id = $1 AND template = 'offer' ORDER BY id", worker)


async def test_silence_is_asked_once_more_when_nobody_new_is_left(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id, asked = await ordered(jobs_db, stage, 5)
    assert len(asked) == 5
    await next_look(owner, jobs_db, shift_id)
    assert set((await invitations(owner, shift_id)).values()) == {("queued", 2)}
    again = await open_questions(jobs_db, stage, "offer")
    assert {question.worker_id for question in again} == set(stage.workers), "one open question each"
    assert {question.id for question in again}.isdisjoint({question.id for question in asked})
    assert {len(await texts(owner, worker)) for worker in stage.workers} == {2}
    assert await owner.fetchval("SELECT max(invited) FROM waves WHERE shift_id = $1", shift_id) <= 5
    await settle_texts(jobs_db, await due(jobs_db, stage.account_id))
    await next_look(owner, jobs_db, shift_id)
    assert set((await invitations(owner, shift_id)).values()) == {("expired", 2)}
    assert await owner.fetchval("SELECT kind FROM alarms WHERE shift_id = $1", shift_id) == "nobody_to_invite"


async def test_an_answer_to_the_first_text_is_one_to_the_second(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id, asked = await ordered(jobs_db, stage, 5)
    await next_look(owner, jobs_db, shift_id)
    assert await say(jobs_db, asked[0], f"{asked[0].code} да") == "accepted_primary"
    assert await say(jobs_db, asked[1], "нет") == "declined"
    stand = await invitations(owner, shift_id)
    assert [stand[question.worker_id] for question in asked[:2]] == [("accepted", 2), ("declined", 2)]
    left = {question.worker_id for question in await open_questions(jobs_db, stage, "offer")}
    assert left == {question.worker_id for question in asked[2:]}


async def test_news_of_the_first_text_say_nothing_of_the_second(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id, asked = await ordered(jobs_db, stage, 5)
    await next_look(owner, jobs_db, shift_id)
    first = (await texts(owner, asked[0].worker_id))[0]
    await owner.execute("UPDATE messages SET status = 'failed' WHERE id = $1", first["id"])
    await owner.execute(
        """INSERT INTO outbox (id, franchise_id, lane, kind, subject_id, n, detail, due_at)
           SELECT gen_random_uuid(), franchise_id, lane, kind, gen_random_uuid(), 0,
                  jsonb_build_object('messages', jsonb_build_array($1::text)), now()
           FROM outbox WHERE kind = 'staffing.texts_moved' LIMIT 1""",
        str(first["id"]),
    )
    assert await run_lane(jobs_db) >= 1
    assert (await invitations(owner, shift_id))[asked[0].worker_id] == ("queued", 2)


async def test_who_was_turned_away_is_the_first_when_a_place_opens(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    order = await place(jobs_db, stage, 1, tomorrow(days=2))
    shift_id = order.shifts[0].id
    await owner.execute("UPDATE shifts SET standby_capacity = 0 WHERE id = $1", shift_id)
    asked = [await ask(jobs_db, stage, order, worker) for worker in stage.workers[:4]]
    # Who was never asked lives at the gate and always says yes: by his score alone he would come first.
    await owner.execute(
        """UPDATE workers w SET location = s.location, accept_yes = 100 FROM sites s
           WHERE w.id = $1 AND s.id = $2""",
        stage.workers[4],
        stage.site_id,
    )
    await settle_texts(jobs_db, await due(jobs_db, stage.account_id))
    said = [await say(jobs_db, question, "да") for question in asked]
    assert said == ["accepted_primary", "accepted_reserve", "turned_away", "turned_away"]
    for seat in await open_questions(jobs_db, stage, "seat"):
        assert await say(jobs_db, seat, "не приду", "booked") == "cancelled"
    await run_lane(jobs_db)
    stand = await invitations(owner, shift_id)
    again = {worker for worker, (status, _) in stand.items() if status == "queued"}
    assert again == {question.worker_id for question in asked[2:]}, "and nobody who was never asked"
    assert {stand[worker] for worker in again} == {("queued", 2)}


async def test_whose_text_never_left_was_not_asked_and_is_asked_again(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    order = await place(jobs_db, stage, 5, tomorrow(days=2))
    shift_id = order.shifts[0].id
    await run_lane(jobs_db)
    for time in (2, 3):
        await next_look(owner, jobs_db, shift_id)
        assert set((await invitations(owner, shift_id)).values()) == {("queued", time)}
    units = await owner.fetchval(
        "SELECT max(unanswered) FROM contact_days WHERE worker_id = ANY ($1)", list(stage.workers)
    )
    assert units == 1, "what never left cost nothing"


async def test_a_dispatcher_asks_a_silent_man_again_by_hand(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id, asked = await ordered(jobs_db, stage, 5)
    await owner.execute("UPDATE shifts SET paused_at = now() WHERE id = $1", shift_id)
    await owner.execute("UPDATE invitations SET status = 'expired' WHERE shift_id = $1", shift_id)
    async with jobs_db.begin(stage.franchise_id, "staff:test") as uow:
        command = InviteByHand(worker_id=asked[0].worker_id, reason="he rang")
        written = await invite_by_hand(uow, shift_id, command)
    assert (await invitations(owner, shift_id))[asked[0].worker_id] == ("queued", 2)
    found = await owner.fetchrow("SELECT * FROM invitations WHERE id = $1", written.id)
    assert found["by_hand"]
    assert found["created_at"] - found["deadline"] < timedelta()
