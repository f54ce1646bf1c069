"""Who leads the crew is told so once, by day, with his link; when he drops out it dies, and another one is told."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import asyncpg
import pytest
import pytest_asyncio

from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.sms.segments import measure
from dispatch.staffing.leads import lead_told_at
from dispatch.staffing.on_site.links import LEAD_PREFIX, LeadLinkSpent, open_lead_link, send_lead_link
from dispatch.staffing.operate import ReleaseSeat, release_seat
from dispatch.tenancy.policy import Calendar, Pace, QuietHours
from dispatch.tenancy.service import write_policy
from tests.factories.crew import Crew, seated, with_men
from tests.factories.stage import BASE, Stage, run_lane, set_stage

MOSCOW = ZoneInfo("Europe/Moscow")
NIGHT = QuietHours(start=time(22), end=time(8))
LEAD = "staffing.lead_due"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=0)


@pytest.mark.parametrize(
    ("starts", "told"),
    [
        ("2026-11-24 15:00", "2026-11-24 14:15"),
        ("2026-11-24 08:30", "2026-11-24 08:00"),  # when the night is over, as long as that is before the start
        ("2026-11-24 07:00", "2026-11-23 21:45"),  # else the evening before
        ("2026-11-24 02:00", "2026-11-23 21:45"),
        ("2026-11-24 23:30", "2026-11-24 21:45"),
    ],
)
def test_a_lead_is_told_shortly_before_the_start_and_never_at_night(starts: str, told: str) -> None:
    begins, expected = (datetime.fromisoformat(text).replace(tzinfo=MOSCOW) for text in (starts, told))
    assert lead_told_at(begins, MOSCOW, Pace(), NIGHT) == expected


async def let_come(jobs: Database, owner: asyncpg.Connection, crew: Crew) -> None:
    """Let the moment come at which the lead is told."""
    await run_lane(jobs)
    await owner.execute(
        "UPDATE outbox SET due_at = now() WHERE kind = $1 AND subject_id = $2 AND state = 'pending'",
        LEAD,
        crew.shift_id,
    )
    await owner.execute("UPDATE shifts SET starts_at = now() + interval '5 hours' WHERE id = $1", crew.shift_id)
    await run_lane(jobs)


async def texts(owner: asyncpg.Connection, crew: Crew) -> Sequence[tuple[int, str]]:
    """Which man of the crew was sent which link."""
    rows = await owner.fetch(
        "SELECT worker_id, body FROM messages WHERE shift_id = $1 AND template = 'lead_link' ORDER BY created_at, id",
        crew.shift_id,
    )
    found = []
    for row in rows:
        assert measure(row["body"]).segments <= 3, row["body"]
        link = re.search(rf"{re.escape(BASE)}/lead/({LEAD_PREFIX}_[\w-]{{43}})$", row["body"])
        assert link is not None, row["body"]
        found.append((list(crew.men).index(row["worker_id"]), link[1]))
    return found


async def test_the_lead_is_told_once_and_another_one_when_he_drops_out(
    app_db: Database, jobs_db: Database, owner: asyncpg.Connection, stage: Stage
) -> None:
    crew = await seated(app_db, await with_men(app_db, stage, 3), 3)
    await run_lane(jobs_db)
    assert await texts(owner, crew) == [], "it is too early"
    await let_come(jobs_db, owner, crew)
    ((first, link),) = await texts(owner, crew)
    assert (await open_lead_link(app_db, link)).worker_id == crew.men[first]
    await let_come(jobs_db, owner, crew)
    assert len(await texts(owner, crew)) == 1, "once"
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        await release_seat(uow, crew.seats[first], ReleaseSeat(reason="болен", call_out_pay=False))
    with pytest.raises(LeadLinkSpent):
        await open_lead_link(app_db, link)
    await run_lane(jobs_db)
    (_, (second, new)) = await texts(owner, crew)
    assert second != first
    assert (await open_lead_link(app_db, new)).worker_id == crew.men[second]
    other = next(n for n in range(3) if n not in (first, second))
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        await release_seat(uow, crew.seats[other], ReleaseSeat(reason="болен", call_out_pay=False))
    await run_lane(jobs_db)
    assert len(await texts(owner, crew)) == 2, "whoever drops out without leading changes nothing"


async def test_who_was_chosen_by_hand_leads_and_nobody_else_is_told(
    app_db: Database, jobs_db: Database, owner: asyncpg.Connection, stage: Stage
) -> None:
    crew = await seated(app_db, await with_men(app_db, stage, 2), 2)
    await run_lane(jobs_db)
    await owner.execute("UPDATE shifts SET starts_at = now() + interval '5 hours' WHERE id = $1", crew.shift_id)
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        await send_lead_link(uow, crew.shift_id, crew.men[1], base=BASE)
    await let_come(jobs_db, owner, crew)
    assert [man for man, _ in await texts(owner, crew)] == [1]


async def test_at_night_nobody_is_told_before_the_morning(
    app_db: Database, jobs_db: Database, owner: asyncpg.Connection, stage: Stage
) -> None:
    crew = await seated(app_db, await with_men(app_db, stage, 1), 1)
    await run_lane(jobs_db)
    now = datetime.now(UTC).astimezone(MOSCOW)
    quiet = QuietHours(start=(now - timedelta(hours=1)).time(), end=(now + timedelta(hours=1)).time())
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        await write_policy(uow, "calendar", Calendar(quiet=quiet), "it is night")
    await let_come(jobs_db, owner, crew)
    assert await texts(owner, crew) == []
    due_at = await owner.fetchval(
        "SELECT due_at FROM outbox WHERE kind = $1 AND subject_id = $2 AND state = 'pending'", LEAD, crew.shift_id
    )
    assert timedelta(minutes=58) < due_at - datetime.now(UTC) < timedelta(minutes=61)
