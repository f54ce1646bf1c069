"""One request to an address service and its answer, bounded in time and size whatever the service does."""

import asyncio
import json
from collections.abc import Mapping
from typing import Final

import httpx

from dispatch.geocoding.base import GeocoderFailed

TIMEOUT_S: Final = 2.0
"""For the whole exchange, from the name of the host to the last byte: somebody is on the phone."""
LARGEST_ANSWER: Final = 256 * 1024
"""Seven addresses with everything a service knows about them are some 30 kB."""
_REFUSALS: Final = frozenset({401, 402, 403, 429})
_OK: Final = 200


class Exchange:
    """Connections to one service.

    Args:
        user_agent: who asks; services look at it.
        timeout_s: for the whole exchange.
    """

    def __init__(self, user_agent: str, *, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        # No compression: a small answer needs none, and a large one could hide in it.
        headers = {"User-Agent": user_agent, "Accept": "application/json", "Accept-Encoding": "identity"}
        limits = httpx.Limits(max_connections=8, max_keepalive_connections=4)
        self._client = httpx.AsyncClient(headers=headers, timeout=timeout_s, limits=limits, trust_env=False)

    async def get(self, url: str, query: Mapping[str, str]) -> object:
        """Ask by address and return the JSON that came.

        Raises:
            GeocoderFailed: none came in time, or something else.
        """
        return await self._ask(self._client.build_request("GET", url, params=dict(query)))

    async def post(self, url: str, body: object, headers: Mapping[str, str]) -> object:
        """Post JSON and return the JSON that came.

        Raises:
            GeocoderFailed: none came in time, or something else.
        """
        return await self._ask(self._client.build_request("POST", url, json=body, headers=dict(headers)))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _ask(self, request: httpx.Request) -> object:
        try:
            async with asyncio.timeout(self._timeout_s):
                response = await self._client.send(request, stream=True)
                try:
                    content = await _content(response)
                finally:
                    await response.aclose()
        except TimeoutError:
            raise GeocoderFailed("slow") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            # Not chained: the error holds the request, and that the key.
            raise GeocoderFailed(type(error).__name__) from None
        try:
            answer: object = json.loads(content)
        except (ValueError, RecursionError):
            raise GeocoderFailed("unreadable") from None
        return answer


async def _content(response: httpx.Response) -> bytes:
    if response.status_code != _OK:
        raise GeocoderFailed(f"http_{response.status_code}", refused=response.status_code in _REFUSALS)
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise GeocoderFailed("packed")
    content = bytearray()
    async for piece in response.aiter_raw():
        content += piece
        if len(content) > LARGEST_ANSWER:
            raise GeocoderFailed("too_large")
    return bytes(content)
