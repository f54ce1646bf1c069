"""What a shift needs, put as the question the matcher answers."""

from datetime import datetime

from dispatch.kit.uow import Uow
from dispatch.matching.candidates import Need
from dispatch.orders.shifts import Shift
from dispatch.staffing.facts import OrderTerms
from dispatch.staffing.lending import homes_open
from dispatch.tenancy.policy import Policy, Tier


async def need_of(uow: Uow, shift: Shift, terms: OrderTerms, policy: Policy, *, deadline: datetime, waves: int) -> Need:
    """Return what a shift needs now, as the matcher is asked.

    Args:
        uow: the tenant's unit of work.
        shift: the shift.
        terms: what its order and client ask.
        policy: in force.
        deadline: until when an answer counts.
        waves: how many there were; home comes first in the first ones.
    """
    lowest = Tier(terms.min_tier) if terms.min_tier else policy.staffing.min_tier
    if terms.forbids_tier_c and lowest is Tier.C:
        lowest = Tier.B
    lead = shift.starts_at - uow.now
    return Need(
        shift_id=shift.id,
        client_id=shift.client_id,
        site_id=shift.site_id,
        lat=shift.lat,
        lon=shift.lon,
        zone=shift.zone,
        region=shift.region,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        due_at=shift.starts_at,
        deadline=deadline,
        send_from=uow.now,
        skill=shift.skill,
        documents=shift.documents,
        radius_m=float(policy.staffing.radius_km) * 1000,
        min_tier=lowest,
        urgent=shift.urgent or lead <= policy.calendar.urgent_lead,
        homes=await homes_open(uow, policy.staffing, waves=waves, lead=lead),
        test=shift.test,
    )
