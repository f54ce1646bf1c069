import os
import signal
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from conftest import Simulator, Start

PHONE = "+79210000001"
NASTY = """<script>alert(1)</script>"'><img src=x onerror=alert(2)> & </textarea>"""


class Tags(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def links(self) -> list[str]:
        return [attrs["href"] or "" for tag, attrs in self.tags if tag == "a"]


def page(simulator: "Simulator", **query: str | int) -> Tags:
    answer = simulator.http.get("/", params=query)
    assert answer.status_code == 200
    return Tags(answer.text)


@pytest.fixture
def quiet(start: "Start") -> "Simulator":
    """A simulator whose people never answer by themselves."""
    return start(people={"silent": 1, "no": 0, "late_yes": 0, "question": 0, "hedge": 0, "stop": 0})


def test_whatever_came_from_outside_is_escaped(quiet: "Simulator") -> None:
    quiet.control("people", {"people": [{"phone": PHONE, "first_name": NASTY[:60], "language": '"><b>'}]})
    quiet.send(PHONE, NASTY)
    quiet.control("say", {"phone": PHONE, "to": quiet.number, "text": NASTY})
    for query in ({"phone": PHONE, "q": ""}, {"q": NASTY}, {"phone": NASTY}, {"phone": PHONE, "q": NASTY}):
        shown = page(quiet, **query)
        names = {name for _, attrs in shown.tags for name in attrs}
        assert not any(name.startswith("on") or name == "style" for name in names)
        assert "img" not in {tag for tag, _ in shown.tags}
        assert [attrs["src"] for tag, attrs in shown.tags if tag == "script"] == [
            next(attrs["src"] for tag, attrs in shown.tags if tag == "script")
        ]
    assert NASTY in page(quiet, phone=PHONE).text


def test_the_policy_forbids_whatever_the_page_does_not_need(quiet: "Simulator") -> None:
    answer = quiet.http.get("/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    for tag, attrs in Tags(answer.text).tags:
        source = attrs.get("src") or (attrs.get("href") if tag == "link" else None)
        if source:
            assert source.startswith("/static/")
            assert quiet.http.get(source).status_code == 200
    assert quiet.http.get("/static/../page.py").status_code == 404
    assert quiet.http.get("/static/page.html").status_code == 404


def test_the_newest_activity_comes_first(quiet: "Simulator") -> None:
    for n in range(3):
        quiet.send(f"+7921000000{n}", f"text {n}")
    quiet.control("say", {"phone": "+79210000000", "to": quiet.number, "text": "last word"})
    shown = [link for link in page(quiet).links() if "phone=" in link]
    assert [link.split("phone=%2B")[1][:11] for link in shown] == ["79210000000", "79210000002", "79210000001"]


def test_phones_are_found_by_name_number_and_last_text(quiet: "Simulator") -> None:
    quiet.control("people", {"people": [{"phone": PHONE, "first_name": "Ярослав", "initial": "Щ"}]})
    quiet.send("+79210000002", "погрузка у метро")

    def found(q: str) -> list[str]:
        return [link.split("phone=%2B")[1][:11] for link in page(quiet, q=q).links() if "phone=" in link]

    assert found("ярослав щ") == ["79210000001"]
    assert found("8-(921)") == []
    assert found("+7 921 000-00-02") == ["79210000002"]
    assert found("МЕТРО") == ["79210000002"]
    assert found("nobody") == []
    assert "No phone matches" in page(quiet, q="nobody").text


def test_five_thousand_phones_stay_quick_and_paged(quiet: "Simulator") -> None:
    people = [{"phone": f"+7921{n:07}", "first_name": f"Имя{n}"} for n in range(5000)]
    quiet.control("people", {"people": people})
    for n in range(60):
        quiet.send(f"+7921{n:07}", f"text {n}")
    first = page(quiet)
    assert len([link for link in first.links() if "phone=" in link]) == 50
    last = page(quiet, page=100)
    assert len([link for link in last.links() if "phone=" in link]) == 50
    assert not any(link.endswith("page=101") for link in last.links())
    began = time.monotonic()
    for _ in range(10):
        page(quiet, q="Имя4999")
    assert time.monotonic() - began < 2


def test_a_long_conversation_shows_its_end(quiet: "Simulator") -> None:
    for n in range(205):
        quiet.control("say", {"phone": PHONE, "to": quiet.number, "text": f"text number {n}."})
    text = page(quiet, phone=PHONE).text
    assert "5 earlier texts are not shown" in text
    assert "text number 204." in text
    assert "text number 4." not in text


def test_a_person_answers_as_the_worker(quiet: "Simulator") -> None:
    quiet.send(PHONE, "Завтра 09:00. 1=да 2=нет")
    form = {"phone": PHONE, "to": quiet.number, "text": " да, приду ", "do": "say"}
    answer = quiet.http.post("/answer", data=form, headers={"Origin": quiet.url, "Sec-Fetch-Site": "same-origin"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/?phone=%2B79210000001")
    assert quiet.wait_for(lambda: quiet.said(PHONE)) == ["да, приду"]
    assert quiet.control(f"phones/{PHONE}", None, "GET")["manual"]
    assert "Give back" in page(quiet, phone=PHONE).text
    quiet.http.post("/answer", data={"phone": PHONE, "do": "give-back"})
    assert not quiet.control(f"phones/{PHONE}", None, "GET")["manual"]


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}],
)
def test_another_site_cannot_make_a_phone_speak(quiet: "Simulator", headers: dict[str, str]) -> None:
    quiet.send(PHONE, "Завтра 09:00. 1=да 2=нет")
    form = {"phone": PHONE, "to": quiet.number, "text": "да"}
    assert quiet.http.post("/answer", data=form, headers=headers).status_code == 403
    json = {"phone": PHONE, "to": quiet.number, "text": "да"}
    assert quiet.http.post("/control/say", json=json, headers=headers).status_code == 403
    assert quiet.http.put("/control/faults", json={"error_rate": 1}, headers=headers).status_code == 403
    assert quiet.control("stats", None, "GET")["inbound"] == 0


def test_wrong_answers_are_refused(quiet: "Simulator") -> None:
    quiet.send(PHONE, "text")
    assert quiet.http.post("/answer", data={"phone": "+70000000000", "text": "да"}).status_code == 404
    assert quiet.http.post("/answer", data={"phone": PHONE, "to": "+7", "text": "да"}).status_code == 404
    assert quiet.http.post("/answer", data={"phone": PHONE, "text": "я" * 20_000}).status_code == 413
    empty = quiet.http.post("/answer", data={"phone": PHONE, "to": quiet.number, "text": "  "})
    assert empty.status_code == 303
    assert quiet.control("stats", None, "GET")["inbound"] == 0
    unknown = {"phone": PHONE, "to": "+70000000000", "text": "да"}
    assert quiet.http.post("/control/say", json=unknown).status_code == 404
    assert quiet.http.get("/control/phones/+70000000000").status_code == 404
    bad_zone = {"people": [{"phone": PHONE, "zone": "Mars/Olympus"}]}
    assert quiet.http.post("/control/people", json=bad_zone).status_code == 422


def test_the_refresh_fetches_only_what_changed(quiet: "Simulator") -> None:
    sid = quiet.send(PHONE, "первый")
    quiet.wait_for(lambda: quiet.world.courier.counts["status_acknowledged"] == 3 and sid)
    for path in ("/fragment/phones", f"/fragment/conversation?phone=%2B{PHONE[1:]}"):
        first = quiet.http.get(path)
        assert "первый" in first.text
        assert "<html" not in first.text
        assert quiet.http.get(path, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    quiet.control("say", {"phone": PHONE, "to": quiet.number, "text": "второй"})
    again = quiet.http.get("/fragment/phones", headers={"If-None-Match": first.headers["etag"]})
    assert "второй" in again.text
    assert quiet.http.get("/fragment/conversation?phone=nobody").status_code == 404


def test_health_and_statistics(quiet: "Simulator") -> None:
    assert quiet.http.get("/healthz").json() == {"status": "ok"}
    quiet.send(PHONE, "text")
    stats = quiet.wait_for(lambda: (s := quiet.control("stats", None, "GET"))["by_status"] == {"delivered": 1} and s)
    assert (stats["accepted"], stats["inbound"], stats["phones"]) == (1, 0, 1)


def test_the_process_starts_by_itself_and_stops_when_told(tmp_path: Path) -> None:
    config = tmp_path / "simulator.json"
    config.write_text('{"people": {"silent": 0.5}}', encoding="utf-8")
    command = [sys.executable, "-m", "dispatch.simulator", "--port", "0", "--seed", "3", "--config", str(config)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        url = next(line.split("http://")[1].split()[0] for line in process.stderr if "running on" in line)
        assert httpx.get(f"http://{url}/healthz", trust_env=False).status_code == 200
        os.kill(process.pid, signal.SIGTERM)
        process.stderr.read()
        assert process.wait(10) in {0, -signal.SIGTERM}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--help"], "Open the root page"),
        (["--zone", "Mars/Olympus"], "no IANA time zone"),
        (["--time-scale", "-1"], "time_scale"),
        (["--config", "/nonexistent.json"], "No such file"),
    ],
)
def test_the_command_line_explains_itself(arguments: list[str], said: str) -> None:
    command = [sys.executable, "-m", "dispatch.simulator", *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert said in ran.stdout + ran.stderr
    assert ran.returncode == (0 if "--help" in arguments else 2)
