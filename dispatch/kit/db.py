"""Engines and sessions: one pool per purpose and role, strict about who logs in."""

import time
from typing import Final

import asyncpg
from sqlalchemy import event, text
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from dispatch.kit.errors import DispatchError

TRUSTED_IDLE_S: Final = 0.1
"""A connection given back within this is handed out again unasked; no server restarts so fast."""

DRIVER_ERRORS: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What the driver raises; the last, too, where a server says farewell to a connection that is just taken up."""

_ANSWER_S: Final = 2.0
_BACK_AT: Final = "back_at"


class UnsafeDatabaseRole(DispatchError):
    """The login would see through row security, so the process must not start with it."""


class SimulatedClockRefused(DispatchError):
    """The database tells a made-up time; it is for simulations only."""


class Base(DeclarativeBase):
    """The declarative base of every table; the migrations define the tables, the models map them."""


def open_engine(url: URL, *, size: int, name: str, pool_timeout_s: float = 2.5) -> AsyncEngine:
    """Open a pool of at most `size` connections that waits `pool_timeout_s` seconds for a free one, then fails.

    A restart of the server costs no request: what lay idle is tried before it is handed out, and the first connection
    found dead takes the whole pool with it.

    Errors do not repeat the values of the statement that failed: those are phones and names, and errors are logged.

    Args:
        url: where the server is and the role that logs in; never the owner for anything that serves people.
        size: the most connections this process takes with this pool.
        name: shown in pg_stat_activity.
        pool_timeout_s: an overloaded process answers 503 soon rather than queueing for ever.
    """
    engine = create_async_engine(
        url,
        pool_size=size,
        max_overflow=0,
        pool_timeout=pool_timeout_s,
        pool_recycle=1800,
        hide_parameters=True,
        connect_args={"server_settings": {"application_name": name, "jit": "off"}, "timeout": 5},
    )
    event.listen(engine.sync_engine, "checkin", _remember_when)
    event.listen(engine.sync_engine, "checkout", _refuse_dead)
    return engine


def _remember_when(_connection: "DBAPIConnection | None", record: "ConnectionPoolEntry") -> None:
    record.info[_BACK_AT] = time.monotonic()


def _refuse_dead(connection: "DBAPIConnection", record: "ConnectionPoolEntry", _proxy: "PoolProxiedConnection") -> None:
    """Make the pool connect anew where the server went away while a connection lay idle.

    A closed socket is known without asking. A server that vanished without closing it is not, and neither is one that
    closed it a moment ago: those are asked for nothing at all, one round trip (SQLAlchemy's own ping takes three)
    that a busy pool never pays. Hot statements pass SQLAlchemy by, so nothing else would find their connections dead.
    """
    back_at: float | None = record.info.get(_BACK_AT)
    if back_at is None:
        return
    driver: asyncpg.Connection = connection.driver_connection
    if not driver.is_closed():
        if time.monotonic() - back_at <= TRUSTED_IDLE_S:
            return
        try:
            connection.run_async(_ask)
        except (OSError, TimeoutError, *DRIVER_ERRORS):
            pass
        else:
            return
    raise InvalidatePoolError


async def _ask(driver: asyncpg.Connection) -> None:
    await driver.execute("SELECT", timeout=_ANSWER_S)


async def refuse_unsafe_role(engine: AsyncEngine, *, simulated_clock_ok: bool = False) -> None:
    """Raise unless row security binds this login and the clock is the real one.

    Raises:
        UnsafeDatabaseRole: superuser, BYPASSRLS, or owner of any table.
        SimulatedClockRefused: the domain clock of this database was replaced.
    """
    async with engine.connect() as connection:
        row = (
            await connection.execute(
                text("""
                SELECT current_user AS who, r.rolsuper OR r.rolbypassrls AS sees_all,
                       EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid AND c.relkind IN ('r', 'p')) AS owns,
                       (SELECT d.simulated_clock FROM deployment d) AS simulated
                FROM pg_roles r WHERE r.rolname = current_user
                """)
            )
        ).one()
    if row.sees_all or row.owns:
        raise UnsafeDatabaseRole(
            f"Refusing to run as database role {row.who}: it is not bound by row security. "
            "Set DISPATCH_DATABASE__APP__USER and __WORKER__USER to the roles made by `dispatch stack up`.",
            role=row.who,
        )
    if row.simulated and not simulated_clock_ok:
        raise SimulatedClockRefused(
            "This database was made by `dispatch simulate` and tells a made-up time; use another database."
        )
