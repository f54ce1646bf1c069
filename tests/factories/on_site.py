"""A phone on site: it makes marks by its own clock and sends them."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from dispatch.access.roles import Role
from dispatch.api.deps import SESSION_COOKIE
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from tests.factories.access import make_session, make_user
from tests.factories.crew import Crew, seated, start, with_men
from tests.factories.stage import Stage


def made(
    kind: str,
    seat_id: UUID | None = None,
    *,
    ago: timedelta = timedelta(0),
    fast: timedelta = timedelta(0),
    **more: object,
) -> dict[str, Any]:
    """A mark as a phone sends it, made so long ago by a clock that is so fast."""
    moment = datetime.now(UTC) - ago + fast
    about = {} if seat_id is None else {"seat_id": str(seat_id)}
    offset_ms = round(-fast.total_seconds() * 1000)
    return {"kind": kind, "id": str(new_id()), "made_at": moment.isoformat(), "offset_ms": offset_ms} | about | more


@dataclass
class Phone:
    """A browser with the page of one shift open."""

    client: AsyncClient
    base: str
    csrf: str = ""
    headers: dict[str, str] = field(default_factory=lambda: {"HX-Request": "true"})

    async def pulse(self) -> Response:
        """Ask for the clock, as the page does before it sends; remember the session's token."""
        answer = await self.client.get(f"{self.base}/pulse", headers=self.headers)
        if answer.status_code == 200:
            self.csrf = answer.json()["csrf"]
        return answer

    async def post(self, *marks: dict[str, Any]) -> Response:
        """Send marks, whatever comes of it."""
        headers = self.headers | {"X-CSRF-Token": self.csrf}
        return await self.client.post(f"{self.base}/marks", json={"marks": list(marks)}, headers=headers)

    async def send(self, *marks: dict[str, Any]) -> list[tuple[str, str]]:
        """Send marks that are taken in, and return fate and outcome, or reason, of each."""
        answer = await self.post(*marks)
        assert answer.status_code == 200, (answer.status_code, answer.headers.get("x-problem"), answer.text)
        answers = answer.json()["answers"]
        assert [one["id"] for one in answers] == [str(mark.get("id", "")) for mark in marks]
        return [(one["fate"], one["reason"] or one["outcome"]) for one in answers]

    async def page(self) -> str:
        """Read the page as it is now."""
        answer = await self.client.get(self.base)
        assert answer.status_code == 200, answer.text[-500:]
        return answer.text


@asynccontextmanager
async def browser_of(app: FastAPI, database: Database, franchise_id: UUID, role: Role) -> AsyncIterator[AsyncClient]:
    """Somebody's own browser, signed in."""
    transport = ASGITransport(app, raise_app_exceptions=False)
    headers = {"Accept-Language": "en", "Sec-Fetch-Site": "same-origin"}
    user = await make_user(database, franchise_id, role)
    async with AsyncClient(transport=transport, base_url="http://testserver", headers=headers) as client:
        client.cookies.set(SESSION_COOKIE, await make_session(database, user))
        yield client


def states(page: str) -> dict[str, str]:
    """How a page shows each seat."""
    return dict(re.findall(r'data-seat="([0-9a-f-]{36})"[^>]*data-state="(\w+)"', page))


async def foremans_crew(
    jobs: Database, owner: asyncpg.Connection, stage: Stage, men: int, *, reserve: int = 0, standby: int = 0
) -> Crew:
    """A started shift whose list foremen take, with men of its own."""
    fresh = await with_men(jobs, stage, men + reserve + standby)
    crew = await seated(jobs, fresh, men, reserve=reserve, standby=standby)
    await owner.execute("UPDATE shifts SET attendance_source = 'foreman' WHERE id = $1", crew.shift_id)
    await start(jobs, owner, crew.shift_id)
    return crew
