"""The main job on the screen: a dispatcher follows an order from the first text to the closed shift, by clicking."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import FilePayload, Locator, Page, expect
from pydantic import SecretStr

from dispatch.access.commands import CreateUser
from dispatch.access.passwords import hand_out_link
from dispatch.access.roles import Role
from dispatch.access.service import create_user
from dispatch.orders.commands import AskedShift
from tests.browser.conftest import NARROW, House, Window
from tests.factories.access import PASSWORD
from tests.factories.stage import place
from tests.factories.tenancy import make_franchise

LEAD = timedelta(seconds=75)
PATIENCE_MS = 180_000
SITE_ZONE = ZoneInfo("Europe/Moscow")
PLAIN = (
    *("/board", "/duty", "/people", "/people/new", "/people/funnel", "/inbox", "/clients", "/orders", "/series"),
    *("/prices", "/settings/policies", "/settings/users", "/settings/gateways", "/settings/audit"),
)
"""Pages of every kind that are there in every franchise; script/screenshots looks at all of them."""


async def order_by_clicking(page: Page, headcount: int) -> None:
    """Fill in the form of a new order for a shift that starts in a minute or two, and place it."""
    start = (datetime.now(SITE_ZONE) + LEAD + timedelta(minutes=1)).replace(second=0, microsecond=0)
    await page.get_by_role("link", name="New order").first.click()
    await page.wait_for_url("**/orders/new", wait_until="load")
    await page.get_by_role("searchbox", name="Client").fill("Склад")
    await page.get_by_role("radio", name="Склад на Сенной").check()
    await page.get_by_role("radio", name="Сенная пл., 1").check()
    await page.get_by_label("People").fill(str(headcount))
    await page.get_by_label("Day", exact=True).fill(f"{start:%Y-%m-%d}")
    await page.locator("#starts-1").fill(f"{start:%H:%M}")
    await page.locator("#ends-1").fill(f"{start + timedelta(minutes=10):%H:%M}")
    await page.get_by_role("button", name="Place the order").last.click()
    await page.wait_for_url(re.compile("/shifts/[0-9a-f-]{36}$"))


async def test_the_main_job_by_clicking_only(window: Window) -> None:
    page = window.page
    await window.sign_in()
    await expect(page.get_by_text("No shifts on this day")).to_be_visible()
    await window.accessible()

    await order_by_clicking(page, 3)
    shift_id = page.url.rsplit("/", 1)[-1]
    await page.get_by_role("link", name="Board", exact=True).first.click()
    if await page.locator(f"#card-{shift_id}").count() == 0:  # just before midnight the shift is tomorrow's
        await page.get_by_role("link", name="Tomorrow").click()
    card = page.locator(f"#card-{shift_id}")
    await expect(card.get_by_role("progressbar", name="Primary")).to_have_attribute("value", "3", timeout=PATIENCE_MS)
    await window.accessible()

    await card.get_by_role("link", name="Склад на Сенной", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Склад на Сенной")
    await expect(page.locator("#story summary").last).to_contain_text("Wave 1")
    await page.get_by_role("button", name="Why him").first.click()
    await expect(page.get_by_role("dialog")).to_contain_text("Score")
    await window.accessible()
    await page.get_by_role("dialog").get_by_role("button", name="Close").click()

    close = page.get_by_role("button", name="Close the shift")
    await expect(close).to_be_visible(timeout=PATIENCE_MS)
    await expect(page.locator("#crew").get_by_role("progressbar", name="Arrived")).to_have_attribute(
        "value", "3", timeout=PATIENCE_MS
    )
    await close.click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("textbox")).to_have_count(3)
    await window.accessible()
    await dialog.get_by_role("textbox").first.fill("0.1")
    await dialog.get_by_role("button", name="Close the shift").click()
    await expect(page.locator("#toasts")).to_contain_text("Closed: the client's bill is")
    await expect(page.locator("#crew")).to_contain_text(re.compile("Bill ₽"))
    await expect(close).to_be_hidden()


async def test_what_one_does_is_said_and_can_be_taken_back(window: Window, house: House) -> None:
    page = window.page
    start = datetime.now(UTC) + timedelta(hours=30)
    asked = AskedShift(starts_at=start, ends_at=start + timedelta(hours=8))
    shift_id = (await place(house.database, house.stage, 2, asked)).shifts[0].id
    await window.sign_in()
    await page.goto(f"/shifts/{shift_id}")
    await page.get_by_role("button", name="Pause asking").click()
    await expect(page.locator("#toasts")).to_contain_text("Nobody is asked until you resume")
    await expect(page.get_by_role("button", name="Resume asking")).to_be_visible()
    await page.locator("#toasts").get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("button", name="Pause asking")).to_be_visible()


async def choose_a_place_by_keyboard(window: Window, name: str) -> None:
    """Take somebody up, let him go, take him up again and put him on another seat; then think better of it."""
    page = window.page
    dialog = page.get_by_role("dialog")
    take_up = page.get_by_role("button", name=f"Choose a place for {name}").first
    await take_up.focus()
    await page.keyboard.press("Enter")
    put = page.get_by_role("button", name=f"Put {name} here")
    await expect(put.first).to_be_focused()
    await expect(page.get_by_role("status").filter(has_text=f"{name} is taken up")).to_be_attached()
    await window.accessible()
    await page.keyboard.press("Escape")
    await expect(put).to_have_count(0)
    await expect(take_up).to_be_focused()
    await expect(page.get_by_role("status").filter(has_text=f"{name} is let go")).to_be_attached()
    await page.keyboard.press("Enter")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(dialog).to_contain_text("Somebody instead of")
    await expect(dialog.locator("input[name=worker_id]:checked + span")).to_contain_text(name)
    await page.keyboard.press("Escape")
    await expect(take_up).to_be_focused()


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
    await expect(dialog.get_by_role("button", name="Ask him")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#toasts")).to_contain_text("He is asked")

    name = (await best.first.locator(".person-name").inner_text()).strip()
    await choose_a_place_by_keyboard(window, name)
    await best.first.drag_to(seat)
    await expect(dialog).to_contain_text("Somebody instead of")
    await expect(dialog.locator("input[name=worker_id]:checked + span")).to_contain_text(name)
    await dialog.get_by_label("He agreed on the phone").check()
    await dialog.get_by_role("button", name="Swap").click()
    await expect(page.locator("#toasts")).to_contain_text("Swapped: both are told")
    await expect(page.locator("#story")).to_contain_text("swapped")


@dataclass
class Newcomer:
    """Somebody who follows the first steps, and nothing else."""

    window: Window

    @property
    def page(self) -> Page:
        return self.window.page

    @property
    def dialog(self) -> Locator:
        return self.window.page.locator("#dialog")

    async def step(self, name: str, done: int) -> None:
        await self.page.goto("/board")
        await expect(self.page.locator(".first-step.is-done")).to_have_count(done)
        await self.page.locator(f"#step-{name}").click()

    async def fill(self, leads_to: str, **fields: str) -> None:
        """Fill in the form of a dialog and save it."""
        for field, value in fields.items():
            await self.dialog.locator(f"#{field}").fill(value)
        await self.dialog.locator("button[type=submit]").click()
        await self.page.wait_for_url(re.compile(leads_to))

    async def set_password(self, link: str, login: str) -> None:
        await self.page.goto(f"/new-password/{link}")
        for field in ("#password", "#again"):
            await self.page.fill(field, PASSWORD)
        await self.page.click("button[type=submit]")
        await self.page.fill("#login", login)
        await self.page.fill("#password", PASSWORD)
        await self.page.click("button[type=submit]")
        await self.page.wait_for_url("**/board")

    async def bring_people(self) -> None:
        lines = "\n".join(f"892177700{n:02};Иван;Петров" for n in range(12))
        content = f"Телефон;Имя;Фамилия\n{lines}".encode()
        await self.page.set_input_files("#file", FilePayload(name="people.csv", mimeType="text/csv", buffer=content))
        await self.page.locator("#import-form [name=skills][value=loading]").check()
        await self.page.get_by_role("button", name="Look at it").click()
        await self.page.locator("#take").click()
        await self.page.wait_for_url("**/people/imports/*")

    async def attest(self) -> None:
        for name in ("vetting", "consent_offers"):
            await self.dialog.locator(f"[name=what][value={name}]").check()
        await self.dialog.locator("[name=author]").fill("Анна")
        await self.dialog.locator("[name=basis]").fill("Interviews of November")
        await self.dialog.locator("button[type=submit]").click()
        await expect(self.page.get_by_role("list", name="Attested")).to_be_visible()


@pytest.mark.full
async def test_from_the_first_link_to_the_first_order(window: Window, house: House) -> None:
    """An office of nothing but an owner: each first step leads to its form, and is ticked off by what came of it."""
    page, newcomer = window.page, Newcomer(window)
    office = await make_franchise(house.settings, city="Тверь", lat=56.858, lon=35.9)
    async with house.database.begin(office.id, "system:test") as uow:
        command = CreateUser(login="first@owner", name="Анна", role=Role.OWNER, password=SecretStr("nobody knows it"))
        link = await hand_out_link(uow, (await create_user(uow, command, granter=Role.OPERATOR)).id)
    await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    await newcomer.set_password(link, "first@owner")
    await window.accessible()

    sid = "AC" + "1" * 32
    await house.system.register_account(sid, "first secret", "+78005550199")
    await newcomer.step("number", 0)
    await newcomer.dialog.locator("#gateway").select_option("simulator")
    await newcomer.fill("added=", number="+7 (800) 555-01-99", sid=sid, secret="first secret")
    await expect(newcomer.dialog.locator("#phone")).to_be_focused()
    await window.accessible()

    await newcomer.step("colleagues", 1)
    await newcomer.dialog.locator("#first-password").check()
    await newcomer.fill("/settings/users$", name="Олег", login="second@owner", password=PASSWORD)
    await page.get_by_role("link", name="Back to the first steps").click()
    await page.locator("#step-prices").click()
    await page.fill("#bill_loading", "500")
    await page.fill("#pay_loading", "300")
    await page.get_by_role("button", name="Save").click()
    await newcomer.step("people", 3)
    await newcomer.bring_people()
    await newcomer.step("consent", 4)
    await newcomer.attest()

    await newcomer.step("site", 5)
    await newcomer.fill("/clients/[0-9a-f-]{36}$", name="Склад на Волге")
    await newcomer.step("site", 5)
    await newcomer.dialog.locator(".leaflet-container").click()
    await expect(newcomer.dialog.locator("#lat")).not_to_have_value("")
    await newcomer.fill("/clients/[0-9a-f-]{36}$", address="ул. Советская, 1")
    await expect(page.get_by_role("list", name="Sites")).to_contain_text("ул. Советская, 1")
    await newcomer.step("order", 6)
    await page.get_by_role("searchbox", name="Client").fill("Склад")
    await page.get_by_role("radio", name="Склад на Волге").check()
    await page.get_by_role("radio", name="ул. Советская, 1").check()
    await page.get_by_label("People", exact=True).fill("2")
    day = datetime.now(SITE_ZONE) + timedelta(days=1)
    await page.get_by_label("Day", exact=True).fill(f"{day:%Y-%m-%d}")
    await page.locator("#starts-1").fill("09:00")
    await page.locator("#ends-1").fill("17:00")
    await page.get_by_role("button", name="Place the order").last.click()
    await page.wait_for_url(re.compile("/shifts/[0-9a-f-]{36}$"))
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Склад на Волге")


async def test_pages_fit_a_phone_at_night_and_give_the_focus_back(window: Window) -> None:
    page = window.page
    await window.sign_in(Role.OWNER)
    await page.set_viewport_size(NARROW)
    await page.emulate_media(color_scheme="dark")
    for address in PLAIN:
        await page.goto(address)
        await window.accessible()
        wide = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        assert not wide, f"{address} is wider than the window"

    await page.goto("/clients")
    for opener, opened in (("#new-client", "dialog[open]"), (".navbar-tools summary", ".menu[open]")):
        await page.focus(opener)
        await page.keyboard.press("Enter")
        await expect(page.locator(opened)).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.locator(opened)).to_have_count(0)
        await expect(page.locator(opener)).to_be_focused()
