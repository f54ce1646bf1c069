"""What the house asks of a gateway: send, list, and say what its webhooks mean."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol, runtime_checkable
from uuid import UUID

from dispatch.sms.rules import MessageStatus

Fields = Mapping[str, Sequence[str]]
"""The fields of a webhook, each with all the values that came; bytes that are no UTF-8 are kept as lone surrogates."""


@dataclass(frozen=True, slots=True)
class Account:
    """Our contract with a gateway.

    Attributes:
        sid: the gateway's name for it; with `secret` it authenticates us, and the gateway to us.
        number: the number texts leave from and answers come to.
    """

    id: UUID
    gateway: str
    sid: str
    secret: str = field(repr=False)
    number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A text handed over. `reference` is our message id; the gateway brings it back with every receipt."""

    reference: UUID
    to: str = field(repr=False)
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sent:
    """The gateway took the text and gave it an id of its own."""

    gateway_id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The gateway certainly did not take the text.

    Attributes:
        code: the gateway's error code, or a word of ours (`unreachable`).
        permanent: the same text to the same number will be refused again.
        opted_out: the gateway itself keeps a STOP of this number.
        dead_number: the number cannot get texts at all.
        retry_after_s: the gateway asks to be left alone for so many seconds; None where it does not say.
    """

    code: str
    permanent: bool
    opted_out: bool = False
    dead_number: bool = False
    retry_after_s: float | None = None


BUSY: Final = "busy"
"""The code of a refusal that is ours: all our own connections to the gateway were in use."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """Nobody can say whether the gateway took the text; it is never repeated blindly."""

    reason: str


Outcome = Sent | Refused | Unclear


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a status webhook tells.

    Attributes:
        reference: our message id, where the callback's address carried it.
        status: in our words; None for a state that says nothing we keep.
        word: in the gateway's words.
        code: its error code.
    """

    gateway_id: str
    reference: UUID | None
    status: MessageStatus | None
    word: str
    code: str | None


@dataclass(frozen=True, slots=True)
class InboundText:
    """A text somebody sent to our number."""

    gateway_id: str
    sender: str = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Listed:
    """One outbound text as the gateway lists it; `status` in our words.

    `reference` is our message id, where the gateway kept it: then nothing else need be compared.
    """

    gateway_id: str
    to: str = field(repr=False)
    body: str = field(repr=False)
    status: MessageStatus
    code: str | None
    created_at: datetime
    reference: UUID | None = None


class ListingIncomplete(Exception):
    """The gateway did not show every page, so nothing may be concluded from what is absent."""


class HookKind(StrEnum):
    """What a webhook brings; the last part of its address."""

    INBOUND = "inbound"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class Hook:
    """A request that claims to come from a gateway.

    Attributes:
        url: the public address as the gateway was given it, query included; never what a proxy made of it.
        query: its fields in the address.
        form: those in the body.
        headers: by their names in lower case.
    """

    kind: HookKind
    url: str = field(repr=False)
    query: Fields = field(repr=False)
    form: Fields = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose webhook it claims to be: an account by our own id, or by the gateway's name for it and our number."""

    account_id: UUID | None = None
    sid: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class HookAddresses:
    """What the provider must be told, so that its webhooks reach us.

    Attributes:
        inbound: where to bring what people text to the number.
        status: where to tell what became of our texts; None where each text says so itself.
        word: what it shall sign with, where that is not the account's secret itself.
    """

    inbound: str = field(repr=False)
    status: str | None = field(default=None, repr=False)
    word: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Balance:
    """The money left on an account, in minor units of `currency` (ISO 4217)."""

    minor: int
    currency: str


class Gateway(Protocol):
    """One adapter; used by many tasks at once. It costs nothing until its first text: no connection is opened.

    What a webhook means is found without the network, so whoever only takes webhooks uses the same object.
    """

    @property
    def lists(self) -> bool:
        """Whether the gateway can show what it took and what it got.

        Without that an unclear text stays so until a receipt comes, and a webhook that it gave up is lost.
        """

    @property
    def dead_number_codes(self) -> Collection[str]:
        """Error codes of receipts which mean that no text will ever arrive at the number."""

    @property
    def opted_out_codes(self) -> Collection[str]:
        """Error codes of receipts which mean that the gateway itself keeps a STOP of the number."""

    @property
    def reply(self) -> tuple[bytes, str]:
        """The body and media type that acknowledge a webhook without answering the person."""

    async def send(self, account: Account, parcel: Parcel) -> Outcome:
        """Hand over one text, once. Never raises for what the gateway or the network does."""

    async def list_sent(self, account: Account, since: datetime) -> list[Listed]:
        """Return every outbound text of the account's number created at or after `since`.

        Raises:
            ListingIncomplete: a page is missing, or the gateway cannot list.
        """

    async def poll_inbound(self, account: Account, since: datetime) -> list[InboundText]:
        """Return every inbound text to the account's number since `since`, oldest first.

        Raises:
            ListingIncomplete: a page is missing, or the gateway cannot list.
        """

    async def close(self) -> None:
        """Close the connections."""

    def hook_addresses(self, account: Account) -> HookAddresses:
        """Return what the provider must be told."""

    def account_of(self, hook: Hook) -> Owner:
        """Return whose webhook it claims to be.

        Raises:
            WebhookMalformed: a required field is missing or twice.
        """

    def verify(self, account_id: UUID, secret: str, hook: Hook) -> bool:
        """Tell in constant time whether who sent exactly this holds the account's secret, or was given its proof."""

    def parse_status(self, hook: Hook) -> Receipt:
        """Read a status webhook.

        Raises:
            WebhookMalformed: a required field is missing, twice or too long.
        """

    def parse_inbound(self, hook: Hook) -> InboundText:
        """Read the webhook of an inbound text.

        Raises:
            WebhookMalformed: a required field is missing, twice or too long.
        """


@runtime_checkable
class TellsBalance(Protocol):
    """A gateway that says how much money is left."""

    async def balance(self, account: Account) -> Balance | None:
        """Return what is left on the account; None when the gateway does not say."""
