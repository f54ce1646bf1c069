"""Filters of the list of people that somebody kept under a name, for himself or for his whole franchise."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

from pydantic import Field

from dispatch.kit.errors import Conflict, NotFound
from dispatch.kit.ids import new_id
from dispatch.kit.text import Clean
from dispatch.kit.uow import Uow
from dispatch.workers.commands import Command

MOST_SAVED: Final = 20
"""So many each; more are found no faster than by filling in the filter again."""


class SavedFilterNotFound(NotFound):
    """Nobody kept such a filter, or somebody else did."""

    def __init__(self) -> None:
        super().__init__("There is no such filter of yours.")


class TooManySavedFilters(Conflict):
    """He keeps as many as one may."""

    def __init__(self) -> None:
        super().__init__("You keep as many filters as one may: remove one first.", most=MOST_SAVED)


class SaveFilter(Command):
    """Keep a filter under a name."""

    name: Annotated[str, Clean(max_length=60)]
    shared: bool = False
    """Everybody of the franchise sees it."""
    asked: Annotated[
        dict[Annotated[str, Clean(max_length=20)], Annotated[str, Clean(max_length=100)]], Field(max_length=10)
    ]
    """What the address of the list says, by name."""


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A filter that is kept.

    Attributes:
        own: whether it is the reader's, who alone may remove it.
    """

    id: UUID
    name: str
    shared: bool
    own: bool
    asked: Mapping[str, str]


async def save_filter(uow: Uow, user_id: UUID, command: SaveFilter) -> UUID:
    """Keep a filter for somebody.

    Raises:
        SavedFilterNameTaken: he keeps one of this name, or a shared one is called so.
        TooManySavedFilters: he keeps `MOST_SAVED` already.
    """
    slot = await uow.fetchval(
        """SELECT min(n) FROM generate_series(1, $3) AS n
           WHERE n NOT IN (SELECT slot FROM saved_filters WHERE franchise_id = $1 AND user_id = $2)""",
        uow.franchise_id,
        user_id,
        MOST_SAVED,
    )
    if slot is None:
        raise TooManySavedFilters
    filter_id = new_id()
    await uow.run(
        """INSERT INTO saved_filters (id, franchise_id, user_id, slot, name, shared, asked)
           VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        filter_id,
        uow.franchise_id,
        user_id,
        slot,
        command.name,
        command.shared,
        json.dumps(command.asked),
    )
    return filter_id


async def saved_filters(uow: Uow, user_id: UUID) -> Sequence[SavedFilter]:
    """Return the filters that somebody keeps, and those that others share with him, by name."""
    rows = await uow.fetch(
        """SELECT id, name, shared, user_id = $2 AS own, asked FROM saved_filters
           WHERE franchise_id = $1 AND (user_id = $2 OR shared) ORDER BY lower(name), id""",
        uow.franchise_id,
        user_id,
    )
    return [SavedFilter(**dict(row)) for row in rows]


async def remove_filter(uow: Uow, user_id: UUID, filter_id: UUID) -> None:
    """Remove a filter of one's own.

    Raises:
        SavedFilterNotFound: he keeps no such filter.
    """
    gone = await uow.run(
        "DELETE FROM saved_filters WHERE franchise_id = $1 AND user_id = $2 AND id = $3",
        uow.franchise_id,
        user_id,
        filter_id,
    )
    if gone == 0:
        raise SavedFilterNotFound
