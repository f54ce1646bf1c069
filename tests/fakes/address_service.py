"""An address service on this machine: a real server that answers as DaData, Yandex and Nominatim document it."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

SUGGESTED = {
    "suggestions": [
        {
            "value": "г Санкт-Петербург, Невский пр-кт, д 1",
            "unrestricted_value": "191186, г Санкт-Петербург, Невский пр-кт, д 1",
            "data": {"postal_code": "191186", "geo_lat": "59.936606", "geo_lon": "30.310957", "qc_geo": "0"},
        },
        {
            "value": "г Санкт-Петербург, Невский пр-кт",
            "unrestricted_value": "г Санкт-Петербург, Невский пр-кт",
            "data": {"postal_code": None, "geo_lat": "59.931", "geo_lon": "30.36", "qc_geo": "2"},
        },
        {"value": "г Уфа, ул Невского", "data": {"geo_lat": None, "geo_lon": None, "qc_geo": None}},
    ]
}
CLEANED = [
    {
        "source": "мск сухонска 11/-89",
        "result": "г Москва, ул Сухонская, д 11, кв 89",
        "country_iso_code": "RU",
        "geo_lat": "55.8782557",
        "geo_lon": "37.65372",
        "qc_geo": 0,
        "qc": 0,
    }
]
GEOCODED = {
    "response": {
        "GeoObjectCollection": {
            "metaDataProperty": {"GeocoderResponseMetaData": {"request": "x", "found": "1", "results": "7"}},
            "featureMember": [
                {
                    "GeoObject": {
                        "metaDataProperty": {
                            "GeocoderMetaData": {
                                "kind": "house",
                                "text": "Россия, Москва, улица Новый Арбат, 24",
                                "precision": "exact",
                            }
                        },
                        "name": "улица Новый Арбат, 24",
                        "Point": {"pos": "37.587614 55.753083"},
                    }
                }
            ],
        }
    }
}
SEARCHED = [
    {
        "place_id": 100149,
        "licence": "Data © OpenStreetMap contributors, ODbL 1.0. https://osm.org/copyright",
        "osm_type": "node",
        "lat": "59.9274",
        "lon": "30.3161",
        "category": "place",
        "type": "house",
        "place_rank": 30,
        "display_name": "1, Сенная площадь, Санкт-Петербург, 190031, Россия",
    }
]


@dataclass
class Seen:
    """One request as it came."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


@dataclass
class AddressService:
    """What it answers by path, and what it was asked.

    Attributes:
        answers: path -> JSON.
        status: of every answer.
        raw: bytes to say instead of any answer.
        wait_s: before it says anything.
        drip_s: between single bytes of the body, for a service that never comes to an end.
    """

    answers: dict[str, Any] = field(
        default_factory=lambda: {
            "/suggestions/api/4_1/rs/suggest/address": SUGGESTED,
            "/api/v1/clean/address": CLEANED,
            "/v1/": GEOCODED,
            "/search": SEARCHED,
        }
    )
    status: int = 200
    raw: bytes | None = None
    wait_s: float = 0.0
    drip_s: float = 0.0
    seen: list[Seen] = field(default_factory=list)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one request, answer, hang up."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            method, target, _ = head[0].split(" ")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            url = urlsplit(target)
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            self.seen.append(Seen(method, url.path, query, headers, json.loads(body) if body else None))
            await asyncio.sleep(self.wait_s)
            said = self.raw if self.raw is not None else self._answer(url.path)
            if not self.drip_s:
                writer.write(said)
            for byte in said if self.drip_s else b"":
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(self.drip_s)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _answer(self, path: str) -> bytes:
        content = json.dumps(self.answers[path], ensure_ascii=False).encode()
        return answered(content, self.status)


def answered(content: bytes, status: int = 200, more: str = "") -> bytes:
    """An answer as it goes over the wire."""
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n{more}"
    return f"{head}Connection: close\r\n\r\n".encode() + content


@asynccontextmanager
async def address_service() -> AsyncIterator[AddressService]:
    """Serve on a free port of this machine."""
    fake = AddressService()
    server = await asyncio.start_server(fake.serve, "127.0.0.1", 0)
    fake.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield fake
    finally:
        server.close()
