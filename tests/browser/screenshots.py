"""Pictures of every page: two widths, two languages, light and dark, with nothing, something and very much on it.

Run by script/screenshots. The product runs on servers of its own; three franchises are the three states.
"""

import argparse
import asyncio
import itertools
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from playwright.async_api import Browser, async_playwright

from dispatch.access.roles import Role
from dispatch.kit.db import open_engine
from dispatch.kit.uow import Database
from dispatch.local.migrate import migrate
from dispatch.local.throwaway import TestCluster
from dispatch.orders.commands import AskedShift
from dispatch.settings import Settings
from dispatch.workers.links import send_link
from tests.factories.access import PASSWORD, make_user
from tests.factories.stage import Stage, open_questions, place, run_lane, say, set_stage
from tests.reliability.system import System

AXE: Final = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
WIDTHS: Final = {1440: 900, 390: 844}
LANGUAGES: Final = {"en": "en-GB", "ru": "ru-RU"}
THEMES: Final = ("light", "dark")
NORMAL_SHIFTS, NORMAL_MEN = 6, 60
MANY_SHIFTS, MANY_MEN = 150, 10_000


@dataclass(frozen=True)
class State:
    """One franchise as somebody sees it: who signs in, and the pages there are."""

    name: str
    login: str
    pages: Sequence[tuple[str, str]]


async def shoot(directory: Path, *, only: str) -> int:
    """Write all pictures and return how many pages axe complained about."""
    with TestCluster() as cluster, tempfile.TemporaryDirectory() as scratch:
        cluster.create_database("pictures")
        settings = cluster.settings("pictures")
        migrate(settings)
        place_ = settings.database
        engine = open_engine(place_.url(place_.app), size=4, name="pictures")
        jobs = open_engine(place_.url(place_.worker), size=4, name="pictures")
        async with Database(engine) as database, Database(jobs) as worker:
            states = [
                await _state("empty", settings, database, worker, shifts=0, men=0),
                await _state("normal", settings, database, worker, shifts=NORMAL_SHIFTS, men=NORMAL_MEN),
                await _state("many", settings, database, worker, shifts=MANY_SHIFTS, men=MANY_MEN),
            ]
            system = System(cluster, "pictures", Path(scratch))
            try:
                system.api.start()
                system.simulator.start()
                system.worker.child = system.api.child
                await system.until_healthy()
                return await _shoot_all(system.api_url, states, directory, only)
            finally:
                system.worker.child = None
                await system.__aexit__()


async def _state(name: str, settings: Settings, database: Database, jobs: Database, *, shifts: int, men: int) -> State:
    sys.stderr.write(f"screenshots: setting the stage '{name}': {shifts} shifts, {men} people\n")
    stage = await set_stage(settings, database, men=men)
    login = (await make_user(database, stage.franchise_id, Role.OWNER)).login
    placed = [await _order(database, stage, n) for n in range(shifts)]
    await run_lane(jobs)
    for question in (await open_questions(jobs, stage, "offer"))[: shifts * 2]:
        await say(jobs, question, "да" if question.code is None or question.code % 4 else "нет")
    pages = [("board", "/board"), ("board-tomorrow", "/board?day=tomorrow"), ("lists", "/board/lists?day=today")]
    pages.append(("tomorrow", "/board/tomorrow"))
    pages += [("duty", "/duty"), ("on-site", "/site")]
    pages += [("on-site-shift", f"/site/{placed[0][0]}")] if placed else []
    pages += [("series", "/series"), ("new-series", f"/series/new?client={stage.client_id}")]
    pages += [("orders", "/orders"), ("new-order", "/orders/new"), ("clients", "/clients")]
    pages += [("client", f"/clients/{stage.client_id}"), ("people", "/people"), ("new-person", "/people/new")]
    pages += [("import", "/people/import"), ("funnel", "/people/funnel"), ("inbox", "/inbox")]
    pages += [
        ("settings", "/settings/policies"),
        ("rules", "/settings/policies/discipline"),
        ("users", "/settings/users"),
    ]
    pages += [("roles", "/settings/roles"), ("tokens", "/settings/tokens"), ("gateways", "/settings/gateways")]
    pages += [("audit", "/settings/audit"), ("rule-history", "/settings/policies/pace/history")]
    pages += [("preset", "/settings/policies/presets/loaders-service")]
    pages += [("shift", f"/shifts/{placed[0][0]}"), ("order", f"/orders/{placed[0][1]}")] if placed else []
    pages += [("pass-list", f"/shifts/{placed[0][0]}/pass-list")] if placed else []
    pages += [("person", f"/people/{stage.workers[0]}")] if stage.workers else []
    pages += (
        [("calls", f"/shifts/{placed[0][0]}/calls"), ("own-page", await _own_page(database, stage))] if placed else []
    )
    pages += [("link-gone", "/w/gone")]
    pages += [("account", "/account"), ("nothing-here", f"/shifts/{stage.site_id}")]
    return State(name, login, pages)


async def _own_page(database: Database, stage: Stage) -> str:
    """Where a worker's link leads; it is read from the text that holds it, which no worker sends here."""
    async with database.begin(stage.franchise_id, "system:test") as uow:
        await send_link(uow, stage.workers[0], "http://here")
        body = await uow.fetchval("SELECT body FROM messages WHERE template = 'worker_link' ORDER BY id DESC LIMIT 1")
    return str(re.findall(r"http://here(/w/\S+)", body)[0])


async def _order(database: Database, stage: Stage, n: int) -> tuple[UUID, UUID]:
    start = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(hours=3 + n % 20, minutes=n % 60)
    asked = AskedShift(starts_at=start, ends_at=start + timedelta(hours=4 + n % 6))
    order = await place(database, stage, 1 + n % 9, asked)
    return order.shifts[0].id, order.id


async def _shoot_all(base: str, states: Sequence[State], directory: Path, only: str) -> int:
    complaints = 0
    flags = ["--disable-gpu", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        for state, language, theme, width in itertools.product(states, LANGUAGES, THEMES, WIDTHS):
            complaints += await _shoot(browser, base, state, directory, only, language, theme, width)
        await browser.close()
    return complaints


async def _shoot(
    browser: Browser, base: str, state: State, directory: Path, only: str, language: str, theme: str, width: int
) -> int:
    complaints = 0
    context = await browser.new_context(
        base_url=base,
        viewport={"width": width, "height": WIDTHS[width]},
        locale=LANGUAGES[language],
        color_scheme="dark" if theme == "dark" else "light",
    )
    page = await context.new_page()
    await page.goto("/login")
    await page.fill("#login", state.login)
    await page.fill("#password", PASSWORD)
    await page.click("button[type=submit]")
    await page.wait_for_url("**/board")
    for name, address in (("login", "/login"), *state.pages):
        if only not in name:
            continue
        await page.goto(address)
        await page.wait_for_timeout(400)
        target = directory / f"{name}-{state.name}-{language}-{theme}-{width}.png"
        await page.screenshot(path=target, full_page=state.name != "many")
        await page.evaluate(AXE.read_text(encoding="utf-8"))
        found = await page.evaluate("axe.run().then((result) => result.violations.map((each) => each.id))")
        wide = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        said = [*found, *(["wider than the window"] if wide else [])]
        complaints += bool(said)
        sys.stdout.write(f"{target.name}{': ' + ', '.join(said) if said else ''}\n")
    await context.close()
    return complaints


def main() -> None:
    """Read the arguments, write the pictures; exit 1 if a page is not accessible or too wide."""
    parser = argparse.ArgumentParser(prog="script/screenshots", description=__doc__)
    parser.add_argument("directory", type=Path, help="where the pictures go; made if missing")
    parser.add_argument("--only", default="", help="part of the names of the pages wanted, e.g. shift")
    given = parser.parse_args()
    given.directory.mkdir(parents=True, exist_ok=True)
    sys.exit(1 if asyncio.run(shoot(given.directory, only=given.only)) else 0)


if __name__ == "__main__":
    main()
