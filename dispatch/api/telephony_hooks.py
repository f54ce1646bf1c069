"""Where telephone providers post who is calling.

A post is JSON, signed over its time and its exact bytes: `X-Signature: sha256=` and the hexadecimal HMAC-SHA256, keyed
with the line's secret, of the value of `X-Timestamp` (seconds since the epoch), a full stop, and the body. One that is
older or younger than five minutes is refused, and one that was taken before is counted and does nothing: so a recorded
post is worth nothing. 2xx is answered when it is stored.
"""

import hashlib
import hmac
import time
from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, HTTPException, Path, Request, Response
from pydantic import ValidationError

from dispatch.api.deps import ResourcesDep, webhook
from dispatch.api.errors import responses
from dispatch.sms.errors import WebhookMalformed, WebhookRefused
from dispatch.staffing.telephony import IncomingCall, line_at, record_incoming

router = APIRouter(prefix="/hooks/telephony", tags=["webhooks"])

SIGNATURE_HEADER: Final = "X-Signature"
TIMESTAMP_HEADER: Final = "X-Timestamp"
OLDEST: Final = timedelta(minutes=5)
"""So far a post's time may lie from ours, either way."""
ACTOR: Final = "system:telephony"

_LARGEST_BODY: Final = 8 * 1024
_TOO_LARGE: Final = 413
_NOBODYS_SECRET: Final = "0" * 64
_BODY: Final = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": IncomingCall.model_json_schema()}}}
}


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature of a post."""
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


@router.post(
    "/{provider}",
    status_code=204,
    dependencies=[webhook()],
    responses=responses(WebhookMalformed, WebhookRefused),
    response_class=Response,
    openapi_extra=_BODY,
)
async def post_call(
    provider: Annotated[str, Path(max_length=40)], request: Request, resources: ResourcesDep
) -> Response:
    """Take news of a call to one of our numbers; posted again it is counted, not repeated."""
    body = await _read(request)
    try:
        told = IncomingCall.model_validate_json(body)
    except ValidationError as error:
        raise WebhookMalformed("The body is no JSON object with line, call_id, event, at and caller.") from error
    line = await line_at(resources.webhooks, provider, told.line)
    # An unknown line costs the same work, so that the time of the answer does not tell which numbers are ours.
    right = _is_signed(_NOBODYS_SECRET if line is None else line.secret, request, body)
    if line is None or not right:
        raise WebhookRefused
    async with resources.webhooks.begin(line.franchise_id, ACTOR) as uow:
        await record_incoming(uow, line.line_id, told)
    return Response(status_code=204)


def _is_signed(secret: str, request: Request, body: bytes) -> bool:
    """Tell in constant time whether this very post was signed lately."""
    timestamp = request.headers.get(TIMESTAMP_HEADER, "")
    given = request.headers.get(SIGNATURE_HEADER, "").encode("utf-8", "surrogateescape")
    right = hmac.compare_digest(sign(secret, timestamp, body).encode(), given)
    lately = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= len(str(2**53))
    return right and lately and abs(time.time() - int(timestamp)) <= OLDEST.total_seconds()


async def _read(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST_BODY:
            raise HTTPException(_TOO_LARGE, headers={"Connection": "close"})
    return bytes(body)
