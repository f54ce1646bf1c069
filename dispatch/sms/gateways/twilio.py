"""Twilio, and every gateway that speaks its REST API and signs as it does."""

import base64
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

import httpx

from dispatch.sms.gateways.base import (
    Account,
    Hook,
    HookAddresses,
    InboundText,
    Listed,
    ListingIncomplete,
    Outcome,
    Owner,
    Parcel,
    Receipt,
    Refused,
    Sent,
    Unclear,
)
from dispatch.sms.gateways.exchange import (
    FORM,
    SUCCESSES,
    Line,
    answer_of,
    identity,
    inbound,
    maybe,
    one,
    outcome_of_status,
    word,
)
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
"""Its message states; `receiving` and `received` are of inbound texts and say nothing here."""

DEAD_NUMBER: Final = frozenset(
    {
        "21211",  # not a phone number
        "21214",  # cannot be reached, by the numbering plan
        "21217",  # not valid
        "21614",  # not a mobile number
        "21635",  # a landline
        "30005",  # no such handset, or switched off for good
        "30006",  # a landline, or a carrier that takes no texts
    }
)
"""Texts will never arrive at the number."""

OPTED_OUT: Final = frozenset({"21610"})
"""The person texted STOP to this very number, and the gateway keeps it."""

ACCOUNT_TROUBLE: Final = frozenset(
    {
        # the account: locked, unpaid, without the right, or its secret is wrong
        *("10001", "20003", "20005", "20006", "20008", "30002", "90010"),
        # its number: not ours, cannot text, or may not text there by the account's settings
        *("21212", "21408", "21603", "21606", "21611", "21612", "21659", "21660", "21703", "21705"),
        # too many at once or in a day
        *("14107", "20429", "30001", "63038"),
        # our own address for receipts: the gateway will not call it
        "21609",
    }
)
"""Refusals that a person at the gateway's console can end: the same text may go later, though the status is a 400."""

_REFERENCE: Final = "ref"
_REPLY: Final = (b'<?xml version="1.0" encoding="UTF-8"?><Response></Response>', "text/xml")
_PAGE_SIZE: Final = 1000
_MOST_PAGES: Final = 200
_CLOCKS_APART: Final = timedelta(minutes=2)


class TwilioGateway:
    """Sends, lists and takes webhooks; see `base.Gateway` for the contract.

    Args:
        base_url: of the REST API, without a trailing slash.
        hooks_url: our own webhooks as the gateway reaches them, without `/inbound` and `/status`.
        timeout_s: for an answer; a text without one is unclear.
        in_flight: the most requests at once.
    """

    lists: Final = True
    dead_number_codes: Final = DEAD_NUMBER
    opted_out_codes: Final = OPTED_OUT
    reply: Final = _REPLY

    def __init__(self, base_url: str, hooks_url: str, *, timeout_s: float, in_flight: int) -> None:
        self._base_url = base_url.rstrip("/")
        self._hooks_url = hooks_url
        self._line = Line(timeout_s=timeout_s, in_flight=in_flight)
        self._send_urls: dict[str, httpx.URL] = {}

    async def send(self, account: Account, parcel: Parcel) -> Outcome:
        """Post one text, once.

        A 4xx means the gateway did not take it; a 5xx, a broken connection or no answer in time leave it unclear,
        because the provider gives no key that would make a second post safe. Our message id comes back in the address
        of its receipts, as `ref`.
        """
        fields = {
            "To": parcel.to,
            "From": account.number,
            "Body": parcel.body,
            "StatusCallback": f"{self._hooks_url}/status?{_REFERENCE}={parcel.reference}",
        }
        headers = {**FORM, **_authorization(account)}
        answer = await self._line.hand_over(self._send_url(account.sid), urlencode(fields).encode(), headers)
        return _outcome(answer) if isinstance(answer, httpx.Response) else answer

    async def list_sent(self, account: Account, since: datetime) -> list[Listed]:
        """Return what left the account's number since then.

        Texts are listed newest first and not filtered by the date they were sent: one that still waits at the gateway
        has no such date, and taking it for absent would send it twice.
        """
        earliest = since - _CLOCKS_APART
        found: dict[str, Listed] = {}
        async for page in self._pages(account, {"From": account.number}):
            listed = [_listed(item) for item in page if item.get("direction") != "inbound"]
            found |= {item.gateway_id: item for item in listed if item.created_at >= earliest}
            if any(item.created_at < earliest for item in listed):
                break
        return list(found.values())

    async def poll_inbound(self, account: Account, since: datetime) -> list[InboundText]:
        """Return what came to the account's number since then, oldest first."""
        after = f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        found: dict[str, InboundText] = {}
        async for page in self._pages(account, {"To": account.number, "DateSent>": after}):
            texts = [_received(item) for item in page if item.get("direction") == "inbound"]
            found |= {text.gateway_id: text for text in texts}
        return list(found.values())[::-1]

    async def close(self) -> None:
        """Close the connections."""
        await self._line.close()

    def hook_addresses(self, account: Account) -> HookAddresses:
        """Return the address of inbound texts, the same for all accounts; each text names that of its receipts."""
        del account
        return HookAddresses(f"{self._hooks_url}/inbound")

    def account_of(self, hook: Hook) -> Owner:
        """Return the account and our own number, which is the receiver of what people send, the sender otherwise."""
        ours = "To" if hook.kind == "inbound" else "From"
        return Owner(sid=one(hook.form, "AccountSid"), number=one(hook.form, ours))

    def verify(self, account_id: UUID, secret: str, hook: Hook) -> bool:
        """Check `X-Twilio-Signature`, which covers the exact address and every field."""
        del account_id
        return is_signed(secret, hook.url, hook.form, hook.headers)

    def parse_status(self, hook: Hook) -> Receipt:
        """Read `MessageStatus` and `ErrorCode`; our own id comes back in the query."""
        said = word(hook.form, "MessageStatus").casefold()
        code = word(hook.form, "ErrorCode") if maybe(hook.form, "ErrorCode") else None
        given = hook.query.get(_REFERENCE, ())
        reference = identity(given[0]) if len(given) == 1 else None
        return Receipt(word(hook.form, "MessageSid"), reference, STATUS_OF.get(said), said, code)

    def parse_inbound(self, hook: Hook) -> InboundText:
        """Read `MessageSid`, `From` and `Body`."""
        gateway_id = word(hook.form, "MessageSid")
        return inbound(gateway_id, one(hook.form, "From"), maybe(hook.form, "Body") or "")

    def _send_url(self, sid: str) -> httpx.URL:
        url = self._send_urls.get(sid)
        if url is None:
            url = self._send_urls[sid] = httpx.URL(f"{self._base_url}/2010-04-01/Accounts/{sid}/Messages.json")
        return url

    async def _pages(self, account: Account, query: Mapping[str, str]) -> AsyncIterator[list[dict[str, Any]]]:
        """Yield the pages of a list; a page that is unreadable, repeated or one too many ends it as incomplete."""
        path: str | None = (
            f"/2010-04-01/Accounts/{account.sid}/Messages.json?{urlencode({**query, 'PageSize': _PAGE_SIZE})}"
        )
        seen: set[str] = set()
        while path is not None:
            if path in seen or len(seen) >= _MOST_PAGES:
                raise ListingIncomplete("too many pages")
            seen.add(path)
            page = await self._line.read(self._base_url + path, headers=_authorization(account))
            try:
                messages: list[dict[str, Any]] = page["messages"]
                path = page["next_page_uri"]
                whole = all(isinstance(item, dict) for item in messages) and (path is None or path.startswith("/"))
            except (KeyError, TypeError, AttributeError) as error:
                raise ListingIncomplete(f"a page is unreadable: {type(error).__name__}") from error
            if not whole:
                raise ListingIncomplete("a page is unreadable")
            yield messages


def _authorization(account: Account) -> dict[str, str]:
    pair = base64.b64encode(f"{account.sid}:{account.secret}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


def _outcome(response: httpx.Response) -> Outcome:
    answer = answer_of(response)
    if response.status_code in SUCCESSES:
        sid = answer.get("sid")
        return Sent(sid) if isinstance(sid, str) and sid else Unclear("answer_without_id")
    outcome = outcome_of_status(response, str(answer.get("code") or ""))
    if isinstance(outcome, Unclear):
        return outcome
    return Refused(
        outcome.code,
        permanent=outcome.permanent and outcome.code not in ACCOUNT_TROUBLE,
        opted_out=outcome.code in OPTED_OUT,
        dead_number=outcome.code in DEAD_NUMBER,
        retry_after_s=outcome.retry_after_s,
    )


def _listed(item: Mapping[str, Any]) -> Listed:
    try:
        code = item["error_code"]
        return Listed(
            gateway_id=item["sid"],
            to=item["to"],
            body=item["body"],
            status=STATUS_OF[item["status"]],
            code=None if code is None else str(code),
            created_at=parsedate_to_datetime(item["date_created"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ListingIncomplete(f"an item of the list is unreadable: {type(error).__name__}") from error


def _received(item: Mapping[str, Any]) -> InboundText:
    found = [item.get(name) for name in ("sid", "from", "body")]
    if not all(isinstance(value, str) for value in found[:2]):
        raise ListingIncomplete("an item of the list is unreadable")
    return InboundText(str(found[0]), str(found[1]), str(found[2] or ""))
