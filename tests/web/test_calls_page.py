"""Whom to ring: one dispatcher at a time has a man, the others see it, and the call's result ends it."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import pytest_asyncio
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from dispatch.access.roles import Role
from dispatch.crew.calls import CLAIM_LASTS
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from tests.factories.browsers import Browser, sign_in
from tests.factories.desk import another_day, crew_of
from tests.factories.stage import Stage, open_questions, place, run_lane, set_stage
from tests.factories.streams import told
from tests.web.conftest import OURS


@dataclass(frozen=True)
class Ringing:
    """A shift of two, its three men silent, and two dispatchers who look at its call list."""

    shift_id: UUID
    men: list[UUID]
    first: Browser
    second: Browser

    @property
    def address(self) -> str:
        return f"/shifts/{self.shift_id}/calls"

    def of(self, man: UUID, act: str) -> str:
        return f"{self.address}/{man}/{act}"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browsers(app: FastAPI, app_db: Database, stage: Stage) -> AsyncIterator[tuple[Browser, Browser]]:
    made = [
        AsyncClient(
            transport=ASGITransport(app, raise_app_exceptions=False),
            base_url="http://testserver",
            headers={"Accept-Language": "en"} | OURS,
        )
        for _ in range(2)
    ]
    first, second = [await sign_in(client, app_db, stage.franchise_id, Role.DISPATCHER) for client in made]
    yield first, second
    for client in made:
        await client.aclose()


@pytest_asyncio.fixture(loop_scope="session")
async def ringing(
    browsers: tuple[Browser, Browser], jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> Ringing:
    shift_id = (await place(jobs_db, stage, 2, another_day())).shifts[0].id
    await run_lane(jobs_db)
    offers = [q for q in await open_questions(jobs_db, stage, "offer") if q.shift_id == shift_id]
    await owner.execute("UPDATE invitations SET status = 'expired' WHERE shift_id = $1", shift_id)
    await owner.execute("UPDATE call_claims SET expires_at = claimed_at")
    return Ringing(shift_id, [q.worker_id for q in offers if q.worker_id is not None], *browsers)


async def test_of_two_who_press_at_once_exactly_one_gets_him(ringing: Ringing, owner: asyncpg.Connection) -> None:
    for man in ringing.men:
        presses = [who.act(ringing.of(man, "claim")) for who in (ringing.first, ringing.second)]
        answers = await asyncio.gather(*presses)
        assert sorted(answer.status_code for answer in answers) == [204, 409]
    claimed = await owner.fetch("SELECT worker_id FROM call_claims WHERE expires_at > now()")
    assert {row["worker_id"] for row in claimed} == set(ringing.men)


async def test_the_other_sees_who_rings_and_cannot_settle_it(ringing: Ringing, owner: asyncpg.Connection) -> None:
    man = ringing.men[0]
    assert (await ringing.first.act(ringing.of(man, "claim"))).status_code == 204
    mine, theirs = await ringing.first.part(ringing.address), await ringing.second.part(ringing.address)
    assert mine.index(f"call-{man}") < mine.index(f"call-{ringing.men[1]}"), "whom one rings stands first"
    assert re.search(r'href="tel:\+7\d{10}"', mine)
    assert re.findall(r'data-call-key="(\w)"', mine) == ["y", "n", "d", "l", "w"]
    assert "is ringing until" in theirs
    assert f'id="claim-{man}"' not in theirs
    assert "tel:" not in theirs
    refused = await ringing.second.act(ringing.address, {"worker_id": man, "result": "yes"})
    assert refused.status_code == 409
    assert await crew_of(owner, ringing.shift_id) == []
    assert (await ringing.second.act(ringing.of(man, "release"))).status_code == 409


async def test_the_result_settles_and_ends_it(ringing: Ringing, owner: asyncpg.Connection) -> None:
    yes, no_answer, _ = ringing.men
    for man, result in ((yes, "yes"), (no_answer, "no_answer")):
        await ringing.first.act(ringing.of(man, "claim"))
        kept = await ringing.first.act(ringing.address, {"worker_id": man, "result": result})
        assert kept.status_code == 204, kept.headers.get("x-problem")
    assert [seat["worker_id"] for seat in await crew_of(owner, ringing.shift_id)] == [yes]
    page = await ringing.second.part(ringing.address)
    assert f'id="call-{yes}"' not in page
    assert page.index(f"claim-{ringing.men[2]}") < page.index(f"claim-{no_answer}"), "who was rung comes last"
    assert (await ringing.second.act(ringing.of(yes, "claim"))).status_code == 409, "he is not on the list any more"
    assert (await ringing.second.act(ringing.of(no_answer, "claim"))).status_code == 204


async def test_a_claim_ends_by_itself_or_by_its_owner(ringing: Ringing, owner: asyncpg.Connection) -> None:
    man, other, _ = ringing.men
    await ringing.first.act(ringing.of(man, "claim"))
    await ringing.first.act(ringing.of(other, "claim"))
    await owner.execute(
        "UPDATE call_claims SET expires_at = expires_at - $2::interval WHERE worker_id = $1", man, CLAIM_LASTS
    )
    assert (await ringing.second.act(ringing.of(man, "claim"))).status_code == 204
    assert (await ringing.first.act(ringing.of(man, "claim"))).status_code == 409
    assert (await ringing.second.act(ringing.of(other, "claim"))).status_code == 409
    assert (await ringing.first.act(ringing.of(other, "release"))).status_code == 204
    assert (await ringing.second.act(ringing.of(other, "claim"))).status_code == 204


async def test_a_claim_is_told_to_everybody_who_looks(ringing: Ringing, app: FastAPI, stage: Stage) -> None:
    hub = app.state.console.hub
    stream = hub.open(stage.franchise_id)
    await ringing.first.act(ringing.of(ringing.men[0], "claim"))
    await told(stream, "call_claims", "-")
    hub.close(stream)
    assert 'data-live="shift:' in (part := await ringing.second.part(ringing.address))
    assert "call_claims" in part


async def test_the_list_stands_on_the_page_of_the_shift_and_alone(
    ringing: Ringing, settings: Settings, app_db: Database
) -> None:
    assert f'hx-get="{ringing.address}"' in await ringing.first.page(f"/shifts/{ringing.shift_id}")
    assert "Call list" in await ringing.first.page(ringing.address)
    elsewhere = await set_stage(settings, app_db, men=0)
    stranger = await sign_in(ringing.second.client, app_db, elsewhere.franchise_id, Role.DISPATCHER)
    for act in ("claim", "release"):
        assert (await stranger.act(ringing.of(ringing.men[0], act))).status_code in {404, 409}
    assert (await stranger.client.get(ringing.address)).status_code == 404
