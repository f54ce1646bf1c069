"""A series changes under orders already placed: what follows, what stays, what a preview says, who is told."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, timedelta

import asyncpg
import pytest
import pytest_asyncio

from dispatch.kit.uow import Database, Uow
from dispatch.orders.series.commands import AddException, ChangeSeries, EndSeries
from dispatch.orders.series.errors import (
    SeriesChangedMeanwhile,
    SeriesDayUnfit,
    SeriesExceptionNotFound,
    SeriesIsOver,
    SeriesNeverHappens,
)
from dispatch.orders.series.models import Series
from dispatch.orders.series.queries import MadeDay, series_of
from dispatch.orders.series.rules import made_through
from dispatch.settings import Settings
from dispatch.staffing.cancel import CancelOrder, cancel_order
from dispatch.staffing.series_changes import (
    ChangedSeries,
    change_series,
    end_series,
    except_day,
    lift_exception,
    pause_series,
    resume_series,
)
from dispatch.staffing.series_days import Touched
from tests.factories.clock import put_forward
from tests.factories.crew import seat, with_men
from tests.factories.desk import crew_of
from tests.factories.series import ONE, days_of, leave_nothing_due, started, today
from tests.factories.stage import Stage, run_lane, set_stage

SECOND = today() + ONE * 3
WEEK = {"every": "week", "on": ["mon", "tue", "wed", "thu", "fri"]}


@pytest_asyncio.fixture(loop_scope="session")
async def stage(settings: Settings, app_db: Database, owner: asyncpg.Connection) -> AsyncIterator[Stage]:
    yield await set_stage(settings, app_db, men=0)
    await leave_nothing_due(owner)


@pytest_asyncio.fixture(loop_scope="session")
async def clock(owner: asyncpg.Connection) -> AsyncIterator[asyncpg.Connection]:
    yield owner
    await put_forward(owner, timedelta(0))


@pytest_asyncio.fixture(loop_scope="session")
async def series(app_db: Database, stage: Stage) -> Series:
    return (await started(app_db, stage)).series


async def do(database: Database, stage: Stage, what: Callable[[Uow], Awaitable[ChangedSeries]]) -> Touched:
    async with database.begin(stage.franchise_id, "staff:test") as uow:
        return (await what(uow)).touched


async def change(database: Database, stage: Stage, series: Series, **given: object) -> Touched:
    async with database.begin(stage.franchise_id, "staff:test") as uow:
        version = (await series_of(uow, series.id)).version
        return (await change_series(uow, series.id, ChangeSeries.model_validate(given), version)).touched


async def say_of(database: Database, stage: Stage, series: Series, day: date, kind: str, **given: object) -> Touched:
    command = AddException.model_validate({"day": day, "kind": kind, "reason": "так надо", **given})
    return await do(database, stage, lambda uow: except_day(uow, series.id, command))


async def on(database: Database, stage: Stage, series: Series, day: date) -> MadeDay:
    (found,) = [made for made in await days_of(database, stage, series.id) if made.day == day]
    return found


async def headcounts(database: Database, stage: Stage, series: Series) -> list[int]:
    return [made.headcount for made in await days_of(database, stage, series.id)]


# The first, as it moves the clock and runs whatever is due by then: the fewer orders stand, the less that is.
async def test_a_paused_series_makes_nothing_until_resumed(
    app_db: Database, jobs_db: Database, stage: Stage, series: Series, clock: asyncpg.Connection
) -> None:
    made = len(await days_of(app_db, stage, series.id))
    await do(app_db, stage, lambda uow: pause_series(uow, series.id))
    await put_forward(clock, ONE * 7)
    await run_lane(jobs_db)
    assert len(await days_of(app_db, stage, series.id)) == made
    touched = await do(app_db, stage, lambda uow: resume_series(uow, series.id))
    assert len(touched.made) == 7
    assert await do(app_db, stage, lambda uow: resume_series(uow, series.id)) == Touched()


async def test_a_change_for_the_future_leaves_orders_as_they_are(
    app_db: Database, stage: Stage, series: Series, clock: asyncpg.Connection
) -> None:
    assert await change(app_db, stage, series, headcount=5) == Touched()
    made = await headcounts(app_db, stage, series)
    assert set(made) == {2}
    await put_forward(clock, ONE * 7)
    await change(app_db, stage, series, note="и дальше")
    assert (await headcounts(app_db, stage, series))[len(made) :] == [5] * 7


async def test_a_change_reaches_the_orders_already_placed_when_asked_to(
    app_db: Database, stage: Stage, series: Series, owner: asyncpg.Connection
) -> None:
    before = await days_of(app_db, stage, series.id)
    touched = await change(app_db, stage, series, headcount=4, start="10:00", apply_to="materialised")
    assert touched.changed == tuple(made.day for made in before)
    after = await days_of(app_db, stage, series.id)
    assert {made.headcount for made in after} == {4}
    assert {new.starts_at - old.starts_at for old, new in zip(before, after, strict=True)} == {timedelta(hours=1)}
    assert {made.order_id for made in after} == {made.order_id for made in before}
    plain = "SELECT min(total_minor) FROM orders WHERE franchise_id = $1"
    assert await owner.fetchval(plain, stage.franchise_id) == 4 * 7 * 22_500


async def test_what_is_said_of_one_day_outlives_a_change_of_all(app_db: Database, stage: Stage, series: Series) -> None:
    await say_of(app_db, stage, series, SECOND, "other", headcount=7)
    await change(app_db, stage, series, headcount=3, apply_to="materialised")
    made = {day.day: day.headcount for day in await days_of(app_db, stage, series.id)}
    assert made.pop(SECOND) == 7
    assert set(made.values()) == {3}


async def test_fewer_releases_men_and_each_is_counted_once(
    app_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    series = (await started(app_db, stage, headcount=4)).series
    crew = await with_men(app_db, stage, 4)
    days = await days_of(app_db, stage, series.id)
    for made in days:
        for man in crew.workers:
            await seat(app_db, crew, made.shift_id, man)
    touched = await change(app_db, stage, series, headcount=1, apply_to="materialised")
    assert touched.changed == tuple(made.day for made in days)
    for made in days:
        assert [s["worker_id"] for s in await crew_of(owner, made.shift_id)] == list(crew.workers[:2])
    assert touched.people == set(crew.workers[2:]), "one works, one is reserve, two are let go on every day"


async def test_an_earlier_end_cancels_what_lies_behind_it_and_a_later_one_fills_up(
    app_db: Database, stage: Stage, series: Series
) -> None:
    days = await days_of(app_db, stage, series.id)
    last = days[4].day
    assert (await change(app_db, stage, series, ends_on=last)).cancelled == ()
    touched = await change(app_db, stage, series, ends_on=last, apply_to="materialised")
    assert touched.cancelled == tuple(made.day for made in days[5:])
    states = [made.order_status for made in await days_of(app_db, stage, series.id)]
    assert states == ["open"] * 5 + ["cancelled"] * (len(days) - 5)
    with pytest.raises(SeriesNeverHappens):
        await change(app_db, stage, series, ends_on=today())


async def test_a_day_left_out_cancels_its_order_and_may_come_back(
    app_db: Database, jobs_db: Database, stage: Stage, series: Series, owner: asyncpg.Connection
) -> None:
    crew = await with_men(app_db, stage, 1)
    was = await on(app_db, stage, series, SECOND)
    await seat(app_db, crew, was.shift_id, crew.workers[0])
    touched = await say_of(app_db, stage, series, SECOND, "out")
    assert (touched.cancelled, touched.people) == ((SECOND,), frozenset(crew.workers))
    assert (await on(app_db, stage, series, SECOND)).order_status == "cancelled"
    assert await change(app_db, stage, series, headcount=3, apply_to="materialised"), "a cancelled day stays so"
    assert (await on(app_db, stage, series, SECOND)).order_id == was.order_id
    back = await do(app_db, stage, lambda uow: lift_exception(uow, series.id, SECOND))
    now = await on(app_db, stage, series, SECOND)
    assert [(new.day, new.order_id) for new in back.made] == [(SECOND, now.order_id)]
    assert (now.order_status, now.headcount) == ("open", 3)
    assert now.order_id != was.order_id
    status = await owner.fetchval("SELECT status FROM orders WHERE id = $1", was.order_id)
    assert status == "cancelled"
    with pytest.raises(SeriesExceptionNotFound):
        await do(app_db, stage, lambda uow: lift_exception(uow, series.id, SECOND))


async def test_other_hours_and_headcount_of_one_day(app_db: Database, stage: Stage, series: Series) -> None:
    was = await on(app_db, stage, series, SECOND)
    touched = await say_of(app_db, stage, series, SECOND, "other", headcount=6, start="20:00", end="02:00")
    now = await on(app_db, stage, series, SECOND)
    assert touched.changed == (SECOND,)
    assert (now.headcount, now.starts_at - was.starts_at) == (6, timedelta(hours=11))
    assert now.ends_at - now.starts_at == timedelta(hours=6)
    await say_of(app_db, stage, series, SECOND, "other", headcount=1)
    again = await on(app_db, stage, series, SECOND)
    assert (again.headcount, again.starts_at) == (1, was.starts_at), "the newer word replaces the older one"
    await do(app_db, stage, lambda uow: lift_exception(uow, series.id, SECOND))
    assert (await on(app_db, stage, series, SECOND)).headcount == 2


async def test_an_extra_day(app_db: Database, stage: Stage) -> None:
    series = (await started(app_db, stage, pattern=WEEK)).series
    free = next(day for n in range(1, 9) if (day := today() + ONE * n).isoweekday() == 6)
    touched = await say_of(app_db, stage, series, free, "extra", headcount=3)
    assert [new.day for new in touched.made] == [free]
    assert (await on(app_db, stage, series, free)).headcount == 3
    gone = await do(app_db, stage, lambda uow: lift_exception(uow, series.id, free))
    assert gone.cancelled == (free,)


async def test_an_exception_ahead_of_what_is_made_waits_for_its_week(
    app_db: Database, stage: Stage, series: Series, clock: asyncpg.Connection
) -> None:
    far = made_through(today()) + ONE * 2
    assert await say_of(app_db, stage, series, far, "out") == Touched()
    assert await say_of(app_db, stage, series, far + ONE, "other", headcount=9) == Touched()
    await put_forward(clock, ONE * 7)
    await change(app_db, stage, series, note="неделя прошла")
    made = {day.day: day.headcount for day in await days_of(app_db, stage, series.id)}
    assert far not in made
    assert made[far + ONE] == 9


async def test_exceptions_that_fit_no_day(app_db: Database, stage: Stage) -> None:
    series = (await started(app_db, stage, pattern=WEEK, ends_on=today() + ONE * 20)).series
    saturday = next(day for n in range(1, 9) if (day := today() + ONE * n).isoweekday() == 6)
    for day, kind in (
        (today() - ONE, "out"),
        (today() + ONE * 30, "extra"),
        (saturday, "out"),
        (saturday + ONE * 2, "extra"),
    ):
        with pytest.raises(SeriesDayUnfit):
            await say_of(app_db, stage, series, day, kind)


async def test_a_day_the_client_cancelled_is_not_placed_again(app_db: Database, stage: Stage, series: Series) -> None:
    gone = await on(app_db, stage, series, SECOND)
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        await cancel_order(uow, gone.order_id, CancelOrder(reason="не нужны"))
    touched = await change(app_db, stage, series, headcount=3, apply_to="materialised")
    assert SECOND not in touched.changed
    await do(app_db, stage, lambda uow: pause_series(uow, series.id))
    await do(app_db, stage, lambda uow: resume_series(uow, series.id))
    assert (await on(app_db, stage, series, SECOND)).order_status == "cancelled"


@pytest.mark.parametrize(("apply_to", "left"), [("future", "open"), ("materialised", "cancelled")])
async def test_an_ended_series_is_over(
    app_db: Database, stage: Stage, series: Series, apply_to: str, left: str
) -> None:
    command = EndSeries.model_validate({"reason": "договор закончился", "apply_to": apply_to})
    await do(app_db, stage, lambda uow: end_series(uow, series.id, command))
    assert {made.order_status for made in await days_of(app_db, stage, series.id)} == {left}
    assert await do(app_db, stage, lambda uow: end_series(uow, series.id, command)) == Touched()
    for refused in (
        change(app_db, stage, series, headcount=1),
        say_of(app_db, stage, series, SECOND, "out"),
        do(app_db, stage, lambda uow: resume_series(uow, series.id)),
    ):
        with pytest.raises(SeriesIsOver):
            await refused


async def test_an_edit_from_an_old_version_is_refused(app_db: Database, stage: Stage, series: Series) -> None:
    await change(app_db, stage, series, headcount=3)
    with pytest.raises(SeriesChangedMeanwhile):
        async with app_db.begin(stage.franchise_id, "staff:test") as uow:
            await change_series(uow, series.id, ChangeSeries(headcount=4), 1)


async def test_every_change_of_a_series_is_audited(
    app_db: Database, stage: Stage, series: Series, owner: asyncpg.Connection
) -> None:
    await change(app_db, stage, series, headcount=3)
    await say_of(app_db, stage, series, SECOND, "out")
    rows = await owner.fetch(
        "SELECT entity, action, actor FROM audit_log WHERE franchise_id = $1 AND entity LIKE 'series%'",
        stage.franchise_id,
    )
    assert {(row["entity"], row["action"]) for row in rows} >= {
        ("series", "insert"),
        ("series", "update"),
        ("series_exceptions", "insert"),
    }
    assert {row["actor"] for row in rows} == {"staff:test"}
