"""What the rules decide and what the classifier takes the text for, weighed against each other.

The rules keep the veto: a no or a stop of theirs never becomes a yes, and where they read a yes that the
classifier does not, the man is asked. The classifier decides where the rules know the words too little; the surer it
must be, the more an error would cost.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from dispatch.sms.grammar.acceptance import people_of
from dispatch.sms.grammar.attendance import delay_of
from dispatch.sms.grammar.classifier import Opinion, opinion
from dispatch.sms.grammar.features import kind_of
from dispatch.sms.grammar.occasion import occasion_of, refused_occasion
from dispatch.sms.grammar.outcome import Context, Disposition
from dispatch.sms.grammar.reading import Reading
from dispatch.sms.grammar.senses import Sense
from dispatch.sms.grammar.verdict import LIKELY, OPEN, Verdict, ambiguous

_LEAST_SURE: Final = 0.4
_SURE: Final[Mapping[Disposition, float]] = MappingProxyType(
    {
        Disposition.ACCEPT: 0.93,
        Disposition.STOP: 0.9,
        Disposition.START: 0.9,
        Disposition.WRONG_NUMBER: 0.8,
        Disposition.DECLINE: 0.6,
    }
)
"""How probable it must be before it outweighs the rules; measured on texts that neither had seen."""

_DOUBTED_YES: Final = 0.7
"""A yes of the rules that is less probable is asked back."""

_LEAST_REASONED: Final = 4
"""Words of the shortest text that gives a seat back and says why."""

_MAY_BECOME_A_YES: Final = frozenset(
    {Disposition.AMBIGUOUS, Disposition.UNKNOWN, Disposition.ON_WAY, Disposition.ARRIVED}
)
_BY_RULES_ONLY: Final = frozenset({Disposition.LINK, Disposition.MISSING})
"""What is read from one word, or from a list of numbers."""

_WITH_CODE: Final = frozenset({Context.OFFERS, Context.WHICH})
_UNASKED: Final = frozenset({Context.NONE, Context.BOOKED, Context.ETA})
_SEATED: Final = frozenset(
    {Context.BOOKED, Context.RECONFIRM, Context.CHANGE, Context.ETA, Context.NOTICE, Context.PRESENT, Context.NONE}
)
_REFUSING: Final = (Sense.REFUSE, Sense.CANCEL, Sense.UNTIMELY, Sense.BUSY, Sense.NO)


def weigh(reading: Reading, context: Context, ruled: Verdict) -> Verdict:
    """Return the verdict of both; never a yes where the rules read a no or a stop."""
    if ruled.disposition in _BY_RULES_ONLY or not reading.tokens or _is_bare_number(reading):
        return ruled
    heard = opinion(reading, context, ruled)
    if ruled.disposition is Disposition.ACCEPT:
        sure = heard.shares[Disposition.ACCEPT] >= _DOUBTED_YES
        return ruled if sure else ambiguous("a yes in words that mostly are none")
    if ruled.disposition is Disposition.STOP and not _only_leaves_a_shift(reading, heard):
        return ruled
    if heard.kind is kind_of(ruled.disposition) or heard.probability < _SURE.get(heard.kind, _LEAST_SURE):
        return ruled
    return _outweighed(reading, context, ruled, heard)


def _only_leaves_a_shift(reading: Reading, heard: Opinion) -> bool:
    """Tell whether he takes himself off one list, with a reason, and not off ours: `вычеркните меня, заболел`."""
    gives_up = heard.kind is Disposition.DECLINE and heard.probability >= _SURE[Disposition.STOP]
    return gives_up and len(reading.tokens) >= _LEAST_REASONED


def _is_bare_number(reading: Reading) -> bool:
    """Tell whether a text is figures alone: what these answer is laid down, and nothing to be learned."""
    return all(token.text.isdecimal() for token in reading.tokens)


def _outweighed(reading: Reading, context: Context, ruled: Verdict, heard: Opinion) -> Verdict:
    verdict = _verdict_of(reading, context, ruled, heard.kind)
    return ruled if verdict is None else replace(verdict, confidence=round(min(LIKELY, heard.probability), 2))


def _verdict_of(reading: Reading, context: Context, ruled: Verdict, kind: Disposition) -> Verdict | None:
    """Return what a kind comes to with the numbers and days of the text; None where they do not fit."""
    why = f"such words mostly mean {kind}; by the rules: {ruled.why}"
    match kind:
        case Disposition.ACCEPT:
            return _accepted(reading, context, ruled, why)
        case Disposition.DECLINE:
            return _refused(reading, context, why)
        case Disposition.LATE:
            minutes, codeless = delay_of(reading)
            day, date, unclear = occasion_of(reading, reading.of(Sense.LATE, Sense.LATER, Sense.UNTIMELY))
            named = {"stated_day": day, "stated_date": date, "unclear_day": unclear}
            time = reading.numbers.time
            return Verdict(kind, why, minutes=minutes, stated_time=time, codeless=codeless, **named)
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
    if not asked or ruled.disposition not in _MAY_BECOME_A_YES or people is None or len(numbers.codes) > 1:
        return None
    time = numbers.stated_time
    return Verdict(Disposition.ACCEPT, why, minutes=reading.minutes(), party=people or None, stated_time=time)


def _refused(reading: Reading, context: Context, why: str) -> Verdict | None:
    if context is Context.BOOKED_OFFER:
        return None  # the seat or the offer?
    kind = Disposition.CANCEL if context in _SEATED else Disposition.DECLINE
    day, date, unclear = refused_occasion(reading, reading.of(*_REFUSING), context)
    return Verdict(kind, why, stated_day=day, stated_date=date, unclear_day=unclear)
