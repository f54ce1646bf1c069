"""From a stored text to exactly one disposition: order, concurrency, failures, strangers."""

import asyncio
import json

import asyncpg
import pytest_asyncio

from dispatch.kit.ids import new_id
from dispatch.kit.locks import LockKind, try_advisory_lock
from dispatch.kit.uow import Database, Uow
from dispatch.settings import Settings
from dispatch.sms.answers import Answer
from dispatch.sms.inbound import MOST_FAILURES, InboundDrain
from dispatch.sms.replies import Disposition
from dispatch.sms.service import QuestionKind, answer_question
from tests.factories.sms import ask, make_account, make_phone, receive
from tests.fakes.handlers import YES_NO, Heard, dispositions, inbox


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def nothing_else(owner: asyncpg.Connection) -> None:
    await owner.execute("UPDATE inbound_messages SET disposed_at = now() WHERE disposed_at IS NULL")


async def test_a_yes_reaches_its_handler_with_everything_around_it(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone, worker_id, shift_id = (
        await make_account(settings, owner),
        await make_phone(owner),
        new_id(),
        new_id(),
    )
    question_id = await ask(jobs_db, account, phone, code=31, worker_id=worker_id, shift_id=shift_id, language="uz")
    inbound_id = await receive(jobs_db, account, phone, "Да, буду в 9")
    heard = Heard("primary")
    assert await InboundDrain(jobs_db, heard.to(QuestionKind.OFFER, *YES_NO))() == 1
    (answer,) = heard.answers
    assert (answer.question.id, answer.inbound_id, answer.account_id) == (question_id, inbound_id, account.id)
    assert (answer.phone_id, answer.language, answer.late, answer.still_open) == (phone.id, "uz", False, ())
    assert answer.reply.stated_time is not None
    (row,) = await dispositions(owner, [inbound_id])
    assert (row["context"], row["disposition"], row["outcome"]) == ("offer1", "accept", "primary")
    assert (row["question_id"], row["worker_id"], row["shift_id"]) == (question_id, worker_id, shift_id)
    assert row["franchise_id"] == account.franchise_id
    assert row["disposed_at"] is not None
    assert json.loads(row["parsed"])["stated_time"] == "09:00:00"
    assert await InboundDrain(jobs_db, heard.to(QuestionKind.OFFER, *YES_NO))() == 0


async def test_a_text_stored_three_times_at_once_has_one_effect(
    jobs_db: Database, app_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account = await make_account(settings, owner)
    phones = [await make_phone(owner) for _ in range(40)]
    for phone in phones:
        await ask(jobs_db, account, phone, code=31)
    heard = Heard()
    drains = [InboundDrain(jobs_db, heard.to(QuestionKind.OFFER, *YES_NO), width=4) for _ in range(3)]
    stored = asyncio.gather(
        *(receive(app_db, account, phone, "да", gateway_id=f"SM{phone.id.hex}") for phone in phones for _ in range(3))
    )
    early = asyncio.gather(*(drain() for drain in drains))
    await stored
    counted = sum(await early) + sum(await asyncio.gather(*(drain() for drain in drains)))
    assert counted == 40
    assert sorted(answer.phone_id for answer in heard.answers) == sorted(phone.id for phone in phones)
    rows = await owner.fetch("SELECT seen FROM inbound_messages WHERE account_id = $1", account.id)
    assert [row["seen"] for row in rows] == [3] * 40
    assert await owner.fetchval("SELECT count(*) FROM dispositions WHERE franchise_id = $1", account.franchise_id) == 40


async def test_texts_of_one_phone_are_handled_in_order_of_arrival(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account = await make_account(settings, owner)
    phones = [await make_phone(owner) for _ in range(6)]
    for phone in phones:
        await ask(jobs_db, account, phone, QuestionKind.SEAT)
    for words in ("опоздаю на 10", "опоздаю на 20", "на месте", "в дороге"):
        for phone in phones:
            await receive(jobs_db, account, phone, words)
    heard = Heard(answers=False)
    handlers = heard.to(QuestionKind.SEAT, Disposition.LATE, Disposition.ARRIVED, Disposition.ON_WAY)
    await asyncio.gather(*(InboundDrain(jobs_db, handlers, width=3)() for _ in range(3)))
    for phone in phones:
        said = [(a.reply.disposition, a.reply.minutes) for a in heard.answers if a.phone_id == phone.id]
        assert said == [("late", 10), ("late", 20), ("arrived", None), ("on_way", None)]


async def test_a_handler_that_fails_loses_nothing_and_leaves_nothing_behind(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    question_id = await ask(jobs_db, account, phone, code=31)
    first = await receive(jobs_db, account, phone, "да")
    second = await receive(jobs_db, account, phone, "какая оплата?")
    calls = 0

    async def fails_at_first(uow: Uow, answer: Answer) -> str:
        nonlocal calls
        calls += 1
        await answer_question(uow, answer.question.id)
        if calls < 3:
            raise RuntimeError("the house is on fire")
        return "primary"

    drain = InboundDrain(jobs_db, {(QuestionKind.OFFER, Disposition.ACCEPT): fails_at_first})
    for _ in range(3):
        status = await owner.fetchval("SELECT status FROM questions WHERE id = $1", question_id)
        assert status == "open"
        await drain()
        await owner.execute("UPDATE inbound_messages SET leased_until = NULL WHERE account_id = $1", account.id)
    await drain()
    rows = await dispositions(owner, [first, second])
    assert [(row["inbound_id"], row["outcome"], row["attempt"]) for row in rows] == [
        (first, "primary", 3),
        (second, "inbox", 1),
    ]


async def test_after_five_failures_people_get_it_and_the_phone_goes_on(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    await ask(jobs_db, account, phone, code=31)
    inbound_id = await receive(jobs_db, account, phone, "да")
    later = await receive(jobs_db, account, phone, "нет")

    async def fails(_uow: Uow, _answer: Answer) -> str:
        raise RuntimeError("still on fire")

    heard = Heard("declined")
    drain = InboundDrain(
        jobs_db,
        {(QuestionKind.OFFER, Disposition.ACCEPT): fails, (QuestionKind.OFFER, Disposition.DECLINE): heard},
    )
    for _ in range(MOST_FAILURES):
        await drain()
        await owner.execute("UPDATE inbound_messages SET leased_until = NULL WHERE id = $1", inbound_id)
    rows = await dispositions(owner, [inbound_id, later])
    assert [(row["disposition"], row["outcome"]) for row in rows] == [
        ("unknown", "handed_to_people"),
        ("decline", "declined"),
    ]
    assert await inbox(owner, account) == [("reply", "да", "failed")]


async def test_readers_that_died_are_no_failures_of_the_text(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    await ask(jobs_db, account, phone, code=31)
    inbound_id = await receive(jobs_db, account, phone, "да")
    await owner.execute("UPDATE inbound_messages SET attempt = 4 * $2 WHERE id = $1", inbound_id, MOST_FAILURES)
    outcomes = ["", "primary"]

    async def fails_once(_uow: Uow, _answer: Answer) -> str:
        outcome = outcomes.pop(0)
        if not outcome:
            raise RuntimeError("on fire for a moment")
        return outcome

    drain = InboundDrain(jobs_db, {(QuestionKind.OFFER, Disposition.ACCEPT): fails_once})
    assert await drain() == 0
    await owner.execute("UPDATE inbound_messages SET leased_until = NULL WHERE id = $1", inbound_id)
    assert await drain() == 1
    (row,) = await dispositions(owner, [inbound_id])
    assert row["outcome"] == "primary"


async def test_a_worker_that_lost_its_lease_commits_nothing(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    question_id = await ask(jobs_db, account, phone, code=31)
    inbound_id = await receive(jobs_db, account, phone, "да")

    async def slow(uow: Uow, answer: Answer) -> str:
        await answer_question(uow, answer.question.id)
        await owner.execute("UPDATE inbound_messages SET attempt = attempt + 1 WHERE id = $1", inbound_id)
        return "primary"

    assert await InboundDrain(jobs_db, {(QuestionKind.OFFER, Disposition.ACCEPT): slow})() == 0
    assert await dispositions(owner, [inbound_id]) == []
    assert await owner.fetchval("SELECT status FROM questions WHERE id = $1", question_id) == "open"


async def test_a_phone_in_other_hands_is_left_alone_without_counting_against_it(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    inbound_id = await receive(jobs_db, account, phone, "перезвоните")
    async with jobs_db.begin(None, "system:test") as other:
        assert await try_advisory_lock(other, LockKind.PHONE, phone.e164)
        assert await InboundDrain(jobs_db, {})() == 0
    assert await owner.fetchval("SELECT failures FROM inbound_messages WHERE id = $1", inbound_id) == 0
    await owner.execute("UPDATE inbound_messages SET leased_until = NULL WHERE id = $1", inbound_id)
    assert await InboundDrain(jobs_db, {})() == 1


async def test_a_lease_that_lapses_frees_the_text(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    inbound_id = await receive(jobs_db, account, phone, "перезвоните")
    await owner.execute("UPDATE inbound_messages SET leased_until = now() + interval '1 min' WHERE id = $1", inbound_id)
    assert await InboundDrain(jobs_db, {})() == 0
    await owner.execute("UPDATE inbound_messages SET leased_until = now() - interval '1 s' WHERE id = $1", inbound_id)
    assert await InboundDrain(jobs_db, {})() == 1
