"""The lexicons of all languages, compiled once into the tables the grammar looks things up in."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import permutations
from typing import Final, Generic, NamedTuple, TypeVar

from dispatch.sms.grammar.letters import collapse, cyrillic_skeleton, deletions, romanise, spoken
from dispatch.sms.grammar.lexicon.english import ENGLISH
from dispatch.sms.grammar.lexicon.form import Lexicon, phrases_of
from dispatch.sms.grammar.lexicon.hungarian import HUNGARIAN
from dispatch.sms.grammar.lexicon.names import NAMES
from dispatch.sms.grammar.lexicon.russian_answers import RUSSIAN_ANSWERS
from dispatch.sms.grammar.lexicon.russian_requests import RUSSIAN_REQUESTS
from dispatch.sms.grammar.lexicon.russian_site import RUSSIAN_SITE
from dispatch.sms.grammar.lexicon.signs import SIGNS
from dispatch.sms.grammar.lexicon.spanish import SPANISH
from dispatch.sms.grammar.lexicon.tajik import TAJIK
from dispatch.sms.grammar.lexicon.uzbek import UZBEK
from dispatch.sms.grammar.normalise import fold
from dispatch.sms.grammar.senses import NEGATIVE, POSITIVE, STOPPING, Role, Sense, StatedDay

LEXICONS: Final = (SIGNS, RUSSIAN_ANSWERS, RUSSIAN_REQUESTS, RUSSIAN_SITE, ENGLISH, UZBEK, TAJIK, HUNGARIAN, SPANISH)

LATIN_LANGUAGES: Final = frozenset(LEXICONS.index(lexicon) for lexicon in (ENGLISH, HUNGARIAN, SPANISH))
"""The positions of the languages that are always written in Latin letters."""

ENGLISH_POSITION: Final = LEXICONS.index(ENGLISH)
SPANISH_POSITION: Final = LEXICONS.index(SPANISH)
HUNGARIAN_POSITION: Final = LEXICONS.index(HUNGARIAN)
UZBEK_POSITION: Final = LEXICONS.index(UZBEK)
TAJIK_POSITION: Final = LEXICONS.index(TAJIK)
NEGATING_INSIDE: Final = frozenset(LEXICONS.index(lexicon) for lexicon in (UZBEK, TAJIK))
"""The positions of the languages whose verbs carry the negation inside."""

_PROCLITICS = frozenset(
    {"не", "ни", "в", "во", "на", "с", "со", "у", "к", "ко", "за", "из", "от", "по", "до", "без", "о", "для"}
)
"""Words that lean on the next one."""

_MEANING_BY_ORDER = frozenset(
    {"мне", "нам", "да", "нет", "ну", "а", "и", "но", "то", "ли", "бы", "же", "уж", "вот", "так", "что", "как"}
)
"""Words whose place in a phrase makes its meaning."""

UNKNOWN_WORD, NAME = "@", "^"
"""Places in a phrase: for a word we do not know, and for a name."""

SHORTEST_STEM = 3
_SHORTEST_MENDABLE = 5

_SHORTEST_HEARD = 4

_GUARD = frozenset({Sense.OTHER.value})
"""The charge of words that are listed only so that they are not taken for others."""

_DENYING: Final = NEGATIVE | STOPPING | {Sense.SUBSTITUTE, Sense.REMOVE, Sense.REASON}

_STRONG = frozenset("+-!")
"""The charges between which no word is guessed."""

Payload = TypeVar("Payload")
Charge = frozenset[str]


class Meaning(NamedTuple):
    """What a phrase contributes: its sense, with the day, count or minutes it carries."""

    sense: Sense
    value: int | StatedDay | None = None


class Unit(NamedTuple):
    """What a word does beside a number: its role, or the number it spells; a part of the day carries its name."""

    sign: str
    value: int | str | None = None


@dataclass(slots=True)
class Branch(Generic[Payload]):
    """One step of a phrase in a tree of phrases: the next words, and what is meant when the phrase ends here."""

    words: dict[str, "Branch[Payload]"] = field(default_factory=dict)
    stems: dict[str, "Branch[Payload]"] = field(default_factory=dict)
    payload: Payload | None = None

    def grow(self, phrase: Iterable[str]) -> "Branch[Payload]":
        """Return the branch at the end of a phrase, made where it is missing."""
        branch = self
        for word in phrase:
            stem = word.endswith("*")
            following = branch.stems if stem else branch.words
            branch = following.setdefault(word.rstrip("*"), Branch())
        return branch


@dataclass(slots=True)
class Vocabulary:
    """Every table the grammar needs.

    Attributes:
        answers: phrases and their meanings.
        rollcall: the same, with what phrases mean when the crew lead was asked who is missing.
        units: words beside numbers.
        charges: every known word with the polarities of the phrases it decides; guards mending.
        stems: the beginnings after which any ending is known, by their first letters.
        collapsed: known words by their form without doubled letters.
        sounds: known Cyrillic words by how they sound.
        spoken: the same by how they are heard, unstressed vowels made equal.
        slips: known long words by what is left after striking one letter.
        unmendable: words of assent that are recognised only as written.
        denying: words of phrases by which people do not come, send another man or end the texts; in Latin letters only
            those that stand in no other phrases, as of these languages we know too few words.
        names: first names.
        languages: the language of a word that only one language has, as the position of its lexicon.
        homographs: the language in which a word has a second meaning, and that meaning.
        conflicts: phrases that two lexicons understand differently; kept empty by a test.
    """

    answers: Branch[Meaning] = field(default_factory=Branch)
    rollcall: Branch[Meaning] = field(default_factory=Branch)
    units: Branch[Unit] = field(default_factory=Branch)
    charges: dict[str, Charge] = field(default_factory=dict)
    stems: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    collapsed: dict[str, str] = field(default_factory=dict)
    sounds: dict[str, str] = field(default_factory=dict)
    spoken: dict[str, str] = field(default_factory=dict)
    slips: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    unmendable: set[str] = field(default_factory=set)
    denying: set[str] = field(default_factory=set)
    names: frozenset[str] = frozenset(NAMES.split())
    languages: dict[str, int | None] = field(default_factory=dict)
    homographs: dict[str, tuple[int, Meaning]] = field(default_factory=dict)
    conflicts: list[str] = field(default_factory=list)

    def knows(self, word: str) -> bool:
        """Tell whether a folded word stands in some phrase."""
        return word in self.charges or self.has_stem(word)

    def has_stem(self, word: str) -> bool:
        """Tell whether a folded word begins with a known stem."""
        return any(word.startswith(stem) for stem in self.stems.get(word[:SHORTEST_STEM], ()))


def compile_vocabulary(lexicons: Sequence[Lexicon] = LEXICONS) -> Vocabulary:
    """Compile lexicons; a phrase keeps its first meaning, and a second, different one is listed as a conflict."""
    tables = Vocabulary()
    polarities = _Polarities()
    harmless: set[str] = set()
    for language, lexicon in enumerate(lexicons):
        for phrase, meaning in _meanings(lexicon, lexicon.phrases, with_values=True):
            _plant(tables, phrase, meaning)
            polarities.add(phrase, _polarity(meaning.sense))
            for word in phrase:
                tables.languages[word] = language if tables.languages.get(word, language) == language else None
            if not lexicon.mendable:
                tables.unmendable.update(phrase)
            (tables.denying if meaning.sense in _DENYING else harmless).update(phrase)
    tables.denying -= {word for word in harmless if word.isascii()}
    for language, lexicon in enumerate(lexicons):
        _plant_beside(tables, polarities, language, lexicon)
    for lexicon in lexicons:
        if lexicon.free_order:
            _plant_turned_around(tables, lexicon)
    for word, charge in polarities.charges():
        _index(tables, word, charge)
    return tables


def _plant_beside(tables: Vocabulary, polarities: "_Polarities", language: int, lexicon: Lexicon) -> None:
    """Enter what a lexicon says beside its phrases: second meanings, the answers of a crew lead, units."""
    for (word, *_), meaning in _meanings(lexicon, lexicon.homographs, with_values=False):
        tables.homographs[word] = language, meaning
        polarities.add((word, word), frozenset())
    for phrase, meaning in _meanings(lexicon, lexicon.rollcall, with_values=False):
        tables.rollcall.grow(phrase).payload = meaning
        polarities.add((*phrase, ""), frozenset())
    for phrase, unit in _units(lexicon):
        branch = tables.units.grow(phrase)
        branch.payload = branch.payload or unit
        polarities.add((*phrase, ""), frozenset())


def _plant_turned_around(tables: Vocabulary, lexicon: Lexicon) -> None:
    """Enter phrases in the other orders people say them in, where those mean nothing else."""
    for phrase, meaning in _meanings(lexicon, lexicon.phrases, with_values=False):
        for turned in _turned_around(phrase):
            for tree in (tables.answers, tables.rollcall):
                branch = tree.grow(turned)
                branch.payload = branch.payload or meaning


def _turned_around(phrase: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield a phrase with its two or three members in another order; a preposition or a "not" stays with its word."""
    members: list[tuple[str, ...]] = []
    bound: tuple[str, ...] = ()
    for word in phrase:
        if word in _PROCLITICS:
            bound = (*bound, word)
        else:
            members.append((*bound, word))
            bound = ()
    fixed = bound or _MEANING_BY_ORDER.intersection(phrase) or UNKNOWN_WORD in phrase or NAME in phrase
    if fixed or len(members) not in {2, 3}:
        return
    for order in permutations(members):
        turned = tuple(word for member in order for word in member)
        if turned != tuple(phrase):
            yield turned


class _Polarities:
    """Collects which way each word can tip a text: by itself, or if it never stands alone, in its phrases."""

    def __init__(self) -> None:
        self._alone: dict[str, set[str]] = defaultdict(set)
        self._together: dict[str, set[str]] = defaultdict(set)

    def add(self, phrase: Sequence[str], polarity: Charge) -> None:
        """Note the polarity of a phrase for its words."""
        table = self._alone if len(phrase) == 1 else self._together
        for word in filter(None, phrase):
            table[word].update(polarity)

    def charges(self) -> Iterator[tuple[str, Charge]]:
        """Yield every word with its charge."""
        for word in {**self._alone, **self._together}:
            yield word, frozenset(self._alone[word] if word in self._alone else self._together[word])


def _meanings(
    lexicon: Lexicon,
    senses: Mapping[Sense, str],
    *,
    with_values: bool,
) -> Iterable[tuple[tuple[str, ...], Meaning]]:
    entries = [(notation, Meaning(sense)) for sense, notation in senses.items()]
    if with_values:
        entries += [(notation, Meaning(Sense.DAY, day)) for day, notation in lexicon.days.items()]
        entries += [(notation, Meaning(Sense.PARTY, count)) for count, notation in lexicon.parties.items()]
        entries += [(notation, Meaning(Sense.DURATION, minutes)) for minutes, notation in lexicon.durations.items()]
        entries += [(notation, Meaning(Sense.ORDINAL, place)) for place, notation in lexicon.ordinals.items()]
    for notation, meaning in entries:
        for phrase in _spellings(lexicon, notation):
            yield phrase, meaning


def _units(lexicon: Lexicon) -> Iterable[tuple[tuple[str, ...], Unit]]:
    entries = [(notation, Unit(role.value)) for role, notation in lexicon.roles.items()]
    entries += [(notation, Unit(Role.PART_OF_DAY, part)) for part, notation in lexicon.parts_of_day.items()]
    entries += [(notation, Unit("N", number)) for number, notation in lexicon.numerals.items()]
    for notation, unit in entries:
        for phrase in _spellings(lexicon, notation):
            yield phrase, unit


def _spellings(lexicon: Lexicon, notation: str) -> Iterable[tuple[str, ...]]:
    yield from phrases_of(notation)
    if lexicon.latin:
        yield from phrases_of(notation, spell=lambda word: fold(romanise(word)))


def _plant(tables: Vocabulary, phrase: tuple[str, ...], meaning: Meaning) -> None:
    for tree in (tables.answers, tables.rollcall):
        branch = tree.grow(phrase)
        branch.payload = branch.payload or meaning
    known = tables.answers.grow(phrase).payload
    if known != meaning:
        tables.conflicts.append(f"{' '.join(phrase)}: {known} and {meaning}")


def _polarity(sense: Sense) -> Charge:
    if sense in POSITIVE:
        return frozenset("+")
    if sense in NEGATIVE:
        return frozenset("-")
    if sense in STOPPING:
        return frozenset("!")
    return frozenset({sense.value} if sense in {Sense.BUT, Sense.MAYBE, Sense.OTHER} else ())


def _index(tables: Vocabulary, word: str, charge: Charge) -> None:
    if word in {UNKNOWN_WORD, NAME}:
        return
    if word.endswith("*"):
        tables.stems[word[:SHORTEST_STEM]].append(word.rstrip("*"))
        return
    tables.charges[word] = charge
    _offer(tables, tables.collapsed, collapse(word), word, charge)
    if not word.isascii():
        skeleton = cyrillic_skeleton(word)
        _offer(tables, tables.sounds, skeleton, word, charge)
        if len(skeleton) >= _SHORTEST_HEARD and word not in tables.unmendable:
            _offer(tables, tables.spoken, spoken(skeleton), word, charge)
    if len(word) >= _SHORTEST_MENDABLE and not ("+" in charge and word in tables.unmendable):
        for rest in deletions(word):
            tables.slips[rest].append(word)


def _offer(tables: Vocabulary, table: dict[str, str], key: str, word: str, charge: Charge) -> None:
    """Enter a word under a key, unless words of different polarity would share it: then none of them is guessed."""
    other = word if key == word else table.setdefault(key, word)
    if key == word:
        table[key] = word
    if (
        not other
        or other == word
        or (tables.charges[other] & _STRONG == charge & _STRONG and tables.charges[other] != _GUARD)
    ):
        return
    if tables.charges[other] == _GUARD:
        table[key] = word
    elif charge != _GUARD:
        table[key] = word if key == word else other if key == other else ""


@cache
def vocabulary() -> Vocabulary:
    """Return the tables of all languages, compiled when the first text is read: most processes never read one."""
    return compile_vocabulary()
