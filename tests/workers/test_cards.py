from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.tenancy.models import Franchise
from dispatch.workers.cards import reveal_phone, worker_card
from dispatch.workers.errors import PhoneNotRevealed, WorkerNotFound
from dispatch.workers.models import CardView, WorkerCard
from dispatch.workers.queries import display_names, home_phones, list_workers
from dispatch.workers.rules import Ring, WorkerStatus
from dispatch.workers.skills import Service
from tests.factories.stage import Stage, place, set_stage
from tests.factories.workers import make_worker, make_workers, new_worker, next_phone

ACTOR = "staff:dispatcher"


@pytest.fixture
async def borrower(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=0)


async def card_for(database: Database, tenant: UUID, worker_id: UUID) -> WorkerCard:
    async with database.begin(tenant, ACTOR) as uow:
        return await worker_card(uow, worker_id)


async def invite(database: Database, stage: Stage, worker_id: UUID) -> UUID:
    order = await place(database, stage, 1)
    async with database.begin(stage.franchise_id, ACTOR) as uow:
        await uow.run(
            """INSERT INTO invitations (id, franchise_id, shift_id, worker_id, terms_version, rank, score, distance_m,
                                        p_accept, p_show, deadline, contact_day)
               VALUES ($1, $2, $3, $4, 1, 1, 0.5, 100, 0.7, 0.9, $5, $6)""",
            new_id(),
            stage.franchise_id,
            order.shifts[0].id,
            worker_id,
            uow.now + timedelta(hours=1),
            uow.now.date(),
        )
    return order.shifts[0].id


async def seat(database: Database, stage: Stage, shift_id: UUID, worker_id: UUID) -> UUID:
    seat_id = new_id()
    async with database.begin(stage.franchise_id, ACTOR) as uow:
        await uow.run(
            """INSERT INTO seats (id, franchise_id, shift_id, worker_id, kind, busy, terms_version, p_show, accepted_at,
                                  due_at, grace_at, limit_at)
               SELECT $1, franchise_id, id, $3, 'primary', busy, 1, 0.9, $4, starts_at, starts_at, starts_at
               FROM shifts WHERE id = $2""",
            seat_id,
            shift_id,
            worker_id,
            uow.now,
        )
    return seat_id


async def test_home_sees_everything(app_db: Database, home: Franchise) -> None:
    phone = next_phone()
    async with app_db.begin(home.id, ACTOR) as uow:
        worker_id = await make_worker(uow, e164=phone, first_name="Иван", last_name="Петров")
    card = await card_for(app_db, home.id, worker_id)
    assert (card.view, card.first_name, card.last_name, card.phone) == (CardView.HOME, "Иван", "Петров", phone)
    assert card.skills == (Service.LOADING, Service.MOVING)
    assert card.ring is Ring.NEAR
    assert card.masked_phone is not None
    assert phone[5:10] not in card.masked_phone


async def test_a_guest_sees_as_much_as_his_relation_allows(
    app_db: Database, home: Franchise, borrower: Stage, owner: asyncpg.Connection
) -> None:
    phone = next_phone()
    async with app_db.begin(home.id, ACTOR) as uow:
        worker_id = await make_worker(uow, e164=phone, first_name="Иван", last_name="Петров", address="Невский 1")
    pool = await card_for(app_db, borrower.franchise_id, worker_id)
    assert pool.view is CardView.POOL
    assert pool.model_dump(exclude_none=True).keys() == {
        "worker_id",
        "view",
        "rating",
        "ring",
        "skills",
        "documents",
    }
    shift_id = await invite(app_db, borrower, worker_id)
    invited = await card_for(app_db, borrower.franchise_id, worker_id)
    assert (invited.view, invited.first_name, invited.last_name) == (CardView.INVITED_GUEST, "Иван", None)
    assert (invited.phone, invited.masked_phone) == (None, None)
    with pytest.raises(PhoneNotRevealed):
        async with app_db.begin(borrower.franchise_id, ACTOR) as uow:
            await reveal_phone(uow, worker_id)

    seat_id = await seat(app_db, borrower, shift_id, worker_id)
    seated = await card_for(app_db, borrower.franchise_id, worker_id)
    assert (seated.view, seated.first_name, seated.last_name, seated.phone) == (
        CardView.SEATED_GUEST,
        "Иван",
        None,
        None,
    )
    assert seated.masked_phone is not None
    assert seated.masked_phone.endswith(phone[-2:])
    assert phone[5:10] not in seated.masked_phone
    async with app_db.begin(borrower.franchise_id, ACTOR) as uow:
        assert (await reveal_phone(uow, worker_id)).phone == phone
    shown = await owner.fetch("SELECT franchise_id, actor FROM phone_reveals WHERE worker_id = $1", worker_id)
    assert [tuple(row) for row in shown] == [(borrower.franchise_id, ACTOR)]

    await owner.execute("UPDATE seats SET status = 'released' WHERE id = $1", seat_id)
    assert (await card_for(app_db, borrower.franchise_id, worker_id)).view is CardView.INVITED_GUEST
    with pytest.raises(PhoneNotRevealed):
        async with app_db.begin(borrower.franchise_id, ACTOR) as uow:
            await reveal_phone(uow, worker_id)


async def test_a_seat_at_one_franchise_opens_nothing_at_another(
    app_db: Database, home: Franchise, guest: Franchise, borrower: Stage
) -> None:
    async with app_db.begin(home.id, ACTOR) as uow:
        worker_id = await make_worker(uow)
    await seat(app_db, borrower, await invite(app_db, borrower, worker_id), worker_id)
    assert (await card_for(app_db, guest.id, worker_id)).view is CardView.POOL
    with pytest.raises(PhoneNotRevealed):
        async with app_db.begin(guest.id, ACTOR) as uow:
            await reveal_phone(uow, worker_id)


async def test_the_reveal_at_home_is_written_down_too(
    app_db: Database, home: Franchise, owner: asyncpg.Connection
) -> None:
    async with app_db.begin(home.id, ACTOR) as uow:
        worker_id = await make_worker(uow)
        await reveal_phone(uow, worker_id)
        await reveal_phone(uow, worker_id)
    assert await owner.fetchval("SELECT count(*) FROM phone_reveals WHERE worker_id = $1", worker_id) == 2
    with pytest.raises(asyncpg.RestrictViolationError):
        await owner.execute("DELETE FROM phone_reveals WHERE worker_id = $1", worker_id)


async def test_a_cap_shows_on_every_card(
    app_db: Database, home: Franchise, guest: Franchise, owner: asyncpg.Connection
) -> None:
    async with app_db.begin(home.id, ACTOR) as uow:
        worker_id = await make_worker(uow)
    await owner.execute(
        "UPDATE workers SET rating = 4.5, capped_until = clock.now() + interval '1 day' WHERE id = $1", worker_id
    )
    for tenant in (home.id, guest.id):
        assert str((await card_for(app_db, tenant, worker_id)).rating) == "2.00"
    async with app_db.begin(home.id, ACTOR) as uow:
        lines = {line.id: line for line in await list_workers(uow, limit=200)}
    assert (str(lines[worker_id].rating), lines[worker_id].capped) == ("2.00", True)


async def test_nobody_has_no_card(app_db: Database, home: Franchise) -> None:
    with pytest.raises(WorkerNotFound):
        await card_for(app_db, home.id, new_id())


async def test_lists_name_guests_by_their_first_name_only(app_db: Database, home: Franchise, borrower: Stage) -> None:
    async with app_db.begin(home.id, ACTOR) as uow:
        invited = await make_worker(uow, first_name="Иван", last_name="Петров")
        stranger = await make_worker(uow)
    async with app_db.begin(borrower.franchise_id, ACTOR) as uow:
        own = await make_worker(uow, first_name="Олег", last_name="Ежов")
    await invite(app_db, borrower, invited)
    async with app_db.begin(borrower.franchise_id, ACTOR) as uow:
        names = await display_names(uow, [invited, stranger, own])
    assert names == {invited: "Иван", own: "Олег Ежов"}


async def test_the_list_is_the_tenants_own_in_pages(app_db: Database, settings: Settings, home: Franchise) -> None:
    stage = await set_stage(settings, app_db, men=0)
    async with app_db.begin(stage.franchise_id, ACTOR) as uow:
        ids = sorted(await make_workers(uow, 7))
    async with app_db.begin(home.id, ACTOR) as uow:
        await make_workers(uow, 3)
    seen: list[UUID] = []
    async with app_db.begin(stage.franchise_id, ACTOR) as uow:
        while page := await list_workers(uow, after=seen[-1] if seen else None, limit=3):
            seen += [line.id for line in page]
    assert seen == ids


async def test_search_by_name_id_phone_status_and_skill(app_db: Database, settings: Settings, guest: Franchise) -> None:
    stage = await set_stage(settings, app_db, men=0)
    phone = next_phone()
    async with app_db.begin(guest.id, ACTOR) as uow:
        await make_worker(uow, first_name="Пётр", last_name="Сто%", external_id="T-77")
    async with app_db.begin(stage.franchise_id, ACTOR) as uow:
        wanted = await make_worker(
            uow, e164=phone, first_name="Пётр", last_name="Сто%", external_id="T-77", attested=None, skills=32
        )
        await make_workers(uow, 5, first_name="Олег", last_name="Ежов")

        async def found(**given: object) -> list[UUID]:
            return [line.id for line in await list_workers(uow, **given)]  # type: ignore[arg-type]

        words = ("пётр", "петр", "ётр сто", "сто% п", "то%", "пё", "T-77", "t-7")
        for text in (*words, phone, phone[-4:], "8" + phone[2:]):
            assert await found(text=text) == [wanted], text
        assert await found(text=f"8 ({phone[2:5]}) {phone[5:8]}-{phone[8:10]}-{phone[10:]}") == [wanted]
        for text in ("_", "%", "тр"):  # of fewer than three letters only beginnings are found
            assert await found(text=text) == []
        assert await found(text="\\") == []
        assert await found(status=WorkerStatus.APPLICANT) == [wanted]
        assert await found(skills=[Service.CASHIER]) == [wanted]
        assert len(await found(text="  ")) == 6


async def test_no_contact_leaves_home_through_any_statement(
    app_db: Database, home: Franchise, guest: Franchise
) -> None:
    man = new_worker(e164=next_phone(), first_name="Секрет")
    async with app_db.begin(home.id, ACTOR) as uow:
        worker_id = await make_worker(uow, e164=man.e164, first_name="Секрет")
    async with app_db.begin(guest.id, ACTOR) as uow:
        assert await list_workers(uow, text="Секрет") == []
        assert await list_workers(uow, text=man.e164) == []
        assert await home_phones(uow, [worker_id]) == {}
        assert await uow.fetch("SELECT * FROM home_workers_by_phone($1)", man.e164[2:]) == []
        for table in ("worker_contacts", "phone_holders", "worker_documents", "attestations", "phone_reveals"):
            assert await uow.fetchval(f"SELECT count(*) FROM {table} WHERE worker_id = $1", worker_id) == 0
        pool = await uow.fetchrow("SELECT * FROM workers WHERE id = $1", worker_id)
        assert pool is not None
        assert "Секрет" not in str(dict(pool))
        told = await uow.fetchrow("SELECT * FROM phones_in_use($1)", [man.e164])
        assert told is not None
        assert (told["held"], told["own_worker_id"]) == (True, None)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with app_db.begin(guest.id, ACTOR) as uow:
            await uow.fetch("SELECT * FROM phones")
