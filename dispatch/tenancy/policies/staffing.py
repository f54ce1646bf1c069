"""How many people are asked and kept for a shift, and from where."""

from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from dispatch.tenancy.policies.section import Duration, Section, Share

Factor = Annotated[Decimal, Field(ge=1, le=5)]
"""People asked (or kept) for each one needed."""


class Tier(StrEnum):
    """A class of effective rating: A from 4, B from 3, C from 2. Below 2 a man has none."""

    A = "A"
    B = "B"
    C = "C"


class OverInviteMode(StrEnum):
    """How the size of the first wave is found: a fixed factor, or the least number that fills with confidence."""

    FACTOR = "factor"
    CONFIDENCE = "confidence"


class Staffing(Section):
    """Over-invite, cover, reserve, standby and lending."""

    mode: OverInviteMode = OverInviteMode.FACTOR
    factor: Factor = Decimal("1.5")
    """Invitations of the first wave for each man needed: "asked for ten, invite fifteen"."""
    wave_factor: Factor = Decimal("1.5")
    """Invitations of a later wave for each seat still missing to the cover."""
    target: Annotated[float, Field(gt=0, lt=1)] = 0.90
    """The probability that the headcount comes from which on a shift is covered; also the aim of mode `confidence`."""
    cover_factor: Factor = Decimal("1.5")
    """Cover never exceeds this times the headcount, plus one for every two doubtful men."""
    reserve_min: Annotated[int, Field(ge=0)] = 0
    """Reserve places kept at least, whatever the cover says."""
    standby_share: Share = Decimal("0.2")
    """Standby places for each man needed, rounded up."""
    standby_min: Annotated[int, Field(ge=0)] = 1
    auto_release: bool = False
    """Whether silence to the last re-confirmation may free a seat. Off: silence never takes a seat."""

    min_tier: Tier = Tier.C
    """The lowest tier that may be opened unless an order or client asks for more."""
    second_chance_share: Share = Decimal("0.10")
    """The largest part of a crew that may consist of men under a no-show cap, as reserve only."""
    radius_km: Annotated[Decimal, Field(gt=0, le=500)] = Decimal(25)

    lending: bool = True
    """Whether other franchises' workers may be invited at all."""
    lending_home_first_waves: Annotated[int, Field(ge=0)] = 1
    """For this many wave intervals home workers are asked alone."""
    lending_home_first_min_lead: Duration = timedelta(hours=6)
    """With less than this left to the start home does not come first."""
