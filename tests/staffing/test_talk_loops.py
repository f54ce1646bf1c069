"""Automatic answers: each once from the shift's facts, three in all, then somebody rings."""

import asyncpg
import pytest_asyncio

from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.sms.answering import AnswerByText, answer_inbox_item
from tests.factories.desk import another_day, questions
from tests.factories.stage import Stage, place, run_lane, set_stage
from tests.factories.talk import Talk


@pytest_asyncio.fixture(loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=4)


async def test_pay_time_and_what_to_bring_are_told_once_and_the_fourth_answer_is_a_call(
    jobs_db: Database, app_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    talk = Talk(stage, jobs_db, owner)
    shift_id = (await place(jobs_db, stage, 1, another_day())).shifts[0].id
    await run_lane(jobs_db)
    phone = (await questions(jobs_db, stage, "offer", shift_id))[0].phone_id
    assert await talk.hears(phone, "что брать с собой?") == "inbox", "nothing is invented"
    await owner.execute("UPDATE shifts SET documents = '{medical_book}' WHERE id = $1", shift_id)
    told = []
    for words in ("что брать с собой?", "сколько платят?", "во сколько начало?"):
        assert await talk.hears(phone, words) == "informed"
        told.append((await talk.told(phone))[-1])
    assert [template for template, _ in told] == ["bring_info", "pay_info", "time_info"]
    assert "медкнижку" in told[0][1]
    assert "100р/ч" in told[1][1]
    assert "09:00" in told[2][1]
    assert await talk.hears(phone, "сколько платят?") == "inbox", "the first answer did not help"
    assert await talk.hears(phone, "какой адрес?") == "asked_often_enough"
    assert await talk.hears(phone, "наверное") == "asked_often_enough"
    assert [kind for kind, _ in await talk.waits()].count("call") == 2
    item = await owner.fetchval(
        "SELECT id FROM inbox_items WHERE franchise_id = $1 AND kind = 'call' LIMIT 1", stage.franchise_id
    )
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        await answer_inbox_item(uow, item, AnswerByText(text="Сенная, 1, вход со двора"))
    assert await talk.hears(phone, "какой адрес?") == "informed", "a person wrote meanwhile"
    await talk.hears(phone, "наверное")
    await talk.hears(phone, "наверное")
    assert await talk.hears(phone, "наверное") == "asked_often_enough"
    await owner.execute("UPDATE messages SET created_at = created_at - interval '1 day' WHERE phone_id = $1", phone)
    assert await talk.hears(phone, "наверное") == "asked_clarify", "a day has passed"
