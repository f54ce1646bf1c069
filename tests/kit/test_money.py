from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.kit.money import Currency, allocate, format_minor, round_minor, share

_AMOUNTS = st.integers(min_value=-(10**12), max_value=10**12)


@pytest.mark.parametrize(
    ("exact", "units"),
    [("0", 0), ("0.49", 0), ("0.5", 1), ("1.5", 2), ("2.5", 3), ("-0.5", -1), ("-0.49", 0), ("-2.5", -3)],
)
def test_half_a_unit_goes_away_from_zero(exact: str, units: int) -> None:
    assert round_minor(Decimal(exact)) == units


@pytest.mark.parametrize(
    ("amount", "percent", "part"),
    [(1_800_000, "15", 270_000), (1, "50", 1), (-1, "50", -1), (0, "15", 0), (999, "33.3", 333), (100, "0", 0)],
)
def test_a_share_is_a_percentage(amount: int, percent: str, part: int) -> None:
    assert share(amount, Decimal(percent)) == part


@given(_AMOUNTS, st.decimals(min_value=0, max_value=100, places=4))
def test_a_share_is_within_half_a_unit_and_mirrors_on_reversal(amount: int, percent: Decimal) -> None:
    part = share(amount, percent)
    assert abs(part - Fraction(amount) * Fraction(percent) / 100) <= Fraction(1, 2)
    assert share(-amount, percent) == -part


@given(_AMOUNTS, st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=40).filter(any))
def test_parts_sum_to_the_whole_and_are_fair(amount: int, weights: list[int]) -> None:
    parts = allocate(amount, weights)
    assert sum(parts) == amount
    assert all(abs(part - Fraction(amount * w, sum(weights))) < 1 for part, w in zip(parts, weights, strict=True))
    assert allocate(-amount, weights) == tuple(-part for part in parts)


def test_the_unit_left_over_goes_to_the_first_among_equals() -> None:
    assert allocate(100, [1, 1, 1]) == (34, 33, 33)


def test_the_unit_left_over_goes_to_the_largest_remainder() -> None:
    assert allocate(10, [1, 2]) == (3, 7)
    assert allocate(11, [5, 3, 4]) == (4, 3, 4)


@pytest.mark.parametrize("weights", [[], [0, 0], [2, -1]])
def test_nothing_to_split_by_is_an_error(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        allocate(100, weights)


def test_an_amount_is_written_with_its_currency() -> None:
    assert format_minor(1_800_005, Currency.RUB) == "18000.05 RUB"
    assert format_minor(-5, Currency.EUR) == "-0.05 EUR"
