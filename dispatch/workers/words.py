"""Whom words mean among the tenant's own men: parts of names and of external ids, ends of phones.

Parts of words are compared by operators that row security does not let into an index, so a definer function that looks
at the tenant's rows alone finds the first who match. Where that is all of them, a list is made of them; where more
match, every place of a list is dense with them, and walking it in its order comes to a full page at once.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from dispatch.kit.uow import Uow

FEW: Final = 2_000
"""Up to so many matches are found one by one."""
HOLDS: Final = "strpos(l.sought, {at}) > 0"
"""The same of one row of `worker_lines`, while walking. The planner takes it for every third man, and walks; of LIKE it
would expect a handful, read everything and sort."""

_LIKE_SPECIAL: Final = re.compile(r"([\\%_])")
_PHONE_LIKE: Final = re.compile(r"[\d\s()+./-]+")
_FEWEST_DIGITS: Final = 4
_LONGEST_PHONE: Final = 15
_TRIGRAM: Final = 3


@dataclass(frozen=True, slots=True)
class Matches:
    """Who matches words: all of them, or, where there are too many, what to look for while walking."""

    ids: Sequence[UUID] | None
    sought: str


async def match(uow: Uow, text: str, most: int) -> Matches:
    """Find who matches words, if they are no more than `most`; a text of digits is also the end of a phone."""
    sought = _sought(text)
    pattern = _LIKE_SPECIAL.sub(r"\\\1", sought)
    rows = await uow.fetch(
        "SELECT worker_id FROM home_workers_by_words($1, $2, $3)", uow.franchise_id, f"%{pattern}%", most + 1
    )
    if len(rows) > most:
        return Matches(None, sought)
    found = {row["worker_id"] for row in rows}
    digits = re.sub(r"\D", "", text)
    if _PHONE_LIKE.fullmatch(text) and _FEWEST_DIGITS <= len(digits) <= _LONGEST_PHONE:
        # Typed as dialled at home (8 921 ...), the trunk digit is no part of the number.
        ending = digits[1:] if len(digits) == len("89211234567") and digits[0] == "8" else digits
        by_phone = await uow.fetch("SELECT worker_id FROM home_workers_by_phone($1)", ending)
        found.update(row["worker_id"] for row in by_phone)
    return Matches(list(found), sought)


def _sought(text: str) -> str:
    """Return words as they are looked for: anywhere, or where a word begins when they are too short for an index."""
    words = " ".join(text.lower().replace("ё", "е").split())
    return words if len(words) >= _TRIGRAM else f" {words}"
