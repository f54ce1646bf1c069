"""What was seen on site, as facts: lists of who is there, and the no-shows they or a named person decided."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Uow


@dataclass(frozen=True, slots=True)
class AttendanceList:
    """A list taken on site: seat ids present and missing, when it was taken, by whom."""

    id: UUID
    taken_at: datetime
    source: str
    author: str
    present: Collection[UUID]
    missing: Collection[UUID]


async def store_list(uow: Uow, shift_id: UUID, seen: AttendanceList) -> None:
    """Keep a list for good."""
    await uow.run(
        """INSERT INTO attendance_lists (id, franchise_id, shift_id, taken_at, source, author, present, missing)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        seen.id,
        uow.franchise_id,
        shift_id,
        seen.taken_at,
        seen.source,
        seen.author,
        list(seen.present),
        list(seen.missing),
    )


async def list_lacking(uow: Uow, shift_id: UUID, seat_id: UUID, taken_from: datetime) -> AttendanceList | None:
    """Return the newest list taken from that moment on, if it lacks this seat's man."""
    row = await uow.fetchrow(
        """SELECT id, taken_at, source, author, present, missing FROM attendance_lists
           WHERE franchise_id = $1 AND shift_id = $2 AND taken_at >= $4 AND ($3 = ANY (present) OR $3 = ANY (missing))
           ORDER BY taken_at DESC, received_at DESC LIMIT 1""",
        uow.franchise_id,
        shift_id,
        seat_id,
        taken_from,
    )
    return AttendanceList(**dict(row)) if row is not None and seat_id in row["missing"] else None


async def insert_no_show(
    uow: Uow, *, seat_id: UUID, shift_id: UUID, worker_id: UUID, list_id: UUID | None, named_by: str | None
) -> bool:
    """Write that a man did not come, once per seat; False when it was written before.

    Raises:
        NoShowTooEarly: the database finds the limit not passed, or the list unfit to prove it.
    """
    return bool(
        await uow.run(
            """INSERT INTO no_shows (seat_id, franchise_id, shift_id, worker_id, source, list_id, named_by, decided_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, clock.instant()) ON CONFLICT (seat_id) DO NOTHING""",
            seat_id,
            uow.franchise_id,
            shift_id,
            worker_id,
            "list" if list_id is not None else "person",
            list_id,
            named_by,
        )
    )


async def reverse_no_show(uow: Uow, seat_id: UUID, by: str) -> bool:
    """Note that a no-show was wrong; False when there is none standing."""
    return bool(
        await uow.run(
            """UPDATE no_shows SET reversed_at = clock.instant(), reversed_by = $2
               WHERE seat_id = $1 AND reversed_at IS NULL""",
            seat_id,
            by,
        )
    )


def new_list(
    *, taken_at: datetime, source: str, author: str, present: Collection[UUID], missing: Collection[UUID]
) -> AttendanceList:
    """Make a list to be stored."""
    return AttendanceList(new_id(), taken_at, source, author, present, missing)
