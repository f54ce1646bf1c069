"""What people say next: a no after a yes, "I am here" on the wrong day, a yes after STOP or to what is cancelled."""

from datetime import timedelta

import asyncpg
import pytest
import pytest_asyncio

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.orders.commands import AskedShift
from dispatch.settings import Settings
from dispatch.sms.inbound import InboundDrain
from dispatch.sms.service import PASS_ON
from dispatch.staffing.cancel import CancelOrder, cancel_order
from dispatch.staffing.change import ChangeOrder, ShiftTimes, change_order
from dispatch.staffing.operate import ArrivalTooEarly, ReleaseSeat, mark_arrived, release_seat
from dispatch.wiring import ANSWERS
from tests.factories.desk import another_day, crew_of, filled, question_about, questions, seats_on, timeline
from tests.factories.stage import Stage, let_pass, place, run_lane, say, set_stage


@pytest_asyncio.fixture(loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=25)


async def test_a_no_to_the_offer_after_a_yes_ends_the_seat(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    order = await place(jobs_db, stage, 1, another_day())
    await run_lane(jobs_db)
    offer = (await questions(jobs_db, stage, "offer", order.shifts[0].id))[0]
    assert await say(jobs_db, offer, "да") == "accepted_primary"
    assert await say(jobs_db, offer, "нет") == "cancelled"
    (seat,) = await seats_on(owner, order.shifts[0].id)
    assert (seat["status"], seat["live"]) == ("cancelled_by_worker", False)
    told = await owner.fetch("SELECT template FROM messages WHERE shift_id = $1 ORDER BY id", order.shifts[0].id)
    assert told[-1]["template"] == "cancel_confirmed"
    assert await say(jobs_db, offer, "нет") == "declined_already"


async def test_a_no_to_a_block_after_a_yes_goes_to_people(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    order = await place(jobs_db, stage, 1, another_day(), another_day())
    await run_lane(jobs_db)
    offer = (await questions(jobs_db, stage, "offer", order.shifts[0].id))[0]
    assert await say(jobs_db, offer, "да") == "accepted_primary"
    assert await say(jobs_db, offer, "нет") == PASS_ON, "which of the two days, a person asks"
    assert [seat["live"] for seat in await seats_on(owner, order.shifts[0].id)] == [True]


async def test_nobody_is_on_site_days_before(jobs_db: Database, stage: Stage, owner: asyncpg.Connection) -> None:
    shift_id = (await filled(jobs_db, stage, 1)).shifts[0].id
    seat = (await crew_of(owner, shift_id))[0]
    words = await question_about(jobs_db, stage, "seat", seat["id"])
    assert await say(jobs_db, words, "на месте", "booked") == "too_early"
    assert (await crew_of(owner, shift_id))[0]["status"] == "booked"
    told = await owner.fetchval("SELECT body FROM messages WHERE shift_id = $1 AND template = 'address_info'", shift_id)
    assert "Сенная" in told, "he is told when and where"
    with pytest.raises(ArrivalTooEarly):
        async with jobs_db.begin(stage.franchise_id, "staff:test") as uow:
            await mark_arrived(uow, seat["id"])
    left = await owner.fetchval("SELECT starts_at - now() FROM shifts WHERE id = $1", shift_id)
    await let_pass(owner, shift_id, left - timedelta(hours=2))
    assert await say(jobs_db, words, "на месте", "booked") == "arrived"


async def test_what_a_cancelled_order_asked_is_closed(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    order = await place(jobs_db, stage, 2, another_day())
    await run_lane(jobs_db)
    offers = await questions(jobs_db, stage, "offer", order.shifts[0].id)
    await owner.execute("UPDATE invitations SET status = 'sent' WHERE shift_id = $1", order.shifts[0].id)
    async with jobs_db.begin(stage.franchise_id, "staff:test") as uow:
        await cancel_order(uow, order.id, CancelOrder(reason="нет машины"))
    assert await questions(jobs_db, stage, "offer", order.shifts[0].id) == []
    assert await say(jobs_db, offers[0], "да") == "offer_withdrawn", "not that all places were taken"
    assert await seats_on(owner, order.shifts[0].id) == []


async def test_a_yes_after_stop_is_a_doubtful_seat_and_an_alarm(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    order = await place(jobs_db, stage, 1, another_day())
    await run_lane(jobs_db)
    offer = (await questions(jobs_db, stage, "offer", order.shifts[0].id))[0]
    await owner.execute("UPDATE phones SET opted_out_at = now() WHERE id = $1", offer.phone_id)
    assert await say(jobs_db, offer, "да") == "accepted_primary"
    (seat,) = await seats_on(owner, order.shifts[0].id)
    assert seat["status"] == "doubtful"
    alarms = await owner.fetch("SELECT dedupe_key FROM alarms WHERE kind = 'stopped_with_seat'")
    assert any(str(seat["id"]) in alarm["dedupe_key"] for alarm in alarms)


async def test_a_standby_who_owes_an_answer_to_other_terms_is_not_asked_to_come(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    order = await filled(jobs_db, stage, 10)
    shift = order.shifts[0]
    assert [seat["kind"] for seat in await seats_on(owner, shift.id)].count("standby") == 2
    asked: AskedShift = shift.asked
    moved = ShiftTimes(
        shift_id=shift.id, starts_at=asked.starts_at + timedelta(hours=1), ends_at=asked.ends_at + timedelta(hours=1)
    )
    async with jobs_db.begin(stage.franchise_id, "staff:test") as uow:
        version = await uow.fetchval("SELECT version FROM orders WHERE id = $1", order.id)
        await change_order(uow, order.id, ChangeOrder(times=(moved,)), version)
    seat = (await crew_of(owner, shift.id))[0]
    async with jobs_db.begin(stage.franchise_id, "staff:test") as uow:
        await release_seat(uow, seat["id"], ReleaseSeat(reason="test"))
    assert await questions(jobs_db, stage, "promotion", shift.id) == []
    assert "promotion_asked" not in await timeline(owner, shift.id)


async def test_a_yes_for_three_seats_one_and_asks_a_person_about_the_others(
    app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    order = await place(jobs_db, stage, 4, another_day())
    await run_lane(jobs_db)
    offer = (await questions(jobs_db, stage, "offer", order.shifts[0].id))[0]
    phone = await owner.fetchval("SELECT e164 FROM phones WHERE id = $1", offer.phone_id)
    await app_db.autocommit(
        "SELECT store_inbound($1, $2, $3, $4, $5, $6)",
        [new_id(), stage.account_id, f"SM{new_id().hex}", phone, f"{offer.code} да, нас 3 человека", b"raw"],
    )
    assert await InboundDrain(jobs_db, ANSWERS)() == 1
    assert len(await seats_on(owner, order.shifts[0].id)) == 1
    item = await owner.fetchrow("SELECT status, suggestion FROM inbox_items WHERE worker_id = $1", offer.worker_id)
    assert tuple(item) == ("open", "party"), "his clear yes does not close what it asks for"


async def test_who_asks_for_pay_or_place_is_told_once(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    order = await place(jobs_db, stage, 1, another_day())
    await run_lane(jobs_db)
    offer = (await questions(jobs_db, stage, "offer", order.shifts[0].id))[0]
    assert await say(jobs_db, offer, "сколько платят?") == "informed"
    assert await say(jobs_db, offer, "а куда ехать?") == "informed"
    rows = await owner.fetch("SELECT template, body FROM messages WHERE worker_id = $1 ORDER BY id", offer.worker_id)
    told = {row["template"]: row["body"] for row in rows}
    assert "100р/ч" in told["pay_info"]
    assert "Сенная" in told["address_info"]
    assert await say(jobs_db, offer, "так сколько платят?") == PASS_ON, "the first answer did not help him"
    assert await say(jobs_db, offer, "да") == "accepted_primary", "the offer stayed open"
