"""Reminders in every zone we work in, on ordinary days and on those on which the clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import asyncpg
import pytest
import pytest_asyncio

from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.staffing.events import DOUBTFUL_DUE
from dispatch.staffing.rules import reminder_times
from dispatch.tenancy.policy import Pace
from tests.factories.desk import crew_of, filled, timeline
from tests.factories.stage import Stage, let_pass, run_lane, set_stage

RUSSIAN = (
    *("Europe/Kaliningrad", "Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Omsk", "Asia/Krasnoyarsk"),
    *("Asia/Irkutsk", "Asia/Yakutsk", "Asia/Vladivostok", "Asia/Magadan", "Asia/Kamchatka"),
)
CHANGES = {
    "Europe/Budapest": (date(2027, 3, 28), date(2027, 10, 31)),
    "America/New_York": (date(2027, 3, 14), date(2027, 11, 7)),
}
CASES = [(zone, date(2027, 3, 28)) for zone in RUSSIAN] + [
    (zone, day + timedelta(days=n)) for zone, days in CHANGES.items() for day in days for n in (0, 1)
]


@pytest.mark.parametrize(("name", "day"), CASES)
@pytest.mark.parametrize("hour", [0, 1, 4, 9, 23])
def test_the_evening_is_on_the_wall_and_the_leads_are_real_time(name: str, day: date, hour: int) -> None:
    zone, pace = ZoneInfo(name), Pace()
    starts_at = datetime.combine(day, time(hour, 30), tzinfo=zone).astimezone(UTC)
    long_ago = starts_at - timedelta(days=3)
    times = reminder_times(pace, zone, starts_at=starts_at, accepted_at=long_ago, now=long_ago)
    assert times.reconfirm_at == starts_at - timedelta(minutes=120)
    assert times.doubtful_at == starts_at - timedelta(minutes=90)
    assert times.evening_at is not None
    wall = times.evening_at.astimezone(zone)
    assert (wall.date(), wall.time()) == (day - timedelta(days=1), time(19))
    assert times.evening_at < times.reconfirm_at


@pytest_asyncio.fixture(loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=6)


async def test_what_an_outage_held_up_is_dropped_and_listed_and_nobody_is_doubted_for_it(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await filled(jobs_db, stage, 1, yeses=1)).shifts[0].id
    left = await owner.fetchval("SELECT starts_at - now() FROM shifts WHERE id = $1", shift_id)
    await let_pass(owner, shift_id, left - timedelta(minutes=85))
    await run_lane(jobs_db)
    (seat,) = await crew_of(owner, shift_id)
    assert seat["status"] == "booked"
    sent = "SELECT count(*) FROM messages WHERE shift_id = $1 AND template LIKE 'reconfirm%'"
    assert await owner.fetchval(sent, shift_id) == 0
    assert (await timeline(owner, shift_id)).count("reminder_dropped") == 2, "of the evening and of the day"
    alarms = await owner.fetch("SELECT status FROM alarms WHERE shift_id = $1 AND kind = 'reminders_dropped'", shift_id)
    assert [alarm["status"] for alarm in alarms] == ["open"]
    again = await owner.fetchval(
        "SELECT due_at - now() FROM outbox WHERE subject_id = $1 AND kind = $2 AND state = 'pending'",
        seat["id"],
        DOUBTFUL_DUE,
    )
    assert timedelta(minutes=29) < again <= timedelta(minutes=30), "his time to answer starts again"
