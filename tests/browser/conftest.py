"""The whole product as real processes, and a real Chromium in front of it."""

import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright, expect

from dispatch.access.roles import Role
from dispatch.kit.db import open_engine
from dispatch.kit.uow import Database
from dispatch.local.throwaway import TestCluster
from dispatch.settings import Settings
from tests.factories.access import PASSWORD, make_user
from tests.factories.stage import Stage, set_stage
from tests.reliability.system import System

# A machine that runs other tests beside is slow, not wrong.
expect.set_options(timeout=30_000)

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass
class House:
    """The product running, with one franchise in it."""

    system: System
    settings: Settings
    stage: Stage
    database: Database
    database_of_jobs: Database

    async def login(self, role: Role) -> str:
        """Make an account of a role; the password is the tests' own."""
        return (await make_user(self.database, self.stage.franchise_id, role)).login


@dataclass
class Window:
    """One browser window, which notes whatever its pages complain about."""

    page: Page
    house: House
    complaints: list[str] = field(default_factory=list)

    async def sign_in(self, role: Role = Role.DISPATCHER) -> None:
        login = await self.house.login(role)
        await self.page.goto("/login")
        await self.page.fill("#login", login)
        await self.page.fill("#password", PASSWORD)
        await self.page.click("button[type=submit]")
        await self.page.wait_for_url("**/board")

    async def accessible(self) -> None:
        """Fail on anything axe finds in the page as it is now."""
        await self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = await self.page.evaluate("axe.run().then((result) => result.violations)")
        assert [(each["id"], [node["html"][:160] for node in each["nodes"][:3]]) for each in found] == []


@pytest.fixture(scope="module")
def chromium() -> str:
    found = shutil.which("chromium")
    assert found is not None, "chromium is missing: run script/bootstrap --test"
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(cluster: TestCluster, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    directory = tmp_path_factory.mktemp("house")
    name = f"browser_{directory.name.replace('-', '_')}"
    cluster.create_database(name, template=migrated)
    settings = cluster.settings(name)
    place = settings.database
    async with (
        Database(open_engine(place.url(place.app), size=4, name="stage")) as database,
        Database(open_engine(place.url(place.worker), size=4, name="stage jobs")) as jobs,
    ):
        stage = await set_stage(settings, database, men=60, preset="demo")
        people = {
            "silent": 0.0,
            "no": 0.1,
            "question": 0.0,
            "hedge": 0.0,
            "unreachable": 0.0,
            "comes": 1.0,
            "late": 0.0,
        }
        async with System(cluster, name, directory, people=people, time_scale=0.01) as system:
            async with database.begin(stage.franchise_id, "system:test") as uow:
                account = await uow.fetchrow("SELECT sid, secret, number FROM sms_accounts")
            assert account is not None
            await system.register_account(account["sid"], account["secret"], account["number"])
            yield House(system, settings, stage, database, jobs)
    cluster.drop_database(name)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    flags = [*_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=chromium, args=flags)
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser, house: House) -> AsyncIterator[BrowserContext]:
    made = await browser.new_context(base_url=house.system.api_url, viewport=WIDE, locale="en-GB")
    made.set_default_timeout(30_000)
    yield made
    await made.close()


@pytest_asyncio.fixture(loop_scope="session")
async def window(context: BrowserContext, house: House) -> AsyncIterator[Window]:
    """A window; at the end of the test no page may have complained, and no policy been broken."""
    page = await context.new_page()
    opened = Window(page, house)

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            opened.complaints.append(f"{message.text} {message.location.get('url', '')}")

    page.on("console", note)
    page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    yield opened
    house.system.assert_running()
    assert opened.complaints == []


@pytest_asyncio.fixture(loop_scope="session")
async def owner(house: House) -> AsyncIterator[asyncpg.Connection]:
    at = house.settings.database
    connection = await asyncpg.connect(
        host=at.host,
        port=at.port,
        database=at.name,
        user=at.owner.user,
        password=at.owner.password.get_secret_value(),
    )
    yield connection
    await connection.close()
