"""The people: each reads the texts he gets, makes up his mind and answers when he would."""

import logging
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from random import Random
from zoneinfo import ZoneInfo

from dispatch.simulator.agenda import Agenda, wall_clock
from dispatch.simulator.attendance import Attendance, Speak
from dispatch.simulator.config import SimulatorConfig
from dispatch.simulator.crewlist import missing_numbers, numbers_of
from dispatch.simulator.gatherings import Gathering
from dispatch.simulator.people import (
    Answer,
    Intention,
    OnOffer,
    Person,
    Profile,
    dice,
    draw_on_offer,
    draw_persona,
)
from dispatch.simulator.phrases import Say, mistype, numbers, phrase, with_code
from dispatch.simulator.reading import Kind, Reading, SeatWord, offers_in, read

_log = logging.getLogger(__name__)

_HELD_SEAT_ODDS: dict[Kind, tuple[float, float, float]] = {
    # yes, no, silence; a reconfirmation's odds are a setting
    Kind.PROMOTION: (0.75, 0.10, 0.15),
    Kind.CHANGE: (0.85, 0.10, 0.05),
}
_QUICK = 0.3  # who stands at the site with his phone in his hand answers in a third of his usual time
_HEDGERS_WHO_REFUSE = 0.4
_PRESS_UNDERSTOOD = 0.9


@dataclass(frozen=True, slots=True)
class Turn:
    """One person with one text in his hand, and the random stream of what he makes of it."""

    person: Person
    number: str
    reading: Reading
    random: Random

    @property
    def code(self) -> str:
        """The code to answer with; '' where the text gives none."""
        return self.reading.code or ""

    @property
    def topic(self) -> str:
        """What he is about to speak of, so that he can be made to forget it."""
        return f"offer {self.code}" if self.reading.kind is Kind.OFFER else self.reading.kind.value


class Crowd:
    """Everybody who ever got a text or was registered.

    Attributes:
        people: by phone; one is made when his phone first rings.
        counts: texts read and answers meant, for the statistics.
    """

    def __init__(self, config: SimulatorConfig, agenda: Agenda, speak: Speak) -> None:
        self.people: dict[str, Person] = {}
        self.counts: Counter[str] = Counter()
        self.attendance = Attendance(config, agenda, self.person, speak)
        self._config = config
        self._agenda = agenda
        self._speak = speak
        self._answers: dict[Kind, Callable[[Turn], None]] = {
            Kind.OFFER: self._answer_offer,
            Kind.RECONFIRM: self._answer_about_seat,
            Kind.PROMOTION: self._answer_about_seat,
            Kind.CHANGE: self._answer_about_seat,
            Kind.CANCELLED: self._answer_by_chance,
            Kind.NOTICE: self._answer_by_chance,
            Kind.BOOKED: self._answer_by_chance,
            Kind.FINE: self._answer_by_chance,
            Kind.PRESENT: self._answer_present,
            Kind.ETA: self._answer_eta,
            Kind.WHICH: self._answer_which,
            Kind.WHICH_NO: self._answer_which,
            Kind.WHICH_DAY: self._answer_which,
            Kind.CLARIFY: self._answer_clarify,
        }

    def person(self, phone: str) -> Person:
        """Return whoever is behind a phone."""
        if phone not in self.people:
            persona = draw_persona(self._config.seed, phone, self._config.people)
            self.people[phone] = Person(phone, persona, Profile(phone=phone))
        return self.people[phone]

    def register(self, profile: Profile) -> None:
        """Tell the simulation what crew lists call a person, and where his clock is."""
        self.person(profile.phone).profile = profile

    def script(self, phone: str, intention: Intention) -> None:
        """Set what one person does from now on; it replaces an earlier script of his."""
        self.person(phone).intention = intention
        if intention.starts_at is not None:
            self.attendance.announce_start(intention.starts_at)

    def hand_over(self, phone: str, *, manual: bool) -> None:
        """Let a human answer for a phone, or give it back."""
        person = self.person(phone)
        person.manual = manual
        if manual:
            person.forget()
        self.attendance.hand_over(phone, manual=manual)

    def receive(self, phone: str, number: str, text: str) -> None:
        """Have somebody read a text that came from one of our numbers; several offers are thought of one by one."""
        if offers := offers_in(text):
            for offer in offers:
                self.receive(phone, number, offer)
            return
        person = self.person(phone)
        zone = ZoneInfo(person.profile.zone or self._config.zone)
        reading = read(text, zone=zone, now=wall_clock())
        person.heard[reading.kind] += 1
        self.counts[f"read_{reading.kind}"] += 1
        random = dice(self._config.seed, phone, reading.kind, person.heard[reading.kind])
        turn = Turn(person, number, reading, random)
        self._take_note(turn)
        gone = reading.kind is not Kind.FINE and self.attendance.gatherings.gone_from(phone, wall_clock())
        answer = self._answers.get(reading.kind)
        if answer is not None and not (person.manual or person.left or gone):
            answer(turn)

    # What a text changes in a person's mind, whether he answers or not.

    def _take_note(self, turn: Turn) -> None:
        person, reading = turn.person, turn.reading
        if reading.kind is Kind.OFFER:
            person.open_offers[turn.code] = reading.starts
        elif reading.kind in {Kind.BOOKED, Kind.PROMOTED}:
            self._take_seat(turn)
        elif reading.kind in {Kind.CANCELLED, Kind.RELEASED}:
            person.answered.clear()  # asked again later, he thinks about it again
            gathering = self._meant(turn)
            if gathering is not None:
                self.attendance.lose(person.phone, gathering)
        elif reading.kind is Kind.WITHDRAWN:
            person.answered.clear()
            for code in [turn.code] if turn.code else list(person.open_offers):
                person.open_offers.pop(code, None)
                person.forget(f"offer {code}")

    def _take_seat(self, turn: Turn) -> None:
        reading = turn.reading
        kind = SeatWord.PRIMARY if reading.kind is Kind.PROMOTED else reading.seat or SeatWord.PRIMARY
        starts = self._starts(turn)
        if not starts:
            self.counts["booked_without_a_start"] += 1
            _log.warning("a confirmation names no start and no offer did: that person will not come")
        for start in starts:
            self.attendance.take(turn.person, turn.number, start, kind)

    def _starts(self, turn: Turn) -> tuple[datetime, ...]:
        """Return the starts a confirmation means: those of the offer he took where it repeats them, else its own.

        A promotion may name none: then it means the seat he holds.
        """
        person, named = turn.person, turn.reading.starts
        if person.intention.starts_at is not None:
            return (person.intention.starts_at,)
        held = self.attendance.gatherings.nearest(person.phone, wall_clock(), number=turn.number)
        if turn.reading.kind is Kind.PROMOTED and held is not None and not named:
            return (held.starts_at,)
        offered = person.agreed[1]
        meant = tuple(start for start in named if start in offered) or named or offered
        sole = self.attendance.sole_start()
        return tuple(self.attendance.exact(start) for start in meant) or ((sole,) if sole else ())

    def _meant(self, turn: Turn) -> Gathering | None:
        """Return the gathering of his that a text speaks of: by its start, else the nearest."""
        phone, gatherings = turn.person.phone, self.attendance.gatherings
        starts = {self.attendance.exact(start) for start in turn.reading.starts}
        mine = [found for found in gatherings.of(phone, number=turn.number) if found.seats[phone].live]
        named = next((found for found in mine if found.starts_at in starts), None)
        return named or gatherings.nearest(phone, wall_clock(), number=turn.number)

    # How he answers.

    def _delay_s(self, turn: Turn) -> float:
        """Return real seconds until he answers."""
        person = turn.person
        drawn = person.persona.delay_s * turn.random.lognormvariate(0, 0.6) * self._config.time_scale
        return drawn if person.intention.delay_s is None else person.intention.delay_s

    def _later(self, turn: Turn, delay_s: float, action: Callable[[], None]) -> None:
        waiting = [plan for plan in turn.person.plans.get(turn.topic, ()) if plan.pending]
        turn.person.plans[turn.topic] = [*waiting, self._agenda.plan(delay_s, action)]

    def _say_later(self, turn: Turn, words: str, *, quick: bool = False) -> None:
        delay_s = self._delay_s(turn) * (_QUICK if quick else 1)
        self._later(turn, delay_s, partial(self._speak, turn.person.phone, turn.number, words))

    def _answer_offer(self, turn: Turn) -> None:
        person, scripted = turn.person, turn.person.intention
        if (turn.code, turn.reading.starts) in person.answered:
            return
        drawn = draw_on_offer(turn.random, self._config.people)
        mode = scripted.on_offer or (OnOffer.YES if scripted.text else drawn)
        self.counts[f"offer_{mode}"] += 1
        delay_s = self._delay_s(turn)
        second_s = delay_s + self._delay_s(turn)
        mind = Say.NO if mode is OnOffer.HEDGE and turn.random.random() < _HEDGERS_WHO_REFUSE else Say.YES
        if mode is OnOffer.LATE_YES and scripted.delay_s is None:
            delay_s *= turn.random.uniform(6, 12)
        plan: dict[OnOffer, list[tuple[float, Say]]] = {
            OnOffer.YES: [(delay_s, Say.YES)],
            OnOffer.LATE_YES: [(delay_s, Say.YES)],
            OnOffer.NO: [(delay_s, Say.NO)],
            OnOffer.STOP: [(delay_s, Say.STOP)],
            OnOffer.QUESTION: [(delay_s, Say.QUESTION), (second_s, mind)],
            OnOffer.HEDGE: [(delay_s, Say.HEDGE), (second_s, mind)],
            OnOffer.SILENT: [],
        }
        for nth, (after_s, what) in enumerate(plan[mode]):
            words = scripted.text.replace("{code}", turn.code) if scripted.text and nth == 0 else None
            self._later(turn, after_s, partial(self._meet_offer, turn, what, words))

    def _meet_offer(self, turn: Turn, what: Say, words: str | None) -> None:
        person, decides = turn.person, what in {Say.YES, Say.NO}
        if words is None:
            words = phrase(what, person.language, turn.random)
            if decides and turn.random.random() < person.persona.typo:
                words = mistype(words, turn.random)
            if decides and turn.code and (len(person.open_offers) > 1 or person.persona.names_code):
                words = with_code(words, turn.code, turn.random)
        if decides or what is Say.STOP:
            person.answered.add((turn.code, turn.reading.starts))
            person.open_offers.pop(turn.code, None)
        if decides:
            person.decided = (turn.code, what is Say.YES)
        if what is Say.YES:
            person.agreed = (turn.code, turn.reading.starts)
        person.left = person.left or what is Say.STOP
        self._speak(person.phone, turn.number, words)

    def _answer_about_seat(self, turn: Turn) -> None:
        kind, scripted = turn.reading.kind, turn.person.intention
        sure = self._config.people.reconfirms
        odds = _HELD_SEAT_ODDS.get(kind, (sure, (1 - sure) * 0.3, (1 - sure) * 0.7))
        drawn = turn.random.choices((Answer.YES, Answer.NO, Answer.SILENT), weights=odds)[0]
        asked = {
            Kind.RECONFIRM: scripted.on_reconfirm,
            Kind.PROMOTION: scripted.on_promotion,
            Kind.CHANGE: scripted.on_change,
        }
        answer = asked[kind] or drawn
        self.counts[f"{kind}_{answer}"] += 1
        if answer is not Answer.SILENT:
            self._later(turn, self._delay_s(turn), partial(self._meet_question, turn, answer))

    def _meet_question(self, turn: Turn, answer: Answer) -> None:
        person, kind = turn.person, turn.reading.kind
        held = self._meant(turn)
        what = Say.YES if answer is Answer.YES else Say.NO
        if what is Say.NO and kind is not Kind.PROMOTION:
            what = Say.CANCEL
            if held is not None:
                self.attendance.lose(person.phone, held)
        elif kind is Kind.CHANGE and held is not None:
            self._follow_change(turn, held)
        words = phrase(what, person.language, turn.random)
        if turn.code and person.open_offers and words.isdigit():
            words = with_code(words, turn.code, turn.random)
        self._speak(person.phone, turn.number, words)

    def _follow_change(self, turn: Turn, held: Gathering) -> None:
        phone = turn.person.phone
        moved = next((s for s in map(self.attendance.exact, turn.reading.starts) if s != held.starts_at), None)
        if moved is not None:
            self.attendance.lose(phone, held)
            self.attendance.take(turn.person, turn.number, moved, held.seats[phone].kind)

    def _answer_by_chance(self, turn: Turn) -> None:
        people = self._config.people
        what, chance = {
            Kind.CANCELLED: (Say.UNDERSTOOD, _PRESS_UNDERSTOOD),
            Kind.NOTICE: (Say.UNDERSTOOD, _PRESS_UNDERSTOOD),
            Kind.BOOKED: (Say.THANKS, people.thanks),
            Kind.FINE: (Say.APPEAL, people.appeal),
        }[turn.reading.kind]
        if turn.random.random() < chance:
            words = phrase(what, turn.person.language, turn.random)
            self._say_later(turn, f"{words} {turn.code}".strip() if what is Say.APPEAL else words)

    def _answer_present(self, turn: Turn) -> None:
        """Answer as crew lead; who is not there himself cannot say, so he keeps silent."""
        phone, scripted, entries = turn.person.phone, turn.person.intention, turn.reading.entries
        gathering = self.attendance.gatherings.nearest(phone, wall_clock(), number=turn.number, live=False)
        if scripted.on_present is Answer.SILENT or gathering is None:
            return
        if scripted.on_present is None and gathering.seats[phone].arrived_at is None:
            self.counts["lead_not_there"] += 1
            return

        def look_round() -> None:
            missing = (
                missing_numbers(entries, gathering, self._profile, asked=phone)
                if scripted.is_lead_missing is None
                else numbers_of(scripted.is_lead_missing, entries, self._profile)
            )
            self._speak(phone, turn.number, numbers(missing, turn.random))

        self._later(turn, self._delay_s(turn) * _QUICK, look_round)

    def _profile(self, phone: str) -> Profile:
        return self.person(phone).profile

    def _answer_eta(self, turn: Turn) -> None:
        person = turn.person
        gathering = self.attendance.gatherings.nearest(person.phone, wall_clock(), number=turn.number)
        seat = gathering.seats[person.phone] if gathering else None
        if seat is not None and seat.arrived_at is not None:
            self._say_later(turn, phrase(Say.ARRIVED, person.language, turn.random), quick=True)
        elif seat is not None and seat.comes_at is not None:
            minutes = 5 * max(math.ceil(self.attendance.minutes_until(seat.comes_at) / 5), 1)
            self._say_later(turn, str(minutes), quick=True)

    def _answer_which(self, turn: Turn) -> None:
        """Name the shift he meant; after "which one?" a bare code is a yes, so a no or a cancel says so beside it."""
        listed = turn.reading.codes
        code, _ = turn.person.decided or ("", False)
        if not listed:
            return
        words = code if code in listed else listed[0]
        if turn.reading.kind is Kind.WHICH_NO:
            words += " no" if turn.person.language == "en" else " нет"
        elif turn.reading.kind is Kind.WHICH_DAY:
            words += " " + phrase(Say.CANCEL_THIS, turn.person.language, turn.random)
        self._say_later(turn, words)

    def _answer_clarify(self, turn: Turn) -> None:
        """Repeat his decision as the figure he was asked for, unless he is about to say something anyway."""
        code, yes = turn.person.decided or ("", False)
        if turn.person.decided is not None and turn.code in {"", code} and not turn.person.has_more_to_say():
            self._say_later(turn, "1" if yes else "2")
