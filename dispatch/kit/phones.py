"""Phone numbers: what people write becomes E.164, and screens show it without the middle."""

import re
import unicodedata
from enum import StrEnum

import phonenumbers
from phonenumbers import PhoneNumberType

from dispatch.kit.errors import Invalid

_WRITTEN = re.compile(r"(?:tel:)?\+?[\d\s()./\u2010-\u2015\u2212-]+", re.ASCII | re.IGNORECASE)
_LONGEST = 40
_DOUBLE_ZERO = re.compile(r"^\s*\(?00(?=[\s()-]*[1-9])")
_MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
_KEPT = 2
_HIDDEN = 5


class PhoneFault(StrEnum):
    """What is wrong with a number, for reports that count rejected lines."""

    EMPTY = "empty"
    CHARACTERS = "characters"
    NOT_DIALABLE = "not_dialable"
    NOT_MOBILE = "not_mobile"


_ADVICE = {
    PhoneFault.EMPTY: "The phone is empty; send it like +7 921 123-45-67.",
    PhoneFault.CHARACTERS: "Send one phone, digits only, like +7 921 123-45-67; no words and no extensions.",
    PhoneFault.NOT_DIALABLE: "This number cannot be dialled; send it with its country code, like +7 921 123-45-67.",
    PhoneFault.NOT_MOBILE: "This number cannot receive texts; send a mobile number, like +7 921 123-45-67.",
}


class PhoneInvalid(Invalid):
    """What was sent is not a phone number we can use. The number itself is never part of the error."""

    def __init__(self, fault: PhoneFault) -> None:
        super().__init__(_ADVICE[fault], fault=str(fault))
        self.fault = fault


def parse_phone(raw: str, default_region: str = "RU", *, mobile: bool = False) -> str:
    """Return the number in E.164, by the numbering plans that libphonenumber carries.

    Digits may be grouped by spaces, brackets, hyphens, dots and slashes, national (`8 (921) 123-45-67`,
    `921 123 45 67`), with the country code (`+7921...`, `7921...`), or dialled (`007921...`, `8~10` in Russia). Writing
    the result again gives the same result.

    Args:
        raw: as typed, or a cell of a list.
        default_region: ISO 3166 code of the country whose national habits apply when no country code is given.
        mobile: accept only numbers that can receive texts: mobile, or of a country that does not tell the two apart.

    Raises:
        PhoneInvalid: with the sentence what to send.
        ValueError: `default_region` is not a country with a numbering plan.
    """
    if default_region not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"{default_region!r} is no ISO 3166 region with a numbering plan")
    written = unicodedata.normalize("NFKC", raw[:_LONGEST]).strip()
    if not written:
        raise PhoneInvalid(PhoneFault.EMPTY)
    if len(raw) > _LONGEST or not _WRITTEN.fullmatch(written):
        raise PhoneInvalid(PhoneFault.CHARACTERS)
    try:
        number = phonenumbers.parse(_DOUBLE_ZERO.sub("+", written), default_region)
    except phonenumbers.NumberParseException:
        raise PhoneInvalid(PhoneFault.NOT_DIALABLE) from None
    if not phonenumbers.is_valid_number(number):
        raise PhoneInvalid(PhoneFault.NOT_DIALABLE)
    if mobile and phonenumbers.number_type(number) not in _MOBILE:
        raise PhoneInvalid(PhoneFault.NOT_MOBILE)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def mask_phone(e164: str) -> str:
    """Return the number for screens with its middle hidden: `+7 921 •••-••-67`.

    Country code, operator or area code and the last two digits stay, grouped as in the number's country; the code is
    hidden too where fewer than five digits would be. What is no E.164 number shows only bullets.
    """
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return "•" * 7
    shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    country, _, national = shown.partition(" ")
    digits = sum(character.isdigit() for character in national)
    code = sum(character.isdigit() for character in re.split(r"[ -]", national)[0])
    first = code if digits - code - _KEPT >= _HIDDEN else 0
    masked, position = "", 0
    for character in national:
        hide = character.isdigit() and first <= position < digits - _KEPT
        masked += "•" if hide else character
        position += character.isdigit()
    return f"{country} {masked}"
