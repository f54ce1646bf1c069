"""The rights of the roles, as every deployment gets them from deploy/*.sql."""

import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from dispatch.local.databases import DatabaseNameRefused, RolePasswords, create_database, create_roles, database_exists
from dispatch.local.errors import CommandFailed
from dispatch.local.throwaway import TestCluster

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def database(cluster: TestCluster) -> Iterator[str]:
    name = f"rights_{next(_numbers)}"
    cluster.create_database(name)
    yield name
    cluster.drop_database(name)


@asynccontextmanager
async def connected(cluster: TestCluster, database: str, role: str) -> AsyncIterator[asyncpg.Connection]:
    place = cluster.settings(database).database
    login = {"owner": place.owner, "app": place.app, "worker": place.worker}[role]
    connection = await asyncpg.connect(
        host=place.host,
        port=place.port,
        database=place.name,
        user=login.user,
        password=login.password.get_secret_value(),
    )
    try:
        yield connection
    finally:
        await connection.close()


async def test_no_role_is_more_than_it_must_be(cluster: TestCluster, database: str) -> None:
    connection = await asyncpg.connect(cluster.postgres.superuser_dsn(database))
    rows = await connection.fetch(
        "SELECT rolname, rolcanlogin, rolinherit, rolbypassrls, "
        "rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication AS mighty "
        "FROM pg_roles WHERE rolname LIKE 'dispatch%' ORDER BY 1"
    )
    await connection.close()
    assert [tuple(row) for row in rows] == [
        ("dispatch_app", True, False, False, False),
        ("dispatch_backup", True, True, True, False),
        ("dispatch_definer", False, False, False, False),
        ("dispatch_hq", False, False, False, False),
        ("dispatch_owner", True, True, False, False),
        ("dispatch_worker", True, False, False, False),
    ]


async def test_the_owner_hands_a_function_to_the_definer_and_replaces_it_later(
    cluster: TestCluster, database: str
) -> None:
    async with connected(cluster, database, "owner") as owner:
        body = "CREATE OR REPLACE FUNCTION answer() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT {}'"
        await owner.execute(body.format(41))
        await owner.execute("ALTER FUNCTION answer() OWNER TO dispatch_definer")
        await owner.execute(body.format(42))
        assert await owner.fetchval("SELECT answer()") == 42


async def test_a_definer_function_sees_rows_its_caller_does_not(cluster: TestCluster, database: str) -> None:
    async with connected(cluster, database, "owner") as owner:
        await owner.execute(
            """
            CREATE TABLE hidden (n int);
            ALTER TABLE hidden ENABLE ROW LEVEL SECURITY;
            ALTER TABLE hidden FORCE ROW LEVEL SECURITY;
            CREATE POLICY maint ON hidden TO dispatch_owner USING (true) WITH CHECK (true);
            CREATE POLICY definer ON hidden TO dispatch_definer USING (true);
            CREATE POLICY hq ON hidden TO dispatch_hq USING (true);
            GRANT SELECT ON hidden TO dispatch_app, dispatch_definer, dispatch_hq;
            INSERT INTO hidden VALUES (1);
            CREATE FUNCTION count_hidden() RETURNS bigint LANGUAGE sql SECURITY DEFINER
                SET search_path = public, pg_temp AS 'SELECT count(*) FROM hidden';
            ALTER FUNCTION count_hidden() OWNER TO dispatch_definer;
            """
        )
    async with connected(cluster, database, "app") as app:
        assert await app.fetchval("SELECT count(*) FROM hidden") == 0
        assert await app.fetchval("SELECT count_hidden()") == 1
        async with app.transaction():
            await app.execute("SET LOCAL ROLE dispatch_hq")
            assert await app.fetchval("SELECT count(*) FROM hidden") == 1
        assert await app.fetchval("SELECT count(*) FROM hidden") == 0


@pytest.mark.parametrize("role", ["app", "worker"])
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE public.theirs (n int)",
        "CREATE SCHEMA theirs",
        "CREATE EXTENSION hstore",
        "SET ROLE dispatch_owner",
        "SET ROLE dispatch_definer",
        "SET ROLE postgres",
        "ALTER ROLE CURRENT_USER BYPASSRLS",
    ],
)
async def test_a_serving_role_may_neither_make_nor_become(
    cluster: TestCluster, database: str, role: str, statement: str
) -> None:
    async with connected(cluster, database, role) as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)


async def test_only_the_request_role_may_enter_hq(cluster: TestCluster, database: str) -> None:
    async with connected(cluster, database, "worker") as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("SET ROLE dispatch_hq")


async def test_the_backup_role_reads_all_and_writes_nothing(cluster: TestCluster, database: str) -> None:
    async with connected(cluster, database, "owner") as owner:
        await owner.execute(
            "CREATE TABLE kept (n int); ALTER TABLE kept ENABLE ROW LEVEL SECURITY; ALTER TABLE kept FORCE ROW LEVEL "
            "SECURITY; CREATE POLICY maint ON kept TO dispatch_owner USING (true); INSERT INTO kept VALUES (7)"
        )
    superuser = await asyncpg.connect(cluster.postgres.superuser_dsn(database))
    await superuser.execute("SET SESSION AUTHORIZATION dispatch_backup")
    assert await superuser.fetchval("SELECT n FROM kept") == 7
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await superuser.execute("UPDATE kept SET n = 8")
    settings = await superuser.fetchval("SELECT rolconfig FROM pg_roles WHERE rolname = 'dispatch_backup'")
    assert settings == ["default_transaction_read_only=on"]
    await superuser.close()


async def test_a_copy_of_a_template_has_its_rows_and_the_same_rights(cluster: TestCluster, database: str) -> None:
    cluster.create_database("rights_template")
    async with connected(cluster, "rights_template", "owner") as owner:
        await owner.execute(
            "CREATE TABLE seed (n int); INSERT INTO seed VALUES (1); GRANT SELECT ON seed TO dispatch_app"
        )
    cluster.create_database("rights_copy", template="rights_template")
    async with connected(cluster, "rights_copy", "app") as app:
        assert await app.fetchval("SELECT n FROM seed") == 1
        await app.execute("CREATE TEMPORARY TABLE staging (n int)")
    superuser = await asyncpg.connect(cluster.postgres.superuser_dsn())
    everybody = "SELECT has_database_privilege('pg_read_all_data', 'rights_copy', 'CONNECT')"
    assert await superuser.fetchval(everybody) is False
    await superuser.close()
    cluster.drop_database("rights_copy")
    cluster.drop_database("rights_template")
    assert not database_exists(cluster.postgres, "rights_copy")


def test_a_name_that_is_not_a_name_is_refused(cluster: TestCluster) -> None:
    for name in ("", "Orders", "x; DROP DATABASE postgres", "1st", "é", "a" * 64):
        with pytest.raises(DatabaseNameRefused):
            create_database(cluster.postgres, name)


def test_an_existing_database_is_not_replaced(cluster: TestCluster, database: str) -> None:
    with pytest.raises(CommandFailed, match="already exists"):
        create_database(cluster.postgres, database)


def test_roles_without_a_password_are_not_made(cluster: TestCluster) -> None:
    with pytest.raises(CommandFailed, match="set DISPATCH_OWNER_PASSWORD"):
        create_roles(cluster.postgres, RolePasswords("a", "b", "", "d"))
