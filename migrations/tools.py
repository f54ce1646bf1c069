"""What a migration may call beside Alembic's own operations."""

from pathlib import Path
from typing import Any

import asyncpg
from alembic import op

MIGRATIONS = Path(__file__).resolve().parent


class ScriptFailed(Exception):
    """A statement of a script was refused; the whole migration is rolled back."""


class ScriptEndedTransaction(Exception):
    """A script holds COMMIT or ROLLBACK, so that half of a migration could have stayed."""


def run_script(script: str | Path) -> None:
    """Run several SQL statements inside the transaction of the current migration, all of them or none.

    The text goes to the server as it is: `:name` and `%` mean nothing here, and nothing is bound.

    Args:
        script: SQL, or a path; a relative path starts at the folder of migrations.

    Raises:
        ScriptFailed: with PostgreSQL's message, the line, and the driver's error as its cause.
        ScriptEndedTransaction: the script committed or rolled back by itself.
    """
    sql = (MIGRATIONS / script).read_text(encoding="utf-8") if isinstance(script, Path) else script
    connection = op.get_bind()
    # SQLAlchemy begins the driver's transaction with its first statement; without one every line would commit alone.
    connection.exec_driver_sql("SELECT 1")
    adapter: Any = connection.connection.dbapi_connection
    try:
        adapter.run_async(lambda driver: driver.execute(sql))
    except asyncpg.PostgresError as error:
        raise ScriptFailed(f"{error}{_where(sql, error)}") from error
    if not adapter.driver_connection.is_in_transaction():
        raise ScriptEndedTransaction("A migration is one transaction: remove COMMIT and ROLLBACK from its script.")


def _where(sql: str, error: asyncpg.PostgresError) -> str:
    position = getattr(error, "position", None)
    if position is None:
        return ""
    before = sql[: int(position) - 1]
    line = before.count("\n")
    return f" (line {line + 1} of the script: {sql.splitlines()[line].strip()})"
