"""Who stands at a meeting point at a given hour, who is late and who never comes."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from dispatch.simulator.agenda import Plan
from dispatch.simulator.config import PeopleSettings
from dispatch.simulator.people import Coming, Intention
from dispatch.simulator.reading import SeatWord

_LATEST_ON_TIME_MIN = 0.5
_EARLIEST_MIN = 10.0
MUSTER_MIN = 15.0
"""Simulated minutes before the start at which people decide; earlier losses of a seat then change nothing."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """How one person comes.

    Attributes:
        offset_min: simulated minutes after the start, negative before it.
        announces: texts beforehand that he is late.
        fixed: scripted; the guarantee may not change it.
    """

    coming: Coming
    offset_min: float = 0.0
    announces: bool = False
    fixed: bool = False


@dataclass(slots=True)
class Seat:
    """One person's place in a gathering, as he was told.

    Attributes:
        live: he still holds it, as far as he knows.
        comes_at: the planned instant of his arrival, None when he never comes or has not decided.
    """

    phone: str
    kind: SeatWord
    live: bool = True
    manual: bool = False
    arrival: Arrival | None = None
    comes_at: datetime | None = None
    arrived_at: datetime | None = None
    plans: list[Plan] = field(default_factory=list)

    @property
    def expected(self) -> bool:
        """Whether he is to stand at the meeting point: standby waits at home."""
        return self.live and self.kind is not SeatWord.STANDBY

    def forget(self) -> None:
        """Give up whatever he was about to do here."""
        for plan in self.plans:
            plan.cancel()
        self.plans.clear()


@dataclass(slots=True)
class Gathering:
    """Everybody who holds a seat for one start, by phone, in the order in which they were told."""

    index: int
    number: str
    starts_at: datetime
    label: str = ""
    mustered: bool = False
    redecided: int = 0
    seats: dict[str, Seat] = field(default_factory=dict)

    @property
    def expected(self) -> list[Seat]:
        """Those who are to come."""
        return [seat for seat in self.seats.values() if seat.expected]


def draw_arrival(random: Random, settings: PeopleSettings, intention: Intention) -> Arrival:
    """Return how a person means to come: as scripted, else by chance."""
    comes, is_late = random.random() < settings.comes, random.random() < settings.late
    on_time_min = -random.uniform(_LATEST_ON_TIME_MIN, _EARLIEST_MIN)
    late_min = float(random.randint(*settings.late_minutes))
    announces = random.random() < settings.announces
    drawn = Coming.NEVER if not comes else Coming.LATE if is_late else Coming.ON_TIME
    scripted = intention.arrives or (Coming.LATE if intention.late_minutes else None)
    coming = scripted or drawn
    if coming is not Coming.LATE:
        return Arrival(coming, offset_min=on_time_min, fixed=scripted is not None)
    if intention.announces_late is not None:
        announces = intention.announces_late
    return Arrival(
        coming, offset_min=float(intention.late_minutes or late_min), announces=announces, fixed=scripted is not None
    )


def decide_arrivals(
    gathering: Gathering, draw: Callable[[str], Arrival], random: Random, *, guarantee: bool
) -> dict[str, Arrival]:
    """Return how each of the expected comes; whoever had decided keeps to it unless the guarantee needs him.

    With `guarantee`, one of those who have not arrived stays away for good, whoever is drawn, the first man on the
    list included; and where there are two or more, one comes on time and says so, since otherwise nobody could tell
    that the first is missing. Scripted people and phones a human answers for are left alone, so a script that makes
    everybody come has its way. Calling it again after a change gives the same people unless one of them left.
    """
    seats = [seat for seat in gathering.expected if not seat.manual]
    arrivals = {seat.phone: seat.arrival or draw(seat.phone) for seat in seats}
    if not guarantee:
        return arrivals
    free = [seat.phone for seat in seats if seat.arrived_at is None and not arrivals[seat.phone].fixed]
    absent = [phone for phone, arrival in arrivals.items() if arrival.coming is Coming.NEVER]
    if not absent and free:
        quiet = [phone for phone in free if not arrivals[phone].announces] or free
        absent = [random.choice(quiet)]
        arrivals[absent[0]] = Arrival(Coming.NEVER)
    comes = any(seat.arrived_at or arrivals[seat.phone].coming is Coming.ON_TIME for seat in seats)
    if not comes:
        spare = [phone for phone in free if phone not in absent] or [phone for phone in free if phone in absent][1:]
        if spare:
            arrivals[random.choice(spare)] = Arrival(Coming.ON_TIME, offset_min=-_LATEST_ON_TIME_MIN)
    return arrivals


class Gatherings:
    """All gatherings, found by number and start, or by who sits in them."""

    def __init__(self) -> None:
        self._all: dict[tuple[str, datetime, str], Gathering] = {}
        self._by_phone: dict[str, list[Gathering]] = {}

    def __iter__(self) -> Iterator[Gathering]:
        return iter(self._all.values())

    def at(self, number: str, starts_at: datetime, label: str) -> Gathering:
        """Return the gathering of this start, made when it is the first we hear of it."""
        key = (number, starts_at, label)
        if key not in self._all:
            self._all[key] = Gathering(len(self._all), number, starts_at, label)
        return self._all[key]

    def seat(self, gathering: Gathering, phone: str, kind: SeatWord) -> Seat:
        """Give somebody a seat, or move the one he has to another kind; a lost one is his again."""
        seat = gathering.seats.get(phone)
        if seat is None:
            seat = gathering.seats[phone] = Seat(phone, kind)
            self._by_phone.setdefault(phone, []).append(gathering)
        if not seat.live:
            seat.live, seat.arrival, seat.comes_at = True, None, None
        seat.kind = kind
        return seat

    def of(self, phone: str, *, number: str | None = None) -> list[Gathering]:
        """Return where this person has or had a seat."""
        found = self._by_phone.get(phone, [])
        return [gathering for gathering in found if number in {None, gathering.number}]

    def nearest(self, phone: str, now: datetime, *, number: str | None = None, live: bool = True) -> Gathering | None:
        """Return the one of his gatherings that starts nearest to now; with `live` only where he holds a seat."""
        candidates: Iterable[Gathering] = self.of(phone, number=number)
        if live:
            candidates = [found for found in candidates if found.seats[phone].live]
        return min(candidates, key=lambda found: abs(found.starts_at - now), default=None)

    def gone_from(self, phone: str, now: datetime) -> bool:
        """Whether he is away from a gathering he decided never to come to, from its muster until half a day later."""
        return any(
            (arrival := found.seats[phone].arrival) is not None
            and arrival.coming is Coming.NEVER
            and found.starts_at > now - timedelta(hours=12)
            for found in self.of(phone)
        )
