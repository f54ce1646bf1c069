"""How a gateway that signs nothing is trusted: by the address we gave it, which carries a key only we can make.

The key is an HMAC-SHA256, keyed with the account's secret, over the address exactly as we hand it out: scheme, host and
path (so gateway and kind), the account's id, and for a status our own id of the text. So none of them can be changed,
and a key of one account, one text or one kind is worth nothing for another. What the gateway itself fills in (the
status, the sender, the words) is not covered, because it is not known before: whoever sees an address can tell lies
about that one text, or, with that of inbound texts, write in anybody's name. Such addresses are therefore secrets, and
want HTTPS or a network of one's own.
"""

import hashlib
import hmac
from collections.abc import Collection
from datetime import datetime
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from dispatch.sms.errors import WebhookMalformed
from dispatch.sms.gateways.base import Account, Hook, InboundText, Listed, ListingIncomplete, Owner
from dispatch.sms.gateways.exchange import identity, one

ACCOUNT: Final = "account"
REFERENCE: Final = "ref"
KEY: Final = "key"


def address_for(base: str, account_id: UUID, secret: str, reference: UUID | None = None) -> str:
    """Return an address of ours with its key; further fields may be put behind it."""
    given = _given(base, str(account_id), None if reference is None else str(reference))
    return f"{given}&{KEY}={_key(secret, given)}"


def owner_of(hook: Hook) -> Owner:
    """Return the account an address names.

    Raises:
        WebhookMalformed: it names none.
    """
    account_id = identity(one(hook.query, ACCOUNT))
    if account_id is None:
        raise WebhookMalformed("The address names no account: copy it as it was given.", field=ACCOUNT)
    return Owner(account_id)


def is_ours(account_id: UUID, secret: str, hook: Hook, further: Collection[str] = ()) -> bool:
    """Tell in constant time whether the address is one that we gave out, with nothing put in but `further` fields."""
    if any(len(values) != 1 for values in hook.query.values()):
        return False
    if not hook.query.keys() <= {ACCOUNT, REFERENCE, KEY, *further}:
        return False
    given = {name: hook.query[name][0] for name in (ACCOUNT, REFERENCE, KEY) if name in hook.query}
    if given.get(ACCOUNT) != str(account_id):
        return False
    key = _key(secret, _given(hook.url.partition("?")[0], given[ACCOUNT], given.get(REFERENCE)))
    return hmac.compare_digest(key.encode(), given.get(KEY, "").encode("utf-8", "surrogatepass"))


class KeyedGateway:
    """What adapters have in common whose gateway signs nothing and keeps no list."""

    lists: Final = False
    dead_number_codes: Final[frozenset[str]] = frozenset()
    """None: each carrier has error codes of its own."""
    opted_out_codes: Final[frozenset[str]] = frozenset()

    async def list_sent(self, account: Account, since: datetime) -> list[Listed]:
        """Refuse: there is no list."""
        raise _NoList(account.gateway, since)

    async def poll_inbound(self, account: Account, since: datetime) -> list[InboundText]:
        """Refuse: there is no list."""
        raise _NoList(account.gateway, since)

    def account_of(self, hook: Hook) -> Owner:
        """Return the account the address names."""
        return owner_of(hook)


class _NoList(ListingIncomplete):
    def __init__(self, gateway: str, since: datetime) -> None:
        super().__init__(f"{gateway} keeps no list, so nothing is known since {since}")


def _given(base: str, account_id: str, reference: str | None) -> str:
    named = {ACCOUNT: account_id} | ({REFERENCE: reference} if reference is not None else {})
    return f"{base}?{urlencode(named)}"


def _key(secret: str, given: str) -> str:
    return hmac.new(secret.encode(), given.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
