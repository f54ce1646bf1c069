"""Which day a word about a seat is said of: the one its clause names, and never a guess."""

from collections.abc import Sequence
from typing import NamedTuple

from dispatch.sms.grammar.dates import begins_span, is_span
from dispatch.sms.grammar.outcome import Context
from dispatch.sms.grammar.phrases import Mark
from dispatch.sms.grammar.reading import Reading
from dispatch.sms.grammar.senses import StatedDate, StatedDay

_ASKED_FOR_ONE_OR_TWO = frozenset(
    {Context.OFFER, Context.BOOKED_OFFER, Context.PROMOTION, Context.RECONFIRM, Context.CHANGE}
)
_NO = 2
BARE_DAYS = range(13, 32)
"""A lone number of these can only be a day of the month; a smaller one may be an hour, a head count, a choice."""


class Occasion(NamedTuple):
    """The day something is said of.

    Attributes:
        day: named by a word.
        date: named by a date.
        unclear: it names a day or a number that nobody can place: nothing may be done to a seat.
    """

    day: StatedDay | None = None
    date: StatedDate | None = None
    unclear: bool = False


def occasion_of(reading: Reading, marks: Sequence[Mark]) -> Occasion:
    """Return the day phrases speak of: those in their clauses, else those of the whole text."""
    clauses = {at for mark in marks for at in reading.clause_of(mark.start)}
    words = [(mark.value, mark.start, mark.end) for mark in reading.marks if isinstance(mark.value, StatedDay)]
    dates = [(dated.date, dated.start, dated.end) for dated in (*reading.dates.found, *reading.dates.possible)]
    listed = _with_lists(clauses, sorted((start, end) for _, start, end in (*words, *dates)))
    if listed:
        words = [word for word in words if word[1] in listed]
        dates = [date for date in dates if date[1] in listed]
    days = list(dict.fromkeys(word[0] for word in words))
    stated = list(dict.fromkeys(date[0] for date in dates))
    spans = any(begins_span(reading.tokens, at) or is_span(reading.tokens, at) for _, at, _ in words)
    unclear = reading.dates.vague or spans or len(days) > 1 or len(stated) > 1
    return Occasion(days[0] if days else None, stated[0] if len(stated) == 1 else None, unclear)


def _with_lists(clauses: set[int], spans: Sequence[tuple[int, int]]) -> set[int]:
    """Return where the days in these clauses begin, with those that only a comma parts from them: `25.11, 26.11`."""
    row: list[int] = []
    found: set[int] = set()
    ended = -1
    for start, end in spans:
        row = [*row, start] if start == ended else [start]
        if any(at in clauses for at in row):
            found.update(row)
        ended = end
    return found


def refused_occasion(reading: Reading, refusals: Sequence[Mark], context: Context) -> Occasion:
    """Return the day a no speaks of; a number beside it that is nothing else is a day of the month, or unclear."""
    said, numbers = occasion_of(reading, refusals), reading.numbers
    bare = [number.value for number in numbers.plain]
    bare += [number for number in numbers.spelled if number in BARE_DAYS]
    if numbers.on is not None and numbers.on.value in BARE_DAYS:
        bare.append(numbers.on.value)
    if context in _ASKED_FOR_ONE_OR_TWO and _NO in bare:
        bare.remove(_NO)
    strange = numbers.unplaced or numbers.minutes is not None or len(numbers.codes) > 1
    alone = said.day is None and said.date is None and len(bare) == 1 and bare[0] in BARE_DAYS
    if alone and not strange:
        return said._replace(date=StatedDate(bare[0]))
    return said._replace(unclear=said.unclear or strange or bool(bare))
