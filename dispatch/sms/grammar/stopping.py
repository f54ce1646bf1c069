"""The wish for no more messages: never missed, never invented."""

from collections.abc import Mapping
from types import MappingProxyType

from dispatch.sms.grammar.normalise import Gap, Kind
from dispatch.sms.grammar.outcome import Context, Disposition
from dispatch.sms.grammar.phrases import Mark
from dispatch.sms.grammar.reading import Reading
from dispatch.sms.grammar.senses import Sense
from dispatch.sms.grammar.verdict import LIKELY, Verdict, ambiguous

_POLITE = frozenset({Sense.FILLER, Sense.THANKS, Sense.GREETING, Sense.REGRET, Sense.FAREWELL})
_BESIDE_ALONE = _POLITE | {Sense.STOP_ALONE, Sense.NO, Sense.UNWANTED, Sense.REFUSE, Sense.MESSAGES, Sense.REMOVE}
_NOT_FOR_GOOD = frozenset(
    {
        *(Sense.YES, Sense.COME, Sense.GO, Sense.ON_WAY, Sense.ARRIVED, Sense.BUSY, Sense.CALL, Sense.LATE),
        *(Sense.DAY, Sense.BUT, Sense.WRITE, Sense.MAYBE, Sense.OTHER, Sense.APPEAL),
    },
)
_RATHER = frozenset({"лучше", "better", "mejor", "inkabb", "яхшиси", "напишите", "напиши", "instead"})
_ON_HIS_WAY = frozenset(
    {Sense.YES, Sense.COME, Sense.GO, Sense.ON_WAY, Sense.ARRIVED, Sense.CALL, Sense.LATE, Sense.WRITE, Sense.BUSY}
    | {Sense.MAYBE, Sense.DAY}
)
"""What in another clause shows that he asks for quiet only now: `не беспокойте, уже еду`."""

_FOR_GOOD = frozenset({"больше", "more", "mas"})
ABOUT_A_SHIFT = (
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

_LEAVES = frozenset({"baja", "меня", "me", "off", "quitenme", "quiteme"})
_LISTS = frozenset({"список", "списка", "списков", "list", "lista", "listarol", "listabol", "рухат", "рўйхат"})
"""Lists that are also made of the men of one day."""

_REMOVAL = frozenset({"remove", "delete", "удалите", "удалить", "удали"})
_REFUSES = ("отказ", "refus", "rechaz")
"""Beginnings of words that refuse a thing; "I cannot" refuses only to come."""

_WRITE_DOWN = frozenset({"пишите", "пиши", "писать", "записывайте", "запишите"})
_WRITE_BACK = frozenset({"отпишите", "отпиши", "отпишитесь"})
_SHORT_TEXT = 8


def stop(reading: Reading, _context: Context) -> Verdict | None:
    """Stop on any phrasing, in every context; ask back on the bare word with a code, and on "not now"."""
    if any(not (_asks_to_write(reading, mark) or _leaves_a_shift(reading, mark)) for mark in reading.of(Sense.STOP)):
        return Verdict(Disposition.STOP, "asks for no more messages")
    rules = (_stop_word, _built, _stop_alone, _removal, _soft_stop, _weary)
    return next((verdict for rule in rules if (verdict := rule(reading)) is not None), None)


def _stop_word(reading: Reading) -> Verdict | None:
    words = reading.of(Sense.STOP_WORD)
    if not words:
        return None
    if reading.numbers.codes:
        return ambiguous("the stop word beside a code: all messages, or this offer?")
    if reading.ends_asking and reading.senses & {Sense.TOPIC, Sense.ASK}:
        return ambiguous("the stop word, or an exclamation before a question?")
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
        if mark.sense is Sense.REMOVE and _is_list_of_a_day(reading, mark):
            continue
        named = beside & _OBJECTS[mark.sense]
        if named and not beside & {Sense.ASK, Sense.HELP} and not _about_a_shift(reading, mark):
            return Verdict(Disposition.STOP, "asks for no more messages", LIKELY)
    return None


def _stop_alone(reading: Reading) -> Verdict | None:
    words = reading.of(Sense.STOP_ALONE)
    if any(_is_alone(reading, mark) for mark in words):
        return Verdict(Disposition.STOP, "says enough, and nothing else", LIKELY)
    return None


def _removal(reading: Reading) -> Verdict | None:
    """Read the bare word for taking off, said without what: of the list he is on."""
    words = [token.text for token in reading.tokens]
    bare = bool(words) and words[0] in _REMOVAL and reading.senses <= _POLITE | {Sense.REMOVE}
    bare = bare and not any(word.startswith(ABOUT_A_SHIFT) for word in words)
    if not bare or reading.unknown or reading.numbers.taken or reading.asks:
        return None
    return Verdict(Disposition.STOP, "asks to be removed", LIKELY)


def _weary(reading: Reading) -> Verdict | None:
    if reading.asks or not reading.of(Sense.STOP_ALONE, Sense.WEARY):
        return None
    return ambiguous("a word for stopping among others")


def _asks_to_write(reading: Reading, mark: Mark) -> bool:
    """Tell whether `отпишите` means "write back": beside a question it does."""
    bare = mark.end - mark.start == 1 and reading.tokens[mark.start].text in _WRITE_BACK
    return bare and bool(reading.senses & {Sense.ASK, Sense.TOPIC})


def _leaves_a_shift(reading: Reading, mark: Mark) -> bool:
    """Tell whether "take me off" speaks of a shift: `dar de baja del turno`."""
    leaves = reading.tokens[mark.end - 1].text in _LEAVES
    return leaves and not reading.of(Sense.MESSAGES) and _about_a_shift(reading, mark)


def _soft_stop(reading: Reading) -> Verdict | None:
    if not reading.of(Sense.SOFT_STOP):
        return None
    if all(_turns_down_a_booking(reading, mark) for mark in reading.of(Sense.SOFT_STOP)):
        return None
    clauses = {at for mark in reading.of(Sense.SOFT_STOP) for at in reading.clause_of(mark.start)}
    limits = any(
        mark.sense in (_NOT_FOR_GOOD if mark.start in clauses else _ON_HIS_WAY)
        and reading.tokens[mark.start].text not in _FOR_GOOD
        for mark in reading.marks
    )
    limits = limits or any(token.text in _RATHER for token in reading.tokens)
    numbers = reading.numbers
    asks = all(_asks_in(reading, mark) for mark in reading.of(Sense.SOFT_STOP))
    if limits or numbers.foreign or numbers.time is not None or asks:
        return ambiguous("no messages, but only for a while or in another way?")
    return Verdict(Disposition.STOP, "asks not to be disturbed", LIKELY)


def _is_list_of_a_day(reading: Reading, mark: Mark) -> bool:
    """Tell whether he is to be taken off the list of one day: `вычеркните из списка на завтра`."""
    clause = reading.clause_of(mark.start)
    words = {reading.tokens[other.start].text for other in reading.of(Sense.LISTING)}
    return bool(words) and words <= _LISTS and any(day.start in clause for day in reading.of(Sense.DAY))


def _asks_in(reading: Reading, mark: Mark) -> bool:
    end = reading.clause_of(mark.start).stop
    return reading.tokens[end].gap is Gap.QUESTION if end < len(reading.tokens) else reading.ends_asking


def _turns_down_a_booking(reading: Reading, mark: Mark) -> bool:
    """Tell whether he asks not to be written down, and not to be written to: `на эту меня не пишите`."""
    words = {reading.tokens[at].text for at in reading.clause_of(mark.start)}
    writes = reading.tokens[mark.end - 1].text in _WRITE_DOWN or reading.tokens[mark.start].text in _WRITE_DOWN
    return writes and bool(words & {"меня", "нас"}) and not words & {"мне", "больше", "никогда"}


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
    return any(reading.tokens[at].text.startswith(ABOUT_A_SHIFT) for at in reading.clause_of(mark.start))
