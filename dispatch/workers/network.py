"""Everybody of the network as headquarters may see them: by id, ring and rating, and by nothing that tells who."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from dispatch.kit.geo import Point
from dispatch.kit.uow import Uow
from dispatch.workers.rules import Ring

_RATING: Final = "CASE WHEN w.capped_until > clock.now() THEN least(w.rating, 2.00) ELSE w.rating END"
_BOUNDS_M: Final = {
    Ring.NEAR: (0, 5_000),
    Ring.MIDDLE: (5_000, 15_000),
    Ring.FAR: (15_000, 50_000),
    Ring.BEYOND: (50_000, 30_000_000),
}
_POINT: Final = "ST_SetSRID(ST_MakePoint($1, $2), 4326)::geography"
_ONE: Final = "FROM workers w WHERE w.id = $3 AND {narrowed}"
_ALL: Final = "FROM workers w WHERE w.invitable AND $3::uuid IS NULL AND {narrowed}"
_NARROWED: Final = f"""
    ($4::numeric IS NULL OR {_RATING} >= $4)
  AND ($5::float8 IS NULL OR ST_DWithin(w.location, {_POINT}, $6) AND NOT ST_DWithin(w.location, {_POINT}, $5))
"""
_SIZE: Final = "SELECT pool_size($1)"
_WALKED: Final = f"""
SELECT p.worker_id AS id, p.rating, ST_Distance(w.location, {_POINT}) AS metres
FROM pool_by_rating($3, $4, $5, $6) p JOIN workers w ON w.id = p.worker_id
ORDER BY p.rating {{way}}, p.worker_id {{way}}
"""
_LOWEST: Final = Decimal(1)
"""Nobody is rated below."""


class PoolColumn(StrEnum):
    """What the network's people can be sorted by."""

    ID = "id"
    RATING = "rating"


@dataclass(frozen=True, slots=True)
class PoolLine:
    """One of the network: `metres` from the reader's own franchise, to be told as a ring only."""

    id: UUID
    rating: Decimal
    metres: float


@dataclass(frozen=True, slots=True)
class PoolWanted:
    """Whom to list: one man whatever his state, or of those who can be invited the ones in a ring, or rated so."""

    worker_id: UUID | None = None
    ring: Ring | None = None
    rating_from: Decimal | None = None


async def count_pool(uow: Uow, wanted: PoolWanted, centre: Point) -> int:
    """Count the people of the network who are wanted."""
    if _is_everybody(wanted):
        everybody: int = await uow.fetchval(_SIZE, wanted.rating_from or _LOWEST)
        return everybody
    found: int = await uow.fetchval(f"SELECT count(*) {_where(wanted)}", *_given(wanted, centre))
    return found


async def find_in_pool(
    uow: Uow,
    wanted: PoolWanted,
    centre: Point,
    *,
    column: PoolColumn,
    descending: bool,
    offset: int,
    limit: int,
    found: int,
) -> Sequence[PoolLine]:
    """Return a page of the people of the network who are wanted, sorted.

    By rating, everybody is walked in the order of an index, from the nearer end; those of a ring are sorted.

    Args:
        uow: of any tenant: what is told here is open to the whole network.
        wanted: whom to list.
        centre: the place that rings are counted from.
        column: what to sort by.
        descending: greatest first.
        offset: how many come before the page.
        limit: the most it holds.
        found: how many are wanted, as `count_pool` counted them.
    """
    if column is PoolColumn.RATING and _is_everybody(wanted):
        return await _walked(uow, wanted, centre, descending=descending, offset=offset, limit=limit, found=found)
    way = "DESC" if descending else "ASC"
    first = f"rating {way}, " if column is PoolColumn.RATING else ""
    rows = await uow.fetch(
        f"""SELECT id, rating, ST_Distance(location, {_POINT}) AS metres
            FROM (SELECT w.id, {_RATING} AS rating, w.location {_where(wanted)}
                  ORDER BY {first} id {way} OFFSET $7 LIMIT $8) p
            ORDER BY {first} id {way}""",
        *_given(wanted, centre),
        offset,
        limit,
    )
    return [PoolLine(**dict(row)) for row in rows]


async def _walked(
    uow: Uow, wanted: PoolWanted, centre: Point, *, descending: bool, offset: int, limit: int, found: int
) -> Sequence[PoolLine]:
    from_the_end = offset > found // 2
    most = max(0, min(limit, found - offset)) if from_the_end else limit
    skipped = max(0, found - offset - most) if from_the_end else offset
    rows = await uow.fetch(
        _WALKED.format(way="DESC" if descending else "ASC"),
        centre.lon,
        centre.lat,
        wanted.rating_from or _LOWEST,
        descending != from_the_end,
        skipped,
        most,
    )
    return [PoolLine(**dict(row)) for row in rows]


def _is_everybody(wanted: PoolWanted) -> bool:
    return wanted.worker_id is None and wanted.ring is None


def _where(wanted: PoolWanted) -> str:
    return (_ALL if wanted.worker_id is None else _ONE).format(narrowed=_NARROWED)


def _given(wanted: PoolWanted, centre: Point) -> tuple[object, ...]:
    nearest, furthest = _BOUNDS_M[wanted.ring] if wanted.ring is not None else (None, None)
    return (centre.lon, centre.lat, wanted.worker_id, wanted.rating_from, nearest, furthest)
