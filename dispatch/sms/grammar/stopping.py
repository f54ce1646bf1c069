"""The wish for no more messages: never missed, never invented."""

from collections.abc import Mapping
from types import MappingProxyType

from dispatch.sms.grammar.normalise import Kind
from dispatch.sms.grammar.outcome import Context, Disposition
from dispatch.sms.grammar.phrases import Mark
from dispatch.sms.grammar.reading import Reading
from dispatch.sms.grammar.senses import Sense
from dispatch.sms.grammar.verdict import LIKELY, Verdict, ambiguous

_POLITE = frozenset({Sense.FILLER, Sense.THANKS, Sense.GREETING, Sense.FAREWELL})
_BESIDE_ALONE = _POLITE | {Sense.STOP_ALONE, Sense.NO, Sense.UNWANTED, Sense.REFUSE, Sense.MESSAGES, Sense.REMOVE}
_NOT_FOR_GOOD = frozenset(
    {
        *(Sense.YES, Sense.COME, Sense.GO, Sense.ON_WAY, Sense.ARRIVED, Sense.BUSY, Sense.CALL, Sense.LATE),
        *(Sense.DAY, Sense.BUT, Sense.WRITE, Sense.MAYBE, Sense.OTHER, Sense.APPEAL),
    },
)
_FOR_GOOD = frozenset({"больше", "more", "mas"})
_ABOUT_A_SHIFT = (
    *("смен", "заяв", "заказ", "объект", "обьект", "shift", "job", "order", "turno", "obra", "muszak", "munka"),
    *("smen", "zakaz", "zayav", "буюртма", "buyurtma", "фармоиш", "roster", "rota", "crew", "штраф", "fine"),
)
_SENDING = frozenset({Sense.MESSAGES, Sense.WRITE})
_OBJECTS: Mapping[Sense, frozenset[Sense]] = MappingProxyType(
    {
        Sense.STOP_ALONE: _SENDING,
        Sense.UNWANTED: _SENDING,
        Sense.REFUSE: _SENDING,
        Sense.WEARY: _SENDING,
        Sense.CANCEL: _SENDING | {Sense.LISTING},
        Sense.REMOVE: frozenset({Sense.MESSAGES, Sense.LISTING}),
    },
)
"""What must be named beside it, in a long text in the same clause, for a word to be a wish for silence."""

_REFUSES = ("отказ", "refus", "rechaz")
"""Beginnings of words that refuse a thing; "I cannot" refuses only to come."""

_SHORT_TEXT = 8


def stop(reading: Reading, _context: Context) -> Verdict | None:
    """Stop on any phrasing, in every context; ask back on the bare word with a code, and on "not now"."""
    if reading.of(Sense.STOP):
        return Verdict(Disposition.STOP, "asks for no more messages")
    return _stop_word(reading) or _built(reading) or _stop_alone(reading) or _soft_stop(reading)


def _stop_word(reading: Reading) -> Verdict | None:
    words = reading.of(Sense.STOP_WORD)
    if not words:
        return None
    if reading.numbers.codes:
        return ambiguous("the stop word beside a code: all messages, or this offer?")
    if _length(reading) <= _SHORT_TEXT or any(_at_edge(reading, mark) for mark in words):
        return Verdict(Disposition.STOP, "says the stop word")
    return ambiguous("the stop word in the middle of a long text")


def _built(reading: Reading) -> Verdict | None:
    """Read a wish for silence that is built of its parts: enough of messages, remove my number."""
    if reading.numbers.codes:
        return None
    for mark in reading.of(*_OBJECTS):
        if mark.sense is Sense.REFUSE and not reading.tokens[mark.start].text.startswith(_REFUSES):
            continue
        within = range(len(reading.tokens)) if _length(reading) <= _SHORT_TEXT else reading.clause_of(mark.start)
        beside = {other.sense for other in reading.marks if other.start in within}
        named = beside & _OBJECTS[mark.sense]
        if named and not beside & {Sense.ASK, Sense.HELP} and not _about_a_shift(reading, mark):
            return Verdict(Disposition.STOP, "asks for no more messages", LIKELY)
    return None


def _stop_alone(reading: Reading) -> Verdict | None:
    words = reading.of(Sense.STOP_ALONE)
    if any(_is_alone(reading, mark) for mark in words):
        return Verdict(Disposition.STOP, "says enough, and nothing else", LIKELY)
    if reading.asks or not (words or reading.of(Sense.WEARY)):
        return None
    return ambiguous("a word for stopping among others")


def _soft_stop(reading: Reading) -> Verdict | None:
    if not reading.of(Sense.SOFT_STOP):
        return None
    limits = any(
        mark.sense in _NOT_FOR_GOOD and reading.tokens[mark.start].text not in _FOR_GOOD for mark in reading.marks
    )
    numbers = reading.numbers
    if limits or numbers.foreign or numbers.time is not None or reading.asks:
        return ambiguous("no messages, but only for a while or in another way?")
    return Verdict(Disposition.STOP, "asks not to be disturbed", LIKELY)


def _length(reading: Reading) -> int:
    return sum(token.kind is Kind.WORD for token in reading.tokens)


def _at_edge(reading: Reading, mark: Mark) -> bool:
    """Tell whether only polite words stand between the word and the start or the end of its clause."""
    clause = reading.clause_of(mark.start)
    polite = {at for other in reading.marks if other.sense in _POLITE for at in range(other.start, other.end)}
    return polite.issuperset(range(clause.start, mark.start)) or polite.issuperset(range(mark.end, clause.stop))


def _is_alone(reading: Reading, mark: Mark) -> bool:
    clause = reading.clause_of(mark.start)
    spoken = {at for other in reading.marks if other.sense in _BESIDE_ALONE for at in range(other.start, other.end)}
    return spoken.issuperset(clause)


def _about_a_shift(reading: Reading, mark: Mark) -> bool:
    return any(reading.tokens[at].text.startswith(_ABOUT_A_SHIFT) for at in reading.clause_of(mark.start))
