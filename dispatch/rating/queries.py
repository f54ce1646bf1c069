"""Reads of marks and fines by the franchise that gave them; nothing is changed, nobody else's are visible."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from dispatch.kit.uow import Uow
from dispatch.rating.moves import FineStatus
from dispatch.tenancy.policy import MarkKind
from dispatch.tenancy.queries import policy_in_force
from dispatch.workers.errors import WorkerNotFound

_FINE: Final = """id, worker_id, shift_id, seat_id, mark_id, kind, amount_minor, currency, legal_basis, policy_version,
status, reason, on_day, proposed_at, appeal_until, appealed_at, decided_at, decided_by"""


async def require_known(uow: Uow, worker_id: UUID) -> None:
    """Check that a man is the franchise's own, or that it has asked him or marked him before.

    The pool is one for the network, so his mere existence is no secret; what this franchise has to say of him begins
    with having dealt with him.

    Raises:
        WorkerNotFound: he is not in the pool, or a stranger here.
    """
    known = await uow.fetchval(
        """SELECT EXISTS (SELECT FROM workers WHERE id = $2 AND franchise_id = $1)
               OR EXISTS (SELECT FROM seats WHERE franchise_id = $1 AND worker_id = $2)
               OR EXISTS (SELECT FROM marks WHERE franchise_id = $1 AND worker_id = $2)""",
        uow.franchise_id,
        worker_id,
    )
    if not known:
        raise WorkerNotFound


async def list_marks(
    uow: Uow, worker_id: UUID, *, limit: int, after: tuple[int, UUID] | None
) -> Sequence[Mapping[str, Any]]:
    """Read the marks this franchise gave a man, the newest position first, each with what reversed it."""
    seq = after[0] if after is not None else None
    return await uow.fetch(
        """SELECT m.id, m.seq, m.kind, m.weight, m.value, m.occurred_at, m.recorded_at, m.shift_id, m.seat_id,
                  m.evidence, m.author, m.policy_version, m.reverses_id, r.id AS reversed_by
           FROM marks m LEFT JOIN marks r ON r.franchise_id = m.franchise_id AND r.reverses_id = m.id
           WHERE m.franchise_id = $1 AND m.worker_id = $2 AND ($3::bigint IS NULL OR m.seq < $3)
           ORDER BY m.seq DESC LIMIT $4""",
        uow.franchise_id,
        worker_id,
        seq,
        limit,
    )


async def list_fines(
    uow: Uow,
    *,
    limit: int,
    after: tuple[datetime, UUID] | None,
    worker_id: UUID | None = None,
    status: FineStatus | None = None,
) -> Sequence[Mapping[str, Any]]:
    """Read this franchise's fines, the newest first, of one man or of all."""
    at, row_id = after if after is not None else (None, None)
    return await uow.fetch(
        f"""SELECT {_FINE} FROM fines WHERE franchise_id = $1
            AND ($2::uuid IS NULL OR worker_id = $2) AND ($3::text IS NULL OR status = $3)
            AND ($4::timestamptz IS NULL OR (proposed_at, id) < ($4, $5::uuid))
            ORDER BY proposed_at DESC, id DESC LIMIT $6""",
        uow.franchise_id,
        worker_id,
        None if status is None else str(status),
        at,
        row_id,
        limit,
    )


async def rating_history(uow: Uow, worker_id: UUID, *, most: int) -> Sequence[Mapping[str, Any]]:
    """Read what the rating of one of the tenant's own men was after each of his newest marks, the oldest first.

    Each is folded anew with the policy in force now; marks of other franchises move it, too, and are not named.
    """
    rating = (await policy_in_force(uow)).policy.rating
    return await uow.fetch(
        "SELECT seq, at, rating FROM rating_history($1, $2, $3, $4, $5, $6)",
        worker_id,
        most,
        float(rating.prior),
        float(rating.prior_weight),
        rating.half_life.total_seconds(),
        rating.window,
    )


async def seats_with_mark(uow: Uow, seat_ids: Sequence[UUID], kind: MarkKind) -> set[UUID]:
    """Return those of the seats on which a mark of this kind stands, not reversed."""
    rows = await uow.fetch(
        """SELECT m.seat_id FROM marks m WHERE m.franchise_id = $1 AND m.seat_id = ANY ($2) AND m.kind = $3
             AND m.reverses_id IS NULL AND NOT EXISTS (SELECT FROM marks r WHERE r.reverses_id = m.id)""",
        uow.franchise_id,
        list(seat_ids),
        str(kind),
    )
    return {row["seat_id"] for row in rows}
