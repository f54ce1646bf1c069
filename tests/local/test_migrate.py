import asyncio
import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from pydantic import SecretStr

from dispatch.local.errors import DatabaseTooNew, DatabaseUnreachable, MigrationBlocked
from dispatch.local.migrate import migrate, newest_revision
from dispatch.local.throwaway import TestCluster
from dispatch.settings import Settings
from migrations.tools import ScriptEndedTransaction, ScriptFailed

_numbers = itertools.count(1)


@pytest.fixture
def empty(cluster: TestCluster) -> Iterator[Settings]:
    name = f"migrate_{next(_numbers)}"
    cluster.create_database(name)
    yield cluster.settings(name)
    cluster.drop_database(name)


def write(versions: Path, *scripts: str) -> Path:
    """Make a folder of migrations, one after another, out of SQL scripts."""
    versions.mkdir(exist_ok=True)
    before = None
    for n, script in enumerate(scripts, start=1):
        revision = f"{n:04}"
        (versions / f"{revision}.py").write_text(
            f'"""Step {n}."""\n\nfrom migrations.tools import run_script\n\n'
            f"revision = {revision!r}\ndown_revision = {before!r}\n\n\n"
            f"def upgrade() -> None:\n    run_script({script!r})\n"
        )
        before = revision
    return versions


def as_owner(cluster: TestCluster, settings: Settings, sql: str) -> str:
    return cluster.postgres.sql(sql, database=settings.database.name).strip()


def test_the_products_own_database_is_at_the_newest_revision(cluster: TestCluster, settings: Settings) -> None:
    assert as_owner(cluster, settings, "SELECT version_num FROM alembic_version") == newest_revision()
    said: list[str] = []
    assert migrate(settings, said.append) == newest_revision()
    assert said == []


def test_several_statements_of_any_text_run_as_the_owner(cluster: TestCluster, empty: Settings, tmp_path: Path) -> None:
    script = (
        "CREATE TABLE a (t text); INSERT INTO a VALUES ('100 % of :name'); CREATE TABLE b AS SELECT current_user AS who"
    )
    said: list[str] = []
    assert migrate(empty, said.append, versions=write(tmp_path / "v", script)) == "0001"
    assert said == ["Applied 0001: Step 1."]
    assert as_owner(cluster, empty, "SELECT t, who FROM a, b") == "100 % of :name|dispatch_owner"


async def test_it_works_inside_a_running_event_loop(empty: Settings, tmp_path: Path) -> None:
    assert migrate(empty, versions=write(tmp_path / "v", "CREATE TABLE a ()")) == "0001"


def test_a_failing_migration_leaves_nothing_of_itself_and_all_before_it(
    cluster: TestCluster, empty: Settings, tmp_path: Path
) -> None:
    versions = write(tmp_path / "v", "CREATE TABLE a ()", "CREATE TABLE b ();\nCREATE TABLE c (x no_such_type)")
    with pytest.raises(ScriptFailed, match=r'"no_such_type" does not exist \(line 2 of the script: CREATE TABLE c'):
        migrate(empty, versions=versions)
    assert as_owner(cluster, empty, "SELECT version_num FROM alembic_version") == "0001"
    tables = "SELECT string_agg(tablename, ',') FROM pg_tables WHERE tableowner = 'dispatch_owner'"
    assert set(as_owner(cluster, empty, tables).split(",")) == {"a", "alembic_version"}
    write(versions, "CREATE TABLE a ()", "CREATE TABLE b ()")
    assert migrate(empty, versions=versions) == "0002"


def test_a_script_may_not_commit_by_itself(empty: Settings, tmp_path: Path) -> None:
    with pytest.raises(ScriptEndedTransaction, match="remove COMMIT"):
        migrate(empty, versions=write(tmp_path / "v", "CREATE TABLE a (); COMMIT; CREATE TABLE b ()"))


async def test_two_migrators_at_once_take_turns(cluster: TestCluster, empty: Settings, tmp_path: Path) -> None:
    versions = write(tmp_path / "v", "CREATE TABLE a (); SELECT pg_sleep(0.5)", "CREATE TABLE b ()")
    said: list[str] = []
    runs = (asyncio.to_thread(_in_process, cluster, empty, versions) for _ in range(2))
    said = await asyncio.gather(*runs)
    assert sorted(said) == ["", "Applied 0001: Step 1.\nApplied 0002: Step 2.\n"]


def _in_process(cluster: TestCluster, settings: Settings, versions: Path) -> str:
    """Alembic keeps its context in module globals, so two runs need two processes."""
    program = (
        "import sys, pathlib; from dispatch.local.migrate import migrate; from dispatch.settings import read_settings; "
        "migrate(read_settings(), print, versions=pathlib.Path(sys.argv[1]))"
    )
    environment = {**os.environ, **cluster.environment(settings.database.name)}
    return subprocess.run(
        [sys.executable, "-c", program, versions], env=environment, check=True, capture_output=True, text=True
    ).stdout


async def test_a_table_in_use_ends_the_migration_and_not_the_traffic(
    cluster: TestCluster, empty: Settings, tmp_path: Path
) -> None:
    versions = write(tmp_path / "v", "CREATE TABLE a ()")
    migrate(empty, versions=versions)
    write(versions, "CREATE TABLE a ()", "ALTER TABLE a ADD COLUMN n int")
    user = await asyncpg.connect(cluster.postgres.superuser_dsn(empty.database.name))
    async with user.transaction():
        await user.execute("LOCK TABLE a IN ACCESS SHARE MODE")
        with pytest.raises(MigrationBlocked, match="end long transactions"):
            await asyncio.to_thread(migrate, empty, versions=versions)
    await user.close()
    assert migrate(empty, versions=versions) == "0002"


def test_a_database_of_a_newer_version_is_named_and_left_alone(
    cluster: TestCluster, empty: Settings, tmp_path: Path
) -> None:
    migrate(empty, versions=write(tmp_path / "newer", "CREATE TABLE a ()", "CREATE TABLE b ()"))
    with pytest.raises(DatabaseTooNew, match="is at revision 0002, which this version of the program does not know"):
        migrate(empty, versions=write(tmp_path / "older", "CREATE TABLE a ()"))
    assert as_owner(cluster, empty, "SELECT version_num FROM alembic_version") == "0002"


@pytest.mark.parametrize(
    "change",
    [
        {"port": 1},
        {"name": "no_such_database"},
        {"owner": {"user": "dispatch_owner", "password": SecretStr("wrong")}},
    ],
)
def test_an_unreachable_database_says_what_to_do(empty: Settings, change: dict[str, object]) -> None:
    database = empty.database.model_copy(update=change)
    if "owner" in change:
        database.owner = empty.database.owner.model_copy(update={"password": SecretStr("wrong")})
    with pytest.raises(DatabaseUnreachable, match="Run `dispatch stack up`") as caught:
        migrate(empty.model_copy(update={"database": database}))
    assert "wrong" not in str(caught.value)
