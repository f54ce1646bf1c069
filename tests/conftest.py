"""One throw-away cluster per run, one migrated template, one database per test module; real roles, real commits."""

import functools
import gc
import itertools
from collections.abc import AsyncIterator, Callable, Iterator

import asyncpg
import hypothesis
import pytest
import pytest_asyncio
import structlog

from dispatch.kit.db import open_engine
from dispatch.kit.uow import Database
from dispatch.local.migrate import migrate
from dispatch.local.throwaway import TestCluster
from dispatch.settings import Settings
from dispatch.wiring import CONSTRAINTS

# A busy machine makes an example slow, not wrong.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")

# Let the checks say what they saw, as tests do; before anybody imports them.
pytest.register_assert_rewrite("tests.invariants.checks", "tests.invariants.scripted")

# Thousands of tests and all they import live until the end: nobody need look through them for garbage, again and again.
gc.disable()

_LONG = ("browser", "invariants", "reliability")
_FIGURE = "figure"
_numbers = itertools.count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="run the long form of the reliability and browser suites")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # What waits for real processes begins first, beside what computes; left to the end it would wait alone.
    items.sort(key=lambda item: item.path.parts[len(config.rootpath.parts) + 1] not in _LONG)
    if not config.getoption("--full"):
        skip = pytest.mark.skip(reason="long form; run with --full")
        for item in items:
            if "full" in item.keywords:
                item.add_marker(skip)


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell the figures that tests took, whichever process they ran in."""
    reports = [report for reports in terminalreporter.stats.values() for report in reports]
    taken = [
        (report.nodeid.split("::")[0], value)
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
        if name == _FIGURE
    ]
    if taken:
        terminalreporter.section("figures")
    for where, told in sorted(taken):
        terminalreporter.write_line(f"{where}: {told}")


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Keeps a sentence with figures for the end of the run's output, where nothing swallows it."""
    return functools.partial(record_property, _FIGURE)


@pytest.fixture(autouse=True)
def plain_tracebacks() -> None:
    """Log as libraries do before a process configures its log, but for tracebacks drawn in colour: seconds for each."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.StackInfoRenderer(),
            structlog.dev.set_exc_info,
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ]
    )


@pytest.fixture(scope="session")
def full(request: pytest.FixtureRequest) -> bool:
    """Whether the long form was asked for."""
    return bool(request.config.getoption("--full"))


@pytest.fixture(scope="session")
def cluster() -> Iterator[TestCluster]:
    """A private PostgreSQL and Redis for this run."""
    with TestCluster() as servers:
        yield servers


@pytest.fixture(scope="session")
def migrated(cluster: TestCluster) -> str:
    """The name of a migrated database to copy: that takes a tenth of a second, migrating takes seconds."""
    name = "template_migrated"
    cluster.create_database(name)
    migrate(cluster.settings(name))
    return name


@pytest.fixture(scope="module")
def settings(cluster: TestCluster, migrated: str) -> Iterator[Settings]:
    """A fresh migrated database for this test module."""
    name = f"test_{next(_numbers)}"
    cluster.create_database(name, template=migrated)
    yield cluster.settings(name)
    cluster.drop_database(name)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app_db(settings: Settings) -> AsyncIterator[Database]:
    """Units of work as the request role, bound by row security."""
    place = settings.database
    async with Database(open_engine(place.url(place.app), size=20, name="test-app"), constraints=CONSTRAINTS) as db:
        yield db


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def jobs_db(settings: Settings) -> AsyncIterator[Database]:
    """Units of work as the job role."""
    place = settings.database
    async with Database(open_engine(place.url(place.worker), size=20, name="test-jobs"), constraints=CONSTRAINTS) as db:
        yield db


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def owner(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """The owner's own connection: for setting the stage and for looking behind it, never for the act under test."""
    place = settings.database
    connection = await asyncpg.connect(
        host=place.host,
        port=place.port,
        database=place.name,
        user=place.owner.user,
        password=place.owner.password.get_secret_value(),
        server_settings={"app.actor": "system:test"},
    )
    yield connection
    await connection.close()
