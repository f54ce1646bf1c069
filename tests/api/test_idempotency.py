"""Repeating a POST, on routes of the test's own that do what real ones do: write in the request's transaction."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from fastapi import APIRouter, FastAPI, File, Form, Response, UploadFile
from httpx import ASGITransport, AsyncClient
from pydantic import BaseModel

from dispatch.access.roles import Permission, Role
from dispatch.api.deps import UowDep, allow
from dispatch.api.idempotency import LONGEST_KEY, OnceDep
from dispatch.app import create_app
from dispatch.kit.errors import Conflict
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database, Uow
from dispatch.settings import Settings
from tests.factories.access import Staff, bearer, make_token, make_user
from tests.factories.tenancy import make_franchise

router = APIRouter(prefix="/notes")


class Note(BaseModel):
    text: str
    pause_s: float = 0
    fail: bool = False


class Kept(BaseModel):
    zulu: UUID
    alpha: str


class NoteRefused(Conflict):
    """For the tests."""


async def keep_note(uow: Uow, note: Note) -> Kept:
    kept = Kept(zulu=new_id(), alpha=note.text)
    await uow.run("INSERT INTO notes VALUES ($1, $2, $3)", uow.franchise_id, kept.zulu, note.text)
    await uow.run("SELECT pg_sleep($1)", note.pause_s)
    if note.fail:
        raise NoteRefused("Not now.")
    return kept


@router.post("", status_code=201, dependencies=[allow(Permission.ORDERS_WRITE)])
async def post_note(note: Note, uow: UowDep, once: OnceDep) -> Kept:
    return await once(keep_note, uow, note)


@router.post("/{n}/again", dependencies=[allow(Permission.ORDERS_WRITE)])
async def post_again(n: int, note: Note, uow: UowDep, once: OnceDep, response: Response) -> Kept:
    response.status_code = 202
    response.headers["ETag"] = f'"{n}"'
    return await once(keep_note, uow, note)


@router.post("/form", status_code=201, dependencies=[allow(Permission.ORDERS_WRITE)])
async def post_form(
    title: Annotated[str, Form()], document: Annotated[UploadFile, File()], uow: UowDep, once: OnceDep
) -> Kept:
    return await once(keep_note, uow, Note(text=f"{title}:{len(await document.read())}"))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(settings: Settings, owner: asyncpg.Connection) -> AsyncIterator[FastAPI]:
    await owner.execute(
        """CREATE TABLE notes (franchise_id uuid, id uuid, text text);
           GRANT SELECT, INSERT ON notes TO dispatch_app;
           CREATE FUNCTION refuse_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'raise_exception'; END $$;
           CREATE CONSTRAINT TRIGGER fails_at_commit AFTER INSERT ON notes DEFERRABLE INITIALLY DEFERRED
           FOR EACH ROW WHEN (new.text = 'marked') EXECUTE FUNCTION refuse_at_commit()"""
    )
    served = create_app(settings)
    served.include_router(router, prefix="/api/v1")
    async with served.router.lifespan_context(served):
        yield served


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def staff(settings: Settings, app_db: Database) -> Staff:
    return await make_user(app_db, (await make_franchise(settings)).id)


@pytest_asyncio.fixture(loop_scope="session")
async def http(app: FastAPI, app_db: Database, staff: Staff) -> AsyncIterator[AsyncClient]:
    transport = ASGITransport(app, raise_app_exceptions=False)
    headers = bearer(await make_token(app_db, staff))
    async with AsyncClient(transport=transport, base_url="http://testserver/api/v1", headers=headers) as client:
        yield client


async def written(owner: asyncpg.Connection, text: str) -> int:
    return int(await owner.fetchval("SELECT count(*) FROM notes WHERE text = $1", text))


async def test_the_same_request_again_gets_the_same_bytes_and_writes_nothing_but_the_replay(
    http: AsyncClient, owner: asyncpg.Connection
) -> None:
    key = {"Idempotency-Key": "same"}
    first = await http.post("/notes", json={"text": "once"}, headers=key)
    again = [await http.post("/notes", json={"text": "once"}, headers=key) for _ in range(3)]
    assert first.status_code == 201
    assert {answer.status_code for answer in again} == {201}
    assert {answer.content for answer in again} == {first.content}
    assert first.headers["content-type"] == "application/json"
    assert "idempotency-replayed" not in first.headers
    assert {answer.headers["idempotency-replayed"] for answer in again} == {"true"}
    assert await written(owner, "once") == 1
    assert await owner.fetchval("SELECT replays FROM idempotency_keys WHERE key = 'same'") == 3


async def test_without_a_key_every_request_runs(http: AsyncClient, owner: asyncpg.Connection) -> None:
    for _ in range(2):
        assert (await http.post("/notes", json={"text": "keyless"})).status_code == 201
    assert await written(owner, "keyless") == 2


async def test_another_body_route_or_path_under_the_same_key_is_refused(http: AsyncClient) -> None:
    key = {"Idempotency-Key": "reused"}
    assert (await http.post("/notes/1/again", json={"text": "a"}, headers=key)).status_code == 202
    for path, body in (
        ("/notes/1/again", {"text": "b"}),
        ("/notes/2/again", {"text": "a"}),
        ("/notes/1/again?x=1", {"text": "a"}),
        ("/notes", {"text": "a"}),
    ):
        answer = await http.post(path, json=body, headers=key)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_status_set_by_the_handler_is_repeated(http: AsyncClient) -> None:
    key = {"Idempotency-Key": "status"}
    answers = [await http.post("/notes/7/again", json={"text": "s"}, headers=key) for _ in range(2)]
    assert [(answer.status_code, answer.headers["etag"]) for answer in answers] == [(202, '"7"')] * 2


async def test_eight_at_once_and_one_runs(http: AsyncClient, owner: asyncpg.Connection) -> None:
    key = {"Idempotency-Key": "race"}
    body = {"text": "race", "pause_s": 0.2}
    answers = await asyncio.gather(*(http.post("/notes", json=body, headers=key) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert await written(owner, "race") == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 7


async def test_racing_bodies_under_one_key_and_one_runs(http: AsyncClient, owner: asyncpg.Connection) -> None:
    key = {"Idempotency-Key": "mixed"}
    answers = await asyncio.gather(
        *(http.post("/notes", json={"text": f"mixed {n}", "pause_s": 0.1}, headers=key) for n in range(6))
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [422] * 5
    assert await owner.fetchval("SELECT count(*) FROM notes WHERE text LIKE 'mixed %'") == 1


async def test_an_error_is_not_kept(http: AsyncClient, owner: asyncpg.Connection) -> None:
    key = {"Idempotency-Key": "error"}
    refused = await http.post("/notes", json={"text": "e", "fail": True}, headers=key)
    assert (refused.status_code, refused.json()["code"]) == (409, "note_refused")
    assert (await http.post("/notes", json={"text": "e"}, headers=key)).status_code == 201
    assert await written(owner, "e") == 1


async def test_when_the_first_rolls_back_a_waiting_one_runs(http: AsyncClient, owner: asyncpg.Connection) -> None:
    key = {"Idempotency-Key": "second chance"}
    failing = asyncio.create_task(http.post("/notes", json={"text": "w", "pause_s": 0.3, "fail": True}, headers=key))
    await asyncio.sleep(0.1)
    waiting = await http.post("/notes", json={"text": "w"}, headers=key)
    assert ((await failing).status_code, waiting.status_code) == (409, 201)
    assert await written(owner, "w") == 1


async def test_a_failing_commit_is_never_a_success(http: AsyncClient, owner: asyncpg.Connection) -> None:
    for headers in ({}, {"Idempotency-Key": "commit"}):
        answer = await http.post("/notes", json={"text": "marked"}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
        assert answer.headers["content-type"] == "application/problem+json"
    assert await written(owner, "marked") == 0
    assert await owner.fetchval("SELECT count(*) FROM idempotency_keys WHERE key = 'commit'") == 0


async def test_a_form_sent_again_has_another_boundary_and_is_the_same(
    http: AsyncClient, owner: asyncpg.Connection
) -> None:
    key = {"Idempotency-Key": "form"}

    async def send(content: bytes) -> tuple[int, bytes]:
        answer = await http.post("/notes/form", data={"title": "pass"}, files={"document": content}, headers=key)
        return answer.status_code, answer.content

    first = await send(b"12345")
    assert first[0] == 201
    assert await send(b"12345") == first
    assert await written(owner, "pass:5") == 1
    assert (await send(b"54321"))[0] == 422


@pytest.mark.parametrize("key", ["", "x" * (LONGEST_KEY + 1), "tab\tbed", "ключ".encode()])
async def test_a_key_that_is_none_is_refused(http: AsyncClient, key: str | bytes) -> None:
    answer = await http.post("/notes", json={"text": "k"}, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_malformed")


async def test_the_longest_key_is_kept(http: AsyncClient) -> None:
    answer = await http.post("/notes", json={"text": "k"}, headers={"Idempotency-Key": "x" * LONGEST_KEY})
    assert answer.status_code == 201


async def test_another_franchises_key_is_its_own(
    http: AsyncClient, settings: Settings, app_db: Database, owner: asyncpg.Connection
) -> None:
    stranger = await make_user(app_db, (await make_franchise(settings)).id, Role.OWNER)
    theirs = bearer(await make_token(app_db, stranger))
    key = {"Idempotency-Key": "shared"}
    mine = await http.post("/notes", json={"text": "shared"}, headers=key)
    other = await http.post("/notes", json={"text": "shared"}, headers=key | theirs)
    assert mine.json()["zulu"] != other.json()["zulu"]
    assert await written(owner, "shared") == 2
