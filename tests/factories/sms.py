"""Gateway accounts, phones, texts and replies for tests, as rows where no use case makes them."""

import itertools
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.sms.gateways.base import Account
from dispatch.sms.service import (
    MessageClass,
    NewQuestion,
    OutgoingText,
    Priority,
    QuestionKind,
    open_question,
    queue_message,
)
from tests.factories.tenancy import make_franchise

_numbers = itertools.count(1)


@dataclass(frozen=True)
class TestAccount:
    """A gateway account and its franchise."""

    __test__ = False

    account: Account
    franchise_id: UUID

    @property
    def id(self) -> UUID:
        return self.account.id


@dataclass(frozen=True)
class Phone:
    """A phone and its number."""

    id: UUID
    e164: str


async def make_account(
    settings: Settings,
    owner: asyncpg.Connection,
    *,
    rate_per_s: int = 1000,
    gateway: str = "simulator",
    franchise_id: UUID | None = None,
    enabled: bool = True,
    test: bool = False,
) -> TestAccount:
    """Give a franchise, by default a new one, an account with a number."""
    franchise = franchise_id or (await make_franchise(settings)).id
    account_id, n = new_id(), next(_numbers)
    account = Account(account_id, gateway, f"AC{n:032d}", f"secret-{n}", f"+7812{n:07d}")
    await owner.execute(
        """INSERT INTO sms_accounts (id, franchise_id, gateway, sid, secret, number, rate_per_s, enabled, test)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        account_id,
        franchise,
        gateway,
        account.sid,
        account.secret,
        account.number,
        rate_per_s,
        enabled,
        test,
    )
    return TestAccount(account, franchise)


async def make_phone(owner: asyncpg.Connection, *, zone: str = "Europe/Moscow") -> Phone:
    """Return a phone nobody wrote to yet."""
    phone = Phone(new_id(), f"+7921{next(_numbers):07d}")
    await owner.execute("INSERT INTO phones (id, e164, zone) VALUES ($1, $2, $3)", phone.id, phone.e164, zone)
    return phone


async def queue_text(
    database: Database,
    account: TestAccount,
    phone: Phone,
    body: str = "Напоминаем о смене",
    *,
    class_: MessageClass = MessageClass.SEAT,
    template: str = "reconfirm_day",
    invitation_ids: tuple[UUID, ...] = (),
    shift_id: UUID | None = None,
    urgent: bool = False,
    deadline: datetime | None = None,
    not_before: datetime | None = None,
    priority: Priority | None = None,
    question_id: UUID | None = None,
) -> UUID:
    """Queue one text and return its id."""
    async with database.begin(account.franchise_id, "system:test") as uow:
        queued = await queue_message(
            uow,
            OutgoingText(
                phone_id=phone.id,
                worker_id=None,
                class_=class_,
                template=template,
                body=body,
                dedupe_key=f"test:{new_id()}",
                account_id=account.id,
                invitation_ids=invitation_ids,
                shift_id=shift_id,
                urgent=urgent,
                deadline=deadline,
                not_before=not_before,
                priority=priority,
                question_id=question_id,
            ),
        )
    assert queued is not None
    return queued


async def ask(
    database: Database,
    account: TestAccount,
    phone: Phone,
    kind: QuestionKind = QuestionKind.OFFER,
    *,
    code: int | None = None,
    subject_id: UUID | None = None,
    worker_id: UUID | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    closes_at: datetime | None = None,
    label: str = "24.11 09:00 Сенная",
    language: str = "ru",
    shift_id: UUID | None = None,
) -> UUID:
    """Open one question and return its id."""
    async with database.begin(account.franchise_id, "system:test") as uow:
        opened = await open_question(
            uow,
            NewQuestion(
                phone_id=phone.id,
                worker_id=worker_id,
                kind=kind,
                subject_id=subject_id or new_id(),
                shift_id=shift_id,
                code=code,
                closes_at=closes_at,
                label=label,
                language=language,
                starts_at=starts_at,
                ends_at=ends_at,
                account_id=account.id,
            ),
        )
    return opened.id


async def receive(
    database: Database, account: TestAccount, phone: Phone | str, text: str, *, gateway_id: str | None = None
) -> UUID:
    """Store an inbound text as the webhook does and return its id."""
    inbound_id = new_id()
    await database.autocommit(
        "SELECT store_inbound($1, $2, $3, $4, $5, $6)",
        [
            inbound_id,
            account.id,
            gateway_id or f"SM{inbound_id.hex}",
            phone if isinstance(phone, str) else phone.e164,
            text,
            b"raw",
        ],
    )
    return inbound_id


async def receipt(
    database: Database,
    account: TestAccount,
    status: str,
    *,
    gateway_id: str,
    message_id: UUID | None = None,
    error: str | None = None,
) -> None:
    """Store a receipt as the webhook does."""
    await database.autocommit(
        "SELECT store_receipt($1, $2, $3, $4, $5, $6, $7)",
        [new_id(), account.id, gateway_id, message_id, status, error, b"raw"],
    )
