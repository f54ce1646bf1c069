"""Join each negation to what it negates."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from dispatch.sms.grammar.normalise import Gap, Token
from dispatch.sms.grammar.phrases import Mark
from dispatch.sms.grammar.senses import STOPPING, Sense
from dispatch.sms.grammar.vocabulary import ENGLISH_POSITION, NEGATING_INSIDE, vocabulary

_AUXILIARIES = frozenset({"буду", "будем", "be", "leszek", "estare", "буламан", "bolaman"})
_AFTER_AUXILIARY = frozenset(
    {Sense.REFUSE, Sense.BUSY, Sense.REASON, Sense.LATE, Sense.LATER, Sense.ON_WAY, Sense.ARRIVED, Sense.MAYBE}
)
_PRONOUNS = frozenset({"i", "we", "yo", "я", "мы"})
_FREE_STANDING_NO = frozenset({"no", "nem", "not"})
_NEGATIONS = frozenset({"no", "nem", "not", "не", "ne", "sem", "se", "ninguna", "ninguno", "neither", "none"})
"""Words after which a verb is still negated, at the end of a longer no too: `lamentablemente no | puedo`."""

_ADDRESSES = frozenset(
    {
        *("брат", "братан", "бро", "шеф", "начальник", "босс", "друг", "командир"),
        *("пожалуйста", "извините", "сорри", "sorry", "bro", "sir", "boss", "ака", "ake"),
    },
)
_MOST_MARKS_APART = 2
_SUBJECTS = frozenset({"you", "they", "вы", "они", "никто", "nobody", "ustedes"})
"""After these a negation states what happens, and asks for nothing."""

_NOUNS = frozenset({"text", "message", "contact"})
"""English words that are no verbs after "no"."""

_PROMISES = frozenset({Sense.YES, Sense.COME, Sense.GO, Sense.LEAN})
_NEGATED = {
    Sense.YES: Sense.REFUSE,
    Sense.COME: Sense.REFUSE,
    Sense.OKAY: Sense.REFUSE,
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
    Sense.CANCEL: Sense.LEAN,
    Sense.REMOVE: Sense.LEAN,
}


def negate(tokens: Sequence[Token], marks: Sequence[Mark]) -> Iterable[Mark]:
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
    if negation.sense is not Sense.NOT and following.sense not in _PROMISES | {Sense.OKAY}:
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
    if tokens[mark.start].text == "будет" and {"меня", "нас"} & {token.text for token in tokens}:
        return Sense.REFUSE  # `меня завтра не будет`
    language = vocabulary().languages.get(tokens[mark.start].text)
    twice = language in NEGATING_INSIDE or (tokens[marks[at - 1].start].text == "no" and language == ENGLISH_POSITION)
    if mark.sense is Sense.REFUSE and twice:
        return Sense.REFUSE  # "no" before a negated verb, Tajik "не намеоям", is no second negation
    sense = _NEGATED.get(mark.sense, Sense.MAYBE)
    if sense is not Sense.SOFT_STOP:
        return sense
    if tokens[mark.start].text.startswith("пиш") and "меня" in {token.text for token in tokens}:
        return sense
    before = tokens[: marks[at - 1].start]
    stated = at > 1 and any(token.text in _SUBJECTS for token in before[-2:])
    noun = tokens[marks[at - 1].start].text == "no" and tokens[mark.start].text in _NOUNS
    return Sense.OTHER if stated or noun else sense


def _is_pronoun(tokens: Sequence[Token], mark: Mark) -> bool:
    return tokens[mark.start].text in _PRONOUNS


def _adjoin(tokens: Sequence[Token], first: Mark, second: Mark) -> bool:
    return second.start == first.end and tokens[second.start].gap < Gap.COMMA
