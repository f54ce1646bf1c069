"""Somebody's browser on the settings, with the token his changes carry."""

import re
from dataclasses import dataclass
from uuid import UUID

import asyncpg
from httpx import AsyncClient, Response

from dispatch.access.roles import Role
from dispatch.kit.uow import Database
from tests.factories.access import PASSWORD, make_user

PART = {"HX-Request": "true"}


@dataclass(frozen=True)
class Office:
    """A browser signed in as somebody of a franchise."""

    browser: AsyncClient
    database: Database
    franchise_id: UUID
    me: UUID
    csrf: str

    async def page(self, where: str, status: int = 200) -> str:
        """Read a whole page of the settings."""
        answer = await self.browser.get(f"/settings/{where}")
        assert answer.status_code == status, (answer.status_code, answer.text[-500:])
        return answer.text

    async def part(self, where: str) -> str:
        """Read a part of a page."""
        answer = await self.browser.get(f"/settings/{where}", headers=PART)
        assert answer.status_code == 200, answer.headers.get("x-problem")
        assert "<html" not in answer.text
        return answer.text

    async def act(self, where: str, **form: object) -> Response:
        """Send a form as a script does."""
        headers = PART | {"X-CSRF-Token": self.csrf}
        return await self.browser.post(f"/settings/{where}", data=form, headers=headers)

    async def done(self, where: str, **form: object) -> Response:
        """Send a form that must be taken."""
        answer = await self.act(where, **form)
        assert answer.status_code in (200, 204), (answer.status_code, answer.headers.get("x-problem"), answer.text)
        return answer

    async def turn(self, role: Role) -> "Office":
        """Sign the same browser in as somebody else of the franchise."""
        return await open_office(self.browser, self.database, self.franchise_id, role)


async def open_office(browser: AsyncClient, database: Database, franchise_id: UUID, role: Role = Role.OWNER) -> Office:
    """Sign a browser in as somebody of a franchise."""
    user = await make_user(database, franchise_id, role)
    browser.cookies.clear()
    assert (await browser.post("/login", data={"login": user.login, "password": PASSWORD})).status_code == 303
    found = re.search(r'X-CSRF-Token": "([0-9a-f]{64})"', (await browser.get("/account")).text)
    assert found is not None
    return Office(browser, database, franchise_id, user.id, found[1])


async def last_audit(owner: asyncpg.Connection, entity: str, entity_id: object) -> asyncpg.Record:
    """The newest audit row about a thing."""
    row = await owner.fetchrow(
        "SELECT actor, action, after FROM audit_log WHERE entity = $1 AND entity_id = $2 ORDER BY id DESC LIMIT 1",
        entity,
        str(entity_id),
    )
    assert row is not None
    return row
