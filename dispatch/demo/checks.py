"""What a demonstration must come to. Pure: figures in, the expectations they miss out."""

from dataclasses import asdict, dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any, Final
from uuid import UUID

OVER_INVITE: Final = Decimal("1.5")
"""Invitations of the first wave for each man needed: "asked for ten, invite fifteen"."""
CAP: Final = Decimal("2.00")
"""The most a man is worth after he did not come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A demonstration in figures, each read over HTTP. Amounts in minor units.

    Attributes:
        invited: of the first wave.
        primary: seats of each kind when the shift started; None if it never did.
        arrived: men on site at the end.
        rating_before: of a man who did not come, before and after it was found; None without one.
        fine_minor: proposed to him; None without a fine.
        order_id, shift_id: what it was about.
        seconds: from the order to the end.
    """

    headcount: int
    waves: int
    invited: int
    primary: int | None
    reserve: int | None
    standby: int | None
    arrived: int
    no_show: int
    rating_before: Decimal | None
    rating_after: Decimal | None
    fine_minor: int | None
    bill_minor: int | None
    pay_minor: int | None
    order_id: UUID
    shift_id: UUID
    seed: int
    seconds: float

    def report(self) -> dict[str, Any]:
        """Return the figures for a machine: ratings as numbers, ids as text."""
        figures = asdict(self)
        for name, figure in figures.items():
            if isinstance(figure, Decimal):
                figures[name] = float(figure)
            elif isinstance(figure, UUID):
                figures[name] = str(figure)
        return figures


def first_wave(headcount: int) -> int:
    """Return how many the first wave must ask: one and a half for each man needed, rounded up."""
    return int((headcount * OVER_INVITE).to_integral_value(ROUND_CEILING))


def missed(outcome: Outcome) -> list[str]:
    """Return the expectations an outcome misses, each as a sentence; empty when it is as it should be."""
    wanted = first_wave(outcome.headcount)
    expectations = {
        f"the first wave asks {wanted}, not {outcome.invited}": outcome.invited == wanted,
        f"{outcome.headcount} primary seats are taken at the start, not {outcome.primary}": (
            outcome.primary == outcome.headcount
        ),
        "at least one who said yes does not come": outcome.no_show >= 1,
        f"his rating falls to {CAP} at most, not {outcome.rating_after}": (
            outcome.rating_after is not None and outcome.rating_after <= CAP
        ),
        f"his rating does not rise, from {outcome.rating_before} to {outcome.rating_after}": (
            outcome.rating_before is not None
            and outcome.rating_after is not None
            and outcome.rating_after <= outcome.rating_before
        ),
        "a fine is proposed": (outcome.fine_minor or 0) > 0,
        "the client is billed": (outcome.bill_minor or 0) > 0 or outcome.arrived == 0,
        "the men are paid": (outcome.pay_minor or 0) > 0 or outcome.arrived == 0,
    }
    return [sentence for sentence, holds in expectations.items() if not holds]
