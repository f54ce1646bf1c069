"""Callbacks to the platform: signed as Twilio signs them, posted again until they are acknowledged."""

import asyncio
import base64
import hashlib
import hmac
import secrets
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from random import Random
from urllib.parse import urlencode

from dispatch.simulator.agenda import Agenda
from dispatch.simulator.config import NetworkSettings
from dispatch.simulator.wire import Connection, NoAnswer, wire_url


def sign(url: str, fields: dict[str, str], auth_token: str) -> str:
    """Return the X-Twilio-Signature of a form post.

    The rule: HMAC-SHA1, keyed with the account's auth token, over the exact URL followed by every field's name and
    value in order of name, without separators; then base64. Empty fields count.
    """
    signed = url + "".join(name + fields[name] for name in sorted(fields))
    digest = hmac.new(auth_token.encode(), signed.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


@dataclass(slots=True)
class Callback:
    """One post to the platform, the same bytes on every attempt.

    Attributes:
        subject: says in the counters what it is about: `status` or `inbound`.
        acknowledged: called once, when it is first answered 2xx.
        token: the carrier's idempotency token; a repeated post carries the same.
    """

    url: str
    fields: dict[str, str]
    auth_token: str
    subject: str
    acknowledged: Callable[[], None]
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    attempts: int = 0
    first_at: float = 0.0
    done: bool = False


class Courier:
    """Posts callbacks over a few connections and plans the next attempt of those that were not acknowledged.

    Whatever is queued is posted in about the order it came; connections work side by side, and a retried callback
    may be overtaken, as with any carrier.

    Attributes:
        counts: `<subject>_acknowledged`, `_retried`, `_given_up`, `_duplicated`.
    """

    def __init__(self, agenda: Agenda, settings: NetworkSettings, random: Random) -> None:
        self.counts: Counter[str] = Counter()
        self._agenda = agenda
        self._settings = settings
        self._random = random
        self._waiting: asyncio.Queue[Callback] = asyncio.Queue()

    @property
    def waiting(self) -> int:
        """How many callbacks are due and not yet posted."""
        return self._waiting.qsize()

    def post(self, callback: Callback) -> None:
        """Post as soon as a connection is free; by the configured shares a little later, or twice."""
        settings = self._settings
        if self._random.random() < settings.reorder_rate:
            held_s = self._random.uniform(0, settings.reorder_by_s)
            self._agenda.plan(held_s, lambda: self._waiting.put_nowait(callback))
        else:
            self._waiting.put_nowait(callback)
        if self._random.random() < settings.duplicate_rate:
            self.counts[f"{callback.subject}_duplicated"] += 1
            again_s = self._random.uniform(0, settings.reorder_by_s)
            self._agenda.plan(again_s, lambda: self._waiting.put_nowait(callback))

    async def run(self) -> None:
        """Post until cancelled."""
        async with asyncio.TaskGroup() as lanes:
            for _ in range(self._settings.connections):
                lanes.create_task(self._post_forever(Connection()))

    async def post_now(self, callback: Callback) -> None:
        """Post once and wait for the answer; a failure is planned again like any other."""
        connection = Connection()
        try:
            await self._attempt(connection, callback)
        finally:
            await connection.close()

    async def _post_forever(self, connection: Connection) -> None:
        try:
            while True:
                await self._attempt(connection, await self._waiting.get())
        finally:
            await connection.close()

    async def _attempt(self, connection: Connection, callback: Callback) -> None:
        callback.attempts += 1
        callback.first_at = callback.first_at or time.monotonic()
        url = wire_url(callback.url)
        headers = {
            "Accept": "*/*",
            "I-Twilio-Idempotency-Token": callback.token,
            "User-Agent": "TwilioProxy/1.1",
            "X-Twilio-Signature": sign(url, callback.fields, callback.auth_token),
        }
        fields = urlencode(callback.fields).encode()
        try:
            status = await connection.post(url, fields, headers, within_s=self._settings.callback_timeout_s)
        except NoAnswer:
            status = None
        if status is not None and HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            self.counts[f"{callback.subject}_acknowledged"] += 1
            if not callback.done:
                callback.done = True
                callback.acknowledged()
        elif not callback.done:
            self._plan_retry(callback)

    def _plan_retry(self, callback: Callback) -> None:
        settings = self._settings
        pause_s = min(settings.retry_first_s * 2 ** (callback.attempts - 1), settings.retry_longest_s)
        pause_s *= self._random.uniform(0.8, 1.2)
        if time.monotonic() + pause_s - callback.first_at > settings.retry_for_s:
            callback.done = True
            self.counts[f"{callback.subject}_given_up"] += 1
            return
        self.counts[f"{callback.subject}_retried"] += 1
        self._agenda.plan(pause_s, lambda: self._waiting.put_nowait(callback))
