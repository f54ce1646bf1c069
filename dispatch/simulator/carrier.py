"""What the carrier answers to whom, whatever server asks: who may, which texts it takes, what it lists."""

import base64
import binascii
import re
import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from urllib.parse import parse_qs, urlencode, urlsplit

from dispatch.simulator.config import Account
from dispatch.simulator.messages import Message, resource
from dispatch.simulator.world import World

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_BODY_LIMIT = 1600
REQUEST_LIMIT = 64 * 1024
"""The largest body of a request, in bytes."""

_PAGE_DEFAULT, _PAGE_LIMIT = 50, 1000
_LONGEST_QUEUE = timedelta(minutes=10)  # a text created so long before a bound was not sent after it


class Refusal(Exception):
    """The carrier says no: HTTP status, its own error code and a sentence."""

    def __init__(self, status: int, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.sentence = sentence

    @property
    def shown(self) -> dict[str, object]:
        """The body of the answer, as the carrier words it."""
        return {
            "code": self.code,
            "message": self.sentence,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


def authenticate(world: World, authorization: str, account_sid: str) -> Account:
    """Return the account whose sid and token came by HTTP basic authentication; it must be the one in the path.

    Raises:
        Refusal: it is not.
    """
    scheme, _, encoded = authorization.partition(" ")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        user = password = ""
    account = world.store.accounts.get(user)
    known = account is not None and secrets.compare_digest(password.encode(), account.auth_token.encode())
    if scheme.casefold() != "basic" or account is None or not known or user != account_sid:
        raise Refusal(401, 20003, "Authenticate")
    return account


def fields_of(body: bytes) -> dict[str, str]:
    """Read a form; of a field that came twice the last counts.

    Raises:
        Refusal: it is too large or not UTF-8.
    """
    if len(body) > REQUEST_LIMIT:
        raise Refusal(413, 20001, "The request body is too large")
    try:
        fields = parse_qs(body.decode("utf-8"), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError as broken:
        raise Refusal(400, 20001, "The request body is not UTF-8") from broken
    return {name: values[-1] for name, values in fields.items()}


def accept(world: World, account: Account, form: Mapping[str, str]) -> Message:
    """Take over a text, and start it on its way.

    Raises:
        Refusal: it makes no sense, or its recipient sent a STOP.
    """
    to, sender, body = form.get("To", "").strip(), form.get("From", "").strip(), form.get("Body", "")
    status_callback = form.get("StatusCallback", "")
    if not to:
        raise Refusal(400, 21604, "A 'To' phone number is required.")
    if not _E164.fullmatch(to):
        raise Refusal(400, 21211, f"The 'To' number {to} is not a valid phone number.")
    if not sender:
        raise Refusal(400, 21603, "A 'From' phone number is required.")
    if sender not in account.numbers:
        raise Refusal(400, 21606, f"The 'From' phone number {sender} is not a valid message-capable number of yours.")
    if to == sender:
        raise Refusal(400, 21266, "'To' and 'From' number cannot be the same.")
    if not body:
        raise Refusal(400, 21602, "Message body is required.")
    if len(body) > _BODY_LIMIT:
        raise Refusal(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
    if status_callback and not _is_url(status_callback):
        raise Refusal(400, 21609, f"The 'StatusCallback' URL {status_callback} is not a valid URL.")
    if world.store.opted_out(sender, to):
        raise Refusal(400, 21610, "Attempt to send to unsubscribed recipient")
    return world.accept(account, sender=sender, to=to, body=body, status_callback=status_callback)


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def list_page(world: World, account_sid: str, path: str, query: Mapping[str, str]) -> dict[str, object]:
    """Return one page of texts, newest first; filters To, From, DateSent, DateSent<, DateSent>.

    Raises:
        Refusal: a filter or the place of the page makes no sense.
    """
    size = min(max(_figure(query, "PageSize", _PAGE_DEFAULT), 1), _PAGE_LIMIT)
    page = max(_figure(query, "Page", 0), 0)
    found = list(islice(_matching(world, account_sid, query), size + 1))
    shown, more = found[:size], len(found) > size
    filters: dict[str, str | int] = {
        name: query[name] for name in ("To", "From", "DateSent", "DateSent<", "DateSent>") if name in query
    }

    def uri(**place: str | int) -> str:
        return f"{path}?{urlencode({**filters, 'PageSize': size, **place})}"

    return {
        "messages": [resource(message) for message in shown],
        "page": page,
        "page_size": size,
        "start": page * size,
        "end": page * size + max(len(shown) - 1, 0),
        "uri": uri(Page=page),
        "first_page_uri": uri(Page=0),
        "next_page_uri": uri(Page=page + 1, PageToken=f"PA{shown[-1].sid}") if more else None,
        "previous_page_uri": None,
    }


def _figure(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default  # noqa: PLR2004 - fits an int


def _matching(world: World, account_sid: str, query: Mapping[str, str]) -> Iterator[Message]:
    to, sender = query.get("To"), query.get("From")
    phone = next((end for end in (to, sender) if end in world.store.conversations), None)
    token = query.get("PageToken", "").removeprefix("PA")
    last = world.store.message(account_sid, token) if token else None
    if token and last is None:
        raise Refusal(400, 20006, "The page token is not valid")
    earliest, latest = _bounds(query)
    for message in world.store.newest_first(account_sid, phone=phone, before=last.seq if last else None):
        if message.created_at < earliest - _LONGEST_QUEUE:
            return
        when = message.sent_at or message.created_at
        if earliest <= when < latest and to in {None, message.to} and sender in {None, message.sender}:
            yield message


def _bounds(query: Mapping[str, str]) -> tuple[datetime, datetime]:
    """Return the half-open span of `DateSent` filters; a bare date stands for the whole GMT day, bounds included."""
    earliest, latest = datetime.min.replace(tzinfo=UTC) + _LONGEST_QUEUE, datetime.max.replace(tzinfo=UTC)
    if text := query.get("DateSent"):
        day = _instant(text).replace(hour=0, minute=0, second=0)
        earliest, latest = day, day + timedelta(days=1)
    if text := query.get("DateSent>"):
        earliest = max(earliest, _instant(text))
    if text := query.get("DateSent<"):
        latest = min(latest, _instant(text) + (timedelta(days=1) if "T" not in text else timedelta(seconds=1)))
    return earliest, latest


def _instant(text: str) -> datetime:
    for form in ("%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise Refusal(400, 20001, f"The DateSent filter {text} is not a date; give YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ")
