"""What a dispatcher looks at all day: the shifts of a span of time with how full each is, the most at risk first."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from dispatch.crew.queries import ASKED
from dispatch.kit.gazetteer import town_near
from dispatch.kit.geo import Point
from dispatch.kit.uow import Uow
from dispatch.orders.rules import ShiftStatus

MOST_ON_BOARD: Final = 300
"""More cards than anybody can look at; who has more filters."""

_BOARD: Final = f"""
WITH shown AS (
    SELECT f.id, f.order_id, f.service, f.starts_at, f.ends_at, f.zone, f.status, f.headcount, f.cover, f.version,
           f.primary_count, f.reserve_count, f.standby_count, f.paused_at, f.owner_id, f.client_id, f.site_id
    FROM shifts f
    WHERE f.franchise_id = $1 AND ($2::timestamptz IS NULL OR f.ends_at > $2)
      AND ($3::timestamptz IS NULL OR f.starts_at < $3) AND f.status <> 'cancelled'
      AND ($5::uuid[] IS NULL OR f.id = ANY ($5)) AND ($6::uuid IS NULL OR f.client_id = $6)
      AND ($7::text IS NULL OR f.service = $7) AND ($8::uuid IS NULL OR f.owner_id = $8)
      AND (NOT $9 OR f.owner_id IS NULL)
    ORDER BY f.starts_at, f.id LIMIT $4
), asked AS (
    SELECT i.shift_id, count(*) FILTER (WHERE {ASKED}) AS invited,
           count(*) FILTER (WHERE i.status IN ('queued', 'sent', 'delivered')) AS pending
    FROM invitations i WHERE i.franchise_id = $1 AND i.shift_id IN (SELECT id FROM shown) GROUP BY i.shift_id
), seated AS (
    SELECT s.shift_id,
           count(*) FILTER (WHERE s.status = 'doubtful') AS doubtful,
           count(*) FILTER (WHERE s.status IN ('arrived', 'completed')) AS arrived,
           count(*) FILTER (WHERE s.status = 'unaccounted') AS unaccounted,
           count(*) FILTER (WHERE s.status = 'no_show') AS no_show
    FROM seats s WHERE s.franchise_id = $1 AND s.shift_id IN (SELECT id FROM shown) GROUP BY s.shift_id
), alarmed AS (
    SELECT a.shift_id, count(*) AS alarms, bool_or(a.severity = 'critical') AS critical
    FROM alarms a WHERE a.franchise_id = $1 AND a.status <> 'resolved' AND a.shift_id IN (SELECT id FROM shown)
    GROUP BY a.shift_id
)
SELECT h.id, h.order_id, h.service, h.starts_at, h.ends_at, h.zone, h.status, h.headcount, h.cover, h.version,
       h.primary_count AS primary, h.reserve_count AS reserve, h.standby_count AS standby,
       h.paused_at IS NOT NULL AS paused, h.owner_id, u.name AS owner, h.client_id, c.name AS client, t.address,
       ST_Y(t.location::geometry) AS lat, ST_X(t.location::geometry) AS lon,
       coalesce(k.invited, 0) AS invited, coalesce(k.pending, 0) AS pending,
       coalesce(d.doubtful, 0) AS doubtful, coalesce(d.arrived, 0) AS arrived,
       coalesce(d.unaccounted, 0) AS unaccounted, coalesce(d.no_show, 0) AS no_show,
       coalesce(a.alarms, 0) AS alarms, coalesce(a.critical, false) AS critical
FROM shown h
JOIN clients c ON c.franchise_id = $1 AND c.id = h.client_id
JOIN sites t ON t.franchise_id = $1 AND t.id = h.site_id
LEFT JOIN staff_users u ON u.franchise_id = $1 AND u.id = h.owner_id
LEFT JOIN asked k ON k.shift_id = h.id
LEFT JOIN seated d ON d.shift_id = h.id
LEFT JOIN alarmed a ON a.shift_id = h.id
"""


class Risk(StrEnum):
    """How much a shift wants somebody to look: an alarm calls, places are open, all is well or over."""

    CRITICAL = "critical"
    OPEN = "open"
    CALM = "calm"


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """Which cards to show; what is not given does not matter.

    Attributes:
        unowned: only those that nobody looks after.
        city: the name of the town nearest to the site.
    """

    client_id: UUID | None = None
    service: str | None = None
    owner_id: UUID | None = None
    unowned: bool = False
    risk: Risk | None = None
    city: str | None = None


EVERYTHING: Final = BoardFilter()


@dataclass(frozen=True, slots=True)
class Card:
    """One shift as the board shows it; times are instants, `zone` is that of its site."""

    id: UUID
    order_id: UUID
    service: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    status: ShiftStatus
    headcount: int
    cover: int
    version: int
    primary: int
    reserve: int
    standby: int
    paused: bool
    owner_id: UUID | None
    owner: str | None
    client_id: UUID
    client: str
    address: str
    lat: float
    lon: float
    invited: int
    pending: int
    doubtful: int
    arrived: int
    unaccounted: int
    no_show: int
    alarms: int
    critical: bool

    @property
    def city(self) -> str:
        """The town nearest to its site."""
        return town_near(Point(lat=self.lat, lon=self.lon), self.zone)

    @property
    def level(self) -> Risk:
        """How much it wants somebody to look."""
        worry = self.risk[0]
        return Risk.CRITICAL if worry == 0 else Risk.OPEN if worry == 1 else Risk.CALM

    @property
    def missing(self) -> int:
        """How many primary places are empty."""
        return max(0, self.headcount - self.primary)

    @property
    def rank(self) -> str:
        """The same order as `risk`, as text that sorts."""
        worry, open_share, starts_at = self.risk
        return f"{worry} {1 + open_share:.4f} {starts_at.astimezone(UTC):%Y%m%d%H%M} {self.id}"

    @property
    def words(self) -> str:
        """What one may type to find it."""
        return f"{self.client} {self.address} {self.service} {self.owner or ''}".casefold()

    @property
    def risk(self) -> tuple[int, float, datetime]:
        """What cards are sorted by, greatest risk first: alarms, the share that is missing, the start."""
        open_share = max(0, self.cover - self.primary - self.reserve) / self.cover
        over = self.status in (ShiftStatus.CLOSED, ShiftStatus.CANCELLED)
        worry = 3 if over else 0 if self.critical else 1 if self.alarms or self.missing else 2
        return (worry, -open_share, self.starts_at)


async def board(
    uow: Uow,
    *,
    from_at: datetime,
    to_at: datetime,
    only: Sequence[UUID] | None = None,
    wanted: BoardFilter = EVERYTHING,
) -> Sequence[Card]:
    """Return the shifts that overlap a span, those at risk first; at most `MOST_ON_BOARD`, the earliest of them.

    Args:
        uow: the tenant's unit of work.
        from_at: where the span begins.
        to_at: where it ends.
        only: leave out all others.
        wanted: which of them to show.
    """
    return await _cards(uow, from_at, to_at, only, wanted)


async def board_of(uow: Uow, shift_ids: Sequence[UUID]) -> Sequence[Card]:
    """Return the cards of some shifts, those at risk first, whenever they are."""
    return await _cards(uow, None, None, shift_ids, EVERYTHING) if shift_ids else []


async def _cards(
    uow: Uow, from_at: datetime | None, to_at: datetime | None, only: Sequence[UUID] | None, wanted: BoardFilter
) -> Sequence[Card]:
    rows = await uow.fetch(
        _BOARD,
        uow.franchise_id,
        from_at,
        to_at,
        MOST_ON_BOARD,
        only,
        wanted.client_id,
        wanted.service,
        wanted.owner_id,
        wanted.unowned,
    )
    cards = [Card(**{**dict(row), "status": ShiftStatus(row["status"])}) for row in rows]
    shown = [card for card in cards if wanted.risk in (None, card.level)]
    if wanted.city is not None:
        shown = await asyncio.to_thread(_in_city, shown, wanted.city)
    return sorted(shown, key=lambda card: card.rank)


def _in_city(cards: Sequence[Card], city: str) -> list[Card]:
    return [card for card in cards if card.city == city]


@dataclass(frozen=True, slots=True)
class BoardChoices:
    """What the cards of a day can be narrowed to: ids with names, each by name."""

    clients: Sequence[tuple[UUID, str]]
    services: Sequence[str]
    owners: Sequence[tuple[UUID, str]]
    cities: Sequence[str]


def choices_of(cards: Sequence[Card]) -> BoardChoices:
    """Return what these cards can be narrowed to; call it from a thread, towns are read from a file the first time."""
    owners = {(card.owner_id, card.owner) for card in cards}
    return BoardChoices(
        clients=sorted({(card.client_id, card.client) for card in cards}, key=lambda pair: pair[1].casefold()),
        services=sorted({card.service for card in cards}),
        owners=sorted(
            ((owner_id, name) for owner_id, name in owners if owner_id is not None and name is not None),
            key=lambda pair: pair[1].casefold(),
        ),
        cities=sorted({card.city for card in cards} - {""}),
    )
