"""Words that try to be code, written into every text of a database; what the database refuses stays as it was."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Final

import asyncpg

_CALLS: Final = ("pwned=1", "window['pwned']=1", "self.pwned=1")
_BREAKS: Final = ("", '">', "'>", "</title>", "</script>", "--></style>", "</textarea>", "`", "{{7*7}}", '\\">')
_SHAPES: Final = (
    "<script>{0}</script>",
    "<ScRiPt src=data:,{0}></sCrIpT>",
    "<img src=x onerror={0}>",
    "<svg/onload={0}>",
    "<body onpageshow={0}>",
    "<details open ontoggle={0}>",
    "<iframe srcdoc='<script>parent.{0}</script>'>",
    "<a href=javascript:{0} autofocus onfocus={0}>x</a>",
    "<input autofocus onfocus={0}>",
    "<style>@import 'data:text/css,*{{}}';</style>",
    "<math><mtext><img src=x onerror={0}></mtext></math>",
    "<div hx-on:load={0} hx-get=/logout hx-trigger=load>x</div>",
    "<template><script>{0}</script></template>",
    " onmouseover={0} x=",
    "{{{{ self.__init__.__globals__ }}}}",
)
_RULES: Final = frozenset({"status_moves"})
"""Tables of rules, the same in every installation."""
_SHORT: Final = "'\"><svg/onload=pwned=1>"
"""For where little has room."""
_FORMULAS: Final = ("=", "+", "-", "@", "")
"""How a cell begins that a spreadsheet would reckon."""
_CODE: Final = re.compile(
    r"[a-z0-9_.:/-]*|[0-9a-f-]{36}|\+?[\d ()-]+|\d{4}-\d\d-\d\d[T ].*|P[\dTHMSD.]+|[A-Z]{1,3}|[A-Z]\w+/[A-Z]\w+"
)
"""Words of a machine inside of JSON: codes, ids, numbers, moments, lengths of time, currencies, zones."""
_TEXTS: Final = """
SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c
JOIN information_schema.tables t USING (table_schema, table_name)
WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.data_type IN ('text', 'jsonb')
  AND c.is_generated = 'NEVER' AND c.table_name NOT IN ('spatial_ref_sys', 'alembic_version')
ORDER BY 1, 2
"""


def corpus() -> Sequence[str]:
    """Every shape of code behind every way out of a place: 450 strings."""
    return list(
        dict.fromkeys(way_out + shape.format(call) for shape, way_out, call in product(_SHAPES, _BREAKS, _CALLS))
    )


class Plot:
    """What is to be written where, one string or several in each text.

    Attributes:
        refused: the columns whose rules let none of it in.
        planted: how many texts were written.
        strings: how many different ones there are.
    """

    def __init__(self, words: Sequence[str], codes: Mapping[str, str], *, at_once: int = 1) -> None:
        self._words, self._bundled = words, list(self._bundles(words, at_once))
        self._codes = codes
        self._turn = 0
        self.refused: set[str] = set()
        self.planted = 0
        self.strings = len(words)

    @staticmethod
    def _bundles(words: Sequence[str], at_once: int) -> Iterator[str]:
        for n, start in enumerate(range(0, len(words), at_once)):
            yield _FORMULAS[n % len(_FORMULAS)] + " ".join(words[start : start + at_once])

    def next(self) -> str:
        """The next string; no two that follow one another are alike, and none is alike another of its column."""
        self._turn += 1
        return f"{self._bundled[self._turn % len(self._bundled)]} {self._turn}"

    def one(self) -> str:
        """A single string, for where a bundle has no room."""
        return f"{self._words[self._turn % len(self._words)]} {self._turn}"

    async def write(self, sql: asyncpg.Connection) -> None:
        """Write into every text column and every text inside of JSON, past triggers and references, as nobody could."""
        await sql.execute("SET session_replication_role = replica")
        for table, column, kind in await self._columns(sql):
            await (self._write_json if kind == "jsonb" else self._write_text)(sql, table, column)

    async def without_rows(self, sql: asyncpg.Connection) -> set[str]:
        """Return the tables that hold no row to write into."""
        tables = {table for table, _, _ in await self._columns(sql)}
        return {table for table in tables if not await sql.fetchval(f'SELECT EXISTS (SELECT FROM "{table}")')}

    async def _columns(self, sql: asyncpg.Connection) -> list[tuple[str, str, str]]:
        found = [(row["table_name"], row["column_name"], row["data_type"]) for row in await sql.fetch(_TEXTS)]
        return [
            (table, column, kind)
            for table, column, kind in found
            if column not in self._codes and f"{table}.{column}" not in self._codes and table not in _RULES
        ]

    async def _write_text(self, sql: asyncpg.Connection, table: str, column: str) -> None:
        rows = await sql.fetch(f'SELECT ctid FROM "{table}" LIMIT 200')
        for row in rows:
            for text in (self.next(), self.one(), f"{_SHORT}{self._turn}", f"<b>{self._turn}"):
                if await self._put(sql, table, column, row["ctid"], text):
                    self.planted += 1
                    break
            else:
                self.refused.add(f"{table}.{column}")
                return

    async def _write_json(self, sql: asyncpg.Connection, table: str, column: str) -> None:
        for row in await sql.fetch(f'SELECT ctid, "{column}" AS held FROM "{table}" WHERE "{column}" IS NOT NULL'):
            hostile = self._within(json.loads(row["held"]))
            if await self._put(sql, table, column, row["ctid"], json.dumps(hostile)):
                self.planted += 1

    def _within(self, held: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
        if isinstance(held, dict):
            return {name: self._within(value) for name, value in held.items()}
        if isinstance(held, list):
            return [self._within(value) for value in held]
        return self.next() if isinstance(held, str) and not _CODE.fullmatch(held) else held

    @staticmethod
    async def _put(sql: asyncpg.Connection, table: str, column: str, place: object, text: str) -> bool:
        cast = "::text::jsonb" if text[:1] in "{[" and text[-1:] in "}]" else ""
        try:
            await sql.execute(f'UPDATE "{table}" SET "{column}" = $2{cast} WHERE ctid = $1', place, text)
        except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError):
            return False
        return True
