"""Replies by the hundred a second for a shift of ten, each delivered three times, to real processes over TCP.

Two hundred in two seconds; with `--full` a thousand in ten.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

import asyncpg
import httpx
import pytest
import pytest_asyncio
from twilio.request_validator import RequestValidator

from dispatch.audit import run_audit
from dispatch.kit.db import open_engine
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.local.throwaway import TestCluster
from dispatch.settings import Settings
from dispatch.staffing.by_hand import InviteByHand, invite_by_hand
from dispatch.wiring import CONSTRAINTS
from tests.factories.desk import another_day
from tests.factories.stage import Stage, place, set_stage
from tests.reliability.system import System

pytestmark = pytest.mark.timed

HEADCOUNT = 10
REPLIES_PER_S = 100
SETTLED_WITHIN_S, EVER_WITHIN_S = 5.0, 60.0  # the short form shares the machine with other suites
CONNECTIONS = 64
BUSY, PATIENT_TRIES = 503, 50  # to be busy is no loss: a gateway tries again, and so do we
PATIENCE_S = 400.0
YES = ("да", "1", "+", "Да, приду", "lf", "ok")
NO = ("нет", "2", "-", "не смогу")
TALK = ("во сколько?", "а сколько платят", "кто это")


@dataclass(frozen=True)
class Storm:
    """The product running with a thousand men asked for one shift."""

    system: System
    settings: Settings
    stage: Stage
    shift_id: UUID
    replies: int


@pytest_asyncio.fixture(loop_scope="session")
async def storm(
    cluster: TestCluster, settings: Settings, app_db: Database, tmp_path: Path, *, full: bool
) -> AsyncIterator[Storm]:
    replies = 1000 if full else 200
    stage = await set_stage(settings, app_db, men=replies)
    at = settings.database
    async with Database(open_engine(at.url(at.worker), size=8, name="storm"), constraints=CONSTRAINTS) as jobs:
        order = await place(jobs, stage, HEADCOUNT, another_day())
        shift_id = order.shifts[0].id
        for worker in stage.workers:
            async with jobs.begin(stage.franchise_id, "staff:test") as uow:
                asked = InviteByHand(worker_id=worker, reason="everybody is asked")
                await invite_by_hand(uow, shift_id, asked)
    quiet = {"silent": 1.0} | dict.fromkeys(("no", "late_yes", "question", "hedge", "stop"), 0.0)
    system = System(cluster, at.name, tmp_path, people=quiet)
    async with system:
        yield Storm(system, settings, stage, shift_id, replies)


@pytest.mark.timeout(900)
async def test_every_reply_three_times_at_once(
    storm: Storm, owner: asyncpg.Connection, figure: Callable[[str], None], *, full: bool
) -> None:
    account = await owner.fetchrow("SELECT * FROM sms_accounts WHERE id = $1", storm.stage.account_id)
    await storm.system.register_account(account["sid"], account["secret"], account["number"])
    phones = await owner.fetch(
        "SELECT p.e164 FROM phones p JOIN questions q ON q.phone_id = p.id WHERE q.kind = 'offer' ORDER BY p.e164"
    )
    assert len(phones) == storm.replies
    chance = random.Random(7)
    bodies = [
        {
            "AccountSid": account["sid"],
            "Body": chance.choice(chance.choices((YES, NO, TALK), (7, 2, 1))[0]),
            "From": row["e164"],
            "MessageSid": f"SM{new_id().hex}",
            "To": account["number"],
        }
        for row in phones
    ]
    # Each comes once in its time, so many a second, and twice more while the others come or soon after.
    lasts_s = storm.replies / REPLIES_PER_S
    deliveries = [(chance.uniform(0, lasts_s), body) for body in bodies]
    deliveries += [(at + chance.uniform(0, lasts_s), body) for at, body in deliveries for _ in range(2)]
    answers = await post_all(storm, account["secret"], deliveries)
    assert Counter(answers) == {200: 3 * storm.replies}
    await everything_disposed_of(owner)
    await assert_settled(storm, owner, [body["MessageSid"] for body in bodies])
    p99_s = await owner.fetchval(
        """SELECT percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM disposed_at - received_at))
           FROM inbound_messages WHERE gateway_id = ANY ($1)""",
        [body["MessageSid"] for body in bodies],
    )
    assert p99_s < (SETTLED_WITHIN_S if full else EVER_WITHIN_S)
    figure(
        f"storm: {storm.replies} replies in {lasts_s:.0f} s for {HEADCOUNT} seats, disposed of in {p99_s:.2f} s (p99)"
    )


async def post_all(storm: Storm, secret: str, deliveries: list[tuple[float, dict[str, str]]]) -> list[int]:
    """Post all deliveries, each at its moment over whichever connection is free."""
    url = f"{storm.system.api_url}/hooks/sms/simulator/inbound"
    validator = RequestValidator(secret)
    gate = asyncio.Semaphore(CONNECTIONS)
    limits = httpx.Limits(max_connections=CONNECTIONS)
    async with httpx.AsyncClient(limits=limits, timeout=30) as client:

        async def deliver(at: float, fields: dict[str, str]) -> int:
            await asyncio.sleep(at)
            headers = {
                "X-Twilio-Signature": validator.compute_signature(url, fields),
                "Content-Type": "application/x-www-form-urlencoded",
            }
            async with gate:
                for _ in range(PATIENT_TRIES):
                    answer = await client.post(url, content=urlencode(fields), headers=headers)
                    if answer.status_code != BUSY:
                        break
                    await asyncio.sleep(0.2)
                return answer.status_code

        return await asyncio.gather(*(deliver(at, fields) for at, fields in deliveries))


async def everything_disposed_of(owner: asyncpg.Connection) -> None:
    deadline = time.monotonic() + PATIENCE_S
    open_rows = """SELECT (SELECT count(*) FROM inbound_messages WHERE disposed_at IS NULL)
                        + (SELECT count(*) FROM outbox WHERE state = 'pending' AND due_at <= clock.now())"""
    while left := await owner.fetchval(open_rows):
        assert time.monotonic() < deadline, f"{left} still open after {PATIENCE_S:.0f} s"
        await asyncio.sleep(0.2)


async def assert_settled(storm: Storm, owner: asyncpg.Connection, sent: Sequence[str]) -> None:
    rows = await owner.fetch(
        """SELECT i.gateway_id, i.seen, count(d.inbound_id) AS dispositions, min(d.outcome) AS outcome
           FROM inbound_messages i LEFT JOIN dispositions d ON d.inbound_id = i.id
           WHERE i.gateway_id = ANY ($1) GROUP BY i.id""",
        sent,
    )
    assert len(rows) == len(sent), "nothing lost"
    assert {(row["seen"], row["dispositions"]) for row in rows} == {(3, 1)}
    shift = await owner.fetchrow("SELECT * FROM shifts WHERE id = $1", storm.shift_id)
    live = Counter(
        row["kind"] for row in await owner.fetch("SELECT kind FROM seats WHERE live AND shift_id = $1", storm.shift_id)
    )
    assert (live["primary"], live["reserve"], live["standby"]) == (HEADCOUNT, shift["reserve_capacity"], 2)
    assert (shift["primary_count"], shift["reserve_count"], shift["standby_count"]) == (
        live["primary"],
        live["reserve"],
        live["standby"],
    )
    outcomes = Counter(row["outcome"] for row in rows)
    assert outcomes["accepted_primary"] == HEADCOUNT
    assert outcomes["turned_away"] > HEADCOUNT
    assert await owner.fetchval("SELECT count(*) FROM outbox WHERE state = 'dead'") == 0
    assert await run_audit(owner) == []
