"""Whether this process may get traffic."""

import asyncio
from typing import Final

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from dispatch.kit.db import SimulatedClockRefused, UnsafeDatabaseRole, refuse_unsafe_role
from dispatch.kit.errors import Unavailable

_PATIENCE_S: Final = 2.0
_REDIS_PATIENCE_S: Final = 0.3


class NotReady(Unavailable):
    """The process is alive but should get no requests now; `checks` says why."""

    def __init__(self, checks: dict[str, str]) -> None:
        failed = ", ".join(f"{name} {state}" for name, state in checks.items() if name != "redis" and state != "ok")
        super().__init__(f"Not ready: {failed}. Send requests elsewhere until this passes.", checks=checks)


class Readiness:
    """Asks the parts we depend on.

    Args:
        engine: a pool of its own, so that a busy API is not taken for a broken one.
        redis_url: where the hints go.
        revision: of the migrations this code was written for.
    """

    def __init__(self, engine: AsyncEngine, redis_url: str, revision: str) -> None:
        self._engine = engine
        self._redis = Redis.from_url(
            redis_url, socket_connect_timeout=_REDIS_PATIENCE_S, socket_timeout=_REDIS_PATIENCE_S
        )
        self._revision = revision

    async def check(self) -> dict[str, str]:
        """Return what each part says.

        Raises:
            NotReady: the database does not answer, is at another revision, or would let us see through row security.
        """
        checks = {"database": "ok", "migrations": "ok", "role": "ok", "redis": await self._ask_redis()}
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._ask_database(checks)
        except (SQLAlchemyError, OSError):  # OSError covers the time-out
            checks.update(database="unreachable", migrations="unknown", role="unknown")
        except (UnsafeDatabaseRole, SimulatedClockRefused) as error:
            checks["role"] = error.code
        if any(state != "ok" for name, state in checks.items() if name != "redis"):
            raise NotReady(checks)
        return checks

    async def _ask_database(self, checks: dict[str, str]) -> None:
        async with self._engine.connect() as connection:
            found = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalars().all()
        if found != [self._revision]:
            checks["migrations"] = f"at {', '.join(found) or 'none'}, need {self._revision}"
        await refuse_unsafe_role(self._engine)

    async def _ask_redis(self) -> str:
        try:
            await self._redis.ping()
        except (RedisError, OSError):
            return "unreachable"
        return "ok"

    async def close(self) -> None:
        """Close what is asked through."""
        await self._redis.aclose()
        await self._engine.dispose()
