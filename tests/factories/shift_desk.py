"""A dispatcher's browser on the page of one shift."""

import re
from uuid import UUID

from httpx import AsyncClient, Response

from dispatch.kit.uow import Database
from dispatch.sms.service import Question
from tests.factories.stage import Stage, open_questions, say

PART = {"HX-Request": "true"}


class Desk:
    """A dispatcher's browser on one shift."""

    def __init__(self, browser: AsyncClient, database: Database, stage: Stage, shift_id: UUID, csrf: str) -> None:
        self.browser, self.database, self.stage, self.shift_id = browser, database, stage, shift_id
        self.address = f"/shifts/{shift_id}"
        self.csrf = csrf

    async def page(self) -> str:
        answer = await self.browser.get(self.address)
        assert answer.status_code == 200
        return answer.text

    async def part(self, where: str) -> str:
        answer = await self.browser.get(self.address + where, headers=PART)
        assert answer.status_code == 200, answer.headers.get("x-problem")
        assert "<html" not in answer.text
        return answer.text

    async def act(self, where: str, **form: str) -> Response:
        return await self.browser.post(self.address + where, data=form, headers=PART | {"X-CSRF-Token": self.csrf})

    async def offers(self) -> list[Question]:
        return [q for q in await open_questions(self.database, self.stage, "offer") if q.shift_id == self.shift_id]

    async def seat(self) -> UUID:
        """Seat the best man asked and return his seat."""
        offer = (await self.offers())[0]
        await say(self.database, offer, "да")
        async with self.database.begin(self.stage.franchise_id, "system:test") as uow:
            found: UUID = await uow.fetchval(
                "SELECT id FROM seats WHERE shift_id = $1 AND worker_id = $2", self.shift_id, offer.worker_id
            )
        return found

    @classmethod
    async def at(cls, browser: AsyncClient, database: Database, stage: Stage, shift_id: UUID) -> "Desk":
        """Return the browser of somebody signed in, with the token of its pages."""
        found = re.search(r'X-CSRF-Token": "([0-9a-f]{64})"', (await browser.get("/board")).text)
        assert found is not None
        return cls(browser, database, stage, shift_id, found[1])
