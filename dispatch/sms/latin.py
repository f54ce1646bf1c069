"""Write text in letters of the GSM alphabet, so that a segment holds 160 characters instead of 70. Pure.

Cyrillic becomes what Russian and Tajik speakers type on a Latin keyboard, and what the reply grammar reads back; other
letters lose the accents that the alphabet lacks. What has no likeness (an emoji, a hieroglyph) is left as it is: the
text then travels as before, and no word of anybody is lost.
"""

import unicodedata
from typing import Final

from dispatch.sms.segments import Encoding, measure

_LETTERS: Final = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i", "й": "y",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
    "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu",
    "я": "ya", "ғ": "gh", "ӣ": "i", "қ": "q", "ӯ": "u", "ҳ": "h", "ҷ": "j", "ў": "o'", "і": "i", "ї": "i", "є": "e",
    "ґ": "g",
}  # fmt: skip
_SIGNS: Final = {
    "«": '"', "»": '"', "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "ʻ": "'", "ʼ": "'", "–": "-", "—": "-",
    "−": "-", "…": "...", "№": "No", "\u00a0": " ", "₽": "RUB", "×": "x", "ő": "ö", "Ő": "Ö", "ű": "ü", "Ű": "Ü",
}  # fmt: skip
_TABLE: Final = str.maketrans(
    _SIGNS | _LETTERS | {letter.upper(): latin.capitalize() for letter, latin in _LETTERS.items()}
)


def latin(text: str) -> str:
    """Return the text with every letter and sign that the GSM alphabet lacks replaced by its nearest likeness."""
    if measure(text).encoding is Encoding.GSM7:
        return text
    spelled = _in_capitals(unicodedata.normalize("NFC", text)).translate(_TABLE)
    return "".join(map(_without_accent, spelled))


def _in_capitals(text: str) -> str:
    """Spell letters of a word in capitals that take several in Latin: "ЩИТ" is "SCHIT", "Щит" is "Schit"."""
    if not any(char.isupper() and len(_LETTERS.get(char.lower(), "")) > 1 for char in text):
        return text
    spelled = []
    for at, char in enumerate(text):
        several = _LETTERS.get(char.lower(), "")
        beside = text[at + 1 : at + 2] + text[max(at - 1, 0) : at]
        shouted = char.isupper() and len(several) > 1 and beside.isupper()
        spelled.append(several.upper() if shouted else char)
    return "".join(spelled)


def _without_accent(char: str) -> str:
    if measure(char).encoding is Encoding.GSM7:
        return char
    bare = "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part))
    return bare if measure(bare).encoding is Encoding.GSM7 else char
