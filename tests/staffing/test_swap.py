"""One man for another: both or neither, whoever else reaches for the same men at the same moment."""

import asyncio
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from dispatch.kit.uow import Database
from dispatch.orders.shifts import lock_shift
from dispatch.settings import Settings
from dispatch.staffing.by_hand import NotEligible
from dispatch.staffing.leave import SeatIsOver
from dispatch.staffing.swap import NoSwap, Swapped, SwapSeat, swap_seat
from tests.factories.crew import Crew, seat, seated, with_men
from tests.factories.desk import seats_on, timeline
from tests.factories.stage import Stage, set_stage


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=0)


async def swap(database: Database, stage: Stage, seat_id: UUID, worker_id: UUID, *, agreed: bool = True) -> Swapped:
    async with database.begin(stage.franchise_id, "staff:test") as uow:
        return await swap_seat(uow, seat_id, SwapSeat(worker_id=worker_id, reason="просит клиент", agreed=agreed))


async def texts_to(owner: asyncpg.Connection, worker_id: UUID) -> list[str]:
    rows = await owner.fetch("SELECT template FROM messages WHERE worker_id = $1 ORDER BY created_at, id", worker_id)
    return [row["template"] for row in rows]


async def holders(owner: asyncpg.Connection, shift_id: UUID, kind: str = "primary") -> set[UUID]:
    return {row["worker_id"] for row in await seats_on(owner, shift_id) if row["live"] and row["kind"] == kind}


async def a_crew(jobs: Database, stage: Stage, *, spare: int = 1, **more: int) -> tuple[Crew, list[UUID]]:
    """A full crew of two, and men who are free."""
    people = 2 + sum(more.values())
    stage = await with_men(jobs, stage, people + spare)
    return await seated(jobs, stage, 2, **more), list(stage.workers[people:])


async def test_who_agreed_is_seated_at_once_and_both_are_told(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    crew, (other,) = await a_crew(jobs_db, stage)
    done = await swap(jobs_db, stage, crew.seats[0], other)
    assert str(done.kind) == "primary"
    assert await holders(owner, crew.shift_id) == {other, crew.men[1]}
    assert await texts_to(owner, crew.men[0]) == ["released"]
    assert await texts_to(owner, other) == ["accepted_primary"]
    assert {"released", "seat_taken", "swapped"} <= set(await timeline(owner, crew.shift_id))
    assert await owner.fetchval(
        "SELECT count(*) FROM questions WHERE worker_id = $1 AND kind = 'seat' AND status = 'open'", other
    )


async def test_twice_tells_nobody_twice(jobs_db: Database, stage: Stage, owner: asyncpg.Connection) -> None:
    crew, (other, third) = await a_crew(jobs_db, stage, spare=2)
    await swap(jobs_db, stage, crew.seats[0], other)
    with pytest.raises(SeatIsOver):
        await swap(jobs_db, stage, crew.seats[0], third)
    assert await texts_to(owner, crew.men[0]) == ["released"]
    assert await texts_to(owner, third) == []


async def test_who_did_not_agree_is_asked_and_the_place_is_open(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    crew, (other,) = await a_crew(jobs_db, stage)
    assert (await swap(jobs_db, stage, crew.seats[0], other, agreed=False)).kind is None
    assert await holders(owner, crew.shift_id) == {crew.men[1]}
    assert await texts_to(owner, other) == ["offer"]


async def test_a_reserve_takes_the_seat_unasked_and_a_standby_only_when_he_agreed(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    crew, _ = await a_crew(jobs_db, stage, reserve=1, standby=1)
    reserve, standby = crew.men[2], crew.men[3]
    with pytest.raises(NoSwap):
        await swap(jobs_db, stage, crew.seats[0], standby, agreed=False)
    assert await holders(owner, crew.shift_id) == set(crew.men[:2])
    await swap(jobs_db, stage, crew.seats[0], reserve, agreed=False)
    assert await holders(owner, crew.shift_id) == {crew.men[1], reserve}
    await swap(jobs_db, stage, crew.seats[1], standby)
    assert await holders(owner, crew.shift_id) == {reserve, standby}
    assert (await texts_to(owner, standby))[-1] == "promoted"
    assert await owner.fetchval(
        "SELECT count(*) FROM outbox WHERE subject_id = $1 AND kind = 'staffing.limit_due'", crew.seats[3]
    )


async def test_whatever_stops_the_second_half_leaves_the_first_man_in_his_seat(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    crew, (busy, barred, unfit) = await a_crew(jobs_db, stage, spare=3)
    async with jobs_db.begin(stage.franchise_id, "staff:test") as uow:
        shift = await lock_shift(uow, crew.shift_id)
    other = (await seated(jobs_db, (await with_men(jobs_db, stage, 1)), 1)).shift_id
    await owner.execute(
        "UPDATE shifts SET starts_at = $2, ends_at = $3 WHERE id = $1", other, shift.starts_at, shift.ends_at
    )
    await owner.execute("DELETE FROM seats WHERE shift_id = $1", other)
    await seat(jobs_db, stage, other, busy)
    await owner.execute(
        "INSERT INTO do_not_return (id, franchise_id, client_id, worker_id, decided_by, reason) "
        "VALUES (gen_random_uuid(), $1, $2, $3, 'client', 'x')",
        stage.franchise_id,
        stage.client_id,
        barred,
    )
    await owner.execute("UPDATE workers SET skills = 0 WHERE id = $1", unfit)
    for man, reason in ((busy, "booked_elsewhere"), (barred, "already_asked_or_barred"), (unfit, "lacks_skill")):
        for agreed in (True, False):
            with pytest.raises(NotEligible) as refused:
                await swap(jobs_db, stage, crew.seats[0], man, agreed=agreed)
            assert refused.value.fields["reasons"] == [reason]
    with pytest.raises(NoSwap):
        await swap(jobs_db, stage, crew.seats[0], crew.men[0])
    with pytest.raises(NoSwap):
        await swap(jobs_db, stage, crew.seats[0], crew.men[1])
    assert await holders(owner, crew.shift_id) == set(crew.men)
    assert await texts_to(owner, crew.men[0]) == []


async def test_a_man_asked_before_who_agrees_after_all_keeps_his_offer_answered(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    crew, (other, third) = await a_crew(jobs_db, stage, spare=2)
    await swap(jobs_db, stage, crew.seats[0], other, agreed=False)
    await swap(jobs_db, stage, crew.seats[1], other)
    assert other in await holders(owner, crew.shift_id)
    assert await owner.fetchval("SELECT status FROM invitations WHERE worker_id = $1", other) == "accepted"
    assert (
        await owner.fetchval(
            "SELECT count(*) FROM questions WHERE worker_id = $1 AND kind = 'offer' AND status = 'open'", other
        )
        == 0
    )
    assert third not in await holders(owner, crew.shift_id)


async def test_two_dispatchers_who_swap_one_seat_at_once(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    """The seat goes to exactly one of the two; the loser's man is neither seated nor told."""
    for _ in range(3):
        crew, (one, two) = await a_crew(jobs_db, stage, spare=2)
        done = await asyncio.gather(
            swap(jobs_db, stage, crew.seats[0], one),
            swap(jobs_db, stage, crew.seats[0], two),
            return_exceptions=True,
        )
        won = [outcome.worker_id for outcome in done if isinstance(outcome, Swapped)]
        assert len(won) == 1
        assert [type(outcome) for outcome in done if not isinstance(outcome, Swapped)] == [SeatIsOver]
        assert await holders(owner, crew.shift_id) == {won[0], crew.men[1]}
        assert [await texts_to(owner, man) for man in (one, two) if man != won[0]] == [[]]


async def test_one_man_for_two_shifts_of_the_same_hours_gets_one(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    """Swaps that cross, each wanting the other's man: no deadlock, and nobody is seated twice at one time."""
    crew, (wanted,) = await a_crew(jobs_db, stage)
    other, _ = await a_crew(jobs_db, stage)
    start, end = await owner.fetchrow("SELECT starts_at, ends_at FROM shifts WHERE id = $1", crew.shift_id)
    await owner.execute("UPDATE shifts SET starts_at = $2, ends_at = $3 WHERE id = $1", other.shift_id, start, end)
    done = await asyncio.gather(
        swap(jobs_db, stage, crew.seats[0], wanted),
        swap(jobs_db, stage, other.seats[0], wanted),
        swap(jobs_db, stage, crew.seats[1], other.men[1]),
        swap(jobs_db, stage, other.seats[1], crew.men[1]),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, Swapped) for outcome in done[:2]) == 1
    assert all(isinstance(outcome, Swapped | NoSwap | NotEligible) for outcome in done), done
    for man in (wanted, crew.men[1], other.men[1]):
        assert await owner.fetchval("SELECT count(*) FROM seats WHERE worker_id = $1 AND live", man) <= 1
    untouched = next(
        one for one, outcome in zip((crew, other), done[:2], strict=True) if not isinstance(outcome, Swapped)
    )
    assert untouched.men[0] in await holders(owner, untouched.shift_id), "the loser's man keeps his seat"
