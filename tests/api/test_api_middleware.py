import asyncio
import io
import json
import logging
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest
import structlog
from fastapi import APIRouter, FastAPI
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from dispatch.api.errors import ANSWER_ERROR, install_errors
from dispatch.api.middleware import RequestContext
from dispatch.kit.errors import NotFound
from dispatch.kit.log import configure_logging, get_logger

SENT = UUID("0190aabb-1234-7abc-8def-001122334455")


class OrderNotFound(NotFound):
    """There is no such order."""


router = APIRouter(prefix="/orders")


@router.get("/{order_id}")
async def read_order(order_id: str) -> str:
    get_logger("inside").info("working")
    if order_id == "none":
        raise OrderNotFound("No such order.")
    if order_id == "bug":
        raise RuntimeError("at 8 921 123-45-67")
    return "one"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    configure_logging("info", as_json=True, stream=stream)
    yield stream
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def client() -> httpx.AsyncClient:
    app = FastAPI()
    install_errors(app)
    app.add_middleware(RequestContext)
    outer = APIRouter(prefix="/api/v1")
    outer.include_router(router)
    app.include_router(outer)

    @app.get("/healthz")
    async def healthz(*, fail: bool = False) -> str:
        if fail:
            raise RuntimeError("ill")
        return "ok"

    @app.post("/hooks/sms/{gateway}/inbound")
    async def take(gateway: str, *, forged: bool = False) -> str:
        if forged:
            raise OrderNotFound("No such order.")
        return gateway

    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api")


def parsed(stream: io.StringIO, event: str = "request") -> list[dict[str, Any]]:
    return [line for line in map(json.loads, stream.getvalue().splitlines()) if line["event"] == event]


async def test_a_page_tells_people_even_of_what_nobody_foresaw(lines: io.StringIO) -> None:
    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        scope[ANSWER_ERROR] = lambda _, exc: PlainTextResponse(f"a page about {type(exc).__name__}", 500)
        raise KeyError

    async with httpx.AsyncClient(transport=httpx.ASGITransport(RequestContext(page)), base_url="http://api") as browser:
        answer = await browser.get("/orders")
    assert (answer.status_code, answer.text) == (500, "a page about KeyError")
    assert UUID(answer.headers["x-request-id"])


async def test_one_line_says_what_happened_without_what_was_sent(client: httpx.AsyncClient, lines: io.StringIO) -> None:
    headers = {"Authorization": "Bearer s3cret"}
    await client.get("/api/v1/orders/79211234567?phone=89211234568&q=ivanov", headers=headers)
    (line,) = parsed(lines)
    assert line["method"] == "GET"
    assert line["route"] == "/api/v1/orders/{order_id}"
    assert line["status"] == 200
    assert line["bytes_sent"] == len('"one"')
    assert line["ms"] >= 0
    assert "path" not in line
    text = lines.getvalue()
    for sent in ("79211234567", "89211234568", "ivanov", "s3cret", "127.0.0.1"):
        assert sent not in text


async def test_the_request_id_is_on_every_line_and_in_the_answer(client: httpx.AsyncClient, lines: io.StringIO) -> None:
    answer = await client.get("/api/v1/orders/1", headers={"X-Request-Id": str(SENT)})
    assert answer.headers["x-request-id"] == str(SENT)
    assert parsed(lines, "working")[0]["request_id"] == parsed(lines)[0]["request_id"] == str(SENT)


@pytest.mark.parametrize("sent", ["", "79211234567", "x" * 5000, "{evil}\tid"])
async def test_an_id_that_is_none_is_replaced(client: httpx.AsyncClient, lines: io.StringIO, sent: str) -> None:
    answer = await client.get("/api/v1/orders/1", headers={"X-Request-Id": sent})
    assert UUID(answer.headers["x-request-id"]).version == 7


async def test_requests_side_by_side_keep_their_ids_apart(client: httpx.AsyncClient, lines: io.StringIO) -> None:
    ids = [str(UUID(int=number)) for number in range(20)]
    await asyncio.gather(*(client.get("/api/v1/orders/1", headers={"X-Request-Id": one}) for one in ids))
    assert sorted(line["request_id"] for line in parsed(lines, "working")) == ids
    assert "request_id" not in structlog.contextvars.get_contextvars()


async def test_a_refusal_is_a_line_and_carries_the_id(client: httpx.AsyncClient, lines: io.StringIO) -> None:
    answer = await client.get("/api/v1/orders/none")
    assert answer.json()["code"] == "order_not_found"
    assert answer.headers["x-request-id"] == parsed(lines)[0]["request_id"]
    assert parsed(lines)[0]["status"] == 404


async def test_an_unknown_address_is_written_masked_and_cut(client: httpx.AsyncClient, lines: io.StringIO) -> None:
    await client.get("/nowhere/+79211234567/" + "x" * 500)
    (line,) = parsed(lines)
    assert line["path"].startswith("/nowhere/[phone *67]/x")
    assert len(line["path"]) <= 100
    assert "route" not in line


async def test_a_failure_becomes_a_problem_with_id_logged_once(client: httpx.AsyncClient, lines: io.StringIO) -> None:
    answer = await client.get("/api/v1/orders/bug")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    (incident,) = parsed(lines, "internal_error")
    assert incident["incident_id"] == answer.json()["incident_id"]
    assert incident["request_id"] == answer.headers["x-request-id"]
    assert "RuntimeError: at [phone *67]" in incident["exception"]
    (line,) = parsed(lines)
    assert (line["status"], line["level"]) == (500, "warning")


async def test_a_failure_in_mid_answer_is_logged_once_and_leaves_it_unfinished(lines: io.StringIO) -> None:
    scope = {**HTTP, "method": "GET", "path": "/"}
    sent: list[Message] = []

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        raise RuntimeError("late")

    await called(RequestContext(app), scope, sent)
    assert [message.get("more_body") for message in sent] == [None, True]
    assert len(parsed(lines, "internal_error")) == 1
    assert len(parsed(lines)) == 1


async def test_beats_of_machines_are_quiet_unless_they_fail(client: httpx.AsyncClient, lines: io.StringIO) -> None:
    await client.get("/healthz")
    assert parsed(lines) == []
    await client.get("/healthz?fail=1")
    assert parsed(lines)[0]["status"] == 500


async def test_a_text_that_was_stored_is_its_own_record(client: httpx.AsyncClient, lines: io.StringIO) -> None:
    await client.post("/hooks/sms/twilio/inbound")
    assert parsed(lines) == []
    await client.post("/hooks/sms/twilio/inbound?forged=1")
    assert [line["status"] for line in parsed(lines)] == [404]


async def called(app: RequestContext, scope: Scope, sent: list[Message] | None = None) -> None:
    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if sent is not None:
            sent.append(message)

    await app(scope, receive, send)


HTTP: Scope = {"type": "http", "method": "POST", "path": "/x", "headers": []}


async def test_a_client_that_left_is_no_failure(lines: io.StringIO) -> None:
    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise ClientDisconnect

    await called(RequestContext(app), dict(HTTP))
    assert parsed(lines)[0]["status"] == 499
    assert parsed(lines, "internal_error") == []


async def test_a_cancelled_request_is_written_and_stays_cancelled(lines: io.StringIO) -> None:
    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await called(RequestContext(app), dict(HTTP))
    assert parsed(lines)[0]["status"] == 499


async def test_other_protocols_pass_untouched(lines: io.StringIO) -> None:
    seen: list[str] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope["type"])

    await called(RequestContext(app), {"type": "lifespan"})
    assert seen == ["lifespan"]
    assert lines.getvalue() == ""
