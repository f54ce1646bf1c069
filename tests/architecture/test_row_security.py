"""Row security over the whole catalogue: tables, policies, functions, owners; a new one cannot forget it."""

from typing import Final

import asyncpg

from tests.architecture.tables import OWNER_OF

TENANT: Final = (
    "(franchise_id = ANY ((NULLIF(current_setting('app.franchises'::text, true), ''::text))::uuid[]))"  # as deparsed
)
QUEUES: Final = {
    "outbox": "drained by lane, whoever wrote the row; the handler then works in the row's tenant",
    "messages": "one queue for the network: an account's pace and a phone's STOP know no tenant",
    "questions": "a reply is matched by phone before its tenant is known",
    "sms_accounts": "the sender needs every account's gateway",
    "sms_account_health": "all senders judge a gateway as one",
    "sms_spend": "written with the claim of any account's texts",
    "dispositions": "written where the reply's tenant becomes known",
}
"""Tenant tables of which the job role sees every row -> why."""
POOL: Final = {
    "workers": "the shared pool: read by all, written at home only; it holds no personal data",
}
NETWORK: Final = {
    "franchises": "who is in the network is known to all of it; a franchise changes its own row only",
    "phones": "numbers: seen by the sender and the definer only",
    "phone_events": "STOP is per phone, whoever asked",
    "inbound_messages": "stored before its tenant is known",
    "receipts": "stored before its tenant is known",
    "contact_days": "the budget of a worker is network-wide; reached through definer functions only",
    "sms_account_progress": "moved by senders only",
    "geocoder_turns": "when an address service may be asked next; reached through a definer function only",
}
"""Tables without a tenant under row security -> what they are."""
OPEN: Final = {
    "alembic_version": "the revision, asked by readiness",
    "status_moves": "the tables of moves, constant",
    "deployment": "one row about this database",
    "beats": "whether our own processes live",
    "network_policy_versions": "one policy for all, read by all",
    "login_attempts": "digests of logins that were tried; no tenant is known yet",
}
"""Tables without row security: nothing in them belongs to anybody -> what they are."""
SERVING: Final = ("dispatch_app", "dispatch_worker")


async def tables(owner: asyncpg.Connection) -> list[asyncpg.Record]:
    """Every table of ours, with whether its rows belong to a tenant."""
    return await owner.fetch(
        """SELECT c.relname AS name, c.relrowsecurity AS on, c.relforcerowsecurity AS forced,
                  pg_get_userbyid(c.relowner) AS owner,
                  EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'franchise_id'
                          AND NOT a.attisdropped) AS tenant
           FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
             AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
           ORDER BY c.relname"""
    )


async def test_every_table_has_a_folder_and_a_class(owner: asyncpg.Connection) -> None:
    found = await tables(owner)
    assert {table["name"] for table in found} == OWNER_OF.keys()
    assert {table["name"] for table in found if not table["tenant"]} == NETWORK.keys() | OPEN.keys()


async def test_row_security_is_on_and_forced(owner: asyncpg.Connection) -> None:
    bare = [t["name"] for t in await tables(owner) if not (t["on"] and t["forced"]) and t["name"] not in OPEN]
    assert bare == []


async def policies(owner: asyncpg.Connection) -> dict[str, set[tuple[str, str, str, str | None, str | None]]]:
    """Table -> (command, role, kind, condition to see, condition to write), one entry per role."""
    found: dict[str, set[tuple[str, str, str, str | None, str | None]]] = {}
    for row in await owner.fetch("SELECT * FROM pg_policies WHERE schemaname = 'public'"):
        for role in row["roles"]:
            entry = (row["cmd"], role, row["permissive"], row["qual"], row["with_check"])
            found.setdefault(row["tablename"], set()).add(entry)
    return found


def everything(role: str) -> tuple[str, str, str, str | None, str | None]:
    return ("ALL", role, "PERMISSIVE", "true", "true")


def own_tenant(role: str) -> tuple[str, str, str, str | None, str | None]:
    return ("ALL", role, "PERMISSIVE", TENANT, TENANT)


async def test_policies_of_tenant_tables_are_the_plain_predicate(owner: asyncpg.Connection) -> None:
    """No OR and no function in it: the planner then uses an index, and nobody has to prove a clever condition."""
    found = await policies(owner)
    maintained = {everything("dispatch_owner"), everything("dispatch_definer")}
    of_hq = ("SELECT", "dispatch_hq", "PERMISSIVE", "true", None)
    wrong = {}
    for table in await tables(owner):
        name = table["name"]
        if not table["tenant"] or name in POOL:
            continue
        jobs = everything("dispatch_worker") if name in QUEUES else own_tenant("dispatch_worker")
        expected = maintained | {own_tenant("dispatch_app"), jobs}
        if found[name] - {of_hq} != expected:
            wrong[name] = found[name] ^ expected
    assert wrong == {}


async def test_the_pool_is_read_by_all_and_written_at_home(owner: asyncpg.Connection) -> None:
    found = (await policies(owner))["workers"]
    serving = {entry for entry in found if entry[1] in SERVING}
    assert serving == {
        *(("SELECT", role, "PERMISSIVE", "true", None) for role in SERVING),
        *(("INSERT", role, "PERMISSIVE", None, TENANT) for role in SERVING),
        *(("UPDATE", role, "PERMISSIVE", TENANT, TENANT) for role in SERVING),
    }


async def test_requests_reach_no_table_of_the_network_but_by_its_policy(owner: asyncpg.Connection) -> None:
    found = await policies(owner)
    reached = {
        name: {entry for entry in found.get(name, set()) if entry[1] in {"dispatch_app", "dispatch_hq", "public"}}
        for name in NETWORK
    }
    own_row = TENANT.replace("franchise_id", "id")
    assert {name: entries for name, entries in reached.items() if entries} == {
        "franchises": {
            ("SELECT", "dispatch_app", "PERMISSIVE", "true", None),
            ("SELECT", "dispatch_hq", "PERMISSIVE", "true", None),
            ("UPDATE", "dispatch_app", "PERMISSIVE", own_row, None),
        }
    }


async def test_open_tables_hold_nothing_of_anybody(owner: asyncpg.Connection) -> None:
    """What is open to all is read only, but for the two that count failures and beats."""
    writable = {
        row["table_name"]
        for row in await owner.fetch(
            """SELECT table_name FROM information_schema.role_table_grants
               WHERE grantee IN ('dispatch_app', 'dispatch_worker', 'dispatch_hq', 'PUBLIC')
                 AND table_schema = 'public' AND privilege_type <> 'SELECT'"""
        )
    }
    assert writable & OPEN.keys() == {"login_attempts", "beats"}


async def test_nobody_who_serves_people_owns_anything_or_stands_above(owner: asyncpg.Connection) -> None:
    owned = await owner.fetch(
        """SELECT c.relname, pg_get_userbyid(c.relowner) AS owner FROM pg_class c
           WHERE c.relnamespace IN ('public'::regnamespace, 'clock'::regnamespace)
             AND pg_get_userbyid(c.relowner) NOT IN ('dispatch_owner', 'postgres')"""
    )
    assert [tuple(row) for row in owned] == []
    above = await owner.fetch(
        """SELECT rolname FROM pg_roles WHERE rolname LIKE 'dispatch\\_%' AND rolname <> 'dispatch_backup'
           AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)"""
    )
    assert [row["rolname"] for row in above] == []
    inheriting = await owner.fetch(
        """SELECT rolname FROM pg_roles
           WHERE rolname IN ('dispatch_app', 'dispatch_worker', 'dispatch_definer') AND rolinherit"""
    )
    assert [row["rolname"] for row in inheriting] == []


async def functions(owner: asyncpg.Connection) -> list[asyncpg.Record]:
    """Every function of ours."""
    return await owner.fetch(
        """SELECT p.oid::regprocedure::text AS signature, p.prosecdef AS definer, pg_get_userbyid(p.proowner) AS owner,
                  p.prorettype = 'trigger'::regtype AS trigger, p.prosrc AS body, p.proconfig AS settings,
                  has_function_privilege('public', p.oid, 'EXECUTE') AS public
           FROM pg_proc p WHERE p.pronamespace IN ('public'::regnamespace, 'clock'::regnamespace)
             AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"""
    )


def search_path(settings: list[str] | None) -> list[str]:
    given = next((s.split("=", 1)[1] for s in settings or () if s.startswith("search_path=")), "")
    return [schema.strip(' "') for schema in given.split(",")] if given else []


async def test_definer_functions_are_pinned_and_handed_out_by_name(owner: asyncpg.Connection) -> None:
    """A trigger function too: whoever may execute it can hang it on a temporary table of his own."""
    loose = {}
    for function in await functions(owner):
        if not function["definer"]:
            continue
        path = search_path(function["settings"])
        faults = [
            *(["owned by " + function["owner"]] if function["owner"] != "dispatch_definer" else []),
            *(["search path " + str(path)] if not path or path[-1] != "pg_temp" or "$user" in path else []),
            *(["open to everybody"] if function["public"] else []),
        ]
        if faults:
            loose[function["signature"]] = faults
    assert loose == {}


async def test_no_view_shows_its_owners_rows(owner: asyncpg.Connection) -> None:
    """A view reads as its owner unless it says otherwise; a materialised one always does."""
    leaking = await owner.fetch(
        """SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND (c.relkind = 'm'
             OR c.relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false))
             AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')"""
    )
    assert [row["relname"] for row in leaking] == []


async def test_no_tenant_table_can_be_truncated_or_hung_with_triggers(owner: asyncpg.Connection) -> None:
    held = await owner.fetch(
        """SELECT DISTINCT table_name, privilege_type FROM information_schema.role_table_grants
           WHERE grantee IN ('dispatch_app', 'dispatch_worker', 'dispatch_hq', 'dispatch_definer', 'PUBLIC')
             AND table_schema = 'public' AND privilege_type IN ('TRUNCATE', 'TRIGGER', 'REFERENCES')"""
    )
    assert [tuple(row) for row in held] == []
