"""Webhooks over HTTP: stored before they are acknowledged, and only from whom holds the secret."""

import asyncio
import random
import string
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlencode

import asyncpg
import pytest
import pytest_asyncio
from fastapi import FastAPI, Request
from httpx import AsyncClient
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from dispatch.api.sms_hooks import Hints, _parse
from dispatch.kit.ids import new_id
from dispatch.settings import Settings
from dispatch.sms.gateways.signature import is_signed, sign
from tests.factories.hooks import gateway_side, hooked_app, post, status_fields
from tests.factories.sms import TestAccount, make_account


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    async with hooked_app(settings) as served:
        yield served


@pytest_asyncio.fixture(loop_scope="session")
async def http(app: FastAPI) -> AsyncIterator[AsyncClient]:
    async with gateway_side(app) as client:
        yield client


def inbound_fields(account: TestAccount, **more: str) -> dict[str, str]:
    return {
        "AccountSid": account.account.sid,
        "Body": "Да, приду",
        "From": "+79210000001",
        "MessageSid": f"SM{new_id().hex}",
        "To": account.account.number,
        "FromCity": "",
    } | more


async def stored(owner: asyncpg.Connection, account: TestAccount) -> int:
    inbound = await owner.fetchval("SELECT count(*) FROM inbound_messages WHERE account_id = $1", account.id)
    return int(inbound + await owner.fetchval("SELECT count(*) FROM receipts WHERE account_id = $1", account.id))


async def test_a_text_is_stored_with_its_raw_body_before_it_is_acknowledged(
    http: AsyncClient, app: FastAPI, settings: Settings, owner: asyncpg.Connection
) -> None:
    account = await make_account(settings, owner)
    fields = inbound_fields(account, Body="Да 👌\x00")
    answer = await post(http, account, "/hooks/sms/simulator/inbound", fields)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/xml")
    assert answer.text == '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
    row = await owner.fetchrow("SELECT * FROM inbound_messages WHERE account_id = $1", account.id)
    assert row is not None
    assert (row["text"], row["phone_e164"], row["gateway_id"]) == ("Да 👌\ufffd", fields["From"], fields["MessageSid"])
    assert row["raw"] == urlencode(fields).encode()
    again = await post(http, account, "/hooks/sms/simulator/inbound", fields)
    assert again.status_code == 200
    assert await owner.fetchval("SELECT seen FROM inbound_messages WHERE account_id = $1", account.id) == 2
    assert frozenset({"sms_in"}) in app.state.hinted


async def test_workers_are_woken_at_once_and_then_once_for_many() -> None:
    app, woken = FastAPI(), list[frozenset[str]]()
    app.state.wake_up = woken.append
    hints, request = Hints(), Request({"type": "http", "app": app})
    for _ in range(100):
        hints.give(request, "sms_in")
    assert woken == [{"sms_in"}], "the first at once"
    hints.give(request, "receipts")
    await asyncio.sleep(0.2)
    assert woken == [{"sms_in"}, {"receipts"}, {"sms_in"}], "the others together, whoever came alone once"
    hints.give(request, "sms_in")
    assert len(woken) == 4
    await asyncio.sleep(0.1)


@pytest.mark.parametrize(
    ("word", "stored_as"),
    [
        ("queued", "sent"),
        ("sent", "sent"),
        ("Delivered", "delivered"),
        ("undelivered", "failed"),
        ("failed", "failed"),
        ("read", "delivered"),
        ("partially_delivered", "partially_delivered"),
    ],
)
async def test_news_of_a_text_is_stored_in_our_words(
    http: AsyncClient, settings: Settings, owner: asyncpg.Connection, word: str, stored_as: str
) -> None:
    account, message_id = await make_account(settings, owner), new_id()
    fields = status_fields(account, MessageStatus=word, ErrorCode="30005")
    answer = await post(http, account, f"/hooks/sms/simulator/status?ref={message_id}", fields)
    assert answer.status_code == 200
    row = await owner.fetchrow("SELECT * FROM receipts WHERE account_id = $1", account.id)
    assert row is not None
    assert (row["status"], row["message_id"], row["error"]) == (stored_as, message_id, "30005")


@pytest.mark.parametrize("query", ["", "?ref=", "?ref=nonsense", "?ref=1&ref=2", "?other=1"])
async def test_news_without_our_id_is_kept_by_the_gateway_s(
    http: AsyncClient, settings: Settings, owner: asyncpg.Connection, query: str
) -> None:
    account = await make_account(settings, owner)
    answer = await post(http, account, f"/hooks/sms/simulator/status{query}", status_fields(account))
    assert answer.status_code == 200
    assert await owner.fetchval("SELECT message_id FROM receipts WHERE account_id = $1", account.id) is None


async def test_who_does_not_hold_the_secret_stores_nothing(
    http: AsyncClient, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, disabled = await make_account(settings, owner), await make_account(settings, owner, enabled=False)
    inbound, path = inbound_fields(account), "/hooks/sms/simulator/inbound"
    answers = [
        await post(http, account, path, inbound, secret="guess"),
        await post(http, account, path, inbound, base="http://testserver"),
        await post(http, account, path, inbound, raw=urlencode(inbound | {"Body": "нет"}).encode()),
        await post(http, account, path, inbound | {"AccountSid": "AC" + "9" * 32}),
        await post(http, account, path, inbound | {"To": "+78129999999"}),
        await post(http, account, "/hooks/sms/twilio/inbound", inbound),
        await post(http, disabled, path, inbound_fields(disabled)),
        await http.post(path, data=inbound),
        await http.post(path, data=inbound, headers={"X-Twilio-Signature": "Zm9v" * 7}),
        await http.post(path, data=inbound, headers={"X-Twilio-Signature": "ключ".encode()}),
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert {answer.json()["code"] for answer in answers} == {"webhook_refused"}
    assert await stored(owner, account) == 0
    assert await stored(owner, disabled) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"Body": "я" * 1601},
        {"From": "кто-то"},
        {"From": "+7" * 40},
        {"MessageSid": "S" * 65},
        {"MessageSid": "SM\x00"},
        {"MessageSid": ""},
    ],
)
async def test_what_cannot_be_a_text_is_refused(
    http: AsyncClient, settings: Settings, owner: asyncpg.Connection, change: dict[str, str]
) -> None:
    account = await make_account(settings, owner)
    answer = await post(http, account, "/hooks/sms/simulator/inbound", inbound_fields(account, **change))
    assert (answer.status_code, answer.json()["code"]) == (422, "webhook_malformed")
    assert await stored(owner, account) == 0


@pytest.mark.parametrize(
    ("path", "content", "status"),
    [
        ("/hooks/sms/simulator/inbound", b"", 422),
        ("/hooks/sms/simulator/inbound", b"\xff\xfe", 422),
        ("/hooks/sms/simulator/inbound", b"Body=%FF", 422),
        ("/hooks/sms/simulator/inbound", b"a=1&" * 300, 422),
        ("/hooks/sms/simulator/inbound", b"AccountSid=1&AccountSid=2&To=3", 422),
        ("/hooks/sms/simulator/inbound", b'{"AccountSid": 1}', 422),
        ("/hooks/sms/simulator/inbound", b"AccountSid=%00&To=%00", 403),
        ("/hooks/sms/simulator/inbound", b"a=" + b"x" * 70_000, 413),
        ("/hooks/sms/kannel/inbound", b"", 422),
        ("/hooks/sms/console/inbound", b"", 404),
        ("/hooks/sms/nobody/status", b"", 404),
    ],
)
async def test_rubbish_is_refused_clearly(http: AsyncClient, path: str, content: bytes, status: int) -> None:
    answer = await http.post(path, content=content)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


async def test_a_new_secret_counts_at_once_and_an_old_one_no_more(
    http: AsyncClient, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, path = await make_account(settings, owner), "/hooks/sms/simulator/inbound"
    assert (await post(http, account, path, inbound_fields(account))).status_code == 200
    await owner.execute("UPDATE sms_accounts SET secret = 'fresh' WHERE id = $1", account.id)
    assert (await post(http, account, path, inbound_fields(account), secret="fresh")).status_code == 200
    assert (await post(http, account, path, inbound_fields(account))).status_code == 403


@given(st.lists(st.sampled_from(["a", "0", "%", "+", "=", "&", "%D1", "%8F", "%FF", "%00", "%26"]), max_size=30))
def test_a_form_is_read_as_the_standard_library_reads_it(parts: list[str]) -> None:
    encoded = "".join(parts).encode()
    theirs = parse_qs(encoded.decode(), keep_blank_values=True, errors="surrogateescape")
    assert _parse(encoded) == theirs


def test_our_signature_and_twilio_s_agree() -> None:
    draw = random.Random(7)
    letters = string.ascii_letters + string.digits + " +%&=?/#№яЯ👌\n"

    def word(longest: int) -> str:
        return "".join(draw.choices(letters, k=draw.randint(0, longest)))

    agreed = {True: 0, False: 0}
    for _ in range(1000):
        secret = word(30) or "x"
        host = draw.choice(["dispatch.example", "dispatch.example:8443", "127.0.0.1:8000", "dispatch.example:443"])
        url = f"{draw.choice(['http', 'https'])}://{host}/hooks/sms/twilio/status?ref={new_id()}"
        fields = {word(12) or "k": word(40) for _ in range(draw.randint(0, 12))}
        validator = RequestValidator(secret)
        algorithm = draw.choice(["HMAC_SHA1", "HMAC_SHA256"])
        signed_url = draw.choice([url, url.replace(f"//{host}", f"//{host.partition(':')[0]}"), url + "x"])
        signature = draw.choice(
            [validator.compute_signature(signed_url, fields, algorithm), word(28), sign("other", url, {}, algorithm)]
        )
        headers = {"x-twilio-signature": signature}
        if algorithm == "HMAC_SHA256":
            headers["x-twilio-webhooks-signature-settings"] = "key=webhooks_sharedkey_1, algorithm=HMAC_SHA256"
        theirs = validator.validate(url, fields, signature, algorithm)
        assert is_signed(secret, url, {name: [value] for name, value in fields.items()}, headers) == theirs
        agreed[theirs] += 1
    assert min(agreed.values()) > 100


def test_an_algorithm_nobody_knows_is_no_signature() -> None:
    headers = {
        "x-twilio-signature": sign("secret", "https://x/y", {}),
        "x-twilio-webhooks-signature-settings": "algorithm=none",
    }
    assert not is_signed("secret", "https://x/y", {}, headers)
