"""One window on the running product: an order by keyboard alone, each place on a phone, each role its own."""

import re
import time

import pytest
from playwright.async_api import Page, expect

from dispatch.access.roles import Role
from tests.browser.conftest import NARROW, House, Window
from tests.factories.access import PASSWORD

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
    await page.keyboard.press("Enter")
    await expect(page.locator("#found [name=client_id]")).to_be_focused()
    await expect(page.locator("#sites [name=site_id]").first).to_be_visible()
    await tab_to(page, "[name=site_id]")
    await page.keyboard.press("Space")
    await tab_to(page, "#headcount")
    await page.keyboard.type("2")
    await tab_to(page, "#starts-1")
    await page.keyboard.type("0900AM")
    await tab_to(page, "#ends-1")
    await page.keyboard.type("0500PM")
    await expect(page.locator(".order-estimate")).to_contain_text(re.compile(r"₽\s?[\d,.]+"))
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
    places = await page.locator("#palette [data-places] a").evaluate_all("(links) => links.map((link) => link.href)")
    assert len(places) >= 6
    for place in places:
        await page.goto("/board")
        address = place.removeprefix(house.system.api_url)
        shown = page.locator(f".navbar [href='{address}'][data-key]:visible")
        if await shown.count() == 0:
            await page.get_by_role("button", name="More").click()
            shown = page.locator(f"#palette a[href='{address}']")
        await shown.click()
        await page.wait_for_url(f"{place}**")
        assert not await page.evaluate("document.documentElement.scrollWidth > window.innerWidth"), place


@pytest.mark.parametrize(
    ("role", "places", "closed"),
    [
        (Role.ACCOUNTANT, {"/board", "/orders", "/clients", "/people", "/settings"}, "/settings/users"),
        (Role.CALL_CENTRE, {"/clients", "/settings"}, "/board"),
        (Role.OPERATOR, {"/duty", "/settings"}, "/people"),
    ],
)
async def test_a_role_sees_only_its_own(
    window: Window, house: House, role: Role, places: set[str], closed: str
) -> None:
    page = window.page
    await page.goto("/login")
    await page.fill("#login", await house.login(role))
    await page.fill("#password", PASSWORD)
    await page.click("button[type=submit]")
    await page.wait_for_url(lambda address: "/login" not in address)
    links = page.locator(".navbar [data-key]")
    shown = await links.evaluate_all("(all) => all.map((each) => each.getAttribute('href'))")
    assert set(shown) == places
    assert (await page.context.request.get(closed)).status == 403
    await page.goto("/settings")
    await expect(page.locator(".settings-link.active")).to_have_text(re.compile("Rules"))
    await window.accessible()
