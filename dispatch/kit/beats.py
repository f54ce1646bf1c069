"""Signs of life of our own parts, in real time: an outage is a fact of machines, not of the domain.

Each part writes its own row, named by its source, every few seconds. Several processes of one kind share a row: the
source is silent only when all of them are. The beat that ends a silence longer than the gap writes it down as an
outage; a worker tells it afterwards, once.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from dispatch.kit.log import get_logger
from dispatch.kit.uow import Database, Uow

log = get_logger(__name__)

WORKER: Final = "worker"
"""The processes that do everything that happens by itself."""

INBOUND: Final = "inbound"
"""The processes that serve the webhooks; while none of them can write, no text of any account reaches us."""

# An outage that nobody told yet and the next one become one: what fell into either starts again.
_BEAT = """
INSERT INTO beats AS b (source, at) VALUES ($1, clock_timestamp())
ON CONFLICT (source) DO UPDATE
SET outage_from = CASE WHEN excluded.at - b.at <= $2 OR NOT b.told THEN b.outage_from ELSE b.at END,
    outage_to = CASE WHEN excluded.at - b.at > $2 THEN excluded.at ELSE b.outage_to END,
    told = b.told AND excluded.at - b.at <= $2,
    at = excluded.at
"""
_ENDED = """
WITH mine AS (SELECT source FROM beats WHERE NOT told ORDER BY source FOR NO KEY UPDATE SKIP LOCKED)
UPDATE beats b SET told = true FROM mine WHERE b.source = mine.source
RETURNING b.source, b.outage_from AS from_at, b.outage_to AS to_at
"""


@dataclass(frozen=True, slots=True)
class Outage:
    """A silence of one source, over by now; instants of the real clock."""

    source: str
    from_at: datetime
    to_at: datetime


def inbound_of(account_id: object) -> str:
    """Return the source that beats whenever the gateway's own list of an account was read to its end."""
    return f"{INBOUND}:{account_id}"


async def beat(uow: Uow, source: str, gap: timedelta) -> None:
    """Write a sign of life; a silence longer than `gap` before it becomes an outage that waits to be told."""
    await uow.run(_BEAT, source, gap)


async def ended_outages(uow: Uow) -> list[Outage]:
    """Return the outages that ended and were not told; with the caller's commit they are."""
    return [Outage(**dict(row)) for row in await uow.fetch(_ENDED)]


async def beat_for_ever(database: Database, source: str, gap: timedelta, every_s: float) -> None:
    """Beat every few seconds until cancelled. What cannot be written is told by the missing beat itself."""
    while True:
        try:
            async with database.begin(None, "system:beat") as uow:
                await beat(uow, source, gap)
        except Exception as error:  # noqa: BLE001 - whatever keeps us from writing, a later beat ends the outage
            log.warning("beat_missed", source=source, error=type(error).__name__)
        await asyncio.sleep(every_s)
