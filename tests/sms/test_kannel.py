"""Kannel for real: texts leave through it, receipts and answers come back from it, over HTTP on both sides."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from dispatch.app import create_app
from dispatch.kit.uow import Database
from dispatch.local.places import free_port
from dispatch.settings import Settings
from dispatch.sms.gateways.base import Gateway, Parcel, Refused
from dispatch.sms.gateways.registry import open_gateways
from dispatch.sms.receipts import ReceiptDrain
from dispatch.sms.send import Broadcaster
from tests.factories.served import serving
from tests.factories.sms import TestAccount, make_account, make_phone, queue_text
from tests.fakes.kannel import Kannel, Texted, kannel, missing

pytestmark = pytest.mark.skipif(missing() is not None, reason=f"Kannel cannot be had here: {missing()}")

ANSWER = "Буду, сектор Р"
"""It ends in the letter whose last byte is a blank to a careless reader."""
RUSSIAN, ENGLISH = "Привет, мир № 1: «да» или «нет»? 👌", "Shift at 10:00 [x] @ 50% & more + 1"
PATIENCE_S = 15.0


@dataclass(frozen=True)
class House:
    """Our API on a socket, an account of Kannel's, and Kannel with a phone that answers at once."""

    settings: Settings
    account: TestAccount
    gateways: dict[str, Gateway]
    kannel: Kannel
    phone: str


@pytest_asyncio.fixture(loop_scope="session")
async def house(settings: Settings, owner: asyncpg.Connection, tmp_path: Path) -> AsyncIterator[House]:
    account, phone = await make_account(settings, owner, gateway="kannel"), await make_phone(owner)
    port = free_port()
    http = settings.http.model_copy(update={"port": port, "public_url": f"http://127.0.0.1:{port}"})
    ours = settings.model_copy(update={"http": http})
    told = open_gateways(ours)["kannel"].hook_addresses(account.account)
    user, password = account.account.sid, account.account.secret
    with serving(create_app(ours), port):
        async with kannel(tmp_path, username=user, password=password, get_url=told.inbound) as running:
            sms = ours.sms.model_copy(update={"kannel_url": running.url})
            gateways = dict(open_gateways(ours.model_copy(update={"sms": sms})))
            yield House(ours, account, gateways, running, phone.e164)
            for gateway in gateways.values():
                await gateway.close()


async def until(what: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not await what():
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.05)


async def test_texts_leave_through_kannel_and_receipts_and_answers_come_back(
    house: House, jobs_db: Database, owner: asyncpg.Connection
) -> None:
    account, phone = house.account, await make_phone(owner)
    house.kannel.phones((house.phone, account.account.number, ANSWER))
    ids = [await queue_text(jobs_db, account, phone, body) for body in (RUSSIAN, ENGLISH)]
    await Broadcaster(jobs_db, house.gateways, house.settings.sms)()
    rows = await owner.fetch("SELECT id, status, gateway_id FROM messages WHERE id = ANY ($1)", ids)
    assert {(row["status"], row["gateway_id"]) for row in rows} == {("sent", str(text)) for text in ids}

    async def delivered() -> bool:
        await ReceiptDrain(jobs_db, house.gateways)()
        return await count(owner, "messages WHERE status = 'delivered' AND id = ANY ($1)", ids) == len(ids)

    async def answered() -> bool:
        return await count(owner, "inbound_messages WHERE account_id = $1", account.id) == 1

    await until(delivered)
    await until(answered)
    stored = await owner.fetchrow("SELECT * FROM inbound_messages WHERE account_id = $1", account.id)
    assert stored is not None
    assert (stored["phone_e164"], stored["text"], stored["seen"]) == (house.phone, ANSWER, 1)
    told = await owner.fetch("SELECT message_id, status FROM receipts WHERE account_id = $1", account.id)
    assert {tuple(row) for row in told} == {(text, status) for text in ids for status in ("sent", "delivered")}
    number = account.account.number
    assert set(house.kannel.got()) == {Texted(number, phone.e164, text) for text in (RUSSIAN, ENGLISH)}
    stranger = account.account.__class__(account.id, "kannel", "stranger", account.account.secret, number)
    refused = await house.gateways["kannel"].send(stranger, Parcel(ids[0], phone.e164, ENGLISH))
    assert refused == Refused("authorization_failed", permanent=False)


async def count(owner: asyncpg.Connection, of: str, value: object) -> int:
    return int(await owner.fetchval(f"SELECT count(*) FROM {of}", value))
