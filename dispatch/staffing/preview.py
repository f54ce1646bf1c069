"""Who would be asked for a shift nobody has ordered yet, and what the first wave would come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from dispatch.kit.uow import Uow
from dispatch.matching.candidates import Candidate, Need, Terms, find_candidates
from dispatch.matching.plan import Plan, plan_invitations
from dispatch.staffing.lending import homes_open
from dispatch.staffing.rules import wave_one_target, wave_window
from dispatch.tenancy.policy import Tier
from dispatch.tenancy.queries import policy_in_force
from dispatch.workers.skills import DOCUMENTS, SKILL_BITS, Service

MOST_ADVISED = 4
"""The planner looks at this many people for each man needed."""


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
class Preview:
    """The ranking, and the plan of the first wave over it."""

    candidates: Sequence[Candidate]
    plan: Plan


async def preview_match(uow: Uow, asked: PreviewNeed) -> Preview:
    """Rank the pool for a need as it stands now. Nothing is stored, nobody is asked.

    By default as many candidates as the first wave would ask.
    """
    policy = (await policy_in_force(uow)).policy
    lead = asked.starts_at - uow.now
    window = wave_window(policy.pace, uow.now, asked.starts_at) or timedelta(minutes=3)
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
        deadline=uow.now + window,
        send_from=uow.now,
        skill=SKILL_BITS[asked.service],
        documents=[str(kind) for kind in DOCUMENTS[asked.service]],
        radius_m=1000 * (asked.radius_km or float(policy.staffing.radius_km)),
        min_tier=asked.min_tier or policy.staffing.min_tier,
        urgent=asked.urgent or lead <= policy.calendar.urgent_lead,
        homes=await homes_open(uow, policy.staffing, waves=0, lead=lead),
    )
    first_wave = wave_one_target(policy.staffing.factor, asked.headcount)
    wanted = asked.limit or min(first_wave, MOST_ADVISED * asked.headcount)
    terms = Terms(policy.calendar, policy.pace, policy.scoring, policy.staffing)
    candidates = await find_candidates(uow, need, terms, max(wanted, first_wave))
    plan = plan_invitations(
        policy.staffing.mode,
        asked.headcount,
        [candidate.p_comes for candidate in candidates],
        factor=policy.staffing.factor,
        target=policy.staffing.target,
    )
    return Preview(candidates[:wanted], plan)
