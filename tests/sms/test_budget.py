"""What an account may still spend: caps stop hard, and offers leave the reserve alone."""

from hypothesis import given
from hypothesis import strategies as st

from dispatch.sms.budget import Budget, Window
from dispatch.sms.rules import MessageClass

SEAT, OFFER, MARKETING = MessageClass.SEAT, MessageClass.OFFER, MessageClass.MARKETING


def test_without_a_limit_everything_leaves() -> None:
    budget = Budget.of([], 20)
    assert all(budget.take(OFFER, 10**9) for _ in range(3))


def test_offers_stop_at_the_reserve_and_seats_at_the_cap() -> None:
    budget = Budget.of([Window(limit=1000, spent=0, spent_on_offers=0)], 20)
    assert [budget.take(OFFER, 300) for _ in range(4)] == [True, True, False, False]
    assert budget.take(MARKETING, 200)
    assert not budget.take(MARKETING, 1)
    assert [budget.take(SEAT, 100) for _ in range(3)] == [True, True, False]


def test_the_tightest_window_decides() -> None:
    hour, day = Window(1000, 0, 0), Window(5000, 4900, 0)
    budget = Budget.of([hour, day], 0)
    assert budget.take(OFFER, 100)
    assert not budget.take(SEAT, 1)


def test_what_costs_nothing_leaves_even_then() -> None:
    assert Budget.of([Window(10, 10, 10)], 0).take(OFFER, 0)


@given(
    limit=st.integers(1, 10_000),
    reserve=st.integers(0, 90),
    texts=st.lists(st.tuples(st.sampled_from(MessageClass), st.integers(1, 500)), max_size=60),
)
def test_no_row_of_texts_breaks_a_cap_or_the_reserve(
    limit: int, reserve: int, texts: list[tuple[MessageClass, int]]
) -> None:
    budget = Budget.of([Window(limit, 0, 0)], reserve)
    left = [(class_, cost) for class_, cost in texts if budget.take(class_, cost)]
    assert sum(cost for _, cost in left) <= limit
    assert sum(cost for class_, cost in left if class_ is not SEAT) * 100 <= limit * (100 - reserve)
