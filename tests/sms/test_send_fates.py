"""What becomes of a text by what the gateway says, and what it says of the phone."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy.exc import DBAPIError

from dispatch.kit.db import DRIVER_ERRORS
from dispatch.kit.uow import CommitOutcomeUnknown, Database
from dispatch.local.throwaway import TestCluster
from dispatch.settings import Settings, SmsSettings
from dispatch.sms.gateways.base import Gateway, Parcel, Sent
from dispatch.sms.gateways.simulator import SimulatorGateway
from dispatch.sms.send import Broadcaster
from dispatch.sms.service import MessageClass
from tests.factories.sms import make_account, make_phone, queue_text
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


@pytest.mark.parametrize(
    ("behaviour", "fate"),
    [
        (Behaviour(400, 21211), ("failed", "21211")),
        (Behaviour(429, 20429), ("queued", "20429")),
        (Behaviour(401, 20003), ("queued", "20003")),
        (Behaviour(500, 20500, keeps=False), ("unknown", "http_500")),
        (Behaviour(answers=False), ("unknown", "RemoteProtocolError")),
        (Behaviour(delay_s=1.5), ("unknown", "ReadTimeout")),
        (Behaviour(body=b"<html>"), ("unknown", "answer_without_id")),
        (Behaviour(body=b"[]"), ("unknown", "answer_without_id")),
    ],
)
async def test_what_becomes_of_a_text_by_what_the_gateway_says(
    jobs_db: Database,
    settings: Settings,
    owner: asyncpg.Connection,
    fake: FakeGateway,
    gateways: dict[str, Gateway],
    behaviour: Behaviour,
    fate: tuple[str, str | None],
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    fake.behave = lambda _to, _attempt: behaviour
    message_id = await queue_text(jobs_db, account, phone)
    await sender(jobs_db, gateways)()
    assert await status_of(owner, message_id) == fate
    assert len(fake.requests) == 1


async def test_a_gateway_that_cannot_be_reached_is_tried_again(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection, fake: FakeGateway
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    message_id = await queue_text(jobs_db, account, phone)
    nobody = SimulatorGateway("http://127.0.0.1:1", "http://x", timeout_s=1, in_flight=5)
    await sender(jobs_db, {"simulator": nobody})()
    row = await owner.fetchrow("SELECT status, error, send_at - now() AS pause FROM messages WHERE id = $1", message_id)
    assert row is not None
    assert (row["status"], row["error"]) == ("queued", "unreachable")
    assert timedelta() < row["pause"] < timedelta(seconds=2)


async def test_a_text_refused_for_a_day_fails(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection, fake: FakeGateway, gateways: dict[str, Gateway]
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    fake.behave = lambda _to, _attempt: Behaviour(429, 20429)
    message_id = await queue_text(jobs_db, account, phone)
    await owner.execute("UPDATE messages SET created_at = now() - interval '25 hours' WHERE id = $1", message_id)
    await sender(jobs_db, gateways)()
    assert await status_of(owner, message_id) == ("failed", "20429")


async def test_a_refused_text_goes_again_by_itself(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection, fake: FakeGateway, gateways: dict[str, Gateway]
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    fake.behave = lambda _to, attempt: Behaviour(429, 20429) if attempt == 0 else OK
    message_id = await queue_text(jobs_db, account, phone)
    await sender(jobs_db, gateways)()
    await owner.execute("UPDATE messages SET send_at = not_before WHERE id = $1", message_id)
    await sender(jobs_db, gateways)()
    row = await owner.fetchrow("SELECT status, error, attempt FROM messages WHERE id = $1", message_id)
    assert row is not None
    assert (row["status"], row["error"], row["attempt"]) == ("sent", None, 2)


async def test_a_number_refused_twice_as_unknown_is_dead_and_offers_stay_away_from_it(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection, fake: FakeGateway, gateways: dict[str, Gateway]
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    fake.behave = lambda _to, _attempt: Behaviour(400, 21614)
    for _ in range(2):
        await queue_text(jobs_db, account, phone)
        await sender(jobs_db, gateways)()
    assert await owner.fetchval("SELECT dead_at IS NOT NULL FROM phones WHERE id = $1", phone.id)
    assert await owner.fetchval("SELECT kind FROM phone_events WHERE phone_id = $1", phone.id) == "dead"
    offer = await queue_text(jobs_db, account, phone, class_=MessageClass.OFFER, urgent=True)
    await sender(jobs_db, gateways)()
    assert await status_of(owner, offer) == ("suppressed", "phone_dead")


async def test_a_stop_kept_by_the_carrier_becomes_ours(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection, fake: FakeGateway, gateways: dict[str, Gateway]
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    fake.behave = lambda _to, _attempt: Behaviour(400, 21610)
    await queue_text(jobs_db, account, phone)
    await sender(jobs_db, gateways)()
    assert await owner.fetchval("SELECT opted_out_at IS NOT NULL FROM phones WHERE id = $1", phone.id)
    assert await owner.fetchval("SELECT source FROM phone_events WHERE phone_id = $1", phone.id) == "gateway"


async def test_a_result_survives_a_broken_connection_to_the_database(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection, cluster: TestCluster
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    message_id = await queue_text(jobs_db, account, phone)
    superuser = await asyncpg.connect(cluster.postgres.superuser_dsn(settings.database.name))

    async def send(parcel: Parcel) -> Sent:
        await superuser.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'dispatch_worker'"
        )
        return Sent(f"SM{parcel.reference.hex}")

    drain = sender(jobs_db, {"simulator": Adapter(send)})
    with contextlib.suppress(DBAPIError, *DRIVER_ERRORS, CommitOutcomeUnknown):
        await drain()
    await superuser.close()
    assert await status_of(owner, message_id) == ("sent", None)


async def test_a_sender_cut_off_in_the_middle_leaves_the_text_in_doubt(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection, fake: FakeGateway, gateways: dict[str, Gateway]
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    fake.behave = lambda _to, _attempt: Behaviour(delay_s=3)
    message_id = await queue_text(jobs_db, account, phone)
    drain = asyncio.create_task(sender(jobs_db, gateways)())
    await asyncio.wait_for(fake.asked.wait(), timeout=30)
    drain.cancel()
    with pytest.raises(asyncio.CancelledError):
        await drain
    # Whether he still noted that he knows nothing depends on where he was cut off.
    assert (await status_of(owner, message_id))[0] in {"sending", "unknown"}


async def test_an_adapter_that_raises_leaves_the_text_in_doubt(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    message_id = await queue_text(jobs_db, account, phone)

    async def send(_parcel: Parcel) -> Sent:
        raise ZeroDivisionError

    await sender(jobs_db, {"simulator": Adapter(send)})()
    assert await status_of(owner, message_id) == ("unknown", "ZeroDivisionError")
