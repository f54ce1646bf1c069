"""From the queue to a gateway on a real socket: at most once, in order, within the rate, never after a STOP."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.settings import SendingMode, Settings, SmsSettings
from dispatch.sms.claim import claim_texts
from dispatch.sms.gateways.base import Gateway, Parcel, Refused, Sent, Unclear
from dispatch.sms.gateways.simulator import SimulatorGateway
from dispatch.sms.phones import stop_phone
from dispatch.sms.reconcile import Reconciler
from dispatch.sms.results import NotStarted, write_results
from dispatch.sms.send import Broadcaster
from dispatch.sms.service import MessageClass, Priority
from tests.factories.sms import Phone, TestAccount, make_account, make_phone, queue_text
from tests.fakes.gateway import OK, Adapter, Behaviour, FakeGateway, fake_gateway


@pytest_asyncio.fixture(loop_scope="session")
async def fake() -> AsyncIterator[FakeGateway]:
    async with fake_gateway() as gateway:
        yield gateway


@pytest_asyncio.fixture(loop_scope="session")
async def gateways(fake: FakeGateway) -> AsyncIterator[dict[str, Gateway]]:
    gateway = SimulatorGateway(fake.url, "http://127.0.0.1:1/hooks/sms/simulator", timeout_s=1.0, in_flight=50)
    yield {"simulator": gateway}
    await gateway.close()


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def empty_queue(owner: asyncpg.Connection) -> None:
    await owner.execute("UPDATE sms_accounts SET enabled = false")


def sender(database: Database, gateways: dict[str, Gateway], **settings: object) -> Broadcaster:
    return Broadcaster(database, gateways, SmsSettings.model_validate({"in_flight": 50} | settings))


async def status_of(owner: asyncpg.Connection, message_id: UUID) -> tuple[str, str | None]:
    row = await owner.fetchrow("SELECT status, error FROM messages WHERE id = $1", message_id)
    assert row is not None
    return row["status"], row["error"]


async def moved_texts(owner: asyncpg.Connection, franchise_id: UUID) -> list[UUID]:
    rows = await owner.fetch(
        "SELECT detail FROM outbox WHERE kind = 'staffing.texts_moved' AND franchise_id = $1 ORDER BY created_at, id",
        franchise_id,
    )
    return [UUID(message) for row in rows for message in json.loads(row["detail"])["messages"]]


async def some_texts(
    database: Database, owner: asyncpg.Connection, account: TestAccount, count: int
) -> tuple[Sequence[Phone], Sequence[UUID]]:
    phones = [await make_phone(owner) for _ in range(count)]
    return phones, [await queue_text(database, account, phone, f"текст {n}") for n, phone in enumerate(phones)]


async def test_a_due_text_reaches_the_gateway_once_with_our_id(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection, fake: FakeGateway, gateways: dict[str, Gateway]
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    message_id = await queue_text(jobs_db, account, phone, "Вы придёте? 1=да", invitation_ids=(new_id(),))
    assert await sender(jobs_db, gateways)() == 1
    assert await sender(jobs_db, gateways)() == 0
    (taken,) = fake.taken
    assert (taken.to, taken.sender, taken.body) == (phone.e164, account.account.number, "Вы придёте? 1=да")
    assert taken.reference == str(message_id)
    row = await owner.fetchrow("SELECT * FROM messages WHERE id = $1", message_id)
    assert row is not None
    assert (row["status"], row["gateway_id"], row["attempt"], row["leased_until"]) == ("sent", taken.sid, 1, None)
    assert await moved_texts(owner, account.franchise_id) == [message_id]


async def test_texts_about_seats_go_before_offers_and_the_stop_before_all(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection, fake: FakeGateway, gateways: dict[str, Gateway]
) -> None:
    account = await make_account(settings, owner)
    kinds = [
        ("O", MessageClass.OFFER, None),
        ("S", MessageClass.SEAT, None),
        ("stop", MessageClass.SEAT, Priority.STOP),
    ]
    for body, class_, priority in kinds * 3:
        phone = await make_phone(owner)
        await queue_text(jobs_db, account, phone, body, class_=class_, urgent=True, priority=priority)
    assert await sender(jobs_db, gateways, in_flight=1)() == 9
    assert fake.bodies() == ["stop"] * 3 + ["S"] * 3 + ["O"] * 3
    assert fake.most_at_once == 1


async def test_a_text_past_its_deadline_is_not_sent(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection, fake: FakeGateway, gateways: dict[str, Gateway]
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    async with jobs_db.begin(None, "system:test") as uow:
        now = uow.now
    message_id = await queue_text(
        jobs_db, account, phone, urgent=True, class_=MessageClass.OFFER, deadline=now, invitation_ids=(new_id(),)
    )
    await sender(jobs_db, gateways)()
    assert await status_of(owner, message_id) == ("expired", "deadline_passed")
    assert fake.taken == []
    assert await moved_texts(owner, account.franchise_id) == [message_id]


@pytest.mark.parametrize(
    ("mode", "listed", "fate"),
    [
        (SendingMode.OFF, True, ("suppressed", "sending_off")),
        (SendingMode.ALLOW_LIST, False, ("suppressed", "not_on_allow_list")),
        (SendingMode.ALLOW_LIST, True, ("sent", None)),
    ],
)
async def test_the_sending_mode_decides(
    jobs_db: Database,
    settings: Settings,
    owner: asyncpg.Connection,
    gateways: dict[str, Gateway],
    *,
    mode: SendingMode,
    listed: bool,
    fate: tuple[str, str | None],
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    message_id = await queue_text(jobs_db, account, phone)
    await sender(jobs_db, gateways, mode=mode, allow_list=[phone.e164] if listed else [])()
    assert await status_of(owner, message_id) == fate


async def test_nothing_is_sent_after_a_restore_until_it_is_released(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection, fake: FakeGateway, gateways: dict[str, Gateway]
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    message_id = await queue_text(jobs_db, account, phone)
    await owner.execute("UPDATE deployment SET released_at = NULL")
    try:
        assert await sender(jobs_db, gateways)() == 0
        claim = await claim_texts(jobs_db, account.id, 10, mode=SendingMode.LIVE, allow_list=(), lease_s=30)
        assert claim.texts == ()
    finally:
        await owner.execute("UPDATE deployment SET released_at = now()")
    assert await status_of(owner, message_id) == ("queued", None)
    assert await sender(jobs_db, gateways)() == 1
    assert len(fake.taken) == 1


async def test_a_database_from_elsewhere_sends_nothing(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection, gateways: dict[str, Gateway]
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    await queue_text(jobs_db, account, phone)
    await owner.execute("UPDATE deployment SET system_identifier = system_identifier + 1")
    try:
        assert await sender(jobs_db, gateways)() == 0
    finally:
        await owner.execute("UPDATE deployment SET system_identifier = system_identifier - 1")


async def test_a_disabled_account_sends_nothing_and_its_texts_expire(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection, gateways: dict[str, Gateway]
) -> None:
    account, phone = await make_account(settings, owner, enabled=False), await make_phone(owner)
    async with jobs_db.begin(None, "system:test") as uow:
        now = uow.now
    message_id = await queue_text(jobs_db, account, phone, deadline=now + timedelta(milliseconds=1))
    waiting = await queue_text(jobs_db, account, phone)
    assert await sender(jobs_db, gateways)() == 0
    await Reconciler(jobs_db, gateways)()
    assert await status_of(owner, message_id) == ("expired", "deadline_passed")
    assert await status_of(owner, waiting) == ("queued", None)


async def test_the_rate_of_an_account_is_kept_by_all_senders_together(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection, fake: FakeGateway, gateways: dict[str, Gateway]
) -> None:
    account = await make_account(settings, owner, rate_per_s=40)
    await some_texts(jobs_db, owner, account, 60)
    senders = [sender(jobs_db, gateways) for _ in range(3)]
    started = time.monotonic()
    await asyncio.gather(*(one() for one in senders))
    took = time.monotonic() - started
    assert len(fake.taken) == 60
    assert len({text.to for text in fake.taken}) == 60
    # 20 at once, the other 40 at 40 a second
    assert took > 0.95
    moments = sorted(moment for moment, _ in fake.requests)
    for first in range(60):
        within = sum(1 for moment in moments if moments[first] <= moment < moments[first] + 0.5)
        assert within <= 20 + 20 + 2


async def test_two_senders_never_send_one_text_twice(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection, fake: FakeGateway, gateways: dict[str, Gateway]
) -> None:
    account = await make_account(settings, owner, rate_per_s=10000)
    phones, _ = await some_texts(jobs_db, owner, account, 120)
    fake.behave = lambda _to, _attempt: Behaviour(delay_s=0.01)
    handled = await asyncio.gather(*(sender(jobs_db, gateways, in_flight=7)() for _ in range(4)))
    assert sum(handled) >= 120
    assert sorted(text.to for text in fake.taken) == sorted(phone.e164 for phone in phones)
    assert await owner.fetchval("SELECT bool_and(status = 'sent') FROM messages WHERE account_id = $1", account.id)


async def test_one_dead_gateway_does_not_hold_up_another_account(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection, fake: FakeGateway, gateways: dict[str, Gateway]
) -> None:
    slow, quick = await make_account(settings, owner), await make_account(settings, owner)
    stuck = await make_phone(owner)
    answered = asyncio.Event()

    async def send(parcel: Parcel) -> Sent:
        if parcel.to == stuck.e164:
            await asyncio.wait_for(answered.wait(), timeout=10)
        else:
            answered.set()
        return Sent(f"SM{parcel.reference.hex}")

    await queue_text(jobs_db, slow, stuck)
    drain = asyncio.create_task(sender(jobs_db, {"simulator": Adapter(send)})())
    await asyncio.sleep(0.2)
    await queue_text(jobs_db, quick, await make_phone(owner))
    assert await drain == 2  # the slow one answers only after the quick one was sent


async def test_a_text_not_started_in_time_goes_back_unsent(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    message_id = await queue_text(jobs_db, account, phone)
    claim = await claim_texts(jobs_db, account.id, 10, mode=SendingMode.LIVE, allow_list=(), lease_s=30)
    async with jobs_db.begin(None, "system:test") as uow:
        await write_results(uow, [(claim.texts[0], NotStarted())])
    assert await status_of(owner, message_id) == ("queued", "not_started")


async def test_what_a_held_up_sender_could_not_start_in_time_is_claimed_afresh(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account = await make_account(settings, owner)
    phones, _ = await some_texts(jobs_db, owner, account, 5)
    started: list[str] = []

    async def send(parcel: Parcel) -> Sent:
        started.append(parcel.to)
        if len(started) == 1:
            time.sleep(1.0)  # noqa: ASYNC251 - the whole process is held up, as by a busy machine
        return Sent(f"SM{parcel.reference.hex}")

    assert await sender(jobs_db, {"simulator": Adapter(send)})() == 9
    assert sorted(started) == sorted(phone.e164 for phone in phones)
    rows = await owner.fetch("SELECT status, attempt FROM messages WHERE account_id = $1", account.id)
    assert sorted((row["status"], row["attempt"]) for row in rows) == [("sent", 1)] + [("sent", 2)] * 4


@pytest.mark.parametrize("result", [Sent("SMlate"), Refused("21211", permanent=True), Unclear("late"), NotStarted()])
async def test_a_stale_attempt_writes_nothing(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection, result: Sent | Refused | Unclear | NotStarted
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    message_id = await queue_text(jobs_db, account, phone)
    claim = await claim_texts(jobs_db, account.id, 10, mode=SendingMode.LIVE, allow_list=(), lease_s=30)
    await owner.execute("UPDATE messages SET attempt = attempt + 1 WHERE id = $1", message_id)
    async with jobs_db.begin(None, "system:test") as uow:
        await write_results(uow, [(claim.texts[0], result)])
    row = await owner.fetchrow("SELECT status, attempt, gateway_id FROM messages WHERE id = $1", message_id)
    assert row is not None
    assert (row["status"], row["attempt"], row["gateway_id"]) == ("sending", 2, None)


async def test_a_gateway_id_given_twice_spoils_one_text_only(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection, fake: FakeGateway, gateways: dict[str, Gateway]
) -> None:
    account = await make_account(settings, owner)
    phones, ids = await some_texts(jobs_db, owner, account, 3)
    twice = json.dumps({"sid": "SMtwice"}).encode()
    fake.behave = lambda to, _attempt: Behaviour(body=twice) if to != phones[2].e164 else OK
    await sender(jobs_db, gateways)()
    fates = sorted([await status_of(owner, message_id) for message_id in ids], key=str)
    assert fates == [("sent", "gateway_id_given_twice"), ("sent", None), ("sent", None)]


async def test_a_claim_waits_for_nobody_at_a_phone_being_stopped(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone, other = await make_account(settings, owner), await make_phone(owner), await make_phone(owner)
    message_id = await queue_text(jobs_db, account, phone)
    await queue_text(jobs_db, account, other)
    async with jobs_db.begin(None, "system:test") as uow:
        await stop_phone(uow, phone.id, source="test")
        claim = await asyncio.wait_for(
            claim_texts(jobs_db, account.id, 10, mode=SendingMode.LIVE, allow_list=(), lease_s=30), timeout=1
        )
        assert [text.to for text in claim.texts] == [other.e164]
    assert await status_of(owner, message_id) == ("suppressed", "opted_out")
