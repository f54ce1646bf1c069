"""Numbers where nobody was heard for long: phone companies give them to somebody else, so they have to be proven again.

Looked at a few at a time, each once a week. A number is silent when texts went there all through half a year and not
one came back, or when nothing could be delivered there for three months.
"""

from datetime import timedelta
from typing import Final

from dispatch.kit.ids import new_id
from dispatch.kit.outbox import NewEvent, emit_many
from dispatch.kit.uow import Uow
from dispatch.sms.events import NUMBER_DOUBTED
from dispatch.sms.proofs import Doubt

SILENT_AFTER: Final = timedelta(days=180)
UNDELIVERED_AFTER: Final = timedelta(days=90)
LEAST_TEXTS: Final = 5
"""So many texts without an answer are a silence; who was hardly asked had nothing to answer."""
AT_ONCE: Final = 200

_LOOKED_EVERY: Final = timedelta(days=7)
_LOOK: Final = """
WITH looked AS (
    SELECT p.id FROM phones p
    WHERE p.unproven_at IS NULL AND p.opted_out_at IS NULL AND (p.looked_at IS NULL OR p.looked_at < $2)
    ORDER BY p.looked_at NULLS FIRST, p.id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED),
silent AS (
    SELECT p.id FROM looked JOIN phones p ON p.id = looked.id
    WHERE p.dead_at < $4
       OR EXISTS (SELECT FROM messages m WHERE m.phone_id = p.id AND m.created_at < $3)
          AND (SELECT count(*) FROM (
                   SELECT FROM messages m WHERE m.phone_id = p.id AND m.created_at >= $3
                   AND m.status IN ('sent', 'delivered', 'unknown', 'failed') LIMIT $5) texts) = $5
          AND NOT EXISTS (SELECT FROM inbound_messages i WHERE i.phone_e164 = p.e164 AND i.received_at >= $3))
UPDATE phones p SET looked_at = $6,
    unproven_at = CASE WHEN s.id IS NOT NULL AND w.worker_id IS NOT NULL THEN clock.instant() END,
    unproven_why = CASE WHEN s.id IS NOT NULL AND w.worker_id IS NOT NULL THEN $7 END
FROM looked l LEFT JOIN silent s ON s.id = l.id
LEFT JOIN LATERAL (SELECT worker_id, home_id FROM workers_at_phone(s.id) LIMIT 1) w ON true
WHERE p.id = l.id
RETURNING p.id, w.worker_id, w.home_id, p.unproven_at IS NOT NULL AS doubted
"""


async def doubt_silent_numbers(uow: Uow) -> int:
    """Look at the next numbers, doubt the silent ones and let their men's homes ask; return how many were looked at.

    Runs without a tenant, as the job role. While one worker is at a number, the others pass it over.
    """
    rows = await uow.fetch(
        _LOOK,
        AT_ONCE,
        uow.now - _LOOKED_EVERY,
        uow.now - SILENT_AFTER,
        uow.now - UNDELIVERED_AFTER,
        LEAST_TEXTS,
        uow.now,
        Doubt.SILENT.value,
    )
    doubted = [row for row in rows if row["doubted"]]
    if doubted:
        await uow.run(
            """INSERT INTO phone_events (phone_id, at, kind, source)
               SELECT p, clock.instant(), 'unproven', $2 FROM unnest($1::uuid[]) AS p""",
            [row["id"] for row in doubted],
            Doubt.SILENT.value,
        )
        await emit_many(
            uow,
            [
                NewEvent(
                    row["home_id"],
                    NUMBER_DOUBTED,
                    new_id(),
                    detail={"worker_id": row["worker_id"], "phone_id": row["id"], "why": Doubt.SILENT.value},
                )
                for row in doubted
            ],
        )
    return len(rows)
