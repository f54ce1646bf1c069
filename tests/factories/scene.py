"""A franchise at work, in whatever state a request needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import asyncpg
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from dispatch.access.roles import Role
from dispatch.kit.uow import Database
from dispatch.rating.service import Fact, record_breach
from dispatch.settings import Settings
from dispatch.sms.gateways.signature import SIGNATURE_HEADER, sign
from dispatch.tenancy.policy import MarkKind
from tests.factories.access import Staff, bearer, make_session, make_user
from tests.factories.clients import make_client, make_site
from tests.factories.desk import filled, ok, order_body
from tests.factories.stage import Stage, let_pass, run_lane, until_start
from tests.factories.workers import READY, make_worker


@dataclass(frozen=True)
class Call:
    """A request under `/api/v1`, or at the root for a path that begins with `/hooks`."""

    path: str
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None

    async def send(self, client: AsyncClient, method: str) -> Any:  # noqa: ANN401 - a response
        """Send it, with the caller's own credentials where it brings none."""
        url = f"http://testserver{self.path}" if self.path.startswith("/hooks") else self.path
        body = {"json": self.json} if self.content is None else {"content": self.content}
        return await client.request(method, url, headers=dict(self.headers), **body)


@dataclass(frozen=True)
class Scene:
    """A franchise at work, seen by its owner, and the hands that set the stage."""

    stage: Stage
    boss: Staff
    client: AsyncClient
    settings: Settings
    app_db: Database
    jobs_db: Database
    sql: asyncpg.Connection

    async def worker(self, *, ready: bool = True) -> UUID:
        async with self.app_db.begin(self.stage.franchise_id, "system:test") as uow:
            return await make_worker(uow, attested=READY if ready else None)

    async def moved_worker(self, status: str) -> UUID:
        worker = await self.worker()
        await self.post(f"/workers/{worker}/{status}")
        return worker

    async def customer(self) -> UUID:
        async with self.app_db.begin(self.stage.franchise_id, "system:test") as uow:
            return (await make_client(uow)).id

    async def site(self) -> UUID:
        async with self.app_db.begin(self.stage.franchise_id, "system:test") as uow:
            return (await make_site(uow)).id

    async def order(self, headcount: int = 1) -> tuple[UUID, UUID]:
        """An order just placed and its shift."""
        placed = await self.post("/orders", order_body(self.stage, headcount), status=201)
        return UUID(placed["id"]), UUID(placed["shifts"][0]["id"])

    async def filled(self) -> tuple[UUID, UUID, asyncpg.Record]:
        """An order of one man, its shift, and his seat; nobody seated is asked for anything else."""
        order = await filled(self.jobs_db, self.stage, 1)
        shift_id = order.shifts[0].id
        await self.sql.execute(
            "UPDATE workers SET status = 'paused' WHERE id IN (SELECT worker_id FROM seats WHERE shift_id = $1)",
            shift_id,
        )
        seat = await self.sql.fetchrow(
            "SELECT id, worker_id FROM seats WHERE shift_id = $1 AND kind = 'primary'", shift_id
        )
        return order.id, shift_id, seat

    async def running(self, *, later: timedelta = timedelta(0)) -> tuple[UUID, asyncpg.Record]:
        """A shift that started, and the seat of its man."""
        _, shift_id, seat = await self.filled()
        await until_start(self.sql, shift_id)
        await run_lane(self.jobs_db)
        await let_pass(self.sql, shift_id, later)
        return shift_id, seat

    async def fine(self) -> UUID:
        _, shift_id, seat = await self.filled()
        async with self.app_db.begin(self.stage.franchise_id, "staff:test") as uow:
            fact = Fact(seat["worker_id"], MarkKind.NO_SHOW, uow.now, shift_id, seat["id"])
            recorded = await record_breach(uow, fact, pay_rate_minor=10_000)
        assert recorded.fine is not None
        return recorded.fine.id

    async def post(self, path: str, body: object = None, *, status: int = 200) -> Any:  # noqa: ANN401 - JSON
        return ok(await self.client.post(path, json=body), status)

    async def hook(self, what: str, fields: Mapping[str, str]) -> Call:
        """A post signed as the gateway of this franchise's account signs it."""
        row = await self.sql.fetchrow("SELECT * FROM sms_accounts WHERE id = $1", self.stage.account_id)
        path = f"/hooks/sms/{row['gateway']}/{what}"
        ours = "To" if what == "inbound" else "From"
        posted = {"AccountSid": row["sid"], ours: row["number"], **fields}
        url = self.settings.http.public_url.rstrip("/") + path
        signature = sign(row["secret"], url, {name: [value] for name, value in posted.items()})
        headers = {SIGNATURE_HEADER: signature, "Content-Type": "application/x-www-form-urlencoded"}
        return Call(path, headers=headers, content=urlencode(posted).encode())


async def set_scene(
    app: FastAPI, settings: Settings, app_db: Database, jobs_db: Database, sql: asyncpg.Connection, stage: Stage
) -> Scene:
    """Open the account of the franchise's owner and sign her in."""
    boss = await make_user(app_db, stage.franchise_id, Role.OWNER)
    client = client_with(app, await make_session(app_db, boss))
    return Scene(stage, boss, client, settings, app_db, jobs_db, sql)


def client_with(app: FastAPI, token: str) -> AsyncClient:
    """A client of the API that sends this session or token."""
    transport = ASGITransport(app, raise_app_exceptions=False)
    return AsyncClient(transport=transport, base_url="http://testserver/api/v1", headers=bearer(token))
