"""A gateway that takes every text after a set delay, as quick as Python can be: the other end of the sms benchmark.

    python -m bench.parts.carrier --port PORT [--latency-ms 100]

POST anything: 201 with an id. GET /arrivals: when each text came, seconds of the machine's monotonic clock. DELETE
/arrivals: forget them.
"""

import argparse
import asyncio
import json
import time
from itertools import count
from typing import Final

_HEAD_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length:"


class Carrier(asyncio.Protocol):
    """One connection; requests come one after the other, or many at once, and are answered in order."""

    def __init__(self, arrivals: list[float], latency_s: float, ids: "count[int]") -> None:
        self._arrivals = arrivals
        self._latency_s = latency_s
        self._ids = ids
        self._read = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete."""
        self._read += data
        while (end := self._read.find(_HEAD_END)) >= 0:
            head = self._read[:end]
            lower = head.lower()
            at = lower.find(_LENGTH)
            length = int(lower[at + len(_LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            whole = end + len(_HEAD_END) + length
            if len(self._read) < whole:
                return
            self._read = self._read[whole:]
            self._answer(head.split(b" ", 2)[0], head.split(b" ", 2)[1])

    def _answer(self, method: bytes, path: bytes) -> None:
        if path == b"/arrivals":
            body = json.dumps(self._arrivals).encode()
            if method == b"DELETE":
                self._arrivals.clear()
            self._write(b"200 OK", body)
        elif self._latency_s:
            self._arrivals.append(time.monotonic())
            asyncio.get_running_loop().call_later(self._latency_s, self._take)
        else:
            self._arrivals.append(time.monotonic())
            self._take()

    def _take(self) -> None:
        self._write(b"201 Created", b'{"sid": "SM%032x"}' % next(self._ids))

    def _write(self, status: bytes, body: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            head = b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            self._transport.write(head % (status, len(body)) + body)


async def serve(port: int, latency_s: float) -> None:
    """Serve on loopback until killed."""
    arrivals: list[float] = []
    ids = count(time.time_ns())
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Carrier(arrivals, latency_s, ids), "127.0.0.1", port, backlog=1000)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--latency-ms", type=float, default=0.0)
    given = parser.parse_args()
    asyncio.run(serve(given.port, given.latency_ms / 1000))
