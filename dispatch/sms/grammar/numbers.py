"""Tell what the numbers of a text are: codes, minutes, times of day, people, money or dates.

A code is what our offers carry: 31-99 without 45, 50, 60, 90, then 131-999 without whole hundreds; the gaps are the
numbers people send for other reasons. The words around a number decide first; what remains and may be a code is one.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dispatch.sms.grammar.lexicon.form import AFTERNOON, EVENING, MORNING, NIGHT
from dispatch.sms.grammar.normalise import Gap, Kind, Token
from dispatch.sms.grammar.senses import Role
from dispatch.sms.grammar.vocabulary import Unit, vocabulary

_SHORT_CODES, _SHORT_GAPS = range(31, 100), frozenset({45, 50, 60, 90})
_LONG_CODES, _HUNDRED = range(131, 1000), 100
_NUMBER, _CLOCK, _OTHER, _BREAK, _RANGE = "N", "C", ".", ",", "-"
_NOON, _LATE_NIGHT = 12, 9
_ORDINALS = {
    "перв": 1,
    "втор": 2,
    "трет": 3,
    "четв": 4,
    "пято": 5,
    "пяту": 5,
    "пята": 5,
    "пяты": 5,
    "шест": 6,
    "седь": 7,
    "вось": 8,
    "девя": 9,
}
"""Ones that end a spelled code as ordinals: `тридцать второй`."""
_LAST_HOUR = 24
_BARE_HOURS = range(6, 24)
_LONGEST_DELAY = 12 * 60
_TENS = range(20, 100, 10)
_LARGEST_PARTY = 20
_ABOUT_AN_OFFER = frozenset({"с", "со", "от", "по", "del", "de"})
_LEAVING = (
    "сним",
    "сня",
    "убер",
    "убир",
    "вычерк",
    "слет",
    "соск",
    "удал",
    "отмен",
    "выпис",
    "меня",
    "исключ",
    "спрыг",
)
_WHOLLY = 100
"""Percent that only stress a yes."""
_BESIDE = frozenset({Role.WE, Role.PRICE})
"""Words that explain a number and keep their own meaning."""

_PATTERN = re.compile(
    r"(?P<money>\$N|N\$|N[aoi]h(?!N)|vN(?![mhHdpNC]))"
    r"|(?P<date>N-?M)"
    r"|(?P<percent>N%|%[o~]{0,2}N)"
    r"|(?P<item>#N)"
    r"|(?P<limit>[NC]-?[hH]?u)"
    r"|(?P<range>m[oi]?~?C|[oi]?~?Cm)"
    r"|(?P<time>d?h?~?a~?(?:C|NN?h?)[dks~]?(?![mpNC$%H])|d?(?:o~?)?C[dks]?(?!m)|H~?(?:C|N)-?s?d?|N-?h?d|d?N(?:-?N)?-?k)"
    r"|(?P<span>m[oiv]?~?N(?:-?N)?|[oiv]?~?N-?N?m|h~?N(?:m|(?![a-zA-Z~$%#]))|[oiv]?~?N-?N?[hH](?:~?Nm)?|i~?N)"
    r"|(?P<bound>f~?[NC]h?d?)"
    r"|(?P<people>w~?N-?p?(?![mh$%])|N-?p)"
    r"|(?P<on>oN)"
    r"|(?P<spread>N-N)"
    r"|(?P<plain>N)",
)


class _Sign(NamedTuple):
    """One character of the row the pattern reads, with the tokens behind it."""

    character: str
    start: int
    end: int
    value: int | str | None = None


class Plain(NamedTuple):
    """A number in digits whose neighbors do not say what it is."""

    value: int
    at: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of a text.

    Attributes:
        codes: numbers that may be codes, in order, without repeats.
        plain: other numbers without a unit.
        minutes: a length of time.
        spread: the larger of two numbers joined by a hyphen, which nothing beside them explains.
        lasting: whether it is how long he stays, or how late he is, and not when he comes: "for an hour".
        time: a time of day.
        on: the number after "on" or "for", an hour to a promise and minutes to a delay: `буду на 9`, `опоздаю на 9`.
        party: a number of people.
        foreign: money, dates, percentages, limits such as "from 10": nothing an answer to an offer may rest on.
        spelled: single number words that nothing beside them explains.
        limits: whether one of them was a limit in time.
        unplaced: whether one of them may speak of a day, or of nothing we know: a range, "from the 25th", 05.
        taken: the tokens that were read as numbers and their units.
    """

    codes: tuple[int, ...] = ()
    plain: tuple[Plain, ...] = ()
    minutes: int | None = None
    spread: int | None = None
    lasting: bool = False
    time: dt.time | None = None
    on: Plain | None = None
    party: int | None = None
    foreign: bool = False
    spelled: tuple[int, ...] = ()
    limits: bool = False
    unplaced: bool = False
    taken: frozenset[int] = frozenset()

    @property
    def stated_time(self) -> dt.time | None:
        """The time of day a promise names."""
        return self.time if self.time is not None or self.on is None else dt.time(self.on.value)


def is_code(value: int) -> bool:
    """Tell whether a number can be the code of an offer."""
    return (value in _SHORT_CODES and value not in _SHORT_GAPS) or (value in _LONG_CODES and value % _HUNDRED != 0)


def find_numbers(tokens: Sequence[Token], dates: frozenset[int] = frozenset()) -> Numbers:
    """Read every number of a text by what stands beside it, but for those that belong to dates."""
    signs = _signs(tokens, dates)
    row = "".join(sign.character for sign in signs)
    reader = _Reader(tokens, dates)
    for found in _PATTERN.finditer(row):
        reader.read(found.lastgroup or "", signs[found.start() : found.end()])
    return reader.numbers()


class _Reader:
    """Collects what the pattern finds."""

    def __init__(self, tokens: Sequence[Token], dates: frozenset[int]) -> None:
        self._tokens = tokens
        self._codes: list[int] = []
        self._plain: list[Plain] = []
        self._minutes: list[int] = []
        self._lasting = False
        self._spread: int | None = None
        self._times: list[dt.time] = []
        self._parties: list[int] = []
        self._on: list[Plain] = []
        self._spelled: list[int] = []
        self._foreign = bool(dates)
        self._unplaced = any(_is_strange(token) for at, token in enumerate(tokens) if at not in dates)
        self._limits = False
        self._taken: set[int] = set(dates)

    def read(self, kind: str, signs: Sequence[_Sign]) -> None:
        """Read one find; where its value is impossible, its numbers stand alone."""
        values = [sign.value for sign in signs if sign.character == _NUMBER and isinstance(sign.value, int)]
        if kind == "percent" and values[0] == _WHOLLY:
            pass
        elif self._names_a_code(kind, signs, values):
            self._codes.append(values[0])
        elif kind in {"money", "date", "percent", "bound", "limit"}:
            self._foreign = True
            self._limits = self._limits or kind in {"bound", "limit"}
            self._unplaced = self._unplaced or kind in {"date", "bound", "limit"}
        elif (kind in {"span", "range"} and self._read_minutes(signs, values)) or (
            kind == "time" and self._read_time(signs, values)
        ):
            pass
        elif kind == "spread":
            self._spread = max(values)
            self._unplaced = True
        elif kind == "on" and values[0] in _BARE_HOURS:
            self._on.append(Plain(values[0], signs[-1].start))
        elif kind == "people" and values and 0 < values[-1] <= _LARGEST_PARTY:
            self._parties.append(values[-1])
        else:
            digits = self._read_alone(signs)
            if kind != "on" or not digits:
                return
        self._taken.update(at for sign in signs if sign.character not in _BESIDE for at in range(sign.start, sign.end))

    def numbers(self) -> Numbers:
        """Return what was found; two different times or sizes of party cancel each other."""
        return Numbers(
            codes=tuple(dict.fromkeys(self._codes)),
            plain=tuple(self._plain),
            minutes=max(self._minutes, default=None),
            spread=self._spread,
            lasting=self._lasting,
            time=self._times[0] if len(set(self._times)) == 1 else None,
            on=self._on[0] if len(self._on) == 1 else None,
            party=self._parties[0] if len(set(self._parties)) == 1 else None,
            foreign=self._foreign
            or self._spread is not None
            or len(set(self._times)) > 1
            or len(set(self._parties)) > 1
            or len(self._on) > 1,
            spelled=tuple(self._spelled),
            limits=self._limits,
            unplaced=self._unplaced,
            taken=frozenset(self._taken),
        )

    def _names_a_code(self, kind: str, signs: Sequence[_Sign], values: Sequence[int]) -> bool:
        """Tell whether what looks like a limit or a price can only be a code: `снимите с 63`, `по 31 согласен`."""
        row = "".join(sign.character for sign in signs)
        if len(values) != 1 or row not in {Role.FROM + _NUMBER, Role.PRICE + _NUMBER}:
            return False
        about = self._tokens[signs[0].start].text in _ABOUT_AN_OFFER
        first = signs[0].start
        leaving = first > 0 and self._tokens[first - 1].text.startswith(_LEAVING)
        about = about and (leaving or self._tokens[first].text not in {"с", "со"})
        return kind in {"bound", "money"} and about and values[0] > _LAST_HOUR and is_code(values[0])

    def _read_minutes(self, signs: Sequence[_Sign], values: Sequence[int]) -> bool:
        row = "".join(sign.character for sign in signs)
        if _CLOCK in row:
            clock = self._tokens[next(sign.start for sign in signs if sign.character == _CLOCK)].text
            minutes = int(clock[-2:]) if _RANGE in clock else 0
        elif row.startswith(Role.HOUR):
            minutes = 60 + values[-1]
        elif Role.HOUR in row or Role.CLOCK_HOUR in row:
            minutes = 60 * values[0] + (values[-1] if row.endswith(Role.MINUTE) and len(values) > 1 else 0)
        else:
            minutes = max(values)
        if not 0 < minutes <= _LONGEST_DELAY:
            return False
        self._minutes.append(minutes)
        self._lasting = self._lasting or Role.ON in row
        return True

    def _read_time(self, signs: Sequence[_Sign], values: Sequence[int]) -> bool:
        part = next(
            (sign.value for sign in signs if sign.character == Role.PART_OF_DAY and isinstance(sign.value, str)), None
        )
        clock = next((sign.value for sign in signs if sign.character == _CLOCK), None)
        if isinstance(clock, int):
            hour, minute = divmod(clock, 60)
        else:
            hour, minute = values[0], values[1] if len(values) > 1 else 0
        if hour > _LAST_HOUR or minute not in range(0, 60, 1 if isinstance(clock, int) else 5):
            return False
        self._times.append(dt.time(_hour_of_day(hour, part), minute))
        return True

    def _read_alone(self, signs: Sequence[_Sign]) -> bool:
        """Note the numbers of a find that means nothing more; tell whether they were typed in digits."""
        before = len(self._codes) + len(self._plain)
        for sign in signs:
            if sign.character == _CLOCK:
                self._foreign = self._unplaced = True
                self._taken.add(sign.start)
            if sign.character != _NUMBER or not isinstance(sign.value, int):
                continue
            typed = self._tokens[sign.start]
            if typed.kind is Kind.WORD and sign.end - sign.start == 1:
                self._spelled.append(sign.value)
                continue
            if typed.text.startswith("0"):
                self._foreign = self._unplaced = True
            elif is_code(sign.value):
                self._codes.append(sign.value)
            else:
                self._plain.append(Plain(sign.value, sign.start))
            self._taken.update(range(sign.start, sign.end))
        return len(self._codes) + len(self._plain) > before


def _hour_of_day(hour: int, part: str | None) -> int:
    """Apply a part of the day to an hour; without one an hour counts as written, 24 as midnight."""
    if hour == _NOON:
        return 0 if part in {NIGHT, MORNING} else _NOON
    afternoon = part in {AFTERNOON, EVENING} or (part == NIGHT and hour >= _LATE_NIGHT)
    return (hour + _NOON if afternoon and hour < _NOON else hour) % _LAST_HOUR


def _is_strange(token: Token) -> bool:
    """Tell whether figures are too long, or impossible as a time of day."""
    return token.kind is Kind.DATE or (token.kind in {Kind.NUMBER, Kind.CLOCK} and token.value is None)


def _signs(tokens: Sequence[Token], dates: frozenset[int]) -> list[_Sign]:
    signs: list[_Sign] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.gap >= Gap.COMMA:
            signs.append(_Sign(_BREAK, at, at))
        elif token.gap is Gap.HYPHEN:
            signs.append(_Sign(_RANGE, at, at))
        if at in dates:
            signs.append(_Sign(_OTHER, at, at + 1))
            at += 1
        elif token.kind is Kind.NUMBER:
            signs.append(_Sign(_NUMBER if token.value is not None else _OTHER, at, at + 1, token.value))
            at += 1
        elif token.kind is Kind.CLOCK:
            signs.append(_Sign(_CLOCK if token.value is not None else _OTHER, at, at + 1, token.value))
            at += 1
        else:
            unit, end = _longest_unit(tokens, at)
            ordinal = _ORDINALS.get(token.text[:4]) if unit.sign != _NUMBER and signs else None
            if ordinal is not None and signs[-1].value in _TENS and tokens[signs[-1].start].kind is Kind.WORD:
                unit, end = Unit(_NUMBER, ordinal), at + 1
            tens, ones = signs[-1] if signs else None, unit.value
            if (
                unit.sign == _NUMBER
                and tens is not None
                and tens.character == _NUMBER
                and tokens[tens.start].kind is Kind.WORD
                and tens.value in _TENS
                and isinstance(tens.value, int)
                and isinstance(ones, int)
                and 0 < ones < _TENS.step
            ):
                signs[-1] = _Sign(_NUMBER, tens.start, end, tens.value + ones)
            else:
                signs.append(_Sign(unit.sign, at, end, unit.value))
            at = end
    return signs


def _longest_unit(tokens: Sequence[Token], start: int) -> tuple[Unit, int]:
    best, end = Unit(_OTHER), start + 1
    branch, at = vocabulary().units, start
    while at < len(tokens) and (at == start or tokens[at].gap < Gap.COMMA):
        step = branch.words.get(tokens[at].text)
        if step is None:
            break
        branch, at = step, at + 1
        if branch.payload is not None:
            best, end = branch.payload, at
    return best, end
