"""Recognise words however they were typed: stretched, misspelled, in look-alike letters or in another alphabet."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from dispatch.sms.grammar.letters import (
    collapse,
    cyrillic_skeleton,
    deletions,
    is_look_alike,
    is_mixed,
    is_one_slip,
    is_stretched,
    latin_skeletons,
    look_alikes_to_cyrillic,
    look_alikes_to_latin,
    repeated_syllable,
    spoken,
)
from dispatch.sms.grammar.morphology import is_word
from dispatch.sms.grammar.normalise import Gap, Kind, Normalised, Token
from dispatch.sms.grammar.vocabulary import LATIN_LANGUAGES, Charge, vocabulary

_ALPHABETS = frozenset("abcdefghijklmnopqrstuvwxyzабвгдежзийклмнопрстуфхцчшщъыьэюя")
_NEGATIONS = ("не", "ne", "nem", "no", "ни", "ni")
_MISSPELLED_NEGATIONS = {"ни": "не", "ni": "не"}
_FIRST_OF_NEGATIONS = ("n", "н")
_SHORTEST_NEGATED = 4
_SHORTEST_NO = 3
_NEGATORS = ("нестам", "нестем", "эмасман", "эмасмиз", "nestam", "emasman", "emasmiz", "cannot", "megsem")
"""Words that turn down what stands beside them, and belong to no phrase of their own."""

_SHORTEST_MENDABLE, _LONGEST_MENDABLE = 5, 18
_LONGEST_SPELLED_OUT = 12
_LONGEST_WORD = 40

_UNSTRESSED = {"а": "о", "о": "а"}
"""First letters that sound alike, and are written for each other."""

_NEIGHBORS = ("йцукенгшщзх", "фывапролджэ", "ячсмитьбю")
"""Letters beside each other on the keyboard, where a thumb slips."""

_LETTERS_ALONE = {"y": "yes", "n": "no", "д": "да", "н": "нет"}
"""What a single letter stands for when it is the whole text."""

_RUSSIAN_IN_LATIN = {
    "ne": "не", "na": "на", "da": "да", "no": "но", "ya": "я", "i": "и", "a": "а", "s": "с", "v": "в", "k": "к",
    "so": "со", "ot": "от", "iz": "из", "za": "за", "u": "у", "uzhe": "уже", "vse": "все", "mne": "мне",
    "menya": "меня",
    "do": "до", "po": "по", "my": "мы", "est": "есть", "on": "он", "tak": "так", "nas": "нас", "bez": "без",
}  # fmt: skip
"""Russian words that look like words of the languages written in Latin letters."""

_UZBEK_REFUSALS = ("майман", "маймиз", "миман", "миймиз", "майми", "mayman", "maymiz", "miman", "mimiz")
_TAJIK_REFUSALS = ("наме", "name")
_SHORTEST_REFUSAL = 7
_AT_ENDINGS, _HOUR = ("да", "da"), "соат"
_HOURS = frozenset({"соат", "soat"})
_TO_ENDINGS = ("ra", "re", "kor")
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
        negated = bool(words) and words[-1].text in {"не", "ни", "ne", "ni"} and token.gap < Gap.COMMA
        found = _recognise(token, cyrillic=only_cyrillic, negated=negated) if token.kind is Kind.WORD else (token,)
        if len(found) > 1 and found[0].text == _HOUR and words and words[-1].text in _HOURS:
            found = found[1:]
        words.extend(found)
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


def _recognise(token: Token, *, cyrillic: bool, negated: bool) -> Sequence[Token]:
    spelling = _spelling_of(token.text, cyrillic=cyrillic, negated=negated)
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
def _spelling_of(word: str, *, cyrillic: bool, negated: bool) -> _Spelling:
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
    parts = _split_negation(word) or _split_hour(word)
    if parts is not None:
        return _Spelling(parts)
    heard = _by_ear(word) if negated else None
    if heard is not None and "+" in vocabulary().charges.get(heard, ()):
        return _Spelling((heard,), mended=True)
    right = word in vocabulary().names or (not word.isascii() and is_word(word))
    mended = None if right else _mend(word, negated=negated) or _by_ear(word)
    return _Spelling((typed,)) if mended is None else _Spelling((mended,), mended=True)


def _twins(word: str) -> Sequence[str]:
    if is_mixed(word):
        return look_alikes_to_cyrillic(word), look_alikes_to_latin(word)
    if not word.isascii():
        heard = _UNSTRESSED.get(word[0]) if len(word) >= _SHORTEST_MENDABLE else None
        return (look_alikes_to_latin(word), *([heard + word[1:]] if heard else []))
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
    """Tell whether a doubled letter may be dropped: not where it may be a mistyped negation, as in `бберите`."""
    if word[:1] == word[1:2] and not is_stretched(word) and _may_refuse(word, found):
        return False
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
        if rest == word or len(rest) < _SHORTEST_NEGATED:
            continue
        known = _known(rest) or (_by_ear(rest) if negation in _MISSPELLED_NEGATIONS else None)
        if known is not None and (negation not in _MISSPELLED_NEGATIONS or "+" in vocabulary().charges.get(known, ())):
            return _MISSPELLED_NEGATIONS.get(negation, negation), known
    return None


def _split_hour(word: str) -> tuple[str, ...] | None:
    """Take an Uzbek hour with "at" as its ending apart: `саккизда`."""
    for ending in _AT_ENDINGS:
        rest = word.removesuffix(ending)
        if rest != word and _is_numeral(rest):
            return _HOUR, rest, _AT_ENDINGS[0]
    for ending in _TO_ENDINGS:
        rest = word.removesuffix(ending)
        if rest != word and _is_numeral(rest):
            return rest, _TO_ENDINGS[-1]
    return None


def may_deny(word: str) -> bool:
    """Tell whether a word nobody knows is one slip from one by which people do not come: `занет`, `бкеор`, `оне`."""
    if len(word) <= _SHORTEST_NO:
        return "не" in word or "ne" in word
    if vocabulary().knows(word) or is_word(word):
        return False
    if any(is_one_slip(word, negator) for negator in _NEGATORS):
        return True
    near = {other for rest in deletions(word) for other in vocabulary().slips.get(rest, ())}
    return any(other in vocabulary().denying and is_one_slip(word, other) for other in near)


def _may_refuse(word: str, found: str) -> bool:
    """Tell whether a word that may be one of assent is as near to one that is none: `буерите`, `зступаю`."""
    charges = vocabulary().charges
    near = {other for rest in deletions(word) for other in vocabulary().slips.get(rest, ())}
    others = [charges[other] for other in near if is_one_slip(word, other)]
    if "+" in charges.get(found, ()):
        return any(other != charges[found] for other in others)
    return any(other & {"-", "!"} and not charges.get(found, frozenset()) & {"-", "!"} for other in others)


def _is_numeral(word: str) -> bool:
    unit = vocabulary().units.words.get(word)
    return unit is not None and unit.payload is not None and unit.payload.sign == "N"


def _by_ear(word: str) -> str | None:
    """Return the Russian word that is spelled as it sounds: `магу`, `apazdyvaju`."""
    skeletons = latin_skeletons(word) if word.isascii() else (cyrillic_skeleton(word),)
    for skeleton in skeletons:
        found = vocabulary().spoken.get(spoken(skeleton)) if len(skeleton) >= _SHORTEST_NEGATED else None
        if found and len(found) <= len(word) + 2 and not _may_refuse(word, found):
            return found
    return None


def _mend(word: str, *, negated: bool) -> str | None:
    """Mend one slip in a long word, if every word it may stand for has the same polarity.

    The first letter must be right, as prefixes change the meaning. Words of assent and words that stop messages must
    keep the last one too: endings tell persons apart. A thumb that slipped there is mended in a word that stops, and
    after "not", where nothing is promised. No word of assent is made of one that may have lost the
    first letter of a glued negation.
    """
    if len(word) == _SHORTEST_NEGATED:
        return _swapped(word)
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
        slip = negated or "!" in charge
        candidates = [known for known in candidates if known[-1] == word[-1] or (slip and _slipped(word, known))]
        candidates = [known for known in candidates if not _may_refuse(word, known)]
    return candidates[0] if candidates else None


def _swapped(word: str) -> str | None:
    """Return the word of refusal a short one becomes when two neighbors change places: `cnat`."""
    swaps = (word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(1, len(word) - 1))
    charges = vocabulary().charges
    return next((known for known in swaps if charges.get(known, frozenset()) & {"-", "!"}), None)


def _slipped(word: str, known: str) -> bool:
    """Tell whether the last two letters are swapped, or the last is its neighbor on the keyboard."""
    if sorted(word) == sorted(known):
        return True
    typed, meant = word[-1], known[-1]
    rows = (row for row in _NEIGHBORS if typed in row and meant in row)
    return word[:-1] == known[:-1] and any(abs(row.index(typed) - row.index(meant)) == 1 for row in rows)


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
