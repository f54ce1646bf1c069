"""One text as the carrier knows it, and the shapes in which the carrier shows it."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from enum import StrEnum
from urllib.parse import parse_qs, urlsplit

from dispatch.sms.segments import measure

API_VERSION = "2010-04-01"


class Direction(StrEnum):
    """Which way a text went, in the carrier's words."""

    OUTBOUND = "outbound-api"
    INBOUND = "inbound"


class Status(StrEnum):
    """How far a text came, in the carrier's words."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    RECEIVED = "received"


ERROR_SENTENCES = {30005: "Unknown destination handset"}


@dataclass(slots=True)
class Message:
    """A text, outbound from one of our numbers or inbound to one.

    Attributes:
        seq: position in the order of acceptance, from 1, over all accounts.
        reference: the `ref` in the status callback's query: the sender's own name for this text.
        acknowledged: callbacks about it that were answered 2xx.
    """

    seq: int
    account_sid: str
    direction: Direction
    sender: str
    to: str
    body: str
    status: Status
    created_at: datetime
    status_callback: str = ""
    sid: str = field(default_factory=lambda: "SM" + secrets.token_hex(16))
    sent_at: datetime | None = None
    updated_at: datetime | None = None
    error_code: int | None = None
    acknowledged: int = 0

    @property
    def reference(self) -> str | None:
        """Our own reference, where the status callback carries one."""
        found = parse_qs(urlsplit(self.status_callback).query).get("ref")
        return found[0] if found else None

    @property
    def phone(self) -> str:
        """The person's phone, whichever way the text went."""
        return self.to if self.direction is Direction.OUTBOUND else self.sender

    @property
    def number(self) -> str:
        """Our number, whichever way the text went."""
        return self.sender if self.direction is Direction.OUTBOUND else self.to


def _rfc2822(instant: datetime | None) -> str | None:
    return format_datetime(instant) if instant else None


def resource(message: Message) -> dict[str, object]:
    """Return the message resource as the REST API shows it: snake_case, figures as strings, dates RFC 2822 in GMT."""
    uri = f"/{API_VERSION}/Accounts/{message.account_sid}/Messages/{message.sid}"
    return {
        "account_sid": message.account_sid,
        "api_version": API_VERSION,
        "body": message.body,
        "date_created": _rfc2822(message.created_at),
        "date_sent": _rfc2822(message.sent_at),
        "date_updated": _rfc2822(message.updated_at or message.created_at),
        "direction": message.direction.value,
        "error_code": message.error_code,
        "error_message": ERROR_SENTENCES.get(message.error_code) if message.error_code else None,
        "from": message.sender,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": str(measure(message.body).segments),
        "price": None,
        "price_unit": "USD",
        "sid": message.sid,
        "status": message.status.value,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": message.to,
        "uri": f"{uri}.json",
    }


def status_parameters(message: Message, status: Status) -> dict[str, str]:
    """Return the form fields of one status callback."""
    fields = {
        "ApiVersion": API_VERSION,
        "AccountSid": message.account_sid,
        "From": message.sender,
        "MessageSid": message.sid,
        "MessageStatus": status.value,
        "SmsSid": message.sid,
        "SmsStatus": status.value,
        "To": message.to,
    }
    if status in {Status.DELIVERED, Status.UNDELIVERED}:
        fields["RawDlrDoneDate"] = (message.updated_at or message.created_at).strftime("%y%m%d%H%M")
    if status is Status.UNDELIVERED and message.error_code:
        fields["ErrorCode"] = str(message.error_code)
    return fields


def inbound_parameters(message: Message) -> dict[str, str]:
    """Return the form fields of the webhook for a text somebody sent us; the carrier knows no city, so it sends ''."""
    places = {f"{end}{part}": "" for end in ("From", "To") for part in ("City", "Country", "State", "Zip")}
    return {
        **places,
        "AccountSid": message.account_sid,
        "ApiVersion": API_VERSION,
        "Body": message.body,
        "From": message.sender,
        "MessageSid": message.sid,
        "NumMedia": "0",
        "NumSegments": str(measure(message.body).segments),
        "SmsMessageSid": message.sid,
        "SmsSid": message.sid,
        "SmsStatus": Status.RECEIVED.value,
        "To": message.to,
    }
