"""What happens elsewhere shows on an open screen, and nothing is read twice for it."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from playwright.async_api import Locator, Route, expect

from dispatch.access.roles import Role
from dispatch.orders.commands import AskedShift
from tests.browser.conftest import House, Window
from tests.factories.access import make_user
from tests.factories.stage import place, tomorrow

PATIENCE_MS = 180_000
NOTES_NEWS = """
document.addEventListener("dispatch:news", (event) => { document.documentElement.dataset.told = event.detail.what; });
"""


@dataclass(frozen=True)
class Quiet:
    """A shift of which there is no news but the test's: nobody is asked."""

    house: House
    id: UUID
    colleague: UUID

    @classmethod
    async def placed(cls, house: House) -> "Quiet":
        start = datetime.now(UTC) + timedelta(hours=60)
        asked = AskedShift(starts_at=start, ends_at=start + timedelta(hours=8))
        shift_id = (await place(house.database, house.stage, 2, asked)).shifts[0].id
        colleague = await make_user(house.database, house.stage.franchise_id, Role.DISPATCHER)
        quiet = cls(house, shift_id, colleague.id)
        await quiet.change("paused_at = now()")
        return quiet

    async def change(self, what: str, *values: UUID) -> None:
        async with self.house.database.begin(self.house.stage.franchise_id, "system:test") as uow:
            await uow.run(f"UPDATE shifts SET {what}, version = version + 1 WHERE id = $1", self.id, *values)

    async def opened_and_followed(self, window: Window) -> Locator:
        """Open it, see that news of it arrives, and return the part that shows whose it is: a colleague's."""
        await window.sign_in()
        await window.page.goto(f"/shifts/{self.id}")
        crew = window.page.locator("#crew")
        await expect(crew).to_contain_text("With nobody")
        await self.change("owner_id = $2", self.colleague)
        await expect(crew).not_to_contain_text("With nobody")
        return crew


async def test_what_changes_while_an_answer_is_on_its_way_is_shown(window: Window, house: House) -> None:
    quiet = await Quiet.placed(house)
    crew = await quiet.opened_and_followed(window)
    answered = asyncio.Event()

    async def slow(route: Route) -> None:
        answer = await route.fetch()
        answered.set()
        await asyncio.sleep(0.4)
        await route.fulfill(response=answer)

    await window.page.route(f"**/shifts/{quiet.id}/crew", slow)
    await quiet.change("paused_at = now()")
    await answered.wait()
    await quiet.change("owner_id = NULL")
    await expect(crew).to_contain_text("With nobody")
    await window.page.unroute_all(behavior="wait")


async def test_what_changes_before_the_stream_begins_is_shown(window: Window, house: House) -> None:
    quiet = await Quiet.placed(house)
    crew = await quiet.opened_and_followed(window)

    async def late(route: Route) -> None:
        await expect(crew).not_to_contain_text("With nobody")
        await quiet.change("owner_id = NULL")
        await route.continue_()

    await window.page.route("**/live", late, times=1)
    await window.page.reload()
    await expect(crew).to_contain_text("With nobody")


async def test_a_page_that_shows_everything_is_not_read_anew(window: Window, house: House) -> None:
    await (await Quiet.placed(house)).opened_and_followed(window)
    page = window.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/board/cards" in request.url else None)
    await page.add_init_script(NOTES_NEWS)
    await page.goto("/board")
    await expect(page.locator("html[data-told=hello]")).to_be_attached()
    await page.wait_for_timeout(500)
    assert asked == []


async def test_what_changes_while_a_second_tab_opens_is_shown_in_both(window: Window, house: House) -> None:
    quiet = await Quiet.placed(house)
    crew = await quiet.opened_and_followed(window)
    second = await window.page.context.new_page()
    opening = asyncio.Event()

    async def late(route: Route) -> None:
        opening.set()
        await expect(crew).to_contain_text("With nobody")
        await route.continue_()

    await second.route("**/live.js", late)
    opened = asyncio.create_task(second.goto(f"/shifts/{quiet.id}"))
    await opening.wait()
    await quiet.change("owner_id = NULL")
    await opened
    await expect(second.locator("#crew")).to_contain_text("With nobody")


async def test_every_tab_follows_over_one_stream(window: Window, house: House) -> None:
    await window.sign_in()
    tabs = [window.page, *[await window.page.context.new_page() for _ in range(7)]]
    for tab in tabs[1:]:
        await tab.goto("/board?day=tomorrow")
    shift_id = (await place(house.database, house.stage, 1, tomorrow(9))).shifts[0].id
    await asyncio.gather(*(expect(tab.locator(f"#card-{shift_id}")).to_be_attached() for tab in tabs[1:]))


async def test_a_screen_catches_up_after_a_restart(window: Window, house: House) -> None:
    await window.sign_in()
    await window.page.goto("/board?day=tomorrow")
    house.system.api.kill()
    shift_id = (await place(house.database, house.stage, 1, tomorrow(10))).shifts[0].id
    house.system.api.start()
    await house.system.until_healthy()
    await expect(window.page.locator(f"#card-{shift_id}")).to_be_visible(timeout=PATIENCE_MS)
    window.complaints.clear()  # the browser says that the server was away
