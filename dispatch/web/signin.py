"""Signing in and out, and the language of the pages."""

from datetime import datetime
from typing import Annotated, Final
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import SecretStr, ValidationError
from starlette.responses import RedirectResponse

from dispatch.access.commands import LONGEST_CODE, LogIn
from dispatch.access.errors import (
    CrossSiteRequest,
    LoginLocked,
    LoginRefused,
    SecondFactorLocked,
    SecondFactorRefused,
    SecondFactorRequired,
    SignInExpired,
)
from dispatch.access.sessions import log_out
from dispatch.access.sign_in import CodeAwaited, SignedIn, begin_sign_in, finish_sign_in
from dispatch.api.deps import (
    SESSION_COOKIE,
    CallerDep,
    Resources,
    ResourcesDep,
    UowDep,
    from_own_pages,
    half_open,
    public,
)
from dispatch.kit.tokens import PasswordsBusy
from dispatch.web.doors import own_page
from dispatch.web.frame import ConsoleDep, Page, PageDep, StrangerPageDep
from dispatch.web.languages import COOKIE, Language
from dispatch.web.refusals import told
from dispatch.web.routing import SET_UP, ConsoleRoute
from dispatch.web.start import START, landing

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

HOME: Final = START
SIGN_IN_COOKIE: Final = "dispatch_sign_in"
"""Brings a code together with the password before it; opens nothing."""
CODE: Final = "/login/code"
_A_YEAR_S: Final = 365 * 24 * 3600

Next = Annotated[str, Form(max_length=2000)]


@router.get("/login", dependencies=[public()])
async def show_login(
    page: StrangerPageDep,
    console: ConsoleDep,
    resources: ResourcesDep,
    next: str = HOME,  # noqa: A002 - the usual name in addresses
    done: str = "",
) -> Response:
    """Show the form; where the installation is empty, what to run at the machine it is installed on."""
    if not await console.has_begun(resources.database):
        return page.show("begin.html")
    return page.show("login.html", problem="", login="", next=_within(next), done=done)


@router.post("/login", dependencies=[public()])
async def sign_in(
    request: Request,
    page: StrangerPageDep,
    resources: ResourcesDep,
    login: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=400)] = "",
    next: Next = HOME,  # noqa: A002 - as above
) -> Response:
    """Open a session and keep it in a cookie that no script can read and no other site can send; or ask for a code.

    Raises:
        CrossSiteRequest: the form was another site's, which could sign somebody in as somebody else.
    """
    if not from_own_pages(request):
        raise CrossSiteRequest
    wanted = _within(next)
    try:
        command = LogIn(login=login, password=SecretStr(password))
        begun = await begin_sign_in(
            resources.database, resources.settings, command, user_agent=request.headers.get("user-agent", "")
        )
    except (LoginRefused, LoginLocked, PasswordsBusy, SecondFactorRequired, ValidationError) as refused:
        problem = told(page.speech, LoginRefused() if isinstance(refused, ValidationError) else refused)
        return page.show("login.html", 401, problem=problem, login=login[:120], next=wanted, done="")
    if isinstance(begun, CodeAwaited):
        answer = page.go(f"{CODE}?next={quote(wanted)}")
        _keep(answer, resources, SIGN_IN_COOKIE, begun.token, begun.expires_at, path=CODE)
        return answer
    return _signed_in(page, resources, begun, wanted)


@router.get(CODE, dependencies=[public()])
async def show_code(request: Request, page: StrangerPageDep, next: str = HOME) -> Response:  # noqa: A002 - as above
    """Ask for the code."""
    if SIGN_IN_COOKIE not in request.cookies:
        return page.go("/login")
    return page.show("code.html", problem="", next=_within(next))


@router.post(CODE, dependencies=[public()])
async def send_code(
    request: Request,
    page: StrangerPageDep,
    resources: ResourcesDep,
    code: Annotated[str, Form(max_length=LONGEST_CODE)] = "",
    next: Next = HOME,  # noqa: A002 - as above
) -> Response:
    """Open the session for which the password was given on the page before.

    Raises:
        CrossSiteRequest: the form was another site's.
    """
    if not from_own_pages(request):
        raise CrossSiteRequest
    wanted = _within(next)
    try:
        session = await finish_sign_in(
            resources.database,
            resources.settings,
            request.cookies.get(SIGN_IN_COOKIE, ""),
            code,
            user_agent=request.headers.get("user-agent", ""),
        )
    except (SecondFactorRefused, SecondFactorLocked) as refused:
        return page.show("code.html", 401, problem=told(page.speech, refused), next=wanted)
    except SignInExpired as expired:
        problem = told(page.speech, expired)
        return page.show("login.html", 401, problem=problem, login="", next=wanted, done="")
    answer = _signed_in(page, resources, session, wanted)
    answer.delete_cookie(SIGN_IN_COOKIE, path=CODE)
    return answer


@router.post("/logout", dependencies=[half_open(), Depends(own_page)])
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


def _signed_in(page: Page, resources: Resources, session: SignedIn, wanted: str) -> Response:
    answer = page.go(SET_UP if session.half_open else landing(session.role, wanted))
    _keep(answer, resources, SESSION_COOKIE, session.token, session.expires_at)
    return answer


def _keep(
    answer: Response, resources: Resources, name: str, token: str, expires_at: datetime, *, path: str = "/"
) -> None:
    answer.set_cookie(
        name,
        token,
        expires=expires_at,
        path=path,
        httponly=True,
        samesite="lax",
        secure=resources.settings.http.public_url.startswith("https:"),
    )


def _within(address: str) -> str:
    """Return an address of ours, whatever was given: nobody is sent elsewhere by a link of ours."""
    parts = urlsplit(address.replace("\\", "/"))
    inside = not parts.scheme and not parts.netloc and parts.path.startswith("/") and not address.startswith("//")
    return address if inside and address.isprintable() else HOME
