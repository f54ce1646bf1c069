"""The seat protocol: take, move, promote. Callers hold the shift's lock; this file takes the worker's."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from dispatch.crew.errors import SeatNotFound
from dispatch.crew.rules import LIVE, SEAT_MOVES, SeatKind, SeatStatus
from dispatch.kit.ids import new_id
from dispatch.kit.locks import LockKind, advisory_lock
from dispatch.kit.states import MoveResult
from dispatch.kit.uow import Uow

_COLUMNS = """
s.id, s.shift_id, s.worker_id, s.invitation_id, s.kind, s.status, s.reason, s.p_show, s.second_chance, s.terms_version,
s.accepted_at, s.confirmed_at, s.due_at, s.grace_at, s.limit_at, s.announced_min, s.arrived_at, s.arrival_source,
s.late_min, s.left_at, CASE WHEN w.capped_until > clock.now() THEN least(w.rating, 2.00) ELSE w.rating END AS rating
"""


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat as it was when read, with its man's effective rating (the cap included)."""

    id: UUID
    shift_id: UUID
    worker_id: UUID
    invitation_id: UUID | None
    kind: SeatKind
    status: SeatStatus
    reason: str | None
    p_show: float
    second_chance: bool
    terms_version: int
    accepted_at: datetime
    confirmed_at: datetime | None
    due_at: datetime
    grace_at: datetime
    limit_at: datetime
    announced_min: int | None
    arrived_at: datetime | None
    arrival_source: str | None
    late_min: int | None
    left_at: datetime | None
    rating: Decimal

    @property
    def live(self) -> bool:
        """Whether it holds a place."""
        return self.status in LIVE


@dataclass(frozen=True, slots=True)
class SeatOffer:
    """What a man is seated with: whose yes, on what terms, due when. Times are instants."""

    shift_id: UUID
    worker_id: UUID
    invitation_id: UUID | None
    terms_version: int
    p_show: float
    second_chance: bool
    due_at: datetime
    grace_at: datetime
    limit_at: datetime


async def lock_workers(uow: Uow, worker_ids: Iterable[UUID]) -> None:
    """Take the workers' own locks, in order, after the shift's: two franchises never seat one man at once."""
    await advisory_lock(uow, LockKind.WORKER, worker_ids)


async def take_seat(uow: Uow, offer: SeatOffer, kind: SeatKind) -> UUID | None:
    """Seat a man, or return None when he holds an overlapping seat anywhere in the network.

    The caller holds the shift's lock and the worker's and chose `kind` from the counts read under them. The exclusion
    in the database decides; the counters of the shift follow by its trigger.

    Raises:
        ShiftFull: no place of that kind is left, so the counts were not read under the lock.
    """
    seat_id: UUID | None = await uow.fetchval(
        """INSERT INTO seats (id, franchise_id, shift_id, worker_id, invitation_id, kind, busy, terms_version, p_show,
                              second_chance, accepted_at, due_at, grace_at, limit_at)
           SELECT $1, f.franchise_id, f.id, $3, $4, $5, f.busy, $6, $7, $8, clock.instant(), $9, $10, $11
           FROM shifts f WHERE f.id = $2
           ON CONFLICT DO NOTHING RETURNING id""",
        new_id(),
        offer.shift_id,
        offer.worker_id,
        offer.invitation_id,
        str(kind),
        offer.terms_version,
        offer.p_show,
        offer.second_chance,
        offer.due_at,
        offer.grace_at,
        offer.limit_at,
    )
    return seat_id


async def read_seat(uow: Uow, seat_id: UUID) -> Seat:
    """Read one seat of this tenant.

    Raises:
        SeatNotFound: there is none.
    """
    seats = await _select(uow, "s.id = $2", seat_id)
    if not seats:
        raise SeatNotFound("There is no such seat in this franchise; list them with GET /api/v1/shifts/{id}/seats.")
    return seats[0]


async def seats_of(uow: Uow, shift_id: UUID, *, statuses: Collection[SeatStatus] | None = None) -> list[Seat]:
    """Read the seats of a shift in order of acceptance, all of them or those in the statuses named."""
    if statuses is None:
        return await _select(uow, "s.shift_id = $2", shift_id)
    return await _select(uow, "s.shift_id = $2 AND s.status = ANY ($3)", shift_id, [str(s) for s in statuses])


async def live_seats(uow: Uow, shift_id: UUID) -> list[Seat]:
    """Read the live seats of a shift in order of acceptance."""
    return await seats_of(uow, shift_id, statuses=LIVE)


async def _select(uow: Uow, condition: str, *args: object) -> list[Seat]:
    rows = await uow.fetch(
        f"""SELECT {_COLUMNS} FROM seats s JOIN workers w ON w.id = s.worker_id
            WHERE s.franchise_id = $1 AND {condition} ORDER BY s.accepted_at, s.id""",
        uow.franchise_id,
        *args,
    )
    return [Seat(**{**dict(row), "kind": SeatKind(row["kind"]), "status": SeatStatus(row["status"])}) for row in rows]


async def move_seat(uow: Uow, seat: Seat, new: SeatStatus, *, reason: str | None = None) -> bool:
    """Move a seat along its table; False when the move is a legal no-op.

    Raises:
        IllegalMove: the table does not list the move.
    """
    if SEAT_MOVES.check(seat.status, new) is MoveResult.NOOP:
        return False
    await uow.run(
        """UPDATE seats SET status = $2, reason = coalesce($3, reason), version = version + 1,
               confirmed_at = CASE WHEN $2 = 'reconfirmed' THEN clock.instant() ELSE confirmed_at END,
               ended_at = CASE WHEN $2 = ANY ($4) THEN clock.instant() END
           WHERE id = $1""",
        seat.id,
        str(new),
        reason,
        ["no_show", "cancelled_by_worker", "cancelled_by_client", "released", "turned_away_on_site", "completed"],
    )
    return True


async def record_arrival(
    uow: Uow, seat: Seat, *, kind: SeatKind, arrived_at: datetime, source: str, late_min: int
) -> bool:
    """Write that a man is on site, in the kind of seat that is his from now on; False when that was known.

    Raises:
        IllegalMove: his seat ended otherwise.
        ShiftFull: no place of that kind is left.
    """
    if SEAT_MOVES.check(seat.status, SeatStatus.ARRIVED) is MoveResult.NOOP:
        return False
    await uow.run(
        """UPDATE seats SET status = 'arrived', kind = $2, was_kind = CASE WHEN kind <> $2 THEN kind ELSE was_kind END,
               arrived_at = $3, arrival_source = $4, late_min = $5, ended_at = NULL, version = version + 1
           WHERE id = $1""",
        seat.id,
        str(kind),
        arrived_at,
        source,
        late_min,
    )
    return True


async def record_presence(uow: Uow, seat: Seat, *, at: datetime, source: str) -> None:
    """Write when a man came whose seat does not become `arrived`; what was known first stays."""
    await uow.run(
        "UPDATE seats SET arrived_at = $2, arrival_source = $3 WHERE id = $1 AND arrived_at IS NULL",
        seat.id,
        at,
        source,
    )


async def record_leaving(uow: Uow, seat_id: UUID, at: datetime | None) -> None:
    """Write when a man left the site before he was done, or with None that he is back."""
    await uow.run("UPDATE seats SET left_at = $2, version = version + 1 WHERE id = $1", seat_id, at)


async def restore_seat(uow: Uow, seat: Seat, kind: SeatKind) -> bool:
    """Give a man back the seat he cancelled, in the kind that is free now; False when he holds it.

    Raises:
        IllegalMove: the seat ended otherwise.
        ShiftFull: no place of that kind is left.
        WorkerAlreadyBooked: he took another seat at that time meanwhile.
    """
    if SEAT_MOVES.check(seat.status, SeatStatus.BOOKED) is MoveResult.NOOP:
        return False
    await uow.run(
        """UPDATE seats SET status = 'booked', kind = $2, reason = NULL, ended_at = NULL, version = version + 1
           WHERE id = $1""",
        seat.id,
        str(kind),
    )
    return True


async def change_kind(uow: Uow, seat: Seat, kind: SeatKind) -> bool:
    """Give a live seat another kind; False when he is booked elsewhere by now (standby only) or it is that kind.

    A standby who becomes primary or reserve enters the exclusion; whoever took him meanwhile keeps him.
    """
    if seat.kind is kind:
        return False
    if seat.kind is SeatKind.STANDBY:
        taken = await uow.fetchval(
            """SELECT EXISTS (SELECT FROM claims_blocking($1, (SELECT busy FROM seats WHERE id = $2)))""",
            seat.worker_id,
            seat.id,
        )
        if taken:
            return False
    await uow.run(
        """UPDATE seats SET kind = $2, was_kind = kind, version = version + 1,
               status = CASE WHEN status = 'asked' THEN 'booked' ELSE status END WHERE id = $1""",
        seat.id,
        str(kind),
    )
    return True


async def set_limits(
    uow: Uow,
    seat_id: UUID,
    *,
    due_at: datetime,
    grace_at: datetime,
    limit_at: datetime,
    announced_min: int | None,
) -> None:
    """Write when a seat's man is due, when his grace ends, and from when he is looked for."""
    await uow.run(
        """UPDATE seats SET due_at = $2, grace_at = $3, limit_at = $4, announced_min = $5, version = version + 1
           WHERE id = $1""",
        seat_id,
        due_at,
        grace_at,
        limit_at,
        announced_min,
    )


async def accept_terms(uow: Uow, seat_id: UUID, terms_version: int) -> None:
    """Write which version of the shift's terms a seat's man agreed to."""
    await uow.run("UPDATE seats SET terms_version = $2, version = version + 1 WHERE id = $1", seat_id, terms_version)


async def clashing_workers(uow: Uow, shift_id: UUID, starts_at: datetime, ends_at: datetime) -> list[UUID]:
    """Return the men of a shift who hold another seat, anywhere in the network, at the times it would move to.

    The caller holds the shift's lock and the workers', so that the answer stays true until he commits. Where the other
    seat is, nobody learns.
    """
    rows = await uow.fetch(
        """SELECT s.worker_id
           FROM seats s, tstzrange($3::timestamptz, $4::timestamptz + interval '60 minutes') AS wanted
           WHERE s.franchise_id = $1 AND s.shift_id = $2 AND s.live AND s.kind IN ('primary', 'reserve')
             -- his own seat on this shift is among those found where the new times touch the old ones
             AND (SELECT count(*) FROM claims_blocking(s.worker_id, wanted)) > (s.busy && wanted)::int
           ORDER BY s.worker_id""",
        uow.franchise_id,
        shift_id,
        starts_at,
        ends_at,
    )
    return [row["worker_id"] for row in rows]


async def last_seat_of(uow: Uow, shift_id: UUID, worker_id: UUID) -> Seat | None:
    """Read a man's newest seat on a shift, live or ended."""
    seats: Sequence[Seat] = await _select(uow, "s.shift_id = $2 AND s.worker_id = $3", shift_id, worker_id)
    return seats[-1] if seats else None
