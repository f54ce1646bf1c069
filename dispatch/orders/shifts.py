"""The shift row: read, lock, move. Its seat counters belong to the trigger of the seat table alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from dispatch.clients.models import Site
from dispatch.kit.errors import NotFound
from dispatch.kit.states import MoveResult
from dispatch.kit.uow import Uow
from dispatch.kit.walltime import wall_of
from dispatch.orders.rules import AHEAD, SHIFT_MOVES, ShiftStatus, ahead_status

_COLUMNS = """
id, order_id, client_id, site_id, n, service, skill, documents, ST_Y(location::geometry) AS lat,
ST_X(location::geometry) AS lon, region, zone, starts_at, ends_at, headcount, cover, reserve_capacity, standby_capacity,
primary_count, reserve_count, standby_count, status, paused_at, urgent, min_rating, bill_rate_minor, pay_rate_minor,
currency, terms_version, owner_id, attendance_source, version, test
"""


class ShiftNotFound(NotFound):
    """No such shift in this franchise."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift as it was when read; under its lock it cannot change beneath the reader.

    `starts_at` and `ends_at` are instants, `zone` the IANA zone of the site; capacities are what the counters may not
    exceed (primary: `headcount`), rates are minor units for an hour of one man's work. A shift of a `test` order is for
    test people only, is texted through a simulator, and moves no money.
    """

    id: UUID
    order_id: UUID
    client_id: UUID
    site_id: UUID
    n: int
    service: str
    skill: int
    documents: Sequence[str]
    lat: float
    lon: float
    region: str
    zone: str
    starts_at: datetime
    ends_at: datetime
    headcount: int
    cover: int
    reserve_capacity: int
    standby_capacity: int
    primary_count: int
    reserve_count: int
    standby_count: int
    status: ShiftStatus
    paused_at: datetime | None
    urgent: bool
    min_rating: Decimal | None
    bill_rate_minor: int
    pay_rate_minor: int
    currency: str
    terms_version: int
    owner_id: UUID | None
    attendance_source: str
    version: int
    test: bool = False

    @property
    def seated(self) -> int:
        """Live primary and reserve seats: the people who are to come to the meeting point."""
        return self.primary_count + self.reserve_count

    @property
    def ahead(self) -> bool:
        """Whether it has neither started nor ended nor been cancelled."""
        return self.status in AHEAD

    @property
    def open(self) -> bool:
        """Whether seats may still change: ahead or running."""
        return self.ahead or self.status is ShiftStatus.RUNNING


async def read_shift(uow: Uow, shift_id: UUID) -> Shift:
    """Read one shift of this tenant without locking it.

    Raises:
        ShiftNotFound: there is none.
    """
    return (await _select(uow, [shift_id], ""))[0]


async def lock_shift(uow: Uow, shift_id: UUID) -> Shift:
    """Lock one shift of this tenant; the first lock of everything that changes its crew.

    Raises:
        ShiftNotFound: there is none.
    """
    return (await lock_shifts(uow, [shift_id]))[0]


async def lock_shifts(uow: Uow, shift_ids: Iterable[UUID]) -> list[Shift]:
    """Lock several shifts in id order, so that two holders never wait for one another; returned by start.

    NO KEY UPDATE: inserting a seat, which takes a key-share lock through its foreign key, is not held up.

    Raises:
        ShiftNotFound: one of them is not there.
    """
    return await _select(uow, sorted(set(shift_ids)), "FOR NO KEY UPDATE")


async def shifts_of_order(uow: Uow, order_id: UUID) -> list[UUID]:
    """Return the ids of an order's shifts by start."""
    rows = await uow.fetch(
        "SELECT id FROM shifts WHERE franchise_id = $1 AND order_id = $2 ORDER BY starts_at, id",
        uow.franchise_id,
        order_id,
    )
    return [row["id"] for row in rows]


async def _select(uow: Uow, ids: list[UUID], lock: str) -> list[Shift]:
    rows = await uow.fetch(
        f"SELECT {_COLUMNS} FROM shifts WHERE franchise_id = $1 AND id = ANY ($2) ORDER BY id {lock}",
        uow.franchise_id,
        ids,
    )
    if len(rows) != len(ids):
        raise ShiftNotFound("There is no such shift in this franchise; list them with GET /api/v1/orders.")
    found = [Shift(**{**dict(row), "status": ShiftStatus(row["status"])}) for row in rows]
    return sorted(found, key=lambda shift: (shift.starts_at, shift.id))


async def move_shift(uow: Uow, shift: Shift, new: ShiftStatus) -> bool:
    """Move a locked shift along its table; False when it is there already.

    Raises:
        IllegalMove: the table does not list the move.
    """
    if SHIFT_MOVES.check(shift.status, new) is MoveResult.NOOP:
        return False
    await uow.run(
        """UPDATE shifts SET status = $2, version = version + 1,
               closed_at = CASE WHEN $2 = 'closed' THEN clock.now() ELSE closed_at END,
               cancelled_at = CASE WHEN $2 = 'cancelled' THEN clock.now() ELSE cancelled_at END
           WHERE id = $1""",
        shift.id,
        str(new),
    )
    return True


async def settle_status(uow: Uow, shift_id: UUID, *, short: bool | None = None) -> ShiftStatus:
    """Reckon the status of a locked shift from its counters; after the start it is what it is.

    Args:
        uow: holds the shift's lock.
        shift_id: the shift.
        short: True raises the shortage, False lifts it, None keeps what stands until the shift is covered.
    """
    shift = await read_shift(uow, shift_id)
    if not shift.ahead:
        return shift.status
    new = ahead_status(
        primary=shift.primary_count,
        seated=shift.seated,
        headcount=shift.headcount,
        cover=shift.cover,
        short=shift.status is ShiftStatus.SHORT if short is None else short,
    )
    await move_shift(uow, shift, new)
    return new


async def move_in_time_and_place(
    uow: Uow, shift: Shift, starts_at: datetime, ends_at: datetime, site: Site | None
) -> None:
    """Give a locked shift other times, and another site where one is given; its terms get a new version.

    Local times are those of the zone it is in afterwards. The seats follow by their key; the database
    refuses to move a seated man into another seat of his.
    """
    zone = shift.zone if site is None else site.zone
    await uow.run(
        """UPDATE shifts f SET starts_at = $2, ends_at = $3, local_start = $4, local_end = $5, zone = $6,
               site_id = coalesce(s.id, f.site_id), location = coalesce(s.location, f.location),
               region = coalesce(s.region, f.region), terms_version = f.terms_version + 1, version = f.version + 1
           FROM (SELECT 1) one LEFT JOIN sites s ON s.franchise_id = $7 AND s.id = $8 WHERE f.id = $1""",
        shift.id,
        starts_at,
        ends_at,
        wall_of(starts_at, zone),
        wall_of(ends_at, zone),
        zone,
        uow.franchise_id,
        None if site is None else site.id,
    )


async def set_cover(uow: Uow, shift: Shift, cover: int, reserve_capacity: int, reason: str) -> None:
    """Store a new cover; reserve places already promised are never dropped."""
    await uow.run(
        """UPDATE shifts SET cover = $2, reserve_capacity = greatest($3, reserve_count), cover_reason = $4,
               version = version + 1 WHERE id = $1""",
        shift.id,
        cover,
        reserve_capacity,
        reason,
    )


async def resize_shift(
    uow: Uow, shift: Shift, *, headcount: int, cover: int, reserve_capacity: int, standby_capacity: int
) -> None:
    """Give a locked shift another size; standby places already promised are never dropped.

    Raises:
        ShiftFull: more seats are live than it would have places.
    """
    await uow.run(
        """UPDATE shifts SET headcount = $2, cover = $3, reserve_capacity = $4,
               standby_capacity = greatest($5, standby_count), version = version + 1 WHERE id = $1""",
        shift.id,
        headcount,
        cover,
        reserve_capacity,
        standby_capacity,
    )


async def make_room(uow: Uow, shift: Shift, reserves: int) -> None:
    """Open at least so many reserve places on a locked shift, while its seats change places."""
    await uow.run(
        "UPDATE shifts SET reserve_capacity = greatest(reserve_capacity, $2) WHERE id = $1", shift.id, reserves
    )


async def set_owner(uow: Uow, shift_id: UUID, owner_id: UUID | None) -> None:
    """Note who looks after a locked shift from now on."""
    await uow.run("UPDATE shifts SET owner_id = $2, version = version + 1 WHERE id = $1", shift_id, owner_id)


async def set_paused(uow: Uow, shift: Shift, *, paused: bool) -> bool:
    """Stop asking people for a locked shift, or go on; False when it is so already."""
    if (shift.paused_at is not None) is paused:
        return False
    await uow.run(
        """UPDATE shifts SET paused_at = CASE WHEN $2 THEN clock.now() END, version = version + 1 WHERE id = $1""",
        shift.id,
        paused,
    )
    return True


async def set_urgent(uow: Uow, shift: Shift, *, urgent: bool) -> bool:
    """Let a locked shift be asked for at any hour, or no more; False when it is so already."""
    if shift.urgent is urgent:
        return False
    await uow.run("UPDATE shifts SET urgent = $2, version = version + 1 WHERE id = $1", shift.id, urgent)
    return True
