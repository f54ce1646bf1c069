"""Make words that others wrote safe to stand inside our texts. Pure.

A client's meeting point or a worker's name is quoted in texts that people and carriers obey. It must not be able to
stop a subscription, to look like one of our codes or answers, or to carry a link or a number to call.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

_LINK = re.compile(
    r"""\S*(?:://|\bwww\.)\S*
    | (?<![\w.])(?:[\w-]+\.)+(?:ru|com|net|org|info|me|io|su|app|site|online|xyz|link|cc|ly|be|gl|hu|es|eu|uk|de|uz|kz
        |by|tj|shop|top|pro|biz|club|рф|рус|бел|укр|москва|дети|онлайн|сайт|орг|ком|срб|мкд|қаз)\b(?:[/?:]\S*)?
    | \S*@\S*""",
    re.IGNORECASE | re.VERBOSE,
)
_JOINED = re.compile(
    r"(?<=\w)([.\u3002:/])(?=[^\W\d_а-яёғӣқӯҳҷ])|(?<=[^\W\d_а-яёғӣқӯҳҷ])([.\u3002:/])(?=[^\W\d_])", re.IGNORECASE
)
"""A sign between letters that are not all Cyrillic: a phone makes a link of whatever ends in the name of a domain."""
_LONG_NUMBER = re.compile(r"\d{5,}|(?:\d[\s().-]*){7,}|(?:\d[\s().,/:'–—-]*){10,}")
_SIGNS = re.compile(r"[=#<>\[\]{}|\\^~*_\"`$%&+;]")
_EDGES: Final = " ,.:!?-–—/'"
_GAPS = re.compile(r"\s+")
_HANGING = re.compile(r"\s+([,.:])|([(])\s*\)")
_TOKENS = (re.compile(r"[^\W_]+"), re.compile(r"[^\W\d_]+"))
_KEPT_SIGNS: Final = frozenset("№°")

# One alphabet for the comparison below, so that a Latin letter or a nought inside a Russian word hides nothing.
_LOOKALIKES = str.maketrans("abcehkmoptxyё0", "авсенкмортхуео")
_FORBIDDEN: Final = frozenset(
    word.translate(_LOOKALIKES)
    for word in (
        *("стоп", "старт", "да", "нет", "код", "кодом", "спор", "вернуть", "отписка", "отпишись", "отписаться"),
        *("stop", "stopall", "start", "unstop", "yes", "no", "code", "cancel", "end", "quit", "unsubscribe", "optout"),
        *("revoke", "dispute", "restore", "unsub", "stopp", "arret", "baja", "kod", "codigo", "código", "igen"),
        *("etiroz", "эътироз", "vita", "disputa", "qaytar", "баргардон", "vissza", "recuperar"),
        *("net", "spor", "vernut", "otpiska", "otpisatsya"),
    )
)
"""Words of subscription, and words that our texts ask for in any language; "not" of some languages is no such word."""


def plain(words: str, limit: int) -> str:
    """Return somebody's words without anything that a reader, a carrier or our own grammar could obey.

    Control characters, links, addresses with @, long numbers, signs of an answer (`=`, `#`, `+`), and the words of
    subscription and of our answers are left out; spaces are single. The result has at most `limit` characters and
    ends with a whole word where it can. It may be empty.
    """
    text = _cut(_cleaned(words), limit)
    # What goes may bring together what stood apart, and a cut leave a bad word of a longer one: once more, until
    # nothing goes any more.
    while (again := _cut(_cleaned(text), limit)) != text:
        text = again
    return text


@lru_cache(maxsize=2048)
def _cleaned(words: str) -> str:
    """Return them without all that; remembered, because a wave quotes the same place to hundreds of men."""
    text = "".join(map(_harmless, unicodedata.normalize("NFKC", words)))
    for pattern in (_LINK, _LONG_NUMBER, _SIGNS):
        text = pattern.sub(" ", text)
    for token in _TOKENS:
        text = token.sub(lambda match: "" if _is_forbidden(match[0]) else match[0], text)
    text = _JOINED.sub(lambda match: f"{match[0]} ", text)
    return _HANGING.sub(r"\1", _GAPS.sub(" ", text)).strip(_EDGES)


def _harmless(char: str) -> str:
    """Return a letter or sign; controls and marks of direction as a gap, loose accents and pictures not at all."""
    category = unicodedata.category(char)
    if category[0] in "CZ":
        return " "
    return "" if category[0] == "M" or (category in {"So", "Sk"} and char not in _KEPT_SIGNS) else char


def _is_forbidden(word: str) -> bool:
    return word.casefold().translate(_LOOKALIKES) in _FORBIDDEN


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    head, space, _ = text[: limit + 1].rpartition(" ")
    return (head if space and len(head) * 2 >= limit else text[:limit]).strip(_EDGES)
