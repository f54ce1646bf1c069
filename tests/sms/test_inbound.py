"""From a stored text to exactly one disposition: order, concurrency, failures, strangers."""

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from dispatch.kit.ids import new_id
from dispatch.kit.locks import LockKind, try_advisory_lock
from dispatch.kit.uow import Database, Uow
from dispatch.settings import Settings
from dispatch.sms.answers import PASS_ON, Answer, AnswerHandler
from dispatch.sms.inbound import MOST_ATTEMPTS, InboundDrain
from dispatch.sms.replies import Disposition
from dispatch.sms.service import QuestionKind, answer_question
from tests.factories.sms import Phone, TestAccount, ask, make_account, make_phone, queue_text, receive


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def nothing_else(owner: asyncpg.Connection) -> None:
    await owner.execute("UPDATE inbound_messages SET disposed_at = now() WHERE disposed_at IS NULL")


class Heard:
    """Handlers that only remember what they were given."""

    def __init__(self, outcome: str = "settled", *, answers: bool = True) -> None:
        self.answers: list[Answer] = []
        self._outcome = outcome
        self._closes = answers

    async def __call__(self, uow: Uow, answer: Answer) -> str:
        self.answers.append(answer)
        assert uow.franchise_id == answer.question.franchise_id
        if self._closes:
            await answer_question(uow, answer.question.id)
        return self._outcome

    def to(
        self, kind: QuestionKind, *dispositions: Disposition
    ) -> dict[tuple[QuestionKind, Disposition], AnswerHandler]:
        return {(kind, disposition): self for disposition in dispositions}


YES_NO = (Disposition.ACCEPT, Disposition.DECLINE)


async def dispositions(owner: asyncpg.Connection, ids: Sequence[UUID]) -> list[asyncpg.Record]:
    return list(
        await owner.fetch(
            """SELECT d.*, i.disposed_at, i.attempt FROM dispositions d JOIN inbound_messages i ON i.id = d.inbound_id
               WHERE d.inbound_id = ANY ($1) ORDER BY i.received_at, i.id""",
            ids,
        )
    )


async def inbox(owner: asyncpg.Connection, account: TestAccount) -> list[tuple[str, str, str | None]]:
    rows = await owner.fetch(
        "SELECT kind, text, suggestion FROM inbox_items WHERE franchise_id = $1 ORDER BY created_at, id",
        account.franchise_id,
    )
    return [(row["kind"], row["text"], row["suggestion"]) for row in rows]


async def bodies(owner: asyncpg.Connection, phone: Phone) -> list[tuple[str, str]]:
    rows = await owner.fetch(
        "SELECT template, body FROM messages WHERE phone_id = $1 ORDER BY created_at, id", phone.id
    )
    return [(row["template"], row["body"]) for row in rows]


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


async def test_after_five_attempts_people_get_it_and_the_phone_goes_on(
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
    for _ in range(MOST_ATTEMPTS):
        await drain()
        await owner.execute("UPDATE inbound_messages SET leased_until = NULL WHERE id = $1", inbound_id)
    rows = await dispositions(owner, [inbound_id, later])
    assert [(row["disposition"], row["outcome"]) for row in rows] == [
        ("unknown", "handed_to_people"),
        ("decline", "declined"),
    ]
    assert await inbox(owner, account) == [("reply", "да", "failed")]


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
    assert await owner.fetchval("SELECT attempt FROM inbound_messages WHERE id = $1", inbound_id) == 0
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


@pytest.mark.parametrize(
    ("words", "kind", "suggestion"),
    [
        ("перезвоните", "call", "call_me"),
        ("вместо меня придет Петя", "reply", "substitute"),
        ("вы ошиблись номером", "reply", "wrong_number"),
        ("не согласен со штрафом", "appeal", "appeal"),
        ("какая оплата?", "reply", "question"),
        ("здравствуйте", "reply", "unknown"),
        ("вернуть", "reply", "restore"),
    ],
)
async def test_what_no_rule_may_decide_goes_to_people(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection, words: str, kind: str, suggestion: str
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    await queue_text(jobs_db, account, phone)
    inbound_id = await receive(jobs_db, account, phone, words)
    await InboundDrain(jobs_db, {})()
    assert await inbox(owner, account) == [(kind, words, suggestion)]
    (row,) = await dispositions(owner, [inbound_id])
    assert (row["outcome"], row["disposition"]) == ("inbox", suggestion)


async def test_a_handler_may_pass_a_text_on(jobs_db: Database, settings: Settings, owner: asyncpg.Connection) -> None:
    account, phone, shift_id = await make_account(settings, owner), await make_phone(owner), new_id()
    await ask(jobs_db, account, phone, code=31, shift_id=shift_id)
    await receive(jobs_db, account, phone, "да")
    await InboundDrain(jobs_db, Heard(PASS_ON, answers=False).to(QuestionKind.OFFER, *YES_NO))()
    assert await inbox(owner, account) == [("reply", "да", "accept")]
    assert (
        await owner.fetchval("SELECT shift_id FROM inbox_items WHERE franchise_id = $1", account.franchise_id)
        == shift_id
    )


async def test_strangers_become_leads_and_get_no_answer(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account = await make_account(settings, owner)
    ids = [
        await receive(jobs_db, account, sender, words)
        for sender, words in (
            ("+79215550000", "Здравствуйте, есть работа?"),
            ("+79215550000", "спасибо"),
            ("+79215550000", "я грузчик"),
            ("Reklama", "скидки"),
        )
    ]
    assert await InboundDrain(jobs_db, {})() == 4
    assert [row["outcome"] for row in await dispositions(owner, ids)] == [
        "inbox",
        "courtesy",
        "inbox",
        "no_number_to_answer",
    ]
    rows = await owner.fetch(
        """SELECT i.kind, i.text, p.e164, p.zone FROM inbox_items i JOIN phones p ON p.id = i.phone_id
           WHERE i.franchise_id = $1 ORDER BY i.created_at""",
        account.franchise_id,
    )
    assert [tuple(row) for row in rows] == [
        ("lead", "Здравствуйте, есть работа?", "+79215550000", "Europe/Moscow"),
        ("lead", "я грузчик", "+79215550000", "Europe/Moscow"),
    ]
    assert await owner.fetchval("SELECT count(*) FROM messages WHERE account_id = $1", account.id) == 0


@pytest.mark.parametrize("words", ["ок спасибо", "Да", "1", "спасибо!", "👍", "хорошо, понял"])
async def test_courtesies_need_nobody(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection, words: str
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    await ask(jobs_db, account, phone, QuestionKind.SEAT)
    await receive(jobs_db, account, phone, words)
    await InboundDrain(jobs_db, {})()
    assert await inbox(owner, account) == []


async def test_which_is_asked_once_and_its_bare_code_is_a_yes(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    await ask(jobs_db, account, phone, code=31, label="24.11 09:00 Сенная")
    second = await ask(jobs_db, account, phone, code=32, label="25.11 10:00 Невский")
    heard = Heard()
    drain = InboundDrain(jobs_db, heard.to(QuestionKind.OFFER, *YES_NO))
    ids = []
    for words in ("да", "1", "32"):
        ids.append(await receive(jobs_db, account, phone, words))
        await drain()
    assert [answer.question.id for answer in heard.answers] == [second]
    assert heard.answers[0].still_open == (31,)
    rows = await dispositions(owner, ids)
    assert [(row["context"], row["outcome"]) for row in rows] == [
        ("offerN", "asked_which"),
        ("which", "asked_which"),
        ("which", "settled"),
    ]
    text = "На какую смену? Ответьте кодом: 31 - 24.11 09:00 Сенная; 32 - 25.11 10:00 Невский"
    assert await bodies(owner, phone) == [("which", text)] * 2
    which = await owner.fetch("SELECT status FROM questions WHERE phone_id = $1 AND kind = 'which'", phone.id)
    assert [row["status"] for row in which] == ["closed", "closed"]
    assert await inbox(owner, account) == []


async def test_a_bare_no_declines_every_offer_softly(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    questions = [await ask(jobs_db, account, phone, code=31 + n) for n in range(3)]
    await receive(jobs_db, account, phone, "нет")
    heard = Heard("declined")
    await InboundDrain(jobs_db, heard.to(QuestionKind.OFFER, *YES_NO))()
    assert [answer.question.id for answer in heard.answers] == questions


async def test_we_ask_back_three_times_and_then_somebody_rings(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    await ask(jobs_db, account, phone, code=31)
    drain = InboundDrain(jobs_db, {})
    ids = []
    for _ in range(5):
        ids.append(await receive(jobs_db, account, phone, "наверное"))
        await drain()
    outcomes = [row["outcome"] for row in await dispositions(owner, ids)]
    assert outcomes == ["asked_clarify"] * 3 + ["asked_often_enough"] * 2
    assert [template for template, _ in await bodies(owner, phone)] == ["clarify"] * 3
    assert [kind for kind, _, _ in await inbox(owner, account)] == ["reply"] * 3 + ["call"] * 2


async def test_a_clear_answer_takes_the_unclear_ones_off_the_desk(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone, other = await make_account(settings, owner), await make_phone(owner), await make_phone(owner)
    for one in (phone, other):
        await ask(jobs_db, account, one, code=31)
        await receive(jobs_db, account, one, "наверное")
    await receive(jobs_db, account, phone, "да")
    await InboundDrain(jobs_db, Heard().to(QuestionKind.OFFER, *YES_NO))()
    rows = await owner.fetch("SELECT phone_id, status FROM inbox_items WHERE franchise_id = $1", account.franchise_id)
    assert {row["phone_id"]: row["status"] for row in rows} == {phone.id: "done", other.id: "open"}


async def test_a_code_of_another_franchise_is_settled_there_and_answered_from_there(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    here, there, phone = (
        await make_account(settings, owner),
        await make_account(settings, owner),
        await make_phone(owner),
    )
    await ask(jobs_db, here, phone, code=31)
    elsewhere = await ask(jobs_db, there, phone, code=32)
    inbound_id = await receive(jobs_db, here, phone, "32 да")
    heard = Heard()
    await InboundDrain(jobs_db, heard.to(QuestionKind.OFFER, *YES_NO))()
    (answer,) = heard.answers
    assert (answer.question.id, answer.account_id) == (elsewhere, there.id)
    (row,) = await dispositions(owner, [inbound_id])
    assert row["franchise_id"] == there.franchise_id


async def test_a_bare_yes_answers_only_what_was_asked_from_that_number(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    here, there, phone = (
        await make_account(settings, owner),
        await make_account(settings, owner),
        await make_phone(owner),
    )
    mine = await ask(jobs_db, here, phone, code=31)
    await ask(jobs_db, there, phone, code=32)
    await receive(jobs_db, here, phone, "да")
    heard = Heard()
    await InboundDrain(jobs_db, heard.to(QuestionKind.OFFER, *YES_NO))()
    assert [answer.question.id for answer in heard.answers] == [mine]


async def test_attendance_words_find_the_seat_whatever_number_they_went_to(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    here, there, phone = (
        await make_account(settings, owner),
        await make_account(settings, owner),
        await make_phone(owner),
    )
    await ask(jobs_db, here, phone, code=31)
    async with jobs_db.begin(None, "system:test") as uow:
        now = uow.now
    await ask(
        jobs_db, there, phone, QuestionKind.SEAT, starts_at=now + timedelta(days=2), ends_at=now + timedelta(days=3)
    )
    seat = await ask(
        jobs_db, there, phone, QuestionKind.SEAT, starts_at=now + timedelta(hours=1), ends_at=now + timedelta(hours=9)
    )
    await receive(jobs_db, here, phone, "на месте")
    heard = Heard()
    await InboundDrain(jobs_db, heard.to(QuestionKind.SEAT, Disposition.ARRIVED))()
    assert [answer.question.id for answer in heard.answers] == [seat]


async def test_a_cancel_far_ahead_without_a_day_asks_which(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    async with jobs_db.begin(None, "system:test") as uow:
        start = uow.now + timedelta(hours=30)
    seat = await ask(jobs_db, account, phone, QuestionKind.SEAT, starts_at=start, label="25.11 09:00")
    await receive(jobs_db, account, phone, "не приду")
    heard = Heard("cancelled")
    drain = InboundDrain(jobs_db, heard.to(QuestionKind.SEAT, Disposition.CANCEL))
    await drain()
    assert heard.answers == []
    code = await owner.fetchval("SELECT code FROM questions WHERE id = $1", seat)
    ((template, body),) = await bodies(owner, phone)
    assert (template, f"{code} не приду: {code} - 25.11 09:00" in body) == ("which_day", True)
    await receive(jobs_db, account, phone, f"{code} не приду")
    await drain()
    assert [answer.question.id for answer in heard.answers] == [seat]


async def test_a_late_yes_reaches_the_offer_that_ended_unanswered(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    async with jobs_db.begin(None, "system:test") as uow:
        ended = uow.now
    question_id = await ask(jobs_db, account, phone, code=31, closes_at=ended + timedelta(milliseconds=1))
    await asyncio.sleep(0.01)
    await receive(jobs_db, account, phone, "да")
    heard = Heard("turned_away")
    await InboundDrain(jobs_db, heard.to(QuestionKind.OFFER, *YES_NO))()
    assert [(answer.question.id, answer.late) for answer in heard.answers] == [(question_id, True)]


async def test_what_was_asked_after_he_wrote_he_did_not_answer(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    await receive(jobs_db, account, phone, "да")
    await ask(jobs_db, account, phone, QuestionKind.RECONFIRM)
    heard = Heard()
    await InboundDrain(jobs_db, heard.to(QuestionKind.RECONFIRM, Disposition.ACCEPT))()
    assert heard.answers == []


async def test_the_seat_cancelled_last_is_the_one_to_restore(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    seats = [await ask(jobs_db, account, phone, QuestionKind.SEAT) for _ in range(3)]
    for seat in (seats[2], seats[0], seats[1]):
        async with jobs_db.begin(account.franchise_id, "system:test") as uow:
            await answer_question(uow, seat)
    await receive(jobs_db, account, phone, "вернуть")
    heard = Heard("restored")
    await InboundDrain(jobs_db, heard.to(QuestionKind.SEAT, Disposition.RESTORE))()
    assert [answer.question.id for answer in heard.answers] == [seats[1]]


async def test_two_people_on_one_phone_answer_with_a_code(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    await ask(jobs_db, account, phone, code=31, worker_id=new_id(), label="Иван 24.11 09:00")
    await ask(jobs_db, account, phone, QuestionKind.SEAT, worker_id=new_id())
    heard = Heard()
    drain = InboundDrain(jobs_db, heard.to(QuestionKind.OFFER, *YES_NO))
    for words in ("да", "31 да"):
        await receive(jobs_db, account, phone, words)
        await drain()
    assert len(heard.answers) == 1
    assert [template for template, _ in await bodies(owner, phone)] == ["which"]
