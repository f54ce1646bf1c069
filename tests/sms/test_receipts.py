"""Receipts in every order and number, and what nobody answered for: leases that lapse, sends nobody can vouch for."""

import itertools
import json
from collections.abc import Sequence
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.settings import SendingMode, Settings
from dispatch.sms.claim import ClaimedText, claim_texts
from dispatch.sms.gateways.base import Sent
from dispatch.sms.gateways.registry import open_gateways
from dispatch.sms.receipts import ReceiptDrain
from dispatch.sms.results import ResultWriter, write_results
from dispatch.sms.rules import MESSAGE_MOVES, MessageStatus
from tests.factories.sms import Phone, TestAccount, make_account, make_phone, queue_text, receipt

NO_SUCH_HANDSET = "30005"


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def nothing_else(owner: asyncpg.Connection) -> None:
    await owner.execute("UPDATE sms_accounts SET enabled = false")


async def claimed(
    database: Database, account: TestAccount, phone: Phone, *, invitations: tuple[UUID, ...] = ()
) -> ClaimedText:
    await queue_text(database, account, phone, f"текст {new_id()}", invitation_ids=invitations, shift_id=new_id())
    claim = await claim_texts(database, account.id, 1, mode=SendingMode.LIVE, allow_list=(), lease_s=30)
    return claim.texts[0]


async def sent(database: Database, text: ClaimedText, gateway_id: str) -> None:
    async with database.begin(None, "system:test") as uow:
        await write_results(uow, [(text, Sent(gateway_id))])


async def row_of(owner: asyncpg.Connection, message_id: UUID) -> asyncpg.Record:
    row = await owner.fetchrow("SELECT * FROM messages WHERE id = $1", message_id)
    assert row is not None
    return row


def drain(database: Database) -> ReceiptDrain:
    return ReceiptDrain(database, open_gateways(Settings()))


@pytest.mark.parametrize("order", list(itertools.permutations(("sent", "failed"))), ids=" ".join)
async def test_a_failure_stays_whatever_is_told_before_and_after(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection, order: Sequence[str]
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    text = await claimed(jobs_db, account, phone, invitations=(new_id(),))
    await sent(jobs_db, text, f"SM{text.id.hex}")
    for status in (*order, "delivered"):
        await receipt(
            jobs_db,
            account,
            status,
            gateway_id=f"SM{text.id.hex}",
            message_id=text.id,
            error="30008" if status == "failed" else None,
        )
        await drain(jobs_db)()
    row = await row_of(owner, text.id)
    assert (row["status"], row["error"]) == ("failed", "30008")


async def test_a_delivered_text_cannot_fail_any_more(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    text = await claimed(jobs_db, account, phone)
    for status in ("delivered", "failed"):
        await receipt(jobs_db, account, status, gateway_id="SMfake", message_id=text.id, error="30005")
    await drain(jobs_db)()
    assert (await row_of(owner, text.id))["status"] == "delivered"
    assert await owner.fetchval("SELECT failures FROM phones WHERE id = $1", phone.id) == 0


async def test_a_receipt_without_our_id_waits_for_our_own_answer(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    text = await claimed(jobs_db, account, phone)
    await receipt(jobs_db, account, "delivered", gateway_id="SMorphan")
    await receipt(jobs_db, account, "delivered", gateway_id="SMnobody's")
    assert await drain(jobs_db)() == 0
    assert (await row_of(owner, text.id))["status"] == "sending"
    await sent(jobs_db, text, "SMorphan")
    assert await drain(jobs_db)() == 1
    assert (await row_of(owner, text.id))["status"] == "delivered"
    await owner.execute("UPDATE receipts SET received_at = now() - interval '2 days' WHERE applied_at IS NULL")
    assert await drain(jobs_db)() == 1


async def test_orphans_do_not_block_the_line(jobs_db: Database, settings: Settings, owner: asyncpg.Connection) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    await owner.execute(
        """INSERT INTO receipts (id, account_id, gateway_id, status, raw, received_at)
           SELECT gen_random_uuid(), $1, 'SMx' || n, 'sent', '', now() - interval '1 hour' + n * interval '1 ms'
           FROM generate_series(1, 1200) AS n""",
        account.id,
    )
    text = await claimed(jobs_db, account, phone)
    await receipt(jobs_db, account, "delivered", gateway_id="SMbehind", message_id=text.id)
    assert await drain(jobs_db)() == 1
    assert (await row_of(owner, text.id))["status"] == "delivered"
    await owner.execute("DELETE FROM receipts WHERE applied_at IS NULL")


async def everything_about(owner: asyncpg.Connection, account: TestAccount) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await owner.fetch(
        """SELECT m.*, p.*, (SELECT count(*) FROM phone_events e WHERE e.phone_id = p.id) AS events,
                  (SELECT count(*) FROM outbox o WHERE o.franchise_id = m.franchise_id) AS told
           FROM messages m JOIN phones p ON p.id = m.phone_id WHERE m.account_id = $1 ORDER BY m.id""",
        account.id,
    )
    return rows


async def test_another_account_cannot_speak_for_our_texts(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    """Whatever ids a neighbour's gateway sends, ours among them: they find texts of that account or none."""
    ours, neighbours = await make_account(settings, owner), await make_account(settings, owner)
    texts = [await claimed(jobs_db, ours, await make_phone(owner), invitations=(new_id(),)) for _ in range(5)]
    for text in texts[1:3]:
        await sent(jobs_db, text, f"SM{text.id.hex}")
    await owner.execute("UPDATE messages SET status = 'unknown' WHERE id = $1", texts[3].id)
    await owner.execute("UPDATE messages SET status = 'queued' WHERE id = $1", texts[4].id)
    own = await claimed(jobs_db, neighbours, await make_phone(owner))
    await sent(jobs_db, own, "SMtheirs")
    before = await everything_about(owner, ours)
    for status in ("sent", "failed", "delivered"):
        for text in texts:
            for gateway_id in (f"SM{text.id.hex}", f"SM{text.id.hex}x"):
                await receipt(
                    jobs_db, neighbours, status, gateway_id=gateway_id, message_id=text.id, error=NO_SUCH_HANDSET
                )
        await drain(jobs_db)()
    assert await everything_about(owner, ours) == before
    assert (await row_of(owner, own.id))["status"] == "sent"
    await receipt(jobs_db, neighbours, "delivered", gateway_id="SMtheirs", message_id=texts[0].id)
    await drain(jobs_db)()
    assert await everything_about(owner, ours) == before
    assert (await row_of(owner, own.id))["status"] == "delivered", "by the gateway's id it is the neighbour's own text"
    await owner.execute("UPDATE receipts SET received_at = now() - interval '2 days' WHERE applied_at IS NULL")
    assert await drain(jobs_db)() == 30, "what fits nothing is laid aside after a day"
    assert await everything_about(owner, ours) == before


async def test_one_gateway_id_in_two_accounts_is_two_texts(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    ours, neighbours = await make_account(settings, owner), await make_account(settings, owner)
    texts = {account.id: await claimed(jobs_db, account, await make_phone(owner)) for account in (neighbours, ours)}
    for text in texts.values():
        await sent(jobs_db, text, "SMsame")
    await receipt(jobs_db, neighbours, "failed", gateway_id="SMsame", error="30008")
    await drain(jobs_db)()
    stand = [(await row_of(owner, texts[account.id].id))["status"] for account in (ours, neighbours)]
    assert stand == ["sent", "failed"]


async def test_a_gateway_id_given_twice_leaves_its_first_text_alone(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    """The second text has no gateway id then and goes by our own; nothing about it is taken for news of the first."""
    account = await make_account(settings, owner)
    first, second = [await claimed(jobs_db, account, await make_phone(owner)) for _ in range(2)]
    await sent(jobs_db, first, "SMtwice")
    await ResultWriter(jobs_db).write(second, Sent("SMtwice"))
    await receipt(jobs_db, account, "failed", gateway_id="SMtwice", message_id=second.id, error="30008")
    await drain(jobs_db)()
    stand = [await row_of(owner, text.id) for text in (first, second)]
    assert [(row["status"], row["gateway_id"]) for row in stand] == [("sent", "SMtwice"), ("failed", None)]


async def test_the_failure_of_an_earlier_handing_over_is_not_that_of_the_later(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    text = await claimed(jobs_db, account, phone)
    await sent(jobs_db, text, "SMsecond")
    await receipt(jobs_db, account, "failed", gateway_id="SMfirst", message_id=text.id)
    await drain(jobs_db)()
    assert (await row_of(owner, text.id))["status"] == "sent"


async def test_a_word_nobody_knows_changes_nothing(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    text = await claimed(jobs_db, account, phone)
    await receipt(jobs_db, account, "partially_delivered", gateway_id="SMword", message_id=text.id)
    assert await drain(jobs_db)() == 1
    assert (await row_of(owner, text.id))["status"] == "sending"


async def test_two_unknown_handsets_kill_a_phone_and_one_arrival_revives_it(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    for status, error, dead in (("failed", "30005", False), ("failed", "30005", True), ("delivered", None, False)):
        text = await claimed(jobs_db, account, phone)
        await receipt(jobs_db, account, status, gateway_id=f"SM{text.id.hex}", message_id=text.id, error=error)
        await drain(jobs_db)()
        assert await owner.fetchval("SELECT dead_at IS NOT NULL FROM phones WHERE id = $1", phone.id) == dead
    kinds = await owner.fetch("SELECT kind FROM phone_events WHERE phone_id = $1 ORDER BY id", phone.id)
    assert [row["kind"] for row in kinds] == ["dead", "alive"]


async def test_a_receipt_that_tells_of_the_gateway_s_own_stop_stops_the_phone(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    for error, stopped in (("30003", False), ("21610", True)):
        text = await claimed(jobs_db, account, phone)
        await sent(jobs_db, text, f"SM{text.id.hex}")
        await receipt(jobs_db, account, "failed", gateway_id=f"SM{text.id.hex}", message_id=text.id, error=error)
        await drain(jobs_db)()
        assert await owner.fetchval("SELECT opted_out_at IS NOT NULL FROM phones WHERE id = $1", phone.id) == stopped


async def test_moves_are_told_once_per_shift_and_batch(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, shift_id = await make_account(settings, owner), new_id()
    ids = []
    for _ in range(6):
        phone = await make_phone(owner)
        ids.append(await queue_text(jobs_db, account, phone, invitation_ids=(new_id(),), shift_id=shift_id))
    await claim_texts(jobs_db, account.id, 10, mode=SendingMode.LIVE, allow_list=(), lease_s=30)
    for message_id in ids:
        await receipt(jobs_db, account, "sent", gateway_id=f"SM{message_id.hex}", message_id=message_id)
        await receipt(jobs_db, account, "delivered", gateway_id=f"SM{message_id.hex}", message_id=message_id)
    await drain(jobs_db)()
    rows = await owner.fetch(
        "SELECT detail FROM outbox WHERE kind = 'staffing.texts_moved' AND franchise_id = $1", account.franchise_id
    )
    (detail,) = [json.loads(row["detail"]) for row in rows]
    assert detail["shift_id"] == str(shift_id)
    assert sorted(detail["messages"]) == sorted(map(str, ids))


def test_every_piece_of_news_is_in_the_table_of_moves() -> None:
    told = (MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.FAILED)
    for status in (
        MessageStatus.SENDING,
        MessageStatus.UNKNOWN,
        MessageStatus.SENT,
        MessageStatus.DELIVERED,
        MessageStatus.FAILED,
    ):
        for news in told:
            MESSAGE_MOVES.check(status, news)
