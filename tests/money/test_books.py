"""Double entry on the real tables: once, in balance, and in one book."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.money.books import AccountKind, Side, Transfer, TransferKind, balance, post
from dispatch.settings import Settings
from tests.factories.tenancy import make_franchise

REVENUE = Side(AccountKind.REVENUE)


@pytest_asyncio.fixture(loop_scope="session")
async def book(settings: Settings) -> UUID:
    """The franchise whose book it is."""
    return (await make_franchise(settings)).id


def bill(client_id: UUID | None = None, amount_minor: int = 18_000, **given: object) -> Transfer:
    usual = Transfer(
        debit=Side(AccountKind.CLIENT, client_id or new_id()),
        credit=REVENUE,
        amount_minor=amount_minor,
        currency="RUB",
        kind=TransferKind.BILL,
        subject_id=new_id(),
        shift_id=None,
        at=datetime.now(UTC),
    )
    return replace(usual, **given)  # type: ignore[arg-type]


async def posted(database: Database, franchise_id: UUID, transfer: Transfer) -> bool:
    async with database.begin(franchise_id, "staff:test") as uow:
        return await post(uow, transfer)


async def balances(database: Database, franchise_id: UUID, *sides: Side, currency: str = "RUB") -> list[int]:
    async with database.begin(franchise_id, "staff:test") as uow:
        return [await balance(uow, side, currency) for side in sides]


async def test_one_side_gains_what_the_other_loses(app_db: Database, book: UUID) -> None:
    client, worker = Side(AccountKind.CLIENT, new_id()), Side(AccountKind.WORKER, new_id())
    labour = Side(AccountKind.LABOUR)
    assert await posted(app_db, book, bill(client.owner_id))
    pay = bill(amount_minor=8_000, debit=labour, credit=worker, kind=TransferKind.PAY)
    assert await posted(app_db, book, pay)
    found = await balances(app_db, book, client, REVENUE, labour, worker)
    assert found == [18_000, -18_000, 8_000, -8_000]
    assert await balances(app_db, book, Side(AccountKind.CASH)) == [0], "an account nobody used is empty"


async def test_a_transfer_of_a_kind_is_written_once_for_its_subject(
    app_db: Database, book: UUID, owner: asyncpg.Connection
) -> None:
    transfer = bill()
    assert await posted(app_db, book, transfer)
    assert not await posted(app_db, book, transfer)
    assert not await posted(app_db, book, replace(transfer, amount_minor=99)), "the first one stands"
    assert await posted(app_db, book, replace(transfer, kind=TransferKind.CANCEL_FEE))
    assert await balances(app_db, book, transfer.debit) == [2 * 18_000]
    at_once = bill()
    written = await asyncio.gather(*(posted(app_db, book, at_once) for _ in range(6)))
    assert sorted(written) == [False] * 5 + [True]
    rows = await owner.fetch("SELECT amount_minor, author FROM transfers WHERE subject_id = $1", at_once.subject_id)
    assert [tuple(row) for row in rows] == [(18_000, "staff:test")]


async def test_nothing_is_no_transfer_and_opens_no_account(
    app_db: Database, book: UUID, owner: asyncpg.Connection
) -> None:
    assert not await posted(app_db, book, bill(amount_minor=0))
    assert await owner.fetchval("SELECT count(*) FROM accounts WHERE franchise_id = $1", book) == 0


@pytest.mark.parametrize(
    "wrong", [bill(amount_minor=-1), bill(debit=REVENUE)], ids=["a negative amount", "an account paying itself"]
)
async def test_what_moves_nothing_is_refused_by_the_database(app_db: Database, book: UUID, wrong: Transfer) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await posted(app_db, book, wrong)


async def test_an_account_is_opened_once_however_many_need_it_first(
    app_db: Database, book: UUID, owner: asyncpg.Connection
) -> None:
    client_id = new_id()
    written = await asyncio.gather(*(posted(app_db, book, bill(client_id, 100)) for _ in range(8)))
    assert all(written)
    accounts = await owner.fetch("SELECT kind, owner_id FROM accounts WHERE franchise_id = $1 ORDER BY kind", book)
    assert [tuple(account) for account in accounts] == [("client", client_id), ("revenue", None)]
    assert await balances(app_db, book, Side(AccountKind.CLIENT, client_id), REVENUE) == [800, -800]


async def test_currencies_are_never_added_up(app_db: Database, book: UUID) -> None:
    client_id = new_id()
    assert await posted(app_db, book, bill(client_id, 500))
    assert await posted(app_db, book, bill(client_id, 70, currency="KZT"))
    client = Side(AccountKind.CLIENT, client_id)
    assert await balances(app_db, book, client) == [500]
    assert await balances(app_db, book, client, currency="KZT") == [70]


async def test_a_book_is_its_franchises_own(
    app_db: Database, book: UUID, settings: Settings, owner: asyncpg.Connection
) -> None:
    other = (await make_franchise(settings)).id
    transfer = bill()
    assert await posted(app_db, book, transfer)
    assert await balances(app_db, other, transfer.debit, REVENUE) == [0, 0]
    assert await posted(app_db, other, transfer), "the same subject in another book is another fact"
    books = await owner.fetch(
        """SELECT t.franchise_id, d.franchise_id AS debit, c.franchise_id AS credit FROM transfers t
           JOIN accounts d ON d.id = t.debit_id JOIN accounts c ON c.id = t.credit_id WHERE t.subject_id = $1""",
        transfer.subject_id,
    )
    assert {tuple(row) for row in books} == {(book,) * 3, (other,) * 3}
    async with app_db.begin(other, "staff:test") as uow:
        assert await uow.fetchval("SELECT count(*) FROM transfers") == 1
