"""Twilio's REST API, and every gateway that speaks it: send a text, list texts."""

import base64
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlencode

import httpx

from dispatch.sms.gateways.base import (
    Account,
    InboundText,
    Listed,
    ListingIncomplete,
    Outcome,
    Parcel,
    Refused,
    Sent,
    Unclear,
)
from dispatch.sms.gateways.connections import PinnedTransport
from dispatch.sms.gateways.twilio_webhooks import DEAD_NUMBER_CODES, REFERENCE, STATUS_OF

_OPTED_OUT: Final = "21610"
_TOO_MANY: Final = 429
_CLIENT_ERRORS: Final = range(400, 500)
_SUCCESSES: Final = range(200, 300)
_ACCOUNT_TROUBLE: Final = frozenset({401, 403, 404, 408, _TOO_MANY})
"""Statuses that say nothing about the text itself: the same text may go later."""

_PAGE_SIZE: Final = 1000
_MOST_PAGES: Final = 200
_CLOCKS_APART: Final = timedelta(minutes=2)


class TwilioGateway:
    """Sends and lists through one base address; see `base.Gateway` for the contract.

    Args:
        base_url: of the REST API, without a trailing slash.
        status_url: our own status webhook as the gateway reaches it; our message id is added as `?ref=`.
        timeout_s: for an answer; a text without one is unclear.
        in_flight: the most requests at once.
    """

    lists: Final = True

    def __init__(self, base_url: str, status_url: str, *, timeout_s: float, in_flight: int) -> None:
        self._base_url = base_url.rstrip("/")
        self._status_url = status_url
        self._transport = PinnedTransport(connections=in_flight)
        timeout = httpx.Timeout(timeout_s, connect=min(timeout_s, 5.0))
        self._extensions = {"timeout": timeout.as_dict()}
        self._client = httpx.AsyncClient(transport=self._transport, timeout=timeout, trust_env=False)
        self._send_urls: dict[str, httpx.URL] = {}

    async def send(self, account: Account, parcel: Parcel) -> Outcome:
        """Post one text, once.

        A 4xx means the gateway did not take it; a 5xx, a broken connection or no answer in time leave it unclear,
        because the provider gives no key that would make a second post safe. The request goes straight to the
        transport: the client's cookies, redirects and merging of addresses are a third of the cost of a text.
        """
        fields = {
            "To": parcel.to,
            "From": account.number,
            "Body": parcel.body,
            "StatusCallback": f"{self._status_url}?{REFERENCE}={parcel.reference}",
        }
        request = httpx.Request(
            "POST",
            self._send_url(account.sid),
            content=urlencode(fields).encode(),
            headers={**_authorization(account), "Content-Type": "application/x-www-form-urlencoded"},
            extensions=self._extensions,
        )
        try:
            response = await self._transport.handle_async_request(request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            return Refused("unreachable", permanent=False)
        except httpx.HTTPError as error:
            return Unclear(type(error).__name__)
        return _outcome(response)

    async def list_sent(self, account: Account, since: datetime) -> list[Listed]:
        """Return what left the account's number since then.

        Texts are listed newest first and not filtered by the date they were sent: one that still waits at the gateway
        has no such date, and taking it for absent would send it twice.
        """
        earliest = since - _CLOCKS_APART
        found: list[Listed] = []
        async for page in self._pages(account, {"From": account.number}):
            listed = [_listed(item) for item in page if item.get("direction") != "inbound"]
            found += [item for item in listed if item.created_at >= earliest]
            if any(item.created_at < earliest for item in listed):
                break
        return found

    async def list_received(self, account: Account, since: datetime) -> list[InboundText]:
        """Return what came to the account's number since then, oldest first."""
        after = f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        found = [
            InboundText(item["sid"], item["from"], item["body"])
            async for page in self._pages(account, {"To": account.number, "DateSent>": after})
            for item in page
            if item.get("direction") == "inbound"
        ]
        return found[::-1]

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def _send_url(self, sid: str) -> httpx.URL:
        url = self._send_urls.get(sid)
        if url is None:
            url = self._send_urls[sid] = httpx.URL(f"{self._base_url}/2010-04-01/Accounts/{sid}/Messages.json")
        return url

    async def _pages(self, account: Account, query: Mapping[str, str]) -> AsyncIterator[list[dict[str, Any]]]:
        path: str | None = (
            f"/2010-04-01/Accounts/{account.sid}/Messages.json?{urlencode({**query, 'PageSize': _PAGE_SIZE})}"
        )
        for _ in range(_MOST_PAGES):
            if path is None:
                return
            try:
                response = await self._client.get(self._base_url + path, headers=_authorization(account))
                response.raise_for_status()
                page = response.json()
                messages: list[dict[str, Any]] = page["messages"]
                path = page["next_page_uri"]
            except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
                raise ListingIncomplete(type(error).__name__) from error
            yield messages
        if path is not None:
            raise ListingIncomplete("too many pages")


def _authorization(account: Account) -> dict[str, str]:
    pair = base64.b64encode(f"{account.sid}:{account.secret}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


def _outcome(response: httpx.Response) -> Outcome:
    status = response.status_code
    answer = _json(response)
    if status in _SUCCESSES:
        sid = answer.get("sid")
        return Sent(sid) if isinstance(sid, str) and sid else Unclear("answer_without_id")
    if status not in _CLIENT_ERRORS:
        return Unclear(f"http_{status}")
    code = str(answer.get("code") or f"http_{status}")
    return Refused(
        code,
        permanent=status not in _ACCOUNT_TROUBLE,
        opted_out=code == _OPTED_OUT,
        dead_number=code in DEAD_NUMBER_CODES,
    )


def _json(response: httpx.Response) -> dict[str, Any]:
    try:
        answer = response.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


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
