"""How the accounts of a franchise do, and what became of one text: for people who look after the sending."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from dispatch.kit.audit_trail import note_act
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Uow
from dispatch.sms.errors import MessageNotFound, SmsAccountNotFound
from dispatch.sms.gateways.base import Account
from dispatch.sms.outgoing import OutgoingText, dedupe_key, queue_message
from dispatch.sms.phones import phone_of
from dispatch.sms.rules import MessageClass, MessageStatus

TRIAL: Final = "gateway_trial"
"""The template of texts that try an account out."""

MOST_COUNTED: Final = 10_000
_LATELY: Final = 1000
_WORTHLESS_AFTER: Final = timedelta(minutes=10)

# Ids are made in the order of time, so the newest texts are the greatest ids.
_STATES: Final = f"""
WITH lately AS MATERIALIZED (
    SELECT m.account_id, m.status, m.error, m.sent_at, coalesce(m.claimed_at, m.created_at) AS at
    FROM messages m WHERE m.franchise_id = $1 ORDER BY m.id DESC LIMIT {_LATELY})
SELECT a.id,
       (SELECT count(*) FROM (SELECT FROM messages q WHERE q.account_id = a.id AND q.status = 'queued'
                              LIMIT {MOST_COUNTED}) w) AS queued,
       (SELECT max(l.sent_at) FROM lately l WHERE l.account_id = a.id AND l.status IN ('sent', 'delivered')) AS sent_at,
       f.at AS failed_at, f.error, h.down_since, h.balance_minor, h.balance_at, s.hour_minor, s.day_minor
FROM sms_accounts a
LEFT JOIN sms_account_health h ON (h.franchise_id, h.account_id) = (a.franchise_id, a.id)
CROSS JOIN LATERAL (
    SELECT coalesce(sum(minor) FILTER (WHERE slot > clock_timestamp() - interval '65 minutes'), 0)::bigint
             AS hour_minor,
           coalesce(sum(minor), 0)::bigint AS day_minor
    FROM sms_spend WHERE franchise_id = a.franchise_id AND account_id = a.id
      AND slot > clock_timestamp() - interval '1445 minutes') s
LEFT JOIN LATERAL (
    SELECT l.at, coalesce(l.error, l.status) AS error FROM lately l
    WHERE l.account_id = a.id AND l.status IN ('failed', 'unknown') ORDER BY l.at DESC LIMIT 1) f ON true
WHERE a.franchise_id = $1
"""
_FATE: Final = """
SELECT m.id, m.account_id, m.status, m.error, m.created_at, m.sent_at, m.delivered_at FROM messages m
WHERE m.franchise_id = $1 AND m.id = $2 AND m.template = $3
"""


@dataclass(frozen=True, slots=True)
class AccountState:
    """How an account does, by the newest texts of its franchise.

    Attributes:
        queued: texts that wait, those of later included; at most `MOST_COUNTED` are counted.
        sent_at: when a gateway last took one.
        failed_at: when one last failed, or came to an unclear end, and `error` why.
        down_since: since when its gateway counts as down, real time; None: it is up.
        balance_minor: what the gateway said is left, at `balance_at`; None: it does not say.
        hour_minor, day_minor: what left within the last 60 minutes and 24 hours cost.
    """

    id: UUID
    queued: int
    sent_at: datetime | None
    failed_at: datetime | None
    error: str | None
    down_since: datetime | None
    balance_minor: int | None
    balance_at: datetime | None
    hour_minor: int
    day_minor: int


@dataclass(frozen=True, slots=True)
class Fate:
    """How far a text that tried an account out came."""

    id: UUID
    account_id: UUID
    status: MessageStatus
    error: str | None
    created_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None

    @property
    def settled(self) -> bool:
        """Whether nothing more is to be expected."""
        return self.status not in {MessageStatus.QUEUED, MessageStatus.SENDING, MessageStatus.SENT}


async def account_states(uow: Uow) -> dict[UUID, AccountState]:
    """Return how each account of the tenant does, by its id."""
    rows = await uow.fetch(_STATES, uow.franchise_id)
    return {row["id"]: AccountState(**dict(row)) for row in rows}


async def try_account(uow: Uow, account_id: UUID, to: str, body: str) -> UUID:
    """Queue a text through one account as any other text goes: sending mode, STOP and rate count; return its id.

    Args:
        uow: the tenant's.
        account_id: one of its own.
        to: a mobile number in E.164.
        body: what it says.
    """
    trial = new_id()
    message_id = await queue_message(
        uow,
        OutgoingText(
            phone_id=await phone_of(uow, to),
            worker_id=None,
            class_=MessageClass.SEAT,
            template=TRIAL,
            body=body,
            dedupe_key=dedupe_key(TRIAL, trial),
            account_id=account_id,
            deadline=uow.now + _WORTHLESS_AFTER,
        ),
    )
    assert message_id is not None, "the key is fresh"
    await note_act(uow, "sms_accounts", account_id, trial_text=message_id)
    return message_id


async def fate_of(uow: Uow, message_id: UUID) -> Fate:
    """Return how far a text came that tried an account of the tenant out.

    Raises:
        MessageNotFound: there is none.
    """
    row = await uow.fetchrow(_FATE, uow.franchise_id, message_id, TRIAL)
    if row is None:
        raise MessageNotFound("There is no such text.")
    return Fate(**{**dict(row), "status": MessageStatus(row["status"])})


async def contract_of(uow: Uow, account_id: UUID) -> Account:
    """Return an account of the tenant as its gateway wants it, with its secret: to make what the provider is told.

    Raises:
        SmsAccountNotFound: the tenant has no such account.
    """
    row = await uow.fetchrow(
        "SELECT id, gateway, sid, secret, number FROM sms_accounts WHERE franchise_id = $1 AND id = $2",
        uow.franchise_id,
        account_id,
    )
    if row is None:
        raise SmsAccountNotFound
    return Account(**dict(row))


async def may_send(uow: Uow) -> bool:
    """Tell whether this database may send at all; after a restore somebody has to say so."""
    released: bool = await uow.fetchval("SELECT sending_released()")
    return released


@dataclass(frozen=True, slots=True)
class GatewayState:
    """An account of any franchise as the operator sees it: texts that are due, in hand, or of an unclear end."""

    account_id: UUID
    franchise: str
    gateway: str
    number: str
    enabled: bool
    simulated: bool
    due: int
    oldest: datetime | None
    in_hand: int
    unclear: int


async def gateway_states(uow: Uow, most: int) -> list[GatewayState]:
    """Return the accounts of all franchises, those with most due first; to nobody but operators and head office."""
    return [GatewayState(**dict(row)) for row in await uow.fetch("SELECT * FROM operations_gateways($1)", most)]
