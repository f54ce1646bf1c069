"""Caps stop hard, the reserve stays for texts about seats, refused texts cost nothing, and foreign numbers get none."""

from collections.abc import Sequence
from datetime import timedelta

import asyncpg
import pytest
import pytest_asyncio

from dispatch.kit.uow import Database
from dispatch.settings import Settings, SmsSettings
from dispatch.sms.gateways.base import Account, Balance, Outcome, Parcel, Refused, Sent
from dispatch.sms.reconcile import Reconciler
from dispatch.sms.send import Broadcaster
from dispatch.sms.service import MessageClass
from tests.factories.sms import TestAccount, make_account, make_phone, queue_text
from tests.fakes.gateway import Adapter

CYRILLIC = "Напоминаем о смене"


class Carrier:
    """Takes every text, or gives the answers it was told."""

    def __init__(self, *answers: Outcome) -> None:
        self.bodies: list[str] = []
        self._answers = list(answers)

    async def __call__(self, parcel: Parcel) -> Outcome:
        self.bodies.append(parcel.body)
        return self._answers.pop(0) if self._answers else Sent(f"SM{parcel.reference.hex}")


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def empty_queue(owner: asyncpg.Connection) -> None:
    await owner.execute("UPDATE sms_accounts SET enabled = false")


@pytest_asyncio.fixture(loop_scope="session")
async def account(settings: Settings, owner: asyncpg.Connection) -> TestAccount:
    """An account whose segments cost 3.00."""
    account = await make_account(settings, owner)
    await owner.execute("UPDATE sms_accounts SET segment_price_minor = 300 WHERE id = $1", account.account.id)
    return account


async def limit(owner: asyncpg.Connection, account: TestAccount, **columns: object) -> None:
    for column, value in columns.items():
        await owner.execute(f"UPDATE sms_accounts SET {column} = $2 WHERE id = $1", account.account.id, value)


async def send(database: Database, carrier: Carrier) -> int:
    return await Broadcaster(database, {"simulator": Adapter(carrier)}, SmsSettings())()


async def queue(
    database: Database, owner: asyncpg.Connection, account: TestAccount, class_: MessageClass, bodies: Sequence[str]
) -> None:
    for body in bodies:
        await queue_text(database, account, await make_phone(owner), body, class_=class_, urgent=True)


async def spent(owner: asyncpg.Connection, account: TestAccount) -> tuple[int, int]:
    row = await owner.fetchrow(
        """SELECT (SELECT coalesce(sum(minor), 0)::bigint FROM sms_spend WHERE account_id = $1),
                  (SELECT coalesce(sum(cost_minor), 0)::bigint FROM messages WHERE account_id = $1)""",
        account.account.id,
    )
    assert row is not None
    return row[0], row[1]


async def alarms_asked(owner: asyncpg.Connection, account: TestAccount) -> int:
    found: int = await owner.fetchval(
        "SELECT count(*) FROM outbox WHERE kind = 'staffing.account_troubled' AND franchise_id = $1",
        account.franchise_id,
    )
    return found


async def test_offers_stop_at_the_reserve_and_seats_at_the_cap(
    jobs_db: Database, owner: asyncpg.Connection, account: TestAccount
) -> None:
    await limit(owner, account, hourly_cap_minor=3000, seat_reserve_percent=20)
    carrier = Carrier()
    await queue(jobs_db, owner, account, MessageClass.OFFER, [f"offer {n}" for n in range(12)])
    assert await send(jobs_db, carrier) == 12
    assert len(carrier.bodies) == 8  # 80 % of ten segments
    await queue(jobs_db, owner, account, MessageClass.SEAT, [f"seat {n}" for n in range(4)])
    await send(jobs_db, carrier)
    assert carrier.bodies[8:] == ["seat 0", "seat 1"]
    assert await spent(owner, account) == (3000, 3000)
    waiting = await owner.fetch(
        """SELECT status, error, send_at > clock.instant() AS later FROM messages
           WHERE account_id = $1 AND cost_minor = 0""",
        account.account.id,
    )
    assert [tuple(row) for row in waiting] == [("queued", "spend_cap", True)] * 6
    assert await alarms_asked(owner, account) == 1


async def test_the_cap_moves_on_with_the_clock(
    jobs_db: Database, owner: asyncpg.Connection, account: TestAccount
) -> None:
    await limit(owner, account, hourly_cap_minor=600, daily_cap_minor=1200, seat_reserve_percent=0)
    carrier = Carrier()
    for hours, sent in ((0, 2), (2, 4), (4, 4), (26, 6)):
        await queue(jobs_db, owner, account, MessageClass.SEAT, ["a", "b", "c"])
        await owner.execute("UPDATE messages SET send_at = not_before WHERE status = 'queued'")
        await send(jobs_db, carrier)
        assert len(carrier.bodies) == sent, hours
        await owner.execute(  # time passes: what was spent is two hours older
            "UPDATE sms_spend SET slot = slot - $2::interval WHERE account_id = $1",
            account.account.id,
            timedelta(hours=22) if hours == 4 else timedelta(hours=2),
        )


async def test_a_balance_is_kept_for_seats_too(
    jobs_db: Database, owner: asyncpg.Connection, account: TestAccount
) -> None:
    await owner.execute(
        """INSERT INTO sms_account_health (account_id, franchise_id, balance_minor, balance_at)
           VALUES ($1, $2, 1500, now())""",
        account.account.id,
        account.franchise_id,
    )
    await limit(owner, account, seat_reserve_percent=40)
    carrier = Carrier()
    await queue(jobs_db, owner, account, MessageClass.OFFER, ["o1", "o2", "o3", "o4"])
    await queue(jobs_db, owner, account, MessageClass.SEAT, ["s1"])
    await send(jobs_db, carrier)
    assert carrier.bodies == ["s1", "o1", "o2", "o3"]


async def test_what_no_gateway_took_costs_nothing(
    jobs_db: Database, owner: asyncpg.Connection, account: TestAccount
) -> None:
    carrier = Carrier(Refused("21211", permanent=True), Sent("SM1"))
    await queue(jobs_db, owner, account, MessageClass.SEAT, [CYRILLIC * 5, CYRILLIC])
    await send(jobs_db, carrier)
    assert await spent(owner, account) == (300, 300)


@pytest.mark.parametrize(
    ("prefixes", "fate"), [(["+7"], "sent"), (["+36", "+7921"], "sent"), (["+7812"], "suppressed")]
)
async def test_only_numbers_of_allowed_prefixes_are_texted(
    jobs_db: Database, owner: asyncpg.Connection, account: TestAccount, prefixes: list[str], fate: str
) -> None:
    await limit(owner, account, prefixes=prefixes)
    carrier = Carrier()
    message_id = await queue_text(jobs_db, account, await make_phone(owner))
    await send(jobs_db, carrier)
    row = await owner.fetchrow("SELECT status, error FROM messages WHERE id = $1", message_id)
    assert row is not None
    assert row["status"] == fate
    assert row["error"] == (None if fate == "sent" else "prefix_not_allowed")
    assert bool(carrier.bodies) is (fate == "sent")


@pytest.mark.parametrize("prefixes", [[], ["7"], ["+7x"], ["+7 921"], [None], ["+12345678"]])
async def test_the_database_takes_no_prefix_that_is_none(
    owner: asyncpg.Connection, account: TestAccount, prefixes: list[str]
) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await limit(owner, account, prefixes=prefixes)


class Purse(Adapter):
    """A gateway that tells what is left."""

    lists = True

    def __init__(self, left: Balance) -> None:
        super().__init__(Carrier())
        self._left = left

    async def balance(self, _account: Account) -> Balance | None:
        return self._left


@pytest.mark.parametrize(("currency", "kept"), [("RUB", 12_345), ("EUR", None)])
async def test_what_a_gateway_says_is_left_is_kept_in_the_currency_of_the_franchise_alone(
    jobs_db: Database, owner: asyncpg.Connection, account: TestAccount, currency: str, kept: int | None
) -> None:
    await Reconciler(jobs_db, {"simulator": Purse(Balance(12_345, currency))})()
    found = await owner.fetchval(
        "SELECT balance_minor FROM sms_account_health WHERE account_id = $1", account.account.id
    )
    assert found == kept
