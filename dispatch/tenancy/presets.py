"""Ready-made policies: two networks' ways of working, and the first of them compressed for a demonstration."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Final

from dispatch.tenancy.policy import (
    Discipline,
    FineCaps,
    FineRule,
    LadderStep,
    MarkKind,
    Pace,
    Policy,
    Scoring,
    Strategy,
    WaveStep,
)

_DAY = timedelta(days=1)

PERSONAL_SOLUTION: Final = Policy(
    scoring=Scoring(strategy=Strategy.BEST_RATED),
    discipline=Discipline(
        fines={
            MarkKind.NO_SHOW: FineRule(hours=Decimal(2)),
            MarkKind.TURNED_AWAY_DRUNK: FineRule(hours=Decimal(2)),
        },
    ),
)
"""Only the highly rated where possible; a ladder of strikes; two hours' pay for not coming."""

LOADERS_SERVICE: Final = Policy(
    scoring=Scoring(strategy=Strategy.BALANCED),
    discipline=Discipline(
        lateness_ends_cooperation=True,
        complaint_ends_cooperation=True,
        ladder=(
            LadderStep(strikes=2, suspend_for=7 * _DAY),
            LadderStep(strikes=4, suspend_for=30 * _DAY),
            LadderStep(strikes=6, suspend_for=None),
        ),
        fines={
            MarkKind.LATE: FineRule(amount_minor=20_000),
            MarkKind.LATE_LONG: FineRule(amount_minor=50_000),
            MarkKind.CANCEL_LAST_MINUTE: FineRule(amount_minor=30_000),
            MarkKind.NO_SHOW: FineRule(amount_minor=100_000),
            MarkKind.LEFT_EARLY: FineRule(amount_minor=50_000),
            MarkKind.TURNED_AWAY_DRUNK: FineRule(amount_minor=100_000),
        },
        caps=FineCaps(shift_minor=100_000, day_minor=150_000, month_minor=300_000),
    ),
)
"""Everything recorded and fined; lateness or an upheld complaint ends the cooperation."""


def _seconds(value: float) -> timedelta:
    return timedelta(seconds=value)


DEMO: Final = PERSONAL_SOLUTION.model_copy(
    update={
        "pace": Pace(
            # An order for a shift in a minute gets waves at about T-60, -48, -36, -24, -16; at T-8 no window of 5 s
            # fits into half of what is left.
            waves=(
                WaveStep(lead=_seconds(30), interval=_seconds(12)),
                WaveStep(lead=_seconds(0), interval=_seconds(8)),
            ),
            min_window=_seconds(5),
            short_alarm_lead=_seconds(12),
            # Who accepted in the first wave is asked at T-16, the silent once more at T-9; later ones not at all.
            reconfirm_lead=_seconds(16),
            doubtful_lead=_seconds(9),
            reconfirm_after_accepting=_seconds(20),
            promotion_window=_seconds(8),
            promotion_near_lead=_seconds(30),
            promotion_window_early=_seconds(8),
            grace=_seconds(6),
            no_show_limit=_seconds(12),
            max_announced_delay=_seconds(15),
            site_question_repeat=_seconds(5),
            eta_window=_seconds(10),
            which_window=_seconds(20),
            undo_window=_seconds(10),
            cancel_receipt_window=_seconds(10),
            party_hold=_seconds(15),
            travel_per_km=_seconds(0.2),
        ),
    },
)
"""`personal-solution` with nothing changed but the pace: the whole job takes about two minutes."""

PRESETS: Final[Mapping[str, Policy]] = {
    "personal-solution": PERSONAL_SOLUTION,
    "loaders-service": LOADERS_SERVICE,
    "demo": DEMO,
}
"""Preset name -> complete policy."""
