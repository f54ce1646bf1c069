"""What adapters share: an exchange over a connection of its own, the outcome of an HTTP status, fields of a webhook."""

import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

import httpx

from dispatch.kit.phones import PhoneInvalid, parse_phone
from dispatch.sms.errors import WebhookMalformed
from dispatch.sms.gateways.base import BUSY, Fields, InboundText, ListingIncomplete, Refused, Unclear
from dispatch.sms.gateways.connections import PinnedTransport

FORM: Final = MappingProxyType({"Content-Type": "application/x-www-form-urlencoded"})
SUCCESSES: Final = range(200, 300)
_CLIENT_ERRORS: Final = range(400, 500)
_ACCOUNT_TROUBLE: Final = frozenset({401, 402, 403, 404, 407, 408, 429})
"""Statuses that say nothing about the text itself: the same text may go later."""

_FREE_HAND_S: Final = 0.5
"""A text waits so long for a free connection, no longer: a STOP may come meanwhile."""
_LONGEST_PAUSE_S: Final = 3600.0
_LONGEST_WORD: Final = 64
_LONGEST_TEXT: Final = 1600
_FOREIGN: Final = re.compile(r"[\ud800-\udfff]")
_SENDER: Final = re.compile(r"\+?[0-9A-Za-z ._-]{1,32}")


class Line:
    """How an adapter reaches its gateway; nothing is opened before the first exchange.

    Requests go straight to the transport: a client's cookies, redirects and merging of addresses are a third of the
    cost of a text.

    Args:
        timeout_s: for an answer.
        in_flight: the most exchanges at once.
    """

    def __init__(self, *, timeout_s: float, in_flight: int) -> None:
        self._transport = PinnedTransport(connections=in_flight)
        limits = httpx.Timeout(timeout_s, connect=min(timeout_s, 5.0), pool=min(timeout_s, _FREE_HAND_S))
        self._hand_over = {"timeout": limits.as_dict()}
        self._read = {"timeout": httpx.Timeout(timeout_s, connect=min(timeout_s, 5.0)).as_dict()}

    async def hand_over(
        self, url: str | httpx.URL, content: bytes, headers: Mapping[str, str]
    ) -> httpx.Response | Refused | Unclear:
        """Post a text, once; return the answer, or what is known without one.

        Where not a byte left us, the gateway certainly did not take the text; with anything else it may have.
        """
        request = httpx.Request("POST", url, content=content, headers=headers, extensions=self._hand_over)
        try:
            return await self._transport.handle_async_request(request)
        except httpx.PoolTimeout:
            return Refused(BUSY, permanent=False)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            return Refused("unreachable", permanent=False)
        except httpx.HTTPError as error:
            return Unclear(type(error).__name__)

    async def read(self, url: str, content: bytes | None = None, headers: Mapping[str, str] = FORM) -> Any:  # noqa: ANN401 - JSON
        """Return the JSON at an address; with `content` it is asked for by a post, as no address may carry a password.

        Raises:
            ListingIncomplete: there is no answer, or it is no JSON.
        """
        method = "GET" if content is None else "POST"
        request = httpx.Request(method, url, content=content, headers=headers, extensions=self._read)
        try:
            response = await self._transport.handle_async_request(request)
            if response.status_code not in SUCCESSES:
                raise ListingIncomplete(f"http_{response.status_code}")
            return response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise ListingIncomplete(type(error).__name__) from error

    async def close(self) -> None:
        """Close the idle connections."""
        await self._transport.aclose()


def outcome_of_status(response: httpx.Response, code: str = "") -> Refused | Unclear:
    """Return what an HTTP status other than a success means, where the gateway says no more than a code.

    With a 4xx the gateway did not take the text; with anything else it may have.
    """
    status = response.status_code
    if status not in _CLIENT_ERRORS:
        return Unclear(f"http_{status}")
    return Refused(
        code or f"http_{status}", permanent=status not in _ACCOUNT_TROUBLE, retry_after_s=retry_after(response)
    )


def retry_after(response: httpx.Response) -> float | None:
    """Return the seconds a gateway asks to be left alone, at most an hour; None where it does not say.

    `Retry-After` is a number of seconds, or a date, which counts from the answer's own.
    """
    asked = response.headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        return min(float(asked[:9]), _LONGEST_PAUSE_S)
    until, now = _date(asked), _date(response.headers.get("date", ""))
    if until is None or now is None:
        return None
    return min(max((until - now).total_seconds(), 0.0), _LONGEST_PAUSE_S)


def _date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None


def answer_of(response: httpx.Response) -> dict[str, Any]:
    """Return the JSON object an answer holds, or an empty one."""
    try:
        answer = response.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def maybe(fields: Fields, name: str) -> str | None:
    """Return a field, or None where it did not come.

    Raises:
        WebhookMalformed: it came twice, or is no UTF-8.
    """
    values = fields.get(name, ())
    if len(values) > 1:
        raise WebhookMalformed(f"The field {name} came twice.", field=name)
    if values and _FOREIGN.search(values[0]):
        raise WebhookMalformed(f"The field {name} is not in UTF-8.", field=name)
    return values[0] if values else None


def bytes_of(fields: Fields, name: str) -> bytes:
    """Return the bytes of a field as they came, whatever their encoding; none where it did not come."""
    return b"".join(value.encode("utf-8", "surrogateescape") for value in fields.get(name, ())[:1])


def one(fields: Fields, name: str) -> str:
    """Return a field that must be there.

    Raises:
        WebhookMalformed: it is missing or came twice.
    """
    found = maybe(fields, name)
    if not found:
        raise WebhookMalformed(f"The field {name} is missing.", field=name)
    return found


def word(fields: Fields, name: str) -> str:
    """Return an id, a code or a word of the gateway's.

    Raises:
        WebhookMalformed: it is missing, came twice, or is nothing of the kind.
    """
    found = one(fields, name)
    if len(found) > _LONGEST_WORD or not found.isascii() or not found.isprintable():
        raise WebhookMalformed(f"The field {name} is no id or word of a gateway.", field=name)
    return found


def identity(text: str) -> UUID | None:
    """Return the id of ours that a text is, or None."""
    try:
        return UUID(text)
    except ValueError:
        return None


def inbound(gateway_id: str, sender: str, text: str) -> InboundText:
    """Return a text somebody sent; one without words (a picture) is kept as an empty one.

    Raises:
        WebhookMalformed: the sender cannot be one, or the text is longer than any.
    """
    if not _SENDER.fullmatch(sender):
        raise WebhookMalformed("Who is named as the sender cannot send texts.")
    if len(text) > _LONGEST_TEXT:
        raise WebhookMalformed("The text is longer than any text.", longest=_LONGEST_TEXT)
    return InboundText(gateway_id, sender, text)


def in_full(sender: str) -> str:
    """Return a sender's number in E.164, however the carrier writes it; a name or a short number stays as it is."""
    for written in (f"+{sender}", sender) if sender.isdigit() else ():
        try:
            return parse_phone(written)
        except PhoneInvalid:
            continue
    return sender
