"""What one shift owes and earns, man by man, by the card its order was priced with."""

from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest
import pytest_asyncio

from dispatch.kit.money import Currency
from dispatch.kit.uow import Database
from dispatch.money.books import AccountKind, Side, balance
from dispatch.money.shift_money import (
    Hours,
    ShiftMoney,
    money_of_shift,
    settle_call_outs,
    settle_late_cancel,
    settle_worked,
)
from dispatch.orders.commands import AskedShift
from dispatch.orders.shifts import lock_shift
from dispatch.pricing.card import HeadcountTier, Multiplier, Night, RateCard
from dispatch.pricing.rules import TimeSpan
from dispatch.pricing.service import holidays_in, write_rate_card
from dispatch.settings import Settings
from dispatch.tenancy.policy import Money
from dispatch.tenancy.service import write_policy
from dispatch.workers.skills import Service
from tests.factories.crew import Crew, seat, seated
from tests.factories.desk import another_day, world
from tests.factories.stage import Stage, place, set_stage

HOUR, PAY = 22_500, 10_000
FRIDAY = 4
CARD = RateCard(service=Service.LOADING, currency=Currency.RUB, bill_rate_minor=HOUR, pay_rate_minor=PAY)


@pytest_asyncio.fixture(loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=14)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(settings: Settings, app_db: Database) -> Stage:
    """A franchise on the usual terms."""
    return await set_stage(settings, app_db, men=14)


async def price(database: Database, stage: Stage, **card: object) -> None:
    async with database.begin(stage.franchise_id, "staff:test") as uow:
        await write_rate_card(uow, CARD.model_copy(update=card))


async def terms(database: Database, stage: Stage, **money: object) -> None:
    async with database.begin(stage.franchise_id, "staff:test") as uow:
        await write_policy(uow, "money", Money.model_validate(money), "test")


async def settle(
    database: Database, stage: Stage, crew: Crew, *, minutes: int | None = None, called_out: int = 0
) -> ShiftMoney:
    """Settle the crew: its last men were called out in vain, all others worked so many minutes."""
    hours = [Hours(taken, man, minutes) for taken, man in zip(crew.seats, crew.men, strict=True)]
    split = len(hours) - called_out
    async with database.begin(stage.franchise_id, "staff:test") as uow:
        return await settle_worked(uow, await lock_shift(uow, crew.shift_id), hours[:split], hours[split:])


async def sheets(owner: asyncpg.Connection, shift_id: UUID) -> list[asyncpg.Record]:
    return await owner.fetch("SELECT * FROM timesheets WHERE shift_id = $1 ORDER BY kind DESC, seat_id", shift_id)


def working_day(hour: int = 6, *, hours: int = 8) -> AskedShift:
    """A day on which nights are nights: neither weekend nor holiday in Moscow."""
    while True:
        asked = another_day(hour, hours=hours)
        span = TimeSpan(starts_at=asked.starts_at, ends_at=asked.ends_at, zone=ZoneInfo("Europe/Moscow"))
        if asked.starts_at.weekday() < FRIDAY and asked.starts_at.date() not in holidays_in(CARD, [span]):
            return asked


async def one_man(database: Database, stage: Stage, asked: AskedShift | None = None, *, headcount: int = 1) -> Crew:
    """One man on a shift whose order asked for so many."""
    order = await place(database, stage, headcount, asked or another_day())
    taken = await seat(database, stage, order.shifts[0].id, stage.workers[0])
    assert taken is not None
    return Crew(order, order.shifts[0].id, stage.workers[:1], [taken])


async def test_ten_men_for_eight_hours_in_the_books(app_db: Database, stage: Stage, owner: asyncpg.Connection) -> None:
    crew = await seated(app_db, stage, 10, reserve=1)
    money = await settle(app_db, stage, crew, called_out=1)
    assert money == ShiftMoney(1_800_000, 800_000 + 20_000, 20_000, "RUB")
    assert money.bill_minor == crew.order.quote.bill_minor
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        workers = [await balance(uow, Side(AccountKind.WORKER, man), "RUB") for man in crew.men]
        others = [
            await balance(uow, side, "RUB")
            for side in (
                Side(AccountKind.CLIENT, stage.client_id),
                Side(AccountKind.REVENUE),
                Side(AccountKind.LABOUR),
            )
        ]
        assert await money_of_shift(uow, crew.shift_id) == money
    assert workers == [-80_000] * 10 + [-20_000], "what the franchise owes each of them"
    assert others == [1_800_000, -1_800_000, 820_000]
    assert sum(workers) + sum(others) == 0
    kinds = await owner.fetch(
        "SELECT kind, count(*) FROM transfers WHERE shift_id = $1 GROUP BY kind ORDER BY kind", crew.shift_id
    )
    assert [tuple(kind) for kind in kinds] == [("bill", 10), ("call_out", 1), ("pay", 10)]


@pytest.mark.parametrize(
    ("planned_hours", "stated", "billed"),
    [(2, None, 240), (8, None, 480), (8, 60, 240), (8, 0, 240), (8, 241, 241), (8, 600, 600)],
    ids=["short plan", "as planned", "left early", "hardly came", "a minute over the minimum", "overrun"],
)
async def test_a_man_is_billed_and_paid_for_his_hours_and_at_least_the_minimum(
    app_db: Database, house: Stage, owner: asyncpg.Connection, planned_hours: int, stated: int | None, billed: int
) -> None:
    crew = await one_man(app_db, house, another_day(hours=planned_hours))
    money = await settle(app_db, house, crew, minutes=stated)
    assert (money.bill_minor, money.pay_minor) == (HOUR * billed // 60, round(PAY * billed / 60))
    (sheet,) = await sheets(owner, crew.shift_id)
    minutes = ("planned_minutes", "actual_minutes", "billed_minutes", "paid_minutes")
    worked = planned_hours * 60 if stated is None else stated
    assert [sheet[name] for name in minutes] == [planned_hours * 60, worked, billed, billed]
    assert (sheet["kind"], sheet["bill_minor"], sheet["pay_minor"]) == ("work", money.bill_minor, money.pay_minor)


@pytest.mark.parametrize(("on_card", "in_policy", "hours"), [(None, 3, 3), (Decimal("5.5"), 3, 5.5), (None, 0, 2)])
async def test_the_minimum_is_the_cards_then_the_franchises(
    app_db: Database, stage: Stage, on_card: Decimal | None, in_policy: int, hours: float
) -> None:
    await price(app_db, stage, minimum_hours=on_card)
    await terms(app_db, stage, minimum_hours=in_policy)
    money = await settle(app_db, stage, await one_man(app_db, stage, another_day(hours=2)))
    assert (money.bill_minor, money.pay_minor) == (round(HOUR * hours), round(PAY * hours))


async def test_the_minimum_is_the_one_the_order_was_placed_with(app_db: Database, stage: Stage) -> None:
    await terms(app_db, stage, minimum_hours=3)
    promised = await one_man(app_db, stage, another_day(hours=2))
    await terms(app_db, stage, minimum_hours=10)
    assert (await settle(app_db, stage, promised)).bill_minor == promised.order.quote.bill_minor == 3 * HOUR


async def test_settling_twice_moves_nothing_twice(app_db: Database, house: Stage, owner: asyncpg.Connection) -> None:
    crew = await seated(app_db, house, 2, reserve=1)
    first = await settle(app_db, house, crew, called_out=1)
    before = await world(owner)
    assert await settle(app_db, house, crew, called_out=1) == first
    await settle(app_db, house, crew, minutes=600, called_out=1)
    assert (await world(owner)).changed_since(before) == set(), "hours once approved are final"


async def test_hours_beyond_the_plan_are_priced_by_the_clock_on_site(app_db: Database, stage: Stage) -> None:
    await price(app_db, stage, night=Night(multiplier=Multiplier(bill=Decimal(2), pay=Decimal("1.5"))))
    # From 19:00 in Moscow: three planned hours of the day, and a fourth of the night, which begins at ten.
    money = await settle(app_db, stage, await one_man(app_db, stage, working_day(16, hours=3)), minutes=4 * 60)
    assert (money.bill_minor, money.pay_minor) == (3 * HOUR + 2 * HOUR, 3 * PAY + PAY * 3 // 2)


async def test_the_tier_is_the_orders_however_few_came(app_db: Database, stage: Stage) -> None:
    tier = HeadcountTier(from_headcount=10, multiplier=Multiplier(bill=Decimal("0.9"), pay=Decimal(1)))
    await price(app_db, stage, headcount_tiers=(tier,))
    money = await settle(app_db, stage, await one_man(app_db, stage, headcount=10))
    assert (money.bill_minor, money.pay_minor) == (8 * HOUR * 9 // 10, 8 * PAY)


async def test_a_shift_is_settled_by_the_card_its_order_was_priced_with(app_db: Database, stage: Stage) -> None:
    crew = await one_man(app_db, stage)
    await price(app_db, stage, bill_rate_minor=99_900, pay_rate_minor=50_000)
    money = await settle(app_db, stage, crew)
    assert (money.bill_minor, money.pay_minor) == (8 * HOUR, 8 * PAY)
    assert money.bill_minor == crew.order.quote.bill_minor


async def test_call_out_pay_is_hours_of_pay_and_the_client_owes_nothing_for_it(
    app_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    await terms(app_db, stage, call_out_hours=Decimal("1.5"))
    crew = await seated(app_db, stage, 1, reserve=1)
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        shift = await lock_shift(uow, crew.shift_id)
        assert await settle_call_outs(uow, shift, [Hours(crew.seats[1], crew.men[1])]) == 15_000
        assert await balance(uow, Side(AccountKind.CLIENT, stage.client_id), "RUB") == 0
        assert await balance(uow, Side(AccountKind.WORKER, crew.men[1]), "RUB") == -15_000
    (sheet,) = await sheets(owner, crew.shift_id)
    assert (sheet["kind"], sheet["billed_minutes"], sheet["paid_minutes"], sheet["bill_minor"]) == (
        "call_out",
        0,
        90,
        0,
    )


@pytest.mark.parametrize(
    ("percent", "on_card", "fee"),
    [(50, None, 3 * 2 * HOUR), (100, None, 3 * 4 * HOUR), (50, Decimal(6), 3 * 3 * HOUR), (0, None, 0)],
)
async def test_a_late_cancel_owes_a_part_of_the_minimum_for_each_booked_man_once(
    app_db: Database, stage: Stage, owner: asyncpg.Connection, percent: int, on_card: Decimal | None, fee: int
) -> None:
    await price(app_db, stage, minimum_hours=on_card)
    await terms(app_db, stage, late_cancel_fee_percent=percent)
    shift_id = (await place(app_db, stage, 3, another_day())).shifts[0].id
    for _ in range(2):
        async with app_db.begin(stage.franchise_id, "staff:test") as uow:
            assert await settle_late_cancel(uow, await lock_shift(uow, shift_id), 3) == fee
    moved = await owner.fetch("SELECT kind, amount_minor FROM transfers WHERE shift_id = $1", shift_id)
    assert [tuple(row) for row in moved] == ([("cancel_fee", fee)] if fee else [])


async def test_a_shift_nobody_settled_has_no_money_yet(app_db: Database, house: Stage) -> None:
    crew = await one_man(app_db, house)
    async with app_db.begin(house.franchise_id, "staff:test") as uow:
        assert await money_of_shift(uow, crew.shift_id) is None
