"""In which language a page speaks, and how it writes dates, times, figures and money.

English is in the code and the templates; each other language is a `locale/<language>/LC_MESSAGES/messages.po`, read
when a process starts. Instants are shown on the clock of the place they concern, never on the server's.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, get_day_names, get_timezone_location
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import (
    format_currency,
    format_decimal,
    format_percent,
    get_currency_symbol,
    get_decimal_symbol,
    get_group_symbol,
)
from babel.support import NullTranslations, Translations
from starlette.requests import Request

_CATALOGUES: Final = Path(__file__).parent / "locale"


class Language(StrEnum):
    """What the pages can speak."""

    RU = "ru"
    EN = "en"


COOKIE: Final = "dispatch_language"
_SIGNS: Final = {"RUB": "₽", "KZT": "₸"}
"""Signs that are known in every language, though not every catalogue has them."""
_SMALLEST_GROUPED: Final = 1000


@dataclass(frozen=True, slots=True)
class Speech:
    """One language with its words and habits.

    Attributes:
        year: which it is for whoever looks; a day of another one is told with its year. 0: never.
    """

    language: Language
    locale: Locale
    words: NullTranslations
    year: int = 0

    def day(self, moment: date) -> str:
        """Return a day with its weekday: "Mon, 24 Nov"; one of another year with it: "24 Nov 2025"."""
        return str(format_date(moment, "EEE, d MMM" if self._is_now(moment) else "d MMM y", locale=self.locale))

    def short_day(self, day: date) -> str:
        """Return a day without its weekday: "4 Dec"; of another year: "4 Dec 2025"."""
        return str(format_date(day, "d MMM" if self._is_now(day) else "d MMM y", locale=self.locale))

    def weekdays(self) -> list[str]:
        """Return the days of the week as headings, from Monday on: "Mon"."""
        names = get_day_names("abbreviated", "stand-alone", self.locale)
        return [str(names[day]) for day in range(7)]

    def month(self, day: date) -> str:
        """Return the month of a day: "November 2026"."""
        return str(format_date(day, "LLLL y", locale=self.locale))

    def clock(self, moment: datetime, zone: ZoneInfo | None = None) -> str:
        """Return a time of day, on the clock of a zone: "09:00"."""
        # The same in every language; a board of a long day shows a thousand of them.
        return f"{moment if zone is None else moment.astimezone(zone):%H:%M}"

    def moment(self, moment: datetime, zone: ZoneInfo | None = None) -> str:
        """Return day and time: "24 Nov, 09:00"; of another year: "24 Nov 2025, 09:00"."""
        local = moment if zone is None else moment.astimezone(zone)
        shape = "d MMM, HH:mm" if self._is_now(local) else "d MMM y, HH:mm"
        return str(format_datetime(local, shape, locale=self.locale))

    def sign(self, currency: str) -> str:
        """Return the sign of a currency: "₽"."""
        return _SIGNS.get(currency) or str(get_currency_symbol(currency, locale=self.locale))

    def figure(self, typed: str) -> str:
        """Return a figure with two decimals as it is typed in this language: "225,00"."""
        return typed.replace(".", get_decimal_symbol(self.locale)) if typed.replace(".", "", 1).isdecimal() else typed

    def counted(self, singular: str, plural: str, count: int) -> str:
        """Return words of ours for so many, the figure in groups: "10,036 people"."""
        return self.words.ngettext(singular, plural, count).replace("%(num)d", self.number(count))

    def minutes(self, count: int) -> str:
        """Return a stretch of minutes in short: "1 h 56 min"."""
        hours, minutes = divmod(count, 60)
        say = self.words.gettext
        told = [say("%(num)s h") % {"num": self.number(hours)}] if hours else []
        told += [say("%(num)s min") % {"num": minutes}] if minutes or not hours else []
        return " ".join(told)

    def spaced(self, typed: str) -> str:
        """Return a figure as it is typed in this language, its thousands apart where a space parts them: "5 000"."""
        sign, figure = typed[: typed.startswith("-")], typed.removeprefix("-")
        whole, point, rest = figure.partition(".")
        if not (whole + rest).isdecimal() or get_group_symbol(self.locale).strip():
            return sign + self.figure(figure)
        return sign + self.number(int(whole or 0)) + (get_decimal_symbol(self.locale) + rest if point else "")

    def _is_now(self, day: date) -> bool:
        return self.year in (0, day.year)

    def place(self, zone: str | ZoneInfo) -> str:
        """Return the town whose clock a zone is: "Yekaterinburg"."""
        key = zone if isinstance(zone, str) else zone.key
        return str(get_timezone_location(key, locale=self.locale, return_city=True))

    def money(self, minor: int, currency: str) -> str:
        """Return an amount of minor units with its currency."""
        amount = str(format_currency(minor / 100, currency, locale=self.locale, group_separator=True))
        return amount.replace(currency, self.sign(currency))

    def number(self, figure: float) -> str:
        """Return a figure as people of this language write it."""
        if isinstance(figure, int) and 0 <= figure < _SMALLEST_GROUPED:
            return str(figure)
        return str(format_decimal(figure, locale=self.locale))

    def rating(self, value: Decimal | float) -> str:
        """Return a rating with both its decimals: "4.10"."""
        return str(format_decimal(value, "0.00", locale=self.locale))

    def percent(self, share: float) -> str:
        """Return a share between 0 and 1 as whole per cent."""
        return str(format_percent(share, "#,##0 %", locale=self.locale))


@cache
def speech(language: Language) -> Speech:
    """Return a language, its catalogue read once."""
    return Speech(language, Locale.parse(language), _words(language))


def chosen(request: Request) -> Speech:
    """Return the language somebody chose, or else the best of those his browser asks for, or else Russian."""
    kept = request.cookies.get(COOKIE, "")
    if kept in set(Language):
        return speech(Language(kept))
    wishes = _wishes(request.headers.get("accept-language", "")[:200])
    best = max(Language, key=lambda language: wishes.get(language, 0.0))
    return speech(best if wishes.get(best, 0.0) > 0 else Language.RU)


def _wishes(header: str) -> Mapping[str, float]:
    """Read an Accept-Language: language -> how much it is wished for."""
    wishes: dict[str, float] = {}
    for part in header.split(","):
        name, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            weight = 0.0
        short = name.split("-")[0].lower()
        wishes[short] = max(wishes.get(short, 0.0), weight)
    return wishes


def _words(language: Language) -> NullTranslations:
    source = _CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    if not source.exists():
        return NullTranslations()
    with source.open("rb") as file:
        catalogue = read_po(file, locale=language)
    packed = io.BytesIO()
    write_mo(packed, catalogue)
    packed.seek(0)
    return Translations(packed)
