"""A dispatcher's browser at the counter where orders are taken."""

import re
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from httpx import AsyncClient, Response

from tests.factories.stage import Stage

PART = {"HX-Request": "true"}
ATTACK = """"'><script>alert(1)</script>{{7*7}}"""
MOSCOW = ZoneInfo("Europe/Moscow")


def in_days(days: int) -> str:
    return (datetime.now(MOSCOW).date() + timedelta(days=days)).isoformat()


class Counter:
    """Fills in forms and presses buttons."""

    def __init__(self, browser: AsyncClient, stage: Stage, csrf: str) -> None:
        self.browser, self.stage, self.csrf = browser, stage, csrf

    def form(self, **more: object) -> dict[str, object]:
        return {
            "csrf": self.csrf,
            "key": str(uuid4()),
            "client_q": "Сенн",
            "client_id": str(self.stage.client_id),
            "site_id": str(self.stage.site_id),
            "service": "loading",
            "headcount": "2",
            "day": in_days(2),
            "starts": "09:00",
            "ends": "17:00",
        } | more

    async def send(self, where: str = "/orders/new", **form: object) -> Response:
        return await self.browser.post(where, data=form)

    async def part(self, where: str, **form: object) -> str:
        answer = await self.browser.post(where, data=form, headers=PART)
        assert answer.status_code == 200, answer.headers.get("x-problem")
        assert "<html" not in answer.text
        return answer.text

    async def act(self, where: str, **form: object) -> Response:
        return await self.browser.post(where, data=form, headers=PART | {"X-CSRF-Token": self.csrf})

    @classmethod
    async def of(cls, browser: AsyncClient, stage: Stage) -> "Counter":
        """Return the browser of somebody signed in, with the token of its pages."""
        found = re.search(r'X-CSRF-Token": "([0-9a-f]{64})"', (await browser.get("/orders")).text)
        assert found is not None
        return cls(browser, stage, found[1])
