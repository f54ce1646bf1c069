"""Texts a second through the whole path, and how soon a broadcast is at the gateway.

    script/bench sms [--full] [--json]

The whole path is the product's own: claim under lease, hand over by HTTP to a gateway in a process of its own, write
the result. The floors are measured in the same run on the same machine: claim and result without any gateway; the same
requests by httpx with one pool; and by the least that Python can do, a socket per text in flight. Targets: 900 a second
at no delay and 800 at 100 ms with 200 in flight, for one worker process; two processes at least 1.7 times one at 100 ms
with 50 in flight each; a broadcast of 150 at the gateway within one second of its commit.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

import asyncpg
import httpx

from dispatch.kit.db import open_engine
from dispatch.kit.ids import new_id
from dispatch.kit.jobs import WakeUps
from dispatch.kit.uow import Database
from dispatch.local.migrate import migrate
from dispatch.local.places import free_port
from dispatch.local.throwaway import TestCluster
from dispatch.settings import Settings, SmsSettings
from dispatch.sms.gateways.base import Account, Gateway, Parcel, Sent
from dispatch.sms.gateways.console import ConsoleGateway
from dispatch.sms.send import Broadcaster
from dispatch.sms.service import MessageClass, OutgoingText, queue_messages

TARGET_PER_S: Final = 900.0
TARGET_DELAYED_PER_S: Final = 800.0
TARGET_TWO: Final = 1.7
TARGET_BROADCAST_S: Final = 1.0
DELAY_MS: Final = 100
IN_FLIGHT: Final = 200
_BODY: Final = "Звено, грузчики: завтра 09:00, склад на Новой 12, 8 ч, 3000 р. 1=да 2=нет 47"
_QUEUE: Final = """
INSERT INTO messages (id, franchise_id, account_id, phone_id, template, class, body, segments, dedupe_key, priority,
                      not_before, send_at)
SELECT gen_random_uuid(), $1, $2, p.id, 'reconfirm_day', 'S', $3, 2, gen_random_uuid()::text, 2, now(), now()
FROM (SELECT id FROM phones ORDER BY id LIMIT $4) p
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """Texts a second, and seconds from the commit of a broadcast to its last text at the gateway."""

    per_s: Mapping[str, float]
    broadcasts: Mapping[int, list[float]]
    twice: float


class Nowhere(ConsoleGateway):
    """A gateway that takes everything at once and prints nothing: what is left is ours."""

    def __init__(self) -> None:
        super().__init__("", allowed=True)

    async def send(self, _account: Account, parcel: Parcel) -> Sent:
        """Take it."""
        return Sent(f"SM{parcel.reference.hex}")


class Field:
    """A migrated database with one account and many phones, and ways to queue and to wait."""

    def __init__(self, servers: TestCluster, connection: asyncpg.Connection, account: Account, franchise: UUID) -> None:
        self.servers, self.connection, self.account, self.franchise = servers, connection, account, franchise

    async def queue(self, texts: int) -> None:
        """Queue so many texts that are due now."""
        await self.connection.execute(_QUEUE, self.franchise, self.account.id, _BODY, texts)

    async def until_sent(self) -> None:
        """Wait until no text is queued or in hand."""
        pending = """SELECT EXISTS (SELECT FROM messages WHERE status = 'queued')
                         OR EXISTS (SELECT FROM messages WHERE status = 'sending')"""
        while await self.connection.fetchval(pending):  # noqa: ASYNC110 - other processes move it
            await asyncio.sleep(0.005)

    async def clear(self) -> None:
        """Forget all texts."""
        await self.connection.execute("TRUNCATE messages CASCADE")
        await self.connection.execute("UPDATE sms_account_progress SET next_send_at = 'epoch'")
        await self.connection.execute("VACUUM ANALYZE messages")


@asynccontextmanager
async def set_up(servers: TestCluster, phones: int) -> AsyncIterator[Field]:
    """Make the database."""
    servers.create_database("bench")
    migrate(servers.settings("bench"))
    connection = await asyncpg.connect(
        servers.postgres.superuser_dsn("bench"), server_settings={"app.actor": "system:bench"}
    )
    franchise, account = new_id(), Account(new_id(), "twilio", "AC" + "0" * 32, "secret", "+78120000001")
    await connection.execute(
        """INSERT INTO franchises (id, slug, name, city, zone, currency, location)
           VALUES ($1, 'bench', 'Bench', 'Bench', 'Europe/Moscow', 'RUB', ST_MakePoint(30, 60)::geography)""",
        franchise,
    )
    await connection.execute(
        """INSERT INTO sms_accounts (id, franchise_id, gateway, sid, secret, number, rate_per_s, segment_price_minor,
                                     hourly_cap_minor, daily_cap_minor)
           VALUES ($1, $2, $3, $4, $5, $6, 10000, 300, 1000000000, 1000000000)""",
        account.id,
        franchise,
        account.gateway,
        account.sid,
        account.secret,
        account.number,
    )
    await connection.execute(
        """INSERT INTO phones (id, e164, zone)
           SELECT gen_random_uuid(), '+7921' || lpad(n::text, 7, '0'), 'Europe/Moscow'
           FROM generate_series(1, $1::int) n""",
        phones,
    )
    try:
        yield Field(servers, connection, account, franchise)
    finally:
        await connection.close()


@contextmanager
def process(module: str, *arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[None]:
    """Run a Python module beside us and end it afterwards."""
    child = subprocess.Popen(  # noqa: S603 - modules of our own
        [sys.executable, "-m", module, *arguments],
        env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=None,
    )
    try:
        yield
    finally:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


class Post:
    """The other end: a carrier in a process of its own."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._client = httpx.AsyncClient(base_url=self.url, timeout=30, trust_env=False)

    async def until_up(self) -> None:
        """Wait until it answers."""
        while True:
            try:
                await self._client.delete("/arrivals")
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                return

    async def arrivals(self, wanted: int) -> list[float]:
        """Return when each text came, once so many have."""
        while True:
            came: list[float] = (await self._client.get("/arrivals")).json()
            if len(came) >= wanted:
                return came
            await asyncio.sleep(0.02)

    async def forget(self) -> None:
        """Begin anew."""
        await self._client.delete("/arrivals")


@asynccontextmanager
async def carrier(latency_ms: int) -> AsyncIterator[Post]:
    """Start a carrier that answers after so long."""
    port = free_port()
    with process("bench.parts.carrier", "--port", str(port), "--latency-ms", str(latency_ms)):
        post = Post(port)
        await asyncio.wait_for(post.until_up(), 30)
        yield post


async def claim_and_mark(field: Field, settings: Settings, texts: int) -> float:
    """The first floor: all of our own work, without a gateway."""
    await field.queue(texts)
    place = settings.database
    async with Database(open_engine(place.url(place.worker), size=8, name="bench")) as database:
        nowhere: Mapping[str, Gateway] = {"twilio": Nowhere()}
        broadcaster = Broadcaster(database, nowhere, SmsSettings(in_flight=IN_FLIGHT))
        started = time.perf_counter()
        await broadcaster()
        return texts / (time.perf_counter() - started)


async def with_httpx(post: Post, account: Account, texts: int) -> float:
    """The second floor: the same requests by httpx as it comes, one pool."""
    path = f"/2010-04-01/Accounts/{account.sid}/Messages.json"
    limits = httpx.Limits(max_connections=IN_FLIGHT, max_keepalive_connections=IN_FLIGHT)
    async with httpx.AsyncClient(base_url=post.url, limits=limits, timeout=60, trust_env=False) as client:

        async def send(_: int) -> None:
            fields = {"To": "+79210000000", "From": account.number, "Body": _BODY}
            (await client.post(path, data=fields, auth=(account.sid, account.secret))).raise_for_status()

        return await _together(send, texts)


async def with_sockets(post: Post, texts: int) -> float:
    """The third floor: a socket per text in flight, the request written as bytes, the answer read and thrown away."""
    body = urlencode({"To": "+79210000000", "From": "+78120000001", "Body": _BODY}).encode()
    request = b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    port = httpx.URL(post.url).port
    idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(IN_FLIGHT)]

    async def send(_: int) -> None:
        reader, writer = idle.pop()
        writer.write(request)
        await reader.readuntil(b"}")
        idle.append((reader, writer))

    rate = await _together(send, texts)
    for _, writer in idle:
        writer.close()
    return rate


async def _together(send: Callable[[int], Awaitable[None]], texts: int) -> float:
    numbers = iter(range(texts))

    async def hand() -> None:
        for number in numbers:
            await send(number)

    started = time.perf_counter()
    await asyncio.gather(*(hand() for _ in range(IN_FLIGHT)))
    return texts / (time.perf_counter() - started)


async def whole_path(field: Field, post: Post, texts: int, *, senders: int, in_flight: int) -> float:
    """Texts a second from the commit of the queue to the commit of the last result, by processes of their own."""
    environment = field.servers.environment("bench") | {
        "DISPATCH_SMS__TWILIO_URL": post.url,
        "DISPATCH_SMS__IN_FLIGHT": str(in_flight),
    }
    await field.clear()
    with ExitStack() as running:
        for _ in range(senders):
            running.enter_context(process("bench.parts.sender", environment=environment))
        await field.queue(senders * in_flight)  # warm: connections, plans, caches
        await field.until_sent()
        await asyncio.sleep(0.5)
        started = time.perf_counter()
        await field.queue(texts)
        await field.until_sent()
        return texts / (time.perf_counter() - started)


async def broadcasts(field: Field, post: Post, people: int, times: int) -> list[float]:
    """Seconds from the commit of a broadcast to its last text at the gateway, through the real worker process."""
    environment = field.servers.environment("bench") | {
        "DISPATCH_SMS__TWILIO_URL": post.url,
        "DISPATCH_LOG_LEVEL": "WARNING",
    }
    settings = field.servers.settings("bench")
    place = settings.database
    phones = [row["id"] for row in await field.connection.fetch("SELECT id FROM phones ORDER BY id LIMIT $1", people)]
    hints = WakeUps(settings.redis_url)
    took = []
    engine = open_engine(place.url(place.app), size=2, name="bench")
    with process("dispatch.cli", "work", environment=environment):
        async with Database(engine, after_commit=hints) as database:
            for nth in range(times + 1):
                await post.forget()
                async with database.begin(field.franchise, "system:bench") as uow:
                    await queue_messages(uow, [_text(phone_id, field.account.id) for phone_id in phones])
                committed = time.monotonic()
                came = await asyncio.wait_for(post.arrivals(people), 60)
                if nth:  # the first waits for the worker to start
                    took.append(max(came) - committed)
                await asyncio.sleep(0.3)
    await hints.close()
    return took


def _text(phone_id: UUID, account_id: UUID) -> OutgoingText:
    return OutgoingText(
        phone_id=phone_id,
        worker_id=None,
        class_=MessageClass.SEAT,
        template="reconfirm_day",
        body=_BODY,
        dedupe_key=str(new_id()),
        account_id=account_id,
    )


async def run(texts: int, times: int) -> Figures:
    """Measure everything on one cluster of its own."""
    per_s: dict[str, float] = {}
    with TestCluster() as servers:
        async with set_up(servers, max(texts, 1000)) as field:
            settings = servers.settings("bench")
            per_s["claim + result, no gateway"] = await claim_and_mark(field, settings, texts)
            for latency_ms in (0, DELAY_MS):
                async with carrier(latency_ms) as post:
                    few = texts if latency_ms == 0 else max(texts, 20 * IN_FLIGHT)
                    per_s[f"sockets, {latency_ms} ms"] = await with_sockets(post, few)
                    per_s[f"httpx, one pool, {latency_ms} ms"] = await with_httpx(post, field.account, 4 * IN_FLIGHT)
                    per_s[f"whole path, {latency_ms} ms"] = await whole_path(
                        field, post, texts, senders=1, in_flight=IN_FLIGHT
                    )
            async with carrier(DELAY_MS) as post:
                for senders in (1, 2):
                    per_s[f"{senders} x 50 in flight, {DELAY_MS} ms"] = await whole_path(
                        field, post, texts, senders=senders, in_flight=50
                    )
            await field.clear()
            async with carrier(0) as post:
                took = {people: await broadcasts(field, post, people, times) for people in (15, 150)}
    twice = per_s[f"2 x 50 in flight, {DELAY_MS} ms"] / per_s[f"1 x 50 in flight, {DELAY_MS} ms"]
    return Figures(per_s, took, twice)


def verdicts(figures: Figures) -> Sequence[tuple[str, bool]]:
    """Return each target and whether it is met."""
    slowest = max(figures.broadcasts[150])
    return [
        (f"whole path at 0 ms >= {TARGET_PER_S:.0f}/s", figures.per_s["whole path, 0 ms"] >= TARGET_PER_S),
        (
            f"whole path at {DELAY_MS} ms >= {TARGET_DELAYED_PER_S:.0f}/s",
            figures.per_s[f"whole path, {DELAY_MS} ms"] >= TARGET_DELAYED_PER_S,
        ),
        (f"two processes >= {TARGET_TWO} x one", figures.twice >= TARGET_TWO),
        (f"150 at the gateway within {TARGET_BROADCAST_S:g} s of the commit", slowest <= TARGET_BROADCAST_S),
    ]


def show(figures: Figures) -> None:
    """Print what a person reads."""
    print(f"{'texts a second, one process':<34}{'':>4}{'per text':>12}")
    for name, rate in figures.per_s.items():
        print(f"{name:<34}{rate:>8.0f}/s{1000 / rate:>9.2f} ms")
    print(f"two processes at {DELAY_MS} ms, 50 in flight each: {figures.twice:.2f} x one")
    for people, took in figures.broadcasts.items():
        ordered = sorted(took)
        print(
            f"broadcast of {people}: commit to last text at the gateway, median "
            f"{statistics.median(ordered) * 1000:.0f} ms, slowest of {len(ordered)} {ordered[-1] * 1000:.0f} ms"
        )
    for target, met in verdicts(figures):
        print(f"{'met   ' if met else 'missed'}  {target}")


def main() -> int:
    """Run from the command line; the status is 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="script/bench sms", description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="five times as many texts and broadcasts")
    parser.add_argument("--json", action="store_true", help="figures as JSON on the last line")
    given = parser.parse_args()
    times = 5 if given.full else 1
    figures = asyncio.run(run(4000 * times, 10 * times))
    show(figures)
    if given.json:
        print(
            json.dumps(
                {
                    "bench": "sms",
                    "per_s": {name: round(rate, 1) for name, rate in figures.per_s.items()},
                    "two_over_one": round(figures.twice, 2),
                    "broadcast_ms": {
                        str(people): [round(s * 1000) for s in took] for people, took in figures.broadcasts.items()
                    },
                    "ok": all(met for _, met in verdicts(figures)),
                }
            )
        )
    return 0 if all(met for _, met in verdicts(figures)) else 1


if __name__ == "__main__":
    sys.exit(main())
