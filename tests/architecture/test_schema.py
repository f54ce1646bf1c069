"""The schema against the code that uses it: keys across tenants, tables of moves, mapped columns, clocks."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import Any, Final

import asyncpg

import dispatch
from dispatch.kit.db import Base
from dispatch.kit.states import Moves

SHARED: Final = {
    "workers": "a row of the shared pool is referred to by every franchise that invites the man",
    "franchises": "a tenant itself",
}
"""Tables that rows of other tenants may refer to -> why."""
NO_MODULE: Final = re.compile(r"\.(__main__|simulator|seed|demo|commandline|cli)\b")


def modules() -> Iterator[Any]:
    """Every module of the product below the roots."""
    for found in pkgutil.walk_packages(dispatch.__path__, "dispatch."):
        if not NO_MODULE.search(found.name):
            yield importlib.import_module(found.name)


async def test_references_between_tenant_tables_carry_the_tenant(owner: asyncpg.Connection) -> None:
    """The check of a foreign key passes row security by, so only a key with the tenant in it keeps tenants apart."""
    keys = await owner.fetch(
        """SELECT k.conrelid::regclass::text AS child, k.confrelid::regclass::text AS parent, k.conname AS name,
                  ARRAY(SELECT a.attname || '=' || b.attname FROM unnest(k.conkey, k.confkey) AS c (mine, theirs)
                        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = c.mine
                        JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = c.theirs) AS columns
           FROM pg_constraint k WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace"""
    )
    tenant = {
        row["table_name"]
        for row in await owner.fetch(
            """SELECT table_name FROM information_schema.columns
               WHERE table_schema = 'public' AND column_name = 'franchise_id'"""
        )
    }
    between = [k for k in keys if {k["child"], k["parent"]} <= tenant and k["parent"] not in SHARED]
    assert len(between) > 40
    assert [f"{k['child']}.{k['name']}" for k in between if "franchise_id=franchise_id" not in k["columns"]] == []


def moves() -> dict[str, Moves[Any]]:
    """The tables of moves in the code, by entity."""
    found: dict[str, Moves[Any]] = {}
    for module in modules():
        for value in vars(module).values():
            if isinstance(value, Moves):
                assert found.setdefault(value.entity, value) is value, f"two tables of moves for {value.entity}"
    return found


async def test_moves_are_the_same_in_code_and_database(owner: asyncpg.Connection) -> None:
    rows = {tuple(row) for row in await owner.fetch("SELECT entity, old_status, new_status FROM status_moves")}
    in_code = set().union(*(table.rows() for table in moves().values()))
    assert in_code - rows == set(), "the database would refuse these"
    assert rows - in_code == set(), "the code would refuse these"


async def test_every_status_is_guarded_by_its_table_of_moves(owner: asyncpg.Connection) -> None:
    with_status = {
        row["table_name"]
        for row in await owner.fetch(
            """SELECT table_name FROM information_schema.columns
               WHERE table_schema = 'public' AND column_name = 'status' AND data_type = 'text'"""
        )
    }
    guarded = {
        row["name"]
        for row in await owner.fetch(
            """SELECT t.tgrelid::regclass::text AS name FROM pg_trigger t
               WHERE t.tgfoid = 'enforce_move()'::regprocedure AND t.tgenabled = 'O' AND (t.tgtype & 2) = 2"""
        )
    }
    free = {"receipts": "the gateway's own word", "franchises": "a switch of the operator", "worker_lines": "a copy"}
    assert with_status - guarded == set(free)
    assert guarded == moves().keys()


async def test_statuses_are_the_same_in_code_and_database(owner: asyncpg.Connection) -> None:
    differing = {}
    for entity, table in moves().items():
        check = await owner.fetchval(
            """SELECT pg_get_constraintdef(k.oid) FROM pg_constraint k WHERE k.conrelid = $1::regclass
               AND k.contype = 'c' AND pg_get_constraintdef(k.oid) ~ 'CHECK \\(\\(status = ANY'""",
            entity,
        )
        in_database = set(re.findall(r"'(\w+)'", check))
        in_code = {str(status) for status in type(next(iter(table.allowed))[0])}
        if in_database != in_code:
            differing[entity] = in_database ^ in_code
    assert differing == {}


async def test_mapped_columns_exist_with_the_same_nullability(owner: asyncpg.Connection) -> None:
    list(modules())
    columns = {
        (row["table_name"], row["column_name"]): row["is_nullable"] == "YES"
        for row in await owner.fetch("SELECT * FROM information_schema.columns WHERE table_schema = 'public'")
    }
    mapped = {
        (table.name, column.name): bool(column.nullable)
        for table in Base.metadata.tables.values()
        for column in table.columns
    }
    assert mapped, "no models"
    assert {key for key in mapped if key not in columns} == set()
    assert {key for key, nullable in mapped.items() if columns[key] is not nullable} == set()


REAL_TIME_DEFAULTS: Final = {
    ("sessions", "created_at"),
    ("sessions", "last_seen_at"),
    ("password_resets", "created_at"),
    ("api_tokens", "created_at"),
    ("idempotency_keys", "created_at"),
    ("sms_account_health", "weighed_at"),
}
REAL_TIME_FUNCTIONS: Final = {
    "clock.now()",
    "clock.instant()",
    "principal_of(bytea)",
    "session_seen(bytea)",
    "sign_in_of(bytea)",
    "password_reset_of(bytea)",
}
_REAL: Final = re.compile(r"(?<![.\w])(now|clock_timestamp|statement_timestamp)\(\)|CURRENT_(TIMESTAMP|DATE)")


async def test_the_schema_asks_the_domain_clock(owner: asyncpg.Connection) -> None:
    """Sessions, tokens and repeated requests live in real time; everything else follows `clock.now()`."""
    defaults = await owner.fetch(
        """SELECT table_name, column_name, column_default FROM information_schema.columns
           WHERE table_schema = 'public' AND column_default IS NOT NULL"""
    )
    asking = {(d["table_name"], d["column_name"]) for d in defaults if _REAL.search(d["column_default"])}
    assert asking == REAL_TIME_DEFAULTS
    bodies = await owner.fetch(
        """SELECT p.oid::regprocedure::text AS signature, p.prosrc AS body FROM pg_proc p
           WHERE p.pronamespace IN ('public'::regnamespace, 'clock'::regnamespace)
             AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"""
    )
    assert {b["signature"] for b in bodies if _REAL.search(b["body"])} == REAL_TIME_FUNCTIONS


async def test_moments_carry_their_zone_and_ids_are_uuids(owner: asyncpg.Connection) -> None:
    """Only what a clock on site shows is without a zone; only logs and audit count their rows."""
    naive = await owner.fetch(
        """SELECT table_name || '.' || column_name AS name FROM information_schema.columns
           WHERE table_schema = 'public' AND data_type = 'timestamp without time zone'"""
    )
    assert {row["name"] for row in naive} == {"shifts.local_start", "shifts.local_end"}
    counted = await owner.fetch(
        """SELECT table_name FROM information_schema.columns
           WHERE table_schema = 'public' AND column_name = 'id' AND data_type <> 'uuid'"""
    )
    assert {row["table_name"] for row in counted} == {"audit_log", "timeline", "phone_events", "phone_reveals"}


async def test_money_is_whole_minor_units(owner: asyncpg.Connection) -> None:
    money = await owner.fetch(
        """SELECT table_name || '.' || column_name AS name, data_type FROM information_schema.columns
           WHERE table_schema = 'public' AND column_name LIKE '%\\_minor'"""
    )
    assert money
    assert {row["name"] for row in money if row["data_type"] not in {"bigint", "integer"}} == set()
