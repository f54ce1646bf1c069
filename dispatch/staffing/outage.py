"""Our own outages: no automatic change rests on a silence that was ours.

The workers beat every few seconds, and so do the processes that serve the webhooks, for all accounts at once: while
none of them can write, nobody's answer reaches us. An account whose gateway keeps a list beats whenever the list was
read, so failing polls are an outage of that account and concern its franchise alone.

A silence longer than the house's gap is written down as an outage when it ends. Each tenant then holds it against its
own gap, which is never shorter: every grace and limit that fell into it starts again, and the sites are asked afresh.
While inbound is silent, timers that would draw something from a man's silence wait.
"""

from datetime import datetime
from uuid import UUID

from dispatch.crew.rules import EXPECTED
from dispatch.crew.seats import seats_of, set_limits
from dispatch.kit import outbox
from dispatch.kit.beats import INBOUND, Outage, ended_outages
from dispatch.kit.log import get_logger
from dispatch.kit.outbox import Job
from dispatch.kit.uow import Uow
from dispatch.orders.rules import ShiftStatus
from dispatch.orders.shifts import lock_shift
from dispatch.orders.timeline import note
from dispatch.sms.reconcile import INBOUND_EVERY
from dispatch.staffing.events import LIMIT_DUE, OUTAGE_ENDED, SITE_QUESTION_DUE
from dispatch.tenancy.policy import Pace
from dispatch.tenancy.queries import policy_in_force

log = get_logger(__name__)


async def tell_outages(uow: Uow) -> int:
    """Write one event for each shift that an outage which ended touched; return how many.

    Runs without a tenant, as the job role. A shift is touched when a grace or limit of its seats fell into the outage.
    """
    return sum([await _tell(uow, outage) for outage in await ended_outages(uow)])


async def _tell(uow: Uow, outage: Outage) -> int:
    owner_id = await _owner_of(uow, outage.source)
    rows = await uow.fetch("SELECT * FROM shifts_touched_by_outage($1, $2)", outage.from_at, outage.to_at)
    touched = [row for row in rows if owner_id in (None, row["franchise_id"])]
    for row in touched:
        await outbox.emit_for(
            uow,
            row["franchise_id"],
            OUTAGE_ENDED,
            row["shift_id"],
            n=int(outage.to_at.timestamp() * 1000) % 2**31,
            source=outage.source.partition(":")[0],
            from_at=outage.from_at,
            to_at=outage.to_at,
        )
    log.warning(
        "outage_ended",
        source=outage.source,
        from_at=str(outage.from_at),
        to_at=str(outage.to_at),
        shifts=len(touched),
    )
    return len(touched)


async def _owner_of(uow: Uow, source: str) -> UUID | None:
    """Return whose account was silent; None where all were."""
    _, _, account = source.partition(":")
    if not account:
        return None
    owner_id: UUID = await uow.fetchval("SELECT franchise_id FROM sms_accounts WHERE id = $1::uuid", UUID(account))
    return owner_id


async def restart_limits(uow: Uow, job: Job) -> None:
    """Event: an outage ended. Move every limit of the shift that fell into it, and ask the site again."""
    shift = await lock_shift(uow, job.subject_id)
    if shift.status is not ShiftStatus.RUNNING and not shift.ahead:
        return
    from_at, to_at = (datetime.fromisoformat(job.detail[name]) for name in ("from_at", "to_at"))
    pace = (await policy_in_force(uow)).policy.pace
    if to_at - from_at <= pace.outage_gap:
        return
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


async def inbound_is_silent(uow: Uow, pace: Pace) -> bool:
    """Tell whether the answers of this tenant's people may not reach us just now, so that their silence proves nothing.

    So it is while no process serves the webhooks, or while the list of one of the tenant's accounts cannot be read and
    no text came through it either. What never beat is not there, and is not silent.
    """
    return bool(
        await uow.fetchval(
            """SELECT EXISTS (SELECT FROM beats WHERE source = $2 AND at < clock_timestamp() - $3::interval)
                   OR EXISTS (SELECT FROM sms_accounts a JOIN beats b ON b.source = $2 || ':' || a.id
                              WHERE a.franchise_id = $1 AND a.enabled
                                AND b.at < clock_timestamp() - ($3::interval + $4::interval)
                                AND NOT EXISTS (SELECT FROM inbound_messages i
                                                WHERE i.account_id = a.id AND i.received_at > b.at))""",
            uow.franchise_id,
            INBOUND,
            pace.outage_gap,
            INBOUND_EVERY,
        )
    )
