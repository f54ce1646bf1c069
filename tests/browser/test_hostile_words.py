"""Words that try to be code, in every text the database holds and on every page: no script runs, and none is tried.

What is planted and what is opened is not listed here but found: every text column and every text in JSON that is not
named below as our own code's, and every address the console answers. A new one is in it, or fails it. One string in
each; with `--full` two hundred of them, many at once, and every list is searched for them.
"""

import csv
import io
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import asyncpg
import pytest
import pytest_asyncio
from fastapi import FastAPI
from playwright.async_api import BrowserContext, Page

from dispatch.access.roles import Role
from dispatch.api.deps import SESSION_COOKIE
from dispatch.app import create_app
from dispatch.kit.ids import new_id
from dispatch.local.throwaway import TestCluster
from dispatch.staffing.telephony import AddLine, add_line
from tests.browser.conftest import House as Running
from tests.browser.conftest import Window
from tests.factories.access import make_user
from tests.factories.changes import CHANGES
from tests.factories.console import routes_of_console
from tests.factories.hostile import Plot, corpus
from tests.factories.house import House, browser_of, close_house, set_house
from tests.factories.scene import set_scene
from tests.factories.stage import set_stage
from tests.factories.workers import next_phone

STRINGS, AT_ONCE = 200, 25
_NAMED: Final = {
    "a word of our code": "action kind currency status service section lane event result outcome disposition context "
    "format what media_type template language gateway provider feature entity old_status new_status was_kind scope "
    "legal_basis arrival_source",
    "a zone": "zone",
    "a number, secret or reference of a machine": "entity_id phone_e164 sid secret password_hash dedupe_key gateway_id "
    "provider_ref key route",
    "who did it, written by us": "actor created_by done_by decided_by acknowledged_by claimed_by named_by reversed_by",
}
OURS: Final = {name: why for why, names in _NAMED.items() for name in names.split()}
"""Names of columns that nobody types -> why."""
OURS_HERE: Final = {
    "marks.author": "who did it, written by us",
    "site_marks.author": "as above",
    "call_results.author": "as above",
    "worker_imports.author": "as above",
    "policy_versions.author": "as above",
    "network_policy_versions.author": "as above",
    "rate_cards.author": "as above",
    "transfers.author": "as above",
    "timesheets.author": "as above",
    "interviews.author": "as above",
    "attendance_lists.author": "as above",
    "beats.source": "a word of our code",
    "site_marks.source": "as above",
    "no_shows.source": "as above",
    "attendance_lists.source": "as above",
    "phone_events.source": "as above",
    "worker_import_rejects.code": "as above",
    "worker_imports.command": "JSON of ours, never shown",
    "pass_rules.email": "no form takes what is no address",
    "pass_rules.phone": "no form takes what is no number",
}
EMPTY: Final = {
    "accounts": "figures of the books, with no words",
    "transfers": "no page shows one",
    "timesheets": "as above",
    "dispositions": "as above",
    "entitlements": "as above",
    "receipts": "as above",
    "phone_events": "as above",
    "fine_totals": "as above",
    "attendance_lists": "as above",
    "geocodes": "tests/browser/test_address_field.py types into the field",
    "geocoder_turns": "as above",
    "idempotency_keys": "answers kept for programs",
    "network_policy_versions": "written by migrations alone",
    "standings": "figures and a reason no page shows",
    "strikes": "no page shows one",
    "no_shows": "no page shows one",
}
"""Tables with no row on this stage -> why that hides no text from the test."""
NO_PAGE: Final = {
    "GET /live": "a stream of ids",
    "GET /site-worker.js": "a file",
    "GET /site.webmanifest": "a file",
    "GET /static/{digest}/{name:path}": "a file",
    "GET /lead/{token}/site.webmanifest": "a file",
    "GET /site/{shift_id}/pulse": "JSON for a script of ours, which shows nothing of it",
    "GET /lead/{token}/pulse": "as above",
    "GET /people/{worker_id}/photo/{sha256}": "a picture",
    "GET /people/{worker_id}/photo/{sha256}/small": "a picture",
    "GET /shifts/{shift_id}/papers/{mark_id}": "a picture",
    "GET /lead/{token}/place/{sha256}": "a picture",
    "GET /site/{shift_id}/place/{sha256}": "a picture",
    "GET /sites/{site_id}/photo/{sha256}": "a picture",
    "GET /sites/{site_id}/photo/{sha256}/small": "a picture",
    "GET /w/{token}/place/{shift_id}/{sha256}": "a picture",
    "GET /people/imports/{import_id}/rejects.csv": "a list that leaves, below",
    "GET /language/{language}": "it sends back",
    "GET /new-password/{token}": "two empty fields",
    "GET /account/second-factor": "a key and a code",
    "GET /w/{token}/{rest:path}": "it says how to get another link, and nothing else",
    "GET /geocode": "tests/browser/test_address_field.py types into the field",
}
"""Addresses that show no page of words -> why."""
WHO: Final = {
    "/settings/health": "operator",
    "/people/network": "hq",
    "/login": "stranger",
    "/forgotten": "stranger",
    "/lead/": "stranger",
    "/w/": "stranger",
}
"""Who opens what begins like this; the owner opens the rest."""
AT: Final = {
    "GET /lead/{token}": {"token": "lead"},
    "GET /w/{token}": {"token": "own"},
    "GET /shifts/{shift_id}/invite/{worker_id}": {"shift_id": "asked_shift"},
    "GET /shifts/{shift_id}/wave": {"shift_id": "asked_shift"},
    "GET /shifts/{shift_id}/why/{worker_id}": {"worker_id": "seated"},
    "GET /shifts/{shift_id}/talk/{worker_id}": {"worker_id": "seated"},
    "GET /shifts/{shift_id}/pass-list/people/{worker_id}": {"worker_id": "seated"},
    "GET /shifts/{shift_id}/calls": {"shift_id": "running"},
    "GET /site/{shift_id}": {"shift_id": "running"},
    "GET /people/{worker_id}/interview": {"worker_id": "recruit"},
    "GET /people/{worker_id}/recruit/next": {"worker_id": "recruit"},
    "GET /shifts/{shift_id}/close": {"shift_id": "ending"},
    "GET /shifts/{shift_id}/leads": {"shift_id": "running"},
}
"""Address -> what stands in its places, where it is not the thing of that name."""
BESIDE: Final = (
    "/board?day=tomorrow",
    "/board/lists?day=today",
    "/orders/new?copy={order_id}",
    "/people?papers=expiring",
    "/people/{worker_id}/ask/document",
    "/people/{worker_id}/ask/absence",
    "/people/{running_worker}",
    "/series/new?order={order_id}",
    "/settings/tokens?dead=yes",
    "/settings/users?closed=yes",
    "/shifts/{running}",
    "/shifts/{asked_shift}",
    "/inbox?status=done",
)
"""Other states of pages."""
FIRST: Final = (
    "POST /clients/{client_id}/notes",
    "POST /people/{worker_id}/interview",
    "POST /people/{worker_id}/documents",
    "POST /shifts/{shift_id}/pass-list/people/{worker_id}",
    "POST /shifts/{shift_id}/pass-list/sent",
    "POST /shifts/{shift_id}/calls",
    "POST /site/{shift_id}/marks",
    "POST /clients/{client_id}/change",
    "POST /people/{worker_id}/change",
    "POST /settings/texts/{template}/{language}",
    "POST /settings/policies/{section}",
    "POST /settings/gateways/{account_id}/test",
)
"""Changes that are made before, as they leave texts behind."""
_SHEETS: Final = [route for route in CHANGES if route.endswith(("/export", "/file"))]
_SEARCH: Final = "input[type=search][name=q]"
_SUSPICIOUS: Final = (
    "[onerror], [onload], [onfocus], [onpageshow], [ontoggle], iframe, [hx-get='/logout'], [href^='javascript:'], "
    "script:not([src^='/static/'])"
)


@dataclass
class Stuffed:
    """The product over a house of hostile words."""

    house: House
    app: FastAPI
    sql: asyncpg.Connection
    pages: list[tuple[str, str]]

    async def plant(self, plot: Plot) -> None:
        """Write the strings of a plot into everything."""
        await plot.write(self.sql)


@pytest_asyncio.fixture(loop_scope="session")
async def stuffed(house: Running, cluster: TestCluster) -> AsyncIterator[Stuffed]:
    """Every state of the console's changes, and a few of these made; the worker is at rest meanwhile."""
    name = house.settings.database.name
    house.system.worker.kill()
    stage = await set_stage(house.settings, house.database, men=40)
    sql = await asyncpg.connect(cluster.postgres.superuser_dsn(name))
    await sql.execute("SET app.actor = 'system:test'")
    await _lift_lengths(sql)
    app = create_app(house.settings)
    async with app.router.lifespan_context(app):
        scene = await set_scene(app, house.settings, house.database, house.database_of_jobs, sql, stage)
        async with scene.client:
            set_up = await set_house(app, scene)
            set_up.people["hq"] = await browser_of(
                app, scene, await make_user(house.database, stage.franchise_id, Role.HQ)
            )
            await scene.fine()  # before the rules are changed: by the usual ones nobody is asked at night
            for route in FIRST:
                answer = await CHANGES[route](set_up).send(set_up, route)
                assert answer.status_code < 400, (route, answer.text[-400:])
            await _more(set_up)
            yield Stuffed(set_up, app, sql, list(_pages(app, set_up)))
            await close_house(set_up)
    await sql.close()
    house.system.worker.start()


async def _lift_lengths(sql: asyncpg.Connection) -> None:
    """Let texts be long enough for many strings, but for rules of passes, which are read as strictly as typed."""
    limits = await sql.fetch(
        """SELECT conrelid::regclass AS held, conname AS name FROM pg_constraint
           WHERE contype = 'c' AND connamespace = 'public'::regnamespace AND conparentid = 0
             AND pg_get_constraintdef(oid) LIKE '%length(%' AND conrelid <> 'pass_rules'::regclass"""
    )
    for limit in limits:
        await sql.execute(f'ALTER TABLE {limit["held"]} DROP CONSTRAINT "{limit["name"]}"')


async def _more(house: House) -> None:
    """What no form leaves behind: a call, lines of a list that could not be read."""
    s = house.scene
    rejected = {"file": ("Our list.csv", b"phone;name\n12;Anton\n", "text/csv")}
    seen = house.boss
    await seen.client.post("/people/import", data={"csrf": seen.csrf}, files=rejected, headers=_OURS_ALONE)
    async with s.app_db.begin(s.stage.franchise_id, "system:test") as uow:
        line = await add_line(uow, AddLine(provider="pbx", number=next_phone()))
    call = new_id()
    await s.sql.execute(
        """INSERT INTO incoming_calls (id, franchise_id, line_id, provider_ref, event, worker_id, at)
           VALUES ($1, $2, $3, 'x', 'ringing', $4, now())""",
        call,
        s.stage.franchise_id,
        line.line_id,
        house["asked"],
    )
    house.things |= {
        "call_id": call,
        "message_id": await s.sql.fetchval(
            "SELECT m.id FROM messages m JOIN phones p ON p.id = m.phone_id WHERE p.e164 = '+79215557701'"
        ),
        "form": "availability",
        "import_id": await s.sql.fetchval("SELECT import_id FROM worker_import_rejects LIMIT 1"),
    }


_OURS_ALONE: Final = {"Sec-Fetch-Site": "same-origin"}


def _pages(app: FastAPI, house: House) -> Iterator[tuple[str, str]]:
    """Every address that shows words, and who opens it."""
    for method, path in routes_of_console(app):
        route = f"{method} {path}"
        if method == "GET" and route not in NO_PAGE:
            at = AT.get(route, {})
            names = [part.strip("{}").split(":")[0] for part in re.findall(r"\{[^}]+\}", path)]
            yield _who(path), re.sub(r":path\}", "}", path).format(**{n: house[at.get(n, n)] for n in names})
    for address in BESIDE:
        yield _who(address), address.format(**house.things)


def _who(path: str) -> str:
    return next((who for start, who in WHO.items() if path.startswith(start)), "boss")


async def _sit_down(context: BrowserContext, stuffed: Stuffed, who: str, base: str) -> None:
    """Let the window be somebody's."""
    await context.clear_cookies()
    token = stuffed.house.people[who].client.cookies.get(SESSION_COOKIE)
    if token is not None:
        await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": base}])


async def _look(page: Page, address: str, typed: str) -> int:
    """Open a page, touch it, search its list if told to, and hold it to have run and held none of the words."""
    answer = await page.goto(address)
    assert answer is not None
    await page.mouse.move(300, 300)
    await _hold(page, address)
    if typed and await page.locator(_SEARCH).count():
        await page.goto(f"{address.split('?', 1)[0]}?q={quote(typed)}")
        await _hold(page, f"{address}, searched")
    return answer.status


async def _hold(page: Page, where: str) -> None:
    assert await page.evaluate("window.pwned") is None, where
    assert await page.locator(_SUSPICIOUS).count() == 0, where


async def _hold_lists(sql: asyncpg.Connection) -> None:
    """Hold every text to be planted: a new column is, is refused by the database, or is named above."""
    found = await sql.fetch(
        """SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables
           USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"""
    )
    assert OURS_HERE.keys() <= {f"{table}.{column}" for table, column in found}
    assert OURS.keys() <= {column for _, column in found}
    assert EMPTY.keys() <= {table for table, _ in found}
    plot = Plot(corpus()[:2], OURS | OURS_HERE)
    assert await plot.without_rows(sql) <= EMPTY.keys()


@pytest.mark.timeout(3600)
async def test_words_stay_words(
    window: Window,
    context: BrowserContext,
    house: Running,
    stuffed: Stuffed,
    figure: Callable[[str], None],
    *,
    full: bool,
) -> None:
    words = corpus()[: STRINGS * 2 : 2]
    assert len(words) == STRINGS
    at_once = AT_ONCE if full else 1
    rounds = STRINGS // AT_ONCE if full else 1
    plot, opened = Plot(words, OURS | OURS_HERE, at_once=at_once), 0
    await _hold_lists(stuffed.sql)
    # A part opened by itself has no head that names an icon.
    await context.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    broken: list[tuple[str, int]] = []
    for _ in range(rounds):
        await stuffed.plant(plot)
        for who in sorted({who for who, _ in stuffed.pages}):
            await _sit_down(context, stuffed, who, house.system.api_url)
            for address in [address for owner, address in stuffed.pages if owner == who]:
                status = await _look(window.page, address, plot.next()[:90] if full else "")
                broken += [(address, status)] if status >= 400 else []
                opened += 1
    assert broken == [], broken
    await _hold_sheets(stuffed)
    figure(
        f"hostile words: {len(words) if full else plot.strings} strings, {plot.planted} texts written in {rounds} "
        f"rounds, {opened} pages opened; no script ran, no policy was tried"
    )


async def _hold_sheets(stuffed: Stuffed) -> None:
    """Take every list along as a file, and hold it to begin no cell as a formula does."""
    for route in _SHEETS:
        answer = await CHANGES[route](stuffed.house).send(stuffed.house, route)
        assert answer.status_code == 200, (route, answer.text[-400:])
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))
        assert len(rows) > 1, route
        begun = {cell for row in rows for cell in row if cell[:1] in tuple("=+-@\t\r") and not _FIGURE.fullmatch(cell)}
        assert begun == set(), route


_FIGURE: Final = re.compile(r"[+-]?[\d .,]+")
