"""What this folder tells the ones above it, each event under the tenant it concerns.

A job of ours handles texts of many tenants in one transaction, so events are written with the tenant of their row, in
one statement.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final
from uuid import UUID

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Uow

TEXTS_MOVED: Final = "staffing.texts_moved"
"""Subject: nothing, a fresh id. `messages`: ids of texts that carry invitations and moved; `shift_id` they are of.

Read their status from the messages: several moves may be told at once, and news may come late.
"""

STOPPED: Final = "staffing.stopped"
"""Subject: the phone; one event per open seat of its people: `seat_id`, `worker_id`, `shift_id`."""

_MOST_MESSAGES = 500


@dataclass(frozen=True, slots=True)
class Moved:
    """A text whose status changed."""

    message_id: UUID
    franchise_id: UUID
    shift_id: UUID | None
    carries_invitations: bool


@dataclass(frozen=True, slots=True)
class Event:
    """One event row to be."""

    franchise_id: UUID
    kind: str
    subject_id: UUID
    n: int = 0
    detail: Mapping[str, object] = field(default_factory=dict)


async def emit_all(uow: Uow, events: Sequence[Event]) -> None:
    """Write events of any tenants, due now, in one statement; the job role may, the request role may not."""
    if not events:
        return
    await uow.run(
        """INSERT INTO outbox (id, franchise_id, lane, kind, subject_id, n, detail, due_at)
           SELECT e.id, e.franchise_id, split_part(e.kind, '.', 1), e.kind, e.subject_id, e.n, e.detail::jsonb, $1
           FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::int[], $7::text[])
             AS e (id, franchise_id, kind, subject_id, n, detail)""",
        uow.now,
        [new_id() for _ in events],
        [event.franchise_id for event in events],
        [event.kind for event in events],
        [event.subject_id for event in events],
        [event.n for event in events],
        [json.dumps(event.detail, default=str) for event in events],
    )
    uow.lanes.update(event.kind.split(".", 1)[0] for event in events)


async def tell_texts_moved(uow: Uow, moved: Collection[Moved]) -> None:
    """Tell of moved texts that carry invitations: one event per shift, so that a wave is a handful of jobs."""
    carrying = sorted(
        (text for text in moved if text.carries_invitations), key=lambda text: (text.franchise_id, str(text.shift_id))
    )
    events = []
    for (franchise_id, shift_id), texts in groupby(carrying, key=lambda text: (text.franchise_id, text.shift_id)):
        ids = [text.message_id for text in texts]
        events += [
            Event(
                franchise_id,
                TEXTS_MOVED,
                new_id(),
                detail={"shift_id": shift_id, "messages": ids[first : first + _MOST_MESSAGES]},
            )
            for first in range(0, len(ids), _MOST_MESSAGES)
        ]
    await emit_all(uow, events)
