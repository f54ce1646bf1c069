"""Whom a text reaches: the question it answers, ourselves when nobody can tell, or people."""

import asyncio
from datetime import timedelta
from zoneinfo import ZoneInfo

import asyncpg
import pytest
import pytest_asyncio

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.sms.answers import PASS_ON
from dispatch.sms.inbound import InboundDrain
from dispatch.sms.replies import Disposition
from dispatch.sms.service import QuestionKind, answer_question
from tests.factories.sms import ask, make_account, make_phone, queue_text, receive
from tests.fakes.handlers import YES_NO, Heard, bodies, dispositions, inbox


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def nothing_else(owner: asyncpg.Connection) -> None:
    await owner.execute("UPDATE inbound_messages SET disposed_at = now() WHERE disposed_at IS NULL")


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


async def test_one_understood_answers_every_notice_and_names_what_is_still_open(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    notices = [await ask(jobs_db, account, phone, QuestionKind.NOTICE) for _ in range(2)]
    heard = Heard("understood")
    drain = InboundDrain(jobs_db, heard.to(QuestionKind.NOTICE, Disposition.ACCEPT))
    await receive(jobs_db, account, phone, "1")
    await drain()
    assert [answer.question.id for answer in heard.answers] == notices
    assert await bodies(owner, phone) == [], "nothing else is open"
    notices += [await ask(jobs_db, account, phone, QuestionKind.NOTICE) for _ in range(2)]
    await ask(jobs_db, account, phone, code=31)
    await receive(jobs_db, account, phone, "1")
    await drain()
    assert [answer.question.id for answer in heard.answers] == notices
    ((template, body),) = await bodies(owner, phone)
    assert (template, "31" in body) == ("notice_noted", True)
    assert await owner.fetchval("SELECT status FROM questions WHERE phone_id = $1 AND code = 31", phone.id) == "open"


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


async def test_an_unclear_list_is_asked_for_again_as_a_list(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    await ask(jobs_db, account, phone, QuestionKind.PRESENT)
    await receive(jobs_db, account, phone, "нет Петрова")
    await InboundDrain(jobs_db, {})()
    assert [template for template, _ in await bodies(owner, phone)] == ["clarify_list"]


async def test_who_can_on_another_day_is_told_the_day(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    async with jobs_db.begin(None, "system:test") as uow:
        start = (uow.now + timedelta(days=1)).astimezone(ZoneInfo("Europe/Moscow")).replace(hour=9, minute=0)
    await ask(jobs_db, account, phone, code=31, starts_at=start)
    await receive(jobs_db, account, phone, "могу только послезавтра")
    await InboundDrain(jobs_db, {})()
    ((template, body),) = await bodies(owner, phone)
    assert (template, f"{start:%d.%m} 09:00" in body, "31" in body) == ("clarify_offer", True, True)


async def test_questions_without_a_label_are_listed_by_their_start(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    async with jobs_db.begin(None, "system:test") as uow:
        start = (uow.now + timedelta(days=1)).astimezone(ZoneInfo("Europe/Moscow"))
    for code in (31, 32):
        await ask(jobs_db, account, phone, code=code, starts_at=start, label="", language="en")
    await receive(jobs_db, account, phone, "да")
    await InboundDrain(jobs_db, {})()
    assert await bodies(owner, phone) == [
        ("which", f"Which shift? Reply with the code: 31 - {start:%d.%m %H:%M}; 32 - {start:%d.%m %H:%M}")
    ]


async def test_a_stranger_who_wants_to_start_is_a_lead(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account = await make_account(settings, owner)
    await receive(jobs_db, account, "+79217770000", "старт")
    await InboundDrain(jobs_db, {})()
    assert await inbox(owner, account) == [("lead", "старт", "start")]


async def test_a_question_of_another_franchise_is_cleared_up_from_there(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    here, there, phone = (
        await make_account(settings, owner),
        await make_account(settings, owner),
        await make_phone(owner),
    )
    await ask(jobs_db, there, phone, code=32)
    inbound_id = await receive(jobs_db, here, phone, "32")
    await InboundDrain(jobs_db, {})()
    row = await owner.fetchrow("SELECT account_id, template FROM messages WHERE phone_id = $1", phone.id)
    assert row is not None
    assert (row["account_id"], row["template"]) == (there.id, "clarify")
    assert [kind for kind, _, _ in await inbox(owner, there)] == ["reply"]
    (disposition,) = await dispositions(owner, [inbound_id])
    assert disposition["franchise_id"] == there.franchise_id
