"""Lists in pages, by cursor: a page starts after a row, not at an offset, so that new rows neither repeat nor hide any.

A list is ordered by one short column without nulls and then by id. Its query takes the cursor's pair as
`(column, id) > (:value, :id)` (or `<`), and asks for one row more than the page holds; `Page.cut` turns those rows into
the page.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictStr, TypeAdapter

from dispatch.kit.errors import Invalid
from dispatch.kit.text import JsonInt8, storable
from dispatch.kit.walltime import Instant, TimeOutOfRange

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
_LONGEST = 4000

Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT, description="rows on a page")]
"""How many rows a page may hold; as a query parameter `limit: Limit = DEFAULT_LIMIT`."""

SortValue = datetime | int | float | str | UUID
ItemT = TypeVar("ItemT")
RowT = TypeVar("RowT")
SortT = TypeVar("SortT", datetime, int, float, str, UUID)


def _as_stored(text: str) -> str:
    if storable(text) != text:
        raise ValueError("the database holds no such text")
    return text


_VALUES: dict[type, TypeAdapter[Any]] = {
    datetime: TypeAdapter(Instant),
    int: TypeAdapter(JsonInt8),
    float: TypeAdapter(Annotated[float, Field(strict=True, allow_inf_nan=False)]),
    str: TypeAdapter(Annotated[StrictStr, AfterValidator(_as_stored)]),
    UUID: TypeAdapter(UUID),
}


class CursorInvalid(Invalid):
    """The cursor is not one that this list gave."""

    def __init__(self) -> None:
        super().__init__("Send the next_cursor of the previous page unchanged, or none to start from the beginning.")


class Cursor(NamedTuple, Generic[SortT]):
    """The last row of a page: its sort value and its id."""

    value: SortT
    row_id: UUID


def write_cursor(value: SortValue, row_id: UUID) -> str:
    """Return the opaque text that `read_cursor` reads back: base64url of the JSON pair, without padding."""
    shown = value.isoformat() if isinstance(value, datetime) else str(value) if isinstance(value, UUID) else value
    pair = json.dumps([shown, str(row_id)], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(pair.encode()).rstrip(b"=").decode("ascii")


def read_cursor(cursor: str, kind: type[SortT]) -> Cursor[SortT]:
    """Return the pair inside a cursor, every value fit for the database.

    A cursor is a place, not a permission: whoever alters it only starts elsewhere in a list they may read.

    Args:
        cursor: as sent by a client.
        kind: the type of this list's sort value; a cursor of another list is refused.

    Raises:
        CursorInvalid: it is not a cursor of such a list.
    """
    if len(cursor) > _LONGEST:
        raise CursorInvalid
    try:
        decoded = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        value, row_id = json.loads(decoded)
        return Cursor(_VALUES[kind].validate_python(value), _VALUES[UUID].validate_python(row_id))
    except (binascii.Error, ValueError, TypeError, RecursionError, TimeOutOfRange):
        raise CursorInvalid from None


class Page(BaseModel, Generic[ItemT]):
    """One page of a list. `next_cursor` is null on the last page."""

    model_config = ConfigDict(frozen=True)

    items: tuple[ItemT, ...]
    next_cursor: str | None = None

    @classmethod
    def cut(
        cls,
        rows: Sequence[RowT],
        limit: int,
        *,
        item: Callable[[RowT], ItemT],
        key: Callable[[RowT], tuple[SortValue, UUID]],
    ) -> "Page[ItemT]":
        """Make the page of rows that were asked for as `limit + 1`.

        Args:
            rows: in the list's order; the one beyond the limit only proves that another page exists.
            limit: how many the page holds.
            item: turns a row into what is shown.
            key: the row's sort value and id, as the query orders them.
        """
        shown = rows[:limit]
        more = len(rows) > limit
        return cls(items=tuple(map(item, shown)), next_cursor=write_cursor(*key(shown[-1])) if more else None)
