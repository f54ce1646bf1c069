"""Words that try to be code, in every text that others may write: no script runs, and no policy is even tried.

Forty strings; with `--full` two hundred.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import asyncpg

from dispatch.access.roles import Role
from dispatch.kit.ids import new_id
from dispatch.orders.commands import AskedShift
from tests.browser.conftest import House, Window
from tests.factories.stage import open_questions, place, run_lane, say

OPENED = 3
"""Of so many shifts people are asked, and the pages of each are opened."""
_CALLS = ("pwned=1", "window['pwned']=1", "self.pwned=1")
_BREAKS = ("", '">', "'>", "</title>", "</script>", "--></style>", "</textarea>", "`", "{{7*7}}", '\\">')
_SHAPES = (
    "<script>{0}</script>",
    "<ScRiPt src=data:,{0}></sCrIpT>",
    "<img src=x onerror={0}>",
    "<svg/onload={0}>",
    "<body onpageshow={0}>",
    "<details open ontoggle={0}>",
    "<iframe srcdoc='<script>parent.{0}</script>'>",
    "<a href=javascript:{0} autofocus onfocus={0}>x</a>",
    "<input autofocus onfocus={0}>",
    "<style>@import 'data:text/css,*{{}}';</style>",
    "<math><mtext><img src=x onerror={0}></mtext></math>",
    "<div hx-on:load={0} hx-get=/logout hx-trigger=load>x</div>",
    "<template><script>{0}</script></template>",
    " onmouseover={0} x=",
    "{{{{ self.__init__.__globals__ }}}}",
)


def corpus() -> Iterator[str]:
    """Every shape of code behind every way out of a place."""
    for shape, way_out, call in product(_SHAPES, _BREAKS, _CALLS):
        yield way_out + shape.format(call)


async def plant(house: House, owner: asyncpg.Connection, words: Sequence[str]) -> list[str]:
    """Write every string into every text of a client, site, man, shift and office; return the pages that show them."""
    stage = house.stage
    await owner.execute("SET app.actor = 'system:test'")
    start = datetime.now(UTC) + timedelta(hours=2)
    addresses = ["/board", "/board?day=tomorrow", "/board/tomorrow", "/board/lists?day=today", "/duty", "/account", "/"]
    addresses += ["/orders", "/orders/new", "/clients", "/people", "/people/new", "/people/import", "/inbox", "/site"]
    addresses += ["/series", "/series/new"]
    opened: list[UUID] = []
    addresses += ["/settings/users?closed=yes", "/settings/tokens?dead=yes", "/settings/gateways", "/settings/audit"]
    addresses += ["/settings/policies", "/settings/policies/pace/history"]
    for number, word in enumerate(words):
        asked = AskedShift(starts_at=start, ends_at=start + timedelta(hours=4))
        client_id, site_id = new_id(), new_id()
        await owner.execute(
            "INSERT INTO clients (id, franchise_id, name) VALUES ($1, $2, $3)", client_id, stage.franchise_id, word
        )
        await owner.execute(
            """INSERT INTO sites (id, franchise_id, client_id, address, location, zone, region, meeting_point)
               VALUES ($1, $2, $3, $4, ST_MakePoint(30.318, 59.927)::geography, 'Europe/Moscow', 'SPE', $4)""",
            site_id,
            stage.franchise_id,
            client_id,
            word,
        )
        order = await place(house.database, replace(stage, client_id=client_id, site_id=site_id), 1, asked, note=word)
        shift_id = order.shifts[0].id
        if number < OPENED:
            opened.append(shift_id)
            addresses += [f"/shifts/{shift_id}", f"/orders/{order.id}", f"/clients/{client_id}", f"/site/{shift_id}"]
            addresses += [f"/shifts/{shift_id}/pass-list", f"/series/new?order={order.id}"]
            await owner.execute(
                """INSERT INTO pass_rules (id, franchise_id, site_id, fields, days_before, by_time, recipient, note)
                   VALUES ($1, $2, $3, ARRAY['full_name'], 1, '18:00', $4, $4)""",
                new_id(),
                stage.franchise_id,
                site_id,
                word,
            )
            await owner.execute(
                """INSERT INTO client_notes (id, franchise_id, client_id, body, created_by, created_at)
                   VALUES ($1, $2, $3, $4, 'system:test', now())""",
                new_id(),
                stage.franchise_id,
                client_id,
                word,
            )
        await owner.execute(
            """INSERT INTO alarms (id, franchise_id, shift_id, kind, severity, sentence, dedupe_key)
               VALUES ($1, $2, $3, 'shortfall_predicted', 'warning', $4, $5)""",
            new_id(),
            stage.franchise_id,
            shift_id,
            word,
            f"x{number}",
        )
    people = await owner.fetch("SELECT worker_id FROM worker_contacts ORDER BY worker_id")
    for row, word in zip(people, words, strict=False):
        await owner.execute(
            "UPDATE worker_contacts SET first_name = $2, last_name = $2 WHERE worker_id = $1",
            row["worker_id"],
            word[:60],
        )
    addresses += [f"/people/{row['worker_id']}" for row in people[:OPENED]]
    for word in words:
        await owner.execute(
            "INSERT INTO inbox_items (id, franchise_id, kind, worker_id, text) VALUES ($1, $2, 'reply', $3, $4)",
            new_id(),
            stage.franchise_id,
            people[0]["worker_id"],
            word,
        )
    await owner.execute("UPDATE shifts SET paused_at = now() WHERE id <> ALL ($1)", opened)
    await owner.execute("UPDATE seats SET reason = $1", words[0])
    await owner.execute("UPDATE staff_users SET name = $1", words[1])
    await owner.execute("UPDATE franchises SET name = $1", words[2])
    return addresses


async def test_words_stay_words(window: Window, house: House, owner: asyncpg.Connection, *, full: bool) -> None:
    await window.sign_in(Role.OWNER)
    words = list(dict.fromkeys(corpus()))[: 400 : 2 if full else 10]
    assert len(words) == (200 if full else 40)
    # The worker is at rest: the answers below are the test's own.
    house.system.worker.kill()
    addresses = await plant(house, owner, words)
    await run_lane(house.database_of_jobs)
    house.system.worker.start()
    for question in (await open_questions(house.database_of_jobs, house.stage, "offer"))[:30]:
        await say(house.database_of_jobs, question, "да")
    for address in addresses:
        await window.page.goto(address)
        await window.page.wait_for_timeout(300)
        await window.page.mouse.move(300, 300)
        assert await window.page.evaluate("window.pwned") is None, address
        assert await window.page.locator("[onerror], [onload], [onfocus], iframe, [hx-get='/logout']").count() == 0
