"""What an account allows at this moment: how many texts a second, to whom, for how much; and what a text cost."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

import asyncpg

from dispatch.kit.uow import Uow
from dispatch.sms.budget import Budget, Window

BURST_S: Final = 0.5
"""A claim takes at most what the account's rate allows in so many seconds."""

_TOLD_AGAIN_AFTER: Final = timedelta(hours=1)

# Locking the progress row makes claims of one account take turns, so that all senders together keep its rate and caps.
_READ: Final = """
SELECT a.franchise_id, a.rate_per_s, a.segment_price_minor, a.prefixes, a.seat_reserve_percent, a.hourly_cap_minor,
       a.daily_cap_minor, h.balance_minor, h.down_since IS NOT NULL AS down,
       greatest(extract(epoch FROM greatest(p.next_send_at, 'epoch') - clock_timestamp()), 0)::float8 AS ahead_s,
       greatest(extract(epoch FROM h.tried_at + $2::interval - clock_timestamp()), 0)::float8 AS next_try_s,
       s.*
FROM sms_account_progress p JOIN sms_accounts a ON a.id = p.account_id AND a.enabled
LEFT JOIN sms_account_health h ON h.account_id = a.id
LEFT JOIN LATERAL (
    SELECT coalesce(sum(minor) FILTER (WHERE hour), 0)::bigint AS hour_all,
           coalesce(sum(minor) FILTER (WHERE hour AND NOT about_seats), 0)::bigint AS hour_offers,
           coalesce(sum(minor) FILTER (WHERE day), 0)::bigint AS day_all,
           coalesce(sum(minor) FILTER (WHERE day AND NOT about_seats), 0)::bigint AS day_offers,
           coalesce(sum(minor) FILTER (WHERE balance), 0)::bigint AS balance_all,
           coalesce(sum(minor) FILTER (WHERE balance AND NOT about_seats), 0)::bigint AS balance_offers
    FROM (SELECT minor, about_seats, slot > clock_timestamp() - interval '65 minutes' AS hour,
                 slot > clock_timestamp() - interval '1445 minutes' AS day,
                 slot > h.balance_at - interval '5 minutes' AS balance
          FROM sms_spend WHERE account_id = a.id
            AND slot > least(clock_timestamp() - interval '1445 minutes', h.balance_at - interval '5 minutes')) slots
) s ON a.segment_price_minor > 0
    AND num_nonnulls(a.hourly_cap_minor, a.daily_cap_minor, h.balance_minor) > 0
WHERE p.account_id = $1 AND sending_released()
FOR NO KEY UPDATE OF p
"""
_FIRST_USE: Final = "INSERT INTO sms_account_progress (account_id) VALUES ($1) ON CONFLICT DO NOTHING"
_PACE: Final = """
UPDATE sms_account_progress
SET next_send_at = greatest(next_send_at, clock_timestamp()) + make_interval(secs => $2) WHERE account_id = $1
"""
_HOLD: Final = """
UPDATE sms_account_progress SET next_send_at = greatest(next_send_at, clock_timestamp() + make_interval(secs => $2))
WHERE account_id = $1
"""
_BALANCE: Final = """
INSERT INTO sms_account_health AS h (account_id, franchise_id, balance_minor, balance_at)
SELECT a.id, a.franchise_id, $2, clock_timestamp() FROM sms_accounts a JOIN franchises f ON f.id = a.franchise_id
WHERE a.id = $1 AND f.currency = $3
ON CONFLICT (account_id) DO UPDATE SET balance_minor = excluded.balance_minor, balance_at = excluded.balance_at
"""
_SPEND: Final = """
INSERT INTO sms_spend (franchise_id, account_id, slot, about_seats, minor)
SELECT $1, $2, date_bin('5 minutes', clock_timestamp(), 'epoch'), v.about_seats, v.minor
FROM (VALUES (true, $3::bigint), (false, $4::bigint)) AS v (about_seats, minor) WHERE v.minor > 0
ON CONFLICT (account_id, slot, about_seats) DO UPDATE SET minor = sms_spend.minor + excluded.minor
"""
_GIVE_BACK: Final = """
WITH refused AS (
    SELECT m.account_id, date_bin('5 minutes', m.claimed_at, 'epoch') AS slot, m.class = 'S' AS about_seats,
           m.cost_minor, m.id
    FROM messages m WHERE m.id = ANY ($1) AND m.cost_minor > 0
), freed AS (
    UPDATE messages m SET cost_minor = 0 FROM refused WHERE m.id = refused.id
), slots AS (
    SELECT s.account_id, s.slot, s.about_seats FROM sms_spend s
    WHERE (s.account_id, s.slot, s.about_seats) IN (SELECT account_id, slot, about_seats FROM refused)
    ORDER BY 1, 2, 3 FOR NO KEY UPDATE
)
UPDATE sms_spend s SET minor = greatest(s.minor - back.minor, 0)
FROM slots JOIN (SELECT account_id, slot, about_seats, sum(cost_minor) AS minor FROM refused GROUP BY 1, 2, 3) back
     USING (account_id, slot, about_seats)
WHERE (s.account_id, s.slot, s.about_seats) = (slots.account_id, slots.slot, slots.about_seats)
"""
_TELL: Final = """
INSERT INTO sms_account_health AS h (account_id, franchise_id, capped_at) VALUES ($1, $2, clock_timestamp())
ON CONFLICT (account_id) DO UPDATE SET capped_at = excluded.capped_at
WHERE h.capped_at IS NULL OR h.capped_at < clock_timestamp() - $3::interval
RETURNING account_id
"""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What an account allows now; its row is locked until the caller's commit.

    Attributes:
        rate: texts a second.
        room: texts that may start at once; a fraction below one: none.
        price_minor: of a segment.
        prefixes: how the numbers begin that may be texted.
        budget: what may still be spent.
        down: whether its gateway counts as down, so that hardly anything is let through.
        next_try_s: until a text may be let through to a gateway that is down.
    """

    franchise_id: UUID
    account_id: UUID
    rate: int
    room: float
    price_minor: int
    prefixes: tuple[str, ...]
    budget: Budget
    down: bool
    next_try_s: float

    @property
    def wait_s(self) -> float:
        """How long until there is room for one text."""
        return max(0.0, (1 - self.room) / self.rate)


async def read_allowance(uow: Uow, account_id: UUID, try_every: timedelta) -> Allowance | None:
    """Take the account's turn; None where it is disabled, or sending is not released."""
    row = await uow.fetchrow(_READ, account_id, try_every)
    if row is None:
        await uow.run(_FIRST_USE, account_id)
        row = await uow.fetchrow(_READ, account_id, try_every)
    if row is None:
        return None
    rate: int = row["rate_per_s"]
    return Allowance(
        franchise_id=row["franchise_id"],
        account_id=account_id,
        rate=rate,
        room=max(1.0, rate * BURST_S) - row["ahead_s"] * rate,
        price_minor=row["segment_price_minor"],
        prefixes=tuple(row["prefixes"]),
        budget=Budget.of(_windows(row), row["seat_reserve_percent"]),
        down=row["down"],
        next_try_s=row["next_try_s"] or 0.0,
    )


async def note_claimed(uow: Uow, allowance: Allowance, texts: int, *, seats_minor: int, offers_minor: int) -> None:
    """Count texts that are about to leave against the rate and the caps of their account."""
    await uow.run(_PACE, allowance.account_id, texts / allowance.rate)
    if seats_minor or offers_minor:
        await uow.run(_SPEND, allowance.franchise_id, allowance.account_id, seats_minor, offers_minor)


async def hold_account(uow: Uow, account_id: UUID, pause_s: float) -> None:
    """Let no sender start a text of an account for so long: its gateway asked for a pause."""
    await uow.run(_HOLD, account_id, pause_s)


async def note_balance(uow: Uow, account_id: UUID, minor: int, currency: str) -> bool:
    """Keep what a gateway says is left; False where it counts in another currency than the franchise."""
    return bool(await uow.run(_BALANCE, account_id, minor, currency))


async def give_back(uow: Uow, message_ids: Collection[UUID]) -> None:
    """Take what these texts cost off again: no gateway took them. The caller holds their rows."""
    if message_ids:
        await uow.run(_GIVE_BACK, list(message_ids))


async def is_news_that_money_is_out(uow: Uow, allowance: Allowance) -> bool:
    """Note that texts wait for money; tell whether people have to be told, which is once an hour."""
    told = await uow.fetchval(_TELL, allowance.account_id, allowance.franchise_id, _TOLD_AGAIN_AFTER)
    return told is not None


def _windows(row: asyncpg.Record) -> Iterator[Window]:
    for limit, spent in (("hourly_cap_minor", "hour"), ("daily_cap_minor", "day"), ("balance_minor", "balance")):
        if row[limit] is not None and row[f"{spent}_all"] is not None:
            yield Window(row[limit], row[f"{spent}_all"], row[f"{spent}_offers"])
