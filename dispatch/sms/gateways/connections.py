"""An httpx transport for one busy gateway: each exchange has a connection of its own while it lasts.

Why not httpx's own pool: httpcore walks through all its connections at every request and answer, O(connections
squared), so with 200 in flight it sends 64 texts a second over 100 ms. Clients of 8 connections each cure that and cost
1.1 ms of processor time a text, one connection per client 1.0 ms; this transport, which keeps idle connections on a
stack and leaves HTTP to h11, costs 0.37 ms, httpx's requests and responses included (one core, gateway on loopback).

The second reason is exactness: a text must not be sent twice, so it matters whether a byte left us. A connection that
the gateway closed while it was idle is noticed before anything is written, and only then is another one opened.
"""

import asyncio
import ssl
import time
from collections import defaultdict
from typing import Final, NamedTuple

import h11
import httpx

from dispatch.kit.fail_points import fail_point

_CHUNK: Final = 64 * 1024
_LARGEST_ANSWER: Final = 16 * 1024 * 1024
_PORTS: Final = {"http": 80, "https": 443}


class _Origin(NamedTuple):
    scheme: str
    host: str
    port: int


class _Connection:
    """One open connection: writes a request, reads its answer."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.idle_since = time.monotonic()
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(our_role=h11.CLIENT)

    @property
    def fresh(self) -> bool:
        """Whether the other side still seems to be there."""
        return not self._reader.at_eof() and not self._writer.is_closing()

    @property
    def reusable(self) -> bool:
        """Whether both sides are done and want to go on."""
        return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE

    def rest(self) -> None:
        """Get ready for the next exchange."""
        self._http.start_next_cycle()
        self.idle_since = time.monotonic()

    def close(self) -> None:
        """Drop the connection without waiting."""
        self._writer.close()

    async def write(self, request: httpx.Request, body: bytes) -> None:
        """Put the whole request on the wire."""
        head = h11.Request(method=request.method, target=request.url.raw_path, headers=request.headers.raw)
        parts = [self._http.send(head), self._http.send(h11.Data(data=body)) if body else b""]
        parts.append(self._http.send(h11.EndOfMessage()))
        self._writer.write(b"".join(part for part in parts if part))
        await self._writer.drain()

    async def read(self) -> httpx.Response:
        """Return the complete answer."""
        response: h11.Response | None = None
        content = bytearray()
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                self._http.receive_data(await self._reader.read(_CHUNK))
            elif isinstance(event, h11.Response):
                response = event
            elif isinstance(event, h11.Data):
                content += event.data
                if len(content) > _LARGEST_ANSWER:
                    raise httpx.RemoteProtocolError("the answer is larger than any answer of a gateway")
            elif isinstance(event, h11.EndOfMessage) and response is not None:
                headers = [(bytes(name), bytes(value)) for name, value in response.headers]
                return httpx.Response(response.status_code, headers=headers, content=bytes(content))
            elif not isinstance(event, h11.InformationalResponse):
                raise httpx.RemoteProtocolError("the gateway hung up without an answer")


class PinnedTransport(httpx.AsyncBaseTransport):
    """Keeps up to `connections` connections, used last first; a request beyond that waits for a free one.

    Plain HTTP/1.1 without proxies and redirects of its own. Raises httpx's errors: `ConnectError`, `ConnectTimeout` and
    `PoolTimeout` mean that not a byte of the request left; with any other the gateway may have acted.

    Args:
        connections: the most exchanges at once.
        idle_s: a connection unused for longer is not used again; shorter than gateways keep theirs.
    """

    def __init__(self, *, connections: int, idle_s: float = 4.0) -> None:
        self._free = asyncio.Semaphore(connections)
        self._idle: dict[_Origin, list[_Connection]] = defaultdict(list)
        self._idle_s = idle_s
        self._tls: ssl.SSLContext | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Exchange one request for its complete answer; see the class for what is raised."""
        body = await request.aread()
        limits: dict[str, float | None] = request.extensions.get("timeout", {})
        try:
            async with asyncio.timeout(limits.get("pool")):
                await self._free.acquire()
        except TimeoutError as error:
            raise httpx.PoolTimeout("all connections are in use", request=request) from error
        try:
            return await self._exchange(request, body, limits)
        finally:
            self._free.release()

    async def aclose(self) -> None:
        """Close the idle connections."""
        for connections in self._idle.values():
            for connection in connections:
                connection.close()
            connections.clear()

    async def _exchange(self, request: httpx.Request, body: bytes, limits: dict[str, float | None]) -> httpx.Response:
        url = request.url
        origin = _Origin(url.scheme, url.host, url.port or _PORTS[url.scheme])
        connection = self._rested(origin) or await self._open(origin, limits.get("connect"), request)
        try:
            async with asyncio.timeout(limits.get("read")):
                await connection.write(request, body)
                fail_point("sms.handed_over")
                response = await connection.read()
        except TimeoutError as error:
            connection.close()
            raise httpx.ReadTimeout("no answer in time", request=request) from error
        except (OSError, h11.ProtocolError) as error:
            connection.close()
            raise httpx.RemoteProtocolError(str(error), request=request) from error
        except BaseException:
            connection.close()
            raise
        if connection.reusable:
            connection.rest()
            self._idle[origin].append(connection)
        else:
            connection.close()
        return response

    def _rested(self, origin: _Origin) -> _Connection | None:
        idle = self._idle[origin]
        while idle:
            connection = idle.pop()
            if connection.fresh and time.monotonic() - connection.idle_since < self._idle_s:
                return connection
            connection.close()
        return None

    async def _open(self, origin: _Origin, limit_s: float | None, request: httpx.Request) -> _Connection:
        tls = self._tls_context() if origin.scheme == "https" else None
        try:
            async with asyncio.timeout(limit_s):
                reader, writer = await asyncio.open_connection(origin.host, origin.port, ssl=tls, limit=_CHUNK)
        except TimeoutError as error:
            raise httpx.ConnectTimeout("the gateway does not answer the call", request=request) from error
        except OSError as error:
            raise httpx.ConnectError(str(error), request=request) from error
        return _Connection(reader, writer)

    def _tls_context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = httpx.create_ssl_context(trust_env=False)
        return self._tls
