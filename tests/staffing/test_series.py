"""A series makes its days: each exactly once, whoever works, after any gap; what stands in the way is told."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from dispatch.clients.queries import site_of
from dispatch.clients.service import archive_client, restore_client
from dispatch.kit.uow import Database
from dispatch.kit.walltime import wall_of
from dispatch.orders.series.commands import StartSeries
from dispatch.orders.series.models import Series
from dispatch.orders.series.queries import planned_days, series_of
from dispatch.orders.series.rules import made_through, next_making
from dispatch.orders.series.service import start_series
from dispatch.pricing.card import RateCard
from dispatch.pricing.service import card_in_force, write_rate_card
from dispatch.settings import Settings
from dispatch.staffing.events import SERIES_DUE
from dispatch.staffing.series import fill_series, make_days
from tests.factories.clients import make_site
from tests.factories.clock import put_forward
from tests.factories.series import ONE, ZONE, days_of, leave_nothing_due, series_body, started, today
from tests.factories.stage import Stage, run_lane, set_stage

ROUNDS = 50


@pytest_asyncio.fixture(loop_scope="session")
async def stage(settings: Settings, app_db: Database, owner: asyncpg.Connection) -> AsyncIterator[Stage]:
    yield await set_stage(settings, app_db, men=0)
    await leave_nothing_due(owner)


@pytest_asyncio.fixture(loop_scope="session")
async def clock(owner: asyncpg.Connection) -> AsyncIterator[asyncpg.Connection]:
    """The owner's hands on the clock, which is put right afterwards."""
    yield owner
    await put_forward(owner, timedelta(0))


async def stored(database: Database, stage: Stage, **given: object) -> Series:
    """A series none of whose days is made yet."""
    async with database.begin(stage.franchise_id, "staff:test") as uow:
        return await start_series(uow, StartSeries.model_validate(series_body(stage, **given)))


async def fill(database: Database, stage: Stage, series_id: UUID) -> int:
    async with database.begin(stage.franchise_id, "system:test") as uow:
        return len(await fill_series(uow, await series_of(uow, series_id, lock=True)))


async def due_at(owner: asyncpg.Connection, series_id: UUID) -> datetime | None:
    moment: datetime | None = await owner.fetchval(
        "SELECT due_at FROM outbox WHERE kind = $1 AND subject_id = $2 AND state = 'pending'", SERIES_DUE, series_id
    )
    return moment


async def orders_of(owner: asyncpg.Connection, stage: Stage) -> int:
    count: int = await owner.fetchval("SELECT count(*) FROM orders WHERE franchise_id = $1", stage.franchise_id)
    return count


async def alarms(owner: asyncpg.Connection, stage: Stage) -> list[str]:
    rows = await owner.fetch(
        "SELECT kind FROM alarms WHERE franchise_id = $1 AND status <> 'resolved' AND kind LIKE 'series%'",
        stage.franchise_id,
    )
    return [row["kind"] for row in rows]


def coming(through: date) -> list[date]:
    """Every day from tomorrow through this one."""
    return [today() + ONE * n for n in range(1, (through - today()).days + 1)]


# The first two, as they move the clock and run whatever is due by then: the fewer orders stand, the less that is.
async def test_after_an_outage_what_is_missing_is_made_and_nothing_twice(
    app_db: Database, jobs_db: Database, stage: Stage, clock: asyncpg.Connection
) -> None:
    series = (await started(app_db, stage)).series
    first = await days_of(jobs_db, stage, series.id)
    monday = next_making(today())
    await put_forward(clock, monday + ONE * 3 - today())
    await run_lane(jobs_db)
    later = await days_of(jobs_db, stage, series.id)
    assert [day.day for day in later] == coming(made_through(monday + ONE * 3))
    assert later[: len(first)][0].order_id == first[0].order_id
    assert len({day.order_id for day in later}) == len(later)
    assert await alarms(clock, stage) == []
    assert await run_lane(jobs_db) == 0


async def test_days_that_passed_while_nothing_ran_are_told_and_not_made(
    app_db: Database, jobs_db: Database, stage: Stage, clock: asyncpg.Connection
) -> None:
    series = (await started(app_db, stage)).series
    last = (await days_of(jobs_db, stage, series.id))[-1].day
    away = last + ONE * 5 - today()
    await put_forward(clock, away)
    await run_lane(jobs_db)
    made = [day.day for day in await days_of(jobs_db, stage, series.id)]
    assert not set(made) & {last + ONE * n for n in range(1, 5)}
    assert made[-1] == made_through(today() + away)
    assert await alarms(clock, stage) == ["series_days_missed"]


async def test_two_weeks_are_orders_at_once_and_the_next_monday_makes_the_next(
    app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    series = (await started(app_db, stage)).series
    made = await days_of(jobs_db, stage, series.id)
    assert [day.day for day in made] == coming(made_through(today()))
    assert {wall_of(day.starts_at, ZONE).time() for day in made} == {time(9)}
    assert {(day.headcount, day.ends_at - day.starts_at) for day in made} == {(2, timedelta(hours=8))}
    due = await due_at(owner, series.id)
    assert due is not None
    assert wall_of(due, ZONE) == datetime.combine(next_making(today()), time())
    assert await fill(jobs_db, stage, series.id) == 0


async def test_two_makers_race_and_every_day_is_made_once(
    app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    for _ in range(ROUNDS):
        series = await stored(app_db, stage, ends_on=(today() + ONE * 2).isoformat())
        before = await orders_of(owner, stage)
        counts = await asyncio.gather(*(fill(jobs_db, stage, series.id) for _ in range(2)))
        assert sorted(counts) == [0, 2]
        assert await orders_of(owner, stage) == before + 2


async def test_the_key_of_the_table_alone_keeps_a_day_single(
    app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    """Two who both read that nothing is made, and hold no lock: the claim decides, and no order is left over."""
    for _ in range(ROUNDS):
        series = await stored(app_db, stage, ends_on=(today() + ONE * 2).isoformat())
        before = await orders_of(owner, stage)
        both_read = asyncio.Barrier(2)

        async def careless(series_id: UUID = series.id, barrier: asyncio.Barrier = both_read) -> int:
            async with jobs_db.begin(stage.franchise_id, "system:test") as uow:
                mine = await series_of(uow, series_id)
                site = await site_of(uow, mine.site_id)
                plans = await planned_days(uow, mine, site, today(), today() + ONE * 9)
                await barrier.wait()
                return len(await make_days(uow, mine, site, plans))

        assert sum(await asyncio.gather(careless(), careless())) == 2
        assert len(await days_of(jobs_db, stage, series.id)) == 2
        assert await orders_of(owner, stage) == before + 2


async def test_a_maker_killed_before_its_commit_leaves_nothing(
    app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    series = await stored(app_db, stage)
    before = await orders_of(owner, stage)

    async def killed() -> None:
        async with jobs_db.begin(stage.franchise_id, "system:test") as uow:
            assert await fill_series(uow, await series_of(uow, series.id, lock=True))
            pid = await uow.fetchval("SELECT pg_backend_pid()")
            assert await owner.fetchval("SELECT pg_terminate_backend($1)", pid)

    with pytest.raises(Exception, match=r"terminat|closed|connection"):
        await killed()
    assert await orders_of(owner, stage) == before
    assert await due_at(owner, series.id) is None
    assert await fill(jobs_db, stage, series.id) == len(coming(made_through(today())))


async def test_a_public_holiday_is_skipped_where_it_is_and_worked_where_it_is_not(
    app_db: Database, jobs_db: Database, stage: Stage, clock: asyncpg.Connection
) -> None:
    new_year = date(today().year + 1, 1, 1)
    await put_forward(clock, new_year - ONE * 4 - today())
    span = {"starts_on": str(new_year - ONE * 2), "ends_on": str(new_year + ONE)}
    found: dict[str, set[int]] = {}
    for kind in ("skip", "work"):
        series = (await started(app_db, stage, holidays=kind, **span)).series
        found[kind] = {(day.day - new_year).days for day in await days_of(jobs_db, stage, series.id)}
    assert found["work"] == {-2, -1, 0, 1}
    assert found["skip"] in ({-2, -1}, {-2}), "some years give the last of December, too"


@pytest.mark.parametrize(("month", "usual", "that_night"), [(3, "02:30", "03:30"), (10, "02:30", "02:30")])
async def test_the_clocks_change_and_no_night_is_lost(
    app_db: Database,
    jobs_db: Database,
    stage: Stage,
    clock: asyncpg.Connection,
    month: int,
    usual: str,
    that_night: str,
) -> None:
    """In Budapest the last Sundays of March and October have no 02:30, and two of them."""
    year = today().year + 1
    sunday = max(date(year, month, day) for day in range(25, 32) if date(year, month, day).isoweekday() == 7)
    async with app_db.begin(stage.franchise_id, "system:test") as uow:
        site = await make_site(uow, stage.client_id, zone="Europe/Budapest", lat=47.5, lon=19.05)
    await put_forward(clock, sunday - ONE * 3 - today())
    first = (sunday - ONE).isoformat()
    series = (
        await started(
            app_db, stage, site_id=str(site.id), start=usual, end="06:00", starts_on=first, ends_on=str(sunday + ONE)
        )
    ).series
    made = await days_of(jobs_db, stage, series.id)
    shown = [f"{wall_of(day.starts_at, 'Europe/Budapest'):%H:%M}" for day in made]
    assert shown == [usual, that_night, usual]
    lengths = [(day.ends_at - day.starts_at) / timedelta(hours=1) for day in made]
    assert lengths == [3.5, 2.5 if month == 3 else 4.5, 3.5]
    stored_start = await clock.fetchval("SELECT local_start FROM shifts WHERE id = $1", made[1].shift_id)
    assert stored_start.time() == time.fromisoformat(that_night)


async def test_each_day_costs_what_the_card_says_when_it_is_made(
    app_db: Database, jobs_db: Database, stage: Stage, clock: asyncpg.Connection
) -> None:
    series = (await started(app_db, stage)).series
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        card = (await card_in_force(uow, "loading")).card
        await write_rate_card(uow, RateCard.model_validate(card.model_dump() | {"bill_rate_minor": 30_000}))
    first = len(await days_of(jobs_db, stage, series.id))
    await put_forward(clock, next_making(today()) - today())
    await run_lane(jobs_db)
    rates = await clock.fetch(
        """SELECT f.bill_rate_minor AS rate FROM series_days d JOIN shifts f ON f.order_id = d.order_id
           WHERE d.series_id = $1 ORDER BY d.day""",
        series.id,
    )
    assert [row["rate"] for row in rates] == [22_500] * first + [30_000] * 7


async def test_what_stands_in_the_way_is_an_alarm_and_is_tried_again(
    app_db: Database, jobs_db: Database, stage: Stage, clock: asyncpg.Connection
) -> None:
    series = (await started(app_db, stage)).series
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        await archive_client(uow, stage.client_id)
    monday = next_making(today())
    before = await orders_of(clock, stage)
    await put_forward(clock, monday - today())
    await run_lane(jobs_db)
    assert await orders_of(clock, stage) == before
    assert await alarms(clock, stage) == ["series_stuck"]
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        await restore_client(uow, stage.client_id)
    await put_forward(clock, monday - today() + timedelta(hours=1, minutes=5))
    await run_lane(jobs_db)
    assert await orders_of(clock, stage) == before + 7
    assert await alarms(clock, stage) == []
    assert await due_at(clock, series.id) is not None


async def test_a_series_ends_by_itself_after_its_last_day(
    app_db: Database, jobs_db: Database, stage: Stage, clock: asyncpg.Connection
) -> None:
    series = (await started(app_db, stage, ends_on=(today() + ONE * 2).isoformat())).series
    status = "SELECT status FROM series WHERE id = $1"
    await put_forward(clock, ONE * 2)
    await run_lane(jobs_db)
    assert await clock.fetchval(status, series.id) == "active"
    await put_forward(clock, ONE * 3)
    await run_lane(jobs_db)
    assert await clock.fetchval(status, series.id) == "ended"
    assert await due_at(clock, series.id) is None


async def test_what_a_test_key_started_stays_a_test_whoever_makes_its_days(
    app_db: Database, jobs_db: Database, stage: Stage, clock: asyncpg.Connection
) -> None:
    async with app_db.begin(stage.franchise_id, "token:test", test=True) as uow:
        series = await start_series(uow, StartSeries.model_validate(series_body(stage)))
    await fill(jobs_db, stage, series.id)
    tests = await clock.fetch(
        """SELECT o.test, f.test AS shift FROM series_days d JOIN orders o ON o.id = d.order_id
           JOIN shifts f ON f.order_id = o.id WHERE d.series_id = $1""",
        series.id,
    )
    assert len(tests) > 10
    assert {(row["test"], row["shift"]) for row in tests} == {(True, True)}


async def test_a_real_order_cannot_stand_for_a_day_of_a_test_series(
    app_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    real = (await started(app_db, stage)).days[0].order_id
    async with app_db.begin(stage.franchise_id, "token:test", test=True) as uow:
        series = await start_series(uow, StartSeries.model_validate(series_body(stage)))
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match=r"day_is_as_its_order|order_of_one_day"):
        await owner.execute(
            """INSERT INTO series_days (franchise_id, series_id, day, order_id, test)
               VALUES ($1, $2, '2030-01-01', $3, true)""",
            stage.franchise_id,
            series.id,
            real,
        )
