"""How letters get swapped between alphabets, keyboards and spellings; pure functions on folded words."""

import re

_RUN = re.compile(r"(.)\1+")
_WORD = re.compile(r"[A-Za-z]+")
_EMPHASIS = re.compile(r"(.)\1\1|(.)\2$")
_SYLLABLE = re.compile(r"(.{2,5}?)\1+")

_LOOK_ALIKE_TO_CYRILLIC = str.maketrans("aceopxykmthbnu", "асеорхукмтнвпи")
_LOOK_ALIKE_TO_LATIN = str.maketrans("асеорхукмтнв", "aceopxykmthb")
_LOOK_ALIKE = frozenset("aceopxykmthb")

_LATIN_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_CYRILLIC_KEYS = "йцукенгшщзхъфывапролджэячсмитьбюё"
_TO_CYRILLIC_KEYS = str.maketrans(_LATIN_KEYS + _LATIN_KEYS.upper(), _CYRILLIC_KEYS + _CYRILLIC_KEYS.upper())
_LETTERS_TO_CYRILLIC_KEYS = {code: target for code, target in _TO_CYRILLIC_KEYS.items() if chr(code).isalpha()}
_TO_LATIN_KEYS = str.maketrans(_CYRILLIC_KEYS + _CYRILLIC_KEYS.upper(), _LATIN_KEYS + _LATIN_KEYS.upper())

_SOUNDS = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "i", "к": "k",
    "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h",
    "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ы": "i", "ь": "", "э": "e", "ю": "iu", "я": "ia",
}  # fmt: skip
_LATIN_SOUNDS = (
    ("shch", "sh"), ("sch", "sh"), ("kh", "h"), ("x", "h"), ("tz", "ts"), ("w", "v"), ("q", "k"), ("y", "i"),
    ("ja", "ia"), ("ju", "iu"), ("ye", "e"),
)  # fmt: skip
_LEADING_U = re.compile(r"y[bdghkmnprstvz]")
"""The Latin letter that looks like Russian `у`, where it can be no consonant: `ydalite`."""

_REDUCED = str.maketrans("oe", "ai")
_HISSING = re.compile(r"(sh|zh|ch)[aei]")
_VOICED_END = re.compile(r"(?:zh|[dbvgz])$")
_VOICELESS = {"zh": "sh", "d": "t", "b": "p", "v": "f", "g": "k", "z": "s"}
_UZBEK_LATIN = {
    "ш": "sh", "ч": "ch", "ю": "yu", "я": "ya", "ё": "yo", "ў": "o", "қ": "q", "ғ": "g", "ҳ": "h", "х": "x", "ж": "j",
    "й": "y", "ц": "ts", "э": "e", "ъ": "", "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "з": "z",
    "и": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
    "ф": "f", "ы": "i", "ь": "",
}  # fmt: skip


def collapse(word: str) -> str:
    """Shorten every run of one letter to a single letter: `дааа` -> `да`."""
    return _RUN.sub(r"\1", word)


def is_stretched(word: str) -> bool:
    """Tell whether a word repeats a letter for emphasis, thrice or at its end, and not by a slip inside."""
    return _EMPHASIS.search(word) is not None


def repeated_syllable(word: str) -> str | None:
    """Return the part a word repeats to the end, `да` for `дадада`; laughter is no repetition."""
    found = _SYLLABLE.fullmatch(word)
    return found[1] if found and found[1] not in {"ха", "ha", "ах", "ah", "хе", "he", "хи", "hi", "ja"} else None


def is_mixed(word: str) -> bool:
    """Tell whether a word mixes Latin and Cyrillic letters."""
    return not word.isascii() and any(letter.isascii() for letter in word)


def look_alikes_to_cyrillic(word: str) -> str:
    """Read Latin letters as the Cyrillic ones they look like."""
    return word.translate(_LOOK_ALIKE_TO_CYRILLIC)


def look_alikes_to_latin(word: str) -> str:
    """Read Cyrillic letters as the Latin ones they look like."""
    return word.translate(_LOOK_ALIKE_TO_LATIN)


def look_alikes(text: str) -> str:
    """Return a text with every Latin word that also looks Cyrillic read as Cyrillic."""
    return _WORD.sub(
        lambda word: word[0].lower().translate(_LOOK_ALIKE_TO_CYRILLIC) if is_look_alike(word[0].lower()) else word[0],
        text,
    )


def is_look_alike(word: str) -> bool:
    """Tell whether every letter of a Latin word also looks Cyrillic."""
    return _LOOK_ALIKE.issuperset(word)


def other_keyboard(text: str) -> tuple[str, ...]:
    """Return what the same keys give on the other keyboard, letters only first, then punctuation keys too."""
    if text.isascii():
        return tuple(dict.fromkeys((text.translate(_LETTERS_TO_CYRILLIC_KEYS), text.translate(_TO_CYRILLIC_KEYS))))
    return (text.translate(_TO_LATIN_KEYS),)


def romanise(word: str) -> str:
    """Spell an Uzbek word in the official Latin alphabet, its apostrophes already folded away."""
    return "".join(_UZBEK_LATIN.get(letter, letter) for letter in word.lower())


def cyrillic_skeleton(word: str) -> str:
    """Return how a folded Cyrillic word sounds, for comparison with `latin_skeletons`."""
    return _smooth("".join(_SOUNDS.get(letter, letter) for letter in word))


def latin_skeletons(word: str) -> tuple[str, ...]:
    """Return how a Russian word in Latin letters may sound; `j`, and `y` at the head, are read both ways."""
    typed = word
    for spelling, sound in _LATIN_SOUNDS:
        word = word.replace(spelling, sound)
    if _LEADING_U.match(typed):
        return _smooth(word), _smooth("u" + word[1:])
    if "j" not in word:
        return (_smooth(word),)
    return _smooth(word.replace("j", "i")), _smooth(word.replace("j", "zh"))


def deletions(word: str) -> set[str]:
    """Return the word and everything left of it after striking one letter."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def is_one_slip(first: str, second: str) -> bool:
    """Tell whether two different words are one letter, or one swap of neighbors, apart."""
    start = 0
    while start < min(len(first), len(second)) and first[start] == second[start]:
        start += 1
    rest, other = first[start:], second[start:]
    return (
        rest[1:] == other
        or rest == other[1:]
        or rest[1:] == other[1:]
        or (rest[:2] == other[1::-1] and rest[2:] == other[2:])
    )


def spoken(skeleton: str) -> str:
    """Return a Russian skeleton as it is heard, unstressed vowels and final consonants made equal: `магу` is `могу`."""
    heard = skeleton.replace("ts'", "ts").replace("tsia", "tsa").replace("tisia", "tsa")
    heard = _HISSING.sub(r"\1i", heard.replace("ia", "i").translate(_REDUCED))
    return collapse(_VOICED_END.sub(lambda found: _VOICELESS[found[0]], heard))


def _smooth(sound: str) -> str:
    return collapse(collapse(sound).replace("ie", "e"))
