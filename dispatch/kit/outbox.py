"""Events and timers as rows: written with the change that causes them, handled at least once, fenced by attempt.

A row is one business event or one timer, unique by (kind, subject, n). `kind` is `<lane>.<what happened>`; a lane is
drained by its own jobs. A handler commits its effect together with the row's own end, so a worker that lost its lease
cannot write.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from dispatch.kit.fail_points import fail_point
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database, RunningJob, Uow

_CLAIM = """
UPDATE outbox o SET attempt = o.attempt + 1, leased_until = clock_timestamp() + make_interval(secs => $3)
WHERE o.id IN (
    SELECT c.id FROM outbox c
    WHERE c.lane = $1 AND c.state = 'pending' AND c.due_at <= clock.instant()
      AND (c.leased_until IS NULL OR c.leased_until < clock_timestamp())
    ORDER BY c.due_at LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING o.id, o.franchise_id, o.kind, o.subject_id, o.n, o.detail, o.due_at, o.attempt
"""
_FINISH = """
UPDATE outbox SET state = 'done', finished_at = clock.instant(), leased_until = NULL
WHERE id = $1 AND attempt = $2 AND state = 'pending'
"""
_FAIL = """
UPDATE outbox SET last_error = $3, leased_until = NULL, failures = failures + 1,
    state = CASE WHEN failures + 1 >= $4 THEN 'dead' ELSE 'pending' END,
    due_at = CASE WHEN failures + 1 >= $4 THEN due_at
                  ELSE clock.instant() + make_interval(secs => least(60, 0.25 * 2 ^ least(failures + 1, 10))) END
WHERE id = $1 AND attempt = $2 AND state = 'pending'
RETURNING state
"""


class LeaseLost(Exception):
    """Another worker took the row meanwhile; this one's work is rolled back."""


@dataclass(frozen=True, slots=True)
class Job:
    """One claimed row. `detail` holds ids and small facts, never personal data."""

    id: UUID
    franchise_id: UUID | None
    kind: str
    subject_id: UUID
    n: int
    detail: dict[str, Any]
    due_at: datetime
    attempt: int


@dataclass(frozen=True, slots=True)
class NewEvent:
    """One event row to be, under the tenant it concerns."""

    franchise_id: UUID
    kind: str
    subject_id: UUID
    n: int = 0
    detail: Mapping[str, object] = field(default_factory=dict)


Handler = Callable[[Uow, Job], Awaitable[None]]
Handlers = Mapping[str, Handler]


async def emit(uow: Uow, kind: str, subject_id: UUID, *, n: int = 0, **detail: object) -> None:
    """Write one event of the current tenant, due now.

    A second event of the same (kind, subject, n) is a bug and refuses the transaction.
    """
    await _insert(uow, kind, subject_id, n=n, due_at=uow.now, detail=detail, conflict="")


async def emit_for(uow: Uow, franchise_id: UUID, kind: str, subject_id: UUID, *, n: int = 0, **detail: object) -> None:
    """Write one event of another tenant, to be handled inside that tenant's context; once, whoever says it again.

    Only the job role may: requests write their own tenant's events.
    """
    once = "ON CONFLICT ON CONSTRAINT outbox_once DO NOTHING"
    await _insert(uow, kind, subject_id, n=n, due_at=uow.now, detail=detail, conflict=once, franchise_id=franchise_id)


async def emit_many(uow: Uow, events: Sequence[NewEvent]) -> None:
    """Write events of any tenants, due now, in one statement; only the job role may write those of others.

    A second event of the same (kind, subject, n) is a bug and refuses the transaction.
    """
    if not events:
        return
    await uow.run(
        """INSERT INTO outbox (id, franchise_id, lane, kind, subject_id, n, detail, due_at)
           SELECT e.id, e.franchise_id, split_part(e.kind, '.', 1), e.kind, e.subject_id, e.n, e.detail::jsonb, $1
           FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::int[], $7::text[])
             AS e (id, franchise_id, kind, subject_id, n, detail)""",
        uow.now,
        [new_id() for _ in events],
        [event.franchise_id for event in events],
        [event.kind for event in events],
        [event.subject_id for event in events],
        [event.n for event in events],
        [json.dumps(event.detail, default=str) for event in events],
    )
    uow.lanes.update(event.kind.split(".", 1)[0] for event in events)


async def schedule(uow: Uow, kind: str, subject_id: UUID, due_at: datetime, *, n: int = 0, **detail: object) -> None:
    """Set a timer of the current tenant, or move it: the row keeps its identity and a run under way is fenced off.

    A handler may move the very timer it handles; then it is not done but due again.

    Raises:
        LeaseLost: it is the timer being handled, and another worker has it by now.
    """
    if uow.job is not None and uow.job.key == (kind, subject_id, n):
        await _move_own(uow, uow.job, due_at, detail)
        fail_point("outbox.timer_set")
        return
    await _insert(
        uow,
        kind,
        subject_id,
        n=n,
        due_at=due_at,
        detail=detail,
        conflict="""ON CONFLICT ON CONSTRAINT outbox_once DO UPDATE
           SET due_at = excluded.due_at, detail = excluded.detail, state = 'pending', attempt = outbox.attempt + 1,
               failures = 0, leased_until = NULL, last_error = NULL, finished_at = NULL""",
    )
    fail_point("outbox.timer_set")


async def schedule_once(
    uow: Uow, kind: str, subject_id: UUID, due_at: datetime, *, n: int = 0, **detail: object
) -> None:
    """Set a timer unless it was ever set before."""
    once = "ON CONFLICT ON CONSTRAINT outbox_once DO NOTHING"
    await _insert(uow, kind, subject_id, n=n, due_at=due_at, detail=detail, conflict=once)


async def _move_own(uow: Uow, job: RunningJob, due_at: datetime, detail: Mapping[str, object]) -> None:
    mine = await uow.run(
        """UPDATE outbox SET due_at = $3, detail = $4, attempt = attempt + 1, failures = 0, leased_until = NULL,
               last_error = NULL
           WHERE id = $1 AND ($5 OR attempt = $2) AND state = 'pending'""",
        job.id,
        job.attempt,
        due_at,
        json.dumps(detail, default=str),
        job.moved,
    )
    if mine == 0:
        raise LeaseLost(str(job.id))
    job.moved = True


async def cancel(uow: Uow, kind: str, subject_id: UUID, *, n: int | None = None) -> None:
    """Drop pending timers of a subject; those done stay as history, and the one being handled ends by itself."""
    await uow.run(
        """UPDATE outbox SET state = 'dropped', finished_at = clock.instant(), attempt = attempt + 1
           WHERE kind = $1 AND subject_id = $2 AND ($3::int IS NULL OR n = $3) AND state = 'pending'
             AND id IS DISTINCT FROM $4""",
        kind,
        subject_id,
        n,
        uow.job.id if uow.job is not None and not uow.job.moved else None,
    )


async def _insert(
    uow: Uow,
    kind: str,
    subject_id: UUID,
    *,
    n: int,
    due_at: datetime,
    detail: Mapping[str, object],
    conflict: str,
    franchise_id: UUID | None = None,
) -> None:
    lane = kind.split(".", 1)[0]
    if franchise_id is None and uow.has_tenant:
        franchise_id = uow.franchise_id
    await uow.run(
        f"""INSERT INTO outbox (id, franchise_id, lane, kind, subject_id, n, detail, due_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8) {conflict}""",
        new_id(),
        franchise_id,
        lane,
        kind,
        subject_id,
        n,
        json.dumps(detail, default=str),
        due_at,
    )
    if due_at <= uow.now:
        uow.lanes.add(lane)


async def claim(database: Database, lane: str, *, limit: int, lease_s: float) -> list[Job]:
    """Take up to `limit` due rows of a lane for `lease_s` seconds, in a transaction of its own."""
    async with database.begin(None, "system:outbox") as uow:
        rows = await uow.fetch(_CLAIM, lane, limit, lease_s)
    return sorted((Job(**dict(row)) for row in rows), key=lambda job: job.due_at)


async def handle(database: Database, job: Job, handlers: Handlers) -> None:
    """Run one handler; its effect and the row's end commit together or not at all.

    Raises:
        LeaseLost: the attempt is stale; nothing was written.
    """
    handler = handlers[job.kind]
    async with database.begin(job.franchise_id, f"system:{job.kind}") as uow:
        uow.job = RunningJob(job.id, (job.kind, job.subject_id, job.n), job.attempt)
        await handler(uow, job)
        if not uow.job.moved and await uow.run(_FINISH, job.id, job.attempt) == 0:
            raise LeaseLost(str(job.id))
        fail_point("outbox.handled")


async def fail(database: Database, job: Job, error: BaseException, *, max_attempts: int) -> bool:
    """Note a failed attempt and when to try again; return True when the row is now dead."""
    async with database.begin(None, "system:outbox") as uow:
        state = await uow.fetchval(_FAIL, job.id, job.attempt, type(error).__name__, max_attempts)
    return bool(state == "dead")
