"""What people on site wrote down, as facts: each mark once, with the device's time and the one that counts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from dispatch.kit.uow import Uow


@dataclass(frozen=True, slots=True)
class StoredMark:
    """One mark.

    Attributes:
        id: made by the device, so that sending it again is harmless.
        made_at: what the device's clock showed.
        clock_offset: what to add to that clock to have ours, as it was measured.
        at: when it happened, an instant of our clock.
        source: `foreman`, `crew_lead` or `dispatcher`.
        outcome: what it came to.
        detail: ids, figures and reasons; names and numbers of workers stay out of it.
        sha256: of the photo or the signature that came with it.
    """

    id: UUID
    shift_id: UUID
    kind: str
    seat_id: UUID | None
    made_at: datetime
    clock_offset: timedelta
    at: datetime
    source: str
    outcome: str
    detail: Mapping[str, object] = field(default_factory=dict)
    sha256: bytes | None = None


async def store_mark(uow: Uow, mark: StoredMark) -> None:
    """Keep a mark for good."""
    await uow.run(
        """INSERT INTO site_marks (franchise_id, id, shift_id, kind, seat_id, made_at, clock_offset, at, source, author,
                                   outcome, detail, sha256)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)""",
        uow.franchise_id,
        mark.id,
        mark.shift_id,
        mark.kind,
        mark.seat_id,
        mark.made_at,
        mark.clock_offset,
        mark.at,
        mark.source,
        uow.actor,
        mark.outcome,
        json.dumps(dict(mark.detail), default=str),
        mark.sha256,
    )


async def known_mark(uow: Uow, mark_id: UUID) -> tuple[UUID, str] | None:
    """Return the shift and the outcome of a mark that was kept before; under the shift's lock the answer stays true."""
    row = await uow.fetchrow(
        "SELECT shift_id, outcome FROM site_marks WHERE franchise_id = $1 AND id = $2", uow.franchise_id, mark_id
    )
    return None if row is None else (row["shift_id"], row["outcome"])


async def marks_of(uow: Uow, shift_id: UUID, kinds: Sequence[str]) -> Sequence[Mapping[str, Any]]:
    """Read the marks of these kinds on a shift, newest first."""
    return await uow.fetch(
        """SELECT id, kind, seat_id, at, received_at, source, author, outcome, detail, sha256 FROM site_marks
           WHERE franchise_id = $1 AND shift_id = $2 AND kind = ANY ($3) ORDER BY at DESC, received_at DESC""",
        uow.franchise_id,
        shift_id,
        list(kinds),
    )


async def marked_since(uow: Uow, shift_id: UUID, since: datetime) -> bool:
    """Tell whether anybody on site marked anything from that moment on, as far as it has reached us."""
    return bool(
        await uow.fetchval(
            "SELECT EXISTS (SELECT FROM site_marks WHERE franchise_id = $1 AND shift_id = $2 AND at >= $3)",
            uow.franchise_id,
            shift_id,
            since,
        )
    )
