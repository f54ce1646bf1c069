"""The pure rules of filling a shift: how many, until when, in which order. No database, no clock of its own.

Moments are time-zone-aware; a naive one is a `ValueError` or `TypeError`. Numbers of people are reckoned exactly, never
in floating point: 1.5 x 3 is 4.5 and therefore 5.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.crew.rules import SeatKind
from dispatch.tenancy.policy import Pace, Staffing
from dispatch.tenancy.rules import require_aware

CREW_LIST_SIZE: Final = 15
"""Seats on one crew list at most: the answer must fit into one text of numbers from 2 to 15."""

_HOUSE_STAFFING: Final = Staffing()
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SeatNumbers:
    """One number per kind of seat: live counts, or capacities."""

    primary: int
    reserve: int
    standby: int


@dataclass(frozen=True, slots=True)
class SeatFacts:
    """What the rules need to know of a live primary or reserve seat; the rating is the effective one, cap included."""

    seat_id: UUID
    kind: SeatKind
    accepted_at: datetime
    rating: Decimal
    reconfirmed: bool = False
    doubtful: bool = False
    arrived_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Deal:
    """Seats dealt again, each part in the order of the deal."""

    primary: tuple[UUID, ...]
    reserve: tuple[UUID, ...]
    released: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Reminders:
    """When to ask a man whether he still comes; None where the question is not asked."""

    evening_at: datetime | None
    reconfirm_at: datetime | None
    doubtful_at: datetime | None


def wave_interval(pace: Pace, lead: timedelta) -> timedelta:
    """Return how long a wave may stay open with `lead` left to the start; after the start, the shortest row holds."""
    return next((step.interval for step in pace.waves if lead >= step.lead), pace.waves[-1].interval)


def wave_window(pace: Pace, now: datetime, starts_at: datetime) -> timedelta | None:
    """Return how long a wave started now stays open, or None when none may start.

    The house rule: the interval of the wave table, at most half the time left to the start (the policy's share), and
    at least `min_window`. Where both cannot hold, promotion, call list and alarm take over; after the start there are
    no waves at all.
    """
    left = starts_at - now
    part, whole = pace.window_share.as_integer_ratio()
    window = min(wave_interval(pace, left), left * part // whole)
    return window if window >= pace.min_window else None


def wave_one_target(factor: Decimal, headcount: int) -> int:
    """Return how many the first wave asks: ceil(factor x headcount). At 1.5: 1 -> 2, 3 -> 5, 10 -> 15."""
    return math.ceil(factor * headcount)


def series_wave_target(factor: Decimal, headcount: int, kept: int) -> int:
    """Return how many the first wave of a day of a series asks: those who stay, and ceil(factor x gaps) for the rest.

    Who came the day before is asked one for one; the factor answers refusals of strangers. At 1.5 and 10 people:
    none stays -> 15, 8 stay -> 11, 10 stay -> 10; 12 who stayed for fewer places are all asked.
    """
    return kept + math.ceil(factor * max(0, headcount - kept))


def next_wave_target(factor: Decimal, cover: int, seated: int, live: int) -> int:
    """Return how many a later wave asks: max(0, ceil(factor x (cover - seated)) - live).

    Args:
        factor: people asked for each seat missing.
        cover: live primary and reserve seats that make the headcount likely to come.
        seated: live primary and reserve seats.
        live: invitations queued, sent or delivered whose deadline has not passed.
    """
    return max(0, math.ceil(factor * (cover - seated)) - live)


def standby_capacity(headcount: int, staffing: Staffing = _HOUSE_STAFFING) -> int:
    """Return the standby places of a shift: one for every five people asked for, rounded up, and at least one."""
    return max(staffing.standby_min, math.ceil(staffing.standby_share * headcount))


def reserve_capacity(cover: int, headcount: int, reserve_count: int, staffing: Staffing = _HOUSE_STAFFING) -> int:
    """Return the reserve places to store: max(cover - headcount, reserve_count), and the policy's least number.

    A promise is never dropped: when the cover falls, room is left for the `reserve_count` live reserve seats.
    """
    return max(cover - headcount, reserve_count, staffing.reserve_min)


def choose_kind(counts: SeatNumbers, capacities: SeatNumbers) -> SeatKind | None:
    """Return the seat the next man who says yes gets: primary, then reserve, then standby; None when all are taken."""
    if counts.primary < capacities.primary:
        return SeatKind.PRIMARY
    if counts.reserve < capacities.reserve:
        return SeatKind.RESERVE
    if counts.standby < capacities.standby:
        return SeatKind.STANDBY
    return None


def with_held(counts: SeatNumbers, capacities: SeatNumbers, held: int) -> SeatNumbers:
    """Return the counts as others see them while places are kept: the free primary places first, then reserve ones."""
    primary = min(held, max(0, capacities.primary - counts.primary))
    reserve = min(held - primary, max(0, capacities.reserve - counts.reserve))
    return SeatNumbers(counts.primary + primary, counts.reserve + reserve, counts.standby)


def promotion_order(seats: Collection[SeatFacts]) -> list[SeatFacts]:
    """Return seats in the order in which they have a claim to work: who has arrived, by arrival; then by acceptance.

    The doubtful come last. Equal moments are ordered by seat id, so that the order is the same on every reading.
    """
    return sorted(seats, key=_claim)


def deal_again(seats: Collection[SeatFacts], headcount: int, cover: int) -> Deal:
    """Deal the live primary and reserve seats of a shift again when its client wants fewer.

    The house rule: in order of claim (arrived, then accepted, the doubtful last) the new headcount stays or becomes
    primary, up to the new cover reserve, the rest is released without a mark.
    """
    ordered = [seat.seat_id for seat in promotion_order(seats)]
    kept = max(headcount, cover)
    return Deal(
        primary=tuple(ordered[:headcount]),
        reserve=tuple(ordered[headcount:kept]),
        released=tuple(ordered[kept:]),
    )


def attendance_limits(
    pace: Pace, due_at: datetime, announced_delay: timedelta = timedelta(0)
) -> tuple[datetime, datetime]:
    """Return when a seat's grace ends, and when its man is past the no-show limit.

    Both count from the seat's own due time. An announced delay, up to the longest allowed, moves the limit alone: the
    site is asked when the grace ends, whoever is still on the way.
    """
    delay = min(max(announced_delay, timedelta(0)), pace.max_announced_delay)
    return due_at + pace.grace, due_at + pace.no_show_limit + delay


def late_minutes(due_at: datetime, arrived_at: datetime) -> int:
    """Return the minutes of lateness, every minute begun counted; zero for who came in time."""
    return max(0, -((due_at - arrived_at) // _MINUTE))


def reminder_times(
    pace: Pace, zone: ZoneInfo, *, starts_at: datetime, accepted_at: datetime, now: datetime
) -> Reminders:
    """Return when a seat is asked for its re-confirmation; moments in UTC.

    The house rule: on the evening before (site-local time), and two hours before the start; who is silent then is
    doubtful at T-90 and asked once more. Nobody is asked within three hours of his acceptance, so who accepted too
    late for the first questions is never asked and never doubtful. Moments that have passed are not created.

    Args:
        pace: where the figures above come from.
        zone: the site's zone.
        starts_at: start of the shift.
        accepted_at: when he accepted, or accepted the terms now in force.
        now: the domain clock.

    Raises:
        ValueError: `starts_at` is naive.
    """
    day_before = require_aware(starts_at).astimezone(zone).date() - timedelta(days=1)
    evening_at = datetime.combine(day_before, pace.evening_reminder_at, tzinfo=zone).astimezone(UTC)
    reconfirm_at = starts_at.astimezone(UTC) - pace.reconfirm_lead
    doubtful_at = starts_at.astimezone(UTC) - pace.doubtful_lead
    earliest = accepted_at + pace.reconfirm_after_accepting
    in_time_for_evening = earliest <= evening_at < reconfirm_at
    in_time_for_reconfirm = earliest <= reconfirm_at
    return Reminders(
        evening_at=evening_at if in_time_for_evening and now < evening_at else None,
        reconfirm_at=reconfirm_at if in_time_for_reconfirm and now < reconfirm_at else None,
        doubtful_at=doubtful_at if in_time_for_reconfirm and now < doubtful_at else None,
    )


def promotion_window(pace: Pace, now: datetime, starts_at: datetime) -> timedelta:
    """Return how long an asked standby has to answer: short once the start is near, and after it."""
    return pace.promotion_window if starts_at - now <= pace.promotion_near_lead else pace.promotion_window_early


def promotion_asks(pace: Pace, open_seats: int, pending: int) -> int:
    """Return how many more of the standby to ask, given open primary seats and questions not yet answered."""
    return max(0, pace.promotion_asks_per_seat * open_seats - pending)


def crew_lists(seats: Collection[SeatFacts], size: int = CREW_LIST_SIZE) -> list[tuple[UUID, ...]]:
    """Split the seats of a shift into as few lists as possible, of nearly equal length, each with its crew lead first.

    The house rule: the lead is the best-rated reconfirmed primary; where there are not enough of those, a primary, a
    reserve, a doubtful man, in that order. He is number 1 on his list, so that the answer `1` can only mean "all here".
    The others follow in order of acceptance.

    Args:
        seats: live primary and reserve seats.
        size: seats on one list at most.
    """
    count = -(-len(seats) // size)
    leads = [seat.seat_id for seat in sorted(seats, key=_lead_preference)[:count]]
    others = [seat.seat_id for seat in sorted(seats, key=_by_acceptance) if seat.seat_id not in leads]
    cuts = [i * len(others) // count for i in range(count)] + [len(others)]
    return [(lead, *others[first:last]) for lead, (first, last) in zip(leads, pairwise(cuts), strict=True)]


def hand_over(crew_list: Sequence[UUID], lead: UUID) -> tuple[UUID, ...]:
    """Return the list with another of its men as number 1; the others keep their order.

    Raises:
        ValueError: he is not on the list.
    """
    if lead not in crew_list:
        raise ValueError("the new crew lead must be on the list")
    return (lead, *(seat for seat in crew_list if seat != lead))


def missing_seats(crew_list: Sequence[UUID], numbers: Collection[int]) -> tuple[UUID, ...] | None:
    """Return whom a lead's answer names as missing: nobody for {1}; None when the answer contradicts itself.

    Numbers are places on the list he was sent; 1 is himself, so it cannot stand beside others.
    """
    if set(numbers) == {1}:
        return ()
    if not numbers or not all(1 < number <= len(crew_list) for number in numbers):
        return None
    return tuple(crew_list[number - 1] for number in sorted(set(numbers)))


def _claim(seat: SeatFacts) -> tuple[int, datetime, datetime, UUID]:
    if seat.arrived_at is not None:
        return 0, seat.arrived_at, *_by_acceptance(seat)
    return (2 if seat.doubtful else 1), seat.accepted_at, *_by_acceptance(seat)


def _by_acceptance(seat: SeatFacts) -> tuple[datetime, UUID]:
    return seat.accepted_at, seat.seat_id


def _lead_preference(seat: SeatFacts) -> tuple[bool, bool, bool, Decimal, datetime, UUID]:
    return (
        seat.doubtful,
        seat.kind is not SeatKind.PRIMARY,
        not seat.reconfirmed,
        -seat.rating,
        *_by_acceptance(seat),
    )
