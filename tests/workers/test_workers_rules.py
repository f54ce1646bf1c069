from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.tenancy.models import Franchise
from dispatch.workers.rules import ALWAYS, Availability, Cycle, Ring, available, ring_of
from dispatch.workers.skills import DOCUMENTS, SKILL_BITS, Service, documents_required, from_mask, skill_bit, to_mask
from tests.factories.workers import make_worker

MOSCOW: Final = ZoneInfo("Europe/Moscow")
ZONES: Final = (
    "Europe/Moscow",
    "Asia/Kamchatka",
    "Europe/Budapest",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Tehran",
    "Africa/Casablanca",
)
MONDAY: Final = date(2026, 3, 2)


def at(day: date, hour: int, zone: ZoneInfo = MOSCOW) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(hours=hour)


def shift(day: date, start: int, hours: int = 8) -> tuple[datetime, datetime]:
    return at(day, start), at(day, start + hours)


@pytest.mark.parametrize(
    ("availability", "starts_and_ends", "free"),
    [
        (ALWAYS, shift(MONDAY, 0, 30), True),
        (Availability(weekdays=0b1), shift(MONDAY, 9), True),
        (Availability(weekdays=0b1), shift(MONDAY + timedelta(1), 9), False),
        (Availability(weekdays=0b1), shift(MONDAY, 20, 10), True),
        (Availability(from_time=time(9)), shift(MONDAY, 9), True),
        (Availability(from_time=time(9, 1)), shift(MONDAY, 9), False),
        (Availability(to_time=time(17)), shift(MONDAY, 9), True),
        (Availability(to_time=time(16, 59)), shift(MONDAY, 9), False),
        (Availability(to_time=time(23)), shift(MONDAY, 20, 10), False),
        (Availability(to_time=time(23)), shift(MONDAY, 9, 24), False),
        (Availability(cycle=Cycle(MONDAY, 2, 2)), shift(MONDAY + timedelta(1), 9), True),
        (Availability(cycle=Cycle(MONDAY, 2, 2)), shift(MONDAY + timedelta(2), 9), False),
        (Availability(cycle=Cycle(MONDAY, 2, 2)), shift(MONDAY + timedelta(4), 9), True),
        (Availability(cycle=Cycle(MONDAY, 2, 2)), shift(MONDAY - timedelta(1), 9), False),
        (Availability(cycle=Cycle(MONDAY, 2, 2)), shift(MONDAY - timedelta(4), 9), True),
    ],
)
def test_the_calendar_decides(
    availability: Availability,
    starts_and_ends: tuple[datetime, datetime],
    free: bool,  # noqa: FBT001
) -> None:
    assert available(availability, (), MOSCOW, *starts_and_ends) is free


@pytest.mark.parametrize(
    ("since", "until", "free"),
    [
        (at(MONDAY, 8), at(MONDAY, 9), True),
        (at(MONDAY, 8), at(MONDAY, 10), False),
        (at(MONDAY, 17), None, True),
        (at(MONDAY, 16), None, False),
        (at(MONDAY, 10), at(MONDAY, 11), False),
    ],
)
def test_an_absence_that_touches_the_shift_decides(since: datetime, until: datetime | None, free: bool) -> None:  # noqa: FBT001
    assert available(ALWAYS, [(since, until)], MOSCOW, *shift(MONDAY, 9)) is free


def test_a_night_is_as_long_as_the_clocks_make_it() -> None:
    """24 hours of wall time are 25 on the day the clocks go back, and 23 when they go forward."""
    zone = ZoneInfo("Europe/Budapest")
    starts = datetime(2026, 10, 25, 0, 30, tzinfo=zone)
    ends = datetime(2026, 10, 25, 23, 45, tzinfo=zone)
    assert ends.astimezone(UTC) - starts.astimezone(UTC) > timedelta(hours=24)
    assert not available(Availability(to_time=time(23, 50)), (), zone, starts, ends)


def test_naive_moments_are_errors() -> None:
    naive = datetime(2026, 3, 2, 9)  # noqa: DTZ001 - the error under test
    with pytest.raises(ValueError, match="offset"):
        available(ALWAYS, (), MOSCOW, naive, at(MONDAY, 17))


@pytest.mark.parametrize(
    ("metres", "ring"),
    [(0, Ring.NEAR), (4999.9, Ring.NEAR), (5000, Ring.MIDDLE), (15_000, Ring.FAR), (50_000, Ring.BEYOND)],
)
def test_rings_are_coarse(metres: float, ring: Ring) -> None:
    assert ring_of(metres) is ring


def test_every_service_has_its_own_bit_and_its_documents() -> None:
    assert set(SKILL_BITS) == set(DOCUMENTS) == set(Service)
    assert all(bit > 0 and bit & (bit - 1) == 0 for bit in SKILL_BITS.values())
    assert len(set(SKILL_BITS.values())) == len(SKILL_BITS)
    assert [str(kind) for kind in documents_required(Service.ROOF_WORK)] == ["height_permit"]
    assert [str(kind) for kind in documents_required(Service.CASHIER)] == ["medical_book"]
    assert skill_bit(Service.MOVING) == 2


@given(st.frozensets(st.sampled_from(Service)))
def test_skills_survive_their_bits(services: frozenset[Service]) -> None:
    assert frozenset(from_mask(to_mask(services))) == services


_MINUTES = st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))
_CYCLES = st.none() | st.builds(
    Cycle, st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 60), st.integers(1, 60)
)
_CALENDARS = st.builds(
    Availability,
    weekdays=st.integers(0, 127),
    from_time=st.just(time(0)) | _MINUTES,
    to_time=st.none() | _MINUTES,
    cycle=_CYCLES,
)
_QUARTER = timedelta(minutes=15)
_INSTANTS = st.integers(0, 20 * 365 * 24 * 4).map(lambda quarter: datetime(2015, 1, 1, tzinfo=UTC) + quarter * _QUARTER)
# Around the changes of the clocks, where the two could come to differ.
_NEAR_CHANGES = st.sampled_from(
    [
        datetime(2026, 3, 29, 1, tzinfo=UTC),
        datetime(2026, 10, 25, 1, tzinfo=UTC),
        datetime(2026, 3, 8, 7, tzinfo=UTC),
        datetime(2026, 11, 1, 6, tzinfo=UTC),
        datetime(2026, 4, 4, 15, tzinfo=UTC),
        datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
    ]
).flatmap(lambda change: st.integers(-120, 120).map(lambda quarters: change + quarters * _QUARTER))
_STARTS = _INSTANTS | _NEAR_CHANGES
_LENGTHS = st.integers(1, 30 * 4).map(lambda quarters: quarters * _QUARTER)
_ABSENCES = st.lists(st.tuples(st.integers(-200, 200), st.none() | st.integers(1, 400)), max_size=2)

_SET = """
INSERT INTO worker_availability (worker_id, franchise_id, weekdays, from_time, to_time, cycle_anchor, days_on, days_off)
VALUES ($1, $2, $3, $4, coalesce($5::time, '24:00'), $6, $7, $8)
ON CONFLICT (worker_id) DO UPDATE SET weekdays = $3, from_time = $4, to_time = excluded.to_time, cycle_anchor = $6,
    days_on = $7, days_off = $8
"""


async def test_the_database_and_the_rule_agree(app_db: Database, home: Franchise) -> None:
    """Random calendars, absences, zones and shifts, hundreds of them within one transaction."""
    cases: list[tuple[Availability, list[tuple[int, int | None]], str, datetime, timedelta]] = []

    @given(_CALENDARS, _ABSENCES, st.sampled_from(ZONES), _STARTS, _LENGTHS)
    def collect(
        calendar: Availability,
        absences: list[tuple[int, int | None]],
        zone: str,
        starts_at: datetime,
        length: timedelta,
    ) -> None:
        cases.append((calendar, absences, zone, starts_at, length))

    for _ in range(8):
        collect()
    outcomes = set()
    async with app_db.begin(home.id, "system:test") as uow:
        worker_id = await make_worker(uow)
        for calendar, absences, zone, starts_at, length in cases:
            cycle = calendar.cycle
            await uow.run(
                _SET,
                worker_id,
                home.id,
                calendar.weekdays,
                calendar.from_time,
                calendar.to_time,
                cycle and cycle.anchor,
                cycle and cycle.days_on,
                cycle and cycle.days_off,
            )
            await uow.run("DELETE FROM worker_absences WHERE worker_id = $1", worker_id)
            spans = [
                (starts_at + since * _QUARTER, None if lasts is None else starts_at + (since + lasts) * _QUARTER)
                for since, lasts in absences
            ]
            for since, until in spans:
                await uow.run(
                    """INSERT INTO worker_absences (id, franchise_id, worker_id, during)
                       VALUES ($1, $2, $3, tstzrange($4, $5))""",
                    new_id(),
                    home.id,
                    worker_id,
                    since,
                    until,
                )
            ends_at = starts_at + length
            by_rule = available(calendar, spans, ZoneInfo(zone), starts_at, ends_at)
            by_database = await uow.fetchval(
                "SELECT available_by_calendar($1, $2, $3, $4)", worker_id, zone, starts_at, ends_at
            )
            assert by_rule == by_database, (calendar, spans, zone, starts_at, ends_at)
            outcomes.add(by_rule)
    assert outcomes == {True, False}
    assert len(cases) > 500
