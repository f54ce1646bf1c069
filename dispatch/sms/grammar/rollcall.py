"""The crew lead's answer to "all here? 1 = yes, or the numbers of who is missing".

He himself is number 1, so `1` can only mean that everyone is here. A list holds at most 15 men.
"""

from collections.abc import Iterator

from dispatch.sms.grammar.normalise import Gap, Kind, Token
from dispatch.sms.grammar.outcome import Context, Disposition
from dispatch.sms.grammar.reading import Reading
from dispatch.sms.grammar.senses import Role, Sense
from dispatch.sms.grammar.verdict import LIKELY, PLAIN, Verdict, ambiguous
from dispatch.sms.grammar.vocabulary import vocabulary

LARGEST_LIST = 15
_LEAD = 1
_SMALL_TALK = frozenset({Sense.FILLER, Sense.THANKS, Sense.GREETING, Sense.REGRET})
_ALL = frozenset({Sense.ALL_HERE, Sense.ALL_WELL})
_PLACE = frozenset({Sense.HERE, Sense.ARRIVED})
_IN_FULL = _SMALL_TALK | _ALL | _PLACE | {Sense.YES, Sense.UNDERSTOOD}
_LISTING = _SMALL_TALK | {Sense.ABSENT, Sense.ORDINAL, Sense.UNDERSTOOD, Sense.LISTING}
_REST = frozenset(
    {"остальные", "прочие", "другие", "rest", "others", "demas", "tobbiek", "колганлар", "дигарон", "все"}
)
_EXCEPTING = _LISTING | _ALL | _PLACE | {Sense.EXCEPT}
_OWN_ERRAND = frozenset({Sense.CALL, Sense.LATE, Sense.ON_WAY})
_OTHER_BUSINESS = _OWN_ERRAND | {Sense.ASK, Sense.TOPIC, Sense.HELP, Sense.SUBSTITUTE}
_NO = frozenset({"нет", "no", "nem", "йук", "не"})
_COUNTING = frozenset({"хватает", "нехватает", "faltan", "hianyoznak"})
_COUNTING_AFTER = frozenset({"missing", "absent", "ausentes"})
_ORDINAL_ENDINGS = frozenset(
    "й ый ой ий го ого его я st nd rd th es as os ik o чи chi".split(),  # noqa: SIM905 - read as a row
)


def rollcall(reading: Reading, context: Context) -> Verdict | None:
    """Read who is missing; None when the lead speaks of something else."""
    if context is not Context.PRESENT or reading.asks:
        return None
    listed = _listed(reading)
    if not listed and listed is not None:
        return _without_numbers(reading)
    reason = next(_objections(reading, listed), None)
    if listed is None or reason is not None:
        own_errand = reading.senses & _OWN_ERRAND and Sense.ABSENT not in reading.senses
        return None if own_errand else ambiguous(reason or "numbers that are no list of the missing")
    if _is_in_full(reading, listed):
        return Verdict(Disposition.ACCEPT, "everyone is here")
    confidence = LIKELY if reading.senses & _ALL else PLAIN
    missing = tuple(sorted(set(listed)))
    return Verdict(Disposition.MISSING, "lists who is missing", confidence, numbers=missing)


def _without_numbers(reading: Reading) -> Verdict | None:
    said = reading.senses
    if said & _OTHER_BUSINESS or said <= _SMALL_TALK:
        return None
    denied = (
        said & _ALL and Sense.ABSENT in said and reading.tokens[0].text in _NO and len(reading.of(Sense.ABSENT)) == 1
    )
    if denied and said <= _IN_FULL | {Sense.ABSENT} and not _is_strange(reading):
        return Verdict(Disposition.ACCEPT, "no, everyone is here")
    if said & (_ALL | {Sense.YES}) and said <= _IN_FULL | {Sense.OKAY} and not _is_strange(reading):
        return Verdict(Disposition.ACCEPT, "everyone is here")
    return ambiguous("not clear who is missing")


def _objections(reading: Reading, listed: list[int] | None) -> Iterator[str]:
    """Yield why numbers are neither "all here" nor a list of the missing."""
    if listed is None or _is_strange(reading):
        yield "numbers that are no list of the missing"
    elif not _is_in_full(reading, listed):
        yield from _objections_to_a_list(reading, listed)


def _objections_to_a_list(reading: Reading, listed: list[int]) -> Iterator[str]:
    if reading.numbers.party is not None or _counts(reading):
        yield "counts the men instead of naming the missing"
    lowest = _LEAD if Sense.ABSENT in reading.senses and len(listed) > 1 else _LEAD + 1
    if not all(lowest <= number <= LARGEST_LIST for number in listed):
        yield "numbers that are on no list"
    rest = (
        any(reading.tokens[mark.start].text in _REST for mark in reading.of(*_ALL)) and Sense.ABSENT in reading.senses
    )
    if not reading.senses <= (_EXCEPTING if Sense.EXCEPT in reading.senses or rest else _LISTING):
        yield "not clear whether these numbers are here or missing"


def _is_in_full(reading: Reading, listed: list[int]) -> bool:
    """Tell whether the only number is the lead's `1`, or the size of the crew in "all 13 here"."""
    if not reading.senses <= _IN_FULL or len(listed) > 1:
        return False
    if listed == [_LEAD]:
        return True
    tokens = reading.tokens
    at = next((at for at, token in enumerate(tokens) if token.kind is Kind.NUMBER), None)
    return any(
        (mark.end == at and tokens[at].gap < Gap.COMMA) or (mark.start - 1 == at and tokens[mark.start].gap < Gap.COMMA)
        for mark in reading.of(*_ALL)
        if at is not None
    )


def _listed(reading: Reading) -> list[int] | None:
    """Return every number of the text, or None when one is no number of a list."""
    listed: list[int] = []
    for at, token in enumerate(reading.tokens):
        if token.kind is Kind.NUMBER:
            spanned = token.gap is Gap.HYPHEN and reading.tokens[at - 1].kind is Kind.NUMBER
            if token.value is None or spanned:
                return None
            listed.append(token.value)
        elif token.kind is Kind.CLOCK:
            if "." not in token.text:
                return None
            listed.extend(int(part) for part in token.text.split("."))
    ordinals = [mark.value for mark in reading.of(Sense.ORDINAL) if isinstance(mark.value, int)]
    return [*listed, *ordinals, *(number for number in reading.numbers.spelled if number > _LEAD)]


_CREW = frozenset(
    """
    стоим ждем работаем грузим готовы начали приступили бригада команда смена звено люди народ экипаж ребята мужики
    пацаны парни бойцы crew team guys lads csapat brigada
    """.split()  # noqa: SIM905 - read as a row
)


def _is_strange(reading: Reading) -> bool:
    """Tell whether the text holds words that are neither understood nor numbers."""
    counted = Sense.ALL_HERE not in reading.senses and any(
        _is_unit(reading.tokens[at], Role.PEOPLE) for at in reading.numbers.taken
    )
    return counted or any(
        not (
            reading.tokens[at].text in _CREW
            or _is_unit(reading.tokens[at], "N")
            or reading.tokens[at].kind is Kind.NUMBER
            or _is_ending(reading, at)
        )
        for at in reading.unknown
    )


def _is_ending(reading: Reading, at: int) -> bool:
    token = reading.tokens[at]
    glued = at > 0 and token.gap in {Gap.NONE, Gap.HYPHEN} and reading.tokens[at - 1].kind is Kind.NUMBER
    return glued and token.text in _ORDINAL_ENDINGS


def _is_unit(token: Token, sign: str) -> bool:
    branch = vocabulary().units.words.get(token.text)
    return branch is not None and branch.payload is not None and branch.payload.sign == sign


def _counts(reading: Reading) -> bool:
    """Tell whether a word counts the missing instead of naming them: "two are missing"."""
    tokens = reading.tokens
    if reading.of(Sense.ORDINAL) or any(token.text.startswith("номер") for token in tokens):
        return False
    return any(
        token.text in _COUNTING
        or (token.text in _COUNTING_AFTER and at > 0 and tokens[0].kind is tokens[at - 1].kind is Kind.NUMBER)
        for at, token in enumerate(tokens)
    )
