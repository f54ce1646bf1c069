"""A list with nothing in it says what to do next."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from httpx import AsyncClient

from dispatch.kit.uow import Database
from dispatch.settings import Settings
from tests.factories.office import Office, open_office
from tests.factories.tenancy import make_franchise


@pytest_asyncio.fixture(loop_scope="session")
async def office(stranger: AsyncClient, app_db: Database, settings: Settings) -> Office:
    """The owner of a franchise that has nothing yet."""
    return await open_office(stranger, app_db, (await make_franchise(settings)).id)


@pytest.mark.parametrize(
    ("where", "leads_to"),
    [
        ("/clients", "/clients/new"),
        ("/settings/tokens", "/settings/tokens/new"),
        ("/messages", "/orders/new"),
        ("/people/funnel?stage=called", "/people/new"),
    ],
)
async def test_an_empty_list_offers_the_next_step(office: Office, where: str, leads_to: str) -> None:
    page = (await office.browser.get(where)).text
    found = re.search(r'class="empty-action"><(?:a|button)[^>]* (?:href|hx-get)="([^"]+)"', page)
    assert found is not None
    assert found[1] == leads_to
    assert (await office.browser.get(leads_to)).status_code == 200


async def test_a_roster_says_how_many_turns_it_shows(office: Office) -> None:
    headers = {"X-CSRF-Token": office.csrf}
    begins = datetime.now(UTC) + timedelta(days=2)
    for day in (0, 1):
        at = begins + timedelta(days=day)
        turn = {"user_id": office.me, "begins": f"{at:%Y-%m-%dT10:00}", "ends": f"{at:%Y-%m-%dT20:00}"}
        answer = await office.browser.post("/duty", data=turn, headers=headers)
        assert answer.status_code == 303, answer.text[-300:]
    assert "2 turns in the next four weeks" in (await office.browser.get("/duty")).text
