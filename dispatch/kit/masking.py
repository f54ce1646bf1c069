"""What may be written down: phone numbers are masked in every string, fields that hold personal data are left out.

Two readings of one string of digits are possible; the house rule decides:

* a UUID, a hexadecimal word of 16 or more characters and an ISO 8601 date or time are never touched;
* a number object is never touched: money, ports, counts and epoch seconds are logged as numbers;
* inside strings, fewer than ten digits before the decimal sign are an amount; ten digits that begin with 9, eleven
  that begin with 7 or 8 and a Russian code, and eleven or twelve that are a dialable number anywhere are a phone
  (milliseconds since the epoch are thirteen).
"""

import dataclasses
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from uuid import UUID

import phonenumbers
from pydantic import BaseModel

from dispatch.kit.tracebacks import describe

_GAP = r"[ \t\u00a0\u2007\u2009\u202f()\u2010-\u2015\u2212-]{0,3}"
_START = r"(?<!\d)(?<!0\.)"  # neither the tail of a longer number nor a decimal fraction
_END = r"(?!\d)"  # not the head of a longer number

_NUMBERS = re.compile(
    rf"""
    (?P<keep>
        (?<![0-9a-f])[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}(?![0-9a-f])
      | (?<![0-9a-f])[0-9a-f]{{16,}}(?![0-9a-f])
      | (?<!\d)(?:19|20|21)\d\d-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:[+-]\d\d:?\d\d)?)?(?!\d)
    )
  | (?P<plus>    (?<!\d)\+{_GAP}[1-9](?:{_GAP}\d){{7,14}}(?!\d) )
  | (?P<dotted>  {_START}(?<!\d\.)(?:\+?[78]\.)?9\d\d\.\d{{3}}\.(?:\d\d\.\d\d|\d{{4}})(?!\d)(?!\.\d)
               | \+[1-9]\d{{0,2}}(?:\.\d{{2,4}}){{3,5}}(?!\d) )
  | (?P<abroad>  (?<![\d.])(?:00|810)[1-9](?:{_GAP}\d){{9,13}}(?!\d) )
  | (?P<russian> {_START}[78]{_GAP}[3-9]\d\d{_GAP}\d(?:{_GAP}\d){{6}}{_END} )
  | (?P<mobile>  {_START}9\d\d{_GAP}\d(?:{_GAP}\d){{6}}{_END} )
  | (?P<city>    \([348]\d{{2,4}}\){_GAP}\d(?:{_GAP}\d){{4,6}}{_END} )
  | (?P<bare>    {_START}[1-9]\d{{10,11}}{_END} )
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_TOKEN = re.compile(
    r"(?<![A-Za-z0-9])[a-z]{1,12}_(?=[\w-]{0,42}[A-Z])(?=[\w-]{0,42}[0-9])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])", re.ASCII
)
"""Our own tokens: a short word and 256 random bits. A name in the code has no capitals and figures at that length."""
_DIGIT = re.compile(r"[0-9]")
_NOT_DIGIT = re.compile(r"\D+")
_MINUTE_STAMP = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[\W_]+")

_PERSONAL = re.compile(
    r"names?|firstname|lastname|surname|patronymic|fio|имя|фамилия|отчество|фио"
    r"|phones?|tel|mobile|msisdn|e164|телефон|emails?|passports?|паспорт|snils|снилс"
    r"|body|texts?|passwords?|passwd|пароль|tokens?|secrets?|authorization|cookies?"
)
_ABOUT = re.compile(r"ids?|counts?|bytes|len(gth)?|at|kind|type|status|version|seconds|ms")
_SHORTEST = 10
_SHORTEST_PHONE = len("+12345678")
_DEEPEST = 6


def mask_text(text: str) -> str:
    """Return the text with every phone number replaced by `[phone *67]`, its last two digits, every token by `[token]`.

    Written for privacy first: where a string of digits may be a phone, it is one (see the module's rule). Lone
    surrogates become U+FFFD, so that the result can always be encoded. Masking twice changes nothing.
    """
    if text.isascii() and (len(text) < _SHORTEST_PHONE or not _DIGIT.search(text)):
        return text  # most of a line's words: neither phone nor token can be in them
    return _SURROGATE.sub("\ufffd", _NUMBERS.sub(_mask_match, _TOKEN.sub("[token]", text)))


def _mask_match(match: re.Match[str]) -> str:
    digits = _NOT_DIGIT.sub("", match[0])
    return f"[phone *{digits[-2:]}]" if _is_phone(match.lastgroup, match[0], digits) else match[0]


def _is_phone(shape: str | None, written: str, digits: str) -> bool:
    match shape:
        case "keep":
            return False
        case "plus":  # a signed amount in thousands has a plus and spaces too
            return len(digits) > _SHORTEST or (
                len(digits) == _SHORTEST and (written[1:] == digits or _is_dialable(digits))
            )
        case "city":
            return len(digits) == _SHORTEST
        case "bare":
            return not _MINUTE_STAMP.fullmatch(digits) and _is_dialable(digits)
        case _:
            return True


def _is_dialable(digits: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(f"+{digits}"))
    except phonenumbers.NumberParseException:
        return False


def is_personal(key: str) -> bool:
    """Tell whether a field of this name may hold personal data or a secret.

    True when one of its words is such a thing (`phone`, `first_name`, `accessToken`), unless its last word says that
    only a fact about the thing is meant (`phone_id`, `body_bytes`, `text_count`). Technical names therefore go by
    the thing itself: `table=`, `queue=`, never `table_name=`.
    """
    words = [word.lower() for word in _WORD_START.split(key) if word]
    return bool(words) and not _ABOUT.fullmatch(words[-1]) and any(map(_PERSONAL.fullmatch, words))


def withhold(value: object, depth: int = 0) -> object:
    """Return a copy that may be written down: JSON types only, personal fields left out, phones masked.

    Models, dataclasses, named tuples and mappings lose their personal fields at every level; bytes become their
    length; anything unknown becomes its masked `repr`.
    """
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, UUID | timedelta | Decimal):
        return str(value)
    return mask_text(value) if isinstance(value, str) else _withhold_inside(value, depth)


def _withhold_inside(value: object, depth: int) -> object:
    if isinstance(value, bytes | bytearray | memoryview):
        return f"<{len(value)} bytes>"
    if isinstance(value, BaseException):
        return mask_text(describe(value))
    if depth >= _DEEPEST:
        return "<deeper>"
    if (fields := _fields_of(value)) is not None:
        named = ((_name_of(str(key)), item) for key, item in fields.items())
        return {name: withhold(item, depth + 1) for name, item in named if name is not None}
    if isinstance(value, list | tuple | AbstractSet):
        return [withhold(item, depth + 1) for item in value]
    return mask_text(repr(value))


@lru_cache(maxsize=1024)  # names are few and come with every line
def _name_of(key: str) -> str | None:
    """Return the name under which a field may be written down; None if it may not be."""
    return None if is_personal(key) else mask_text(key)


def _fields_of(value: object) -> Mapping[object, object] | None:
    if isinstance(value, Mapping):
        return value
    if isinstance(value, BaseModel):
        return dict(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, tuple) and (names := getattr(value, "_fields", None)):
        return dict(zip(names, value, strict=False))
    return None
