"""Coming to work: seats people were told of, the muster before a start, arrivals, and what a crew lead sees."""

import math
from collections.abc import Callable
from datetime import datetime, timedelta

from dispatch.simulator.agenda import Agenda, wall_clock
from dispatch.simulator.config import SimulatorConfig
from dispatch.simulator.gatherings import (
    MUSTER_MIN,
    Arrival,
    Gathering,
    Gatherings,
    Seat,
    decide_arrivals,
    draw_arrival,
)
from dispatch.simulator.people import Coming, Person, dice
from dispatch.simulator.phrases import Say, phrase
from dispatch.simulator.reading import SeatWord

_NOTHING = timedelta(0)

Speak = Callable[[str, str, str], None]
"""Send a text: (phone, our number, words)."""


class Attendance:
    """Moves everybody with a seat to the meeting point, or not.

    Decisions fall at the muster, a quarter of a simulated hour before the start, over those who hold a seat then;
    every later gain or loss of a seat has them looked over again, so the guarantee holds for whoever is left.
    """

    def __init__(
        self, config: SimulatorConfig, agenda: Agenda, person_of: Callable[[str], Person], speak: Speak
    ) -> None:
        self.gatherings = Gatherings()
        self._config = config
        self._agenda = agenda
        self._person_of = person_of
        self._speak = speak
        self._announced_starts: dict[datetime, datetime] = {}

    def announce_start(self, starts_at: datetime) -> None:
        """Note a shift's exact start, for texts that show only its minute; those read before keep theirs."""
        self._announced_starts[starts_at.replace(second=0, microsecond=0)] = starts_at

    def exact(self, read_start: datetime) -> datetime:
        """Return the exact start behind the one a text shows."""
        return self._announced_starts.get(read_start.replace(second=0, microsecond=0), read_start)

    def sole_start(self) -> datetime | None:
        """Return the announced start where there is only one to come, for texts that name none."""
        now = wall_clock()
        coming = [start for start in self._announced_starts.values() if start > now - timedelta(minutes=10)]
        return coming[0] if len(coming) == 1 else None

    def take(self, person: Person, number: str, starts_at: datetime, kind: SeatWord) -> None:
        """Note that somebody was told he has a seat; he comes when the time is near."""
        gathering = self.gatherings.at(number, starts_at, person.intention.shift)
        first = not gathering.seats
        self.gatherings.seat(gathering, person.phone, kind).manual = person.manual
        if gathering.mustered:
            self._settle(gathering)
        elif first:
            lead = timedelta(minutes=MUSTER_MIN) * self._config.time_scale
            self._agenda.plan((starts_at - lead - wall_clock()).total_seconds(), lambda: self._muster(gathering))

    def lose(self, phone: str, gathering: Gathering) -> None:
        """Note that somebody's seat ended: he does not come any more."""
        seat = gathering.seats[phone]
        seat.live = False
        seat.forget()
        if gathering.mustered:
            self._settle(gathering)

    def hand_over(self, phone: str, *, manual: bool) -> None:
        """Leave somebody's arrivals to a human, or take them back."""
        for gathering in self.gatherings.of(phone):
            seat = gathering.seats[phone]
            seat.manual = manual
            if manual:
                seat.forget()
                seat.arrival = seat.comes_at = None
            if gathering.mustered:
                self._settle(gathering)

    def note_arrival(self, phone: str, number: str) -> None:
        """Believe a person who says that he is there."""
        now = wall_clock()
        gathering = self.gatherings.nearest(phone, now, number=number)
        if gathering is not None and abs(gathering.starts_at - now) < timedelta(hours=12):
            seat = gathering.seats[phone]
            seat.arrived_at = seat.arrived_at or now
            seat.forget()

    def minutes_until(self, comes_at: datetime) -> float:
        """Return the simulated minutes until an instant."""
        return (comes_at - wall_clock()) / timedelta(minutes=1) / self._config.time_scale

    def _muster(self, gathering: Gathering) -> None:
        gathering.mustered = True
        self._settle(gathering)

    def _settle(self, gathering: Gathering) -> None:
        gathering.redecided += 1
        random = dice(self._config.seed, "gathering", gathering.index, gathering.redecided)
        decided = decide_arrivals(
            gathering, lambda phone: self._draw(gathering, phone), random, guarantee=self._config.guarantee_no_show
        )
        for phone, arrival in decided.items():
            seat = gathering.seats[phone]
            if seat.arrival != arrival and seat.arrived_at is None:
                self._set_out(gathering, seat, arrival)

    def _draw(self, gathering: Gathering, phone: str) -> Arrival:
        person = self._person_of(phone)
        nth = self.gatherings.of(phone).index(gathering)
        random = dice(self._config.seed, phone, "arrival", nth)
        return draw_arrival(random, self._config.people, person.intention)

    def _set_out(self, gathering: Gathering, seat: Seat, arrival: Arrival) -> None:
        """Plan what he is going to do; somebody told late hurries, and after the start comes within minutes."""
        seat.forget()
        seat.arrival, seat.comes_at = arrival, None
        person = self._person_of(seat.phone)
        if arrival.coming is Coming.NEVER:
            person.forget()
            return
        random = dice(self._config.seed, seat.phone, "way", gathering.index)
        minute, now = timedelta(minutes=1) * self._config.time_scale, wall_clock()
        seat.comes_at = gathering.starts_at + arrival.offset_min * minute
        if seat.comes_at <= now:
            left = gathering.starts_at - now
            seat.comes_at = now + (
                random.uniform(0.2, 0.9) * left if left > _NOTHING else random.uniform(1, 6) * minute
            )
        if arrival.announces:
            warns_at = max(gathering.starts_at - random.uniform(1, 5) * minute, now)
            late = 5 * math.ceil(arrival.offset_min / 5)
            words = phrase(Say.LATE, person.language, random, minutes=late)
            self._plan(seat, warns_at, lambda: self._speak(seat.phone, gathering.number, words))
        words_there = phrase(Say.ARRIVED, person.language, random)
        self._plan(seat, seat.comes_at, lambda: self._arrive(gathering, seat, words_there))

    def _plan(self, seat: Seat, at: datetime, action: Callable[[], None]) -> None:
        seat.plans.append(self._agenda.plan((at - wall_clock()).total_seconds(), action))

    def _arrive(self, gathering: Gathering, seat: Seat, words: str) -> None:
        seat.arrived_at = wall_clock()
        self._speak(seat.phone, gathering.number, words)
