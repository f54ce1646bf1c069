"""A franchise with people who are each asked once a day, and orders that ask exactly so many of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from pydantic import SecretStr

from dispatch.clients.commands import AddClient, AddSite
from dispatch.clients.service import add_client
from dispatch.clients.sites import add_site
from dispatch.kit.db import open_engine
from dispatch.kit.geo import Point
from dispatch.kit.ids import new_id
from dispatch.kit.money import Currency
from dispatch.kit.uow import Database
from dispatch.orders.commands import AskedShift, OverInvite, PlaceOrder
from dispatch.pricing.card import RateCard
from dispatch.pricing.service import write_rate_card
from dispatch.settings import Login, Settings
from dispatch.simulator.config import Account as CarrierAccount
from dispatch.sms.accounts import AddAccount, add_account
from dispatch.staffing.order import open_order
from dispatch.tenancy.commands import OpenFranchise
from dispatch.tenancy.policy import Calendar, QuietHours
from dispatch.tenancy.service import open_franchise, write_policy
from dispatch.wiring import CONSTRAINTS
from dispatch.workers.bulk import Attested, NewWorker, bulk_insert_workers
from dispatch.workers.rules import Attestation
from dispatch.workers.skills import Service, to_mask

ACTOR: Final = "system:chaos"
ASKED_FOR_EACH: Final = 5
"""People asked for each one wanted: the most an order may want."""

_PLACE: Final = Point(lat=59.9270, lon=30.3180)
_ZONE: Final = "Europe/Moscow"
_AHEAD: Final = timedelta(days=4)
_SPARE: Final = 1.2


@dataclass(frozen=True, slots=True)
class Stage:
    """What a run needs to know of its franchise; `account` is its contract with the gateway."""

    franchise_id: UUID
    account_id: UUID
    account: CarrierAccount
    client_id: UUID
    site_id: UUID

    @property
    def number(self) -> str:
        """What its texts leave from."""
        return next(iter(self.account.numbers))


@asynccontextmanager
async def login(settings: Settings, role: Login) -> AsyncIterator[Database]:
    """Open a small pool of one database role."""
    engine = open_engine(settings.database.url(role), size=4, name="dispatch chaos", pool_timeout_s=30)
    async with Database(engine, constraints=CONSTRAINTS) as database:
        yield database


async def set_stage(settings: Settings, *, men: int, rate_per_s: int) -> Stage:
    """Found a franchise whose account sends so many texts a second at any hour, with men who each take one offer a day.

    There are a few more men than asked for, so that waves that run side by side find theirs.
    """
    async with login(settings, settings.database.owner) as database, database.begin(None, ACTOR) as uow:
        known: int = await uow.fetchval("SELECT count(*) FROM phones")
        franchise = await open_franchise(
            uow,
            OpenFranchise(
                slug=f"chaos-{new_id().hex[-8:]}",
                name="Chaos",
                city="Санкт-Петербург",
                zone=_ZONE,
                lat=_PLACE.lat,
                lon=_PLACE.lon,
            ),
        )
    account = CarrierAccount(sid=f"AC{new_id().hex}", auth_token="chaos", numbers={f"+7812{known:07d}": ""})  # noqa: S106 - of a made-up carrier
    async with (
        login(settings, settings.database.app) as database,
        database.begin(franchise.id, ACTOR) as uow,
    ):
        quiet = QuietHours(start=time(0), end=time(0))
        await write_policy(uow, "calendar", Calendar(quiet=quiet), "chaos at any hour")
        stored = await add_account(
            uow,
            AddAccount(
                gateway="simulator",
                sid=account.sid,
                secret=SecretStr(account.auth_token),
                number=next(iter(account.numbers)),
                rate_per_s=rate_per_s,
            ),
        )
        client = await add_client(uow, AddClient(name="Склад на Сенной"))
        site = await add_site(
            uow,
            AddSite(client_id=client.id, address="Сенная пл., 1", lat=_PLACE.lat, lon=_PLACE.lon, zone=_ZONE),
        )
        card = RateCard(service=Service.LOADING, currency=Currency.RUB, bill_rate_minor=22_500, pay_rate_minor=10_000)
        await write_rate_card(uow, card)
        crowd = [_man(known + n) for n in range(int(men * _SPARE))]
        await bulk_insert_workers(uow, crowd, Attested(frozenset(Attestation), "Made up", "chaos"))
    return Stage(franchise.id, stored.id, account, client.id, site.id)


async def order_of(settings: Settings, stage: Stage, asked: int) -> UUID:
    """Place an order that asks `asked` people, rounded up to what fits, and return its shift."""
    starts_at = datetime.now(UTC) + _AHEAD
    command = PlaceOrder(
        client_id=stage.client_id,
        site_id=stage.site_id,
        service=Service.LOADING,
        headcount=max(1, -(-asked // ASKED_FOR_EACH)),
        shifts=(AskedShift(starts_at=starts_at, ends_at=starts_at + timedelta(hours=8)),),
        over_invite=OverInvite(factor=Decimal(ASKED_FOR_EACH)),
    )
    async with (
        login(settings, settings.database.app) as database,
        database.begin(stage.franchise_id, ACTOR) as uow,
    ):
        return (await open_order(uow, command, stage.site_id)).shifts[0].id


def _man(n: int) -> NewWorker:
    return NewWorker(
        id=new_id(),
        e164=f"+7921{n:07d}",
        first_name="Иван",
        last_name="Петров",
        point=_PLACE,
        zone=_ZONE,
        skills=to_mask([Service.LOADING]),
        urgent_ok=True,
        daily_offers=1,
    )
