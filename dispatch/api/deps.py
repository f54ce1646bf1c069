"""What routes ask for: who calls, whether he may, and his transaction.

Every route is classified by exactly one of `allow(permission)`, `signed_in()`, `half_open()`, `public()` and
`webhook()` among its dependencies; `classification()` tells which, so that a test can refuse a route that forgot.

The transaction of `UowDep` commits after the handler returned and before the response is sent (`scope="function"`): a
commit that fails is an error the caller sees. Handlers therefore set ids and times themselves.
"""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, Final, cast
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Depends, Request
from fastapi.params import Depends as DependsParam

from dispatch.access.errors import (
    CredentialsMissing,
    CredentialsRejected,
    CrossSiteRequest,
    PermissionMissing,
    SecondFactorNotSetUp,
)
from dispatch.access.queries import PRINCIPAL, SEEN
from dispatch.access.roles import Permission, Role, can
from dispatch.access.second_factor import must_have_second_factor
from dispatch.api.readiness import Readiness
from dispatch.api.trial import check_test_key
from dispatch.geocoding.service import Geocoding
from dispatch.kit.log import get_logger
from dispatch.kit.metrics import Metrics
from dispatch.kit.tokens import hash_token
from dispatch.kit.uow import AfterCommit, Database, Uow
from dispatch.settings import Settings

log = get_logger(__name__)

SESSION_COOKIE: Final = "dispatch_session"
LONGEST_TOKEN: Final = 200
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_HALF_OPEN_MAY: Final = "half_open_may"
"""Where in a request's state its route says that half-open sessions may use it."""


@dataclass(frozen=True, slots=True)
class Resources:
    """What the process opened at its start and every request shares.

    Attributes:
        settings: the whole tree.
        database: units of work of the API and the console.
        webhooks: the same rows through a small pool of its own, so that a flood of one kind cannot starve the other.
        readiness: what `/readyz` asks.
        metrics: the process's registry.
        wake_up: hints the workers about a lane; for what is stored without a unit of work.
        geocoding: the address service, where the installation has one.
    """

    settings: Settings
    database: Database
    webhooks: Database
    readiness: Readiness
    metrics: Metrics
    wake_up: AfterCommit | None = None
    geocoding: Geocoding | None = None


async def get_resources(request: Request) -> Resources:
    """Return what `create_app` opened; async, because the framework runs plain functions in threads."""
    return cast("Resources", request.app.state.resources)


ResourcesDep = Annotated[Resources, Depends(get_resources)]


class CallerKind(StrEnum):
    """A person signed in, or a program with an API token."""

    STAFF = "staff"
    TOKEN = "token"  # noqa: S105 - a kind, no secret


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent the request, as read from the database for this very request.

    Attributes:
        kind: a person's session or an API token.
        subject_id: the staff user, or the token.
        franchise_id: the tenant; every row read or written for this caller is in it.
        role: what decides permissions.
        test: a token bound to the simulator: what it causes never reaches a real phone, and it changes nothing real.
        credential: sha256 of the presented session or token.
        half_open: he must set up a second factor, and may do nothing else before.
    """

    kind: CallerKind
    subject_id: UUID
    franchise_id: UUID
    role: Role
    test: bool
    credential: bytes = field(repr=False)
    half_open: bool = False

    @property
    def actor(self) -> str:
        """The caller as audit and timeline write him."""
        return f"{self.kind}:{self.subject_id}"


async def authenticate(request: Request, resources: ResourcesDep) -> Caller:
    """Find out who calls, by `Authorization: Bearer` or else by the session cookie.

    Nothing is kept between requests, so a revoked session, token or role is dead on the next one. A cookie is sent by
    browsers unasked, hence a change made with it must come from our own pages.

    Raises:
        CredentialsMissing: neither came with the request.
        CredentialsRejected: what came is unknown, expired or revoked.
        CrossSiteRequest: a change by cookie from another site.
        SecondFactorNotSetUp: the session is half open, and the route is not one of those that may be used then.
    """
    presented = _bearer(request)
    if presented is None:
        presented = request.cookies.get(SESSION_COOKIE)
        if presented is None:
            raise CredentialsMissing
        if request.method not in _SAFE_METHODS and not from_own_pages(request):
            raise CrossSiteRequest
    if not 0 < len(presented) <= LONGEST_TOKEN or not presented.isascii():
        raise CredentialsRejected
    credential = bytes.fromhex(hash_token(presented))
    found: str | None = await resources.database.autocommit(PRINCIPAL, [credential])
    if found is None:
        raise CredentialsRejected
    principal: dict[str, Any] = json.loads(found)
    if principal["stale"]:
        await resources.database.autocommit(SEEN, [credential])
    caller = Caller(
        kind=CallerKind(principal["kind"]),
        subject_id=UUID(principal["subject_id"]),
        franchise_id=UUID(principal["franchise_id"]),
        role=Role(principal["role"]),
        test=principal["test"],
        credential=credential,
        half_open=is_half_open(resources.settings, principal),
    )
    if caller.half_open and not getattr(request.state, _HALF_OPEN_MAY, False):
        raise SecondFactorNotSetUp
    return caller


def is_half_open(settings: Settings, principal: dict[str, Any]) -> bool:
    """Tell whether it is a person whose role needs a second factor, who has none; asked anew on every request.

    So it holds, too, for whoever was given such a role while signed in, and for sessions older than the setting.
    """
    needs = principal["kind"] == CallerKind.STAFF and must_have_second_factor(settings, Role(principal["role"]))
    return needs and not principal["second_factor"]


def _bearer(request: Request) -> str | None:
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "bearer":
        raise CredentialsRejected
    return value.strip()


def from_own_pages(request: Request) -> bool:
    """Tell whether a browser says that one of our own pages made this request.

    Every current browser sends Sec-Fetch-Site; an older one sends Origin with a change, which must name the host the
    request came to. A request with neither header is not trusted.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    host = request.headers.get("host")
    return origin is not None and host is not None and urlsplit(origin).netloc.lower() == host.lower()


CallerDep = Annotated[Caller, Depends(authenticate)]


async def open_uow(caller: CallerDep, resources: ResourcesDep) -> AsyncIterator[Uow]:
    """The request's one transaction, in the caller's tenant and under his name."""
    async with resources.database.begin(caller.franchise_id, caller.actor, test=caller.test) as uow:
        yield uow


UowDep = Annotated[Uow, Depends(open_uow, scope="function")]


class Classification:
    """Says who may use a route; subclasses are dependencies.

    Attributes:
        name: `public`, `webhook`, `signed_in`, `half_open` or the permission.
    """

    def __init__(self, name: str) -> None:
        self.name = name


class _Open(Classification):
    async def __call__(self) -> None:
        """Nothing to check: the route is for everybody, or proves by itself who called."""


class _SignedIn(Classification):
    async def __call__(self, _caller: CallerDep) -> None:
        """Being known is enough."""


class _HalfOpen(Classification):
    async def __call__(self, request: Request, resources: ResourcesDep) -> None:
        """Being known is enough, by a half-open session, too; must stand first among the route's dependencies."""
        setattr(request.state, _HALF_OPEN_MAY, True)
        await authenticate(request, resources)


class _Allowed(Classification):
    def __init__(self, permission: Permission) -> None:
        super().__init__(permission)
        self.permission = permission

    async def __call__(self, request: Request, caller: CallerDep, resources: ResourcesDep) -> None:
        """Refuse a caller whose role lacks the permission, and a test key what is real; runs before the transaction."""
        if not can(caller.role, self.permission):
            log.warning("permission_missing", permission=self.permission, actor=caller.actor)
            raise PermissionMissing(self.permission, caller.role)
        if caller.test and request.method not in _SAFE_METHODS:
            path, parts = request.url.path, request.path_params
            await check_test_key(resources.database, caller.franchise_id, caller.actor, path, parts)


def allow(permission: Permission) -> DependsParam:
    """Let callers whose role has this permission use the route: `dependencies=[allow(Permission.ORDERS_READ)]`."""
    return DependsParam(_Allowed(permission))


def signed_in() -> DependsParam:
    """Let every known caller use the route, whatever his role: it concerns himself only."""
    return DependsParam(_SignedIn("signed_in"))


def half_open() -> DependsParam:
    """Let every known caller use the route, even one who must set up a second factor first; name it first."""
    return DependsParam(_HalfOpen("half_open"))


def public() -> DependsParam:
    """Let everybody use the route."""
    return DependsParam(_Open("public"))


def webhook() -> DependsParam:
    """Let a gateway use the route; the route itself proves who called, by signature or secret."""
    return DependsParam(_Open("webhook"))


def classification(dependencies: Sequence[DependsParam]) -> str | None:
    """Return how a route with these dependencies is classified; None when it is not, or more than once.

    `fastapi.routing.iter_route_contexts(app.routes)` gives every route with its `dependencies`.
    """
    called: list[object] = [given.dependency for given in dependencies]
    names = [mark.name for mark in called if isinstance(mark, Classification)]
    return names[0] if len(names) == 1 else None
