"""What a dispatcher looks at all day: the shifts of a span of time with how full each is, the most at risk first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from dispatch.kit.uow import Uow
from dispatch.orders.rules import ShiftStatus

MOST_ON_BOARD: Final = 300
"""More cards than anybody can look at; who has more filters."""

_BOARD: Final = """
WITH shown AS (
    SELECT f.id, f.order_id, f.service, f.starts_at, f.ends_at, f.zone, f.status, f.headcount, f.cover, f.version,
           f.primary_count, f.reserve_count, f.standby_count, f.paused_at, f.owner_id, f.client_id, f.site_id
    FROM shifts f
    WHERE f.franchise_id = $1 AND f.starts_at < $3 AND f.ends_at > $2 AND f.status <> 'cancelled'
      AND ($5::uuid[] IS NULL OR f.id = ANY ($5))
    ORDER BY f.starts_at, f.id LIMIT $4
), asked AS (
    SELECT i.shift_id, count(*) AS invited,
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
       h.paused_at IS NOT NULL AS paused, u.name AS owner, c.name AS client, t.address,
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
    owner: str | None
    client: str
    address: str
    invited: int
    pending: int
    doubtful: int
    arrived: int
    unaccounted: int
    no_show: int
    alarms: int
    critical: bool

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


async def board(uow: Uow, *, from_at: datetime, to_at: datetime, only: Sequence[UUID] | None = None) -> Sequence[Card]:
    """Return the shifts that overlap a span, those at risk first; at most `MOST_ON_BOARD`, the earliest of them.

    Args:
        uow: the tenant's unit of work.
        from_at: where the span begins.
        to_at: where it ends.
        only: leave out all others.
    """
    rows = await uow.fetch(_BOARD, uow.franchise_id, from_at, to_at, MOST_ON_BOARD, only)
    cards = [Card(**{**dict(row), "status": ShiftStatus(row["status"])}) for row in rows]
    return sorted(cards, key=lambda card: card.rank)
