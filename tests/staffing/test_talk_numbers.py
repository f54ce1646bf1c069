"""Whose phone it is: another phone, two men on one, a wrong number, a new one, one that somebody held before."""

from uuid import UUID

import asyncpg
import pytest_asyncio

from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.sms.proofs import MOST_CODES, Doubt
from dispatch.sms.silence import doubt_silent_numbers
from dispatch.staffing.by_hand import why_him
from dispatch.workers.change import archive_worker, change_worker
from dispatch.workers.commands import ChangeWorker, RegisterWorker, Residence
from dispatch.workers.phones import doubt_number
from dispatch.workers.queries import worker_record
from dispatch.workers.register import register_worker
from tests.factories.desk import another_day, crew_of, filled, questions, seats_on
from tests.factories.stage import Stage, place, run_lane, set_stage
from tests.factories.talk import Talk

STRANGER = "+79995550011"


@pytest_asyncio.fixture(loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=8)


@pytest_asyncio.fixture(loop_scope="session")
async def talk(stage: Stage, jobs_db: Database, owner: asyncpg.Connection) -> Talk:
    return Talk(stage, jobs_db, owner)


async def reasons(database: Database, stage: Stage, shift_id: UUID, worker_id: UUID) -> list[str]:
    async with database.begin(stage.franchise_id, "staff:test") as uow:
        return list((await why_him(uow, shift_id, worker_id)).reasons)


async def nobodys_ending(owner: asyncpg.Connection) -> str:
    """Four figures that no phone ends with."""
    taken = {row["ending"] for row in await owner.fetch("SELECT right(e164, 4) AS ending FROM phones")}
    return next(ending for n in range(10_000) if (ending := f"{n:04d}") not in taken)


async def code_sent(owner: asyncpg.Connection, phone_id: UUID) -> str:
    found: str = await owner.fetchval(
        "SELECT detail ->> 'figures' FROM questions WHERE phone_id = $1 AND kind = 'proof' AND status = 'open'",
        phone_id,
    )
    return found


async def test_a_yes_from_another_phone_counts_once_he_names_the_phone_we_wrote_to(
    talk: Talk, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await place(jobs_db, stage, 2, another_day())).shifts[0].id
    await run_lane(jobs_db)
    offer = (await questions(jobs_db, stage, "offer", shift_id))[0]
    assert offer.worker_id is not None
    ending = (await talk.number_of(offer.worker_id))[-4:]
    assert await talk.hears(STRANGER, f"{offer.code} да") == "asked_whose"
    assert [template for template, _ in await talk.told(STRANGER)] == ["other_phone"]
    assert await seats_on(owner, shift_id) == []
    assert await talk.hears(STRANGER, await nobodys_ending(owner)) == "proof_wrong"
    assert await seats_on(owner, shift_id) == []
    assert await talk.hears(STRANGER, ending) == "accepted_primary"
    assert [seat["worker_id"] for seat in await seats_on(owner, shift_id)] == [offer.worker_id]
    assert [template for template, _ in await talk.told(STRANGER)] == ["other_phone", "other_phone_taken"]
    item = await owner.fetchrow("SELECT worker_id, status FROM inbox_items WHERE suggestion = 'other_phone'")
    assert tuple(item) == (offer.worker_id, "open"), "whether it is his new number, a person finds out"


async def test_guessing_whose_code_it_is_ends_after_three_tries(
    talk: Talk, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await place(jobs_db, stage, 2, another_day())).shifts[0].id
    await run_lane(jobs_db)
    offer = (await questions(jobs_db, stage, "offer", shift_id))[0]
    assert await talk.hears("+79995550012", f"{offer.code} да") == "asked_whose"
    guess = await nobodys_ending(owner)
    outcomes = [await talk.hears("+79995550012", guess) for _ in range(4)]
    assert outcomes == ["proof_wrong", "proof_wrong", "proof_failed", "inbox"]
    assert await seats_on(owner, shift_id) == []
    assert await talk.hears("+79995550013", "7 да") == "inbox", "nobody has such a code"


async def test_two_men_on_one_phone_are_told_apart_by_name(
    talk: Talk, app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await place(jobs_db, stage, 2, another_day())).shifts[0].id
    first, second = stage.workers[0], stage.workers[1]
    phone = await talk.phone_of(first)
    await owner.execute("UPDATE worker_contacts SET phone_id = $1 WHERE worker_id = $2", phone, second)
    await owner.execute("UPDATE phone_holders SET phone_id = $1, holder = false WHERE worker_id = $2", phone, second)
    await owner.execute("UPDATE worker_contacts SET first_name = 'Аркадий' WHERE worker_id = $1", first)
    await owner.execute("UPDATE worker_contacts SET first_name = 'Борис' WHERE worker_id = $1", second)
    await owner.execute("UPDATE workers SET rating = 5 WHERE id = ANY ($1)", [first, second])
    await run_lane(jobs_db)
    offers = {q.worker_id: q for q in await questions(jobs_db, stage, "offer", shift_id)}
    bodies = [body for template, body in await talk.told(phone) if template == "offer"]
    assert sorted(body.split(",")[0] for body in bodies[-2:]) == ["Аркадий", "Борис"]
    assert await talk.hears(phone, "да") == "asked_which"
    which = (await talk.told(phone))[-1][1]
    assert "Аркадий" in which
    assert "Борис" in which
    assert await talk.hears(phone, f"{offers[second].code} да") == "accepted_primary"
    assert (await talk.told(phone))[-1][1].startswith("Борис: Вы в основном составе")
    assert [seat["worker_id"] for seat in await seats_on(owner, shift_id)] == [second]
    await owner.execute("UPDATE phone_holders SET valid = tstzrange(lower(valid), now()) WHERE worker_id = $1", second)


async def test_a_wrong_number_is_parted_and_its_man_is_looked_for(
    talk: Talk, app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await filled(jobs_db, stage, 1)).shifts[0].id
    seat = (await crew_of(owner, shift_id))[0]
    phone = await talk.phone_of(seat["worker_id"])
    assert await talk.hears(phone, "Вы ошиблись номером") == "inbox"
    await run_lane(jobs_db)
    after = (await crew_of(owner, shift_id))[0]
    assert (after["id"], after["status"]) == (seat["id"], "doubtful")
    assert (
        await owner.fetchval("SELECT count(*) FROM alarms WHERE kind = 'number_lost' AND shift_id = $1", shift_id) == 1
    )
    assert (
        await owner.fetchval(
            "SELECT count(*) FROM phone_holders WHERE worker_id = $1 AND upper_inf(valid)", seat["worker_id"]
        )
        == 0
    )
    assert ("call", "wrong_number") in await talk.waits()
    assert await talk.hears(phone, "не приду") == "inbox", "no word from there is taken for his"
    assert (await crew_of(owner, shift_id))[0]["id"] == seat["id"]
    other = (await place(jobs_db, stage, 1, another_day())).shifts[0].id
    assert "number_unproven" in await reasons(jobs_db, stage, other, seat["worker_id"])
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        version = (await worker_record(uow, seat["worker_id"])).version
        await change_worker(uow, seat["worker_id"], ChangeWorker(phone="+79995550031"), version)
    await run_lane(jobs_db)
    found = await talk.phone_of(seat["worker_id"])
    assert await talk.hears(found, await code_sent(owner, found)) == "number_proven"
    day = await owner.fetchval("SELECT to_char(local_start, 'DD.MM.YYYY') FROM shifts WHERE id = $1", shift_id)
    assert await talk.hears(found, f"{day} не приду") == "cancelled", "his seat came along to his new number"


async def test_a_new_number_gets_offers_once_its_code_came_back(
    talk: Talk, app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await filled(jobs_db, stage, 1)).shifts[0].id
    seat = (await crew_of(owner, shift_id))[-1]
    worker_id = seat["worker_id"]
    before = await talk.phone_of(worker_id)
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        version = (await worker_record(uow, worker_id)).version
        await change_worker(uow, worker_id, ChangeWorker(phone="+79995550021"), version)
    phone = await talk.phone_of(worker_id)
    other = (await place(jobs_db, stage, 1, another_day())).shifts[0].id
    assert "number_unproven" in await reasons(app_db, stage, other, worker_id), "from the commit on"
    await run_lane(jobs_db)
    assert [template for template, _ in await talk.told(phone)] == ["number_code"]
    code = await code_sent(owner, phone)
    assert await talk.hears(phone, str((int(code) - 9_999) % 90_000 + 10_000)) == "proof_wrong"
    assert await talk.hears(before, code) != "number_proven", "from another phone it proves nothing"
    assert await talk.hears(phone, f"код {code}") == "number_proven"
    assert "number_unproven" not in await reasons(app_db, stage, other, worker_id)
    assert await talk.hears(phone, "не приду") in {"asked_which_day", "cancelled"}, "his seat came along"
    events = await owner.fetch("SELECT kind, source FROM phone_events WHERE phone_id = $1 ORDER BY id", phone)
    assert [tuple(event) for event in events] == [("unproven", "new_number")] * 2 + [("proven", "text")]


async def test_codes_expire_and_are_few(
    talk: Talk, app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    worker_id = stage.workers[-1]
    phone = await talk.phone_of(worker_id)
    for _ in range(MOST_CODES + 1):
        async with app_db.begin(stage.franchise_id, "staff:test") as uow:
            await doubt_number(uow, worker_id, phone, Doubt.NEW_NUMBER)
        await run_lane(jobs_db)
    sent = [body for template, body in await talk.told(phone) if template == "number_code"]
    assert len(sent) == MOST_CODES
    assert ("call", "number_unproven") in await talk.waits()
    code = await code_sent(owner, phone)
    assert code in sent[-1], "the newest counts"
    await owner.execute("UPDATE questions SET closes_at = now() WHERE phone_id = $1 AND kind = 'proof'", phone)
    assert await talk.hears(phone, code) != "number_proven"


async def test_a_number_that_somebody_held_before_is_proven_before_offers_go_there(
    talk: Talk, app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    gone = stage.workers[2]
    number = await talk.number_of(gone)
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        await archive_worker(uow, gone)
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        fresh = await register_worker(
            uow, RegisterWorker(phone=number, first_name="Новый", residence=Residence(lat=59.93, lon=30.32))
        )
    phone = await talk.phone_of(fresh.id)
    assert await owner.fetchval("SELECT unproven_why FROM phones WHERE id = $1", phone) == "claimed"
    await run_lane(jobs_db)
    assert await talk.hears(phone, await code_sent(owner, phone)) == "number_proven"


async def test_a_number_silent_for_half_a_year_is_proven_again(
    talk: Talk, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    quiet, heard = await talk.phone_of(stage.workers[3]), await talk.phone_of(stage.workers[4])
    for phone in (quiet, heard):
        await owner.execute(
            """INSERT INTO messages (id, franchise_id, account_id, phone_id, template, class, body, segments,
                                     dedupe_key, status, not_before, send_at, created_at)
               SELECT gen_random_uuid(), $1, $2, $3, 'offer', 'S', 'x', 1, gen_random_uuid()::text, 'sent',
                      now(), now(), now() - n * interval '40 days' FROM generate_series(0, 6) AS n""",
            stage.franchise_id,
            stage.account_id,
            phone,
        )
    await talk.hears(heard, "спасибо")
    async with jobs_db.begin(None, "system:test") as uow:
        assert await doubt_silent_numbers(uow) > 0
    async with jobs_db.begin(None, "system:test") as uow:
        assert await doubt_silent_numbers(uow) == 0, "each once a week"
    why = "SELECT unproven_why FROM phones WHERE id = $1"
    assert (await owner.fetchval(why, quiet), await owner.fetchval(why, heard)) == ("silent", None)
    await run_lane(jobs_db)
    assert (await talk.told(quiet))[-1][0] == "number_code"
