"""Routes of pages: what stops one is told in words, on a page or beside the part that was asked for."""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any, Final, cast
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.responses import RedirectResponse

from dispatch.access.errors import SecondFactorNotSetUp
from dispatch.api.deps import Resources
from dispatch.api.errors import ANSWER_ERROR, problem_of, status_of
from dispatch.kit.errors import DispatchError, Unauthenticated
from dispatch.web.forms import FormUnfit
from dispatch.web.frame import Console, Page, sign_in_address
from dispatch.web.refusals import told

ASKS_FOR_PARTS = "hx-request"
"""The header of requests for a part of a page."""
SET_UP: Final = "/account/second-factor"
"""Where a half-open session is sent from everywhere."""
_NOWHERE: Final = "The address leads nowhere: open it from the list, or copy the whole link."
_DAMAGED: Final = "Part of the address is missing or mistyped: copy the whole link, or open the page from its list."
_UNREAD: Final = "Something that was sent cannot be read: load the page again, then try once more."
_BROKEN: Final = "Something broke on our side. Try again in a minute; if it stays so, tell who runs the system."


class ConsoleRoute(APIRoute):
    """A route that answers people."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Leave word how to answer what stops the handler, or the commit after it; and let go of what was uploaded.

        The error itself must pass through: it is what rolls the transaction back.
        """
        handle = super().get_route_handler()

        async def handle_for_people(request: Request) -> Response:
            request.scope[ANSWER_ERROR] = answer_error
            try:
                return await handle(request)
            finally:
                await request.close()

        return handle_for_people


def answer_error(request: Request, error: Exception) -> Response:
    """Answer what stopped a page: to the page for signing in, as a page of its own, or as words beside a part."""
    for_part = request.headers.get(ASKS_FOR_PARTS) is not None
    if isinstance(error, Unauthenticated | SecondFactorNotSetUp):
        where = SET_UP if isinstance(error, SecondFactorNotSetUp) else sign_in_address(request)
        return Response(status_code=204, headers={"HX-Redirect": where}) if for_part else RedirectResponse(where, 303)
    status = (status_of(type(error)) or 500) if isinstance(error, DispatchError) else problem_of(error).status_code
    page = _page(request)
    words = _words(page, error, status, opened=request.method in {"GET", "HEAD"} and not for_part)
    if for_part:
        return Response(status_code=status, headers={"X-Problem": quote(words[:500])} | _fields(error))
    return page.show("error.html", int(status), number=int(status), words=words)


def _fields(error: Exception) -> dict[str, str]:
    """Return the header that names the fields of a form with something wrong, for the page to mark them."""
    names = [name for name in error.faults if name] if isinstance(error, FormUnfit) else []
    return {"X-Problem-Fields": quote(",".join(names))} if names else {}


def _words(page: Page, error: Exception, status: int, *, opened: bool) -> str:
    """Tell what stopped it; `opened` says that nothing but the address of a page was sent."""
    if isinstance(error, FormUnfit):
        return error.told(page)
    if isinstance(error, DispatchError):
        return told(page.speech, error)
    if isinstance(error, RequestValidationError):
        return page.say(_DAMAGED if opened else _UNREAD)
    return page.say(_BROKEN if status >= HTTPStatus.INTERNAL_SERVER_ERROR else _NOWHERE)


def _page(request: Request) -> Page:
    console = cast("Console", request.app.state.console)
    resources = cast("Resources", request.app.state.resources)
    return Page(request, console, resources, None, None)
