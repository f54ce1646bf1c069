"""A yes: only a plain one, with every word of the text accounted for."""

from collections.abc import Iterator

from dispatch.sms.grammar.normalise import Kind
from dispatch.sms.grammar.outcome import Context, Disposition
from dispatch.sms.grammar.reading import Reading
from dispatch.sms.grammar.senses import Sense, StatedDay
from dispatch.sms.grammar.verdict import LIKELY, PLAIN, Verdict, ambiguous

_SMALL_TALK = frozenset({Sense.FILLER, Sense.THANKS, Sense.GREETING})
_ASSENTS = frozenset({Sense.YES, Sense.COME, Sense.GO, Sense.OKAY})
_HARMLESS = (
    _SMALL_TALK | _ASSENTS | {Sense.LEAN, Sense.UNDERSTOOD, Sense.RECEIVED, Sense.DAY, Sense.PARTY, Sense.FAREWELL}
)
_POLITENESS = _SMALL_TALK | {Sense.YES, Sense.OKAY, Sense.LEAN, Sense.UNDERSTOOD, Sense.RECEIVED}
_RECEIPTS = frozenset(
    {Sense.YES, Sense.OKAY, Sense.UNDERSTOOD, Sense.RECEIVED, Sense.THANKS, Sense.ALL_WELL, Sense.LEAN},
)

_BARE = _SMALL_TALK | {Sense.DAY, Sense.LISTING}
_ABOUT_A_SEAT = frozenset({Context.RECONFIRM, Context.CHANGE})
_OFFERED = frozenset({Context.OFFER, Context.OFFERS, Context.BOOKED_OFFER, Context.PROMOTION})
_ASKED = frozenset({Context.OFFER, Context.BOOKED_OFFER, Context.PROMOTION}) | _ABOUT_A_SEAT
_SEVERAL = frozenset({Context.OFFERS, Context.WHICH})

_ONLY = frozenset({"только", "only", "csak", "solo", "факат"})
_SUGGESTIONS = frozenset({"давай", "давайте"})
_PLUS = frozenset({"+", "плюс", "plus"})
_LASTING = frozenset({"на", "for"})
_YES, _NO = 1, 2
_LARGEST_PARTY = 9
_LONGEST_WAIT = 90


def accept(reading: Reading, context: Context) -> Verdict | None:
    """Read a yes; one with anything unexplained beside it is asked back."""
    if context is Context.NOTICE:
        return _understood(reading)
    assents = _ASSENTS | {Sense.RECEIVED} if context in _ABOUT_A_SEAT else _ASSENTS
    if context is Context.OFFER and set(reading.days()) - {StatedDay.TODAY}:
        assents |= {Sense.ON_WAY}  # "I am going tomorrow" promises, it does not report
    if not reading.senses & assents:
        return None
    if context in {Context.NONE, Context.BOOKED}:
        return _unasked(reading)
    reason = next(_reservations(reading, context), None)
    if reason is not None:
        return ambiguous(reason)
    return Verdict(
        Disposition.ACCEPT,
        "a plain yes",
        PLAIN if reading.senses & {Sense.YES, Sense.COME} else LIKELY,
        minutes=reading.minutes(),
        party=_party(reading) or None,
        stated_time=reading.numbers.stated_time,
    )


def choose(reading: Reading, context: Context) -> Verdict | None:
    """Read the one code that answers "which one?"; "only 31" is as plain as "31"."""
    numbers = reading.numbers
    if context is not Context.WHICH or len(numbers.codes) != 1 or numbers.plain or reading.unknown or reading.asks:
        return None
    only = all(reading.tokens[mark.start].text in _ONLY for mark in reading.of(Sense.BUT))
    beside = numbers.spelled or numbers.stated_time or numbers.foreign or numbers.party or reading.minutes() is not None
    if beside or not only or not reading.senses <= _BARE | {Sense.BUT}:
        return None
    return Verdict(Disposition.ACCEPT, "names the code that was asked for")


def number_alone(reading: Reading, context: Context) -> Verdict | None:
    """Read an answer that is nothing but numbers: 1, 2, a code, a time."""
    numbers, minutes = reading.numbers, reading.minutes()
    plain = [number.value for number in numbers.plain]
    named = numbers.spelled or numbers.stated_time or numbers.foreign or numbers.party or minutes is not None
    if not (plain or numbers.codes or named):
        return None
    clean = not (reading.unknown or named or reading.asks) and reading.senses <= _SMALL_TALK | {
        Sense.DAY,
        Sense.LISTING,
    }
    if not clean or len(numbers.codes) > 1 or len(plain) > 1:
        return ambiguous("numbers without a word to say what they are")
    answer = plain[0] if plain else None
    if answer == _YES and (context in _ASKED | {Context.NOTICE} or (context in _SEVERAL and numbers.codes)):
        return Verdict(Disposition.ACCEPT, "answers 1, which stands for yes")
    if answer == _NO and (context in _ASKED | {Context.OFFERS} or (context is Context.WHICH and numbers.codes)):
        disposition = Disposition.CANCEL if context in _ABOUT_A_SEAT else Disposition.DECLINE
        return Verdict(disposition, "answers 2, which stands for no")
    return ambiguous("a number that answers nothing asked")


def _understood(reading: Reading) -> Verdict | None:
    """Read the receipt of a notice; who announces that he comes after "do not come" has not understood."""
    if not reading.senses & _RECEIPTS:
        return None
    numbers = [*reading.numbers.codes, *(number.value for number in reading.numbers.plain)]
    clean = not (reading.unknown or reading.asks) and reading.senses <= _RECEIPTS | _SMALL_TALK | {
        Sense.DAY,
        Sense.FAREWELL,
    }
    if not clean or numbers not in ([], [_YES]):
        return ambiguous("a receipt with something else beside it")
    return Verdict(Disposition.ACCEPT, "has understood")


def _unasked(reading: Reading) -> Verdict:
    """Read a yes where nothing was asked: mere politeness, or something to ask about."""
    numbers = reading.numbers.codes or reading.numbers.plain
    if reading.senses <= _POLITENESS and not (numbers or reading.unknown):
        return Verdict(Disposition.UNKNOWN, "a yes where nothing was asked")
    return ambiguous("a promise where nothing was asked")


def _reservations(reading: Reading, context: Context) -> Iterator[str]:
    """Yield why a yes is not a plain one."""
    numbers, days, senses = reading.numbers, reading.days(), reading.senses
    if context in {Context.ETA, Context.PRESENT}:
        yield "a yes where something else was asked"
    if not senses <= _harmless(context) | ({Sense.LISTING} if numbers.codes else set()):  # "yes to number 31"
        yield "a yes with a restriction, a condition or a question"
    if reading.unknown or reading.asks or numbers.foreign:
        yield "a yes with words or numbers that are not understood"
    if len(days) > 1 or len(numbers.codes) > 1 or not _comes_soon(reading, context):
        yield "a yes to several things, or after a while"
    if Sense.UNDERSTOOD in senses and senses & _ASSENTS == {Sense.OKAY} and context in _OFFERED:
        yield "has read it, but promises nothing"
    if Sense.FAREWELL in senses and (_only_suggests(reading) or not senses & {Sense.YES, Sense.COME}):
        yield "an ok and a farewell: which of the two?"
    if days and _only_suggests(reading):
        yield "suggests a day instead of saying yes"
    if _party(reading) is None:
        yield "a yes with a number that may be people, a code or an hour"
    if not numbers.codes and not _answers_the_only_question(reading, context):
        yield "a yes, but several questions are open, or it may speak of the seat he holds"


def _only_suggests(reading: Reading) -> bool:
    words = {reading.tokens[mark.start].text for mark in reading.of(*_ASSENTS)}
    return bool(words) and words <= _SUGGESTIONS


def _answers_the_only_question(reading: Reading, context: Context) -> bool:
    """Tell whether a yes without a code can mean only one thing; a promise to come fits a seat already held."""
    if context is Context.BOOKED_OFFER:
        return bool(reading.senses & {Sense.YES, Sense.OKAY})
    return context not in _SEVERAL


def _harmless(context: Context) -> frozenset[Sense]:
    """Return what may stand beside a yes without touching it."""
    if context in _ABOUT_A_SEAT:
        return _HARMLESS | {Sense.ON_WAY, Sense.ARRIVED, Sense.ALL_WELL}
    if context is Context.PROMOTION:
        return _HARMLESS | {Sense.ON_WAY, Sense.ALL_WELL, Sense.DURATION, Sense.SOON}
    return _HARMLESS | {Sense.ON_WAY} if context is Context.OFFER else _HARMLESS


def _comes_soon(reading: Reading, context: Context) -> bool:
    """Tell whether minutes, where the text names them, say when a man comes who was asked to come at once."""
    minutes = reading.minutes()
    if minutes is None:
        return True
    lasting = reading.numbers.lasting or any(
        reading.tokens[mark.start].text in _LASTING for mark in reading.of(Sense.DURATION)
    )
    return context is Context.PROMOTION and minutes <= _LONGEST_WAIT and not lasting


def _party(reading: Reading) -> int | None:
    """Return how many come, 0 when he does not say, None when a number leaves it open.

    A single digit after a yes is people; after a plus sign it may be anything.
    """
    parties, plain = reading.parties(), reading.numbers.plain
    if len(parties) > 1 or len(plain) > 1 or (parties and plain):
        return None
    if not plain:
        return next(iter(parties), 0)
    value, at = plain[0]
    after_plus = at > 0 and reading.tokens[at - 1].text in _PLUS
    if after_plus or reading.tokens[at].kind is not Kind.NUMBER:
        return None
    if value == _YES:
        return 0
    assents = reading.of(*_ASSENTS)
    follows = any(mark.end <= at for mark in assents) and any(
        mark.end == at for mark in (*assents, *reading.of(Sense.FILLER))
    )
    return value if follows and _YES < value <= _LARGEST_PARTY else None
