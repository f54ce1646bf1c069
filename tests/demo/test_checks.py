"""What a demonstration must come to."""

import json
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from dispatch.demo.checks import Outcome, first_wave, missed

_GOOD = Outcome(
    headcount=10, waves=1, invited=15, primary=10, reserve=2, standby=2, arrived=10, no_show=1,
    rating_before=Decimal("4.37"), rating_after=Decimal("2.00"), fine_minor=20_000, bill_minor=900_000,
    pay_minor=420_000, order_id=UUID(int=1), shift_id=UUID(int=2), seed=1, seconds=140.3,
)  # fmt: skip


def test_a_good_one_misses_nothing() -> None:
    assert missed(_GOOD) == []


@pytest.mark.parametrize(("headcount", "asked"), [(1, 2), (2, 3), (3, 5), (7, 11), (10, 15), (40, 60)])
def test_the_first_wave_asks_one_and_a_half_for_each(headcount: int, asked: int) -> None:
    assert first_wave(headcount) == asked


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"invited": 14}, "asks 15, not 14"),
        ({"primary": 9}, "10 primary seats"),
        ({"primary": None}, "10 primary seats"),
        ({"no_show": 0}, "does not come"),
        ({"rating_after": Decimal("2.01")}, "falls to 2.00 at most"),
        ({"rating_after": None}, "falls to 2.00 at most"),
        ({"rating_after": Decimal("2.00"), "rating_before": Decimal("1.90")}, "does not rise"),
        ({"fine_minor": None}, "fine"),
        ({"bill_minor": 0}, "billed"),
        ({"pay_minor": None}, "paid"),
    ],
)
def test_each_expectation_can_be_missed(change: dict[str, object], words: str) -> None:
    sentences = missed(replace(_GOOD, **change))  # type: ignore[arg-type]
    assert len(sentences) == 1 or change.get("rating_after", 0) is None
    assert any(words in sentence for sentence in sentences)


def test_nobody_is_billed_for_nobody() -> None:
    assert missed(replace(_GOOD, arrived=0, bill_minor=0, pay_minor=0)) == []


def test_the_report_is_json_with_ratings_as_numbers() -> None:
    report = json.loads(json.dumps(_GOOD.report()))
    assert list(report) == [
        "headcount", "waves", "invited", "primary", "reserve", "standby", "arrived", "no_show", "rating_before",
        "rating_after", "fine_minor", "bill_minor", "pay_minor", "order_id", "shift_id", "seed", "seconds",
    ]  # fmt: skip
    assert (report["rating_after"], report["order_id"]) == (2.0, str(UUID(int=1)))
