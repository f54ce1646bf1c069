"""The accounts of a franchise: who may sign in as what, and everything that is done to an account."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import SecretStr
from starlette.datastructures import FormData

from dispatch.access.commands import LONGEST_PASSWORD, SHORTEST_PASSWORD, ChangeUser, CreateUser, ResetSecondFactor
from dispatch.access.errors import OwnAccount
from dispatch.access.passwords import send_reset_link
from dispatch.access.queries import StaffLine, staff_lines, user_of
from dispatch.access.roles import GRANTABLE, Permission, Role, may_grant
from dispatch.access.second_factor import take_second_factor_away
from dispatch.access.service import change_user, create_user, disable_user, enable_user, reset_password
from dispatch.access.sessions import end_sessions_of_staff
from dispatch.api.deps import CallerDep, ResourcesDep, UowDep, allow
from dispatch.kit.exports import Cell, SheetForm
from dispatch.kit.phones import PhoneInvalid, mask_phone
from dispatch.kit.tokens import new_token
from dispatch.kit.uow import Uow
from dispatch.kit.walltime import wall_of
from dispatch.tenancy.queries import franchise_of
from dispatch.web.doors import own_page
from dispatch.web.forgotten import text_link
from dispatch.web.forms import Fault, FormUnfit, fit, text_in, version_in
from dispatch.web.frame import Page, PageDep
from dispatch.web.routing import ConsoleRoute
from dispatch.web.settings import show_settings
from dispatch.web.tables import Listing, listing, take_along

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

STAFF: Final = "/settings/users"
_PAGE: Final = "staff.html"
_SEES: Final = [allow(Permission.USERS_ADMIN)]
_CHANGES: Final = [allow(Permission.USERS_ADMIN), Depends(own_page)]
_LISTING: Final = listing(STAFF, ("login", "name", "role", "seen", "since"), "login", filters=("closed",))
ListingDep = Annotated[Listing, _LISTING]

_KEYS: Final[Mapping[str, Callable[[StaffLine], Any]]] = {
    "login": lambda line: line.login,
    "name": lambda line: line.name.casefold(),
    "role": lambda line: line.role,
    "seen": lambda line: line.last_seen_at.timestamp() if line.last_seen_at is not None else 0,
    "since": lambda line: line.created_at,
}


@router.get(STAFF, dependencies=_SEES)
async def show_staff(request: Request, page: PageDep, caller: CallerDep, uow: UowDep, looked: ListingDep) -> Response:
    """Show the accounts, or, to a script, the list alone."""
    found = await _lines(uow, looked)
    looked = looked.within(len(found))
    context: dict[str, Any] = {
        "listing": looked,
        "found": len(found),
        "lines": found[looked.offset : looked.offset + looked.per_page],
        "phones": {line.id: mask_phone(line.phone) for line in found if line.phone is not None},
        "mine": {line.id for line in found if may_grant(caller.role, Role(line.role))},
        "me": caller.subject_id,
        "zone": ZoneInfo((await franchise_of(uow)).zone),
    }
    if request.headers.get("hx-request"):
        return page.part(_PAGE, "staff", **context)
    return show_settings(page, _PAGE, **context)


@router.post(f"{STAFF}/export", dependencies=_CHANGES)
async def take_staff(
    page: PageDep, uow: UowDep, looked: ListingDep, form: Annotated[SheetForm, Form()] = SheetForm.CSV
) -> Response:
    """Hand the list out as a file, phones without their middle; who took it is written down."""
    lines = await _lines(uow, looked)
    zone = (await franchise_of(uow)).zone
    heads = [
        page.say(word) for word in ("Login", "Name", "Access role", "Phone", "Second factor", "Last seen", "Since")
    ]
    rows = [_cells(page, line, zone) for line in lines]
    return await take_along(uow, "users", form, [*heads, page.say("Closed")], rows)


@router.get(f"{STAFF}/new", dependencies=_SEES)
async def ask_new(page: PageDep, caller: CallerDep) -> Response:
    """Show the form of a new account."""
    return page.part(_PAGE, "new_form", roles=_grantable(caller.role), shortest=SHORTEST_PASSWORD)


@router.post(STAFF, dependencies=_CHANGES)
async def add(request: Request, page: PageDep, caller: CallerDep, uow: UowDep, resources: ResourcesDep) -> Response:
    """Open an account, with a first password or with a link to the phone to set one."""
    form = await request.form()
    by_link = text_in(form, "first") == "link"
    phone = text_in(form, "phone") or None
    if by_link and phone is None:
        raise FormUnfit({"phone": Fault("Give a phone, or a first password.")})
    # An account that gets a link has a password nobody knows.
    password = new_token("first")[0] if by_link else _password(form)
    typed = {name: text_in(form, name) for name in ("login", "name", "role")}
    said = {"login": "Latin letters, figures and . _ @ + -, at least 3."}
    command = fit(CreateUser, typed | {"phone": phone, "password": SecretStr(password)}, said)
    with _phone_beside_its_field():
        user = await create_user(uow, command, granter=caller.role)
    if by_link:
        base = resources.settings.http.public_url
        deliver = partial(text_link, speech=page.speech, base=base)
        await send_reset_link(uow, user.id, granter=caller.role, deliver=deliver)
    return page.go(STAFF)


@router.get(f"{STAFF}/{{user_id}}/change", dependencies=_SEES)
async def ask_change(user_id: UUID, page: PageDep, caller: CallerDep, uow: UowDep) -> Response:
    """Show the form of an account."""
    return page.part(_PAGE, "change_form", user=await user_of(uow, user_id), roles=_grantable(caller.role))


@router.post(f"{STAFF}/{{user_id}}/change", dependencies=_CHANGES)
async def change(user_id: UUID, request: Request, page: PageDep, caller: CallerDep, uow: UowDep) -> Response:
    """Give an account another name, phone or role, and say why; a role counts from his next request on."""
    form = await request.form()
    typed = {name: text_in(form, name) for name in ("name", "phone", "role", "reason")}
    with _phone_beside_its_field():
        await change_user(uow, user_id, fit(ChangeUser, typed), version_in(form), granter=caller.role)
    return page.go(STAFF)


@router.get(f"{STAFF}/{{user_id}}/password", dependencies=_SEES)
async def ask_password(user_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the form of somebody's new password."""
    return page.part(_PAGE, "password_form", user=await user_of(uow, user_id), shortest=SHORTEST_PASSWORD)


@router.post(f"{STAFF}/{{user_id}}/password", dependencies=_CHANGES)
async def set_password(user_id: UUID, request: Request, page: PageDep, caller: CallerDep, uow: UowDep) -> Response:
    """Set somebody's password; he is signed out everywhere."""
    await reset_password(uow, user_id, _password(await request.form()), granter=caller.role)
    return page.go(STAFF)


@router.post(f"{STAFF}/{{user_id}}/link", dependencies=_CHANGES)
async def send_link(user_id: UUID, page: PageDep, caller: CallerDep, uow: UowDep, resources: ResourcesDep) -> Response:
    """Send somebody a link for a new password."""
    deliver = partial(text_link, speech=page.speech, base=resources.settings.http.public_url)
    await send_reset_link(uow, user_id, granter=caller.role, deliver=deliver)
    return page.done(page.say("The link is on its way"), STAFF)


@router.post(f"{STAFF}/{{user_id}}/disable", dependencies=_CHANGES)
async def disable(user_id: UUID, page: PageDep, caller: CallerDep, uow: UowDep) -> Response:
    """Close an account: he is out at once."""
    await disable_user(uow, user_id, granter=caller.role)
    return page.done(page.say("The account is closed"), STAFF, f"{STAFF}/{user_id}/enable")


@router.post(f"{STAFF}/{{user_id}}/enable", dependencies=_CHANGES)
async def enable(user_id: UUID, page: PageDep, caller: CallerDep, uow: UowDep) -> Response:
    """Open a closed account again."""
    await enable_user(uow, user_id, granter=caller.role)
    return page.done(page.say("The account is open again"), STAFF, f"{STAFF}/{user_id}/disable")


@router.post(f"{STAFF}/{{user_id}}/end-sessions", dependencies=_CHANGES)
async def end_sessions(user_id: UUID, page: PageDep, caller: CallerDep, uow: UowDep) -> Response:
    """Sign somebody out everywhere."""
    await end_sessions_of_staff(uow, user_id, granter=caller.role)
    return page.done(page.say("Signed out everywhere"), STAFF)


@router.get(f"{STAFF}/{{user_id}}/second-factor", dependencies=_SEES)
async def ask_second_factor(user_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Ask why somebody's second factor is to be taken away."""
    return page.part(_PAGE, "factor_form", user=await user_of(uow, user_id))


@router.post(f"{STAFF}/{{user_id}}/second-factor", dependencies=_CHANGES)
async def reset_second_factor(
    user_id: UUID, request: Request, page: PageDep, caller: CallerDep, uow: UowDep
) -> Response:
    """Take a lost second factor away, and say why; he is signed out and sets up another one.

    Raises:
        OwnAccount: his own he turns off on his own page, with a code.
    """
    if user_id == caller.subject_id:
        raise OwnAccount
    why = fit(ResetSecondFactor, {"reason": text_in(await request.form(), "reason")})
    await take_second_factor_away(uow, user_id, granter=caller.role, reason=why.reason)
    return page.done(page.say("The second factor is taken away"), STAFF)


@contextmanager
def _phone_beside_its_field() -> Iterator[None]:
    try:
        yield
    except PhoneInvalid as invalid:
        raise FormUnfit({"phone": Fault("This is no mobile number.")}) from invalid


async def _lines(uow: Uow, looked: Listing) -> list[StaffLine]:
    """Return the accounts that are looked for; a franchise has few enough to sort them here."""
    wanted = looked.q.casefold()
    closed = bool(looked.filters.get("closed"))
    found = [
        line
        for line in await staff_lines(uow)
        if (closed or line.disabled_at is None) and wanted in f"{line.login} {line.name}".casefold()
    ]
    return await asyncio.to_thread(sorted, found, key=_KEYS[looked.sort], reverse=looked.descending)


def _cells(page: Page, line: StaffLine, zone: str) -> Sequence[Cell]:
    return (
        line.login,
        line.name,
        page.say(line.role),
        mask_phone(line.phone) if line.phone is not None else "",
        page.say("on") if line.second_factor else page.say("off"),
        None if line.last_seen_at is None else wall_of(line.last_seen_at, zone),
        wall_of(line.created_at, zone),
        None if line.disabled_at is None else wall_of(line.disabled_at, zone),
    )


def _password(form: FormData) -> str:
    """Return a password as it was typed, blanks and all.

    Raises:
        FormUnfit: it is too short, or too long.
    """
    typed = form.get("password", "")
    if not isinstance(typed, str) or not SHORTEST_PASSWORD <= len(typed) <= LONGEST_PASSWORD:
        raise FormUnfit({"password": Fault("At least %(ge)s characters.", {"ge": SHORTEST_PASSWORD})})
    return typed


def _grantable(role: Role) -> list[str]:
    return [str(each) for each in Role if each in GRANTABLE.get(role, ())]
