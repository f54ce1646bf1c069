"""Repeating a POST safely: the header Idempotency-Key, kept with the answer in the effect's own transaction.

Same key, same route, same body: the first answer again, byte for byte. Same key with anything else: 422. Two at once:
one runs, the other waits on the unique index for the first one's commit and replays it, or runs when it rolled back.
An error is not kept: what failed changed nothing and may be tried again. Keys belong to the franchise; those sent with
a test token are told apart from the others, or a real order would be answered by its rehearsal.

Usage in a route that creates or sends:

    async def post_order(command: PlaceOrder, uow: UowDep, once: OnceDep) -> OrderPlaced:
        return await once(place_order, uow, command)
"""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated, Final, ParamSpec, TypeVar, cast

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from starlette.datastructures import UploadFile

from dispatch.api.deps import UowDep
from dispatch.kit.errors import Invalid
from dispatch.kit.uow import Uow

Given = ParamSpec("Given")
AnswerT = TypeVar("AnswerT", bound=BaseModel)

LONGEST_KEY: Final = 200
REPLAYED_HEADER: Final = "Idempotency-Replayed"
_FORMS: Final = ("multipart/form-data", "application/x-www-form-urlencoded")

# The second statement of a replay is an UPDATE, because whatever is acknowledged must itself commit a write: where the
# database replicates, only a write waits until the answer it repeats is safe on the other machine.
_TAKE = """
INSERT INTO idempotency_keys (franchise_id, key, route, body_sha256) VALUES ($1, $2, $3, $4)
ON CONFLICT (franchise_id, key) DO NOTHING
"""
_KEEP = "UPDATE idempotency_keys SET status = $3, response = $4::text::json WHERE franchise_id = $1 AND key = $2"
_REPLAY = """
UPDATE idempotency_keys SET replays = replays + 1
WHERE franchise_id = $1 AND key = $2 AND route = $3 AND body_sha256 = $4
RETURNING status, response::text
"""


class IdempotencyKeyReused(Invalid):
    """The key was used before for another route or another body."""

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used for another request. Send a new key with a new request.")


class IdempotencyKeyMalformed(Invalid):
    """The header holds no usable key."""

    def __init__(self) -> None:
        super().__init__(
            f"Idempotency-Key must be 1 to {LONGEST_KEY} printable ASCII characters; a random UUID serves well.",
            longest=LONGEST_KEY,
        )


class Once:
    """Runs a use case at most once per Idempotency-Key; see the module's docstring."""

    def __init__(self, uow: Uow, request: Request, response: Response, key: str | None) -> None:
        self._uow = uow
        self._request = request
        self._response = response
        self._key = _told_apart(key) if key is not None and uow.test else key

    async def __call__(
        self, use_case: Callable[Given, Awaitable[AnswerT]], *args: Given.args, **kwargs: Given.kwargs
    ) -> AnswerT:
        """Run the use case, keep its answer and return it; or return the kept answer without running anything.

        The answer leaves as finished JSON, the very bytes that are kept, with the status the route declares (or the
        one set on its `Response` parameter). To the type checker it is still the model the route promises, so return
        it at once.

        Args:
            use_case: an async function; the model it returns becomes the body.
            args: handed to it.
            kwargs: handed to it.

        Raises:
            IdempotencyKeyReused: the key belongs to another request.
        """
        if self._key is None:
            return cast("AnswerT", self._answer(self._status(), (await use_case(*args, **kwargs)).model_dump_json()))
        franchise_id = self._uow.franchise_id
        route = _route_of(self._request)
        body = await _fingerprint(self._request)
        if await self._uow.run(_TAKE, franchise_id, self._key, route, body) == 0:
            kept = await self._uow.fetchrow(_REPLAY, franchise_id, self._key, route, body)
            if kept is None:
                raise IdempotencyKeyReused
            self._response.headers[REPLAYED_HEADER] = "true"
            return cast("AnswerT", self._answer(kept["status"], kept["response"]))
        content = (await use_case(*args, **kwargs)).model_dump_json()
        await self._uow.run(_KEEP, franchise_id, self._key, self._status(), content)
        return cast("AnswerT", self._answer(self._status(), content))

    def _status(self) -> int:
        declared: int | None = getattr(self._request.scope.get("route"), "status_code", None)
        return self._response.status_code or declared or 200

    def _answer(self, status: int, content: str) -> Response:
        answer = Response(content, status_code=status, media_type="application/json")
        answer.headers.raw.extend(self._response.headers.raw)
        return answer


def _told_apart(key: str) -> str:
    """Return a key under which a test token's answer is kept; no client can send one, because it is not ASCII."""
    return f"тест {hashlib.sha256(key.encode()).hexdigest()}"


async def once_per_key(
    request: Request,
    response: Response,
    uow: UowDep,
    idempotency_key: Annotated[
        str | None,
        Header(description="Any text of your own, the same for a repetition; see the section on repeating requests."),
    ] = None,
) -> Once:
    """Check the header before anything runs.

    Raises:
        IdempotencyKeyMalformed: it is empty, too long, or holds characters that are not printable ASCII.
    """
    if idempotency_key is not None and not (
        0 < len(idempotency_key) <= LONGEST_KEY and idempotency_key.isascii() and idempotency_key.isprintable()
    ):
        raise IdempotencyKeyMalformed
    return Once(uow, request, response, idempotency_key)


OnceDep = Annotated[Once, Depends(once_per_key, scope="function")]


def _route_of(request: Request) -> str:
    """Return method, path and query: the ids in a path are part of what was asked."""
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{request.method} {request.url.path}{query}"


async def _fingerprint(request: Request) -> bytes:
    """Return the sha256 of what was sent: the bytes as they came, or the parts of a form without their boundary.

    A client that repeats an upload draws a new boundary, so the raw bytes of a form are never the same twice; and those
    of a page's form were read before, for the proof that it is our own page.
    """
    if not request.headers.get("content-type", "").startswith(_FORMS):
        return hashlib.sha256(await request.body()).digest()
    digest = hashlib.sha256()
    for name, value in (await request.form()).multi_items():
        content = await _content_of(value)
        for part in (name.encode(), content):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.digest()


async def _content_of(value: UploadFile | str) -> bytes:
    if isinstance(value, str):
        return value.encode()
    await value.seek(0)
    content = await value.read()
    await value.seek(0)
    return content
