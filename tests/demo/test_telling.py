"""The story in sentences, the fill as a bar."""

import re
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dispatch
from dispatch.demo.telling import Names, bar, line, money, sentence

_COUNTS = st.integers(0, 100)


def test_amounts_are_written_as_people_write_them() -> None:
    assert money(900_000, "RUB") == "9,000.00 RUB"
    assert money(5) == "0.05"
    assert money(None) == "nothing"


def test_the_bar_shows_taken_reserve_and_open_places() -> None:
    assert bar(10, 13, primary=6, reserve=0, width=13) == "██████····|···"
    assert bar(10, 13, primary=10, reserve=2, width=13) == "██████████|▒▒·"


@given(st.integers(1, 100), _COUNTS, _COUNTS, _COUNTS)
def test_the_bar_keeps_its_length_and_shows_everything(headcount: int, spare: int, primary: int, reserve: int) -> None:
    primary = min(primary, headcount)
    shown = bar(headcount, headcount + spare, primary=primary, reserve=reserve)
    assert len(shown) <= 41 + (primary + reserve > headcount + spare)
    assert shown.count("|") == 1
    if primary == headcount:
        assert "·" not in shown.split("|")[0]


def test_a_no_show_tells_who_found_it_and_what_it_cost() -> None:
    detail = {
        "was": "primary", "source": "list", "rating_before": "4.37", "rating_after": "2.00", "fine_minor": 20_000,
    }  # fmt: skip
    assert sentence("no_show", "Иван", detail) == (
        "Иван did not come (primary seat; the list from the site lacks him): rating 4.37 -> 2.00, fine proposed: 200.00"
    )
    assert "the dispatcher confirmed it" in sentence("no_show", "Иван", detail | {"source": "person"})


def test_a_step_without_a_sentence_is_told_by_its_figures() -> None:
    told = sentence("limits_restarted", "", {"seats": 3, "source": "worker", "seat_id": str(uuid4())})
    assert told == "limits restarted (seats 3, source worker)"


def test_a_line_begins_with_the_time() -> None:
    told = line(datetime(2026, 3, 1, 9, 30, 5, tzinfo=UTC), "site_silent", "", {})
    assert re.fullmatch(r"\d\d:\d\d:05  alarm: nobody on site answers", told)


def test_people_of_one_name_are_told_apart() -> None:
    one, other, third = (UUID(int=n) for n in range(3))
    names = Names()
    names.learn([(one, "Иван"), (other, "Иван")])
    names.learn([(one, "Иван"), (third, None)])
    assert [names.of(worker) for worker in (one, other, third)] == ["Иван", "Иван #2", "a guest"]
    assert names.of(None) == ""
    assert names.of(UUID(int=9)) == "somebody"
    assert names.knows(None)
    assert not names.knows(UUID(int=9))


_STEP = re.compile(r'await note\(\s*uow,\s*[\w.]+,\s*"(\w+)"')
_DETAIL = {
    "headcount": 2, "cover": 3, "n": 1, "invited": 3, "target": 3, "reason": "why", "silent": 1, "missing": 1,
    "seat_kind": "primary", "was": "reserve", "primary": 2, "reserve": 1, "standby": 1, "late_min": 3, "source": "sms",
    "limit_at": "2026-03-01T09:30:05+03:00", "people": 3, "present": 2, "rating_before": "3.50",
    "rating_after": "2.00", "fine_minor": None, "completed": 2, "called_out": 0, "bill_minor": 1, "pay_minor": 1,
    "currency": "RUB",
}  # fmt: skip


def _noted() -> set[str]:
    root = Path(dispatch.__file__).parent
    return {kind for file in root.rglob("*.py") for kind in _STEP.findall(file.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("kind", sorted(_noted()))
def test_every_step_that_the_platform_notes_can_be_told(kind: str) -> None:
    assert sentence(kind, "Иван", _DETAIL)


def test_most_steps_have_a_sentence_of_their_own() -> None:
    untold = {kind for kind in _noted() if sentence(kind, "Иван", _DETAIL).startswith(f"Иван: {kind.split('_')[0]}")}
    assert len(untold) < len(_noted()) / 2
