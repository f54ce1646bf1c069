"""Put words, phrases and numbers together into one reading of a text, with negations resolved."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from dispatch.sms.grammar.dates import Dates, find_dates
from dispatch.sms.grammar.letters import look_alikes, other_keyboard
from dispatch.sms.grammar.normalise import MAX_LENGTH, Gap, Kind, Normalised, Token, normalise
from dispatch.sms.grammar.numbers import Numbers, find_numbers
from dispatch.sms.grammar.phrases import Mark, find_marks, is_name
from dispatch.sms.grammar.senses import STOPPING, Sense, StatedDay
from dispatch.sms.grammar.spelling import spell_out
from dispatch.sms.grammar.vocabulary import ENGLISH_POSITION, NEGATING_INSIDE, Branch, Meaning, vocabulary

_AUXILIARIES = frozenset({"буду", "будем", "be", "leszek", "estare", "буламан", "bolaman"})
_AFTER_AUXILIARY = frozenset(
    {Sense.REFUSE, Sense.BUSY, Sense.LATE, Sense.LATER, Sense.ON_WAY, Sense.ARRIVED, Sense.MAYBE}
)
_PRONOUNS = frozenset({"i", "we", "yo", "я", "мы"})
_FREE_STANDING_NO = frozenset({"no", "nem", "not"})
_NEGATIONS = frozenset({"no", "nem", "not", "не", "ne"})
"""Words after which a verb is still negated, at the end of a longer no too: `lamentablemente no | puedo`."""

_ADDRESSES = frozenset(
    {
        *("брат", "братан", "бро", "шеф", "начальник", "босс", "друг", "командир"),
        *("пожалуйста", "извините", "сорри", "sorry", "bro", "sir", "boss", "ака", "ake"),
    },
)
_MOST_MARKS_APART = 2
_LONGEST_SLIPPED = 24
"""Words a man types before he notices that the keyboard is the wrong one."""
_SUBJECTS = frozenset({"you", "they", "вы", "они", "никто", "nobody", "ustedes"})
"""After these a negation states what happens, and asks for nothing."""

_NOUNS = frozenset({"text", "message", "contact"})
"""English words that are no verbs after "no"."""

_PROMISES = frozenset({Sense.YES, Sense.COME, Sense.GO, Sense.LEAN})
_NEGATED = {
    Sense.YES: Sense.REFUSE,
    Sense.COME: Sense.REFUSE,
    Sense.GO: Sense.REFUSE,
    Sense.RECEIVED: Sense.REFUSE,
    Sense.LEAN: Sense.UNWANTED,
    Sense.ON_WAY: Sense.REFUSE,
    Sense.DAY: Sense.REFUSE,
    Sense.WRITE: Sense.SOFT_STOP,
    Sense.CALL: Sense.SOFT_STOP,
    Sense.LATE: Sense.FILLER,
    Sense.LATER: Sense.BUT,
    Sense.UNDERSTOOD: Sense.ASK,
    Sense.THANKS: Sense.NO,
    Sense.GREETING: Sense.NO,
    Sense.NO: Sense.NO,
}


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

    def of(self, *senses: Sense) -> list[Mark]:
        """Return the phrases of these senses, in order."""
        return [mark for mark in self.marks if mark.sense in senses]

    def days(self) -> list[StatedDay]:
        """Return the days named, in order, without repeats."""
        named = [mark.value for mark in self.marks if isinstance(mark.value, StatedDay)]
        return list(dict.fromkeys(named))

    def minutes(self) -> int | None:
        """Return the length of time the text names, in minutes."""
        named = [mark.value for mark in self.of(Sense.DURATION) if isinstance(mark.value, int)]
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
        if other.marks and not other.unknown:
            return other
    return plain


def _read(text: Normalised, tree: Branch[Meaning]) -> Reading:
    tokens = spell_out(text)
    dates = Dates() if tree is vocabulary().rollcall else find_dates(tokens)
    numbers = find_numbers(tokens, dates.taken)
    found = _without_homographs(tokens, find_marks(tokens, tree, numbers.taken))
    covered = (
        set(numbers.taken).union(*(range(mark.start, mark.end) for mark in found)) if found else set(numbers.taken)
    )
    unknown = tuple(at for at, token in enumerate(tokens) if at not in covered and not is_name(token))
    marks = tuple(_negate(tokens, found))
    return Reading(
        tokens=tokens,
        marks=marks,
        senses=frozenset(mark.sense for mark in marks),
        numbers=numbers,
        dates=dates,
        unknown=unknown,
        asks=text.asks,
        ends_asking=text.ends_asking,
        dashed=text.dashed,
        mended=any(token.mended for token in tokens),
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


def _negate(tokens: Sequence[Token], marks: Sequence[Mark]) -> Iterable[Mark]:
    """Yield the marks with each negation joined to what it negates, and auxiliaries to their verb."""
    at = 0
    while at < len(marks):
        mark = marks[at]
        open_ended = mark.sense in {Sense.NO, Sense.REFUSE} and tokens[mark.end - 1].text in _NEGATIONS
        if mark.sense is Sense.NOT or open_ended:
            negated, at = _join_negation(tokens, marks, at)
            yield negated
            continue
        following = marks[at + 1] if at + 1 < len(marks) else None
        auxiliary = mark.sense is Sense.COME and tokens[mark.end - 1].text in _AUXILIARIES
        if not (
            auxiliary
            and following is not None
            and following.sense in _AFTER_AUXILIARY
            and _adjoin(tokens, mark, following)
        ):
            yield mark
        at += 1


def _join_negation(tokens: Sequence[Token], marks: Sequence[Mark], at: int) -> tuple[Mark, int]:
    """Return the mark a negation makes of what follows, and where to go on."""
    negation = marks[at]
    word = tokens[negation.start].text if negation.end - negation.start == 1 else ""
    if word == "no" and any(token.text == "да" for token in tokens[: negation.start]):
        return replace(negation, sense=Sense.BUT), at + 1  # Russian "да, но" in Latin letters
    target = _negated_mark(tokens, marks, at)
    if target is None:
        ends = negation.end >= len(tokens) or tokens[negation.end].gap >= Gap.COMMA
        bare = ends or word in _FREE_STANDING_NO or _addresses_to_the_end(tokens, marks, at)
        standing = Sense.NO if bare else Sense.NOT
        return replace(negation, sense=standing if negation.sense is Sense.NOT else negation.sense), at + 1
    following = marks[target]
    if following.sense is Sense.NOT:
        return replace(negation, sense=Sense.FILLER if negation.sense is Sense.NOT else negation.sense), at + 1
    stop_after_no = word in _FREE_STANDING_NO and following.sense in STOPPING
    if stop_after_no or _is_pronoun(tokens, following):
        return replace(negation, sense=Sense.NO), at + 1
    if negation.sense is not Sense.NOT and following.sense not in _PROMISES:
        return negation, at + 1
    sense = _negated_sense(tokens, marks, target)
    end = target + (2 if sense is Sense.FILLER and following.sense is Sense.COME else 1)
    return Mark(sense, negation.start, marks[end - 1].end, following.value), end


def _negated_mark(tokens: Sequence[Token], marks: Sequence[Mark], at: int) -> int | None:
    """Return which mark a negation is about: the next but for a few small words, within the clause."""
    for target in range(at + 1, min(at + _MOST_MARKS_APART + 2, len(marks))):
        if not _adjoin(tokens, marks[target - 1], marks[target]):
            return None
        if marks[target].sense is not Sense.FILLER or _is_pronoun(tokens, marks[target]):
            return target
    return None


def _addresses_to_the_end(tokens: Sequence[Token], marks: Sequence[Mark], at: int) -> bool:
    """Tell whether only a form of address stands between a negation and the end of its clause: `не, брат`."""
    while at + 1 < len(marks) and tokens[marks[at + 1].start].text in _ADDRESSES:
        at += 1
    end = marks[at].end
    return end >= len(tokens) or tokens[end].gap >= Gap.COMMA


def _negated_sense(tokens: Sequence[Token], marks: Sequence[Mark], at: int) -> Sense:
    mark = marks[at]
    following = marks[at + 1] if at + 1 < len(marks) else None
    if (
        mark.sense is Sense.COME
        and following is not None
        and following.sense is Sense.LATE
        and _adjoin(tokens, mark, following)
    ):
        return Sense.FILLER
    language = vocabulary().languages.get(tokens[mark.start].text)
    twice = language in NEGATING_INSIDE or (tokens[marks[at - 1].start].text == "no" and language == ENGLISH_POSITION)
    if mark.sense is Sense.REFUSE and twice:
        return Sense.REFUSE  # "no" before a negated verb, Tajik "не намеоям", is no second negation
    sense = _NEGATED.get(mark.sense, Sense.MAYBE)
    if sense is not Sense.SOFT_STOP:
        return sense
    before = tokens[: marks[at - 1].start]
    stated = at > 1 and any(token.text in _SUBJECTS for token in before[-2:])
    noun = tokens[marks[at - 1].start].text == "no" and tokens[mark.start].text in _NOUNS
    return Sense.OTHER if stated or noun else sense


def _is_pronoun(tokens: Sequence[Token], mark: Mark) -> bool:
    return tokens[mark.start].text in _PRONOUNS


def _adjoin(tokens: Sequence[Token], first: Mark, second: Mark) -> bool:
    return second.start == first.end and tokens[second.start].gap < Gap.COMMA
