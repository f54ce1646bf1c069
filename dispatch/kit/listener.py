"""What PostgreSQL tells at commit (NOTIFY), heard by one connection for the whole process, for as long as it lives.

What is heard is a hint that something changed; what changed is read. Nothing is kept for a listener that is away, so
whoever is told by it is also told when the connection was made anew, and what it may have missed: that he must read.
"""

import asyncio
import contextlib
import random
from collections.abc import Callable
from typing import Final

import asyncpg
from sqlalchemy.engine import URL

from dispatch.kit.db import DRIVER_ERRORS
from dispatch.kit.log import get_logger

log = get_logger(__name__)

_ANSWER_S: Final = 5.0
_CHECK_S: Final = 10.0
"""How long a connection may be silent before it is asked whether it lives."""
_FIRST_PAUSE_S: Final = 0.2
_LONGEST_PAUSE_S: Final = 5.0
_NEWEST: Final = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1"

Began = Callable[[int], None]
"""Told, each time listening began, the newest transaction that may have been told before, which is lost."""


async def listen_for_ever(url: URL, channel: str, *, heard: Callable[[str], None], began: Began) -> None:
    """Listen on a channel until cancelled, connecting anew whenever the connection is lost.

    Args:
        url: where the server is and who logs in.
        channel: the name given to `pg_notify`.
        heard: called with each payload, in order of commit.
        began: called each time listening began.
    """
    pause = _FIRST_PAUSE_S

    def begin(newest: int) -> None:
        nonlocal pause
        pause = _FIRST_PAUSE_S
        began(newest)

    while True:
        try:
            await _listen(url, channel, heard, begin)
        except (OSError, TimeoutError, *DRIVER_ERRORS) as error:
            log.info("listener_lost", channel=channel, error=type(error).__name__)
        await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - spreads reconnections, guards nothing
        pause = min(pause * 2, _LONGEST_PAUSE_S)


async def _listen(url: URL, channel: str, heard: Callable[[str], None], began: Began) -> None:
    """Listen on one connection until it is lost."""
    connection = await asyncpg.connect(
        host=url.host,
        port=url.port,
        user=url.username,
        password=url.password,
        database=url.database,
        timeout=_ANSWER_S,
        server_settings={"application_name": f"dispatch {channel}"},
    )
    lost = asyncio.Event()
    try:
        connection.add_termination_listener(lambda _: lost.set())
        await connection.add_listener(channel, lambda *told: heard(str(told[3])))
        began(await connection.fetchval(_NEWEST, timeout=_ANSWER_S))
        while not lost.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(lost.wait(), _CHECK_S)
                break
            await connection.execute("SELECT", timeout=_ANSWER_S)
    finally:
        connection.terminate()
