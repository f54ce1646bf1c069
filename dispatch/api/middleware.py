"""Around every request: its id on every log line and in the answer, one access line, and the last net for failures."""

import logging
import time
from collections.abc import Collection
from uuid import UUID

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dispatch.api.errors import answer_to
from dispatch.kit.ids import new_id
from dispatch.kit.log import bound, get_logger

log = get_logger(__name__)
_standard = logging.getLogger(__name__)

REQUEST_ID_HEADER = "X-Request-Id"
_LEFT = 499  # the client closed the connection before the answer; never sent, only logged
_REFUSED = 300
_FAILED = 500
_LONGEST_PATH = 100


class RequestContext:
    """The outermost layer of the app.

    * Binds `request_id` for all that the request does: the client's `X-Request-Id` if it is a UUID, else a new one.
      The answer carries it.
    * Writes one line per request: method, route as declared (`/api/v1/orders/{order_id}`, so that no id, token or
      phone of an address gets into it), status, milliseconds, bytes sent. Never the query, headers, body or address
      of the client. Paths named in `quiet` are written at debug level unless they fail, those that begin with one of
      `stored` if they were acknowledged: what they brought is a row of the database, and the line costs as much as
      reading and checking it.
    * Answers whatever the app let escape, with a problem document or as the route of a page wants it, so that the
      answer has the id as well. If the answer had begun, the failure is logged and the answer left unfinished, so that
      the server cuts the connection.
    """

    def __init__(
        self,
        app: ASGIApp,
        quiet: Collection[str] = ("/healthz", "/readyz", "/metrics"),
        stored: Collection[str] = ("/hooks/sms/",),
    ) -> None:
        self._app = app
        self._quiet = frozenset(quiet)
        self._stored = tuple(stored)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the request inside its context."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _sent_id(scope) or new_id()
        began = time.perf_counter()
        status, sent = 0, 0

        async def send_with_id(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = str(request_id)
            sent += len(message.get("body", b""))
            await send(message)

        with bound(request_id=request_id):
            try:
                await self._app(scope, receive, send_with_id)
            except ClientDisconnect:
                status = status or _LEFT
            except Exception as exc:  # noqa: BLE001 - the last net: whatever it is, it is logged and answered
                answer = answer_to(Request(scope, receive), exc)
                if not status:
                    await answer(scope, receive, send_with_id)
            finally:
                self._write(scope, status or _LEFT, sent, time.perf_counter() - began)

    def _write(self, scope: Scope, status: int, sent: int, seconds: float) -> None:
        if status >= _FAILED:
            write = log.warning
        elif scope["path"] in self._quiet or (status < _REFUSED and scope["path"].startswith(self._stored)):
            if not _standard.isEnabledFor(logging.DEBUG):
                return  # even a line that nobody wants takes time to refuse
            write = log.debug
        else:
            write = log.info
        route = _route_of(scope)
        where = {"route": route} if route else {"path": scope["path"][:_LONGEST_PATH]}
        write("request", method=scope["method"], **where, status=status, ms=round(seconds * 1000, 1), bytes_sent=sent)


def _sent_id(scope: Scope) -> UUID | None:
    try:
        return UUID(Headers(scope=scope).get(REQUEST_ID_HEADER, ""))
    except ValueError:
        return None


def _route_of(scope: Scope) -> str | None:
    """Return the matched route's whole template; None when nothing matched.

    The framework keeps an included router's prefix in a context of its own, beside the plain route.
    """
    whole = scope.get("fastapi", {}).get("effective_route_context")
    path: str | None = getattr(whole, "path", None) or getattr(scope.get("route"), "path", None)
    return path
