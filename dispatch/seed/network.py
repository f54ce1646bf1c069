"""The franchises of the made-up network: policy, carrier account, prices, staff, clients, and who lends to whom."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from pydantic import SecretStr

from dispatch.access.commands import CreateUser
from dispatch.access.roles import Role
from dispatch.access.service import create_user
from dispatch.kit.geo import haversine_m
from dispatch.kit.ids import new_id
from dispatch.kit.money import Currency
from dispatch.kit.uow import Database, Uow
from dispatch.pricing.card import RateCard
from dispatch.pricing.service import write_rate_card
from dispatch.seed.cities import City
from dispatch.seed.clients import add_clients
from dispatch.tenancy.commands import GrantLending, OpenFranchise
from dispatch.tenancy.models import FranchiseKind
from dispatch.tenancy.service import grant_lending, open_franchise
from dispatch.workers.skills import Service

ACTOR: Final = "system:seed"
HQ_SLUG: Final = "hq"

_OF_HQ: Final = (Role.OPERATOR, Role.HQ, Role.CALL_CENTRE)
_OF_FRANCHISE: Final = (Role.OWNER, Role.DISPATCHER, Role.FOREMAN, Role.RECRUITER, Role.ACCOUNTANT)
_TITLES: Final[Mapping[Role, str]] = {
    Role.OPERATOR: "Оператор",
    Role.HQ: "Управляющий сетью",
    Role.CALL_CENTRE: "Колл-центр",
    Role.OWNER: "Владелец",
    Role.DISPATCHER: "Диспетчер",
    Role.FOREMAN: "Бригадир",
    Role.RECRUITER: "Рекрутёр",
    Role.ACCOUNTANT: "Бухгалтер",
}
_RATES: Final[Mapping[Service, tuple[int, int]]] = {
    Service.LOADING: (22_500, 10_000),
    Service.MOVING: (25_000, 11_000),
    Service.SNOW_REMOVAL: (24_000, 11_500),
    Service.ROOF_WORK: (42_000, 21_000),
    Service.CLEANING: (20_000, 9_500),
    Service.CASHIER: (26_000, 13_000),
}
"""Service -> bill and pay of one man for an hour, in kopecks."""
_PRESETS: Final = ("personal-solution", "loaders-service")
_NEIGHBOURS: Final = 5
_TEXTS_PER_S: Final = 100
_LETTERS: Final = "abcdefghijkmnopqrstuvwxyz23456789"
_LENGTH: Final = 14


@dataclass(frozen=True, slots=True)
class StaffLogin:
    """An account made for a person to sign in with; the password is known here and nowhere else."""

    franchise: str
    role: Role
    login: str
    password: str


async def found_hq(database: Database) -> list[StaffLogin]:
    """Found the head office, in the place of none: its people see figures of the network, and no workers."""
    command = OpenFranchise(
        slug=HQ_SLUG,
        name="Управляющая компания",
        city="Санкт-Петербург",
        zone="Europe/Moscow",
        lat=59.93863,
        lon=30.31413,
        kind=FranchiseKind.HQ,
    )
    async with database.begin(None, ACTOR) as uow:
        await open_franchise(uow, command)
        return await _hire(uow, HQ_SLUG, _OF_HQ)


async def found_franchise(database: Database, city: City, nth: int) -> tuple[UUID, list[StaffLogin]]:
    """Found one franchise with everything an order needs but workers; in one transaction.

    Args:
        database: of the owner's login.
        city: where.
        nth: its number from 0; it decides between the presets and numbers the phone that texts come from.
    """
    command = OpenFranchise(
        slug=city.slug,
        name=f"Грузчики — {city.name}",
        city=city.name,
        zone=city.place.zone,
        lat=city.place.point.lat,
        lon=city.place.point.lon,
        preset=_PRESETS[nth % len(_PRESETS)],
    )
    async with database.begin(None, ACTOR) as uow:
        franchise = await open_franchise(uow, command)
        await _open_account(uow, nth)
        for service, (bill, pay) in _RATES.items():
            card = RateCard(service=service, currency=Currency.RUB, bill_rate_minor=bill, pay_rate_minor=pay)
            await write_rate_card(uow, card)
        await add_clients(uow, city)
        return franchise.id, await _hire(uow, city.slug, _OF_FRANCHISE)


async def lend_to_neighbours(database: Database, franchises: Mapping[UUID, City]) -> None:
    """Let each franchise borrow from its nearest neighbours, the nearest in the first ring."""
    for lender, home in franchises.items():
        nearest = sorted(
            (other for other in franchises if other != lender),
            key=lambda other: haversine_m(franchises[other].place.point, home.place.point),
        )
        async with database.begin(lender, ACTOR) as uow:
            for ring, borrower in enumerate(nearest[:_NEIGHBOURS], start=1):
                await grant_lending(uow, borrower, GrantLending(ring=ring, fee_percent=10))


async def _open_account(uow: Uow, nth: int) -> None:
    """Open the carrier account of the tenant, bound to the simulator: no real phone is ever reached through it."""
    await uow.run(
        """INSERT INTO sms_accounts (id, franchise_id, gateway, sid, secret, number, rate_per_s)
           VALUES ($1, $2, 'simulator', $3, $4, $5, $6)""",
        new_id(),
        uow.franchise_id,
        f"AC{secrets.token_hex(16)}",
        secrets.token_hex(16),
        f"+7800{5_550_000 + nth:07d}",
        _TEXTS_PER_S,
    )


async def _hire(uow: Uow, slug: str, roles: Sequence[Role]) -> list[StaffLogin]:
    hired = []
    for role in roles:
        login = StaffLogin(slug, role, f"{role.replace('_', '-')}@{slug}", _password())
        command = CreateUser(login=login.login, name=_TITLES[role], role=role, password=SecretStr(login.password))
        await create_user(uow, command, granter=Role.OPERATOR)
        hired.append(login)
    return hired


def _password() -> str:
    """Return seventy bits of chance that can be read out loud: no letter looks like another."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
