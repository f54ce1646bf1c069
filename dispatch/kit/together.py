"""One statement for all who come meanwhile: many rows stored at once cost one round trip and one commit together."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Final, NamedTuple

from dispatch.kit.uow import Database, sqlstate

MOST_TOGETHER: Final = 100
STATEMENTS_AT_ONCE: Final = 2


class _Caller(NamedTuple):
    """One row, and what its caller waits for."""

    row: tuple[object, ...]
    done: asyncio.Future[None]


class Together:
    """Runs one statement for the rows of many callers, in the order they came; each returns when its row is committed.

    Who finds nothing under way is served at once, and who comes meanwhile goes with the next statement: a lone call
    waits for nobody, and a flood costs a commit for every batch instead of one for every row. Where the server refuses
    a batch its rows are run one by one, so that an error reaches the caller it belongs to and no other.

    Args:
        database: where it runs, each statement as a transaction of its own.
        sql: the statement; its parameters are arrays, one for each column of the rows.
        patience_s: how long a caller waits before he is told that the process is overloaded. Nobody acknowledged his
            row then, and it is left out unless it is under way.
    """

    def __init__(self, database: Database, sql: str, *, patience_s: float) -> None:
        self._database = database
        self._sql = sql
        self._patience_s = patience_s
        self._waiting: deque[_Caller] = deque()
        self._running: set[asyncio.Task[None]] = set()

    async def run(self, *row: object) -> None:
        """Run the statement for a row.

        Raises:
            TimeoutError: too much is waiting.
            Exception: what the database says of this row.
        """
        caller = _Caller(row, asyncio.get_running_loop().create_future())
        self._waiting.append(caller)
        if len(self._running) < STATEMENTS_AT_ONCE:
            task = asyncio.create_task(self._drain())
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        async with asyncio.timeout(self._patience_s):
            await caller.done

    async def _drain(self) -> None:
        while self._waiting:
            taken = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_TOGETHER))]
            await self._store([caller for caller in taken if not caller.done.done()])

    async def _store(self, callers: Sequence[_Caller]) -> None:
        if not callers:
            return
        try:
            await self._database.autocommit(self._sql, list(zip(*(caller.row for caller in callers), strict=True)))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the callers' to hear
            if len(callers) > 1 and sqlstate(error) is not None:
                for caller in callers:
                    await self._store([caller])
                return
            for caller in callers:
                if not caller.done.done():
                    caller.done.set_exception(error)
        else:
            for caller in callers:
                if not caller.done.done():
                    caller.done.set_result(None)
