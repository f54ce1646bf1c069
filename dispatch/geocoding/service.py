"""Find the places of an address: from what is kept, else from the service, which is asked outside of transactions."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from dispatch.geocoding.base import Asked, Geocoder, GeocoderFailed, Place
from dispatch.geocoding.cache import CacheKey, keep_answer, kept_answer, take_turn
from dispatch.geocoding.errors import AskedTooOften, GeocoderBusy, GeocoderRefuses, GeocoderSilent
from dispatch.geocoding.guard import Allowance, Breaker
from dispatch.geocoding.rules import LONGEST, SHORTEST, normalise
from dispatch.kit.geo import Point
from dispatch.kit.log import get_logger
from dispatch.kit.text import storable
from dispatch.kit.uow import Database
from dispatch.tenancy.queries import place_of

PATIENCE_S: Final = 2.0
"""So long a question waits for its turn where the service sets a pace."""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Geocoding:
    """A service with what guards it; one for each process."""

    geocoder: Geocoder
    breaker: Breaker = field(default_factory=Breaker)
    allowance: Allowance = field(default_factory=Allowance)


async def find_places(
    database: Database,
    geocoding: Geocoding,
    text: str,
    language: str,
    *,
    franchise_id: UUID,
    actor: str,
    typing: bool = False,
) -> Sequence[Place]:
    """Return the places an address may mean, best first; none for fewer than three signs, or where nothing is found.

    Args:
        database: of the requests; it is used before and after the service is asked, not meanwhile.
        geocoding: the service.
        text: as typed.
        language: of the answers.
        franchise_id: whose question it is; what lies near that agency comes first, and the answer is kept for it.
        actor: who asks; his allowance is used.
        typing: it may be half a word.

    Raises:
        AskedTooOften: he asks faster than anybody reads.
        GeocoderSilent: the service does not answer, or did not a moment ago.
        GeocoderRefuses: it wants another key, or its quota is used up.
        GeocoderBusy: others wait for their turn already.
    """
    query = normalise(text)
    geocoder = geocoding.geocoder
    if len(query) < SHORTEST or (typing and not geocoder.as_you_type):
        return []
    key = CacheKey(f"{geocoder.name}/typing" if typing else geocoder.name, language, query)
    async with database.begin(franchise_id, actor) as uow:
        kept = await kept_answer(uow, key)
        lat, lon = await place_of(uow)
    if kept is not None:
        return kept
    if not geocoding.allowance.take(actor):
        raise AskedTooOften
    places = await _ask(database, geocoding, Asked(_line(text), language, Point(lat=lat, lon=lon), typing))
    async with database.begin(franchise_id, actor) as uow:
        await keep_answer(uow, key, places)
    return places


async def _ask(database: Database, geocoding: Geocoding, asked: Asked) -> Sequence[Place]:
    geocoder, breaker = geocoding.geocoder, geocoding.breaker
    if not breaker.lets_through():
        raise GeocoderSilent
    if geocoder.gap_s:
        wait = await take_turn(database, geocoder.name, geocoder.gap_s, PATIENCE_S)
        if wait is None:
            raise GeocoderBusy
        await asyncio.sleep(wait)
    try:
        places = await geocoder.find(asked)
    except GeocoderFailed as failure:
        breaker.failed()
        log.warning("geocoder_failed", geocoder=geocoder.name, reason=failure.reason)
        raise (GeocoderRefuses if failure.refused else GeocoderSilent) from None
    breaker.answered()
    return places


def _line(text: str) -> str:
    """Return what was typed as one line a service can be sent."""
    return " ".join(storable(text[:LONGEST]).split())
