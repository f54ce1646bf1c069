"""Each adapter against answers as its gateway gives them: what was taken, what was not, and what nobody can say."""

import asyncio
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest

from dispatch.kit.ids import new_id
from dispatch.settings import Settings, SmsSettings
from dispatch.sms.gateways.base import (
    Account,
    Balance,
    Gateway,
    Hook,
    HookKind,
    Listed,
    ListingIncomplete,
    Outcome,
    Parcel,
    Refused,
    Sent,
    TellsBalance,
    Unclear,
)
from dispatch.sms.gateways.console import ConsoleForbidden, ConsoleGateway
from dispatch.sms.gateways.exchange import in_full, retry_after
from dispatch.sms.gateways.kannel import KannelGateway
from dispatch.sms.gateways.registry import CONSOLE, GATEWAYS, open_gateways
from dispatch.sms.gateways.smsc import SmscGateway
from dispatch.sms.gateways.twilio import TwilioGateway
from dispatch.sms.reconcile import UnclearText, find_listed
from dispatch.sms.rules import MessageStatus
from tests.fakes.answering import Asked, Said, answering

ACCOUNT: Final = Account(new_id(), "any", "login", "s3cret", "+78005550000")
PARCEL: Final = Parcel(new_id(), "+79210000001", "Привет № 1")
HOOKS: Final = "https://dispatch.example/hooks/sms/any"
NOW: Final = datetime(2026, 11, 22, 10, tzinfo=UTC)
TAKEN: Final = Sent("SM1")


async def handed_over(
    make: type[TwilioGateway] | type[KannelGateway] | type[SmscGateway], said: Said, parcel: Parcel = PARCEL
) -> tuple[Outcome, Asked]:
    """Hand a text to a gateway that answers so; return what the adapter makes of it, and what it asked."""
    async with answering(lambda _: said) as server:
        gateway = make(server.url, HOOKS, timeout_s=2.0, in_flight=5)
        outcome = await gateway.send(ACCOUNT, parcel)
        await gateway.close()
    return outcome, server.asked[0]


def as_json(**answer: object) -> bytes:
    return json.dumps(answer).encode()


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (Said(201, as_json(sid="SM1")), TAKEN),
        (Said(201, b"{}"), Unclear("answer_without_id")),
        (Said(201, b"<html>"), Unclear("answer_without_id")),
        (Said(500, as_json(code=20500)), Unclear("http_500")),
        (Said(503, b"", {"Retry-After": "5"}), Unclear("http_503")),
        (Said(302, b""), Unclear("http_302")),
        (Said(400, as_json(code=21617)), Refused("21617", permanent=True)),
        (Said(400, as_json(code=21610)), Refused("21610", permanent=True, opted_out=True)),
        (Said(400, as_json(code=21614)), Refused("21614", permanent=True, dead_number=True)),
        (Said(400, as_json(code=21606)), Refused("21606", permanent=False)),
        (Said(400, as_json(code=21408)), Refused("21408", permanent=False)),
        (Said(401, as_json(code=20003)), Refused("20003", permanent=False)),
        (Said(404, b""), Refused("http_404", permanent=False)),
        (Said(429, as_json(code=20429)), Refused("20429", permanent=False)),
        (Said(429, b"", {"Retry-After": "7"}), Refused("http_429", permanent=False, retry_after_s=7.0)),
    ],
)
async def test_what_twilio_answers(said: Said, outcome: Outcome) -> None:
    found, asked = await handed_over(TwilioGateway, said)
    assert found == outcome
    assert asked.form["StatusCallback"] == f"{HOOKS}/status?ref={PARCEL.reference}"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "999999999999999"}, 3600.0),
        ({"retry-after": "Sun, 22 Nov 2026 10:00:30 GMT", "date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 30.0),
        ({"retry-after": "Sun, 22 Nov 2026 09:00:30 GMT", "date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 0.0),
        ({"retry-after": "Sun, 22 Nov 2026 10:00:30 GMT"}, None),
    ],
)
def test_how_long_a_gateway_wants_to_be_left_alone(headers: Mapping[str, str], seconds: float | None) -> None:
    assert retry_after(httpx.Response(429, headers=headers)) == seconds


@pytest.mark.parametrize(
    "following",
    ["/2010-04-01/Accounts/login/Messages.json?Page=1", "https://elsewhere.example/x", 7, {"page": 1}],
)
async def test_a_list_of_twilio_s_that_never_ends_or_leads_elsewhere_proves_nothing(following: object) -> None:
    page = as_json(messages=[], next_page_uri=following)
    async with answering(lambda _: Said(200, page)) as server:
        gateway = TwilioGateway(server.url, HOOKS, timeout_s=2.0, in_flight=5)
        for lists in (gateway.list_sent, gateway.poll_inbound):
            with pytest.raises(ListingIncomplete):
                await lists(ACCOUNT, NOW)
        await gateway.close()
    assert len(server.asked) <= 4, "the same page is not read for ever"


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (Said(202, b"0: Accepted for delivery"), Sent(str(PARCEL.reference))),
        (Said(202, b"3: Queued for later delivery"), Sent(str(PARCEL.reference))),
        (Said(503, b"Temporal failure, try again later."), Refused("temporal_failure", permanent=False)),
        (Said(503, b"<html>a proxy's</html>"), Unclear("http_503")),
        (Said(500, b"Sending failed."), Unclear("http_500")),
        (Said(403, b"Authorization failed for sendsms"), Refused("authorization_failed", permanent=False)),
        (Said(403, b"Not routable. Do not try again."), Refused("not_routable", permanent=True)),
        (Said(404, b"Unknown request."), Refused("http_404", permanent=False)),
        (Said(400, b"Missing receiver number, rejected"), Refused("http_400", permanent=True)),
    ],
)
async def test_what_kannel_answers(said: Said, outcome: Outcome) -> None:
    assert (await handed_over(KannelGateway, said))[0] == outcome


@pytest.mark.parametrize(
    ("body", "coding"), [("Привет", "2"), ("Hello [x] 10€", "0"), ("it\u2019s", "2"), ("", "0"), ("👌", "2")]
)
async def test_how_kannel_is_asked(body: str, coding: str) -> None:
    _, asked = await handed_over(KannelGateway, Said(202, b"0: Accepted"), Parcel(PARCEL.reference, PARCEL.to, body))
    told = asked.headers
    assert (asked.method, asked.target, asked.body.decode()) == ("POST", "/cgi-bin/sendsms", body)
    assert (told["x-kannel-coding"], told["content-type"]) == (coding, "text/plain; charset=UTF-8")
    assert (told["x-kannel-username"], told["x-kannel-password"]) == (ACCOUNT.sid, ACCOUNT.secret)
    assert (told["x-kannel-from"], told["x-kannel-to"]) == (ACCOUNT.number, PARCEL.to)
    receipts = urlsplit(told["x-kannel-dlr-url"])
    query = {name: values[0] for name, values in parse_qs(receipts.query.replace("%", "%25")).items()}
    assert (query.pop("ref"), query.pop("account")) == (str(PARCEL.reference), str(ACCOUNT.id))
    assert (len(query.pop("key")), query) == (64, {"status": "%d", "answer": "%A"})
    assert ACCOUNT.secret not in told["x-kannel-dlr-url"]


async def test_a_secret_that_no_header_can_carry_is_trouble_of_the_account() -> None:
    gateway = KannelGateway("http://127.0.0.1:1", HOOKS, timeout_s=1.0, in_flight=5)
    for sid in ("логин", "log\nin"):
        account = Account(ACCOUNT.id, "kannel", sid, "s3cret", "+78005550000")
        assert await gateway.send(account, PARCEL) == Refused("authorization_failed", permanent=False)


def hook(kind: HookKind, query: Mapping[str, str], form: Mapping[str, str] | None = None) -> Hook:
    fields = [{name: [value] for name, value in part.items()} for part in (query, form or {})]
    return Hook(kind, "", fields[0], fields[1], {})


@pytest.mark.parametrize(
    ("value", "answer", "status", "code"),
    [
        ("1", "", MessageStatus.DELIVERED, None),
        ("8", "ACK/", MessageStatus.SENT, None),
        ("4", "", MessageStatus.SENT, None),
        (
            "2",
            "id:1 sub:001 dlvrd:000 submit date:2611 done date:2611 stat:UNDELIV err:027 text:",
            "failed",
            "UNDELIV:027",
        ),
        ("16", "NACK/11/Invalid Destination Address", MessageStatus.FAILED, None),
        ("2", "\udcff\udcc4 stat:EXPIRED", MessageStatus.FAILED, "EXPIRED"),
        ("32", "", None, None),
    ],
)
def test_what_kannel_tells(value: str, answer: str, status: MessageStatus | None, code: str | None) -> None:
    gateway = KannelGateway("http://127.0.0.1:1", HOOKS, timeout_s=1.0, in_flight=5)
    told = {"account": str(ACCOUNT.id), "ref": str(PARCEL.reference), "status": value, "answer": answer}
    receipt = gateway.parse_status(hook(HookKind.STATUS, told))
    assert (receipt.gateway_id, receipt.reference) == (str(PARCEL.reference), PARCEL.reference)
    assert (receipt.status, receipt.word, receipt.code) == (status, value, code)


@pytest.mark.parametrize(
    ("written", "full"),
    [
        ("+79210000001", "+79210000001"),
        ("79210000001", "+79210000001"),
        ("89210000001", "+79210000001"),
        ("998901234567", "+998901234567"),
        ("900", "900"),
        ("MTS", "MTS"),
    ],
)
def test_numbers_as_carriers_write_them(written: str, full: str) -> None:
    assert in_full(written) == full


async def test_kannel_cannot_be_asked_what_it_did() -> None:
    gateway: Gateway = KannelGateway("http://127.0.0.1:1", HOOKS, timeout_s=1.0, in_flight=5)
    assert not gateway.lists
    for lists in (gateway.list_sent, gateway.poll_inbound):
        with pytest.raises(ListingIncomplete):
            await lists(ACCOUNT, NOW)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"id": str(PARCEL.reference), "cnt": 1}, Sent(str(PARCEL.reference))),
        ({"id": 7, "cnt": 1}, Unclear("answer_without_id")),
        ({}, Unclear("answer_without_id")),
        ({"error": "no money", "error_code": 3}, Refused("smsc_3", permanent=False, retry_after_s=60.0)),
        ({"error": "wrong login", "error_code": 2}, Refused("smsc_2", permanent=False)),
        ({"error": "denied", "error_code": 6}, Refused("smsc_6", permanent=True)),
        ({"error": "format", "error_code": "7"}, Refused("smsc_7", permanent=True, dead_number=True)),
        ({"error": "cannot", "error_code": 8, "id": 5}, Refused("smsc_8", permanent=True)),
        ({"error": "twice", "error_code": 9}, Refused("smsc_9", permanent=False, retry_after_s=15.0)),
        ({"error": "new", "error_code": 77}, Refused("smsc_77", permanent=False)),
    ],
)
async def test_what_smsc_answers(answer: Mapping[str, object], outcome: Outcome) -> None:
    found, asked = await handed_over(SmscGateway, Said(200, as_json(**answer)))
    assert found == outcome
    told = {"login": "login", "psw": "s3cret", "charset": "utf-8", "fmt": "3", "id": str(PARCEL.reference)}
    assert asked.form == told | {"phones": PARCEL.to, "mes": PARCEL.body, "sender": "78005550000"}
    assert (asked.method, asked.target) == ("POST", "/sys/send.php"), "neither secret nor text stands in an address"


async def test_smsc_takes_few_requests_at_once_and_no_text_waits_long_for_one() -> None:
    async with answering(lambda _: Said(200, as_json(id=str(PARCEL.reference)))) as server:
        server.delay_s = 0.7
        gateway = SmscGateway(server.url, HOOKS, timeout_s=5.0, in_flight=100)
        outcomes = await asyncio.gather(*(gateway.send(ACCOUNT, PARCEL) for _ in range(30)))
        await gateway.close()
    assert server.most_at_once == 10
    assert set(outcomes) == {Sent(str(PARCEL.reference)), Refused("busy", permanent=False)}


async def test_smsc_by_its_key_instead_of_a_password() -> None:
    async with answering(lambda _: Said(200, b"{}")) as server:
        gateway = SmscGateway(server.url, HOOKS, timeout_s=2.0, in_flight=5)
        await gateway.send(Account(ACCOUNT.id, "smsc", "apikey", "s3cret", "AGENCY"), PARCEL)
        await gateway.close()
    form = server.asked[0].form
    assert (form["apikey"], form["sender"], "psw" in form, "login" in form) == ("s3cret", "AGENCY", False, False)


def sent_item(reference: UUID | str, n: int, status: int = 1, **more: object) -> dict[str, Any]:
    at = {"send_date": "22.11.2026 13:00:00", "send_timestamp": int(NOW.timestamp())}
    return {"id": str(reference), "int_id": n, "phone": "79210000001", "message": "x", "status": status, **at, **more}


async def test_what_smsc_lists_is_known_by_our_own_ids() -> None:
    ours, failed, old = new_id(), new_id(), new_id()
    first = [sent_item(n, n) for n in range(999)] + [sent_item(ours, 1000)]
    second = [
        sent_item(failed, 1001, 20, err=1, send_timestamp=None),
        sent_item(old, 1002, send_timestamp=int((NOW - timedelta(hours=1)).timestamp())),
    ]

    def answer(asked: Asked) -> Said:
        return Said(200, json.dumps(second if asked.form.get("prev_id") == "1000" else first).encode())

    async with answering(answer) as server:
        gateway = SmscGateway(server.url, HOOKS, timeout_s=2.0, in_flight=5)
        listed = {item.reference: item for item in await gateway.list_sent(ACCOUNT, NOW)}
        await gateway.close()
    assert set(listed) == {ours, failed}
    assert (listed[ours].status, listed[ours].to, listed[ours].created_at) == ("delivered", "+79210000001", NOW)
    assert (listed[failed].status, listed[failed].code, listed[failed].created_at) == ("failed", "smsc_err_1", NOW)
    assert server.asked[0].form["start"] == "22.11.2026"


@pytest.mark.parametrize(
    ("answer", "found"),
    [(b'{"error": "nothing", "error_code": 3}', []), (b"[]", []), (b'{"error_code": 9}', None), (b"7", None)],
)
async def test_an_empty_list_of_smsc_s_and_none(answer: bytes, found: list[Listed] | None) -> None:
    async with answering(lambda _: Said(200, answer)) as server:
        gateway = SmscGateway(server.url, HOOKS, timeout_s=2.0, in_flight=5)
        if found is None:
            with pytest.raises(ListingIncomplete):
                await gateway.list_sent(ACCOUNT, NOW)
        else:
            assert await gateway.list_sent(ACCOUNT, NOW) == found
        await gateway.close()


async def test_what_came_to_smsc_is_read_oldest_first() -> None:
    items = [{"id": n, "phone": "79210000001", "message": f"да {n}", "to_phone": "78005550000"} for n in (12, 9)]
    async with answering(lambda _: Said(200, json.dumps(items).encode())) as server:
        gateway = SmscGateway(server.url, HOOKS, timeout_s=2.0, in_flight=5)
        texts = await gateway.poll_inbound(ACCOUNT, datetime.now(UTC) - timedelta(minutes=90))
        await gateway.close()
    assert [(text.gateway_id, text.sender, text.text) for text in texts] == [
        ("9", "+79210000001", "да 9"),
        ("12", "+79210000001", "да 12"),
    ]
    assert (server.asked[0].form["hour"], server.asked[0].form["to_phone"]) == ("2", "78005550000")


@pytest.mark.parametrize(
    ("answer", "balance"),
    [
        (b'{"balance": "100.96", "currency": "RUB"}', Balance(10096, "RUB")),
        (b'{"error_code": 2}', None),
        (b"[]", None),
        (b'{"balance": "much"}', None),
    ],
)
async def test_what_is_left_at_smsc(answer: bytes, balance: Balance | None) -> None:
    async with answering(lambda _: Said(200, answer)) as server:
        gateway = SmscGateway(server.url, HOOKS, timeout_s=2.0, in_flight=5)
        assert isinstance(gateway, TellsBalance)
        assert await gateway.balance(ACCOUNT) == balance
        await gateway.close()


def test_a_text_listed_under_our_id_is_found_whatever_its_words() -> None:
    text = UnclearText(new_id(), NOW, PARCEL.to, "cut")
    other = UnclearText(new_id(), NOW, PARCEL.to, "cut")
    ours = Listed("1", "7921", "another", MessageStatus.SENT, None, NOW - timedelta(hours=1), text.id)
    strangers = Listed("2", PARCEL.to, "cut", MessageStatus.SENT, None, NOW, new_id())
    assert find_listed([text, other], [strangers, ours]) == {text.id: ours, other.id: None}


async def test_the_console_prints_where_it_may_and_is_not_there_elsewhere() -> None:
    with pytest.raises(ConsoleForbidden):
        ConsoleGateway(HOOKS, allowed=False)
    printed = io.StringIO()
    gateway: Gateway = ConsoleGateway(HOOKS, allowed=True, out=printed)
    assert await gateway.send(ACCOUNT, PARCEL) == Sent(str(PARCEL.reference))
    assert printed.getvalue() == "+78005550000 -> +79210000001: Привет № 1\n"
    assert CONSOLE not in open_gateways(Settings())
    assert tuple(open_gateways(Settings(sms=SmsSettings(console=True)))) == GATEWAYS


def test_an_answer_typed_for_the_console_is_taken_at_its_address_alone() -> None:
    gateway = ConsoleGateway(HOOKS, allowed=True)
    told = urlsplit(gateway.hook_addresses(ACCOUNT).inbound)
    query = {name: values[0] for name, values in parse_qs(told.query).items()}
    typed = hook(HookKind.INBOUND, query, {"id": "1", "from": "89210000001", "text": "да"})
    here = replace(typed, url=told.geturl())
    assert gateway.account_of(here).account_id == ACCOUNT.id
    assert gateway.verify(ACCOUNT.id, ACCOUNT.secret, here)
    assert gateway.parse_inbound(here).sender == "+79210000001"
    assert not gateway.verify(ACCOUNT.id, "another", here)
    assert not gateway.verify(ACCOUNT.id, ACCOUNT.secret, replace(here, url="http://dispatch.example/hooks/sms/any"))


@pytest.mark.parametrize("name", [name for name in GATEWAYS if name not in {"twilio", "simulator"}])
def test_addresses_with_keys_hold_no_secret(name: str) -> None:
    told = open_gateways(Settings(sms=SmsSettings(console=True)))[name].hook_addresses(ACCOUNT)
    shown = " ".join(part for part in (told.inbound, told.status, told.word) if part is not None)
    assert f"account={ACCOUNT.id}&key=" in told.inbound
    assert ACCOUNT.secret not in shown + repr(told)
