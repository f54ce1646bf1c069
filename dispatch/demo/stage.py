"""Setting the stage: a network with people, the pace of the demonstration, and what its program needs to know."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from dispatch.access.commands import CreateToken
from dispatch.access.roles import Role
from dispatch.access.service import create_token
from dispatch.demo.errors import NoSiteToDemonstrateAt
from dispatch.kit.db import open_engine
from dispatch.kit.uow import Database
from dispatch.seed.clients import SENNAYA
from dispatch.seed.network import StaffLogin
from dispatch.seed.run import CONNECTIONS, seed_network
from dispatch.settings import Settings
from dispatch.tenancy.service import apply_preset
from dispatch.wiring import CONSTRAINTS

ACTOR: Final = "system:demo"
PRESET: Final = "demo"

_SITE: Final = """
SELECT s.franchise_id, s.id AS site_id, s.client_id, s.address, f.slug
FROM sites s JOIN franchises f ON f.id = s.franchise_id AND f.status = 'active'
WHERE s.archived_at IS NULL AND position($1 IN s.address) > 0 ORDER BY s.created_at, s.id LIMIT 1
"""
_DISPATCHER: Final = """
SELECT id FROM staff_users
WHERE franchise_id = $1 AND role IN ('dispatcher', 'owner') AND disabled_at IS NULL ORDER BY role, created_at LIMIT 1
"""
_ACCOUNTS: Final = (
    "SELECT sid, secret, number FROM sms_accounts WHERE gateway = 'simulator' AND enabled ORDER BY number"
)
_PEOPLE: Final = """
SELECT p.e164 AS phone, c.first_name, left(c.last_name, 1) AS initial, p.zone, c.language
FROM worker_contacts c JOIN phones p ON p.id = c.phone_id JOIN workers w ON w.id = c.worker_id
WHERE w.invitable ORDER BY p.e164
"""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Account:
    """A carrier account of the platform."""

    sid: str
    secret: str
    number: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody behind a phone, as he knows himself."""

    phone: str
    first_name: str
    initial: str
    zone: str
    language: str


@dataclass(frozen=True, slots=True)
class Stage:
    """What the demonstration needs to know of its network.

    Attributes:
        token: of a program that may dispatch for the franchise.
        logins: of the people who work here, where they were made just now.
    """

    franchise_id: UUID
    slug: str
    client_id: UUID
    site_id: UUID
    address: str
    token: str
    accounts: tuple[Account, ...]
    people: tuple[Person, ...]
    logins: tuple[StaffLogin, ...]


async def set_stage(settings: Settings, *, workers: int, seed: int, say: Say) -> Stage:
    """Make up a network where there is none, give its franchise the pace of the demonstration, and look at it.

    Raises:
        NoSiteToDemonstrateAt: there is a network, but not of ours.
    """
    async with _owner(settings) as database:
        seeded = await seed_network(
            database,
            workers=workers,
            seed=seed,
            progress=lambda stored, total, what: say(f"Making up people: {stored} of {total} ({what})"),
        )
        async with database.begin(None, ACTOR) as uow:
            place = await uow.fetchrow(_SITE, SENNAYA)
            if place is None:
                raise NoSiteToDemonstrateAt(
                    f"The network on this machine has no site at {SENNAYA}: run `dispatch demo --once`, which makes "
                    "a network of its own."
                )
            accounts = tuple(Account(**dict(row)) for row in await uow.fetch(_ACCOUNTS))
            people = tuple(Person(**dict(row)) for row in await uow.fetch(_PEOPLE))
        async with database.begin(place["franchise_id"], ACTOR) as uow:
            await apply_preset(uow, PRESET, "The demonstration")
            maker: UUID = await uow.fetchval(_DISPATCHER, place["franchise_id"])
            _, token = await create_token(
                uow,
                CreateToken(name="Demonstration", role=Role.DISPATCHER),
                created_by=maker,
                granter=Role.OPERATOR,
            )
    return Stage(
        franchise_id=place["franchise_id"],
        slug=place["slug"],
        client_id=place["client_id"],
        site_id=place["site_id"],
        address=place["address"],
        token=token,
        accounts=accounts,
        people=people,
        logins=tuple(seeded.logins),
    )


async def worker_beats(settings: Settings) -> bool:
    """Tell whether a worker has ever beaten, which it does when it is ready; asked of a database of our own."""
    async with _owner(settings) as database, database.begin(None, ACTOR) as uow:
        fresh = "SELECT EXISTS (SELECT FROM beats WHERE source = 'worker' AND at > now() - interval '5 seconds')"
        return bool(await uow.fetchval(fresh))


@asynccontextmanager
async def _owner(settings: Settings) -> AsyncIterator[Database]:
    place = settings.database
    engine = open_engine(place.url(place.owner), size=CONNECTIONS, name="dispatch demo", pool_timeout_s=10)
    async with Database(engine, constraints=CONSTRAINTS) as database:
        yield database
