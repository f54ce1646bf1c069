"""What people are written to in, and how each language says days, hours, money and seats. Pure.

Uzbek is written in Latin letters, and Hungarian and Spanish without the accents that the GSM alphabet lacks, as people
do on their phones: a text of 160 characters instead of 70.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Language(StrEnum):
    """What people may be written to in."""

    RU = "ru"
    EN = "en"
    UZ = "uz"
    TG = "tg"
    HU = "hu"
    ES = "es"


@dataclass(frozen=True, slots=True)
class Tongue:
    """The habits of one language.

    Attributes:
        weekdays: from Monday on.
        day: a day as `str.format` gets it: `day` and `month` figures, `name` the month's name.
        months: names, January first; empty where days are figures.
        seats: the kinds of seat.
        hour: what pay is for, behind the stroke.
        money: currency -> what stands behind the figure; other currencies stand by their code.
        decimal: what parts roubles from kopecks.
        cyrillic: written in Cyrillic letters, so that Cyrillic words of others cost nothing more.
    """

    weekdays: tuple[str, ...]
    day: str
    months: tuple[str, ...]
    seats: Mapping[str, str]
    money: Mapping[str, str]
    hour: str
    decimal: str = ","
    cyrillic: bool = False

    def day_of(self, moment: datetime) -> str:
        """Return a day: "24.11"."""
        name = self.months[moment.month - 1] if self.months else ""
        return self.day.format(day=moment.day, month=moment.month, name=name)

    def amount(self, minor: int, currency: str) -> str:
        """Return an amount of minor units: "250р"."""
        whole, rest = divmod(minor, 100)
        figure = f"{whole}{self.decimal}{rest:02d}" if rest else str(whole)
        return figure + self.money.get(currency, f" {currency}".rstrip())


_FIGURES: Final = "{day:02d}.{month:02d}"
_CODES: Final = {"RUB": " RUB", "EUR": " EUR", "USD": " USD"}

TONGUES: Final[Mapping[Language, Tongue]] = MappingProxyType(
    {
        Language.RU: Tongue(
            weekdays=("пн", "вт", "ср", "чт", "пт", "сб", "вс"),
            day=_FIGURES,
            months=(),
            seats={"primary": "основной состав", "reserve": "резерв", "standby": "запас"},
            money={"RUB": "р", "HUF": "Ft", "EUR": "евро", "USD": "долл"},
            hour="ч",
            cyrillic=True,
        ),
        Language.EN: Tongue(
            weekdays=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
            day="{day} {name}",
            months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
            seats={"primary": "primary", "reserve": "reserve", "standby": "standby"},
            money=_CODES | {"HUF": " HUF"},
            hour="h",
            decimal=".",
        ),
        Language.UZ: Tongue(
            weekdays=("Dush", "Sesh", "Chor", "Pay", "Jum", "Shan", "Yak"),
            day=_FIGURES,
            months=(),
            seats={"primary": "asosiy tarkib", "reserve": "zaxira", "standby": "navbat"},
            money={"RUB": " rubl", "HUF": " Ft", "EUR": " yevro", "USD": " dollar"},
            hour="soat",
        ),
        Language.TG: Tongue(
            weekdays=("дш", "сш", "чш", "пш", "ҷм", "шн", "яш"),
            day=_FIGURES,
            months=(),
            seats={"primary": "ҳайати асосӣ", "reserve": "захира", "standby": "навбат"},
            money={"RUB": "р", "HUF": "Ft", "EUR": "евро", "USD": "долл"},
            hour="соат",
            cyrillic=True,
        ),
        Language.HU: Tongue(
            weekdays=("H", "K", "Sze", "Cs", "P", "Szo", "V"),
            day="{name} {day}.",
            months=(
                *("jan.", "febr.", "marc.", "apr.", "maj.", "jun."),
                *("jul.", "aug.", "szept.", "okt.", "nov.", "dec."),
            ),
            seats={"primary": "fö csapat", "reserve": "tartalék", "standby": "varolista"},
            money=_CODES | {"HUF": " Ft"},
            hour="ora",
        ),
        Language.ES: Tongue(
            weekdays=("lun", "mar", "mié", "jue", "vie", "sab", "dom"),
            day="{day} {name}",
            months=("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"),
            seats={"primary": "equipo principal", "reserve": "reserva", "standby": "lista de espera"},
            money=_CODES | {"HUF": " HUF"},
            hour="h",
        ),
    }
)

_KNOWN: Final = frozenset(language.value for language in Language)


def spoken(language: str) -> Language:
    """Return the language of that code; an unknown one is written to in Russian, the language of the work."""
    return Language(language) if language in _KNOWN else Language.RU
