"""Placing an order: what is stored, and what is refused without a trace."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from pydantic import ValidationError

from dispatch.clients.errors import ClientArchived, ClientNotFound, SiteNotFound
from dispatch.kit.errors import DispatchError
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.orders.commands import MOST_SHIFTS, AskedShift, PlaceOrder
from dispatch.orders.errors import ExternalIdTaken, ShiftInThePast
from dispatch.orders.place import ORDER_PLACED, STARTED_AGO, CrewSize, PlacedOrder, place_order
from dispatch.pricing.errors import ConditionNotOnRateCard, RateCardMissing
from dispatch.settings import Settings
from dispatch.workers.skills import Service
from tests.factories.clients import make_client, make_site
from tests.factories.desk import another_day, world
from tests.factories.stage import Stage, set_stage

SIZE = CrewSize(cover=13, reserve_capacity=3, standby_capacity=2)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=0)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def other(settings: Settings, app_db: Database) -> Stage:
    """Another franchise with a client and a site of its own."""
    return await set_stage(settings, app_db, men=0)


async def placed(database: Database, stage: Stage, **given: object) -> PlacedOrder:
    usual = {
        "client_id": stage.client_id,
        "site_id": stage.site_id,
        "service": Service.LOADING,
        "headcount": 10,
        "shifts": (another_day(),),
    }
    command = PlaceOrder.model_validate(usual | given)
    assert command.site_id is not None
    async with database.begin(stage.franchise_id, "staff:test") as uow:
        return await place_order(uow, command, command.site_id, SIZE)


async def refused(
    database: Database, owner: asyncpg.Connection, stage: Stage, error: type[DispatchError], **given: object
) -> None:
    """Hold an order to be refused with this error, and nothing to be stored of it."""
    before = await world(owner)
    with pytest.raises(error):
        await placed(database, stage, **given)
    assert (await world(owner)).changed_since(before) == set()


async def test_an_order_is_stored_with_its_shifts_and_one_event(
    app_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    later, sooner = another_day(21), another_day()
    order = await placed(app_db, stage, shifts=(later, sooner), note="через двор", external_id="1C-1")
    assert [shift.asked for shift in order.shifts] == sorted((later, sooner), key=lambda asked: asked.starts_at)
    row = await owner.fetchrow("SELECT * FROM orders WHERE id = $1", order.id)
    assert (row["status"], row["headcount"], row["note"], row["external_id"], row["created_by"], row["version"]) == (
        "open",
        10,
        "через двор",
        "1C-1",
        "staff:test",
        1,
    )
    shifts = await owner.fetch("SELECT * FROM shifts WHERE order_id = $1 ORDER BY n", order.id)
    assert [shift["id"] for shift in shifts] == [shift.id for shift in order.shifts]
    for shift, asked in zip(shifts, (later, sooner), strict=True):
        assert (shift["starts_at"], shift["ends_at"]) == (asked.starts_at, asked.ends_at)
        assert shift["local_start"].replace(tzinfo=UTC) == asked.starts_at + timedelta(hours=3), "Moscow's own clock"
        assert (shift["busy"].lower, shift["busy"].upper) == (asked.starts_at, asked.ends_at + timedelta(hours=1))
        size = (shift["headcount"], shift["cover"], shift["reserve_capacity"], shift["standby_capacity"])
        assert size == (10, 13, 3, 2)
        assert (shift["status"], shift["primary_count"], shift["terms_version"]) == ("recruiting", 0, 1)
        assert await owner.fetchval("SELECT array_agg(kind) FROM timeline WHERE shift_id = $1", shift["id"]) == [
            "order_placed"
        ]
    events = await owner.fetch("SELECT kind, franchise_id FROM outbox WHERE subject_id = $1", order.id)
    assert [tuple(event) for event in events] == [(ORDER_PLACED, stage.franchise_id)]


async def test_clients_and_sites_are_the_franchises_own(
    app_db: Database, stage: Stage, other: Stage, owner: asyncpg.Connection
) -> None:
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        next_door = (await make_site(uow, (await make_client(uow)).id)).id
    for given, error in (
        ({"client_id": new_id()}, ClientNotFound),
        ({"client_id": other.client_id}, ClientNotFound),
        ({"client_id": other.client_id, "site_id": other.site_id}, ClientNotFound),
        ({"site_id": new_id()}, SiteNotFound),
        ({"site_id": other.site_id}, SiteNotFound),
        ({"site_id": next_door}, SiteNotFound),
    ):
        await refused(app_db, owner, stage, error, **given)


@pytest.mark.parametrize(("table", "error"), [("clients", ClientArchived), ("sites", SiteNotFound)])
async def test_what_was_archived_takes_no_orders(
    settings: Settings, app_db: Database, owner: asyncpg.Connection, table: str, error: type[DispatchError]
) -> None:
    stage = await set_stage(settings, app_db, men=0)
    await owner.execute(f"UPDATE {table} SET archived_at = now() WHERE franchise_id = $1", stage.franchise_id)
    await refused(app_db, owner, stage, error)


async def test_an_external_id_names_one_order_of_a_franchise(
    app_db: Database, stage: Stage, other: Stage, owner: asyncpg.Connection
) -> None:
    await placed(app_db, stage, external_id="CRM-7")
    await refused(app_db, owner, stage, ExternalIdTaken, external_id="CRM-7")
    assert (await placed(app_db, other, external_id="CRM-7")).id, "their numbers are theirs"
    for _ in range(2):
        await placed(app_db, stage)


async def test_of_two_orders_with_one_external_id_at_once_one_is_placed(
    app_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    results = await asyncio.gather(
        *(placed(app_db, stage, external_id="CRM-8") for _ in range(5)), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == ["ExternalIdTaken"] * 4 + ["PlacedOrder"]
    orders = "SELECT count(*) FROM orders WHERE external_id = 'CRM-8'"
    events = "SELECT count(*) FROM outbox b JOIN orders o ON o.id = b.subject_id WHERE o.external_id = 'CRM-8'"
    assert (await owner.fetchval(orders), await owner.fetchval(events)) == (1, 1)


async def test_a_shift_may_have_just_begun_but_not_long_ago(
    app_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    def begun(ago: timedelta) -> AskedShift:
        start = datetime.now(UTC) - ago
        return AskedShift(starts_at=start, ends_at=start + timedelta(hours=4))

    await refused(app_db, owner, stage, ShiftInThePast, shifts=(begun(STARTED_AGO + timedelta(seconds=5)),))
    await refused(app_db, owner, stage, ShiftInThePast, shifts=(another_day(), begun(timedelta(days=1)), another_day()))
    assert await placed(app_db, stage, shifts=(begun(STARTED_AGO - timedelta(seconds=30)),))


async def test_two_months_of_days_are_one_block(app_db: Database, stage: Stage, owner: asyncpg.Connection) -> None:
    first = another_day()
    days = [
        AskedShift(starts_at=first.starts_at + timedelta(days=n), ends_at=first.ends_at + timedelta(days=n))
        for n in range(MOST_SHIFTS)
    ]
    order = await placed(app_db, stage, shifts=tuple(reversed(days)))
    rows = await owner.fetch("SELECT n, starts_at FROM shifts WHERE order_id = $1 ORDER BY n", order.id)
    assert [(row["n"], row["starts_at"]) for row in rows] == [(n, day.starts_at) for n, day in enumerate(days, start=1)]
    assert len(rows) == MOST_SHIFTS == 62
    assert order.quote.bill_minor == 62 * 10 * 8 * 22_500
    assert await owner.fetchval("SELECT total_minor FROM orders WHERE id = $1", order.id) == order.quote.bill_minor
    assert await owner.fetchval("SELECT count(*) FROM outbox WHERE subject_id = $1", order.id) == 1, "one offer"
    with pytest.raises(ValidationError, match="at most 62"):
        await placed(app_db, stage, shifts=(*days, another_day()))


async def test_the_night_the_clocks_change_is_kept_as_it_was_meant(
    app_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    """In New York in March the night from ten to six is seven hours long."""
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        site_id: UUID = (
            await make_site(uow, stage.client_id, address="Broadway, 1", lat=40.7, lon=-74.0, zone="America/New_York")
        ).id
    asked = AskedShift.model_validate(
        {"starts_at": "2032-03-13T22:00:00-05:00", "ends_at": "2032-03-14T06:00:00-04:00"}
    )
    order = await placed(app_db, stage, site_id=site_id, shifts=(asked,), headcount=1)
    row = await owner.fetchrow("SELECT * FROM shifts WHERE order_id = $1", order.id)
    assert (row["zone"], row["local_start"], row["local_end"]) == (
        "America/New_York",
        datetime(2032, 3, 13, 22),  # noqa: DTZ001 - what the clock on site shows
        datetime(2032, 3, 14, 6),  # noqa: DTZ001 - what the clock on site shows
    )
    assert order.quote.bill_minor == 7 * 22_500


async def test_an_order_that_cannot_be_priced_is_refused(
    app_db: Database, stage: Stage, owner: asyncpg.Connection, settings: Settings
) -> None:
    await refused(app_db, owner, stage, ConditionNotOnRateCard, conditions=("stairs",))
    bare = await set_stage(settings, app_db, men=0)
    await owner.execute("DELETE FROM rate_cards WHERE franchise_id = $1 AND service = 'loading'", bare.franchise_id)
    await refused(app_db, owner, bare, RateCardMissing)
