"""The list of the tenant's own men, sorted by any column, page by page, fast enough to follow what one types."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
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

MANY: Final = 10_000
"""So many where more than words is asked for: a rare skill among a common name is not met by walking a little."""

_AT_ONCE: Final = 500
_RATING: Final = "CASE WHEN w.capped_until > clock.now() THEN least(w.rating, 2.00) ELSE w.rating END"


class Column(StrEnum):
    """What the list can be sorted by."""

    NAME = "name"
    STATUS = "status"
    RATING = "rating"
    EXTERNAL_ID = "external_id"
    INVITABLE = "invitable"
    CAME = "came"


_ORDER: Final = {
    Column.NAME: ("c.last_name", "c.first_name", "c.worker_id"),
    Column.STATUS: ("w.status", "w.id"),
    Column.RATING: (_RATING, "w.id"),
    Column.EXTERNAL_ID: ("c.external_id", "c.worker_id"),
    Column.INVITABLE: ("w.invitable", "w.id"),
    Column.CAME: ("w.id",),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom to list; what is not given does not matter."""

    text: str = ""
    status: WorkerStatus | None = None
    skill: Service | None = None
    rating_from: Decimal | None = None
    invitable: bool | None = None

    @property
    def narrowed(self) -> bool:
        """Whether something else than words is asked for."""
        return any(value is not None for value in (self.status, self.skill, self.rating_from, self.invitable))


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a list.

    Attributes:
        lines: the men of the page.
        count: how many the whole list has; at least so many where `at_least`.
        more: whether another page follows.
    """

    lines: Sequence[WorkerLine]
    count: int
    at_least: bool
    more: bool


class _Query:
    """The part of a statement that says who is in the list, with its arguments."""

    def __init__(self, uow: Uow, wanted: Wanted, matches: Matches | None) -> None:
        self.args: list[object] = [uow.franchise_id]
        self.of_pool = wanted.narrowed
        self.of_contact = False
        self.conditions: list[str] = []
        if matches is not None and matches.ids is not None:
            self.add("{key} = ANY ({at})", matches.ids)
        elif matches is not None:
            self.of_contact = True
            self.add(HOLDS, matches.sought)
        if wanted.status is not None:
            self.add("w.status = {at}", str(wanted.status))
        if wanted.skill is not None:
            self.add("w.skills & {at} <> 0", skill_bit(wanted.skill))
        if wanted.rating_from is not None:
            self.add(f"{_RATING} >= {{at}}", wanted.rating_from)
        if wanted.invitable is not None:
            self.add("w.invitable = {at}", wanted.invitable)

    def add(self, condition: str, value: object) -> None:
        self.args.append(value)
        self.conditions.append(condition.replace("{at}", f"${len(self.args)}"))

    def ids(self, order: Sequence[str] = ()) -> str:
        """Return the statement that lists the ids, reading no more tables than it must."""
        pool = self.of_pool or any("w." in part for part in order)
        contact = self.of_contact or any("c." in part for part in order)
        if pool and contact:
            key = "w.id"
            source = "workers w JOIN worker_contacts c ON c.worker_id = w.id"
            tenant = "w.franchise_id = $1 AND c.franchise_id = $1"
        elif contact:
            key, source, tenant = "c.worker_id", "worker_contacts c", "c.franchise_id = $1"
        else:
            key, source, tenant = "w.id", "workers w", "w.franchise_id = $1"
        narrowed = "".join(f" AND {condition}" for condition in self.conditions).replace("{key}", key)
        return f"SELECT {key} AS id FROM {source} WHERE {tenant}{narrowed}"


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
    # A plan for every value: how common a word is decides how to look for it.
    await uow.run("SET LOCAL plan_cache_mode = force_custom_plan")
    text = wanted.text.strip()
    matches = await match(uow, text, MANY if wanted.narrowed else FEW) if text else None
    query = _Query(uow, wanted, matches)
    ids = await _page(uow, query, _order(column, descending=descending), offset, limit + 1)
    lines = await _lines(uow, ids[:limit])
    count, at_least = await _count(uow, query, wanted, matches)
    return Found(lines, count, at_least, len(ids) > limit)


async def all_workers(
    uow: Uow, wanted: Wanted, *, column: Column = Column.NAME, descending: bool = False, most: int
) -> AsyncIterator[Sequence[WorkerLine]]:
    """Yield the whole list, at most so many men, a handful at a time so that others are served between."""
    await uow.run("SET LOCAL plan_cache_mode = force_custom_plan")
    text = wanted.text.strip()
    matches = await match(uow, text, MANY if wanted.narrowed else FEW) if text else None
    ids = await _page(uow, _Query(uow, wanted, matches), _order(column, descending=descending), 0, most)
    for start in range(0, len(ids), _AT_ONCE):
        yield await _lines(uow, ids[start : start + _AT_ONCE])


def _order(column: Column, *, descending: bool) -> Sequence[str]:
    way = " DESC" if descending else ""
    # Without an external id he comes last either way; where nothing can be missing the clause would keep an index away.
    last = " NULLS LAST" if descending and column is Column.EXTERNAL_ID else ""
    first, *rest = _ORDER[column]
    return [f"{first}{way}{last}", *(f"{part}{way}" for part in rest)]


async def _page(uow: Uow, query: _Query, order: Sequence[str], offset: int, limit: int) -> list[UUID]:
    size = len(query.args)
    rows = await uow.fetch(
        f"{query.ids(order)} ORDER BY {', '.join(order)} OFFSET ${size + 1} LIMIT ${size + 2}",
        *query.args,
        offset,
        limit,
    )
    return [row["id"] for row in rows]


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


async def _count(uow: Uow, query: _Query, wanted: Wanted, matches: Matches | None) -> tuple[int, bool]:
    """Count the list; beyond `FEW` matches of words "more than" is enough, and counting them all would take long."""
    if matches is not None and not wanted.narrowed:
        return (FEW, True) if matches.ids is None else (len(matches.ids), False)
    dense = matches is not None and matches.ids is None
    limited = f" LIMIT {FEW + 1}" if dense else ""
    counted: int = await uow.fetchval(f"SELECT count(*) FROM ({query.ids()}{limited}) listed", *query.args)
    return (FEW, True) if dense and counted > FEW else (counted, False)
