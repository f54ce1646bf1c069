"""How the texts of one account fare, hour by hour: taken, arrived, failed, unclear, how soon, and what still waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from dispatch.kit.ids import first_id
from dispatch.kit.uow import Uow

PERIOD: Final = timedelta(hours=24)

_HOURS: Final = """
SELECT date_trunc('hour', m.claimed_at) AS hour, count(*) AS handed_over,
       count(*) FILTER (WHERE m.status = 'delivered') AS arrived,
       count(*) FILTER (WHERE m.status = 'failed') AS failed,
       count(*) FILTER (WHERE m.status = 'unknown') AS unclear,
       sum(m.cost_minor)::bigint AS cost_minor,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM m.delivered_at - m.sent_at))
         FILTER (WHERE m.status = 'delivered') AS median_s
FROM messages m
WHERE m.franchise_id = $1 AND m.account_id = $2 AND m.id >= $3 AND m.claimed_at >= $4
GROUP BY 1 ORDER BY 1 DESC
"""
_NOW: Final = """
SELECT (SELECT count(*) FROM messages m WHERE m.franchise_id = $1 AND m.account_id = $2 AND m.id >= $3
          AND m.sent_at > clock.instant() - interval '1 minute') AS last_minute,
       q.due, q.oldest, h.down_since
FROM (SELECT count(*) AS due, min(m.send_at) AS oldest FROM messages m
      WHERE m.franchise_id = $1 AND m.account_id = $2 AND m.status = 'queued' AND m.send_at <= $4) q
LEFT JOIN sms_account_health h ON h.franchise_id = $1 AND h.account_id = $2
"""


@dataclass(frozen=True, slots=True)
class DeliveryHour:
    """One hour, by when texts were handed over; `median_s` from the gateway to the phone, None while none arrived."""

    hour: datetime
    handed_over: int
    arrived: int
    failed: int
    unclear: int
    cost_minor: int
    median_s: float | None

    @property
    def pending(self) -> int:
        """Taken by the gateway, and no receipt yet."""
        return self.handed_over - self.arrived - self.failed - self.unclear


@dataclass(frozen=True, slots=True)
class Delivery:
    """An account at this moment and over its last day.

    Attributes:
        last_minute: texts a gateway took within the last minute.
        due: texts that could leave and have not, the oldest of them since `oldest`.
        down_since: since when its gateway counts as down; None: it is up.
        hours: those in which something left, the newest first.
    """

    last_minute: int
    due: int
    oldest: datetime | None
    down_since: datetime | None
    hours: Sequence[DeliveryHour]


async def delivery_of(uow: Uow, account_id: UUID) -> Delivery:
    """Return how the texts of an account of the tenant fare; nothing at all for one of somebody else."""
    since = uow.now - PERIOD
    # A text may wait a day before it leaves, so ids reach back further than the hours shown.
    lowest = first_id(since - PERIOD)
    hours = await uow.fetch(_HOURS, uow.franchise_id, account_id, lowest, since)
    now = await uow.fetchrow(_NOW, uow.franchise_id, account_id, lowest, uow.now)
    assert now is not None, "an aggregate has a row"
    return Delivery(**dict(now), hours=[DeliveryHour(**dict(row)) for row in hours])
