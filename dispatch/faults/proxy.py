"""A TCP proxy on loopback that does to connections what networks do; its rules may change at any moment."""

import asyncio
import random
import socket
import struct
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Self

_CHUNK: Final = 64 * 1024
_SLICES_PER_S: Final = 20
_AT_ONCE: Final = struct.pack("ii", 1, 0)
"""SO_LINGER on, for no time: closing sends RST instead of FIN and drops what is unsent."""


@dataclass(frozen=True, slots=True)
class Way:
    """What happens to the bytes of one direction.

    Attributes:
        latency_s, jitter_s: each piece waits so long, and at random up to so much longer; order is kept.
        bytes_per_s: of each connection; None means no limit.
        blackhole: what comes is dropped, for as long as its connection lives: bytes lost cannot be followed by others.
        reset: the chance of each piece that both sides get a reset instead of it.
        half_close: the chance of each piece that it is the last one: this direction then ends, the other goes on.
    """

    latency_s: float = 0.0
    jitter_s: float = 0.0
    bytes_per_s: float | None = None
    blackhole: bool = False
    reset: float = 0.0
    half_close: float = 0.0


@dataclass(frozen=True, slots=True)
class Rules:
    """What happens to connections: on the way up, to the server, and down, to the caller; or none can be opened."""

    up: Way = Way()
    down: Way = Way()
    refuse: bool = False


CALM: Final = Rules()


class FaultProxy:
    """Passes connections on to one address, by the rules in force; use it as an async context manager.

    Attributes:
        port: where callers connect, on 127.0.0.1; the same for as long as the proxy lives.
        counts: what it did: `connections`, `refused_for_a_while`, `unreachable`, and for each direction
            `<up|down>_delayed`, `_dropped`, `_reset`, `_half_closed`, `_slowed`.
    """

    def __init__(self, host: str, port: int, *, seed: int = 1) -> None:
        self.port = 0
        self.counts: Counter[str] = Counter()
        self._rules = CALM
        self._target = (host, port)
        self._random = random.Random(seed)  # noqa: S311 - a test's dice
        self._server: asyncio.Server | None = None
        self._links: set[_Link] = set()

    @property
    def rules(self) -> Rules:
        """The rules in force."""
        return self._rules

    async def set(self, rules: Rules) -> None:
        """Put other rules in force, for connections that are open, too. Refusing leaves open ones alone."""
        self._rules = rules
        if rules.refuse:
            self.counts["refused_for_a_while"] += self._server is not None
            await self._stop_listening()
        elif self._server is None:
            await self._listen()

    def reset_all(self) -> int:
        """Reset every connection now; return how many."""
        for link in (links := list(self._links)):
            link.reset()
        return len(links)

    async def __aenter__(self) -> Self:
        await self._listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stop_listening()
        tasks = [link.task for link in self._links]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop_listening(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()
            await server.wait_closed()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.counts["connections"] += 1
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:
            self.counts["unreachable"] += 1
            reset(writer)
            return
        task = asyncio.current_task()
        assert task is not None, "a connection is served by a task of its own"
        link = _Link(task, writer, far_writer)
        self._links.add(link)
        try:
            async with asyncio.TaskGroup() as ways:
                ways.create_task(self._pump("up", link, reader, far_writer))
                ways.create_task(self._pump("down", link, far_reader, writer))
        except* OSError:
            link.reset()
        except* asyncio.CancelledError:
            link.reset()  # the proxy closes; a server logs a handler that was cancelled as an error
        finally:
            self._links.discard(link)
            writer.close()
            far_writer.close()

    async def _pump(self, name: str, link: "_Link", reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lost = False
        while piece := await reader.read(_CHUNK):
            way: Way = self._rules.up if name == "up" else self._rules.down
            lost = lost or way.blackhole
            if lost:
                self.counts[f"{name}_dropped"] += 1
                continue
            if way.latency_s or way.jitter_s:
                self.counts[f"{name}_delayed"] += 1
                await asyncio.sleep(way.latency_s + way.jitter_s * self._random.random())
            if self._random.random() < way.reset:
                self.counts[f"{name}_reset"] += 1
                link.reset()
                return
            await self._write(name, way, writer, piece)
            if self._random.random() < way.half_close:
                self.counts[f"{name}_half_closed"] += 1
                break
        with suppress(OSError, RuntimeError):  # the far side may be gone already
            writer.write_eof()

    async def _write(self, name: str, way: Way, writer: asyncio.StreamWriter, piece: bytes) -> None:
        size = len(piece) if way.bytes_per_s is None else max(1, int(way.bytes_per_s / _SLICES_PER_S))
        for start in range(0, len(piece), size):
            if way.bytes_per_s is not None:
                self.counts[f"{name}_slowed"] += 1
                await asyncio.sleep(len(piece[start : start + size]) / way.bytes_per_s)
            writer.write(piece[start : start + size])
            await writer.drain()


class _Link:
    """Both ends of a connection."""

    def __init__(self, task: "asyncio.Task[None]", *writers: asyncio.StreamWriter) -> None:
        self.task = task
        self._writers = writers

    def reset(self) -> None:
        """Send both sides a reset."""
        for writer in self._writers:
            reset(writer)


def reset(writer: asyncio.StreamWriter) -> None:
    """Close a connection by a reset: the other side reads an error instead of an end."""
    with suppress(OSError):  # closed already
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    writer.transport.abort()
