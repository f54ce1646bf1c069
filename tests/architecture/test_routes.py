"""Every route of the real app says who may use it, what it answers, and what can stop it."""

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any, Final

import pytest
from fastapi import Response
from fastapi.dependencies.models import Dependant
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from dispatch.access.roles import Permission
from dispatch.api.deps import classification
from dispatch.api.errors import MEDIA_TYPE, status_of
from dispatch.api.idempotency import once_per_key
from dispatch.app import create_app
from dispatch.kit.errors import DispatchError
from dispatch.settings import Settings
from dispatch.web.doors import own_page
from dispatch.web.routing import ConsoleRoute

PUBLIC: Final = {
    "POST /api/v1/auth/login": "nobody is signed in yet",
    "GET /healthz": "probes carry no credentials",
    "GET /readyz": "probes carry no credentials",
    "GET /metrics": "scraped inside; counts only",
    "GET /static/{digest}/{name:path}": "files of the pages, the same for everybody",
    "GET /login": "nobody is signed in yet",
    "POST /login": "nobody is signed in yet; the form must come from our own page",
    "GET /login/code": "the password is known, and no session is open",
    "POST /login/code": "it brings the sign-in that waits; the form must come from our own page",
    "GET /forgotten": "nobody is signed in",
    "POST /forgotten": "nobody is signed in; the form must come from our own page",
    "GET /new-password/{token}": "the link is the proof",
    "POST /new-password/{token}": "the link is the proof; the form must come from our own page",
    "GET /lead/{token}": "the link is the proof",
    "GET /lead/{token}/pulse": "the link is the proof",
    "GET /lead/{token}/place/{sha256}": "the link is the proof",
    "GET /lead/{token}/site.webmanifest": "it says nothing but the address it was asked at",
    "POST /lead/{token}/marks": "the link is the proof; the marks must come from our own page",
    "GET /site-worker.js": "a script of the pages on site, the same for everybody",
    "GET /site.webmanifest": "how a phone shows the pages on site, the same for everybody",
    "GET /w/{token}": "the link is the proof; looking changes nothing",
    "GET /w/{token}/place/{shift_id}/{sha256}": "the link is the proof; looking changes nothing",
    "GET /w/{token}/{rest:path}": "a spoiled link: it says how to get another",
    "POST /w/{token}/answer": "the link is the proof; the form must carry the token of its own page",
    "POST /w/{token}/day": "as above",
    "POST /w/{token}/language": "as above",
    "POST /w/{token}/stop": "as above",
    "GET /language/{language}": "it changes how pages look and nothing else",
}
"""The only addresses that ask nobody who he is -> why."""
HALF_OPEN: Final = {
    "GET /account/second-factor",
    "POST /account/second-factor/begin",
    "POST /account/second-factor/confirm",
    "POST /logout",
}
"""All that a session may use whose account must set up a second factor first."""
_READS: Final = "it reads; a repetition reads again"
_MOVES: Final = "it sends nothing, and repeating it changes nothing"
WITHOUT_ONCE: Final = {
    "POST /api/v1/auth/login": "each sign-in is a session of its own",
    "POST /api/v1/auth/logout": "it ends the very session that asks",
    "POST /api/v1/auth/tokens": "its answer is a secret, which is never kept",
    "POST /api/v1/orders/{order_id}/preview": _READS,
    "POST /api/v1/series/{series_id}/preview": _READS,
    "POST /api/v1/quotes": _READS,
    "POST /api/v1/matching/preview": _READS,
    "POST /api/v1/texts/preview": _READS,
    "POST /api/v1/workers/search": _READS,
    "POST /api/v1/workers/{worker_id}/reveal": "its answer is a phone, which is never kept; each look is written down",
    "POST /api/v1/workers/import": "the same list again finds its people there, and several transactions share no key",
    "POST /api/v1/workers/{worker_id}/activate": _MOVES,
    "POST /api/v1/workers/{worker_id}/pause": _MOVES,
    "POST /api/v1/workers/{worker_id}/archive": _MOVES,
    "POST /api/v1/workers/{worker_id}/restore": _MOVES,
    "POST /api/v1/clients/{client_id}/archive": _MOVES,
    "POST /api/v1/clients/{client_id}/restore": _MOVES,
    "POST /api/v1/sites/{site_id}/archive": _MOVES,
    "POST /api/v1/alarms/{alarm_id}/ack": _MOVES,
    "POST /api/v1/inbox/{item_id}/done": _MOVES,
}
"""POST routes that take no Idempotency-Key -> why."""


@pytest.fixture(scope="module")
def routes() -> dict[str, RouteContext]:
    """Method and path -> the route with what its routers add."""
    return {
        f"{method} {route.path}": route
        for route in iter_route_contexts(create_app(Settings()).routes)
        if isinstance(route.original_route, APIRoute)
        for method in route.methods or ()
    }


@pytest.fixture(scope="module")
def for_programs(routes: dict[str, RouteContext]) -> dict[str, RouteContext]:
    """The routes that answer programs; pages tell people in words what stopped them."""
    return {name: route for name, route in routes.items() if not isinstance(route.original_route, ConsoleRoute)}


def test_pages_that_change_something_come_from_our_own_page(routes: dict[str, RouteContext]) -> None:
    """A page's own token is asked for by every route of the console that is more than a look."""
    changing = {
        name: route
        for name, route in routes.items()
        if isinstance(route.original_route, ConsoleRoute) and not name.startswith("GET ")
    }
    assert changing
    unguarded = {name for name, route in changing.items() if own_page not in set(calls(route.original_route.dependant))}
    assert unguarded == {name for name in PUBLIC if name in changing}


def test_the_app_has_its_routes(routes: dict[str, RouteContext]) -> None:
    assert len(routes) > 40


def test_every_route_is_classified_once(routes: dict[str, RouteContext]) -> None:
    classes = {name: classification(route.dependencies) for name, route in routes.items()}
    assert [name for name, found in classes.items() if found is None] == []
    assert {found for found in classes.values() if found} <= {
        *Permission,
        "public",
        "webhook",
        "signed_in",
        "half_open",
    }
    assert {name for name, found in classes.items() if found == "public"} == PUBLIC.keys()
    assert {name for name, found in classes.items() if found == "half_open"} == HALF_OPEN
    assert {name.split("/")[1] for name, found in classes.items() if found == "webhook"} <= {"hooks"}


def declared_codes(route: RouteContext) -> set[str]:
    """The problem codes a route's responses list."""
    codes: set[str] = set()
    for answer in route.responses.values():
        schema = answer.get("content", {}).get(MEDIA_TYPE, {}).get("schema", {})
        for part in schema.get("allOf", ()):
            codes.update(part.get("properties", {}).get("code", {}).get("enum", ()))
    return codes


def test_every_route_declares_what_can_stop_it(for_programs: dict[str, RouteContext]) -> None:
    """Whatever can stop any route is declared by `responses()`; a route without it has forgotten the rest as well."""
    silent = [name for name, route in for_programs.items() if "internal_error" not in declared_codes(route)]
    assert silent == []


def raised_by(function: Callable[..., Any]) -> Iterator[type[DispatchError]]:
    """The errors that a function's docstring names under `Raises:`."""
    lines = (inspect.getdoc(function) or "").splitlines()
    if "Raises:" not in lines:
        return
    for line in lines[lines.index("Raises:") + 1 :]:
        if line and not line.startswith(" "):
            return
        for name in re.findall(r"\b[A-Z]\w+", line.split(":")[0]) if re.match(r"    [A-Z]", line) else ():
            found = find_error(name, function.__module__)
            if found is not None:
                yield found


def find_error(name: str, module: str) -> type[DispatchError] | None:
    """An error class by the name a docstring uses: as its module sees it, or else the only one of that name."""
    known = getattr(sys.modules[module], name, None)
    if known is None:
        known = next((error for error in subclasses(DispatchError) if error.__name__ == name), None)
    return known if isinstance(known, type) and issubclass(known, DispatchError) else None


def subclasses(kind: type[DispatchError]) -> Iterator[type[DispatchError]]:
    for child in kind.__subclasses__():
        yield child
        yield from subclasses(child)


def used_by(function: Callable[..., Any], seen: set[Callable[..., Any]]) -> None:
    """Collect the functions of ours that a route calls or hands on, through the helpers of its own module."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Name):
            continue
        used = inspect.unwrap(function).__globals__.get(node.id)
        if inspect.isfunction(used) and used.__module__.startswith("dispatch.") and used not in seen:
            seen.add(used)
            if used.__module__ == function.__module__:
                used_by(used, seen)


def test_every_route_declares_the_errors_its_use_cases_name(for_programs: dict[str, RouteContext]) -> None:
    undeclared = []
    for name, route in for_programs.items():
        used: set[Callable[..., Any]] = {route.endpoint}
        used_by(route.endpoint, used)
        codes = declared_codes(route)
        undeclared += [
            f"{name}: {error.__name__}, raised by {function.__name__}"
            for function in sorted(used, key=lambda f: f.__qualname__)
            for error in raised_by(function)
            if status_of(error) is not None and error.code not in codes
        ]
    assert undeclared == []


def is_vague(route: RouteContext) -> bool:
    """Whether a route's answer is of no declared shape: a bare dict promises nothing and could leak anything."""
    if route.status_code == HTTPStatus.NO_CONTENT:
        return False
    answer = inspect.signature(route.original_route.endpoint).return_annotation
    shape = getattr(answer, "__origin__", answer)
    finished = isinstance(shape, type) and issubclass(shape, Response)
    return shape in {inspect.Signature.empty, Any, None, dict, list} or (
        finished and route.response_class is JSONResponse
    )


def test_every_route_says_what_it_answers(routes: dict[str, RouteContext]) -> None:
    assert [name for name, route in routes.items() if is_vague(route)] == []


def calls(dependant: Dependant) -> Iterator[object]:
    """What a route depends on, all the way down."""
    yield dependant.call
    for below in dependant.dependencies:
        yield from calls(below)


def test_every_post_can_be_repeated_safely(routes: dict[str, RouteContext]) -> None:
    """It takes an Idempotency-Key, or it is on the list with the reason why it need not."""
    without = {
        name
        for name, route in routes.items()
        if name.startswith("POST /api/") and once_per_key not in set(calls(route.original_route.dependant))
    }
    assert without - WITHOUT_ONCE.keys() == set()
    assert WITHOUT_ONCE.keys() - without == set(), "it takes the key, or is gone: take it off the list"
