"""Links to the page of a crew lead, as facts: one shift, one man, kept as digests only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from dispatch.kit.uow import Uow


@dataclass(frozen=True, slots=True)
class LeadLink:
    """Whose link it is, and to which list."""

    franchise_id: UUID
    shift_id: UUID
    worker_id: UUID

    @property
    def actor(self) -> str:
        """Who he is on the timeline."""
        return f"worker:{self.worker_id}"


async def store_link(uow: Uow, digest: bytes, shift_id: UUID, worker_id: UUID) -> None:
    """Keep a new link by its digest."""
    await uow.run(
        """INSERT INTO lead_links (token_sha256, franchise_id, shift_id, worker_id, created_at, created_by)
           VALUES ($1, $2, $3, $4, $5, $6)""",
        digest,
        uow.franchise_id,
        shift_id,
        worker_id,
        uow.now,
        uow.actor,
    )


async def revoke_links(uow: Uow, shift_id: UUID, worker_id: UUID) -> int:
    """End every link of a man to a shift; return how many that were."""
    return await uow.run(
        """UPDATE lead_links SET revoked_at = $4
           WHERE franchise_id = $1 AND shift_id = $2 AND worker_id = $3 AND revoked_at IS NULL""",
        uow.franchise_id,
        shift_id,
        worker_id,
        uow.now,
    )


async def revoke_links_of_gone(uow: Uow, shift_id: UUID, worker_id: UUID) -> int:
    """End every link of a man to a shift he has no seat on any more; return how many that were."""
    return await uow.run(
        """UPDATE lead_links SET revoked_at = $4
           WHERE franchise_id = $1 AND shift_id = $2 AND worker_id = $3 AND revoked_at IS NULL
             AND NOT EXISTS (SELECT FROM seats s WHERE s.shift_id = $2 AND s.worker_id = $3 AND s.live)""",
        uow.franchise_id,
        shift_id,
        worker_id,
        uow.now,
    )


async def link_of(uow: Uow, digest: bytes) -> LeadLink | None:
    """Find whose link has this digest, whatever the tenant; None when there is none that works."""
    row = await uow.fetchrow("SELECT * FROM lead_link_of($1)", digest)
    return None if row is None else LeadLink(**dict(row))


async def leads_with_link(uow: Uow, shift_id: UUID) -> Sequence[tuple[UUID, datetime]]:
    """Return the men who have a link to a shift that was not revoked, and since when."""
    rows = await uow.fetch(
        """SELECT worker_id, max(created_at) AS since FROM lead_links
           WHERE franchise_id = $1 AND shift_id = $2 AND revoked_at IS NULL GROUP BY worker_id ORDER BY since""",
        uow.franchise_id,
        shift_id,
    )
    return [(row["worker_id"], row["since"]) for row in rows]
