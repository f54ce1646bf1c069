"""A series changes from a day on: the days before stay, the orders after it follow, no day is ordered twice."""

from datetime import date, timedelta
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from dispatch.clients.errors import SiteNotFound
from dispatch.clients.models import Site
from dispatch.kit.uow import Database
from dispatch.orders.series.commands import AddException, ChangeSeries, ChangeSeriesFrom
from dispatch.orders.series.errors import SeriesDayUnfit, SeriesGoesOnElsewhere, SeriesNeverHappens
from dispatch.orders.series.queries import MadeDay, continued_from, series_of
from dispatch.orders.shifts import read_shift
from dispatch.settings import Settings
from dispatch.staffing.cancel import CancelOrder, cancel_order
from dispatch.staffing.foresight import ForeseenSeries, foresee_series
from dispatch.staffing.regulars import regulars_of
from dispatch.staffing.series_changes import ChangedSeries, change_series, change_series_from, except_day
from tests.factories.clients import make_site
from tests.factories.crew import seat, with_men
from tests.factories.desk import crew_of, world
from tests.factories.series import ONE, days_of, started, today
from tests.factories.stage import Stage, set_stage

SINCE = next(day for n in range(3, 10) if (day := today() + ONE * n).isoweekday() == 2)
"""A Tuesday with days of the series before it and after it."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=0)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def other_site(app_db: Database, stage: Stage) -> Site:
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        return await make_site(uow, stage.client_id, address="Второй склад")


def every(*days: str) -> dict[str, object]:
    return {"every": "week", "on": list(days)}


async def from_then(database: Database, stage: Stage, series_id: UUID, **given: object) -> ChangedSeries:
    command = ChangeSeriesFrom.model_validate({"since": SINCE, **given})
    async with database.begin(stage.franchise_id, "staff:test") as uow:
        series = await series_of(uow, series_id)
        return await change_series_from(uow, series.id, command, series.version)


async def test_from_a_day_on_it_is_on_other_days_elsewhere_with_others(
    app_db: Database, stage: Stage, other_site: Site, owner: asyncpg.Connection
) -> None:
    series = (await started(app_db, stage, pattern=every("mon", "tue", "wed", "thu"), headcount=3)).series
    was = {made.day: made for made in await days_of(app_db, stage, series.id)}
    crew = await with_men(app_db, stage, 3)
    off, cancelled, extra = SINCE + ONE, SINCE + ONE * 2, SINCE + ONE * 4
    for day in (SINCE, off):
        for man in crew.workers:
            await seat(app_db, crew, was[day].shift_id, man)
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        await cancel_order(uow, was[cancelled].order_id, CancelOrder(reason="не нужны"))
    said = AddException.model_validate({"day": extra, "kind": "extra", "headcount": 2, "reason": "завоз"})
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        await except_day(uow, series.id, said)

    terms = {
        "pattern": every("tue", "thu", "fri"),
        "site_id": other_site.id,
        "headcount": 1,
        "start": "07:00",
        "end": "13:00",
    }
    before = await world(owner)
    foreseen = await foresee(app_db, stage, series.id, **terms)
    assert (await world(owner)).changed_since(before) == set(), "looked at, not done"
    changed = await from_then(app_db, stage, series.id, **terms)
    touched, following = changed.touched, changed.series
    assert (foreseen.touched.changed, foreseen.touched.people) == (touched.changed, touched.people)
    assert foreseen.before_minor - foreseen.after_minor > 0

    kept = {made.day: made for made in await days_of(app_db, stage, series.id)}
    now = {made.day: made for made in await days_of(app_db, stage, following.id)}
    earlier = [day for day in was if day < SINCE]
    assert earlier, "there are days before"
    assert {day: kept[day] for day in earlier} == {day: was[day] for day in earlier}, "the days before are untouched"
    assert [day for day in touched.changed if day < SINCE + ONE * 7] == [SINCE, extra], "what was said of a day holds"
    assert (now[SINCE].order_id, now[SINCE].site_id) == (was[SINCE].order_id, other_site.id)
    assert (now[SINCE].headcount, now[SINCE].starts_at - was[SINCE].starts_at) == (1, timedelta(hours=-2))
    assert {made.day.isoweekday() for made in now.values() if made.order_status == "open"} >= {2, 5, 6}
    assert (now[extra].headcount, now[extra].site_id) == (2, other_site.id)
    assert kept[off].order_status == "cancelled"
    assert off in touched.cancelled
    assert {one.day.isoweekday() for one in touched.made} == {5}, "only what lacked is placed"
    assert now[cancelled].order_status == "cancelled", "a day its client cancelled stays so"
    assert touched.lost == set(crew.workers), "one stays with another as reserve, but all three are off the day after"
    stayed = [one["worker_id"] for one in await crew_of(owner, now[SINCE].shift_id)]
    assert touched.asked == set(crew.workers), "whoever was seated must say whether the new terms suit him"
    assert stayed[0] in crew.workers
    assert not {day for day, made in kept.items() if made.order_status == "open"} & set(now), "no day twice"
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        assert (await series_of(uow, series.id)).ends_on == SINCE - ONE
        known = await continued_from(uow, following.id)
        assert known is not None
        assert known.id == series.id


async def foresee(database: Database, stage: Stage, series_id: UUID, **given: object) -> ForeseenSeries:
    command = ChangeSeriesFrom.model_validate({"since": SINCE, **given})
    async with database.begin(stage.franchise_id, "staff:test") as uow:
        series = await series_of(uow, series_id)
        return await foresee_series(uow, series.id, change_series_from(uow, series.id, command, series.version))


async def test_another_service_takes_new_orders_and_keeps_the_people(
    app_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    series = (await started(app_db, stage, pattern=every("mon", "tue"), headcount=1)).series
    before = next(made for made in await days_of(app_db, stage, series.id) if made.day < SINCE)
    crew = await with_men(app_db, stage, 1)
    await seat(app_db, crew, before.shift_id, crew.workers[0])
    services = {row["service"] for row in await owner.fetch("SELECT service FROM rate_cards")}
    other = next(iter(sorted(services - {"loading"})))
    changed = await from_then(app_db, stage, series.id, service=other, pattern=every("tue"))
    now = await days_of(app_db, stage, changed.series.id)
    assert {made.service for made in now} == {other}
    assert SINCE in changed.touched.cancelled
    assert SINCE in {one.day for one in changed.touched.made}
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        assert await regulars_of(uow, await read_shift(uow, now[0].shift_id)) == list(crew.workers)


async def test_what_cannot_be_changed_from_a_day_on(app_db: Database, stage: Stage) -> None:
    series = (await started(app_db, stage, pattern={"every": "days", "n": 5}, starts_on=str(today() + ONE * 2))).series
    for since in (today(), today() - ONE):
        with pytest.raises(SeriesDayUnfit):
            await from_then(app_db, stage, series.id, since=since, headcount=3)
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        foreign = (await make_site(uow)).id
    with pytest.raises(SiteNotFound):
        await from_then(app_db, stage, series.id, site_id=foreign)
    changed = await from_then(app_db, stage, series.id, headcount=3)
    days = _every_fifth(today() + ONE * 2, [made.day for made in await days_of(app_db, stage, changed.series.id)])
    assert days, "every fifth day is counted on from the first one"
    with pytest.raises(SeriesGoesOnElsewhere):
        await from_then(app_db, stage, series.id, headcount=4)
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        version = (await series_of(uow, series.id)).version
        with pytest.raises(SeriesGoesOnElsewhere):
            await change_series(uow, series.id, ChangeSeries(ends_on=SINCE + ONE), version)
        await uow.session.rollback()
    with pytest.raises(SeriesNeverHappens):
        await from_then(app_db, stage, (await _short(app_db, stage)), headcount=4)
    whole = await from_then(app_db, stage, changed.series.id, since=today() + ONE, headcount=2)
    left: list[MadeDay] = [one for one in await days_of(app_db, stage, changed.series.id) if one.order_status == "open"]
    assert left == [], "all of it is the one that goes on"
    assert {made.headcount for made in await days_of(app_db, stage, whole.series.id)} == {2}


def _every_fifth(first: date, days: list[date]) -> bool:
    return bool(days) and all((day - first).days % 5 == 0 for day in days)


async def _short(app_db: Database, stage: Stage) -> UUID:
    rare = {"every": "days", "n": 30}
    series_id: UUID = (await started(app_db, stage, pattern=rare, ends_on=str(SINCE - ONE))).series.id
    return series_id
