"""Seeding from the first franchise to the last worker."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from random import Random
from typing import Final
from uuid import UUID

from dispatch.kit.errors import Invalid
from dispatch.kit.uow import Database
from dispatch.seed.cities import DEFAULT_CITIES, City, cities, shares
from dispatch.seed.histories import write_histories
from dispatch.seed.network import ACTOR, HQ_SLUG, StaffLogin, found_franchise, found_hq, lend_to_neighbours
from dispatch.seed.people import draw_workers
from dispatch.workers.bulk import CHUNK, Attested, NewWorker, bulk_insert_workers
from dispatch.workers.rules import Attestation

MOST_WORKERS: Final = 1_000_000
CONNECTIONS: Final = 2
"""How many connections seeding makes use of: give it a database with a pool of at least so many."""

_ATTESTED: Final = Attested(
    frozenset({Attestation.VETTING, Attestation.CONSENT_OFFERS, Attestation.CONSENT_URGENT}),
    "Made-up people of a trial network",
    ACTOR,
)

Progress = Callable[[int, int, str], None]
"""Told after each step: workers stored, workers in all, and what was done."""


class TooManyWorkers(Invalid):
    """More people than a trial needs."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """What seeding came to.

    Attributes:
        done: whether anything was written; False where the network had people already.
        franchises: short name -> workers added.
        logins: the accounts made, with passwords nobody can read again.
        workers: how many workers the network has now.
    """

    done: bool
    workers: int
    franchises: dict[str, int] = field(default_factory=dict)
    marks: int = 0
    logins: list[StaffLogin] = field(default_factory=list)


def silent(_stored: int, _total: int, _what: str) -> None:
    """Report no progress."""


async def seed_network(
    database: Database,
    *,
    workers: int,
    names: Sequence[str] = DEFAULT_CITIES,
    seed: int = 1,
    more: bool = False,
    progress: Progress = silent,
) -> Seeded:
    """Found a head office and a franchise in each city, and fill the shared pool with people.

    Where the network has people already nothing happens, unless more are asked for: then missing franchises are
    founded and the people are added. Workers are stored in transactions of `CHUNK`; what is stored when it is
    interrupted stays.

    Args:
        database: of the owner's login.
        workers: how many people to add, divided among the cities by population.
        names: of the cities, Russian or Latin.
        seed: the same number gives the same people, but for their ids.
        more: add to what is there.
        progress: called after each step.

    Raises:
        CityUnknown: a name is not that of a Russian place.
        CityTwice: two names mean the same place.
        TooManyWorkers: more than a million.
    """
    if not 0 < workers <= MOST_WORKERS:
        raise TooManyWorkers(f"Ask for 1 to {MOST_WORKERS:,} workers.")
    chosen = await asyncio.to_thread(cities, names)
    async with database.begin(None, ACTOR) as uow:
        rows = await uow.fetch("SELECT slug, id FROM franchises")
        there: int = await uow.fetchval("SELECT count(*) FROM workers")
        today = uow.now.date()
    if there and not more:
        return Seeded(done=False, workers=there)
    known: dict[str, UUID] = {row["slug"]: row["id"] for row in rows}
    logins = [] if HQ_SLUG in known else await found_hq(database)
    homes: dict[UUID, City] = {}
    for city in chosen:
        tenant = known.get(city.slug)
        if tenant is None:
            tenant, hired = await found_franchise(database, city, len(known))
            known[city.slug] = tenant
            logins += hired
            progress(0, workers, f"Founded {city.slug}")
        homes[tenant] = city
    await lend_to_neighbours(database, homes)
    crowd = _Crowd(database, workers, seed, there, progress)
    added = dict(zip((city.slug for city in chosen), shares(workers, chosen), strict=True))
    for tenant, city in homes.items():
        await crowd.move_in(tenant, city, added[city.slug], today)
    await _analyze(database)
    return Seeded(done=True, workers=there + crowd.stored, franchises=added, marks=crowd.marks, logins=logins)


class _Crowd:
    """Stores people chunk by chunk, `CONNECTIONS` at a time: while the database stores one, the next is drawn."""

    def __init__(self, database: Database, total: int, seed: int, there: int, progress: Progress) -> None:
        self.stored = 0
        self.marks = 0
        self._database = database
        self._total = total
        self._seed = f"{seed}:{there}"
        self._drawn = there
        self._progress = progress

    async def move_in(self, tenant: UUID, city: City, count: int, today: date) -> None:
        slots = asyncio.Semaphore(CONNECTIONS)
        drawn = draw_workers(
            city, count, first_index=self._drawn, today=today, random=_chance(self._seed, city.slug, "people")
        )
        self._drawn += count
        async with asyncio.TaskGroup() as tasks:
            await slots.acquire()
            for nth, chunk in enumerate(_chunks(drawn)):
                tasks.create_task(self._store(tenant, city.slug, nth, chunk, slots))
                await slots.acquire()

    async def _store(
        self, tenant: UUID, slug: str, nth: int, people: list[NewWorker], slots: asyncio.Semaphore
    ) -> None:
        async with self._database.begin(tenant, ACTOR) as uow:
            await bulk_insert_workers(uow, people, _ATTESTED)
            past = _chance(self._seed, slug, f"past {nth}")
            self.marks += await write_histories(uow, [worker.id for worker in people], past)
        slots.release()
        self.stored += len(people)
        self._progress(self.stored, self._total, slug)


def _chance(*names: str) -> Random:
    return Random(":".join(names))  # noqa: S311 - drawn to be repeatable, not secret


def _chunks(workers: Iterator[NewWorker]) -> Iterator[list[NewWorker]]:
    while chunk := list(islice(workers, CHUNK)):
        yield chunk


async def _analyze(database: Database) -> None:
    """Tell the planner how many people there are now, rather than let the first orders run on old figures."""
    async with database.begin(None, ACTOR) as uow:
        for table in ("workers", "worker_contacts", "phones", "phone_holders", "worker_availability", "marks"):
            await uow.run(f"ANALYZE {table}")
