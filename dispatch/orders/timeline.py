"""The shift's timeline: who did what, when and why; one row per business step, never changed."""

import json
from uuid import UUID

from dispatch.kit.uow import Uow


async def note(uow: Uow, shift_id: UUID, kind: str, *, worker_id: UUID | None = None, **detail: object) -> None:
    """Write one step. `detail` holds ids, figures and reasons; names and numbers of people stay out of it."""
    await uow.run(
        """INSERT INTO timeline (franchise_id, shift_id, at, actor, kind, worker_id, detail)
           VALUES ($1, $2, clock.instant(), $3, $4, $5, $6)""",
        uow.franchise_id,
        shift_id,
        uow.actor,
        kind,
        worker_id,
        json.dumps(detail, default=str),
    )
