"""The notation of the lexicons.

Phrases are separated by `;` or a new line; `a/b` inside a phrase stands for either word; `отмен*` stands for every
word that begins so. Words are written as people spell them: case, ё, diacritics, apostrophes and the special letters
of Uzbek and Tajik are folded away on both sides, and Russian is also recognised in Latin letters.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import product

from dispatch.sms.grammar.normalise import fold
from dispatch.sms.grammar.senses import Role, Sense, StatedDay

MORNING, AFTERNOON, EVENING, NIGHT = "morning", "afternoon", "evening", "night"


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of one language.

    Attributes:
        phrases: what phrases mean.
        days: words for days.
        parties: phrases that say how many come, the sender included.
        durations: phrases for a length of time, in minutes.
        ordinals: first, second, third ...
        roles: words that say what the number beside them is.
        parts_of_day: words after an hour that say which half of the day it is in.
        rollcall: what phrases mean when the crew lead was asked who is missing; these take precedence there.
        homographs: single words that mean this only beside other words of this language, as another language has
            them too: Hungarian `ha` is "if", Uzbek `ha` is "yes".
        numerals: number words.
        mendable: whether a slip of one letter may be mended into a word of assent. Not in Uzbek and Tajik, where
            one letter inside the word is the negation.
        free_order: whether the words of a phrase may change places without changing what it means.
        latin: also recognise the Cyrillic words in the official Latin alphabet of Uzbek.
    """

    phrases: Mapping[Sense, str]
    days: Mapping[StatedDay, str] = field(default_factory=dict)
    parties: Mapping[int, str] = field(default_factory=dict)
    durations: Mapping[int, str] = field(default_factory=dict)
    ordinals: Mapping[int, str] = field(default_factory=dict)
    roles: Mapping[Role, str] = field(default_factory=dict)
    parts_of_day: Mapping[str, str] = field(default_factory=dict)
    numerals: Mapping[int, str] = field(default_factory=dict)
    rollcall: Mapping[Sense, str] = field(default_factory=dict)
    homographs: Mapping[Sense, str] = field(default_factory=dict)
    mendable: bool = True
    latin: bool = False
    free_order: bool = False


def phrases_of(notation: str, spell: Callable[[str], str] = fold) -> list[tuple[str, ...]]:
    """Expand one entry of a lexicon into the phrases it stands for, each a tuple of words spelled by `spell`."""
    found: list[tuple[str, ...]] = []
    for line in notation.replace("\n", ";").split(";"):
        words = [[spell(choice) for choice in word.split("/")] for word in line.split()]
        if words:
            found.extend(product(*words))
    return found
