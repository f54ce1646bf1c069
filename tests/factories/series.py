"""Series with honest defaults."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from dispatch.kit.uow import Database
from dispatch.kit.walltime import local_date
from dispatch.orders.series.commands import StartSeries
from dispatch.orders.series.queries import MadeDay, made_days
from dispatch.staffing.series import StartedSeries, begin_series
from tests.factories.stage import Stage

ZONE = "Europe/Moscow"
ONE = timedelta(days=1)
EVERY_DAY = {"every": "days", "n": 1}


def today() -> date:
    """What people on the site write today."""
    return local_date(datetime.now(UTC), ZONE)


def series_body(stage: Stage, **given: object) -> dict[str, Any]:
    """What a series looks like as JSON: two men every day from tomorrow on, 09:00 to 17:00."""
    usual = {
        "client_id": str(stage.client_id),
        "site_id": str(stage.site_id),
        "service": "loading",
        "headcount": 2,
        "pattern": EVERY_DAY,
        "start": "09:00",
        "end": "17:00",
        "starts_on": (today() + ONE).isoformat(),
    }
    return usual | given


async def started(database: Database, stage: Stage, **given: object) -> StartedSeries:
    """Start a series, as a dispatcher does."""
    async with database.begin(stage.franchise_id, "staff:test") as uow:
        return await begin_series(uow, StartSeries.model_validate(series_body(stage, **given)))


async def days_of(database: Database, stage: Stage, series_id: UUID) -> Sequence[MadeDay]:
    """The days of a series that became orders, whatever became of these."""
    async with database.begin(stage.franchise_id, "system:test") as uow:
        return await made_days(uow, series_id, date(2000, 1, 1))


async def leave_nothing_due(owner: asyncpg.Connection) -> None:
    """Forget what was still to be done: the next test, who lives in another week, would have to do all of it."""
    await owner.execute("DELETE FROM outbox WHERE state = 'pending'")
