"""The keys of programs: made and shown once, listed, revoked."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response

from dispatch.access.commands import CreateToken
from dispatch.access.queries import tokens
from dispatch.access.roles import GRANTABLE, Permission, Role
from dispatch.access.service import create_token, revoke_token
from dispatch.api.deps import CallerDep, UowDep, allow
from dispatch.tenancy.queries import franchise_of
from dispatch.web.actors import actors_of
from dispatch.web.doors import own_page
from dispatch.web.forms import Fault, FormUnfit, fit, text_in
from dispatch.web.frame import PageDep
from dispatch.web.routing import ConsoleRoute
from dispatch.web.second_factor import require_person
from dispatch.web.settings import show_settings
from dispatch.web.tables import Listing, listing

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

TOKENS: Final = "/settings/tokens"
_CHANGES: Final = [allow(Permission.TOKENS_ADMIN), Depends(own_page)]
_MOST: Final = 1000
_LISTING: Final = listing(TOKENS, ("since",), "since", descending=True, filters=("dead",))
ListingDep = Annotated[Listing, _LISTING]


@router.get(TOKENS, dependencies=[allow(Permission.TOKENS_ADMIN)])
async def show_tokens(request: Request, page: PageDep, uow: UowDep, looked: ListingDep) -> Response:
    """Show the keys, newest first, those that work no more when asked for; to a script the list alone."""
    now = uow.now
    dead = bool(looked.filters.get("dead"))
    found = [
        token
        for token in await tokens(uow, before=None, limit=_MOST)
        if dead or (token.revoked_at is None and (token.expires_at is None or token.expires_at > now))
    ]
    found.sort(key=lambda token: token.created_at, reverse=looked.descending)
    looked = looked.within(len(found))
    context: dict[str, Any] = {
        "listing": looked,
        "found": len(found),
        "tokens": found[looked.offset : looked.offset + looked.per_page],
        "now": now,
        "who": await actors_of(page, uow, [f"staff:{token.created_by}" for token in found]),
        "zone": ZoneInfo((await franchise_of(uow)).zone),
    }
    if request.headers.get("hx-request"):
        return page.part("api_tokens.html", "tokens", **context)
    return show_settings(page, "api_tokens.html", **context)


@router.get(f"{TOKENS}/new", dependencies=[allow(Permission.TOKENS_ADMIN)])
async def ask_new(page: PageDep, caller: CallerDep) -> Response:
    """Show the form of a new key."""
    roles = [str(role) for role in Role if role in GRANTABLE.get(caller.role, ())]
    return page.part("api_tokens.html", "new_form", roles=roles)


@router.post(TOKENS, dependencies=_CHANGES)
async def add(request: Request, page: PageDep, caller: CallerDep, uow: UowDep) -> Response:
    """Make a key and show it this once."""
    require_person(caller)
    form = await request.form()
    zone = ZoneInfo((await franchise_of(uow)).zone)
    command = fit(
        CreateToken,
        {
            "name": text_in(form, "name"),
            "role": text_in(form, "role"),
            "test": bool(text_in(form, "test")),
            "expires_at": _end_of(text_in(form, "until"), zone),
        },
    )
    token, plain = await create_token(uow, command, created_by=caller.subject_id, granter=caller.role)
    answer = page.part("api_tokens.html", "made", name=token.name, secret=plain)
    answer.headers["X-Done"] = quote(page.say("The token is made"))
    return answer


@router.post(f"{TOKENS}/{{token_id}}/revoke", dependencies=_CHANGES)
async def revoke(token_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """End a key at once."""
    await revoke_token(uow, token_id)
    return page.done(page.say("The token is revoked"), TOKENS)


def _end_of(day: str, zone: ZoneInfo) -> datetime | None:
    """Return the end of a day on the clock of the franchise; None for no day."""
    if not day:
        return None
    try:
        return datetime.fromisoformat(day[:10]).replace(tzinfo=zone) + timedelta(days=1)
    except (ValueError, OverflowError):
        raise FormUnfit({"until": Fault("This is no day.")}) from None
