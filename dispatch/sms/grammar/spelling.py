"""Recognise words however they were typed: stretched, misspelled, in look-alike letters or in another alphabet."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from dispatch.sms.grammar.letters import (
    collapse,
    deletions,
    is_look_alike,
    is_mixed,
    is_one_slip,
    is_stretched,
    latin_skeletons,
    look_alikes_to_cyrillic,
    look_alikes_to_latin,
    repeated_syllable,
)
from dispatch.sms.grammar.normalise import Gap, Kind, Normalised, Token
from dispatch.sms.grammar.vocabulary import LATIN_LANGUAGES, Charge, vocabulary

_ALPHABETS = frozenset("abcdefghijklmnopqrstuvwxyzабвгдежзийклмнопрстуфхцчшщъыьэюя")
_NEGATIONS = ("не", "ne", "nem", "no")
_FIRST_OF_NEGATIONS = ("n", "н")
_SHORTEST_NEGATED = 4
_SHORTEST_MENDABLE, _LONGEST_MENDABLE = 5, 18
_LONGEST_SPELLED_OUT = 12
_LONGEST_WORD = 40

_LETTERS_ALONE = {"y": "yes", "n": "no", "д": "да", "н": "нет"}
"""What a single letter stands for when it is the whole text."""

_RUSSIAN_IN_LATIN = {
    "ne": "не", "na": "на", "da": "да", "no": "но", "ya": "я", "i": "и", "a": "а", "s": "с", "v": "в", "k": "к",
    "do": "до", "po": "по", "my": "мы", "est": "есть", "on": "он", "u": "у", "tak": "так", "nas": "нас", "bez": "без",
}  # fmt: skip
"""Russian words that look like words of the languages written in Latin letters."""

_UZBEK_REFUSALS = ("майман", "маймиз", "миман", "миймиз", "майми", "mayman", "maymiz", "miman", "mimiz")
_TAJIK_REFUSALS = ("наме", "name")
_SHORTEST_REFUSAL = 7
UZBEK_REFUSAL, TAJIK_REFUSAL = "бормайман", "намеоям"
"""What a word with the negation of the first person inside is read as."""


def spell_out(text: Normalised) -> tuple[Token, ...]:
    """Return the tokens with every recognised word in its lexicon spelling; one typed word may become two."""
    typed = _join_spelled_out(text.tokens)
    if len(typed) == 1 and typed[0].text in _LETTERS_ALONE:
        return (replace(typed[0], text=_LETTERS_ALONE[typed[0].text]),)
    latin = any(token.kind is Kind.WORD and token.text.isascii() and not is_look_alike(token.text) for token in typed)
    words: list[Token] = []
    for token in typed:
        only_cyrillic = text.cyrillic and not latin
        words.extend(_recognise(token, cyrillic=only_cyrillic) if token.kind is Kind.WORD else (token,))
    if not text.cyrillic and any(token.kind is Kind.WORD and not token.text.isascii() for token in words):
        return _in_russian(words)
    return tuple(words)


def _in_russian(words: Sequence[Token]) -> tuple[Token, ...]:
    """Read the short words of a Russian text in Latin letters as Russian, unless another language is spoken."""
    spoken = {vocabulary().languages.get(token.text) for token in words if token.text not in _RUSSIAN_IN_LATIN}
    if spoken & LATIN_LANGUAGES:
        return tuple(words)
    return tuple(replace(token, text=_by_sound(token.text)) if token.kind is Kind.WORD else token for token in words)


def _by_sound(word: str) -> str:
    return _RUSSIAN_IN_LATIN.get(word) or _heard(word) or word


def _recognise(token: Token, *, cyrillic: bool) -> Sequence[Token]:
    spelling = _spelling_of(token.text, cyrillic=cyrillic)
    if spelling.words == (token.text,):
        return (token,)
    first, *rest = spelling.words
    return (
        replace(token, text=first, mended=spelling.mended),
        *(Token(word, Kind.WORD, Gap.SPACE) for word in rest),
    )


class _Spelling(NamedTuple):
    """The lexicon words a typed word stands for, itself when there is none."""

    words: tuple[str, ...]
    mended: bool = False


@lru_cache(maxsize=16_384)
def _spelling_of(word: str, *, cyrillic: bool) -> _Spelling:
    if word[0] not in _ALPHABETS or len(word) > _LONGEST_WORD:
        return _Spelling((word,))
    typed = word
    if cyrillic and word.isascii() and is_look_alike(word):
        twin = look_alikes_to_cyrillic(word)
        if vocabulary().knows(twin) or not vocabulary().knows(word):
            word = twin
    found = _known(word)
    if found is None:
        found = next((known for twin in _twins(word) if (known := _known(twin)) is not None), None)
    if found is not None:
        return _Spelling((found,))
    parts = _split_negation(word)
    if parts is not None:
        return _Spelling(parts)
    mended = None if word in vocabulary().names else _mend(word)
    return _Spelling((typed,)) if mended is None else _Spelling((mended,), mended=True)


def _twins(word: str) -> Sequence[str]:
    if is_mixed(word):
        return look_alikes_to_cyrillic(word), look_alikes_to_latin(word)
    if not word.isascii():
        return (look_alikes_to_latin(word),)
    return (look_alikes_to_cyrillic(word),) if is_look_alike(word) else ()


def _known(word: str) -> str | None:
    """Return the lexicon's spelling of a word that is right but for stretching, alphabet or grammatical ending."""
    if vocabulary().knows(word):
        return word
    short = collapse(word)
    found = vocabulary().collapsed.get(short)
    if found and _may_hold_doubles(word, found):
        return found
    if vocabulary().has_stem(short):
        return short
    syllable = repeated_syllable(word)
    if syllable is not None and vocabulary().knows(syllable):
        return syllable
    return _heard(word) or _refused(word)


def _heard(word: str) -> str | None:
    """Return the Cyrillic word that a word in Latin letters sounds like."""
    if not word.isascii():
        return None
    twins = (vocabulary().sounds.get(sound) for sound in latin_skeletons(word))
    return next((twin for twin in twins if twin and _may_hold_doubles(word, twin)), None)


def _may_hold_doubles(word: str, found: str) -> bool:
    """Tell whether a letter doubled inside a word may be dropped: not where it may be a mistyped negation inside."""
    fragile = (
        found in vocabulary().unmendable and "+" in vocabulary().charges[found] and len(found) >= _SHORTEST_REFUSAL
    )
    return not fragile or collapse(word) == word or is_stretched(word)


def _refused(word: str) -> str | None:
    """Return what an Uzbek or Tajik verb with the negation of the first person inside is read as."""
    if len(word) < _SHORTEST_REFUSAL:
        return None
    if word.endswith(_UZBEK_REFUSALS):
        return UZBEK_REFUSAL
    return TAJIK_REFUSAL if word.startswith(_TAJIK_REFUSALS) and word.endswith(("м", "m")) else None


def _split_negation(word: str) -> tuple[str, str] | None:
    """Take `несмогу` apart, so that a glued negation is never lost."""
    for negation in _NEGATIONS:
        rest = word.removeprefix(negation)
        if rest != word and len(rest) >= _SHORTEST_NEGATED and (known := _known(rest)) is not None:
            return negation, known
    return None


def _mend(word: str) -> str | None:
    """Mend one slip in a long word, if every word it may stand for has the same polarity.

    The first letter must be right, as prefixes change the meaning. Words of assent and words that stop messages must
    keep the last one too: endings tell persons apart. No word of assent is made of one that may have lost the first
    letter of a glued negation.
    """
    if not _SHORTEST_MENDABLE <= len(word) <= _LONGEST_MENDABLE:
        return None
    near = {candidate for rest in deletions(word) for candidate in vocabulary().slips.get(rest, ())}
    candidates = sorted(candidate for candidate in near if candidate[0] == word[0] and is_one_slip(word, candidate))
    charges: set[Charge] = {vocabulary().charges[candidate] for candidate in candidates}
    if len(charges) != 1:
        return None
    (charge,) = charges
    if "+" in charge and any(_split_negation(lost + word) is not None for lost in _FIRST_OF_NEGATIONS):
        return None
    if charge & {"+", "!"}:
        candidates = [known for known in candidates if known[-1] == word[-1]]
    return candidates[0] if candidates else None


def _join_spelled_out(tokens: tuple[Token, ...]) -> Sequence[Token]:
    """Join letters typed apart, `с т о п` or `ст.оп`, where they make a word together and none apart."""
    joined: list[Token] = []
    at = 0
    while at < len(tokens):
        end = at
        while end < len(tokens) and tokens[end].kind is Kind.WORD and len(tokens[end].text) == 1:
            end += 1
        word = "".join(token.text for token in tokens[at:end])
        if end - at > 1 and _known(word) is not None:
            joined.append(replace(tokens[at], text=word))
            at = end
        else:
            joined.extend(tokens[at : max(end, at + 1)])
            at = max(end, at + 1)
    whole = "".join(token.text for token in joined)
    apart = len(joined) > 1 and all(token.kind is Kind.WORD for token in joined)
    if apart and len(whole) <= _LONGEST_SPELLED_OUT and "!" in vocabulary().charges.get(_known(whole) or "", ()):
        return (replace(joined[0], text=whole),)
    return joined
