"""What a text is to the classifier: the words, pieces of words and senses in it, and what the rules make of it."""

from collections.abc import Iterator
from itertools import pairwise
from zlib import crc32

from dispatch.sms.grammar.normalise import Kind
from dispatch.sms.grammar.outcome import Context, Disposition
from dispatch.sms.grammar.reading import Reading
from dispatch.sms.grammar.verdict import Verdict

BUCKETS = 1 << 16
"""How many places there are for features; two that share one are told apart by their others."""

_PIECES = (3, 4, 5)
_SMALLEST_CODE = 31


def buckets(reading: Reading, context: Context, verdict: Verdict | None) -> list[int]:
    """Return the places of a text's features, ascending, each once; the same on every machine.

    Args:
        reading: what the text says.
        context: what was asked.
        verdict: what the rules decide; None leaves them out, as for texts the rules were made from.
    """
    return sorted({crc32(feature.encode()) % BUCKETS for feature in features(reading, context, verdict)})


def features(reading: Reading, context: Context, verdict: Verdict | None) -> Iterator[str]:
    """Yield the features of a text by name."""
    words = [_word(token.text) for token in reading.tokens]
    yield from _of_words(words, context)
    yield from _of_senses(reading, words, context)
    yield from _of_numbers(reading, context)
    for token in reading.tokens:
        if token.kind is Kind.WORD:
            yield from _pieces(f"<{token.text}>")
    if verdict is not None:
        yield from _of_rules(verdict, context)


def kind_of(disposition: Disposition) -> Disposition:
    """Return what the classifier tells apart: whether a no declines or cancels is for the context to say."""
    return Disposition.DECLINE if disposition is Disposition.CANCEL else disposition


def _word(text: str) -> str:
    """Return a word, every code as the same one: which offer it names says nothing about the answer."""
    return "#" if text.isdecimal() and int(text) >= _SMALLEST_CODE else text


def _of_words(words: list[str], context: Context) -> Iterator[str]:
    yield f"length {min(len(words), 12)}"
    yield f"context {context}"
    yield f"context {context} {min(len(words), 3)}"
    for word in words:
        yield f"word {word}"
        yield f"asked {context} {word}"
    edged = ["<", *words, ">"]
    yield from (f"pair {first} {second}" for first, second in pairwise(edged))
    yield from (f"around {first} {second}" for first, second in zip(edged, edged[2:], strict=False))


def _of_senses(reading: Reading, words: list[str], context: Context) -> Iterator[str]:
    senses = [str(mark.sense) for mark in reading.marks]
    for sense in senses:
        yield f"sense {sense}"
        yield f"sense {sense} {context}"
    yield from (f"senses {first} {second}" for first, second in pairwise(["<", *senses, ">"]))
    meant = list(words)
    for mark in reading.marks:
        for at in range(mark.start, mark.end):
            meant[at] = str(mark.sense)
    yield from (f"mixed {first} {second}" for first, second in pairwise(meant))
    yield f"unknown {min(len(reading.unknown), 6)}"
    if reading.asks:
        yield "asks"


def _of_numbers(reading: Reading, context: Context) -> Iterator[str]:
    numbers = reading.numbers
    yield f"codes {min(len(numbers.codes), 2)}"
    yield f"codes {min(len(numbers.codes), 2)} {context}"
    yield f"plain {min(len(numbers.plain), 2)}"
    if numbers.stated_time is not None:
        yield "time"
    if numbers.foreign:
        yield "foreign"
    if reading.minutes() is not None:
        yield "minutes"


def _pieces(word: str) -> Iterator[str]:
    for length in _PIECES:
        yield from (f"piece {word[at : at + length]}" for at in range(len(word) - length + 1))


def _of_rules(verdict: Verdict, context: Context) -> Iterator[str]:
    decided = kind_of(verdict.disposition)
    yield f"rules {decided}"
    yield f"rules {decided} {context}"
    yield f"rules {verdict.why}"
    yield f"rules {decided} {context} {verdict.why}"
