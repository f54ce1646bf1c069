"""Rate cards as stored: versions, which one is in force, and what an order keeps of it."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import asyncpg
import pytest
import pytest_asyncio

from dispatch.kit.money import Currency
from dispatch.kit.uow import Database
from dispatch.orders.commands import GetQuote
from dispatch.orders.place import PlacedOrder, quote_order
from dispatch.pricing.card import HeadcountTier, Multiplier, Night, RateCard
from dispatch.pricing.errors import RateCardMissing
from dispatch.pricing.rules import Quote, TimeSpan
from dispatch.pricing.service import StoredCard, card_by_id, card_in_force, cards_in_force, holidays_in, write_rate_card
from dispatch.settings import Settings
from dispatch.workers.skills import Service
from tests.factories.desk import another_day
from tests.factories.stage import Stage, place, set_stage

CARD = RateCard(service=Service.LOADING, currency=Currency.RUB, bill_rate_minor=22_500, pay_rate_minor=10_000)
STEEP = RateCard(
    service=Service.LOADING,
    currency=Currency.RUB,
    bill_rate_minor=33_333,
    pay_percent=Decimal("47.5"),
    minimum_hours=Decimal(5),
    headcount_tiers=(HeadcountTier(from_headcount=5, multiplier=Multiplier(bill=Decimal("0.93"))),),
    night=Night(multiplier=Multiplier(bill=Decimal("1.37"), pay=Decimal("1.21"))),
    weekend=Multiplier(bill=Decimal("1.5"), pay=Decimal("1.25")),
    holiday=Multiplier(bill=Decimal(2), pay=Decimal("1.9")),
    urgent=Multiplier(bill=Decimal("1.15"), pay=Decimal("1.05")),
    conditions={"stairs": Multiplier(bill=Decimal("1.1"), pay=Decimal("1.1"))},
)


@pytest_asyncio.fixture(loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=0)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(settings: Settings, app_db: Database) -> Stage:
    """A franchise whose cards no test changes back and forth."""
    return await set_stage(settings, app_db, men=0)


async def write(database: Database, stage: Stage, card: RateCard = CARD, **changed: object) -> StoredCard:
    async with database.begin(stage.franchise_id, "staff:test") as uow:
        return await write_rate_card(uow, card.model_copy(update=changed))


async def in_force(database: Database, stage: Stage) -> StoredCard:
    async with database.begin(stage.franchise_id, "staff:test") as uow:
        return await card_in_force(uow, Service.LOADING)


async def versions(owner: asyncpg.Connection, stage: Stage) -> list[asyncpg.Record]:
    return await owner.fetch(
        "SELECT * FROM rate_cards WHERE franchise_id = $1 AND service = 'loading' ORDER BY version", stage.franchise_id
    )


async def test_the_newest_version_is_in_force_and_the_others_are_kept(
    app_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    first = await in_force(app_db, stage)
    second, third = await write(app_db, stage, bill_rate_minor=30_000), await write(app_db, stage, STEEP)
    assert [card.version for card in (first, second, third)] == [1, 2, 3]
    assert await in_force(app_db, stage) == third
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        assert [await card_by_id(uow, card.id) for card in (first, second, third)] == [first, second, third]
    rows = await versions(owner, stage)
    assert [row["valid"].upper for row in rows[:2]] == [row["valid"].lower for row in rows[1:]], "no gap, no overlap"
    assert rows[2]["valid"].upper is None
    assert {row["author"] for row in rows[1:]} == {"staff:test"}


async def test_the_same_card_again_is_no_new_version(app_db: Database, stage: Stage, owner: asyncpg.Connection) -> None:
    first = await in_force(app_db, stage)
    assert await write(app_db, stage) == first
    assert len(await versions(owner, stage)) == 1
    changed = await write(app_db, stage, bill_rate_minor=1)
    assert (await write(app_db, stage)).version == 3, "going back is a change, too"
    assert changed.version == 2


async def test_two_versions_in_one_transaction_leave_the_last_in_force(app_db: Database, stage: Stage) -> None:
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        for rate in (1, 2, 3):
            await write_rate_card(uow, CARD.model_copy(update={"bill_rate_minor": rate}))
    assert (await in_force(app_db, stage)).card.bill_rate_minor == 3


async def test_writers_take_turns(app_db: Database, stage: Stage, owner: asyncpg.Connection) -> None:
    written = await asyncio.gather(*(write(app_db, stage, bill_rate_minor=rate) for rate in range(1, 7)))
    assert sorted(card.version for card in written) == [2, 3, 4, 5, 6, 7]
    last = max(written, key=lambda card: card.version)
    assert await in_force(app_db, stage) == last
    assert len(await versions(owner, stage)) == 7


async def test_first_writers_take_turns_too(app_db: Database, stage: Stage, owner: asyncpg.Connection) -> None:
    await owner.execute("DELETE FROM rate_cards WHERE franchise_id = $1", stage.franchise_id)
    written = await asyncio.gather(*(write(app_db, stage, bill_rate_minor=rate) for rate in range(1, 5)))
    assert sorted(card.version for card in written) == [1, 2, 3, 4]


async def test_a_service_without_a_card_has_no_price(
    app_db: Database, stage: Stage, owner: asyncpg.Connection, settings: Settings
) -> None:
    other = await set_stage(settings, app_db, men=0)
    await owner.execute("DELETE FROM rate_cards WHERE franchise_id = $1 AND service = 'loading'", stage.franchise_id)
    with pytest.raises(RateCardMissing, match="PUT /api/v1/rate-cards/loading"):
        await in_force(app_db, stage)
    assert (await in_force(app_db, other)).version == 1, "each franchise has its own"
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        services = [stored.card.service for stored in await cards_in_force(uow)]
    assert services == sorted(set(Service) - {Service.LOADING})


async def test_a_version_is_final(app_db: Database, stage: Stage) -> None:
    for change in ("body = '{}'", "version = 9", "service = 'cleaning'"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with app_db.begin(stage.franchise_id, "staff:test") as uow:
                await uow.run(f"UPDATE rate_cards SET {change} WHERE franchise_id = $1", stage.franchise_id)
    with pytest.raises(asyncpg.PostgresError, match="final"):
        async with app_db.begin(stage.franchise_id, "staff:test") as uow:
            await uow.run(
                "UPDATE rate_cards SET valid = tstzrange(now() - interval '1 day', NULL) WHERE franchise_id = $1",
                stage.franchise_id,
            )


@pytest.mark.parametrize("headcount", [1, 4, 5, 10])
@pytest.mark.parametrize("urgent", [False, True])
async def test_an_order_costs_what_was_quoted_and_keeps_the_quote(
    app_db: Database, house: Stage, owner: asyncpg.Connection, headcount: int, *, urgent: bool
) -> None:
    stored = await write(app_db, house, STEEP)
    shifts = (another_day(17, hours=9), another_day(6, hours=2), another_day(11, hours=11))
    asked = {"service": Service.LOADING, "headcount": headcount, "shifts": shifts, "conditions": ("stairs",)}
    async with app_db.begin(house.franchise_id, "staff:test") as uow:
        quoted = await quote_order(uow, GetQuote.model_validate({**asked, "urgent": urgent, "zone": "Europe/Moscow"}))
    more = {"urgent": True, "urgent_reason": "снег"} if urgent else {}
    order: PlacedOrder = await place(app_db, house, headcount, *shifts, conditions=("stairs",), **more)
    row = await owner.fetchrow(
        "SELECT quote::text, total_minor, currency, rate_card_id FROM orders WHERE id = $1", order.id
    )
    assert order.quote == quoted == Quote.model_validate_json(row["quote"])
    assert (row["total_minor"], row["currency"], row["rate_card_id"]) == (quoted.bill_minor, "RUB", stored.id)
    rates = await owner.fetch(
        "SELECT n, bill_rate_minor, pay_rate_minor FROM shifts WHERE order_id = $1 ORDER BY n", order.id
    )
    for rate in rates:
        lines = [line for line in quoted.lines if line.shift == rate["n"] - 1]
        man_hours = sum(line.minutes for line in lines) * headcount / 60
        assert rate["bill_rate_minor"] == pytest.approx(sum(line.bill_minor for line in lines) / man_hours, abs=0.51)
        assert rate["pay_rate_minor"] == pytest.approx(sum(line.pay_minor for line in lines) / man_hours, abs=0.51)


@pytest.mark.parametrize(("minimum", "hours"), [(None, 4), (Decimal(5), 5), (Decimal(0), 2)])
async def test_the_franchises_minimum_is_quoted_where_the_card_names_none(
    app_db: Database, stage: Stage, minimum: Decimal | None, hours: int
) -> None:
    await write(app_db, stage, minimum_hours=minimum)
    order = await place(app_db, stage, 3, another_day(hours=2))
    assert (order.quote.bill_minor, order.quote.pay_minor) == (3 * hours * 22_500, 3 * hours * 10_000)


async def test_an_order_is_priced_by_the_card_of_its_own_day(app_db: Database, stage: Stage) -> None:
    before = await place(app_db, stage, 2, another_day())
    await write(app_db, stage, bill_rate_minor=30_000)
    after = await place(app_db, stage, 2, another_day())
    assert (before.quote.bill_minor, after.quote.bill_minor) == (2 * 8 * 22_500, 2 * 8 * 30_000)


def span(start: datetime, hours: int = 8, zone: str = "Europe/Moscow") -> TimeSpan:
    return TimeSpan(starts_at=start, ends_at=start + timedelta(hours=hours), zone=ZoneInfo(zone))


def test_holidays_are_those_of_the_country_and_of_every_year_touched() -> None:
    night = span(datetime(2026, 12, 31, 18, tzinfo=UTC))
    found = holidays_in(CARD, [night])
    assert {date(2026, 5, 9), date(2027, 1, 1), date(2027, 5, 9)} <= found
    assert date(2025, 5, 9) not in found
    kazakh = holidays_in(CARD.model_copy(update={"currency": Currency.KZT}), [night])
    assert date(2026, 3, 22) in kazakh
    assert holidays_in(CARD.model_copy(update={"currency": Currency.EUR}), [night]) == set()


def test_the_year_is_told_by_the_sites_calendar() -> None:
    new_year_there = span(datetime(2026, 12, 31, 16, tzinfo=UTC), hours=2, zone="Asia/Vladivostok")
    assert {day.year for day in holidays_in(CARD, [new_year_there])} == {2027}
