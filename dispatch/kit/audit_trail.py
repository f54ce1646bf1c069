"""The audit read back: who changed what, when, from what to what; and acts that are no change of a row, written down.

Rows are written by triggers, in the transaction of the change. A page goes on from where the last one ended, by moment
and number, so the millionth row is found as fast as the first.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from dispatch.kit.uow import Uow

Place = tuple[datetime, int]
"""Where a page ends: the moment and the number of its last row."""

MOST_LOOKED_THROUGH: Final = 20_000
"""So many rows at most are searched for words at a time; what lies behind is searched from there on."""

_TRAIL: Final = """
SELECT r.id, r.at, r.actor, r.entity, r.entity_id, r.action, r.before, r.after
FROM (
    SELECT a.id, a.at, a.actor, a.entity, a.entity_id, a.action, a.before, a.after
    FROM audit_log a
    WHERE a.franchise_id = $1 {narrowed}
    ORDER BY a.at {way}, a.id {way} LIMIT {looked_through}) r
{searched}
ORDER BY r.at {way}, r.id {way} LIMIT {limit}
"""
_LAST: Final = """
SELECT a.at, a.id FROM audit_log a WHERE a.franchise_id = $1 {narrowed}
ORDER BY a.at {way}, a.id {way} OFFSET {looked_through} - 1 LIMIT 1
"""
_WORDS: Final = """
WHERE r.entity_id = {words} OR strpos(lower(r.before::text), lower({words})) > 0
   OR strpos(lower(r.after::text), lower({words})) > 0
"""


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What narrows the audit; None and "" narrow nothing.

    Attributes:
        actor: exactly who, as `staff:<id>`.
        entity: of which table.
        subject: which row of it, by its id.
        begins: no earlier than this.
        ends: earlier than this.
        words: anywhere in what was or became, whatever its case.
    """

    actor: str = ""
    entity: str = ""
    subject: str = ""
    begins: datetime | None = None
    ends: datetime | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One change: of an update only what differs, of an insert or delete the whole row."""

    id: int
    at: datetime
    actor: str
    entity: str
    entity_id: str
    action: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.at, self.id


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Some rows in the order asked for; `more` is where to go on, None at the end."""

    rows: tuple[AuditRow, ...]
    more: Place | None


async def read_audit(
    uow: Uow, wanted: AuditFilter, *, after: Place | None = None, oldest_first: bool = False, limit: int
) -> AuditPage:
    """Return a page of the tenant's audit, newest first unless asked otherwise.

    With words, at most `MOST_LOOKED_THROUGH` rows are looked through: a page may then be short, or empty, and go on.

    Args:
        uow: the tenant's.
        wanted: what narrows it.
        after: where the page before ended.
        oldest_first: the other way round.
        limit: rows of a page.
    """
    asked: list[Any] = [uow.franchise_id]

    def given(value: object) -> str:
        asked.append(value)
        return f"${len(asked)}"

    narrowed = [
        *(f"AND a.{column} = {given(value)}" for column, value in _exact(wanted).items() if value),
        *([f"AND a.at >= {given(wanted.begins)}"] if wanted.begins is not None else []),
        *([f"AND a.at < {given(wanted.ends)}"] if wanted.ends is not None else []),
        *([f"AND (a.at, a.id) {'>' if oldest_first else '<'} ({given(after[0])}, {given(after[1])})"] if after else []),
    ]
    parts = {
        "narrowed": " ".join(narrowed),
        "way": "ASC" if oldest_first else "DESC",
        "looked_through": MOST_LOOKED_THROUGH if wanted.words else limit + 1,
        "limit": limit + 1,
    }
    of_last = list(asked)
    searched = _WORDS.format(words=given(wanted.words)) if wanted.words else ""
    rows = [AuditRow(**dict(row)) for row in await uow.fetch(_TRAIL.format(searched=searched, **parts), *asked)]
    if len(rows) > limit:
        return AuditPage(tuple(rows[:limit]), rows[limit - 1].place)
    if not wanted.words:
        return AuditPage(tuple(rows), None)
    last = await uow.fetchrow(_LAST.format(**parts), *of_last)
    return AuditPage(tuple(rows), (last["at"], last["id"]) if last is not None else None)


async def note_act(uow: Uow, entity: str, entity_id: object, **detail: object) -> None:
    """Write an act down that changes no audited row: a link that was sent, sessions that were ended."""
    await uow.run("SELECT note_act($1, $2, $3)", entity, str(entity_id), json.dumps(detail, default=str))


def _exact(wanted: AuditFilter) -> dict[str, str]:
    return {"actor": wanted.actor, "entity": wanted.entity, "entity_id": wanted.subject}
