"""Places kept for named people for a while: facts. A place is never given by it; each has to say yes himself."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Uow


async def hold_places(
    uow: Uow, shift_id: UUID, workers: Collection[UUID], by: UUID, until: datetime, *, instead_of: UUID | None = None
) -> None:
    """Keep a place for each of them until a moment; asked again, the first moment stays. Under the shift's lock.

    With `instead_of` no place is kept free: his yes takes that seat over.
    """
    await uow.run(
        """INSERT INTO held_places (id, franchise_id, shift_id, worker_id, by_worker_id, instead_of_seat_id, until,
                                    created_at)
           SELECT n.id, $1, $2, n.worker_id, $3, $4, $5, $6 FROM unnest($7::uuid[], $8::uuid[]) AS n (id, worker_id)
           ON CONFLICT ON CONSTRAINT held_once DO NOTHING""",
        uow.franchise_id,
        shift_id,
        by,
        instead_of,
        until,
        uow.now,
        [new_id() for _ in workers],
        list(workers),
    )


async def held_for_others(uow: Uow, shift_id: UUID, worker_id: UUID | None = None) -> int:
    """Count the places of a shift that are kept just now for people without a seat there, other than this man."""
    return int(
        await uow.fetchval(
            """SELECT count(*) FROM held_places h
               WHERE h.franchise_id = $1 AND h.shift_id = $2 AND h.until > $3 AND h.worker_id IS DISTINCT FROM $4
                 AND h.instead_of_seat_id IS NULL
                 AND NOT EXISTS (SELECT FROM seats s WHERE s.shift_id = h.shift_id AND s.worker_id = h.worker_id)
                 AND NOT EXISTS (SELECT FROM invitations i WHERE i.shift_id = h.shift_id AND i.worker_id = h.worker_id
                                 AND i.status IN ('declined', 'undeliverable', 'withdrawn'))""",
            uow.franchise_id,
            shift_id,
            uow.now,
            worker_id,
        )
    )


async def seat_to_take_over(uow: Uow, shift_id: UUID, worker_id: UUID) -> UUID | None:
    """Return the seat that this man's yes takes over from another; None where nobody named him as his substitute."""
    found: UUID | None = await uow.fetchval(
        """SELECT instead_of_seat_id FROM held_places
           WHERE franchise_id = $1 AND shift_id = $2 AND worker_id = $3 AND until > $4""",
        uow.franchise_id,
        shift_id,
        worker_id,
        uow.now,
    )
    return found


async def crewmates(uow: Uow, worker_id: UUID, since: datetime) -> set[UUID]:
    """Return with whom a man worked on the tenant's shifts since a moment."""
    rows = await uow.fetch(
        """SELECT DISTINCT o.worker_id
           FROM seats s JOIN seats o ON o.shift_id = s.shift_id AND o.worker_id <> s.worker_id
           WHERE s.franchise_id = $1 AND o.franchise_id = $1 AND s.worker_id = $2 AND s.status = 'completed'
             AND o.status = 'completed' AND s.due_at > $3""",
        uow.franchise_id,
        worker_id,
        since,
    )
    return {row["worker_id"] for row in rows}
