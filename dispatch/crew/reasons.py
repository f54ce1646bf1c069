"""Why a wave asks as many as it does: a code with figures, so that every reader gets it in his own language."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

Figure = int | float | Decimal


class ReasonCode(StrEnum):
    """The ways in which a number of people to ask comes about."""

    FIRST_WAVE = "first_wave"
    REGULARS_FIRST = "regulars_first"
    NEXT_WAVE = "next_wave"
    COVERED = "covered"
    BY_HAND = "by_hand"
    FACTOR = "factor"
    FACTOR_FEW = "factor_few"
    REACHED = "reached"
    REACHED_ALREADY = "reached_already"
    NOT_REACHED = "not_reached"


SENTENCES: Final[Mapping[ReasonCode, str]] = MappingProxyType(
    {
        ReasonCode.FIRST_WAVE: "first wave: %(factor)s x %(headcount)s",
        ReasonCode.REGULARS_FIRST: "first wave: %(kept)s of the last crew + %(factor)s x %(gaps)s gaps",
        ReasonCode.NEXT_WAVE: (
            "wave %(n)s: %(factor)s x (cover %(cover)s - seated %(seated)s) - %(asked)s still asked"
        ),
        ReasonCode.COVERED: "covered",
        ReasonCode.BY_HAND: "wave %(n)s, by hand: %(count)s more; cover %(cover)s, seated %(seated)s, %(asked)s asked",
        ReasonCode.FACTOR: "%(factor)s x %(headcount)s = %(wanted)s; P(%(headcount)s come) %(p_full)s",
        ReasonCode.FACTOR_FEW: (
            "%(factor)s x %(headcount)s = %(wanted)s, only %(n)s can be asked; P(%(headcount)s come) %(p_full)s"
        ),
        ReasonCode.REACHED: ("%(n)s reach %(target)s, %(less)s only %(before)s; P(%(headcount)s come) %(p_full)s"),
        ReasonCode.REACHED_ALREADY: "0 reach %(target)s already; P(%(headcount)s come) %(p_full)s",
        ReasonCode.NOT_REACHED: "all %(n)s stay below %(target)s; P(%(headcount)s come) %(p_full)s",
    }
)
"""Code -> its sentence in English, with places for the figures; other languages translate the sentence."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A code and the figures of its sentence: whole numbers, factors exactly as the policy states them, chances."""

    code: ReasonCode
    figures: Mapping[str, Figure]

    def __str__(self) -> str:
        """The sentence in English, chances with two decimals."""
        return SENTENCES[self.code] % {
            name: f"{value:.2f}" if isinstance(value, float) else str(value) for name, value in self.figures.items()
        }

    def stored(self) -> dict[str, Any]:
        """Return what is kept of it as JSON: factors as text, so that 1.5 stays 1.5."""
        figures = {name: str(value) if isinstance(value, Decimal) else value for name, value in self.figures.items()}
        return {"code": str(self.code), **figures}


def reason(code: ReasonCode, **figures: Figure) -> Reason:
    """Return a reason with its figures."""
    return Reason(code, figures)


def stored_reason(kept: Mapping[str, Any] | None) -> Reason | None:
    """Read a reason as it was kept; None where nothing was, or a code that nobody knows any more."""
    if kept is None or kept.get("code") not in set(ReasonCode):
        return None
    figures = {
        name: Decimal(value) if isinstance(value, str) else value for name, value in kept.items() if name != "code"
    }
    return Reason(ReasonCode(kept["code"]), figures)
