"""Somebody's browser on the console, signed in, with the token his changes carry."""

import re
from dataclasses import dataclass
from uuid import UUID

from httpx import AsyncClient, Response

from dispatch.access.roles import Role
from dispatch.kit.uow import Database
from tests.factories.access import PASSWORD, make_user

PART = {"HX-Request": "true"}


@dataclass(frozen=True)
class Browser:
    """A browser with a session."""

    client: AsyncClient
    csrf: str

    async def page(self, address: str) -> str:
        """Read a whole page that must be there."""
        answer = await self.client.get(address)
        assert answer.status_code == 200, (answer.status_code, answer.text[-600:])
        assert "<html" in answer.text
        return answer.text

    async def part(self, address: str) -> str:
        """Read a part of a page that must be there."""
        answer = await self.client.get(address, headers=PART)
        assert answer.status_code == 200, answer.headers.get("x-problem")
        assert "<html" not in answer.text
        return answer.text

    async def act(self, address: str, form: dict[str, object] | None = None, **more: object) -> Response:
        """Send a form as a script does, with the session's token."""
        headers = PART | {"X-CSRF-Token": self.csrf}
        return await self.client.post(address, data=form or {}, headers=headers, **more)  # type: ignore[arg-type]


async def sign_in(client: AsyncClient, database: Database, franchise_id: UUID, role: Role) -> Browser:
    """Sign a browser in as somebody of a franchise."""
    user = await make_user(database, franchise_id, role)
    client.cookies.clear()
    answer = await client.post("/login", data={"login": user.login, "password": PASSWORD})
    assert answer.status_code == 303
    page = (await client.get("/account")).text
    token = re.search(r'X-CSRF-Token": "([0-9a-f]{64})"', page)
    return Browser(client, token[1] if token else "")


def spelt(e164: str) -> str:
    """Return a number as pages write it: "+7 812 655-05-55"."""
    return f"{e164[:2]} {e164[2:5]} {e164[5:8]}-{e164[8:10]}-{e164[10:]}"
