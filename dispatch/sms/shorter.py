"""Say a place or an hour in fewer letters, as people write it on a note, without losing what it says. Pure."""

import re
from functools import lru_cache
from typing import Final

from dispatch.sms.plain import plain

SHORTEST_PLACE: Final = 12
"""A place is never cut below that: enough for a street to be told from another."""

_TYPES: Final = {
    "улица": "ул.",
    "проспект": "пр.",
    "просп": "пр.",
    "пр-кт": "пр.",
    "пр-т": "пр.",
    "переулок": "пер.",
    "площадь": "пл.",
    "набережная": "наб.",
    "бульвар": "б-р",
    "проезд": "пр-д",
    "шоссе": "ш.",
    "тупик": "туп.",
    "линия": "лин.",
    "аллея": "ал.",
    "микрорайон": "мкр",
    "район": "р-н",
    "область": "обл.",
    "посёлок": "п.",
    "поселок": "п.",
    "деревня": "д.",
    "корпус": "к",
    "корп": "к",
    "строение": "с",
    "стр": "с",
    "литера": "лит.",
    "владение": "вл.",
    "территория": "тер.",
    "станция": "ст.",
    "метро": "м.",
    "большой": "Б.",
    "большая": "Б.",
    "малый": "М.",
    "малая": "М.",
    "средний": "Ср.",
    "средняя": "Ср.",
    "верхняя": "В.",
    "нижняя": "Н.",
    "новая": "Нов.",
    "старая": "Ст.",
    "академика": "Ак.",
    "маршала": "Марш.",
    "генерала": "Ген.",
    "street": "St",
    "avenue": "Ave",
    "road": "Rd",
    "square": "Sq",
    "boulevard": "Blvd",
    "utca": "u.",
    "calle": "C.",
    "avenida": "Av.",
}
_CITIES: Final = {
    "санкт-петербург": "СПб",
    "москва": "Мск",
    "екатеринбург": "Екб",
    "нижний новгород": "Н.Новгород",
    "ростов-на-дону": "Ростов",
    "набережные челны": "Наб. Челны",
    "комсомольск-на-амуре": "Комсомольск",
    "петропавловск-камчатский": "П.-Камчатский",
    "каменск-уральский": "Каменск",
}
"""Cities whose short name everybody in the country knows."""
_METROPOLES: Final = frozenset({"СПб", "Мск", "Екб"})

_WORD = re.compile(
    r"(?<![\w-])(?:" + "|".join(sorted(map(re.escape, _TYPES), key=len, reverse=True)) + r")(?![\w-])\.?", re.IGNORECASE
)
_CITY = re.compile(
    r"(?<![\w-])(?:г\.\s*|город\s+)?(" + "|".join(map(re.escape, _CITIES)) + r")(?![\w-])", re.IGNORECASE
)
_TOWN_SIGN = re.compile(r"(?<![\w.])(?:г\.\s*|город\s+)(?=[А-ЯЁ])")
_COUNTRY = re.compile(r"^(?:россия|российская федерация|рф)\s*,\s*", re.IGNORECASE)
_HOUSE_SIGN = re.compile(r"(,?\s)(?:дом|д\.)\s*(?=\d)", re.IGNORECASE)
_BLOCK = re.compile(r",?\s+([кс])\s+(?=\d)")
_INSIDE = re.compile(
    r"""[,\s]+(?:лит\.?\s*\w{1,2}\b | (?:под[ъь]езд|вход|ворота|оф(?:ис)?|пом(?:ещение)?|кв(?:артира)?|эт(?:аж)?
        |цех|секция|ангар|подв(?:ал)?|склад)\b\.?\s*[№\d]*\w{0,4} | \([^)]*\))""",
    re.IGNORECASE | re.VERBOSE,
)
_STREET = re.compile(r"^ул\.\s+|\s+ул\.(?=,|$)")
_STREETS: Final = frozenset(
    {"ул.", "пр.", "пер.", "пл.", "наб.", "б-р", "пр-д", "ш.", "туп.", "лин.", "ал.", "St", "u."}
)
_REGION = re.compile(r"\b(?:обл|край|респ|республика|р-н|округ)\b", re.IGNORECASE)
_ORPHAN = re.compile(r",\s*(?:ул|пр|пер|пл|наб|б-р|пр-д|ш|к|лит)\.?$")
_NAME = re.compile(r"[^\W\d_]+")
_TELLING: Final = 7
"""So many letters of a street's name tell it from others."""
_DIGIT = re.compile(r"\d")
_FULL_HOURS = re.compile(r"\b0?(\d{1,2}):00-0?(\d{1,2}):00$")


@lru_cache(maxsize=1024)
def short_address(address: str) -> str:
    """Return an address with the kinds of streets and the big cities in their usual short form, nothing left out."""
    text = _COUNTRY.sub("", address)
    text = _CITY.sub(lambda found: _CITIES[found[1].casefold()], text)
    text = _TOWN_SIGN.sub("", text)
    text = _WORD.sub(lambda found: _TYPES[found[0].rstrip(".").casefold()], text)
    text = _HOUSE_SIGN.sub(r"\1", text)
    text = _BLOCK.sub(r"\1", text)
    text = text.replace("ст. м. ", "м. ")
    return re.sub(r"\s{2,}", " ", text).strip()


@lru_cache(maxsize=1024)
def outer_address(address: str) -> str:
    """Return a short address without doors, offices and letters of buildings: those are told when he is booked."""
    return _INSIDE.sub("", short_address(address)).strip(" ,")


def cut_address(address: str, limit: int) -> str:
    """Return a short address cut to so many letters; empty where its street could not be told any more.

    Of a big city the name goes first, since it is the city everybody thinks of; the name of another town stays, or he
    would go to the wrong one. "Street" goes, "avenue" does not: a town may have both of a name.
    """
    parts = outer_address(address).split(", ")
    at = next((at for at, part in enumerate(parts) if _is_street(part)), None)
    if at is None:
        at = 1 if len(parts) > 1 and not _DIGIT.search(parts[0]) and _NAME.search(parts[1]) else 0
    towns = [part for part in parts[:at] if part not in _METROPOLES and not _REGION.search(part)]
    head = "".join(f"{town}, " for town in towns)
    rest = _STREET.sub("", ", ".join(parts[at:]))
    kept = _ORPHAN.sub("", plain(rest, limit - len(head))) if limit > len(head) else ""
    return f"{head}{kept}" if _tells(kept, rest) else ""


def _is_street(words: str) -> bool:
    return not _STREETS.isdisjoint(words.split())


def _tells(kept: str, street: str) -> bool:
    """Whether what is kept of a street still has the beginning of its name."""
    name = max(_NAME.findall(street.split(",", maxsplit=1)[0]), key=len, default="")
    return bool(kept) and name[:_TELLING] in kept


def short_hours(when: str) -> str:
    """Return "24.11 9-18" for "24.11 09:00-18:00"; hours that are not full stay as they are."""
    return _FULL_HOURS.sub(lambda hours: f"{hours[1]}-{hours[2]}", when)
