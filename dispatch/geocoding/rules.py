"""When two questions are the same, and what is worth asking at all. Pure."""

import re
import unicodedata
from datetime import timedelta
from typing import Final

SHORTEST: Final = 3
LONGEST: Final = 200
KEPT: Final = timedelta(days=30)
"""Houses do not move; streets are renamed now and then."""
KEPT_EMPTY: Final = timedelta(hours=12)
"""What is not found today may be built, mapped or spelt right tomorrow."""

_BLANKS: Final = re.compile(r"[\s,;]+")


def normalise(text: str) -> str:
    """Return what was asked in the form in which it is kept: case, blanks, commas and the dots over ё say nothing."""
    folded = text[: 2 * LONGEST]
    for _ in range(2):  # what is folded may be composed anew, and that be folded
        folded = unicodedata.normalize("NFKC", folded).casefold()
    clean = "".join(" " if unicodedata.category(sign)[0] == "C" else sign for sign in folded.replace("ё", "е"))
    return _BLANKS.sub(" ", unicodedata.normalize("NFKC", clean)).lstrip(" .")[:LONGEST].rstrip(" .")
