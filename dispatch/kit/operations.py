"""How the installation does: queues of jobs, processes, the database. For whoever keeps it running.

What is read here concerns every franchise and tells of none but its name: kinds and counts, no data. The database asks
for the role of who asks: to anybody but an operator or head office these functions answer nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from dispatch.kit.errors import NotFound
from dispatch.kit.uow import Uow

MOST_TROUBLED: Final = 200
ALIVE_FOR: Final = timedelta(seconds=35)
"""A part that gave no sign of life for so long is taken for gone; it gives one every ten seconds."""

_BEATS: Final = """
SELECT b.source, b.at, clock_timestamp() - b.at AS silent, b.outage_from, b.outage_to FROM beats b ORDER BY b.source
"""
_STORE: Final = """
SELECT pg_database_size(current_database()) AS bytes, (SELECT string_agg(version_num, ', ') FROM alembic_version)
       AS revision, current_setting('server_version') AS server, pg_postmaster_start_time() AS started_at,
       a.last_archived_time AS archived_at, a.last_failed_time AS archive_failed_at
FROM pg_stat_archiver a
"""


class JobNotFound(NotFound):
    """No such job is dead or failing, any more or at all."""

    def __init__(self) -> None:
        super().__init__("This job is not in trouble any more. Look at the list again.")


@dataclass(frozen=True, slots=True)
class LaneState:
    """One lane: what is due, since when the oldest, what lies ahead, what failed and is tried again, what is dead."""

    lane: str
    due: int
    oldest: datetime | None
    ahead: int
    failing: int
    dead: int


@dataclass(frozen=True, slots=True)
class TroubledJob:
    """A job that failed; `last_error` is the name of the error alone. `dead`: it is not tried again by itself."""

    id: UUID
    franchise: str | None
    lane: str
    kind: str
    subject_id: UUID
    n: int
    state: str
    failures: int
    last_error: str | None
    due_at: datetime
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PartState:
    """When a part of the installation last gave a sign of life, and its last outage; in real time."""

    source: str
    at: datetime
    silent: timedelta
    outage_from: datetime | None
    outage_to: datetime | None

    @property
    def alive(self) -> bool:
        """Whether it may be taken for running."""
        return self.silent < ALIVE_FOR


@dataclass(frozen=True, slots=True)
class StoreState:
    """The database: size, revision, server; when its log was last kept elsewhere, None where nobody keeps it."""

    bytes: int
    revision: str | None
    server: str
    started_at: datetime
    archived_at: datetime | None
    archive_failed_at: datetime | None


async def lane_states(uow: Uow) -> list[LaneState]:
    """Return every lane that has work, dead rows included, of all franchises together."""
    return [LaneState(**dict(row)) for row in await uow.fetch("SELECT * FROM operations_lanes()")]


async def troubled_jobs(uow: Uow) -> list[TroubledJob]:
    """Return the jobs of all franchises that are dead or failing, oldest first, `MOST_TROUBLED` at most."""
    rows = await uow.fetch("SELECT * FROM operations_troubled($1)", MOST_TROUBLED)
    return [TroubledJob(**dict(row)) for row in rows]


async def part_states(uow: Uow) -> list[PartState]:
    """Return every part that ever gave a sign of life."""
    return [PartState(**dict(row)) for row in await uow.fetch(_BEATS)]


async def store_state(uow: Uow) -> StoreState:
    """Return how the database does."""
    row = await uow.fetchrow(_STORE)
    assert row is not None, "the view has one row"
    return StoreState(**dict(row))


async def retry_job(uow: Uow, job_id: UUID) -> None:
    """Let a job that is dead or failing run at once, as if it had never failed. Written down in its franchise's audit.

    Raises:
        JobNotFound: it is neither dead nor failing, or who asks is no operator.
    """
    await _settle(uow, job_id, again=True)


async def drop_job(uow: Uow, job_id: UUID) -> None:
    """Give a job up for good: what it should have done stays undone. Written down in its franchise's audit.

    Raises:
        JobNotFound: it is neither dead nor failing, or who asks is no operator.
    """
    await _settle(uow, job_id, again=False)


async def _settle(uow: Uow, job_id: UUID, *, again: bool) -> None:
    lane: str | None = await uow.fetchval("SELECT operations_settle($1, $2)", job_id, again)
    if lane is None:
        raise JobNotFound
    if again:
        uow.lanes.add(lane)
