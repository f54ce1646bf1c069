"""People who answer: each answer is posted as the gateway would, until it is acknowledged, and that is written down."""

import asyncio
import random
import secrets
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from dispatch.faults.outside import LogReader, OutsideLog
from dispatch.simulator.config import Account
from dispatch.simulator.courier import sign
from dispatch.simulator.wire import Connection, NoAnswer

_LOOK_S: Final = 0.2
_AGAIN_S: Final = 0.3
_PATIENCE_S: Final = 120.0
ANSWERS: Final = ("да", "нет", "во сколько?", "кто это", "+", "не смогу")


class NotAcknowledged(Exception):
    """The webhook did not take a text within minutes."""


class Poster:
    """Posts what people text to one of our numbers, over one connection, and keeps the acknowledgements.

    Lines of the log: `acknowledged` with `sid`, `phone`, `text`; `at` is after the answer was read.
    """

    def __init__(self, url: str, account: Account, log: OutsideLog) -> None:
        self._url = url
        self._account = account
        self._log = log
        self._connection = Connection()
        self._turn = asyncio.Lock()

    async def post(self, phone: str, text: str) -> float:
        """Post one text until it is acknowledged, and return the moment it was, in seconds of the real clock.

        Raises:
            NotAcknowledged: nobody took it.
        """
        fields = {
            "AccountSid": self._account.sid,
            "Body": text,
            "From": phone,
            "MessageSid": f"SM{secrets.token_hex(16)}",
            "To": next(iter(self._account.numbers)),
        }
        headers = {"X-Twilio-Signature": sign(self._url, fields, self._account.auth_token)}
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            try:
                async with self._turn:
                    status = await self._connection.post(self._url, urlencode(fields).encode(), headers, within_s=15)
            except NoAnswer:
                status = 0
            if status == HTTPStatus.OK:
                acknowledged = time.time()
                await self._log.write("acknowledged", sid=fields["MessageSid"], phone=phone, text=text)
                return acknowledged
            await asyncio.sleep(_AGAIN_S)
        raise NotAcknowledged(f"a text of {phone} was not taken within {_PATIENCE_S:.0f} s")

    async def close(self) -> None:
        """Hang up."""
        await self._connection.close()


async def answer_for_ever(
    taken: Path, poster: Poster, *, share: float, seed: int, answered: Callable[[], None]
) -> None:
    """Have a share of those whose texts the gateway took answer something, once each, until cancelled."""
    chance = random.Random(seed)  # noqa: S311 - a test's dice
    known: set[str] = set()
    log = LogReader(taken)
    while True:
        for line in log.news("accepted"):
            if line["to"] not in known:
                known.add(line["to"])
                if chance.random() < share:
                    await poster.post(line["to"], chance.choice(ANSWERS))
                    answered()
        await asyncio.sleep(_LOOK_S)
