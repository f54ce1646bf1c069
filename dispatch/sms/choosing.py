"""Which question a text answers, by what is open for its phone. Pure.

The rules: a code matches whichever number it was sent to; attendance words go to any held seat; a bare word only to
what was asked from the very number he answered. `seat` takes only attendance words and a cancel, `fine` only the
appeal word; neither counts as open. While one harmless question is open beside others, a bare yes or a number answers
it and a bare no asks which; several notices are understood together. Otherwise one open question takes a bare yes or
no, several make us ask which one, and a bare no to several offers declines them all. Where nothing is open or held, a
yes takes up the offer that ended a short while ago; one he said no to needs a clear yes. A no with the code of an
offer that he took leaves the seat. Two people on one phone answer with a code.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.sms.choices import Ask, AskBack, Choice, LeaveToPeople, One, Several
from dispatch.sms.days import is_that_day
from dispatch.sms.questions import Question
from dispatch.sms.replies import Context, Disposition, Reply, StatedDate, StatedDay, parse_reply
from dispatch.sms.rules import QuestionKind
from dispatch.sms.second_thoughts import ended_at, ended_offers, seats_by
from dispatch.tenancy.policy import Pace

_K = QuestionKind
_D = Disposition

HARMLESS: Final = frozenset({_K.RECONFIRM, _K.PRESENT, _K.ETA, _K.NOTICE})
COUNTED: Final = HARMLESS | {_K.OFFER, _K.PROMOTION, _K.CHANGE, _K.CLIENT}
"""Kinds that a bare word can answer."""

ATTENDANCE: Final = frozenset({_D.ARRIVED, _D.ON_WAY, _D.LATE, _D.CANCEL})
"""Words about a held seat."""

RUNNING_EARLY: Final = timedelta(hours=3)
"""From so long before its start a seat counts as running: men report from the way."""

_CONTEXT_OF: Final = {
    _K.OFFER: Context.OFFER,
    _K.RECONFIRM: Context.RECONFIRM,
    _K.PROMOTION: Context.PROMOTION,
    _K.CHANGE: Context.CHANGE,
    _K.CLIENT: Context.OFFER,
    _K.NOTICE: Context.NOTICE,
    _K.ETA: Context.ETA,
    _K.PRESENT: Context.PRESENT,
    _K.SEAT: Context.BOOKED,
}
_TAKES: Final = {
    _K.FINE: frozenset({_D.APPEAL}),
    _K.SEAT: ATTENDANCE | {_D.RESTORE, _D.QUESTION, _D.APPEAL, _D.SUBSTITUTE},
}
"""What a question that no bare word answers takes with its code."""
_HOUSE_LEAD: Final = Pace().bare_cancel_lead
_DAYS: Final = range(1, 32)
_DECLINED_TOGETHER: Final = frozenset({_K.OFFER, _K.PROMOTION})


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of a phone when its text arrives.

    Attributes:
        account_id: the account whose number he wrote to.
        at: when the text reached us.
        zone: the phone's, for the days people name.
        questions: everything asked and still open, or closed a short while ago; any order.
        bare_cancel_leads: by franchise: a cancel that names no day goes to a seat of it that starts within this; a
            franchise not named has the house's.
        clear_yes: whether the text is a plain yes and nothing else.
    """

    account_id: UUID
    at: datetime
    zone: ZoneInfo
    questions: Sequence[Question]
    bare_cancel_leads: Mapping[UUID, timedelta] = field(default_factory=dict)
    clear_yes: bool = False

    @property
    def open(self) -> list[Question]:
        """Everything open, whoever asked from whichever number; oldest first."""
        return sorted((q for q in self.questions if q.is_open(self.at)), key=lambda q: (q.opened_at, q.code or 0, q.id))

    @property
    def counted(self) -> list[Question]:
        """What a bare word can answer: asked from this number, of a kind that counts."""
        return [q for q in self.open if q.kind in COUNTED and q.account_id == self.account_id]

    @property
    def seats(self) -> list[Question]:
        """Held seats, in order of their start."""
        held = [q for q in self.open if q.kind is _K.SEAT]
        return sorted(held, key=lambda q: (q.starts_at or q.opened_at, q.id))

    @property
    def which(self) -> Question | None:
        """Our own "which one?", asked last from this number."""
        asked = [q for q in self.open if q.kind is _K.WHICH and q.account_id == self.account_id]
        return asked[-1] if asked else None

    @property
    def shared(self) -> bool:
        """Whether several people use this phone just now."""
        return len({q.worker_id for q in self.open if q.worker_id is not None}) > 1

    @property
    def ended_offers(self) -> list[Question]:
        """Offers that a yes may take up again, nothing being open or held.

        Those he said no to count for a clear yes, and after our own "which one?", alone.
        """
        if self.counted or self.seats:
            return []
        answered_too = self.clear_yes or self.which is not None
        return ended_offers(self.questions, self.account_id, self.at, answered_too=answered_too)

    @property
    def missed_offer(self) -> Question | None:
        """The one offer that a late yes means."""
        ended = self.ended_offers
        return ended[0] if len(ended) == 1 else None

    @property
    def listed(self) -> list[Question]:
        """What "which one?" lists: what a bare word can answer, else the several offers that a clear yes may mean."""
        return self.counted or (self.ended_offers if self.clear_yes or self.which is not None else [])

    def lists(self, code: int) -> bool:
        """Whether our own "which one?" is open and named this code, so that the code alone is a yes."""
        asked = self.which if self.context is Context.WHICH else None
        return asked is not None and code in asked.detail.get("codes", ())

    @property
    def harmless(self) -> list[Question]:
        """What a bare yes answers while several questions are open: the one harmless question, or all the notices."""
        harmless = [q for q in self.counted if q.kind in HARMLESS]
        alike = len(harmless) == 1 or all(q.kind is _K.NOTICE for q in harmless)
        return harmless if alike and len(self.counted) > 1 else []

    @property
    def context(self) -> Context:
        """What the grammar is told."""
        counted = self.counted
        only_told = all(q.kind is _K.NOTICE for q in counted) if counted and not self.shared else False
        if self.which is not None and not only_told and (len(self.listed) > 1 or (counted and self.shared)):
            return Context.WHICH
        if not counted:
            return self._unasked
        if self.shared:
            return Context.OFFERS
        asked = counted[0] if len(counted) == 1 else next(iter(self.harmless), None)
        if asked is None:
            return Context.OFFERS
        return Context.BOOKED_OFFER if asked.kind is _K.OFFER and self.seats else _CONTEXT_OF[asked.kind]

    @property
    def _unasked(self) -> Context:
        if self.seats:
            return Context.BOOKED
        if self.missed_offer is not None:
            return Context.OFFER
        return Context.OFFERS if self.listed else Context.NONE

    def on_day(self, questions: Iterable[Question], *days: StatedDay | StatedDate) -> list[Question]:
        """Return those about a shift that starts on the day he named, in every way he named it; all if he did not."""
        return [
            q
            for q in questions
            if all(q.starts_at and is_that_day(day, q.starts_at, self.at, self.zone) for day in days)
        ]

    def by_code(self, code: int) -> Question | None:
        """Return the question with this code: the open one, else the one closed last."""
        same = [q for q in self.questions if q.code == code]
        found = [q for q in same if q.is_open(self.at)] or sorted(same, key=ended_at)[-1:]
        return found[0] if found else None

    def seat_for(self, reply: Reply) -> Question | None:
        """Return the seat attendance words are about: of the day he names, else the running one, else the next."""
        seats = self.on_day(self.seats, *reply.named_days)
        running = [
            q for q in seats if q.starts_at and q.ends_at and q.starts_at - RUNNING_EARLY <= self.at <= q.ends_at
        ]
        ahead = [q for q in seats if q.starts_at is None or q.starts_at > self.at]
        return next(iter(running or ahead or seats[-1:]), None)


def context_of(kind: QuestionKind) -> Context:
    """Return what the grammar is told of an answer to a question of this kind alone."""
    return _CONTEXT_OF[kind]


def read_reply(situation: Situation, text: str) -> Reply:
    """Return what the text says, told what is open; an answer with a code is read as one to the question it names.

    After our own "which one?" a bare code that it listed is a yes already, so it is not read again.
    """
    reply = parse_reply(text, situation.context)
    named = situation.by_code(reply.code) if reply.code is not None else None
    listed = reply.code is not None and situation.lists(reply.code) and reply.disposition is _D.ACCEPT
    if named is None or named.kind not in _CONTEXT_OF or listed:
        return reply
    again = parse_reply(text, _CONTEXT_OF[named.kind])
    if again.code != reply.code:
        return reply
    if again.disposition is _D.DECLINE and seats_by(named, situation.seats):
        return replace(again, disposition=_D.CANCEL, why="says no to an offer that he took")
    return again


def choose(situation: Situation, reply: Reply) -> Choice:
    """Return what a text answers; `reply` comes from `read_reply`."""
    if reply.code is not None:
        return _by_code(situation, reply, reply.code)
    return _CHOOSERS.get(reply.disposition, _people)(situation, reply)


def _by_code(situation: Situation, reply: Reply, code: int) -> Choice:
    question = situation.by_code(code)
    if question is None:
        return _unclear(situation, reply)
    takes = _TAKES.get(question.kind)
    if reply.disposition is _D.AMBIGUOUS or (takes is not None and reply.disposition not in takes):
        return AskBack(Ask.CLARIFY, (question,))
    if reply.disposition in {_D.UNKNOWN, _D.WRONG_NUMBER, _D.CALL_ME, _D.SUBSTITUTE}:
        return _named(situation, reply, question)
    if reply.disposition is _D.CANCEL and (taken := seats_by(question, situation.seats)):
        meant = [] if reply.unclear_day else situation.on_day(taken, *reply.named_days)
        return One(meant[0], meant[0]) if len(meant) == 1 else AskBack(Ask.WHICH_DAY, tuple(taken))
    if reply.disposition is _D.CANCEL and _may_mean_another_seat(situation, reply, question):
        return _which(situation)
    seat = question if question.kind is _K.SEAT else _seat_of(situation, question)
    return One(question, seat)


def _named(situation: Situation, reply: Reply, question: Question) -> Choice:
    """Leave what names a question to people; but who names his substitute for a seat is answered."""
    if reply.disposition is not _D.SUBSTITUTE:
        return LeaveToPeople(question)
    meant = [question] if question.kind is _K.SEAT else seats_by(question, situation.seats)
    return One(meant[0], meant[0]) if len(meant) == 1 else LeaveToPeople(question)


def _yes(situation: Situation, _reply: Reply) -> Choice:
    listed, missed = situation.listed, situation.missed_offer
    if missed is not None:
        return One(missed)
    if not listed:
        return LeaveToPeople(_concerned(situation))
    asked = listed if len(listed) == 1 else situation.harmless
    if situation.shared or not asked:
        return AskBack(Ask.WHICH, tuple(listed))
    return One(asked[0]) if len(asked) == 1 else Several(tuple(asked))


def _no(situation: Situation, reply: Reply) -> Choice:
    counted = situation.counted
    if not counted:
        missed = situation.missed_offer
        return One(missed) if missed is not None else LeaveToPeople(_concerned(situation))
    if len(counted) == 1 and not situation.shared:
        another_day = reply.stated_date is not None and _is_of_another_day(situation, reply, counted[0])
        return AskBack(Ask.CLARIFY, (counted[0],)) if another_day else One(counted[0])
    if situation.shared or any(q.kind not in _DECLINED_TOGETHER for q in counted):
        return AskBack(Ask.WHICH_NO, tuple(counted))
    meant = situation.on_day(counted, *reply.named_days)
    if reply.unclear_day or (reply.stated_date is not None and not meant):
        return AskBack(Ask.WHICH_NO, tuple(counted))
    return Several(tuple(meant or counted))


def _cancel(situation: Situation, reply: Reply) -> Choice:
    counted = situation.counted
    if situation.harmless:
        return AskBack(Ask.WHICH_NO, tuple(counted))
    asked = counted[0] if len(counted) == 1 and counted[0].kind in {_K.RECONFIRM, _K.CHANGE} else None
    clear = not (situation.shared or reply.unclear_day)
    if asked is not None and clear and not _is_of_another_day(situation, reply, asked):
        return One(asked, _seat_of(situation, asked))
    seat = situation.seat_for(reply)
    if seat is None and reply.stated_date is None and not reply.unclear_day:
        return LeaveToPeople(_concerned(situation))
    return One(seat, seat) if seat is not None and clear and _is_plain(situation, reply, seat) else _which(situation)


def _is_plain(situation: Situation, reply: Reply, seat: Question) -> bool:
    """Tell whether a cancel can mean only this seat: the one of the date he names, else one that starts soon."""
    if reply.stated_date is not None:
        return len(situation.on_day(situation.seats, *reply.named_days)) == 1
    lead = situation.bare_cancel_leads.get(seat.franchise_id, _HOUSE_LEAD)
    near = seat.starts_at is None or seat.starts_at - situation.at <= lead
    return near or reply.stated_day is not None


def _which(situation: Situation) -> Choice:
    """Ask which seat he gives up; where he holds none, nobody can tell what he means."""
    seats = tuple(situation.seats)
    return AskBack(Ask.WHICH_DAY, seats) if seats else LeaveToPeople(_concerned(situation))


def _may_mean_another_seat(situation: Situation, reply: Reply, question: Question) -> bool:
    """Tell whether he names another day beside the code, or his code is the day of the month of another seat."""
    code = question.code or 0
    of_that_day = situation.on_day(situation.seats, StatedDate(code)) if code in _DAYS else []
    return _is_of_another_day(situation, reply, question) or any(q.id != question.id for q in of_that_day)


def _is_of_another_day(situation: Situation, reply: Reply, question: Question) -> bool:
    """Tell whether he names a day, and the question is about a shift on another one."""
    return question.starts_at is not None and not situation.on_day([question], *reply.named_days)


def _attend(situation: Situation, reply: Reply) -> Choice:
    seat = situation.seat_for(reply)
    if seat is not None and len({q.worker_id for q in situation.seats}) > 1:
        return LeaveToPeople(seat)
    asked = [q for q in situation.counted if q.kind in {_K.ETA, _K.RECONFIRM, _K.PROMOTION, _K.CHANGE}]
    if len(asked) == 1 and not _is_of_another_day(situation, reply, asked[0]):
        return One(asked[0], seat)
    return One(seat, seat) if seat is not None else LeaveToPeople(_concerned(situation))


def _appeal(situation: Situation, _reply: Reply) -> Choice:
    fines = [q for q in situation.open if q.kind is _K.FINE]
    return One(fines[-1]) if fines else LeaveToPeople()


def _people(situation: Situation, _reply: Reply) -> Choice:
    return LeaveToPeople(_concerned(situation))


def _restore(situation: Situation, _reply: Reply) -> Choice:
    ended = [q for q in situation.questions if q.kind is _K.SEAT and not q.is_open(situation.at)]
    ordered = [q for q in situation.counted if q.kind is _K.CLIENT]
    if not ended and len(ordered) == 1:
        # Who holds no seat takes nothing back: "всё верно" is read so for its likeness to "верните".
        return One(ordered[0])
    return One(max(ended, key=ended_at)) if ended else LeaveToPeople(_concerned(situation))


def _asked(situation: Situation, _reply: Reply) -> Choice:
    about = _concerned(situation)
    return One(about, about if about.kind is _K.SEAT else None) if about is not None else LeaveToPeople()


def _substitute(situation: Situation, reply: Reply) -> Choice:
    seats = situation.on_day(situation.seats, *reply.named_days)
    return One(seats[0], seats[0]) if len(seats) == 1 and not situation.shared else _people(situation, reply)


def _unclear(situation: Situation, _reply: Reply) -> Choice:
    listed = situation.listed
    if not listed:
        return LeaveToPeople(_concerned(situation))
    one_matter = len(listed) == 1 or all(q.kind is _K.NOTICE for q in listed)
    if one_matter and not situation.shared:
        return AskBack(Ask.CLARIFY, (listed[0],))
    return AskBack(Ask.WHICH, tuple(listed))


def _concerned(situation: Situation) -> Question | None:
    """Return what a text without an answer is probably about, for whoever reads it."""
    counted, seats = situation.counted, situation.seats
    if len(counted) == 1:
        return counted[0]
    running = situation.seat_for(Reply(_D.QUESTION)) if seats else None
    return running or (counted[-1] if counted else situation.missed_offer)


def _seat_of(situation: Situation, question: Question) -> Question | None:
    """Return the seat a question is about: of the same seat, else of the same shift."""
    same = [q for q in situation.seats if q.subject_id == question.subject_id]
    return next(iter(same or [q for q in situation.seats if q.shift_id and q.shift_id == question.shift_id]), None)


_CHOOSERS: Final[Mapping[Disposition, Callable[[Situation, Reply], Choice]]] = MappingProxyType(
    {
        _D.ACCEPT: _yes,
        _D.MISSING: _yes,
        _D.DECLINE: _no,
        _D.CANCEL: _cancel,
        _D.ARRIVED: _attend,
        _D.ON_WAY: _attend,
        _D.LATE: _attend,
        _D.APPEAL: _appeal,
        _D.RESTORE: _restore,
        _D.QUESTION: _asked,
        _D.SUBSTITUTE: _substitute,
        _D.AMBIGUOUS: _unclear,
    }
)
