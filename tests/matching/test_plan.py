import math
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.matching.plan import cover, p_at_least, p_full, plan_invitations, pmf
from dispatch.tenancy.policy import OverInviteMode

FACTOR, CONFIDENCE = OverInviteMode.FACTOR, OverInviteMode.CONFIDENCE
PRIOR_SHOW = 8 / 9
_ONE_AND_A_HALF = Decimal("1.5")
_P = st.floats(min_value=0, max_value=1)
_PS = st.lists(_P, max_size=12)


def test_the_published_distribution_of_five_people() -> None:
    assert pmf((0.5, 0.3, 0.7, 0.3, 0.9)) == pytest.approx([0.00735, 0.09695, 0.31670, 0.37470, 0.17595, 0.02835])


@given(st.lists(_P, max_size=7))
def test_the_distribution_is_the_sum_over_all_outcomes(ps: list[float]) -> None:
    expected = [0.0] * (len(ps) + 1)
    for outcome in product((0, 1), repeat=len(ps)):
        expected[sum(outcome)] += math.prod(p if came else 1 - p for p, came in zip(ps, outcome, strict=True))
    assert pmf(ps) == pytest.approx(expected, abs=1e-12)


@given(_PS, st.integers(min_value=-2, max_value=15))
def test_at_least_is_the_tail_of_the_distribution(ps: list[float], n: int) -> None:
    assert p_at_least(ps, n) == pytest.approx(sum(pmf(ps)[max(n, 0) :]), abs=1e-12)


def test_two_thousand_people_keep_their_accuracy() -> None:
    distribution = pmf([0.5] * 2000)
    assert math.fsum(distribution) == pytest.approx(1.0, abs=1e-12)
    assert distribution[1000] == pytest.approx(math.comb(2000, 1000) / 2**2000, rel=1e-12)
    assert distribution[700] == pytest.approx(math.comb(2000, 700) / 2**2000, rel=1e-12)


@pytest.mark.parametrize(("p", "probability"), [(2 / 3, 0.618), (0.85, 0.983)])
def test_ten_of_fifteen(p: float, probability: float) -> None:
    assert p_at_least([p] * 15, 10) == pytest.approx(probability, abs=5e-4)


@pytest.mark.parametrize(("seats", "probability"), [(40, 0.00), (48, 0.71), (51, 0.93)])
def test_forty_need_more_than_forty(seats: int, probability: float) -> None:
    assert p_full([0.85] * seats, [], 40) == pytest.approx(probability, abs=5e-3)


def test_pending_invitations_count_with_their_own_probability() -> None:
    assert p_full([0.9], [0.5, 0.25], 2) == pytest.approx(p_at_least([0.9, 0.5, 0.25], 2))


@pytest.mark.parametrize("ps", [[-0.1], [1.1], [math.nan]])
def test_what_is_no_probability_is_refused(ps: list[float]) -> None:
    for reckon in (
        lambda: pmf(ps),
        lambda: p_at_least(ps, 1),
        lambda: cover(1, ps, [], prior_show=PRIOR_SHOW, target=0.9),
        lambda: plan_invitations(CONFIDENCE, 1, ps, factor=_ONE_AND_A_HALF, target=0.9),
    ):
        with pytest.raises(ValueError, match="between 0 and 1"):
            reckon()


@pytest.mark.parametrize(("headcount", "seats"), [(0, 0), (1, 2), (2, 3), (10, 13), (40, 48)])
def test_cover_of_people_nothing_is_known_about(headcount: int, seats: int) -> None:
    assert cover(headcount, [], [], prior_show=PRIOR_SHOW, target=0.9) == seats
    assert cover(headcount, [PRIOR_SHOW] * headcount, [], prior_show=PRIOR_SHOW, target=0.9) == seats


@pytest.mark.parametrize(
    ("headcount", "seated", "doubtful", "seats"),
    [
        (10, [1.0] * 10, [], 10),  # nobody can fail: no reserve
        (10, [0.99] * 10, [], 10),  # P(all ten) = .904
        (10, [0.98] * 10, [], 11),
        (10, [0.99] * 14, [], 10),  # ten of the fourteen would do
        (10, [PRIOR_SHOW] * 11, [PRIOR_SHOW] * 2, 14),  # two doubtful men raise 13 by one
        (2, [], [0.0] * 3, 5),  # doubtful men hold their seats, however unlikely they are
        (1, [0.9], [], 1),  # 0.9 reaches 0.9
        (10, [0.1] * 10, [], 15),  # out of reach: the upper bound
        (10, [0.1] * 7, [0.1] * 3, 17),  # the bound rises by one for every two doubtful men
        (10, [0.1] * 40, [], 15),
    ],
)
def test_cover_follows_the_people(headcount: int, seated: list[float], doubtful: list[float], seats: int) -> None:
    assert cover(headcount, seated, doubtful, prior_show=PRIOR_SHOW, target=0.9) == seats


@given(
    headcount=st.integers(min_value=1, max_value=12),
    seated=st.lists(_P, max_size=20),
    doubtful=st.lists(_P, max_size=6),
    prior=_P,
    target=st.floats(min_value=0.05, max_value=0.99),
)
def test_cover_is_the_least_number_within_its_bounds(
    headcount: int, seated: list[float], doubtful: list[float], prior: float, target: float
) -> None:
    seats = cover(headcount, seated, doubtful, prior_show=prior, target=target)
    most = math.ceil(1.5 * headcount) + math.ceil(len(doubtful) / 2)
    surest = sorted([*seated, *(p / 2 for p in doubtful)], reverse=True) + [prior] * most
    assert headcount <= seats <= most
    if seats < most:
        assert p_at_least(surest[:seats], headcount) >= target - 1e-9
    if seats > headcount:
        assert p_at_least(surest[: seats - 1], headcount) < target


@given(headcount=st.integers(1, 10), seated=st.lists(_P, max_size=10), target=st.floats(0.05, 0.99))
def test_doubt_never_lowers_the_cover(headcount: int, seated: list[float], target: float) -> None:
    sure = cover(headcount, seated, [], prior_show=PRIOR_SHOW, target=target)
    for i in range(len(seated)):
        assert cover(headcount, seated[:i], seated[i:], prior_show=PRIOR_SHOW, target=target) >= sure


@pytest.mark.parametrize(
    ("p", "least"),
    [(2 / 3, (19, 20, 23)), (0.667, (19, 20, 23)), (0.75, (16, 17, 19)), (0.85, (14, 14, 16)), (0.90, (13, 13, 14))],
)
def test_the_least_number_that_fills_ten(p: float, least: tuple[int, ...]) -> None:
    plans = [
        plan_invitations(CONFIDENCE, 10, [p] * 40, factor=_ONE_AND_A_HALF, target=target)
        for target in (0.90, 0.95, 0.99)
    ]
    assert tuple(plan.n for plan in plans) == least


@pytest.mark.parametrize(("headcount", "n"), [(1, 2), (3, 5), (10, 15), (150, 225)])
def test_the_factor_asks_fifteen_for_ten(headcount: int, n: int) -> None:
    plan = plan_invitations(FACTOR, headcount, [2 / 3] * 300, factor=_ONE_AND_A_HALF, target=0.9)
    assert (plan.n, plan.wanted) == (n, n)
    assert plan.p_full == pytest.approx(p_at_least([2 / 3] * n, headcount))


def test_reasons_say_why_this_many() -> None:
    def reason(mode: OverInviteMode, ps: list[float], already: list[float]) -> str:
        return plan_invitations(mode, 10, ps, factor=_ONE_AND_A_HALF, target=0.9, already_ps=already).reason

    assert reason(FACTOR, [2 / 3] * 20, []) == "1.5 x 10 = 15; P(10 come) 0.62"
    assert reason(FACTOR, [2 / 3] * 12, []) == "1.5 x 10 = 15, only 12 can be asked; P(10 come) 0.18"
    assert reason(CONFIDENCE, [0.85] * 20, []) == "14 reach 0.90, 13 only 0.88; P(10 come) 0.95"
    assert reason(CONFIDENCE, [0.85] * 9, []) == "all 9 stay below 0.90; P(10 come) 0.00"
    assert reason(CONFIDENCE, [0.85] * 9, [1.0] * 10) == "0 reach 0.90 already; P(10 come) 1.00"


def test_a_target_reached_but_for_the_last_binary_digit_is_reached() -> None:
    assert 0.7 * 0.7 < 0.49
    assert plan_invitations(CONFIDENCE, 1, [0.9, 0.9], factor=_ONE_AND_A_HALF, target=0.9).n == 1
    assert plan_invitations(CONFIDENCE, 2, [0.7, 0.7, 0.7], factor=_ONE_AND_A_HALF, target=0.49).n == 2
    assert plan_invitations(CONFIDENCE, 1, [0.9], factor=_ONE_AND_A_HALF, target=0.9).reason.startswith("1 reach 0.90")


def test_people_already_asked_count_towards_the_headcount() -> None:
    plan = plan_invitations(CONFIDENCE, 10, [0.9] * 9, factor=_ONE_AND_A_HALF, target=0.9, already_ps=[0.9] * 11)
    assert plan.n == 2
    assert plan.p_full == pytest.approx(p_at_least([0.9] * 13, 10))


@given(headcount=st.integers(0, 12), ps=_PS, already=_PS)
def test_expectations_balance(headcount: int, ps: list[float], already: list[float]) -> None:
    plan = plan_invitations(FACTOR, headcount, ps, factor=_ONE_AND_A_HALF, target=0.9, already_ps=already)
    coming = sum(ps[: plan.n]) + sum(already)
    assert plan.expected_surplus - plan.expected_short == pytest.approx(coming - headcount, abs=1e-9)
    assert 0 <= plan.p_full <= 1
    assert plan.expected_short >= 0
    assert plan.expected_surplus >= 0
