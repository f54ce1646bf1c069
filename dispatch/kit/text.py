"""Text and whole numbers from outside, checked where they enter, so that nothing the database refuses gets further.

PostgreSQL stores neither NUL nor lone surrogates nor integers beyond its columns, and its driver raises on each; JSON
carries all three. Fields of commands therefore use the types here instead of bare `str` and `int`. What must be kept
whatever it holds, an incoming text message say, goes through `storable()`, which never refuses.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

INT4_MAX = 2**31 - 1
INT8_MAX = 2**63 - 1

_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
# C0 and C1 controls but tab and line ends; surrogates; Unicode line ends; marks that reorder what is read
_FORBIDDEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff]"
)
_LINE = re.compile(r"[\t\r\n]")
_LINE_END = re.compile(r"\r\n?")
_BLANK = "\u00ad\u034f\u061c\u200b\u200c\u200d\u200e\u200f\u2060\ufeff" + "".join(
    character for character in map(chr, range(0x3001)) if character.isspace()
)
_COMPOSES_TO_A_QUARTER = 4


@dataclass(frozen=True)
class Clean:
    """Marks a string field as clean text: `Annotated[str, Clean(max_length=80)]`.

    The value is text (numbers are not turned into it), in Unicode NFC, without control characters, lone surrogates
    and marks that reverse reading order, without blank or invisible characters at either end, and not empty unless
    `min_length` is 0. Cleaning twice changes nothing. Lengths count code points of the result.

    Attributes:
        max_length: the longest result accepted.
        min_length: the shortest.
        lines: whether line ends and tabs may stand inside; line ends become line feeds.
    """

    max_length: int
    min_length: int = 1
    lines: bool = False

    def __get_pydantic_core_schema__(self, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.clean, core_schema.str_schema(strict=True))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        described = handler(schema)
        described.update(type="string", minLength=self.min_length, maxLength=self.max_length)
        return described

    def clean(self, raw: str) -> str:
        """Return the cleaned text.

        Raises:
            PydanticCustomError: a `ValueError` whose sentence says what to send; the text is not part of it.
        """
        if len(raw) > _COMPOSES_TO_A_QUARTER * self.max_length + 64:  # not worth composing
            raise self._too_long()
        if _FORBIDDEN.search(raw):
            raise PydanticCustomError("text_characters", "Send plain text without control characters.")
        text = unicodedata.normalize("NFC", raw).strip(_BLANK)
        if self.lines:
            text = _LINE_END.sub("\n", text)
        elif _LINE.search(text):
            raise PydanticCustomError("text_lines", "Send one line, without tabs.")
        if len(text) > self.max_length:
            raise self._too_long()
        if len(text) < self.min_length:
            raise PydanticCustomError("text_too_short", "Send at least {n} visible characters.", {"n": self.min_length})
        return text

    def _too_long(self) -> PydanticCustomError:
        return PydanticCustomError("text_too_long", "Send at most {n} characters.", {"n": self.max_length})


CleanStr = Annotated[str, Clean(max_length=1000)]
"""One line of any text. For another length write `Annotated[str, Clean(max_length=...)]`."""
ShortText = Annotated[str, Clean(max_length=200)]
"""A name, a title, an address: one line."""
LongText = Annotated[str, Clean(max_length=4000, lines=True)]
"""A note: may have several lines."""
ExternalId = Annotated[str, Clean(max_length=100)]
"""What another system calls the thing; compared exactly as cleaned, unique only together with its owner."""

JsonInt4 = Annotated[int, Field(strict=True, ge=-INT4_MAX - 1, le=INT4_MAX)]
"""A JSON number that an `integer` column holds; text and booleans are no numbers. Narrow it with a further `Field`."""
JsonInt8 = Annotated[int, Field(strict=True, ge=-INT8_MAX - 1, le=INT8_MAX)]
"""The same for a `bigint` column, money in minor units say."""


def storable(text: str) -> str:
    """Return the text with NUL and lone surrogates replaced by U+FFFD, and nothing else changed: never refuses."""
    return _UNSTORABLE.sub("\ufffd", text)
