"""Strikes, standing and fines of one franchise."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from dispatch.tenancy.policies.rating import MarkKind
from dispatch.tenancy.policies.section import Minor, PositiveDuration, Section


class Engagement(StrEnum):
    """The contract a worker is engaged under."""

    EMPLOYMENT = "employment"
    CIVIL_LAW = "civil_law"
    SELF_EMPLOYED = "self_employed"


class LegalBasis(StrEnum):
    """Why a fine may be asked for: a penalty agreed in the contract, or not at all."""

    CONTRACT_PENALTY = "contract_penalty"
    OFF = "off"


class StandingStatus(StrEnum):
    """A worker's standing with one franchise."""

    OK = "ok"
    SUSPENDED = "suspended"
    EXCLUDED = "excluded"


class LadderStep(Section):
    """From `strikes` live strikes on: suspended for a time, or excluded when no time is given."""

    strikes: Annotated[int, Field(ge=1)]
    suspend_for: PositiveDuration | None


class FineRule(Section):
    """How much one kind of breach costs: a fixed amount, or hours of the worker's own pay rate."""

    amount_minor: Minor | None = None
    hours: Annotated[Decimal, Field(gt=0, le=24)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.amount_minor is None) == (self.hours is None):
            raise ValueError("fine: give either amount_minor or hours")
        return self


class FineCaps(Section):
    """The most a worker can be fined by this franchise, in minor units, per shift, day and calendar month."""

    shift_minor: Minor
    day_minor: Minor
    month_minor: Minor


class Discipline(Section):
    """What follows a breach besides the rating."""

    strikes: Mapping[MarkKind, Annotated[int, Field(ge=0)]] = {
        MarkKind.NO_SHOW: 2,
        MarkKind.TURNED_AWAY_DRUNK: 3,
        MarkKind.COMPLAINT: 2,
        MarkKind.LEFT_EARLY: 1,
        MarkKind.CANCEL_LAST_MINUTE: 1,
        MarkKind.LATE_LONG: 1,
    }
    """Strikes a mark brings; kinds not named bring none."""
    strike_expiry: PositiveDuration = timedelta(days=180)
    ladder: tuple[LadderStep, ...] = (
        LadderStep(strikes=3, suspend_for=timedelta(days=7)),
        LadderStep(strikes=6, suspend_for=timedelta(days=30)),
    )
    """Fewest strikes first. A step without a time excludes and can only be the last."""
    lateness_ends_cooperation: bool = False
    """Whether unannounced, unexcused lateness beyond the grace ends cooperation after the current shift."""
    complaint_ends_cooperation: bool = False
    """Whether an upheld complaint does."""

    fines: Mapping[MarkKind, FineRule] = {}
    """What costs money; kinds not named cost none."""
    caps: FineCaps = FineCaps(shift_minor=100_000, day_minor=150_000, month_minor=500_000)
    legal_basis: Mapping[Engagement, LegalBasis] = {
        Engagement.CIVIL_LAW: LegalBasis.CONTRACT_PENALTY,
        Engagement.SELF_EMPLOYED: LegalBasis.CONTRACT_PENALTY,
        Engagement.EMPLOYMENT: LegalBasis.OFF,
    }
    """An engagement not named has no basis, so it is never fined."""
    appeal_window: PositiveDuration = timedelta(hours=72)
    """A proposed fine becomes active when this has passed without an appeal."""
    fine_expiry: PositiveDuration = timedelta(days=180)
    """A fine that was not settled from pay by then lapses."""
    work_off: bool = True
    """Whether a completed shift without breach may settle a fine instead of money."""

    @model_validator(mode="after")
    def _check_ladder_and_law(self) -> Self:
        counts = [step.strikes for step in self.ladder]
        if counts != sorted(set(counts)) or any(step.suspend_for is None for step in self.ladder[:-1]):
            raise ValueError("ladder: list steps by rising strikes, each once; only the last may exclude")
        if self.legal_basis.get(Engagement.EMPLOYMENT, LegalBasis.OFF) is not LegalBasis.OFF:
            raise ValueError("legal_basis: an employment contract allows no fine; it must be off")
        if not self.caps.shift_minor <= self.caps.day_minor <= self.caps.month_minor:
            raise ValueError("caps: shift_minor <= day_minor <= month_minor must hold")
        if warned := {MarkKind.CANCEL_AHEAD, MarkKind.REVERSAL} & set(self.fines):
            raise ValueError(f"fines: {', '.join(sorted(warned))} never costs money")
        return self
