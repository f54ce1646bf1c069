import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException

if TYPE_CHECKING:
    from conftest import Simulator

PHONE = "+79210000001"


def test_the_official_library_sends_and_fetches_unchanged(simulator: "Simulator") -> None:
    client = simulator.client()
    sent = client.messages.create(
        to=PHONE, from_=simulator.number, body="Привет", status_callback=f"{simulator.platform.url}/status?ref=m-1"
    )
    assert sent.sid.startswith("SM")
    assert len(sent.sid) == 34
    assert (sent.status, sent.direction, sent.num_segments) == ("queued", "outbound-api", "1")
    assert (sent.to, sent.from_, sent.body, sent.account_sid) == (PHONE, simulator.number, "Привет", simulator.sid)
    assert abs(sent.date_created - datetime.now(UTC)) < timedelta(seconds=5)
    assert (sent.date_sent, sent.error_code) == (None, None)
    delivered = simulator.wait_for(lambda: (m := client.messages(sent.sid).fetch()).status == "delivered" and m)
    assert delivered.date_sent >= delivered.date_created


def test_a_long_cyrillic_text_counts_its_segments(simulator: "Simulator") -> None:
    sent = simulator.client().messages.create(to=PHONE, from_=simulator.number, body="я" * 71)
    assert sent.num_segments == "2"


def test_the_official_library_lists_newest_first_over_pages(simulator: "Simulator") -> None:
    client = simulator.client()
    sids = [simulator.send(f"+7921000{n:04}", f"text {n}") for n in range(25)]
    assert [m.sid for m in client.messages.list(page_size=10) if m.direction == "outbound-api"] == sids[::-1]
    assert [m.sid for m in client.messages.list(to="+79210000007")] == [sids[7]]
    assert [m.sid for m in client.messages.list(from_=simulator.number, limit=3)] == sids[:-4:-1]
    assert client.messages.list(to="+79999999999") == []


def test_a_page_keeps_its_place_while_texts_arrive(simulator: "Simulator") -> None:
    client = simulator.client()
    sids = [simulator.send("+79210000007", f"text {n}") for n in range(6)]
    first = client.messages.page(page_size=3)
    shown = [m.sid for m in first]
    simulator.send("+79210000008", "one more")
    shown += [m.sid for m in first.next_page()]
    assert shown == sids[::-1]


def test_the_list_is_filtered_by_date(simulator: "Simulator") -> None:
    client = simulator.client()
    sid = simulator.send(PHONE, "now")
    now = datetime.now(UTC)

    def listed(**dates: datetime) -> list[str]:
        return [m.sid for m in client.messages.list(**dates) if m.direction == "outbound-api"]

    assert listed(date_sent=now) == [sid]
    assert listed(date_sent_after=now - timedelta(minutes=1), date_sent_before=now + timedelta(minutes=1)) == [sid]
    assert listed(date_sent_after=now + timedelta(minutes=1)) == []
    assert listed(date_sent_before=now - timedelta(minutes=1)) == []
    assert listed(date_sent=now - timedelta(days=1)) == []


def test_inbound_texts_are_listed_by_our_number(simulator: "Simulator") -> None:
    simulator.control("say", {"phone": PHONE, "to": simulator.number, "text": "здравствуйте"})
    (found,) = simulator.client().messages.list(to=simulator.number)
    assert (found.direction, found.from_, found.status, found.body) == ("inbound", PHONE, "received", "здравствуйте")


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"To": ""}, 400, 21604),
        ({"To": "89210000001"}, 400, 21211),
        ({"From": ""}, 400, 21603),
        ({"From": "+78129999999"}, 400, 21606),
        ({"To": "+78120000001"}, 400, 21266),
        ({"Body": ""}, 400, 21602),
        ({"Body": "x" * 1601}, 400, 21617),
        ({"StatusCallback": "nowhere"}, 400, 21609),
        ({"Body": "x" * 70_000}, 413, 20001),
    ],
)
def test_a_wrong_request_is_refused_in_the_carriers_shape(
    simulator: "Simulator", form: dict[str, str], status: int, code: int
) -> None:
    complete = {"To": PHONE, "From": simulator.number, "Body": "text", **form}
    path = f"/2010-04-01/Accounts/{simulator.sid}/Messages.json"
    answer = simulator.http.post(path, data=complete, auth=(simulator.sid, simulator.token))
    assert answer.status_code == status
    assert set(answer.json()) == {"code", "message", "more_info", "status"}
    assert (answer.json()["code"], answer.json()["status"]) == (code, status)
    assert simulator.control("stats", None, "GET")["accepted"] == 0


def test_errors_reach_the_official_library_as_its_exception(simulator: "Simulator") -> None:
    with pytest.raises(TwilioRestException) as wrong_number:
        simulator.client().messages.create(to="12", from_=simulator.number, body="text")
    assert (wrong_number.value.status, wrong_number.value.code) == (400, 21211)
    with pytest.raises(TwilioRestException) as wrong_token:
        simulator.client(token="another").messages.create(to=PHONE, from_=simulator.number, body="text")
    assert (wrong_token.value.status, wrong_token.value.code) == (401, 20003)
    with pytest.raises(TwilioRestException) as wrong_sid:
        simulator.client().messages("SM" + "0" * 32).fetch()
    assert (wrong_sid.value.status, wrong_sid.value.code) == (404, 20404)


def test_one_account_sees_nothing_of_another(simulator: "Simulator") -> None:
    other = "AC" + "f" * 32
    simulator.control("accounts", {"sid": other, "auth_token": "other", "numbers": {"+78120000002": ""}})
    sid = simulator.send(PHONE, "text")
    with pytest.raises(TwilioRestException):
        simulator.client(other, "other").messages(sid).fetch()
    assert simulator.client(other, "other").messages.list() == []
    path = f"/2010-04-01/Accounts/{simulator.sid}/Messages.json"
    assert simulator.http.get(path, auth=(other, "other")).status_code == 401
    assert simulator.http.get(path).status_code == 401
    assert simulator.http.get(path, headers={"Authorization": "Basic ???"}).status_code == 401


def test_stop_ends_texts_from_that_number_until_start(simulator: "Simulator") -> None:
    def say(text: str) -> None:
        simulator.control("say", {"phone": PHONE, "to": simulator.number, "text": text, "takeover": True})

    simulator.send(PHONE, "before")
    say("стоп")
    simulator.send(PHONE, "a word in another language is no keyword of the carrier")
    say(" Stop ")
    with pytest.raises(TwilioRestException) as refused:
        simulator.client().messages.create(to=PHONE, from_=simulator.number, body="after")
    assert refused.value.code == 21610
    say("START")
    simulator.send(PHONE, "again")


def test_latency_and_errors_on_demand(simulator: "Simulator") -> None:
    path = f"/2010-04-01/Accounts/{simulator.sid}/Messages.json"
    form = {"To": PHONE, "From": simulator.number, "Body": "text"}
    auth = (simulator.sid, simulator.token)
    simulator.control("faults", {"error_rate": 1, "limit": 2}, "PUT")
    codes = [simulator.http.post(path, data=form, auth=auth).status_code for _ in range(3)]
    assert codes == [500, 500, 201]
    simulator.control("faults", {"throttle_rate": 1, "latency_ms": 120}, "PUT")
    answer = simulator.http.post(path, data=form, auth=auth)
    assert answer.status_code == 429
    assert answer.elapsed > timedelta(milliseconds=110)
    assert simulator.control("stats", None, "GET")["accepted"] == 1


@pytest.mark.parametrize(("fault", "stored"), [("drop_reply_rate", 1), ("swallow_rate", 0)])
def test_a_hanging_reply_hides_whether_the_text_was_taken(simulator: "Simulator", fault: str, stored: int) -> None:
    simulator.control("faults", {fault: 1, "hang_s": 30}, "PUT")
    path = f"{simulator.url}/2010-04-01/Accounts/{simulator.sid}/Messages.json"
    form = {"To": PHONE, "From": simulator.number, "Body": "text"}
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(path, data=form, auth=(simulator.sid, simulator.token), timeout=0.3, trust_env=False)
    assert len(simulator.client().messages.list(to=PHONE)) == stored


def test_a_dropped_reply_comes_late_to_who_waits(simulator: "Simulator") -> None:
    simulator.control("faults", {"drop_reply_rate": 1, "hang_s": 0.2, "limit": 1}, "PUT")
    simulator.send(PHONE, "text")
    assert len(simulator.client().messages.list(to=PHONE)) == 1


def test_rates_that_exceed_one_are_refused(simulator: "Simulator") -> None:
    answer = simulator.http.put("/control/faults", json={"error_rate": 0.7, "throttle_rate": 0.7})
    assert answer.status_code == 422


def test_texts_sent_at_once_are_all_taken_once(simulator: "Simulator") -> None:
    def send(start: int) -> None:
        with httpx.Client(base_url=simulator.url, trust_env=False) as http:
            for n in range(start, start + 50):
                form = {"To": f"+7921{n:07}", "From": simulator.number, "Body": f"{n}"}
                path = f"/2010-04-01/Accounts/{simulator.sid}/Messages.json"
                assert http.post(path, data=form, auth=(simulator.sid, simulator.token)).status_code == 201

    threads = [threading.Thread(target=send, args=(lane * 50,)) for lane in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    listed = simulator.control("messages?since=0&limit=10000", None, "GET")["messages"]
    outbound = [text for text in listed if text["direction"] == "outbound-api"]
    assert sorted(int(text["body"]) for text in outbound) == list(range(200))
    assert [text["seq"] for text in listed] == list(range(1, len(listed) + 1))
