import pytest

from dispatch.orders.rules import AHEAD, SHIFT_MOVES, ShiftStatus, ahead_status


@pytest.mark.parametrize(
    ("primary", "seated", "short", "status"),
    [
        (0, 0, False, ShiftStatus.RECRUITING),
        (9, 12, False, ShiftStatus.RECRUITING),
        (10, 12, False, ShiftStatus.FILLED),
        (10, 13, False, ShiftStatus.COVERED),
        (9, 9, True, ShiftStatus.SHORT),
        (10, 12, True, ShiftStatus.SHORT),
        (10, 13, True, ShiftStatus.COVERED),
    ],
)
def test_the_status_of_ten_wanted_with_a_cover_of_thirteen(
    primary: int, seated: int, *, short: bool, status: ShiftStatus
) -> None:
    assert ahead_status(primary=primary, seated=seated, headcount=10, cover=13, short=short) is status


def test_a_lost_seat_may_move_a_shift_anywhere_before_its_start_and_nowhere_after() -> None:
    for status in AHEAD:
        assert SHIFT_MOVES.targets(status) >= set(AHEAD) - {status}
    assert SHIFT_MOVES.targets(ShiftStatus.RUNNING) == {ShiftStatus.CLOSED, ShiftStatus.CANCELLED}
    assert SHIFT_MOVES.targets(ShiftStatus.CLOSED) == frozenset()
