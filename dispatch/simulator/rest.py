"""The carrier's REST API: send, list and fetch texts, as Twilio's helper libraries expect it."""

import asyncio
import contextlib

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from dispatch.simulator.carrier import REQUEST_LIMIT, Refusal, accept, authenticate, fields_of, list_page
from dispatch.simulator.faults import Trouble
from dispatch.simulator.messages import API_VERSION, Status, resource
from dispatch.simulator.world import World

router = APIRouter(prefix=f"/{API_VERSION}/Accounts/{{account_sid}}", tags=["carrier"])


async def refuse(_: Request, refusal: Exception) -> JSONResponse:
    """Show a refusal as the carrier does: `code`, `message`, `more_info`, `status`."""
    assert isinstance(refusal, Refusal)
    headers = {"WWW-Authenticate": 'Basic realm="Twilio API"'} if refusal.status == 401 else {}  # noqa: PLR2004 - HTTP
    return JSONResponse(refusal.shown, refusal.status, headers)


@router.post("/Messages.json", status_code=201, response_model=None)
async def send_message(request: Request, account_sid: str) -> JSONResponse:
    """Accept a text for delivery; 201 with the message resource, status `queued`."""
    world: World = request.app.state.world
    faults = world.faults.settings
    if faults.latency_ms:
        await asyncio.sleep(faults.latency_ms / 1000)
    account = authenticate(world, _authorization(request), account_sid)
    form = await _form(request)
    trouble = world.faults.draw()
    if trouble is Trouble.ERROR:
        raise Refusal(500, 20500, "An internal server error has occurred")
    if trouble is Trouble.THROTTLE:
        raise Refusal(429, 20429, "Too Many Requests")
    if trouble is Trouble.SWALLOW:
        await _hang(request, faults.hang_s)
        raise Refusal(500, 20500, "An internal server error has occurred")
    message = accept(world, account, form)
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
    authenticate(world, _authorization(request), account_sid)
    return JSONResponse(list_page(world, account_sid, request.url.path, dict(request.query_params)))


@router.get("/Messages/{sid}.json", response_model=None)
async def fetch_message(request: Request, account_sid: str, sid: str) -> JSONResponse:
    """Show one text."""
    world: World = request.app.state.world
    await asyncio.sleep(world.faults.settings.latency_ms / 1000)
    authenticate(world, _authorization(request), account_sid)
    message = world.store.message(account_sid, sid)
    if message is None:
        raise Refusal(404, 20404, f"The requested resource {request.url.path} was not found")
    return JSONResponse(resource(message))


def _authorization(request: Request) -> str:
    return request.headers.get("authorization", "")


async def _form(request: Request) -> dict[str, str]:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > REQUEST_LIMIT:
            break
    return fields_of(bytes(body))


async def _hang(request: Request, seconds: float) -> None:
    """Keep the caller waiting until the time is over or he hangs up, which is all that can be received now."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(request.receive(), seconds)
