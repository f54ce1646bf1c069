"""The proxy does to connections what it is told, at once, in the direction it is told, and counts it."""

import asyncio
import errno
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from dispatch.faults.proxy import CALM, FaultProxy, Rules, Way

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def proxied(rules: Rules = CALM, *, banner: bytes = b"") -> AsyncIterator[FaultProxy]:
    """A server that greets with a banner and echoes, and ends when its caller does; before it the proxy."""
    writers: list[asyncio.StreamWriter] = []

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        try:
            writer.write(banner)
            while data := await reader.read(1000):
                writer.write(data)
            writer.write(b"bye")
        except ConnectionError:
            pass
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with FaultProxy("127.0.0.1", server.sockets[0].getsockname()[1]) as proxy:
        await proxy.set(rules)
        yield proxy
    server.close()
    for writer in writers:
        writer.close()


async def call(proxy: FaultProxy) -> Streams:
    return await asyncio.open_connection("127.0.0.1", proxy.port)


async def ask(streams: Streams, data: bytes = b"hello") -> bytes:
    streams[1].write(data)
    return await asyncio.wait_for(streams[0].readexactly(len(data)), 2)


async def test_calm_it_passes_bytes_and_ends() -> None:
    async with proxied() as proxy:
        streams = await call(proxy)
        assert await ask(streams, b"x" * 200_000) == b"x" * 200_000
        streams[1].write_eof()
        assert await streams[0].read() == b"bye"
        assert proxy.counts == {"connections": 1}
        streams[1].close()


@pytest.mark.parametrize("direction", ["up", "down"])
async def test_latency_of_one_direction(direction: str) -> None:
    async with proxied() as proxy:
        streams = await call(proxy)
        await ask(streams)
        await proxy.set(Rules(**{direction: Way(latency_s=0.1, jitter_s=0.05)}))
        began = time.monotonic()
        await ask(streams)
        assert 0.1 <= time.monotonic() - began < 0.6
        assert proxy.counts == {"connections": 1, f"{direction}_delayed": 1}
        streams[1].close()


@pytest.mark.parametrize("direction", ["up", "down"])
async def test_a_reset_is_a_reset_and_not_an_end(direction: str) -> None:
    async with proxied(Rules(**{direction: Way(reset=1.0)})) as proxy:
        streams = await call(proxy)
        with pytest.raises(ConnectionResetError):
            await ask(streams)
        assert proxy.counts == {"connections": 1, f"{direction}_reset": 1}
        streams[1].close()


async def test_everything_open_can_be_reset_at_once() -> None:
    async with proxied() as proxy:
        calls = [await call(proxy) for _ in range(3)]
        for streams in calls:
            await ask(streams)
        assert proxy.reset_all() == 3
        for reader, writer in calls:
            with pytest.raises(ConnectionResetError):
                await asyncio.wait_for(reader.read(), 2)
            writer.close()


async def test_half_closed_upwards_the_answer_still_comes() -> None:
    async with proxied(Rules(up=Way(half_close=1.0))) as proxy:
        streams = await call(proxy)
        assert await ask(streams) == b"hello"
        assert await asyncio.wait_for(streams[0].read(), 2) == b"bye"
        assert proxy.counts["up_half_closed"] == 1
        streams[1].close()


async def test_what_a_blackhole_took_never_comes_and_nothing_comes_after_it() -> None:
    async with proxied(Rules(up=Way(blackhole=True)), banner=b"220 ready\n") as proxy:
        streams = await call(proxy)
        assert await asyncio.wait_for(streams[0].readline(), 2) == b"220 ready\n"
        streams[1].write(b"lost")
        await asyncio.sleep(0.05)
        await proxy.set(CALM)
        streams[1].write(b"late")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(streams[0].read(1), 0.2)
        assert proxy.counts["up_dropped"] == 2
        other = await call(proxy)
        assert await asyncio.wait_for(other[0].readline(), 2) == b"220 ready\n"
        for _, writer in (streams, other):
            writer.close()


async def test_bandwidth() -> None:
    async with proxied(Rules(down=Way(bytes_per_s=20_000))) as proxy:
        streams = await call(proxy)
        began = time.monotonic()
        await ask(streams, b"x" * 4_000)
        assert time.monotonic() - began >= 0.2
        assert proxy.counts["down_slowed"] >= 4
        streams[1].close()


async def test_refusing_means_that_nobody_listens_and_the_port_comes_back() -> None:
    async with proxied() as proxy:
        streams, port = await call(proxy), proxy.port
        await proxy.set(Rules(refuse=True))
        with pytest.raises(ConnectionRefusedError) as refused:
            await call(proxy)
        assert refused.value.errno == errno.ECONNREFUSED
        assert await ask(streams) == b"hello"
        await proxy.set(CALM)
        again = await call(proxy)
        assert await ask(again) == b"hello"
        assert (proxy.port, proxy.counts["refused_for_a_while"]) == (port, 1)
        for _, writer in (streams, again):
            writer.close()
