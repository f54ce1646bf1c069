from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.rating.rules import (
    ACCEPT_PRIOR,
    SHOW_PRIOR,
    FineProposal,
    Mark,
    Standing,
    Strike,
    cancel_kind,
    capped,
    capped_until,
    counted_marks,
    ends_cooperation,
    fold,
    lateness_kind,
    posterior,
    propose_fine,
    standing,
    tier,
    weigh,
)
from dispatch.tenancy.policy import (
    COST_ORDER,
    WARNED,
    Calendar,
    Discipline,
    Engagement,
    FineCaps,
    FineRule,
    LadderStep,
    LegalBasis,
    MarkKind,
    Rating,
    StandingStatus,
    Tier,
)
from dispatch.tenancy.presets import PRESETS

POLICY = Rating()
T0 = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
_SCORED = (MarkKind.CLIENT_SCORE, MarkKind.CREW_SCORE)
_EARNED = [kind for kind in MarkKind if kind is not MarkKind.REVERSAL]


def _mark(n: int, kind: MarkKind, day: float, score: float | None = None, reverses: int | None = None) -> Mark:
    weight, value = weigh(POLICY, kind, score if kind in _SCORED else None)
    reverses_id = None if reverses is None else UUID(int=reverses)
    return Mark(UUID(int=n), n, kind, weight, value, T0 + timedelta(days=day), reverses_id)


def _history(*steps: tuple[MarkKind, float]) -> list[Mark]:
    return [_mark(n, kind, day, 4.0) for n, (kind, day) in enumerate(steps)]


_HISTORIES = st.lists(
    st.tuples(st.sampled_from(_EARNED), st.floats(0, 800), st.floats(1, 5)),
    max_size=30,
).map(lambda steps: [_mark(n, kind, day, score) for n, (kind, day, score) in enumerate(steps)])

C, N, R = MarkKind.COMPLETED, MarkKind.NO_SHOW, MarkKind.REVERSAL


@pytest.mark.parametrize(
    ("marks", "value"),
    [
        ([], "3.50"),
        (_history((C, 0)), "3.88"),  # (3.5 x 3 + 5) / 4 = 3.875, half away from zero
        (_history((C, 0), (C, 0), (C, 0)), "4.25"),
        (_history((N, 0)), "2.25"),  # (3.5 x 3 + 1 x 3) / 6
        (_history((N, 0), (C, 90)), "3.09"),  # (10.5 + .5 x 3 x 1 + 5) / (3 + 1.5 + 1)
        (_history((MarkKind.CLIENT_SCORE, 0)), "3.63"),  # 3.625
        (_history((MarkKind.CREW_SCORE, 0)), "3.54"),  # a quarter of the weight
        (_history((MarkKind.CANCEL_AHEAD, 0)), "3.50"),
    ],
)
def test_worked_examples(marks: list[Mark], value: str) -> None:
    assert fold(marks, POLICY).value == Decimal(value)


def test_a_rating_is_as_of_its_newest_mark() -> None:
    assert fold([], POLICY).as_of is None
    assert fold(_history((C, 5), (C, 2)), POLICY).as_of == T0 + 5 * DAY


@pytest.mark.parametrize(("score", "value"), [(1.04, "2.89"), (1.20, "2.93"), (1.28, "2.95")])
def test_a_tie_is_rounded_away_from_zero_whatever_the_last_binary_digit_says(score: float, value: str) -> None:
    marks = [Mark(UUID(int=1), 1, MarkKind.CLIENT_SCORE, 1.0, score, T0)]
    assert Decimal((3.5 * 3 + score) / 4) < Decimal(value) - Decimal("0.005")  # the double lies below the tie
    assert fold(marks, POLICY).value == Decimal(value)


@given(_HISTORIES, st.randoms(use_true_random=False))
def test_a_fold_stays_on_the_scale_and_ignores_the_order_of_reading(marks: list[Mark], random: object) -> None:
    shuffled = list(marks)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    rating = fold(marks, POLICY)
    assert fold(shuffled, POLICY) == rating
    assert 1 <= rating.value <= 5
    assert rating.value == rating.value.quantize(Decimal("0.01"))


@given(_HISTORIES, st.floats(800, 900))
def test_warning_earlier_never_costs_more(marks: list[Mark], day: float) -> None:
    now = T0 + timedelta(days=day)
    outcomes = [[*marks, _mark(1000, kind, day)] for kind in COST_ORDER]
    folded = [fold(outcome, POLICY).value for outcome in outcomes]
    believed = [
        capped(rating, capped_until(outcome, POLICY), now) for rating, outcome in zip(folded, outcomes, strict=True)
    ]
    assert folded == sorted(folded, reverse=True)
    assert believed == sorted(believed, reverse=True)


@given(_HISTORIES, st.floats(800, 900))
def test_not_coming_brings_everyone_to_two_at_once(marks: list[Mark], day: float) -> None:
    outcome = [*marks, _mark(1000, N, day)]
    until = capped_until(outcome, POLICY)
    assert capped(fold(outcome, POLICY).value, until, T0 + timedelta(days=day)) <= 2


@given(
    st.lists(st.tuples(st.sampled_from(sorted({*WARNED, C, *_SCORED})), st.floats(0, 800)), max_size=20).map(
        lambda steps: _history(*steps)
    )
)
def test_who_warned_is_never_capped(marks: list[Mark]) -> None:
    assert capped_until(marks, POLICY) is None


@given(_HISTORIES.filter(bool), st.data())
def test_a_reversed_mark_leaves_no_trace(marks: list[Mark], data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(marks))
    rest = [mark for mark in marks if mark is not gone]
    taken_back = [*marks, _mark(1000, R, 900, reverses=gone.id.int)]
    assert fold(taken_back, POLICY) == fold(rest, POLICY)
    assert capped_until(taken_back, POLICY) == capped_until(rest, POLICY)


def test_only_the_newest_two_hundred_count_by_when_they_happened() -> None:
    old = [_mark(n, N, 0) for n in range(50)]
    new = [_mark(n, C, 1) for n in range(50, 250)]
    late_sync = _mark(251, N, 0)
    assert fold([*new, *old], POLICY) == fold(new, POLICY)
    assert fold([*new, late_sync], POLICY) == fold(new, POLICY)
    assert len(counted_marks([*old, *new], 200)) == 200


def test_marks_far_older_than_the_newest_weigh_nothing() -> None:
    brief = Rating(half_life=timedelta(hours=1))
    assert fold(_history((N, 0), (C, 3650)), brief).value == Decimal("3.88")


@pytest.mark.parametrize(
    ("steps", "ends_on_day"),
    [
        ([(C, 0)], None),
        ([(N, 0)], 30),
        ([(N, 0), (C, 3)], 30),
        ([(N, 0), (C, 3), (C, 5)], 5),
        ([(N, 0), (C, 3), (C, 5), (C, 6)], 5),
        ([(C, -2), (C, -1), (N, 0)], 30),
        ([(N, 0), (C, 31), (C, 40)], 30),
        ([(N, 0), (C, 3), (C, 5), (N, 10)], 40),
        ([(N, 0), (MarkKind.CANCEL_LAST_MINUTE, 3), (MarkKind.LATE_LONG, 4)], 30),
    ],
)
def test_the_cap_ends_after_thirty_days_or_two_completed_shifts(
    steps: list[tuple[MarkKind, float]], ends_on_day: int | None
) -> None:
    expected = None if ends_on_day is None else T0 + ends_on_day * DAY
    assert capped_until(_history(*steps), POLICY) == expected


@pytest.mark.parametrize(
    ("rating", "until_day", "effective"),
    [("4.50", None, "4.50"), ("4.50", 1, "2.00"), ("1.40", 1, "1.40"), ("4.50", 0, "4.50"), ("4.50", -1, "4.50")],
)
def test_the_cap_is_a_ceiling_until_it_ends(rating: str, until_day: int | None, effective: str) -> None:
    until = None if until_day is None else T0 + until_day * DAY
    assert capped(Decimal(rating), until, T0) == Decimal(effective)


@pytest.mark.parametrize(
    ("effective", "expected"),
    [("5.00", Tier.A), ("4.00", Tier.A), ("3.99", Tier.B), ("3.00", Tier.B), ("2.00", Tier.C), ("1.99", None)],
)
def test_tiers(effective: str, expected: Tier | None) -> None:
    assert tier(Decimal(effective)) is expected


def test_newly_vetted_is_tier_b_and_a_capped_man_is_at_best_c() -> None:
    assert tier(fold([], POLICY).value) is Tier.B
    assert tier(capped(Decimal("5.00"), T0 + DAY, T0)) is Tier.C


@pytest.mark.parametrize(
    ("notice", "kind"),
    [
        (timedelta(hours=24, seconds=1), MarkKind.CANCEL_AHEAD),
        (timedelta(hours=24), MarkKind.CANCEL_LATE),
        (timedelta(hours=2), MarkKind.CANCEL_LATE),
        (timedelta(hours=2, seconds=-1), MarkKind.CANCEL_LAST_MINUTE),
        (timedelta(minutes=-5), MarkKind.CANCEL_LAST_MINUTE),
    ],
)
def test_a_cancel_is_judged_by_its_notice(notice: timedelta, kind: MarkKind) -> None:
    assert cancel_kind(Calendar(), notice) is kind


@pytest.mark.parametrize(
    ("late_by", "announced", "kind"),
    [
        (10, 0, None),
        (11, 0, MarkKind.LATE),
        (29, 0, MarkKind.LATE),
        (30, 0, MarkKind.LATE_LONG),
        (9, 5, None),
        (11, -5, MarkKind.LATE),
        (40, 30, MarkKind.LATE_ANNOUNCED),
        (41, 30, MarkKind.LATE),
        (60, 30, MarkKind.LATE_LONG),
    ],
)
def test_lateness_beyond_the_grace_weighs_by_what_was_not_announced(
    late_by: int, announced: int, kind: MarkKind | None
) -> None:
    minutes = timedelta(minutes=1)
    assert lateness_kind(POLICY, 10 * minutes, late_by * minutes, announced * minutes) is kind


@pytest.mark.parametrize(
    ("kind", "score", "expected"),
    [
        (C, None, (1.0, 5.0)),
        (MarkKind.CLIENT_SCORE, 4.5, (1.0, 4.5)),
        (MarkKind.CLIENT_SCORE, None, "needs a score"),
        (MarkKind.CREW_SCORE, 5.5, "needs a score"),
        (C, 5.0, "needs no score"),
    ],
)
def test_a_mark_is_weighed_when_it_is_made(
    kind: MarkKind, score: float | None, expected: tuple[float, float] | str
) -> None:
    if isinstance(expected, str):
        with pytest.raises(ValueError, match=expected):
            weigh(POLICY, kind, score)
    else:
        assert weigh(POLICY, kind, score) == expected


_LADDER = Discipline(
    ladder=(LadderStep(strikes=2, suspend_for=7 * DAY), LadderStep(strikes=4, suspend_for=None)),
)


@pytest.mark.parametrize(
    ("strikes", "expected"),
    [
        ([], (StandingStatus.OK, None)),
        ([(1, 0)], (StandingStatus.OK, None)),
        ([(1, -3), (1, -1)], (StandingStatus.SUSPENDED, 6)),
        ([(2, -3), (0, -1)], (StandingStatus.SUSPENDED, 4)),
        ([(2, -7)], (StandingStatus.OK, None)),
        ([(2, -180), (1, -1)], (StandingStatus.OK, None)),
        ([(3, -100), (1, -50)], (StandingStatus.EXCLUDED, None)),
    ],
)
def test_the_ladder(strikes: list[tuple[int, int]], expected: tuple[StandingStatus, int | None]) -> None:
    status, day = expected
    found = standing(_LADDER, [Strike(count, T0 + at * DAY) for count, at in strikes], T0)
    assert found == Standing(status, None if day is None else T0 + day * DAY)


@pytest.mark.parametrize(
    ("kind", "ends"),
    [(MarkKind.LATE, True), (MarkKind.LATE_LONG, True), (MarkKind.LATE_ANNOUNCED, False), (MarkKind.COMPLAINT, True)],
)
def test_cooperation_ends_where_the_network_says_so(kind: MarkKind, *, ends: bool) -> None:
    assert ends_cooperation(PRESETS["loaders-service"].discipline, kind) is ends
    assert not ends_cooperation(PRESETS["personal-solution"].discipline, kind)


_FINES = Discipline(
    fines={N: FineRule(hours=Decimal("2.5")), MarkKind.LATE: FineRule(amount_minor=20_000)},
    caps=FineCaps(shift_minor=30_000, day_minor=40_000, month_minor=50_000),
)


@pytest.mark.parametrize(
    ("kind", "fined", "amount"),
    [
        (N, (0, 0, 0), 25_000),
        (MarkKind.LATE, (0, 0, 0), 20_000),
        (MarkKind.LATE, (25_000, 25_000, 25_000), 5_000),
        (MarkKind.LATE, (0, 35_000, 35_000), 5_000),
        (MarkKind.LATE, (0, 0, 49_000), 1_000),
        (MarkKind.LATE, (30_000, 30_000, 30_000), None),
        (MarkKind.LATE, (0, 0, 60_000), None),
        (C, (0, 0, 0), None),
    ],
)
def test_a_fine_keeps_to_its_caps(kind: MarkKind, fined: tuple[int, int, int], amount: int | None) -> None:
    shift, day, month = fined
    proposal = propose_fine(
        _FINES,
        kind,
        Engagement.CIVIL_LAW,
        pay_rate_minor=10_000,
        fined_shift_minor=shift,
        fined_day_minor=day,
        fined_month_minor=month,
    )
    assert (proposal and proposal.amount_minor) == amount
    if proposal:
        assert proposal.uncapped_minor == {N: 25_000, MarkKind.LATE: 20_000}[kind]


@pytest.mark.parametrize("preset", PRESETS)
def test_an_employee_is_never_fined_and_a_contractor_by_contract_only(preset: str) -> None:
    discipline = PRESETS[preset].discipline
    proposals = {
        engagement: propose_fine(discipline, N, engagement, pay_rate_minor=10_000) for engagement in Engagement
    }
    assert proposals[Engagement.EMPLOYMENT] is None
    for engagement in (Engagement.CIVIL_LAW, Engagement.SELF_EMPLOYED):
        proposal = proposals[engagement]
        assert isinstance(proposal, FineProposal)
        assert proposal.legal_basis is LegalBasis.CONTRACT_PENALTY
        assert proposal.amount_minor > 0


def test_an_engagement_without_a_stated_basis_is_not_fined() -> None:
    silent = _FINES.model_copy(update={"legal_basis": {}})
    assert propose_fine(silent, N, Engagement.CIVIL_LAW, pay_rate_minor=10_000) is None


@pytest.mark.parametrize(
    ("prior", "successes", "failures", "p"),
    [(ACCEPT_PRIOR, 0, 0, 3 / 4), (SHOW_PRIOR, 0, 0, 8 / 9), (SHOW_PRIOR, 0, 1, 8 / 10), (SHOW_PRIOR, 11, 0, 19 / 20)],
)
def test_posteriors_are_prior_plus_counts(prior: tuple[int, int], successes: int, failures: int, p: float) -> None:
    assert posterior(prior, successes, failures) == pytest.approx(p)


def test_ten_of_fifteen_people_nothing_is_known_about() -> None:
    assert posterior(ACCEPT_PRIOR, 0, 0) * posterior(SHOW_PRIOR, 0, 0) == pytest.approx(10 / 15)
