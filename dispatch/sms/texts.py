"""The wording of everything we text, per language. Pure.

`wording_ru.py` and `wording_en.py` hold the sentences; this file fills them in. Uzbek and Tajik readers get Russian,
the language of the work; Hungarian and Spanish ones English, until their own tables are written.

A sentence has places `{name}` for variables, and parts in brackets that are left out when a variable of theirs is not
given. What clients or workers wrote passes `plain.py` first, so no quoted word can be obeyed.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from types import MappingProxyType
from typing import Final, cast

from dispatch.sms.plain import plain
from dispatch.sms.segments import measure
from dispatch.sms.wording import Template
from dispatch.sms.wording_en import ENGLISH
from dispatch.sms.wording_ru import RUSSIAN
from dispatch.tenancy.rules import require_aware

__all__ = ["Choice", "CrewEntry", "Language", "Template", "TextIncomplete", "render"]


class Language(StrEnum):
    """What people may be written to in."""

    RU = "ru"
    EN = "en"
    UZ = "uz"
    TG = "tg"
    HU = "hu"
    ES = "es"


class TextIncomplete(KeyError):
    """A variable that the wording needs was not given."""


@dataclass(frozen=True, slots=True)
class CrewEntry:
    """One line of a crew list: the number to answer with, the name, the last digits of the phone among namesakes."""

    number: int
    name: str
    tail: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a "which one?": the code to answer with, and what it is, date first."""

    code: int
    label: str


_Listed = Sequence[datetime] | Sequence[CrewEntry] | Sequence[Choice] | Sequence[int]
Variable = str | int | Decimal | datetime | _Listed | None

_TABLES: Final[Mapping[Language, Mapping[Template, str]]] = MappingProxyType(
    {Language.RU: RUSSIAN, Language.EN: ENGLISH}
)
_SPOKEN_AS: Final[Mapping[Language, Language]] = MappingProxyType(
    {Language.UZ: Language.RU, Language.TG: Language.RU, Language.HU: Language.EN, Language.ES: Language.EN}
)
_KNOWN: Final = frozenset(language.value for language in Language)
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SEATS: Final = {
    Language.RU: {"primary": "основной состав", "reserve": "резерв", "standby": "запас"},
    Language.EN: {"primary": "primary", "reserve": "reserve", "standby": "standby"},
}
_MONEY: Final = {
    Language.RU: {"RUB": "р", "HUF": "Ft", "EUR": "евро", "USD": "долл"},
    Language.EN: {"RUB": " RUB", "HUF": " HUF", "EUR": " EUR", "USD": " USD"},
}
_LENGTHS: Final = {"place": 36, "address": 70, "meeting": 70, "service": 24, "name": 24, "what": 60}
_SHORTEST_PLACE = 12
_DAYS_BEFORE_CLOCK = 8
"""So many days share one clock time; after that it is said again, so that it stays near its days."""

_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_PLACE = re.compile(r"\{(\w+)\}")
_ENDS = ".!?"
_BARE_NUMBER = re.compile(r"(?<![\d.:])\d+(?![\d.:])")


def render(template: Template, language: str, **variables: Variable) -> str:
    """Return the text of one template.

    Args:
        template: which sentence.
        language: of the reader; an unknown one is written to in Russian.
        **variables: by name, the same names in every language:
            `when` a start or several, `until` the end of the first day, `time` a clock time: aware, already in the
            zone of the place; `code`, `codes`, `number`, `count`, `minutes`, `hours` figures; `rate_minor` per hour,
            `amount_minor`, both with `currency`; `rating`; `seat` primary|reserve|standby; `entries` a crew list,
            `choices` for a "which one?"; `link` an address of ours; `place`, `address`, `meeting`,
            `service`, `name`, `what` words of others, which are cleaned and cut here; `still_open` codes that wait for
            an answer, named after any text.

    Returns:
        The text. Where one segment less can be had by cutting `place`, down to 12 characters, it is cut.

    Raises:
        TextIncomplete: a variable of a part that is not optional is missing.
        ValueError: a moment has no offset.
    """
    spoken = _spoken(language)
    table = _TABLES[spoken]
    words = _words(spoken, variables)
    text = _fill(table[template], words)
    place = variables.get("place")
    if isinstance(place, str):
        text = _shortened(table[template], words, text, place)
    still_open = cast("Sequence[int] | None", variables.get("still_open"))
    if still_open:
        stop = "" if text[-1] in _ENDS else "."
        text = f"{text}{stop} {_fill(table[Template.STILL_OPEN], _words(spoken, {'codes': still_open}))}"
    return text


def _spoken(language: str) -> Language:
    known = Language(language) if language in _KNOWN else Language.RU
    return _SPOKEN_AS.get(known, known)


def _shortened(sentence: str, words: Mapping[str, str], text: str, place: str) -> str:
    """Return the text with its place cut as far as it takes to save a segment; uncut where that saves none."""

    def saves(limit: int) -> str | None:
        shorter = _fill(sentence, {**words, "place": plain(place, limit)})
        return shorter if measure(shorter).segments < segments else None

    segments = measure(text).segments
    limits = range(len(words["place"]) - 1, _SHORTEST_PLACE - 1, -1)
    # Where the shortest place saves nothing, no longer one does: the usual case costs one try.
    if segments == 1 or not limits or saves(limits[-1]) is None:
        return text
    return next(shorter for limit in limits if (shorter := saves(limit)) is not None)


def _fill(sentence: str, words: Mapping[str, str]) -> str:
    known = _OPTIONAL.sub(
        lambda part: part[1] if all(words.get(name) for name in _PLACE.findall(part[1])) else "", sentence
    )
    missing = [name for name in _PLACE.findall(known) if not words.get(name)]
    if missing:
        raise TextIncomplete(f"the wording needs {', '.join(missing)}")
    return _PLACE.sub(lambda match: words[match[1]], known).strip()


def _words(language: Language, variables: Mapping[str, Variable]) -> dict[str, str]:
    given = {name: value for name, value in variables.items() if value is not None}
    words = {name: _FORMATS[name](value, language) for name, value in given.items() if name in _FORMATS}
    if "when" in given:
        words["when"] = _when(_moments(given["when"]), cast("datetime | None", given.get("until")), language)
    currency = str(given.get("currency", ""))
    for name in ("rate", "amount"):
        if f"{name}_minor" in given:
            words[name] = _money(cast("int", given[f"{name}_minor"]), currency, language)
    return words


def _moments(value: Variable) -> list[datetime]:
    moments = [value] if isinstance(value, datetime) else list(cast("Sequence[datetime]", value))
    return sorted(require_aware(moment) for moment in moments)


def _when(starts: Sequence[datetime], until: datetime | None, language: Language) -> str:
    """Return days with their clock time: "24.11, 25.11 09:00"; the end is told for a single day only."""
    parts: list[str] = []
    for clock, same in groupby(starts, key=_clock):
        days = [_day(start, language) for start in same]
        runs = (days[first : first + _DAYS_BEFORE_CLOCK] for first in range(0, len(days), _DAYS_BEFORE_CLOCK))
        parts.extend(f"{', '.join(run)} {clock}" for run in runs)
    end = f"-{_clock(require_aware(until))}" if until is not None and len(starts) == 1 else ""
    return ", ".join(parts) + end


def _day(moment: datetime, language: Language) -> str:
    if language is Language.EN:
        return f"{moment.day} {_MONTHS[moment.month - 1]}"
    return f"{moment:%d.%m}"


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M}"


def _money(minor: int, currency: str, language: Language) -> str:
    whole, rest = divmod(minor, 100)
    figure = f"{whole}.{rest:02d}" if rest else str(whole)
    return figure + _MONEY[language].get(currency, f" {currency}".rstrip())


def _entries(value: Variable, _language: Language) -> str:
    lines = []
    for entry in cast("Sequence[CrewEntry]", value):
        tail = f" ({entry.tail})" if entry.tail else ""
        lines.append(f"{entry.number} {plain(entry.name, _LENGTHS['name'])}{tail}")
    return ", ".join(lines)


def _choices(value: Variable, _language: Language) -> str:
    """Return the lines of a "which one?"; a house number could be taken for a code, so figures other than dates go."""
    lines = (
        f"{choice.code} - {plain(_BARE_NUMBER.sub('', choice.label), 40)}" for choice in cast("Sequence[Choice]", value)
    )
    return "; ".join(lines)


def _rating(value: Variable, language: Language) -> str:
    rating = Decimal(cast("Decimal | int | str", value))
    return f"{rating:.1f}" if language is Language.EN else f"{rating:.2f}".replace(".", ",")


def _quoted(name: str) -> Callable[[Variable, Language], str]:
    return lambda value, _language: plain(str(value), _LENGTHS[name])


def _figure(value: Variable, _language: Language) -> str:
    return str(int(cast("int", value)))


_FORMATS: Final[Mapping[str, Callable[[Variable, Language], str]]] = MappingProxyType(
    {
        **{name: _quoted(name) for name in _LENGTHS},
        **dict.fromkeys(("code", "number", "count", "minutes"), _figure),
        "hours": lambda value, _language: f"{float(cast('Decimal | int', value)):g}",
        "time": lambda value, _language: _clock(require_aware(cast("datetime", value))),
        "codes": lambda value, _language: ", ".join(str(int(code)) for code in cast("Sequence[int]", value)),
        "seat": lambda value, language: _SEATS[language][str(value)],
        "rating": _rating,
        "link": lambda value, _language: str(value),
        "entries": _entries,
        "choices": _choices,
    }
)
