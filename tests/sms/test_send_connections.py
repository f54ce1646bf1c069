"""The transport under the gateway's client: one connection per exchange, and certainty about what left us."""

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from dispatch.sms.gateways.connections import PinnedTransport

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(serve: Serve, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(guarded, "127.0.0.1", 0, ssl=tls)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@asynccontextmanager
async def client(
    *, connections: int = 2, idle_s: float = 4.0, timeout_s: float = 0.5
) -> AsyncIterator[httpx.AsyncClient]:
    transport = PinnedTransport(connections=connections, idle_s=idle_s)
    async with httpx.AsyncClient(transport=transport, timeout=timeout_s) as opened:
        yield opened


async def request_of(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), b":0")
    return head + await reader.readexactly(int(length.partition(b":")[2]))


def answering(*answers: bytes, seen: list[bytes] | None = None, connections: list[int] | None = None) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if connections is not None:
            connections.append(1)
        for answer in answers:
            request = await request_of(reader)
            if seen is not None:
                seen.append(request)
            writer.write(answer)
            await writer.drain()

    return serve


OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


async def test_exchanges_one_after_another_share_a_connection() -> None:
    opened: list[int] = []
    seen: list[bytes] = []
    async with serving(answering(OK, OK, OK, seen=seen, connections=opened)) as url, client() as http:
        for n in range(3):
            answer = await http.post(f"{url}/path?x=1", content=f"n={n}".encode())
            assert (answer.status_code, answer.text) == (200, "ok")
    assert len(opened) == 1
    assert seen[2].startswith(b"POST /path?x=1 HTTP/1.1\r\n")
    assert seen[2].endswith(b"\r\n\r\nn=2")


async def test_a_connection_idle_for_long_is_not_used_again() -> None:
    opened: list[int] = []
    async with serving(answering(OK, OK, connections=opened)) as url, client(idle_s=0) as http:
        for _ in range(2):
            await http.get(url)
    assert len(opened) == 2


async def test_a_connection_the_gateway_closed_while_idle_costs_nothing() -> None:
    opened: list[int] = []
    async with serving(answering(OK, connections=opened)) as url, client() as http:
        for _ in range(3):
            assert (await http.get(url)).text == "ok"
            await asyncio.sleep(0.05)
    assert len(opened) == 3


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + OK,
        b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(gzip.compress(b"ok", mtime=0))
        + gzip.compress(b"ok", mtime=0),
    ],
)
async def test_every_shape_of_answer_is_read(answer: bytes) -> None:
    async with serving(answering(answer)) as url, client() as http:
        assert (await http.get(url)).text == "ok"


@pytest.mark.parametrize(
    "answer", [b"", b"SMTP ready\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok", b"HTTP/1.1 200 OK\r\n"]
)
async def test_an_answer_cut_short_or_in_another_tongue_is_no_answer(answer: bytes) -> None:
    async with serving(answering(answer)) as url, client() as http:
        with pytest.raises(httpx.RemoteProtocolError):
            await http.get(url)


async def test_an_endless_answer_is_refused() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n")
        while True:
            writer.write(b"x" * 1_000_000)
            await writer.drain()

    async with serving(serve) as url, client(timeout_s=20) as http:
        with pytest.raises(httpx.RemoteProtocolError, match="larger"):
            await http.get(url)


async def test_silence_ends_in_a_read_timeout_and_the_connection_is_dropped() -> None:
    async def serve(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        await asyncio.sleep(5)

    async with serving(serve) as url, client(timeout_s=0.1) as http:
        with pytest.raises(httpx.ReadTimeout):
            await http.get(url)


async def test_more_requests_than_connections_wait_or_give_up() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await request_of(reader)
            await asyncio.sleep(0.1)
            writer.write(OK)

    async with serving(serve) as url, client(connections=2, timeout_s=1) as http:
        answers = await asyncio.gather(*(http.get(url) for _ in range(6)))
        assert [answer.status_code for answer in answers] == [200] * 6
    async with serving(serve) as url, client(connections=1, timeout_s=0.15) as http:
        outcomes = await asyncio.gather(*(http.get(url) for _ in range(4)), return_exceptions=True)
    assert isinstance(outcomes[0], httpx.Response)
    assert any(isinstance(outcome, httpx.PoolTimeout) for outcome in outcomes)


async def test_nobody_at_the_address_is_a_connect_error() -> None:
    async with client() as http:
        with pytest.raises(httpx.ConnectError):
            await http.get("http://127.0.0.1:1/")


async def test_an_address_that_does_not_answer_the_call_is_a_connect_timeout() -> None:
    async def mute(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with serving(mute) as url, client(timeout_s=0.2) as http:
        # the handshake of TLS is part of the call, and this listener never says a word
        with pytest.raises(httpx.ConnectTimeout):
            await http.get(url.replace("http:", "https:"))


async def test_a_stranger_s_certificate_is_refused() -> None:
    async with serving(answering(OK), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)) as url, client() as http:
        with pytest.raises(httpx.ConnectError):
            await http.get(url.replace("http:", "https:"))


async def test_a_cancelled_exchange_leaves_no_half_read_connection_behind() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            request = await request_of(reader)
            await asyncio.sleep(0.2 if b"slow" in request else 0)
            body = b"slow" if b"slow" in request else b"fast"
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n" + body)

    async with serving(serve) as url, client(connections=1) as http:
        slow = asyncio.create_task(http.get(f"{url}/slow"))
        await asyncio.sleep(0.05)
        slow.cancel()
        assert (await http.get(f"{url}/fast")).text == "fast"
