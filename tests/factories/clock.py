"""The domain clock of a test's database: put forward, or standing still at a moment. Put it right again afterwards."""

from datetime import datetime, timedelta

import asyncpg


async def put_forward(owner: asyncpg.Connection, by: timedelta) -> None:
    """Let the whole database live so much later than the rest of the world; zero puts it right again."""
    later = f"+ interval '{by.total_seconds()} s'"
    await _tell(owner, f"pg_catalog.now() {later}", f"pg_catalog.clock_timestamp() {later}")


async def stand_at(owner: asyncpg.Connection, moment: datetime) -> None:
    """Let the whole database live at one moment, until it is told otherwise."""
    told = f"timestamptz '{moment.isoformat()}'"
    await _tell(owner, told, told)


async def _tell(owner: asyncpg.Connection, now: str, instant: str) -> None:
    await owner.execute(
        f"""CREATE OR REPLACE FUNCTION clock.now() RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT {now} $$;
            CREATE OR REPLACE FUNCTION clock.instant() RETURNS timestamptz LANGUAGE sql VOLATILE
            AS $$ SELECT {instant} $$"""
    )
