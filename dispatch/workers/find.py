"""The list of the tenant's own men, sorted by any column, page by page, fast enough to follow what one types."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from dispatch.kit.uow import Uow
from dispatch.workers.models import WorkerLine, line_of
from dispatch.workers.queries import LINE, home_phones
from dispatch.workers.rules import WorkerStatus
from dispatch.workers.skills import Service, skill_bit
from dispatch.workers.words import FEW, HOLDS, Matches, match

_AT_ONCE: Final = 500
_PLANNED: Final = """
SELECT set_config('plan_cache_mode', 'force_custom_plan', true),
       set_config('max_parallel_workers_per_gather', '0', true)
"""
"""A plan for every value, because how common a word is decides how to look for it; and no other process for it, because
starting one takes longer than a page."""
_CAPPED: Final = "l.capped_until > clock.now()"
_UNCAPPED: Final = "(l.capped_until IS NULL OR l.capped_until <= clock.now())"
_RATING: Final = f"CASE WHEN {_CAPPED} THEN least(l.rating, 2.00) ELSE l.rating END"
_EXPIRES: Final = """
l.worker_id IN (
    SELECT d.worker_id FROM worker_documents d
    WHERE d.franchise_id = $1 AND d.valid_until >= {from} AND d.valid_until < {before} AND NOT EXISTS (
        SELECT FROM worker_documents n
        WHERE n.worker_id = d.worker_id AND n.kind = d.kind AND n.region IS NOT DISTINCT FROM d.region
          AND (n.valid_until IS NULL OR n.valid_until > d.valid_until)))
"""


class Column(StrEnum):
    """What the list can be sorted by."""

    NAME = "name"
    STATUS = "status"
    RATING = "rating"
    EXTERNAL_ID = "external_id"
    INVITABLE = "invitable"
    CAME = "came"


_ORDER: Final = {
    Column.NAME: ("last_name", "first_name", "worker_id"),
    Column.STATUS: ("status", "worker_id"),
    Column.RATING: ("told", "worker_id"),
    Column.EXTERNAL_ID: ("external_id", "worker_id"),
    Column.INVITABLE: ("invitable", "worker_id"),
    Column.CAME: ("worker_id",),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom to list; what is not given does not matter.

    Attributes:
        rating_from: at least this, with the cap of a no-show applied.
        expiring: from the first of these days until the day before the second, a document of his ends, and no other of
            the kind lasts longer.
    """

    text: str = ""
    status: WorkerStatus | None = None
    skill: Service | None = None
    rating_from: Decimal | None = None
    invitable: bool | None = None
    expiring: tuple[date, date] | None = None

    @property
    def narrowed(self) -> bool:
        """Whether something else than words is asked for."""
        given = (self.status, self.skill, self.rating_from, self.invitable, self.expiring)
        return any(value is not None for value in given)


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a list.

    Attributes:
        lines: the men of the page.
        count: how many the list has; at least so many where `at_least`, and pages reach no further.
    """

    lines: Sequence[WorkerLine]
    count: int
    at_least: bool


@dataclass(frozen=True, slots=True)
class _Order:
    """By what a list is sorted, and which way round."""

    column: Column
    descending: bool

    def sql(self, *, from_the_end: bool = False) -> str:
        """Return the clause; or that of the same list read from its end, which the same index serves backwards."""
        way = "DESC" if self.descending is not from_the_end else "ASC"
        # Without an external id he comes last either way; where nothing can be missing the clause would say nothing.
        missing = " NULLS FIRST" if from_the_end else " NULLS LAST"
        first, *rest = _ORDER[self.column]
        parts = [f"{first} {way}{missing if self.column is Column.EXTERNAL_ID else ''}"]
        return ", ".join([*parts, *(f"{part} {way}" for part in rest)])


class _Query:
    """The part of a statement that says who is in the list, with its arguments."""

    def __init__(self, uow: Uow, wanted: Wanted, matches: Matches | None) -> None:
        self.args: list[object] = [uow.franchise_id]
        self.dense = matches is not None and matches.ids is None
        self._conditions: list[str] = []
        if matches is not None:
            self._add(
                HOLDS if self.dense else "l.worker_id = ANY ({at})", matches.sought if self.dense else matches.ids
            )
        if wanted.status is not None:
            self._add("l.status = {at}", str(wanted.status))
        if wanted.skill is not None:
            self._add("l.skills & {at} <> 0", skill_bit(wanted.skill))
        if wanted.rating_from is not None:
            self._add(f"{_RATING} >= {{at}}", wanted.rating_from)
        if wanted.invitable is not None:
            self._add("l.invitable = {at}", wanted.invitable)
        if wanted.expiring is not None:
            first, before = (self._bind(day) for day in wanted.expiring)
            self._conditions.append(_EXPIRES.replace("{from}", first).replace("{before}", before))

    def _bind(self, value: object) -> str:
        self.args.append(value)
        return f"${len(self.args)}"

    def _add(self, condition: str, value: object) -> None:
        self._conditions.append(condition.replace("{at}", self._bind(value)))

    def rows(self, columns: str, *more: str) -> str:
        conditions = " AND ".join(["l.franchise_id = $1", *self._conditions, *more])
        return f"SELECT {columns} FROM worker_lines l WHERE {conditions}"

    def sorted(self, order: _Order, offset: int, limit: int, *, from_the_end: bool = False) -> str:
        """Return the statement for a stretch of the list."""
        rows, way = self.rows("l.*"), order.sql(from_the_end=from_the_end)
        if order.column is Column.RATING:
            # Two streams, one in the order of an index, one short: by a rule that looks at the clock no index can be.
            # Each has its own limit, without which the planner would sort both instead of merging them.
            head = f"ORDER BY {way} LIMIT {offset + limit:d}"
            uncapped = self.rows("l.worker_id, l.rating AS told", _UNCAPPED)
            capped = self.rows("l.worker_id, least(l.rating, 2.00) AS told", _CAPPED)
            rows = f"({uncapped} {head}) UNION ALL ({capped} {head})"
        return f"SELECT worker_id FROM ({rows}) listed ORDER BY {way} OFFSET {offset:d} LIMIT {limit:d}"


async def find_workers(
    uow: Uow, wanted: Wanted, *, column: Column = Column.NAME, descending: bool = False, offset: int = 0, limit: int
) -> Found:
    """Return a page of the tenant's own men, and how many the list has.

    Args:
        uow: the tenant's.
        wanted: whom to list. Words are parts of names or external ids, of fewer than three letters their beginnings;
            digits, at least four, end a phone number or begin an external id.
        column: what to sort by; who has none of it comes last.
        descending: the other way round.
        offset: how many come before the page.
        limit: the most the page holds.
    """
    query, order = await _query(uow, wanted), _Order(column, descending)
    if query.dense:
        ids, count, at_least = await _walk(uow, query, order, offset, limit, narrowed=wanted.narrowed)
        return Found(await _lines(uow, ids), count, at_least)
    count = await uow.fetchval(query.rows("count(*)"), *query.args)
    # From the nearer end: a page is never further away than the middle.
    size, before = min(limit, max(count - offset, 0)), max(count - offset - limit, 0)
    from_the_end = offset > before
    sql = query.sorted(order, before if from_the_end else offset, size, from_the_end=from_the_end)
    ids = await _ids(uow, sql, query)
    return Found(await _lines(uow, ids[::-1] if from_the_end else ids), count, at_least=False)


async def all_workers(
    uow: Uow, wanted: Wanted, *, column: Column = Column.NAME, descending: bool = False, most: int
) -> AsyncIterator[Sequence[WorkerLine]]:
    """Yield the whole list, at most so many men, a handful at a time so that others are served between."""
    query = await _query(uow, wanted)
    ids = await _ids(uow, query.sorted(_Order(column, descending), 0, most), query)
    for start in range(0, len(ids), _AT_ONCE):
        yield await _lines(uow, ids[start : start + _AT_ONCE])


async def _query(uow: Uow, wanted: Wanted) -> _Query:
    await uow.run(_PLANNED)
    text = wanted.text.strip()
    return _Query(uow, wanted, await match(uow, text, FEW) if text else None)


async def _walk(
    uow: Uow, query: _Query, order: _Order, offset: int, limit: int, *, narrowed: bool
) -> tuple[list[UUID], int, bool]:
    """Return a page of a list dense with matches, and its count as far as `FEW`.

    "More than" is enough there, and counting them all would take long.
    """
    within = max(min(limit, FEW - offset), 0)
    if not narrowed:
        return await _ids(uow, query.sorted(order, offset, within), query), FEW, True
    ids = await _ids(uow, query.sorted(order, 0, FEW + 1), query)
    return ids[offset : offset + within], min(len(ids), FEW), len(ids) > FEW


async def _ids(uow: Uow, sql: str, query: _Query) -> list[UUID]:
    return [row["worker_id"] for row in await uow.fetch(sql, *query.args)]


async def _lines(uow: Uow, ids: Sequence[UUID]) -> list[WorkerLine]:
    rows = await uow.fetch(
        f"""SELECT {LINE} FROM workers w JOIN worker_contacts c ON c.worker_id = w.id
            WHERE w.franchise_id = $1 AND w.id = ANY ($2)""",
        uow.franchise_id,
        list(ids),
    )
    phones = await home_phones(uow, ids)
    by_id = {row["id"]: line_of({**dict(row), "e164": phones.get(row["id"], "")}) for row in rows}
    return [by_id[worker_id] for worker_id in ids if worker_id in by_id]
