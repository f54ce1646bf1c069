"""A series keeps its people: one text for all days of a block, who came is asked first, strangers for the gaps."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import asyncpg
import pytest_asyncio

from dispatch.kit.uow import Database
from dispatch.orders.series.commands import ApplyTo, ChangeSeries
from dispatch.orders.series.models import Series
from dispatch.orders.series.queries import MadeDay, series_of
from dispatch.settings import Settings
from dispatch.staffing.rules import series_wave_target
from dispatch.staffing.series import fill_series
from dispatch.staffing.series_changes import change_series
from tests.factories.clock import put_forward
from tests.factories.desk import crew_of
from tests.factories.series import ONE, days_of, leave_nothing_due, started, today
from tests.factories.stage import Stage, open_questions, run_lane, say, set_stage

FAR = ONE * 8
"""So far ahead no reminder is due in these tests, whatever week they live in."""


@pytest_asyncio.fixture(loop_scope="session")
async def stage(settings: Settings, app_db: Database, owner: asyncpg.Connection) -> AsyncIterator[Stage]:
    yield await set_stage(settings, app_db, men=30)
    await leave_nothing_due(owner)


@pytest_asyncio.fixture(loop_scope="session")
async def clock(owner: asyncpg.Connection) -> AsyncIterator[asyncpg.Connection]:
    yield owner
    await put_forward(owner, timedelta(0))


async def asked(owner: asyncpg.Connection, days: Sequence[MadeDay]) -> dict[UUID, list[UUID]]:
    """Shift -> whom its first wave asked, in rank order."""
    return {
        day.shift_id: [
            row["worker_id"]
            for row in await owner.fetch(
                """SELECT i.worker_id FROM invitations i JOIN waves w ON w.id = i.wave_id AND w.n = 1
                   WHERE i.shift_id = $1 ORDER BY i.rank""",
                day.shift_id,
            )
        ]
        for day in days
    }


async def texts(owner: asyncpg.Connection, stage: Stage, since: int = 0) -> Counter[UUID]:
    """Worker -> how many offers he got."""
    rows = await owner.fetch(
        "SELECT worker_id FROM messages WHERE franchise_id = $1 AND class = 'O' ORDER BY created_at, id OFFSET $2",
        stage.franchise_id,
        since,
    )
    return Counter(row["worker_id"] for row in rows)


async def begun(app_db: Database, jobs_db: Database, stage: Stage, headcount: int) -> tuple[Series, list[MadeDay]]:
    """A series whose first days lie far ahead, and its people asked."""
    given = {"headcount": headcount, "starts_on": (today() + FAR).isoformat()}
    series = (await started(app_db, stage, **given)).series
    await run_lane(jobs_db)
    return series, list(await days_of(jobs_db, stage, series.id))


async def answer(jobs_db: Database, stage: Stage, text: str = "да") -> None:
    for question in await open_questions(jobs_db, stage, "offer"):
        await say(jobs_db, question, text)


async def next_week(jobs_db: Database, clock: asyncpg.Connection, stage: Stage, series: Series) -> list[MadeDay]:
    """Make the days of one more week, and ask for them, while nothing of the first has begun."""
    known = {day.day for day in await days_of(jobs_db, stage, series.id)}
    await put_forward(clock, ONE * 7)
    async with jobs_db.begin(stage.franchise_id, "system:test") as uow:
        await fill_series(uow, await series_of(uow, series.id, lock=True))
    await run_lane(jobs_db)
    return [day for day in await days_of(jobs_db, stage, series.id) if day.day not in known]


async def test_a_man_gets_one_text_for_all_days_of_a_block(
    app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    _, days = await begun(app_db, jobs_db, stage, 4)
    assert len(days) >= 7
    first_waves = await asked(owner, days)
    assert {len(men) for men in first_waves.values()} == {6}
    assert len({frozenset(men) for men in first_waves.values()}) == 1, "the same men for every day"
    assert set((await texts(owner, stage)).values()) == {1}
    spent = await owner.fetch("SELECT texts FROM contact_days WHERE worker_id = ANY ($1)", list(stage.workers))
    assert {row["texts"] for row in spent} == {1}, "a block is one unit of the budget"


async def test_one_yes_takes_every_day_of_the_block(
    app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    _, days = await begun(app_db, jobs_db, stage, 1)
    question = (await open_questions(jobs_db, stage, "offer"))[0]
    assert await say(jobs_db, question, "да") == "accepted_primary"
    for day in days:
        assert [seat["worker_id"] for seat in await crew_of(owner, day.shift_id)] == [question.worker_id]


async def test_those_who_stay_are_asked_first_and_strangers_for_the_gaps(
    app_db: Database, jobs_db: Database, stage: Stage, clock: asyncpg.Connection
) -> None:
    series, days = await begun(app_db, jobs_db, stage, 4)
    await answer(jobs_db, stage)
    await run_lane(jobs_db)
    last = days[-1].shift_id
    crew = [seat for seat in await crew_of(clock, last) if seat["kind"] == "primary"]
    assert len(crew) == 4
    # One of them parts from the last day; three stay. Strangers are nearer to the top of the ranking than they are.
    await clock.execute("UPDATE seats SET status = 'released' WHERE id = $1", crew[0]["id"])
    stay = {seat["worker_id"] for seat in crew[1:]}
    await clock.execute("UPDATE workers SET rating = 2.5 WHERE id = ANY ($1)", list(stay))
    new = await next_week(jobs_db, clock, stage, series)
    assert len(new) == 7
    sizes = set()
    for men in (await asked(clock, new)).values():
        assert set(men[:3]) == stay
        sizes.add(len(men))
    assert sizes == {series_wave_target(Decimal("1.5"), 4, 3)} == {5}
    reasons = await clock.fetch(
        "SELECT DISTINCT reason FROM waves WHERE shift_id = ANY ($1) AND n = 1", [day.shift_id for day in new]
    )
    assert [row["reason"] for row in reasons] == ["first wave: 3 of the last crew + 1.5 x 1 gaps"]


async def test_a_week_whose_people_all_stay_asks_no_stranger(
    app_db: Database, jobs_db: Database, stage: Stage, clock: asyncpg.Connection
) -> None:
    series, days = await begun(app_db, jobs_db, stage, 3)
    await answer(jobs_db, stage)
    await run_lane(jobs_db)
    stay = {s["worker_id"] for s in await crew_of(clock, days[-1].shift_id) if s["kind"] == "primary"}
    before = sum((await texts(clock, stage)).values())
    new = await next_week(jobs_db, clock, stage, series)
    assert {frozenset(men) for men in (await asked(clock, new)).values()} == {frozenset(stay)}
    assert await texts(clock, stage, before) == Counter(stay)


async def test_who_may_not_be_asked_is_not_asked_for_having_come(
    app_db: Database, jobs_db: Database, stage: Stage, clock: asyncpg.Connection
) -> None:
    series, days = await begun(app_db, jobs_db, stage, 2)
    await answer(jobs_db, stage)
    await run_lane(jobs_db)
    first, second = [s["worker_id"] for s in await crew_of(clock, days[-1].shift_id) if s["kind"] == "primary"]
    await clock.execute("UPDATE workers SET status = 'paused' WHERE id = $1", first)
    new = await next_week(jobs_db, clock, stage, series)
    for men in (await asked(clock, new)).values():
        assert men[0] == second
        assert first not in men
        assert len(men) == 3


async def test_days_are_asked_for_together_only_within_their_series(
    app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    """Two series begun at once: their days are two blocks, with a text each."""
    given = {"headcount": 1, "starts_on": (today() + FAR).isoformat()}
    one = (await started(app_db, stage, **given)).series
    two = (await started(app_db, stage, **given | {"start": "19:00", "end": "23:00"})).series
    await run_lane(jobs_db)
    blocks = await owner.fetch(
        """SELECT i.question_id, array_agg(DISTINCT d.series_id) AS series, count(*) AS days
           FROM invitations i JOIN shifts f ON f.id = i.shift_id JOIN series_days d ON d.order_id = f.order_id
           WHERE d.series_id = ANY ($1) GROUP BY i.question_id""",
        [one.id, two.id],
    )
    assert {len(row["series"]) for row in blocks} == {1}
    assert min(row["days"] for row in blocks) >= 7


async def test_workers_side_by_side_ask_each_man_once_and_never_wait_for_one_another(
    app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    """The orders of a block are handled by whoever claims them; a deadlock or a lost lease would fail the lane."""
    for round_ in range(5):
        given = {"headcount": 1, "starts_on": (today() + FAR).isoformat(), "start": f"{4 * round_:02}:00"}
        series = (await started(app_db, stage, **given | {"end": f"{4 * round_ + 2:02}:00"})).series
        await asyncio.gather(*(run_lane(jobs_db) for _ in range(4)))
        sent = await owner.fetch(
            """SELECT i.worker_id, count(DISTINCT i.question_id) AS texts FROM invitations i
               JOIN shifts f ON f.id = i.shift_id JOIN series_days d ON d.order_id = f.order_id
               WHERE d.series_id = $1 GROUP BY i.worker_id""",
            series.id,
        )
        assert len(sent) == 2
        assert {row["texts"] for row in sent} == {1}
        failures = await owner.fetchval("SELECT count(*) FROM outbox WHERE failures > 0 OR state = 'dead'")
        assert failures == 0


async def test_a_change_of_all_days_races_the_waves_and_the_answers(
    app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    """Whoever comes first: nothing deadlocks, and every day ends with as many places as the series says."""
    series, days = await begun(app_db, jobs_db, stage, 2)
    for headcount in (3, 1, 4, 2, 3):
        wanted = ChangeSeries(headcount=headcount, apply_to=ApplyTo.MATERIALISED)

        async def change(command: ChangeSeries = wanted) -> None:
            async with app_db.begin(stage.franchise_id, "staff:test") as uow:
                version = (await series_of(uow, series.id)).version
                await change_series(uow, series.id, command, version)

        asked_now = (await open_questions(jobs_db, stage, "offer"))[:2]
        await asyncio.gather(
            change(), run_lane(jobs_db), run_lane(jobs_db), *(say(jobs_db, question, "да") for question in asked_now)
        )
        await run_lane(jobs_db)
        rows = await owner.fetch(
            "SELECT headcount, primary_count FROM shifts WHERE id = ANY ($1)", [day.shift_id for day in days]
        )
        assert {row["headcount"] for row in rows} == {headcount}
        assert all(row["primary_count"] <= headcount for row in rows)
    assert await owner.fetchval("SELECT count(*) FROM outbox WHERE failures > 0 OR state = 'dead'") == 0
