"""An order taken with the keyboard alone, from the board to the page of its shift."""

import re
import time

from playwright.async_api import Page, expect

from tests.browser.conftest import NARROW, House, Window

FASTEST_TYPIST_S = 30


async def tab_to(page: Page, selector: str) -> None:
    """Press Tab until something is reached, as somebody without a mouse does."""
    for _ in range(40):
        if await page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {selector}")


async def test_an_order_is_taken_by_keyboard_alone(window: Window, house: House) -> None:
    page = window.page
    await window.sign_in()
    began = time.monotonic()
    await page.keyboard.press("n")
    await page.wait_for_url("**/orders/new")
    await page.keyboard.type("Склад")
    await expect(page.locator("#found [name=client_id]")).to_have_count(1)
    await tab_to(page, "[name=client_id]")
    await page.keyboard.press("Space")
    await expect(page.locator("#sites [name=site_id]").first).to_be_visible()
    await tab_to(page, "[name=site_id]")
    await page.keyboard.press("Space")
    await tab_to(page, "#headcount")
    await page.keyboard.type("2")
    await tab_to(page, "#starts-1")
    await page.keyboard.type("0900AM")
    await tab_to(page, "#ends-1")
    await page.keyboard.type("0500PM")
    await expect(page.locator(".order-estimate")).to_contain_text(re.compile(r"RUB\s?[\d,.]+"))
    await window.accessible()
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile("/shifts/[0-9a-f-]{36}$"))
    assert time.monotonic() - began < FASTEST_TYPIST_S
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Склад на Сенной")
    await expect(page.locator("#crew").get_by_role("progressbar", name="Primary")).to_have_attribute("max", "2")


async def test_every_place_is_reached_on_a_phone(window: Window, house: House) -> None:
    page = window.page
    await page.set_viewport_size(NARROW)
    await window.sign_in()
    places = await page.locator(".navbar-places a").evaluate_all("(links) => links.map((link) => link.href)")
    assert len(places) >= 6
    for place in places:
        await page.locator(f".navbar-places a[href='{place.removeprefix(house.system.api_url)}']").click()
        await page.wait_for_url(place)
        await window.accessible()
        assert not await page.evaluate("document.documentElement.scrollWidth > window.innerWidth"), place
