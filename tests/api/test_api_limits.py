from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, Request
from pydantic import BaseModel
from starlette.types import Message, Receive, Scope, Send

from dispatch.api.errors import install_errors
from dispatch.api.limits import BodyLimit

LIMIT = 100


class Body(BaseModel):
    text: str


@pytest.fixture
def client() -> httpx.AsyncClient:
    app = FastAPI()
    install_errors(app)
    app.add_middleware(BodyLimit, max_bytes=LIMIT)

    @app.post("/json")
    async def as_json(body: Body) -> int:
        return len(body.text)

    @app.post("/raw")
    async def raw(request: Request) -> int:
        return len(await request.body())

    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api")


async def pieces(total: int) -> AsyncIterator[bytes]:
    for _ in range(total // 10):
        yield b"0123456789"


def assert_refused(answer: httpx.Response) -> None:
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["connection"] == "close"
    assert answer.json()["code"] == "body_too_large"


@pytest.mark.parametrize("path", ["/raw", "/json"])
async def test_an_announced_length_over_the_limit_is_refused(client: httpx.AsyncClient, path: str) -> None:
    assert_refused(await client.post(path, json={"text": "x" * LIMIT}))


@pytest.mark.parametrize("path", ["/raw", "/json"])
async def test_a_body_in_pieces_is_cut_off_at_the_limit(client: httpx.AsyncClient, path: str) -> None:
    headers = {"content-type": "application/json"}
    assert_refused(await client.post(path, content=pieces(LIMIT + 10), headers=headers))


async def test_bodies_up_to_the_limit_pass(client: httpx.AsyncClient) -> None:
    assert (await client.post("/raw", content=b"x" * LIMIT)).json() == LIMIT
    assert (await client.post("/raw", content=pieces(LIMIT))).json() == LIMIT
    assert (await client.post("/json", json={"text": "x"})).json() == 1


async def served(announced: bytes | None) -> tuple[bool, list[Message]]:
    """Call the limit alone; tell whether the app behind it was reached, and what was sent."""
    reached = False
    sent: list[Message] = []

    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        nonlocal reached
        reached = True

    async def receive() -> Message:
        raise AssertionError("not a byte may be read")

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [] if announced is None else [(b"content-length", announced)]
    await BodyLimit(app, LIMIT)({"type": "http", "headers": headers}, receive, send)
    return reached, sent


@pytest.mark.parametrize("announced", [b"101", b"9" * 5000])
async def test_a_refusal_reads_nothing(announced: bytes) -> None:
    reached, sent = await served(announced)
    assert not reached
    assert sent[0]["status"] == 413


@pytest.mark.parametrize("announced", [None, b"", b"100", b"-1", b"many", "٣٣٣".encode()])
async def test_a_length_that_says_nothing_is_left_to_the_count(announced: bytes | None) -> None:
    reached, sent = await served(announced)
    assert reached
    assert not sent


async def test_other_protocols_pass_untouched() -> None:
    seen: list[object] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.extend((scope["type"], receive, send))

    async def receive() -> Message:
        return {}

    async def send(message: Message) -> None:
        pass

    await BodyLimit(app, LIMIT)({"type": "lifespan"}, receive, send)
    assert seen == ["lifespan", receive, send]
