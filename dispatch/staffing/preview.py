"""Who would be asked for a shift nobody has ordered yet, and what the first wave would come to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.kit.uow import Uow
from dispatch.matching.candidates import Candidate, Need, Terms, find_candidates
from dispatch.matching.plan import Plan, plan_invitations
from dispatch.staffing.lending import homes_open
from dispatch.staffing.rules import wave_one_target, wave_window
from dispatch.tenancy.policy import Policy, Tier
from dispatch.tenancy.queries import policy_in_force
from dispatch.tenancy.rules import next_allowed
from dispatch.workers.skills import DOCUMENTS, SKILL_BITS, Service

MOST_ADVISED = 4
"""The planner looks at this many people for each man needed."""

_LATEST_START: Final = timedelta(hours=4)
"""How much later than asked for the rest of a crew is looked for."""

_LEAST_WORK: Final = timedelta(hours=1)
"""Nobody comes for less."""

_ROUNDING: Final = timedelta(minutes=15)

_SHORTEST: Final = timedelta(minutes=3)
"""How long answers are waited for where no wave may start any more."""


@dataclass(frozen=True, slots=True)
class PreviewNeed:
    """A need not yet ordered; see the body of the route."""

    lat: float
    lon: float
    zone: str
    region: str
    service: Service
    headcount: int
    starts_at: datetime
    ends_at: datetime
    radius_km: float | None
    min_tier: Tier | None
    urgent: bool
    client_id: UUID | None
    site_id: UUID | None
    limit: int | None


@dataclass(frozen=True, slots=True)
class Rest:
    """When those can be there who live too far away to be there at the start.

    Attributes:
        by: a quarter of an hour, the earliest by which everybody counted has had time to travel.
        at_start: how many of the headcount are to be expected by then, those of the start included.
    """

    by: datetime
    at_start: float


@dataclass(frozen=True, slots=True)
class Preview:
    """The ranking, and the plan of the first wave over it.

    Attributes:
        asks_at: when the first wave would go out: now, or when quiet hours are over on the clock of the place.
        at_start: how many of the headcount are to be expected at the start.
        rest: where too few can be there by the start and a later one would find more.
    """

    candidates: Sequence[Candidate]
    plan: Plan
    asks_at: datetime
    at_start: float
    rest: Rest | None


async def preview_match(uow: Uow, asked: PreviewNeed) -> Preview:
    """Rank the pool for a need as it stands when its first wave would go out. Nothing is stored, nobody is asked.

    By default as many candidates as the first wave would ask.
    """
    policy = (await policy_in_force(uow)).policy
    lead = asked.starts_at - uow.now
    urgent = asked.urgent or lead <= policy.calendar.urgent_lead
    asks_at, window = _first_wave(uow.now, asked, policy, urgent=urgent)
    need = Need(
        shift_id=None,
        client_id=asked.client_id,
        site_id=asked.site_id,
        lat=asked.lat,
        lon=asked.lon,
        zone=asked.zone,
        region=asked.region,
        starts_at=asked.starts_at,
        ends_at=asked.ends_at,
        due_at=asked.starts_at,
        deadline=asks_at + window,
        send_from=asks_at,
        skill=SKILL_BITS[asked.service],
        documents=[str(kind) for kind in DOCUMENTS[asked.service]],
        radius_m=1000 * (asked.radius_km or float(policy.staffing.radius_km)),
        min_tier=asked.min_tier or policy.staffing.min_tier,
        urgent=urgent,
        homes=await homes_open(uow, policy.staffing, waves=0, lead=lead),
    )
    first_wave = wave_one_target(policy.staffing.factor, asked.headcount)
    wanted = asked.limit or min(first_wave, MOST_ADVISED * asked.headcount)
    terms = Terms(policy.calendar, policy.pace, policy.scoring, policy.staffing)
    candidates = await find_candidates(uow, need, terms, max(wanted, first_wave))
    plan = _plan(policy, asked.headcount, candidates)
    short_of_people = len(candidates) < first_wave
    rest = await _rest(uow, need, terms, policy, asked.headcount, candidates) if short_of_people else None
    return Preview(candidates[:wanted], plan, asks_at, asked.headcount - plan.expected_short, rest)


def _plan(policy: Policy, headcount: int, candidates: Sequence[Candidate]) -> Plan:
    return plan_invitations(
        policy.staffing.mode,
        headcount,
        [candidate.p_comes for candidate in candidates],
        factor=policy.staffing.factor,
        target=policy.staffing.target,
    )


async def _rest(
    uow: Uow, need: Need, terms: Terms, policy: Policy, headcount: int, at_start: Sequence[Candidate]
) -> Rest | None:
    """Look for the people of a later start; None where it would find no more, or leave too little work."""
    latest = min(need.starts_at + _LATEST_START, need.ends_at - _LEAST_WORK)
    if latest <= need.starts_at:
        return None
    first_wave = wave_one_target(policy.staffing.factor, headcount)
    later = await find_candidates(uow, replace(need, due_at=latest), terms, first_wave)
    if len(later) <= len(at_start):
        return None
    travels = max(candidate.distance_m for candidate in later) / 1000 * policy.pace.travel_per_km
    by = max(uow.now + travels, need.starts_at)
    whole = -(-by.timestamp() // _ROUNDING.total_seconds()) * _ROUNDING.total_seconds()
    by = min(datetime.fromtimestamp(whole, UTC), latest)
    return Rest(by, headcount - _plan(policy, headcount, later).expected_short)


def _first_wave(now: datetime, asked: PreviewNeed, policy: Policy, *, urgent: bool) -> tuple[datetime, timedelta]:
    """Return when the first wave would go out and how long it would be open; at night it waits for the morning."""
    window = wave_window(policy.pace, now, asked.starts_at) or _SHORTEST
    wakes_at = next_allowed(now, ZoneInfo(asked.zone), policy.calendar.quiet)
    if urgent or wakes_at < now + window or wakes_at >= asked.starts_at:
        return now, window
    return wakes_at, wave_window(policy.pace, wakes_at, asked.starts_at) or _SHORTEST
