"""The job root: drains every lane, sends texts, disposes of replies, beats; lives through any restart of Redis."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final

import structlog

from dispatch.crew.alarms import Severity, raise_alarm
from dispatch.kit.beats import WORKER, beat_for_ever
from dispatch.kit.db import open_engine, refuse_unsafe_role
from dispatch.kit.fail_points import FailPointsRefused, arm_fail_points
from dispatch.kit.jobs import Drain, Lanes, OutboxDrain, WakeUps, listen, sweep
from dispatch.kit.log import configure_logging
from dispatch.kit.outbox import Job
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.sms.gateways.base import Gateway
from dispatch.sms.gateways.registry import open_gateways
from dispatch.sms.inbound import InboundDrain
from dispatch.sms.receipts import ReceiptDrain
from dispatch.sms.reconcile import Reconciler
from dispatch.sms.replies import warm
from dispatch.sms.send import Broadcaster
from dispatch.sms.silence import doubt_silent_numbers
from dispatch.staffing.outage import tell_outages
from dispatch.tenancy.policy import HOUSE_OUTAGE_GAP
from dispatch.wiring import ANSWERS, CONSTRAINTS, LANES, handlers_with, words_with

log = structlog.get_logger(__name__)

GRACE_S: Final = 3.0
"""How long running transactions may go on after SIGTERM."""
_LOOK_EVERY_S: Final = 60.0


def run_worker(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT.

    Raises:
        UnsafeDatabaseRole: row security does not bind the login of the jobs.
        SimulatedClockRefused: the database tells a made-up time.
        FailPointsRefused: fail-points are armed, and an account reaches real phones.
        FailPointMalformed: one is armed that does not exist.
    """
    configure_logging(settings.log_level, as_json=settings.log_json)
    asyncio.run(_work(settings))


async def _work(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with _open_lanes(settings) as (lanes, database):
        log.info("working", lanes=lanes.names)
        warming = loop.run_in_executor(None, warm)  # so that the first reply need not wait for the dictionary
        tasks: list[asyncio.Task[Any]] = [
            asyncio.create_task(_for_ever("sweep", sweep(lanes, settings.jobs.sweep_s))),
            asyncio.create_task(_for_ever("listen", listen(lanes, settings.redis_url))),
            asyncio.create_task(
                _for_ever("beat", beat_for_ever(database, WORKER, HOUSE_OUTAGE_GAP, settings.jobs.beat_s))
            ),
            asyncio.create_task(_for_ever("outages", _tell_for_ever(database, settings.jobs.beat_s))),
            asyncio.create_task(_for_ever("numbers", _look_for_ever(database))),
        ]
        waiting: asyncio.Task[Any] = asyncio.create_task(stop.wait())
        done, _ = await asyncio.wait([waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
        log.info("stopping", asked=waiting in done)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, warming, return_exceptions=True)
        await lanes.stop(GRACE_S)
        for task in done - {waiting}:
            task.result()


@asynccontextmanager
async def _open_lanes(settings: Settings) -> AsyncIterator[tuple[Lanes, Database]]:
    place = settings.database
    wake_ups = WakeUps(settings.redis_url)
    engine = open_engine(
        place.url(place.worker), size=place.pool_size, name="dispatch worker", pool_timeout_s=place.pool_timeout_s * 4
    )
    started: list[Lanes] = []

    def after_commit(touched: frozenset[str]) -> None:
        """Start our own lanes at once; other processes hear of it through Redis."""
        for lane in touched & set(started[0].names) if started else ():
            started[0].start(lane)
        wake_ups(touched)

    async with Database(engine, constraints=CONSTRAINTS, after_commit=after_commit) as database:
        await refuse_unsafe_role(engine)
        await arm_where_nobody_is_reached(settings, database)
        gateways = open_gateways(settings)
        try:
            lanes = Lanes(_drains(settings, database) | _sms_drains(settings, database, gateways))
            started.append(lanes)
            yield lanes, database
        finally:
            started.clear()
            for gateway in gateways.values():
                await gateway.close()
            await wake_ups.close()


async def arm_where_nobody_is_reached(settings: Settings, database: Database) -> None:
    """Arm the fail-points the settings name, if any.

    Raises:
        FailPointsRefused: an enabled account of this database reaches real phones.
        FailPointMalformed: one is named that does not exist.
    """
    if not settings.fail_points:
        return
    async with database.begin(None, "system:worker") as uow:
        if await uow.fetchval("SELECT EXISTS (SELECT FROM sms_accounts WHERE enabled AND NOT simulated)"):
            raise FailPointsRefused
    arm_fail_points(settings.fail_points)
    log.warning("fail_points_armed", wanted=settings.fail_points)


def _drains(settings: Settings, database: Database) -> dict[str, Drain]:
    async def on_dead(job: Job, error: BaseException) -> None:
        """Tell people of a row given up; what it should have done stays undone until somebody looks."""
        if job.franchise_id is None:
            return
        async with database.begin(job.franchise_id, "system:worker") as uow:
            await raise_alarm(
                uow,
                "job_dead",
                "A step failed for good and was not done: see the runbook, 'a dead row', and the shift it is about.",
                severity=Severity.CRITICAL,
                key=str(job.id),
                job_kind=job.kind,
                subject_id=job.subject_id,
                error=type(error).__name__,
            )

    return {
        lane: OutboxDrain(
            database,
            lane,
            handlers_with(settings.http.public_url),
            width=settings.jobs.drains,
            lease_s=settings.jobs.lease_s,
            max_attempts=settings.jobs.max_attempts,
            on_dead=on_dead,
        )
        for lane in LANES
    }


def _sms_drains(settings: Settings, database: Database, gateways: Mapping[str, Gateway]) -> dict[str, Drain]:
    lease_s = settings.jobs.lease_s
    return {
        "sms": Broadcaster(database, gateways, settings.sms, lease_s=lease_s),
        "sms_in": InboundDrain(database, ANSWERS, words_with(settings.http.public_url), lease_s=lease_s),
        "receipts": ReceiptDrain(database, gateways),
        "sms_care": Reconciler(database, gateways, unclear_for=timedelta(seconds=settings.sms.unclear_for_s)),
    }


async def _for_ever(name: str, task: Awaitable[None]) -> None:
    """Run an endless task; should it end, the process ends and its supervisor starts a new one."""
    try:
        await task
    except asyncio.CancelledError:
        raise
    except Exception:
        log.exception("task_died", task=name)
        raise


async def _tell_for_ever(database: Database, every_s: float) -> None:
    """Start again, every few seconds, what fell into an outage that is over."""
    while True:
        try:
            async with database.begin(None, "system:beat") as uow:
                await tell_outages(uow)
        except Exception as error:  # noqa: BLE001 - whatever is away, the outage waits in its row
            log.warning("outages_not_told", error=type(error).__name__)
        await asyncio.sleep(every_s)


async def _look_for_ever(database: Database) -> None:
    """Look at a few numbers every minute: where nobody was heard for long, the man has to prove his."""
    while True:
        await asyncio.sleep(_LOOK_EVERY_S)
        try:
            async with database.begin(None, "system:numbers") as uow:
                await doubt_silent_numbers(uow)
        except Exception as error:  # noqa: BLE001 - whatever is away, they are looked at a minute later
            log.warning("numbers_not_looked_at", error=type(error).__name__)
