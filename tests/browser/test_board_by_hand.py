"""The board by mouse and by keyboard: best people dragged onto a shift, found by typing, keys shown."""

from datetime import UTC, datetime, timedelta

from playwright.async_api import expect

from dispatch.orders.commands import AskedShift
from tests.browser.conftest import House, Window
from tests.factories.stage import place


async def test_people_are_dragged_or_chosen_and_everything_is_found_by_keyboard(window: Window, house: House) -> None:
    page = window.page
    start = datetime.now(UTC) + timedelta(hours=50)
    asked = AskedShift(starts_at=start, ends_at=start + timedelta(hours=8))
    order = await place(house.database, house.stage, 1, asked)
    shift = f"/shifts/{order.shifts[0].id}"
    await window.sign_in()

    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("Сенной")
    await expect(page.locator("#palette-found a").first).to_be_visible()
    await window.accessible()
    while shift not in (await page.locator("#palette li.is-chosen a").get_attribute("href") or ""):
        await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**{shift}")
    await expect(page.locator("#story summary").last).to_contain_text("Wave 1")

    seat = page.locator("#crew [data-drop]").first
    await expect(seat).to_be_visible()
    await page.get_by_role("button", name="Best people").click()
    best = page.locator("#panel .best-man")
    await expect(best.first).to_be_focused()
    await window.accessible()
    await page.keyboard.press("ArrowDown")
    await expect(best.nth(1)).to_be_focused()
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Ask ")
    await page.keyboard.press("Enter")
    await expect(page.locator("#toasts")).to_contain_text("He is asked")

    name = (await best.first.locator(".person-name").inner_text()).strip()
    await best.first.drag_to(seat)
    await expect(dialog).to_contain_text("Somebody instead of")
    await expect(dialog.locator("input[name=worker_id]:checked + span")).to_contain_text(name)
    await dialog.get_by_label("He agreed on the phone").check()
    await dialog.get_by_role("button", name="Swap").click()
    await expect(page.locator("#toasts")).to_contain_text("Swapped: both are told")
    await expect(page.locator("#story")).to_contain_text("swapped")
