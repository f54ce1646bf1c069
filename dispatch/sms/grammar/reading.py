"""Put words, phrases and numbers together into one reading of a text, with negations resolved."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dispatch.sms.grammar.construal import construe
from dispatch.sms.grammar.dates import Dates, find_dates
from dispatch.sms.grammar.letters import look_alikes, other_keyboard
from dispatch.sms.grammar.negation import negate
from dispatch.sms.grammar.normalise import MAX_LENGTH, Gap, Kind, Normalised, Token, normalise
from dispatch.sms.grammar.numbers import Numbers, find_numbers
from dispatch.sms.grammar.phrases import Mark, find_marks
from dispatch.sms.grammar.senses import Sense, StatedDay
from dispatch.sms.grammar.spelling import spell_out
from dispatch.sms.grammar.vocabulary import Branch, Meaning, vocabulary

_MOST_UNSURE = 3
"""One word in so many may stay unknown in a text that was typed on the wrong keyboard."""
_LONGEST_SLIPPED = 24
"""Words a man types before he notices that the keyboard is the wrong one."""
_SO_FAR = frozenset({"уже", "already", "ya", "mar"})
"""Before a length of time: how long it has been so."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says, before it is known what was asked.

    Attributes:
        tokens: the recognised words.
        marks: the phrases found, in order, negations applied.
        senses: every sense among them.
        numbers: the numbers found.
        dates: the dates found; none in the answer of a crew lead, who sends the numbers of a list.
        unknown: positions of words no phrase covers; a signature is no unknown word.
        asks: it holds a question mark.
        ends_asking: it ends with one.
        dashed: it is a dash, alone or beside one number.
        mended: a word was recognised only after mending its spelling.
        languages: the languages that only its words belong to, as positions of their lexicons.
    """

    tokens: tuple[Token, ...]
    marks: tuple[Mark, ...]
    senses: frozenset[Sense]
    numbers: Numbers
    dates: Dates
    unknown: tuple[int, ...]
    asks: bool
    ends_asking: bool
    dashed: bool
    mended: bool
    languages: frozenset[int] = frozenset()

    def of(self, *senses: Sense) -> list[Mark]:
        """Return the phrases of these senses, in order."""
        return [mark for mark in self.marks if mark.sense in senses]

    def days(self) -> list[StatedDay]:
        """Return the days named, in order, without repeats."""
        named = [mark.value for mark in self.marks if isinstance(mark.value, StatedDay)]
        return list(dict.fromkeys(named))

    def minutes(self) -> int | None:
        """Return the length of time the text names, in minutes."""
        named = [
            mark.value
            for mark in self.of(Sense.DURATION)
            if isinstance(mark.value, int) and not (mark.start > 0 and self.tokens[mark.start - 1].text in _SO_FAR)
        ]
        return self.numbers.minutes if self.numbers.minutes is not None else max(named, default=None)

    def parties(self) -> set[int]:
        """Return every size of a party the text names."""
        named = {mark.value for mark in self.of(Sense.PARTY) if isinstance(mark.value, int)}
        return named if self.numbers.party is None else named | {self.numbers.party}

    def party(self) -> int | None:
        """Return the size of the party, when the text names exactly one."""
        parties = self.parties()
        return parties.pop() if len(parties) == 1 else None

    def clause_of(self, position: int) -> range:
        """Return the positions of the clause around a token, cut at punctuation; none in a text without tokens."""
        if not self.tokens:
            return range(0)
        start = end = position
        while start > 0 and self.tokens[start].gap < Gap.COMMA:
            start -= 1
        end = position + 1
        while end < len(self.tokens) and self.tokens[end].gap < Gap.COMMA:
            end += 1
        return range(start, end)


def read(text: str, tree: Branch[Meaning]) -> Reading:
    """Read a text; if it makes no sense but the same keys on the other keyboard do, read that."""
    dated = tree is not vocabulary().rollcall
    plain = _read(normalise(text, dated=dated), tree)
    words = [position for position, token in enumerate(plain.tokens) if token.kind is Kind.WORD]
    strange = [position for position in plain.unknown if plain.tokens[position].kind is Kind.WORD]
    if not strange or 2 * len(strange) < len(words) or len(words) > _LONGEST_SLIPPED:
        return plain
    for twin in (look_alikes(text[:MAX_LENGTH]), *other_keyboard(text[:MAX_LENGTH])):
        other = _read(normalise(twin, dated=dated), tree)
        apart = len(words) == 1 and any(token.gap >= Gap.COMMA for token in other.tokens)
        if other.marks and not apart and _MOST_UNSURE * len(other.unknown) <= len(words):
            return other
    return plain


def _read(text: Normalised, tree: Branch[Meaning]) -> Reading:
    return _interpret(spell_out(text), tree, asks=text.asks, ends_asking=text.ends_asking, dashed=text.dashed)


def part_of(reading: Reading, start: int, end: int) -> Reading:
    """Return the reading of some clauses of a text, as if nothing else had been written."""
    tokens = reading.tokens[start:end]
    ends_asking = reading.tokens[end].gap is Gap.QUESTION if end < len(reading.tokens) else reading.ends_asking
    asks = ends_asking or any(token.gap is Gap.QUESTION for token in tokens[1:])
    if tokens:
        tokens = (replace(tokens[0], gap=Gap.NONE), *tokens[1:])
    return _interpret(tokens, vocabulary().answers, asks=asks, ends_asking=ends_asking, dashed=False)


def _interpret(
    tokens: tuple[Token, ...], tree: Branch[Meaning], *, asks: bool, ends_asking: bool, dashed: bool
) -> Reading:
    dates = Dates() if tree is vocabulary().rollcall else find_dates(tokens)
    numbers = find_numbers(tokens, dates.taken)
    found = _without_homographs(tokens, find_marks(tokens, tree, numbers.taken))
    spoken = (vocabulary().languages.get(token.text) for token in tokens)
    languages = frozenset(language for language in spoken if language is not None)
    construed, unknown = construe(tokens, found, numbers.taken, languages)
    marks = tuple(negate(tokens, construed))
    return Reading(
        tokens=tokens,
        marks=marks,
        senses=frozenset(mark.sense for mark in marks),
        numbers=numbers,
        dates=dates,
        unknown=unknown,
        asks=asks,
        ends_asking=ends_asking,
        dashed=dashed,
        mended=any(token.mended for token in tokens),
        languages=languages,
    )


def _without_homographs(tokens: Sequence[Token], marks: list[Mark]) -> list[Mark]:
    """Decide between two languages' meanings of one word by the other words of the text."""
    spoken = {language for token in tokens if (language := vocabulary().languages.get(token.text)) is not None}
    resolved = []
    for mark in marks:
        language, meaning = vocabulary().homographs.get(tokens[mark.start].text, (None, None))
        alone = mark.end - mark.start == 1
        if alone and meaning is not None and language in spoken:
            resolved.append(replace(mark, sense=meaning.sense, value=meaning.value))
        else:
            resolved.append(mark)
    return resolved
