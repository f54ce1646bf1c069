"""A gateway that does not take texts is led around, tried now and then, and used again once it proved itself."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import asyncpg
import pytest_asyncio

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.settings import Settings, SmsSettings
from dispatch.sms.gateways.base import Outcome, Parcel, Refused, Sent, Unclear
from dispatch.sms.send import Broadcaster
from dispatch.sms.service import MessageClass, NewQuestion, QuestionKind, open_question
from tests.factories.sms import TestAccount, make_account, make_phone, queue_text
from tests.fakes.gateway import Adapter

UNREACHABLE = Refused("unreachable", permanent=False)


class Carrier:
    """Answers as it is told, for ever."""

    def __init__(self, answer: Outcome | None = None) -> None:
        self.answer = answer
        self.bodies: list[str] = []

    async def __call__(self, parcel: Parcel) -> Outcome:
        self.bodies.append(parcel.body)
        return self.answer or Sent(f"SM{parcel.reference.hex}{len(self.bodies)}")


class Stand:
    """Two accounts of one franchise at two gateways; the first is preferred."""

    def __init__(self, database: Database, owner: asyncpg.Connection, first: TestAccount, second: TestAccount) -> None:
        self.database, self.owner, self.first, self.second = database, owner, first, second
        self.gateways = {"twilio": Carrier(), "kannel": Carrier()}

    def sender(self) -> Broadcaster:
        adapters = {name: Adapter(carrier) for name, carrier in self.gateways.items()}
        return Broadcaster(self.database, adapters, SmsSettings())

    async def queue(self, bodies: Sequence[str], class_: MessageClass = MessageClass.SEAT) -> list[UUID]:
        return [
            await queue_text(self.database, self.first, await make_phone(self.owner), body, class_=class_, urgent=True)
            for body in bodies
        ]

    async def break_first(self, outcome: Outcome) -> None:
        self.gateways["twilio"].answer = outcome
        await self.queue([f"lost {n}" for n in range(5)])
        await self.sender()()
        assert await self.down()

    async def down(self) -> bool:
        found: bool | None = await self.owner.fetchval(
            "SELECT down_since IS NOT NULL FROM sms_account_health WHERE account_id = $1", self.first.account.id
        )
        return bool(found)

    async def let_a_try_be_due(self) -> None:
        await self.owner.execute(
            "UPDATE sms_account_health SET tried_at = 'epoch' WHERE account_id = $1", self.first.account.id
        )

    async def troubles(self) -> list[str]:
        rows = await self.owner.fetch(
            """SELECT detail::jsonb ->> 'trouble' AS trouble FROM outbox
               WHERE kind = 'staffing.account_troubled' AND franchise_id = $1 ORDER BY created_at, id""",
            self.first.franchise_id,
        )
        return [row["trouble"] for row in rows]


@pytest_asyncio.fixture(loop_scope="session")
async def stand(settings: Settings, jobs_db: Database, owner: asyncpg.Connection) -> Stand:
    await owner.execute("UPDATE sms_accounts SET enabled = false")
    first = await make_account(settings, owner, gateway="twilio")
    second = await make_account(settings, owner, gateway="kannel", franchise_id=first.franchise_id)
    return Stand(jobs_db, owner, first, second)


async def test_texts_leave_by_the_other_account_and_their_questions_go_with_them(stand: Stand) -> None:
    await stand.break_first(UNREACHABLE)
    await stand.owner.execute("UPDATE messages SET send_at = not_before WHERE status = 'queued'")
    await stand.sender()()
    assert sorted(stand.gateways["kannel"].bodies) == [f"lost {n}" for n in range(5)]  # certainly refused: led around
    async with stand.database.begin(stand.first.franchise_id, "system:test") as uow:
        phone = await make_phone(stand.owner)
        question, beside = [
            await open_question(
                uow,
                NewQuestion(
                    phone_id=phone.id,
                    worker_id=None,
                    kind=kind,
                    subject_id=new_id(),
                    account_id=stand.first.account.id,
                ),
            )
            for kind in (QuestionKind.NOTICE, QuestionKind.OFFER)
        ]
    text = await queue_text(stand.database, stand.first, phone, "asked", question_id=question.id)
    asked = [question.id, beside.id]
    await stand.owner.execute("UPDATE messages SET question_ids = $2 WHERE id = $1", text, asked)
    await stand.sender()()
    assert "asked" in stand.gateways["kannel"].bodies
    asked_from = await stand.owner.fetch("SELECT account_id FROM questions WHERE id = ANY ($1)", asked)
    assert [row["account_id"] for row in asked_from] == [stand.second.account.id] * 2


async def test_an_unclear_text_is_never_handed_to_the_other_gateway(stand: Stand) -> None:
    await stand.break_first(Unclear("ReadTimeout"))
    assert stand.gateways["kannel"].bodies == []
    statuses = await stand.owner.fetch("SELECT status FROM messages WHERE account_id = $1", stand.first.account.id)
    assert [row["status"] for row in statuses] == ["unknown"] * 5


async def test_one_text_at_a_time_tries_a_gateway_that_is_down_and_three_bring_it_back(stand: Stand) -> None:
    await stand.break_first(Unclear("ReadTimeout"))
    stand.gateways["twilio"].answer = None
    tried = len(stand.gateways["twilio"].bodies)
    for nth in range(3):
        assert await stand.down()
        await stand.let_a_try_be_due()
        await stand.queue(["urgent"])
        await stand.queue([f"offer {n}" for n in range(3)], MessageClass.OFFER)
        await stand.sender()()
        assert stand.gateways["twilio"].bodies[tried + nth :] == ["offer 2"]  # the least urgent one
    assert not await stand.down()
    await stand.queue(["again"])
    await stand.sender()()
    assert stand.gateways["twilio"].bodies[-1] == "again"
    assert await stand.troubles() == ["down", "up"]


async def test_without_another_account_a_gateway_that_is_down_is_tried_slowly(stand: Stand) -> None:
    await stand.owner.execute("UPDATE sms_accounts SET enabled = false WHERE id = $1", stand.second.account.id)
    await stand.break_first(Unclear("ReadTimeout"))
    tried = len(stand.gateways["twilio"].bodies)
    stand.gateways["twilio"].answer = None
    await stand.queue(["a", "b", "c"])
    drain = asyncio.create_task(stand.sender()())
    await asyncio.sleep(0.3)
    assert len(stand.gateways["twilio"].bodies) == tried
    await stand.let_a_try_be_due()
    await asyncio.sleep(0.6)
    assert len(stand.gateways["twilio"].bodies) == tried + 1
    while not drain.done():
        await stand.let_a_try_be_due()
        await asyncio.sleep(0.05)
    assert sorted(stand.gateways["twilio"].bodies[tried:]) == ["a", "b", "c"]


async def test_a_simulated_account_never_stands_in_for_a_real_one(stand: Stand, settings: Settings) -> None:
    await stand.owner.execute("UPDATE sms_accounts SET enabled = false WHERE id = $1", stand.second.account.id)
    await make_account(settings, stand.owner, franchise_id=stand.first.franchise_id)
    stand.gateways["simulator"] = Carrier()
    await stand.break_first(Unclear("ReadTimeout"))
    await stand.queue(["a"])
    drain = asyncio.create_task(stand.sender()())
    await asyncio.sleep(0.5)
    drain.cancel()
    await asyncio.gather(drain, return_exceptions=True)
    assert stand.gateways["simulator"].bodies == []


async def test_a_gateway_that_asks_for_a_pause_is_left_alone_and_does_not_count_as_down(stand: Stand) -> None:
    stand.gateways["twilio"].answer = Refused("20429", permanent=False, retry_after_s=30.0)
    await stand.queue([f"early {n}" for n in range(8)])
    drain = asyncio.create_task(stand.sender()())
    await asyncio.sleep(0.5)
    drain.cancel()
    await asyncio.gather(drain, return_exceptions=True)
    asked = len(stand.gateways["twilio"].bodies)
    assert not await stand.down()
    stand.gateways["twilio"].answer = None
    await stand.queue(["later"])
    drain = asyncio.create_task(stand.sender()())
    await asyncio.sleep(0.5)
    drain.cancel()
    await asyncio.gather(drain, return_exceptions=True)
    assert len(stand.gateways["twilio"].bodies) == asked
    held = await stand.owner.fetchrow(
        """SELECT next_send_at > now() + interval '20 seconds' AS held,
                  (SELECT min(send_at) FROM messages WHERE account_id = $1 AND error = '20429')
                    > now() + interval '20 seconds' AS later
           FROM sms_account_progress WHERE account_id = $1""",
        stand.first.account.id,
    )
    assert held is not None
    assert tuple(held) == (True, True)
