"""The policy of a franchise: seven sections, each versioned on its own. Presets are in `presets.py`."""

from collections.abc import Mapping
from typing import Final

from dispatch.tenancy.policies.calendar import Calendar, QuietHours
from dispatch.tenancy.policies.discipline import (
    Discipline,
    Engagement,
    FineCaps,
    FineRule,
    LadderStep,
    LegalBasis,
    StandingStatus,
)
from dispatch.tenancy.policies.money import Money
from dispatch.tenancy.policies.pace import HOUSE_OUTAGE_GAP, Pace, WaveStep
from dispatch.tenancy.policies.rating import COST_ORDER, WARNED, MarkKind, MarkRule, Rating
from dispatch.tenancy.policies.scoring import STRATEGY_WEIGHTS, Scoring, Strategy, Weights
from dispatch.tenancy.policies.section import Section
from dispatch.tenancy.policies.staffing import OverInviteMode, Staffing, Tier

__all__ = [
    "COST_ORDER",
    "HOUSE_OUTAGE_GAP",
    "NETWORK_SECTIONS",
    "SECTIONS",
    "STRATEGY_WEIGHTS",
    "WARNED",
    "Calendar",
    "Discipline",
    "Engagement",
    "FineCaps",
    "FineRule",
    "LadderStep",
    "LegalBasis",
    "MarkKind",
    "MarkRule",
    "Money",
    "OverInviteMode",
    "Pace",
    "Policy",
    "QuietHours",
    "Rating",
    "Scoring",
    "Section",
    "Staffing",
    "StandingStatus",
    "Strategy",
    "Tier",
    "WaveStep",
    "Weights",
]


class Policy(Section):
    """Everything a franchise may decide, complete: a section not given is the house default."""

    pace: Pace = Pace()
    staffing: Staffing = Staffing()
    scoring: Scoring = Scoring()
    calendar: Calendar = Calendar()
    rating: Rating = Rating()
    discipline: Discipline = Discipline()
    money: Money = Money()


SECTIONS: Final[Mapping[str, type[Section]]] = {
    "pace": Pace,
    "staffing": Staffing,
    "scoring": Scoring,
    "calendar": Calendar,
    "rating": Rating,
    "discipline": Discipline,
    "money": Money,
}
"""Section name -> model: the names under which versions are stored."""

NETWORK_SECTIONS: Final = frozenset({"rating"})
"""Sections that are one for the whole network and cannot be set by a franchise."""
