"""The book of requests: "METHOD /path" to what builds a valid one; its pages are `requests.py` and its neighbours."""

from collections.abc import Awaitable, Callable
from typing import Final

from tests.factories.scene import Call, Scene

Builder = Callable[[Scene], Awaitable[Call]]
REQUESTS: Final[dict[str, Builder]] = {}
V1: Final = {"If-Match": '"1"'}


def request(route: str) -> Callable[[Builder], Builder]:
    """Register a builder for a route."""

    def register(build: Builder) -> Builder:
        assert route not in REQUESTS, route
        REQUESTS[route] = build
        return build

    return register
