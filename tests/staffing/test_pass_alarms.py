"""A list for the gate that has not gone is told before its deadline and loudly after it, and not when it has gone."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest_asyncio

from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.staffing.cancel import CancelOrder, cancel_order
from dispatch.staffing.pass_list import MarkSent, mark_sent, pass_list_of
from dispatch.staffing.passes import PassField, SetPassRule, drop_pass_rule, pass_rule_of, set_pass_rule
from tests.factories.crew import seat, with_men
from tests.factories.stage import Stage, place, run_lane, set_stage, tomorrow

MOSCOW = ZoneInfo("Europe/Moscow")
LOOK = "staffing.gate_list_due"
HALF_AN_HOUR = timedelta(minutes=30)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=0)


class Gate:
    """A shift whose crew must pass a gate, and a clock that can be set by when its list is wanted."""

    def __init__(self, app_db: Database, jobs_db: Database, owner: asyncpg.Connection, stage: Stage) -> None:
        self.app_db, self.jobs_db, self.owner, self.stage = app_db, jobs_db, owner, stage
        self.asked = tomorrow(days=5)
        self.order_id = self.shift_id = UUID(int=0)

    async def set_up(self) -> "Gate":
        order = await place(self.app_db, self.stage, 3, self.asked)
        self.order_id, self.shift_id = order.id, order.shifts[0].id
        await run_lane(self.jobs_db)
        return self

    async def wanted(self, away: timedelta) -> None:
        """Let the list be wanted so long from now, by the clock of the site, and let its timer look."""
        by = (datetime.now(UTC) + away).astimezone(MOSCOW)
        days: int = (self._day() - by.date()).days
        rule = SetPassRule(fields=(PassField.FULL_NAME,), days_before=days, by_time=by.time().replace(microsecond=0))
        async with self.app_db.begin(self.stage.franchise_id, "staff:test") as uow:
            known = await pass_rule_of(uow, self.stage.site_id)
            await set_pass_rule(uow, rule, 0 if known is None else known.version, site_id=self.stage.site_id)
        await run_lane(self.jobs_db)

    def _day(self) -> date:
        return self.asked.starts_at.astimezone(MOSCOW).date()

    async def send(self) -> None:
        async with self.app_db.begin(self.stage.franchise_id, "staff:test") as uow:
            digest = (await pass_list_of(uow, self.shift_id)).digest.hex()
            await mark_sent(uow, self.shift_id, MarkSent(digest=digest))

    async def look(self) -> None:
        """Let the timer be due."""
        await self.owner.execute(
            "UPDATE outbox SET due_at = now() WHERE kind = $1 AND subject_id = $2 AND state = 'pending'",
            LOOK,
            self.shift_id,
        )
        await run_lane(self.jobs_db)

    async def man(self) -> None:
        crew = await with_men(self.app_db, self.stage, 1)
        await seat(self.app_db, crew, self.shift_id, crew.workers[0])

    async def told(self) -> Sequence[tuple[str, str]]:
        rows = await self.owner.fetch(
            """SELECT kind, severity FROM alarms WHERE shift_id = $1 AND kind LIKE 'pass_list%' AND status <> 'resolved'
               ORDER BY kind""",
            self.shift_id,
        )
        return [(row["kind"], row["severity"]) for row in rows]

    async def next_look(self) -> datetime | None:
        due_at: datetime | None = await self.owner.fetchval(
            "SELECT due_at FROM outbox WHERE kind = $1 AND subject_id = $2 AND state = 'pending'", LOOK, self.shift_id
        )
        return due_at


async def test_a_list_is_told_of_before_and_after_its_deadline_until_it_has_gone(
    app_db: Database, jobs_db: Database, owner: asyncpg.Connection, stage: Stage
) -> None:
    gate = await Gate(app_db, jobs_db, owner, stage).set_up()
    assert await gate.next_look() is None, "the site wants no list"
    await gate.man()
    await gate.wanted(timedelta(hours=3))
    first = await gate.next_look()
    assert first is not None
    assert abs(first - datetime.now(UTC) - timedelta(hours=2)) < timedelta(minutes=1), "an hour before it is wanted"
    assert await gate.told() == []
    await gate.wanted(HALF_AN_HOUR)
    assert await gate.told() == [("pass_list_due", "warning")]
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        assert (await pass_list_of(uow, gate.shift_id)).minutes_left in (29, 30)
    await gate.wanted(-HALF_AN_HOUR)
    assert await gate.told() == [("pass_list_overdue", "critical")], "it takes the place of the warning"
    await gate.send()
    assert await gate.told() == []
    await gate.look()
    assert await gate.told() == [], "it has gone, as it is"
    await gate.man()
    await gate.look()
    assert await gate.told() == [("pass_list_overdue", "critical")], "it changed, and was not sent again"
    await gate.send()
    assert await gate.told() == []
    await gate.man()
    await gate.look()
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        await drop_pass_rule(uow, site_id=stage.site_id)
    await run_lane(jobs_db)
    assert await gate.told() == [], "nobody wants it any more"
    assert await gate.next_look() is None


async def test_nobody_on_it_is_no_alarm_and_a_cancelled_shift_has_none(
    app_db: Database, jobs_db: Database, owner: asyncpg.Connection, stage: Stage
) -> None:
    gate = await Gate(app_db, jobs_db, owner, stage).set_up()
    await gate.wanted(-HALF_AN_HOUR)
    assert await gate.told() == []
    await gate.man()
    await gate.look()
    assert await gate.told() == [("pass_list_overdue", "critical")]
    again = await gate.next_look()
    assert again is not None
    assert again - datetime.now(UTC) < timedelta(minutes=16), "a man more or less is seen within a quarter of an hour"
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        await cancel_order(uow, gate.order_id, CancelOrder(reason="не нужны"))
    assert await gate.told() == []
    assert await gate.next_look() is None


async def test_a_shift_placed_where_a_list_is_wanted_has_its_timer(
    app_db: Database, jobs_db: Database, owner: asyncpg.Connection, stage: Stage
) -> None:
    gate = Gate(app_db, jobs_db, owner, stage)
    await gate.wanted(timedelta(hours=5))
    await gate.set_up()
    due_at = await gate.next_look()
    assert due_at is not None
    assert abs(due_at - datetime.now(UTC) - timedelta(hours=4)) < timedelta(minutes=1)
