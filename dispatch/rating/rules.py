"""The pure rules of rating and discipline: the fold of marks, the cap, tiers, standing, fines, posteriors.

The fold is stated twice, here and in `fold.sql`, and both give the identical value: IEEE 754 double precision, the same
operations in the same order, and one rounding at the end. The arithmetic, step by step:

1. Counted are marks that neither reverse another nor are reversed; of these the newest 200 by (occurred_at, seq).
2. as_of is the latest occurred_at among them, so a rating moves only by a mark, never by the mere passing of time.
3. total = prior x prior_weight; weights = prior_weight.
4. For each counted mark, oldest first by (occurred_at, seq):
   w = weight x 2 ^ -(age / half_life), the age in seconds and at most 1,000 half-lives;
   total = total + w x value; weights = weights + w.
5. total / weights is written with 15 significant digits (what a cast to numeric does), rounded to 9 places and then to
   2, each time half away from zero. The middle step makes a tie such as 3.645 come out alike where the last binary
   digits of two mathematical libraries differ.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from uuid import UUID

from dispatch.kit.money import round_minor
from dispatch.tenancy.policy import (
    Calendar,
    Discipline,
    Engagement,
    LegalBasis,
    MarkKind,
    StandingStatus,
    Tier,
)
from dispatch.tenancy.policy import Rating as RatingPolicy

ACCEPT_PRIOR: Final = (3, 1)
"""p_accept of somebody new: three of four invitations are accepted by their deadline."""

SHOW_PRIOR: Final = (8, 1)
"""p_show of somebody new: eight of nine seats are worked. The product of both priors is ten of fifteen."""

_MOST_HALF_LIVES: Final = 1000.0
"""Beyond this a weight would underflow to zero, which the database reports as an error."""

_LOWEST, _HIGHEST = 1, 5

CAP: Final = Decimal("2.00")
"""The most that is believed of a man under a no-show cap; the functions of the database know it, too."""

_TIERS: Final = ((Decimal(4), Tier.A), (Decimal(3), Tier.B), (Decimal(2), Tier.C))


@dataclass(frozen=True, slots=True)
class Mark:
    """One rating fact as stored: weight and value were taken from the policy in force when it was appended."""

    id: UUID
    seq: int
    kind: MarkKind
    weight: float
    value: float
    occurred_at: datetime
    reverses_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Rating:
    """A folded rating, 1.00 to 5.00, and the moment of the newest mark in it (None without marks)."""

    value: Decimal
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class Strike:
    """So many strikes, brought by one mark at one moment; reversed marks bring none and are left out."""

    strikes: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a worker stands with a franchise, and until when if that ends by itself."""

    status: StandingStatus
    until: datetime | None


@dataclass(frozen=True, slots=True)
class FineProposal:
    """A fine that may be proposed: the amount within the caps, the amount before them, and why it may be asked for."""

    kind: MarkKind
    amount_minor: int
    uncapped_minor: int
    legal_basis: LegalBasis


def weigh(policy: RatingPolicy, kind: MarkKind, score: float | None = None) -> tuple[float, float]:
    """Return the (weight, value) to store on a new mark.

    Args:
        policy: the network's rating section in force.
        kind: what happened.
        score: the score given, 1 to 5, for the kinds that carry one; None for all others.

    Raises:
        ValueError: a score is missing, superfluous or off the scale.
    """
    rule = policy.marks[kind]
    if rule.value is not None and score is None:
        return rule.weight, rule.value
    if rule.value is None and score is not None and _LOWEST <= score <= _HIGHEST:
        return rule.weight, score
    raise ValueError(f"a mark of kind {kind} needs {'a score from 1 to 5' if rule.value is None else 'no score'}")


def counted_marks(marks: Iterable[Mark], window: int) -> list[Mark]:
    """Return the newest `window` marks that count, oldest first: neither reversals nor reversed."""
    stored = list(marks)
    reversed_ids = {mark.reverses_id for mark in stored}
    standing_marks = (mark for mark in stored if mark.reverses_id is None and mark.id not in reversed_ids)
    return sorted(standing_marks, key=lambda mark: (mark.occurred_at, mark.seq))[-window:]


def fold(marks: Iterable[Mark], policy: RatingPolicy) -> Rating:
    """Fold a worker's marks, given in any order, into his rating; without marks it is the prior.

    The arithmetic is that of the module's docstring, so the database computes the same value.
    """
    counted = counted_marks(marks, policy.window)
    as_of = counted[-1].occurred_at if counted else None
    half_life = policy.half_life.total_seconds()
    total, weights = policy.prior * policy.prior_weight, policy.prior_weight
    for mark in counted:
        age = (counted[-1].occurred_at - mark.occurred_at).total_seconds()
        weight = mark.weight * 2.0 ** -min(age / half_life, _MOST_HALF_LIVES)
        total += weight * mark.value
        weights += weight
    return Rating(value=_two_places(total / weights), as_of=as_of)


def _two_places(value: float) -> Decimal:
    exact = Decimal(f"{value:.15g}")
    return exact.quantize(Decimal("1e-9"), ROUND_HALF_UP).quantize(Decimal("0.01"), ROUND_HALF_UP)


def capped_until(marks: Iterable[Mark], policy: RatingPolicy) -> datetime | None:
    """Return when the cap of the latest capping mark ends, which may have passed; None when there is no such mark.

    The house rule: thirty days after a no-show, or at the second shift completed since, whichever is earlier. Who
    warned, however late, is not a no-show and is never capped. A reversed no-show caps no more.
    """
    counted = counted_marks(marks, policy.window)
    capping = [i for i, mark in enumerate(counted) if policy.marks[mark.kind].caps]
    if not capping:
        return None
    last = capping[-1]
    ends = counted[last].occurred_at + policy.cap_for
    completed = [mark.occurred_at for mark in counted[last + 1 :] if mark.kind is MarkKind.COMPLETED]
    return min(ends, completed[policy.cap_completed - 1]) if len(completed) >= policy.cap_completed else ends


def capped(rating: Decimal, until: datetime | None, now: datetime) -> Decimal:
    """Return the effective rating, which everyone uses: at most the cap until it ends."""
    return min(rating, CAP) if until is not None and now < until else rating


def tier(effective: Decimal) -> Tier | None:
    """Return the tier of an effective rating: A from 4, B from 3, C from 2; below that None."""
    return next((name for least, name in _TIERS if effective >= least), None)


def cancel_kind(calendar: Calendar, notice: timedelta) -> MarkKind:
    """Return the mark of a worker's cancel, by the time left to his shift when he said so.

    More than 24 h ahead costs nothing, 24 to 2 h little, under 2 h (or after the start) more, and always less than not
    coming: the policy refuses weights in any other order.
    """
    if notice > calendar.cancel_free_notice:
        return MarkKind.CANCEL_AHEAD
    return MarkKind.CANCEL_LATE if notice >= calendar.cancel_late_notice else MarkKind.CANCEL_LAST_MINUTE


def lateness_kind(
    policy: RatingPolicy, grace: timedelta, late_by: timedelta, announced_delay: timedelta = timedelta(0)
) -> MarkKind | None:
    """Return the mark of an arrival, None within the grace.

    Only what exceeds the announced delay (and the grace) is unannounced; so warning never makes it dearer.
    """
    if late_by <= grace:
        return None
    unannounced = late_by - max(announced_delay, timedelta(0))
    if unannounced <= grace:
        return MarkKind.LATE_ANNOUNCED
    return MarkKind.LATE if unannounced < policy.late_long_from else MarkKind.LATE_LONG


def standing(discipline: Discipline, strikes: Collection[Strike], now: datetime) -> Standing:
    """Return where the ladder puts a worker.

    Strikes live until they expire. The highest step reached decides; a suspension runs from the latest strike and ends
    by itself. An exclusion, once stored, is lifted by people only, not by strikes expiring later.
    """
    live = [strike for strike in strikes if strike.strikes > 0 and strike.at + discipline.strike_expiry > now]
    count = sum(strike.strikes for strike in live)
    reached = [step for step in discipline.ladder if step.strikes <= count]
    if not reached:
        return Standing(StandingStatus.OK, None)
    if reached[-1].suspend_for is None:
        return Standing(StandingStatus.EXCLUDED, None)
    until = max(strike.at for strike in live) + reached[-1].suspend_for
    return Standing(StandingStatus.SUSPENDED, until) if now < until else Standing(StandingStatus.OK, None)


def ends_cooperation(discipline: Discipline, kind: MarkKind) -> bool:
    """Tell whether this franchise ends cooperation after the current shift for such a mark, subject to appeal.

    Announced lateness never does.
    """
    if kind in {MarkKind.LATE, MarkKind.LATE_LONG}:
        return discipline.lateness_ends_cooperation
    return kind is MarkKind.COMPLAINT and discipline.complaint_ends_cooperation


def propose_fine(
    discipline: Discipline,
    kind: MarkKind,
    engagement: Engagement,
    *,
    pay_rate_minor: int,
    fined_shift_minor: int = 0,
    fined_day_minor: int = 0,
    fined_month_minor: int = 0,
) -> FineProposal | None:
    """Return the fine that may be proposed, or None: no rule, no legal basis, or a cap already reached.

    Args:
        discipline: the section in force at the time of the breach.
        kind: the mark of the breach.
        engagement: the contract he works under; an employment contract never allows a fine.
        pay_rate_minor: his pay for an hour of this shift, for fines stated in hours.
        fined_shift_minor: what this franchise fined him already for this shift, fines not voided.
        fined_day_minor: the same for this day of his zone.
        fined_month_minor: the same for this calendar month of his zone.
    """
    rule = discipline.fines.get(kind)
    basis = discipline.legal_basis.get(engagement, LegalBasis.OFF)
    if rule is None or basis is LegalBasis.OFF:
        return None
    by_hours = round_minor((rule.hours or Decimal(0)) * pay_rate_minor)
    asked = by_hours if rule.amount_minor is None else rule.amount_minor
    room = min(
        discipline.caps.shift_minor - fined_shift_minor,
        discipline.caps.day_minor - fined_day_minor,
        discipline.caps.month_minor - fined_month_minor,
    )
    amount = min(asked, room)
    return FineProposal(kind, amount, asked, basis) if amount > 0 else None


def posterior(prior: tuple[int, int], successes: int, failures: int) -> float:
    """Return the expected probability of success after plain counts: (a + s) / (a + b + s + f) for a prior a : b."""
    a, b = prior
    return (a + successes) / (a + b + successes + failures)
