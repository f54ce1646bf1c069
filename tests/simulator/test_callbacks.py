import asyncio
import json
import socket
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from dispatch.simulator.agenda import Agenda
from dispatch.simulator.config import NetworkSettings
from dispatch.simulator.courier import sign

if TYPE_CHECKING:
    from conftest import Simulator, Start

PHONE = "+79210000001"
BEHAVED = {"unreachable": 0, "silent": 1, "no": 0, "late_yes": 0, "question": 0, "hedge": 0, "stop": 0}


def network(**changes: float) -> NetworkSettings:
    plain = {"sent_after_s": 0, "delivered_after_s": (0, 0), "duplicate_rate": 0, "reorder_rate": 0}
    return NetworkSettings.model_validate({**plain, "retry_first_s": 0.02, **changes})


def test_every_callback_passes_the_official_validator(start: "Start") -> None:
    simulator = start(people=BEHAVED)
    sid = simulator.send(PHONE, "Завтра 09:00. 1=да 2=нет", ref="01-а/б?в=1")
    simulator.control("say", {"phone": PHONE, "to": simulator.number, "text": "да & нет = 100%"})
    simulator.wait_for(lambda: len(simulator.platform.received) == 4)
    validator = RequestValidator(simulator.token)
    for found in simulator.platform.received:
        assert validator.validate(found.url, found.fields, found.signature)
        assert not RequestValidator("another").validate(found.url, found.fields, found.signature)
        assert not validator.validate(found.url, {**found.fields, "To": "+70000000000"}, found.signature)
        assert found.headers["content-type"].startswith("application/x-www-form-urlencoded")
    assert sorted(simulator.platform.statuses(sid)) == ["delivered", "queued", "sent"]


@given(
    st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.text("aя +&=%\n", max_size=9)),
    st.text(st.characters(max_codepoint=126), min_size=1, max_size=20),
)
def test_signatures_agree_with_the_official_library(fields: dict[str, str], token: str) -> None:
    url = "https://example.org/hooks/sms/simulator/inbound?ref=1"
    assert sign(url, fields, token) == RequestValidator(token).compute_signature(url, fields)


def test_the_inbound_webhook_has_the_carriers_fields(simulator: "Simulator") -> None:
    simulator.control("say", {"phone": PHONE, "to": simulator.number, "text": "Да"})
    (fields,) = simulator.wait_for(simulator.platform.inbound)
    assert fields["MessageSid"] == fields["SmsSid"] == fields["SmsMessageSid"]
    assert (fields["From"], fields["To"], fields["Body"]) == (PHONE, simulator.number, "Да")
    assert (fields["AccountSid"], fields["NumMedia"], fields["NumSegments"]) == (simulator.sid, "0", "1")
    assert fields["SmsStatus"] == "received"
    assert fields["FromCity"] == ""


def test_a_dead_phone_is_reported_with_an_error_code(simulator: "Simulator") -> None:
    simulator.control("script", {PHONE: {"reachable": False}})
    sid = simulator.send(PHONE, "Завтра 09:00. 1=да 2=нет")
    simulator.wait_for(lambda: "undelivered" in simulator.platform.statuses(sid))
    (last,) = [r.fields for r in simulator.platform.received if r.fields["MessageStatus"] == "undelivered"]
    assert last["ErrorCode"] == "30005"
    assert simulator.client().messages(sid).fetch().error_code == 30005
    assert simulator.said(PHONE) == []


def test_a_callback_is_posted_again_until_it_is_acknowledged(start: "Start") -> None:
    simulator = start(people=BEHAVED)
    simulator.platform.answers[:] = [500, 404, 302, 503]
    simulator.control("say", {"phone": PHONE, "to": simulator.number, "text": "привет"})
    simulator.wait_for(lambda: simulator.world.courier.counts["inbound_acknowledged"])
    tokens = {found.headers["i-twilio-idempotency-token"] for found in simulator.platform.received}
    bodies = {json.dumps(found.fields) for found in simulator.platform.received}
    assert (len(simulator.platform.received), len(tokens), len(bodies)) == (5, 1, 1)
    assert simulator.world.courier.counts["inbound_retried"] == 4


def test_a_platform_that_is_down_is_tried_until_it_is_up(start: "Start") -> None:
    simulator = start(people=BEHAVED)
    account = {"sid": simulator.sid, "auth_token": simulator.token, "numbers": {simulator.number: "http://127.0.0.1:9"}}
    simulator.control("accounts", account)
    simulator.control("say", {"phone": PHONE, "to": simulator.number, "text": "привет"})
    simulator.wait_for(lambda: simulator.world.courier.counts["inbound_retried"] > 2)
    assert simulator.control(f"phones/{PHONE}", None, "GET")["messages"][0]["acknowledged"] == 0


def test_an_answer_without_a_length_or_not_http_is_dealt_with(start: "Start") -> None:
    answers = [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        b"220 ftp ready\r\n\r\n",
        b"",
    ]
    got = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for answer in reversed(answers):
                taken, _ = listener.accept()
                with taken:
                    got.append(taken.recv(65_536).split(b"\r\n\r\n")[0])
                    taken.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/путь?a=%20b#end"
        simulator = start(people=BEHAVED)
        account = {"sid": simulator.sid, "auth_token": simulator.token, "numbers": {simulator.number: url}}
        simulator.control("accounts", account)
        simulator.control("say", {"phone": PHONE, "to": simulator.number, "text": "привет"})
        thread.join(10)
    simulator.wait_for(lambda: simulator.world.courier.counts["inbound_acknowledged"])
    assert simulator.world.courier.counts["inbound_retried"] == 2
    assert {head.split(b" ")[1] for head in got} == {b"/%D0%BF%D1%83%D1%82%D1%8C?a=%20b"}


def test_a_silent_platform_costs_the_time_limit_only(start: "Start") -> None:
    simulator = start(people=BEHAVED, network=network(callback_timeout_s=0.1))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        account = {"sid": simulator.sid, "auth_token": simulator.token, "numbers": {simulator.number: url}}
        simulator.control("accounts", account)
        simulator.control("say", {"phone": PHONE, "to": simulator.number, "text": "привет"})
        simulator.wait_for(lambda: simulator.world.courier.counts["inbound_retried"] > 1)


def test_the_carrier_gives_up_after_its_time(start: "Start") -> None:
    simulator = start(people=BEHAVED, network=network(retry_for_s=0.2))
    simulator.platform.answers[:] = [500] * 100
    simulator.control("say", {"phone": PHONE, "to": simulator.number, "text": "привет"})
    simulator.wait_for(lambda: simulator.world.courier.counts["inbound_given_up"])
    assert 3 <= len(simulator.platform.received) <= 6


def test_duplicates_repeat_the_same_post(start: "Start") -> None:
    simulator = start(people=BEHAVED, network=network(duplicate_rate=1, reorder_by_s=0.01))
    simulator.control("say", {"phone": PHONE, "to": simulator.number, "text": "привет"})
    simulator.wait_for(lambda: len(simulator.platform.received) == 2)
    first, second = simulator.platform.received
    assert (first.fields, first.signature) == (second.fields, second.signature)


def test_reordering_lets_a_later_status_overtake(start: "Start") -> None:
    simulator = start(people=BEHAVED, network=network(reorder_rate=0.5, reorder_by_s=0.1))
    sids = [simulator.send(f"+792100001{n:02}", "text") for n in range(20)]
    simulator.wait_for(lambda: len(simulator.platform.received) == 60)
    orders = {tuple(simulator.platform.statuses(sid)) for sid in sids}
    assert any(order != ("queued", "sent", "delivered") for order in orders)
    assert all(sorted(order) == ["delivered", "queued", "sent"] for order in orders)


def test_a_callback_can_come_before_the_response(simulator: "Simulator") -> None:
    simulator.control("faults", {"callback_before_response": True}, "PUT")
    sid = simulator.send(PHONE, "text")
    assert "queued" in simulator.platform.statuses(sid)


def test_the_journal_tells_accepted_from_acknowledged(start: "Start", tmp_path: Path) -> None:
    journal = tmp_path / "deep" / "journal.jsonl"
    simulator = start(people=BEHAVED, journal=journal)
    sid = simulator.send(PHONE, "Завтра 09:00", ref="m-1")
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    accepted = [line for line in lines if line["what"] == "accepted"]
    assert [(line["sid"], line["ref"], line["to"]) for line in accepted] == [(sid, "m-1", PHONE)]
    simulator.wait_for(lambda: simulator.world.courier.counts["status_acknowledged"] == 3)
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    events = {line["event"] for line in lines if line["what"] == "acknowledged" and line["ref"] == "m-1"}
    assert events == {"queued", "sent", "delivered"}


def test_repeated_references_are_counted(simulator: "Simulator") -> None:
    simulator.send(PHONE, "a", ref="one")
    simulator.send(PHONE, "a", ref="two")
    assert simulator.control("stats", None, "GET")["repeated_references"] == {}
    simulator.send(PHONE, "a", ref="one")
    assert simulator.control("stats", None, "GET")["repeated_references"] == {"one": 2}


async def test_plans_run_in_order_of_time_and_survive_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    agenda, done = Agenda(), []
    running = asyncio.create_task(agenda.run())
    agenda.plan(0.05, lambda: done.append("late"))
    cancelled = agenda.plan(0.01, lambda: done.append("cancelled"))
    agenda.plan(0.0, lambda: done.append(str(1 / 0)))
    await asyncio.sleep(0)
    agenda.plan(0.0, lambda: done.append("first"))
    agenda.plan(0.02, lambda: done.append("second"))
    cancelled.cancel()
    await asyncio.sleep(0.1)
    running.cancel()
    assert done == ["first", "second", "late"]
    assert "a planned action failed" in caplog.text


async def test_a_hundred_thousand_plans_are_cheap() -> None:
    agenda, done = Agenda(), []
    began = time.monotonic()
    for n in range(100_000):
        agenda.plan(0.001 * (n % 7), lambda: done.append(1))
    running = asyncio.create_task(agenda.run())
    last = asyncio.Event()
    agenda.plan(0.007, last.set)
    await last.wait()
    assert len(done) == 100_000
    running.cancel()
    assert time.monotonic() - began < 10
    assert threading.active_count() < 50
