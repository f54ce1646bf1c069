"""From a reading to a reply: the rules in order of weight; the first that decides, decides."""

from collections.abc import Callable
from typing import Final

from dispatch.sms.grammar.acceptance import accept, choose, number_alone
from dispatch.sms.grammar.attendance import arrived, eta, late, on_way
from dispatch.sms.grammar.outcome import Context, Disposition, Reply
from dispatch.sms.grammar.reading import Reading, read
from dispatch.sms.grammar.refusal import refuse
from dispatch.sms.grammar.rollcall import rollcall
from dispatch.sms.grammar.senses import Sense
from dispatch.sms.grammar.stopping import stop
from dispatch.sms.grammar.verdict import LIKELY, OPEN, Verdict, ambiguous, finish
from dispatch.sms.grammar.vocabulary import vocabulary

_SMALL_TALK = frozenset({Sense.FILLER, Sense.THANKS, Sense.GREETING})
_ANSWERS = frozenset({Sense.YES, Sense.NO, Sense.COME, Sense.GO, Sense.OKAY, Sense.LEAN, Sense.BOTH, Sense.ORDINAL})
_DISPUTES = frozenset({Sense.DISAGREE, Sense.UNFAIR, Sense.CANCEL, Sense.REMOVE, Sense.RESTORE, Sense.UNWANTED})

_RESTRICTIONS = frozenset({Sense.BUT, Sense.LEAN, Sense.PARTY, Sense.DURATION, Sense.DAY, Sense.OTHER})

Rule = Callable[[Reading, Context], Verdict | None]


def decide(text: str, context: Context) -> Reply:
    """Return the reply a text is, in the context it arrived in."""
    reading = read(text, vocabulary().rollcall if context is Context.PRESENT else vocabulary().answers)
    for rule in RULES:
        verdict = rule(reading, context)
        if verdict is not None:
            return finish(reading, verdict)
    return finish(reading, Verdict(Disposition.UNKNOWN, "says nothing we ask about", OPEN))


def _silence(reading: Reading, _context: Context) -> Verdict | None:
    """Nothing but punctuation."""
    if reading.tokens or reading.dashed:
        return None
    return Verdict(Disposition.UNKNOWN, "holds no words")


def _start(reading: Reading, _context: Context) -> Verdict | None:
    if Sense.START not in reading.senses:
        return None
    if reading.asks or reading.senses & {Sense.MAYBE, Sense.NOT, Sense.NO, Sense.REFUSE, Sense.BUT, Sense.ASK}:
        return None
    return Verdict(Disposition.START, "wants messages again")


def _restore(reading: Reading, _context: Context) -> Verdict | None:
    if Sense.RESTORE not in reading.senses or reading.senses & {Sense.TOPIC, Sense.PENALTY}:
        return None
    if reading.senses & {Sense.REFUSE, Sense.NO}:
        return ambiguous("wants the seat back, or not?")
    return Verdict(Disposition.RESTORE, "takes his cancel back")


def _link(reading: Reading, _context: Context) -> Verdict | None:
    """The word alone; beside anything else it is talk about a link."""
    numbers = reading.numbers
    others = reading.unknown or numbers.codes or numbers.plain or numbers.stated_time
    if Sense.LINK not in reading.senses or others or not reading.senses <= _SMALL_TALK | {Sense.LINK}:
        return None
    return Verdict(Disposition.LINK, "asks for his page")


def _appeal(reading: Reading, _context: Context) -> Verdict | None:
    said = reading.senses
    disputes = Sense.PENALTY in said and said & _DISPUTES
    if not (Sense.APPEAL in said or disputes) or (reading.asks and Sense.ASK in said):
        return None
    return Verdict(Disposition.APPEAL, "disputes a fine or a mark")


def _wrong_number(reading: Reading, _context: Context) -> Verdict | None:
    if Sense.WRONG_NUMBER not in reading.senses or Sense.TOPIC in reading.senses:
        return None
    if reading.senses & {Sense.YES, Sense.COME}:
        return ambiguous("a wrong number, and yet a yes")
    return Verdict(Disposition.WRONG_NUMBER, "says he is not the man we write to")


def _substitute(reading: Reading, _context: Context) -> Verdict | None:
    if Sense.SUBSTITUTE not in reading.senses or (
        reading.asks and reading.senses & {Sense.ASK, Sense.LEAN, Sense.MAYBE}
    ):
        return None
    return Verdict(Disposition.SUBSTITUTE, "someone else comes instead")


def _help(reading: Reading, _context: Context) -> Verdict | None:
    if Sense.HELP not in reading.senses or Sense.CALL in reading.senses:
        return None
    return Verdict(Disposition.QUESTION, "needs help to get there or to be paid", LIKELY)


def _call(reading: Reading, _context: Context) -> Verdict | None:
    if Sense.CALL not in reading.senses:
        return None
    return Verdict(Disposition.CALL_ME, "asks for a call")


def _question(reading: Reading, _context: Context) -> Verdict | None:
    said = reading.senses
    stated = said & (_ANSWERS | {Sense.MAYBE, Sense.BUT})
    if Sense.ASK in said or (said & {Sense.TOPIC, Sense.PENALTY} and (reading.asks or not stated)):
        return Verdict(Disposition.QUESTION, "asks something")
    if not reading.asks or (said <= _SMALL_TALK and not reading.unknown and not reading.numbers.codes):
        return None
    restricted = said & _RESTRICTIONS and not said & {Sense.YES, Sense.NO}
    if reading.unknown or restricted or reading.numbers.time or reading.numbers.foreign:
        return Verdict(Disposition.QUESTION, "asks something", LIKELY)
    return ambiguous("an answer put as a question")


def _doubt(reading: Reading, context: Context) -> Verdict | None:
    """A hedge, a restriction, a choice left open."""
    said = reading.senses
    hedged = said & {Sense.MAYBE, Sense.BUT, Sense.OTHER, Sense.NOT, Sense.BOTH, Sense.ORDINAL}
    if not (hedged or reading.numbers.foreign):
        return None
    if context is Context.NONE and not said & _ANSWERS:
        return None
    if not said & (_ANSWERS | {Sense.MAYBE, Sense.BUT, Sense.NOT}) and reading.unknown:
        return None
    return ambiguous("hedged, conditional, or at another time")


def _half_said(reading: Reading, context: Context) -> Verdict | None:
    """Well disposed, a day, a number of people, or "understood": close to an answer, but none."""
    half = reading.senses - _SMALL_TALK - {Sense.FAREWELL}
    if context is Context.NONE or not half:
        return None
    if context is Context.BOOKED and half <= {Sense.LEAN, Sense.UNDERSTOOD, Sense.RECEIVED, Sense.ALL_WELL}:
        return None
    return ambiguous("close to an answer, but none")


RULES: Final[tuple[Rule, ...]] = (
    stop,
    _silence,
    _start,
    _restore,
    _link,
    _appeal,
    _wrong_number,
    _substitute,
    rollcall,
    eta,
    late,
    arrived,
    _help,
    on_way,
    refuse,
    _call,
    _question,
    choose,
    _doubt,
    accept,
    number_alone,
    _half_said,
)
