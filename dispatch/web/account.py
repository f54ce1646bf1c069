"""The own account: where one is signed in, the password, the phone that links for a new one go to."""

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Path, Query, Response

from dispatch.access.commands import SHORTEST_PASSWORD
from dispatch.access.errors import LoginLocked, PasswordRefused, SessionNotFound
from dispatch.access.passwords import change_password, change_phone
from dispatch.access.queries import live_sessions, user_of
from dispatch.access.second_factor import factor_of
from dispatch.access.sessions import end_other_sessions, revoke_session
from dispatch.api.deps import CallerDep, ResourcesDep, UowDep, signed_in
from dispatch.kit.phones import PhoneInvalid, mask_phone
from dispatch.kit.tokens import PasswordsBusy
from dispatch.tenancy.queries import franchise_of
from dispatch.web.devices import device_of
from dispatch.web.doors import own_page
from dispatch.web.forgotten import fault_of
from dispatch.web.frame import PageDep
from dispatch.web.refusals import told
from dispatch.web.routing import ConsoleRoute
from dispatch.web.second_factor import require_person

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

Secret = Annotated[str, Form(max_length=400)]


@router.get("/account", dependencies=[signed_in()])
async def show_account(
    page: PageDep,
    caller: CallerDep,
    uow: UowDep,
    done: Annotated[str, Query(pattern="^(password|phone|session|sessions)?$")] = "",
) -> Response:
    """Show where he is signed in, and how his account is kept."""
    require_person(caller)
    user = await user_of(uow, caller.subject_id)
    sessions = await live_sessions(uow, user.id, caller.credential)
    return page.show(
        "account.html",
        done=done,
        user=user,
        phone=mask_phone(user.phone) if user.phone is not None else "",
        factor=await factor_of(uow, user.id),
        sessions=[(session, device_of(session.user_agent)) for session in sessions],
        zone=ZoneInfo((await franchise_of(uow)).zone),
    )


@router.post("/account/sessions/{session_id}/end", dependencies=[signed_in(), Depends(own_page)])
async def end_session(
    session_id: Annotated[str, Path(pattern="^[0-9a-f]{16}$")], page: PageDep, caller: CallerDep, uow: UowDep
) -> Response:
    """End one of his sessions; ending it twice is no mistake."""
    require_person(caller)
    try:
        await revoke_session(uow, caller.subject_id, session_id)
    except SessionNotFound:
        return page.go("/account")
    return page.go("/account?done=session")


@router.post("/account/sessions/end-others", dependencies=[signed_in(), Depends(own_page)])
async def end_others(page: PageDep, caller: CallerDep, uow: UowDep) -> Response:
    """End all his sessions but this one."""
    require_person(caller)
    await end_other_sessions(uow, caller.subject_id, keep=caller.credential)
    return page.go("/account?done=sessions")


@router.get("/account/password", dependencies=[signed_in()])
async def show_password(page: PageDep, caller: CallerDep) -> Response:
    """Show the form."""
    require_person(caller)
    return page.show("password.html", problem="", shortest=SHORTEST_PASSWORD)


@router.post("/account/password", dependencies=[signed_in(), Depends(own_page)])
async def set_password(
    page: PageDep,
    caller: CallerDep,
    resources: ResourcesDep,
    present: Secret = "",
    password: Secret = "",
    again: Secret = "",
) -> Response:
    """Set a new password; everywhere else he is signed out."""
    require_person(caller)
    problem = fault_of(page.speech, password, again)
    if problem:
        return page.show("password.html", 422, problem=problem, shortest=SHORTEST_PASSWORD)
    try:
        await change_password(
            resources.database, caller.franchise_id, caller.subject_id, present, password, keep=caller.credential
        )
    except (PasswordRefused, LoginLocked, PasswordsBusy) as refused:
        return page.show("password.html", 403, problem=told(page.speech, refused), shortest=SHORTEST_PASSWORD)
    return page.go("/account?done=password")


@router.get("/account/phone", dependencies=[signed_in()])
async def show_phone(page: PageDep, caller: CallerDep) -> Response:
    """Show the form."""
    require_person(caller)
    return page.show("phone.html", problem="", phone="")


@router.post("/account/phone", dependencies=[signed_in(), Depends(own_page)])
async def set_phone(
    page: PageDep,
    caller: CallerDep,
    resources: ResourcesDep,
    present: Secret = "",
    phone: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Set the phone, or take it away."""
    require_person(caller)
    try:
        await change_phone(resources.database, caller.franchise_id, caller.subject_id, present, phone)
    except (PhoneInvalid, PasswordRefused, LoginLocked, PasswordsBusy) as refused:
        return page.show("phone.html", 422, problem=told(page.speech, refused), phone=phone)
    return page.go("/account?done=phone")
