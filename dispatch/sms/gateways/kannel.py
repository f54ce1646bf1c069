"""Kannel, the free gateway that runs on one's own machine and speaks SMPP to carriers.

An account is a `sendsms-user` of its smsbox: `sid` the username, `secret` the password, `number` the sender. Kannel
signs nothing and gives no id of a text that its receipts would carry. So each text is known by our own id, and whoever
calls us is trusted by the address we handed out; see `keyed_address.py`.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

import httpx

from dispatch.sms.errors import WebhookMalformed
from dispatch.sms.gateways.base import (
    Account,
    Hook,
    HookAddresses,
    HookKind,
    InboundText,
    Outcome,
    Parcel,
    Receipt,
    Refused,
    Sent,
)
from dispatch.sms.gateways.exchange import (
    SUCCESSES,
    Line,
    bytes_of,
    identity,
    in_full,
    inbound,
    maybe,
    one,
    outcome_of_status,
    word,
)
from dispatch.sms.gateways.keyed_address import REFERENCE, KeyedGateway, address_for, is_ours
from dispatch.sms.rules import MessageStatus
from dispatch.sms.segments import Encoding, measure

STATUS_OF: Final[Mapping[str, MessageStatus]] = MappingProxyType(
    {
        "1": MessageStatus.DELIVERED,  # on the phone
        "2": MessageStatus.FAILED,  # the carrier gave it up
        "4": MessageStatus.SENT,  # kept by the carrier until the phone can be reached
        "8": MessageStatus.SENT,  # taken by the carrier
        "16": MessageStatus.FAILED,  # refused by the carrier
    }
)
"""The values of `%d`; 32, an intermediate word of the carrier, says nothing we keep."""

_GSM: Final = "0"
_UCS2: Final = "2"
_EVERY_RECEIPT: Final = "31"
_TRIED_AGAIN: Final = "Temporal failure"
"""How its 503 begins: every way is closed or full, and nothing was taken."""
_LOCKED: Final = "Authorization failed"
_NEVER: Final = "Not routable"
_CODE: Final = re.compile(r"stat:(?P<stat>[A-Z]{1,10})(?: err:(?P<err>[0-9A-Za-z]{1,8}))?")
_STATUS_FIELDS: Final = ("status", "answer")
_INBOUND_FIELDS: Final = ("from", "to", "text", "charset", "id", "time")
_RECEIPT_TAIL: Final = "status=%d&answer=%A"
_INBOUND_TAIL: Final = "from=%p&to=%P&text=%b&charset=%C&id=%I&time=%t"
"""`%b` are the bytes of the text, `%C` how they are to be read. `%a`, which most examples show, takes the bytes of a
Cyrillic text for letters: of one that ends in a capital Er (04 20) the last byte is lost as a blank."""
_UTF16: Final = "UTF-16BE"
_FORBIDDEN: Final = 403


class KannelGateway(KeyedGateway):
    """Sends through `sendsms` and takes its calls; see `base.Gateway` for the contract.

    Args:
        base_url: of the smsbox, without a trailing slash.
        hooks_url: our own webhooks as Kannel reaches them, without `/inbound` and `/status`.
        timeout_s: for an answer; a text without one is unclear until a receipt comes.
        in_flight: the most requests at once.
    """

    reply: Final = (b"", "text/plain")
    """Empty: what a service answers, Kannel texts to the person."""

    def __init__(self, base_url: str, hooks_url: str, *, timeout_s: float, in_flight: int) -> None:
        self._send_url = httpx.URL(f"{base_url.rstrip('/')}/cgi-bin/sendsms")
        self._hooks_url = hooks_url
        self._line = Line(timeout_s=timeout_s, in_flight=in_flight)

    async def send(self, account: Account, parcel: Parcel) -> Outcome:
        """Post one text, once; our own id is the gateway's.

        It takes no forms: fields are headers and the text is the body. In an address, which it takes as well, password
        and text would stand in its access log.
        """
        receipts = address_for(f"{self._hooks_url}/status", account.id, account.secret, parcel.reference)
        headers = {
            "Content-Type": "text/plain; charset=UTF-8",
            "X-Kannel-Username": account.sid,
            "X-Kannel-Password": account.secret,
            "X-Kannel-From": account.number,
            "X-Kannel-To": parcel.to,
            "X-Kannel-Coding": _GSM if measure(parcel.body).encoding is Encoding.GSM7 else _UCS2,
            "X-Kannel-DLR-Mask": _EVERY_RECEIPT,
            "X-Kannel-DLR-Url": f"{receipts}&{_RECEIPT_TAIL}",
        }
        fields = "".join(headers.values())
        if not (fields.isascii() and fields.isprintable()):
            return Refused("authorization_failed", permanent=False)
        answer = await self._line.hand_over(self._send_url, parcel.body.encode(), headers)
        return _outcome(answer, parcel) if isinstance(answer, httpx.Response) else answer

    async def close(self) -> None:
        """Close the connections."""
        await self._line.close()

    def hook_addresses(self, account: Account) -> HookAddresses:
        """Return the `get-url` of the sms-service that takes the number's texts; each text names that of receipts."""
        return HookAddresses(f"{address_for(f'{self._hooks_url}/inbound', account.id, account.secret)}&{_INBOUND_TAIL}")

    def verify(self, account_id: UUID, secret: str, hook: Hook) -> bool:
        """Check the address's key; a call with any field but those we asked for is none of Kannel's."""
        further = _INBOUND_FIELDS if hook.kind is HookKind.INBOUND else _STATUS_FIELDS
        apart = not hook.form.keys() & hook.query.keys()
        return is_ours(account_id, secret, hook, further) and hook.form.keys() <= set(further) and apart

    def parse_status(self, hook: Hook) -> Receipt:
        """Read `%d`, and of the carrier's own words (`%A`) the state and error that SMPP receipts carry."""
        reference = identity(one(hook.query, REFERENCE))
        if reference is None:
            raise WebhookMalformed("The address names no text of ours.", field=REFERENCE)
        said = word(hook.query, "status")
        found = _CODE.search(bytes_of(hook.query, "answer").decode("utf-8", "replace"))
        code = None if found is None else ":".join(part for part in found.groups() if part)
        return Receipt(str(reference), reference, STATUS_OF.get(said), said, code)

    def parse_inbound(self, hook: Hook) -> InboundText:
        """Read `%I`, `%p` and `%b`, from the address or from a form."""
        fields = {**hook.query, **hook.form}
        charset = "utf-16-be" if maybe(fields, "charset") == _UTF16 else "utf-8"
        text = bytes_of(fields, "text").decode(charset, "replace")
        return inbound(word(fields, "id"), in_full(one(fields, "from")), text)


def _outcome(response: httpx.Response, parcel: Parcel) -> Outcome:
    """Read smsbox's answer: its status, and where that is shared, how its sentence begins."""
    said = response.text
    if response.status_code in SUCCESSES:
        return Sent(str(parcel.reference))
    if said.startswith(_TRIED_AGAIN):
        return Refused("temporal_failure", permanent=False)
    if response.status_code == _FORBIDDEN and said.startswith(_NEVER):
        return Refused("not_routable", permanent=True)
    return outcome_of_status(response, "authorization_failed" if said.startswith(_LOCKED) else "")
