"""What somebody has to do with us just now: offers he has not answered, seats he holds. For whoever reads his words."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from dispatch.crew.rules import SeatStatus
from dispatch.kit.uow import Uow

_MATTERS: Final = """
WITH matters AS (
    SELECT i.worker_id, i.shift_id, NULL::uuid AS seat_id, 'offer' AS kind, i.status FROM invitations i
    WHERE i.franchise_id = $1 AND i.worker_id = ANY ($2) AND i.status IN ('queued', 'sent', 'delivered')
    UNION ALL
    SELECT s.worker_id, s.shift_id, s.id, s.kind, s.status FROM seats s
    WHERE s.franchise_id = $1 AND s.worker_id = ANY ($2) AND s.live AND s.kind IN ('primary', 'reserve')
    UNION ALL
    SELECT s.worker_id, s.shift_id, s.id, s.kind, s.status FROM seats s
    WHERE s.franchise_id = $1 AND s.worker_id = ANY ($2) AND s.live AND s.kind = 'standby')
SELECT m.worker_id, m.shift_id, m.seat_id, m.kind, m.status, f.starts_at, f.ends_at, f.zone, f.service, c.name AS client
FROM matters m
JOIN shifts f ON f.franchise_id = $1 AND f.id = m.shift_id AND f.status NOT IN ('closed', 'cancelled')
JOIN clients c ON c.franchise_id = $1 AND c.id = f.client_id
WHERE m.seat_id IS NOT NULL OR f.ends_at > $3
ORDER BY f.starts_at, m.shift_id
"""


@dataclass(frozen=True, slots=True)
class Matter:
    """An open offer or a live seat.

    Attributes:
        seat_id: None for an offer.
        kind: `offer`, or the kind of the seat.
        status: of the invitation or of the seat.
        starts_at, ends_at: of the shift; `zone` is that of its site.
    """

    worker_id: UUID
    shift_id: UUID
    seat_id: UUID | None
    kind: str
    status: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    service: str
    client: str

    @property
    def undecided(self) -> bool:
        """Whether his word still says whether he comes: he was not seen on site."""
        return self.status not in (SeatStatus.ARRIVED, SeatStatus.COMPLETED)


async def open_matters(uow: Uow, worker_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Matter]]:
    """Return what is open with each of these men at the tenant, by start; who has nothing open is left out."""
    found: dict[UUID, list[Matter]] = {}
    if worker_ids:
        for row in await uow.fetch(_MATTERS, uow.franchise_id, list(worker_ids), uow.now):
            found.setdefault(row["worker_id"], []).append(Matter(**dict(row)))
    return found
