"""A broadcast while everything fails: real processes, a gateway that lies, bad weather, kills at fail-points."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg

from dispatch.faults.lies import BAD_DAY, Lies
from dispatch.faults.nursery import GatewayPlan, Nursery, Role
from dispatch.faults.outside import LogReader, OutsideLog
from dispatch.faults.people import Poster, answer_for_ever
from dispatch.faults.proxy import FaultProxy
from dispatch.faults.stage import Stage, order_of, set_stage
from dispatch.faults.verdict import Verdict, judge
from dispatch.faults.weather import change_for_ever
from dispatch.faults.workforce import Workforce
from dispatch.kit.errors import Unavailable
from dispatch.kit.fail_points import FAIL_POINTS
from dispatch.local.places import free_port
from dispatch.settings import Settings

Say = Callable[[str], None]
Disturb = Callable[[], Awaitable[None]]

_TICK_S: Final = 0.2
_SAY_S: Final = 3.0
_READY_S: Final = 60.0
_FEW: Final = 40
"""The next order is placed when fewer texts than this wait."""
_MORE: Final = 10
"""So many people are asked by each further order, while kills are owed and nothing is left to do."""

_STANDS_STILL: Final = ("sms.claimed", "sms.answered")
"""Where a worker holds texts that others may take up meanwhile."""

_WAITING: Final = "SELECT count(*) FROM messages WHERE status IN ('queued', 'sending', 'unknown')"
_ASKED: Final = "SELECT EXISTS (SELECT FROM waves WHERE shift_id = $1)"
_BUSY: Final = """
SELECT EXISTS (SELECT FROM messages WHERE status IN ('queued', 'sending', 'unknown'))
    OR EXISTS (SELECT FROM inbound_messages WHERE disposed_at IS NULL)
    OR EXISTS (SELECT FROM receipts WHERE applied_at IS NULL)
    OR EXISTS (SELECT FROM outbox WHERE state = 'pending' AND due_at <= clock.instant())
"""


class NotReady(Unavailable):
    """A process of the run does not listen."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do.

    Attributes:
        recipients: men who are asked, at least.
        kills: how often workers die in all, spread over the fail-points evenly.
        points: the fail-points at which they die.
        pauses: how often workers freeze at a point where they hold texts, for longer than others wait for them.
        workers: how many live at a time.
        lease_s, send_timeout_s, unclear_for_s: shorter than in production, so that a death is overcome soon.
        rate_per_s: texts a second.
        answering: the share of men who answer.
        lies: of the gateway.
        stormy: whether the network fails, too.
        patience_s: the run ends by then, whatever is left.
    """

    recipients: int = 200
    kills: int = 10
    points: tuple[str, ...] = tuple(FAIL_POINTS)
    pauses: int = 2
    workers: int = 2
    seed: int = 1
    lease_s: float = 5.0
    send_timeout_s: float = 1.5
    unclear_for_s: float = 6.0
    rate_per_s: int = 500
    answering: float = 0.3
    lies: Lies = field(default_factory=lambda: BAD_DAY)
    stormy: bool = True
    patience_s: float = 600.0

    @property
    def owed(self) -> dict[str, int]:
        """Fail-point -> kills."""
        return _shared(self.kills, self.points)

    @property
    def owed_pauses(self) -> dict[str, int]:
        """Fail-point -> pauses."""
        return _shared(self.pauses, _STANDS_STILL)

    @property
    def pause_s(self) -> tuple[float, float]:
        """How long a frozen worker stands still, least and greatest: its texts have been taken up and sent by others.

        It goes on before all of those sends are cleared up, when a stale word of it would do the most damage.
        """
        return 1.5 * self.unclear_for_s, 2.2 * self.unclear_for_s


def _shared(count: int, names: Sequence[str]) -> dict[str, int]:
    each, over = divmod(count, len(names))
    return {name: each + (nth < over) for nth, name in enumerate(names)}


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a run takes place: a migrated database nobody else uses, and a directory for logs.

    Attributes:
        environment: leads a process to the database and its Redis.
    """

    nursery: Nursery
    settings: Settings
    environment: Mapping[str, str]
    directory: Path

    @property
    def taken(self) -> Path:
        """The outside log of the gateway."""
        return self.directory / "gateway.jsonl"

    @property
    def acknowledged(self) -> Path:
        """The outside log of what was acknowledged to people's gateway."""
        return self.directory / "answers.jsonl"


@dataclass(frozen=True, slots=True)
class House:
    """The processes of a run but for the workers: the API, the gateway, and the proxy on the way to it."""

    environment: Mapping[str, str]
    api_url: str
    proxy: FaultProxy

    @property
    def inbound_url(self) -> str:
        """Where people's texts are posted."""
        return f"{self.api_url}/hooks/sms/simulator/inbound"


@asynccontextmanager
async def open_house(plan: Plan, ground: Ground, stage: Stage) -> AsyncIterator[House]:
    """Start the API and the gateway, and end them with the block.

    Raises:
        NotReady: one of them does not listen.
    """
    api_port, gateway_port = free_port(), free_port()
    api_url = f"http://127.0.0.1:{api_port}"
    nursery, logs = ground.nursery, ground.directory
    async with FaultProxy("127.0.0.1", gateway_port, seed=plan.seed) as proxy:
        environment = {
            **ground.environment,
            "DISPATCH_HTTP__PORT": str(api_port),
            "DISPATCH_HTTP__PUBLIC_URL": api_url,
            "DISPATCH_SMS__SIMULATOR_URL": f"http://127.0.0.1:{proxy.port}",
            "DISPATCH_SMS__SEND_TIMEOUT_S": str(plan.send_timeout_s),
            "DISPATCH_SMS__UNCLEAR_FOR_S": str(plan.unclear_for_s),
            "DISPATCH_SMS__IN_FLIGHT": "30",
            "DISPATCH_JOBS__LEASE_S": str(plan.lease_s),
        }
        gateway = GatewayPlan(gateway_port, (stage.account,), plan.lies, ground.taken)
        pids = [
            nursery.start(Role.GATEWAY, environment, logs / "gateway.log", gateway),
            nursery.start(Role.API, environment, logs / "api.log"),
        ]
        try:
            await _listening(gateway_port)
            await _listening(api_port)
            yield House(environment, api_url, proxy)
        finally:
            nursery.kill(pids)


@asynccontextmanager
async def owner_of(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """Open a connection that sees all rows."""
    at = settings.database
    connection = await asyncpg.connect(
        host=at.host,
        port=at.port,
        database=at.name,
        user=at.owner.user,
        password=at.owner.password.get_secret_value() or None,
    )
    try:
        yield connection
    finally:
        await connection.close()


async def run_chaos(plan: Plan, ground: Ground, say: Say, disturb: Disturb | None = None) -> Verdict:
    """Broadcast, kill, wait until nothing is left to do, and judge.

    `disturb` is called once, when a third of the texts has arrived at the gateway.
    """
    began = time.monotonic()
    say(f"Setting the stage: {plan.recipients} people")
    stage = await set_stage(ground.settings, men=plan.recipients + _MORE * plan.kills // 2, rate_per_s=plan.rate_per_s)
    answers = OutsideLog(ground.acknowledged)
    async with owner_of(ground.settings) as owner, open_house(plan, ground, stage) as house:
        poster = Poster(house.inbound_url, stage.account, answers)
        workforce = Workforce(
            ground.nursery,
            house.environment,
            ground.directory,
            size=plan.workers,
            kills=plan.owed,
            pauses=plan.owed_pauses,
            pause_s=plan.pause_s,
            seed=plan.seed,
        )
        broadcast = _Broadcast(plan, ground, stage, owner, workforce, say)
        tasks = [asyncio.create_task(broadcast.answer(poster))]
        if plan.stormy:
            tasks.append(asyncio.create_task(change_for_ever(house.proxy, seed=plan.seed)))
        try:
            await broadcast.run(disturb)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            ground.nursery.kill(workforce.alive)
            await poster.close()
            answers.close()
        verdict = await judge(owner, taken=ground.taken, acknowledged=ground.acknowledged, unclear=broadcast.unclear)
        return replace(
            verdict,
            deaths=workforce.deaths,
            unmet=workforce.owed,
            kills=dict(workforce.kills),
            pauses=dict(workforce.pauses),
            faults=dict(house.proxy.counts),
            took_s=time.monotonic() - began,
        )


class _Broadcast:
    """One broadcast, from the first order until nothing is left to do.

    Attributes:
        unclear: ids of the texts that were seen unclear.
    """

    def __init__(
        self, plan: Plan, ground: Ground, stage: Stage, owner: asyncpg.Connection, workforce: Workforce, say: Say
    ) -> None:
        self.unclear: set[str] = set()
        self._plan = plan
        self._ground = ground
        self._stage = stage
        self._owner = owner
        self._workforce = workforce
        self._say = say
        self._counts: Counter[str] = Counter()
        self._taken = LogReader(ground.taken)
        self._placed: UUID | None = None

    async def answer(self, poster: Poster) -> None:
        """Have people answer until cancelled."""

        def answered() -> None:
            self._counts["answers"] += 1

        plan = self._plan
        await answer_for_ever(self._ground.taken, poster, share=plan.answering, seed=plan.seed, answered=answered)

    async def run(self, disturb: Disturb | None) -> None:
        """Place orders as texts leave, keep workers alive, and return when nothing is left to do or time is over."""
        plan, told = self._plan, 0.0
        orders = max(1, min(4, plan.recipients // 15), plan.recipients // 250)
        to_place = [plan.recipients // orders + (nth < plan.recipients % orders) for nth in range(orders)]
        deadline = time.monotonic() + plan.patience_s
        quiet = 0
        while time.monotonic() < deadline and quiet < 3:  # noqa: PLR2004 - a callback may be under way
            self._workforce.tend()
            await self._look()
            if to_place and self._counts["waiting"] < _FEW and await self._all_asked():
                self._placed = await order_of(self._ground.settings, self._stage, to_place.pop())
                quiet = 0
            if disturb is not None and self._counts["taken"] * 3 > plan.recipients:
                await disturb()
                disturb = None
            if time.monotonic() - told > _SAY_S:
                told = time.monotonic()
                self._tell()
            quiet = 0 if to_place or disturb or await self._owner.fetchval(_BUSY) else quiet + 1
            if quiet and self._workforce.owed:
                to_place.append(_MORE)
            await asyncio.sleep(_TICK_S)
        self._tell()

    async def _all_asked(self) -> bool:
        """Whether the order before has found its people: orders at once would vie for the same men."""
        return self._placed is None or bool(await self._owner.fetchval(_ASKED, self._placed))

    async def _look(self) -> None:
        self._counts["waiting"] = await self._owner.fetchval(_WAITING)
        rows = await self._owner.fetch("SELECT id::text FROM messages WHERE status = 'unknown'")
        self.unclear.update(row["id"] for row in rows)
        self._counts["taken"] += sum(1 for _ in self._taken.news("accepted"))

    def _tell(self) -> None:
        counts, workforce = self._counts, self._workforce
        self._say(
            f"{counts['taken']} texts at the gateway, {counts['waiting']} on the way, {len(self.unclear)} were "
            f"unclear; {counts['answers']} answers; {workforce.kills.total()} kills, "
            f"{workforce.pauses.total()} pauses, {workforce.owed} of them to come"
        )


async def _listening(port: int) -> None:
    deadline = time.monotonic() + _READY_S
    while time.monotonic() < deadline:
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.05)
    raise NotReady(f"Nothing listens on port {port} after {_READY_S:.0f} s: see the logs of this run.")
