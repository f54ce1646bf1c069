"""A foreman without a network: ten marks on a phone whose clock is wrong, kept through reloads, each sent once."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, Page, expect

from dispatch.access.roles import Role
from dispatch.app import create_app
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from tests.browser.conftest import AXE, NARROW
from tests.factories.access import PASSWORD, make_user
from tests.factories.crew import Crew
from tests.factories.on_site import foremans_crew
from tests.factories.stage import Stage, set_stage

FAST = timedelta(minutes=7)
AHEAD = f"""{{
  const Real = Date;
  const ahead = {int(FAST.total_seconds() * 1000)};
  globalThis.Date = class extends Real {{
    constructor(...given) {{ if (given.length) super(...given); else super(Real.now() + ahead); }}
    static now() {{ return Real.now() + ahead; }}
  }};
}}"""
"""A clock that is seven minutes fast, for every page."""
CLOSE = timedelta(seconds=5)
PICTURE = Path(__file__).parents[2] / "dispatch/web/static/site-512.png"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def address(settings: Settings) -> AsyncIterator[str]:
    """The API alone, in this very process: a phone on site needs nothing else."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(settings), log_config=None, timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    await serving


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=0)


@pytest_asyncio.fixture(loop_scope="session")
async def owner(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """A look behind the stage of this module, not of the house."""
    at = settings.database
    secret = at.owner.password.get_secret_value()
    connection = await asyncpg.connect(
        host=at.host, port=at.port, database=at.name, user=at.owner.user, password=secret
    )
    yield connection
    await connection.close()


@dataclass
class Foreman:
    """His phone, the crew of his shift, and when he pressed what."""

    page: Page
    crew: Crew
    pressed: dict[str, datetime] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    async def mark(self, kind: str, seat_id: UUID, button: str, choice: str = "") -> None:
        man = self.page.locator(f"#seat-{seat_id}")
        await man.get_by_role("button", name=button, exact=True).click()
        if choice:
            await self.page.get_by_role("dialog").get_by_role("button", name=choice).click()
        self.pressed[f"{kind} {seat_id}"] = datetime.now(UTC)
        await expect(man.locator(".site-sync")).to_contain_text("saved here")

    async def shows(self, state: str, count: int) -> None:
        await expect(self.page.locator(f"#marks li[data-state={state}]")).to_have_count(count)

    async def accessible(self) -> None:
        await self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = await self.page.evaluate("axe.run().then((result) => result.violations)")
        assert [(each["id"], [node["html"][:160] for node in each["nodes"][:3]]) for each in found] == []


@pytest_asyncio.fixture(loop_scope="session")
async def foreman(
    browser: Browser, address: str, app_db: Database, jobs_db: Database, owner: asyncpg.Connection, stage: Stage
) -> AsyncIterator[Foreman]:
    """Signed in, his shift's page open and kept, his clock seven minutes fast."""
    crew = await foremans_crew(jobs_db, owner, stage, 10)
    user = await make_user(app_db, stage.franchise_id, Role.FOREMAN)
    context = await browser.new_context(base_url=address, viewport=NARROW, locale="en-GB")  # type: ignore[arg-type]
    context.set_default_timeout(30_000)
    await context.add_init_script(AHEAD)
    page = await context.new_page()
    foreman = Foreman(page, crew)
    page.on("console", lambda said: foreman.complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: foreman.complaints.append(str(error)))
    await page.goto(f"/login?next=/site/{crew.shift_id}")
    await page.fill("#login", user.login)
    await page.fill("#password", PASSWORD)
    await page.click("button[type=submit]")
    await page.wait_for_url(f"**/site/{crew.shift_id}")
    await expect(page.locator("html")).to_have_attribute("data-kept", "yes")
    await expect(page.locator("#net")).to_have_text("In touch. Everything is sent.")
    yield foreman
    assert [said for said in foreman.complaints if "ERR_INTERNET_DISCONNECTED" not in said] == []
    await context.close()


async def test_ten_marks_without_a_network_arrive_once_with_their_own_times(
    foreman: Foreman, owner: asyncpg.Connection
) -> None:
    page, crew = foreman.page, foreman.crew
    seats, gone = crew.seats, crew.seats[0]
    await foreman.accessible()
    await page.context.set_offline(True)
    for seat_id in seats[:7]:
        await foreman.mark("arrived", seat_id, "Here")
    await expect(page.locator("#net")).to_contain_text("No network")

    await page.reload()
    await foreman.shows("saved", 7)
    await expect(page.locator(f"#seat-{gone}")).to_have_attribute("data-state", "there")
    for seat_id in seats[7:9]:
        await foreman.mark("late", seat_id, "Late", "30 min")
    await foreman.mark("left", gone, "He left", "I let him go")
    await page.reload()
    await foreman.shows("saved", 10)
    await foreman.accessible()
    assert await owner.fetchval("SELECT count(*) FROM site_marks WHERE shift_id = $1", crew.shift_id) == 0

    await page.context.set_offline(False)
    await foreman.shows("sent", 10)
    await expect(page.locator("#net")).to_have_text("In touch. Everything is sent.")
    await page.reload()
    await foreman.shows("sent", 10)
    await expect(page.locator(f"#seat-{gone}")).to_have_attribute("data-state", "left")
    await foreman.accessible()
    await _stored_as_pressed(owner, crew, foreman.pressed)
    await _papers_follow(foreman, owner)


async def _stored_as_pressed(owner: asyncpg.Connection, crew: Crew, pressed: Mapping[str, datetime]) -> None:
    rows = await owner.fetch("SELECT * FROM site_marks WHERE shift_id = $1 ORDER BY at", crew.shift_id)
    assert [f"{row['kind']} {row['seat_id']}" for row in rows] == list(pressed)
    for row, moment in zip(rows, pressed.values(), strict=True):
        assert abs(row["at"] - moment) < CLOSE
        assert abs(row["made_at"] - FAST - moment) < CLOSE
        assert abs(row["clock_offset"] + FAST) < CLOSE
    at = {f"{row['kind']} {row['seat_id']}": row["at"] for row in rows}
    seats = {row["id"]: row for row in await owner.fetch("SELECT * FROM seats WHERE shift_id = $1", crew.shift_id)}
    for seat_id in crew.seats[:7]:
        assert (seats[seat_id]["status"], seats[seat_id]["arrival_source"]) == ("arrived", "foreman")
        assert seats[seat_id]["arrived_at"] == at[f"arrived {seat_id}"]
    assert {seats[seat_id]["announced_min"] for seat_id in crew.seats[7:9]} <= {30, 31}
    assert seats[crew.seats[0]]["left_at"] == at[f"left {crew.seats[0]}"]
    assert seats[crew.seats[9]]["status"] == "booked"


async def _papers_follow(foreman: Foreman, owner: asyncpg.Connection) -> None:
    """A photo, made small on the phone; then the end of the work, with hours and a signature."""
    page, crew = foreman.page, foreman.crew
    await page.set_input_files("#photo", PICTURE)
    await foreman.shows("sent", 11)
    await page.get_by_role("button", name="Work finished").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("textbox").first.fill("7,5")
    await dialog.get_by_label("Who signs for the client").fill("Семёнов")
    await foreman.accessible()
    await page.locator("#sign").scroll_into_view_if_needed()
    box = await page.locator("#sign").bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 20, box["y"] + 20)
    await page.mouse.down()
    await page.mouse.move(box["x"] + 150, box["y"] + 60, steps=4)
    await page.mouse.up()
    await dialog.get_by_role("button", name="Finish").click()
    await foreman.shows("sent", 12)
    rows = await owner.fetch(
        """SELECT m.kind, f.media_type, m.detail FROM site_marks m
           JOIN files f ON f.franchise_id = m.franchise_id AND f.sha256 = m.sha256
           WHERE m.shift_id = $1 ORDER BY m.at""",
        crew.shift_id,
    )
    assert [(row["kind"], row["media_type"]) for row in rows] == [("register", "image/jpeg"), ("finished", "image/png")]
    report = json.loads(rows[1]["detail"])
    assert (list(report["minutes"].values()), report["signed_by"]) == ([450], "Семёнов")
