"""A crew that does not begin all at once: some of the people of an order start later, because only then can they come.

Whoever starts later is an order of his own, placed together with the first: shifts have one start for all their people.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Final

from dispatch.kit.errors import Invalid
from dispatch.kit.walltime import instant_of, wall_of
from dispatch.orders.commands import SHORTEST_SHIFT, AskedShift
from dispatch.web.forms import Fault, FormUnfit, whole

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Crew:
    """People who start together, and when."""

    headcount: int
    shifts: tuple[AskedShift, ...]


def crews(
    headcount: int, shifts: Sequence[AskedShift], later_people: str, later_from: str, zone: str
) -> tuple[Crew, ...]:
    """Return the crews an order means: all of them together, or first those of the start and then those who come later.

    Args:
        headcount: all of them.
        shifts: as those of the start work them.
        later_people: how many start later, as typed.
        later_from: from what time on, as typed, by the clock of the site; of a shift over midnight it may be after it.
        zone: of the site.

    Raises:
        FormUnfit: only one of the two was typed, or it fits no shift.
    """
    together = Crew(headcount, tuple(shifts))
    if not later_people.strip() and not later_from.strip():
        return (together,)
    faults: dict[str, Fault] = {}
    typed = whole(later_people)
    people = typed if isinstance(typed, int) else 0
    if not 1 <= people < headcount:
        faults["later_people"] = Fault("Type how many start later: one at least, and not all.")
    try:
        later = tuple(_later(shift, later_from, zone) for shift in shifts)
    except (ValueError, Invalid):
        faults["later_from"] = Fault("Type a time after the start and before the end of each day, like 10:30.")
    if faults:
        raise FormUnfit(faults)
    return replace(together, headcount=headcount - people), Crew(people, later)


def _later(shift: AskedShift, later_from: str, zone: str) -> AskedShift:
    at = time.fromisoformat(later_from.strip())
    if at.tzinfo is not None:
        raise ValueError("times of the site's clock carry no offset")
    day = wall_of(shift.starts_at, zone).date()
    starts_at = instant_of(datetime.combine(day, at), zone)
    if starts_at <= shift.starts_at:
        starts_at = instant_of(datetime.combine(day + _DAY, at), zone)
    if starts_at > shift.ends_at - SHORTEST_SHIFT:
        raise ValueError("it is over by then")
    return AskedShift(starts_at=starts_at, ends_at=shift.ends_at)
