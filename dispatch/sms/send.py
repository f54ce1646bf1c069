"""Send what is due: claim in one transaction, call the gateway in none, write the result in another.

A text is handed over at most once. It is `sending` under a lease and a counted attempt before the call; a result is
written only under the same attempt; a text whose sender died is `unknown` when the lease ends, and `reconcile.py`
clears it up where the gateway can list what it took.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID

import structlog

from dispatch.kit.fail_points import fail_point
from dispatch.kit.uow import Database
from dispatch.settings import SmsSettings
from dispatch.sms.claim import ClaimedText, claim_texts, due_accounts
from dispatch.sms.gateways.base import Account, Gateway, Outcome, Parcel, Unclear
from dispatch.sms.results import NotStarted, Result, ResultWriter

log = structlog.get_logger(__name__)

STARTS_WITHIN_S: Final = 0.8
"""A claimed text that has not started by then is put back: a STOP may have come meanwhile."""

_LOOK_AGAIN_S = 0.25
_AHEAD_S = 0.2


class _Hands:
    """How many texts this process may be handing over at once, and how many more it may hold ready.

    Texts are claimed a little ahead of free hands, so that a hand never waits for a claim: as many as started within
    the last 0.2 s, at most twice the hands. A slow gateway therefore gets hardly any ahead, and none is put back.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._free = asyncio.Semaphore(size)
        self._claimed: set[UUID] = set()
        self._starts: deque[float] = deque(maxlen=2 * size)
        self._changed = asyncio.Event()

    @property
    def room(self) -> int:
        """How many more texts may be claimed now."""
        since = time.monotonic() - _AHEAD_S
        while self._starts and self._starts[0] < since:
            self._starts.popleft()
        return self._size + len(self._starts) - len(self._claimed)

    async def some_room(self) -> int:
        """Wait until there is room for a quarter of the hands, or nothing is claimed; return how much there is."""
        while self._claimed and self.room < max(1, self._size // 4):
            self._changed.clear()
            await self._changed.wait()
        return max(1, self.room)

    def claim(self, text: ClaimedText) -> None:
        """Count a text that was claimed."""
        self._claimed.add(text.id)

    @asynccontextmanager
    async def hold(self, text: ClaimedText) -> AsyncIterator[None]:
        """Wait for a free hand and use it for the text while the block lasts."""
        async with self._free:
            self._starts.append(time.monotonic())
            yield
        self.let_go(text)

    def let_go(self, text: ClaimedText) -> None:
        """Count a text off, once or more often: the hand is free while its result waits for a commit."""
        self._claimed.discard(text.id)
        self._changed.set()


class Broadcaster:
    """The drain of the lane `sms`: sends until nothing is due on any account.

    Each account has a task of its own while it has texts, so that it is claimed for on its own. Whatever is claimed
    starts as soon as a hand is free, and the next texts are claimed meanwhile. Memory is bounded by `in_flight`.

    Args:
        database: a pool of the job role.
        gateways: name -> client.
        settings: sending mode, allow list, `in_flight`.
        lease_s: longer than a gateway's time limit by far; a sender dead for so long has lost its texts.
    """

    def __init__(
        self, database: Database, gateways: Mapping[str, Gateway], settings: SmsSettings, *, lease_s: float = 30.0
    ) -> None:
        self._database = database
        self._gateways = gateways
        self._settings = settings
        self._lease_s = lease_s
        self._hands = _Hands(settings.in_flight)
        self._results = ResultWriter(database)
        self._allow_list = frozenset(settings.allow_list)
        self._handled = 0

    async def __call__(self) -> int:
        """Send until nothing is due; return how many texts got a fate.

        An account whose claim fails lets its texts under way finish, and so do the others; then the failure is raised.
        """
        before = self._handled
        serving: dict[UUID, asyncio.Task[None]] = {}
        async with _finishing(serving.values()):
            while True:
                for account in await due_accounts(self._database, self._gateways.keys()):
                    if account.id not in serving:
                        serving[account.id] = asyncio.create_task(self._serve(account), name="sms-account")
                if not serving:
                    return self._handled - before
                done, _ = await asyncio.wait(
                    serving.values(), timeout=_LOOK_AGAIN_S, return_when=asyncio.FIRST_COMPLETED
                )
                for account_id in [account_id for account_id, task in serving.items() if task in done]:
                    await serving.pop(account_id)

    async def _serve(self, account: Account) -> None:
        """Send one account's texts until none is due and all results are written."""
        under_way: set[asyncio.Task[None]] = set()
        async with _finishing(under_way):
            while True:
                room = await self._hands.some_room()
                claim = await claim_texts(
                    self._database,
                    account.id,
                    room,
                    mode=self._settings.mode,
                    allow_list=self._allow_list,
                    lease_s=self._lease_s,
                )
                self._handled += claim.settled
                for text in claim.texts:
                    under_way.add(self._start(account, text, claim.looked_at, under_way.discard))
                if claim.wait_s is not None:
                    await asyncio.sleep(min(claim.wait_s, _LOOK_AGAIN_S))
                elif not claim.texts and not claim.settled:
                    if not under_way:
                        return
                    await asyncio.wait(under_way, timeout=_LOOK_AGAIN_S, return_when=asyncio.FIRST_COMPLETED)

    def _start(
        self, account: Account, text: ClaimedText, looked_at: float, ended: Callable[[asyncio.Task[None]], None]
    ) -> asyncio.Task[None]:
        fail_point("sms.claimed")
        self._hands.claim(text)
        task = asyncio.create_task(self._deliver(account, text, looked_at), name="sms-text")
        task.add_done_callback(ended)
        task.add_done_callback(lambda _: self._hands.let_go(text))
        return task

    async def _deliver(self, account: Account, text: ClaimedText, looked_at: float) -> None:
        async with self._hands.hold(text):
            late = time.monotonic() - looked_at > STARTS_WITHIN_S
            result: Result = NotStarted() if late else await self._hand_over(account, text)
        fail_point("sms.answered")
        await self._results.write(text, result)
        self._handled += 1

    async def _hand_over(self, account: Account, text: ClaimedText) -> Outcome:
        try:
            return await self._gateways[account.gateway].send(account, Parcel(text.id, text.to, text.body))
        except Exception as error:
            log.exception("gateway_broke_its_contract", gateway=account.gateway, message_id=str(text.id))
            return Unclear(type(error).__name__)


@asynccontextmanager
async def _finishing(tasks: Collection[asyncio.Task[None]]) -> AsyncIterator[None]:
    """Leave the block only when these tasks have ended; cancel them only if we are: their texts are then unclear."""
    try:
        yield
    except asyncio.CancelledError:
        for task in list(tasks):
            task.cancel()
        raise
    finally:
        await asyncio.gather(*tasks, return_exceptions=True)
