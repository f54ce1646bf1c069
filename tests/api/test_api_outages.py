"""What the real driver raises when the database fails us, as a client sees it."""

import io
import logging
import socket
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import pytest_asyncio
import structlog
from fastapi import FastAPI
from sqlalchemy import text

from dispatch.api.errors import install_errors
from dispatch.api.middleware import RequestContext
from dispatch.kit.db import open_engine
from dispatch.kit.log import configure_logging
from dispatch.kit.uow import Database, Uow
from dispatch.settings import Settings

END_OWN_BACKEND = "SELECT pg_terminate_backend(pg_backend_pid())"
NAME = "Иван Петров"


@pytest_asyncio.fixture
async def small_db(settings: Settings) -> AsyncIterator[Database]:
    place = settings.database
    async with Database(open_engine(place.url(place.app), size=1, name="test-outages", pool_timeout_s=0.1)) as db:
        yield db


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    configure_logging("info", as_json=True, stream=stream)
    yield stream
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


async def answer_of(database: Database, sql: str, *, raw: bool) -> httpx.Response:
    """Serve one request that runs this statement with a name as its parameter where it takes one."""
    app = FastAPI()
    install_errors(app)
    app.add_middleware(RequestContext)

    @app.get("/")
    async def run() -> str:
        async with database.begin(None, "system:test") as uow:
            await _run(uow)
        return "done"

    async def _run(uow: Uow) -> None:
        if raw:
            await uow.fetch(sql, *([NAME] if "$1" in sql else []))
        else:
            await uow.session.execute(text(sql), {"name": NAME})

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api") as client:
        return await client.get("/")


async def test_a_pool_without_a_free_connection(small_db: Database) -> None:
    async with small_db.begin(None, "system:test"):
        answer = await answer_of(small_db, "SELECT 1", raw=False)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"]
    assert (await answer_of(small_db, "SELECT 1", raw=False)).status_code == 200


@pytest.mark.parametrize("raw", [False, True])
async def test_a_connection_lost_in_mid_request(small_db: Database, *, raw: bool) -> None:
    answer = await answer_of(small_db, END_OWN_BACKEND, raw=raw)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


@pytest.mark.parametrize("raw", [False, True])
async def test_a_statement_that_takes_too_long(small_db: Database, *, raw: bool) -> None:
    slow = "SELECT pg_sleep(5) FROM (SELECT set_config('statement_timeout', '50', true)) AS s"
    async with small_db.engine.connect() as connection:
        await connection.execute(text("SET statement_timeout = '50ms'"))
        await connection.commit()
    answer = await answer_of(small_db, slow, raw=raw)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


async def test_no_server_at_all() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = Settings()
    place = settings.database.model_copy(update={"port": port})
    async with Database(open_engine(place.url(place.app), size=1, name="test-outages")) as database:
        answer = await answer_of(database, "SELECT 1", raw=False)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


@pytest.mark.parametrize(
    ("sql", "raw"),
    [
        ("SELECT CAST(CAST(:name AS text) AS uuid)", False),
        ("SELECT CAST(:name AS integer)", False),
        ("SELECT $1::text::uuid", True),
        ("SELECT $1::integer", True),
        ("SELECT 1 / 0, :name", False),
        ("SELECT no_such_column", True),
    ],
)
async def test_a_statement_of_ours_that_is_wrong_is_500_and_the_log_withholds_its_values(
    small_db: Database, lines: io.StringIO, sql: str, *, raw: bool
) -> None:
    answer = await answer_of(small_db, sql, raw=raw)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert answer.json()["incident_id"] in lines.getvalue()
    for word in NAME.split():
        assert word not in lines.getvalue()
        assert word not in answer.text
