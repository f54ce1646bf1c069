"""What one rule decides, and how a reply is made of it."""

import datetime as dt
from dataclasses import dataclass

from dispatch.sms.grammar.outcome import Disposition, Reply
from dispatch.sms.grammar.reading import Reading
from dispatch.sms.grammar.senses import StatedDate, StatedDay

PLAIN, LIKELY, OPEN = 1.0, 0.9, 0.5
"""Confidence: said in so many words, follows from the words, and undecided."""

_MENDED, _UNKNOWN_WORD, _LEAST = 0.9, 0.97, 0.3
_NAMES_NO_CODE = frozenset(
    {
        Disposition.STOP,
        Disposition.START,
        Disposition.LINK,
        Disposition.UNKNOWN,
        Disposition.WRONG_NUMBER,
        Disposition.MISSING,
    },
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule decides.

    Attributes:
        disposition: what the text means.
        why: one sentence for a person, without the text.
        confidence: how plainly it was said.
        minutes: the length of time that belongs to it.
        party: the number of people that belongs to it.
        stated_time: the time of day that belongs to it.
        stated_day: the day it is about, where the text names several.
        stated_date: the date it is about.
        unclear_day: it names a day that nobody can place.
        numbers: the list numbers of the missing.
        codeless: a number that might be a code was read as something else.
    """

    disposition: Disposition
    why: str
    confidence: float = PLAIN
    minutes: int | None = None
    party: int | None = None
    stated_time: dt.time | None = None
    stated_day: StatedDay | None = None
    stated_date: StatedDate | None = None
    unclear_day: bool = False
    numbers: tuple[int, ...] = ()
    codeless: bool = False


def ambiguous(why: str) -> Verdict:
    """Return the verdict that asks back."""
    return Verdict(Disposition.AMBIGUOUS, why, OPEN)


def finish(reading: Reading, verdict: Verdict) -> Reply:
    """Make the reply of a verdict: add the code and the day when the text names exactly one."""
    codes, days = reading.numbers.codes, reading.days()
    named = len(codes) == 1 and not verdict.codeless and verdict.disposition not in _NAMES_NO_CODE
    decided = verdict.stated_day or verdict.stated_date or verdict.unclear_day
    confidence = verdict.confidence * (_MENDED if reading.mended else 1.0) * _UNKNOWN_WORD ** len(reading.unknown)
    return Reply(
        disposition=verdict.disposition,
        code=codes[0] if named else None,
        numbers=verdict.numbers,
        minutes=verdict.minutes,
        party=verdict.party,
        stated_day=days[0] if len(days) == 1 and not decided else verdict.stated_day,
        stated_date=verdict.stated_date,
        unclear_day=verdict.unclear_day,
        stated_time=verdict.stated_time,
        confidence=round(max(confidence, _LEAST), 2),
        why=verdict.why,
    )
