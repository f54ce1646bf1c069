"""Weigh what became of texts, so that senders judge a gateway as one; tell people when it goes down or comes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from dispatch.kit.uow import Uow
from dispatch.sms.breaker import Health, weigh
from dispatch.sms.events import Trouble, tell_trouble

_READ: Final = """
SELECT h.account_id, h.good, h.bad, h.weighed_at, h.down_since, h.proofs, h.changed_at, clock_timestamp() AS now
FROM sms_account_health h WHERE h.account_id = ANY ($1) ORDER BY h.account_id FOR NO KEY UPDATE
"""
_FIRST_USE: Final = """
INSERT INTO sms_account_health (account_id, franchise_id) SELECT * FROM unnest($1::uuid[], $2::uuid[])
ON CONFLICT DO NOTHING
"""
_WRITE: Final = """
UPDATE sms_account_health SET good = $2, bad = $3, weighed_at = $4, down_since = $5, proofs = $6, changed_at = $7,
    tried_at = CASE WHEN down_since IS NULL AND $5::timestamptz IS NOT NULL THEN $4 ELSE tried_at END
WHERE account_id = $1
"""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What became of a text handed over.

    Attributes:
        claimed_at: real time; what was claimed before its gateway went down or came back says nothing about it since.
        good: whether the gateway did its part.
    """

    franchise_id: UUID
    account_id: UUID
    claimed_at: datetime
    good: bool


async def weigh_outcomes(uow: Uow, outcomes: Sequence[Weighed]) -> None:
    """Count outcomes of any accounts."""
    owners = {outcome.account_id: outcome.franchise_id for outcome in outcomes}
    if not owners:
        return
    rows = await uow.fetch(_READ, list(owners))
    if len(rows) < len(owners):
        await uow.run(_FIRST_USE, list(owners), list(owners.values()))
        rows = await uow.fetch(_READ, list(owners))
    for row in rows:
        account_id: UUID = row["account_id"]
        health = Health(row["good"], row["bad"], row["weighed_at"], row["down_since"], row["proofs"], row["changed_at"])
        since = [o.good for o in outcomes if o.account_id == account_id and o.claimed_at >= health.changed_at]
        if not since:
            continue
        weighed = weigh(health, since.count(True), since.count(False), row["now"])
        await uow.run(
            _WRITE,
            account_id,
            weighed.good,
            weighed.bad,
            weighed.weighed_at,
            weighed.down_since,
            weighed.proofs,
            weighed.changed_at,
        )
        if weighed.changed_at != health.changed_at:
            trouble = Trouble.UP if weighed.down_since is None else Trouble.DOWN
            await tell_trouble(uow, owners[account_id], account_id, trouble)
