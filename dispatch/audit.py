"""The audit: every invariant that rows can betray, asked of the database. `audit.sql` holds the queries.

It must find nothing, after any test and at any moment in production: every few minutes over what changed lately, each
night over everything.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

import asyncpg

from dispatch.kit.errors import DispatchError

_FILE: Final = Path(__file__).with_suffix(".sql")
_HEADER: Final = re.compile(r"^-- (I\d+|all): (.+)$", re.MULTILINE)
_ALWAYS: Final = datetime(1970, 1, 1, tzinfo=UTC)
MOST_ROWS: Final = 20
"""Of each query; one offending row is a reason to look, a hundred tell no more."""

_SEES_EVERYTHING: Final = """
SELECT r.rolsuper OR r.rolbypassrls OR EXISTS (
    SELECT FROM pg_class c WHERE c.oid = 'public.shifts'::regclass AND c.relowner = r.oid)
FROM pg_roles r WHERE r.rolname = current_user
"""


class AuditIsBlind(DispatchError):
    """Row security hides rows from this login, so an audit that finds nothing would mean nothing."""


@dataclass(frozen=True, slots=True)
class Check:
    """One query: the invariant, what must be true, and the SQL; `lately` when it can be limited to recent changes."""

    invariant: str
    truth: str
    sql: str

    @property
    def lately(self) -> bool:
        """Whether a moment limits it."""
        return "$1" in self.sql


@dataclass(frozen=True, slots=True)
class Finding:
    """An invariant that does not hold, with the first offending rows: ids and figures, never names or phones."""

    invariant: str
    truth: str
    rows: tuple[Mapping[str, object], ...]

    def __str__(self) -> str:
        return f"{self.invariant}: not true that {self.truth}: {', '.join(str(dict(row)) for row in self.rows)}"


@cache
def checks() -> tuple[Check, ...]:
    """Return the queries in the order of their file."""
    text = _FILE.read_text(encoding="utf-8")
    headers = list(_HEADER.finditer(text))
    ends = [header.start() for header in headers[1:]] + [len(text)]
    return tuple(
        Check(header[1], header[2], text[header.end() : end].strip().rstrip(";").replace(":since", "$1::timestamptz"))
        for header, end in zip(headers, ends, strict=True)
    )


async def run_audit(
    connection: asyncpg.Connection, *, since: datetime | None = None, invariant: str | None = None
) -> list[Finding]:
    """Ask every query, or those of one invariant, and return what is not true; an empty list is the only good answer.

    Each query is one statement and so sees one moment; nothing is locked or written.

    Args:
        connection: of a login that sees every row: the owner, or the one that makes backups.
        since: look only at what may have changed since then, where a query can; by default at everything.
        invariant: for instance `I16`.

    Raises:
        AuditIsBlind: row security binds this login.
    """
    if not await connection.fetchval(_SEES_EVERYTHING):
        raise AuditIsBlind("Run the audit as the owner of the database or as the backup role, which see every row.")
    findings = []
    for check in checks():
        if invariant in (None, check.invariant):
            rows = await connection.fetch(
                f"SELECT * FROM ({check.sql}) AS offending LIMIT {MOST_ROWS}",
                *([since or _ALWAYS] if check.lately else []),
            )
            if rows:
                findings.append(Finding(check.invariant, check.truth, tuple(dict(row) for row in rows)))
    return findings
