"""The field of an address: places are offered while one types, chosen with the keyboard, and the pin stands there."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, Page, expect

from dispatch.access.roles import Role
from dispatch.app import create_app
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from tests.browser.conftest import AXE
from tests.factories.access import PASSWORD, make_user
from tests.factories.stage import Stage, set_stage
from tests.fakes.address_service import AddressService, address_service

SUGGEST = "/suggestions/api/4_1/rs/suggest/address"


@dataclass
class Desk:
    """A page signed in, the address service behind it, and the client whose site is typed."""

    page: Page
    service: AddressService
    stage: Stage


@pytest_asyncio.fixture(loop_scope="session")
async def desk(settings: Settings, app_db: Database, browser: Browser) -> AsyncIterator[Desk]:
    stage = await set_stage(settings, app_db, men=0)
    async with address_service() as service:
        chosen = {"geocoder": "dadata", "geocoder_key": "k", "geocoder_url": service.url}
        app = create_app(Settings.model_validate(settings.model_dump() | chosen))
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, timeout_graceful_shutdown=1))
        serving = asyncio.create_task(server.serve())
        async with asyncio.timeout(20):
            while not server.started:  # noqa: ASYNC110 - the server offers no event
                await asyncio.sleep(0.05)
        port = server.servers[0].sockets[0].getsockname()[1]
        page = await browser.new_page(base_url=f"http://127.0.0.1:{port}", locale="en-GB")
        user = await make_user(app_db, stage.franchise_id, Role.DISPATCHER)
        await page.goto("/login")
        await page.fill("#login", user.login)
        await page.fill("#password", PASSWORD)
        await page.click("button[type=submit]")
        await page.wait_for_url("**/board")
        yield Desk(page, service, stage)
        await page.close()
        server.should_exit = True
        await serving


async def test_an_address_is_typed_chosen_and_pinned_without_a_mouse(desk: Desk) -> None:
    page, service = desk.page, desk.service
    await page.goto(f"/clients/{desk.stage.client_id}")
    await page.locator("#new-site").focus()
    await page.keyboard.press("Enter")
    field = page.get_by_role("combobox", name="Address")
    await expect(field).to_be_focused()
    await field.type("Невский 1", delay=20)
    options = page.locator("#address-found [role=option]")
    await expect(options).to_have_count(2)
    assert [seen.path for seen in service.seen] == [SUGGEST], "one question, not one for each key"
    await expect(field).to_have_attribute("aria-expanded", "true")
    await page.keyboard.press("ArrowUp")
    await expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("ArrowDown")
    await expect(field).to_have_attribute("aria-activedescendant", "address-1")
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    assert await page.evaluate("axe.run().then((result) => result.violations.map((each) => each.id))") == []
    await page.keyboard.press("Escape")
    await expect(options.first).to_be_hidden()
    await expect(page.locator("#dialog")).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await expect(field).to_have_attribute("aria-activedescendant", "address-2")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(field).to_have_value("г Санкт-Петербург, Невский пр-кт, д 1")
    await expect(page.locator("#lat")).to_have_value("59.93661")
    await expect(page.locator("#lon")).to_have_value("30.31096")
    await expect(page.locator("#dialog .map-pin")).to_have_count(1)
    await page.locator("#dialog input[value=meeting]").check()
    await page.locator("#dialog [data-map]").click(position={"x": 90, "y": 90})
    assert float(await page.input_value("#meeting_lat")) > 0
    await expect(page.locator("#lat")).to_have_value("59.93661")
    service.status = 500
    await field.fill("Лесной 5")
    await page.get_by_role("button", name="Find on the map").click()
    await expect(page.locator("[data-address-said]")).to_have_text(
        "The address service does not answer: set the pin on the map."
    )
