"""The own account: where one is signed in, the password, the phone that links for a new one go to."""

from datetime import timedelta
from functools import partial
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Path, Query, Response

from dispatch.access.commands import LONGEST_CODE, SHORTEST_PASSWORD, ChangeName
from dispatch.access.errors import LoginLocked, PasswordRefused, PhoneCodeRefused, PhoneCodesLocked, SessionNotFound
from dispatch.access.own_account import (
    PhoneCode,
    ask_for_phone_code,
    confirm_phone,
    rename_oneself,
    take_phone_away,
)
from dispatch.access.passwords import change_password
from dispatch.access.queries import live_sessions, user_of
from dispatch.access.second_factor import factor_of
from dispatch.access.sessions import end_other_sessions, revoke_session
from dispatch.api.deps import CallerDep, ResourcesDep, UowDep, signed_in
from dispatch.kit.ids import new_id
from dispatch.kit.phones import PhoneInvalid, mask_phone
from dispatch.kit.tokens import PasswordsBusy
from dispatch.kit.uow import Uow
from dispatch.sms.errors import SmsAccountMissing
from dispatch.sms.outgoing import PASSWORD_RESET, OutgoingText, dedupe_key, queue_message
from dispatch.sms.phones import phone_of
from dispatch.sms.rules import MessageClass
from dispatch.tenancy.queries import franchise_of
from dispatch.web.devices import device_of
from dispatch.web.doors import own_page
from dispatch.web.forgotten import fault_of
from dispatch.web.forms import FormUnfit, fit
from dispatch.web.frame import PageDep
from dispatch.web.languages import Speech
from dispatch.web.refusals import told
from dispatch.web.routing import ConsoleRoute
from dispatch.web.second_factor import require_person

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

Phone = Annotated[str, Form(max_length=40)]
Secret = Annotated[str, Form(max_length=400)]

_WORTHLESS_AFTER: Final = timedelta(minutes=5)


@router.get("/account", dependencies=[signed_in()])
async def show_account(
    page: PageDep,
    caller: CallerDep,
    uow: UowDep,
    done: Annotated[str, Query(pattern="^(name|password|phone|session|sessions)?$")] = "",
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
    return page.show("password.html", problem="", unfit="", shortest=SHORTEST_PASSWORD)


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
        return page.show("password.html", 422, problem=problem, unfit="password", shortest=SHORTEST_PASSWORD)
    try:
        await change_password(
            resources.database, caller.franchise_id, caller.subject_id, present, password, keep=caller.credential
        )
    except (PasswordRefused, LoginLocked, PasswordsBusy) as refused:
        problem, unfit = told(page.speech, refused), "present" if isinstance(refused, PasswordRefused) else ""
        return page.show("password.html", 403, problem=problem, unfit=unfit, shortest=SHORTEST_PASSWORD)
    return page.go("/account?done=password")


@router.get("/account/name", dependencies=[signed_in()])
async def show_name(page: PageDep, caller: CallerDep, uow: UowDep) -> Response:
    """Show the form."""
    require_person(caller)
    return page.show("name.html", problem="", name=(await user_of(uow, caller.subject_id)).name)


@router.post("/account/name", dependencies=[signed_in(), Depends(own_page)])
async def set_name(
    page: PageDep, caller: CallerDep, uow: UowDep, name: Annotated[str, Form(max_length=400)] = ""
) -> Response:
    """Set what everybody sees him called."""
    require_person(caller)
    try:
        command = fit(ChangeName, {"name": name})
    except FormUnfit as unfit:
        return page.show("name.html", 422, problem=unfit.told(page), name=name)
    await rename_oneself(uow, caller.subject_id, command.name)
    return page.go("/account?done=name")


@router.get("/account/phone", dependencies=[signed_in()])
async def show_phone(page: PageDep, caller: CallerDep) -> Response:
    """Show the form."""
    require_person(caller)
    return page.show("phone.html", problem="", phone="")


@router.post("/account/phone", dependencies=[signed_in(), Depends(own_page)])
async def set_phone(
    page: PageDep, caller: CallerDep, resources: ResourcesDep, present: Secret = "", phone: Phone = ""
) -> Response:
    """Text a code to the phone that is to be his, and ask for it; or take the phone away."""
    require_person(caller)
    database, whose = resources.database, (caller.franchise_id, caller.subject_id)
    try:
        if not phone.strip():
            await take_phone_away(database, *whose, present)
            return page.go("/account?done=phone")
        deliver = partial(_text_code, speech=page.speech)
        number = await ask_for_phone_code(database, resources.settings, *whose, present, phone, deliver=deliver)
    except (PhoneInvalid, PasswordRefused, LoginLocked, PasswordsBusy, PhoneCodesLocked, SmsAccountMissing) as refused:
        return page.show("phone.html", 422, problem=told(page.speech, refused), phone=phone)
    return page.show("phone_code.html", problem="", phone=number)


@router.post("/account/phone/code", dependencies=[signed_in(), Depends(own_page)])
async def prove_phone(
    page: PageDep,
    caller: CallerDep,
    resources: ResourcesDep,
    phone: Phone = "",
    code: Annotated[str, Form(max_length=LONGEST_CODE)] = "",
) -> Response:
    """Make the phone his, once the code that was sent to it comes back."""
    require_person(caller)
    whose = (caller.franchise_id, caller.subject_id)
    try:
        await confirm_phone(resources.database, resources.settings, *whose, phone, code)
    except (PhoneCodeRefused, PhoneCodesLocked) as refused:
        return page.show("phone_code.html", 422, problem=told(page.speech, refused), phone=phone)
    return page.go("/account?done=phone")


async def _text_code(uow: Uow, sent: PhoneCode, *, speech: Speech) -> None:
    """Queue the text with the code; nobody in the office reads it, and the database forgets it once it has left."""
    words = speech.words.gettext("Code for your phone: %(code)s Good for 5 minutes. You did not ask? Do nothing.")
    text = OutgoingText(
        phone_id=await phone_of(uow, sent.phone),
        worker_id=None,
        class_=MessageClass.SEAT,
        template=PASSWORD_RESET,
        body=words % {"code": sent.code},
        dedupe_key=dedupe_key(PASSWORD_RESET, new_id()),
        deadline=uow.now + _WORTHLESS_AFTER,
    )
    await queue_message(uow, text)
