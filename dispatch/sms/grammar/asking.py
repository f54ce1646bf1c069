"""How words stand in a clause: how a verb is put, negated, told or asked for, and what is near it."""

from collections.abc import Sequence
from typing import Final

from dispatch.sms.grammar.lexicon import silence

Words = Sequence[str]
"""The folded words of a clause, in order; words are found by how they begin."""

_NEAR: Final = 5
NEGATIONS = frozenset(
    "не ни ne nem no not dont don't never nunca sin нет никогда doesnt didnt wont cant".split()  # noqa: SIM905
)
IF = frozenset({"если", "ежели", "пока", "if", "si", "ha", "until", "unless", "hasta", "агар", "agar"})
PAST = ("л", "ла", "ли", "ло", "лся", "лась", "лись", "лось", "aron", "ed", "ttem", "ttam", "дим", "ди", "dim", "di")
_INDICATIVE = ("ает", "яет", "нет", "дет", "ют")
_PASSIVE = ("ен", "ена", "ены", "ено", "ан", "аны", "ана", "ят", "ут", "нут", "нута", "ерт", "ерты", "иты", "ыт")
_NEGATED_INSIDE = ("манг", "манглар", "мангиз", "mang", "manglar", "мангла", "майман", "маса")
_OF_HIMSELF = ("лю", "ру", "чу", "юсь", "аю", "яю", "рну")
_NOUNS_OF_ACTS = ("ни", "овк", "ka", "ni")
_SUPPOSED = ("чтоб", "шоб", "штоб", "если", "бы", "лишь", "когда", "пусть", "que", "get", "if", "have", "be", "хотя")


def places_of(words: Words, beginnings: tuple[str, ...]) -> list[int]:
    """Return where words stand that begin so."""
    return [at for at, word in enumerate(words) if word.startswith(beginnings)]


def has(words: Words, beginnings: tuple[str, ...]) -> bool:
    """Tell whether any word begins so."""
    return any(word.startswith(beginnings) for word in words)


def is_negated(words: Words, at: int) -> bool:
    """Tell whether a verb carries a "not", before it or inside."""
    return not NEGATIONS.isdisjoint(words[max(at - 2, 0) : at]) or words[at].endswith(_NEGATED_INSIDE)


def is_asked_for(words: Words, at: int) -> bool:
    """Tell whether a verb asks for something, and does not tell what was or what he does himself."""
    word = words[at]
    if is_negated(words, at):
        return not IF.isdisjoint(words)
    noun = any(part in word[3:] for part in _NOUNS_OF_ACTS)
    if word.endswith("л"):
        return False
    if word.endswith((*PAST, *_INDICATIVE)) and not noun:
        return has(words, _SUPPOSED)
    if word.endswith(_PASSIVE) and not noun:
        return has(words, silence.WISHING)
    return noun or not word.endswith(_OF_HIMSELF) or has(words, silence.REFUSING)


def is_near(words: Words, firsts: list[int], beginnings: tuple[str, ...], reach: int = _NEAR) -> bool:
    """Tell whether a word that begins so stands near one of these places, and not on it."""
    return any(0 < abs(at - first) <= reach for first in firsts for at in places_of(words, beginnings))
