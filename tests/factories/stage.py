"""A franchise ready to work: policy, account, rate cards, a client with a site, and men near it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from dispatch.kit.ids import new_id
from dispatch.kit.jobs import OutboxDrain
from dispatch.kit.money import Currency
from dispatch.kit.outbox import Job
from dispatch.kit.uow import Database
from dispatch.orders.commands import AskedShift, PlaceOrder
from dispatch.orders.place import PlacedOrder
from dispatch.pricing.card import RateCard
from dispatch.pricing.service import write_rate_card
from dispatch.settings import Settings
from dispatch.sms.questions import QUESTION_COLUMNS, question_of
from dispatch.sms.replies import parse_reply
from dispatch.sms.service import Answer, Question
from dispatch.staffing.order import open_order
from dispatch.tenancy.policy import Calendar, QuietHours
from dispatch.tenancy.service import apply_preset, write_policy
from dispatch.wiring import ANSWERS, handlers_with
from dispatch.workers.skills import Service
from tests.factories.tenancy import make_franchise
from tests.factories.workers import make_workers

BASE = "https://dispatch.example"
MOSCOW = ZoneInfo("Europe/Moscow")
"""Where addresses in texts lead to."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The ids a test needs."""

    franchise_id: UUID
    account_id: UUID
    client_id: UUID
    site_id: UUID
    workers: Sequence[UUID]


async def set_stage(
    settings: Settings, database: Database, *, men: int = 60, preset: str = "personal-solution", quiet: bool = False
) -> Stage:
    """Found a franchise with everything an order needs. The site is on Sennaya square; by default no hour is quiet."""
    franchise = await make_franchise(settings)
    account_id, client_id, site_id = new_id(), new_id(), new_id()
    async with database.begin(franchise.id, "system:test") as uow:
        if preset != "personal-solution":
            await apply_preset(uow, preset, "test")
        if not quiet:
            await write_policy(
                uow, "calendar", Calendar(quiet=QuietHours(start=time(0), end=time(0))), "tests at any hour"
            )
        await uow.run(
            "INSERT INTO sms_accounts (id, franchise_id, gateway, sid, secret, number, rate_per_s) "
            "VALUES ($1, $2, 'simulator', $3, 'secret', $4, 1000)",
            account_id,
            franchise.id,
            f"AC{account_id.hex}",
            f"+7812{int(account_id.int % 10_000_000):07d}",
        )
        await uow.run(
            "INSERT INTO clients (id, franchise_id, name) VALUES ($1, $2, 'Склад на Сенной')", client_id, franchise.id
        )
        await uow.run(
            """INSERT INTO sites (id, franchise_id, client_id, address, location, zone, region)
               VALUES ($1, $2, $3, 'Сенная пл., 1', ST_MakePoint(30.318, 59.927)::geography, 'Europe/Moscow', 'SPE')""",
            site_id,
            franchise.id,
            client_id,
        )
        for service in Service:
            card = RateCard(service=service, currency=Currency.RUB, bill_rate_minor=22_500, pay_rate_minor=10_000)
            await write_rate_card(uow, card)
        workers = await make_workers(uow, men) if men else []
    return Stage(franchise.id, account_id, client_id, site_id, workers)


def tomorrow(hour: int = 6, *, hours: int = 8, days: int = 1) -> AskedShift:
    """A shift on a coming day of Moscow's calendar, by default at 09:00 there; `hour` is of UTC."""
    midnight = (datetime.now(MOSCOW) + timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)
    start = (midnight + timedelta(hours=hour + 3)).astimezone(UTC)
    return AskedShift(starts_at=start, ends_at=start + timedelta(hours=hours))


async def place(database: Database, stage: Stage, headcount: int, *shifts: AskedShift, **more: object) -> PlacedOrder:
    """Place an order, as a dispatcher does."""
    command = PlaceOrder.model_validate(
        {
            "client_id": stage.client_id,
            "site_id": stage.site_id,
            "service": Service.LOADING,
            "headcount": headcount,
            "shifts": shifts or (tomorrow(),),
            **more,
        }
    )
    async with database.begin(stage.franchise_id, "staff:test") as uow:
        return await open_order(uow, command, stage.site_id)


async def run_lane(database: Database, lane: str = "staffing") -> int:
    """Handle everything due in a lane, until nothing is; a handler that fails fails the test."""
    failures: list[str] = []

    async def dead(job: Job, error: BaseException) -> None:
        failures.append(f"{job.kind}: {error!r}")

    drain = OutboxDrain(database, lane, handlers_with(BASE), max_attempts=1, on_dead=dead)
    total = await drain()
    assert not failures, failures
    return total


async def open_questions(database: Database, stage: Stage, kind: str) -> list[Question]:
    """Read the open questions of a kind, oldest first."""
    async with database.begin(stage.franchise_id, "system:test") as uow:
        rows = await uow.fetch(
            f"SELECT {QUESTION_COLUMNS} FROM questions q WHERE q.franchise_id = $1 AND q.kind = $2 "
            "AND q.status = 'open' ORDER BY q.opened_at, q.id",
            stage.franchise_id,
            kind,
        )
    return [question_of(row) for row in rows]


async def say(
    database: Database, question: Question, text: str, context: str = "offer1", *, at: datetime | None = None
) -> str:
    """Answer a question as the inbound drain would hand it over, and return the outcome."""
    reply = parse_reply(text, context)
    async with database.begin(question.franchise_id, "system:test") as uow:
        answer = Answer(
            question=question,
            reply=reply,
            inbound_id=new_id(),
            text=text,
            phone_id=question.phone_id,
            account_id=question.account_id,
            received_at=at or uow.now,
            language="ru",
        )
        return await ANSWERS[question.kind, reply.disposition](uow, answer)


async def wait_until(moment: datetime) -> None:
    """Sleep until a moment of the real clock has passed."""
    await asyncio.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds() + 0.01))


async def let_pass(owner: asyncpg.Connection, shift_id: UUID, span: timedelta) -> None:
    """Set the stage as if time had passed for one shift: its moments, seats and timers lie so much earlier."""
    await owner.execute(
        """UPDATE shifts SET starts_at = starts_at - $2::interval, ends_at = ends_at - $2::interval WHERE id = $1""",
        shift_id,
        span,
    )
    await owner.execute(
        """UPDATE seats SET due_at = due_at - $2::interval, grace_at = grace_at - $2::interval,
               limit_at = limit_at - $2::interval, accepted_at = accepted_at - $2::interval WHERE shift_id = $1""",
        shift_id,
        span,
    )
    await owner.execute(
        """UPDATE outbox SET due_at = due_at - $2::interval WHERE state = 'pending'
           AND (subject_id = $1 OR subject_id IN (SELECT id FROM seats WHERE shift_id = $1))""",
        shift_id,
        span,
    )


async def until_start(owner: asyncpg.Connection, shift_id: UUID, *, later: timedelta = timedelta(seconds=1)) -> None:
    """Let time pass until a shift has started, and a moment more."""
    left = await owner.fetchval("SELECT starts_at - now() FROM shifts WHERE id = $1", shift_id)
    await let_pass(owner, shift_id, left + later)
