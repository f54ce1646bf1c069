"""A simulator and a small platform that records callbacks, both served over loopback from threads of their own."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from starlette.types import Receive, Scope, Send
from twilio.rest import Client

from dispatch.simulator.app import create_app
from dispatch.simulator.config import Account, NetworkSettings, SimulatorConfig
from dispatch.simulator.world import World
from tests.factories.served import serving, wait_for

SID = "AC" + "0123456789abcdef" * 2
TOKEN = "a-token"
NUMBER = "+78120000001"


@dataclass
class Received:
    """One callback as it arrived."""

    url: str
    fields: dict[str, str]
    signature: str
    headers: dict[str, str]


@dataclass
class Platform:
    """What one simulator posted; answers with the statuses in `answers`, then 200."""

    url: str
    received: list[Received] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def take(self, callback: Received) -> int:
        """Record a callback; return the status to answer with."""
        self.received.append(callback)
        return self.answers.pop(0) if self.answers else 200

    def inbound(self) -> list[dict[str, str]]:
        """What people texted, in order of arrival."""
        return [found.fields for found in list(self.received) if "MessageStatus" not in found.fields]

    def statuses(self, sid: str) -> list[str]:
        """The statuses reported for one text, in order of arrival."""
        found = [callback.fields for callback in list(self.received)]
        return [
            fields["MessageStatus"] for fields in found if fields["MessageSid"] == sid and "MessageStatus" in fields
        ]


class Receiver:
    """One server for the platforms of all tests; the first part of a path says whose callback it is."""

    def __init__(self) -> None:
        self.url = ""
        self.platforms: dict[str, Platform] = {}

    def platform(self) -> Platform:
        """Return a new platform with a place of its own."""
        place = str(len(self.platforms))
        self.platforms[place] = Platform(f"{self.url}/{place}")
        return self.platforms[place]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            for step in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{step}.complete"})
            return
        body, more = b"", True
        while more:
            event = await receive()
            body += event.get("body", b"")
            more = event.get("more_body", False)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        query = "?" + scope["query_string"].decode() if scope["query_string"] else ""
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
        url = self.url + scope["path"] + query
        callback = Received(url, fields, headers.get("x-twilio-signature", ""), headers)
        status = self.platforms[scope["path"].split("/")[1]].take(callback)
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})


@dataclass
class Simulator:
    """A running simulator."""

    sid = SID
    token = TOKEN
    number = NUMBER
    wait_for = staticmethod(wait_for)

    url: str
    world: World
    platform: Platform
    http: httpx.Client

    def client(self, sid: str = SID, token: str = TOKEN) -> Client:
        """The official helper library, pointed here and otherwise as it comes."""
        client = Client(sid, token)
        client.api.base_url = self.url
        return client

    def send(self, to: str, body: str, number: str = NUMBER, ref: str = "") -> str:
        """Send a text with a status callback; return its sid."""
        callback = f"{self.platform.url}/status" + (f"?ref={ref}" if ref else "")
        form = {"To": to, "From": number, "Body": body, "StatusCallback": callback}
        answer = self.http.post(f"/2010-04-01/Accounts/{SID}/Messages.json", data=form, auth=(SID, TOKEN))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["sid"])

    def offer(self, phone: str, text: str) -> str:
        """Send a text and return the first answer of that phone."""
        self.send(phone, text)
        return str(self.wait_for(lambda: self.said(phone))[0])

    def said(self, phone: str) -> list[str]:
        """What a phone texted us, as it arrived at our webhook."""
        return [fields["Body"] for fields in self.platform.inbound() if fields["From"] == phone]

    def control(self, path: str, json: object, method: str = "POST") -> Any:  # noqa: ANN401 - any JSON
        """Use a control endpoint."""
        answer = self.http.request(method, f"/control/{path}", json=json)
        assert answer.is_success, answer.text
        return answer.json()


def quick_network(**changes: float) -> NetworkSettings:
    """A carrier without delays, duplicates or reordering."""
    plain = {"sent_after_s": 0, "delivered_after_s": (0, 0), "duplicate_rate": 0, "reorder_rate": 0}
    return NetworkSettings.model_validate({**plain, "retry_first_s": 0.02, **changes})


Start = Callable[..., Simulator]


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    """The server that takes callbacks."""
    receiver = Receiver()
    with serving(receiver) as receiver.url:
        yield receiver


@pytest.fixture
def start(receiver: Receiver) -> Iterator[Start]:
    """Start simulators with other settings than the default; each stops with the test."""
    with contextlib.ExitStack() as stack:

        def start_one(**settings: object) -> Simulator:
            platform = receiver.platform()
            account = Account(sid=SID, auth_token=TOKEN, numbers={NUMBER: f"{platform.url}/inbound"})
            config = SimulatorConfig.model_validate({"accounts": (account,), "network": quick_network(), **settings})
            app = create_app(config)
            url = stack.enter_context(serving(app))
            http = stack.enter_context(httpx.Client(base_url=url, trust_env=False))
            return Simulator(url, app.state.world, platform, http)

        yield start_one


@pytest.fixture
def simulator(start: Start) -> Simulator:
    """A simulator whose carrier is quick and whose people answer within a blink."""
    return start(time_scale=0.001)
