"""Takes the pictures, and says of each what is wrong with it that a machine can see."""

import re
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Final

from playwright.async_api import Browser, BrowserContext, Page

from dispatch.access.roles import Role
from tests.browser.pictures import Picture
from tests.browser.scenery import State
from tests.factories.access import PASSWORD

AXE: Final = (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
SIZES: Final = {1440: 900, 390: 844}
LANGUAGES: Final = {"en": "en-GB", "ru": "ru-RU"}
THEMES: Final = ("light", "dark")
SLOW_S: Final = 0.3
_SETTLE_MS: Final = 350
_TRIES: Final = 3
_PROGRESS_EVERY: Final = 100
_RAW: Final = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-|\d{4}-\d\d-\d\dT\d|\bundefined\b|\bNone\b(?! so far)|\bnull\b"
    r"|%\(\w+\)|\bNaN\b|\b[a-z]+_[a-z_]+\b"
)
_SEEN: Final = """() => {
  const own = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const holder = walker.currentNode.parentElement;
    if (holder.closest("script, style, template, code, pre, [data-raw], dialog:not([open])")) continue;
    if (holder.checkVisibility()) own.push(walker.currentNode.data);
  }
  return own.join("\\n");
}"""
_SMALL: Final = """() => [...document.querySelectorAll("button, summary, select, .btn, input, a.nav-link, textarea")]
  .filter((each) => each.checkVisibility({ visibilityProperty: true }))
  .filter((each) => !each.closest(".visually-hidden, .leaflet-container"))
  .filter((each) => !["hidden", "checkbox", "radio"].includes(each.type))
  .filter((each) => { const box = each.getBoundingClientRect(); return box.width > 2 && box.height < 43.5; })
  .map((each) => `${each.tagName.toLowerCase()}.${each.className.split(" ").join(".")}`)"""


@dataclass(frozen=True)
class Light:
    """One way to look at everything."""

    language: str
    theme: str
    width: int

    def __str__(self) -> str:
        """How files are named after it."""
        return f"{self.language}-{self.theme}-{self.width}"


@dataclass
class Camera:
    """Takes pictures of one server.

    Attributes:
        tell: hears at once of each file that has something wrong, or could not be taken.
        taken: how many pictures there are so far.
        wrong: how many of them have something wrong, or could not be taken.
        slow: page and state -> how long the server takes for it, in seconds, at best.
    """

    browser: Browser
    base: str
    directory: Path
    tell: Callable[[str], None]
    taken: int = 0
    wrong: int = 0
    slow: dict[str, float] = field(default_factory=dict)

    async def shoot(self, state: State, light: Light, pictures: Sequence[Picture]) -> None:
        """Take these pictures of a state in one light; each role's in a window of its own."""
        for role in dict.fromkeys(picture.role for picture in pictures):
            async with self._window(state, light, role) as context:
                for picture in (one for one in pictures if one.role is role):
                    await self._take(context, state, light, picture)

    async def time(self, state: State, pictures: Sequence[Picture]) -> None:
        """Note how long the server takes for each page, at best; take it when nothing else runs."""
        light = Light(min(LANGUAGES), THEMES[0], max(SIZES))
        for role in dict.fromkeys(picture.role for picture in pictures):
            async with self._window(state, light, role) as context:
                for picture in (one for one in pictures if one.role is role and not one.on and one.act is None):
                    if (address := picture.address(state)) is not None:
                        self.slow[f"{picture.name}-{state.name}"] = await _best_time(context, address)

    @asynccontextmanager
    async def _window(self, state: State, light: Light, role: Role | None) -> AsyncIterator[BrowserContext]:
        context = await self.browser.new_context(
            base_url=self.base,
            viewport={"width": light.width, "height": SIZES[light.width]},
            locale=LANGUAGES[light.language],
            color_scheme="dark" if light.theme == "dark" else "light",
            reduced_motion="reduce",
        )
        try:
            if role is not None:
                given = {"login": state.logins[role], "password": PASSWORD}
                await context.request.post("/login", form=given, headers={"Sec-Fetch-Site": "same-origin"})
            yield context
        finally:
            await context.close()

    async def _take(self, context: BrowserContext, state: State, light: Light, picture: Picture) -> None:
        address, first = picture.address(state), picture.page(state)
        if address is None or first is None:
            return
        name = f"{picture.name}-{state.name}-{light}"
        page = await context.new_page()
        try:
            answer = await page.goto(first)
            await page.wait_for_timeout(_SETTLE_MS)
            if picture.on:
                await _open(page, address, needed=picture.act is None)
            if picture.act is not None:
                await picture.act(page, state)
            await page.wait_for_timeout(_SETTLE_MS)
            await page.screenshot(path=self.directory / f"{name}.png", full_page=state.name != "many")
            said = await _judge(page, light)
            if answer is not None and (answer.status >= HTTPStatus.BAD_REQUEST) is not picture.refused:
                said.append(f"answered with {answer.status}")
        except Exception as lost:  # noqa: BLE001 - whatever it was, the other pictures are wanted
            said = [f"not taken: {str(lost).partition(chr(10))[0]}"]
        finally:
            await page.close()
        self.taken += 1
        if said:
            self.wrong += 1
            self.tell(f"{name}: {', '.join(said)}")
        if self.taken % _PROGRESS_EVERY == 0:
            self.tell(f"screenshots: {self.taken} taken, {self.wrong} with something wrong")


async def _best_time(context: BrowserContext, address: str) -> float:
    times = []
    for _ in range(_TRIES):
        begun = time.monotonic()
        await context.request.get(address)
        times.append(time.monotonic() - begun)
    return min(times)


async def _open(page: Page, address: str, *, needed: bool) -> None:
    """Open what is fetched from an address as a viewer does, by whatever on the page leads there.

    Raises:
        LookupError: nothing does, and it is needed.
    """
    opener = page.locator(f'[hx-get="{address}"], [hx-get^="{address}?"]')
    if await opener.count() == 0:
        if needed:
            raise LookupError(f"nothing on {page.url} opens {address}")
        return
    await opener.first.evaluate("element => element.focus()")
    await opener.first.evaluate("element => element.click()")
    await page.wait_for_selector("dialog[open], #panel:not([hidden]), .kept-filter", state="attached", timeout=8000)


async def _judge(page: Page, light: Light) -> list[str]:
    await page.evaluate(AXE)
    found = await page.evaluate(
        """axe.run().then((result) => result.violations.map((each) =>
            `${each.id} ${each.nodes.slice(0, 2).map((node) => node.target.join(" ")).join(" | ")}`))"""
    )
    said = [str(each) for each in found]
    if await page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        said.append("wider than the window")
    seen = str(await page.evaluate(_SEEN))
    said += [f"raw: {word}" for word in sorted(set(_RAW.findall(seen)))[:5]]
    if light.width < min(SIZES, key=lambda width: -width):
        small = await page.evaluate(_SMALL)
        said += [f"small: {each}" for each in sorted(set(small))[:6]]
    return said
