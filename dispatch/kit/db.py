"""Engines and sessions: one pool per purpose and role, strict about who logs in."""

from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from dispatch.kit.errors import DispatchError


class UnsafeDatabaseRole(DispatchError):
    """The login would see through row security, so the process must not start with it."""


class SimulatedClockRefused(DispatchError):
    """The database tells a made-up time; it is for simulations only."""


class Base(DeclarativeBase):
    """The declarative base of every table; the migrations define the tables, the models map them."""


def open_engine(url: URL, *, size: int, name: str, pool_timeout_s: float = 2.5) -> AsyncEngine:
    """Open a pool of at most `size` connections that waits `pool_timeout_s` seconds for a free one, then fails.

    Errors do not repeat the values of the statement that failed: those are phones and names, and errors are logged.

    Args:
        url: where the server is and the role that logs in; never the owner for anything that serves people.
        size: the most connections this process takes with this pool.
        name: shown in pg_stat_activity.
        pool_timeout_s: an overloaded process answers 503 soon rather than queueing for ever.
    """
    return create_async_engine(
        url,
        pool_size=size,
        max_overflow=0,
        pool_timeout=pool_timeout_s,
        pool_recycle=1800,
        hide_parameters=True,
        connect_args={"server_settings": {"application_name": name, "jit": "off"}, "timeout": 5},
    )


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
