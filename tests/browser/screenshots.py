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
import time
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import async_playwright

from dispatch.local.migrate import migrate
from dispatch.local.throwaway import TestCluster
from tests.browser.camera import LANGUAGES, SIZES, SLOW_S, THEMES, Camera, Light
from tests.browser.pictures import PICTURES, Picture
from tests.browser.scenery import NAMES, Scenery, State
from tests.reliability.system import System

_AT_ONCE = 24
"""Pictures that one window takes in a row."""


def lights() -> list[Light]:
    """Every way to look at a page."""
    return [Light(*light) for light in itertools.product(LANGUAGES, THEMES, SIZES)]


async def shoot(directory: Path, *, only: str, jobs: int) -> bool:
    """Write the pictures and say what is wrong with them; False if anything is."""
    wanted = [name for name in NAMES if any(_wanted(picture, name, only) for picture in PICTURES)]
    with TestCluster() as cluster, tempfile.TemporaryDirectory() as scratch:
        cluster.create_database("pictures")
        settings = cluster.settings("pictures")
        migrate(settings)
        states = []
        async with Scenery(settings) as scenery:
            for name in wanted:
                begun = time.monotonic()
                states.append(await scenery.state(name))
                sys.stderr.write(f"screenshots: the stage '{name}' is set, {time.monotonic() - begun:.0f} s\n")
        system = System(cluster, "pictures", Path(scratch))
        try:
            system.api.start()
            system.simulator.start()
            system.worker.child = system.api.child
            await system.until_healthy()
            return await take(system.api_url, states, directory, only=only, jobs=jobs)
        finally:
            system.worker.child = None
            await system.__aexit__()


async def take(base: str, states: Sequence[State], directory: Path, *, only: str, jobs: int) -> bool:
    """Take the pictures of a server that runs, so many windows at a time; False if anything is wrong with one."""
    flags = ["--disable-gpu", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    gate = asyncio.Semaphore(jobs)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        camera = Camera(browser, base, directory, tell=_tell)

        async def some(state: State, light: Light, pictures: Sequence[Picture]) -> None:
            async with gate:
                await camera.shoot(state, light, pictures)

        turns = []
        for state, light in itertools.product(states, lights()):
            named = [picture for picture in PICTURES if re.search(only, f"{picture.name}-{state.name}-{light}")]
            turns += [some(state, light, named[n : n + _AT_ONCE]) for n in range(0, len(named), _AT_ONCE)]
        await asyncio.gather(*turns)
        for state in states:
            await camera.time(state, [one for one in PICTURES if _wanted(one, state.name, only)])
        await browser.close()
    return _report(camera)


def _wanted(picture: Picture, state: str, only: str) -> bool:
    """Tell whether a picture of a state is wanted in any light."""
    return state in picture.states and any(re.search(only, f"{picture.name}-{state}-{light}") for light in lights())


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _report(camera: Camera) -> bool:
    slow = {name: took for name, took in camera.slow.items() if took > SLOW_S}
    for name, took in sorted(slow.items(), key=lambda each: -each[1]):
        _tell(f"{name}: the server takes {took * 1000:.0f} ms")
    _tell(f"screenshots: {camera.taken} taken, {camera.wrong} with something wrong, {len(slow)} pages slow")
    return not (camera.wrong or slow)


def main() -> None:
    """Read the arguments, write the pictures; exit 1 if one is not as it should be."""
    parser = argparse.ArgumentParser(prog="script/screenshots", description=__doc__)
    parser.add_argument("directory", type=Path, help="where the pictures go; made if missing")
    parser.add_argument(
        "--only",
        default="",
        help="a pattern of the names wanted, like ^people-many-ru; a name is page-state-ru-dark-390",
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="windows open at a time")
    given = parser.parse_args()
    given.directory.mkdir(parents=True, exist_ok=True)
    sys.exit(0 if asyncio.run(shoot(given.directory, only=given.only, jobs=given.jobs)) else 1)


if __name__ == "__main__":
    main()
