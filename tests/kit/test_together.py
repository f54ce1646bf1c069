"""Rows stored together: everybody's, each once, in order, and an error only for whom it belongs to."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from dispatch.kit.together import MOST_TOGETHER, STATEMENTS_AT_ONCE, Together
from dispatch.kit.uow import Database

_STORE = "INSERT INTO gathered (number, said) SELECT * FROM unnest($1::int[], $2::text[])"
_TRANSACTIONS = "SELECT count(DISTINCT xmin::text) FROM gathered"


@pytest_asyncio.fixture(loop_scope="session")
async def gathered(owner: asyncpg.Connection) -> AsyncIterator[None]:
    await owner.execute(
        """CREATE TABLE gathered (at serial, number int NOT NULL UNIQUE, said text NOT NULL CHECK (said <> 'bad'));
           GRANT ALL ON gathered TO PUBLIC; GRANT ALL ON gathered_at_seq TO PUBLIC"""
    )
    yield
    await owner.execute("DROP TABLE gathered")


@pytest.mark.usefixtures("gathered")
async def test_many_share_statements_and_each_is_stored_in_its_order(
    app_db: Database, owner: asyncpg.Connection
) -> None:
    together = Together(app_db, _STORE, patience_s=10)
    await asyncio.gather(*(together.run(number, "good") for number in range(5 * MOST_TOGETHER)))
    assert await owner.fetchval("SELECT count(*) FROM gathered") == 5 * MOST_TOGETHER
    assert await owner.fetchval(_TRANSACTIONS) <= 10
    batches = await owner.fetch("SELECT array_agg(number ORDER BY at) AS numbers FROM gathered GROUP BY xmin::text")
    assert all(row["numbers"] == sorted(row["numbers"]) for row in batches)


@pytest.mark.usefixtures("gathered")
async def test_a_row_that_is_refused_fails_alone(app_db: Database, owner: asyncpg.Connection) -> None:
    together = Together(app_db, _STORE, patience_s=10)
    said = ["bad" if number == 7 else "good" for number in range(20)]
    outcomes = await asyncio.gather(*(together.run(*row) for row in enumerate(said)), return_exceptions=True)
    assert [number for number, outcome in enumerate(outcomes) if outcome is not None] == [7]
    assert isinstance(outcomes[7], asyncpg.CheckViolationError)
    assert await owner.fetchval("SELECT count(*) FROM gathered") == 19


@pytest.mark.usefixtures("gathered")
async def test_who_returns_is_committed(app_db: Database, owner: asyncpg.Connection) -> None:
    together = Together(app_db, _STORE, patience_s=10)

    async def store(number: int) -> bool:
        await together.run(number, "good")
        return bool(await app_db.autocommit("SELECT true FROM gathered WHERE number = $1", [number]))

    assert all(await asyncio.gather(*(store(number) for number in range(200))))
    assert await owner.fetchval("SELECT count(*) FROM gathered") == 200


@pytest.mark.usefixtures("gathered")
async def test_who_waited_too_long_is_told_and_left_out(app_db: Database, owner: asyncpg.Connection) -> None:
    together = Together(app_db, _STORE, patience_s=0.3)
    held = owner.transaction()
    await held.start()
    await owner.execute("LOCK TABLE gathered")
    started = []
    for number in range(STATEMENTS_AT_ONCE):
        started.append(asyncio.create_task(together.run(number, "good")))
        await asyncio.sleep(0.05)  # by then its statement waits for the lock
    late = [asyncio.create_task(together.run(number, "good")) for number in (13, 14)]
    outcomes = await asyncio.gather(*started, *late, return_exceptions=True)
    assert all(isinstance(outcome, TimeoutError) for outcome in outcomes)
    await held.rollback()
    await together.run(15, "good")
    stored = {row["number"] for row in await owner.fetch("SELECT number FROM gathered")}
    assert stored - set(range(STATEMENTS_AT_ONCE)) == {15}
