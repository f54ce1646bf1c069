from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.simulator.config import PeopleSettings
from dispatch.simulator.crewlist import missing_numbers, numbers_of
from dispatch.simulator.gatherings import Arrival, Gathering, Gatherings, decide_arrivals, draw_arrival
from dispatch.simulator.people import Coming, Intention, Profile, dice, draw_on_offer, draw_persona
from dispatch.simulator.reading import Entry, SeatWord

NUMBER = "+78120000001"
START = datetime(2026, 11, 24, 6, tzinfo=UTC)
SETTINGS = PeopleSettings()
SEATS = {1: 2, 2: 3, 10: 13, 40: 48}


def gathering_of(size: int) -> Gathering:
    gatherings = Gatherings()
    found = gatherings.at(NUMBER, START, "")
    for n in range(size):
        gatherings.seat(found, f"+7921{n:07}", SeatWord.PRIMARY if n < size - 1 else SeatWord.RESERVE)
    return found


def decide(gathering: Gathering, seed: int, *, guarantee: bool = True) -> dict[str, Arrival]:
    gathering.redecided += 1

    def draw(phone: str) -> Arrival:
        return draw_arrival(dice(seed, phone, "arrival", 0), SETTINGS, Intention())

    random = dice(seed, "gathering", 0, gathering.redecided)
    decided = decide_arrivals(gathering, draw, random, guarantee=guarantee)
    for phone, arrival in decided.items():
        gathering.seats[phone].arrival = arrival
    return decided


def comings(decided: dict[str, Arrival]) -> list[Coming]:
    return [arrival.coming for arrival in decided.values()]


@pytest.mark.parametrize("headcount", SEATS)
@pytest.mark.parametrize("seed", range(1, 21))
def test_somebody_with_a_seat_never_comes_and_somebody_does(seed: int, headcount: int) -> None:
    decided = decide(gathering_of(SEATS[headcount]), seed)
    assert len(decided) == SEATS[headcount]
    assert Coming.NEVER in comings(decided)
    assert Coming.ON_TIME in comings(decided)


def test_without_the_guarantee_there_are_seeds_where_everybody_comes() -> None:
    everybody = [Coming.NEVER not in comings(decide(gathering_of(3), seed, guarantee=False)) for seed in range(20)]
    assert any(everybody)


def test_whoever_is_missing_differs_from_seed_to_seed_and_may_be_the_first() -> None:
    missing = set()
    for seed in range(40):
        gathering = gathering_of(3)
        decided = decide(gathering, seed)
        missing |= {list(gathering.seats).index(phone) for phone, a in decided.items() if a.coming is Coming.NEVER}
    assert missing == {0, 1, 2}


@given(st.integers(1, 100), st.integers(2, 12), st.lists(st.integers(0, 11), max_size=9))
def test_the_guarantee_holds_for_whoever_is_left(seed: int, size: int, leavers: list[int]) -> None:
    gathering = gathering_of(size)
    decide(gathering, seed)
    for leaver in leavers:
        phone = f"+7921{leaver % size:07}"
        gathering.seats[phone].live = False
        decided = decide(gathering, seed)
        assert not decided or Coming.NEVER in comings(decided)
        assert len(decided) < 2 or Coming.ON_TIME in comings(decided)


def test_deciding_again_changes_nobodys_mind() -> None:
    gathering = gathering_of(13)
    assert decide(gathering, 5) == decide(gathering, 5) == decide(gathering, 5)


def test_who_has_arrived_is_not_called_back() -> None:
    gathering = gathering_of(2)
    decided = decide(gathering, 1)
    (absent,) = [phone for phone, arrival in decided.items() if arrival.coming is Coming.NEVER]
    (present,) = set(decided) - {absent}
    gathering.seats[present].arrived_at = START
    gathering.seats[absent].live = False
    assert decide(gathering, 1)[present].coming is Coming.ON_TIME


def test_scripts_and_humans_are_left_alone() -> None:
    gathering = gathering_of(3)
    for n, seat in enumerate(gathering.seats.values()):
        seat.arrival = Arrival(Coming.ON_TIME, fixed=True) if n else None
        seat.manual = n == 0
    decided = decide_arrivals(gathering, lambda _: Arrival(Coming.LATE), Random(1), guarantee=True)
    assert comings(decided) == [Coming.ON_TIME] * 2


def test_a_scripted_absence_is_enough() -> None:
    gathering = gathering_of(3)
    first = next(iter(gathering.seats.values()))
    first.arrival = Arrival(Coming.NEVER, fixed=True)
    decided = decide_arrivals(gathering, lambda _: Arrival(Coming.ON_TIME), Random(1), guarantee=True)
    assert comings(decided) == [Coming.NEVER, Coming.ON_TIME, Coming.ON_TIME]


def test_standby_waits_at_home() -> None:
    gathering = gathering_of(2)
    Gatherings().seat(gathering, "+79219999999", SeatWord.STANDBY)
    assert "+79219999999" not in decide(gathering, 1)


@pytest.mark.parametrize(
    ("intention", "wanted"),
    [
        (Intention(arrives=Coming.LATE, late_minutes=20, announces_late=True), (Coming.LATE, 20.0, True)),
        (Intention(late_minutes=15, announces_late=False), (Coming.LATE, 15.0, False)),
    ],
)
def test_a_script_decides_how_somebody_comes(intention: Intention, wanted: tuple[Coming, float, bool]) -> None:
    drawn = draw_arrival(dice(1, "phone"), SETTINGS, intention)
    assert (drawn.coming, drawn.offset_min, drawn.announces) == wanted
    assert drawn.fixed


def test_a_script_keeps_somebody_away() -> None:
    drawn = draw_arrival(dice(1, "phone"), SETTINGS, Intention(arrives=Coming.NEVER))
    assert (drawn.coming, drawn.fixed) == (Coming.NEVER, True)


def test_the_same_seed_meets_the_same_people() -> None:
    phones = [f"+7921{n:07}" for n in range(50)]
    assert [draw_persona(7, p, SETTINGS) for p in phones] == [draw_persona(7, p, SETTINGS) for p in phones]
    assert [draw_persona(7, p, SETTINGS) for p in phones] != [draw_persona(8, p, SETTINGS) for p in phones]
    assert repr(draw_persona(7, "+79210000001", SETTINGS)).startswith("Persona(language='ru', delay_s=117.114")


def test_the_average_crowd_is_as_willing_and_as_present_as_set() -> None:
    offers = [draw_on_offer(dice(1, n), SETTINGS) for n in range(4000)]
    assert 0.69 < offers.count("yes") / 4000 < 0.73
    came = [draw_arrival(dice(1, n), SETTINGS, Intention()).coming for n in range(4000)]
    assert 0.87 < 1 - came.count(Coming.NEVER) / 4000 < 0.91


NAMES = {"+79210000000": ("Иван", "П."), "+79210000001": ("Пётр", "С"), "+79210000002": ("Иван", "П")}


def profile_of(phone: str) -> Profile:
    first, initial = NAMES.get(phone, ("", ""))
    return Profile(phone=phone, first_name=first, initial=initial)


def test_a_lead_names_those_he_does_not_see() -> None:
    gathering = gathering_of(3)
    gathering.seats["+79210000000"].arrived_at = START
    entries = [Entry(2, "Петр С."), Entry(3, "Иван П", tail="0002"), Entry(4, "Незнакомец")]
    assert missing_numbers(entries, gathering, profile_of, asked="+79210000000") == [2, 3]
    gathering.seats["+79210000002"].arrived_at = START
    assert missing_numbers(entries, gathering, profile_of, asked="+79210000000") == [2]


def test_namesakes_without_digits_are_taken_in_order_of_booking() -> None:
    gathering = gathering_of(3)
    gathering.seats["+79210000000"].arrived_at = START
    entries = [Entry(2, "Иван П."), Entry(3, "Иван П.")]
    assert missing_numbers(entries, gathering, profile_of, asked="+79210000001") == [3]


def test_a_namesake_who_lost_his_seat_is_not_meant() -> None:
    gathering = gathering_of(3)
    gathering.seats["+79210000000"].live = False
    gathering.seats["+79210000002"].arrived_at = START
    assert missing_numbers([Entry(2, "Иван П.")], gathering, profile_of, asked="+79210000001") == []


def test_a_scripted_lead_names_numbers_or_phones() -> None:
    entries = [Entry(2, "Пётр"), Entry(3, "Иван П.")]
    assert numbers_of([2, "+79210000000"], entries, profile_of) == [2, 3]
    assert numbers_of([], entries, profile_of) == []


def test_the_nearest_gathering_is_meant() -> None:
    gatherings = Gatherings()
    early = gatherings.at(NUMBER, START, "")
    late = gatherings.at(NUMBER, START.replace(hour=18), "")
    for found in (early, late):
        gatherings.seat(found, "+79210000001", SeatWord.PRIMARY)
    assert gatherings.nearest("+79210000001", START.replace(hour=8)) is early
    assert gatherings.nearest("+79210000001", START.replace(hour=14)) is late
    early.seats["+79210000001"].live = False
    assert gatherings.nearest("+79210000001", START.replace(hour=8)) is late
    assert gatherings.nearest("+79210000001", START.replace(hour=8), live=False) is early
    assert gatherings.nearest("+79210000001", START, number="+70000000000") is None
    assert gatherings.seat(early, "+79210000001", SeatWord.RESERVE).live
