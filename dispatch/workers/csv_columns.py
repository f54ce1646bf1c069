"""What the columns of a list are called, in Russian and in English, and how words in its cells are read. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from dispatch.tenancy.policy import Engagement
from dispatch.workers.errors import ListColumnTwice, ListWithoutPhones
from dispatch.workers.skills import Service


class Column(StrEnum):
    """What a column of a list can mean."""

    PHONE = "phone"
    FULL_NAME = "full_name"
    NAME = "name"
    LAST_NAME = "last_name"
    CITY = "city"
    DISTRICT = "district"
    ADDRESS = "address"
    LAT = "lat"
    LON = "lon"
    SKILLS = "skills"
    EXTERNAL_ID = "external_id"
    NOTE = "note"
    ENGAGEMENT = "engagement"
    URGENT = "urgent"
    HEIGHT_PERMIT_UNTIL = "height_permit_until"
    MEDICAL_BOOK_UNTIL = "medical_book_until"


_TITLES: Final[Mapping[Column, str]] = {
    Column.PHONE: "телефон|тел|моб|мобильный|сотовый|номер|номер телефона|мобильный телефон|сотовый телефон|"
    "контактный телефон|тел моб|моб тел|моб телефон|телефон моб|телефон мобильный|сот|сот тел|сот телефон|"
    "номер тел|phone|phone number|mobile|mobile phone|mobile number|tel|telephone|cell|cell phone",
    Column.FULL_NAME: "фио|ф и о|фамилия имя|фамилия имя отчество|фамилия и имя|сотрудник|работник|грузчик|исполнитель",
    Column.NAME: "имя|имя отчество|имя и фамилия|имя фамилия|name|full name|first name|firstname|given name|worker",
    Column.LAST_NAME: "фамилия|surname|last name|lastname|family name",
    Column.CITY: "город|населенный пункт|city|town",
    Column.DISTRICT: "район|округ|микрорайон|район города|район проживания|метро|district|area|borough",
    Column.ADDRESS: "адрес|адрес проживания|место жительства|адрес фактический|фактический адрес|address|home address",
    Column.LAT: "широта|lat|latitude",
    Column.LON: "долгота|lon|lng|long|longitude",
    Column.SKILLS: "навыки|навык|умения|услуги|специальность|специализация|виды работ|вид работ|профессия|должность|"
    "skills|skill|services|service|trade",
    Column.EXTERNAL_ID: "id|код|внешний код|табельный номер|таб номер|табельный|external id|externalid|employee id|"
    "code",
    Column.NOTE: "примечание|примечания|комментарий|заметка|заметки|note|notes|comment|comments",
    Column.ENGAGEMENT: "оформление|договор|тип договора|форма занятости|занятость|engagement|contract",
    Column.URGENT: "срочные|срочно|ночью|ночные|согласен на срочные|согласие на срочные|urgent|urgent ok",
    Column.HEIGHT_PERMIT_UNTIL: "допуск к высоте до|допуск на высоту до|допуск до|дата окончания допуска|"
    "удостоверение высота до|height permit until|height permit",
    Column.MEDICAL_BOOK_UNTIL: "медкнижка до|медкнижка|медицинская книжка до|медицинская книжка|"
    "дата окончания медкнижки|medical book until|medical book",
}
_BY_TITLE: Final = MappingProxyType(
    {title: column for column, titles in _TITLES.items() for title in titles.split("|")}
)

_SKILL_WORDS: Final[Sequence[tuple[Service, re.Pattern[str]]]] = tuple(
    (service, re.compile(pattern))
    for service, pattern in (
        (Service.SNOW_REMOVAL, r"снег|снего|snow"),
        (Service.ROOF_WORK, r"кров|крыш|высот|альпинист|roof"),
        (Service.MOVING, r"переезд|перевоз|такелаж|moving|mover|relocation"),
        (Service.CASHIER, r"касс|cashier|till"),
        (Service.CLEANING, r"убор|клин(?:инг|ер)|cleaning|cleaner"),
        (Service.LOADING, r"грузчик|погруз|разгруз|такелаж|подсобн|разнорабоч|loading|loader|unloading|labou?rer"),
    )
)
_ENGAGEMENT_WORDS: Final[Sequence[tuple[Engagement, re.Pattern[str]]]] = (
    (Engagement.SELF_EMPLOYED, re.compile(r"самозан|нпд|self.?employ")),
    (Engagement.CIVIL_LAW, re.compile(r"гпх|гпд|гражданск|подряд|civil")),
    (Engagement.EMPLOYMENT, re.compile(r"трудов|штат|тк|employ|staff")),
)
_YES: Final = frozenset({"да", "yes", "y", "1", "+", "true", "согласен", "согласна", "ок", "ok", "д"})
_NO: Final = frozenset({"", "нет", "no", "n", "0", "-", "false", "н"})
_DATE: Final = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})(?: г\.?)?|(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
_CENTURY: Final = 2000
_PATRONYMIC: Final = re.compile(r"\w{2,}(?:ович|евич|ьич|овна|евна|ична|инична)|оглы|кызы|угли|гызы")
_NOT_LETTERS: Final = re.compile(r"[^\w]+|_+")
_SEVERAL: Final = re.compile(r"[,;/|+]| и | and ")


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a list.

    Attributes:
        line: where it stands in the file, from 1.
        delimiter: what separates cells.
        at: meaning -> position in a record.
        width: how many columns there are.
        family_first: names in the one name column are written family name first, as `ФИО` says.
        ignored: titles nobody knows, as written.
    """

    line: int
    delimiter: str
    at: Mapping[Column, int]
    width: int
    ignored: tuple[str, ...]


def column_named(title: str) -> Column | None:
    """Return what a title means; letter case, ё, punctuation and what stands in brackets do not count."""
    plain = re.sub(r"\(.*?\)", " ", title.casefold().replace("ё", "е"))
    return _BY_TITLE.get(" ".join(_NOT_LETTERS.sub(" ", plain).split()))


def read_header(line: int, cells: Sequence[str], delimiter: str) -> Header:
    """Read the titles of a list.

    Raises:
        ListWithoutPhones: no title means phones.
        ListColumnTwice: two titles mean the same.
    """
    at: dict[Column, int] = {}
    ignored = []
    for position, title in enumerate(cells):
        column = column_named(title)
        if column is None:
            ignored += [title] if title else []
        elif column in at:
            raise ListColumnTwice(column)
        else:
            at[column] = position
    if Column.PHONE not in at:
        raise ListWithoutPhones
    return Header(line, delimiter, MappingProxyType(at), len(cells), tuple(ignored))


def read_skills(cell: str) -> frozenset[Service] | None:
    """Return the services a cell names; None when one of its words is no service. `такелаж` is moving and loading."""
    found: set[Service] = set()
    for word in _SEVERAL.split(cell.casefold().replace("ё", "е")):
        if not word.strip():
            continue
        named = [service for service, pattern in _SKILL_WORDS if pattern.search(word)]
        if not named:
            return None
        # `уборка снега` is work with snow, not cleaning.
        found.update(named if Service.SNOW_REMOVAL not in named else [Service.SNOW_REMOVAL])
    return frozenset(found)


def read_engagement(cell: str) -> Engagement | None:
    """Return the contract a cell names; civil law where it is empty, None where it is not understood."""
    if not cell:
        return Engagement.CIVIL_LAW
    plain = cell.casefold()
    return next((engagement for engagement, pattern in _ENGAGEMENT_WORDS if pattern.search(plain)), None)


def read_yes(cell: str) -> bool | None:
    """Return yes or no; an empty cell is a no, None is neither."""
    plain = cell.casefold()
    return True if plain in _YES else False if plain in _NO else None


def read_date(cell: str) -> date | None:
    """Return the date of `31.12.2026`, `31/12/26` or `2026-12-31`; None when there is no such day."""
    match = _DATE.fullmatch(cell)
    if match is None:
        return None
    day, month, year = (match[3], match[2], match[1])[::-1] if match[1] else (match[6], match[5], match[4])
    try:
        return date(int(year) if len(year) > 2 else _CENTURY + int(year), int(month), int(day))  # noqa: PLR2004
    except ValueError:
        return None


def read_degrees(cell: str) -> float | None:
    """Return degrees written with a point or a comma; None when they are none."""
    try:
        return float(cell.replace(",", "."))
    except ValueError:
        return None


def split_name(cell: str, *, family_first: bool) -> tuple[str, str]:
    """Return (first name, last name) of a full name; a patronymic is left out, because texts do not use it.

    A patronymic also tells the order: it follows the first name, in `Иванов Иван Иванович` and in `Иван Иванович`.
    """
    words = cell.split()
    patronymic = next((at for at, word in enumerate(words) if at > 0 and _PATRONYMIC.fullmatch(word.casefold())), None)
    if patronymic is not None and len(words) > 2:  # noqa: PLR2004 - with two words it may be the family name
        family_first = patronymic > 1
        del words[patronymic]
    elif patronymic is not None and not family_first:
        del words[patronymic]
    if len(words) == 1:
        return words[0], ""
    if family_first:
        return words[1], " ".join([words[0], *words[2:]])
    return words[0], " ".join(words[1:])
