"""A gateway for development: it prints each text, and takes answers at an address it prints as well.

Whoever reads the output of the worker reads numbers and texts of people, so it is opened only where the installation
says that it is a developer's (`DISPATCH_SMS__CONSOLE`).
"""

import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TextIO
from uuid import UUID

from dispatch.sms.errors import WebhookMalformed
from dispatch.sms.gateways.base import (
    Account,
    Hook,
    HookAddresses,
    InboundText,
    Outcome,
    Parcel,
    Receipt,
    Sent,
)
from dispatch.sms.gateways.exchange import identity, in_full, inbound, maybe, one, word
from dispatch.sms.gateways.keyed_address import REFERENCE, KeyedGateway, address_for, is_ours
from dispatch.sms.rules import MessageStatus

STATUS_OF: Final[Mapping[str, MessageStatus]] = MappingProxyType(
    {"sent": MessageStatus.SENT, "delivered": MessageStatus.DELIVERED, "failed": MessageStatus.FAILED}
)
"""The words a developer may say at the address of receipts."""

_FIELDS: Final = ("from", "text", "id", "status")


class ConsoleForbidden(Exception):
    """The installation does not say that it is for development."""


class ConsoleGateway(KeyedGateway):
    """Prints texts; see `base.Gateway` for the contract.

    Args:
        hooks_url: our own webhooks, without `/inbound` and `/status`.
        allowed: whether the installation is a developer's.
        out: where to print; by default what is standard output at that moment.

    Raises:
        ConsoleForbidden: it is not.
    """

    reply: Final = (b"stored\n", "text/plain")

    def __init__(self, hooks_url: str, *, allowed: bool, out: TextIO | None = None) -> None:
        if not allowed:
            raise ConsoleForbidden("Texts are printed on a developer's machine only: set DISPATCH_SMS__CONSOLE there.")
        self._hooks_url = hooks_url
        self._out = out

    async def send(self, account: Account, parcel: Parcel) -> Outcome:
        """Print one text; that it was printed is all that can be known."""
        print(f"{account.number} -> {parcel.to}: {parcel.body}", file=self._out or sys.stdout, flush=True)
        return Sent(str(parcel.reference))

    async def close(self) -> None:
        """Nothing is open."""

    def hook_addresses(self, account: Account) -> HookAddresses:
        """Return where to post `from`, `text` and `id`."""
        return HookAddresses(address_for(f"{self._hooks_url}/inbound", account.id, account.secret))

    def verify(self, account_id: UUID, secret: str, hook: Hook) -> bool:
        """Check the address's key."""
        return is_ours(account_id, secret, hook) and hook.form.keys() <= set(_FIELDS)

    def parse_status(self, hook: Hook) -> Receipt:
        """Read `status`; the text is named by the address."""
        reference = identity(one(hook.query, REFERENCE))
        if reference is None:
            raise WebhookMalformed("The address names no text of ours.", field=REFERENCE)
        said = word(hook.form, "status")
        return Receipt(str(reference), reference, STATUS_OF.get(said), said, None)

    def parse_inbound(self, hook: Hook) -> InboundText:
        """Read `id`, `from` and `text`."""
        return inbound(word(hook.form, "id"), in_full(one(hook.form, "from")), maybe(hook.form, "text") or "")
