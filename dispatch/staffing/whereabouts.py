"""Where a shift's people are, as far as the franchise may know: its own men about a kilometre off, guests by ring."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from dispatch.kit.uow import Uow

MOST_SHOWN: Final = 400
"""More marks than anybody tells apart."""

_PEOPLE: Final = """
WITH people AS (
    SELECT DISTINCT ON (p.worker_id) p.worker_id, p.mark, p.metres FROM (
        SELECT s.worker_id, i.distance_m AS metres, 0 AS class,
               CASE WHEN s.status IN ('arrived', 'completed') THEN 'arrived'
                    WHEN s.kind = 'standby' THEN 'standby' ELSE 'seated' END AS mark
        FROM seats s LEFT JOIN invitations i ON i.franchise_id = $1 AND i.id = s.invitation_id
        WHERE s.franchise_id = $1 AND s.shift_id = $2 AND s.live
        UNION ALL
        SELECT i.worker_id, i.distance_m, 1,
               CASE WHEN i.status IN ('expired', 'undeliverable') THEN 'silent' ELSE 'invited' END
        FROM invitations i WHERE i.franchise_id = $1 AND i.shift_id = $2
             AND i.status IN ('queued', 'sent', 'delivered', 'expired', 'undeliverable')) p
    ORDER BY p.worker_id, p.class
)
SELECT p.worker_id, p.mark,
       ceil(coalesce(p.metres, ST_Distance(w.location, f.location)) / 1000.0)::int AS ring_km,
       -- own men alone, on a grid of two decimals: about a kilometre, so that no house can be told
       CASE WHEN w.franchise_id = $1 THEN round(ST_Y(w.location::geometry)::numeric, 2)::float8 END AS lat,
       CASE WHEN w.franchise_id = $1 THEN round(ST_X(w.location::geometry)::numeric, 2)::float8 END AS lon
FROM people p JOIN workers w ON w.id = p.worker_id JOIN shifts f ON f.franchise_id = $1 AND f.id = $2
ORDER BY array_position(ARRAY['arrived', 'seated', 'standby', 'invited', 'silent'], p.mark), ring_km, p.worker_id
LIMIT $3
"""


class Mark(StrEnum):
    """How somebody stands to the shift, for the kind of dot he gets."""

    ARRIVED = "arrived"
    SEATED = "seated"
    STANDBY = "standby"
    INVITED = "invited"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a man lives, roughly.

    Attributes:
        ring_km: whole kilometres from the site, rounded up.
        lat: degrees with two decimals; None for a guest, of whom only the ring may be known.
        lon: the same.
    """

    worker_id: UUID
    mark: Mark
    ring_km: int
    lat: float | None
    lon: float | None


async def whereabouts_of(uow: Uow, shift_id: UUID) -> Sequence[Whereabouts]:
    """Return everybody seated on a shift or asked and not refused, the seated first, then the nearest; at most 400."""
    rows = await uow.fetch(_PEOPLE, uow.franchise_id, shift_id, MOST_SHOWN)
    return [Whereabouts(**{**dict(row), "mark": Mark(row["mark"])}) for row in rows]
