"""The webhooks as a gateway meets them: the whole app behind an address, and posts signed like the gateway's."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import urlencode

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from twilio.request_validator import RequestValidator

from dispatch.app import create_app
from dispatch.kit.ids import new_id
from dispatch.settings import Settings
from tests.factories.sms import TestAccount

PUBLIC: Final = "https://dispatch.example/base"


@asynccontextmanager
async def hooked_app(settings: Settings) -> AsyncIterator[FastAPI]:
    """Run the app at `PUBLIC`; what it would wake workers for is in `state.hinted` instead."""
    app = create_app(settings.model_copy(update={"http": settings.http.model_copy(update={"public_url": PUBLIC})}))
    async with app.router.lifespan_context(app):
        app.state.hinted = []
        app.state.wake_up = app.state.hinted.append
        yield app


@asynccontextmanager
async def gateway_side(app: FastAPI) -> AsyncIterator[AsyncClient]:
    """Return who posts to the app; its failures become answers, as they do over a socket."""
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client


async def post(
    http: AsyncClient,
    account: TestAccount,
    path: str,
    fields: Mapping[str, str],
    *,
    secret: str | None = None,
    base: str = PUBLIC,
    raw: bytes | None = None,
) -> Response:
    """Post a form signed with the account's secret, or another; `raw` replaces the body after it was signed."""
    signature = RequestValidator(secret or account.account.secret).compute_signature(base + path, fields)
    return await http.post(
        path,
        content=raw if raw is not None else urlencode(fields).encode(),
        headers={"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"},
    )


def status_fields(account: TestAccount, **more: str) -> dict[str, str]:
    """Return the form of a status callback."""
    return {
        "AccountSid": account.account.sid,
        "From": account.account.number,
        "MessageSid": f"SM{new_id().hex}",
        "MessageStatus": "delivered",
        "To": "+79210000001",
    } | more
