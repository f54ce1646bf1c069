import json
import math
import socket
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import asyncpg
import httpx
import pytest
from fastapi import APIRouter, FastAPI, HTTPException
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from structlog.testing import capture_logs

from dispatch.api.errors import STATUSES, install_errors, is_passing, problem_of, responses
from dispatch.kit import errors as kinds
from dispatch.kit.geo import ZoneName
from dispatch.kit.text import ShortText


class OrderNotFound(kinds.NotFound):
    """There is no such order."""


class SeatTaken(kinds.Conflict):
    """Somebody was faster.

    More about it.
    """


class TooManyLogins(kinds.TooMany):
    """Come back later."""


class GatewayDown(kinds.Unavailable):
    """The gateway is away."""


class Shapeless(kinds.DispatchError):
    """Of no kind."""


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]


class Body(BaseModel, extra="forbid"):
    title: ShortText
    n: Annotated[int, Field(strict=True)] = 0
    pet: Annotated[Cat | Dog, Field(discriminator="kind")] | None = None
    zone: ZoneName = "UTC"


def postgres(state: str) -> asyncpg.PostgresError:
    return asyncpg.PostgresError.new({"C": state, "M": "because of +79211234567"})


def statement(orig: BaseException, *, lost: bool = False) -> DBAPIError:
    return DBAPIError("SELECT 1", (), orig, connection_invalidated=lost)


RAISED: dict[str, Exception] = {
    "missing": OrderNotFound("No such order.", order_id=UUID(int=1)),
    "taken": SeatTaken(
        "Take another seat.", at=datetime(2026, 1, 2, tzinfo=UTC), status="mine", odd=math.inf, x="\ud800"
    ),
    "many": TooManyLogins("Wait.", retry_after=1.2),
    "many-forever": TooManyLogins("Wait."),
    "down": GatewayDown("Wait."),
    "down-long": GatewayDown("Wait.", retry_after=30),
    "anonymous": kinds.Unauthenticated("Sign in."),
    "forbidden": kinds.Forbidden("Ask the owner."),
    "invalid": kinds.Invalid("Send less."),
    "pool": PoolTimeout("QueuePool limit"),
    "refused": ConnectionRefusedError("port 5432"),
    "bug": RuntimeError("secret detail 8 921 123-45-67"),
    "constraint": statement(postgres("23505")),
    "shapeless": Shapeless("No kind."),
    "file": FileNotFoundError("/etc/x"),
    "unchanged": HTTPException(304, headers={"ETag": '"3"'}),
}

router = APIRouter()


@router.get("/raise/{name}")
async def fail(name: str) -> None:
    raise RAISED[name]


@router.post("/bodies/{body_id}")
async def take(body_id: UUID, body: Body) -> Body:
    return body


def client_of(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://api")


@pytest.fixture
def client() -> httpx.AsyncClient:
    app = FastAPI()
    install_errors(app)
    app.include_router(router)
    return client_of(app)


def assert_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["type"] == "about:blank"
    assert body["status"] == status
    assert body["code"] == code
    assert body["title"]
    assert body["detail"]
    return body


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("missing", 404, "order_not_found"),
        ("taken", 409, "seat_taken"),
        ("many", 429, "too_many_logins"),
        ("down", 503, "gateway_down"),
        ("anonymous", 401, "unauthenticated"),
        ("forbidden", 403, "forbidden"),
        ("invalid", 422, "invalid"),
        ("pool", 503, "unavailable"),
        ("refused", 503, "unavailable"),
        ("bug", 500, "internal_error"),
        ("constraint", 500, "internal_error"),
        ("shapeless", 500, "internal_error"),
        ("file", 500, "internal_error"),
    ],
)
async def test_every_failure_is_a_problem_document(
    client: httpx.AsyncClient, name: str, status: int, code: str
) -> None:
    assert_problem(await client.get(f"/raise/{name}"), status, code)


def test_every_kind_has_one_status() -> None:
    declared = {
        kind for kind in vars(kinds).values() if isinstance(kind, type) and issubclass(kind, kinds.DispatchError)
    }
    assert declared - {kinds.DispatchError} == set(STATUSES)
    assert len(set(STATUSES.values())) == len(STATUSES)


async def test_facts_are_members_and_never_hide_the_standard_ones(client: httpx.AsyncClient) -> None:
    assert (await client.get("/raise/missing")).json()["order_id"] == str(UUID(int=1))
    body = assert_problem(await client.get("/raise/taken"), 409, "seat_taken")
    assert body["detail"] == "Take another seat."
    assert body["at"] == "2026-01-02T00:00:00Z"
    assert body["odd"] is None
    assert body["x"] == "?"


async def test_headers_say_when_to_come_back_and_how_to_sign_in(client: httpx.AsyncClient) -> None:
    assert (await client.get("/raise/many")).headers["retry-after"] == "2"
    assert "retry-after" not in (await client.get("/raise/many-forever")).headers
    assert (await client.get("/raise/down")).headers["retry-after"] == "2"
    assert (await client.get("/raise/down-long")).headers["retry-after"] == "30"
    assert (await client.get("/raise/pool")).headers["retry-after"] == "2"
    assert (await client.get("/raise/anonymous")).headers["www-authenticate"] == "Bearer"
    assert (await client.get("/raise/missing")).headers["cache-control"] == "no-store"


async def test_unknown_addresses_and_methods_are_problems_too(client: httpx.AsyncClient) -> None:
    assert_problem(await client.get("/nowhere"), 404, "route_not_found")
    answer = await client.delete("/raise/bug")
    assert_problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET"


async def test_an_answer_that_may_have_no_body_has_none(client: httpx.AsyncClient) -> None:
    answer = await client.get("/raise/unchanged")
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", '"3"')


async def test_a_failure_of_ours_is_logged_under_the_incident_it_tells(client: httpx.AsyncClient) -> None:
    with capture_logs() as lines:
        body = assert_problem(await client.get("/raise/bug"), 500, "internal_error")
    (line,) = [line for line in lines if line["event"] == "internal_error"]
    assert str(line["incident_id"]) == body["incident_id"]
    assert isinstance(line["exc_info"], RuntimeError)
    assert body["incident_id"] in body["detail"]
    assert "secret" not in json.dumps(body)


async def test_wrong_fields_are_listed_without_what_was_sent(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/bodies/not-an-id", json={"title": "Иван\x00", "n": "Петров", "pet": {"kind": "Сидоров"}}
    )
    body = assert_problem(answer, 422, "validation_failed")
    places = [tuple(error["loc"]) for error in body["errors"]]
    assert places == [("path", "body_id"), ("body", "title"), ("body", "n"), ("body", "pet")]
    assert all(set(error) == {"loc", "msg"} and error["msg"] for error in body["errors"])
    for sent in ("Иван", "Петров", "Сидоров", "not-an-id"):
        assert sent not in answer.text


async def test_names_of_unknown_fields_are_masked_and_cut(client: httpx.AsyncClient) -> None:
    content = json.dumps({"title": "x", "+79211234567": 1, "y" * 500: 1})
    answer = await client.post(f"/bodies/{UUID(int=1)}", content=content, headers={"content-type": "application/json"})
    body = assert_problem(answer, 422, "validation_failed")
    assert {error["loc"][1] for error in body["errors"]} == {"[phone *67]", "y" * 100}


async def test_a_body_with_countless_faults_gets_a_short_answer(client: httpx.AsyncClient) -> None:
    sent = {"title": "x"} | {f"field{number}": 1 for number in range(5000)}
    assert len((await client.post(f"/bodies/{UUID(int=1)}", json=sent)).json()["errors"]) == 50


async def test_a_fact_raised_while_reading_the_body_keeps_its_code(client: httpx.AsyncClient) -> None:
    assert_problem(await client.post(f"/bodies/{UUID(int=1)}", json={"title": "x", "zone": "MSK"}), 422, "zone_unknown")


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"{", 422, "validation_failed"),
        (b"", 422, "validation_failed"),
        (b"[" * 100_000, 400, "bad_request"),
        (b'{"title": "x", "n": ' + b"9" * 5000 + b"}", 400, "bad_request"),
        (b"\xff\xff\x00", 400, "bad_request"),
        (b'{"title": "\\ud800"}', 422, "validation_failed"),
        (b'{"title": "x", "\\ud800": 1}', 422, "validation_failed"),
        (b'{"title": "x", "n": NaN}', 422, "validation_failed"),
    ],
)
async def test_hostile_bodies_are_refused_and_break_nothing(
    client: httpx.AsyncClient, content: bytes, status: int, code: str
) -> None:
    answer = await client.post(f"/bodies/{UUID(int=1)}", content=content, headers={"content-type": "application/json"})
    assert_problem(answer, status, code)


@pytest.mark.parametrize(
    ("exc", "passing"),
    [
        (PoolTimeout("QueuePool limit"), True),
        (ConnectionResetError(), True),
        (TimeoutError(), True),
        (socket.gaierror(), True),
        (statement(Exception(), lost=True), True),
        (statement(postgres("40001")), True),
        (postgres("08006"), True),
        (postgres("53300"), True),
        (postgres("57P01"), True),
        (postgres("57014"), True),
        (postgres("25006"), True),
        (asyncpg.InterfaceError("cannot perform operation: connection is closed"), True),
        (asyncpg.InterfaceError("cannot use Connection.transaction() in a manually started transaction"), False),
        (asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress"), True),
        (asyncpg.InternalClientError("cannot switch to state 12; another operation (11) is in progress"), False),
        (statement(Exception()), False),
        (statement(postgres("23505")), False),
        (postgres("42501"), False),
        (FileNotFoundError(), False),
        (ValueError(), False),
    ],
)
def test_only_what_passes_by_itself_asks_to_try_again(exc: Exception, passing: bool) -> None:  # noqa: FBT001 - a column
    assert is_passing(exc) is passing
    assert problem_of(exc).status_code == (503 if passing else 500)


async def test_a_server_that_refuses_connections_is_unavailable() -> None:
    async def connect() -> None:
        await asyncpg.connect(host="127.0.0.1", port=unused_port(), user="x", database="x")

    app = FastAPI()
    install_errors(app)
    app.add_api_route("/", connect)
    assert_problem(await client_of(app).get("/"), 503, "unavailable")


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_route_declares_its_codes_by_status() -> None:
    declared = responses(OrderNotFound, SeatTaken)
    assert sorted(declared, key=int) == [401, 403, 404, 409, 422, 500, 503]
    (media_type,) = declared[409]["content"]
    assert media_type == "application/problem+json"
    assert declared[409]["content"][media_type]["schema"]["allOf"][1] == {
        "properties": {"code": {"enum": ["seat_taken"]}}
    }
    assert declared[409]["description"] == "- `seat_taken`: Somebody was faster."


def test_an_error_of_no_kind_cannot_be_declared() -> None:
    with pytest.raises(TypeError, match="Shapeless"):
        responses(Shapeless)


def test_the_description_of_the_api_defines_the_problem() -> None:
    app = FastAPI()
    install_errors(app)
    app.add_api_route("/orders", fail, responses=responses(OrderNotFound))
    for _ in range(2):
        described = app.openapi()
        assert described["components"]["schemas"]["Problem"]["required"][-1] == "code"
        answers = described["paths"]["/orders"]["get"]["responses"]
        assert set(answers) == {"200", "401", "403", "404", "422", "500", "503"}
        assert "application/json" not in answers["422"]["content"]
