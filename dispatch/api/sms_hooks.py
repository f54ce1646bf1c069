"""Where gateways post: what people text to us, and what became of our own texts.

A post is answered 2xx only when it is stored, by one statement that commits on the server; what it means is found out
later. Whose post it is says its signature over the exact public address; without it nothing is stored.
"""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final, cast
from urllib.parse import parse_qs
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Path, Request, Response

from dispatch.api.deps import Resources, ResourcesDep, webhook
from dispatch.api.errors import responses
from dispatch.kit.ids import new_id
from dispatch.kit.text import storable
from dispatch.kit.uow import AfterCommit, Database
from dispatch.sms.errors import GatewayUnknown, WebhookMalformed, WebhookRefused
from dispatch.sms.gateways.base import Fields, Webhooks
from dispatch.sms.gateways.registry import WEBHOOKS

router = APIRouter(prefix="/hooks/sms", tags=["webhooks"])

INBOUND_LANE: Final = "sms_in"
RECEIPTS_LANE: Final = "receipts"

_LARGEST_BODY: Final = 64 * 1024
_MOST_FIELDS: Final = 200
_TOO_LARGE: Final = 413
_SECRET_KEPT_S: Final = 5.0
_HINT_EVERY_S: Final = 0.05

_ACCOUNT = """
SELECT json_build_object('id', account_id, 'secret', secret)::text FROM sms_account_at($1, $2, $3)
"""
_STORE_INBOUND = "SELECT store_inbound($1, $2, $3, $4, $5, $6)"
_STORE_RECEIPT = "SELECT store_receipt($1, $2, $3, $4, $5, $6, $7)"

_FORM: Final = {
    "requestBody": {
        "required": True,
        "content": {"application/x-www-form-urlencoded": {"schema": {"type": "object", "additionalProperties": True}}},
    }
}
GatewayName = Annotated[str, Path(max_length=40, description="the adapter: twilio or simulator")]


class AccountBook:
    """The accounts asked for lately, so that a post costs one statement.

    A secret is kept for five seconds; an unknown account is never kept, and a signature that does not fit asks again.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str], tuple[float, UUID, str]] = {}

    async def find(
        self, database: Database, gateway: str, sid: str, number: str, *, fresh: bool = False
    ) -> tuple[UUID, str] | None:
        """Return (account, secret), or None for an account that is unknown or disabled."""
        key = (gateway, sid, number)
        until, account_id, secret = self._known.get(key, (0.0, None, ""))
        if account_id is not None and not fresh and time.monotonic() < until:
            return account_id, secret
        found: str | None = await database.autocommit(_ACCOUNT, key)
        if found is None:
            self._known.pop(key, None)
            return None
        row: Mapping[str, str] = json.loads(found)
        known = (UUID(row["id"]), row["secret"])
        self._known[key] = (time.monotonic() + _SECRET_KEPT_S, *known)
        return known


class Hints:
    """Wakes the workers for what was stored: at once, then once for all that comes within the next 50 ms, and so on."""

    def __init__(self) -> None:
        self._more: dict[str, bool] = {}

    def give(self, request: Request, lane: str) -> None:
        """Hint a lane; without workers to wake, they look by themselves each second."""
        wake: AfterCommit | None = getattr(request.app.state, "wake_up", None)
        if wake is None:
            return
        if lane in self._more:
            self._more[lane] = True
        else:
            self._wake(wake, lane)

    def _wake(self, wake: AfterCommit, lane: str) -> None:
        self._more[lane] = False
        wake(frozenset({lane}))
        asyncio.get_running_loop().call_later(_HINT_EVERY_S, self._look_again, wake, lane)

    def _look_again(self, wake: AfterCommit, lane: str) -> None:
        if self._more.pop(lane):
            self._wake(wake, lane)


@dataclass(frozen=True, slots=True)
class HookDesk:
    """What the webhooks of one app share."""

    accounts: AccountBook = field(default_factory=AccountBook)
    hints: Hints = field(default_factory=Hints)


async def get_desk(request: Request) -> HookDesk:
    """Return the app's desk, opened with its first webhook; async, because plain functions are run in threads."""
    state = request.app.state
    if not hasattr(state, "sms_desk"):
        state.sms_desk = HookDesk()
    return cast("HookDesk", state.sms_desk)


DeskDep = Annotated[HookDesk, Depends(get_desk)]


@router.post(
    "/{gateway}/inbound",
    dependencies=[webhook()],
    responses=responses(GatewayUnknown, WebhookRefused, WebhookMalformed),
    response_class=Response,
    openapi_extra=_FORM,
)
async def post_inbound(gateway: GatewayName, request: Request, resources: ResourcesDep, desk: DeskDep) -> Response:
    """Take a text somebody sent to one of our numbers; posted again it is counted, not repeated."""
    webhooks = _webhooks(gateway)
    body, fields = await _form(request)
    account_id = await _verified(request, resources, desk, gateway, fields, inbound=True)
    text = webhooks.parse_inbound(fields)
    await resources.webhooks.autocommit(
        _STORE_INBOUND, (new_id(), account_id, text.gateway_id, text.sender, storable(text.text), body)
    )
    desk.hints.give(request, INBOUND_LANE)
    return _acknowledged(webhooks)


@router.post(
    "/{gateway}/status",
    dependencies=[webhook()],
    responses=responses(GatewayUnknown, WebhookRefused, WebhookMalformed),
    response_class=Response,
    openapi_extra=_FORM,
)
async def post_status(gateway: GatewayName, request: Request, resources: ResourcesDep, desk: DeskDep) -> Response:
    """Take news of one of our texts; `ref` in the query is our own id of it."""
    webhooks = _webhooks(gateway)
    body, fields = await _form(request)
    account_id = await _verified(request, resources, desk, gateway, fields, inbound=False)
    news = webhooks.parse_status(fields, _parse(request.scope["query_string"]))
    status = news.word if news.status is None else news.status.value
    await resources.webhooks.autocommit(
        _STORE_RECEIPT, (new_id(), account_id, news.gateway_id, news.reference, status, news.code, body)
    )
    desk.hints.give(request, RECEIPTS_LANE)
    return _acknowledged(webhooks)


def _webhooks(gateway: str) -> Webhooks:
    found = WEBHOOKS.get(gateway)
    if found is None:
        raise GatewayUnknown(gateway)
    return found


async def _verified(
    request: Request, resources: Resources, desk: HookDesk, gateway: str, fields: Fields, *, inbound: bool
) -> UUID:
    """Return the account whose secret signed this post.

    Raises:
        WebhookMalformed: it does not say whose it is.
        WebhookRefused: the account is unknown or disabled, or somebody else signed.
    """
    webhooks = WEBHOOKS[gateway]
    sid, number = (storable(part) for part in webhooks.account_of(fields, inbound=inbound))
    url = _public_address(request, resources.settings.http.public_url)
    headers = dict(request.headers)
    for fresh in (False, True):
        account = await desk.accounts.find(resources.webhooks, gateway, sid, number, fresh=fresh)
        if account is None:
            break
        if webhooks.verify(account[1], url, fields, headers):
            return account[0]
    raise WebhookRefused


def _public_address(request: Request, public_url: str) -> str:
    """Return the address the gateway called, as it was given it: what the server itself sees may be a proxy's."""
    path = request.scope.get("raw_path") or request.scope["path"].encode()
    query: bytes = request.scope["query_string"]
    address: bytes = path + (b"?" + query if query else b"")
    return public_url.rstrip("/") + address.decode("latin-1")


async def _form(request: Request) -> tuple[bytes, Fields]:
    """Return the body as it came, and its fields."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST_BODY:
            raise HTTPException(_TOO_LARGE, headers={"Connection": "close"})
    return bytes(body), _parse(bytes(body))


def _parse(encoded: bytes) -> Fields:
    try:
        return parse_qs(encoded.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise WebhookMalformed("The body is not an URL-encoded form in UTF-8 of a sensible size.") from error


def _acknowledged(webhooks: Webhooks) -> Response:
    content, media_type = webhooks.reply
    return Response(content, media_type=media_type)
