"""Marks as they are written: the rating follows at once, on every position, for the whole network; and goes back."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.rating.errors import MarkStands
from dispatch.rating.rules import Mark, capped_until, fold
from dispatch.rating.service import Fact, Recorded, record_breach, record_mark, reverse_seat_marks
from dispatch.settings import Settings
from dispatch.tenancy.policy import MarkKind, Rating
from dispatch.tenancy.service import write_network_policy
from tests.factories.crew import seat
from tests.factories.desk import another_day
from tests.factories.stage import Stage, place, set_stage
from tests.factories.tenancy import owner_database

POLICY = Rating()
KINDS = [kind for kind in MarkKind if kind is not MarkKind.REVERSAL]
SCORES = {MarkKind.CLIENT_SCORE, MarkKind.CREW_SCORE}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def home(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=20)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def guest(settings: Settings, app_db: Database) -> Stage:
    """Another franchise, which seats the first one's men."""
    return await set_stage(settings, app_db, men=0)


@dataclass(frozen=True, slots=True)
class Place:
    """A seat of a man, and whose shift it is on."""

    franchise_id: UUID
    shift_id: UUID
    seat_id: UUID


async def seat_of(database: Database, stage: Stage, man: UUID) -> Place:
    shift_id = (await place(database, stage, 1, another_day())).shifts[0].id
    taken = await seat(database, stage, shift_id, man)
    assert taken is not None
    return Place(stage.franchise_id, shift_id, taken)


async def mark(
    database: Database, franchise_id: UUID, man: UUID, kind: MarkKind, at: datetime, on: Place | None = None
) -> Recorded:
    async with database.begin(franchise_id, "staff:test") as uow:
        score = 4.0 if kind in SCORES else None
        fact = Fact(man, kind, at, on.shift_id if on else None, on.seat_id if on else None, score=score)
        return await record_mark(uow, fact)


async def breach(database: Database, man: UUID, kind: MarkKind, on: Place) -> Recorded:
    async with database.begin(on.franchise_id, "staff:test") as uow:
        return await record_breach(uow, Fact(man, kind, uow.now, on.shift_id, on.seat_id), pay_rate_minor=10_000)


async def undo(database: Database, on: Place, *kinds: MarkKind) -> Recorded | None:
    async with database.begin(on.franchise_id, "staff:test") as uow:
        return await reverse_seat_marks(uow, on.seat_id, kinds, reason="arrived: sms")


async def stored(owner: asyncpg.Connection, man: UUID) -> tuple[Decimal, datetime | None, int, int]:
    row = await owner.fetchrow("SELECT rating, capped_until, show_yes, show_no FROM workers WHERE id = $1", man)
    return tuple(row)


async def history(owner: asyncpg.Connection, man: UUID) -> list[Mark]:
    rows = await owner.fetch(
        "SELECT id, seq, kind, weight, value, occurred_at, reverses_id FROM marks WHERE worker_id = $1 ORDER BY seq",
        man,
    )
    return [Mark(**{**dict(row), "kind": MarkKind(row["kind"])}) for row in rows]


async def test_a_no_show_drops_a_rating_at_once_and_caps_it_for_thirty_days(
    app_db: Database, home: Stage, owner: asyncpg.Connection
) -> None:
    man = home.workers[0]
    on = await seat_of(app_db, home, man)
    for days in range(20):
        await mark(app_db, home.franchise_id, man, MarkKind.COMPLETED, datetime.now(UTC) - timedelta(days=days))
    before = (await stored(owner, man))[0]
    recorded = await breach(app_db, man, MarkKind.NO_SHOW, on)
    assert before > 4
    assert (recorded.rating_before, recorded.rating_after) == (before, Decimal("2.00"))
    rating, until, came, missed = await stored(owner, man)
    assert 2 < rating < before, "the fold itself fell less than what is believed of him"
    at = await owner.fetchval("SELECT occurred_at FROM marks WHERE id = $1", recorded.mark_id)
    assert until == recorded.capped_until == at + timedelta(days=30)
    assert (came, missed) == (20, 1)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {MarkKind.NO_SHOW}))
async def test_nothing_but_a_no_show_caps(app_db: Database, home: Stage, kind: MarkKind) -> None:
    async with app_db.begin(home.franchise_id, "staff:test") as uow:
        score = 1.0 if kind in SCORES else None
        recorded = await record_mark(uow, Fact(home.workers[1], kind, uow.now, score=score))
    assert recorded.capped_until is None


async def test_two_completed_shifts_end_the_cap_before_its_time(
    app_db: Database, home: Stage, owner: asyncpg.Connection
) -> None:
    man = home.workers[2]
    at = datetime.now(UTC) - timedelta(days=10)
    await mark(app_db, home.franchise_id, man, MarkKind.NO_SHOW, at)
    first = await mark(app_db, home.franchise_id, man, MarkKind.COMPLETED, at + timedelta(days=2))
    assert first.rating_after == min(Decimal("2.00"), (await stored(owner, man))[0])
    assert first.capped_until == at + timedelta(days=30)
    second = await mark(app_db, home.franchise_id, man, MarkKind.COMPLETED, at + timedelta(days=5))
    assert second.capped_until == at + timedelta(days=5)
    assert second.rating_after == (await stored(owner, man))[0] > 2


@pytest.mark.parametrize("seed", range(6))
async def test_the_stored_rating_is_both_folds_at_every_position(
    app_db: Database, home: Stage, guest: Stage, owner: asyncpg.Connection, seed: int
) -> None:
    """A random life: marks of two franchises in any order of time, some on seats, some of these taken back."""
    rng, man = random.Random(seed), home.workers[4 + seed]
    seats = [await seat_of(app_db, rng.choice((home, guest)), man) for _ in range(4)]
    given: list[tuple[Place, MarkKind]] = []
    seen: list[tuple[Decimal, datetime | None]] = []
    now = datetime.now(UTC)
    for _ in range(40):
        at = now - timedelta(seconds=rng.choice((0, 60, rng.uniform(0, 2e7))))
        on, kind = rng.choice((None, *seats)), rng.choice(KINDS)
        if given and rng.random() < 0.2:
            place_, kind = given.pop(rng.randrange(len(given)))
            assert await undo(app_db, place_, kind) is not None
        elif on is not None and await owner.fetchval(
            "SELECT NOT EXISTS (SELECT FROM marks WHERE seat_id = $1 AND kind = $2)", on.seat_id, kind
        ):
            await mark(app_db, on.franchise_id, man, kind, at, on)
            given.append((on, kind))
        else:
            await mark(app_db, rng.choice((home, guest)).franchise_id, man, kind, at)
        seen.append((await stored(owner, man))[:2])
    marks = await history(owner, man)
    assert [one.seq for one in marks] == list(range(1, len(seen) + 1)), "one sequence, whoever wrote"
    for n, found in enumerate(seen, start=1):
        python = (fold(marks[:n], POLICY).value, capped_until(marks[:n], POLICY))
        sql = tuple(await owner.fetchrow("SELECT rating_fold($1, $2), rating_capped_until($1, $2)", man, n))
        assert found == python == sql, n
    shown = [one for one in marks if one.reverses_id is None and one.id not in {m.reverses_id for m in marks}]
    counts = [sum(one.kind is kind for one in shown) for kind in (MarkKind.COMPLETED, MarkKind.NO_SHOW)]
    assert list((await stored(owner, man))[2:]) == counts


async def test_a_mark_keeps_the_weight_of_the_policy_it_was_given_by(
    settings: Settings, app_db: Database, home: Stage, owner: asyncpg.Connection
) -> None:
    man, now = home.workers[10], datetime.now(UTC)
    await mark(app_db, home.franchise_id, man, MarkKind.LATE, now)
    first = (await stored(owner, man))[0]
    harder = {**POLICY.marks, MarkKind.LATE: POLICY.marks[MarkKind.LATE].model_copy(update={"weight": 0.9})}
    async with owner_database(settings) as database, database.begin(None, "system:test") as uow:
        await write_network_policy(uow, "rating", POLICY.model_copy(update={"marks": harder}), "test")
    await mark(app_db, home.franchise_id, man, MarkKind.LATE, now)
    rows = await owner.fetch("SELECT weight, policy_version, author FROM marks WHERE worker_id = $1 ORDER BY seq", man)
    assert [tuple(row) for row in rows] == [(0.3, 0, "staff:test"), (0.9, 1, "staff:test")]
    marks = await history(owner, man)
    assert first == fold(marks[:1], POLICY).value
    assert (await stored(owner, man))[0] == fold(marks, POLICY).value


async def test_a_reversal_restores_exactly_and_once(app_db: Database, home: Stage, owner: asyncpg.Connection) -> None:
    man = home.workers[11]
    on = await seat_of(app_db, home, man)
    await mark(app_db, home.franchise_id, man, MarkKind.LATE, datetime.now(UTC) - timedelta(days=3))
    before = await stored(owner, man)
    recorded = await breach(app_db, man, MarkKind.NO_SHOW, on)
    assert recorded.fine is not None
    assert await stored(owner, man) != before
    undone = await undo(app_db, on, MarkKind.NO_SHOW)
    assert undone is not None
    assert await stored(owner, man) == before
    assert (undone.rating_after, undone.capped_until) == before[:2]
    assert await owner.fetchval("SELECT status FROM fines WHERE id = $1", recorded.fine.id) == "voided"
    assert await owner.fetchval("SELECT status FROM strikes WHERE mark_id = $1", recorded.mark_id) == "reversed"
    assert await undo(app_db, on, MarkKind.NO_SHOW) is None
    assert await stored(owner, man) == before
    assert len(await history(owner, man)) == 3


async def test_only_the_kinds_named_are_taken_back(app_db: Database, home: Stage, owner: asyncpg.Connection) -> None:
    man = home.workers[12]
    on = await seat_of(app_db, home, man)
    for kind in (MarkKind.LATE, MarkKind.COMPLAINT):
        await breach(app_db, man, kind, on)
    await undo(app_db, on, MarkKind.COMPLAINT)
    reversed_kinds = [one.kind for one in await history(owner, man) if one.reverses_id is not None]
    marks = await history(owner, man)
    assert reversed_kinds == [MarkKind.REVERSAL]
    assert marks[2].reverses_id == marks[1].id


async def test_a_seat_has_one_mark_of_a_kind(app_db: Database, home: Stage, owner: asyncpg.Connection) -> None:
    man = home.workers[13]
    on = await seat_of(app_db, home, man)
    await breach(app_db, man, MarkKind.NO_SHOW, on)
    before = await stored(owner, man)
    with pytest.raises(MarkStands):
        await breach(app_db, man, MarkKind.NO_SHOW, on)
    assert await stored(owner, man) == before
    assert len(await history(owner, man)) == 1


async def test_who_never_had_a_man_cannot_mark_him(
    app_db: Database, home: Stage, guest: Stage, owner: asyncpg.Connection
) -> None:
    man = home.workers[14]
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="never had"):
        await mark(app_db, guest.franchise_id, man, MarkKind.COMPLAINT, datetime.now(UTC))
    on = await seat_of(app_db, guest, man)
    assert (await mark(app_db, guest.franchise_id, man, MarkKind.COMPLAINT, datetime.now(UTC), on)).mark_id
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="not this tenant"):
        async with app_db.begin(guest.franchise_id, "staff:test") as uow:
            await uow.fetch(
                """SELECT append_mark($1, $2, $3, 'complaint', 1, 1, now(), NULL, NULL, '{}', 'x', 0, NULL,
                                      3.5, 3, 7776000, 200, 2592000, 2, '{no_show}')""",
                new_id(),
                home.franchise_id,
                man,
            )
    assert len(await history(owner, man)) == 1
