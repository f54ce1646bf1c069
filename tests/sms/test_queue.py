import itertools
from datetime import timedelta

import asyncpg
import pytest

from dispatch.kit.ids import new_id
from dispatch.kit.states import Moves
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.sms.errors import CodeTaken, InboxItemNotFound, SmsAccountMissing, TextTooLong
from dispatch.sms.inbox import InboxKind, add_inbox_item, finish_inbox_item
from dispatch.sms.outgoing import LANE
from dispatch.sms.rules import INBOX_MOVES, MESSAGE_MOVES, QUESTION_MOVES
from dispatch.sms.service import (
    MessageClass,
    MessageStatus,
    NewQuestion,
    OutgoingText,
    QuestionKind,
    answer_question,
    close_questions,
    dedupe_key,
    default_account,
    fresh_code,
    open_question,
    open_questions_bulk,
    queue_message,
    queue_messages,
    reopen_question,
    suppress,
)
from tests.factories.sms import Phone, make_account, make_phone, queue_text
from tests.factories.tenancy import make_franchise


def text_to(phone: Phone, key: str, **more: object) -> OutgoingText:
    facts: dict[str, object] = {
        "phone_id": phone.id,
        "worker_id": None,
        "class_": MessageClass.SEAT,
        "template": "reconfirm_day",
        "body": "Вы придёте?",
        "dedupe_key": key,
    }
    return OutgoingText(**(facts | more))  # type: ignore[arg-type]


@pytest.mark.parametrize("table", [MESSAGE_MOVES, QUESTION_MOVES, INBOX_MOVES], ids=lambda moves: moves.entity)
async def test_the_tables_of_moves_are_those_of_the_database(owner: asyncpg.Connection, table: Moves) -> None:  # type: ignore[type-arg]
    rows = await owner.fetch("SELECT * FROM status_moves WHERE entity = $1", table.entity)
    assert {(row["entity"], row["old_status"], row["new_status"]) for row in rows} == table.rows()


async def test_the_database_refuses_every_other_move_of_a_text(
    app_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    message_id = await queue_text(app_db, account, phone)
    for old, new in itertools.product(MessageStatus, repeat=2):
        await owner.execute("ALTER TABLE messages DISABLE TRIGGER move")
        await owner.execute("UPDATE messages SET status = $2 WHERE id = $1", message_id, old.value)
        await owner.execute("ALTER TABLE messages ENABLE TRIGGER move")
        moving = owner.execute("UPDATE messages SET status = $2 WHERE id = $1", message_id, new.value)
        if old is new or (old, new) in MESSAGE_MOVES.allowed:
            await moving
        else:
            with pytest.raises(asyncpg.CheckViolationError, match="may not move"):
                await moving


async def test_a_text_is_queued_once_per_key(app_db: Database, settings: Settings, owner: asyncpg.Connection) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    key = dedupe_key("reconfirm_day", new_id(), 1)
    async with app_db.begin(account.franchise_id, "system:test") as uow:
        first = await queue_message(uow, text_to(phone, key))
        assert LANE in uow.lanes
    async with app_db.begin(account.franchise_id, "system:test") as uow:
        assert await queue_message(uow, text_to(phone, key, body="другое")) is None
    row = await owner.fetchrow("SELECT * FROM messages WHERE dedupe_key = $1", key)
    assert row is not None
    assert (row["id"], row["body"], row["segments"], row["status"]) == (first, "Вы придёте?", 1, "queued")
    assert row["account_id"] == account.id


async def test_a_wave_is_one_statement_and_keeps_its_order(
    app_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account = await make_account(settings, owner)
    phones = [await make_phone(owner) for _ in range(5)]
    invitations = [(new_id(), new_id()) for _ in phones]
    texts = [
        text_to(phone, dedupe_key("offer", pair[0], 1), class_=MessageClass.OFFER, invitation_ids=pair, urgent=True)
        for phone, pair in zip(phones, invitations, strict=True)
    ]
    async with app_db.begin(account.franchise_id, "system:test") as uow:
        ids = await queue_messages(uow, texts)
        again = await queue_messages(uow, [*texts[:2], text_to(phones[0], "new key")])
    assert again[:2] == [None, None]
    assert again[2] is not None
    for message_id, phone, pair in zip(ids, phones, invitations, strict=True):
        row = await owner.fetchrow("SELECT phone_id, invitation_ids FROM messages WHERE id = $1", message_id)
        assert row is not None
        assert (row["phone_id"], tuple(row["invitation_ids"])) == (phone.id, pair)


async def test_without_an_account_nothing_is_queued(
    app_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    franchise, phone = await make_franchise(settings), await make_phone(owner)
    await make_account(settings, owner, franchise_id=franchise.id, enabled=False)
    with pytest.raises(SmsAccountMissing):
        async with app_db.begin(franchise.id, "system:test") as uow:
            await queue_message(uow, text_to(phone, f"k{new_id()}"))


async def test_the_default_account_is_the_oldest_real_one(
    app_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    trial = await make_account(settings, owner, test=True)
    real = await make_account(settings, owner, franchise_id=trial.franchise_id)
    await make_account(settings, owner, franchise_id=trial.franchise_id)
    await make_account(settings, owner)
    async with app_db.begin(trial.franchise_id, "system:test") as uow:
        assert await default_account(uow) == real.id
        assert await default_account(uow, test=True) == trial.id


async def test_a_text_too_long_for_any_gateway_is_refused(
    app_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    with pytest.raises(TextTooLong):
        async with app_db.begin(account.franchise_id, "system:test") as uow:
            await queue_message(uow, text_to(phone, f"k{new_id()}", body="я" * 1609))


async def test_queued_texts_are_taken_back_and_those_in_hand_are_not(
    app_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    shift_id, invitation = new_id(), new_id()
    waiting = await queue_text(app_db, account, phone, shift_id=shift_id, invitation_ids=(invitation,))
    in_hand = await queue_text(app_db, account, phone, shift_id=shift_id)
    other = await queue_text(app_db, account, phone, shift_id=new_id())
    await owner.execute("UPDATE messages SET status = 'sending', attempt = 1 WHERE id = $1", in_hand)
    async with app_db.begin(account.franchise_id, "system:test") as uow:
        taken = await suppress(uow, "withdrawn", shift_id=shift_id)
    assert [(text.message_id, text.invitation_ids) for text in taken] == [(waiting, (invitation,))]
    rows = await owner.fetch("SELECT id, status, error FROM messages WHERE phone_id = $1", phone.id)
    assert {row["id"]: (row["status"], row["error"]) for row in rows} == {
        waiting: ("suppressed", "withdrawn"),
        in_hand: ("sending", None),
        other: ("queued", None),
    }


async def test_texts_of_a_question_are_taken_back(
    app_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    async with app_db.begin(account.franchise_id, "system:test") as uow:
        question = await open_question(uow, NewQuestion(phone.id, None, QuestionKind.OFFER, new_id(), code=31))
    about = await queue_text(app_db, account, phone, question_id=question.id)
    await queue_text(app_db, account, phone)
    async with app_db.begin(account.franchise_id, "system:test") as uow:
        assert [text.message_id for text in await suppress(uow, "closed", question_ids=[question.id])] == [about]
        with pytest.raises(ValueError, match="question_ids or shift_id"):
            await suppress(uow, "everything")


async def test_a_tenant_cannot_take_back_texts_of_another(
    app_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone, shift_id = await make_account(settings, owner), await make_phone(owner), new_id()
    await queue_text(app_db, account, phone, shift_id=shift_id)
    stranger = await make_account(settings, owner)
    async with app_db.begin(stranger.franchise_id, "system:test") as uow:
        assert await suppress(uow, "withdrawn", shift_id=shift_id) == []


async def test_asking_again_keeps_the_code_and_moves_the_end(
    app_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone, subject = await make_account(settings, owner), await make_phone(owner), new_id()
    async with app_db.begin(account.franchise_id, "system:test") as uow:
        code = await fresh_code(uow, phone.id)
        later = uow.now + timedelta(hours=1)
        first = await open_question(uow, NewQuestion(phone.id, None, QuestionKind.RECONFIRM, subject, code=code))
        again = await open_question(
            uow, NewQuestion(phone.id, None, QuestionKind.RECONFIRM, subject, closes_at=later, label="второй раз")
        )
    assert first == again
    row = await owner.fetchrow(
        "SELECT code, closes_at, detail ->> 'label' AS label FROM questions WHERE id = $1", first.id
    )
    assert row is not None
    assert (row["code"], row["closes_at"], row["label"]) == (code, later, "второй раз")


async def test_an_open_code_is_unique_per_phone(
    app_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone, other = await make_account(settings, owner), await make_phone(owner), await make_phone(owner)
    async with app_db.begin(account.franchise_id, "system:test") as uow:
        first = await open_question(uow, NewQuestion(phone.id, None, QuestionKind.OFFER, new_id(), code=31))
        await open_question(uow, NewQuestion(other.id, None, QuestionKind.OFFER, new_id(), code=31))
    with pytest.raises((CodeTaken, asyncpg.UniqueViolationError)):
        async with app_db.begin(account.franchise_id, "system:test") as uow:
            await open_question(uow, NewQuestion(phone.id, None, QuestionKind.OFFER, new_id(), code=31))
    async with app_db.begin(account.franchise_id, "system:test") as uow:
        assert await close_questions(uow, question_ids=[first.id]) == [first.id]
        await open_question(uow, NewQuestion(phone.id, None, QuestionKind.OFFER, new_id(), code=31))
    with pytest.raises((CodeTaken, asyncpg.UniqueViolationError)):
        async with app_db.begin(account.franchise_id, "system:test") as uow:
            await reopen_question(uow, first.id)


async def test_a_block_of_questions_is_opened_in_one_statement(
    app_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account = await make_account(settings, owner)
    phones = [await make_phone(owner) for _ in range(4)]
    new = [NewQuestion(phone.id, new_id(), QuestionKind.OFFER, new_id(), code=31 + n) for n, phone in enumerate(phones)]
    async with app_db.begin(account.franchise_id, "system:test") as uow:
        opened = await open_questions_bulk(uow, new)
    assert [(question.subject_id, question.code) for question in opened] == [(q.subject_id, q.code) for q in new]


async def test_a_question_is_answered_once_and_can_be_opened_again(
    app_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone, shift_id = await make_account(settings, owner), await make_phone(owner), new_id()
    async with app_db.begin(account.franchise_id, "system:test") as uow:
        question = await open_question(uow, NewQuestion(phone.id, None, QuestionKind.SEAT, new_id(), shift_id=shift_id))
        assert await answer_question(uow, question.id)
        assert not await answer_question(uow, question.id)
        assert await close_questions(uow, shift_id=shift_id) == []
        assert await reopen_question(uow, question.id)
        assert not await reopen_question(uow, question.id)
        assert await close_questions(uow, shift_id=shift_id, kinds=[QuestionKind.OFFER]) == []
        assert await close_questions(uow, shift_id=shift_id, kinds=[QuestionKind.SEAT]) == [question.id]
        with pytest.raises(ValueError, match="close_questions needs"):
            await close_questions(uow, kinds=[QuestionKind.SEAT])
    row = await owner.fetchrow("SELECT status, answered_at, closed_at FROM questions WHERE id = $1", question.id)
    assert row is not None
    assert (row["status"], row["answered_at"]) == ("closed", None)
    assert row["closed_at"] is not None


async def test_an_inbox_item_is_done_once(app_db: Database, settings: Settings, owner: asyncpg.Connection) -> None:
    account = await make_account(settings, owner)
    inbound_id = new_id()
    async with app_db.begin(account.franchise_id, "staff:someone") as uow:
        item = await add_inbox_item(uow, InboxKind.REPLY, "когда деньги", inbound_id=inbound_id)
        assert await add_inbox_item(uow, InboxKind.REPLY, "когда деньги", inbound_id=inbound_id) == item
        await finish_inbox_item(uow, item)
        await finish_inbox_item(uow, item)
    row = await owner.fetchrow("SELECT status, done_by FROM inbox_items WHERE id = $1", item)
    assert row is not None
    assert (row["status"], row["done_by"]) == ("done", "staff:someone")
    stranger = await make_account(settings, owner)
    with pytest.raises(InboxItemNotFound):
        async with app_db.begin(stranger.franchise_id, "staff:other") as uow:
            await finish_inbox_item(uow, item)
