"""The recruiter's funnel: from a lead to somebody who is invited, by its moves only, and never past the gate."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import product
from uuid import UUID

import asyncpg
import pytest_asyncio
from httpx import AsyncClient

from dispatch.access.roles import Role
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.web.funnel import STEPS
from dispatch.web.languages import Language, speech
from dispatch.workers.interviews import Question
from dispatch.workers.rules import RECRUIT_MOVES, Stage
from tests.factories.browsers import Browser, sign_in
from tests.factories.stage import Stage as Scene
from tests.factories.stage import set_stage
from tests.factories.workers import make_worker, make_workers, next_phone

HOSTILE = "<script>alert(1)</script>"


@pytest_asyncio.fixture(loop_scope="session")
async def recruiter(stranger: AsyncClient, app_db: Database, stage: Scene) -> Browser:
    return await sign_in(stranger, app_db, stage.franchise_id, Role.RECRUITER)


async def taken_on(recruiter: Browser, name: str) -> str:
    made = await recruiter.act("/people/new", {"first_name": name, "last_name": "Воронков", "phone": next_phone()})
    assert made.status_code == 204, made.headers.get("x-problem")
    return made.headers["hx-redirect"]


def counts_in(page: str) -> Mapping[str, int]:
    heads = re.findall(r'id="stage-(\w+)">.*?bg-secondary-lt">(\d+)<', page)
    return {stage: int(count) for stage, count in heads}


async def test_a_lead_becomes_a_worker_and_not_before_the_gate_is_passed(recruiter: Browser) -> None:
    before = counts_in(await recruiter.part("/people/funnel/board"))
    here = await taken_on(recruiter, HOSTILE)
    board = await recruiter.page("/people/funnel")
    assert HOSTILE not in board
    assert counts_in(board)["lead"] == before.get("lead", 0) + 1
    for step in ("called", "interview"):
        moved = await recruiter.act(f"{here}/recruit/{step}")
        assert moved.status_code == 204
    assert (await recruiter.act(moved.headers["x-undo"])).status_code == 204
    assert "Funnel: called" in await recruiter.part(f"{here}/facts")
    assert (await recruiter.act(f"{here}/recruit/ready")).status_code == 409
    assert (await recruiter.act(f"{here}/recruit/elsewhere")).status_code == 422
    for step in ("interview", "vetting"):
        assert (await recruiter.act(f"{here}/recruit/{step}")).status_code == 204
    assert "interview not attested" in await recruiter.part("/people/funnel/board")
    for statement in ("vetting", "consent_offers"):
        refused = await recruiter.act(f"{here}/recruit/ready")
        assert refused.status_code == 409
        assert "is not invited" in await recruiter.part(f"{here}/facts")
        assert (await recruiter.act(f"{here}/attest", {"what": statement, "basis": "анкета"})).status_code == 204
    assert (await recruiter.act(f"{here}/recruit/ready")).status_code == 204
    assert "is invited" in await recruiter.part(f"{here}/facts")
    assert (await recruiter.act(f"{here}/recruit/refused")).status_code == 409


async def test_what_is_next_and_what_was_answered(recruiter: Browser) -> None:
    here = await taken_on(recruiter, "Следующий")
    overdue = {"next_on": str(date(2020, 1, 2)), "next_what": HOSTILE}
    assert 'name="next_on"' in await recruiter.part(f"{here}/recruit/next")
    assert (await recruiter.act(f"{here}/recruit/next", overdue)).status_code == 204
    assert (await recruiter.act(f"{here}/recruit/next", {"next_on": "soon"})).status_code == 422
    board = await recruiter.part("/people/funnel/board")
    assert "1 overdue" in board
    assert HOSTILE not in board
    assert (await recruiter.act(f"{here}/interview", {})).status_code == 422
    first = {Question.EXPERIENCE: "грузил мебель", Question.ALCOHOL: HOSTILE}
    assert (await recruiter.act(f"{here}/interview", dict(first))).status_code == 204
    assert (await recruiter.act(f"{here}/interview", {Question.EXPERIENCE: "и переезды"})).status_code == 204
    form = await recruiter.part(f"{here}/interview")
    assert ">и переезды</textarea>" in form
    assert "Version 1" in form
    assert "грузил мебель" in form
    assert HOSTILE not in form


async def test_a_stage_of_many_is_counted_listed_and_sorted(
    stranger: AsyncClient, app_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    other = await set_stage(settings, app_db, men=0)
    recruiter = await sign_in(stranger, app_db, other.franchise_id, Role.RECRUITER)
    assert "Nobody is in the funnel" in await recruiter.page("/people/funnel")
    async with app_db.begin(other.franchise_id, "system:test") as uow:
        people = await make_workers(uow, 70, attested=None, last_name="Многих")
        last = await make_worker(uow, attested=None, last_name="Ярый")
        await uow.run(
            """INSERT INTO recruits (worker_id, franchise_id, next_on)
               SELECT w.id, $1, $3::date + n::int FROM unnest($2::uuid[]) WITH ORDINALITY AS w (id, n)""",
            other.franchise_id,
            [last, *people],
            date.today() - timedelta(days=3),  # noqa: DTZ011 - two of them are overdue in every zone
        )
    board = await recruiter.page("/people/funnel")
    assert counts_in(board)["lead"] == 71
    assert board.count('id="recruit-') == 20
    assert board.index(str(last)) < board.index(str(people[0]))
    assert "All of them" in board
    listed = await recruiter.page("/people/funnel?stage=lead&sort=name&dir=desc")
    assert re.findall(r'id="recruit-([^"]+)"', listed)[0] == str(last)
    assert "Page 1 of 2" in listed
    assert len(re.findall(r'id="recruit-', await recruiter.page("/people/funnel?stage=lead&page=9"))) == 21
    await owner.execute("UPDATE workers SET status = 'archived' WHERE id = $1", last)
    assert counts_in(await recruiter.part("/people/funnel/board"))["lead"] == 70


async def test_others_neither_see_nor_move_anybody(
    recruiter: Browser, app_db: Database, settings: Settings, stage: Scene
) -> None:
    here = await taken_on(recruiter, "Чужой")
    acts = {"recruit": {}, "recruit/called": {}, "recruit/next": {"next_what": "x"}, "interview": {Question.PAY: "x"}}
    other = await set_stage(settings, app_db, men=0)
    theirs = await sign_in(recruiter.client, app_db, other.franchise_id, Role.OWNER)
    assert "Чужой" not in await theirs.page("/people/funnel")
    for act, form in acts.items():
        assert (await theirs.act(f"{here}/{act}", dict(form))).status_code == 404, act
    assert (await theirs.client.get(f"{here}/interview")).status_code == 404
    dispatcher = await sign_in(recruiter.client, app_db, stage.franchise_id, Role.DISPATCHER)
    assert (await dispatcher.client.get("/people/funnel")).status_code == 403
    for act, form in acts.items():
        assert (await dispatcher.act(f"{here}/{act}", dict(form))).status_code == 403, act


async def test_the_moves_are_those_of_the_database_and_every_button_is_one(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch("SELECT old_status, new_status FROM status_moves WHERE entity = 'recruits'")
    assert {("recruits", str(old), str(new)) for old, new in RECRUIT_MOVES.allowed} == {
        ("recruits", row["old_status"], row["new_status"]) for row in rows
    }
    assert {(old, new) for old, steps in STEPS.items() for new in steps} <= RECRUIT_MOVES.allowed
    assert not any(RECRUIT_MOVES.allowed & {pair} for pair in product([Stage.READY], Stage))


def test_every_stage_step_and_question_is_said_in_both_languages() -> None:
    asked = [f"stage_{stage}" for stage in Stage] + [str(question) for question in Question]
    asked += [f"step_{step}" for steps in STEPS.values() for step in steps if step is not Stage.REFUSED]
    for language in (Language.RU, Language.EN):
        assert [name for name in asked if speech(language).words.gettext(name) == name] == []


async def test_an_applicant_is_taken_into_the_funnel_on_his_page_once(
    recruiter: Browser, app_db: Database, stage: Scene
) -> None:
    async with app_db.begin(stage.franchise_id, "system:test") as uow:
        worker_id: UUID = await make_worker(uow, attested=None)
    here = f"/people/{worker_id}"
    assert 'id="recruit"' in await recruiter.part(f"{here}/facts")
    assert (await recruiter.act(f"{here}/interview", {Question.PAY: "x"})).status_code == 404
    for _ in range(2):
        assert (await recruiter.act(f"{here}/recruit")).status_code == 204
    assert "Funnel: lead" in await recruiter.part(f"{here}/facts")
