"""The words beside a yes that no phrase covers: which of them leave it a yes.

A man who says yes often says more: with what, with whom, why, how he will get there. Those words are endless and need
no understanding, unless one of them may be a doubt, a condition, a plan that comes first, another man or another place.
"""

import re

from dispatch.sms.grammar.lexicon.russian_lemmas import LEAVING_IT_SO, LIMITING, REVERSING, WORKPLACE
from dispatch.sms.grammar.morphology import Form, look_up
from dispatch.sms.grammar.normalise import Gap, Kind, Token
from dispatch.sms.grammar.phrases import is_name
from dispatch.sms.grammar.reading import Reading
from dispatch.sms.grammar.senses import Sense
from dispatch.sms.grammar.vocabulary import (
    ENGLISH_POSITION,
    HUNGARIAN_POSITION,
    LATIN_LANGUAGES,
    NEGATING_INSIDE,
    SPANISH_POSITION,
    TAJIK_POSITION,
    UZBEK_POSITION,
)

MOST = 7
"""More words than these that we do not know are a letter, not an answer."""

_ASSENTS = (Sense.YES, Sense.COME, Sense.GO, Sense.OKAY, Sense.UNDERSTOOD, Sense.RECEIVED)
OPEN_ENDED = frozenset(
    """
    буду будем поеду поедем пойду пойдем выйду выйдем иду идем еду едем заеду be go going voy vamos ire iremos estare
    estaremos leszek leszunk megyek megyunk elmegyek fogok
    бораман борамиз бўламан boraman boramiz bolaman меравам меравем
    """.split()  # noqa: SIM905 - read as a row
)
"""Words of going and being that do not say where: what follows may be another place."""

_TO_A_PLACE = frozenset({"в", "во", "на", "у", "к", "ко", "за", "из", "от", "по", "под"})
_HALF_A_NEGATION = frozenset({"уне", "юне", "ане", "еу", "нее", "оне", "ине"})
"""What a slip between two words leaves of a "not"."""

_TAKING = frozenset({"принимаю", "принимаем", "беру", "берем", "возьму", "возьмем"})
"""Taking the offer, unless it says what else is taken: `принимаю лекарства`."""

_LONGEST_PARTICLE = 4
_NEAR = 3
_SHORTEST_FOREIGN = 2
_NEGATED_INSIDE = re.compile(r"^на|^нест|^na[mn]|m[ae](?:y|s|di|ng|sin)|м[аи](?:й|с|ди|нг|син)")
"""Negation as it stands inside words of Uzbek and before those of Tajik."""

_CASE_ENDINGS = frozenset(
    "ga га ka ка ni ни chi чи inchi инчи da да os es as ost est ast re ra ban ben ro ро ум умаш й я ю му ый th".split()  # noqa: SIM905 - read as a row
)
"""Endings written apart from the figures they belong to: `33 ga`."""

_CONDITIONAL = {
    UZBEK_POSITION: (
        "са",
        "сам",
        "санг",
        "сангиз",
        "сак",
        "сангизлар",
        "sa",
        "sam",
        "sang",
        "sangiz",
        "sin",
        "син",
        "sak",
        "ми",
        "mi",
    ),
    TAJIK_POSITION: ("ад", "анд", "ед", "мӣ", "ми"),
    HUNGARIAN_POSITION: ("nek", "nank", "nenk", "hatok", "hetek", "na", "ne", "nanak", "nenek", "ig", "tol"),
    SPANISH_POSITION: ("ria", "rian", "riamos", "iera", "iese", "ara", "aran", "an", "en"),
    ENGLISH_POSITION: ("nt", "ll"),
}
"""Endings of conditions, of wishes and of what others do."""


def are_harmless(reading: Reading) -> bool:
    """Tell whether every word of a yes that no phrase covers leaves it a plain yes."""
    unknown = reading.unknown
    if unknown and any(token.text == "si" and at > 0 for at, token in enumerate(reading.tokens)):
        return False  # Spanish without its accent: "if", or "yes"
    return len(unknown) <= MOST and all(_is_harmless(reading, at) for at in unknown)


def _is_harmless(reading: Reading, at: int) -> bool:
    token = reading.tokens[at]
    if token.kind is not Kind.WORD:
        return token.kind is Kind.SIGN
    ending = at > 0 and reading.tokens[at - 1].kind is Kind.NUMBER and token.text in _CASE_ENDINGS
    if ending or is_name(token) or _is_foreign_name(token, at):
        return True
    if token.text.isascii() or reading.languages & NEGATING_INSIDE:
        if token.text.isascii() and not reading.languages & (LATIN_LANGUAGES | {UZBEK_POSITION}):
            return False
        return _is_harmless_ending(reading, token) and _is_object(reading, at) and not _follows_going(reading, at)
    return _is_harmless_russian(reading, at)


def _is_foreign_name(token: Token, at: int) -> bool:
    """Tell whether a word is written with a capital in the middle of a sentence, as names are."""
    return token.capital and at > 0 and token.gap < Gap.SENTENCE and len(token.text) > _SHORTEST_FOREIGN


def _is_harmless_ending(reading: Reading, token: Token) -> bool:
    if reading.languages & NEGATING_INSIDE and _NEGATED_INSIDE.search(token.text):
        return False
    endings = [ending for language in reading.languages for ending in _CONDITIONAL.get(language, ())]
    return len(token.text) >= _SHORTEST_FOREIGN and bool(reading.languages) and not token.text.endswith(tuple(endings))


def _is_object(reading: Reading, at: int) -> bool:
    """Tell whether a word cannot be a verb that turns the yes: those come last, in Hungarian beside `tudok`."""
    following = reading.tokens[at + 1].text if at + 1 < len(reading.tokens) else ""
    if reading.languages & NEGATING_INSIDE:
        clause = reading.clause_of(at)
        assents = [mark for mark in reading.of(*_ASSENTS) if mark.start in clause]
        leads = all(mark.start > at for mark in assents)
        return not assents or (leads and len(reading.tokens[at].text) > _LONGEST_PARTICLE)
    return following != "tudok"


def _follows_going(reading: Reading, at: int) -> bool:
    """Tell whether a word may be where he goes: `voy al médico`, and in Uzbek, with the verb last, `тўйга бораман`."""
    clause = reading.clause_of(at)
    going = any(reading.tokens[near].text in OPEN_ENDED for near in clause)
    promised = any(mark.start in clause for mark in reading.of(Sense.YES, Sense.OKAY))
    return going and not promised


def _is_harmless_russian(reading: Reading, at: int) -> bool:
    token = reading.tokens[at]
    word = look_up(token.text)
    if token.text in _HALF_A_NEGATION:
        return False
    near = {token.text for token in reading.tokens[max(0, at - _NEAR) : at]}
    taken = near & _TAKING and word.noun and not word.name and not word.lemmas & WORKPLACE
    if taken or word.lemmas & (REVERSING | LIMITING):
        return False
    if word.form is Form.THING:
        return word.name or not _is_another_place(reading, at, word.lemmas)
    if word.form is Form.WORKING:
        coming = any(0 <= at - mark.end < _NEAR for mark in reading.of(Sense.COME, Sense.GO))
        return not coming  # able and willing to load, not coming to quarrel
    if word.form in {Form.TOLD, Form.DOING} or word.lemmas & LEAVING_IT_SO:
        return True
    return word.form is Form.PLAN and any(mark.end <= at for mark in reading.of(*_ASSENTS))


def _is_another_place(reading: Reading, at: int, lemmas: frozenset[str]) -> bool:
    """Tell whether a noun is where he will be, and no place of work: `буду на рыбалке`."""
    tokens = reading.tokens
    if lemmas & WORKPLACE or not look_up(tokens[at].text).noun:
        return False
    clause = reading.clause_of(at)
    before = range(max(clause.start, at - 2), at)
    placed = any(tokens[near].text in _TO_A_PLACE for near in before)
    return placed and any(tokens[near].text in OPEN_ENDED for near in clause)
