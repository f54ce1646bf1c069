"""How the variables of a text are written: days, hours and money as the language has them, words of others harmless."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from types import MappingProxyType
from typing import Final, cast

from dispatch.sms.latin import latin
from dispatch.sms.plain import plain
from dispatch.sms.shorter import cut_address, outer_address, short_address, short_hours
from dispatch.sms.tongues import TONGUES, Language
from dispatch.tenancy.rules import require_aware


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


@dataclass(frozen=True, slots=True)
class Offered:
    """One line of a text with several offers: the code to answer with, and what is offered on which days."""

    code: int
    when: Sequence[datetime]
    until: datetime
    service: str
    place: str
    rate_minor: int
    currency: str


_Listed = Sequence[datetime] | Sequence[CrewEntry] | Sequence[Choice] | Sequence[Offered] | Sequence[int]
Variable = str | int | Decimal | datetime | _Listed | None

LENGTHS: Final = MappingProxyType({"place": 70, "address": 70, "meeting": 70, "service": 24, "name": 24, "what": 60})
"""The words of others, and how much of them is quoted."""
_SHORT_SERVICES: Final = MappingProxyType({"погрузка": "погр.", "разгрузка": "разгр.", "уборка": "убор."})
_NEAR_ITS_CLOCK = 57
"""So many letters of days share one clock time; after that it is said again, so that it stays near its days."""
_BARE_NUMBER = re.compile(r"(?<![\d.:])\d+(?![\d.:])")


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write the variables.

    Attributes:
        latin: words of others, days and money in Latin letters.
        names: names of a crew list, too; else they stay as the men write them.
        weekday: the weekday before a single day.
        streets: kinds of streets and big cities abbreviated.
        hours: full hours without their noughts.
        service: the work in a short word.
        outside: places without doors and offices.
        place: the most letters of a place; None: as many as there are.
    """

    latin: bool
    names: bool
    weekday: bool = True
    streets: bool = False
    hours: bool = False
    service: bool = False
    outside: bool = False
    place: int | None = None


def written(language: Language, variables: Mapping[str, Variable], form: Form) -> dict[str, str]:
    """Return the variables of a text by the names of their places; what was not given is left out.

    Raises:
        ValueError: a moment has no offset.
    """
    given = {name: value for name, value in variables.items() if value is not None}
    words = {name: _FORMATS[name](value, language, form) for name, value in given.items() if name in _FORMATS}
    if "when" in given:
        until = _wall(cast("datetime", given["until"])) if "until" in given else None
        when = _when(_moments(given["when"]), until, language, weekday=form.weekday, hours=form.hours)
        words["when"] = latin(when) if form.latin else when
    currency = str(given.get("currency", ""))
    for name in ("rate", "amount"):
        if f"{name}_minor" in given:
            amount = TONGUES[language].amount(cast("int", given[f"{name}_minor"]), currency)
            words[name] = latin(amount) if form.latin else amount
    return words


def _moments(value: Variable) -> tuple[datetime, ...]:
    moments = [value] if isinstance(value, datetime) else list(cast("Sequence[datetime]", value))
    return tuple(_wall(moment) for moment in sorted(map(require_aware, moments)))


def _wall(moment: datetime) -> datetime:
    """Return what the clock shows: one instant on two clocks is equal, and two texts."""
    return require_aware(moment).replace(tzinfo=None)


@lru_cache(maxsize=256)
def _when(
    starts: tuple[datetime, ...], until: datetime | None, language: Language, *, weekday: bool, hours: bool
) -> str:
    """Return days with their clock time: "24.11, 25.11 09:00"; the end and the weekday are told for a single day."""
    tongue = TONGUES[language]
    parts: list[str] = []
    for clock, same in groupby(starts, key=_clock):
        days = [tongue.day_of(start) for start in same]
        most = _NEAR_ITS_CLOCK // (len(days[-1]) + 2)
        runs = (days[first : first + most] for first in range(0, len(days), most))
        parts.extend(f"{', '.join(run)} {clock}" for run in runs)
    if len(starts) > 1:
        return ", ".join(parts)
    end = f"-{_clock(until)}" if until is not None else ""
    when = f"{parts[0]}{end}"
    if hours:
        when = short_hours(when)
    return f"{tongue.weekdays[starts[0].weekday()]} {when}" if weekday else when


def _clock(moment: datetime) -> str:
    return f"{moment.hour:02d}:{moment.minute:02d}"


def _quoted(words: str, limit: int, form: Form) -> str:
    """Return words of others, harmless in the letters they are written in."""
    cleaned = plain(words, limit)
    return plain(latin(cleaned), limit) if form.latin else cleaned


def _address(value: Variable, limit: int, form: Form) -> str:
    words = plain(str(value), LENGTHS["address"])
    return _quoted(short_address(words) if form.streets else words, limit, form)


def place_in(value: Variable, _language: Language, form: Form) -> str:
    """Return a place as a form has it.

    Raises:
        TextIncomplete: it would be cut so short that its street could not be told.
    """
    words = plain(str(value), LENGTHS["address"])
    if form.place is not None:
        if not (cut := cut_address(words, form.place)):
            raise TextIncomplete("the place does not fit")
        return _quoted(cut, form.place, form)
    if form.outside:
        words = outer_address(words)
    return _address(words, LENGTHS["place"], form)


def _service(value: Variable, _language: Language, form: Form) -> str:
    words = str(value)
    return _quoted(_SHORT_SERVICES.get(words, words) if form.service else words, LENGTHS["service"], form)


def _entries(value: Variable, _language: Language, form: Form) -> str:
    lines = []
    for entry in cast("Sequence[CrewEntry]", value):
        tail = f" ({entry.tail})" if entry.tail else ""
        name = _quoted(entry.name, LENGTHS["name"], replace(form, latin=form.names))
        lines.append(f"{entry.number} {name}{tail}")
    return ", ".join(lines)


def _choices(value: Variable, _language: Language, form: Form) -> str:
    """Return the lines of a "which one?"; a house number could be taken for a code, so figures other than dates go."""
    lines = (
        f"{choice.code} - {_quoted(_BARE_NUMBER.sub('', choice.label), 40, form)}"
        for choice in cast("Sequence[Choice]", value)
    )
    return "; ".join(lines)


def _offers(value: Variable, language: Language, form: Form) -> str:
    """Return the lines of a text with several offers, each with what a man decides by."""
    return "; ".join(_offered(offer, language, form) for offer in cast("Sequence[Offered]", value))


def _offered(offer: Offered, language: Language, form: Form) -> str:
    facts: dict[str, Variable] = {"when": offer.when, "until": offer.until, "service": offer.service}
    facts |= {"place": offer.place, "rate_minor": offer.rate_minor, "currency": offer.currency}
    words = written(language, facts, form)
    # Of a place of which nothing may be quoted a dash is left, as in the text of one offer.
    told = ", ".join((f"{words['service']} {words['when']}", words["place"] or "-"))
    hour = TONGUES[language].hour
    return f"{offer.code}: {told}, {words['rate']}/{latin(hour) if form.latin else hour}"


def _rating(value: Variable, language: Language, _form: Form) -> str:
    rating = Decimal(cast("Decimal | int | str", value))
    return f"{rating:.1f}" if language is Language.EN else f"{rating:.2f}".replace(".", TONGUES[language].decimal)


def _seat(value: Variable, language: Language, form: Form) -> str:
    seat = TONGUES[language].seats[str(value)]
    return latin(seat) if form.latin else seat


def _cleaned(name: str) -> Callable[[Variable, Language, Form], str]:
    return lambda value, _language, form: _quoted(str(value), LENGTHS[name], form)


def _figure(value: Variable, _language: Language, _form: Form) -> str:
    return str(int(cast("int", value)))


_FORMATS: Final[Mapping[str, Callable[[Variable, Language, Form], str]]] = MappingProxyType(
    {
        **{name: _cleaned(name) for name in ("meeting", "name", "what")},
        **dict.fromkeys(("code", "number", "count", "minutes"), _figure),
        "place": place_in,
        "address": lambda value, _language, form: _address(value, LENGTHS["address"], form),
        "service": _service,
        "hours": lambda value, language, _form: _hours(value, language),
        "time": lambda value, _language, _form: _clock(require_aware(cast("datetime", value))),
        "codes": lambda value, _language, _form: ", ".join(str(int(code)) for code in cast("Sequence[int]", value)),
        "seat": _seat,
        "rating": _rating,
        "link": lambda value, _language, _form: str(value),
        "entries": _entries,
        "choices": _choices,
        "offers": _offers,
    }
)


def _hours(value: Variable, language: Language) -> str:
    return f"{float(cast('Decimal | int', value)):g}".replace(".", TONGUES[language].decimal)
