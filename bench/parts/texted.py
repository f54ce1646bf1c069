"""Texts as a gateway posts them to one account of ours, and the time each part of taking one takes."""

import statistics
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

import asyncpg
from starlette.types import ASGIApp

from bench.parts.bare_routes import ECHO, create_bare_app
from bench.parts.crowd import found_pair
from bench.parts.load import request_bytes
from dispatch.api.sms_hooks import _parse
from dispatch.app import create_app
from dispatch.kit.db import open_engine
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.sms.gateways.signature import is_signed, sign

PATH: Final = "/hooks/sms/twilio/inbound"
TURNS: Final = 400
SID, SECRET, NUMBER = "AC" + "5" * 32, "a secret of thirty-two characters", "+78125550000"
_STORE: Final = "SELECT store_inbound($1, $2, $3, $4, $5, $6)"
_OK: Final = 200
_OLD: Final = """
INSERT INTO inbound_messages (id, account_id, gateway_id, phone_e164, text, raw, received_at, disposed_at)
SELECT gen_random_uuid(), $1, 'SMold' || n, '+79' || lpad((n % 100000)::text, 9, '0'), 'Да, приду', $2,
       clock.now() - interval '90 days' + n * interval '1 s', clock.now()
FROM generate_series(1, $3::int) AS n
"""


async def make_account(superuser: asyncpg.Connection, old: int) -> UUID:
    """Make the account that gets the texts, with so many earlier ones, and the floor's table."""
    franchise, _ = await found_pair(superuser)
    account = new_id()
    await superuser.execute(
        """INSERT INTO sms_accounts (id, franchise_id, gateway, sid, secret, number)
           VALUES ($1, $2, 'twilio', $3, $4, $5)""",
        *(account, franchise, SID, SECRET, NUMBER),
    )
    await superuser.execute(_OLD, account, post_of("", 0)[1], old)
    await superuser.execute("CREATE TABLE bare_posts (id uuid PRIMARY KEY, body bytea NOT NULL)")
    await superuser.execute("VACUUM ANALYZE")
    await superuser.execute("CHECKPOINT")
    return account


def post_of(url: str, n: int) -> tuple[dict[str, str], bytes]:
    """Return the headers and the body of one text, with the fields that Twilio sends."""
    message, phone = f"SM{new_id().hex}", f"+79{n % 100_000:09d}"
    fields = {
        "ToCountry": "RU",
        "ToState": "",
        "SmsMessageSid": message,
        "NumMedia": "0",
        "ToCity": "",
        "FromZip": "",
        "SmsSid": message,
        "FromState": "",
        "SmsStatus": "received",
        "FromCity": "",
        "Body": "Да, приду завтра",
        "FromCountry": "RU",
        "To": NUMBER,
        "ToZip": "",
        "NumSegments": "1",
        "MessageSid": message,
        "AccountSid": SID,
        "From": phone,
        "ApiVersion": "2010-04-01",
    }
    signature = sign(SECRET, url, {name: [value] for name, value in fields.items()})
    headers = {
        "X-Twilio-Signature": signature,
        "Content-Type": "application/x-www-form-urlencoded",
        "User-Agent": "TwilioProxy/1.1",
        "Accept": "*/*",
    }
    return headers, urlencode(fields).encode()


def requests_for(address: str, path: str, count: int) -> Iterator[bytes]:
    """Make posts to a path, each a text of its own."""
    for n in range(count):
        headers, body = post_of(address + path, n)
        yield request_bytes(path, address.removeprefix("http://"), headers.items(), body)


async def where_it_goes(settings: Settings, dsn: str, account: UUID) -> list[tuple[str, float]]:
    """Return the parts of one post and their medians in milliseconds, one at a time, in this process."""
    address = settings.http.public_url
    place = settings.database
    app, bare = create_app(settings), create_bare_app(dsn, 1)
    held = await asyncpg.connect(dsn, server_settings={"jit": "off"})
    posts = iter([post_of(address + PATH, n) for n in range(TURNS + 1)])
    headers, body = next(posts)
    fields = _parse(body)
    signed = {name.lower(): value for name, value in headers.items()}

    def text() -> tuple[object, ...]:
        return new_id(), account, f"SM{new_id().hex}", "+79210000001", "Да, приду завтра", body

    async def at_once(call: Callable[[], object]) -> None:
        call()

    async with (
        app.router.lifespan_context(app),
        bare.router.lifespan_context(bare),
        Database(open_engine(place.url(place.app), size=1, name="bench")) as database,
    ):
        parts: dict[str, Callable[[], Awaitable[object]]] = {
            "a whole post": lambda: called(app, PATH, *next(posts)),
            "a post to the echo route": lambda: called(bare, ECHO, headers, body),
            "reading the form": lambda: at_once(lambda: _parse(body)),
            "the signature": lambda: at_once(lambda: is_signed(SECRET, address + PATH, fields, signed)),
            "the statement, through the pool": lambda: database.autocommit(_STORE, text()),
            "the statement, on a connection held": lambda: held.fetchval(_STORE, *text()),
            "a plain INSERT, on a connection held": lambda: held.execute(
                "INSERT INTO bare_posts VALUES ($1, $2)", new_id(), body
            ),
            "a round trip (SELECT 1)": lambda: held.fetchval("SELECT 1"),
        }
        times: dict[str, list[float]] = {part: [] for part in parts}
        for _ in range(TURNS):
            for part, call in parts.items():
                started = time.perf_counter()
                await call()
                times[part].append((time.perf_counter() - started) * 1000)
    await held.close()
    return [(part, statistics.median(taken)) for part, taken in times.items()]


async def called(app: ASGIApp, path: str, headers: dict[str, str], body: bytes) -> None:
    """Hand one post to an app without a server.

    Raises:
        RuntimeError: it was refused.
    """
    given = [(b"host", b"127.0.0.1"), (b"content-length", str(len(body)).encode())]
    given += [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": given,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": {},
    }

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message.get("status", _OK) != _OK:
            raise RuntimeError(f"{path} answered {message['status']}")

    await app(scope, receive, send)
