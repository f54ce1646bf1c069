"""Ids: version 7, and in the order in which one process made them, whatever the clock does."""

import time

import pytest

from dispatch.kit import ids
from dispatch.kit.ids import new_id


def test_ids_are_version_7_and_carry_the_time() -> None:
    before = time.time_ns() // 1_000_000
    made = new_id()
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert before <= made.int >> 80 <= time.time_ns() // 1_000_000 + 1


def test_ids_of_one_process_are_in_the_order_they_were_made() -> None:
    made = [new_id() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


@pytest.mark.parametrize("step_ms", [0, -1000])
def test_a_clock_that_stands_still_or_steps_back_changes_nothing(monkeypatch: pytest.MonkeyPatch, step_ms: int) -> None:
    at_ms = time.time_ns() // 1_000_000
    monkeypatch.setattr(ids, "_last", 0)
    monkeypatch.setattr(time, "time_ns", lambda: at_ms * 1_000_000)
    first = new_id()
    at_ms += step_ms
    later = [new_id() for _ in range(5_000)]  # more than one millisecond can count
    assert [first, *later] == sorted([first, *later])
