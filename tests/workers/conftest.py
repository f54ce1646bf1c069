"""Two franchises of the network: one at home, one that may borrow."""

import pytest_asyncio

from dispatch.settings import Settings
from dispatch.tenancy.models import Franchise
from tests.factories.tenancy import make_franchise


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def home(settings: Settings) -> Franchise:
    """The franchise whose men these are."""
    return await make_franchise(settings)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def guest(settings: Settings) -> Franchise:
    """Another franchise of the network, in Moscow."""
    return await make_franchise(settings, city="Москва", lat=55.7558, lon=37.6173)
