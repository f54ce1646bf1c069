"""Before the start: asked again, doubted, rung; reserves move up, standby is asked, a late yes may win."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import asyncpg
import pytest_asyncio

from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.staffing.operate import ReleaseSeat, release_seat
from tests.factories.desk import another_day, crew_of, filled, question_about, questions, seats_on, timeline
from tests.factories.stage import Stage, let_pass, place, run_lane, say, set_stage


@pytest_asyncio.fixture(loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=25)


async def until_before(owner: asyncpg.Connection, shift_id: UUID, lead: timedelta) -> None:
    """Let time pass until so long before the start."""
    left = await owner.fetchval("SELECT starts_at - now() FROM shifts WHERE id = $1", shift_id)
    await let_pass(owner, shift_id, left - lead)


async def texts_left(owner: asyncpg.Connection, shift_id: UUID) -> None:
    """As if the sender had handed every text of the shift to the gateway."""
    await owner.execute("UPDATE messages SET status = 'sent' WHERE shift_id = $1 AND status = 'queued'", shift_id)


async def release(database: Database, stage: Stage, seat_id: UUID) -> None:
    async with database.begin(stage.franchise_id, "staff:test") as uow:
        await release_seat(uow, seat_id, ReleaseSeat(reason="test"))


async def test_silence_makes_doubtful_raises_cover_and_takes_no_seat(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await filled(jobs_db, stage, 2)).shifts[0].id
    first, *others = await crew_of(owner, shift_id)
    cover = await owner.fetchval("SELECT cover FROM shifts WHERE id = $1", shift_id)
    await until_before(owner, shift_id, timedelta(minutes=119))
    await run_lane(jobs_db)
    for seat in others:
        question = await question_about(jobs_db, stage, "reconfirm", seat["id"])
        assert await say(jobs_db, question, "да", "reconfirm") == "reconfirmed"
    await texts_left(owner, shift_id)
    await let_pass(owner, shift_id, timedelta(minutes=30))
    await run_lane(jobs_db)
    states = {seat["id"]: seat["status"] for seat in await crew_of(owner, shift_id)}
    assert states == {first["id"]: "doubtful"} | {seat["id"]: "reconfirmed" for seat in others}
    assert await owner.fetchval("SELECT cover FROM shifts WHERE id = $1", shift_id) > cover
    again = await question_about(jobs_db, stage, "reconfirm", first["id"])
    assert await say(jobs_db, again, "да", "reconfirm") == "reconfirmed"
    assert await owner.fetchval("SELECT cover FROM shifts WHERE id = $1", shift_id) == cover


async def test_who_was_never_reached_is_not_doubted(jobs_db: Database, stage: Stage, owner: asyncpg.Connection) -> None:
    shift_id = (await filled(jobs_db, stage, 1, yeses=1)).shifts[0].id
    await until_before(owner, shift_id, timedelta(minutes=119))
    await run_lane(jobs_db)
    await let_pass(owner, shift_id, timedelta(minutes=30))
    await run_lane(jobs_db)
    (seat,) = await crew_of(owner, shift_id)
    assert seat["status"] == "booked", "his question is still queued with us"
    assert "doubtful" not in await timeline(owner, shift_id)


async def test_nobody_is_asked_within_three_hours_of_his_yes(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await place(jobs_db, stage, 1, another_day())).shifts[0].id
    await until_before(owner, shift_id, timedelta(hours=4))
    await run_lane(jobs_db)
    offer = (await questions(jobs_db, stage, "offer", shift_id))[0]
    assert await say(jobs_db, offer, "да") == "accepted_primary"
    (seat,) = await crew_of(owner, shift_id)
    kinds = {row["kind"] for row in await owner.fetch("SELECT kind FROM outbox WHERE subject_id = $1", seat["id"])}
    assert not kinds & {"staffing.evening_reminder", "staffing.reconfirm_due", "staffing.doubtful_due"}


async def test_a_reserve_moves_up_unasked_and_is_told_once(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await filled(jobs_db, stage, 2)).shifts[0].id
    first, _, reserve = await crew_of(owner, shift_id)
    await release(jobs_db, stage, first["id"])
    assert await owner.fetchval("SELECT kind FROM seats WHERE id = $1", reserve["id"]) == "primary"
    told = await owner.fetch("SELECT worker_id FROM messages WHERE shift_id = $1 AND template = 'promoted'", shift_id)
    assert [row["worker_id"] for row in told] == [reserve["worker_id"]]


async def test_standby_is_asked_first_yes_wins_and_the_late_one_may(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    order = await filled(jobs_db, stage, 10)
    shift_id = order.shifts[0].id
    standby = [seat for seat in await seats_on(owner, shift_id) if seat["kind"] == "standby"]
    assert len(standby) == 2
    await until_before(owner, shift_id, timedelta(minutes=100))
    for seat in (await crew_of(owner, shift_id))[:1]:
        await release(jobs_db, stage, seat["id"])
    asked = await questions(jobs_db, stage, "promotion", shift_id)
    assert {question.subject_id for question in asked} == {seat["id"] for seat in standby}, "two for one open place"
    assert await say(jobs_db, asked[0], "да", "promotion") == "promoted_reserve"
    assert await say(jobs_db, asked[1], "да", "promotion") == "promotion_taken"
    kinds = {seat["id"]: (seat["kind"], seat["status"]) for seat in await seats_on(owner, shift_id)}
    assert kinds[asked[0].subject_id] == ("reserve", "booked")
    assert kinds[asked[1].subject_id] == ("standby", "booked")
    await release(jobs_db, stage, (await crew_of(owner, shift_id))[0]["id"])
    late = await question_about(jobs_db, stage, "promotion", asked[1].subject_id)
    assert await say(jobs_db, late, "да", "promotion", at=datetime.now(late.opened_at.tzinfo)) == "promoted_reserve"


async def test_a_standbys_no_ends_his_seat_without_a_mark(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await filled(jobs_db, stage, 10)).shifts[0].id
    await release(jobs_db, stage, (await crew_of(owner, shift_id))[0]["id"])
    question = (await questions(jobs_db, stage, "promotion", shift_id))[0]
    assert await say(jobs_db, question, "нет", "promotion") == "promotion_declined"
    seat = await owner.fetchrow("SELECT status, live FROM seats WHERE id = $1", question.subject_id)
    assert tuple(seat) == ("cancelled_by_worker", False)
    assert await owner.fetchval("SELECT count(*) FROM marks WHERE shift_id = $1", shift_id) == 0


async def test_a_yes_after_the_deadline_counts_while_a_place_is_open(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await place(jobs_db, stage, 1, another_day())).shifts[0].id
    await run_lane(jobs_db)
    late, other = await questions(jobs_db, stage, "offer", shift_id)
    await texts_left(owner, shift_id)
    await owner.execute(
        "UPDATE invitations SET status = 'sent', deadline = now() - interval '1 second' WHERE shift_id = $1", shift_id
    )
    await owner.execute("UPDATE waves SET deadline = now() - interval '1 second' WHERE shift_id = $1", shift_id)
    await owner.execute("UPDATE outbox SET due_at = now() WHERE kind = 'staffing.wave_due'")
    await run_lane(jobs_db)
    counted = "SELECT accept_yes, accept_no FROM workers WHERE id = $1"
    assert tuple(await owner.fetchrow(counted, late.worker_id)) == (0, 1), "silence counts in p_accept"
    assert await say(jobs_db, late, "да") == "accepted_primary"
    assert tuple(await owner.fetchrow(counted, late.worker_id)) == (0, 1), "a late yes is no yes by the deadline"
    assert await say(jobs_db, other, "да") == "accepted_reserve"


async def test_a_man_under_the_cap_enters_as_reserve_and_by_a_tenth_only(
    jobs_db: Database, settings: Settings, app_db: Database, owner: asyncpg.Connection
) -> None:
    few = await set_stage(settings, app_db, men=14)
    capped = list(few.workers[10:])
    await owner.execute(
        "UPDATE workers SET rating = 3.00, capped_until = now() + interval '20 days' WHERE id = ANY ($1)", capped
    )
    order = await place(jobs_db, few, 10, another_day())
    await run_lane(jobs_db)
    rows = await owner.fetch(
        "SELECT worker_id, explain->>'rating' AS rating FROM invitations WHERE shift_id = $1 AND second_chance",
        order.shifts[0].id,
    )
    assert len(rows) == 1, "a tenth of ten"
    assert rows[0]["worker_id"] in capped
    assert Decimal(rows[0]["rating"]) == 2
    offers = {q.worker_id: q for q in await questions(jobs_db, few, "offer", order.shifts[0].id)}
    assert await say(jobs_db, offers[rows[0]["worker_id"]], "да") == "accepted_reserve", "though primary is free"
