"""At half past seven in the evening: what the next morning lacks is told, once, by the clock of the franchise."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from dispatch.access.roles import Role
from dispatch.crew.rules import SeatKind
from dispatch.kit.uow import Database
from dispatch.orders.commands import AskedShift
from dispatch.settings import Settings
from dispatch.staffing.duty import TakeTurn, take_turn
from dispatch.staffing.tomorrow import evening_before, uncovered_mornings
from tests.factories.access import make_user
from tests.factories.crew import seat, with_men
from tests.factories.stage import Stage, place, run_lane, set_stage
from tests.factories.workers import next_phone

MOSCOW = ZoneInfo("Europe/Moscow")
LOOK = "staffing.evening_look_due"


@pytest_asyncio.fixture(loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=0)


def at(day: date, hour: int) -> AskedShift:
    start = datetime.combine(day, time(hour), MOSCOW).astimezone(UTC)
    return AskedShift(starts_at=start, ends_at=start + timedelta(hours=6))


def in_days(days: int) -> date:
    return datetime.now(MOSCOW).date() + timedelta(days=days)


async def looks(owner: asyncpg.Connection, stage: Stage) -> list[asyncpg.Record]:
    return await owner.fetch(
        "SELECT n, due_at, state FROM outbox WHERE kind = $1 AND subject_id = $2 ORDER BY n", LOOK, stage.franchise_id
    )


async def let_evening_come(jobs: Database, owner: asyncpg.Connection, stage: Stage, day: date) -> None:
    """Let the clock stand at half past seven of the evening before a day: its timer is due, its morning lies ahead."""
    await owner.execute(
        "UPDATE outbox SET due_at = now() WHERE kind = $1 AND subject_id = $2 AND n = $3 AND state = 'pending'",
        LOOK,
        stage.franchise_id,
        int(f"{day:%Y%m%d}"),
    )
    await run_lane(jobs)


async def alarms(owner: asyncpg.Connection, stage: Stage) -> list[asyncpg.Record]:
    return await owner.fetch(
        "SELECT id, status, severity, detail FROM alarms WHERE franchise_id = $1 AND kind = 'morning_not_covered'",
        stage.franchise_id,
    )


@pytest.mark.parametrize(
    ("day", "zone", "utc"),
    [
        (date(2026, 11, 24), "Europe/Moscow", "2026-11-23T16:30+00:00"),
        (date(2026, 3, 29), "Europe/Budapest", "2026-03-28T18:30+00:00"),  # the night the clocks go forward
        (date(2026, 3, 30), "Europe/Budapest", "2026-03-29T17:30+00:00"),
        (date(2026, 10, 26), "Europe/Budapest", "2026-10-25T18:30+00:00"),
        (date(2026, 11, 24), "Asia/Vladivostok", "2026-11-23T09:30+00:00"),
    ],
)
def test_half_past_seven_is_that_of_the_place_in_summer_and_winter(day: date, zone: str, utc: str) -> None:
    assert evening_before(day, zone) == datetime.fromisoformat(utc)


@given(
    st.dates(date(2020, 1, 1), date(2035, 12, 31)),
    st.sampled_from(["Europe/Budapest", "Asia/Kamchatka", "America/Santiago", "Australia/Lord_Howe"]),
)
def test_it_reads_half_past_seven_on_the_wall_of_the_evening_before(day: date, zone: str) -> None:
    shown = evening_before(day, zone).astimezone(ZoneInfo(zone))
    assert (shown.date(), shown.time()) == (day - timedelta(days=1), time(19, 30))


async def test_one_timer_for_each_day_that_has_a_shift_before_noon(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    await place(jobs_db, stage, 1, at(in_days(2), 9), at(in_days(3), 13))
    await place(jobs_db, stage, 1, at(in_days(2), 11))
    await run_lane(jobs_db)
    (look,) = await looks(owner, stage)
    assert look["n"] == int(f"{in_days(2):%Y%m%d}")
    assert look["due_at"].astimezone(MOSCOW).replace(tzinfo=None) == datetime.combine(in_days(1), time(19, 30))


async def test_what_is_not_covered_is_raised_once_and_reaches_who_is_on_duty(
    app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    day = in_days(2)
    early = (await place(jobs_db, stage, 1, at(day, 9))).shifts[0].id
    await place(jobs_db, stage, 1, at(day, 12))
    await run_lane(jobs_db)
    user = await make_user(app_db, stage.franchise_id, Role.DISPATCHER)
    phone = next_phone()
    await owner.execute("UPDATE staff_users SET phone = $2 WHERE id = $1", user.id, phone)
    now = datetime.now(UTC)
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        await take_turn(uow, TakeTurn(user_id=user.id, from_at=now, to_at=now + timedelta(hours=3)))
        assert [card.id for card in await uncovered_mornings(uow, day)] == [early], "noon is no morning"
    await let_evening_come(jobs_db, owner, stage, day)
    await let_evening_come(jobs_db, owner, stage, day)
    (raised,) = await alarms(owner, stage)
    assert (raised["status"], raised["severity"]) == ("open", "critical")
    await owner.execute(
        "UPDATE outbox SET due_at = now() WHERE kind = 'staffing.alarm_unanswered' AND subject_id = $1", raised["id"]
    )
    await run_lane(jobs_db)
    told = await owner.fetch(
        "SELECT p.e164 FROM messages m JOIN phones p ON p.id = m.phone_id WHERE m.template = 'alarm' "
        "AND m.franchise_id = $1",
        stage.franchise_id,
    )
    assert [row["e164"] for row in told] == [phone]


async def test_nothing_is_raised_where_all_is_covered_and_what_gets_covered_is_over(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    stage, day, later = await with_men(jobs_db, stage, 2), in_days(2), in_days(3)
    covered = (await place(jobs_db, stage, 1, at(day, 9))).shifts[0].id
    open_one = (await place(jobs_db, stage, 1, at(later, 9))).shifts[0].id
    await run_lane(jobs_db)

    async def cover(shift_id: UUID) -> None:
        await seat(jobs_db, stage, shift_id, stage.workers[0])
        await seat(jobs_db, stage, shift_id, stage.workers[1], SeatKind.RESERVE)
        await owner.execute("UPDATE shifts SET status = 'covered' WHERE id = $1", shift_id)

    await cover(covered)
    await let_evening_come(jobs_db, owner, stage, day)
    assert await alarms(owner, stage) == []
    await let_evening_come(jobs_db, owner, stage, later)
    assert [alarm["status"] for alarm in await alarms(owner, stage)] == ["open"]
    await cover(open_one)
    await let_evening_come(jobs_db, owner, stage, later)
    assert [alarm["status"] for alarm in await alarms(owner, stage)] == ["resolved"]
    assert [look["state"] for look in await looks(owner, stage)] == ["done", "done"]


async def test_a_morning_that_has_passed_is_nobodys_alarm_any_more(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    day = in_days(2)
    shift_id = (await place(jobs_db, stage, 1, at(day, 9))).shifts[0].id
    await run_lane(jobs_db)
    passed = in_days(-1)
    await owner.execute(
        "UPDATE outbox SET n = $3 WHERE kind = $1 AND subject_id = $2",
        LOOK,
        stage.franchise_id,
        int(f"{passed:%Y%m%d}"),
    )
    await owner.execute(
        "UPDATE shifts SET local_start = $2::timestamp WHERE id = $1",
        shift_id,
        datetime.combine(passed, time(9)),
    )
    await let_evening_come(jobs_db, owner, stage, passed)
    assert await alarms(owner, stage) == []
