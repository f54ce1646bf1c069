"""What a drain asks a hundred times a minute touches the rows that wait, however many went before.

20,000 old texts, with as many receipts and replies, and 2,000 phones; with `--full` a million and 100,000. Held twice:
before anybody counted the rows, and after; for the values at hand and as a plan for any values, since a connection that
asked five times may go by either.
"""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from bench.parts.plans import rows_read, scans
from dispatch.local.throwaway import TestCluster
from dispatch.settings import Settings
from dispatch.sms.claim import _DUE, _DUE_ACCOUNTS
from dispatch.sms.inbound import _CLAIM
from dispatch.sms.receipts import _MESSAGES, _PAGE
from dispatch.sms.receipts import BATCH as PAGE
from dispatch.sms.waiting import _TO_JOIN
from tests.factories.sms import make_account

BATCH: Final = 200
WAITING: Final = 600
ORPHANS: Final = 300
TABLES: Final = ("messages", "inbound_messages", "receipts", "phones")
_OLD: Final = (
    """INSERT INTO phones (id, e164, zone)
       SELECT gen_random_uuid(), '+79' || lpad(n::text, 9, '0'), 'Europe/Moscow'
       FROM generate_series(1, {phones}) AS n""",
    """INSERT INTO messages (id, franchise_id, account_id, phone_id, template, class, body, segments, dedupe_key,
                             status, priority, not_before, send_at, attempt, claimed_at, gateway_id, sent_at,
                             created_at, quiet_from, quiet_to)
       SELECT gen_random_uuid(), '{franchise}', '{account}', p.id, 'offer', 'O', 'Завтра?', 1, 'old' || n,
              CASE n % 9 WHEN 0 THEN 'failed' WHEN 1 THEN 'expired' WHEN 2 THEN 'sent' ELSE 'delivered' END, 5, at, at,
              1, at, 'SMold' || n, at, at, '21:00', '08:00'
       FROM generate_series(1, {texts}) AS n
       JOIN (SELECT id, row_number() OVER () AS nth FROM phones) p ON p.nth = 1 + n % {phones}
       CROSS JOIN LATERAL (SELECT clock.now() - interval '90 days' + n * interval '5 s' AS at) t""",
    """INSERT INTO receipts (id, account_id, gateway_id, message_id, status, raw, received_at, applied_at)
       SELECT gen_random_uuid(), '{account}', m.gateway_id, m.id, 'delivered', 'raw', m.send_at, m.send_at
       FROM messages m""",
    """INSERT INTO inbound_messages (id, account_id, gateway_id, phone_e164, text, raw, received_at, disposed_at)
       SELECT gen_random_uuid(), '{account}', 'SMin' || n, '+79' || lpad((1 + n % {phones})::text, 9, '0'), 'Да',
              'raw', at, at
       FROM generate_series(1, {texts}) AS n
       CROSS JOIN LATERAL (SELECT clock.now() - interval '90 days' + n * interval '5 s' AS at) t""",
)
_WAITING: Final = (
    # Due now, and as many for tomorrow.
    f"""INSERT INTO messages (id, franchise_id, account_id, phone_id, template, class, body, segments, dedupe_key,
                              priority, not_before, send_at, quiet_from, quiet_to)
        SELECT gen_random_uuid(), '{{franchise}}', '{{account}}', p.id, 'offer', 'O', 'Завтра?', 1, 'due' || n, 5, at,
               at, '21:00', '08:00'
        FROM generate_series(1, {2 * WAITING}) AS n
        JOIN (SELECT id, row_number() OVER () AS nth FROM phones LIMIT {2 * WAITING}) p ON p.nth = n
        CROSS JOIN LATERAL (SELECT clock.now() + (n % 2) * interval '1 day' AS at) t""",
    f"""INSERT INTO receipts (id, account_id, gateway_id, message_id, status, raw, received_at)
        SELECT gen_random_uuid(), '{{account}}', 'SMnew' || n, CASE WHEN n > {ORPHANS} THEN m.id END, 'sent', 'raw',
               clock.now() + n * interval '1 ms'
        FROM generate_series(1, {WAITING + ORPHANS}) AS n
        JOIN (SELECT id, row_number() OVER () AS nth FROM messages WHERE dedupe_key LIKE 'due%') m ON m.nth = n""",
    f"""INSERT INTO inbound_messages (id, account_id, gateway_id, phone_e164, text, raw, received_at)
        SELECT gen_random_uuid(), '{{account}}', 'SMnow' || n, '+79' || lpad((1 + n / 3)::text, 9, '0'), 'Да', 'raw',
               clock.now() + n * interval '1 ms' FROM generate_series(1, {WAITING}) AS n""",
)


@dataclass(frozen=True, slots=True)
class Old:
    """A database with years behind it, its superuser, and the account in question."""

    superuser: asyncpg.Connection
    account: UUID


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def old(cluster: TestCluster, settings: Settings, owner: asyncpg.Connection, *, full: bool) -> AsyncIterator[Old]:
    account = await make_account(settings, owner)
    for _ in range(20):
        await make_account(settings, owner, franchise_id=account.franchise_id)
    superuser = await asyncpg.connect(cluster.postgres.superuser_dsn(settings.database.name))
    await superuser.execute("SET session_replication_role = replica; SET jit = off")
    for table in TABLES:
        await superuser.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
    texts, phones = (1_000_000, 100_000) if full else (20_000, 2_000)
    whose = {"franchise": account.franchise_id, "account": account.id}
    for statement in (*_OLD, *_WAITING):
        await superuser.execute(statement.format(texts=texts, phones=phones, **whose))
    await superuser.execute("RESET session_replication_role")
    yield Old(superuser, account.id)
    await superuser.close()


@dataclass(frozen=True, slots=True)
class Asked:
    """A statement with the types of its parameters, and how many rows of each table it may look at."""

    sql: str
    types: str
    most: Mapping[str, int]


ASKED: Final = {
    # Phones whose last words are not read yet are told apart by those words, which are few, never by what is over.
    "whose texts are due": Asked(
        _DUE_ACCOUNTS, "text[], timestamptz", {"messages": 21, "phones": WAITING, "inbound_messages": WAITING}
    ),
    "which texts are due": Asked(
        _DUE,
        "uuid, timestamptz, bigint",
        {"messages": 3 * BATCH, "phones": 3 * BATCH, "inbound_messages": WAITING},
    ),
    "a page of receipts": Asked(_PAGE, "timestamptz, uuid, bigint", {"receipts": WAITING + ORPHANS}),
    "the next page of receipts": Asked(_PAGE, "timestamptz, uuid, bigint", {"receipts": WAITING + ORPHANS}),
    "the texts of receipts": Asked(_MESSAGES, "uuid[], uuid[], text[]", {"messages": 3 * PAGE}),
    "which texts a wave's offers may join": Asked(
        _TO_JOIN,
        "uuid, uuid, uuid[], uuid[], timestamptz[], text[], timestamptz, time, time, bigint",
        {"messages": 2 * WAITING},
    ),
    "which replies to read": Asked(_CLAIM, "bigint, float8", {"inbound_messages": 4 * WAITING}),
}


async def values_for(old: Old, what: str) -> Sequence[object]:
    """Return what the drain would ask with at this moment."""
    now = datetime.now(UTC)
    line = await old.superuser.fetch(
        "SELECT id, received_at, gateway_id, message_id FROM receipts WHERE applied_at IS NULL ORDER BY received_at, id"
    )
    first, last = line[:PAGE], line[PAGE - 1]
    rows = await old.superuser.fetch(f"SELECT id FROM phones ORDER BY e164 LIMIT {BATCH}")
    phones = [row["id"] for row in rows]
    franchise = await old.superuser.fetchval("SELECT franchise_id FROM sms_accounts WHERE id = $1", old.account)
    return {
        "whose texts are due": (["simulator"], now),
        "which texts are due": (old.account, now, BATCH),
        "a page of receipts": (datetime(1970, 1, 1, tzinfo=UTC), UUID(int=0), PAGE),
        "the next page of receipts": (last["received_at"], last["id"], PAGE),
        "the texts of receipts": (
            [row["message_id"] for row in first if row["message_id"]],
            [old.account] * PAGE,
            [f"SMold{n * 70}" for n in range(PAGE)],
        ),
        "which texts a wave's offers may join": (
            franchise,
            old.account,
            phones,
            phones,
            [now] * BATCH,
            ["offer", "offers"],
            now - timedelta(days=2),
            "21:00",
            "08:00",
            4,
        ),
        "which replies to read": (32, 30.0),
    }[what]


@pytest.mark.parametrize("generic", [False, True], ids=["these values", "any values"])
@pytest.mark.parametrize("what", ASKED)
@pytest.mark.parametrize("counted", [False, True], ids=["nobody counted", "counted"])
async def test_what_waits_is_found_without_what_is_over(old: Old, what: str, *, counted: bool, generic: bool) -> None:
    if counted and await old.superuser.fetchval("SELECT reltuples < 0 FROM pg_class WHERE relname = 'messages'"):
        await old.superuser.execute(f"ANALYZE {', '.join(TABLES)}")
    asked = ASKED[what]
    plan = await plan_of(old, asked, await values_for(old, what), generic=generic)
    for table in TABLES:
        assert "Seq Scan" not in {way for way, _index in scans([plan], table)}, plan
        assert rows_read([plan], table) <= asked.most.get(table, 0), plan


async def plan_of(old: Old, asked: Asked, values: Sequence[object], *, generic: bool) -> dict[str, Any]:
    """Run a statement as a worker does and undo it; return what it did, as `EXPLAIN (ANALYZE, FORMAT JSON)` tells."""
    mode = "force_generic_plan" if generic else "force_custom_plan"
    undone = old.superuser.transaction()
    await undone.start()
    try:
        await old.superuser.execute(f"SET LOCAL ROLE dispatch_worker; SET LOCAL plan_cache_mode = {mode}")
        await old.superuser.execute(f"PREPARE asked ({asked.types}) AS {asked.sql}")
        given = ", ".join(map(literal, values))
        told = await old.superuser.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE asked ({given})")
    finally:
        await undone.rollback()
        await old.superuser.execute("DEALLOCATE asked")
    (plan,) = json.loads(told)
    return dict(plan)


def literal(value: object) -> str:
    """Write a parameter into a statement; none of ours holds a quote."""
    if isinstance(value, list):
        return "'{" + ",".join(map(str, value)) + "}'"
    return f"'{value}'"
