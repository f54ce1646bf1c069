"""What a Russian word that no phrase covers can be, by the dictionary of its forms.

A lexicon holds the words an answer is made of; the words beside it, reasons, tools, weather, are without end. Of those
it is enough to know the form: what is named or told leaves a yes as it is, what is planned, ordered or left to others
may make it another one.
"""

from enum import StrEnum
from functools import cache, lru_cache
from importlib import import_module
from typing import NamedTuple, Protocol, cast

_LONGEST_WORD = 30
_LEAST_SHARE = 0.1
"""Readings of a form that are rarer than this are left out: `машина` is no man named Mashin."""


class Form(StrEnum):
    """What a word can be, from the harmless to the doubtful; of several readings the most doubtful counts."""

    THING = "thing"
    """A noun, an adjective, an adverb, a pronoun, a small word."""
    TOLD = "told"
    """A verb in the past, or in the present of the third person: what was and what is."""
    DOING = "doing"
    """A verb in the present of the first person: what he does these days."""
    WORKING = "working"
    """The infinitive of what goes on: to carry, to load."""
    INFINITIVE = "infinitive"
    """The infinitive of what is done once."""
    PLAN = "plan"
    """The first person of the future: what he will do."""
    OTHERS = "others"
    """What others will do, or what the reader does or should do."""
    STRANGE = "strange"
    """No word of the dictionary."""


class Word(NamedTuple):
    """A word by the dictionary.

    Attributes:
        form: the most doubtful it can be.
        lemmas: every lemma it can belong to, ё as е.
        name: it is a first name.
        noun: it can be a noun.
        asks: it can say what the reader does.
        place: it can be a town or a land.
    """

    form: Form
    lemmas: frozenset[str]
    name: bool = False
    noun: bool = False
    asks: bool = False
    place: bool = False


class _Parse(Protocol):
    """One way the dictionary reads a form."""

    tag: object
    normal_form: str
    score: float


class _Analyzer(Protocol):
    """The dictionary, which has no types of its own."""

    def word_is_known(self, word: str) -> bool: ...

    def parse(self, word: str) -> list[_Parse]: ...


_ORDER = tuple(Form)
_UNKNOWN = Word(Form.STRANGE, frozenset())


@lru_cache(maxsize=8192)
def look_up(word: str) -> Word:
    """Return what the dictionary knows of a folded Cyrillic word; a long or a strange one is not guessed at."""
    if len(word) > _LONGEST_WORD or not _analyzer().word_is_known(word):
        return _UNKNOWN
    parses = [parse for parse in _analyzer().parse(word) if parse.score >= _LEAST_SHARE]
    tags = [str(parse.tag) for parse in parses]
    return Word(
        form=max((_form_of(tag) for tag in tags), key=_ORDER.index, default=Form.STRANGE),
        lemmas=frozenset(parse.normal_form.replace("ё", "е") for parse in parses),
        name=any("Name" in tag for tag in tags),
        noun=any(tag.startswith("NOUN") for tag in tags),
        asks=any("2per" in tag for tag in tags),
        place=any("Geox" in tag for tag in tags),
    )


def is_word(word: str) -> bool:
    """Tell whether the dictionary knows the form, so that it is no slip."""
    return look_up(word).form is not Form.STRANGE


def _form_of(tag: str) -> Form:
    if "impr" in tag or "2per" in tag:
        return Form.OTHERS
    if tag.startswith("VERB"):
        if "past" in tag:
            return Form.TOLD
        if "1per" in tag:
            return Form.PLAN if "futr" in tag else Form.DOING
        return Form.TOLD if "pres" in tag else Form.OTHERS
    if tag.startswith("INFN"):
        return Form.WORKING if "impf" in tag else Form.INFINITIVE
    return Form.THING


@cache
def _analyzer() -> _Analyzer:
    """Load the dictionary with the first word that is looked up: most processes never read a text."""
    return cast("_Analyzer", import_module("pymorphy3").MorphAnalyzer(lang="ru"))
