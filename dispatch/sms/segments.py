"""What a text costs: its encoding and how many segments carry it.

The rules are those of 3GPP TS 23.038 and 23.040: a text of the GSM default alphabet takes 160 septets alone or 153 in
each part of several; the ten signs of the extension table take two septets; anything else makes the whole text UCS-2,
70 code units alone or 67 a part. Neither an escaped sign nor a surrogate pair is ever divided between two parts.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
_GSM7 = _BASIC | _EXTENSION
_LAST_OF_THE_BASIC_PLANE = 0xFFFF


class Encoding(StrEnum):
    """How a text travels."""

    GSM7 = "gsm7"
    UCS2 = "ucs2"


@dataclass(frozen=True, slots=True)
class Segments:
    """What a text costs.

    Attributes:
        encoding: how the whole text travels; one foreign letter decides for all of it.
        segments: the parts the operator bills; at least one, even for an empty text.
        units: septets or UCS-2 code units of the text, padding between parts not counted.
        units_left: how many units still fit without another segment.
    """

    encoding: Encoding
    segments: int
    units: int
    units_left: int


SINGLE: Final = {Encoding.GSM7: 160, Encoding.UCS2: 70}
"""Units in a text of one segment."""

PART: Final = {Encoding.GSM7: 153, Encoding.UCS2: 67}
"""Units in each segment of a longer text; the rest carries the number of the part."""


def measure(text: str) -> Segments:
    """Return the encoding and the number of segments of a text; any string is measured, lone surrogates as one unit."""
    encoding = Encoding.GSM7 if _GSM7.issuperset(text) else Encoding.UCS2
    if _all_single(text, encoding):
        units, widths = len(text), None
    else:
        widths = [_width(character, encoding) for character in text]
        units = sum(widths)
    if units <= SINGLE[encoding]:
        return Segments(encoding, 1, units, SINGLE[encoding] - units)
    if widths is None:
        segments = math.ceil(units / PART[encoding])
        return Segments(encoding, segments, units, segments * PART[encoding] - units)
    segments, used = 1, 0
    for width in widths:
        if used + width > PART[encoding]:
            segments, used = segments + 1, 0
        used += width
    return Segments(encoding, segments, units, PART[encoding] - used)


def most_units(segments: int, encoding: Encoding = Encoding.UCS2) -> int:
    """Return how many units so many segments hold."""
    return SINGLE[encoding] if segments <= 1 else PART[encoding] * segments


def parts(text: str) -> list[str]:
    """Return a text as its segments carry it; together they are the text."""
    cost = measure(text)
    if cost.segments == 1:
        return [text]
    found, used = [""], 0
    for character in text:
        width = _width(character, cost.encoding)
        if used + width > PART[cost.encoding]:
            found.append("")
            used = 0
        found[-1] += character
        used += width
    return found


def _all_single(text: str, encoding: Encoding) -> bool:
    """Whether every character takes one unit, as in nearly every text: then nothing need be looked at one by one."""
    if encoding is Encoding.GSM7:
        return _EXTENSION.isdisjoint(text)
    return ord(max(text)) <= _LAST_OF_THE_BASIC_PLANE


def _width(character: str, encoding: Encoding) -> int:
    if encoding is Encoding.GSM7:
        return 2 if character in _EXTENSION else 1
    return 2 if ord(character) > _LAST_OF_THE_BASIC_PLANE else 1
