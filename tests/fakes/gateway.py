"""A gateway on a real socket that does what a test tells it: Twilio's send and list, and every way to fail."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import parse_qs, urlsplit

from dispatch.sms.gateways.base import Account, InboundText, Listed, Outcome, Parcel

_sids = itertools.count(1)


@dataclass
class Taken:
    """A text the gateway accepted."""

    sid: str
    to: str
    sender: str
    body: str
    reference: str
    at: datetime
    status: str = "queued"


@dataclass
class Behaviour:
    """What happens to one send request: a status and an error code, or no answer at all."""

    status: int = 201
    code: int | None = None
    keeps: bool = True
    answers: bool = True
    delay_s: float = 0.0
    body: bytes | None = None


OK = Behaviour()


@dataclass
class FakeGateway:
    """Records what it took; `behave` decides per number and attempt."""

    port: int = 0
    behave: Callable[[str, int], Behaviour] = lambda _to, _attempt: OK
    taken: list[Taken] = field(default_factory=list)
    inbound: list[dict[str, str]] = field(default_factory=list)
    requests: list[tuple[float, str]] = field(default_factory=list)
    list_status: int = 200
    page_size: int = 1000
    at_once: int = 0
    most_at_once: int = 0
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def bodies(self) -> list[str]:
        return [text.body for text in self.taken]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                first, *lines = head.split("\r\n")
                method, target, _ = first.split(" ")
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                answer = await (self._send(body) if method == "POST" else self._list(target))
                if answer is None:
                    break
                status, content = answer
                writer.write(
                    f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n"
                    f"content-length: {len(content)}\r\n\r\n".encode()
                    + content
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _send(self, body: bytes) -> tuple[int, bytes] | None:
        fields = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        to = fields["To"]
        attempt = sum(1 for _, asked in self.requests if asked == to)
        self.requests.append((asyncio.get_running_loop().time(), to))
        behaviour = self.behave(to, attempt)
        self.asked.set()
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        sid = f"SM{next(_sids):032d}"
        if behaviour.keeps and behaviour.status < 400:
            reference = parse_qs(urlsplit(fields["StatusCallback"]).query)["ref"][0]
            self.taken.append(Taken(sid, to, fields["From"], fields["Body"], reference, datetime.now(UTC)))
        try:
            await asyncio.sleep(behaviour.delay_s)
        finally:
            self.at_once -= 1
        if not behaviour.answers:
            return None
        if behaviour.body is not None:
            return behaviour.status, behaviour.body
        content = {"sid": sid} if behaviour.status < 400 else {"code": behaviour.code, "message": "no"}
        return behaviour.status, json.dumps(content).encode()

    async def _list(self, target: str) -> tuple[int, bytes]:
        parts = urlsplit(target)
        query = parse_qs(parts.query)
        page = int(query.get("Page", ["0"])[0])
        items = [self._item(text) for text in reversed(self.taken)] + self.inbound
        if "From" in query:
            items = [item for item in items if item["from"] == query["From"][0]]
        else:
            items = [item for item in items if item["to"] == query["To"][0]]
        shown = items[page * self.page_size : (page + 1) * self.page_size]
        more = len(items) > (page + 1) * self.page_size
        party = "From" if "From" in query else "To"
        number = query[party][0].replace("+", "%2B")
        following = f"{parts.path}?{party}={number}&Page={page + 1}" if more else None
        return self.list_status, json.dumps({"messages": shown, "next_page_uri": following}).encode()

    @staticmethod
    def _item(text: Taken) -> dict[str, object]:
        return {
            "sid": text.sid,
            "to": text.to,
            "from": text.sender,
            "body": text.body,
            "status": text.status,
            "direction": "outbound-api",
            "error_code": None,
            "date_created": format_datetime(text.at),
        }


class Adapter:
    """An adapter without a network: whatever `send` does."""

    lists = False

    def __init__(self, send: Callable[[Parcel], Awaitable[Outcome]]) -> None:
        self._send = send

    async def send(self, _account: Account, parcel: Parcel) -> Outcome:
        return await self._send(parcel)

    async def list_sent(self, _account: Account, _since: datetime) -> list[Listed]:
        return []

    async def poll_inbound(self, _account: Account, _since: datetime) -> list[InboundText]:
        return []

    async def close(self) -> None:
        """Nothing is open."""


@asynccontextmanager
async def fake_gateway() -> AsyncIterator[FakeGateway]:
    """Serve on a free port of the loopback until the block ends."""
    fake = FakeGateway()
    server = await asyncio.start_server(fake.serve, "127.0.0.1", 0)
    fake.port = server.sockets[0].getsockname()[1]
    try:
        yield fake
    finally:
        server.close()
