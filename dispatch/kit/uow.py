"""The unit of work: one transaction, one tenant, one actor, one moment; and the only commit in the product."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID

import asyncpg
from sqlalchemy import event, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.util import greenlet_spawn

from dispatch.kit.db import DRIVER_ERRORS
from dispatch.kit.errors import DispatchError, Unavailable
from dispatch.kit.log import get_logger

log = get_logger(__name__)

ConstraintErrors = Mapping[str, Callable[[], DispatchError]]
AfterCommit = Callable[[frozenset[str]], None]

_ENTER = text(
    "SELECT set_config('app.franchises', :franchises, true), set_config('app.actor', :actor, true), "
    "set_config('app.test', :test, true), clock.now() AS now"
)


_PATIENCE_S: Final = 2.0
"""How long the end of a transaction is waited for; one that the server does not answer ends by itself."""


class CommitOutcomeUnknown(Unavailable):
    """The connection failed while committing: the change may or may not stand."""


class ConcurrentUse(RuntimeError):
    """Two tasks used one unit of work at once, which asyncpg would answer with a puzzle much later."""


class _GuardedSession(AsyncSession):
    """An AsyncSession that refuses a second task while a statement of the first is under way."""

    _in_use = False

    async def _alone(self, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - passes through
        if self._in_use:
            raise ConcurrentUse("one unit of work belongs to one task; open another for work side by side")
        self._in_use = True
        try:
            return await call(*args, **kwargs)
        finally:
            self._in_use = False

    async def execute(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as the base
        return await self._alone(super().execute, *args, **kwargs)

    async def scalar(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as the base
        return await self._alone(super().scalar, *args, **kwargs)

    async def get(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as the base
        return await self._alone(super().get, *args, **kwargs)

    async def flush(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as the base
        await self._alone(super().flush, *args, **kwargs)


@dataclass(slots=True)
class RunningJob:
    """The outbox row this transaction handles; `moved` once the handler has set it to a later moment itself."""

    id: UUID
    key: tuple[str, UUID, int]
    attempt: int
    moved: bool = False


class Uow:
    """One transaction of one tenant.

    Attributes:
        session: the ORM session; `lazy="raise"` everywhere, nothing expires at commit.
        now: the domain time of this transaction, from SQL `clock.now()`.
        actor: who does this, e.g. `staff:<uuid>`, `token:<uuid>`, `system:staffing`; never a name.
        test: asked for by a test key: orders and people made in it are test ones for ever.
        lanes: outbox lanes that get work by this transaction.
        job: the outbox row being handled, in a job.
    """

    def __init__(self, session: AsyncSession, franchise_id: UUID | None, actor: str, *, test: bool = False) -> None:
        self.session = session
        self.actor = actor
        self.test = test
        self._franchise_id = franchise_id
        self._now: datetime | None = None
        self.lanes: set[str] = set()
        self.job: RunningJob | None = None
        event.listen(session.sync_session, "after_begin", self._enter)

    def _enter(self, _session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
        franchises = "" if self._franchise_id is None else f"{{{self._franchise_id}}}"
        self._now = (
            connection.execute(
                _ENTER, {"franchises": franchises, "actor": self.actor, "test": "on" if self.test else ""}
            )
            .one()
            .now
        )

    @property
    def now(self) -> datetime:
        """The domain time at which this transaction began."""
        assert self._now is not None, "the transaction has not begun"
        return self._now

    @property
    def franchise_id(self) -> UUID:
        """The tenant; asking for it where there is none is a programming error."""
        assert self._franchise_id is not None, "this unit of work has no tenant"
        return self._franchise_id

    @property
    def has_tenant(self) -> bool:
        """Whether a tenant was entered."""
        return self._franchise_id is not None

    async def enter_tenant(self, franchise_id: UUID) -> None:
        """Give a tenantless job transaction the tenant its row turned out to belong to. Once only."""
        assert self._franchise_id in (None, franchise_id), "a unit of work has one tenant"
        self._franchise_id = franchise_id
        await self.session.execute(text("SELECT set_config('app.franchises', :f, true)"), {"f": f"{{{franchise_id}}}"})

    async def enter_trial(self) -> None:
        """Make what follows in this transaction as if a test key had asked for it; there is no way back."""
        self.test = True
        await self.session.execute(text("SELECT set_config('app.test', 'on', true)"))

    async def raw(self) -> asyncpg.Connection:
        """The driver connection of this very transaction, for hot statements. Flushes pending ORM work first."""
        await self.session.flush()
        connection = await self.session.connection()
        driver: asyncpg.Connection = (await connection.get_raw_connection()).driver_connection
        return driver

    async def fetch(self, sql: str, *args: object) -> list[asyncpg.Record]:
        """Run one hot statement with positional arguments ($1, $2...) and return its rows."""
        return list(await (await self.raw()).fetch(sql, *args))

    async def fetchrow(self, sql: str, *args: object) -> asyncpg.Record | None:
        """Run one hot statement and return its first row, or None."""
        return await (await self.raw()).fetchrow(sql, *args)

    async def fetchval(self, sql: str, *args: object) -> Any:  # noqa: ANN401 - one SQL value
        """Run one hot statement and return the first value of its first row, or None."""
        return await (await self.raw()).fetchval(sql, *args)

    async def run(self, sql: str, *args: object) -> int:
        """Run one hot statement without rows; return how many rows it touched."""
        status: str = await (await self.raw()).execute(sql, *args)
        return int(status.rsplit(" ", 1)[-1]) if status[-1].isdigit() else 0


class Database:
    """Opens units of work on one engine. One per process and role.

    Args:
        engine: a pool of a role bound by row security.
        constraints: name of a database constraint -> the domain error it stands for.
        after_commit: told which outbox lanes got rows; a hint, its failure changes latency only.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        constraints: ConstraintErrors | None = None,
        after_commit: AfterCommit | None = None,
    ) -> None:
        self.engine = engine
        self._constraints = constraints or {}
        self._after_commit = after_commit
        self._ending: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def begin(self, franchise_id: UUID | None, actor: str, *, test: bool = False) -> AsyncIterator[Uow]:
        """Open a transaction; commit at the end of the block, roll back on any error.

        Raises:
            DispatchError: the domain error of the constraint that refused the change.
            CommitOutcomeUnknown: the server went away during COMMIT.
        """
        session = _GuardedSession(self.engine, expire_on_commit=False, autoflush=False)
        uow = Uow(session, franchise_id, actor, test=test)
        committing: asyncio.Task[None] | None = None
        try:
            await session.connection()
            yield uow
            await session.flush()
            committing = asyncio.create_task(self._commit(session))
            await asyncio.shield(committing)
        except DBAPIError as error:
            raise self._as_domain_error(error) from error
        except asyncpg.PostgresError as error:
            raise self._as_domain_error(error) from error
        finally:
            await self._end(session, committing)
        if uow.lanes and self._after_commit is not None:
            self._after_commit(frozenset(uow.lanes))

    async def _end(self, session: AsyncSession, committing: asyncio.Task[None] | None) -> None:
        """Close a session behind its commit, whoever gave up on it: a cancellation stays one, and is not kept long."""
        ending = asyncio.create_task(_close(session, committing))
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)
        await asyncio.wait([ending], timeout=_PATIENCE_S)

    async def _commit(self, session: AsyncSession) -> None:
        try:
            await session.commit()
        except DBAPIError as error:
            if error.connection_invalidated or sqlstate(error) in (None, "57P01", "57P02", "57P03"):
                raise CommitOutcomeUnknown(
                    "The database went away while saving. Look whether the change stands before you repeat it; "
                    "with the same Idempotency-Key repeating is safe."
                ) from error
            raise

    def _as_domain_error(self, error: Exception) -> Exception:
        name = constraint_of(error)
        known = self._constraints.get(name) if name else None
        return known() if known is not None else error

    async def autocommit(self, sql: str, args: Sequence[object]) -> Any:  # noqa: ANN401 - one SQL value
        """Run exactly one statement as its own transaction and return its first value.

        For the webhooks: one round trip, durable when it returns (the server commits before it answers).
        """
        borrowed = await self.engine.raw_connection()  # a whole SQLAlchemy connection takes as long as the statement
        try:
            driver: asyncpg.Connection = borrowed.driver_connection
            return await driver.fetchval(sql, *args)
        finally:
            await greenlet_spawn(borrowed.close)

    async def close(self) -> None:
        """Close the pool."""
        await self.engine.dispose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.close()


async def _close(session: AsyncSession, committing: asyncio.Task[None] | None) -> None:
    """Close a session; that the server is gone then changes nothing, and must not hide why the transaction ended."""
    if committing is not None:
        await asyncio.wait([committing])
    try:
        await session.close()
    except (SQLAlchemyError, OSError, *DRIVER_ERRORS) as error:
        log.warning("session_not_closed", error=type(error).__name__)


def _driver_error(error: BaseException) -> BaseException:
    seen: BaseException | None = error.orig if isinstance(error, DBAPIError) else error
    passed: set[int] = set()  # causes can run in a circle: a framework that wraps an error may be wrapped by it
    while seen is not None and not isinstance(seen, asyncpg.PostgresError) and seen.__cause__ is not None:
        if id(seen) in passed:
            break
        passed.add(id(seen))
        seen = seen.__cause__
    return seen or error


def sqlstate(error: BaseException) -> str | None:
    """The SQLSTATE of a database error however it is wrapped, or None for a broken connection."""
    return getattr(_driver_error(error), "sqlstate", None)


def constraint_of(error: BaseException) -> str | None:
    """The name of the constraint that refused a statement, or None."""
    return getattr(_driver_error(error), "constraint_name", None)
