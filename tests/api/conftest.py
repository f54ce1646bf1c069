"""The real app over ASGI: real role, real commits, its own pools; one per test module."""

from collections.abc import AsyncIterator

import pytest_asyncio
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from dispatch.app import create_app
from dispatch.settings import Settings


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    served = create_app(settings)
    async with served.router.lifespan_context(served):
        yield served


@pytest_asyncio.fixture(loop_scope="session")
async def http(app: FastAPI) -> AsyncIterator[AsyncClient]:
    """A client without credentials; a failure of the app is an answer here, as it is for everybody."""
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client
