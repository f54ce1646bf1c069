"""Small parts that pages share: what is copied, rows of tables on a phone, what is folded out while news come in."""

import asyncpg
import pytest
from playwright.async_api import expect

from dispatch.access.roles import Role
from dispatch.kit.ids import new_id
from tests.browser.conftest import NARROW, Window

_ALARM = """INSERT INTO alarms (id, franchise_id, kind, severity, sentence, dedupe_key, raised_at)
            VALUES ($1, $2, 'shortfall_predicted', 'critical', 'Ring the call list.', $3, now())"""
_REFRESH = "id => new Promise((done) => { const part = document.getElementById(id);"
_REFRESH += ' document.addEventListener("htmx:afterSettle", done, { once: true }); htmx.trigger(part, "live"); })'


@pytest.mark.parametrize("clipboard", ["there", "missing"])
async def test_an_address_is_copied_whole_and_said_to_be(window: Window, clipboard: str) -> None:
    page = window.page
    if clipboard == "missing":  # as on a page without TLS
        await page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    else:
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await window.sign_in(Role.OWNER)
    await page.goto("/settings/gateways")
    await page.locator('[id^="addresses-"]').first.click()
    address = await page.locator("#told-inbound").text_content()
    await page.get_by_role("button", name="Copy").first.click()
    await expect(page.locator(".copied [role=status]").first).to_have_text("Copied")
    await window.accessible()
    await page.goto("/settings/users")
    await page.locator("input[name=q]").focus()
    await page.keyboard.press("Control+V")
    await expect(page.locator("input[name=q]")).to_have_value(address or "-")


async def test_a_row_on_a_phone_says_what_its_cells_are_also_when_drawn_anew(window: Window) -> None:
    page = window.page
    await page.set_viewport_size({"width": NARROW["width"], "height": NARROW["height"]})
    await window.sign_in(Role.OWNER)
    await page.goto("/settings/users")
    row = page.locator("#staff tbody tr").first
    for _ in range(2):
        labels = await row.locator("td").evaluate_all("cells => cells.map((cell) => cell.dataset.label ?? null)")
        assert labels[:3] == [None, "Login", "Access role"]
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        await page.evaluate(_REFRESH, "staff")


async def test_alarms_beyond_the_third_are_counted_and_stay_folded_out(
    window: Window, owner: asyncpg.Connection
) -> None:
    franchise = window.house.stage.franchise_id
    await owner.execute("SELECT set_config('app.actor', 'system:test', false)")
    for n in range(5):
        await owner.execute(_ALARM, new_id(), franchise, f"small-part-{n}")
    page = window.page
    await window.sign_in()
    more = page.locator("#alarms-more")
    await expect(more.locator("summary")).to_have_text("2 more alarms")
    await more.locator("summary").click()
    await page.evaluate(_REFRESH, "alarms")
    await expect(more.locator(".alarm").last).to_be_visible()


async def test_what_was_typed_wrongly_is_marked_until_it_is_mended(window: Window) -> None:
    page = window.page
    await window.sign_in(Role.OWNER)
    await page.goto("/settings/users")
    await page.click("#new-user")
    form = page.locator("#dialog-body form")
    phone = form.locator("input[name=phone]")
    await form.locator("input[name=name]").fill("Olga Smirnova")
    await form.locator("input[name=login]").fill("olga.marked")
    await phone.fill("12")
    await form.locator("button[type=submit]").click()
    await expect(form.get_by_role("alert")).to_contain_text("no mobile number")
    await expect(phone).to_have_attribute("aria-invalid", "true")
    await expect(phone).to_be_focused()
    await expect(form.locator("[aria-invalid]")).to_have_count(1)
    await window.accessible()
    assert all("422" in said or "/settings/users" in said for said in window.complaints)
    window.complaints.clear()  # the browser says that the form was refused
    await phone.fill("+7 900 000-77-66")
    await form.locator("button[type=submit]").click()
    await expect(page.locator("#staff")).to_contain_text("Olga Smirnova")
