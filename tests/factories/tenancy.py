"""Franchises for tests, founded the way the operator founds them."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dispatch.kit.db import open_engine
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.tenancy.commands import OpenFranchise
from dispatch.tenancy.errors import CONSTRAINTS
from dispatch.tenancy.models import Franchise
from dispatch.tenancy.service import open_franchise

_numbers = itertools.count(1)


@asynccontextmanager
async def owner_database(settings: Settings) -> AsyncIterator[Database]:
    """Units of work of the owner's login, as the operator's command line has them."""
    place = settings.database
    async with Database(open_engine(place.url(place.owner), size=2, name="test-owner"), constraints=CONSTRAINTS) as db:
        yield db


async def make_franchise(settings: Settings, **facts: object) -> Franchise:
    """Found a franchise in St Petersburg with the preset `personal-solution`; `facts` replace fields of the command."""
    n = next(_numbers)
    defaults: dict[str, object] = {
        "slug": f"franchise-{n}",
        "name": f"Franchise {n}",
        "city": "Санкт-Петербург",
        "zone": "Europe/Moscow",
        "lat": 59.9386,
        "lon": 30.3141,
    }
    async with owner_database(settings) as database, database.begin(None, "system:test") as uow:
        return await open_franchise(uow, OpenFranchise.model_validate(defaults | facts))
