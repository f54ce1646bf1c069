"""Closing a shift: who came is billed and paid, who did not is neither, and nothing happens twice."""

from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from dispatch.audit import run_audit
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.staffing.cancel import CancelOrder, cancel_order
from dispatch.staffing.close import HoursOfUnknownSeat, ShiftNotRunning
from dispatch.staffing.complete import CompleteSeat, complete_seat
from tests.factories.crew import Crew, arrive, close, miss, seated, start, with_men
from tests.factories.desk import world
from tests.factories.stage import Stage, set_stage, until_start

HOUR, PAY = 22_500, 10_000
DAY_BILL, DAY_PAY, CALL_OUT = 8 * HOUR, 8 * PAY, 2 * PAY


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def franchise(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=0)


@pytest_asyncio.fixture(loop_scope="session")
async def stage(app_db: Database, franchise: Stage) -> Stage:
    return await with_men(app_db, franchise, 4)


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def balanced(owner: asyncpg.Connection) -> AsyncIterator[None]:
    """Whatever a test did: the books are in balance and say what the timesheets say."""
    yield
    assert [str(finding) for finding in await run_audit(owner, invariant="I17")] == []


async def paid(owner: asyncpg.Connection, crew: Crew) -> list[dict[str, int]]:
    """What each man got by transfers, by kind, in the order of the crew."""
    rows = await owner.fetch(
        """SELECT c.owner_id AS man, t.kind, t.amount_minor FROM transfers t JOIN accounts c ON c.id = t.credit_id
           WHERE t.shift_id = $1 AND c.kind = 'worker'""",
        crew.shift_id,
    )
    return [{row["kind"]: row["amount_minor"] for row in rows if row["man"] == man} for man in crew.men]


async def billed(owner: asyncpg.Connection, shift_id: UUID) -> int:
    return await owner.fetchval(
        """SELECT coalesce(sum(t.amount_minor), 0) FROM transfers t JOIN accounts d ON d.id = t.debit_id
           WHERE t.shift_id = $1 AND d.kind = 'client'""",
        shift_id,
    )


async def test_the_client_pays_for_who_came_and_a_no_show_gets_nothing(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    crew = await seated(jobs_db, stage, 3)
    await start(jobs_db, owner, crew.shift_id)
    assert await arrive(jobs_db, stage, crew.seats[0]) == ["arrived"]
    await miss(jobs_db, owner, stage, crew.shift_id, crew.seats[1])
    closed = await close(jobs_db, stage, crew.shift_id)
    assert (closed.completed, closed.called_out, closed.not_accounted) == (1, 0, 1)
    assert (closed.money.bill_minor, closed.money.pay_minor) == (DAY_BILL, DAY_PAY)
    assert await paid(owner, crew) == [{"pay": DAY_PAY}, {}, {}], "neither who stayed away nor who was never seen"
    assert await billed(owner, crew.shift_id) == DAY_BILL
    sheets = await owner.fetch("SELECT seat_id FROM timesheets WHERE shift_id = $1", crew.shift_id)
    assert [sheet["seat_id"] for sheet in sheets] == [crew.seats[0]]


async def test_a_reserve_works_in_the_place_of_who_did_not_come(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    crew = await seated(jobs_db, stage, 2, reserve=1)
    await start(jobs_db, owner, crew.shift_id)
    assert await arrive(jobs_db, stage, crew.seats[0], crew.seats[2]) == ["arrived", "arrived"]
    closed = await close(jobs_db, stage, crew.shift_id)
    assert (closed.completed, closed.called_out, closed.not_accounted) == (2, 0, 1)
    assert closed.money.bill_minor == crew.order.quote.bill_minor == 2 * DAY_BILL
    assert await paid(owner, crew) == [{"pay": DAY_PAY}, {}, {"pay": DAY_PAY}]


async def test_a_reserve_who_was_not_needed_gets_call_out_pay_and_standby_at_home_none(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    crew = await seated(jobs_db, stage, 2, reserve=1, standby=1)
    await start(jobs_db, owner, crew.shift_id)
    assert await arrive(jobs_db, stage, *crew.seats[:3]) == ["arrived", "arrived", "surplus"]
    closed = await close(jobs_db, stage, crew.shift_id)
    assert (closed.completed, closed.called_out, closed.not_accounted) == (2, 1, 0)
    assert (closed.money.pay_minor, closed.money.call_out_minor) == (2 * DAY_PAY + CALL_OUT, CALL_OUT)
    assert await paid(owner, crew) == [{"pay": DAY_PAY}, {"pay": DAY_PAY}, {"call_out": CALL_OUT}, {}]
    assert await billed(owner, crew.shift_id) == 2 * DAY_BILL


async def test_hours_are_as_planned_where_nobody_states_others(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    crew = await seated(jobs_db, stage, 3)
    await start(jobs_db, owner, crew.shift_id)
    await arrive(jobs_db, stage, *crew.seats)
    hours = [{"seat_id": crew.seats[0], "minutes": 600}, {"seat_id": crew.seats[1], "minutes": 30}]
    closed = await close(jobs_db, stage, crew.shift_id, hours=hours)
    assert closed.money.bill_minor == (10 + 4 + 8) * HOUR
    assert await paid(owner, crew) == [{"pay": 10 * PAY}, {"pay": 4 * PAY}, {"pay": 8 * PAY}]


async def test_a_shift_is_closed_once(jobs_db: Database, stage: Stage, owner: asyncpg.Connection) -> None:
    crew = await seated(jobs_db, stage, 2)
    with pytest.raises(ShiftNotRunning):
        await close(jobs_db, stage, crew.shift_id)
    await start(jobs_db, owner, crew.shift_id)
    await arrive(jobs_db, stage, crew.seats[0])
    with pytest.raises(HoursOfUnknownSeat):
        await close(jobs_db, stage, crew.shift_id, hours=[{"seat_id": crew.seats[1], "minutes": 60}])
    assert await billed(owner, crew.shift_id) == 0, "a refused close moves nothing"
    await close(jobs_db, stage, crew.shift_id)
    before = await world(owner)
    with pytest.raises(ShiftNotRunning):
        await close(jobs_db, stage, crew.shift_id)
    assert (await world(owner)).changed_since(before) == set()


async def test_who_was_done_early_is_not_paid_again_at_the_close(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    crew = await seated(jobs_db, stage, 2)
    await start(jobs_db, owner, crew.shift_id)
    await arrive(jobs_db, stage, *crew.seats)
    async with jobs_db.begin(stage.franchise_id, "staff:test") as uow:
        done = await complete_seat(uow, crew.seats[0], CompleteSeat(minutes=300))
    assert done.money.pay_minor == 5 * PAY
    closed = await close(jobs_db, stage, crew.shift_id)
    assert (closed.completed, closed.money.bill_minor, closed.money.pay_minor) == (2, 13 * HOUR, 13 * PAY)
    assert await paid(owner, crew) == [{"pay": 5 * PAY}, {"pay": 8 * PAY}]


async def test_an_arrival_known_after_the_close_is_billed_and_paid_then(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    crew = await seated(jobs_db, stage, 2)
    await start(jobs_db, owner, crew.shift_id)
    await arrive(jobs_db, stage, crew.seats[0])
    await miss(jobs_db, owner, stage, crew.shift_id, crew.seats[1])
    await close(jobs_db, stage, crew.shift_id)
    assert await arrive(jobs_db, stage, crew.seats[1]) == ["arrived"]
    assert await billed(owner, crew.shift_id) == DAY_BILL, "his hours wait for a person"
    async with jobs_db.begin(stage.franchise_id, "staff:test") as uow:
        await complete_seat(uow, crew.seats[1], CompleteSeat())
    assert await paid(owner, crew) == [{"pay": DAY_PAY}, {"pay": DAY_PAY}]
    assert await billed(owner, crew.shift_id) == 2 * DAY_BILL


async def test_a_late_cancel_pays_the_booked_and_charges_the_client(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    crew = await seated(jobs_db, stage, 2, reserve=1, standby=1)
    await until_start(owner, crew.shift_id)
    async with jobs_db.begin(stage.franchise_id, "staff:test") as uow:
        done = await cancel_order(uow, crew.order.id, CancelOrder(reason="нет машины"))
    assert (done.call_out_minor, done.fee_minor) == (3 * CALL_OUT, 3 * 4 * HOUR // 2)
    assert await paid(owner, crew) == [{"call_out": CALL_OUT}] * 3 + [{}], "standby was at home"
    assert await billed(owner, crew.shift_id) == done.fee_minor
    with pytest.raises(ShiftNotRunning):
        await close(jobs_db, stage, crew.shift_id)


async def test_who_was_sent_home_as_surplus_is_paid_although_the_client_cancels_later(
    jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    crew = await seated(jobs_db, stage, 1, reserve=1)
    await start(jobs_db, owner, crew.shift_id)
    assert await arrive(jobs_db, stage, *crew.seats) == ["arrived", "surplus"]
    async with jobs_db.begin(stage.franchise_id, "staff:test") as uow:
        await cancel_order(uow, crew.order.id, CancelOrder(reason="нет машины"))
    assert await paid(owner, crew) == [{"call_out": CALL_OUT}] * 2
