"""Gateway accounts of a franchise: the contract a text leaves by and an answer comes in by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Self
from uuid import UUID

import phonenumbers
from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, model_validator

from dispatch.kit.ids import new_id
from dispatch.kit.text import Clean
from dispatch.kit.uow import Uow
from dispatch.sms.errors import GatewayUnknown, SmsAccountChanged, SmsAccountNotFound
from dispatch.sms.gateways.registry import GATEWAYS
from dispatch.sms.outgoing import default_account

_COLUMNS = """id, gateway, sid, number, rate_per_s, segment_price_minor, hourly_cap_minor, daily_cap_minor,
              seat_reserve_percent, prefixes, test, simulated, enabled, created_at, version"""


Number = Annotated[str, StringConstraints(pattern=r"^\+?[0-9A-Za-z]{3,15}$")]
BETWEEN_FIGURES: Final = str.maketrans("", "", " ()-\u2011\u00a0")
"""What people write between the figures of a number; gateways know none of it."""
Rate = Annotated[int, Field(ge=1, le=10_000)]
Prefix = Annotated[str, StringConstraints(pattern=r"^\+[0-9]{0,7}$")]
Prefixes = Annotated[tuple[Prefix, ...], Field(max_length=50)]
Price = Annotated[int, Field(ge=0, le=1_000_000)]
Cap = Annotated[int, Field(ge=1, le=10**12)]

_HOUSE_PREFIX: Final = "+7"
"""Of accounts whose number is a name."""


class AddAccount(BaseModel):
    """An account at a gateway.

    `sid` is the gateway's name for it, `number` what texts leave from and answers come to, `rate_per_s` how many texts
    a second it takes, `segment_price_minor` what one segment costs. Only numbers that begin with one of `prefixes` are
    texted; left empty, those of the country of the account's own number, so that nobody can make us pay for texts to
    the far end of the world. No text through a `test` account reaches anybody.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    gateway: Annotated[str, Clean(max_length=40)]
    sid: Annotated[str, Clean(max_length=100)]
    secret: Annotated[SecretStr, Field(min_length=1, max_length=200)]
    number: Number
    rate_per_s: Rate = 10
    segment_price_minor: Price = 0
    prefixes: Prefixes = ()
    test: bool = False


class ChangeAccount(BaseModel):
    """What of an account may change while texts are under way: the number they leave from, and how many a second."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: Number
    rate_per_s: Rate


class LimitAccount(BaseModel):
    """What an account may cost, and whom it may text; it holds for every text that has not left yet.

    Attributes:
        hourly_cap_minor: within any 60 minutes; None: no cap. Beyond it texts wait.
        daily_cap_minor: within any 24 hours; None: no cap.
        seat_reserve_percent: of each cap and of the balance, for texts about held seats only.
        prefixes: how the numbers begin that may be texted; `+` is any number.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    segment_price_minor: Price
    hourly_cap_minor: Cap | None = None
    daily_cap_minor: Cap | None = None
    seat_reserve_percent: Annotated[int, Field(ge=0, le=90)] = 20
    prefixes: Annotated[Prefixes, Field(min_length=1)]

    @model_validator(mode="after")
    def _caps_need_a_price(self) -> Self:
        if self.segment_price_minor == 0 and (self.hourly_cap_minor or self.daily_cap_minor):
            raise ValueError("segment_price_minor: a cap needs the price of a segment")
        return self


@dataclass(frozen=True, slots=True)
class SmsAccount:
    """An account as stored, without its secret; `simulated`: no text through it reaches a real phone."""

    id: UUID
    gateway: str
    sid: str
    number: str
    rate_per_s: int
    segment_price_minor: int
    hourly_cap_minor: int | None
    daily_cap_minor: int | None
    seat_reserve_percent: int
    prefixes: Sequence[str]
    test: bool
    simulated: bool
    enabled: bool
    created_at: datetime
    version: int


async def add_account(uow: Uow, command: AddAccount) -> SmsAccount:
    """Give the tenant an account; new texts leave by its oldest enabled one, real ones first.

    Raises:
        GatewayUnknown: no adapter of this name exists.
        SmsAccountTaken: this number of this account belongs to somebody already.
    """
    if command.gateway not in GATEWAYS:
        raise GatewayUnknown(command.gateway)
    row = await uow.fetchrow(
        f"""INSERT INTO sms_accounts (id, franchise_id, gateway, sid, secret, number, rate_per_s, segment_price_minor,
                                      test, prefixes)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING {_COLUMNS}""",
        new_id(),
        uow.franchise_id,
        command.gateway,
        command.sid,
        command.secret.get_secret_value(),
        command.number,
        command.rate_per_s,
        command.segment_price_minor,
        command.test,
        list(command.prefixes) or [_country_of(command.number)],
    )
    assert row is not None, "an insert returns its row"
    return SmsAccount(**dict(row))


async def accounts_of(uow: Uow) -> Sequence[SmsAccount]:
    """Return the tenant's accounts in the order in which they are preferred, disabled ones included."""
    rows = await uow.fetch(
        f"SELECT {_COLUMNS} FROM sms_accounts WHERE franchise_id = $1 ORDER BY simulated, test, created_at, id",
        uow.franchise_id,
    )
    return [SmsAccount(**dict(row)) for row in rows]


async def set_enabled(uow: Uow, account_id: UUID, *, enabled: bool) -> SmsAccount:
    """Let an account send and receive, or stop it at once; a stopped one takes no webhooks either.

    Raises:
        SmsAccountNotFound: the tenant has no such account.
    """
    row = await uow.fetchrow(
        f"""UPDATE sms_accounts SET enabled = $3, version = version + (enabled <> $3)::int
            WHERE franchise_id = $1 AND id = $2 RETURNING {_COLUMNS}""",
        uow.franchise_id,
        account_id,
        enabled,
    )
    if row is None:
        raise SmsAccountNotFound
    return SmsAccount(**dict(row))


async def segment_price(uow: Uow, *, test: bool = False) -> int | None:
    """Return what one segment costs by the account the franchise sends from, minor units; None where that is unknown.

    Raises:
        SmsAccountMissing: the franchise has no account to send from.
    """
    account_id = await default_account(uow, test=test)
    price: int = await uow.fetchval("SELECT segment_price_minor FROM sms_accounts WHERE id = $1", account_id)
    return price or None


async def account_of(uow: Uow, account_id: UUID) -> SmsAccount:
    """Return an account of the tenant.

    Raises:
        SmsAccountNotFound: the tenant has no such account.
    """
    row = await uow.fetchrow(
        f"SELECT {_COLUMNS} FROM sms_accounts WHERE franchise_id = $1 AND id = $2", uow.franchise_id, account_id
    )
    if row is None:
        raise SmsAccountNotFound
    return SmsAccount(**dict(row))


async def change_account(uow: Uow, account_id: UUID, command: ChangeAccount, version: int) -> SmsAccount:
    """Change an account from the version that was read. Answers to texts from the old number are not ours any more.

    Raises:
        SmsAccountNotFound: the tenant has no such account.
        SmsAccountChanged: somebody else changed it meanwhile.
        SmsAccountTaken: the number of this account belongs to somebody already.
    """
    row = await uow.fetchrow(
        f"""UPDATE sms_accounts SET number = $4, rate_per_s = $5, version = version + 1
            WHERE franchise_id = $1 AND id = $2 AND version = $3 RETURNING {_COLUMNS}""",
        uow.franchise_id,
        account_id,
        version,
        command.number,
        command.rate_per_s,
    )
    if row is None:
        await account_of(uow, account_id)
        raise SmsAccountChanged
    return SmsAccount(**dict(row))


async def limit_account(uow: Uow, account_id: UUID, command: LimitAccount, version: int) -> SmsAccount:
    """Set what an account may cost and whom it may text, from the version that was read.

    Raises:
        SmsAccountNotFound: the tenant has no such account.
        SmsAccountChanged: somebody else changed it meanwhile.
    """
    row = await uow.fetchrow(
        f"""UPDATE sms_accounts
            SET segment_price_minor = $4, hourly_cap_minor = $5, daily_cap_minor = $6, seat_reserve_percent = $7,
                prefixes = $8, version = version + 1
            WHERE franchise_id = $1 AND id = $2 AND version = $3 RETURNING {_COLUMNS}""",
        uow.franchise_id,
        account_id,
        version,
        command.segment_price_minor,
        command.hourly_cap_minor,
        command.daily_cap_minor,
        command.seat_reserve_percent,
        list(command.prefixes),
    )
    if row is None:
        await account_of(uow, account_id)
        raise SmsAccountChanged
    return SmsAccount(**dict(row))


def _country_of(number: str) -> str:
    try:
        return f"+{phonenumbers.parse(number).country_code}"
    except phonenumbers.NumberParseException:
        return _HOUSE_PREFIX
