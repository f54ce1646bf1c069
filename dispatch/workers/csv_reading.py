"""Lists of workers as agencies really keep them: bytes become records with the number of the line they began on. Pure.

UTF-8 with or without a byte order mark, UTF-16 as spreadsheets save it, Windows-1251, the DOS and the Unix code page of
old accounting programs, lines of one glued to lines of another; semicolons, commas or tabs; quoted cells with
separators and line ends inside; a first line `sep=;`; empty lines. A quote that is never closed costs its own line and
no other.
"""

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Self

from dispatch.workers.errors import ListUnreadable

DELIMITERS: Final = (";", ",", "\t")
LONGEST_RECORD: Final = 20
"""Lines that one record may span; more means that a quote was not closed."""
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LEGACY: Final = ("cp1251", "cp866", "koi8_r")
_RUSSIAN_WORD: Final = re.compile(r"\b(?:[А-ЯЁ]?[а-яё]+|[А-ЯЁ]+)\b")
_COMMON_LETTER: Final = re.compile("[оеаинтсрвл]", re.IGNORECASE)
_NO_LETTER: Final = re.compile(r"[^\x00-\x7fа-яёА-ЯЁ«»№–—…“”„’°\xa0]")
_SEP_LINE: Final = re.compile(r"sep=.\s*", re.IGNORECASE)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_INVISIBLE: Final = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")
_AS_TEXT: Final = re.compile(r'="(.*)"', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a list.

    Attributes:
        line: the line of the file it begins on, from 1.
        cells: as `clean_cell` leaves them; None where a quote is opened and never closed.
    """

    line: int
    cells: tuple[str, ...] | None


def decode_list(content: bytes) -> tuple[str, str]:
    """Return the text of a file and the encoding it was in.

    A byte order mark decides; otherwise what is valid UTF-8 is UTF-8, because Russian text in another encoding
    practically never is. In the rest each line that is UTF-8 is read so, and the others in that of the Russian code
    pages in which they read like Russian.

    Raises:
        ListUnreadable: it is none of these, or holds NUL bytes as pictures and spreadsheets do.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _decoded(content, encoding), encoding
    if b"\0" in content:
        raise ListUnreadable
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _mixed(content)


def _mixed(content: bytes) -> tuple[str, str]:
    lines = content.splitlines(keepends=True)
    modern = {n: text for n, text in enumerate(map(_utf8, lines)) if text is not None}
    rest = b"".join(line for n, line in enumerate(lines) if n not in modern)
    encoding = _code_page(rest)
    text = "".join(modern[n] if n in modern else line.decode(encoding) for n, line in enumerate(lines))
    glued = any(not part.isascii() for part in modern.values())
    return text, f"utf-8 + {encoding}" if glued else encoding


def _utf8(line: bytes) -> str | None:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _code_page(content: bytes) -> str:
    """Return the code page in which a text reads most like Russian."""
    scores: dict[str, int] = {}
    for encoding in _LEGACY:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        words, common, odd = (
            sum(map(len, found.findall(text))) for found in (_RUSSIAN_WORD, _COMMON_LETTER, _NO_LETTER)
        )
        scores[encoding] = words + common - 4 * odd
    best = max(scores, key=lambda encoding: scores[encoding], default="")
    if not best or scores[best] <= 0:
        raise ListUnreadable
    return best


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise ListUnreadable from None


def split_lines(text: str) -> list[str]:
    """Return the lines with their ends; only CR, LF and CR LF end a line. A first line `sep=;` is emptied."""
    lines = list(io.StringIO(text, newline=""))
    if lines and _SEP_LINE.fullmatch(lines[0]):
        lines[0] = "\n"
    return lines


def clean_cell(cell: str) -> str:
    """Return a cell's text: NFC, no control or invisible characters, single spaces between words.

    `="8921..."`, with which spreadsheets keep digits as text, becomes what it holds. Cleaning twice changes nothing.
    """
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", _CONTROL.sub(" ", cell)))
    text = " ".join(text.split())
    wrapped = _AS_TEXT.fullmatch(text)
    return clean_cell(wrapped[1]) if wrapped else text


def records(lines: Sequence[str], delimiter: str, width: int | None = None) -> Iterator[Record]:
    """Yield the records of a list in order, empty ones left out.

    Args:
        lines: from `split_lines`.
        delimiter: one of `DELIMITERS`.
        width: the number of columns, where it is known: a record of several lines that is wider swallowed others.
    """
    feed = _Feed(lines)
    reader = csv.reader(feed, delimiter=delimiter)
    while True:
        feed.begin_record()
        try:
            row = next(reader)
        except StopIteration:
            return
        except (csv.Error, _QuoteNotClosed):
            row = None
        spans = feed.at - feed.began
        if row is None or feed.ran_out or (width is not None and spans > 1 and len(row) > width):
            yield Record(feed.began + 1, None)
            feed.restart_after_first_line()
            reader = csv.reader(feed, delimiter=delimiter)
            continue
        cells = tuple(clean_cell(cell) for cell in row)
        if any(cells):
            yield Record(feed.began + 1, cells)


class _QuoteNotClosed(Exception):
    """A record spans more lines than any real one."""


class _Feed:
    """Hands lines to the reader and knows which record they belong to.

    Attributes:
        at: the next line, from 0.
        began: the first line of the present record.
        ran_out: the reader wanted another line of a record it had begun, and there was none.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self.at = 0
        self.began = 0
        self.ran_out = False

    def begin_record(self) -> None:
        self.began = self.at
        self.ran_out = False

    def restart_after_first_line(self) -> None:
        self.at = self.began + 1

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        if self.at >= len(self._lines):
            self.ran_out = True
            raise StopIteration
        if self.at - self.began >= LONGEST_RECORD:
            raise _QuoteNotClosed
        self.at += 1
        return self._lines[self.at - 1]
