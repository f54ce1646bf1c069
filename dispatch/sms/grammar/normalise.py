"""Cut a text message into tokens, whatever keyboard, alphabet habit or phone produced it."""

import re
import unicodedata
from dataclasses import dataclass
from enum import IntEnum, StrEnum

MAX_LENGTH = 640
"""Characters of a text that are considered: four segments of the widest encoding and more than any answer needs."""

_MAX_TOKENS = 100
_MAX_DIGITS = 6
_HOURS, _MINUTES, _DAY = 24, 60, 24 * 60

_APOSTROPHES = "'’‘ʼʻ`´′＇"
_INSIDE_APOSTROPHE = re.compile(rf"(?<=[^\W\d_])[{_APOSTROPHES}](?=[^\W\d_])|[ʼʻ]")
_WILL = re.compile(rf"(?<=[^\W\d_])[{_APOSTROPHES}]ll\b", re.IGNORECASE)
_ZERO_INSIDE = re.compile(r"(?<=[^\W\d_])0(?=[^\W\d_])|(?<![\w])0(?=[кk](?![\w]))")
_PHONE = re.compile(r"(?<!\d)\+?\d(?:[ \-()]{0,3}\d){9,14}(?!\d)")
_PLUS_OR_MINUS = re.compile(r"\+[\s/]{0,3}[-–—]")
_MINUS_ONE = re.compile(r"\A\s*[-–—−]\s?1\s*[.!]*\s*\Z")
"""As a whole text neither the sign for no nor the number for yes."""

_LONG_GROUP = re.compile(r"\d{3}")
_MONTH = r"(?:0?[1-9]|1[0-2])"
_DATE = (
    rf"(?<!\d)20\d\d(?P<iso>[-./]){_MONTH}(?P=iso)(?:0?[1-9]|[12]\d|3[01])(?!\d)"
    rf"|(?<![\d.:/\-])(?:(?:0?[1-9]|[12]\d|3[01])(?P<parted>[-./]){_MONTH}(?P=parted)20\d\d"
    rf"|(?:0[1-9]|[12]\d|3[01])(?P<short>[-./])(?:0[1-9]|1[0-2])(?P=short)(?:2[4-9]|3\d)"
    rf"|(?:2[5-9]|3[01])\.(?:0[1-9]|1[0-2])|(?:0[1-9]|1[3-9]|2\d|3[01])/{_MONTH}|(?:1[3-9]|2\d|3[01])-(?:0[1-9]|1[0-2]))"
    r"(?![\d:]|[./\-]\d)"
)
"""Figures that can be no time of day and no range of minutes."""

_WRITTEN_DATE = re.compile(_DATE)
_PIECES = re.compile(
    r"(?P<clock>(?<![\d.:\-])(?:\d{1,2}:\d\d|\d{1,2}[.](?:[0-5]\d)|\d{1,2}-(?:00|15|30|45))(?![\d:]|[.\-]\d))"
    r"|(?P<number>\d+)|(?P<word>[^\W\d_]+)|(?P<sign>[^\s])",
)
_DATED_PIECES = re.compile(rf"(?P<date>{_DATE})|{_PIECES.pattern}")
_CLOCK_MARK = re.compile(r"[:.\-]")
_HALF_HOURS = re.compile(r"(?<![\d.,])(\d)[.,]5\s{0,3}(?:час|ч|h|соат|soat|óra|ora)[^\W\d_]{0,6}")
_HOURS_TO = {
    **dict.fromkeys(("первого", "час"), 1),
    **{
        word: hour
        for hour, words in enumerate(
            (
                *("второго два", "третьего три", "четвертого четыре", "пятого пять", "шестого шесть"),
                *("седьмого семь", "восьмого восемь", "девятого девять", "десятого десять"),
                *("одиннадцатого одиннадцать", "двенадцатого двенадцать"),
            ),
            start=2,
        )
        for word in words.split()
    },
}
_MINUTES_TO = {"пяти": 5, "десяти": 10, "четверти": 15, "пятнадцати": 15, "двадцати": 20, "двадцати пяти": 25}
_HALF_TO = re.compile(rf"\bпол(?:овин[еу]\s+|[ -]?)({'|'.join(_HOURS_TO)})\b", re.IGNORECASE)
_LESS = re.compile(
    rf"\bбез\s+({'|'.join(sorted(_MINUTES_TO, key=len, reverse=True))})(?:\s+минут)?\s+({'|'.join(_HOURS_TO)})\b",
    re.IGNORECASE,
)
_HALF_PAST = re.compile(r"\bhalf past (\w+)\b", re.IGNORECASE)
_ENGLISH_HOURS = {
    word: hour
    for hour, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), start=1
    )
}
_BEFORE_THE_START = re.compile(
    r"\bза\s+(?:\d{1,2}|пять|десять|пятнадцать|двадцать|тридцать|пол\s?часа|час|пару)?\s*(?:минут\w*|мин|час\w*)?\s*"
    r"до\s+(?:начала|смены|старта|срока|подъема|выгрузки|погрузки)\b",
    re.IGNORECASE,
)
_AGE = re.compile(r"\b[1-9]\d\s?(?:лет|года|год|годик\w*|years? old|éves|años|ёш\w*|yosh\w*)\b", re.IGNORECASE)
_ORDINARY = re.compile(r"[ -~\nа-яА-ЯёЁ]*")
_FOLDED = re.compile(r"[a-zа-я]*")
_ACCENTED = re.compile("[\u00df-\u024f\u1e00-\u1eff]")
_SIGNATURE = re.compile(r"\b(?:отправлено с|sent from|sent via|enviado desde)\b.*", re.IGNORECASE | re.DOTALL)
_REPEATED_SIGN = re.compile(r"([^\w\s])\1{2,}")
_LETTERS = str.maketrans("ёўқғҳӯӣҷіїєəѐ", "еукгхуичииеае")
_WEAK_MARKS = frozenset(',;:/\\|()[]{}<>"«»„“”–—_*=~^&#@')
_STRONG_MARKS = frozenset(".!…¡؛۔。")
_QUESTION_MARKS = frozenset("?؟¿❓❔⁉？")
_DASHES = "-–—−‒"
_MEANINGFUL = frozenset("+%$€₽£±")
_SKIN_TONES = frozenset("\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
SPANISH_YES = "sii"
"""Spanish `sí`; without its accent the word is also "if"."""

_DASHED = re.compile(rf"[\s.!,]*(?:[{_DASHES}]+\s*(?:\d{{2,3}})?|\d{{2,3}}\s*[{_DASHES}]+)[\s.!,]*")
PHONE_SIGN = "☎"


class Gap(IntEnum):
    """What stands between a token and the one before it."""

    NONE = 0
    SPACE = 1
    HYPHEN = 2
    COMMA = 3
    SENTENCE = 4
    QUESTION = 5


class Kind(StrEnum):
    """What a token is made of."""

    WORD = "word"
    NUMBER = "number"
    CLOCK = "clock"
    DATE = "date"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number, time of day, date or sign.

    Attributes:
        text: folded text.
        kind: what it is made of.
        gap: what separates it from the token before.
        value: the number, or the minutes since midnight of a time of day; None for words and long numbers.
        capital: written with a capital first letter only, as names are.
        mended: recognised only after mending its spelling.
    """

    text: str
    kind: Kind
    gap: Gap
    value: int | None = None
    capital: bool = False
    mended: bool = False


@dataclass(frozen=True, slots=True)
class Normalised:
    """A text as tokens.

    Attributes:
        tokens: in order; punctuation lives in their gaps.
        asks: it holds a question mark.
        ends_asking: its last clause ends with a question mark.
        dashed: it is a dash, which workers send for "no", alone or beside one number.
        cyrillic: it holds Cyrillic letters, so look-alikes are read as Cyrillic.
    """

    tokens: tuple[Token, ...]
    asks: bool
    ends_asking: bool
    dashed: bool
    cyrillic: bool


def fold(word: str) -> str:
    """Return the form in which words are compared: lower case, no diacritics, no apostrophes, ё as е."""
    lowered = _INSIDE_APOSTROPHE.sub("", word).lower().translate(_LETTERS)
    if lowered == "sí":
        return SPANISH_YES
    if _FOLDED.fullmatch(lowered) or not _ACCENTED.search(lowered):
        return lowered
    return "".join(_base_letter(letter) for letter in lowered)


def normalise(text: str, *, dated: bool = True) -> Normalised:
    """Cut the first `MAX_LENGTH` characters of any string into tokens, dates among them if wanted; never raises."""
    cleaned = _clean(text)
    tokens: list[Token] = []
    gap, asks, last_end = Gap.NONE, False, 0
    for piece in (_DATED_PIECES if dated else _PIECES).finditer(cleaned):
        if len(tokens) == _MAX_TOKENS:
            break
        if piece.start() > last_end:
            gap = max(gap, Gap.SENTENCE if "\n" in cleaned[last_end : piece.start()] else Gap.SPACE)
        last_end = piece.end()
        written = piece.group()
        token = _token(written, piece.lastgroup or "sign", gap)
        if token is not None:
            tokens.append(token)
            gap = Gap.NONE
            continue
        mark = _gap_of(written, cleaned, piece.start())
        asks = asks or mark is Gap.QUESTION
        gap = max(gap, mark)
    return Normalised(
        tokens=tuple(tokens),
        asks=asks,
        ends_asking=gap is Gap.QUESTION,
        dashed=_DASHED.fullmatch(cleaned) is not None,
        cyrillic=any("а" <= letter <= "я" for letter in cleaned.lower()),
    )


def _clean(text: str) -> str:
    """Cap, compose, and drop what cannot be seen: surrogates, controls, joiners, direction marks, skin tones."""
    if _ORDINARY.fullmatch(text, 0, MAX_LENGTH):
        return _mend_signs(text[:MAX_LENGTH])
    numbered = text[:MAX_LENGTH].replace("№", "#")  # composing would turn it into the English "No"
    composed = unicodedata.normalize("NFKC", numbered)[:MAX_LENGTH]
    return _mend_signs("".join(character for character in composed if _is_visible(character)))


def _mend_signs(composed: str) -> str:
    """Drop signatures of programs, shorten rows of signs, and rewrite what would fall apart into odd tokens."""
    composed = _SIGNATURE.sub("", composed)
    composed = _REPEATED_SIGN.sub(r"\1\1", composed)
    composed = _HALF_HOURS.sub(lambda found: f"{int(found[1]) * _MINUTES + 30} мин", composed)
    composed = _AGE.sub("возраст", composed.replace("24/7", "всегда"))
    composed = _BEFORE_THE_START.sub("заранее", composed)
    composed = _written_clock(composed)
    composed = _WILL.sub(" will", composed)
    composed = _INSIDE_APOSTROPHE.sub("", composed)
    composed = _ZERO_INSIDE.sub(lambda zero: "o" if composed[zero.end()].isascii() else "о", composed)
    composed = _MINUS_ONE.sub("±", _PLUS_OR_MINUS.sub("±", composed))
    return _PHONE.sub(_without_phone, composed)


def _written_clock(text: str) -> str:
    """Write hours people put in words, half past and minutes to, as a clock shows them."""
    text = _HALF_TO.sub(lambda found: _clock(_HOURS_TO[found[1].lower()], -30), text)
    text = _LESS.sub(lambda found: _clock(_HOURS_TO[found[2].lower()], -_MINUTES_TO[found[1].lower()]), text)
    return _HALF_PAST.sub(
        lambda found: _clock(hour, 30) if (hour := _ENGLISH_HOURS.get(found[1].lower(), 0)) else found[0], text
    )


def _clock(hour: int, minutes: int) -> str:
    hours, minute = divmod(hour * _MINUTES + minutes, _MINUTES)
    return f"{hours}:{minute:02}"


def _without_phone(found: re.Match[str]) -> str:
    written = found.group()
    is_phone = _LONG_GROUP.search(written) and not _WRITTEN_DATE.search(written)
    return f" {PHONE_SIGN} " if is_phone else written


def _is_visible(character: str) -> bool:
    if character in "\n\t\r":
        return True
    if character in _SKIN_TONES:
        return False
    return unicodedata.category(character)[0] not in "CM"


def _base_letter(letter: str) -> str:
    if letter.isascii() or "а" <= letter <= "я":
        return letter
    base = unicodedata.normalize("NFD", letter)[0]
    return base if base.isascii() else letter


def _token(written: str, kind: str, gap: Gap) -> Token | None:
    if kind == Kind.WORD:
        capital = len(written) > 1 and written[0].isupper() and written[1:].islower()
        return Token(fold(written), Kind.WORD, gap, capital=capital)
    if kind == Kind.DATE:
        return Token(written, Kind.DATE, gap)
    if kind == Kind.NUMBER:
        value = int(written) if len(written) <= _MAX_DIGITS else None
        return Token(written, Kind.NUMBER, gap, value)
    if kind == Kind.CLOCK:
        hours, minutes = (int(part) for part in _CLOCK_MARK.split(written))
        possible = hours <= _HOURS and minutes < _MINUTES
        return Token(written, Kind.CLOCK, gap, (hours * _MINUTES + minutes) % _DAY if possible else None)
    if written in _MEANINGFUL or _is_emoji(written):
        return Token(written, Kind.SIGN, gap)
    return None


def _is_emoji(sign: str) -> bool:
    return sign not in _QUESTION_MARKS and unicodedata.category(sign) == "So"


def _gap_of(mark: str, text: str, at: int) -> Gap:
    if mark in _DASHES and text[at - 1 : at].isalnum() and text[at + 1 : at + 2].isalnum():
        return Gap.HYPHEN
    if mark in _QUESTION_MARKS:
        return Gap.QUESTION
    if mark in _STRONG_MARKS:
        return Gap.SENTENCE
    return Gap.COMMA if mark in _WEAK_MARKS else Gap.SPACE
