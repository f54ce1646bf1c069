"""The carrier's REST API: send, list and fetch texts, as Twilio's helper libraries expect it."""

import asyncio
import base64
import binascii
import contextlib
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from urllib.parse import parse_qs, urlencode, urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from dispatch.simulator.config import Account
from dispatch.simulator.faults import Trouble
from dispatch.simulator.messages import API_VERSION, Message, Status, resource
from dispatch.simulator.world import World

router = APIRouter(prefix=f"/{API_VERSION}/Accounts/{{account_sid}}", tags=["carrier"])

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_BODY_LIMIT = 1600
_REQUEST_LIMIT = 64 * 1024
_PAGE_DEFAULT, _PAGE_LIMIT = 50, 1000
_LONGEST_QUEUE = timedelta(minutes=10)  # a text created so long before a bound was not sent after it


class Refusal(Exception):
    """The carrier says no: HTTP status, its own error code and a sentence."""

    def __init__(self, status: int, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.sentence = sentence


async def refuse(_: Request, refusal: Exception) -> JSONResponse:
    """Show a refusal as the carrier does: `code`, `message`, `more_info`, `status`."""
    assert isinstance(refusal, Refusal)
    body = {
        "code": refusal.code,
        "message": refusal.sentence,
        "more_info": f"https://www.twilio.com/docs/errors/{refusal.code}",
        "status": refusal.status,
    }
    headers = {"WWW-Authenticate": 'Basic realm="Twilio API"'} if refusal.status == 401 else {}  # noqa: PLR2004 - HTTP
    return JSONResponse(body, refusal.status, headers)


@router.post("/Messages.json", status_code=201, response_model=None)
async def send_message(request: Request, account_sid: str) -> JSONResponse:
    """Accept a text for delivery; 201 with the message resource, status `queued`."""
    world: World = request.app.state.world
    faults = world.faults.settings
    if faults.latency_ms:
        await asyncio.sleep(faults.latency_ms / 1000)
    account = _authenticate(request, world, account_sid)
    form = await _form(request)
    trouble = world.faults.draw()
    if trouble is Trouble.ERROR:
        raise Refusal(500, 20500, "An internal server error has occurred")
    if trouble is Trouble.THROTTLE:
        raise Refusal(429, 20429, "Too Many Requests")
    if trouble is Trouble.SWALLOW:
        await _hang(request, faults.hang_s)
        raise Refusal(500, 20500, "An internal server error has occurred")
    message = _accept(world, account, form)
    shown = resource(message)
    first = world.report(message, Status.QUEUED)
    if first is not None and faults.callback_before_response:
        await world.courier.post_now(first)
    elif first is not None:
        world.courier.post(first)
    if trouble is Trouble.DROP_REPLY:
        await _hang(request, faults.hang_s)
    return JSONResponse(shown, 201)


@router.get("/Messages.json", response_model=None)
async def list_messages(request: Request, account_sid: str) -> JSONResponse:
    """List texts, newest first, one page at a time; filters To, From, DateSent, DateSent<, DateSent>.

    A text that was not sent yet is listed by the date it was created.
    """
    world: World = request.app.state.world
    await asyncio.sleep(world.faults.settings.latency_ms / 1000)
    _authenticate(request, world, account_sid)
    query = dict(request.query_params)
    size = min(max(_figure(query, "PageSize", _PAGE_DEFAULT), 1), _PAGE_LIMIT)
    page = max(_figure(query, "Page", 0), 0)
    found = list(islice(_matching(world, account_sid, query), size + 1))
    shown, more = found[:size], len(found) > size
    filters: dict[str, str | int] = {
        name: query[name] for name in ("To", "From", "DateSent", "DateSent<", "DateSent>") if name in query
    }

    def uri(**place: str | int) -> str:
        return f"{request.url.path}?{urlencode({**filters, 'PageSize': size, **place})}"

    return JSONResponse(
        {
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
    )


@router.get("/Messages/{sid}.json", response_model=None)
async def fetch_message(request: Request, account_sid: str, sid: str) -> JSONResponse:
    """Show one text."""
    world: World = request.app.state.world
    await asyncio.sleep(world.faults.settings.latency_ms / 1000)
    _authenticate(request, world, account_sid)
    message = world.store.message(account_sid, sid)
    if message is None:
        raise Refusal(404, 20404, f"The requested resource {request.url.path} was not found")
    return JSONResponse(resource(message))


def _authenticate(request: Request, world: World, account_sid: str) -> Account:
    """Return the account whose sid and token came by HTTP basic authentication; it must be the one in the path."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        user = password = ""
    account = world.store.accounts.get(user)
    known = account is not None and secrets.compare_digest(password.encode(), account.auth_token.encode())
    if scheme.casefold() != "basic" or account is None or not known or user != account_sid:
        raise Refusal(401, 20003, "Authenticate")
    return account


async def _form(request: Request) -> dict[str, str]:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _REQUEST_LIMIT:
            raise Refusal(413, 20001, "The request body is too large")
    try:
        fields = parse_qs(body.decode("utf-8"), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError as broken:
        raise Refusal(400, 20001, "The request body is not UTF-8") from broken
    return {name: values[-1] for name, values in fields.items()}


def _accept(world: World, account: Account, form: dict[str, str]) -> Message:
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


async def _hang(request: Request, seconds: float) -> None:
    """Keep the caller waiting until the time is over or he hangs up, which is all that can be received now."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(request.receive(), seconds)


def _figure(query: dict[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default  # noqa: PLR2004 - fits an int


def _matching(world: World, account_sid: str, query: dict[str, str]) -> Iterator[Message]:
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


def _bounds(query: dict[str, str]) -> tuple[datetime, datetime]:
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
