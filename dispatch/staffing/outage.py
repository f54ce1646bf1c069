"""Our own outages: no automatic change rests on a silence that was ours.

The worker and each inbound account beat every few seconds. A gap longer than the policy's is an outage; when it ends,
every grace, limit and answer deadline that fell into it starts again, and the sites are asked afresh.
"""

from datetime import datetime, timedelta

from dispatch.crew.rules import EXPECTED
from dispatch.crew.seats import seats_of, set_limits
from dispatch.kit import outbox
from dispatch.kit.outbox import Job
from dispatch.kit.uow import Uow
from dispatch.orders.rules import ShiftStatus
from dispatch.orders.shifts import lock_shift
from dispatch.orders.timeline import note
from dispatch.staffing.events import LIMIT_DUE, OUTAGE_ENDED, SITE_QUESTION_DUE
from dispatch.tenancy.queries import policy_in_force


async def end_outage(uow: Uow, *, source: str, from_at: datetime, to_at: datetime) -> int:
    """Write one event for each shift that an outage touched; return how many. Runs without a tenant, as the job role.

    A shift is touched when a grace or limit of its seats fell into the outage while it ran.
    """
    rows = await uow.fetch("SELECT * FROM shifts_touched_by_outage($1, $2)", from_at, to_at)
    for row in rows:
        await outbox.emit_for(
            uow,
            row["franchise_id"],
            OUTAGE_ENDED,
            row["shift_id"],
            n=int(to_at.timestamp()) % 2**31,
            source=source,
            from_at=from_at,
            to_at=to_at,
        )
    return len(rows)


async def restart_limits(uow: Uow, job: Job) -> None:
    """Event: an outage ended. Move every limit of the shift that fell into it, and ask the site again."""
    shift = await lock_shift(uow, job.subject_id)
    if shift.status is not ShiftStatus.RUNNING and not shift.ahead:
        return
    from_at = datetime.fromisoformat(job.detail["from_at"])
    pace = (await policy_in_force(uow)).policy.pace
    moved = 0
    for seat in await seats_of(uow, shift.id, statuses=EXPECTED):
        if seat.limit_at < from_at:
            continue
        grace_at = max(seat.grace_at, uow.now + pace.grace)
        limit_at = max(seat.limit_at, grace_at + (pace.no_show_limit - pace.grace))
        await set_limits(
            uow, seat.id, due_at=seat.due_at, grace_at=grace_at, limit_at=limit_at, announced_min=seat.announced_min
        )
        await outbox.schedule(uow, LIMIT_DUE, seat.id, limit_at)
        moved += 1
    if shift.status is ShiftStatus.RUNNING and moved:
        await outbox.schedule(uow, SITE_QUESTION_DUE, shift.id, uow.now + pace.grace)
    await note(uow, shift.id, "limits_restarted", seats=moved, source=job.detail["source"])


async def beat(uow: Uow, source: str, gap: timedelta) -> tuple[datetime, datetime] | None:
    """Write a sign of life; return the outage it ends, if the last one is longer ago than `gap`.

    Beats are in real time, not in the domain's: an outage is a fact of machines.
    """
    row = await uow.fetchrow(
        """INSERT INTO beats AS b (source, at) VALUES ($1, clock_timestamp())
           ON CONFLICT (source) DO UPDATE
           SET outage_from = CASE WHEN excluded.at - b.at > $2 THEN b.at ELSE b.outage_from END,
               outage_to = CASE WHEN excluded.at - b.at > $2 THEN excluded.at ELSE b.outage_to END,
               at = excluded.at
           RETURNING at, outage_from, outage_to""",
        source,
        gap,
    )
    assert row is not None, "an upsert returns its row"
    return (row["outage_from"], row["outage_to"]) if row["outage_to"] == row["at"] else None
