"""What a service answered, kept for a while and within bounds; each franchise its own, like all it knows of clients."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dispatch.geocoding.base import Place
from dispatch.geocoding.rules import KEPT, KEPT_EMPTY
from dispatch.kit.geo import Point
from dispatch.kit.uow import Database, Uow

MOST_KEPT: Final = 5000
"""Answers of one franchise; beyond that the oldest go."""
_TURN: Final = "SELECT take_geocoder_turn($1, $2, $3)"


@dataclass(frozen=True, slots=True)
class CacheKey:
    """What makes two questions the same.

    Attributes:
        provider: the service, and whether it was asked while somebody typed.
        query: normalised.
    """

    provider: str
    language: str
    query: str


async def kept_answer(uow: Uow, key: CacheKey) -> list[Place] | None:
    """Return what the service answered, an empty list for nothing found; None where that is not known any more."""
    kept = await uow.fetchval(
        """SELECT places FROM geocodes
           WHERE franchise_id = $1 AND provider = $2 AND language = $3 AND query = $4 AND expires_at > $5""",
        uow.franchise_id,
        key.provider,
        key.language,
        key.query,
        uow.now,
    )
    if kept is None:
        return None
    return [Place(one["address"], Point(lat=one["lat"], lon=one["lon"]), one["exact"]) for one in kept]


async def keep_answer(uow: Uow, key: CacheKey, places: Sequence[Place]) -> None:
    """Keep an answer, that of nothing found for a shorter time, and let the oldest go where there are too many."""
    rows = [{"address": p.address, "lat": p.point.lat, "lon": p.point.lon, "exact": p.exact} for p in places]
    await uow.run(
        """INSERT INTO geocodes (franchise_id, provider, language, query, places, asked_at, expires_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7)
           ON CONFLICT (franchise_id, provider, language, query)
           DO UPDATE SET places = excluded.places, asked_at = excluded.asked_at, expires_at = excluded.expires_at""",
        uow.franchise_id,
        key.provider,
        key.language,
        key.query,
        json.dumps(rows, ensure_ascii=False),
        uow.now,
        uow.now + (KEPT if places else KEPT_EMPTY),
    )
    await uow.run(
        """DELETE FROM geocodes WHERE franchise_id = $1 AND asked_at < (
               SELECT asked_at FROM geocodes WHERE franchise_id = $1 ORDER BY asked_at DESC OFFSET $2 LIMIT 1)""",
        uow.franchise_id,
        MOST_KEPT - 1,
    )


async def take_turn(database: Database, provider: str, gap_s: float, patience_s: float) -> float | None:
    """Take the next turn to ask a service, of all processes, and return in how many seconds it is.

    None where the queue is longer than the patience; no turn is taken then.
    """
    wait: float | None = await database.autocommit(_TURN, [provider, gap_s, patience_s])
    return None if wait is None else max(0.0, wait)
