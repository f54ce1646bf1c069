"""Whose people a wave may ask: home first, then rings of neighbours."""

from datetime import timedelta
from uuid import UUID

from dispatch.kit.uow import Uow
from dispatch.tenancy.policy import Staffing


async def homes_open(uow: Uow, staffing: Staffing, *, waves: int, lead: timedelta) -> list[UUID]:
    """Return the franchises whose workers may be asked in the next wave.

    Home alone for at most the policy's number of wave intervals, never when the start is near; after it one ring of
    neighbours more with each wave, and all of them at once when the start is near.
    """
    own = [uow.franchise_id]
    if not staffing.lending:
        return own
    near = lead < staffing.lending_home_first_min_lead
    ring = waves - staffing.lending_home_first_waves + 1
    if not near and ring <= 0:
        return own
    rows = await uow.fetch("SELECT franchise_id, ring FROM lenders_to($1)", uow.franchise_id)
    return own + [row["franchise_id"] for row in rows if near or row["ring"] <= ring]
