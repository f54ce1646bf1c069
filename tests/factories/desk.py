"""A dispatcher at work: a stage, a client of the API with her token, and the steps tests take over and over."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from dispatch.access.roles import Role
from dispatch.kit.uow import Database
from dispatch.orders.commands import AskedShift
from dispatch.orders.place import PlacedOrder
from dispatch.sms.service import Question
from tests.factories.access import bearer, make_token, make_user
from tests.factories.stage import Stage, open_questions, place, run_lane, say, tomorrow

_days = itertools.count(2)


async def client_of(app: FastAPI, database: Database, franchise_id: UUID, role: Role = Role.DISPATCHER) -> AsyncClient:
    """A client of the API with the token of somebody of this franchise; a failure of the app is an answer to it."""
    token = await make_token(database, await make_user(database, franchise_id, role), role)
    return AsyncClient(
        transport=ASGITransport(app, raise_app_exceptions=False),
        base_url="http://testserver/api/v1",
        headers=bearer(token),
    )


def another_day(hour: int = 6, *, hours: int = 8) -> AskedShift:
    """A shift on a day that no other test of this run uses, 09:00 in Moscow by default."""
    return tomorrow(hour, hours=hours, days=next(_days))


def order_body(stage: Stage, headcount: int = 2, *shifts: AskedShift, **more: object) -> dict[str, Any]:
    """What an order for this stage's site looks like as JSON."""
    return {
        "client_id": str(stage.client_id),
        "site_id": str(stage.site_id),
        "service": "loading",
        "headcount": headcount,
        "shifts": [times(shift) for shift in shifts or (another_day(),)],
        **more,
    }


def times(shift: AskedShift) -> dict[str, str]:
    """The times of a shift as JSON."""
    return {"starts_at": shift.starts_at.isoformat(), "ends_at": shift.ends_at.isoformat()}


async def filled(
    jobs: Database, stage: Stage, headcount: int, *shifts: AskedShift, yeses: int | None = None, **more: object
) -> PlacedOrder:
    """Place an order and let everybody asked in the first wave say yes, or only so many of them."""
    order = await place(jobs, stage, headcount, *(shifts or (another_day(),)), **more)
    await run_lane(jobs)
    for question in (await questions(jobs, stage, "offer", order.shifts[0].id))[:yeses]:
        await say(jobs, question, "да")
    await run_lane(jobs)
    return order


async def questions(jobs: Database, stage: Stage, kind: str, shift_id: UUID) -> list[Question]:
    """The open questions of a kind about one shift, oldest first."""
    return [q for q in await open_questions(jobs, stage, kind) if q.shift_id == shift_id]


async def question_about(jobs: Database, stage: Stage, kind: str, subject_id: UUID) -> Question:
    """The open question of a kind about one seat or invitation."""
    (found,) = [q for q in await open_questions(jobs, stage, kind) if q.subject_id == subject_id]
    return found


async def seats_on(owner: asyncpg.Connection, shift_id: UUID) -> Sequence[asyncpg.Record]:
    """The seats of a shift in order of acceptance, whatever became of them."""
    return await owner.fetch("SELECT * FROM seats WHERE shift_id = $1 ORDER BY accepted_at, id", shift_id)


async def crew_of(owner: asyncpg.Connection, shift_id: UUID) -> Sequence[asyncpg.Record]:
    """The live primary and reserve seats of a shift in order of acceptance."""
    return [seat for seat in await seats_on(owner, shift_id) if seat["live"] and seat["kind"] != "standby"]


async def timeline(owner: asyncpg.Connection, shift_id: UUID) -> list[str]:
    """The kinds of a shift's steps in order."""
    rows = await owner.fetch("SELECT kind FROM timeline WHERE shift_id = $1 ORDER BY id", shift_id)
    return [row["kind"] for row in rows]


def assert_problem(answer: Response, status: int, code: str) -> dict[str, Any]:
    """Hold an answer to be this problem and return its members."""
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    return problem


def ok(answer: Response, status: int = 200) -> Any:  # noqa: ANN401 - whatever JSON came
    """Hold an answer to be a success and return its body."""
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


@dataclass(frozen=True)
class World:
    """Everything stored, table by table, as one hash each; two equal worlds differ in nothing."""

    tables: dict[str, str]

    def changed_since(self, before: "World") -> set[str]:
        """The tables that differ."""
        return {name for name, digest in self.tables.items() if before.tables.get(name) != digest}


_BOOKKEEPING = {
    "sessions": "(token_sha256, revoked_at)",
    "api_tokens": "(id, revoked_at)",
    "idempotency_keys": "key",
    "login_attempts": "login_sha256",
    "beats": "source",
}
"""Table -> what of it counts. When a credential was last seen, or how often a repetition came, is no effect."""


async def world(owner: asyncpg.Connection) -> World:
    """Take a fingerprint of the whole database."""
    names = await owner.fetch(
        """SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE n.nspname = 'public' AND c.relkind = 'r' ORDER BY c.relname"""
    )
    parts = [
        f"SELECT '{name}' AS name, md5(coalesce(string_agg(x, '|' ORDER BY x), '')) AS digest "
        f"FROM (SELECT {_BOOKKEEPING.get(name, 't')}::text AS x FROM {name} t) facts"
        for name in (row["name"] for row in names)
        if name != "spatial_ref_sys"
    ]
    rows = await owner.fetch(" UNION ALL ".join(parts))
    return World({row["name"]: row["digest"] for row in rows})


def at(moment: datetime) -> str:
    """A moment as JSON."""
    return moment.isoformat()
