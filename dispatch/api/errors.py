"""Errors as clients see them: one problem document (RFC 9457) for whatever stopped a request.

The domain knows no HTTP; here its kinds meet their statuses, once. `type` is `about:blank`, so `title` is the status's
own phrase; what a program decides by is `code`, the fact's stable word. Typed facts are further members. Nothing that
the client sent is repeated, and nothing internal is told: an unexpected failure has an incident id to ask with.
"""

import json
import math
import socket
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

import asyncpg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic_core import to_jsonable_python
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from dispatch.access.errors import (
    CredentialsMissing,
    CredentialsRejected,
    CrossSiteRequest,
    PermissionMissing,
    SecondFactorNotSetUp,
    TestKeyRefused,
)
from dispatch.kit.errors import (
    Conflict,
    DispatchError,
    Forbidden,
    Invalid,
    NotFound,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from dispatch.kit.ids import new_id
from dispatch.kit.log import get_logger
from dispatch.kit.masking import mask_text
from dispatch.kit.uow import sqlstate
from dispatch.sms.errors import SimulatorAccountMissing

log = get_logger(__name__)

ANSWER_ERROR = "dispatch.answer_error"
"""Where in the scope a route for people leaves how it answers errors; programs get problem documents."""
ANSWER_PEOPLE = "answer_people"
"""Where in the app's state it stands how people are answered whom no route knew."""
MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 2
MOST_FAULTS = 50
_LONGEST_PART = 100

STATUSES: Mapping[type[DispatchError], HTTPStatus] = {
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""Kind -> status. A `DispatchError` of no kind is a fault of ours and answers 500."""

_EVERYWHERE: tuple[type[DispatchError], ...] = (
    CredentialsMissing,
    CredentialsRejected,
    CrossSiteRequest,
    PermissionMissing,
    SecondFactorNotSetUp,
    TestKeyRefused,
    SimulatorAccountMissing,
)
_VALIDATION_FAILED = "validation_failed"
_UNAVAILABLE = "unavailable"
_INTERNAL_ERROR = "internal_error"

# What the framework itself answers, before any of our code runs.
_FRAMEWORK: Mapping[int, tuple[str, str]] = {
    400: ("bad_request", "The request could not be read. Send a complete body of the announced kind."),
    404: ("route_not_found", "There is nothing at this address. All addresses are listed at /openapi.json."),
    405: ("method_not_allowed", "This address takes other methods; the header Allow lists them."),
    413: ("body_too_large", "The body is too large. Send less at once."),
    415: ("media_type_unsupported", "Send the body as one of the kinds listed at /openapi.json."),
}

# SQLSTATE classes and codes after which the same request may well succeed: connection lost, resources exhausted,
# server going down or coming up, a demoted primary, and a transaction that lost a race or waited too long.
_PASSING_CLASSES = ("08", "53", "57P")
_PASSING_CODES = frozenset({"25006", "40001", "40P01", "55P03", "57014"})
_FAREWELL = "another operation (2)"  # the driver still reads why the server ends this connection: its word for that


def problem(
    status: int,
    code: str,
    detail: str,
    fields: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a problem document.

    Args:
        status: HTTP status.
        code: the stable word for this fact.
        detail: one sentence that says what to do.
        fields: further members; a field named like a standard member gives way to it.
        headers: added to the response.
    """
    members: dict[str, object] = {
        **(fields or {}),
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
    }
    text = json.dumps(to_jsonable_python(members, serialize_unknown=True), ensure_ascii=False)
    if "NaN" in text or "Infinity" in text:  # which JSON does not have
        text = json.dumps(json.loads(text, parse_constant=lambda _: None), ensure_ascii=False)
    content = text.encode("utf-8", "replace")
    return Response(content, status, {"Cache-Control": "no-store", **(headers or {})}, MEDIA_TYPE)


def problem_of(exc: Exception) -> Response:
    """Return the problem document for anything that stopped a request, and log what only we can repair.

    Total: whatever is not expected becomes 500 `internal_error` with an incident id, logged with its traceback.
    """
    match exc:
        case DispatchError() if (status := status_of(type(exc))) is not None:
            return _of_domain(exc, status)
        case RequestValidationError():
            return problem(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                _VALIDATION_FAILED,
                "Some fields cannot be used as sent; correct those listed in errors and send the request again.",
                {"errors": list(_faults(exc))},
            )
        case HTTPException():
            return _of_framework(exc)
        case _ if is_passing(exc):
            log.warning("dependency_unavailable", error=exc)
            return _unavailable("A part of the service does not answer at the moment. Try again in a few seconds.")
    incident_id = new_id()
    log.error("internal_error", incident_id=incident_id, exc_info=exc)
    return problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        _INTERNAL_ERROR,
        f"Something broke on our side. Tell us the incident {incident_id}, and look whether the change stands.",
        {"incident_id": incident_id},
    )


def status_of(error: type[DispatchError]) -> HTTPStatus | None:
    """Return the status of an error class by its kind; None when it has no kind."""
    return next((STATUSES[kind] for kind in error.__mro__ if kind in STATUSES), None)


def is_passing(exc: BaseException) -> bool:
    """Tell whether the database or the network, and not the request, is why it failed, so that trying again helps.

    A pool without a free connection, a connection refused or lost, a server starting, stopping or demoted, a deadlock,
    a lost race, a statement or lock that waited too long.
    """
    if isinstance(exc, PoolTimeout | ConnectionError | TimeoutError | socket.gaierror):
        return True
    if isinstance(exc, DBAPIError) and exc.connection_invalidated:
        return True
    if isinstance(exc, asyncpg.InterfaceError):
        return not isinstance(exc, ValueError) and "closed" in str(exc)  # the driver has no class of its own for it
    if isinstance(exc, asyncpg.InternalClientError):
        return _FAREWELL in str(exc)
    state = sqlstate(exc) or ""
    return state in _PASSING_CODES or state.startswith(_PASSING_CLASSES)


def _of_domain(exc: DispatchError, status: HTTPStatus) -> Response:
    headers: dict[str, str] = {}
    match exc:
        case Unauthenticated():
            headers["WWW-Authenticate"] = "Bearer"
        case Unavailable():
            log.warning("dependency_unavailable", code=exc.code, error=exc)
            headers["Retry-After"] = _seconds(exc.fields.get("retry_after", RETRY_AFTER_S))
        case TooMany() if "retry_after" in exc.fields:
            headers["Retry-After"] = _seconds(exc.fields["retry_after"])
    return problem(status, exc.code, str(exc), exc.fields, headers)


def _seconds(retry_after: object) -> str:
    return str(max(1, math.ceil(retry_after))) if isinstance(retry_after, int | float) else str(RETRY_AFTER_S)


def _of_framework(exc: HTTPException) -> Response:
    if exc.status_code in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
        return Response(status_code=exc.status_code, headers=exc.headers)
    code, detail = _FRAMEWORK.get(exc.status_code, (f"http_{exc.status_code}", "The request was not accepted."))
    return problem(exc.status_code, code, detail, headers=exc.headers)


def _unavailable(detail: str) -> Response:
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, _UNAVAILABLE, detail, headers={"Retry-After": str(RETRY_AFTER_S)})


def _faults(exc: RequestValidationError) -> Iterator[dict[str, object]]:
    """Yield where and why, never what was sent; the first fifty, because a body can hold a hundred thousand."""
    for error in exc.errors()[:MOST_FAULTS]:
        expected = error.get("ctx", {}).get("expected_tags")  # the sentence about a union repeats the tag that was sent
        said = f"Send one of {expected}" if expected else str(error["msg"])
        where = [part if isinstance(part, int) else mask_text(str(part))[:_LONGEST_PART] for part in error["loc"]]
        yield {"loc": where, "msg": mask_text(said)}


def answer_to(request: Request, exc: Exception) -> Response:
    """Answer a program with a problem document, and somebody before a browser with a page.

    Total, like `problem_of`: when the page cannot be made either, the document is the answer.
    """
    for_people: Callable[[Request, Exception], Response] | None = request.scope.get(ANSWER_ERROR)
    if for_people is None and _is_browser(request):
        for_people = getattr(request.app.state, ANSWER_PEOPLE, None)
    if for_people is None:
        return problem_of(exc)
    try:
        return for_people(request, exc)
    except Exception as failed:  # noqa: BLE001 - the last net: whatever it is, it is logged and answered
        return problem_of(failed)


def _is_browser(request: Request) -> bool:
    """Tell whether a page was asked for, or a part of one: at an address that is not a program's."""
    if request.url.path.startswith(("/api/", "/hooks/")):
        return False
    return "text/html" in request.headers.get("accept", "") or "hx-request" in request.headers


async def _answer(request: Request, exc: Exception) -> Response:
    return answer_to(request, exc)


def install_errors(app: FastAPI) -> None:
    """Make every error of this app a problem document, unknown addresses included, and describe it in OpenAPI.

    `RequestContext` around the app catches what no handler names; without it the last handler here does, but then the
    server logs the failure a second time.
    """
    for kind in (
        DispatchError,
        RequestValidationError,
        HTTPException,
        SQLAlchemyError,
        asyncpg.PostgresError,
        asyncpg.InterfaceError,
        OSError,
        Exception,
    ):
        app.add_exception_handler(kind, _answer)
    describe = app.openapi

    def openapi() -> dict[str, Any]:
        described = describe()
        described.setdefault("components", {}).setdefault("schemas", {})["Problem"] = _PROBLEM_SCHEMA
        return described

    app.openapi = openapi  # type: ignore[method-assign]  # the framework's own way to amend the description


_PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "description": "Why a request was refused (RFC 9457). Decide by `code`; further members are the facts.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "const": "about:blank"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "what to do, for people"},
        "code": {"type": "string", "description": "the fact, for programs"},
    },
}


def responses(*errors: type[DispatchError]) -> dict[int | str, dict[str, Any]]:
    """Return what a route declares about its errors: `@router.post(..., responses=responses(OrderNotFound))`.

    What can stop any route is always part of it: credentials, permission, validation, unavailability, a failure of
    ours.

    Args:
        errors: the facts the use case raises.

    Raises:
        TypeError: an error class is of no kind, so it has no status.
    """
    codes: dict[int, dict[str, str]] = defaultdict(dict)
    codes[HTTPStatus.UNPROCESSABLE_ENTITY][_VALIDATION_FAILED] = "Fields are missing or malformed; `errors` lists them."
    codes[HTTPStatus.INTERNAL_SERVER_ERROR][_INTERNAL_ERROR] = "A failure of ours; `incident_id` names it."
    codes[HTTPStatus.SERVICE_UNAVAILABLE][_UNAVAILABLE] = "Something we depend on does not answer; see Retry-After."
    for error in (*_EVERYWHERE, *errors):
        status = status_of(error)
        if status is None:
            raise TypeError(f"{error.__name__} is of no kind: derive it from NotFound, Conflict, Invalid and so on")
        codes[status][error.code] = (error.__doc__ or "").strip().split("\n", 1)[0]
    return {int(status): _described(facts) for status, facts in sorted(codes.items())}


def _described(facts: Mapping[str, str]) -> dict[str, Any]:
    schema = {
        "allOf": [
            {"$ref": "#/components/schemas/Problem"},
            {"properties": {"code": {"enum": sorted(facts)}}},
        ]
    }
    lines = "\n".join(f"- `{code}`: {meaning}" for code, meaning in sorted(facts.items()))
    return {"description": lines, "content": {MEDIA_TYPE: {"schema": schema}}}
