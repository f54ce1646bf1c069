"""One man, two franchises: he is in one place at a time, and neither learns where the other has him."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest_asyncio

from dispatch.kit.uow import Database
from dispatch.orders.commands import AskedShift
from dispatch.orders.place import PlacedOrder
from dispatch.settings import Settings
from dispatch.sms.service import Question
from dispatch.staffing.by_hand import InviteByHand, invite_by_hand
from dispatch.tenancy.commands import GrantLending
from dispatch.tenancy.service import grant_lending
from tests.factories.desk import another_day, crew_of, filled, questions, seats_on, timeline
from tests.factories.stage import Stage, place, run_lane, say, set_stage


@pytest_asyncio.fixture(loop_scope="session")
async def home(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=6)


@pytest_asyncio.fixture(loop_scope="session")
async def guest(settings: Settings, app_db: Database, home: Stage) -> Stage:
    """A franchise without people of its own, to which home lends."""
    stage = await set_stage(settings, app_db, men=0)
    async with app_db.begin(home.franchise_id, "system:test") as uow:
        await grant_lending(uow, stage.franchise_id, GrantLending())
    return stage


async def ask(jobs_db: Database, stage: Stage, order: PlacedOrder, worker: object) -> Question:
    """Ask one man by hand, whatever waves did or did not, and return the question."""
    shift_id = order.shifts[0].id
    async with jobs_db.begin(stage.franchise_id, "staff:test") as uow:
        await invite_by_hand(uow, shift_id, InviteByHand.model_validate({"worker_id": worker, "reason": "test"}))
    (found,) = [q for q in await questions(jobs_db, stage, "offer", shift_id) if q.worker_id == worker]
    return found


async def two_offers(jobs_db: Database, home: Stage, guest: Stage, day: AskedShift) -> tuple[Question, Question]:
    """The same man asked by both for overlapping times."""
    overlapping = AskedShift(starts_at=day.starts_at + timedelta(hours=2), ends_at=day.ends_at + timedelta(hours=2))
    one = await place(jobs_db, home, 1, day)
    other = await place(jobs_db, guest, 1, overlapping)
    man = home.workers[0]
    return await ask(jobs_db, home, one, man), await ask(jobs_db, guest, other, man)


async def test_a_yes_here_ends_the_offer_there_without_saying_where(
    jobs_db: Database, home: Stage, guest: Stage, owner: asyncpg.Connection
) -> None:
    ours, theirs = await two_offers(jobs_db, home, guest, another_day())
    assert await say(jobs_db, ours, "да") == "accepted_primary"
    await run_lane(jobs_db)
    invitation = await owner.fetchrow("SELECT status, reason FROM invitations WHERE shift_id = $1", theirs.shift_id)
    assert tuple(invitation) == ("withdrawn", "booked elsewhere")
    steps = await owner.fetch("SELECT kind, detail::text FROM timeline WHERE shift_id = $1", theirs.shift_id)
    assert "offer_withdrawn" in {step["kind"] for step in steps}
    assert str(home.franchise_id) not in str([step["detail"] for step in steps])
    budget = await owner.fetchrow(
        "SELECT sum(unanswered) AS open, sum(guest_unanswered) AS of_guests FROM contact_days WHERE worker_id = $1",
        home.workers[0],
    )
    assert tuple(budget) == (0, 0), "both offers are settled, so neither counts as unanswered"


async def test_a_yes_to_both_at_once_is_one_seat(
    jobs_db: Database, home: Stage, guest: Stage, owner: asyncpg.Connection
) -> None:
    ours, theirs = await two_offers(jobs_db, home, guest, another_day())
    outcomes = await asyncio.gather(say(jobs_db, ours, "да"), say(jobs_db, theirs, "да"))
    assert sorted(outcomes) == ["accepted_primary", "busy"]
    held = await owner.fetch("SELECT shift_id FROM seats WHERE worker_id = $1 AND live", home.workers[0])
    assert len(held) == 1
    await run_lane(jobs_db)
    assert await owner.fetchval("SELECT count(*) FROM seats WHERE worker_id = $1 AND live", home.workers[0]) == 1


async def test_standby_is_free_to_take_other_work_and_loses_his_number(
    jobs_db: Database, home: Stage, guest: Stage, owner: asyncpg.Connection
) -> None:
    day = another_day()
    order = await filled(jobs_db, home, 1, day, yeses=2)
    taken = await seated(owner, order)
    extra = await ask(jobs_db, home, order, next(worker for worker in home.workers if worker not in taken))
    assert await say(jobs_db, extra, "да") == "accepted_standby"
    other = await place(jobs_db, guest, 1, day)
    offer = await ask(jobs_db, guest, other, extra.worker_id)
    assert await say(jobs_db, offer, "да") == "accepted_primary"
    await run_lane(jobs_db)
    seat = await owner.fetchrow(
        "SELECT status, reason FROM seats WHERE shift_id = $1 AND worker_id = $2", order.shifts[0].id, extra.worker_id
    )
    assert tuple(seat) == ("released", "booked elsewhere")
    assert "standby_lost" in await timeline(owner, order.shifts[0].id)


async def seated(owner: asyncpg.Connection, order: PlacedOrder) -> set[object]:
    return {seat["worker_id"] for seat in await seats_on(owner, order.shifts[0].id)}


async def test_who_is_booked_does_not_become_standby(
    jobs_db: Database, home: Stage, guest: Stage, owner: asyncpg.Connection
) -> None:
    day = another_day()
    busy = await place(jobs_db, guest, 1, day)
    order = await filled(jobs_db, home, 1, day, yeses=2)
    taken = await seated(owner, order)
    man = next(worker for worker in home.workers if worker not in taken)
    ours = await ask(jobs_db, home, order, man)
    theirs = await ask(jobs_db, guest, busy, man)
    assert await say(jobs_db, theirs, "да") == "accepted_primary"
    assert await say(jobs_db, ours, "да") == "busy"
    assert man not in await seated(owner, order)


async def test_a_guest_is_never_asked_beyond_what_home_keeps(
    jobs_db: Database, home: Stage, guest: Stage, owner: asyncpg.Connection
) -> None:
    for _ in range(3):
        await place(jobs_db, guest, 2, another_day())
    await run_lane(jobs_db)
    spent = await owner.fetch(
        "SELECT guest_unanswered FROM contact_days WHERE worker_id = ANY ($1)", list(home.workers)
    )
    assert all(row["guest_unanswered"] <= 1 for row in spent), "two of three unanswered texts a day are kept for home"


async def test_work_one_after_the_other_is_nobodys_clash(
    jobs_db: Database, home: Stage, guest: Stage, owner: asyncpg.Connection
) -> None:
    day = another_day(3, hours=4)
    after = AskedShift(starts_at=day.ends_at + timedelta(minutes=60), ends_at=day.ends_at + timedelta(hours=5))
    man = home.workers[0]
    await owner.execute("UPDATE workers SET short_rest_ok = true WHERE id = $1", man)
    ours = await ask(jobs_db, home, await place(jobs_db, home, 1, day), man)
    theirs = await ask(jobs_db, guest, await place(jobs_db, guest, 1, after), man)
    assert await say(jobs_db, ours, "да") == "accepted_primary"
    await run_lane(jobs_db)
    assert await say(jobs_db, theirs, "да") == "accepted_primary", "an hour between them is enough"
    assert len(await crew_of(owner, theirs.shift_id)) == 1
