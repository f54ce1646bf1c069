"""What Twilio's webhooks say, in our words. Pure."""

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from dispatch.sms.errors import WebhookMalformed
from dispatch.sms.gateways.base import Fields, InboundText, Receipt
from dispatch.sms.gateways.signature import is_signed
from dispatch.sms.rules import MessageStatus

STATUS_OF: Final[Mapping[str, MessageStatus]] = MappingProxyType(
    {
        # whatever the gateway says before it tries the phone proves that it has the text
        "accepted": MessageStatus.SENT,
        "scheduled": MessageStatus.SENT,
        "queued": MessageStatus.SENT,
        "sending": MessageStatus.SENT,
        "sent": MessageStatus.SENT,
        "delivered": MessageStatus.DELIVERED,
        "read": MessageStatus.DELIVERED,
        "undelivered": MessageStatus.FAILED,
        "failed": MessageStatus.FAILED,
        "canceled": MessageStatus.FAILED,
    }
)
"""Twilio's message states; `receiving` and `received` are of inbound texts and say nothing here."""

DEAD_NUMBER_CODES: Final = frozenset({"21211", "21214", "21217", "21614", "30005", "30006"})
"""Not a number, not a mobile number, unknown handset, landline: texts will never arrive there."""

REFERENCE: Final = "ref"
"""The name in the query of the status callback that carries our message id."""

_REPLY = (b'<?xml version="1.0" encoding="UTF-8"?><Response></Response>', "text/xml")
_LONGEST_WORD = 64
_LONGEST_TEXT = 1600
_PHONE = re.compile(r"\+?[0-9A-Za-z ._-]{1,32}")


class TwilioWebhooks:
    """Reads Twilio's form posts; the simulator's are the same."""

    @property
    def dead_number_codes(self) -> Collection[str]:
        """See `DEAD_NUMBER_CODES`."""
        return DEAD_NUMBER_CODES

    @property
    def reply(self) -> tuple[bytes, str]:
        """An empty TwiML document: nothing is answered to the person."""
        return _REPLY

    def account_of(self, fields: Fields, *, inbound: bool) -> tuple[str, str]:
        """Return the account and our own number, which is the receiver of what people send, the sender otherwise."""
        return _one(fields, "AccountSid"), _one(fields, "To" if inbound else "From")

    def verify(self, secret: str, url: str, fields: Fields, headers: Mapping[str, str]) -> bool:
        """Check `X-Twilio-Signature`."""
        return is_signed(secret, url, fields, headers)

    def parse_status(self, fields: Fields, query: Fields) -> Receipt:
        """Read `MessageStatus` and `ErrorCode`; our own id comes back in the query."""
        word = _short(fields, "MessageStatus").casefold()
        code = _short(fields, "ErrorCode") if _maybe(fields, "ErrorCode") else None
        return Receipt(_short(fields, "MessageSid"), _reference(query), STATUS_OF.get(word), word, code)

    def parse_inbound(self, fields: Fields) -> InboundText:
        """Read `From` and `Body`; a text without words (a picture) is kept as an empty one."""
        sender, text = _one(fields, "From"), _maybe(fields, "Body") or ""
        if not _PHONE.fullmatch(sender):
            raise WebhookMalformed("From is not a sender of texts.", field="From")
        if len(text) > _LONGEST_TEXT:
            raise WebhookMalformed("Body is longer than any text.", field="Body", longest=_LONGEST_TEXT)
        return InboundText(_short(fields, "MessageSid"), sender, text)


def _short(fields: Fields, name: str) -> str:
    """Return an id, a code or a word of the gateway's."""
    found = _one(fields, name)
    if len(found) > _LONGEST_WORD or not found.isascii() or not found.isprintable():
        raise WebhookMalformed(f"The field {name} is no id or word of a gateway.", field=name)
    return found


def _reference(query: Fields) -> UUID | None:
    values = query.get(REFERENCE, ())
    try:
        return UUID(values[0]) if len(values) == 1 else None
    except ValueError:
        return None


def _one(fields: Fields, name: str) -> str:
    found = _maybe(fields, name)
    if not found:
        raise WebhookMalformed(f"The field {name} is missing.", field=name)
    return found


def _maybe(fields: Fields, name: str) -> str | None:
    values = fields.get(name, ())
    if len(values) > 1:
        raise WebhookMalformed(f"The field {name} came twice.", field=name)
    return values[0] if values else None
