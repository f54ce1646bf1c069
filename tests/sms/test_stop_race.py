"""STOP beats everything: per phone, for all franchises, and nothing starts later than a second after it."""

import asyncio
import json
import time
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.settings import SendingMode, Settings, SmsSettings
from dispatch.sms.claim import claim_texts
from dispatch.sms.gateways.simulator import SimulatorGateway
from dispatch.sms.inbound import InboundDrain
from dispatch.sms.phones import start_phone, stop_phone
from dispatch.sms.send import Broadcaster
from dispatch.sms.service import MessageClass, QuestionKind
from tests.factories.sms import ask, make_account, make_phone, queue_text, receive
from tests.fakes.gateway import Behaviour, FakeGateway, fake_gateway


@pytest_asyncio.fixture(loop_scope="session")
async def fake() -> AsyncIterator[FakeGateway]:
    async with fake_gateway() as gateway:
        yield gateway


@pytest_asyncio.fixture(loop_scope="session")
async def send(jobs_db: Database, owner: asyncpg.Connection, fake: FakeGateway) -> AsyncIterator[Broadcaster]:
    await owner.execute("UPDATE sms_accounts SET enabled = false")
    gateway = SimulatorGateway(fake.url, "http://127.0.0.1:1", timeout_s=2.0, in_flight=20)
    yield Broadcaster(jobs_db, {"simulator": gateway}, SmsSettings(in_flight=20))
    await gateway.close()


@pytest.mark.parametrize("words", ["стоп", "СТОП!!!", "Stop pls", "уберите меня из базы", "хватит слать смс"])
async def test_stop_is_confirmed_once_and_nothing_else_goes(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection, fake: FakeGateway, send: Broadcaster, words: str
) -> None:
    account, elsewhere = await make_account(settings, owner), await make_account(settings, owner)
    phone = await make_phone(owner)
    invitation, shift_id = new_id(), new_id()
    queued = [
        await queue_text(jobs_db, account, phone, "приходите"),
        await queue_text(
            jobs_db,
            elsewhere,
            phone,
            "погрузка",
            class_=MessageClass.OFFER,
            urgent=True,
            invitation_ids=(invitation,),
            shift_id=shift_id,
        ),
    ]
    inbound_id = await receive(jobs_db, account, phone, words)
    await receive(jobs_db, account, phone, "стоп")
    assert await InboundDrain(jobs_db, {})() == 2
    await send()
    assert [text.body for text in fake.taken] == [
        "Больше не пишем вам. Чтобы снова получать заявки, ответьте СТАРТ"
    ] or (words == "Stop pls" and len(fake.taken) == 1)
    rows = await owner.fetch("SELECT status, error FROM messages WHERE id = ANY ($1)", queued)
    assert {(row["status"], row["error"]) for row in rows} == {("suppressed", "opted_out")}
    outcomes = await owner.fetch("SELECT inbound_id, outcome FROM dispositions WHERE phone_id = $1", phone.id)
    assert {row["inbound_id"] == inbound_id: row["outcome"] for row in outcomes} == {
        True: "stopped",
        False: "stopped_before",
    }
    told = await owner.fetch(
        "SELECT detail FROM outbox WHERE kind = 'staffing.texts_moved' AND detail @> $1",
        json.dumps({"shift_id": str(shift_id)}),
    )
    assert [json.loads(row["detail"])["messages"] for row in told] == [[str(queued[1])]]


async def test_whoever_holds_seats_is_told_of_in_each_franchise_and_every_time(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    accounts = [await make_account(settings, owner) for _ in range(2)]
    phone, seats, worker_id = await make_phone(owner), [new_id(), new_id()], new_id()
    for account, seat_id in zip(accounts, seats, strict=True):
        await ask(jobs_db, account, phone, QuestionKind.SEAT, subject_id=seat_id, worker_id=worker_id)
        await ask(jobs_db, account, phone, QuestionKind.OFFER, code=31 + accounts.index(account))
    for _ in range(2):
        async with jobs_db.begin(None, "system:test") as uow:
            assert await stop_phone(uow, phone.id, source="test")
            assert not await stop_phone(uow, phone.id, source="test")
        async with jobs_db.begin(None, "system:test") as uow:
            assert await start_phone(uow, phone.id, source="test")
            assert not await start_phone(uow, phone.id, source="test")
    rows = await owner.fetch(
        "SELECT franchise_id, n, detail FROM outbox WHERE kind = 'staffing.stopped' AND subject_id = $1 ORDER BY n",
        phone.id,
    )
    assert [row["n"] for row in rows] == [0, 1, 2, 3]
    told = [(row["franchise_id"], json.loads(row["detail"])["seat_id"]) for row in rows]
    assert sorted(told, key=str) == sorted(
        [(account.franchise_id, str(seat_id)) for account, seat_id in zip(accounts, seats, strict=True)] * 2, key=str
    )
    kinds = await owner.fetch("SELECT kind FROM phone_events WHERE phone_id = $1 ORDER BY id", phone.id)
    assert [row["kind"] for row in kinds] == ["stop", "start"] * 2


async def test_start_brings_texts_back(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection, fake: FakeGateway, send: Broadcaster
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    for words in ("стоп", "старт", "старт"):
        await receive(jobs_db, account, phone, words)
    await InboundDrain(jobs_db, {})()
    await queue_text(jobs_db, account, phone, "приходите")
    await send()
    assert "приходите" in fake.bodies()
    outcomes = await owner.fetch("SELECT outcome FROM dispositions WHERE phone_id = $1 ORDER BY at", phone.id)
    assert [row["outcome"] for row in outcomes] == ["stopped", "started", "not_stopped"]


async def test_a_stranger_who_says_stop_stays_stopped_and_gets_no_text(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection, fake: FakeGateway, send: Broadcaster
) -> None:
    account, number = await make_account(settings, owner), "+79219990001"
    await receive(jobs_db, account, number, "стоп")
    await receive(jobs_db, account, "MegaFon", "стоп")
    await InboundDrain(jobs_db, {})()
    await send()
    assert fake.taken == []
    assert await owner.fetchval("SELECT opted_out_at IS NOT NULL FROM phones WHERE e164 = $1", number)


@pytest.mark.parametrize("nth", range(4))
async def test_no_text_starts_later_than_a_second_after_a_stop(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection, fake: FakeGateway, send: Broadcaster, nth: int
) -> None:
    account = await make_account(settings, owner, rate_per_s=200)
    phones = [await make_phone(owner) for _ in range(60)]
    for _ in range(4):
        for phone in phones:
            await queue_text(jobs_db, account, phone, f"{new_id()}")
    fake.behave = lambda _to, _attempt: Behaviour(delay_s=0.02)
    stopped_at: dict[str, float] = {}

    async def stop_some() -> None:
        for phone in phones[nth::6]:
            await asyncio.sleep(0.05)
            async with jobs_db.begin(None, "system:test") as uow:
                await stop_phone(uow, phone.id, source="test")
            stopped_at[phone.e164] = asyncio.get_running_loop().time()

    await asyncio.gather(send(), stop_some())
    late = [(to, at - stopped_at[to]) for at, to in fake.requests if to in stopped_at and at > stopped_at[to] + 1.0]
    assert late == []
    assert len(stopped_at) == 10
    left = await owner.fetchval(
        "SELECT count(*) FROM messages WHERE account_id = $1 AND status NOT IN ('sent', 'suppressed')", account.id
    )
    assert left == 0
    sent_to = [to for _, to in fake.requests]
    assert all(sent_to.count(phone.e164) == 4 for phone in phones if phone.e164 not in stopped_at)


async def test_stop_waits_for_a_claim_and_a_claim_after_it_sees_it(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    """The lock itself: a claim under way holds the phone's row, so STOP commits after it and not beside it."""
    account, phone = await make_account(settings, owner), await make_phone(owner)
    await queue_text(jobs_db, account, phone)
    async with jobs_db.begin(None, "system:test") as claim:
        await claim.fetch("SELECT FROM phones WHERE id = $1 FOR KEY SHARE", phone.id)
        started = time.monotonic()

        async def stop() -> float:
            async with jobs_db.begin(None, "system:test") as uow:
                await stop_phone(uow, phone.id, source="test")
            return time.monotonic()

        stopping = asyncio.create_task(stop())
        await asyncio.sleep(0.3)
        assert not stopping.done()
    assert await stopping - started >= 0.3


async def test_a_claim_passes_over_a_phone_that_somebody_is_stopping(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone, other = await make_account(settings, owner), await make_phone(owner), await make_phone(owner)
    for one in (phone, other):
        await queue_text(jobs_db, account, one)
    async with jobs_db.begin(None, "system:test") as stop:
        await stop.fetch("SELECT FROM phones WHERE id = $1 FOR UPDATE", phone.id)
        claim = await claim_texts(jobs_db, account.id, 10, mode=SendingMode.LIVE, allow_list=(), lease_s=30)
    assert [text.to for text in claim.texts] == [other.e164]
