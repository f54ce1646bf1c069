"""What a fact about a worker weighs. This section is one for the whole network: a rating means the same everywhere."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from dispatch.tenancy.policies.section import PositiveDuration, Section

Stars = Annotated[float, Field(ge=1, le=5)]
"""A rating or a score on the scale from 1 to 5."""


class MarkKind(StrEnum):
    """The facts a rating is folded from, and the two that only correct it."""

    COMPLETED = "completed"
    COMMENDATION = "commendation"
    CLIENT_SCORE = "client_score"
    CREW_SCORE = "crew_score"
    LATE_ANNOUNCED = "late_announced"
    LATE = "late"
    LATE_LONG = "late_long"
    LEFT_EARLY = "left_early"
    CANCEL_AHEAD = "cancel_ahead"
    CANCEL_LATE = "cancel_late"
    CANCEL_LAST_MINUTE = "cancel_last_minute"
    NO_SHOW = "no_show"
    COMPLAINT = "complaint"
    TURNED_AWAY_DRUNK = "turned_away_drunk"
    TURNED_AWAY_NO_PASS = "turned_away_no_pass"  # noqa: S105 - a site pass, no password
    TURNED_AWAY_REFUSED = "turned_away_refused"
    REVERSAL = "reversal"


class MarkRule(Section):
    """What one kind of mark does: `weight` says how hard it pulls, `value` towards what."""

    weight: Annotated[float, Field(ge=0, le=10)]
    value: Stars | None
    """None: the mark brings its own value, a score from 1 to 5."""
    caps: bool = False
    """Whether the mark puts the worker under the cap."""


def _blame(weight: float, *, caps: bool = False) -> MarkRule:
    """Blame always pulls to 1, the end of the scale, and differs in weight alone.

    So no offence can ever raise a rating, and the order of weights is the order of costs whatever came before.
    """
    return MarkRule(weight=weight, value=1.0, caps=caps)


MARKS: Mapping[MarkKind, MarkRule] = {
    MarkKind.COMPLETED: MarkRule(weight=1.0, value=5.0),
    MarkKind.COMMENDATION: MarkRule(weight=1.0, value=5.0),
    MarkKind.CLIENT_SCORE: MarkRule(weight=1.0, value=None),
    MarkKind.CREW_SCORE: MarkRule(weight=0.25, value=None),
    MarkKind.LATE_ANNOUNCED: _blame(0.1),
    MarkKind.LATE: _blame(0.3),
    MarkKind.LATE_LONG: _blame(0.6),
    MarkKind.LEFT_EARLY: _blame(1.5),
    MarkKind.CANCEL_AHEAD: _blame(0.0),
    MarkKind.CANCEL_LATE: _blame(0.3),
    MarkKind.CANCEL_LAST_MINUTE: _blame(1.0),
    MarkKind.NO_SHOW: _blame(3.0, caps=True),
    MarkKind.COMPLAINT: _blame(1.5),
    MarkKind.TURNED_AWAY_DRUNK: _blame(3.0),
    MarkKind.TURNED_AWAY_NO_PASS: _blame(0.3),
    MarkKind.TURNED_AWAY_REFUSED: _blame(0.6),
    MarkKind.REVERSAL: _blame(0.0),
}
"""The house table. A cancel more than a day ahead is recorded with weight zero: a fact, not a cost."""

COST_ORDER = (MarkKind.CANCEL_AHEAD, MarkKind.CANCEL_LATE, MarkKind.CANCEL_LAST_MINUTE, MarkKind.NO_SHOW)
"""A man who warns earlier always pays less."""

WARNED = frozenset({*COST_ORDER[:-1], MarkKind.LATE_ANNOUNCED})
"""The kinds of a man who warned: none of them may cap."""


class Rating(Section):
    """Prior, memory, cap and the table of marks."""

    prior: Stars = 3.5
    prior_weight: Annotated[float, Field(gt=0)] = 3.0
    half_life: PositiveDuration = timedelta(days=90)
    """A mark this much older than the newest one weighs half as much."""
    window: Annotated[int, Field(ge=1)] = 200
    """How many of the newest marks count."""
    cap_for: PositiveDuration = timedelta(days=30)
    cap_completed: Annotated[int, Field(ge=1)] = 2
    """So many completed shifts lift the cap before its time."""
    late_long_from: PositiveDuration = timedelta(minutes=30)
    """Unannounced lateness from this on is `late_long`."""
    marks: Mapping[MarkKind, MarkRule] = Field(default_factory=lambda: dict(MARKS))

    @model_validator(mode="after")
    def _check_marks(self) -> Self:
        missing = sorted(set(MarkKind) - set(self.marks))
        if missing:
            raise ValueError(f"marks: rules are missing for {', '.join(missing)}")
        costs = [self.marks[kind] for kind in COST_ORDER]
        if any(rule.value != 1 for rule in costs) or any(
            cheaper.weight >= dearer.weight for cheaper, dearer in pairwise(costs)
        ):
            raise ValueError(f"marks: value 1 and strictly rising weights are needed for {', '.join(COST_ORDER)}")
        if not self.marks[MarkKind.NO_SHOW].caps or any(self.marks[kind].caps for kind in WARNED):
            raise ValueError("marks: a no-show always caps, a man who warned is never capped")
        return self
