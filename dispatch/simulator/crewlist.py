"""How a crew lead matches the names he is asked about with the people he sees."""

from collections.abc import Callable, Iterable, Sequence

from dispatch.simulator.gatherings import Gathering, Seat
from dispatch.simulator.people import Profile
from dispatch.simulator.reading import Entry


def missing_numbers(
    entries: Iterable[Entry], gathering: Gathering, profile_of: Callable[[str], Profile], *, asked: str
) -> list[int]:
    """Return the numbers of those who are not there at this moment, in the order of the list.

    Namesakes are told apart by the last digits of a phone where the list shows them, else taken in the order in which
    they were booked. A name nobody here goes by counts as present: a lead does not report people he cannot place.
    """
    others = [seat for seat in gathering.seats.values() if seat.phone != asked]
    others.sort(key=lambda seat: not seat.expected)
    missing = []
    for entry in entries:
        seat = _place(entry, others, profile_of)
        if seat is not None:
            others.remove(seat)
            if seat.arrived_at is None:
                missing.append(entry.number)
    return missing


def numbers_of(named: Sequence[int | str], entries: Sequence[Entry], profile_of: Callable[[str], Profile]) -> list[int]:
    """Return list numbers for a scripted answer, which gives numbers or phones."""
    phones = [item for item in named if isinstance(item, str)]
    found = {
        entry.number
        for entry in entries
        for phone in phones
        if profile_of(phone).answers_to(entry.name) and phone.endswith(entry.tail)
    }
    return sorted(found.union(item for item in named if isinstance(item, int)))


def _place(entry: Entry, seats: Iterable[Seat], profile_of: Callable[[str], Profile]) -> Seat | None:
    return next(
        (seat for seat in seats if profile_of(seat.phone).answers_to(entry.name) and seat.phone.endswith(entry.tail)),
        None,
    )
