"""The preview of a text over HTTP: what it costs, and what is wrong with it."""

import asyncpg
import pytest_asyncio
from fastapi import FastAPI

from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.sms.own_texts import ChangeOwnText, change_own_text, set_in_latin
from dispatch.sms.texts import Language, Template
from tests.factories.desk import assert_problem, client_of, ok
from tests.factories.stage import Stage, set_stage

OFFER = {"template": "offer", "language": "ru"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=0)


async def test_a_text_is_previewed_with_its_price(
    app: FastAPI, app_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    async with await client_of(app, app_db, stage.franchise_id) as desk:
        told = ok(await desk.post("/texts/preview", json=OFFER))
        assert (told["encoding"], told["segments"], told["cost_minor"], told["currency"]) == ("ucs2", 1, None, "RUB")
        await owner.execute("UPDATE sms_accounts SET segment_price_minor = 300 WHERE id = $1", stage.account_id)
        long = "Уважаемые коллеги! {service}: {when}, {place}, {rate}. Код {code}: 1=да 2=нет"
        told = ok(await desk.post("/texts/preview", json=OFFER | {"body": long, "samples": {"place": "Невский, 1"}}))
        assert (told["segments"], told["cost_minor"], told["faults"]) == (2, 600, [])
        assert "Невский, 1" in told["text"]
        told = ok(await desk.post("/texts/preview", json=OFFER | {"body": "Приходите на www.evil.ru"}))
        assert {"kind": "link", "about": "www."} in told["faults"]
        assert_problem(await desk.post("/texts/preview", json=OFFER | {"template": "poem"}), 422, "validation_failed")


async def test_what_is_in_force_is_what_is_previewed(app: FastAPI, app_db: Database, stage: Stage) -> None:
    own = "Есть {service}: {when}, {place}, {rate}. Код {code}: 1=да 2=нет"
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        await change_own_text(uow, Template.OFFER, Language.RU, ChangeOwnText(body=own, based_on=0))
        await set_in_latin(uow, in_latin=True)
    async with await client_of(app, app_db, stage.franchise_id) as desk:
        told = ok(await desk.post("/texts/preview", json=OFFER))
    assert told["text"].startswith("Est pogruzka: ")
    assert (told["encoding"], told["forced"]) == ("gsm7", [])
