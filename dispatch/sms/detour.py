"""Lead texts around a gateway that is down, by another account of the franchise, and try the gateway now and then.

Only texts that were never handed over, or that the gateway certainly refused, change their account; an unclear one
stays where it may have been taken. The questions they carry change with them, so a bare answer to the other number
counts.
"""

from typing import Final
from uuid import UUID

from dispatch.kit.uow import Uow
from dispatch.sms.account_state import TRIAL

MOST: Final = 500
"""Texts led at once."""

# The next enabled account in the order of preference whose gateway is up; simulated ones never stand in for real ones.
_OTHER: Final = """
SELECT b.id FROM sms_accounts a
JOIN sms_accounts b ON b.franchise_id = a.franchise_id AND b.id <> a.id AND b.enabled
                   AND (b.simulated, b.test) = (a.simulated, a.test)
LEFT JOIN sms_account_health h ON h.account_id = b.id
WHERE a.id = $1 AND h.down_since IS NULL
ORDER BY b.created_at, b.id LIMIT 1
"""
_LEAD: Final = """
WITH due AS (
    SELECT m.id FROM messages m
    WHERE m.account_id = $1 AND m.status = 'queued' AND m.send_at <= $3 AND m.gateway_id IS NULL AND m.template <> $4
    ORDER BY m.priority, m.send_at LIMIT $5 FOR NO KEY UPDATE SKIP LOCKED
), led AS (
    UPDATE messages m SET account_id = $2 FROM due WHERE m.id = due.id
    RETURNING m.franchise_id, m.question_id, m.question_ids
), asked AS (
    UPDATE questions q SET account_id = $2 FROM led
    WHERE q.franchise_id = led.franchise_id AND q.status = 'open'
      AND (q.id = led.question_id OR q.id = ANY (led.question_ids))
)
SELECT count(*) FROM led
"""
_DUE: Final = """
SELECT count(*) FROM (SELECT FROM messages m WHERE m.account_id = $1 AND m.status = 'queued' AND m.send_at <= $2
                      LIMIT $3) due
"""
_TRIED: Final = "UPDATE sms_account_health SET tried_at = clock_timestamp() WHERE account_id = $1"


async def other_way_out(uow: Uow, account_id: UUID) -> UUID | None:
    """Return the account whose gateway is up that texts of this one may leave by instead."""
    found: UUID | None = await uow.fetchval(_OTHER, account_id)
    return found


async def lead_around(uow: Uow, account_id: UUID, *, keep_one: bool) -> int:
    """Give up to `MOST` due texts of an account to another one, the most urgent first; return how many.

    With `keep_one` the least urgent one stays, to try the gateway. 0 where the franchise has no other account.
    """
    other = await other_way_out(uow, account_id)
    if other is None:
        return 0
    most = MOST
    if keep_one:
        most = min(MOST, await count_due(uow, account_id, most=MOST + 1) - 1)
    led: int = await uow.fetchval(_LEAD, account_id, other, uow.now, TRIAL, most) if most > 0 else 0
    if led:
        uow.lanes.add("sms")
    return led


async def count_due(uow: Uow, account_id: UUID, *, most: int) -> int:
    """Return how many texts of an account are due, counting to `most`."""
    due: int = await uow.fetchval(_DUE, account_id, uow.now, most)
    return due


async def note_try(uow: Uow, account_id: UUID) -> None:
    """Write down that a text is let through to a gateway that is down."""
    await uow.run(_TRIED, account_id)
