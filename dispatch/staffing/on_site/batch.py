"""Marks as a device sends them: in order, each in a transaction of its own, each answered by itself."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError

from dispatch.kit.errors import DispatchError, Invalid, TooMany, Unavailable
from dispatch.kit.uow import Uow
from dispatch.staffing.on_site.commands import READ_MARK
from dispatch.staffing.on_site.keep import Source, keep_mark

_SEEN: Final = frozenset({"arrived", "turned_away"})
"""Kinds of marks that say that a man is, or was, here."""


class Fate(StrEnum):
    """What became of a mark."""

    ACCEPTED = "accepted"
    KNOWN = "known"
    REFUSED = "refused"


class MarkUnreadable(Invalid):
    """It is none of the marks we know, or lacks a part."""

    def __init__(self) -> None:
        super().__init__("This mark could not be read. Load the page again and mark it once more.")


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to one mark; `error` says why it was refused."""

    id: str
    fate: Fate
    outcome: str = ""
    error: DispatchError | None = None


async def keep_marks(
    begin: Callable[[], AbstractAsyncContextManager[Uow]],
    shift_id: UUID,
    marks: Sequence[Mapping[str, Any]],
    source: Source,
) -> list[Answered]:
    """Keep marks one after the other; what is refused does not hold up the next.

    When the database is not to be had the rest stays unanswered, and the device sends it again; so it does when a mark
    fails in a way nobody foresaw. Marks kept before that are known the next time.

    Args:
        begin: opens the transaction of one mark, in the tenant and under the name of who marked.
        shift_id: the shift whose list he has.
        marks: as they came.
        source: who he is.
    """
    answers: list[Answered] = []
    for position, sent in enumerate(marks):
        mark_id = str(sent.get("id", ""))[:36]
        try:
            mark = READ_MARK.validate_json(json.dumps(sent))
            async with begin() as uow:
                overtaken = _seen_later(marks[position + 1 :], sent.get("seat_id"))
                kept = await keep_mark(uow, shift_id, mark, source=source, overtaken=overtaken)
        except ValidationError:
            answers.append(Answered(mark_id, Fate.REFUSED, error=MarkUnreadable()))
        except (TooMany, Unavailable):
            break
        except DispatchError as error:
            answers.append(Answered(mark_id, Fate.REFUSED, error=error))
        else:
            answers.append(Answered(mark_id, Fate.KNOWN if kept.known else Fate.ACCEPTED, kept.outcome))
    return answers


def _seen_later(later: Sequence[Mapping[str, Any]], seat_id: object) -> bool:
    return seat_id is not None and any(m.get("seat_id") == seat_id and m.get("kind") in _SEEN for m in later)
