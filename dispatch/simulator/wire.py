"""The least of HTTP that callbacks need: post a form over a kept connection, learn the status.

An httpx request costs one to two milliseconds of processor time, however the pool is cut; with three callbacks for
every text that made the carrier slower than the platform it is there to test. Measured side by side this posts six
times as many a second. It does nothing else: no redirects, no cookies, no proxies, and a body nobody reads.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Mapping
from urllib.parse import SplitResult, quote, urlsplit

_LONGEST_HEAD = 64 * 1024
_PORTS = {"http": 80, "https": 443}


class NoAnswer(Exception):
    """The other side could not be reached, hung up or did not speak HTTP."""


def wire_url(url: str) -> str:
    """Return the URL as it goes over the wire and into a signature: only what no URL may hold is percent-encoded."""
    return quote(url.partition("#")[0], safe="!$%&'()*+,/:;=?@[]~")


class Connection:
    """One connection, opened when it is needed and kept as long as the other side and its address allow."""

    def __init__(self) -> None:
        self._place: tuple[str, str] | None = None
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, url: str, fields: bytes, headers: Mapping[str, str], *, within_s: float) -> int:
        """Post a form to a wire URL and return the status of the answer.

        Raises:
            NoAnswer: nothing that can be called an answer came within the time.
        """
        try:
            async with asyncio.timeout(within_s):
                return await self._post(urlsplit(url), fields, headers)
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as nothing:
            await self.close()
            raise NoAnswer from nothing
        except asyncio.CancelledError:
            await self.close()
            raise

    async def close(self) -> None:
        """Hang up."""
        streams, self._streams = self._streams, None
        if streams is not None:
            streams[1].close()
            with contextlib.suppress(OSError):
                await streams[1].wait_closed()

    async def _post(self, url: SplitResult, fields: bytes, headers: Mapping[str, str]) -> int:
        reader, writer = await self._connected(url)
        target = (url.path or "/") + (f"?{url.query}" if url.query else "")
        lines = [
            f"POST {target} HTTP/1.1",
            f"Host: {url.netloc}",
            f"Content-Length: {len(fields)}",
            "Content-Type: application/x-www-form-urlencoded; charset=UTF-8",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        writer.write("\r\n".join([*lines, "\r\n"]).encode("ascii") + fields)
        first, *rest = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        answered = {name.strip().casefold(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
        length = answered.get("content-length")
        if length is None or answered.get("connection", "").casefold() == "close":
            await self.close()
        else:
            await reader.readexactly(int(length))
        protocol, _, status = first.partition(" ")
        if not protocol.startswith("HTTP/1."):
            raise ValueError("not an HTTP/1 answer")
        return int(status[:3])

    async def _connected(self, url: SplitResult) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        place = (url.scheme, url.netloc)
        if self._streams is not None and (self._place != place or self._streams[0].at_eof()):
            await self.close()
        if self._streams is None:
            tls = ssl.create_default_context() if url.scheme == "https" else None
            port = url.port or _PORTS[url.scheme]
            self._streams = await asyncio.open_connection(url.hostname, port, ssl=tls, limit=_LONGEST_HEAD)
            self._place = place
        return self._streams
