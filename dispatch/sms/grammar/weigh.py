"""What the rules decide and what the classifier takes the text for, weighed against each other.

The rules keep the veto: a no or a stop of theirs never becomes a yes, and where they read a yes that the
classifier does not, the man is asked. The classifier decides where the rules know the words too little; the surer it
must be, the more an error would cost.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from dispatch.sms.grammar.acceptance import people_of
from dispatch.sms.grammar.attendance import delay_of, is_day_unclear
from dispatch.sms.grammar.classifier import Opinion, opinion
from dispatch.sms.grammar.features import kind_of
from dispatch.sms.grammar.occasion import occasion_of, refused_occasion
from dispatch.sms.grammar.outcome import Context, Disposition
from dispatch.sms.grammar.reading import Reading
from dispatch.sms.grammar.senses import Sense
from dispatch.sms.grammar.spelling import may_deny
from dispatch.sms.grammar.staying import is_to_stay, prefers_texts, was_by_mistake
from dispatch.sms.grammar.stopping import is_in_part
from dispatch.sms.grammar.verdict import LIKELY, OPEN, Verdict, ambiguous

_LEAST_SURE: Final = 0.4
_SURE: Final[Mapping[Disposition, float]] = MappingProxyType(
    {
        Disposition.ACCEPT: 0.95,
        Disposition.STOP: 0.7,
        Disposition.START: 0.9,
        Disposition.WRONG_NUMBER: 0.8,
        Disposition.DECLINE: 0.6,
    }
)
"""How probable it must be before it outweighs the rules; measured on texts that neither had seen."""

_DOUBTED_YES: Final = 0.7
_DOUBTED_PLAIN_YES: Final = 0.3
"""A yes of the rules that is less probable is asked back: with words they do not know, and without."""

_NO_STOP: Final = 0.05
"""Below this nothing in a text is like a wish for no more messages."""

_ENDING: Final = (
    *("отпис", "игнор", "удал", "завяз", "спам", "отключ", "заблок", "блокир", "черн", "жало", "учир"),
    *("unsub", "delet", "remov", "block", "borr", "bloque", "torl", "ochir"),
)
"""How words begin by which people end things, whatever stands before them."""

_GOING_OUT: Final = frozenset({"выхожу", "выйду", "выходим", "ухожу", "уйду"})
_ON_HIS_WAY: Final = frozenset(
    {"дома", "дому", "квартиры", "подъезда", "метро", "общаги", "общежития", "автобуса", "хаты"}
)
"""Where people come out of on their way to work."""

_FAR_OFF: Final = frozenset({"лет", "года", "веков", "столетий", "жизни", "years", "lifetime", "anos", "ev", "evek"})
"""`приду, лет через десять`: nobody means the shift."""

_STOP_IN_A_NO: Final = 0.9
"""A stop, where the rules read a plain no about the shift."""

_NOT_THE_MAN: Final = 0.1
"""As likely a wrong number makes a stop doubtful: a stranger does not end the texts of the man we look for."""

_GIVES_A_SEAT_BACK: Final = 0.8
"""A no that takes effect at once."""

_LEAVES_A_SHIFT: Final = 0.9
"""A mere no, where the rules read a stop."""

_ABOUT_TEXTS: Final = frozenset({Sense.WRITE, Sense.MESSAGES, Sense.SOFT_STOP})
_LEAST_REASONED: Final = 4
"""Words of the shortest text that gives a seat back and says why."""

_MAY_BECOME_A_YES: Final = frozenset(
    {Disposition.AMBIGUOUS, Disposition.UNKNOWN, Disposition.ON_WAY, Disposition.ARRIVED}
)
_BY_RULES_ONLY: Final = frozenset({Disposition.LINK, Disposition.MISSING})
"""What is read from one word, or from a list of numbers."""

_ASKED_FOR: Final = frozenset({Disposition.APPEAL, Disposition.RESTORE, Disposition.START})
"""What our own texts tell people to answer by one word."""

_WITH_CODE: Final = frozenset({Context.OFFERS, Context.WHICH})
_UNASKED: Final = frozenset({Context.NONE, Context.BOOKED, Context.ETA})
_SEATED: Final = frozenset(
    {Context.BOOKED, Context.RECONFIRM, Context.CHANGE, Context.ETA, Context.NOTICE, Context.PRESENT, Context.NONE}
)
_REFUSING: Final = frozenset(
    {Sense.REFUSE, Sense.CANCEL, Sense.UNTIMELY, Sense.BUSY, Sense.NO, Sense.UNWANTED, Sense.DISAGREE}
)
_NOTHING_BUT_YES: Final = frozenset({Sense.YES, Sense.COME, Sense.OKAY, Sense.FILLER, Sense.THANKS, Sense.GREETING})
_SILENCING: Final = frozenset({Sense.STOP, Sense.STOP_WORD, Sense.STOP_ALONE, Sense.SOFT_STOP, Sense.WEARY})


def weigh(reading: Reading, context: Context, ruled: Verdict) -> Verdict:
    """Return the verdict of both; never a yes where the rules read a no or a stop."""
    asked_for = ruled.disposition in _ASKED_FOR and not reading.unknown
    asked_for = asked_for or is_to_stay(reading) or prefers_texts(reading) or was_by_mistake(reading)
    if asked_for or ruled.disposition in _BY_RULES_ONLY or not reading.tokens or _is_bare_number(reading):
        return ruled
    heard = opinion(reading, context, ruled)
    if ruled.disposition is Disposition.ACCEPT:
        return ambiguous("a yes in words that mostly are none") if _is_doubted(reading, heard) else ruled
    if ruled.disposition is Disposition.STOP and not _only_leaves_a_shift(reading, context, heard):
        return ruled
    settled = heard.kind is kind_of(ruled.disposition) or _names_a_day(ruled) or _is_known_word(reading, heard)
    if heard.kind is Disposition.STOP and (is_in_part(reading) or _is_conditional_yes(reading)):
        return ruled
    if settled or heard.probability < _least_sure(context, ruled.disposition, heard):
        return ruled
    return _outweighed(reading, context, ruled, heard)


def _is_doubted(reading: Reading, heard: Opinion) -> bool:
    """Tell whether a yes of the rules is likelier none; one without a strange word must be all but excluded."""
    least = _DOUBTED_YES if reading.unknown else _DOUBTED_PLAIN_YES
    if not reading.unknown and reading.senses <= _NOTHING_BUT_YES:
        return heard.shares[Disposition.ACCEPT] < least
    if _may_be_a_no(reading):
        return True
    return heard.shares[Disposition.ACCEPT] < least or _may_end_it(reading, heard)


def _is_conditional_yes(reading: Reading) -> bool:
    """Tell whether a yes hangs on something, and nothing is said of messages: `возьму, если больше никто не пойдёт`."""
    silencing = _SILENCING | _ABOUT_TEXTS | {Sense.LISTING, Sense.REMOVE}
    return {Sense.YES, Sense.MAYBE} <= reading.senses and not reading.senses & silencing


def _may_be_a_no(reading: Reading) -> bool:
    """Tell whether a word beside the yes may be a misspelt no: `завтра занет буду`."""
    return any(may_deny(reading.tokens[at].text) for at in reading.unknown)


def _is_known_word(reading: Reading, heard: Opinion) -> bool:
    """Tell whether a text is one word, which the rules know: it says what they say it does, however little."""
    return heard.kind is Disposition.UNKNOWN and len(reading.tokens) == 1 and not reading.unknown


def _names_a_day(ruled: Verdict) -> bool:
    """Tell whether the rules placed a no or a delay on a day: that says more than a kind."""
    placed = ruled.stated_day is not None or ruled.stated_date is not None
    return placed and kind_of(ruled.disposition) in {Disposition.DECLINE, Disposition.LATE}


def _least_sure(context: Context, ruled: Disposition, heard: Opinion) -> float:
    """Return how probable the likeliest kind must be here."""
    stranger = heard.shares[Disposition.WRONG_NUMBER] >= _NOT_THE_MAN
    if heard.kind is Disposition.STOP and (stranger or kind_of(ruled) is Disposition.DECLINE):
        return _STOP_IN_A_NO
    if heard.kind is Disposition.DECLINE and context in _SEATED:
        return _GIVES_A_SEAT_BACK
    return _SURE.get(heard.kind, _LEAST_SURE)


def _only_leaves_a_shift(reading: Reading, context: Context, heard: Opinion) -> bool:
    """Tell whether he takes himself off one list, with a reason, and not off ours: `вычеркните меня, заболел`."""
    if reading.senses & _ABOUT_TEXTS:
        return False
    least = _LEAST_SURE if context in _SEATED else _LEAVES_A_SHIFT
    return heard.kind is Disposition.DECLINE and heard.probability >= least and len(reading.tokens) >= _LEAST_REASONED


def _may_end_it(reading: Reading, heard: Opinion) -> bool:
    """Tell whether a yes may agree to an end of the texts: `согласен на удаление номера`, `выхожу из проекта`."""
    words = [token.text for token in reading.tokens]
    out = [at for at, two in enumerate(pairwise(words)) if two[0] in _GOING_OUT and two[1] == "из"]
    leaves = any(_ON_HIS_WAY.isdisjoint(words[at + 2 : at + 4]) for at in out)
    return leaves or heard.shares[Disposition.STOP] >= _NO_STOP or any(word.startswith(_ENDING) for word in words)


def _is_bare_number(reading: Reading) -> bool:
    """Tell whether a text is figures alone: what these answer is laid down, and nothing to be learned."""
    return all(token.text.isdecimal() for token in reading.tokens)


def _outweighed(reading: Reading, context: Context, ruled: Verdict, heard: Opinion) -> Verdict:
    verdict = _verdict_of(reading, context, ruled, heard)
    return ruled if verdict is None else replace(verdict, confidence=round(min(LIKELY, heard.probability), 2))


def _verdict_of(reading: Reading, context: Context, ruled: Verdict, heard: Opinion) -> Verdict | None:
    """Return what a kind comes to with the numbers and days of the text; None where they do not fit."""
    kind = heard.kind
    why = f"such words mostly mean {kind}; by the rules: {ruled.why}"
    match kind:
        case Disposition.ACCEPT:
            return None if _may_end_it(reading, heard) else _accepted(reading, context, ruled, why)
        case Disposition.DECLINE:
            return _refused(reading, context, why)
        case Disposition.LATE:
            return _late(reading, why)
        case Disposition.ON_WAY:
            return Verdict(
                kind, why, minutes=reading.minutes(), party=reading.party(), stated_time=reading.numbers.time
            )
        case Disposition.ARRIVED:
            return Verdict(kind, why, party=reading.party())
        case _:
            return None if kind in _BY_RULES_ONLY else Verdict(kind, why, OPEN)


def _accepted(reading: Reading, context: Context, ruled: Verdict, why: str) -> Verdict | None:
    numbers, people = reading.numbers, people_of(reading)
    asked = context not in _UNASKED and (len(numbers.codes) == 1 or context not in _WITH_CODE)
    vetoed = ruled.disposition not in _MAY_BECOME_A_YES or reading.senses & (_REFUSING | _SILENCING | {Sense.LISTING})
    far_off = any(reading.tokens[at].text in _FAR_OFF for at in reading.unknown)
    if not asked or vetoed or far_off or _may_be_a_no(reading) or people is None or len(numbers.codes) > 1:
        return None
    time = numbers.stated_time
    return Verdict(Disposition.ACCEPT, why, minutes=reading.minutes(), party=people or None, stated_time=time)


def _late(reading: Reading, why: str) -> Verdict | None:
    minutes, codeless = delay_of(reading)
    said = occasion_of(reading, reading.of(Sense.LATE, Sense.LATER, Sense.UNTIMELY))
    if is_day_unclear(reading, said):
        return None
    return Verdict(
        Disposition.LATE,
        why,
        minutes=minutes,
        stated_time=reading.numbers.time,
        stated_day=said.day,
        stated_date=said.date,
        codeless=codeless,
    )


def _refused(reading: Reading, context: Context, why: str) -> Verdict | None:
    if context is Context.BOOKED_OFFER or reading.ends_asking:
        return None  # the seat or the offer? a no, or a question about one?
    kind = Disposition.CANCEL if context in _SEATED else Disposition.DECLINE
    day, date, unclear = refused_occasion(reading, reading.of(*_REFUSING), context)
    return Verdict(kind, why, stated_day=day, stated_date=date, unclear_day=unclear)
