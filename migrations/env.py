"""How a run of migrations goes: as the owner, one migrator at a time, each migration in a transaction of its own.

A migration that waits for a lock stops every query behind it, hence the short lock_timeout: it fails, nothing has
changed, and the run is simply repeated. Callers may leave `settings` and `progress` in Alembic's `attributes`.
"""

import asyncio
import time
from collections.abc import Callable

from alembic import context
from alembic.runtime.migration import MigrationInfo
from alembic.script import Script
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from dispatch.settings import Settings, read_settings

SESSION = {
    "application_name": "dispatch migrate",
    "lock_timeout": "5s",
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
}
TURN = 0x6D696772617465  # "migrate": the key of the advisory lock, one per database
TURN_TIMEOUT_S = 600
TURN_POLL_S = 0.2


class AnotherMigratorAtWork(Exception):
    """Another run holds this database's turn and did not finish in ten minutes."""


def wait_for_turn(connection: Connection) -> None:
    """Take the database's turn, kept until the connection closes.

    It asks again and again instead of waiting inside PostgreSQL, because a waiting statement would hold a snapshot, and
    CREATE INDEX CONCURRENTLY of the other migrator waits for every snapshot to end.
    """
    deadline = time.monotonic() + TURN_TIMEOUT_S
    while not connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({TURN})").scalar_one():
        connection.commit()
        if time.monotonic() > deadline:
            raise AnotherMigratorAtWork("Another run of migrations does not end: see pg_stat_activity, then try again.")
        time.sleep(TURN_POLL_S)
    connection.commit()


def upgrade(connection: Connection) -> None:
    """Run what Alembic was asked for."""
    progress: Callable[[str], None] | None = context.config.attributes.get("progress")

    def applied(*_: object, **facts: object) -> None:
        step = facts["step"]
        if progress and isinstance(step, MigrationInfo) and isinstance(step.up_revision, Script):
            progress(f"Applied {step.up_revision.revision}: {step.up_revision.doc}")

    wait_for_turn(connection)
    context.configure(connection=connection, transaction_per_migration=True, on_version_apply=applied)
    with context.begin_transaction():
        context.run_migrations()


async def run() -> None:
    """Connect as the owner and upgrade."""
    settings: Settings = context.config.attributes.get("settings") or read_settings()
    url = settings.database.url(settings.database.owner)
    engine = create_async_engine(url, poolclass=NullPool, connect_args={"server_settings": SESSION, "timeout": 10})
    async with engine.connect() as connection:
        await connection.run_sync(upgrade)
    await engine.dispose()


asyncio.run(run())
