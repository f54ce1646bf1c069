"""Amounts in minor units as int: currencies, shares and splits whose parts always sum to the whole."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

HUNDRED = 100


class Currency(StrEnum):
    """ISO 4217 codes the platform bills in. All of them are kept with two decimals (100 minor units), HUF included."""

    RUB = "RUB"
    KZT = "KZT"
    BYN = "BYN"
    UZS = "UZS"
    HUF = "HUF"
    EUR = "EUR"
    USD = "USD"


def round_minor(amount: Decimal | Fraction) -> int:
    """Round an exact amount to whole minor units, half away from zero.

    The house rule, defined only here: 0.5 of a minor unit goes up on a bill and equally up on a credit, so that a
    reversal is exactly the negative of what it reverses.
    """
    exact = Fraction(amount)
    units = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    return units if exact >= 0 else -units


def share(amount_minor: int, percent: Decimal) -> int:
    """Return `percent` (15 means 15 %) of an amount, in minor units, rounded by the house rule.

    The other part of the split is `amount_minor - share(...)`: compute it by subtraction, never by a second rounding.
    """
    return round_minor(Fraction(amount_minor) * Fraction(percent) / HUNDRED)


def allocate(amount_minor: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Split an amount in proportion to weights so that the parts sum to it exactly.

    Largest remainder method: every part first gets its share rounded down, the units left over go one each to the
    largest remainders, the earlier position first among equals. A negative amount is split as the negative of its
    opposite, so that a reversal mirrors the original part by part.

    Raises:
        ValueError: there are no weights, one is negative, or all are zero.
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("weights must be non-negative and at least one of them positive")
    if amount_minor < 0:
        return tuple(-part for part in allocate(-amount_minor, weights))
    parts = [amount_minor * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(amount_minor * weights[i] % total), i))
    for i in by_remainder[: amount_minor - sum(parts)]:
        parts[i] += 1
    return tuple(parts)


def format_minor(amount_minor: int, currency: Currency) -> str:
    """Write an amount for people and logs: `18000.00 RUB`. Locale-aware writing belongs to the screens."""
    return f"{(Decimal(amount_minor) / HUNDRED).quantize(Decimal('0.01'), ROUND_HALF_UP)} {currency}"
