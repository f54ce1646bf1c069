"""Offers that wait together leave as one text, are taken out of it one by one, and cost one unit."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from dispatch.crew.queries import fill_counts
from dispatch.kit import outbox
from dispatch.kit.uow import Database
from dispatch.orders.place import PlacedOrder
from dispatch.settings import Settings
from dispatch.sms.gateways.base import Refused
from dispatch.sms.phones import stop_phone
from dispatch.sms.queries import list_messages
from dispatch.sms.replies import Context, Disposition, parse_reply
from dispatch.sms.segments import measure
from dispatch.sms.texts import Language
from dispatch.staffing.cancel import CancelOrder, cancel_order
from dispatch.staffing.events import CLAIM_LOST
from dispatch.tenancy.commands import GrantLending
from dispatch.tenancy.service import grant_lending
from tests.factories.desk import another_day, timeline
from tests.factories.digests import ask, budget, due, invitations_to, offered, settle_texts, texts_to
from tests.factories.stage import Stage, open_questions, place, run_lane, say, set_stage


@pytest_asyncio.fixture(loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=4)


@pytest.fixture
def man(stage: Stage) -> UUID:
    return stage.workers[0]


async def cancel(database: Database, stage: Stage, order_id: UUID) -> None:
    async with database.begin(stage.franchise_id, "staff:test") as uow:
        await cancel_order(uow, order_id, CancelOrder(reason="no goods"))


async def look_again_at_once(owner: asyncpg.Connection, stage: Stage) -> None:
    """Let the moment pass for which a text waits to be worded anew."""
    await owner.execute(
        "UPDATE messages SET send_at = not_before WHERE franchise_id = $1 AND status = 'queued'", stage.franchise_id
    )


async def test_two_offers_that_wait_leave_as_one_text(
    jobs_db: Database, stage: Stage, man: UUID, owner: asyncpg.Connection
) -> None:
    orders, asked = await offered(jobs_db, stage, man)
    (text,) = await texts_to(owner, man)
    assert text["template"] == "offers"
    assert (text["question_id"], text["question_ids"]) == (asked[0].id, [asked[0].id, asked[1].id])
    assert text["invitation_ids"] == [asked[0].subject_id, asked[1].subject_id]
    for question in asked:
        assert f"{question.code}: погрузка" in text["body"].replace("погр.", "погрузка")
    assert text["segments"] == measure(text["body"]).segments <= 3
    assert await budget(owner, man) == (1, 1), "a digest is one"
    for order in orders:
        assert "offers_joined" in await timeline(owner, order.shifts[0].id)
        async with jobs_db.begin(stage.franchise_id, "staff:test") as uow:
            listed = await list_messages(uow, shift_id=order.shifts[0].id, limit=10)
        assert [message.id for message in listed] == [text["id"]], "each shift shows it"


async def test_a_text_in_a_senders_hand_stays_as_it_is(
    jobs_db: Database, stage: Stage, man: UUID, owner: asyncpg.Connection
) -> None:
    await offered(jobs_db, stage, man, 1)
    (claimed,) = await due(jobs_db, stage.account_id)
    await offered(jobs_db, stage, man, 1)
    first, second = await texts_to(owner, man)
    assert (first["body"], first["status"], first["template"]) == (claimed.body, "sending", "offer")
    assert (second["status"], second["template"]) == ("queued", "offer")
    assert await budget(owner, man) == (2, 2)


async def test_whoever_adds_an_offer_waits_for_no_sender(
    jobs_db: Database, stage: Stage, man: UUID, owner: asyncpg.Connection
) -> None:
    await offered(jobs_db, stage, man, 1)
    (first,) = await texts_to(owner, man)
    async with jobs_db.begin(None, "system:sms") as sender:
        await sender.run("SELECT FROM messages WHERE id = $1 FOR NO KEY UPDATE", first["id"])
        await asyncio.wait_for(offered(jobs_db, stage, man, 1), timeout=5)
    assert [text["template"] for text in await texts_to(owner, man)] == ["offer", "offer"]


async def test_a_text_that_was_in_hand_before_is_not_added_to(
    jobs_db: Database, stage: Stage, man: UUID, owner: asyncpg.Connection
) -> None:
    await offered(jobs_db, stage, man, 1)
    await settle_texts(jobs_db, await due(jobs_db, stage.account_id), Refused("busy", permanent=False))
    await owner.execute("UPDATE messages SET send_at = not_before WHERE worker_id = $1", man)
    (first,) = await texts_to(owner, man)
    assert (first["status"], first["attempt"]) == ("queued", 1)
    await offered(jobs_db, stage, man, 1)
    assert [text["template"] for text in await texts_to(owner, man)] == ["offer", "offer"]


async def test_a_cancelled_order_leaves_the_text_and_the_others_stay(
    jobs_db: Database, stage: Stage, man: UUID, owner: asyncpg.Connection
) -> None:
    orders, asked = await offered(jobs_db, stage, man, 3)
    await cancel(jobs_db, stage, orders[0].id)
    (text,) = await texts_to(owner, man)
    assert (text["status"], text["question_ids"]) == ("queued", [asked[1].id, asked[2].id])
    assert f"{asked[0].code}: " not in text["body"]
    assert text["shift_id"] == orders[1].shifts[0].id
    assert await budget(owner, man) == (1, 1), "the unit stays with what is left"
    await cancel(jobs_db, stage, orders[1].id)
    (text,) = await texts_to(owner, man)
    assert (text["template"], text["question_id"], text["question_ids"]) == ("offer", asked[2].id, [])
    assert text["invitation_ids"] == [asked[2].subject_id]
    assert f"Код {asked[2].code}: 1=да 2=нет" in text["body"]
    assert await invitations_to(owner, man, orders) == ["withdrawn", "withdrawn", "queued"]
    assert await budget(owner, man) == (1, 1)
    await cancel(jobs_db, stage, orders[2].id)
    (text,) = await texts_to(owner, man)
    assert (text["status"], text["error"]) == ("suppressed", "cancelled")
    assert await budget(owner, man) == (0, 0)
    assert await due(jobs_db, stage.account_id) == ()


async def test_the_offer_of_a_man_booked_elsewhere_leaves_the_text(
    jobs_db: Database, stage: Stage, man: UUID, owner: asyncpg.Connection
) -> None:
    orders, asked = await offered(jobs_db, stage, man)
    async with jobs_db.begin(stage.franchise_id, "system:test") as uow:
        await outbox.emit(uow, CLAIM_LOST, asked[1].subject_id, claim="offer", shift_id=orders[1].shifts[0].id)
    await run_lane(jobs_db)
    (text,) = [text for text in await texts_to(owner, man) if asked[0].subject_id in text["invitation_ids"]]
    assert (text["template"], text["question_id"]) == ("offer", asked[0].id)
    assert (await invitations_to(owner, man, orders))[1] == "withdrawn"
    told = await owner.fetchval("SELECT count(*) FROM messages WHERE worker_id = $1 AND template = 'busy'", man)
    assert told == 0, "of what never reached him nothing need be taken back"


async def test_an_offer_past_its_deadline_is_not_in_the_text_that_leaves(
    jobs_db: Database, stage: Stage, man: UUID, owner: asyncpg.Connection
) -> None:
    orders, asked = await offered(jobs_db, stage, man)
    await ask_nobody_else(owner, orders)
    await owner.execute("UPDATE invitations SET deadline = now() WHERE id = $1", asked[0].subject_id)
    await owner.execute("UPDATE questions SET closes_at = now() WHERE id = $1", asked[0].id)
    assert await due(jobs_db, stage.account_id) == (), "it waits until it is worded anew"
    (text,) = await texts_to(owner, man)
    assert (text["status"], text["error"], text["attempt"]) == ("queued", "outdated", 0)
    await run_lane(jobs_db)
    await look_again_at_once(owner, stage)
    claimed = [text for text in await due(jobs_db, stage.account_id) if text.id == text_id(await texts_to(owner, man))]
    assert [f"Код {asked[1].code}:" in text.body for text in claimed] == [True]
    assert f"{asked[0].code}: " not in claimed[0].body
    assert (await invitations_to(owner, man, orders))[0] == "withdrawn"
    assert (await budget(owner, man))[0] == 1


async def ask_nobody_else(owner: asyncpg.Connection, orders: Sequence[PlacedOrder]) -> None:
    """Keep the waves from asking further people, and those again whose text never left."""
    await owner.execute("UPDATE shifts SET paused_at = now() WHERE order_id = ANY ($1)", [order.id for order in orders])


def text_id(texts: Sequence[asyncpg.Record]) -> UUID:
    """The id of the first of some texts."""
    found: UUID = texts[0]["id"]
    return found


async def test_what_he_answered_before_it_left_is_not_asked_again(
    jobs_db: Database, stage: Stage, man: UUID, owner: asyncpg.Connection
) -> None:
    _, asked = await offered(jobs_db, stage, man)
    assert await say(jobs_db, asked[0], "нет") == "declined"
    assert await budget(owner, man) == (1, 1), "the other one still waits to leave"
    assert await due(jobs_db, stage.account_id) == ()
    await run_lane(jobs_db)
    await look_again_at_once(owner, stage)
    (text,) = [text for text in await texts_to(owner, man) if asked[1].subject_id in text["invitation_ids"]]
    assert (text["template"], text["question_id"], text["status"]) == ("offer", asked[1].id, "queued")


async def test_a_shift_without_places_leaves_the_text(
    jobs_db: Database, stage: Stage, man: UUID, owner: asyncpg.Connection
) -> None:
    orders, asked = await offered(jobs_db, stage, man)
    shift_id = orders[0].shifts[0].id
    others = [await ask(jobs_db, stage, orders[0], worker) for worker in stage.workers[1:]]
    places = "SELECT headcount + reserve_capacity + standby_capacity - primary_count - reserve_count - standby_count"
    said = []
    while await owner.fetchval(f"{places} FROM shifts WHERE id = $1", shift_id):
        assert [text["template"] for text in await texts_to(owner, man)] == ["offers"]
        said.append(await say(jobs_db, others[len(said)], "да"))
    assert said[0] == "accepted_primary"
    assert said[-1] == "accepted_standby"
    (text,) = await texts_to(owner, man)
    assert (text["template"], text["question_id"]) == ("offer", asked[1].id)
    assert await invitations_to(owner, man, orders) == ["withdrawn", "queued"]
    assert await budget(owner, man) == (1, 1)


async def test_an_offer_that_waits_alone_is_not_sent_once_every_place_is_taken(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    order = await place(jobs_db, stage, 1, another_day())
    shift_id = order.shifts[0].id
    first, second, third, waiting = [await ask(jobs_db, stage, order, worker) for worker in stage.workers]
    await owner.execute("UPDATE shifts SET standby_capacity = 1 WHERE id = $1", shift_id)
    said = [await say(jobs_db, question, "да") for question in (first, second)]
    (text,) = await texts_to(owner, stage.workers[3])
    assert text["status"] == "queued", "there is a place yet"
    said.append(await say(jobs_db, third, "да"))
    assert said == ["accepted_primary", "accepted_reserve", "accepted_standby"]
    (text,) = await texts_to(owner, stage.workers[3])
    assert (text["status"], text["error"]) == ("suppressed", "withdrawn")
    assert await invitations_to(owner, stage.workers[3], [order]) == ["withdrawn"]
    assert await budget(owner, stage.workers[3]) == (0, 0)
    async with jobs_db.begin(stage.franchise_id, "system:test") as uow:
        assert (await fill_counts(uow, shift_id))["invited"] == 3, "what never left is no ask"
    assert [q.id for q in await open_questions(jobs_db, stage, "offer") if q.id == waiting.id] == []


@pytest.mark.parametrize("fate", ["sent", "undeliverable", "expired", "stopped"])
async def test_every_invitation_in_it_has_the_fate_of_the_text(
    jobs_db: Database, stage: Stage, man: UUID, owner: asyncpg.Connection, fate: str
) -> None:
    orders, _ = await offered(jobs_db, stage, man)
    await ask_nobody_else(owner, orders)
    if fate == "expired":
        await owner.execute("UPDATE messages SET deadline = now() WHERE worker_id = $1", man)
    if fate == "stopped":
        async with jobs_db.begin(None, "system:test") as uow:
            await stop_phone(uow, (await texts_to(owner, man))[0]["phone_id"], source="test")
    claimed = await due(jobs_db, stage.account_id)
    assert len(claimed) == (0 if fate in {"expired", "stopped"} else 1)
    await settle_texts(jobs_db, claimed, Refused("30003", permanent=True) if fate == "undeliverable" else None)
    await run_lane(jobs_db)
    meant = {"expired": "withdrawn", "stopped": "withdrawn"}.get(fate, fate)
    assert await invitations_to(owner, man, orders) == [meant, meant]
    ours = await owner.fetchval("SELECT unanswered FROM contact_days WHERE worker_id = $1 ORDER BY day LIMIT 1", man)
    assert ours >= (1 if fate == "sent" else 0)
    assert fate == "sent" or (await budget(owner, man))[0] == 0, "what nobody read costs nothing, and that once"


async def test_answers_give_one_unit_back_and_no_more(
    jobs_db: Database, stage: Stage, man: UUID, owner: asyncpg.Connection
) -> None:
    _, asked = await offered(jobs_db, stage, man)
    await settle_texts(jobs_db, await due(jobs_db, stage.account_id))
    await owner.execute("UPDATE invitations SET status = 'sent' WHERE worker_id = $1", man)
    await offered(jobs_db, stage, man, 1)
    assert await budget(owner, man) == (2, 2)
    assert [await say(jobs_db, question, "нет") for question in asked] == ["declined", "declined"]
    assert await budget(owner, man) == (1, 2), "the text that waits keeps its own unit"


async def test_urgent_offers_never_wait_for_others(
    jobs_db: Database, stage: Stage, man: UUID, owner: asyncpg.Connection
) -> None:
    await offered(jobs_db, stage, man, 1)
    for _ in range(2):
        await ask(jobs_db, stage, await place(jobs_db, stage, 1, another_day()), man, urgent=True)
    texts = await texts_to(owner, man)
    assert [text["template"] for text in texts] == ["offer", "offer_urgent", "offer_urgent"]


@pytest.mark.parametrize(("language", "together"), [("ru", 3), ("en", 4)])
async def test_no_more_in_one_text_than_four_offers_and_three_segments(
    jobs_db: Database, stage: Stage, man: UUID, owner: asyncpg.Connection, language: str, together: int
) -> None:
    await owner.execute("UPDATE worker_contacts SET language = $2 WHERE worker_id = $1", man, language)
    await offered(jobs_db, stage, man, 5)
    texts = await texts_to(owner, man)
    assert [max(len(text["question_ids"]), 1) for text in texts] == [together, 5 - together]
    assert max(text["segments"] for text in texts) <= 3


@pytest.mark.parametrize("language", list(Language))
async def test_it_is_said_in_every_language_and_can_be_answered(
    jobs_db: Database, stage: Stage, man: UUID, owner: asyncpg.Connection, language: Language
) -> None:
    await owner.execute("UPDATE worker_contacts SET language = $2 WHERE worker_id = $1", man, language)
    _, asked = await offered(jobs_db, stage, man)
    (text,) = await texts_to(owner, man)
    body = text["body"]
    assert text["segments"] <= 3
    assert "1=" in body
    assert "2=" in body
    assert parse_reply(body, Context.OFFERS).disposition is not Disposition.STOP
    for question in asked:
        assert f"{question.code}: " in body
        for said, meant in (("1", Disposition.ACCEPT), ("2", Disposition.DECLINE), ("", Disposition.AMBIGUOUS)):
            reply = parse_reply(f"{question.code} {said}".strip(), Context.OFFERS)
            assert (reply.disposition, reply.code) == (meant, question.code)


async def test_offers_of_two_franchises_are_never_in_one_text(
    settings: Settings, app_db: Database, jobs_db: Database, stage: Stage, man: UUID, owner: asyncpg.Connection
) -> None:
    guest = await set_stage(settings, app_db, men=0)
    async with app_db.begin(stage.franchise_id, "system:test") as uow:
        await grant_lending(uow, guest.franchise_id, GrantLending())
    await offered(jobs_db, stage, man, 1)
    await offered(jobs_db, guest, man, 1)
    texts = await texts_to(owner, man)
    assert [(text["franchise_id"], text["template"]) for text in texts] == [
        (stage.franchise_id, "offer"),
        (guest.franchise_id, "offer"),
    ]


async def test_an_offer_is_not_held_up_by_one_that_leaves_later(
    jobs_db: Database, stage: Stage, man: UUID, owner: asyncpg.Connection
) -> None:
    await offered(jobs_db, stage, man, 1)
    await owner.execute("UPDATE messages SET send_at = $2::timestamptz WHERE worker_id = $1", man, await later(jobs_db))
    await offered(jobs_db, stage, man, 1)
    assert [text["template"] for text in await texts_to(owner, man)] == ["offer", "offer"]


async def later(database: Database) -> object:
    """A moment at which an offer made now should have left."""
    async with database.begin(None, "system:test") as uow:
        return uow.now + timedelta(minutes=10)
