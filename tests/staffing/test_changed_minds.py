"""Texts as men write them, through the drain: a yes after a no, a no after a yes, one "understood" for two days."""

import asyncpg
import pytest
import pytest_asyncio

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.sms.inbound import InboundDrain
from dispatch.sms.questions import Question
from dispatch.staffing.cancel import CancelOrder, cancel_order
from dispatch.wiring import ANSWERS
from tests.factories.desk import another_day, questions, seats_on
from tests.factories.stage import Stage, place, run_lane, set_stage


@pytest_asyncio.fixture(loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=4)


class Man:
    """Who was asked something, and writes from his own phone."""

    def __init__(self, asked: Question, app_db: Database, jobs_db: Database, owner: asyncpg.Connection) -> None:
        self.asked = asked
        self._app_db, self._jobs_db, self._owner = app_db, jobs_db, owner

    async def writes(self, text: str) -> str:
        """Send one text and return what became of it."""
        phone = await self._owner.fetchval("SELECT e164 FROM phones WHERE id = $1", self.asked.phone_id)
        await self._app_db.autocommit(
            "SELECT store_inbound($1, $2, $3, $4, $5, $6)",
            [new_id(), self.asked.account_id, f"SM{new_id().hex}", phone, text, b"raw"],
        )
        await InboundDrain(self._jobs_db, ANSWERS)()
        return str(
            await self._owner.fetchval(
                "SELECT outcome FROM dispositions WHERE phone_id = $1 ORDER BY inbound_id DESC LIMIT 1",
                self.asked.phone_id,
            )
        )

    async def was_told(self) -> asyncpg.Record:
        """Return the last text to him."""
        return await self._owner.fetchrow(
            "SELECT template, body FROM messages WHERE phone_id = $1 ORDER BY id DESC LIMIT 1", self.asked.phone_id
        )


async def test_a_clear_yes_after_a_no_takes_the_place_that_is_open(
    app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await place(jobs_db, stage, 2, another_day())).shifts[0].id
    await run_lane(jobs_db)
    man = Man((await questions(jobs_db, stage, "offer", shift_id))[0], app_db, jobs_db, owner)
    assert await man.writes("2") == "declined"
    assert await man.writes("ок, спасибо") == "courtesy"
    assert await seats_on(owner, shift_id) == []
    assert await man.writes("1") == "accepted_primary"
    assert [seat["live"] for seat in await seats_on(owner, shift_id)] == [True]


@pytest.mark.parametrize("words", ["{} нет", "2 {}", "{} не приду"])
async def test_a_no_with_the_code_he_took_cancels_the_seat(
    app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection, words: str
) -> None:
    shift_id = (await place(jobs_db, stage, 1, another_day())).shifts[0].id
    await run_lane(jobs_db)
    man = Man((await questions(jobs_db, stage, "offer", shift_id))[0], app_db, jobs_db, owner)
    assert await man.writes(f"{man.asked.code} да") == "accepted_primary"
    assert await man.writes(words.format(man.asked.code)) == "cancelled"
    assert [seat["status"] for seat in await seats_on(owner, shift_id)] == ["cancelled_by_worker"]
    assert (await man.was_told())["template"] == "cancel_confirmed"


async def test_a_no_to_two_days_asks_which_and_one_understood_answers_both_notices(
    app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    order = await place(jobs_db, stage, 1, another_day(), another_day())
    await run_lane(jobs_db)
    man = Man((await questions(jobs_db, stage, "offer", order.shifts[0].id))[0], app_db, jobs_db, owner)
    assert await man.writes(f"{man.asked.code} да") == "accepted_primary"
    assert await man.writes(f"{man.asked.code} нет") == "asked_which_day"
    async with jobs_db.begin(stage.franchise_id, "staff:test") as uow:
        await cancel_order(uow, order.id, CancelOrder(reason="нет машины"))
    await owner.execute(
        """UPDATE questions SET status = 'closed', closed_at = now()
           WHERE phone_id = $1 AND status = 'open' AND kind <> 'notice'""",
        man.asked.phone_id,
    )
    assert await man.writes("понял") == "understood"
    states = await owner.fetch(
        "SELECT status FROM questions WHERE phone_id = $1 AND kind = 'notice'", man.asked.phone_id
    )
    assert [row["status"] for row in states] == ["answered", "answered"]
