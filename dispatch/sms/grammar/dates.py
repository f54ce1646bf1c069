"""Find the calendar dates of a text: `25.11`, `25 ноября`, `25-го`, `Nov 25`, `2026-11-25`.

A number beside a month or an ending of the day is a date; two numbers parted by a dot are one where they cannot be a
time of day. What may be either, `22.10`, is handed on as possible, and weeks, months and "from the 25th on" as vague.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from dispatch.sms.grammar.normalise import Gap, Kind, Token
from dispatch.sms.grammar.senses import Role, StatedDate
from dispatch.sms.grammar.vocabulary import vocabulary

_MONTHS: Final[Mapping[str, int]] = {
    word: month
    for month, words in enumerate(
        (
            "янв январь января январе январ jan january enero januar yanvar",
            "фев февр февраль февраля феврале феврал feb february febrero februar fevral",
            "мар март марта марте mar march marzo marcius mart",
            "апр апрель апреля апреле апрел apr april abril aprilis aprel",
            "май мая мае may mayo majus",
            "июн июнь июня июне jun june junio junius iyun",
            "июл июль июля июле jul july julio julius iyul",
            "авг август августа августе aug august agosto augusztus avgust",
            "сен сент сентябрь сентября сентябре сентябр sep sept september septiembre szeptember sentabr sentyabr",
            "окт октябрь октября октябре октябр oct october octubre okt oktober oktabr oktyabr",
            "ноя нояб ноябрь ноября ноябре ноябр nov november noviembre noyabr",
            "дек декабрь декабря декабре декабр dec december diciembre dekabr",
        ),
        start=1,
    )
    for word in words.split()
}
_ENDINGS = frozenset({"го", "числа", "число", "числу", "числе", "th", "st", "nd", "rd"})
_GLUED_ENDINGS = _ENDINGS | {
    *("ого", "е", "ое", "ому", "му", "ум", "уми", "чи", "chi", "en", "an", "e", "i"),
}
_IN_MONTH = ("да", "da", "ban", "ben")
_OF = frozenset({"of", "de"})
_YEAR_WORDS = frozenset({"г", "года", "год"})
_YEARS, _DAYS, _MONTHS_OF_YEAR = range(2000, 2100), range(1, 32), range(1, 13)
_NUMBER_OF_YEAR_PARTS = 3
_CENTURY = 2000
_LAST_HOUR = 24
_ROUND_MINUTES = 5

_TENS_BEFORE = {"двадцать": 20, "тридцать": 30}
_ONES = {
    word: number
    for number, word in enumerate(
        ("первого", "второго", "третьего", "четвертого", "пятого", "шестого", "седьмого", "восьмого", "девятого"),
        start=1,
    )
}
_FROM_TEN = {
    word: number
    for number, word in enumerate(
        (
            *("десятого", "одиннадцатого", "двенадцатого", "тринадцатого", "четырнадцатого", "пятнадцатого"),
            *("шестнадцатого", "семнадцатого", "восемнадцатого", "девятнадцатого", "двадцатого"),
        ),
        start=10,
    )
} | {"тридцатого": 30}

_SPANS = frozenset(
    {
        *("с", "со", "до", "после", "по", "кроме", "только", "лишь", "начиная", "позже", "раньше"),
        *("from", "until", "till", "after", "before", "since", "except", "only", "to"),
        *("desde", "hasta", "despues", "antes", "solo"),
    },
)
"""Before a day these speak of more than that day, or of every other day."""

_TAKEN_OFF = frozenset({"меня", "нас"})
"""`снимите меня с 25.11` speaks of that day alone."""

_TIME_SIGNS = frozenset({Role.AT, Role.ON, Role.FROM})
_VAGUE = re.compile(
    r"недел\w*|следующ\w+|выходн(?:ые|ых|ым|ыми)|месяц\w*|weeks?|weekends?|months?|next|semanas?|finde|jovo|heten"
    r"|hetvegen|хафта\w*|hafta\w*"
)
_OCCASIONS = frozenset({"раз", "разок", "time"})
"""`в следующий раз` is courtesy, no day."""

_DAYS_LONG = frozenset({"дня", "дней", "дн", "days", "dias", "kun", "кун", "руз", "nap", "napig"})
_AT = frozenset({"в", "к", "ко", "at"})
_SEPARATORS = re.compile(r"[./\-]")


class Dated(NamedTuple):
    """One date, with the tokens it covers."""

    date: StatedDate
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates of a text.

    Attributes:
        found: what can only be a date.
        possible: what is a date or a time of day: `22.10`.
        vague: whether it speaks of a week, a month, or of all days from or but one.
    """

    found: tuple[Dated, ...] = ()
    possible: tuple[Dated, ...] = ()
    vague: bool = False

    @property
    def taken(self) -> frozenset[int]:
        """The tokens that are surely part of a date."""
        return frozenset(at for dated in self.found for at in range(dated.start, dated.end))


def find_dates(tokens: Sequence[Token]) -> Dates:
    """Read every date of a text; a number that can be no day is left to be read as a number."""
    found: list[Dated] = []
    possible: list[Dated] = []
    at = 0
    while at < len(tokens):
        dated = _written(tokens, at) or _with_words(tokens, at)
        if dated is None:
            at += 1
            continue
        (possible if _may_be_time(tokens, dated) else found).append(dated)
        at = dated.end
    spans = any(is_span(tokens, dated.start) for dated in (*found, *possible))
    return Dates(tuple(found), tuple(possible), vague=spans or any(_vague_words(tokens)))


def _written(tokens: Sequence[Token], at: int) -> Dated | None:
    """Read a date in figures: one token of the form 25.11, 25.11.2026 or 2026-11-25."""
    token = tokens[at]
    if token.kind is not Kind.DATE and not (token.kind is Kind.CLOCK and "." in token.text):
        return None
    parts = [int(part) for part in _SEPARATORS.split(token.text)]
    if parts[0] in _YEARS:
        parts.reverse()
    year = parts[2] if len(parts) == _NUMBER_OF_YEAR_PARTS else None
    if year is not None and year < _CENTURY:
        year += _CENTURY
    date = _date(parts[0], parts[1], year)
    return None if date is None else Dated(date, at, at + 1)


def _with_words(tokens: Sequence[Token], at: int) -> Dated | None:
    """Read a date with a word in it: the month before or after the day, or the ending of the day."""
    month = _month(tokens[at].text)
    if month is not None:
        return _month_first(tokens, at, month)
    day, end, ordinal = _day(tokens, at)
    if day is None:
        return None
    after = end + 1 if _word(tokens, end) in _OF else end
    month = _month(_word(tokens, after))
    if month is not None and not (_word(tokens, after) == "may" and _word(tokens, after + 1) == "be"):
        year, end = _year(tokens, after + 1)
        date = _date(day, month, year)
    else:
        date = _date(day) if ordinal else None
    return None if date is None else Dated(date, at, end)


def _month(word: str) -> int | None:
    """Return the month a word names, in Uzbek and Hungarian with "in" at its end too."""
    endings = (ending for ending in _IN_MONTH if word.endswith(ending))
    return _MONTHS.get(word) or next((_MONTHS.get(word.removesuffix(ending)) for ending in endings), None)


def _month_first(tokens: Sequence[Token], at: int, month: int) -> Dated | None:
    if at + 1 >= len(tokens) or tokens[at + 1].gap >= Gap.COMMA:
        return None
    day, end, _ = _day(tokens, at + 1)
    unit = vocabulary().units.words.get(_word(tokens, end))
    counts = unit is not None and unit.payload is not None and unit.payload.sign not in {Role.MONTH, *_TIME_SIGNS}
    if day is None or counts:
        return None
    year, end = _year(tokens, end)
    date = _date(day, month, year)
    return None if date is None else Dated(date, at, end)


def _day(tokens: Sequence[Token], at: int) -> tuple[int | None, int, bool]:
    """Return the day that begins at a token, where it ends, and whether its form says that it is one."""
    token = tokens[at]
    if token.kind is Kind.WORD:
        return _spelled_day(tokens, at)
    if token.kind is not Kind.NUMBER or token.value not in _DAYS:
        return None, at, False
    ending = _word(tokens, at + 1)
    glued = bool(ending) and tokens[at + 1].gap in {Gap.NONE, Gap.HYPHEN}
    if ending in (_GLUED_ENDINGS if glued else _ENDINGS):
        end = at + 2
        return token.value, end + 1 if _word(tokens, end) in {"числа", "число"} else end, True
    return token.value, at + 1, False


def _spelled_day(tokens: Sequence[Token], at: int) -> tuple[int | None, int, bool]:
    text, following = tokens[at].text, _word(tokens, at + 1)
    if text in _TENS_BEFORE and following in _ONES:
        return _TENS_BEFORE[text] + _ONES[following], at + 2, True
    if text in _FROM_TEN:
        return _FROM_TEN[text], at + 1, True
    if text in _ONES and following in {"числа", "число"}:
        return _ONES[text], at + 2, True
    return _ONES.get(text), at + 1, False


def _year(tokens: Sequence[Token], at: int) -> tuple[int | None, int]:
    """Return the year that stands at a token, if one does, and where the date ends."""
    if at < len(tokens) and tokens[at].kind is Kind.NUMBER and tokens[at].value in _YEARS:
        return tokens[at].value, at + 2 if _word(tokens, at + 1) in _YEAR_WORDS else at + 1
    return None, at


def _word(tokens: Sequence[Token], at: int) -> str:
    """Return the word at a position, joined to the token before it; else nothing."""
    if at >= len(tokens) or tokens[at].gap >= Gap.COMMA or tokens[at].kind is not Kind.WORD:
        return ""
    return tokens[at].text


def _date(day: int, month: int | None = None, year: int | None = None) -> StatedDate | None:
    possible = day in _DAYS and (month is None or month in _MONTHS_OF_YEAR)
    return StatedDate(day, month, year) if possible else None


def _may_be_time(tokens: Sequence[Token], dated: Dated) -> bool:
    """Tell whether figures parted by a dot may be a time: minutes are round, or "at" stands before them."""
    token = tokens[dated.start]
    if token.kind is not Kind.CLOCK or dated.date.day > _LAST_HOUR:
        return False
    before = vocabulary().units.words.get(tokens[dated.start - 1].text) if dated.start > 0 else None
    at = before is not None and before.payload is not None and before.payload.sign in _TIME_SIGNS
    return at or (dated.date.month or 0) % _ROUND_MINUTES == 0


def begins_span(tokens: Sequence[Token], start: int) -> bool:
    """Tell whether the phrase of a day begins with such a word itself: `с понедельника`."""
    return tokens[start].text in _SPANS and not (start > 0 and tokens[start - 1].text in _TAKEN_OFF)


def is_span(tokens: Sequence[Token], start: int) -> bool:
    """Tell whether the word before a day makes it the end of a span, or an exception."""
    if start == 0 or tokens[start].gap >= Gap.COMMA or tokens[start - 1].text not in _SPANS:
        return False
    return not (start > 1 and tokens[start - 2].text in _TAKEN_OFF)


def _vague_words(tokens: Sequence[Token]) -> Iterator[bool]:
    for at, token in enumerate(tokens):
        if token.kind is Kind.WORD and _VAGUE.fullmatch(token.text):
            yield _word(tokens, at + 1) not in _OCCASIONS
        elif token.text in _DAYS_LONG and at > 0 and tokens[at - 1].kind is Kind.NUMBER:
            yield at == 1 or tokens[at - 2].text not in _AT  # "3 дня" is three days, "в 3 дня" is 3 p.m.
