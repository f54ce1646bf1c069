"""What the server really does inside a function: the plans of its statements, as the request role ran them."""

import json
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import UUID

import asyncpg

_PLAN: Final = re.compile(r"duration: ([\d.]+) ms +plan:\n(\{.*\})", re.DOTALL)
_WATCH: Final = """
LOAD 'auto_explain';
SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on; SET auto_explain.log_analyze = on;
SET auto_explain.log_timing = off; SET auto_explain.log_format = json; SET auto_explain.log_level = notice;
"""


async def nested_plans(dsn: str, tenant: UUID, sql: str, *args: object) -> list[dict[str, Any]]:
    """Run a statement as `dispatch_app` in a tenant, and return what each statement inside it did, in order.

    Each is a plan as `EXPLAIN (ANALYZE, FORMAT JSON)` writes it, with its text as `Query Text` and the milliseconds of
    it all as `Duration`; the outermost statement comes last.

    Args:
        dsn: of a superuser: nobody else may look into a function. The statement itself runs as the request role.
        tenant: the franchise entered.
        sql: one statement.
        args: its parameters.
    """
    async with _watched(dsn) as (connection, plans), connection.transaction():
        await connection.execute("SET LOCAL SESSION AUTHORIZATION dispatch_app")
        await connection.execute("SELECT set_config('app.franchises', $1, true)", f"{{{tenant}}}")
        await connection.fetch(sql, *args)  # a new session loads projections and makes its plans at the first call
        plans.clear()
        await connection.fetch(sql, *args)
        return list(plans)


@asynccontextmanager
async def _watched(dsn: str) -> AsyncIterator[tuple[asyncpg.Connection, list[dict[str, Any]]]]:
    connection = await asyncpg.connect(dsn)
    plans: list[dict[str, Any]] = []

    def listen(_connection: object, message: Any) -> None:  # noqa: ANN401 - untyped driver
        found = _PLAN.search(message.message)
        if found:
            plans.append({"Duration": float(found[1]), **json.loads(found[2])})

    try:
        await connection.execute(_WATCH)
        connection.add_log_listener(listen)
        yield connection, plans
    finally:
        connection.remove_log_listener(listen)
        await connection.close()


def scans(plans: Sequence[dict[str, Any]], table: str) -> list[tuple[str, str | None]]:
    """Return every scan of a table: how, and of which index."""
    return [
        (node["Node Type"], node.get("Index Name"))
        for plan in plans
        for node in _nodes(plan["Plan"])
        if node.get("Relation Name") == table
    ]


def rows_read(plans: Sequence[dict[str, Any]], table: str) -> float:
    """Return how many rows of a table were read, those that a filter threw away included."""
    return sum(
        float(node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)))
        for plan in plans
        for node in _nodes(plan["Plan"])
        if node.get("Relation Name") == table
    )


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)
