import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.staffing.rules import (
    CREW_LIST_SIZE,
    Reminders,
    SeatFacts,
    SeatKind,
    SeatNumbers,
    attendance_limits,
    choose_kind,
    crew_lists,
    deal_again,
    hand_over,
    late_minutes,
    missing_seats,
    next_wave_target,
    promotion_asks,
    promotion_order,
    promotion_window,
    reminder_times,
    reserve_capacity,
    series_wave_target,
    standby_capacity,
    wave_interval,
    wave_one_target,
    wave_window,
    with_held,
)
from dispatch.tenancy.policy import Pace, Staffing
from dispatch.tenancy.presets import PRESETS

PACE, DEMO = Pace(), PRESETS["demo"].pace
START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)  # 09:00 in Moscow, a Monday
MOSCOW = ZoneInfo("Europe/Moscow")
_FACTOR = Decimal("1.5")


def _span(text: str) -> timedelta:
    number, unit = text.split()
    return timedelta(**{unit: float(number)})


def _seat(
    n: int,
    *,
    kind: SeatKind = SeatKind.PRIMARY,
    rating: str = "3.50",
    reconfirmed: bool = False,
    doubtful: bool = False,
    arrived: int | None = None,
) -> SeatFacts:
    """Seat number n, accepted n minutes after the first; arrived so many minutes after the start."""
    return SeatFacts(
        seat_id=UUID(int=n),
        kind=kind,
        accepted_at=START - timedelta(days=1) + timedelta(minutes=n),
        rating=Decimal(rating),
        reconfirmed=reconfirmed,
        doubtful=doubtful,
        arrived_at=None if arrived is None else START + timedelta(minutes=arrived),
    )


def _ids(*numbers: int) -> tuple[UUID, ...]:
    return tuple(UUID(int=n) for n in numbers)


_SEATS = st.lists(
    st.builds(
        _seat,
        st.integers(0, 10**6),
        kind=st.sampled_from([SeatKind.PRIMARY, SeatKind.RESERVE]),
        rating=st.sampled_from(["1.00", "2.00", "3.50", "4.75"]),
        reconfirmed=st.booleans(),
        doubtful=st.booleans(),
        arrived=st.none() | st.integers(-30, 30),
    ),
    max_size=60,
    unique_by=lambda seat: seat.seat_id,
)


@pytest.mark.parametrize(
    ("lead", "interval"),
    [
        ("30 days", "4 hours"),
        ("48 hours", "4 hours"),
        ("47.99 hours", "1 hours"),
        ("24 hours", "1 hours"),
        ("23.99 hours", "20 minutes"),
        ("6 hours", "20 minutes"),
        ("5.99 hours", "8 minutes"),
        ("2 hours", "8 minutes"),
        ("1.99 hours", "3 minutes"),
        ("0 hours", "3 minutes"),
        ("-1 hours", "3 minutes"),
    ],
)
def test_the_wave_table(lead: str, interval: str) -> None:
    assert wave_interval(PACE, _span(lead)) == _span(interval)


@pytest.mark.parametrize(
    ("left", "window"),
    [
        ("3 days", "4 hours"),
        ("7 hours", "20 minutes"),
        ("10 minutes", "3 minutes"),
        ("5 minutes", "2.5 minutes"),
        ("3 minutes", "90 seconds"),
        ("179 seconds", None),
        ("0 seconds", None),
        ("-1 hours", None),
    ],
)
def test_a_window_is_at_most_half_the_time_left(left: str, window: str | None) -> None:
    expected = None if window is None else _span(window)
    assert wave_window(PACE, START - _span(left), START) == expected


def test_the_demonstration_has_five_waves_in_the_last_minute() -> None:
    now, windows = START - timedelta(seconds=60), []
    while window := wave_window(DEMO, now, START):
        windows.append(window.total_seconds())
        now += window
    assert windows == [12, 12, 12, 8, 8]


@given(st.timedeltas(timedelta(0), timedelta(days=10)), st.sampled_from([PACE, DEMO]))
def test_every_window_keeps_both_bounds(left: timedelta, pace: Pace) -> None:
    window = wave_window(pace, START - left, START)
    if window is None:
        assert left < 2 * pace.min_window
    else:
        assert pace.min_window <= window <= left / 2


@pytest.mark.parametrize(("headcount", "target"), [(0, 0), (1, 2), (2, 3), (3, 5), (7, 11), (10, 15), (40, 60)])
def test_ten_asked_for_fifteen_invited(headcount: int, target: int) -> None:
    assert wave_one_target(_FACTOR, headcount) == target


def test_people_are_counted_exactly() -> None:
    assert math.ceil(1.1 * 50) == 56  # what floating point would ask for
    assert wave_one_target(Decimal("1.1"), 50) == 55


@pytest.mark.parametrize(
    ("cover", "seated", "live", "target"),
    [(13, 10, 0, 5), (13, 10, 2, 3), (13, 10, 9, 0), (13, 13, 0, 0), (13, 15, 0, 0), (13, 12, 0, 2), (13, 0, 0, 20)],
)
def test_a_later_wave_asks_for_the_gap_less_what_is_pending(cover: int, seated: int, live: int, target: int) -> None:
    assert next_wave_target(_FACTOR, cover, seated, live) == target


@pytest.mark.parametrize(("headcount", "places"), [(0, 1), (1, 1), (5, 1), (6, 2), (10, 2), (11, 3), (150, 30)])
def test_standby_is_a_fifth_of_the_crew(headcount: int, places: int) -> None:
    assert standby_capacity(headcount) == places


def test_standby_and_reserve_follow_the_policy() -> None:
    staffing = Staffing(standby_share=Decimal(0), standby_min=0, reserve_min=4)
    assert standby_capacity(40, staffing) == 0
    assert reserve_capacity(13, 10, 0, staffing) == 4


@pytest.mark.parametrize(
    ("cover", "reserve_count", "places"), [(13, 0, 3), (13, 3, 3), (11, 3, 3), (10, 0, 0), (9, 0, 0)]
)
def test_a_reserve_place_given_is_never_dropped(cover: int, reserve_count: int, places: int) -> None:
    assert reserve_capacity(cover, 10, reserve_count) == places


@pytest.mark.parametrize(
    ("counts", "kind"),
    [
        ((0, 0, 0), SeatKind.PRIMARY),
        ((9, 3, 2), SeatKind.PRIMARY),
        ((10, 2, 0), SeatKind.RESERVE),
        ((10, 3, 1), SeatKind.STANDBY),
        ((10, 3, 2), None),
        ((11, 4, 3), None),
    ],
)
def test_seats_fill_from_the_best_kind_down(counts: tuple[int, int, int], kind: SeatKind | None) -> None:
    assert choose_kind(SeatNumbers(*counts), SeatNumbers(10, 3, 2)) is kind


@pytest.mark.parametrize(
    ("counts", "held", "seen"),
    [
        ((0, 0, 0), 0, (0, 0, 0)),
        ((3, 0, 1), 1, (4, 0, 1)),
        ((4, 0, 0), 3, (5, 2, 0)),
        ((5, 2, 4), 9, (5, 2, 4)),
        ((6, 3, 0), 1, (6, 3, 0)),  # more than there is room for: nothing is taken from anybody
    ],
)
def test_kept_places_are_the_free_primary_ones_then_reserve(
    counts: tuple[int, int, int], held: int, seen: tuple[int, int, int]
) -> None:
    assert with_held(SeatNumbers(*counts), SeatNumbers(5, 2, 4), held) == SeatNumbers(*seen)


def test_the_claim_to_work_is_arrival_then_acceptance_then_doubt() -> None:
    seats = [_seat(1, doubtful=True), _seat(2), _seat(3, arrived=5), _seat(4, doubtful=True, arrived=-5), _seat(5)]
    assert [seat.seat_id.int for seat in promotion_order(seats)] == [4, 3, 2, 5, 1]


def test_fewer_are_dealt_in_order_of_acceptance_the_doubtful_last() -> None:
    seats = [_seat(n, doubtful=n in (1, 2), kind=SeatKind.RESERVE if n > 6 else SeatKind.PRIMARY) for n in range(1, 9)]
    deal = deal_again(seats, headcount=3, cover=5)
    assert deal.primary == _ids(3, 4, 5)
    assert deal.reserve == _ids(6, 7)
    assert deal.released == _ids(8, 1, 2)


@given(_SEATS, st.integers(0, 70), st.integers(0, 80))
def test_a_deal_loses_nobody_and_keeps_its_limits(seats: list[SeatFacts], headcount: int, cover: int) -> None:
    deal = deal_again(seats, headcount, cover)
    assert deal.primary + deal.reserve + deal.released == tuple(seat.seat_id for seat in promotion_order(seats))
    assert len(deal.primary) == min(headcount, len(seats))
    assert len(deal.primary + deal.reserve) == min(max(headcount, cover), len(seats))


@pytest.mark.parametrize(
    ("announced", "limit"),
    [("0 minutes", "30 minutes"), ("20 minutes", "50 minutes"), ("3 hours", "2 hours"), ("-5 minutes", "30 minutes")],
)
def test_an_announced_delay_moves_the_limit_but_not_the_grace(announced: str, limit: str) -> None:
    assert attendance_limits(PACE, START, _span(announced)) == (START + _span("10 minutes"), START + _span(limit))


def test_without_an_announcement_the_limit_is_the_policy_s() -> None:
    assert attendance_limits(DEMO, START) == (START + _span("6 seconds"), START + _span("12 seconds"))


@pytest.mark.parametrize(
    ("after", "minutes"), [("-9 minutes", 0), ("0 seconds", 0), ("1 seconds", 1), ("61 seconds", 2)]
)
def test_a_minute_begun_is_a_minute_late(after: str, minutes: int) -> None:
    assert late_minutes(START, START + _span(after)) == minutes


_EVENING = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)  # 19:00 in Moscow
_T120, _T90 = START - _span("120 minutes"), START - _span("90 minutes")


@pytest.mark.parametrize(
    ("accepted", "now", "expected"),
    [
        ("3 days", "3 days", (_EVENING, _T120, _T90)),
        ("17 hours", "17 hours", (_EVENING, _T120, _T90)),  # three hours before the evening's question, to the second
        ("16.9 hours", "16.9 hours", (None, _T120, _T90)),
        ("5 hours", "5 hours", (None, _T120, _T90)),
        ("4.9 hours", "4.9 hours", (None, None, None)),  # never asked, so never doubtful
        ("3 days", "14 hours", (None, _T120, _T90)),
        ("3 days", "120 minutes", (None, None, _T90)),
        ("3 days", "90 minutes", (None, None, None)),
    ],
)
def test_reminders_are_created_while_their_moment_is_ahead(
    accepted: str, now: str, expected: tuple[datetime | None, ...]
) -> None:
    times = reminder_times(PACE, MOSCOW, starts_at=START, accepted_at=START - _span(accepted), now=START - _span(now))
    assert times == Reminders(*expected)


def test_the_evening_is_the_site_s_own_and_may_come_too_late() -> None:
    def evening(pace: Pace, zone: str) -> datetime | None:
        long_ago = START - timedelta(days=9)
        return reminder_times(pace, ZoneInfo(zone), starts_at=START, accepted_at=long_ago, now=long_ago).evening_at

    assert evening(PACE, "Asia/Vladivostok") == datetime(2026, 11, 22, 9, 0, tzinfo=UTC)  # 16:00 on the 23rd there
    late = Pace.model_validate({"evening_reminder_at": "23:30:00"})
    assert evening(late, "America/New_York") is None  # a start at 01:00, asked at 23:00 anyway


def test_a_naive_start_is_an_error() -> None:
    naive = START.replace(tzinfo=None)
    with pytest.raises(ValueError, match="no offset"):
        reminder_times(PACE, MOSCOW, starts_at=naive, accepted_at=naive, now=naive)


@pytest.mark.parametrize(
    ("left", "window"), [("3 hours", "30 minutes"), ("2 hours", "5 minutes"), ("-1 hours", "5 minutes")]
)
def test_a_promotion_is_answered_faster_near_the_start(left: str, window: str) -> None:
    assert promotion_window(PACE, START - _span(left), START) == _span(window)


@pytest.mark.parametrize(("open_seats", "pending", "asks"), [(1, 0, 2), (3, 0, 6), (1, 1, 1), (1, 2, 0), (0, 2, 0)])
def test_two_are_asked_for_each_open_seat(open_seats: int, pending: int, asks: int) -> None:
    assert promotion_asks(PACE, open_seats, pending) == asks


def test_number_one_is_the_best_rated_reconfirmed_primary() -> None:
    seats = [
        _seat(1, rating="5.00"),
        _seat(2, rating="4.00", reconfirmed=True),
        _seat(3, rating="4.50", reconfirmed=True),
        _seat(4, rating="4.90", reconfirmed=True, kind=SeatKind.RESERVE),
        _seat(5, rating="4.95", doubtful=True),
    ]
    assert crew_lists(seats) == [_ids(3, 1, 2, 4, 5)]
    assert crew_lists([seats[0], seats[3], seats[4]]) == [_ids(1, 4, 5)]
    assert crew_lists([seats[3], seats[4]]) == [_ids(4, 5)]
    assert crew_lists([seats[4]]) == [_ids(5)]
    assert crew_lists([]) == []


def test_sixteen_make_two_lists_of_eight() -> None:
    lists = crew_lists([_seat(n, rating="4.00" if n in (7, 9) else "3.00") for n in range(16)])
    assert [len(crew_list) for crew_list in lists] == [8, 8]
    assert [crew_list[0].int for crew_list in lists] == [7, 9]


@given(_SEATS)
def test_lists_are_few_even_and_complete(seats: list[SeatFacts]) -> None:
    lists = crew_lists(seats)
    assert sorted(seat for crew_list in lists for seat in crew_list) == sorted(seat.seat_id for seat in seats)
    assert len(lists) == math.ceil(len(seats) / CREW_LIST_SIZE)
    sizes = [len(crew_list) for crew_list in lists]
    assert not sizes or (max(sizes) <= CREW_LIST_SIZE and max(sizes) - min(sizes) <= 1)
    leads = {crew_list[0] for crew_list in lists}
    best = [seat for seat in seats if seat.reconfirmed and not seat.doubtful and seat.kind is SeatKind.PRIMARY]
    if len(best) >= len(lists) > 0:
        led_by = [seat.rating for seat in best if seat.seat_id in leads]
        assert len(led_by) == len(lists)
        assert min(led_by) >= max((seat.rating for seat in best if seat.seat_id not in leads), default=Decimal(0))


def test_the_list_goes_on_to_the_next_man_as_number_one() -> None:
    assert hand_over(_ids(1, 2, 3, 4), UUID(int=3)) == _ids(3, 1, 2, 4)
    with pytest.raises(ValueError, match="on the list"):
        hand_over(_ids(1, 2), UUID(int=3))


@pytest.mark.parametrize(
    ("numbers", "missing"),
    [
        ([1], ()),
        ([3, 2], _ids(12, 13)),
        ([4, 4], _ids(14)),
        ([1, 3], None),
        ([5], None),
        ([0], None),
        ([], None),
    ],
)
def test_numbers_name_who_is_missing(numbers: list[int], missing: tuple[UUID, ...] | None) -> None:
    assert missing_seats(_ids(11, 12, 13, 14), numbers) == missing


@pytest.mark.parametrize(("kept", "asked"), [(0, 15), (8, 11), (10, 10), (12, 12)])
def test_who_stays_in_a_series_is_asked_one_for_one(kept: int, asked: int) -> None:
    assert series_wave_target(Decimal("1.5"), 10, kept) == asked
