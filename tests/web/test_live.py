"""The stream of news: what changed reaches those it concerns, and pages know what they have seen."""

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import AsyncClient

from dispatch.access.roles import Role
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.web import live
from dispatch.web.hub import Hub, Listening, seen_until
from tests.factories.access import PASSWORD, make_user
from tests.factories.stage import Stage, open_questions, place, run_lane, say, set_stage, tomorrow
from tests.factories.streams import told


@pytest.fixture
def hub(app: FastAPI) -> Hub:
    found: Hub = app.state.console.hub
    return found


@pytest_asyncio.fixture(loop_scope="session")
async def stream(hub: Hub, stage: Stage) -> AsyncIterator[Listening]:
    opened = hub.open(stage.franchise_id)
    opened.afresh = False
    yield opened
    hub.close(opened)


async def test_every_step_of_a_shift_is_told(
    stream: Listening, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await place(jobs_db, stage, 1, tomorrow())).shifts[0].id
    placed = await told(stream, "shift", shift_id)
    stream.untold.clear()
    await run_lane(jobs_db)
    waved = await told(stream, "shift", shift_id)
    assert waved > placed
    for change in (
        "UPDATE invitations SET status = 'sent' WHERE shift_id = $1",
        "UPDATE shifts SET paused_at = now() WHERE id = $1",
        """INSERT INTO alarms (id, franchise_id, shift_id, kind, severity, sentence, dedupe_key)
           SELECT gen_random_uuid(), franchise_id, id, 'shortfall_predicted', 'critical', 'Ring.', 'x'
           FROM shifts WHERE id = $1""",
        "UPDATE alarms SET status = 'resolved' WHERE shift_id = $1",
    ):
        stream.untold.clear()
        await owner.execute(change, shift_id)
        await told(stream, "shift", shift_id)
        if "alarms" in change:
            await told(stream, "alarms", "-")


async def test_a_seat_is_told_once_for_one_commit(hub: Hub, stream: Listening, jobs_db: Database, stage: Stage) -> None:
    shift_id = (await place(jobs_db, stage, 1, tomorrow(days=3))).shifts[0].id
    await run_lane(jobs_db)
    offer = next(q for q in await open_questions(jobs_db, stage, "offer") if q.shift_id == shift_id)
    await told(stream, "shift", shift_id)
    stream.untold.clear()
    await say(jobs_db, offer, "да")
    await told(stream, "shift", shift_id)
    assert hub.take(stream).count(str(shift_id)) == 1


async def test_the_greeting_tells_who_may_have_missed_something(
    hub: Hub, app_db: Database, jobs_db: Database, stage: Stage
) -> None:
    async def seen() -> int:
        async with app_db.begin(stage.franchise_id, "system:test") as uow:
            return await seen_until(uow)

    stream, before = hub.open(stage.franchise_id), await seen()
    shift_id = (await place(jobs_db, stage, 1, tomorrow(days=11))).shifts[0].id
    version = await told(stream, "shift", shift_id)
    greeting = json.loads(hub.take(stream).removeprefix("data: "))
    assert greeting["what"] == "hello"
    assert before <= version <= greeting["version"] < await seen()
    hub.close(stream)


async def test_what_is_rolled_back_is_not_told(stream: Listening, jobs_db: Database, stage: Stage) -> None:
    shift_id = (await place(jobs_db, stage, 1, tomorrow(days=4))).shifts[0].id
    await told(stream, "shift", shift_id)
    stream.untold.clear()
    with contextlib.suppress(ZeroDivisionError):
        async with jobs_db.begin(stage.franchise_id, "system:test") as uow:
            await uow.run("UPDATE shifts SET paused_at = now() WHERE id = $1", shift_id)
            raise ZeroDivisionError
    kept = (await place(jobs_db, stage, 1, tomorrow(days=5))).shifts[0].id
    await told(stream, "shift", kept)
    assert ("shift", str(shift_id)) not in stream.untold


async def test_another_franchise_is_told_nothing(
    hub: Hub, settings: Settings, app_db: Database, jobs_db: Database, stage: Stage
) -> None:
    other = await set_stage(settings, app_db, men=0)
    ours, theirs = hub.open(stage.franchise_id), hub.open(other.franchise_id)
    hub.take(theirs)
    shift_id = (await place(jobs_db, stage, 1, tomorrow(days=6))).shifts[0].id
    await told(ours, "shift", shift_id)
    assert theirs.untold == {}
    hub.close(ours)
    hub.close(theirs)
    assert hub.open_streams == 0


async def test_a_page_knows_what_it_shows_already(
    stream: Listening, dispatcher: AsyncClient, jobs_db: Database, stage: Stage
) -> None:
    before = (await dispatcher.get("/board")).text
    shift_id = (await place(jobs_db, stage, 1, tomorrow(days=7))).shifts[0].id
    version = await told(stream, "shift", shift_id)
    after = (await dispatcher.get("/board")).text
    assert _seen(before) <= version < _seen(after)


async def test_a_page_does_not_claim_what_was_still_under_way(
    stream: Listening, dispatcher: AsyncClient, jobs_db: Database, stage: Stage
) -> None:
    shift_id = (await place(jobs_db, stage, 1, tomorrow(days=8))).shifts[0].id
    await told(stream, "shift", shift_id)
    stream.untold.clear()
    async with jobs_db.begin(stage.franchise_id, "system:test") as uow:
        await uow.run("UPDATE shifts SET paused_at = now() WHERE id = $1", shift_id)
        meanwhile = (await dispatcher.get("/board")).text
    assert await told(stream, "shift", shift_id) >= _seen(meanwhile)


def _seen(page: str) -> int:
    return min(int(found) for found in re.findall(r'data-seen="(\d+)"', page))


# --- the stream itself ------------------------------------------------------------------------------------------------


class Browser:
    """Reads a stream of the app as a browser does, and can leave."""

    def __init__(self, app: FastAPI, cookie: str) -> None:
        self.lines: list[str] = []
        self.status = 0
        self._scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": "/live",
            "raw_path": b"/live",
            "query_string": b"",
            "root_path": "",
            "headers": [(b"host", b"testserver"), (b"cookie", cookie.encode())],
            "client": ("127.0.0.1", 1),
            "server": ("testserver", 80),
        }
        self._left = asyncio.Event()
        self._stirred = asyncio.Event()
        self.task = asyncio.create_task(app(self._scope, self._receive, self._send))

    async def _receive(self) -> dict[str, object]:
        if not getattr(self, "_asked", False):
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            self.status = int(str(message["status"]))
        body = message.get("body", b"")
        assert isinstance(body, bytes)
        self.lines += body.decode().splitlines()
        self._stirred.set()

    async def reads(self, wanted: str) -> None:
        async with asyncio.timeout(20):
            while not any(wanted in line for line in self.lines):
                self._stirred.clear()
                await self._stirred.wait()

    async def leave(self) -> None:
        self._left.set()
        await self.task


async def signed_in(app_db: Database, stage: Stage, stranger: AsyncClient, role: Role) -> str:
    user = await make_user(app_db, stage.franchise_id, role)
    answer = await stranger.post("/login", data={"login": user.login, "password": PASSWORD})
    return str(answer.headers["set-cookie"]).split(";")[0]


async def test_a_browser_is_greeted_told_and_forgotten(
    app: FastAPI, app_db: Database, jobs_db: Database, stage: Stage, stranger: AsyncClient
) -> None:
    browser = Browser(app, await signed_in(app_db, stage, stranger, Role.DISPATCHER))
    await browser.reads("hello")
    assert browser.status == 200
    assert any(re.fullmatch(r"retry: \d+", line) for line in browser.lines)
    shift_id = (await place(jobs_db, stage, 1, tomorrow(days=9))).shifts[0].id
    await browser.reads(str(shift_id))
    news = [json.loads(line[6:]) for line in browser.lines if str(shift_id) in line]
    assert news[0]["what"] == "shift"
    assert isinstance(news[0]["version"], int)
    assert app.state.console.hub.open_streams == 1
    await browser.leave()
    assert app.state.console.hub.open_streams == 0


async def test_a_stream_ends_with_its_session(
    app: FastAPI,
    app_db: Database,
    stage: Stage,
    stranger: AsyncClient,
    owner: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live, "BEAT_S", 0.1)
    browser = Browser(app, await signed_in(app_db, stage, stranger, Role.DISPATCHER))
    await browser.reads(": beat")
    assert not browser.task.done()
    await owner.execute("UPDATE sessions SET revoked_at = now() WHERE revoked_at IS NULL")
    async with asyncio.timeout(20):
        await browser.task


async def test_streams_end_when_the_process_stops(
    app: FastAPI, app_db: Database, stage: Stage, stranger: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = Hub()
    monkeypatch.setattr(app.state.console, "hub", hub)
    cookie = await signed_in(app_db, stage, stranger, Role.DISPATCHER)
    browser = Browser(app, cookie)
    await browser.reads("hello")
    hub.end()
    async with asyncio.timeout(live.BEAT_S / 3):
        await browser.task
        await Browser(app, cookie).task  # one that comes while others go


async def test_a_lost_listener_makes_everybody_read_anew(
    hub: Hub, app_db: Database, jobs_db: Database, stage: Stage
) -> None:
    stream = hub.open(stage.franchise_id)
    assert "hello" in hub.take(stream)
    async with app_db.begin(None, "system:test") as uow:
        ended = await uow.fetch(
            """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE application_name = 'dispatch pages' AND datname = current_database()"""
        )
    assert len(ended) == 1
    async with asyncio.timeout(20):
        await stream.stirred.wait()
    assert "hello" in hub.take(stream)
    shift_id: UUID = (await place(jobs_db, stage, 1, tomorrow(days=10))).shifts[0].id
    await told(stream, "shift", shift_id)
    hub.close(stream)
