"""Reads of waves, invitations and seats for people: counts, lists, explanations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from dispatch.crew.rules import NEVER_LEFT, SeatKind, SeatStatus
from dispatch.kit.uow import Uow

ASKED: Final = f"(i.status <> 'withdrawn' OR i.reason IS DISTINCT FROM '{NEVER_LEFT}')"
"""Of an invitation i: somebody was asked, or is about to be; one whose text never left us is no ask."""

_FILL = f"""
WITH asked AS (
    SELECT count(*) FILTER (WHERE {ASKED}) AS invited,
           count(*) FILTER (WHERE status IN ('queued', 'sent', 'delivered')) AS pending,
           count(*) FILTER (WHERE status = 'accepted') AS accepted,
           count(*) FILTER (WHERE status = 'declined') AS declined,
           count(*) FILTER (WHERE status = 'expired') AS silent,
           count(*) FILTER (WHERE status = 'undeliverable') AS undeliverable
    FROM invitations i WHERE franchise_id = $1 AND shift_id = $2
), seated AS (
    SELECT count(*) FILTER (WHERE live AND kind = 'primary') AS primary,
           count(*) FILTER (WHERE live AND kind = 'reserve') AS reserve,
           count(*) FILTER (WHERE live AND kind = 'standby') AS standby,
           count(*) FILTER (WHERE status = 'doubtful') AS doubtful,
           count(*) FILTER (WHERE status IN ('arrived', 'completed')) AS arrived,
           count(*) FILTER (WHERE status IN ('arrived', 'completed') AND arrived_at > grace_at) AS late,
           count(*) FILTER (WHERE status = 'unaccounted') AS unaccounted,
           count(*) FILTER (WHERE status = 'no_show') AS no_show
    FROM seats WHERE franchise_id = $1 AND shift_id = $2
)
SELECT * FROM asked, seated
"""


async def fill_counts(uow: Uow, shift_id: UUID) -> Mapping[str, int]:
    """Count where a shift stands; `accepted` are yeses ever, seats are the live ones."""
    row = await uow.fetchrow(_FILL, uow.franchise_id, shift_id)
    assert row is not None, "aggregates return one row"
    return dict(row)


async def seats_with_people(uow: Uow, shift_id: UUID) -> Sequence[Mapping[str, Any]]:
    """Read the seats of a shift with what this franchise may know of its people: first name, rating, home or guest."""
    return (await crews_with_people(uow, [shift_id]))[shift_id]


async def crews_with_people(uow: Uow, shift_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Mapping[str, Any]]]:
    """Read the seats of several shifts at once, by shift, as `seats_with_people` does of one."""
    rows = await uow.fetch(
        """SELECT s.shift_id, s.id, s.worker_id, s.kind, s.status, s.reason, s.accepted_at, s.confirmed_at, s.due_at,
                  s.grace_at, s.limit_at, s.announced_min, s.arrived_at, s.arrival_source, s.late_min, s.p_show,
                  s.second_chance, c.first_name, w.franchise_id = s.franchise_id AS home,
                  CASE WHEN w.capped_until > clock.now() THEN least(w.rating, 2.00) ELSE w.rating END AS rating
           FROM seats s JOIN workers w ON w.id = s.worker_id
           LEFT JOIN contact_for_text(ARRAY(SELECT x.worker_id FROM seats x
                                            WHERE x.franchise_id = $1 AND x.shift_id = ANY ($2))) c
                  ON c.worker_id = s.worker_id
           WHERE s.franchise_id = $1 AND s.shift_id = ANY ($2)
           ORDER BY array_position(ARRAY['primary', 'reserve', 'standby'], s.kind), s.accepted_at, s.id""",
        uow.franchise_id,
        list(shift_ids),
    )
    crews: dict[UUID, list[Mapping[str, Any]]] = {shift_id: [] for shift_id in shift_ids}
    for row in rows:
        crews[row["shift_id"]].append(row)
    return crews


async def invitations_with_people(uow: Uow, shift_id: UUID) -> Sequence[Mapping[str, Any]]:
    """Read the invitations of a shift, wave by wave: first name, rating at the time, rounded distance, why him."""
    return await uow.fetch(
        f"""SELECT i.id, i.worker_id, w.n AS wave, i.rank, i.ask, i.status, i.reason, i.score, i.p_accept, i.p_show,
                  {ASKED} AS was_asked,
                  -- a ring, not a bearing: whole kilometres, rounded up
                  ceil(i.distance_m / 1000.0)::int AS distance_km, i.explain, i.second_chance, i.by_hand, i.deadline,
                  i.created_at, i.answered_at, c.first_name
           FROM invitations i LEFT JOIN waves w ON w.franchise_id = i.franchise_id AND w.id = i.wave_id
           LEFT JOIN contact_for_text(ARRAY(SELECT x.worker_id FROM invitations x
                                            WHERE x.franchise_id = $1 AND x.shift_id = $2)) c
                  ON c.worker_id = i.worker_id
           WHERE i.franchise_id = $1 AND i.shift_id = $2 ORDER BY w.n NULLS LAST, i.rank, i.id""",
        uow.franchise_id,
        shift_id,
    )


async def call_list(uow: Uow, shift_id: UUID) -> Sequence[Mapping[str, Any]]:
    """Read whom to ring, best first: the doubtful and unaccounted, then who was silent or never reached.

    Within each, who was not rung yet comes before who was, the longest ago first.
    """
    return await uow.fetch(
        """SELECT worker_id, why, seat_id, rating, last_result, last_at FROM (
               SELECT s.worker_id, s.status AS why, s.id AS seat_id, w.rating, 0 AS class FROM seats s
               JOIN workers w ON w.id = s.worker_id
               WHERE s.franchise_id = $1 AND s.shift_id = $2 AND s.status IN ('doubtful', 'unaccounted')
               UNION ALL
               SELECT i.worker_id, i.status, NULL, w.rating, 1 FROM invitations i JOIN workers w ON w.id = i.worker_id
               WHERE i.franchise_id = $1 AND i.shift_id = $2 AND i.status IN ('expired', 'undeliverable')
           ) people LEFT JOIN LATERAL (
               SELECT r.result AS last_result, r.at AS last_at FROM call_results r
               WHERE r.franchise_id = $1 AND r.shift_id = $2 AND r.worker_id = people.worker_id
               ORDER BY r.at DESC LIMIT 1) calls ON true
           ORDER BY class, last_at NULLS FIRST, rating DESC, worker_id""",
        uow.franchise_id,
        shift_id,
    )


async def open_alarms(uow: Uow, *, shift_id: UUID | None, limit: int) -> Sequence[Mapping[str, Any]]:
    """Read the alarms that stand, the worst first, then the oldest; with their shift, and whose seat it is."""
    return await uow.fetch(
        """SELECT a.id, a.shift_id, a.kind, a.severity, a.sentence, a.detail, a.status, a.raised_at, a.acknowledged_at,
                  c.name AS client, f.starts_at, f.zone, s.worker_id
           FROM (SELECT *, array_position(ARRAY['critical', 'warning', 'info'], severity) AS place FROM alarms
                 WHERE franchise_id = $1 AND status <> 'resolved' AND ($2::uuid IS NULL OR shift_id = $2)
                 ORDER BY place, raised_at, id LIMIT $3) a
           LEFT JOIN shifts f ON f.franchise_id = $1 AND f.id = a.shift_id
           LEFT JOIN clients c ON c.franchise_id = $1 AND c.id = f.client_id
           LEFT JOIN seats s ON s.franchise_id = $1 AND s.shift_id = a.shift_id AND s.id::text = a.detail->>'seat_id'
           ORDER BY a.place, a.raised_at, a.id""",
        uow.franchise_id,
        shift_id,
        limit,
    )


@dataclass(frozen=True, slots=True)
class HeldSeat:
    """A seat whose man is still expected or at work; without ids when it is with another franchise."""

    seat_id: UUID | None
    shift_id: UUID | None
    kind: SeatKind
    status: SeatStatus
    starts_at: datetime
    ends_at: datetime


async def seats_held(uow: Uow, worker_id: UUID) -> Sequence[HeldSeat]:
    """Read what one of the tenant's own men still holds anywhere in the network, by start."""
    rows = await uow.fetch("SELECT * FROM seats_held($1)", worker_id)
    return [
        HeldSeat(**{**dict(row), "kind": SeatKind(row["kind"]), "status": SeatStatus(row["status"])}) for row in rows
    ]
