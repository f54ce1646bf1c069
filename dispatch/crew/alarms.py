"""What people must be told of: raised once while it stands, acknowledged by somebody, resolved when it has passed."""

import json
from enum import StrEnum
from typing import Final
from uuid import UUID

from dispatch.kit import outbox
from dispatch.kit.errors import NotFound
from dispatch.kit.ids import new_id
from dispatch.kit.states import Moves
from dispatch.kit.uow import Uow
from dispatch.tenancy.queries import policy_in_force

ALARM_UNANSWERED: Final = "staffing.alarm_unanswered"
"""Timer; subject: alarm, n: how many were told before. Nobody took it: text the next."""


class AlarmStatus(StrEnum):
    """Where an alarm is."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Severity(StrEnum):
    """How soon somebody must look: when convenient, today, now."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class AlarmNotFound(NotFound):
    """No such alarm in this franchise."""


ALARM_MOVES: Final = Moves(
    "alarms",
    frozenset(
        {
            (AlarmStatus.OPEN, AlarmStatus.ACKNOWLEDGED),
            (AlarmStatus.OPEN, AlarmStatus.RESOLVED),
            (AlarmStatus.ACKNOWLEDGED, AlarmStatus.RESOLVED),
        }
    ),
    {
        (AlarmStatus.ACKNOWLEDGED, AlarmStatus.ACKNOWLEDGED): "two people acknowledged it",
        (AlarmStatus.RESOLVED, AlarmStatus.ACKNOWLEDGED): "it had passed before somebody looked",
        (AlarmStatus.RESOLVED, AlarmStatus.RESOLVED): "it had passed already",
    },
)


async def raise_alarm(
    uow: Uow,
    kind: str,
    sentence: str,
    *,
    shift_id: UUID | None = None,
    severity: Severity,
    key: str = "",
    **detail: object,
) -> bool:
    """Raise an alarm unless the same one stands; True when it is new. A critical one that nobody takes is escalated.

    Args:
        uow: the tenant's unit of work.
        kind: stable word, e.g. `shortfall_predicted`.
        sentence: what is wrong and what to do; no personal data.
        shift_id: the shift it is about.
        severity: how soon somebody must look.
        key: tells apart several alarms of one kind and shift, e.g. a seat id.
        detail: figures and ids.
    """
    alarm_id = new_id()
    new = await uow.run(
        """INSERT INTO alarms (id, franchise_id, shift_id, kind, severity, sentence, detail, dedupe_key)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
           ON CONFLICT (franchise_id, dedupe_key) WHERE status <> 'resolved' DO NOTHING""",
        alarm_id,
        uow.franchise_id,
        shift_id,
        kind,
        str(severity),
        sentence,
        json.dumps(detail, default=str),
        f"{kind}:{shift_id}:{key}",
    )
    if new and severity is Severity.CRITICAL:
        patience = (await policy_in_force(uow)).policy.pace.alarm_patience
        await outbox.schedule_once(uow, ALARM_UNANSWERED, alarm_id, uow.now + patience)
    return bool(new)


async def acknowledge_alarm(uow: Uow, alarm_id: UUID) -> None:
    """Note that somebody looks after it; a second time, or after it passed, changes nothing.

    Raises:
        AlarmNotFound: there is none.
    """
    found = await uow.fetchval(
        "SELECT status FROM alarms WHERE franchise_id = $1 AND id = $2", uow.franchise_id, alarm_id
    )
    if found is None:
        raise AlarmNotFound("There is no such alarm in this franchise; list them with GET /api/v1/alarms.")
    await uow.run(
        """UPDATE alarms SET status = 'acknowledged', acknowledged_at = clock.now(), acknowledged_by = $2
           WHERE id = $1 AND status = 'open'""",
        alarm_id,
        uow.actor,
    )


async def resolve_alarms(uow: Uow, kind: str, shift_id: UUID | None, *, key: str | None = None) -> None:
    """Note that what an alarm said has passed; without a key, for every alarm of this kind on the shift."""
    await uow.run(
        """UPDATE alarms SET status = 'resolved', resolved_at = clock.now()
           WHERE franchise_id = $1 AND kind = $2 AND shift_id IS NOT DISTINCT FROM $3 AND status <> 'resolved'
             AND ($4::text IS NULL OR dedupe_key = $4)""",
        uow.franchise_id,
        kind,
        shift_id,
        None if key is None else f"{kind}:{shift_id}:{key}",
    )
