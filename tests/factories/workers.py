"""Workers with honest defaults: active, vetted, consenting, near the middle of Saint Petersburg."""

import itertools
from dataclasses import replace
from typing import Final
from uuid import UUID

from dispatch.kit.geo import Point
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database, Uow
from dispatch.tenancy.models import Franchise
from dispatch.workers.bulk import Attested, NewWorker, bulk_insert_workers
from dispatch.workers.change import change_worker
from dispatch.workers.commands import ChangeWorker, RegisterWorker
from dispatch.workers.models import Worker
from dispatch.workers.queries import worker_record
from dispatch.workers.register import register_worker
from dispatch.workers.rules import Attestation
from dispatch.workers.skills import Service, to_mask

READY: Final = Attested(frozenset(Attestation), "Interviewed for the test", "Test author")
RECRUITER: Final = "staff:recruiter"
SENNAYA: Final = Point(lat=59.9270, lon=30.3180)

_numbers = itertools.count(1)


def next_phone() -> str:
    """A valid Russian mobile number that nothing else in this run uses."""
    return f"+7921{next(_numbers):07d}"


def new_worker(**given: object) -> NewWorker:
    """A man to store; any field can be given."""
    usual = NewWorker(
        id=new_id(),
        e164=next_phone(),
        first_name="Иван",
        last_name="Петров",
        point=SENNAYA,
        zone="Europe/Moscow",
        skills=to_mask([Service.LOADING, Service.MOVING]),
        urgent_ok=True,
    )
    return replace(usual, **given)  # type: ignore[arg-type]


async def make_worker(uow: Uow, *, attested: Attested | None = READY, **given: object) -> UUID:
    """Store one man of the tenant and return his id; by default he can be invited at once."""
    worker = new_worker(**given)
    await bulk_insert_workers(uow, [worker], attested)
    return worker.id


async def make_workers(uow: Uow, count: int, *, attested: Attested | None = READY, **given: object) -> list[UUID]:
    """Store several men of the tenant and return their ids in the order they were made."""
    workers = [new_worker(**given) for _ in range(count)]
    await bulk_insert_workers(uow, workers, attested)
    return [worker.id for worker in workers]


async def register(database: Database, franchise: Franchise, **given: object) -> Worker:
    """Register a man as a recruiter does, in a transaction of its own; fields of `RegisterWorker` can be given."""
    command = RegisterWorker.model_validate({"phone": next_phone(), "first_name": "Иван"} | given)
    async with database.begin(franchise.id, RECRUITER) as uow:
        return await register_worker(uow, command)


async def change(database: Database, franchise: Franchise, worker: Worker, **given: object) -> Worker:
    """Change a man from the version held, in a transaction of its own; fields of `ChangeWorker` can be given."""
    async with database.begin(franchise.id, RECRUITER) as uow:
        return await change_worker(uow, worker.id, ChangeWorker.model_validate(given), worker.version)


async def record(database: Database, franchise: Franchise, worker_id: UUID) -> Worker:
    """Read what the home keeps of a man."""
    async with database.begin(franchise.id, RECRUITER) as uow:
        return await worker_record(uow, worker_id)
