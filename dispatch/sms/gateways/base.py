"""What the house asks of a gateway: send, list, and say what its webhooks mean."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from dispatch.sms.rules import MessageStatus

Fields = Mapping[str, Sequence[str]]
"""The fields of a webhook, each with all the values that came."""


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
    """

    code: str
    permanent: bool
    opted_out: bool = False
    dead_number: bool = False


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
    """One outbound text as the gateway lists it; `status` in our words."""

    gateway_id: str
    to: str = field(repr=False)
    body: str = field(repr=False)
    status: MessageStatus
    code: str | None
    created_at: datetime


class ListingIncomplete(Exception):
    """The gateway did not show every page, so nothing may be concluded from what is absent."""


class Gateway(Protocol):
    """Talks to a gateway; one object per process, used by many tasks at once."""

    @property
    def lists(self) -> bool:
        """Whether the gateway can show what it took, so that an unclear send can be cleared up."""

    async def send(self, account: Account, parcel: Parcel) -> Outcome:
        """Hand over one text, once. Never raises for what the gateway or the network does."""

    async def list_sent(self, account: Account, since: datetime) -> list[Listed]:
        """Return every outbound text of the account's number created at or after `since`.

        Raises:
            ListingIncomplete: a page is missing.
        """

    async def list_received(self, account: Account, since: datetime) -> list[InboundText]:
        """Return every inbound text to the account's number since `since`, oldest first.

        Raises:
            ListingIncomplete: a page is missing.
        """

    async def close(self) -> None:
        """Close the connections."""


class Webhooks(Protocol):
    """Reads and checks what a gateway posts to us. Pure."""

    @property
    def dead_number_codes(self) -> Collection[str]:
        """Error codes which mean that no text will ever arrive at the number."""

    @property
    def reply(self) -> tuple[bytes, str]:
        """The body and media type that acknowledge a webhook without answering the person."""

    def account_of(self, fields: Fields, *, inbound: bool) -> tuple[str, str]:
        """Return (sid, our number): whose webhook it claims to be.

        Raises:
            WebhookMalformed: a required field is missing or twice.
        """

    def verify(self, secret: str, url: str, fields: Fields, headers: Mapping[str, str]) -> bool:
        """Tell whether the account's secret signed exactly this, in constant time.

        `url` is the public address the gateway was given, query included; header names are lower case.
        """

    def parse_status(self, fields: Fields, query: Fields) -> Receipt:
        """Read a status webhook.

        Raises:
            WebhookMalformed: a required field is missing, twice or too long.
        """

    def parse_inbound(self, fields: Fields) -> InboundText:
        """Read the webhook of an inbound text.

        Raises:
            WebhookMalformed: a required field is missing, twice or too long.
        """
