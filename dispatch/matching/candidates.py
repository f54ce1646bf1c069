"""Candidates for a shift: one call of the definer function, which sees the whole pool and returns who may be asked.

Every hard rule, the score and geodesic metres are reckoned in the database; this file states the question and reads the
answer. The same rules, one by one, answer "why not him".
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from dispatch.kit.errors import NotFound
from dispatch.kit.uow import Uow
from dispatch.tenancy.policy import Calendar, Pace, Scoring, Staffing, Tier

TIER_FLOORS: Final = {Tier.A: Decimal(4), Tier.B: Decimal(3), Tier.C: Decimal(2)}
"""The least effective rating of each tier."""

_TIERS_DOWN: Final = (Tier.A, Tier.B, Tier.C)
_MINUTE_S: Final = 60


class WorkerNotInPool(NotFound):
    """No such worker in the network's pool."""


@dataclass(frozen=True, slots=True)
class Need:
    """What is needed where and when; of a shift, or of one not yet ordered (`shift_id` None).

    Attributes:
        lat: of the site, degrees WGS 84.
        lon: of the site, degrees WGS 84.
        due_at: when a man must be there.
        deadline: until when his answer counts.
        send_from: the earliest moment the text may leave.
        skill: bit mask, all of which are needed.
        documents: kinds that must be valid through the last day in the site's region.
        homes: only workers of these franchises; None for the whole network.
        min_tier: the lowest tier that may be opened.
        urgent: reaches, in quiet hours, the men who agreed to that.
        second_chance: asks the men under a no-show cap, who are left out otherwise.
        again: asks those, too, who were silent to a first offer of this very shift.
        test: asks test people and nobody else; otherwise they are left out.
    """

    shift_id: UUID | None
    client_id: UUID | None
    site_id: UUID | None
    lat: float
    lon: float
    zone: str
    region: str
    starts_at: datetime
    ends_at: datetime
    due_at: datetime
    deadline: datetime
    send_from: datetime
    skill: int
    documents: Sequence[str]
    radius_m: float
    min_tier: Tier = Tier.C
    urgent: bool = False
    homes: Sequence[UUID] | None = None
    second_chance: bool = False
    again: bool = False
    test: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """The policy sections a match depends on."""

    calendar: Calendar
    pace: Pace
    scoring: Scoring
    staffing: Staffing


@dataclass(frozen=True, slots=True)
class Candidate:
    """A man who may be asked. `distance_m` is geodesic metres, `rating` the effective one; components are 0..1."""

    worker_id: UUID
    home_id: UUID
    distance_m: float
    rating: Decimal
    p_accept: float
    p_show: float
    score: float
    components: dict[str, Any]

    @property
    def p_comes(self) -> float:
        """The chance that he accepts and then comes."""
        return self.p_accept * self.p_show


@dataclass(frozen=True, slots=True)
class Explanation(Candidate):
    """A named man beside the same need: his figures, and why he is not asked (empty: he is eligible)."""

    reasons: Sequence[str]


async def find_candidates(
    uow: Uow,
    need: Need,
    terms: Terms,
    count: int,
    *,
    prefer: Sequence[UUID] = (),
    exclude: Sequence[UUID] = (),
) -> list[Candidate]:
    """Return the best `count` who may be asked, opening tier after tier.

    A rating is a tier and not a wall: B is asked when A cannot give enough, C when both cannot, down to the lowest tier
    the need allows. Within a tier the score decides; equal scores by distance, then id. Who lives at a
    place known by its district or city alone comes after the others of his tier: his distance is a guess.

    Args:
        uow: the tenant's unit of work.
        need: what is needed.
        terms: the policy in force.
        count: how many.
        prefer: put first where eligible: the people already asked for another day of the same block.
        exclude: never returned.
    """
    found: list[Candidate] = []
    for tier in _TIERS_DOWN[: _TIERS_DOWN.index(need.min_tier) + 1]:
        if need.second_chance and tier is not Tier.C:
            continue
        missing = count - len(found)
        if missing <= 0:
            break
        barred = [*exclude, *(candidate.worker_id for candidate in found)]
        request = request_of(uow, need, terms, tier=tier, count=missing, prefer=prefer, exclude=barred)
        rows = await uow.fetch("SELECT * FROM match_candidates($1)", request)
        found += [Candidate(**dict(row)) for row in rows]
    return found


async def find_among(uow: Uow, need: Need, terms: Terms, workers: Sequence[UUID]) -> list[Candidate]:
    """Return those of the named who may be asked, best first, of whatever tier the need allows.

    Args:
        uow: the tenant's unit of work.
        need: what is needed.
        terms: the policy in force.
        workers: who; the others of the pool are not looked at.
    """
    if not workers:
        return []
    # Preferred at the lowest tier, they come before everybody else, so as many rows hold all of them who may be asked.
    request = request_of(uow, need, terms, tier=need.min_tier, count=len(workers), prefer=workers)
    rows = await uow.fetch("SELECT * FROM match_candidates($1)", request)
    return [Candidate(**dict(row)) for row in rows if row["worker_id"] in set(workers)]


async def explain_candidate(uow: Uow, need: Need, terms: Terms, worker_id: UUID) -> Explanation:
    """Say why a man is, or is not, among those who may be asked.

    Raises:
        WorkerNotInPool: there is no such worker.
    """
    request = request_of(uow, need, terms, tier=need.min_tier, count=1)
    row = await uow.fetchrow("SELECT * FROM explain_candidate($1, $2)", request, worker_id)
    if row is None:
        raise WorkerNotInPool("There is no such worker in the pool; search with POST /api/v1/workers/search.")
    return Explanation(**dict(row))


def request_of(
    uow: Uow,
    need: Need,
    terms: Terms,
    *,
    tier: Tier,
    count: int,
    prefer: Sequence[UUID] = (),
    exclude: Sequence[UUID] = (),
) -> str:
    """Return the question as the database takes it, for one tier: JSON, moments in RFC 3339, lengths in metres."""
    calendar, weights = terms.calendar, terms.scoring.weights
    return json.dumps(
        {
            "tenant": uow.franchise_id,
            "shift_id": need.shift_id,
            "client_id": need.client_id,
            "site_id": need.site_id,
            "lat": need.lat,
            "lon": need.lon,
            "zone": need.zone,
            "region": need.region,
            "starts_at": need.starts_at.isoformat(),
            "ends_at": need.ends_at.isoformat(),
            "due_at": need.due_at.isoformat(),
            "deadline": need.deadline.isoformat(),
            "send_from": need.send_from.isoformat(),
            "skill": need.skill,
            "documents": list(need.documents),
            "radius_m": need.radius_m,
            "min_rating": str(TIER_FLOORS[tier]),
            "k": count,
            "urgent": need.urgent,
            "homes": None if need.homes is None else [str(home) for home in need.homes],
            "second_chance": need.second_chance,
            "again": need.again,
            "test": need.test,
            "travel_min_per_km": terms.pace.travel_per_km.total_seconds() / _MINUTE_S,
            "budget": calendar.unanswered_limit,
            "kept_for_home": calendar.kept_for_home,
            "quiet_from": calendar.quiet.start.isoformat(),
            "quiet_to": calendar.quiet.end.isoformat(),
            "rest_minutes": round(calendar.rest.total_seconds() / _MINUTE_S),
            "fairness_days": terms.scoring.fairness_days,
            "weights": {name: float(value) for name, value in weights.model_dump().items()},
            "prefer": [str(worker) for worker in prefer],
            "exclude": [str(worker) for worker in exclude],
        },
        default=str,
    )
