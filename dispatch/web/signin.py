"""Signing in and out, and the language of the pages."""

from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import SecretStr, ValidationError
from starlette.responses import RedirectResponse

from dispatch.access.commands import LogIn
from dispatch.access.errors import CrossSiteRequest, LoginLocked, LoginRefused
from dispatch.access.service import log_in, log_out
from dispatch.api.deps import SESSION_COOKIE, CallerDep, ResourcesDep, UowDep, from_own_pages, public, signed_in
from dispatch.kit.tokens import PasswordsBusy
from dispatch.web.doors import own_page
from dispatch.web.frame import PageDep, StrangerPageDep
from dispatch.web.languages import COOKIE, Language
from dispatch.web.routing import ConsoleRoute

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

HOME: Final = "/board"
_A_YEAR_S: Final = 365 * 24 * 3600


@router.get("/login", dependencies=[public()])
async def show_login(page: StrangerPageDep, next: str = HOME) -> Response:  # noqa: A002 - the usual name in addresses
    """Show the form."""
    return page.show("login.html", problem="", login="", next=_within(next))


@router.post("/login", dependencies=[public()])
async def sign_in(
    request: Request,
    page: StrangerPageDep,
    resources: ResourcesDep,
    login: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=400)] = "",
    next: Annotated[str, Form(max_length=2000)] = HOME,  # noqa: A002 - as above
) -> Response:
    """Open a session and keep it in a cookie that no script can read and no other site can send.

    Raises:
        CrossSiteRequest: the form was another site's, which could sign somebody in as somebody else.
    """
    if not from_own_pages(request):
        raise CrossSiteRequest
    try:
        command = LogIn(login=login, password=SecretStr(password))
        session = await log_in(resources.database, command, user_agent=request.headers.get("user-agent", ""))
    except (LoginRefused, LoginLocked, PasswordsBusy, ValidationError) as refused:
        words = str(refused) if not isinstance(refused, ValidationError) else str(LoginRefused())
        return page.show("login.html", 401, problem=words, login=login[:120], next=_within(next))
    answer = page.go(_within(next))
    answer.set_cookie(
        SESSION_COOKIE,
        session.token,
        expires=session.expires_at,
        httponly=True,
        samesite="lax",
        secure=resources.settings.http.public_url.startswith("https:"),
    )
    return answer


@router.post("/logout", dependencies=[signed_in(), Depends(own_page)])
async def sign_out(page: PageDep, caller: CallerDep, uow: UowDep) -> Response:
    """End the session."""
    await log_out(uow, caller.credential)
    answer = page.go("/login")
    answer.delete_cookie(SESSION_COOKIE)
    return answer


@router.get("/language/{language}", dependencies=[public()])
async def choose_language(language: Language, back: str = HOME) -> Response:
    """Speak another language from now on; changes how pages look and nothing else."""
    answer = RedirectResponse(_within(back), 303)
    answer.set_cookie(COOKIE, language, max_age=_A_YEAR_S, samesite="lax")
    return answer


def _within(address: str) -> str:
    """Return an address of ours, whatever was given: nobody is sent elsewhere by a link of ours."""
    parts = urlsplit(address.replace("\\", "/"))
    inside = not parts.scheme and not parts.netloc and parts.path.startswith("/") and not address.startswith("//")
    return address if inside and address.isprintable() else HOME
