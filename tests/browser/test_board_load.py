"""A full board on a busy evening: soon there, and then fifty changes a second, nothing missed and nothing stuck.

Two hundred shifts. Ten seconds; with `--full` a minute, and then the page's own time is judged, too.
"""

import asyncio
import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from dispatch.access.roles import Role
from dispatch.orders.commands import AskedShift
from tests.browser.conftest import House, Window
from tests.factories.access import make_user
from tests.factories.stage import place

pytestmark = pytest.mark.timed

SHIFTS, CHANGES_A_SECOND = 200, 50
SITE_ZONE, BOARD = ZoneInfo("Europe/Moscow"), "/board?day=tomorrow"
LONG_MS, STUCK_MS, MOST_LONG_A_MINUTE = 50, 200, 6
FIRST_PAGE_MS, TRIES = 1000, 5

# Shown on the card, and of no interest to any job: nobody but the test changes these shifts.
_CHANGE = """
UPDATE shifts SET owner_id = CASE WHEN owner_id IS NULL THEN $2::uuid END, version = version + 1 WHERE id = $1
"""
_WANTED = "SELECT id::text, version FROM shifts WHERE id = ANY ($1)"
_WATCH = """() => {
  window.longTasks = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.longTasks.push(Math.round(entry.duration));
  }).observe({ type: "longtask" });
}"""
_TIMES = """() => new Promise((resolve) => {
  new PerformanceObserver((list) => {
    const [paint] = list.getEntriesByName("first-contentful-paint");
    if (paint) resolve([paint.startTime, performance.getEntriesByType("navigation")[0].loadEventEnd]);
  }).observe({ type: "paint", buffered: true });
})"""
_SHOWN = """() => Object.fromEntries(
  [...document.querySelectorAll("#board > li")].map((card) => [card.dataset.shift, Number(card.dataset.version)])
)"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shifts(house: House) -> list[UUID]:
    """Shifts of tomorrow's noon at the site, all on one board at whatever hour this runs."""
    noon = datetime.now(SITE_ZONE).replace(hour=12, minute=0, second=0, microsecond=0)
    start = noon + timedelta(days=1)
    asked = AskedShift(starts_at=start, ends_at=start + timedelta(hours=8))
    placed = [(await place(house.database, house.stage, 1, asked)).shifts[0].id for _ in range(SHIFTS)]
    async with house.database.begin(house.stage.franchise_id, "system:test") as uow:
        await uow.run("UPDATE shifts SET paused_at = now()")  # nobody is asked: the changes are the test's alone
    return placed


async def opened(page: Page, address: str) -> tuple[float, float]:
    """Open a page and return the milliseconds from the start of navigation to its first paint, and to its load."""
    await page.goto(address, wait_until="load")
    painted, loaded = await page.evaluate(_TIMES)
    return painted, loaded


async def test_the_first_page_is_there_within_a_second(
    browser: Browser, window: Window, shifts: list[UUID], figure: Callable[[str], None], *, full: bool
) -> None:
    """Nothing is in the cache; the best of a few tries, as a busy machine makes slow what is not."""
    await window.sign_in()
    for address, who in (("/login", None), (BOARD, await window.page.context.storage_state())):
        best = (float("inf"), float("inf"))
        for _ in range(TRIES if full else 1):
            context = await browser.new_context(base_url=window.house.system.api_url, storage_state=who)
            painted, loaded = await opened(await context.new_page(), address)
            await context.close()
            best = min(best, (painted, loaded), key=max)
            if max(best) < FIRST_PAGE_MS:
                break
        figure(f"first page {address}: painted after {best[0]:.0f} ms, loaded after {best[1]:.0f} ms, nothing cached")
        if full:  # the short form shares its two cores with other tests, as below
            assert max(best) < FIRST_PAGE_MS


async def change(owner: asyncpg.Connection, shifts: list[UUID], seconds: float, owner_id: UUID) -> int:
    """Change random shifts at a steady rate and return how many changes were made."""
    dice, began, made = random.Random(7), time.monotonic(), 0
    while time.monotonic() - began < seconds:
        await owner.execute(_CHANGE, dice.choice(shifts), owner_id)
        made += 1
        await asyncio.sleep(max(0.0, made / CHANGES_A_SECOND - (time.monotonic() - began)))
    return made


async def test_a_full_board_misses_nothing_and_stays_quick(
    window: Window, shifts: list[UUID], owner: asyncpg.Connection, figure: Callable[[str], None], *, full: bool
) -> None:
    page = window.page
    colleague = (await make_user(window.house.database, window.house.stage.franchise_id, Role.DISPATCHER)).id
    await window.sign_in()
    await page.goto(BOARD)
    await expect(page.locator("#board > li").nth(SHIFTS - 1)).to_be_attached()
    await page.wait_for_timeout(1000)
    await page.evaluate(_WATCH)
    seconds = 60.0 if full else 10.0
    made = await change(owner, shifts, seconds, colleague)
    for _ in range(100):
        wanted = dict(await owner.fetch(_WANTED, shifts))
        shown = {key: version for key, version in (await page.evaluate(_SHOWN)).items() if key in wanted}
        if shown == wanted:
            break
        await page.wait_for_timeout(100)
    assert shown == wanted
    tasks = [task for task in await page.evaluate("window.longTasks") if task > LONG_MS]
    figure(
        f"board: {made} changes of {SHIFTS} shifts in {seconds:.0f} s, none missed; "
        f"tasks over {LONG_MS} ms: {sorted(tasks) or 'none'}"
    )
    if full:  # the short form shares its two cores with other tests, so its times say nothing about the page
        assert made >= CHANGES_A_SECOND * seconds * 0.8
        assert max(tasks, default=0) <= STUCK_MS
        assert len(tasks) <= MOST_LONG_A_MINUTE
