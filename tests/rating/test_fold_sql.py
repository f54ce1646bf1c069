"""The fold in the database against the fold in Python: the same value at every position of random histories."""

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

import dispatch.rating
from dispatch.local.throwaway import TestCluster
from dispatch.rating.rules import Mark, capped_until, fold
from dispatch.tenancy.policy import MarkKind, Rating

_FOLD_SQL = (Path(dispatch.rating.__file__).parent / "fold.sql").read_text()
_POLICY = Rating()
_KINDS = [MarkKind.COMPLETED, MarkKind.COMPLETED, MarkKind.CLIENT_SCORE, MarkKind.NO_SHOW, MarkKind.LATE]
_TABLE = """
    CREATE TABLE marks (
        worker_id uuid, seq bigint, kind text, weight double precision, value double precision,
        occurred_at timestamptz, reverses_id uuid UNIQUE, id uuid PRIMARY KEY
    )
"""
_BODIES = """
    SELECT proname::text, pg_get_function_arguments(oid), prosrc FROM pg_proc
    WHERE proname IN ('rating_fold', 'rating_capped_until') ORDER BY proname
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bare(cluster: TestCluster) -> AsyncIterator[asyncpg.Connection]:
    """A database with nothing but the table of marks and the two functions."""
    cluster.create_database("fold_alone")
    connection = await asyncpg.connect(cluster.postgres.superuser_dsn("fold_alone"))
    await connection.execute(_TABLE)
    await connection.execute(_FOLD_SQL)
    yield connection
    await connection.close()
    cluster.drop_database("fold_alone")


def _history(rng: random.Random, worker: int) -> list[Mark]:
    """Up to 300 marks, out of order in time and some at the same moment, some taken back."""
    marks: list[Mark] = []
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    for seq in range(1, rng.choice((0, 1, 2, 5, 20, 199, 200, 201, 300)) + 1):
        taken = {mark.reverses_id for mark in marks}
        reversible = [mark.id for mark in marks if mark.reverses_id is None and mark.id not in taken]
        undone = rng.choice(reversible) if reversible and rng.random() < 0.05 else None
        occurred_at = moment + timedelta(seconds=rng.choice((0, 1, rng.uniform(0, 4e7))))
        weight, value = rng.choice(((1.0, 5.0), (0.3, 1.0), (3.0, 1.0), (rng.random() * 9, rng.uniform(1, 5))))
        kind = rng.choice(_KINDS)
        marks.append(Mark(UUID(int=worker << 64 | seq), seq, kind, weight, value, occurred_at, undone))
    return marks


async def _store(connection: asyncpg.Connection, worker: UUID, marks: list[Mark]) -> None:
    await connection.copy_records_to_table(
        "marks",
        records=[(worker, m.seq, m.kind.value, m.weight, m.value, m.occurred_at, m.reverses_id, m.id) for m in marks],
    )


@pytest.mark.parametrize("seed", range(120))
async def test_both_folds_agree_at_every_position(bare: asyncpg.Connection, seed: int) -> None:
    rng = random.Random(seed)
    worker, marks = UUID(int=seed), _history(rng, seed + 1)
    await _store(bare, worker, marks)
    for upto in {0, len(marks), *(rng.randint(0, len(marks)) for _ in range(8))}:
        known = marks[:upto]
        found = await bare.fetchrow("SELECT rating_fold($1, $2), rating_capped_until($1, $2)", worker, upto)
        assert tuple(found) == (fold(known, _POLICY).value, capped_until(known, _POLICY))
    assert await bare.fetchval("SELECT rating_fold($1)", worker) == fold(marks, _POLICY).value


@pytest.mark.parametrize("score", [1.04, 1.20, 1.28, 1.36, 1.44, 3.40, 4.08])
async def test_a_tie_goes_away_from_zero_in_both(bare: asyncpg.Connection, score: float) -> None:
    worker = UUID(int=1 << 100 | int(score * 100))
    mark = Mark(worker, 1, MarkKind.CLIENT_SCORE, 1.0, score, datetime(2026, 1, 1, tzinfo=UTC))
    await _store(bare, worker, [mark])
    assert await bare.fetchval("SELECT rating_fold($1)", worker) == fold([mark], _POLICY).value


async def test_other_figures_of_a_policy_are_passed_in(bare: asyncpg.Connection) -> None:
    policy = Rating(prior=3.0, prior_weight=5.0, half_life=timedelta(hours=5), window=7, cap_completed=1)
    worker, marks = UUID(int=1 << 101), _history(random.Random(4), 1 << 50)
    await _store(bare, worker, marks)
    rating = await bare.fetchval(
        "SELECT rating_fold($1, NULL, $2, $3, $4, $5)",
        *(worker, policy.prior, policy.prior_weight, policy.half_life.total_seconds(), policy.window),
    )
    until = await bare.fetchval(
        "SELECT rating_capped_until($1, NULL, $2, $3, $4)",
        *(worker, policy.cap_for.total_seconds(), policy.cap_completed, policy.window),
    )
    assert (rating, until) == (fold(marks, policy).value, capped_until(marks, policy))


async def test_the_migrated_database_folds_by_this_very_text(
    bare: asyncpg.Connection, owner: asyncpg.Connection
) -> None:
    assert [tuple(row) for row in await owner.fetch(_BODIES)] == [tuple(row) for row in await bare.fetch(_BODIES)]
