"""Where gateways post: what people text to us, and what became of our own texts.

A call is answered 2xx only when it is stored and committed, alone or with those that came beside it; what it means is
found out later. Whose call it is says its signature over the exact public address, or, where the gateway signs nothing,
the key in the address that it was given; without either nothing is stored. Kannel calls by GET, the others post.
"""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, cast
from urllib.parse import unquote_to_bytes
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Path, Request, Response

from dispatch.api.deps import Resources, webhook
from dispatch.api.errors import responses
from dispatch.kit.ids import new_id
from dispatch.kit.text import storable
from dispatch.kit.together import Together
from dispatch.kit.uow import AfterCommit, Database
from dispatch.sms.errors import GatewayUnknown, WebhookMalformed, WebhookRefused
from dispatch.sms.gateways.base import Fields, Gateway, Hook, HookKind, Owner
from dispatch.sms.gateways.registry import open_gateways

router = APIRouter(prefix="/hooks/sms", tags=["webhooks"])

INBOUND_LANE: Final = "sms_in"
RECEIPTS_LANE: Final = "receipts"

_LARGEST_BODY: Final = 64 * 1024
_MOST_FIELDS: Final = 200
_TOO_LARGE: Final = 413
_SECRET_KEPT_S: Final = 5.0
_HINT_EVERY_S: Final = 0.05
PATIENCE_S: Final = 10.0
"""How long a webhook waits for its turn: gateways wait about 15 seconds, and an answer saves them a repetition."""

_BY_NUMBER = """
SELECT json_build_object('id', account_id, 'secret', secret)::text FROM sms_account_at($1, $2, $3)
"""
_BY_ID = "SELECT json_build_object('id', account_id, 'secret', secret)::text FROM sms_account_by_id($1, $2)"
_STORE_INBOUND = """
SELECT count(store_inbound(c.id, c.account, c.ref, c.phone, c.said, c.raw))
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bytea[])
    AS c (id, account, ref, phone, said, raw)
"""
_STORE_RECEIPT = """
SELECT count(store_receipt(c.id, c.account, c.ref, c.message, c.state, c.problem, c.raw))
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::bytea[])
    AS c (id, account, ref, message, state, problem, raw)
"""

_FORM: Final = {
    "requestBody": {
        "required": False,
        "content": {"application/x-www-form-urlencoded": {"schema": {"type": "object", "additionalProperties": True}}},
    }
}
GatewayName = Annotated[str, Path(max_length=40, description="the adapter: twilio, smsc, kannel or simulator")]
_WEBHOOK: Final[dict[str, Any]] = {
    "dependencies": [webhook()],
    "responses": responses(GatewayUnknown, WebhookRefused, WebhookMalformed),
    "response_class": Response,
}


class AccountBook:
    """The accounts asked for lately, so that a call costs one statement.

    A secret is kept for five seconds; an unknown account is never kept, and a signature that does not fit asks again.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, Owner], tuple[float, UUID, str]] = {}

    async def find(
        self, database: Database, gateway: str, owner: Owner, *, fresh: bool = False
    ) -> tuple[UUID, str] | None:
        """Return (account, secret), or None for an account that is unknown or disabled."""
        key = (gateway, owner)
        until, account_id, secret = self._known.get(key, (0.0, None, ""))
        if account_id is not None and not fresh and time.monotonic() < until:
            return account_id, secret
        if owner.account_id is not None:
            found: str | None = await database.autocommit(_BY_ID, (gateway, owner.account_id))
        else:
            found = await database.autocommit(_BY_NUMBER, (gateway, storable(owner.sid), storable(owner.number)))
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

    resources: Resources
    gateways: Mapping[str, Gateway]
    inbound: Together
    receipts: Together
    accounts: AccountBook = field(default_factory=AccountBook)
    hints: Hints = field(default_factory=Hints)

    def gateway(self, name: str) -> Gateway:
        """Return an adapter.

        Raises:
            GatewayUnknown: there is none of this name here.
        """
        found = self.gateways.get(name)
        if found is None:
            raise GatewayUnknown(name)
        return found


async def get_desk(request: Request) -> HookDesk:
    """Return the app's desk, opened with its first webhook; its adapters never connect. Async: no thread is needed."""
    state = request.app.state
    if not hasattr(state, "sms_desk"):
        resources: Resources = state.resources
        inbound, receipts = (
            Together(resources.webhooks, sql, patience_s=PATIENCE_S) for sql in (_STORE_INBOUND, _STORE_RECEIPT)
        )
        state.sms_desk = HookDesk(resources, open_gateways(resources.settings), inbound, receipts)
    return cast("HookDesk", state.sms_desk)


DeskDep = Annotated[HookDesk, Depends(get_desk)]


@router.get("/{gateway}/inbound", **_WEBHOOK)
@router.post("/{gateway}/inbound", **_WEBHOOK, openapi_extra=_FORM)
async def take_inbound(gateway: GatewayName, request: Request, desk: DeskDep) -> Response:
    """Take a text somebody sent to one of our numbers; brought again it is counted, not repeated."""
    adapter = desk.gateway(gateway)
    body, hook = await _hook(request, HookKind.INBOUND, desk.resources.settings.http.public_url)
    account_id = await _verified(desk, gateway, hook)
    text = adapter.parse_inbound(hook)
    await desk.inbound.run(new_id(), account_id, text.gateway_id, text.sender, storable(text.text), body)
    desk.hints.give(request, INBOUND_LANE)
    return _acknowledged(adapter)


@router.get("/{gateway}/status", **_WEBHOOK)
@router.post("/{gateway}/status", **_WEBHOOK, openapi_extra=_FORM)
async def take_status(gateway: GatewayName, request: Request, desk: DeskDep) -> Response:
    """Take news of one of our texts; `ref` in the query is our own id of it."""
    adapter = desk.gateway(gateway)
    body, hook = await _hook(request, HookKind.STATUS, desk.resources.settings.http.public_url)
    account_id = await _verified(desk, gateway, hook)
    news = adapter.parse_status(hook)
    status = news.word if news.status is None else news.status.value
    await desk.receipts.run(new_id(), account_id, news.gateway_id, news.reference, status, news.code, body)
    desk.hints.give(request, RECEIPTS_LANE)
    return _acknowledged(adapter)


async def _verified(desk: HookDesk, gateway: str, hook: Hook) -> UUID:
    """Return the account that this call is proven to be of.

    Raises:
        WebhookMalformed: it does not say whose it is.
        WebhookRefused: the account is unknown or disabled, or the proof is somebody else's.
    """
    adapter = desk.gateway(gateway)
    owner = adapter.account_of(hook)
    for fresh in (False, True):
        account = await desk.accounts.find(desk.resources.webhooks, gateway, owner, fresh=fresh)
        if account is None:
            break
        if adapter.verify(*account, hook):
            return account[0]
    raise WebhookRefused


async def _hook(request: Request, kind: HookKind, public_url: str) -> tuple[bytes, Hook]:
    """Return what came, for the record, and as adapters read it: with a GET all of it is in the address."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST_BODY:
            raise HTTPException(_TOO_LARGE, headers={"Connection": "close"})
    query: bytes = request.scope["query_string"]
    url = _public_address(request, public_url)
    hook = Hook(kind, url, _parse(query), _parse(bytes(body)), dict(request.headers))
    return bytes(body) or query, hook


def _public_address(request: Request, public_url: str) -> str:
    """Return the address the gateway called, as it was given it: what the server itself sees may be a proxy's."""
    path = request.scope.get("raw_path") or request.scope["path"].encode()
    query: bytes = request.scope["query_string"]
    address: bytes = path + (b"?" + query if query else b"")
    return public_url.rstrip("/") + address.decode("latin-1")


def _parse(encoded: bytes) -> Fields:
    """Return the fields of a form as `parse_qs` does, in a third of its time: it is run for every text.

    Bytes of another encoding are kept, and refused where they are read.

    Raises:
        WebhookMalformed: it has too many fields.
    """
    if encoded.count(b"&") >= _MOST_FIELDS:
        raise WebhookMalformed("The body is not an URL-encoded form of a sensible size.")
    fields: dict[str, list[str]] = {}
    for pair in filter(None, encoded.split(b"&")):
        name, _, value = pair.partition(b"=")
        fields.setdefault(_decoded(name), []).append(_decoded(value))
    return fields


def _decoded(part: bytes) -> str:
    if b"%" in part or b"+" in part:
        part = unquote_to_bytes(part.replace(b"+", b" "))
    return part.decode("utf-8", "surrogateescape")


def _acknowledged(adapter: Gateway) -> Response:
    content, media_type = adapter.reply
    return Response(content, media_type=media_type)
