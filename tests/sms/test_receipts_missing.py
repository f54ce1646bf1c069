"""What nobody answered for: leases that lapse, sends nobody can vouch for, webhooks that never came."""

import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.settings import SendingMode, Settings, SmsSettings
from dispatch.sms.claim import ClaimedText, claim_texts
from dispatch.sms.gateways.base import Gateway, Listed
from dispatch.sms.gateways.registry import open_gateways
from dispatch.sms.gateways.simulator import SimulatorGateway
from dispatch.sms.receipts import ReceiptDrain
from dispatch.sms.reconcile import Reconciler, UnclearText, find_listed
from dispatch.sms.rules import MessageStatus
from dispatch.sms.send import Broadcaster
from tests.factories.sms import Phone, TestAccount, make_account, make_phone, queue_text, receipt
from tests.fakes.gateway import Behaviour, FakeGateway, fake_gateway

NO_TIME = timedelta()


@pytest_asyncio.fixture(loop_scope="session")
async def fake() -> AsyncIterator[FakeGateway]:
    async with fake_gateway() as gateway:
        yield gateway


@pytest_asyncio.fixture(loop_scope="session")
async def gateways(fake: FakeGateway) -> AsyncIterator[dict[str, Gateway]]:
    gateway = SimulatorGateway(fake.url, "http://127.0.0.1:1", timeout_s=0.3, in_flight=20)
    yield {"simulator": gateway}
    await gateway.close()


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def nothing_else(owner: asyncpg.Connection) -> None:
    await owner.execute("UPDATE sms_accounts SET enabled = false")


async def claimed(
    database: Database, account: TestAccount, phone: Phone, *, invitations: tuple[UUID, ...] = ()
) -> ClaimedText:
    await queue_text(database, account, phone, f"текст {new_id()}", invitation_ids=invitations, shift_id=new_id())
    claim = await claim_texts(database, account.id, 1, mode=SendingMode.LIVE, allow_list=(), lease_s=30)
    return claim.texts[0]


async def row_of(owner: asyncpg.Connection, message_id: UUID) -> asyncpg.Record:
    row = await owner.fetchrow("SELECT * FROM messages WHERE id = $1", message_id)
    assert row is not None
    return row


def drain(database: Database) -> ReceiptDrain:
    return ReceiptDrain(database, open_gateways(Settings()))


ORDERS = [
    order
    for length in (1, 2, 3, 4)
    for order in itertools.permutations(("answer", "sent", "delivered", "sent again"), length)
]


async def lapse(owner: asyncpg.Connection, message_id: UUID) -> None:
    """As after a sender was killed between claim and result."""
    await owner.execute(
        """UPDATE messages SET leased_until = now() - interval '1 s', claimed_at = now() - interval '61 s'
           WHERE id = $1""",
        message_id,
    )


async def test_a_text_whose_sender_died_is_unknown_and_not_sent_again_blindly(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection, fake: FakeGateway, gateways: dict[str, Gateway]
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    text = await claimed(jobs_db, account, phone, invitations=(new_id(),))
    fake.list_status = 500
    await lapse(owner, text.id)
    await Reconciler(jobs_db, gateways)()
    row = await row_of(owner, text.id)
    assert (row["status"], row["error"]) == ("unknown", "lease_lapsed")
    await Broadcaster(jobs_db, gateways, SmsSettings())()
    assert fake.taken == []


@pytest.mark.parametrize("page_size", [1, 1000])
async def test_an_unclear_text_that_the_gateway_lists_takes_its_status(
    jobs_db: Database,
    settings: Settings,
    owner: asyncpg.Connection,
    fake: FakeGateway,
    gateways: dict[str, Gateway],
    page_size: int,
) -> None:
    account, phone, other = await make_account(settings, owner), await make_phone(owner), await make_phone(owner)
    fake.page_size = page_size
    fake.behave = lambda to, _attempt: Behaviour(answers=to != phone.e164)
    message_id = await queue_text(jobs_db, account, phone, "первый")
    await queue_text(jobs_db, account, other, "второй")
    await Broadcaster(jobs_db, gateways, SmsSettings())()
    assert (await row_of(owner, message_id))["status"] == "unknown"
    fake.taken[0].status = "delivered"
    fake.taken[1].status = "delivered"
    await Reconciler(jobs_db, gateways, unclear_for=NO_TIME)()
    row = await row_of(owner, message_id)
    assert (row["status"], row["gateway_id"]) == ("delivered", next(t.sid for t in fake.taken if t.to == phone.e164))
    assert len(fake.taken) == 2


async def test_an_unclear_text_that_the_gateway_never_took_goes_again(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection, fake: FakeGateway, gateways: dict[str, Gateway]
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    fake.behave = lambda _to, attempt: Behaviour(status=500 if attempt == 0 else 201)
    message_id = await queue_text(jobs_db, account, phone)
    await Broadcaster(jobs_db, gateways, SmsSettings())()
    assert (await row_of(owner, message_id))["status"] == "unknown"
    await Reconciler(jobs_db, gateways)()
    assert (await row_of(owner, message_id))["status"] == "unknown", "60 s have not passed"
    await owner.execute("UPDATE sms_account_progress SET listed_at = NULL")
    await Reconciler(jobs_db, gateways, unclear_for=NO_TIME)()
    assert (await row_of(owner, message_id))["status"] == "queued"
    await Broadcaster(jobs_db, gateways, SmsSettings())()
    assert (await row_of(owner, message_id))["status"] == "sent"
    assert len(fake.taken) == 1


async def test_a_listed_text_that_is_known_already_proves_no_other(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection, fake: FakeGateway, gateways: dict[str, Gateway]
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    fake.behave = lambda _to, attempt: Behaviour(status=201 if attempt == 0 else 500)
    for _ in range(2):
        await queue_text(jobs_db, account, phone, "те же слова")
        await Broadcaster(jobs_db, gateways, SmsSettings())()
    await Reconciler(jobs_db, gateways, unclear_for=NO_TIME)()
    rows = await owner.fetch("SELECT status FROM messages WHERE phone_id = $1 ORDER BY created_at", phone.id)
    assert [row["status"] for row in rows] == ["sent", "queued"]


@pytest.mark.parametrize("trouble", ["status", "pages"])
async def test_from_an_incomplete_list_nothing_is_concluded(
    jobs_db: Database,
    settings: Settings,
    owner: asyncpg.Connection,
    fake: FakeGateway,
    gateways: dict[str, Gateway],
    trouble: str,
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    text = await claimed(jobs_db, account, phone)
    await lapse(owner, text.id)
    if trouble == "status":
        fake.list_status = 503
    else:
        fake.inbound = [{"sid": "SM1", "from": account.account.number, "to": phone.e164}] * 3
    await Reconciler(jobs_db, gateways)()
    assert (await row_of(owner, text.id))["status"] == "unknown"


async def test_a_receipt_for_a_text_that_seemed_absent_keeps_it_from_going_again(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection, fake: FakeGateway, gateways: dict[str, Gateway]
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    text = await claimed(jobs_db, account, phone)
    await lapse(owner, text.id)
    await Reconciler(jobs_db, gateways)()
    assert (await row_of(owner, text.id))["status"] == "queued"
    await receipt(jobs_db, account, "sent", gateway_id="SMafter all", message_id=text.id)
    await drain(jobs_db)()
    await Broadcaster(jobs_db, gateways, SmsSettings())()
    assert (await row_of(owner, text.id))["status"] == "sent"
    assert fake.taken == []


async def test_inbound_texts_whose_webhook_never_came_are_read_from_the_list_once(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection, fake: FakeGateway, gateways: dict[str, Gateway]
) -> None:
    account = await make_account(settings, owner)
    fake.inbound = [
        {
            "sid": f"SMin{n}",
            "from": "+79210000001",
            "to": account.account.number,
            "body": f"да {n}",
            "direction": "inbound",
        }
        for n in (2, 1)
    ]
    for _ in range(2):
        await owner.execute("UPDATE sms_account_progress SET listed_at = NULL")
        await Reconciler(jobs_db, gateways)()
    rows = await owner.fetch(
        "SELECT text, seen FROM inbound_messages WHERE account_id = $1 ORDER BY received_at", account.id
    )
    assert [(row["text"], row["seen"]) for row in rows] == [("да 1", 1), ("да 2", 1)]
    await owner.execute("UPDATE inbound_messages SET disposed_at = now() WHERE account_id = $1", account.id)


def listed(to: str, body: str, minute: int, sid: str) -> Listed:
    at = datetime(2026, 11, 24, 12, minute, tzinfo=UTC)
    return Listed(sid, to, body, MessageStatus.SENT, None, at)


def test_each_listed_text_proves_one_of_ours() -> None:
    at = datetime(2026, 11, 24, 12, 10, tzinfo=UTC)
    texts = [UnclearText(new_id(), at + timedelta(minutes=n), "+71", "да?") for n in (0, 1)]
    older = UnclearText(new_id(), at - timedelta(minutes=1), "+72", "да?")
    found = find_listed(
        [texts[1], texts[0], older],
        [
            listed("+71", "да? ", 11, "later"),
            listed("+71", "да?", 9, "first"),
            listed("+71", "да?", 5, "long before"),
            listed("+72", "нет?", 10, "other words"),
        ],
    )
    assert {key: item and item.gateway_id for key, item in found.items()} == {
        texts[0].id: "first",
        texts[1].id: "later",
        older.id: None,
    }
