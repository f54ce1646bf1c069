"""Find the lexicon's phrases in a row of words, longest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dispatch.sms.grammar.lexicon.names import SURNAME_ENDINGS
from dispatch.sms.grammar.normalise import Gap, Kind, Token
from dispatch.sms.grammar.senses import STOPPING, Sense, StatedDay
from dispatch.sms.grammar.vocabulary import NAME, SHORTEST_STEM, UNKNOWN_WORD, Branch, Meaning, vocabulary

_PASSABLE = frozenset(
    {
        *(
            "пожалуйста",
            "мне",
            "меня",
            "мой",
            "мои",
            "мою",
            "уже",
            "больше",
            "ваш",
            "ваши",
            "вашу",
            "эти",
            "эту",
            "этот",
            "этой",
            "этого",
        ),
        *("уж", "же", "нам", "вы", "сейчас", "просто", "дигар", "илтимос", "хохиш", "ба", "ман", "маро"),
        *("мени", "менга", "менинг", "meni", "menga", "iltimos"),
        *("please", "pls", "me", "my", "this", "these", "your", "the", "already", "just", "now"),
        *("por", "favor", "ya", "me", "mi", "la", "mas", "kerem", "kerlek", "nekem", "a", "az", "mar"),
    },
)
"""Small words that may stand inside a phrase: `не пишите (мне) больше`."""

_SILENCING = frozenset({Sense.STOP, Sense.SOFT_STOP})
_MOST_PASSED = 2
_LONGEST_WITH_NAME = 8


@dataclass(frozen=True, slots=True)
class Mark:
    """One phrase found: its sense and value, the tokens it covers, and the clause it stands in."""

    sense: Sense
    start: int
    end: int
    value: int | StatedDay | None = None


def find_marks(tokens: Sequence[Token], tree: Branch[Meaning], taken: frozenset[int]) -> list[Mark]:
    """Return the phrases in order; `taken` positions were read as numbers already and belong to no phrase."""
    marks: list[Mark] = []
    at = 0
    while at < len(tokens):
        found = None if at in taken else _longest(tokens, tree, at, taken)
        if found is not None and _cuts_a_stop(tokens, tree, at, found, taken):
            found = None
        if found is None:
            at += 1
            continue
        meaning, end = found
        marks.append(Mark(meaning.sense, at, end, meaning.value))
        at = end
    return marks


def _cuts_a_stop(
    tokens: Sequence[Token], tree: Branch[Meaning], start: int, found: tuple[Meaning, int], taken: frozenset[int]
) -> bool:
    """Tell whether a phrase would take the beginning of a wish for silence away: `que no | me envíen más`."""
    meaning, end = found
    if meaning.sense in STOPPING:
        return False
    for at in range(start + 1, end):
        inner = None if at in taken else _longest(tokens, tree, at, taken)
        if inner is not None and inner[0].sense in _SILENCING and inner[1] > end and inner[1] - at > 1:
            return True
    return False


def is_name(token: Token) -> bool:
    """Tell whether a word is a first name we know, or is written and ends like a surname."""
    return token.text in vocabulary().names or (token.capital and token.text.endswith(SURNAME_ENDINGS))


class _Search(NamedTuple):
    """One way to read the words so far as the beginning of a phrase."""

    branch: Branch[Meaning]
    at: int
    passed: int = 0
    torn: bool = False
    paused: bool = False


def _longest(
    tokens: Sequence[Token],
    tree: Branch[Meaning],
    start: int,
    taken: frozenset[int],
) -> tuple[Meaning, int] | None:
    best: tuple[Meaning, int] | None = None
    searches = [_Search(tree, start)]
    short = len(tokens) <= _LONGEST_WITH_NAME
    while searches:
        search = searches.pop()
        branch, at = search.branch, search.at
        complete = branch.payload is not None and not search.paused
        if complete and branch.payload is not None and _may_span(branch.payload.sense, torn=search.torn):
            best = (branch.payload, at) if best is None or at > best[1] else best
        if at >= len(tokens) or at in taken:
            continue
        gap = Gap.NONE if at == start else tokens[at].gap
        if gap is Gap.QUESTION:
            continue
        torn = search.torn or gap >= Gap.COMMA
        steps = _steps(branch, tokens[at], short=short)
        if at > start and search.passed < _MOST_PASSED and tokens[at].text in _PASSABLE:
            searches.append(_Search(branch, at + 1, search.passed + 1, search.torn, paused=True))
        searches.extend(_Search(step, at + 1, search.passed, torn) for step in steps)
    return best


def _steps(branch: Branch[Meaning], token: Token, *, short: bool) -> list[Branch[Meaning]]:
    """Return where a word leads, the most exact way last, which is tried first."""
    steps = []
    if short and token.kind is Kind.WORD and not vocabulary().knows(token.text):
        if (unknown := branch.words.get(UNKNOWN_WORD)) is not None:
            steps.append(unknown)
        if (is_name(token) or token.capital) and (name := branch.words.get(NAME)) is not None:
            steps.append(name)
    if branch.stems and token.kind is Kind.WORD:
        beginnings = (token.text[:length] for length in range(SHORTEST_STEM, len(token.text) + 1))
        steps += [branch.stems[stem] for stem in beginnings if stem in branch.stems]
    if (exact := branch.words.get(token.text)) is not None:
        steps.append(exact)
    return steps


def _may_span(sense: Sense, *, torn: bool) -> bool:
    """Tell whether a phrase is read across punctuation: `не, беспокойте!` is, `нет, проблем` is no "no problem"."""
    return not torn or sense in STOPPING or sense is Sense.MAYBE
