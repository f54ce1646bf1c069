"""Sign in and out, the own sessions, and the franchise's API tokens."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict

from dispatch.access import queries, service, sessions, sign_in
from dispatch.access.commands import CreateToken, LogIn
from dispatch.access.errors import (
    LoginLocked,
    LoginRefused,
    PeopleOnly,
    RoleNotGrantable,
    SecondFactorLocked,
    SecondFactorNotSetUp,
    SecondFactorRefused,
    SecondFactorRequired,
    SessionNotFound,
    TokenExpiryInPast,
    TokenNotFound,
)
from dispatch.access.models import ApiToken
from dispatch.access.roles import PERMISSIONS, Permission, Role
from dispatch.api.deps import (
    SESSION_COOKIE,
    CallerDep,
    CallerKind,
    ResourcesDep,
    UowDep,
    allow,
    public,
    signed_in,
)
from dispatch.api.errors import responses
from dispatch.kit.pages import DEFAULT_LIMIT, CursorInvalid, Limit, Page, read_cursor
from dispatch.kit.tokens import PasswordsBusy

router = APIRouter(prefix="/auth", tags=["auth"])


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class LoggedIn(_Answer):
    """A session. Send `Authorization: Bearer <token>` from now on, until `expires_at`."""

    token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the scheme's name
    expires_at: datetime
    user_id: UUID
    franchise_id: UUID
    name: str
    role: Role


class Me(_Answer):
    """Who the server takes the caller for, at this very moment."""

    kind: CallerKind
    id: UUID
    name: str
    franchise_id: UUID
    role: Role
    test: bool
    permissions: list[Permission]


class SessionOut(_Answer):
    """One sign-in that still works; `last_seen_at` is true to five minutes."""

    id: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    user_agent: str
    current: bool


class Sessions(_Answer):
    """The caller's live sessions, newest first."""

    items: list[SessionOut]


class TokenOut(_Answer):
    """An API token without its secret."""

    id: UUID
    name: str
    role: Role
    test: bool
    created_by: UUID
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class TokenCreated(TokenOut):
    """A new API token; `token` is shown this once and cannot be read again."""

    token: str


@router.post(
    "/login",
    dependencies=[public()],
    responses=responses(
        LoginRefused,
        LoginLocked,
        PasswordsBusy,
        SecondFactorRequired,
        SecondFactorRefused,
        SecondFactorLocked,
        SecondFactorNotSetUp,
    ),
)
async def log_in(command: LogIn, request: Request, resources: ResourcesDep) -> LoggedIn:
    """Sign in with login and password, and a code where the account has a second factor.

    Without the code the answer is 401 `second_factor_required`. Whose role needs a second factor and who has none gets
    403 `second_factor_not_set_up` until he sets it up at the console.

    Ten wrong passwords in a row lock the login for half a minute, each further one for twice as long, up to a quarter
    of an hour; logins that do not exist are treated alike, and so are wrong codes.
    """
    user_agent = request.headers.get("user-agent", "")
    session = await sign_in.log_in(resources.database, resources.settings, command, user_agent=user_agent)
    return LoggedIn.model_validate(session)


@router.post("/logout", status_code=204, dependencies=[signed_in()], responses=responses(SessionNotFound))
async def log_out(caller: CallerDep, uow: UowDep, response: Response) -> None:
    """End the session this request came with. API tokens do not sign out; revoke them."""
    await sessions.log_out(uow, caller.credential)
    response.delete_cookie(SESSION_COOKIE)


@router.get("/me", dependencies=[signed_in()], responses=responses())
async def me(caller: CallerDep, uow: UowDep) -> Me:
    """Tell who is calling and what he may do."""
    if caller.kind is CallerKind.STAFF:
        name = (await queries.user_of(uow, caller.subject_id)).name
    else:
        name = (await queries.token_of(uow, caller.subject_id)).name
    return Me(
        kind=caller.kind,
        id=caller.subject_id,
        name=name,
        franchise_id=caller.franchise_id,
        role=caller.role,
        test=caller.test,
        permissions=sorted(PERMISSIONS[caller.role]),
    )


@router.get("/sessions", dependencies=[signed_in()], responses=responses())
async def list_sessions(caller: CallerDep, uow: UowDep) -> Sessions:
    """List the caller's live sessions; an API token has none."""
    live = await queries.live_sessions(uow, caller.subject_id, caller.credential)
    return Sessions(items=[SessionOut.model_validate(session) for session in live])


@router.delete(
    "/sessions/{session_id}", status_code=204, dependencies=[signed_in()], responses=responses(SessionNotFound)
)
async def revoke_session(
    session_id: Annotated[str, Path(pattern="^[0-9a-f]{16}$")], caller: CallerDep, uow: UowDep
) -> None:
    """End one of the caller's own sessions, on a lost phone for instance."""
    await sessions.revoke_session(uow, caller.subject_id, session_id)


@router.get("/tokens", dependencies=[allow(Permission.TOKENS_ADMIN)], responses=responses(CursorInvalid))
async def list_tokens(uow: UowDep, limit: Limit = DEFAULT_LIMIT, cursor: str | None = None) -> Page[TokenOut]:
    """List the franchise's API tokens, newest first, dead ones included."""
    before = read_cursor(cursor, datetime) if cursor is not None else None
    rows = await queries.tokens(uow, before=before, limit=limit + 1)
    return Page[TokenOut].cut(rows, limit, item=TokenOut.model_validate, key=lambda row: (row.created_at, row.id))


@router.post(
    "/tokens",
    status_code=201,
    dependencies=[allow(Permission.TOKENS_ADMIN)],
    responses=responses(PeopleOnly, RoleNotGrantable, TokenExpiryInPast),
)
async def create_token(command: CreateToken, caller: CallerDep, uow: UowDep) -> TokenCreated:
    """Make an API token.

    This POST takes no Idempotency-Key: a kept answer would hold the secret in plain text. A repetition makes a second
    token; revoke the one you did not receive.
    """
    if caller.kind is not CallerKind.STAFF:
        raise PeopleOnly
    token, plain = await service.create_token(uow, command, created_by=caller.subject_id, granter=caller.role)
    return _created(token, plain)


@router.delete(
    "/tokens/{token_id}",
    status_code=204,
    dependencies=[allow(Permission.TOKENS_ADMIN)],
    responses=responses(TokenNotFound),
)
async def revoke_token(token_id: UUID, uow: UowDep) -> None:
    """Revoke an API token; it is dead on its next request."""
    await service.revoke_token(uow, token_id)


def _created(token: ApiToken, plain: str) -> TokenCreated:
    return TokenCreated(**TokenOut.model_validate(token).model_dump(), token=plain)
