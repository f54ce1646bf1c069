"""When a gateway counts as down: many bad outcomes, not one; and back only on proof."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dispatch.sms.breaker import Health, weigh

NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)
UP = Health(0.0, 0.0, NOW, None, 0, NOW - timedelta(days=1))
SECOND = timedelta(seconds=1)


def down() -> Health:
    return weigh(UP, good=0, bad=5, now=NOW)


def test_a_few_faults_do_not_bring_it_down() -> None:
    assert weigh(UP, good=0, bad=4, now=NOW).down_since is None
    assert weigh(UP, good=30, bad=29, now=NOW).down_since is None


def test_five_bad_ones_within_a_minute_do() -> None:
    health = UP
    for nth in range(5):
        assert health.down_since is None
        health = weigh(health, good=0, bad=1, now=NOW + nth * 10 * SECOND)
    assert health.down_since == NOW + 40 * SECOND


def test_a_long_good_time_does_not_hide_a_failure() -> None:
    health = UP
    for nth in range(1000):
        health = weigh(health, good=100, bad=0, now=NOW + nth * SECOND)
    for nth in range(1000, 1002):
        health = weigh(health, good=0, bad=50, now=NOW + nth * SECOND)
    assert health.down_since is not None


def test_an_old_failure_is_forgotten() -> None:
    health = weigh(UP, good=0, bad=4, now=NOW)
    assert weigh(health, good=0, bad=1, now=NOW + timedelta(hours=1)).down_since is None


def test_three_texts_taken_in_a_row_bring_it_back() -> None:
    health = down()
    for good, bad in ((1, 0), (1, 0), (0, 1), (1, 0), (1, 0)):
        health = weigh(health, good=good, bad=bad, now=NOW + SECOND)
        assert health.down_since is not None
    health = weigh(health, good=1, bad=0, now=NOW + 2 * SECOND)
    assert (health.down_since, health.bad, health.changed_at) == (None, 0.0, NOW + 2 * SECOND)


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(0, 600)), max_size=40).map(
        lambda news: [(good, bad, seconds) for good, bad, seconds in news if bad * 4 <= good]
    )
)
def test_a_gateway_that_takes_four_of_five_never_goes_down(news: list[tuple[int, int, int]]) -> None:
    health, now = UP, NOW
    for good, bad, seconds in news:
        now += timedelta(seconds=seconds)
        health = weigh(health, good=good, bad=bad, now=now)
        assert health.down_since is None


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50)), max_size=40))
def test_a_gateway_that_goes_on_failing_stays_down(news: list[tuple[int, int]]) -> None:
    health = down()
    for nth, (good, bad) in enumerate(news):
        health = weigh(health, good=good, bad=bad, now=NOW + nth * SECOND)
        assert health.down_since == NOW


def test_a_clock_that_steps_back_changes_nothing() -> None:
    assert weigh(UP, good=1, bad=1, now=NOW - timedelta(hours=1)).good == 1
